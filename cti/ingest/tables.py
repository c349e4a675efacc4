"""Outside tables into the history, by a mapping file: each row becomes a line, a customer, a case or a promise.

Every row has an id made of the source's name and its key, so the same table may come again and again: what changed is
changed, nothing is doubled. What can't be read is kept with its row, its column and the reason; the rest goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from msgspec import Struct, field
from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.again import kept_rows
from cti.ingest.gone import Met, take_out
from cti.ingest.lines import Lines, Row
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.people import People
from cti.ingest.report import IngestError, Progress, Report, Ticker, keep, let_go
from cti.ingest.rows import Reads, RowReader, tags_of
from cti.ingest.sources import SIZE, Batch, Broken, batches
from cti.ingest.watermark import Value, move, newest, reached
from cti.store import case_words
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.pins import bring, to_bring
from cti.store.records import CustomerRow, bulk, put_customers, put_tags

# What people did here since holds: a case that was merged stays so, and one that came again is not closed by its table.
_CASE = """
    INSERT INTO cases ({id}customer, title, state, opened, closed, owner, source)
    VALUES ({value}:customer, :title, :state, :opened, :closed, :owner, :source)
    ON CONFLICT (source) DO UPDATE SET customer = excluded.customer, title = excluded.title,
        opened = excluded.opened, owner = excluded.owner,
        state = CASE WHEN cases.reopened > 0 THEN cases.state ELSE excluded.state END,
        closed = CASE WHEN cases.reopened > 0 THEN cases.closed WHEN excluded.state <> 'closed' THEN NULL
            WHEN :told THEN excluded.closed ELSE coalesce(cases.closed, excluded.closed) END
    WHERE cases.merged_into IS NULL RETURNING id
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
Work = Callable[[Connection], None]
"""What is done in one transaction."""
_TOGETHER = 10
"""Batches of lines that are sorted together: several then fall on a page of a long table, which is written once."""


