"""Outside tables into the history, by a mapping file: each row becomes a line, a customer, a case or a promise.

Every row has an id made of the source's name and its key, so the same table may come again and again: what changed is
changed, nothing is doubled. What can't be read is kept with its row, its column and the reason; the rest goes on.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice

from msgspec import Struct
from sqlalchemy import Connection, bindparam, text

from cti.core.ids import Ms
from cti.ingest.mails import snippet
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.report import IngestError, Progress, Report, Ticker, keep, let_go
from cti.ingest.sources import Cells, Row, columns, rows
from cti.ingest.values import CellError, Reader
from cti.store.database import Store
from cti.store.identity import Identifier, Identities
from cti.store.records import (
    CustomerRow,
    InteractionRow,
    Seen,
    link,
    put_customers,
    put_interactions,
    put_tags,
    see,
)

_BATCH = 1000
_OWNERS = ("account", "mail", "tel", "device")
"""Whose row it is, surest first, when it names several."""
_LINKED = text("SELECT identifier, customer FROM links WHERE identifier IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_CASE = """
    INSERT INTO cases ({id}customer, title, state, opened, closed, owner, source)
    VALUES ({value}:customer, :title, :state, :opened, :closed, :owner, :source)
    ON CONFLICT (source) DO UPDATE SET customer = excluded.customer, title = excluded.title, state = excluded.state,
        opened = excluded.opened, closed = excluded.closed, owner = excluded.owner
    """
_NUMBERED_CASE = text(_CASE.format(id="id, ", value=":id, "))
_NEW_CASE = text(_CASE.format(id="", value=""))
_PROMISE = text(
    """
    INSERT INTO promises (customer, case_id, what, due, made, agent, state, source)
    VALUES (:customer, :case_id, :what, :due, :made, :agent, :state, :source)
    ON CONFLICT (source) DO UPDATE SET customer = excluded.customer, case_id = excluded.case_id, what = excluded.what,
        due = excluded.due, made = excluded.made, agent = excluded.agent, state = excluded.state
    """
)
_CONFIRM = text(
    "INSERT INTO annotations (interaction, customer, at) VALUES (:id, :customer, :at)"
    " ON CONFLICT (interaction) DO NOTHING"
)
_STATES = {"case": ("open", "waiting", "closed"), "promise": ("open", "kept", "withdrawn")}


class _Read(Struct):
    """A row read in full, so that nothing can go wrong any more when it is written."""

    key: str
    at: Ms
    identifiers: list[Identifier]
    customer: str
    name: str
    title: str
    agent: str
    case: int | None
    due: Ms
    state: str
    person: CustomerRow | None = None
    tags: tuple[str, ...] = ()
    line: InteractionRow | None = None


class TableIngest:
    """One table on its way in. `shift_ms` moves every time in it, for examples that must look alive."""

    def __init__(self, identities: Identities, map_: Map, now: Ms, shift_ms: int = 0) -> None:
        self._identities = identities
        self._map = map_
        self._reader = Reader(map_)
        self._now = now
        self._shift = shift_ms

    def put(self, connection: Connection, batch: Sequence[Row]) -> Report:
        """Write a batch of rows, and keep what can't be read. Twice is as good as once."""
        report = Report(source=self._map.name, read=len(batch))
        found: dict[str, _Read] = {}
        readable: list[str] = []
        for row in batch:
            try:
                read = self._row(row)
            except CellError as error:
                keep(connection, self._map.name, row.place, str(error), _body(row), self._now)
                report.kept += 1
                continue
            found[read.key] = read  # the same key twice in a table: the last one counts
            readable.append(row.place)
        let_go(connection, self._map.name, readable)
        reads = list(found.values())
        see(connection, [Seen(one, read.at, read.name) for read in reads for one in read.identifiers])
        people = self._people(connection, reads)
        self._link(connection, reads, people)
        match self._map.kind:
            case "customer":
                put_customers(connection, [read.person for read in reads if read.person is not None])
                put_tags(connection, [(read.customer, tag) for read in reads for tag in read.tags], self._map.name)
            case "case":
                self._cases(connection, reads, people)
            case "promise":
                self._promises(connection, reads, people)
            case _:
                self._confirm(connection, reads)
                put_interactions(connection, [read.line for read in reads if read.line is not None])
        report.new = len(readable)
        return report

    def described(self, row: Row) -> str:
        """What a row would become, in words."""
        try:
            read = self._row(row)
        except CellError as error:
            return f"kept unread: {error}"
        shown = read.line or read.person or read
        whose = ", ".join(f"{one.kind} {one.value}" for one in read.identifiers) or read.customer
        at = datetime.fromtimestamp(read.at / 1000, UTC).isoformat(timespec="seconds")
        named = {
            name: value
            for name in ("title", "name", "text", "mark", "agent_name", "language", "tier", "state")
            if (value := getattr(shown, name, None))
        }
        return f"{self._map.kind} of {whose} at {at}: {named}"

    def _row(self, row: Row) -> _Read:
        if row.reason:
            raise CellError(row.reason)
        cells, reader = row.cells, self._reader
        kind = self._map.kind
        key = reader.text(cells, "key") or _fingerprint(cells)
        if len(key) > 200:
            key = _fingerprint({"key": key})
        identifiers = []
        for name in _OWNERS:
            raw = reader.text(cells, name)
            if raw and (identifier := self._identities.of_kind(name, raw)) is not None:
                identifiers.append(identifier)
        customer = reader.text(cells, "key" if kind == "customer" else "customer").replace(":", "-")
        if not identifiers and not customer:
            raise CellError("no tel, mail, account, device or customer in it can be read: nobody's row")
        state = reader.text(cells, "state") or "open"
        if kind in _STATES and state not in _STATES[kind]:
            raise CellError(f"column for state: {state!r}; it can be {', '.join(_STATES[kind])}")
        read = _Read(
            key=key,
            at=self._time(cells, "at") if self._map.columns.at is not None else self._now,
            identifiers=identifiers,
            customer=customer,
            name=reader.text(cells, "name"),
            title=reader.text(cells, "title")[:500],
            agent=reader.text(cells, "agent"),
            case=reader.number(cells, "case"),
            due=self._time(cells, "due") if kind == "promise" else Ms(0),
            state=state,
        )
        if kind == "customer":
            read.tags = tuple(tag for one in re.split("[;；]", reader.text(cells, "tags")) if (tag := one.strip()))
            read.person = CustomerRow(
                id=customer,
                at=read.at,
                name=read.name,
                language=reader.text(cells, "language") or None,
                tier=reader.text(cells, "tier"),
                source=self._map.name,
            )
        elif kind in HISTORY_KINDS:
            read.line = self._line(cells, read)
        return read

    def _time(self, cells: Cells, name: str) -> Ms:
        return Ms(self._reader.time(cells, name) + self._shift)

    def _people(self, connection: Connection, reads: Sequence[_Read]) -> dict[str, str]:
        """Identifier -> customer, for identifiers of exactly one."""
        if not self._map.link and self._map.kind in HISTORY_KINDS:
            return {}
        ids = list({one.id for read in reads for one in read.identifiers})
        linked: dict[str, set[str]] = {}
        for start in range(0, len(ids), 500):
            for identifier, customer in connection.execute(_LINKED, {"ids": ids[start : start + 500]}):
                linked.setdefault(identifier, set()).add(customer)
        return {identifier: next(iter(who)) for identifier, who in linked.items() if len(who) == 1}

    def _whose(self, read: _Read, people: dict[str, str]) -> str:
        """The customer of a row: named, or the one its surest identifier belongs to, or the identifier itself."""
        if read.customer:
            return read.customer
        return next((people[one.id] for one in read.identifiers if one.id in people), read.identifiers[0].id)

    def _link(self, connection: Connection, reads: Sequence[_Read], people: dict[str, str]) -> None:
        if not self._map.link and self._map.kind != "customer":
            return
        links = []
        for read in reads:
            customer = read.customer or next((people[one.id] for one in read.identifiers if one.id in people), "")
            if customer:
                links += [(one.id, customer) for one in read.identifiers]
        link(connection, links, self._map.name, self._now)

    def _confirm(self, connection: Connection, reads: Sequence[_Read]) -> None:
        """A row that names a number and a customer says who it was; what an agent has said already stays."""
        rows = [
            {"id": read.line.id, "customer": read.customer, "at": self._now}
            for read in reads
            if read.line is not None and read.customer and read.identifiers
        ]
        if rows:
            connection.execute(_CONFIRM, rows)

    def _cases(self, connection: Connection, reads: Sequence[_Read], people: dict[str, str]) -> None:
        for read in reads:
            row = {
                "id": read.case,
                "customer": self._whose(read, people),
                "title": read.title,
                "state": read.state,
                "opened": read.at,
                "closed": self._now if read.state == "closed" else None,
                "owner": read.agent,
                "source": f"{self._map.name}:{read.key}",
            }
            # A number that a case of ours has already stays with that one.
            taken = connection.execute(
                text("SELECT 1 FROM cases WHERE id = :id AND (source IS NULL OR source <> :source)"), row
            ).first()
            connection.execute(_NEW_CASE if read.case is None or taken else _NUMBERED_CASE, row)

    def _promises(self, connection: Connection, reads: Sequence[_Read], people: dict[str, str]) -> None:
        rows = [
            {
                "customer": self._whose(read, people),
                "case_id": read.case,
                "what": read.title,
                "due": read.due,
                "made": read.at,
                "agent": read.agent,
                "state": read.state,
                "source": f"{self._map.name}:{read.key}",
            }
            for read in reads
        ]
        if rows:
            connection.execute(_PROMISE, rows)

    def _line(self, cells: Cells, read: _Read) -> InteractionRow:
        reader = self._reader
        return InteractionRow(
            owner=read.identifiers[0].id if read.identifiers else f"customer:{read.customer}",
            at=read.at,
            id=f"{self._map.name}:{read.key}",
            kind=self._map.kind,
            title=read.title,
            text=snippet(reader.text(cells, "text")),
            inbound=reader.truth(cells, "inbound") is not False,
            language=reader.text(cells, "language") or None,
            agent_name=read.agent,
            lasted=reader.seconds(cells, "lasted_s"),
            waited=reader.seconds(cells, "waited_s"),
            solved=reader.truth(cells, "solved"),
            mark=reader.text(cells, "mark"),
            case_id=read.case,
            source=self._map.name,
        )


