"""Outside tables into the history, by a mapping file: each row becomes a line, a customer, a case or a promise.

Every row has an id made of the source's name and its key, so the same table may come again and again: what changed is
changed, nothing is doubled. What can't be read is kept with its row, its column and the reason; the rest goes on.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from msgspec import Struct
from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.report import IngestError, Progress, Report, Ticker, keep, let_go
from cti.ingest.rows import Read, RowReader
from cti.ingest.sources import Row, columns, rows
from cti.ingest.values import CellError
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.records import (
    InteractionRow,
    Seen,
    link,
    put_customers,
    put_interactions,
    put_tags,
    see,
    sole_customers,
)

_BATCH = 10_000
"""Rows in one transaction: half a second in which no other process writes."""
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


class _Parsed(Struct):
    """A batch of rows read, before anything of it is written."""

    reads: list[Read]
    """One for each key: of the same key twice in a batch, the last one counts."""
    readable: list[str]
    """Places of rows that could be read."""
    unread: list[tuple[str, str, bytes]]
    """(place, reason, row) of those that could not."""


class TableIngest:
    """One table on its way in. `shift_ms` moves every time in it, for examples that must look alive."""

    def __init__(self, identities: Identities, map_: Map, now: Ms, shift_ms: int = 0) -> None:
        self._map = map_
        self._reader = RowReader(identities, map_, now, shift_ms)
        self._now = now

    def put(self, store: Store, batch: Sequence[Row]) -> Report:
        """Write a batch of rows in one transaction, and keep what can't be read. Twice is as good as once."""
        # Reading needs no database: others may write meanwhile.
        parsed = self._parsed(batch)
        store.write(lambda connection: self._write(connection, parsed))
        return Report(source=self._map.name, read=len(batch), new=len(parsed.readable), kept=len(parsed.unread))

    def described(self, row: Row) -> str:
        """What a row would become, in words."""
        try:
            read = self._reader.read(row)
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

    def _parsed(self, batch: Sequence[Row]) -> _Parsed:
        found: dict[str, Read] = {}
        parsed = _Parsed([], [], [])
        for row in batch:
            try:
                read = self._reader.read(row)
            except CellError as error:
                parsed.unread.append((row.place, str(error), _body(row)))
                continue
            found[read.key] = read
            parsed.readable.append(row.place)
        parsed.reads = list(found.values())
        return parsed

    def _write(self, connection: Connection, parsed: _Parsed) -> None:
        for place, reason, body in parsed.unread:
            keep(connection, self._map.name, place, reason, body, self._now)
        let_go(connection, self._map.name, parsed.readable)
        reads = parsed.reads
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
                lines = [read.line for read in reads if read.line is not None]
                # In the order of the table: neighbours share a page, and each page is written once.
                put_interactions(connection, sorted(lines, key=_place_in_table))

    def _people(self, connection: Connection, reads: Sequence[Read]) -> dict[str, str]:
        """Identifier -> customer, for identifiers of exactly one."""
        if not self._map.link and self._map.kind in HISTORY_KINDS:
            return {}
        return sole_customers(connection, {one.id for read in reads for one in read.identifiers})

    def _whose(self, read: Read, people: dict[str, str]) -> str:
        """The customer of a row: named, or the one its surest identifier belongs to, or the identifier itself."""
        if read.customer:
            return read.customer
        return next((people[one.id] for one in read.identifiers if one.id in people), read.identifiers[0].id)

    def _link(self, connection: Connection, reads: Sequence[Read], people: dict[str, str]) -> None:
        if not self._map.link and self._map.kind != "customer":
            return
        links = []
        for read in reads:
            customer = read.customer or next((people[one.id] for one in read.identifiers if one.id in people), "")
            if customer:
                links += [(one.id, customer) for one in read.identifiers]
        link(connection, dict.fromkeys(one for one in links if people.get(one[0]) != one[1]), self._map.name, self._now)

    def _confirm(self, connection: Connection, reads: Sequence[Read]) -> None:
        """A row that names a number and a customer says who it was; what an agent has said already stays."""
        rows = [
            {"id": read.line.id, "customer": read.customer, "at": self._now}
            for read in reads
            if read.line is not None and read.customer and read.identifiers
        ]
        if rows:
            connection.execute(_CONFIRM, rows)

    def _cases(self, connection: Connection, reads: Sequence[Read], people: dict[str, str]) -> None:
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

    def _promises(self, connection: Connection, reads: Sequence[Read], people: dict[str, str]) -> None:
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
        done = into.put(store, batch)
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


def _place_in_table(line: InteractionRow) -> tuple[str, int]:
    return line.owner, line.at


def preview(identities: Identities, map_: Map, source: str, now: Ms, count: int = 5) -> list[tuple[str, str]]:
    """What the first rows would become, as (place, words); nothing is written. Raises `IngestError`."""
    into = TableIngest(identities, map_, now)
    return [(row.place, into.described(row)) for row in islice(checked(rows(source, map_), map_), count)]
