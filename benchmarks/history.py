"""Caller's number -> everything the pop shows, as the event loop awaits it, beside the driver's own time.

A small and a large history, on SQLite and on PostgreSQL. The raw driver does the very statements of each look-up, with
their parameters, and takes all rows: no thread, no object made of them. On PostgreSQL, where we ask once, it is
measured asking one thing after another, too; on SQLite also with a look-up's statements in one transaction, as ours
are, which a driver does not do unless it is told. Then all of it again while another process writes a hundred contacts
a second, as an import does, and the loop is watched for stalls.

`HOTLINE_BENCH_DATA` names a folder in which the large histories are kept from run to run.
"""

import asyncio
import contextlib
import gc
import os
import random
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
from benchmarks.child import child
from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from benchmarks.stalls import watch
from cti.store import pops, reads
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities, normal_phone
from cti.store.reader import PostgresReader, Reader, Rows, connect, translated
from tests import postgres as server
from tests.conftest import PROJECT, free_ports

SMALL, LARGE = 100_000, 10_000_000
QUICK_SMALL, QUICK_LARGE = 1_000, 5_000
_ROUNDS, _LOOKUPS = 15, 1000
_QUICK_LOOKUPS = 50
_WRITES_A_SECOND = 100
_PART = 250
"""Look-ups that each does at a time. The first finds its code and rows out of the processor's caches; with fifty at a
time, such firsts would be two of a hundred."""

_PLAIN, _ONE_BY_ONE, _TOGETHER = "driver", "driver, one by one", "driver, in one transaction"

Asked = list[list[tuple[bytes | str, Sequence[Any]]]]
"""The statements of each look-up, with their parameters."""


class Times(Struct, frozen=True, kw_only=True):
    """Microseconds of look-ups."""

    p50: float
    p99: float
    first: float
    """The first of each turn; the median of them."""


class Measured(Struct, frozen=True, kw_only=True):
    """One history: ours, and the driver alone."""

    ours: Times
    alone: dict[str, Times]
    """The driver with our statements, in each of its ways."""
    stall: float
    """The longest the loop was held up, in milliseconds."""
    nobody: int
    """Look-ups that found nobody."""

    @property
    def driver(self) -> Times:
        """The faster of the ways in which a driver does it by itself."""
        return min((took for way, took in self.alone.items() if way != _TOGETHER), key=lambda one: one.p50)


class Written(Struct, frozen=True, kw_only=True):
    """The same while somebody writes."""

    beside: Measured
    a_second: float
    """Writes that went on."""
    idle_stall: float
    """The longest that a loop in a process of its own, which did nothing, was held up at that time, in milliseconds."""


class _Noting:
    """A reader that remembers what it is asked, one thing after another."""

    def __init__(self, db: Reader) -> None:
        self._db = db
        self.asked: list[tuple[str, Sequence[Any]]] = []

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        self.asked.append((sql, parameters))
        return self._db.execute(sql, parameters)

    def close(self) -> None:
        self._db.close()


