"""Mails into the history: parsed, threaded, stored once, each thread one line of the timeline."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, text

from cti.core.ids import Ms
from cti.core.site import Site
from cti.ingest.mailbox import Found, mails
from cti.ingest.report import Progress, Report, Ticker, keep, let_go
from cti.mail.headers import Address
from cti.mail.parse import Mail, MailError, parse
from cti.mail.threading import NEAR_MS, Head, is_reply, joined_by_subject, plain_subject
from cti.store import due, mentions
from cti.store.cases import came_again
from cti.store.database import Store
from cti.store.identity import Identifier, Identities
from cti.store.records import InteractionRow, Seen, join_notes, noted, put_interactions, see
from cti.store.vault import Vault, VaultError

SOURCE = "mail"
_BATCH = 100
_SNIPPET = 240
_DAY_MS = 24 * 3600 * 1000

_INSERT = text(
    """
    INSERT INTO messages (id, interaction, at, inbound, author, author_name, recipients, subject, text, quoted, auto,
                          language, message_id, subject_key, loose, people, problems)
    VALUES (:id, :interaction, :at, :inbound, :author, :author_name, :recipients, :subject, :text, :quoted, :auto,
            :language, :message_id, :subject_key, :loose, :people, :problems)
    """
)
_BY_ID = text("SELECT DISTINCT interaction FROM thread_refs WHERE ref IN :refs").bindparams(
    bindparam("refs", expanding=True)
)
_BY_SUBJECT = text(
    "SELECT id, interaction, at, loose, people FROM messages WHERE subject_key = :key AND at BETWEEN :first AND :last"
)


class Own:
    """Which addresses are ours: whole addresses, or domains."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._mails = {one.casefold() for one in addresses if "@" in one.lstrip("@")}
        self._domains = {one.casefold().lstrip("@") for one in addresses if "@" not in one.lstrip("@")}

    def __contains__(self, address: Address) -> bool:
        return address.mail in self._mails or address.mail.rpartition("@")[2] in self._domains


