"""What a day came to: a fold of its events, whether a simulation made them or a journal kept them.

The formulas are the wallboard's: service level = answered in time / (answered + abandoned); ASA = mean wait of those
who were answered. Occupancy = time with work (an offer, a talk, wrap-up) / that and time being ready.
"""

from collections.abc import Iterable, Mapping
from statistics import fmean

from msgspec import Struct, field

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, InteractionId, Ms, QueueId

SLOT = Ms(30 * 60 * 1000)
_BUSY = frozenset({AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP})
_ON_DUTY = _BUSY | {AgentState.READY}


class Line(Struct):
    """The calls of one type, or all."""

    name: str
    calls: int = 0
    within: int = 0
    """Answered within the service level's seconds of their queue."""
    waits: list[Ms] = field(default_factory=list)
    """Of those who were answered."""
    given_up: list[Ms] = field(default_factory=list)
    """The waits of those who left."""
    told: int = 0
    """Callers who were told a time, as far as it is known whether it was right."""
    kept: int = 0
    """Those who got an agent within it."""
    foreseen: int = 0
    """Waits that were foreseen and came out."""
    in_range: int = 0
    """Those that ended within the range that eight of ten should."""

    @property
    def answered(self) -> int:
        return len(self.waits)

    @property
    def abandoned(self) -> int:
        return len(self.given_up)

    @property
    def ended(self) -> int:
        return len(self.waits) + len(self.given_up)

    @property
    def left_over(self) -> int:
        """Still in line at the end of the run."""
        return self.calls - self.ended

    @property
    def asa_s(self) -> float | None:
        return fmean(self.waits) / 1000 if self.waits else None

    @property
    def service_level(self) -> float | None:
        return self.within / self.ended if self.ended else None

    @property
    def abandonment(self) -> float | None:
        return len(self.given_up) / self.ended if self.ended else None

    @property
    def delayed(self) -> float | None:
        """Share of those who had to wait at all."""
        if not self.ended:
            return None
        return (sum(wait > 0 for wait in self.waits) + len(self.given_up)) / self.ended

    @property
    def told_right(self) -> float | None:
        return self.kept / self.told if self.told else None

    @property
    def range_right(self) -> float | None:
        return self.in_range / self.foreseen if self.foreseen else None

    def wait_s(self, share: float) -> float | None:
        """So many of those answered waited no longer than this."""
        if not self.waits:
            return None
        ordered = sorted(self.waits)
        return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] / 1000

    def add(self, other: "Line") -> None:
        """Count another's calls too."""
        self.calls += other.calls
        self.within += other.within
        self.told += other.told
        self.kept += other.kept
        self.foreseen += other.foreseen
        self.in_range += other.in_range
        self.waits += other.waits
        self.given_up += other.given_up


class Slot(Struct):
    """Half an hour: who called in it, and how agents spent it."""

    begins: Ms
    line: Line = field(default_factory=lambda: Line(""))
    kinds: dict[str, Line] = field(default_factory=dict)
    """The same by type."""
    busy: int = 0
    """Milliseconds of all agents, with work."""
    duty: int = 0
    """With work or ready for it."""

    @property
    def staff(self) -> float:
        """Agents on duty, on average."""
        return self.duty / SLOT

    @property
    def occupancy(self) -> float | None:
        return self.busy / self.duty if self.duty else None

    @property
    def worst(self) -> float | None:
        """The ASA of the type that waits longest over that of all; None with fewer than two types or no wait."""
        found = _worst(self.line, self.kinds)
        return found[1] if found is not None else None


class Day(Struct):
    """The outcome of one run, or of one day of a journal."""

    total: Line
    kinds: dict[str, Line]
    slots: list[Slot]
    busy: int = 0
    duty: int = 0

    @property
    def occupancy(self) -> float | None:
        return self.busy / self.duty if self.duty else None

    @property
    def worst(self) -> tuple[str, float] | None:
        """The type that waits longest, and its ASA over that of all; None with fewer than two types or no wait."""
        return _worst(self.total, self.kinds)


def _worst(total: Line, kinds: Mapping[str, Line]) -> tuple[str, float] | None:
    mean = total.asa_s
    known = [(line.asa_s, line.name) for line in kinds.values() if line.asa_s is not None]
    if len(known) < 2 or not mean:
        return None
    longest, name = max(known)
    return name, longest / mean


class _Open(Struct):
    """A call that is in line or was."""

    kind: str
    queue: QueueId
    at: Ms
    counted: bool
    done: bool = False
    foreseen: tuple[Ms, Ms] | None = None
    """Between which times the wait should end."""
    callback: bool = False


