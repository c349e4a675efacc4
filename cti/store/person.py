"""Everything about one person, in one piece: for whoever asks what we hold of them, and for whoever erases it."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from msgspec import Struct

from cti.core.events import Record
from cti.core.ids import Ms
from cti.store import lists, mails, pins, reads, text_work, understanding
from cti.store.identity_views import PinLine
from cti.store.journal import Journal
from cti.store.reader import Reader
from cti.store.vault import Vault, VaultError, talk_of
from cti.store.views import CallLine, Entry, Message, PieceLine, Wishes
from cti.store.visits import Item

_PAGE = 500
_BODIES = 100
_SHORTEST = 5
"""Characters of a value that is looked for in what could not be read: less would be found in anything."""
_PIECE = 1 << 20
"""Bytes of a recording that are in memory at a time."""


class Whose(Struct, frozen=True, kw_only=True):
    """What is one person's: found once, for reading it out and for erasing it."""

    customer: str
    members: tuple[str, ...]
    """The customer and everybody merged into it."""
    own: tuple[str, ...]
    """Identifiers of nobody else."""
    shared: tuple[str, ...]
    """Identifiers that are somebody else's, too: of their lines, only those said to be this person's are."""
    interactions: tuple[str, ...]
    """Lines of the timeline, oldest first."""

    @property
    def owners(self) -> tuple[str, ...]:
        """Whoever cases and promises may be written to."""
        return (*self.members, *self.own)

    @property
    def mark(self) -> str:
        """Another one once somebody else is merged into them, or a number or address of theirs comes or goes."""
        parts = (sorted(self.members), sorted(self.own), sorted(self.shared))
        return blake2b(msgspec.json.encode(parts), digest_size=12).hexdigest()


class Held(Struct, frozen=True, kw_only=True):
    """An identifier as we hold it."""

    id: str
    kind: str
    value: str
    raw: str
    """As it first came."""
    name: str
    """What its owner called themselves."""
    language: str | None
    first_seen: Ms
    last_seen: Ms
    shared: bool
    """Somebody else's, too."""


class HeldCall(Struct, frozen=True, kw_only=True):
    """A call, and the journal's records of it."""

    line: CallLine
    records: tuple[Record, ...]


class HeldPiece(Struct, frozen=True, kw_only=True):
    """A piece of text work, such as a message left, and the journal's records of it."""

    line: PieceLine
    records: tuple[Record, ...]


class Thread(Struct, frozen=True, kw_only=True):
    """The mails of one line of the timeline, or of a thread that has none."""

    interaction: str
    messages: tuple[Message, ...]


class Wrote(Struct, frozen=True, kw_only=True):
    """A number or address that this person wrote in a contact."""

    interaction: str
    at: Ms
    shown: str


class HeldVisit(Struct, frozen=True, kw_only=True):
    """One visit of a web site, with everything that was done in it."""

    interaction: str
    items: tuple[Item, ...]


class HeldCase(Struct, frozen=True, kw_only=True):
    id: int
    title: str
    state: str
    opened: Ms
    closed: Ms | None
    owner: str


class HeldPromise(Struct, frozen=True, kw_only=True):
    id: int
    what: str
    due: Ms
    made: Ms
    agent: str
    state: str


class HeldUnread(Struct, frozen=True, kw_only=True):
    """Something that could not be read and holds one of their numbers or addresses."""

    id: int
    source: str
    place: str
    reason: str
    at: Ms


class Export(Struct, frozen=True, kw_only=True):
    """Everything we hold of one person; times are milliseconds since 1970, UTC."""

    made: Ms
    customer: str
    merged: tuple[str, ...]
    """Other ids that people said are the same person's."""
    name: str
    language: str | None
    tier: str
    tags: tuple[str, ...]
    wishes: Wishes | None
    pin: PinLine | None
    """That they have one; what it is nobody can read."""
    identifiers: tuple[Held, ...]
    timeline: tuple[Entry, ...]
    calls: tuple[HeldCall, ...]
    pieces: tuple[HeldPiece, ...]
    threads: tuple[Thread, ...]
    cases: tuple[HeldCase, ...]
    promises: tuple[HeldPromise, ...]
    wrote: tuple[Wrote, ...]
    visits: tuple[HeldVisit, ...]
    unread: tuple[HeldUnread, ...]
    """Each is a file of its own, as it came."""


