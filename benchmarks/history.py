"""Caller's number -> everything the pop shows, as the event loop awaits it, beside the driver's own time.

A small and a large history, on SQLite and on PostgreSQL. The raw driver does the very statements of each look-up, with
their parameters, one after another, and takes all rows: no thread, no object made of them. Then both again while
another process writes a hundred contacts a second, as an import does, and the loop is watched for stalls.

`HOTLINE_BENCH_DATA` names a folder in which large histories on SQLite are kept from run to run.
"""

import asyncio
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from msgspec import Struct
from sqlalchemy import text

from benchmarks import data
from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from cti.core.ids import IdentifierId
from cti.setup import postgres
from cti.store import reads
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.reader import Reader, Rows, translated
from tests import postgres as server
from tests.conftest import PROJECT, free_ports

SMALL, LARGE = 100_000, 10_000_000
QUICK_SMALL, QUICK_LARGE = 1_000, 5_000
_ROUNDS, _LOOKUPS = 5, 1000
_QUICK_LOOKUPS = 50
_WRITES_A_SECOND = 100
_LOOK_MS = 2

Statements = list[tuple[Any, Sequence[Any]]]


class Times(Struct, frozen=True, kw_only=True):
    """Microseconds of look-ups, and the longest the loop was held up in them, in milliseconds."""

    p50: float
    p99: float
    stall: float = 0.0
    nobody: int = 0
    """Look-ups that found nobody."""


class Measured(Struct, frozen=True, kw_only=True):
    """One history: the driver alone, and ours."""

    raw: Times
    ours: Times


class Written(Struct, frozen=True, kw_only=True):
    """The same while somebody writes."""

    beside: Measured
    a_second: float
    """Writes that went on."""


class _Noting:
    """A reader that remembers what it is asked."""

    def __init__(self, db: Reader) -> None:
        self._db = db
        self.asked: Statements = []

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        self.asked.append((sql, parameters))
        return self._db.execute(sql, parameters)

    def close(self) -> None:
        self._db.close()


def run(options: Options) -> Report:
    """Measure."""
    watch = Stopwatch()
    sizes = (QUICK_SMALL, QUICK_LARGE) if options.quick else (SMALL, LARGE)
    figures: list[Figure] = []
    peers: list[dict[str, Any]] = []
    for kind, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with database(sizes[-1]) as url:
            found, written = _both(url, sizes, options)
        figures += _figures(kind, *found, written)
        for size, one in zip(sizes, found, strict=True):
            peers += _rows(f"{kind}, {size:,} contacts", one)
        peers += _rows(f"{kind}, {sizes[-1]:,} contacts, writes", written.beside)
    return Report(bench="history", seconds=watch.seconds, figures=tuple(figures), peers=tuple(peers))


def _figures(kind: str, small: Measured, large: Measured, written: Written) -> Iterator[Figure]:
    ours, raw, beside = large.ours, large.raw, written.beside.ours
    yield Figure(f"{kind}: pop as the loop awaits it, p50", ours.p50, "us")
    yield Figure(f"{kind}: pop as the loop awaits it, p99", ours.p99, "us")
    yield Figure(f"{kind}: p50 over the driver's own", ours.p50 / raw.p50, "x", 3.0, "lower")
    yield Figure(f"{kind}: p99 over the driver's own", ours.p99 / raw.p99, "x", 2.0, "lower")
    yield Figure(f"{kind}: p50 of the large history over the small", ours.p50 / small.ours.p50, "x", 1.5, "lower")
    yield Figure(f"{kind}: p99 while 100 writes/s go on over without", beside.p99 / ours.p99, "x", 2.0, "lower")
    yield Figure(f"{kind}: longest stall of the loop meanwhile", beside.stall, "ms", 20.0, "lower")
    nobody = small.ours.nobody + ours.nobody
    yield Figure(f"{kind}: look-ups that found nobody", nobody, "", 0, "lower")
    yield Figure(f"{kind}: writes/s that went on", written.a_second, "/s")


def _rows(name: str, found: Measured) -> list[dict[str, Any]]:
    return [
        {"name": f"{name}: {what}", "p50 us": each.p50, "p99 us": each.p99}
        for what, each in (
            ("Hotline", found.ours),
            ("driver", found.raw),
        )
    ]