class TableIngest:
    """One table on its way in, `size` rows in a transaction.

    `shift_ms` moves every time in it, for examples that must look alive.
    """

    def __init__(self, identities: Identities, map_: Map, now: Ms, shift_ms: int = 0, size: int = SIZE) -> None:
        self._map = map_
        self._identities = identities
        self._reader = RowReader(identities, map_, now, shift_ms)
        self._now = now
        self._size = size
        self._by = f"table:{map_.name}"
        """Who brings PINs: no agent's id holds a colon."""

    def put(self, store: Store, found: Iterator[Batch], met: Met | None = None) -> Iterator[Report]:
        """Write rows as they come, and keep what can't be read; gives what each transaction did.

        Twice is as good as once. Raises `IngestError` when it can't go on; what was read before stays.
        """
        enough = _TOGETHER if self._map.kind in HISTORY_KINDS else 1  # all else follows one another
        some = _Some()
        failed: IngestError | None = None
        try:
            for batch in found:
                # Reading needs no database: others may write meanwhile.
                reads, places, broken = self._reader.read(batch)
                some.reads.append(reads)
                some.places.append(places)
                some.broken += broken
                if self._map.watermark and (at := newest(batch.column(self._map.watermark))) is not None:
                    some.mark = at
                del batch, reads  # no cell of theirs is needed while others are read or written
                if len(some.reads) == enough:
                    yield from self._put(store, some, met)
                    some = _Some()
        except IngestError as error:
            failed = error
        if some.reads:
            yield from self._put(store, some, met)
        if failed is not None:
            raise failed

    def _put(self, store: Store, some: "_Some", met: Met | None) -> Iterator[Report]:
        """Write them together, and leave none of them in `some`: there is room for them once only."""
        reads = Reads.joined(some.reads)
        some.reads.clear()
        # Of the same key twice, the last one counts.
        last_of = dict(zip(reads.key, range(len(reads)), strict=True))
        twice = len(reads) - len(last_of)
        if twice:
            reads = reads.at_rows(list(last_of.values()))
        del last_of
        said = {customer: pin for customer, pin in zip(reads.customer, reads.pin, strict=True) if pin}
        made = to_bring(store, self._identities, said, self._by) if said else {}

        work = self._work(store, reads)
        keys = reads.key
        del reads
        *before, (count, last) = work
        for many, each in before:
            store.write(each)
            yield Report(source=self._map.name, read=many, new=many)

        def finish(connection: Connection) -> None:
            """What says that all of them are there comes with the last."""
            last(connection)
            for one in some.broken:
                body = one.raw.encode("utf-8", "replace")
                keep(connection, self._map.name, one.place, one.reason, body, self._now)
            let_go(connection, self._map.name, chain.from_iterable(some.places))
            bring(connection, made, self._by, self._now)
            if some.mark is not None:
                move(connection, self._map.name, some.mark, self._now)

        store.write(finish)
        if met is not None:
            met.add([self._id(key) for key in keys])
        new = count + twice
        yield Report(source=self._map.name, read=new + len(some.broken), new=new, kept=len(some.broken))

    def _work(self, store: Store, reads: Reads) -> list[tuple[int, Work]]:
        """What is left to be done in each transaction, and of how many rows; whom lines name is noted here."""
        order = list(range(len(reads)))
        if self._map.kind not in HISTORY_KINDS:
            people = People(reads, order, self._map, self._now, self._size)
            return [(len(reads), partial(self._write, reads=reads, people=people))]
        # By owner and time, as lines stand in their table: neighbours share a page, there and in memory.
        owners = reads.whose()
        order.sort(key=reads.at.__getitem__)
        order.sort(key=owners.__getitem__)
        people = People(reads, order, self._map, self._now, self._size)
        lines = Lines(reads, order, self._map, self._identities, self._now)
        people.note(store.write)

        def write(connection: Connection, rows: Sequence[Row]) -> None:
            people.stay(connection)
            lines.write(connection, rows)

        return [(len(rows), partial(write, rows=rows)) for rows in lines.parts(self._size)]

    def described(self, batch: Batch) -> list[tuple[str, str]]:
        """What rows would become, as (place, words)."""
        reads, places, broken = self._reader.read(batch)
        made = [(place, self._words(reads, n)) for n, place in enumerate(places)]
        return [*made, *((one.place, f"kept unread: {one.reason}") for one in broken)]

    def _words(self, reads: Reads, n: int) -> str:
        known = [made[id_] for column in reads.ids for made in reads.identifiers if (id_ := column[n]) in made]
        whose = ", ".join(f"{one.kind} {one.value}" for one in known) or reads.customer[n]
        at = datetime.fromtimestamp(reads.at[n] / 1000, UTC).isoformat(timespec="seconds")
        fields: dict[str, Sequence[object]] = {
            "title": reads.title,
            "name": reads.name,
            **{name: reads.more[name] for name in ("text", "mark") if name in reads.more},
            "agent": reads.agent,
            "language": reads.language,
            "tier": reads.tier,
            "pin": ["set" if pin else "" for pin in reads.pin],
            **({"state": reads.state} if self._map.kind in ("case", "promise") else {}),
        }
        named = {name: column[n] for name, column in fields.items() if column[n]}
        return f"{self._map.kind} of {whose} at {at}: {named}"

    def _write(self, connection: Connection, reads: Reads, people: People) -> None:
        """Write rows that are no lines."""
        whose = people.note(lambda work: work(connection))
        match self._map.kind:
            case "customer":
                self._customers(connection, reads)
            case "case":
                self._cases(connection, reads, _owners(reads, whose))
            case _:
                self._promises(connection, reads, _owners(reads, whose))

    def _customers(self, connection: Connection, reads: Reads) -> None:
        rows = zip(reads.customer, reads.at, reads.name, reads.language, reads.tier, strict=True)
        put_customers(
            connection,
            [
                CustomerRow(id=id_, at=at, name=name, language=language, tier=tier, source=self._map.name)
                for id_, at, name, language, tier in rows
            ],
        )
        tags = zip(reads.customer, reads.tags, strict=True)
        put_tags(connection, [(id_, tag) for id_, written in tags for tag in tags_of(written)], self._map.name)

    def _id(self, key: str) -> str:
        return f"{self._map.name}:{key}"

    def _cases(self, connection: Connection, reads: Reads, owners: Sequence[str]) -> None:
        titles = []
        for n, (number, state) in enumerate(zip(reads.case, reads.state, strict=True)):
            row = {
                "id": number,
                "customer": owners[n],
                "title": reads.title[n],
                "state": state,
                "opened": reads.at[n],
                "closed": (reads.closed[n] or self._now) if state == "closed" else None,
                "told": reads.closed[n] is not None,
                "owner": reads.agent[n],
                "source": self._id(reads.key[n]),
            }
            # A number that a case of ours has already stays with that one.
            taken = connection.execute(
                text("SELECT 1 FROM cases WHERE id = :id AND (source IS NULL OR source <> :source)"), row
            ).first()
            written = connection.execute(_NEW_CASE if number is None or taken else _NUMBERED_CASE, row).scalar()
            if written is not None:
                titles.append((written, reads.title[n]))
        case_words.index(connection, titles)

    def _promises(self, connection: Connection, reads: Reads, owners: Sequence[str]) -> None:
        rows = [
            {
                "customer": owners[n],
                "case_id": reads.case[n],
                "what": reads.title[n],
                "due": reads.due[n],
                "made": reads.at[n],
                "agent": reads.agent[n],
                "state": reads.state[n],
                "source": self._id(key),
            }
            for n, key in enumerate(reads.key)
        ]
        bulk(connection, _PROMISE, rows)