def whose(db: Reader, customer: str) -> Whose | None:
    """What is this customer's; None: there is no such customer. Raises `LookupError` for a customer's identifier."""
    who = reads.who_is(db, customer)
    if who is None:
        return None
    own: list[str] = []
    shared: list[str] = []
    if reads.is_identifier(who.id):
        if people := [one.id for one in reads.people_of(db, customer)]:
            raise LookupError(f"{customer} is an identifier of {', '.join(people)}: name the customer")
        own.append(customer)
    marks = ", ".join("?" * len(who.members))
    for identifier, others in db.execute(
        "SELECT DISTINCT l.identifier, (SELECT count(*) FROM links o WHERE o.identifier = l.identifier"
        f" AND o.ended IS NULL AND o.customer NOT IN ({marks}))"
        f" FROM links l WHERE l.customer IN ({marks}) AND l.ended IS NULL ORDER BY l.identifier",
        (*who.members, *who.members),
    ):
        (shared if others else own).append(identifier)
    lines: list[tuple[Ms, str]] = []
    for owner in (*own, *(f"customer:{one}" for one in who.members)):
        lines += db.execute("SELECT at, id FROM interactions WHERE owner = ?", (owner,)).fetchall()
    for owner in shared:
        # Whoever confirms a line of an identifier links it: there are no others of this customer's.
        lines += db.execute(
            f"SELECT at, id FROM interactions WHERE owner = ? AND customer IN ({marks})", (owner, *who.members)
        ).fetchall()
    lines += _beside(db, [id_ for _, id_ in lines])
    return Whose(
        customer=who.id,
        members=who.members,
        own=tuple(own),
        shared=tuple(shared),
        interactions=tuple(id_ for _, id_ in sorted(set(lines))),
    )


def _beside(db: Reader, interactions: Sequence[str]) -> Iterator[tuple[Ms, str]]:
    """The messages left in these calls and the calls these messages were left in: whose one is, theirs is the other."""
    for marks, page in pages(interactions):
        yield from db.execute(
            f"SELECT at, piece FROM pieces WHERE about IN ({marks}) UNION ALL SELECT i.at, i.id FROM pieces p"
            f" JOIN interactions i ON i.id = p.about WHERE p.piece IN ({marks})",
            (*page, *page),
        ).fetchall()


def export(db: Reader, journal: Journal | None, customer: str, now: Ms) -> Export | None:
    """Everything about one person; None: there is no such customer. Raises `LookupError` as `whose` does."""
    found, who = whose(db, customer), reads.who_is(db, customer)
    if found is None or who is None:
        return None
    return Export(
        made=now,
        customer=who.id,
        merged=who.members[1:],
        name=who.name,
        language=who.language,
        tier=who.tier,
        tags=reads.tags_of(db, who.members),
        wishes=understanding.wishes_of(db, who.members),
        pin=pins.line(db, who.members),
        identifiers=tuple(_held(db, found)),
        timeline=tuple(_entries(db, found.interactions)),
        calls=tuple(_calls(db, journal, found.interactions)),
        pieces=tuple(_pieces(db, journal, found.interactions)),
        threads=tuple(_threads(db, found)),
        cases=tuple(
            HeldCase(id=row[0], title=row[1], state=row[2], opened=row[3], closed=row[4], owner=row[5])
            for row in _of(db, "id, title, state, opened, closed, owner FROM cases", found.owners)
        ),
        promises=tuple(
            HeldPromise(id=row[0], what=row[1], due=row[2], made=row[3], agent=row[4], state=row[5])
            for row in _of(db, "id, what, due, made, agent, state FROM promises", found.owners)
        ),
        wrote=tuple(_wrote(db, found)),
        visits=tuple(_visits(db, found.interactions)),
        unread=tuple(_unread(db, found)),
    )


def pack(found: Export, db: Reader, vault: Vault, folder: Path | None, into: BinaryIO) -> None:
    """Write a zip: `person.json`; every attachment, recording and what could not be read as a plain file of its own.

    What can't be decrypted is named in `unreadable.txt`, with the reason.
    """
    unreadable: list[str] = []
    with ZipFile(into, "w", ZIP_DEFLATED) as archive:
        archive.writestr("person.json", msgspec.json.format(msgspec.json.encode(found), indent=2))
        attached = {one.digest: one.name for thread in found.threads for m in thread.messages for one in m.attachments}
        for digest, name in attached.items():
            try:
                body = vault.attachment(db, digest)
            except VaultError as error:
                unreadable.append(f"{name}: {error}")
                continue
            if body is not None:
                # Whoever sent it chose the name: nothing in it may lead out of the folder it is unpacked in.
                safe = re.sub(r"[^\w. -]", "_", name)[-80:].lstrip(".") or "unnamed"
                archive.writestr(f"attachments/{digest[:12]}-{safe}", body)
        for one in found.unread:
            body = db.execute("SELECT body FROM kept WHERE id = ?", (one.id,)).fetchone()
            if body is not None:
                archive.writestr(f"unread/{one.id}", bytes(body[0]))
        for call in found.calls:
            try:
                for name in (call.line.interaction, talk_of(call.line.interaction)):
                    _pack_recording(archive, vault, folder, name)
            except VaultError as error:
                unreadable.append(str(error))
        if unreadable:
            archive.writestr("unreadable.txt", "\n".join(unreadable) + "\n")


