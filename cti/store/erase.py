"""Erasing one person: every value that says who they are goes; what was counted stays counted.

Events carry only ids, so the journal stays whole, and with it every figure. Lines of the history stay, too, but belong
to nobody from then on. The table `erased` keeps a later fold of the journal from giving them back. What a mail was is
forgotten but not that it came: the same mail brought in again is still known, and not read again.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, bindparam, text

from cti.core.ids import Ms
from cti.store import vault
from cti.store.database import Store
from cti.store.identity import normal_mail
from cti.store.person import Whose, pages, unread_of, whose
from cti.store.reader import Reader
from cti.store.records import NOBODY, noted

ERASED = "erased"
"""In place of the customer of a case or promise."""
_RECIPIENT = re.compile(r"(?:[^<>@,]*,)*[^<>@,]*<([^<>]*)>|[^\s<>,]+@[^\s<>,]+")
"""One of a mail's recipients, as they are kept: `Name <address>`, or the address alone."""
_ABOUT = (
    ("links", ("customer", "identifier")),
    ("tags", ("customer",)),
    ("wishes", ("customer",)),
    ("pins", ("customer",)),
    ("customers", ("id",)),
    ("merges", ("gone", "kept")),
    ("apart", ("one", "other")),
    ("mentions", ("identifier", "owner")),
)
"""What says who is who: of these, every row that names the customer or one of their identifiers."""


class Erased(Struct, frozen=True, kw_only=True):
    """What erasing took away."""

    customer: str
    members: tuple[str, ...]
    """They, and everybody merged into them."""
    identifiers: int
    shared: int
    """Identifiers that stay, for they are somebody else's, too."""
    interactions: int
    messages: int
    attachments: int
    kept: int
    """Things that could not be read and held one of the values."""
    files: int
    """Recordings."""
    cases: int
    open_cases: int
    """Of these, those that are not closed: they are by that."""
    promises: int
    open_promises: int
    """Of these, those that are neither kept nor withdrawn: they are withdrawn."""


class _Named(Struct, frozen=True):
    """Somebody else's mail that went to this person, too, as it stays: without their address."""

    message: str
    recipients: str
    people: str


class AnotherNow(Exception):
    """Who is to be erased is made of other records and identifiers than whoever says so has seen."""


def preview(db: Reader, customer: str, recordings: Path | None) -> Erased | None:
    """What `erase` would take away; None: there is no such customer. Raises `LookupError` as `whose` does."""
    found = whose(db, customer)
    if found is None:
        return None
    messages = _messages(db, found)
    return _counted(
        db,
        found,
        messages=len(messages),
        attachments=len(_attachments(db, messages)),
        kept=len(list(unread_of(db, found))),
        files=len(list(vault.recordings(recordings, found.interactions))),
    )