class _Some(Struct):
    """Rows that are written together, and what their batches said besides."""

    reads: list[Reads] = field(default_factory=list)
    places: list[Iterable[str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    mark: Value | None = None


def _owners(reads: Reads, whose: Sequence[str]) -> list[str]:
    """The customer of each row, or the identifier that stands for one."""
    return [customer or owner for customer, owner in zip(whose, reads.owner, strict=True)]


def ingest_table(
    store: Store,
    identities: Identities,
    map_: Map,
    source: str,
    now: Ms,
    progress: Progress | None = None,
    *,
    again: bool = False,
    size: int = SIZE,
) -> Report:
    """Bring in a table, `size` rows at a time; `again`: from the beginning, whatever its watermark says.

    From a watermark on, what was kept unread before comes first.

    Raises `IngestError` when it can't be read at all, or lacks columns the map names.
    """
    since = None if again or not map_.watermark else store.read(lambda c: reached(c, map_.name))
    into = TableIngest(identities, map_, now, size=size)
    found = batches(source, map_, size, since)
    if since is not None:
        found = chain(kept_rows(store, map_), found)
    if not map_.deletes or since is not None:
        return put_rows(store, into, found, map_.name, progress)
    with Met() as met:
        report = put_rows(store, into, found, map_.name, progress, met)
        # An empty table is an accident, and what could not be read may be a row that is there.
        if report.read and not report.kept:
            report.gone = take_out(store, met, map_.name, map_.kind, now)
    return report


def put_rows(
    store: Store,
    into: TableIngest,
    found: Iterator[Batch],
    name: str,
    progress: Progress | None = None,
    met: Met | None = None,
) -> Report:
    """Bring in rows, some in each transaction; tell `met` which ones came."""
    report = Report(source=name)
    ticker = Ticker(report, progress)
    for done in into.put(store, found, met):
        report.read += done.read
        report.new += done.new
        report.kept += done.kept
        ticker.tick()
    if progress is not None:
        progress(report)
    return report


def preview(identities: Identities, map_: Map, source: str, now: Ms, count: int = 5) -> list[tuple[str, str]]:
    """What the first rows would become, as (place, words); nothing is written. Raises `IngestError`."""
    first = next(batches(source, map_, count), None)
    return [] if first is None else TableIngest(identities, map_, now).described(first)