def _pack_recording(archive: ZipFile, vault: Vault, folder: Path | None, call: str) -> None:
    if folder is None or (recording := vault.recording(folder, call)) is None:
        return
    with contextlib.closing(recording), archive.open(f"recordings/{recording.name}", "w") as into:
        for start in range(0, recording.size, _PIECE):
            into.write(recording.read(start, _PIECE))


def pages(values: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """`values` in pieces a statement takes, each with its marks: `?, ?, ?`."""
    for start in range(0, len(values), _PAGE):
        page = values[start : start + _PAGE]
        yield ", ".join("?" * len(page)), page


def unread_of(db: Reader, found: Whose) -> Iterator[int]:
    """What could not be read and holds one of the values as it is written."""
    values: set[bytes] = set()
    for marks, page in pages(found.own):
        for row in db.execute(f"SELECT value, raw FROM identifiers WHERE id IN ({marks})", page):
            values.update(value.encode().lower() for value in row if len(value) >= _SHORTEST)
    last = 0
    # A few at a time: each may be a mail with all that is attached to it.
    while values and (
        rows := db.execute("SELECT id, body FROM kept WHERE id > ? ORDER BY id LIMIT ?", (last, _BODIES)).fetchall()
    ):
        yield from (id_ for id_, body in rows if any(value in bytes(body).lower() for value in values))
        last = rows[-1][0]


def _unread(db: Reader, found: Whose) -> Iterator[HeldUnread]:
    for id_ in unread_of(db, found):
        for row in db.execute("SELECT id, source, place, reason, at FROM kept WHERE id = ?", (id_,)).fetchall():
            yield HeldUnread(**dict(zip(HeldUnread.__struct_fields__, row, strict=True)))


def _held(db: Reader, found: Whose) -> Iterator[Held]:
    for marks, page in pages((*found.own, *found.shared)):
        for row in db.execute(
            "SELECT id, kind, value, raw, name, language, first_seen, last_seen FROM identifiers"
            f" WHERE id IN ({marks}) ORDER BY id",
            page,
        ):
            yield Held(
                **dict(zip(Held.__struct_fields__[:8], row, strict=True)),  # the columns, in their order
                shared=row[0] in found.shared,
            )


def _wrote(db: Reader, found: Whose) -> Iterator[Wrote]:
    for marks, page in pages(found.own):
        for interaction, at, shown in db.execute(
            f"SELECT interaction, at, shown FROM mentions WHERE owner IN ({marks}) ORDER BY at, interaction, shown",
            page,
        ):
            yield Wrote(interaction=interaction, at=at, shown=shown)


def _visits(db: Reader, interactions: Sequence[str]) -> Iterator[HeldVisit]:
    items: dict[str, list[Item]] = {}
    for marks, page in pages(interactions):
        for visit, *row in db.execute(
            "SELECT visit, at, id, kind, words, place, found, body FROM visit_items"
            f" WHERE visit IN ({marks}) ORDER BY visit, at, id",
            page,
        ):
            items.setdefault(visit, []).append(Item(**dict(zip(Item.__struct_fields__, row, strict=True))))
    for visit, done in items.items():
        yield HeldVisit(interaction=visit, items=tuple(done))


def _entries(db: Reader, interactions: Sequence[str]) -> Iterator[Entry]:
    for marks, page in pages(interactions):
        rows = db.execute(f"SELECT {reads.ENTRY} FROM interactions WHERE id IN ({marks}) ORDER BY at, id", page)
        yield from map(reads.entry, rows.fetchall())


def _threads(db: Reader, found: Whose) -> Iterator[Thread]:
    """Their threads whole; of all others, such as those that machines write for them, what they wrote."""
    theirs = set(found.interactions)
    for one in found.interactions:
        if messages := mails.thread(db, one):
            yield Thread(interaction=one, messages=messages)
    for _, authors in pages(found.own):
        for one, messages in mails.by(db, authors).items():
            if one not in theirs:
                yield Thread(interaction=one, messages=messages)


def _calls(db: Reader, journal: Journal | None, interactions: Sequence[str]) -> Iterator[HeldCall]:
    for interaction in interactions:
        if (line := lists.call(db, interaction)) is None:
            continue
        yield HeldCall(line=line, records=_records(db, journal, interaction))


def _pieces(db: Reader, journal: Journal | None, interactions: Sequence[str]) -> Iterator[HeldPiece]:
    for interaction in interactions:
        if (line := text_work.piece_line(db, interaction)) is not None:
            yield HeldPiece(line=line, records=_records(db, journal, interaction))


def _records(db: Reader, journal: Journal | None, interaction: str) -> tuple[Record, ...]:
    told = text_work.span(db, interaction)
    return tuple(journal.story(*told, interaction)) if journal is not None and told is not None else ()


def _of(db: Reader, columns: str, owners: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for marks, page in pages(owners):
        yield from db.execute(f"SELECT {columns} WHERE customer IN ({marks}) ORDER BY id", page).fetchall()