@contextlib.contextmanager
def _sqlite(largest: int) -> Iterator[Callable[[int], str]]:
    """Where a history of a size is, or is to be."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        kept = os.environ.get("HOTLINE_BENCH_DATA")
        yield lambda size: f"sqlite:///{Path(kept if kept and size >= LARGE else folder, f'{size}.db')}"


@contextlib.contextmanager
def _postgres(largest: int) -> Iterator[Callable[[int], str]]:
    """The same on a server of our own."""
    running = server.start(free_ports(1)[0], kept=largest >= LARGE)
    with contextlib.ExitStack() as stack:
        stack.callback(running.stop)
        yield lambda size: stack.enter_context(running.database(empty=True))


def _both(url: Callable[[int], str], sizes: Sequence[int], options: Options) -> tuple[list[Measured], Written]:
    """A small and a large history, and the large one while somebody writes."""
    found: list[Measured] = []
    for size in sizes:
        store, made = _made(url(size), size)
        callers = made.callers[: _QUICK_LOOKUPS if options.quick else _LOOKUPS]
        driver = _driver(store, _asked(store, callers))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            history = runner.run(_opened(store))
            ours = partial(_run_ours, runner, history, callers)
            driver(), ours()  # the first time fills the caches
            found.append(_measured(driver, ours, options))
            if size == sizes[-1]:
                with _writing(store, size) as pace:
                    beside = _measured(driver, ours, options)
            history.close()
        store.close()
    return found, Written(beside=beside, a_second=pace())


def _run_ours(runner: asyncio.Runner, history: History, callers: Sequence[IdentifierId]) -> Times:
    return runner.run(_ours(history, callers))


def _measured(driver: Callable[[], Times], ours: Callable[[], Times], options: Options) -> Measured:
    """The two by turns; the median of the rounds."""
    times = [(driver(), ours()) for _ in range(1 if options.quick else _ROUNDS)]
    return Measured(raw=_median([one for one, _ in times]), ours=_median([one for _, one in times]))


def _made(url: str, size: int) -> tuple[Store, data.Made]:
    """Made, or kept from before."""
    store = Store.open(url)
    if store.path is not None and store.read(lambda c: c.execute(text("SELECT 1 FROM interactions LIMIT 1")).first()):
        return store, data.looked_up(size)
    made = data.make(store, size)
    return Store.open(url), made


def _median(times: Sequence[Times]) -> Times:
    return Times(
        p50=statistics.median(one.p50 for one in times),
        p99=statistics.median(one.p99 for one in times),
        stall=max(one.stall for one in times),
        nobody=max(one.nobody for one in times),
    )


def _asked(store: Store, callers: Sequence[IdentifierId]) -> list[Statements]:
    """The statements of every look-up."""
    db = store.driver()
    noted = []
    for caller in callers:
        noting = _Noting(db)
        reads.pop(noting, caller, None, data.END)
        noted.append(noting.asked)
    db.close()
    return noted


def _driver(store: Store, asked: list[Statements]) -> Callable[[], Times]:
    """Does them by the driver itself."""
    db: Any
    if store.path is not None:
        db = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True, isolation_level=None)
        # As much memory as ours has.
        db.execute("PRAGMA mmap_size=1073741824")
        db.execute("PRAGMA cache_size=-32000")
    else:
        db = postgres.connect(store.url)
        db.prepare_threshold = 0
        asked = [[(translated(sql), given) for sql, given in one] for one in asked]

    def once() -> Times:
        took = []
        for one in asked:
            began = time.perf_counter()
            for sql, given in one:
                db.execute(sql, given).fetchall()
            took.append((time.perf_counter() - began) * 1e6)
        return Times(p50=percentile(took, 50), p99=percentile(took, 99))

    return once


async def _opened(store: Store) -> History:
    return History(store, Identities(data.KEY, "HK"), now=lambda: data.END)


async def _ours(history: History, callers: Sequence[IdentifierId]) -> Times:
    """As the bridge looks callers up; beside it the loop is looked at all the time."""
    stalls = [0.0]

    async def look() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_LOOK_MS / 1000)
            stalls.append((time.perf_counter() - began) * 1000 - _LOOK_MS)

    looking = asyncio.create_task(look())
    took = []
    nobody = 0
    for caller in callers:
        began = time.perf_counter()
        found = await history.pop(caller)
        took.append((time.perf_counter() - began) * 1e6)
        nobody += not any(one.timeline for one in found.people)
    looking.cancel()
    return Times(p50=percentile(took, 50), p99=percentile(took, 99), stall=max(stalls), nobody=nobody)


@contextlib.contextmanager
def _writing(store: Store, size: int) -> Iterator[Callable[[], float]]:
    """Another process writes; gives how many a second it came to, once it has ended."""
    command = [sys.executable, "-m", "benchmarks.history_writer", store.url, str(size), str(_WRITES_A_SECOND)]
    child = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    said = [""]
    try:
        yield lambda: float(said[0] or 0)
    finally:
        said[0] = child.communicate("\n", timeout=60)[0].strip()