class _NotingServer(PostgresReader):
    """The same, but a server's, which is asked all at once."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[tuple[str, Sequence[Any]]] = []

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        self.asked.append((sql, parameters))
        return super().execute(sql, parameters)


def run(options: Options) -> Report:
    """Measure."""
    watch = Stopwatch()
    sizes = (QUICK_SMALL, QUICK_LARGE) if options.quick else (SMALL, LARGE)
    figures: list[Figure] = []
    peers: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for kind, database in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
            with database(sizes[-1]) as url, contextlib.ExitStack() as stack:
                opened = [stack.enter_context(_opened(runner, url(size), size, options)) for size in sizes]
                gc.collect()
                gc.freeze()  # as the bridge does once it is up
                small, large = _by_turns(opened, options)
                with _writing(opened[-1].store, sizes[-1]) as pace, child("stalls") as idle:
                    idle.read()
                    opened[-1].watched = True
                    (beside,) = _by_turns(opened[-1:], options)
                    stall = idle.finish()["stall"]
                gc.unfreeze()
            figures += _figures(kind, small, large, Written(beside=beside, a_second=pace(), idle_stall=stall))
            for size, one in zip(sizes, (small, large), strict=True):
                peers += _rows(f"{kind}, {size:,} contacts", one)
            peers += _rows(f"{kind}, {sizes[-1]:,} contacts, writes", beside)
    return Report(bench="history", seconds=watch.seconds, figures=tuple(figures), peers=tuple(peers))


def _figures(kind: str, small: Measured, large: Measured, written: Written) -> Iterator[Figure]:
    ours, driver, beside = large.ours, large.driver, written.beside
    yield Figure(f"{kind}: pop as the loop awaits it, p50", ours.p50, "us")
    yield Figure(f"{kind}: pop as the loop awaits it, p99", ours.p99, "us")
    yield Figure(f"{kind}: p50 over the driver's own", ours.p50 / driver.p50, "x", 3.0, "lower")
    yield Figure(f"{kind}: p99 over the driver's own", ours.p99 / driver.p99, "x", 2.0, "lower")
    yield Figure(f"{kind}: first of a turn over the driver's own", ours.first / driver.first, "x")
    if (together := large.alone.get(_TOGETHER)) is not None:
        yield Figure(f"{kind}: p50 over the driver's in one transaction", ours.p50 / together.p50, "x")
        yield Figure(f"{kind}: p99 over the driver's in one transaction", ours.p99 / together.p99, "x")
    yield Figure(f"{kind}: p50 of the large history over the small", ours.p50 / small.ours.p50, "x", 1.5, "lower")
    yield Figure(f"{kind}: p99 while 100 writes/s go on over without", beside.ours.p99 / ours.p99, "x", 2.0, "lower")
    yield Figure(f"{kind}: longest stall of the loop meanwhile", beside.stall, "ms", 20.0, "lower")
    yield Figure(f"{kind}: longest stall of an idle loop meanwhile", written.idle_stall, "ms")
    yield Figure(f"{kind}: look-ups that found nobody", small.nobody + large.nobody, "", 0, "lower")
    yield Figure(f"{kind}: writes/s that went on", written.a_second, "/s")


def _rows(name: str, found: Measured) -> list[dict[str, Any]]:
    ways = {"Hotline": found.ours, **found.alone}
    return [
        {"name": f"{name}: {what}", "p50 us": each.p50, "p99 us": each.p99, "first us": each.first}
        for what, each in ways.items()
    ]


@contextlib.contextmanager
def _sqlite(largest: int) -> Iterator[Callable[[int], str]]:
    """Where a history of a size is, or is to be."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        yield lambda size: f"sqlite:///{Path(_kept(size) or folder, f'{size}.db')}"


@contextlib.contextmanager
def _postgres(largest: int) -> Iterator[Callable[[int], str]]:
    """The same on a server of our own."""
    kept = _kept(largest)
    running = server.start(
        free_ports(1)[0], large=largest >= LARGE, kept=None if kept is None else Path(kept, "postgresql")
    )
    with contextlib.ExitStack() as stack:
        stack.callback(running.stop)

        def url(size: int) -> str:
            return (
                running.kept_database(f"n{size}") if _kept(size) else stack.enter_context(running.database(empty=True))
            )

        yield url


def _kept(size: int) -> str | None:
    """Where a history of this size is kept for the next time."""
    return os.environ.get("HOTLINE_BENCH_DATA") if size >= LARGE else None


class _Side(Struct):
    """One who looks callers up: ours, or the driver in one of its ways."""

    look: Callable[[slice], list[float]]
    """Look some of the callers up; the microseconds that each took."""
    took: list[list[float]] = []
    """Of each round."""

    def times(self) -> Times:
        """The median of the rounds."""
        p50, p99 = (statistics.median(percentile(one, share) for one in self.took) for share in (50, 99))
        first = statistics.median(took for one in self.took for took in one[::_PART])
        return Times(p50=p50, p99=p99, first=first)


class _Opened:
    """A history, and who looks callers up in it."""

    def __init__(self, runner: asyncio.Runner, store: Store, made: data.Made, lookups: int) -> None:
        self.store = store
        self.numbers = made.numbers[:lookups]
        self._callers = made.callers[:lookups]
        self.watched = False
        """Whether it is looked how long the loop is held up, for which it is woken all the time."""
        self.stall = 0.0
        self.nobody = 0
        self._runner = runner
        self._history = runner.run(_started(store))
        self._db = _driver(store)
        one_by_one = self._asked(_Noting(store.driver()))
        self.asked: dict[str, Asked]
        if store.path is None:
            self.asked = {_PLAIN: self._asked(_NotingServer(store.url)), _ONE_BY_ONE: one_by_one}
        else:
            together = [[("BEGIN", ()), *each, ("COMMIT", ())] for each in one_by_one]
            self.asked = {_PLAIN: one_by_one, _TOGETHER: together}

    def _asked(self, noting: "_Noting | _NotingServer") -> Asked:
        """The statements of every look-up."""
        asked = []
        for caller in self._callers:
            noting.asked = []
            pops.pop(noting, caller, None, data.END)
            asked.append(
                [(sql if self.store.path is not None else translated(sql), given) for sql, given in noting.asked]
            )
        noting.close()
        return asked

    def driver(self, asked: Asked, part: slice) -> list[float]:
        """The driver alone does what was asked."""
        took = []
        for one in asked[part]:
            began = time.perf_counter()
            for sql, given in one:
                self._db.execute(sql, given).fetchall()
            took.append((time.perf_counter() - began) * 1e6)
        return took

    def ours(self, part: slice) -> list[float]:
        """As the bridge does it."""
        took, stall, nobody = self._runner.run(_ours(self._history, self.numbers[part], self.watched))
        self.stall = max(self.stall, stall)
        self.nobody += nobody
        return took

    def close(self) -> None:
        self._history.close()
        self._db.close()
        self.store.close()


