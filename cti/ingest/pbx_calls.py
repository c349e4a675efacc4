"""The calls of a PBX before Hotline as lines of the timeline: who called whom, how long they waited, who talked.

Facts about one call stand far apart in a file, and in several files; they are gathered in a file of their own first, so
that memory stays flat. The same sources twice give the same lines.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby, islice
from types import TracebackType

from msgspec import Struct
from sqlalchemy import Connection

from cti.core.ids import Ms
from cti.ingest.pbx import CEL, Fact, Source
from cti.ingest.report import Progress, Report, Ticker, keep, let_go
from cti.ingest.sources import SIZE
from cti.store.database import Store
from cti.store.identity import Identifier, Identities
from cti.store.records import NOBODY, InteractionRow, Seen, put_interactions, see

_FIELDS = Fact.__struct_fields__


class CallsReport(Report):
    """Counts of rows that were read, and calls that were written."""

    inside: int = 0
    """Calls between colleagues: nobody's history."""


class Known(Struct, frozen=True):
    """What the site knows that a PBX does not write down."""

    own: frozenset[str] = frozenset()
    """Numbers of ours, as E.164: calls from them went out."""
    names: Mapping[str, str] = {}
    """What a phone or an agent is called there -> the name people read."""


class _Gathered:
    """Facts by call, on disk."""

    def __init__(self) -> None:
        # Without a name SQLite makes a file that is gone when it is closed.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(f"CREATE TABLE facts ({', '.join(_FIELDS)})")

    def __enter__(self) -> "_Gathered":
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._db.close()

    def add(self, facts: Sequence[Fact]) -> None:
        self._db.execute("BEGIN")
        marks = ", ".join("?" * len(_FIELDS))
        rows = ([getattr(fact, name) for name in _FIELDS] for fact in facts)
        self._db.executemany(f"INSERT INTO facts VALUES ({marks})", rows)
        self._db.execute("COMMIT")

    def calls(self) -> Iterator[list[Fact]]:
        """Every call's facts, in the order of time."""
        rows = self._db.execute(f"SELECT {', '.join(_FIELDS)} FROM facts ORDER BY call, at, rank, rowid")
        facts = (Fact(**dict(zip(_FIELDS, row, strict=True))) for row in rows)
        for _, some in groupby(facts, key=lambda fact: fact.call):
            yield list(some)


class _Call(Struct, frozen=True):
    line: InteractionRow
    who: Identifier | None


def ingest_calls(
    store: Store,
    identities: Identities,
    sources: Sequence[Source],
    name: str,
    known: Known,
    now: Ms,
    progress: Progress | None = None,
) -> CallsReport:
    """Bring in the calls that all `sources` together tell of, as the source `name`. Raises `IngestError`."""
    report = CallsReport(source=name)
    ticker = Ticker(report, progress)
    with _Gathered() as gathered:
        for source in sources:
            for batch, facts, errors in source.facts():
                gathered.add(facts)
                unread = [(batch.place(n), why, dict(batch.cells(n))) for n, why in sorted(errors.items())]
                unread += [(one.place, one.reason, {"": one.raw}) for one in batch.broken]
                places = [batch.place(n) for n in range(len(batch)) if n not in errors]
                store.write(partial(_note, name=name, unread=unread, places=places, now=now))
                report.read += len(batch) + len(batch.broken)
                report.kept += len(unread)
                ticker.tick()
        whole = gathered.calls()
        while some := list(islice(whole, SIZE)):
            calls = [call for facts in some if (call := _call(facts, identities, name, known)) is not None]
            store.write(partial(_write, calls=calls))
            report.new += len(calls)
            report.inside += len(some) - len(calls)
            ticker.tick()
    if progress is not None:
        progress(report)
    return report


def _note(
    connection: Connection, name: str, unread: Sequence[tuple[str, str, object]], places: Sequence[str], now: Ms
) -> None:
    for place, why, row in unread:
        keep(
            connection,
            name,
            place,
            why,
            json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace"),
            now,
        )
    let_go(connection, name, places)


def _write(connection: Connection, calls: Sequence[_Call]) -> None:
    see(connection, [Seen(call.who, call.line.at) for call in calls if call.who is not None])
    put_interactions(connection, [call.line for call in calls])


def _call(facts: Sequence[Fact], identities: Identities, name: str, known: Known) -> _Call | None:
    """What the facts about one call come to; None: no customer was in it, or it never began here."""
    begun = [fact for fact in facts if fact.what == "call"]
    if not begun:
        return None
    number = next((fact.number for fact in begun if fact.number), "")
    target = next((fact.target for fact in begun if fact.target), "")
    caller, called = identities.phone(number), identities.phone(target)
    outgoing = not _outside(caller, known) and _outside(called, known)
    who = called if outgoing else caller
    if not outgoing and caller is not None and not _outside(caller, known):
        return None
    talks = _talks(facts)
    if outgoing:
        # Whoever called is the agent; the other channel is the line out.
        agent = next((fact.agent for fact in begun if fact.agent), "")
        talks = [(at, agent, ms) for at, _, ms in talks]
    at = begun[0].at
    lost = [fact.ms for fact in facts if fact.what == "lost"]
    mark = "" if talks or outgoing else "abandoned" if lost else "missed"
    named = [(known.names.get(agent, agent), ms) for _, agent, ms in talks]
    line = InteractionRow(
        owner=NOBODY if who is None else who.id,
        at=at,
        id=f"{name}:{facts[0].call}"[:200],
        kind="call",
        text=" → ".join(f"{agent} {ms // 60_000}:{ms // 1000 % 60:02}" for agent, ms in named)
        if len(named) > 1
        else "",
        inbound=not outgoing,
        agent_name=named[-1][0] if named else "",
        lasted=sum(ms for _, ms in named),
        waited=None if outgoing else _waited(facts, at, talks, lost),
        path="\n".join(dict.fromkeys(fact.target for fact in facts if fact.what == "queue")),
        mark=mark,
        source=name,
    )
    return _Call(line, who)


def _outside(one: Identifier | None, known: Known) -> bool:
    """Whether it can be a customer's: a full number, and none of ours. Extensions are short."""
    return one is not None and one.value.startswith("+") and one.value not in known.own


def _talks(facts: Sequence[Fact]) -> list[tuple[Ms, str, int]]:
    """(when, with whom, for how long), told by the source that knows best."""
    inside: dict[str, Fact] = {}
    found: dict[int, list[tuple[Ms, str, int]]] = {}
    for fact in facts:
        if fact.what == "enter":
            inside.setdefault(fact.channel, fact)
        elif fact.what == "leave" and (came := inside.pop(fact.channel, None)) is not None and fact.at > came.at:
            found.setdefault(CEL, []).append((came.at, came.agent, fact.at - came.at))
        elif fact.what == "talk" and fact.ms:
            found.setdefault(fact.rank, []).append((fact.at, fact.agent, fact.ms))
    return sorted(found[min(found)]) if found else []


def _waited(facts: Sequence[Fact], at: Ms, talks: Sequence[tuple[Ms, str, int]], lost: Sequence[int]) -> int | None:
    if waits := [fact.ms for fact in facts if fact.what == "wait"]:
        return waits[0]
    if lost:
        return lost[-1]
    if talks:
        return max(0, talks[0][0] - at)
    ends = [fact.ms or fact.at - at for fact in facts if fact.what == "end"]
    return max(ends) if ends else None