def ingest_table(
    store: Store, identities: Identities, map_: Map, source: str, now: Ms, progress: Progress | None = None
) -> Report:
    """Bring in a table. Raises `IngestError` when it can't be read at all, or lacks columns the map names."""
    return put_rows(store, TableIngest(identities, map_, now), checked(rows(source, map_), map_), map_.name, progress)


def checked(found: Iterator[Row], map_: Map) -> Iterator[Row]:
    """`found`, after a look at the first row: a map that names columns there aren't is wrong as a whole."""
    for row in found:
        if not row.reason and (missing := columns(map_, row.cells)):
            there = ", ".join(sorted(str(name) for name in row.cells))
            raise IngestError(f"{row.place}: no column {', '.join(missing)}; there are {there}")
        yield row
        if not row.reason:
            break
    yield from found


def put_rows(
    store: Store, into: TableIngest, found: Iterator[Row], name: str, progress: Progress | None = None
) -> Report:
    """Bring in rows batch by batch, each in a transaction of its own."""
    report = Report(source=name)
    ticker = Ticker(report, progress)
    while batch := list(islice(found, _BATCH)):
        done = store.write(lambda connection, batch=batch: into.put(connection, batch))  # type: ignore[misc]
        report.read += done.read
        report.new += done.new
        report.kept += done.kept
        ticker.tick()
    if progress is not None:
        progress(report)
    return report


def _body(row: Row) -> bytes:
    if row.raw:
        return row.raw.encode("utf-8", "surrogateescape")
    return json.dumps(dict(row.cells), ensure_ascii=False, default=str).encode("utf-8", "replace")


def _fingerprint(cells: Cells) -> str:
    digest = blake2b(digest_size=15)
    for name in sorted(cells):
        digest.update(f"{name}\0{cells[name]}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def preview(identities: Identities, map_: Map, source: str, now: Ms, count: int = 5) -> list[tuple[str, str]]:
    """What the first rows would become, as (place, words); nothing is written. Raises `IngestError`."""
    into = TableIngest(identities, map_, now)
    return [(row.place, into.described(row)) for row in islice(checked(rows(source, map_), map_), count)]
