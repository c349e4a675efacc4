"""The one ordered inbox and the one owner of the world.

Inputs are taken in order on the event loop; facts go to the journal's writer thread; once they are on disk, viewers
hear of them first and commands are carried out second, so that a desk has popped before a phone rings.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from cti.core.apply import apply
from cti.core.commands import Command
from cti.core.events import Record
from cti.core.ids import Ms
from cti.core.index import Index
from cti.core.inputs import Input, Wake
from cti.core.routing import Routing
from cti.core.switchboard import take
from cti.core.text_routing import TextRouting
from cti.core.turn import Turn
from cti.core.world import SNAPSHOT_VERSION, World

log = logging.getLogger(__name__)

SNAPSHOT_EVERY = 20_000
"""Records between two snapshots: the tail to be read at a start stays well under a second."""

AGAIN_S = 1.0
"""So long after a failure we look again at whom to offer what."""


class JournalPort(Protocol):
    """Where facts are kept (see `store.journal.Journal`)."""

    def append(self, records: Sequence[Record]) -> None:
        """Take records in order, without blocking."""

    def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the world as of `seq`, without blocking."""

    def load(self, after_seq: int = 0) -> Iterator[Record]:
        """Every record after `after_seq`."""

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """The newest snapshot and its `seq`."""


class Clock:
    """UTC that never runs backwards: the wall clock at the start, monotonic from there on."""

    def __init__(self) -> None:
        self._wall = time.time_ns() // 1_000_000
        self._monotonic = time.monotonic_ns() // 1_000_000

    def not_before(self, at: Ms) -> None:
        """Never say a time before `at` (the journal's last)."""
        self._wall = max(self._wall, at)

    def now(self) -> Ms:
        """Milliseconds since 1970, UTC."""
        return Ms(self._wall + time.monotonic_ns() // 1_000_000 - self._monotonic)


class _Pending(Struct):
    """What waits for a commit."""

    seq: int
    records: list[Record]
    commands: list[Command]


def recover(journal: JournalPort) -> tuple[World, int, Ms]:
    """The world as the journal tells it: snapshot and tail. Gives the world, the last `seq` and its time."""
    world, seq, at = World(), 0, Ms(0)
    snapshot = journal.latest_snapshot()
    if snapshot is not None:
        found = _read_snapshot(snapshot[1])
        if found is not None:
            world, seq = found, snapshot[0]
    for record in journal.load(seq):
        apply(world, record.event, record.at)
        seq, at = record.seq, record.at
    return world, seq, at


def _read_snapshot(body: bytes) -> World | None:
    """A snapshot of another version is as good as none: the journal has everything."""
    try:
        world = msgspec.msgpack.decode(body, type=World)
    except msgspec.MsgspecError:
        return None
    return world if world.version == SNAPSHOT_VERSION else None


class Loop:
    """Takes inputs, keeps the world, hands out facts and wishes. Used on one event loop only."""

    def __init__(self, journal: JournalPort, carry_out: Callable[[Command], None]) -> None:
        self._journal = journal
        self._carry_out = carry_out
        self._clock = Clock()
        self.world, self._seq, last = recover(journal)
        self._index = Index(self.world)
        self._clock.not_before(last)
        self._committed = self._seq
        self._saved = self._seq
        self._inbox: deque[Input] = deque()
        self._pending: deque[_Pending] = deque()
        self._viewers: list[Callable[[Sequence[Record]], None]] = []
        self._scheduled = False
        self._failed = False
        """Something could not be taken to its end: what was left undone is tried again soon."""
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self.taken = 0
        """Inputs taken since the start."""

    def now(self) -> Ms:
        """The only clock."""
        return self._clock.now()

    @property
    def routing(self) -> Routing:
        """Who waits, who is free and why, as of the newest record."""
        return self._index.routing

    @property
    def text(self) -> TextRouting:
        """The same of text work."""
        return self._index.text

    @property
    def seq(self) -> int:
        """The newest record, on disk or not yet."""
        return self._seq

    @property
    def behind(self) -> int:
        """Records that wait for the disk."""
        return self._seq - self._committed

    def subscribe(self, viewer: Callable[[Sequence[Record]], None]) -> None:
        """Call `viewer` with every batch of records once they are on disk, in order."""
        self._viewers.append(viewer)

    def submit(self, said: Input) -> None:
        """Put an input into the inbox. Never blocks; taken in order, soon."""
        self._inbox.append(said)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._scheduled = False
        records: list[Record] = []
        commands: list[Command] = []
        while self._inbox:
            self._take(self._inbox.popleft(), records, commands)
        if records:
            self._journal.append(records)
        if records or commands:
            self._pending.append(_Pending(self._seq, records, commands))
        if self._seq <= self._committed:
            self.committed(self._seq)
        self._set_timer()

    def _take(self, said: Input, records: list[Record], commands: list[Command]) -> None:
        now = self.now()
        turn = Turn(self.world, now)
        try:
            take(turn, said, self._index)
        except Exception:
            # One bad input must not stop the others. What it had decided so far is true, and is journaled below.
            log.exception("input %s could not be taken to its end", type(said).__name__)
            self._failed = True
        self.taken += 1
        for event in turn.events:
            self._seq += 1
            records.append(Record(self._seq, now, event))
        commands.extend(turn.commands)

    def committed(self, seq: int) -> None:
        """The journal has everything up to `seq`: viewers first, then commands."""
        self._committed = max(self._committed, seq)
        while self._pending and self._pending[0].seq <= self._committed:
            done = self._pending.popleft()
            if done.records:
                self._show(done.records)
            for command in done.commands:
                self._carry(command)
        if self._committed - self._saved >= SNAPSHOT_EVERY and self._committed == self._seq:
            self.save()

    def _show(self, records: Sequence[Record]) -> None:
        for viewer in self._viewers:
            try:
                viewer(records)
            except Exception:
                log.exception("a viewer failed on records %d to %d", records[0].seq, records[-1].seq)

    def _carry(self, command: Command) -> None:
        try:
            self._carry_out(command)
        except Exception:
            log.exception("command %s failed", type(command).__name__)

    def save(self) -> None:
        """Hand the world to the journal as a snapshot."""
        self._saved = self._seq
        self._journal.save_snapshot(self._seq, msgspec.msgpack.encode(self.world))

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        delay = self._rest_s()
        if delay is not None:
            self._timer = self._loop.call_later(min(delay, 86_400), self.submit, Wake())

    def _rest_s(self) -> float | None:
        """Seconds until something happens by itself."""
        if self._failed:
            self._failed = False
            return AGAIN_S
        try:
            at = self._index.wake_at(self.now())
        except Exception:
            log.exception("when something happens next could not be told")
            return AGAIN_S
        return None if at is None else max(0, at - self.now()) / 1000

    def close(self) -> None:
        """Stop the timer and keep a snapshot, so that the next start is quick."""
        if self._timer is not None:
            self._timer.cancel()
        if self._seq > self._saved:
            self.save()