class MailStore:
    """Puts parsed mails into the tables. Every method may be called again with the same mail."""

    def __init__(self, identities: Identities, own: Own, vault: Vault | None = None, site: Site | None = None) -> None:
        """`site`: says what becomes of a solved case whose customer writes again; without one, nothing does."""
        self._identities = identities
        self._own = own
        self._vault = vault or Vault()
        self._site = site

    def put(self, connection: Connection, mail: Mail, undated: Ms) -> bool:
        """Store one mail; `undated` stands in where it has no date. False: it was there already."""
        known = connection.execute(text("SELECT auto FROM messages WHERE id = :id"), {"id": mail.key}).first()
        if known is not None:
            if known.auto == "spam" != mail.auto:
                # Somebody has taken it out of the junk folder since, or it lay elsewhere, too.
                self._put_right(connection, mail.key, mail.auto)
            return False
        at = mail.date if mail.date is not None else undated
        inbound = mail.sender is None or mail.sender not in self._own
        people = self._people(mail)
        see(connection, [Seen(identifier, at, name) for identifier, name in people])
        head = Head(
            key=mail.key,
            ids=(*((mail.message_id,) if mail.message_id else ()), *mail.references),
            subject_key=mail.subject_key,
            loose=is_reply(mail.subject) and not mail.references,
            at=at,
            people=frozenset(identifier.id for identifier, _ in people),
        )
        thread = self._thread(connection, head)
        author = people[0][0].id if inbound and people else ""
        connection.execute(
            _INSERT,
            {
                "id": mail.key,
                "interaction": thread,
                "at": at,
                "inbound": inbound,
                "author": author,
                "author_name": (mail.sender.name or mail.sender.mail) if mail.sender else "",
                "recipients": ", ".join(_shown(one) for one in mail.to)[:2000],
                "subject": mail.subject,
                "text": mail.text,
                "quoted": mail.quoted,
                "auto": mail.auto,
                "language": mail.language,
                "message_id": mail.message_id,
                "subject_key": mail.subject_key,
                "loose": head.loose,
                "people": " ".join(sorted(head.people)),
                "problems": "\n".join(mail.problems),
            },
        )
        if head.ids:
            connection.execute(
                text("INSERT INTO thread_refs (ref, interaction) VALUES (:ref, :thread) ON CONFLICT (ref) DO NOTHING"),
                [{"ref": ref, "thread": thread} for ref in dict.fromkeys(head.ids)],
            )
        self._attach(connection, mail)
        self._line(connection, thread)
        if inbound and not mail.auto:
            self._written(connection, thread, author, at, mentions.in_mail(mail.text, mail.quoted))
        return True

    def from_person(self, connection: Connection, id: str, who: str, now: Ms) -> bool:
        """A mail that was taken for a machine's, or for spam, was written by a person, says `who`: its thread has a
        line from now on. False: no such mail is set aside."""
        thread = self._put_right(connection, id, "")
        if thread is not None:
            noted(connection, now, who, "mail_from_person", thread)
        return thread is not None

    def _put_right(self, connection: Connection, id: str, auto: str) -> str | None:
        """A mail is something else than it was taken for; gives its thread. None: it was no machine's, or is erased."""
        row = connection.execute(
            text(
                "UPDATE messages SET auto = :auto WHERE id = :id AND auto <> ''"
                " AND (subject <> '' OR text <> '' OR quoted <> '')"
                " RETURNING interaction, author, at, inbound, text, quoted"
            ),
            {"id": id, "auto": auto},
        ).first()
        if row is None:
            return None
        self._line(connection, row.interaction)
        if row.inbound and not auto:
            self._written(connection, row.interaction, row.author, row.at, mentions.in_mail(row.text, row.quoted))
        return str(row.interaction)

    def _written(self, connection: Connection, thread: str, author: str, at: Ms, words: str) -> None:
        """What follows when a customer has written."""
        if author:
            mentions.note(connection, self._identities, [mentions.Written(author, thread, at, words)])
        if (site := self._site) is not None:
            within = site.cases.repeat_days * _DAY_MS
            came_again(connection, thread, at, within, lambda: due.after(site, at, site.cases.hours(0)))

    def _people(self, mail: Mail) -> list[tuple[Identifier, str]]:
        """Everybody in it but ourselves, the sender first."""
        everybody = [*((mail.sender,) if mail.sender else ()), *mail.to]
        found = [(self._identities.mail(one.mail), one.name) for one in everybody if one not in self._own]
        return [(identifier, name) for identifier, name in found if identifier is not None]

    def _thread(self, connection: Connection, head: Head) -> str:
        """The thread this mail belongs to; threads it connects become one."""
        found: set[str] = set()
        if head.ids:
            found.update(connection.execute(_BY_ID, {"refs": list(dict.fromkeys(head.ids))}).scalars())
        if head.subject_key:
            span = {"key": head.subject_key, "first": head.at - NEAR_MS, "last": head.at + NEAR_MS}
            for id_, interaction, at, loose, people in connection.execute(_BY_SUBJECT, span):
                other = Head(
                    key=id_,
                    ids=(),
                    subject_key=head.subject_key,
                    loose=bool(loose),
                    at=Ms(at),
                    people=frozenset(people.split()),
                )
                if joined_by_subject(head, other):
                    found.add(interaction)
        if not found:
            return f"{SOURCE}-{head.key[:24]}"
        thread = min(found)
        for other_thread in found - {thread}:
            names = {"thread": thread, "other": other_thread}
            for table in ("messages", "thread_refs"):
                connection.execute(text(f"UPDATE {table} SET interaction = :thread WHERE interaction = :other"), names)
            join_notes(connection, thread, other_thread)
            connection.execute(
                text(
                    "DELETE FROM mentions WHERE interaction = :other AND EXISTS (SELECT 1 FROM mentions m"
                    " WHERE m.interaction = :thread AND m.identifier = mentions.identifier"
                    " AND m.owner = mentions.owner)"
                ),
                names,
            )
            connection.execute(text("UPDATE mentions SET interaction = :thread WHERE interaction = :other"), names)
            connection.execute(text("DELETE FROM interactions WHERE id = :other"), names)
        return thread

    def _attach(self, connection: Connection, mail: Mail) -> None:
        for n, one in enumerate(mail.attachments):
            key, body = self._vault.put(one.digest, one.body)
            connection.execute(
                text(
                    "INSERT INTO attachments (hash, size, key, body) VALUES (:hash, :size, :key, :body)"
                    " ON CONFLICT (hash) DO NOTHING"
                ),
                {"hash": one.digest, "size": len(one.body), "key": key, "body": body},
            )
            connection.execute(
                text(
                    "INSERT INTO message_attachments (message, n, name, type, hash)"
                    " VALUES (:message, :n, :name, :type, :hash)"
                ),
                {"message": mail.key, "n": n, "name": one.name, "type": one.type, "hash": one.digest},
            )

    def _line(self, connection: Connection, thread: str) -> None:
        """The thread's line in the timeline, made from its mails; machines' mails alone make none."""
        rows = connection.execute(
            text(
                "SELECT at, inbound, author, author_name, subject, substr(text, 1, 2000) AS text, auto, language,"
                " people FROM messages WHERE interaction = :thread ORDER BY at, id"
            ),
            {"thread": thread},
        ).all()
        written = [row for row in rows if not row.auto]
        if not written:
            return
        newest = written[-1]
        received = [row for row in written if row.inbound]
        others = newest.people.split()
        owner = next((row.author for row in received if row.author), others[0] if others else "nobody")
        shown = received[-1] if received else newest
        put_interactions(
            connection,
            [
                InteractionRow(
                    owner=owner,
                    at=Ms(newest.at),
                    id=thread,
                    kind="mail",
                    title=plain_subject(shown.subject) or shown.subject,
                    text=snippet(shown.text),
                    inbound=bool(newest.inbound),
                    language=shown.language,
                    agent_name="" if newest.inbound else newest.author_name,
                    mark="no_reply" if newest.inbound else "",
                    source=SOURCE,
                )
            ],
        )


