"""Timers as data: when something in the world happens by itself, soonest first."""

from enum import IntEnum
from heapq import heappop, heappush

from cti.core.ids import Ms


class Kind(IntEnum):
    """What a timer is about; of several that are due, those of a smaller kind come first."""

    OFFER = 0
    """An interaction's offer is a RONA."""
    AGENT = 1
    """A wrap-up is over, a desk did not come back, or a pause from text work has ended."""
    OVERFLOW = 2
    """A caller has waited too long in a queue that gives them to another then."""
    LEG = 3
    """A hang-up is asked for again."""
    CALLBACK = 5
    """Somebody who is to be called back may be called now, or not any more today."""
    LEAD = 6
    """Whether it is time to call somebody a little before their turn."""
    SILENCE = 7
    """A phone has rung for too long in a page that does not answer."""
    UNHEARD = 8
    """A phone has not said that it rings, or has gone while it did or while it held a caller."""
    PIECE = 4
    """A piece of text work was not opened in time, or the time it was kept for has come."""


Timer = tuple[Kind, str]
"""With the id of the interaction, agent, channel or piece. There is one of each."""


class Timers:
    """A heap in which those that were set anew stay and are skipped, so setting one costs no more than a push."""

    def __init__(self) -> None:
        self._heap: list[tuple[Ms, Timer]] = []
        self._set: dict[Timer, Ms] = {}

    def set(self, timer: Timer, at: Ms | None) -> None:
        """It is due at `at` and at no other time; None: not at all."""
        if at is None:
            self._set.pop(timer, None)
        elif self._set.get(timer) != at:
            self._set[timer] = at
            heappush(self._heap, (at, timer))

    def due(self, now: Ms) -> list[Timer]:
        """Those whose time has come. They are set no longer."""
        found: list[tuple[Kind, Ms, str]] = []
        while (at := self.next()) is not None and at <= now:
            kind, of = heappop(self._heap)[1]
            del self._set[kind, of]
            found.append((kind, at, of))
        return [(kind, of) for kind, _, of in sorted(found)]

    def next(self) -> Ms | None:
        """When the first is due."""
        while self._heap and self._set.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None
