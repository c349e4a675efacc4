"""Outside tables into the history, by a mapping file: each row becomes a line, a customer, a case or a promise.

Every row has an id made of the source's name and its key, so the same table may come again and again: what changed is
changed, nothing is doubled. What can't be read is kept with its row, its column and the reason; the rest goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.again import kept_rows
from cti.ingest.gone import Met, take_out
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.report import IngestError, Progress, Report, Ticker, keep, let_go
from cti.ingest.rows import Reads, RowReader, tags_of
from cti.ingest.sources import SIZE, Batch, Broken, batches
from cti.ingest.watermark import Value, move, newest, reached
from cti.store import mentions
from cti.store.database import Store
from cti.store.identity import Identifier, Identities
from cti.store.pins import bring, to_bring
from cti.store.records import (
    CustomerRow,
    SeenRow,
    bulk,
    link,
    put_customers,
    put_lines,
    put_tags,
    see_many,
    sole_customers,
)

# What people did here since holds: a case that was merged stays so, and one that came again is not closed by its table.
_CASE = """
    INSERT INTO cases ({id}customer, title, state, opened, closed, owner, source)
    VALUES ({value}:customer, :title, :state, :opened, :closed, :owner, :source)
    ON CONFLICT (source) DO UPDATE SET customer = excluded.customer, title = excluded.title,
        opened = excluded.opened, owner = excluded.owner,
        state = CASE WHEN cases.reopened > 0 THEN cases.state ELSE excluded.state END,
        closed = CASE WHEN cases.reopened > 0 THEN cases.closed WHEN excluded.state <> 'closed' THEN NULL
            WHEN :told THEN excluded.closed ELSE coalesce(cases.closed, excluded.closed) END
    WHERE cases.merged_into IS NULL
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
        some, broken, mark = list[Reads](), list[Broken](), None
        failed: IngestError | None = None
        try:
            for batch in found:
                # Reading needs no database: others may write meanwhile.
                reads, wrong = self._reader.read(batch)
                some.append(reads)
                broken += wrong
                if self._map.watermark and (at := newest(batch.column(self._map.watermark))) is not None:
                    mark = at
                del batch, reads  # no cell of theirs is needed while others are read or written
                if len(some) == enough:
                    yield from self._put(store, some, broken, mark, met)
                    broken = []
        except IngestError as error:
            failed = error
        if some:
            yield from self._put(store, some, broken, mark, met)
        if failed is not None:
            raise failed

    def _put(
        self, store: Store, some: list[Reads], broken: Sequence[Broken], mark: Value | None, met: Met | None
    ) -> Iterator[Report]:
        """Write them together, and leave none of them in `some`: there is room for them once only."""
        reads = Reads.joined(some)
        some.clear()
        # Of the same key twice, the last one counts.
        order = list({key: n for n, key in enumerate(reads.key)}.values())
        twice = len(reads) - len(order)
        if self._map.kind in HISTORY_KINDS:
            order.sort(key=reads.at.__getitem__)
            order.sort(key=reads.whose().__getitem__)
        said = {reads.customer[n]: pin for n in order if (pin := reads.pin[n])}
        made = to_bring(store, self._identities, said, self._by) if said else {}
        parts = [order[begin : begin + self._size] for begin in range(0, len(order), self._size)] or [[]]
        for part in parts[:-1]:
            self._write(store, reads.at_rows(part))
            yield Report(source=self._map.name, read=len(part), new=len(part))

        def finish(connection: Connection) -> None:
            """What says that all of them are there comes with the last."""
            for one in broken:
                body = one.raw.encode("utf-8", "replace")
                keep(connection, self._map.name, one.place, one.reason, body, self._now)
            let_go(connection, self._map.name, reads.place)
            bring(connection, made, self._by, self._now)
            if mark is not None:
                move(connection, self._map.name, mark, self._now)

        self._write(store, reads.at_rows(parts[-1]), finish)
        if met is not None:
            met.add([self._id(reads.key[n]) for n in order])
        new = len(parts[-1]) + twice
        yield Report(source=self._map.name, read=new + len(broken), new=new, kept=len(broken))

    def described(self, batch: Batch) -> list[tuple[str, str]]:
        """What rows would become, as (place, words)."""
        reads, broken = self._reader.read(batch)
        made = [(place, self._words(reads, n)) for n, place in enumerate(reads.place)]
        return [*made, *((one.place, f"kept unread: {one.reason}") for one in broken)]

    def _words(self, reads: Reads, n: int) -> str:
        known = [one for column in reads.identifiers if (one := column[n]) is not None]
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

    def _write(self, store: Store, reads: Reads, finish: Callable[[Connection], None] = lambda _: None) -> None:
        """One transaction, in which `finish` has the last word."""
        seen = self._seen(reads)

        def write(connection: Connection) -> None:
            if len(reads):
                self._write_rows(connection, reads, seen)
            finish(connection)

        store.write(write)

    def _write_rows(self, connection: Connection, reads: Reads, seen: Sequence[SeenRow]) -> None:
        see_many(connection, seen)
        people = self._people(connection, [one[0] for one in seen])
        self._link(connection, reads, people)
        match self._map.kind:
            case "customer":
                self._customers(connection, reads)
            case "case":
                self._cases(connection, reads, people)
            case "promise":
                self._promises(connection, reads, people)
            case _:
                self._confirm(connection, reads)
                self._lines(connection, reads)
                if self._map.kind in mentions.WRITTEN:
                    mentions.note(connection, self._identities, self._written(reads))

    def _seen(self, reads: Reads) -> list[SeenRow]:
        """Every identifier once, with when it was first and last in these rows, and its newest name.

        In the order of the table: neighbours share a page.
        """
        seen: dict[str, tuple[Identifier, list[Ms]]] = {}
        newest: dict[str, tuple[Ms, str]] = {}
        for column in reads.identifiers:
            for one, at in zip(column, reads.at, strict=True):
                if one is None:
                    continue
                known = seen.get(one.id)
                if known is None:
                    seen[one.id] = one, [at, at]
                elif at > known[1][1]:
                    known[1][1] = at
                elif at < known[1][0]:
                    known[1][0] = at
            if self._map.columns.name is not None:
                for one, at, name in zip(column, reads.at, reads.name, strict=True):
                    if one is not None and name:
                        newest[one.id] = max(newest.get(one.id, (at, name)), (at, name))
        rows = []
        for id_ in sorted(seen):
            one, (first, last) = seen[id_]
            name = newest[id_][1][:200] if id_ in newest else ""
            rows.append((id_, one.kind, one.value, one.raw, name, first, last))
        return rows

    def _people(self, connection: Connection, ids: Sequence[str]) -> dict[str, str]:
        """Identifier -> customer, for identifiers of exactly one."""
        if not self._map.link and self._map.kind in HISTORY_KINDS:
            return {}
        return sole_customers(connection, ids)

    def _link(self, connection: Connection, reads: Reads, people: dict[str, str]) -> None:
        if not self._map.link and self._map.kind != "customer":
            return
        links: dict[tuple[str, str], None] = {}
        known = _known(reads, people)
        whose = _whose(reads, known)
        for column, others in zip(reads.identifiers, known, strict=True):
            if others == whose:
                continue  # as it is when a table comes again
            for one, customer, other in zip(column, whose, others, strict=True):
                if customer != other and one is not None and customer:
                    links[one.id, customer] = None
        link(connection, links, self._map.name, self._now)

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

    def _confirm(self, connection: Connection, reads: Reads) -> None:
        """A row that names a number and a customer says who it was; what an agent has said already stays."""
        rows = [
            {"id": self._id(key), "customer": customer, "at": self._now}
            for key, customer, owner in zip(reads.key, reads.customer, reads.owner, strict=True)
            if customer and owner is not None
        ]
        bulk(connection, _CONFIRM, rows)

    def _lines(self, connection: Connection, reads: Reads) -> None:
        named = self._map.columns
        columns: dict[str, Iterable[object]] = {
            "owner": reads.whose(),
            "at": reads.at,
            "id": map(self._id, reads.key),
            **reads.more,
        }
        if named.title is not None:
            columns["title"] = reads.title
        if named.language is not None:
            columns["language"] = reads.language
        if named.agent is not None:
            columns["agent_name"] = reads.agent
        if named.case is not None:
            columns["case_id"] = reads.case
        same = {"kind": self._map.kind, "source": self._map.name}
        put_lines(connection, list(columns), list(zip(*columns.values(), strict=True)), same)

    def _written(self, reads: Reads) -> Iterator[mentions.Written]:
        """What people wrote in these rows."""
        texts = reads.more.get("text", [""] * len(reads))
        for n, (whose, words) in enumerate(zip(reads.whose(), texts, strict=True)):
            yield mentions.Written(whose, self._id(reads.key[n]), reads.at[n], f"{reads.title[n]}\n{words}")

    def _id(self, key: str) -> str:
        return f"{self._map.name}:{key}"

    def _cases(self, connection: Connection, reads: Reads, people: dict[str, str]) -> None:
        owners = _owners(reads, people)
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
            connection.execute(_NEW_CASE if number is None or taken else _NUMBERED_CASE, row)

    def _promises(self, connection: Connection, reads: Reads, people: dict[str, str]) -> None:
        owners = _owners(reads, people)
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


def _known(reads: Reads, people: dict[str, str]) -> list[list[str]]:
    """The customer of each identifier, as far as it belongs to exactly one."""
    return [["" if one is None else people.get(one.id, "") for one in column] for column in reads.identifiers]


def _whose(reads: Reads, known: Sequence[Sequence[str]]) -> list[str]:
    """The customer of each row: named, or the one its surest identifier belongs to; empty: nobody we know."""
    whose = reads.customer
    for column in known:
        whose = [customer or other for customer, other in zip(whose, column, strict=True)]
    return whose


def _owners(reads: Reads, people: dict[str, str]) -> list[str]:
    """The customer of each row, or the identifier that stands for one."""
    whose = zip(_whose(reads, _known(reads, people)), reads.owner, strict=True)
    return [customer or ("" if owner is None else owner.id) for customer, owner in whose]


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