@contextlib.contextmanager
def _opened(runner: asyncio.Runner, url: str, size: int, options: Options) -> Iterator[_Opened]:
    store, made = _made(url, size)
    opened = _Opened(runner, store, made, _QUICK_LOOKUPS if options.quick else _LOOKUPS)
    try:
        yield opened
    finally:
        opened.close()


def _by_turns(histories: Sequence[_Opened], options: Options) -> list[Measured]:
    """Everybody by turns, a few look-ups at a time: what else goes on is everybody's."""
    sides = [
        {"": _Side(one.ours, []), **{way: _Side(partial(one.driver, asked), []) for way, asked in one.asked.items()}}
        for one in histories
    ]
    everybody = [side for each in sides for side in each.values()]
    for one in histories:
        one.stall = 0.0
    chance = random.Random(1)
    for _ in range(1 + (1 if options.quick else _ROUNDS)):
        # Most of those who call have not called since the start.
        reads.display.cache_clear()
        normal_phone.cache_clear()
        for side in everybody:
            side.took.append([])
        for start in range(0, len(histories[0].numbers), _PART):
            # Who looks a caller up first finds the rows cold, for all who look after: so everybody is as often first.
            for side in chance.sample(everybody, len(everybody)):
                side.took[-1] += side.look(slice(start, start + _PART))
    for side in everybody:
        del side.took[0]  # the first time fills the caches
    return [
        Measured(
            ours=each[""].times(),
            alone={way: side.times() for way, side in each.items() if way},
            stall=one.stall,
            nobody=one.nobody,
        )
        for each, one in zip(sides, histories, strict=True)
    ]


def _made(url: str, size: int) -> tuple[Store, data.Made]:
    """Made, or kept from before."""
    store = Store.open(url)
    if store.read(lambda c: c.execute(text("SELECT 1 FROM interactions LIMIT 1")).first()):
        return store, data.looked_up(size)
    made = data.make(store, size)
    return Store.open(url), made


def _driver(store: Store) -> Any:
    """A connection of the driver itself, set as ours is."""
    if store.path is None:
        return connect(store.url)
    return sqlite3.connect(f"file:{store.path}?mode=ro", uri=True, isolation_level=None)


async def _started(store: Store) -> History:
    return History(store, Identities(data.KEY, "HK"), now=lambda: data.END)


async def _ours(history: History, numbers: Sequence[str], watched: bool) -> tuple[list[float], float, int]:
    """How long each look-up took, the longest that the loop was held up if `watched`, and who found nobody."""
    stalls = [0.0]
    watching = asyncio.create_task(watch(stalls)) if watched else None
    took = []
    nobody = 0
    for number in numbers:
        began = time.perf_counter()
        caller = history.identify(number)
        found = await history.pop(caller.id if caller is not None else None)
        took.append((time.perf_counter() - began) * 1e6)
        nobody += not any(one.timeline for one in found.people)
    if watching is not None:
        watching.cancel()
    return took, max(stalls), nobody


@contextlib.contextmanager
def _writing(store: Store, size: int) -> Iterator[Callable[[], float]]:
    """Another process writes; gives how many a second it came to, once it has ended."""
    command = [sys.executable, "-m", "benchmarks.history_writer", store.url, str(size), str(_WRITES_A_SECOND)]
    writer = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    said = [""]
    try:
        yield lambda: float(said[0] or 0)
    finally:
        said[0] = writer.communicate("\n", timeout=60)[0].strip()
        # A history that is kept is the same next time.
        store.write(lambda c: c.execute(text("DELETE FROM interactions WHERE id >= 'written-' AND id < 'written.'")))