def snippet(words: str) -> str:
    """The beginning of a text, on one line."""
    line = re.sub(r"\s+", " ", words).strip()
    return line if len(line) <= _SNIPPET else line[: _SNIPPET - 1].rstrip() + "…"


def ingest_mails(
    store: Store,
    identities: Identities,
    path: Path,
    own: Iterable[str],
    now: Ms,
    progress: Progress | None = None,
    vault: Vault | None = None,
    site: Site | None = None,
) -> Report:
    """Bring in every mail at `path`: a .eml, a folder of them, a Maildir or an mbox. Raises `IngestError`."""
    into = MailStore(identities, Own(list(own)), vault, site)
    return put_mails(store, into, mails(path), str(path), now, progress)


def put_mails(
    store: Store,
    into: MailStore,
    found: Iterator[Found],
    source: str,
    now: Ms,
    progress: Progress | None = None,
    *,
    size: int = _BATCH,
) -> Report:
    """Bring in mails, `size` at a time, so that a crash loses nothing that was counted and a second run goes on."""
    report = Report(source=source)
    ticker = Ticker(report, progress)
    while batch := list(islice(found, size)):
        put_batch(store, into, batch, report, now)
        ticker.tick()
    if progress is not None:
        progress(report)
    return report


def put_batch(
    store: Store,
    into: MailStore,
    batch: Sequence[Found],
    report: Report,
    now: Ms,
    beside: Callable[[Connection], None] | None = None,
) -> None:
    """Bring in some mails in one transaction and count them; `beside` is done in it, too."""
    # Parsing needs no database: others may write meanwhile.
    parsed = [_parsed(one) for one in batch]
    try:
        counts = _written(store, into, parsed, now, beside)
    except (sa.exc.OperationalError, VaultError):
        raise  # a full disk, a database that is busy or away, a key that is not there: no mail's fault
    except Exception:
        # One mail that the database won't have must not keep the others out: each alone, and that one is kept.
        alone = [_written_alone(store, into, one, now) for one in parsed]
        counts = _Counts(*(sum(column) for column in zip(*alone, strict=True)))
        if beside is not None:
            store.write(beside)
    report.read += len(batch)
    report.new += counts.new
    report.same += counts.same
    report.kept += counts.kept


class _Counts(NamedTuple):
    new: int
    same: int
    kept: int


def _written(
    store: Store,
    into: MailStore,
    parsed: Sequence[tuple[Found, Mail | str]],
    now: Ms,
    beside: Callable[[Connection], None] | None,
) -> _Counts:
    def write(connection: Connection) -> _Counts:
        new = same = unread = 0
        readable = []
        for one, mail in parsed:
            if isinstance(mail, str):
                keep(connection, SOURCE, one.place, mail, one.raw, now, whole=one.only)
                unread += 1
                continue
            if into.put(connection, mail, one.modified):
                new += 1
            else:
                same += 1
            readable.append(one.place)
        let_go(connection, SOURCE, readable)
        if beside is not None:
            beside(connection)
        return _Counts(new, same, unread)

    return store.write(write)


def _written_alone(store: Store, into: MailStore, parsed: tuple[Found, Mail | str], now: Ms) -> _Counts:
    try:
        return _written(store, into, [parsed], now, None)
    except (sa.exc.OperationalError, VaultError):
        raise
    except Exception as error:
        reason = f"the database does not take it ({type(error).__name__}): please report it"
        return _written(store, into, [(parsed[0], reason)], now, None)


def _parsed(found: Found) -> tuple[Found, Mail | str]:
    if found.reason:
        return found, found.reason
    try:
        mail = parse(found.raw)
        return found, msgspec.structs.replace(mail, auto="spam") if found.spam and not mail.auto else mail
    except MailError as error:
        return found, str(error)
    except Exception as error:  # one mail nobody foresaw must not keep the other million out
        return found, f"it broke the reader ({type(error).__name__}: {error}): please report it"


def _shown(address: Address) -> str:
    return f"{address.name} <{address.mail}>" if address.name else address.mail