def erase(
    store: Store, db: Reader, customer: str, who: str, now: Ms, recordings: Path | None, mark: str | None = None
) -> Erased | None:
    """Erase a customer on the word of `who`, and say so in the audit log; None: there is no such customer.

    Blocks. Raises `LookupError` for an identifier that belongs to customers, and `AnotherNow` when `mark` is not theirs
    (`Whose.mark`) any more.
    """
    found = whose(db, customer)
    if found is None:
        return None
    if mark is not None and mark != found.mark:
        raise AnotherNow(customer)
    # Looked up before anybody is held up: some of it is read from end to end.
    messages = _messages(db, found)
    attachments, kept, named = _attachments(db, messages), list(unread_of(db, found)), _named(db, found, messages)
    files = list(vault.recordings(recordings, found.interactions))
    done = _counted(db, found, messages=len(messages), attachments=len(attachments), kept=len(kept), files=len(files))

    def write(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            # What is deleted is overwritten, too, not only left out.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        _forget_contacts(connection, found)
        _forget_mails(connection, found, messages, attachments)
        _forget_named(connection, named)
        _forget_promises(connection, found, now)
        _each(connection, "DELETE FROM kept WHERE id IN :ids", kept)
        _forget_identity(connection, found, now)
        detail = ", ".join(f"{name} {count}" for name, count in _counts(done))
        noted(connection, now, who, "customer_erased", found.customer, detail)
        # Before the commit: whose files can't be taken away is still there to be erased again.
        for file in files:
            file.unlink(missing_ok=True)

    store.write(write)
    store.settle()
    return done


def erasures(connection: Connection) -> tuple[int, int]:
    """Something that is another once somebody has been erased."""
    count, moments = connection.execute(text("SELECT count(*), coalesce(sum(at), 0) FROM erased")).one()
    return int(count), int(moments)


def _counted(db: Reader, found: Whose, *, messages: int, attachments: int, kept: int, files: int) -> Erased:
    cases, promises = ([0, 0], [0, 0])
    for marks, page in pages(found.owners):
        for table, is_open, counts in (("cases", "state <> 'closed'", cases), ("promises", "state = 'open'", promises)):
            (row,) = db.execute(
                f"SELECT count(*), coalesce(sum(CASE WHEN {is_open} THEN 1 ELSE 0 END), 0)"
                f" FROM {table} WHERE customer IN ({marks})",
                page,
            ).fetchall()
            counts[0] += int(row[0])
            counts[1] += int(row[1])
    return Erased(
        customer=found.customer,
        members=found.members,
        identifiers=len(found.own),
        shared=len(found.shared),
        interactions=len(found.interactions),
        messages=messages,
        attachments=attachments,
        kept=kept,
        files=files,
        cases=cases[0],
        open_cases=cases[1],
        promises=promises[0],
        open_promises=promises[1],
    )


def _counts(done: Erased) -> list[tuple[str, int]]:
    found = ((name, getattr(done, name)) for name in Erased.__struct_fields__)
    return [(name, count) for name, count in found if isinstance(count, int)]


def _forget_contacts(connection: Connection, found: Whose) -> None:
    names = {"nobody": NOBODY}
    for change in (
        # First what people said: the line of an interaction is made from it.
        "UPDATE annotations SET text = '', customer = NULL WHERE interaction IN :ids",
        "DELETE FROM notes WHERE interaction IN :ids",
        "UPDATE interactions SET path = '' WHERE id IN :ids AND id IN (SELECT id FROM visits)",
        "DELETE FROM visit_items WHERE visit IN :ids",
        "DELETE FROM visits WHERE id IN :ids",
        "UPDATE interactions SET owner = :nobody, customer = NULL, title = '', text = '' WHERE id IN :ids",
        "UPDATE calls SET caller = NULL WHERE interaction IN :ids",
        "UPDATE pieces SET caller = NULL WHERE piece IN :ids",
    ):
        _each(connection, change, found.interactions, names if ":nobody" in change else {})


def _forget_mails(connection: Connection, found: Whose, messages: Sequence[str], attachments: Sequence[str]) -> None:
    _each(
        connection,
        "UPDATE messages SET author = '', author_name = '', recipients = '', subject = '', text = '', quoted = '',"
        " message_id = '', subject_key = '', people = '', problems = '', loose = false WHERE id IN :ids",
        messages,
    )
    _each(connection, "DELETE FROM message_attachments WHERE message IN :ids", messages)
    _each(connection, "DELETE FROM thread_refs WHERE interaction IN :ids", found.interactions)
    # Of machines' mails alone: nobody else writes in such a thread.
    _each(
        connection,
        "DELETE FROM thread_refs WHERE interaction IN (SELECT interaction FROM messages WHERE id IN :ids)"
        " AND NOT EXISTS (SELECT 1 FROM interactions i WHERE i.id = thread_refs.interaction)",
        messages,
    )
    # Stored once for everybody: one that somebody else has sent or got, too, stays theirs.
    _each(
        connection,
        "DELETE FROM attachments WHERE hash IN :ids"
        " AND NOT EXISTS (SELECT 1 FROM message_attachments m WHERE m.hash = attachments.hash)",
        attachments,
    )


def _forget_named(connection: Connection, named: Sequence[_Named]) -> None:
    for one in named:
        connection.execute(
            text("UPDATE messages SET recipients = :recipients, people = :people WHERE id = :message"),
            {"recipients": one.recipients, "people": one.people, "message": one.message},
        )


def _forget_promises(connection: Connection, found: Whose, now: Ms) -> None:
    given = {"erased": ERASED, "now": now}
    _each(
        connection,
        "UPDATE cases SET title = '', source = NULL, closed = coalesce(closed, :now), state = 'closed',"
        " customer = :erased WHERE customer IN :ids",
        found.owners,
        given,
    )
    _each(
        connection,
        "UPDATE promises SET what = '', source = NULL, done = coalesce(done, :now), customer = :erased,"
        " state = CASE WHEN state = 'open' THEN 'withdrawn' ELSE state END WHERE customer IN :ids",
        found.owners,
        given,
    )


def _forget_identity(connection: Connection, found: Whose, now: Ms) -> None:
    _each(connection, "DELETE FROM identifiers WHERE id IN :ids", found.own)
    # The number stays, for it is somebody else's; the name that stood with it may be this person's.
    _each(connection, "UPDATE identifiers SET name = '' WHERE id IN :ids", found.shared)
    for table, columns in _ABOUT:
        for column in columns:
            _each(connection, f"DELETE FROM {table} WHERE {column} IN :ids", (*found.members, *found.own))
    # What somebody else wrote of theirs, as much as what they wrote of somebody else's.
    _each(connection, "DELETE FROM mentions WHERE interaction IN :ids", found.interactions)
    for identifier in found.own:
        connection.execute(
            text(
                "INSERT INTO erased (identifier, at) VALUES (:id, :now)"
                " ON CONFLICT (identifier) DO UPDATE SET at = excluded.at"
            ),
            {"id": identifier, "now": now},
        )


def _messages(db: Reader, found: Whose) -> list[str]:
    """Mails of this person's threads, and those they wrote in threads of others."""
    ids: dict[str, None] = {}
    for column, values in (("interaction", found.interactions), ("author", found.own)):
        for marks, page in pages(values):
            rows = db.execute(f"SELECT id FROM messages WHERE {column} IN ({marks})", page)
            ids.update(dict.fromkeys(row[0] for row in rows))
    return list(ids)


def _attachments(db: Reader, messages: Sequence[str]) -> list[str]:
    """What came with these mails and with no others."""
    hashes: dict[str, int] = {}
    for marks, page in pages(messages):
        for (digest,) in db.execute(f"SELECT hash FROM message_attachments WHERE message IN ({marks})", page):
            hashes[digest] = hashes.get(digest, 0) + 1
    found = []
    for marks, page in pages(list(hashes)):
        rows = db.execute(f"SELECT hash, count(*) FROM message_attachments WHERE hash IN ({marks}) GROUP BY hash", page)
        found += [digest for digest, uses in rows if uses == hashes[digest]]
    return found


def _named(db: Reader, found: Whose, messages: Sequence[str]) -> list[_Named]:
    """Other people's mails that went to an address of this person's, too."""
    gone: dict[str, str] = {}
    for marks, page in pages(found.own):
        gone.update(db.execute(f"SELECT id, value FROM identifiers WHERE id IN ({marks}) AND kind = 'mail'", page))
    if not gone:
        return []
    named, besides, values = [], set(messages), set(gone.values())
    for id_, recipients, people in db.execute(
        f"SELECT id, recipients, people FROM messages WHERE {' OR '.join(['people LIKE ?'] * len(gone))}",
        [f"%{identifier}%" for identifier in gone],
    ).fetchall():
        if id_ not in besides:
            left = [one for one in _RECIPIENT.finditer(recipients) if normal_mail(one[1] or one[0]) not in values]
            named.append(
                _Named(
                    message=id_,
                    recipients=", ".join(one[0].strip(" ,") for one in left),
                    people=" ".join(one for one in people.split() if one not in gone),
                )
            )
    return named


def _each(
    connection: Connection, change: str, ids: Sequence[str] | Sequence[int], given: dict[str, Any] | None = None
) -> None:
    statement = text(change).bindparams(bindparam("ids", expanding=True))
    for start in range(0, len(ids), 500):
        connection.execute(statement, {**(given or {}), "ids": list(ids[start : start + 500])})
