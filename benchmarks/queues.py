"""A small discrete simulation of queues, for judging predictors of waits: not the core's, so that it can judge it.

Callers of several kinds arrive at a rate that may change by the time of day, are served in order of arrival by agents
who know some of the kinds, and give up when their patience is over. Whoever watches is told of every arrival that has
to wait before anything else happens, and of every end of a wait and of a talk. Times are seconds.
"""

import heapq
import random
from collections.abc import Callable
from enum import IntEnum
from math import exp, log, sqrt
from typing import NamedTuple, Protocol

from msgspec import Struct

DAY_S = 28_800.0
"""A day of eight hours, over and over."""
PEAK = 2.0
"""No load is higher than this."""


class Shape(IntEnum):
    """Of times of talking and of patience."""

    EXPONENTIAL = 0
    LOGNORMAL = 1
    """With a coefficient of variation of 1, as telephone talks are found to have (Brown et al. 2005)."""

    def draw(self, chance: random.Random, mean: float) -> float:
        """One time with this mean."""
        if self is Shape.EXPONENTIAL:
            return chance.expovariate(1 / mean)
        sigma = sqrt(log(2))
        return exp(chance.gauss(log(mean) - sigma * sigma / 2, sigma))


class Day(Struct, frozen=True, kw_only=True):
    """A setting."""

    name: str
    skills: tuple[frozenset[int], ...]
    """For each agent, the kinds of callers they can serve."""
    load: Callable[[float], float]
    """Of the time of day: callers over what all agents can serve."""
    kinds: int = 1
    staff: Callable[[float], int] | None = None
    """Of the time of day: how many agents are at work, the first of them; None: all. Changes on whole half hours."""
    talk_s: tuple[float, ...] = (300.0,)
    """Mean, for each kind."""
    patience_s: float = 600.0
    shape: Shape = Shape.EXPONENTIAL


class Caller(Struct, eq=False):
    """Somebody who called."""

    kind: int
    arrived: float
    delayed: bool = False
    connected: bool = False


class _Talk(NamedTuple):
    agent: int
    caller: Caller
    seconds: float


class _What(IntEnum):
    ARRIVAL = 0
    PATIENCE = 1
    PARTING = 2
    STAFF = 3


class Watcher(Protocol):
    """Is told what happens."""

    def delayed(self, hall: "Hall", caller: Caller) -> None:
        """A caller has to wait, and is not yet in line."""

    def connected(self, hall: "Hall", caller: Caller) -> None:
        """A caller has got an agent."""

    def gave_up(self, hall: "Hall", caller: Caller) -> None:
        """A caller has left the line."""

    def parted(self, hall: "Hall", caller: Caller, talked: float) -> None:
        """A talk is over; the agent is about to be free."""


class Hall:
    """Agents, callers in line, and the clock."""

    def __init__(self, day: Day, seed: int) -> None:
        self.day = day
        self.now = 0.0
        self.lines: tuple[dict[Caller, None], ...] = tuple({} for _ in range(day.kinds))
        """By kind, in order of arrival."""
        self.working = len(day.skills)
        self.able: tuple[tuple[int, ...], ...] = ()
        """By kind: the agents at work who can serve it."""
        self.talking: dict[int, int] = {}
        """Agent -> the kind of caller they talk to."""
        self._chance = random.Random(seed)
        self._idle: dict[int, None] = dict.fromkeys(range(len(day.skills)))
        """Longest idle first."""
        self._events: list[tuple[float, int, _What, Caller | _Talk | None]] = []
        self._number = 0
        self._set_staff(len(day.skills))

    def run(self, callers: int, watcher: Watcher) -> None:
        """Let so many callers arrive."""
        self._watcher = watcher
        self._after(0.0, _What.ARRIVAL)
        if self.day.staff is not None:
            self._after(0.0, _What.STAFF)
        while callers:
            self.now, _, what, about = heapq.heappop(self._events)
            if what is _What.ARRIVAL:
                callers -= 1
                self._arrive()
            elif isinstance(about, Caller):
                self._give_up(about)
            elif isinstance(about, _Talk):
                self._part(about)
            else:
                self._staff()

    def _after(self, delay: float, what: "_What", about: "Caller | _Talk | None" = None) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + delay, self._number, what, about))

    def _arrive(self) -> None:
        day = self.day
        talk = sum(day.talk_s) / day.kinds
        # Thinning: candidates at the highest rate, each kept with the chance that the rate of now has of it.
        rate = len(day.skills) / talk
        peak = rate * PEAK
        self._after(self._chance.expovariate(peak), _What.ARRIVAL)
        if self._chance.random() * PEAK > day.load(self.now % DAY_S):
            return
        caller = Caller(self._chance.randrange(day.kinds), self.now)
        agent = next((a for a in self._idle if a < self.working and caller.kind in day.skills[a]), None)
        if agent is not None:
            self._connect(agent, caller)
            return
        caller.delayed = True
        self._watcher.delayed(self, caller)
        self.lines[caller.kind][caller] = None
        self._after(day.shape.draw(self._chance, day.patience_s), _What.PATIENCE, caller)

    def _connect(self, agent: int, caller: Caller) -> None:
        del self._idle[agent]
        self.talking[agent] = caller.kind
        caller.connected = True
        self._watcher.connected(self, caller)
        talk = self.day.shape.draw(self._chance, self.day.talk_s[caller.kind])
        self._after(talk, _What.PARTING, _Talk(agent, caller, talk))

    def _give_up(self, caller: Caller) -> None:
        if not caller.connected:
            del self.lines[caller.kind][caller]
            self._watcher.gave_up(self, caller)

    def _part(self, talk: "_Talk") -> None:
        self._watcher.parted(self, talk.caller, talk.seconds)
        del self.talking[talk.agent]
        self._idle[talk.agent] = None
        self._serve(talk.agent)

    def _serve(self, agent: int) -> None:
        """Give an agent who is idle the first in line of those they can serve."""
        if agent >= self.working:
            return
        heads = [next(iter(self.lines[kind])) for kind in self.day.skills[agent] if self.lines[kind]]
        if heads:
            caller = min(heads, key=lambda head: head.arrived)
            del self.lines[caller.kind][caller]
            self._connect(agent, caller)

    def _staff(self) -> None:
        if self.day.staff is None:
            return
        self._set_staff(self.day.staff(self.now % DAY_S))
        for agent in tuple(self._idle):
            self._serve(agent)
        self._after(1800.0, _What.STAFF)

    def _set_staff(self, working: int) -> None:
        self.working = working
        skills = self.day.skills[:working]
        self.able = tuple(tuple(a for a, known in enumerate(skills) if kind in known) for kind in range(self.day.kinds))