class Tally:
    """Follows events in order; `day` is what they came to."""

    def __init__(
        self,
        begins: Ms,
        ends: Ms,
        counted_from: Ms | None = None,
        kinds: Mapping[InteractionId, str] | None = None,
    ) -> None:
        """Calls that entered a line from `counted_from` (or `begins`) until `ends` count, and agents' time between.

        `kinds` gives types to calls; without it, the queue is the type.
        """
        self._ends = ends
        self._from = begins if counted_from is None else counted_from
        self._kinds = kinds or {}
        self._first = begins
        self._calls: dict[InteractionId, _Open] = {}
        self._agents: dict[AgentId, tuple[Ms, str]] = {}
        self._limits: dict[QueueId, int] = {}
        slots = max(1, -(-(ends - begins) // SLOT))
        self._day = Day(Line("all"), {}, [Slot(Ms(begins + n * SLOT)) for n in range(slots)])

    def see(self, at: Ms, event: e.Event) -> None:
        """One fact."""
        if isinstance(event, e.AgentStateSet):
            self._spent(event.agent, at)
            self._agents[event.agent] = (at, event.state)
        elif isinstance(event, e.Queued):
            if not event.again:
                self._queued(event)
        elif isinstance(event, e.Connected):
            call = self._end(event.interaction)
            if call is not None:
                # Who was called back had their answer then, though they did not wait for it on the phone.
                took = at - call.at if call.callback else event.waited
                in_time = took <= self._limits.get(call.queue, 0)
                for line in self._lines(call):
                    line.waits.append(event.waited)
                    line.within += in_time
        elif isinstance(event, e.WaitForeseen):
            if (call := self._calls.get(event.interaction)) is not None:
                call.foreseen = event.low, event.high
        elif isinstance(event, e.WaitCameOut):
            self._came_out(event)
        elif isinstance(event, e.PlaceKept):
            if (kept := self._calls.get(event.interaction)) is not None:
                kept.callback = True
        elif isinstance(event, e.InteractionEnded):
            call = self._end(event.interaction)
            if call is not None and event.how == "abandoned":
                for line in self._lines(call):
                    line.given_up.append(event.waited)
            self._calls.pop(event.interaction, None)
        elif isinstance(event, e.SiteInForce):
            self._limits = {queue.id: queue.service_level_s * 1000 for queue in event.site.queues}

    def day(self) -> Day:
        """What it came to; agents' time up to the end counts."""
        for agent in list(self._agents):
            self._spent(agent, self._ends)
        return self._day

    def _queued(self, event: e.Queued) -> None:
        kind = self._kinds.get(event.interaction, event.queue)
        counted = self._from <= event.since < self._ends
        call = _Open(kind, event.queue, event.since, counted)
        self._calls[event.interaction] = call
        for line in self._lines(call) if event.instead_of is None else ():
            line.calls += 1

    def _came_out(self, event: e.WaitCameOut) -> None:
        """How what was foreseen and said came true. Who gave up within the range proves nothing."""
        call = self._calls.get(event.interaction)
        if call is None:
            return
        for line in self._lines(call):
            if event.kept is not None:
                line.told += 1
                line.kept += event.kept
            if call.foreseen is not None and event.waited is not None:
                low, high = call.foreseen
                if not event.gave_up or event.waited > high:
                    line.foreseen += 1
                    line.in_range += low <= event.waited <= high
        call.foreseen = None

    def _end(self, interaction: InteractionId) -> _Open | None:
        """The wait of this call is over, for the first time."""
        call = self._calls.get(interaction)
        if call is None or call.done:
            return None
        call.done = True
        return call

    def _lines(self, call: _Open) -> Iterable[Line]:
        if not call.counted:
            return ()
        slot = self._day.slots[(call.at - self._first) // SLOT]
        return self._day.total, _of(self._day.kinds, call.kind), slot.line, _of(slot.kinds, call.kind)

    def _spent(self, agent: AgentId, until: Ms) -> None:
        """Count the time of the agent's state up to here."""
        since, state = self._agents.get(agent, (until, ""))
        until = min(until, self._ends)
        if state in _ON_DUTY and until > since:
            busy = state in _BUSY
            begin = max(since, self._from)
            while begin < until:
                slot = self._day.slots[(begin - self._first) // SLOT]
                end = min(until, Ms(slot.begins + SLOT))
                slot.duty += end - begin
                self._day.duty += end - begin
                if busy:
                    slot.busy += end - begin
                    self._day.busy += end - begin
                begin = end
        self._agents[agent] = (max(since, until), state)


def _of(kinds: dict[str, Line], name: str) -> Line:
    line = kinds.get(name)
    if line is None:
        line = kinds[name] = Line(name)
    return line


def together(days: Iterable[Day]) -> Day:
    """Several runs of one setting as one: all their calls, all their time."""
    first, *others = days
    sum_ = Day(Line("all"), {}, [Slot(slot.begins) for slot in first.slots])
    for day in (first, *others):
        sum_.total.add(day.total)
        for kind, line in day.kinds.items():
            _of(sum_.kinds, kind).add(line)
        for mine, slot in zip(sum_.slots, day.slots, strict=True):
            mine.line.add(slot.line)
            for kind, line in slot.kinds.items():
                _of(mine.kinds, kind).add(line)
            mine.busy += slot.busy
            mine.duty += slot.duty
        sum_.busy += day.busy
        sum_.duty += day.duty
    return sum_
