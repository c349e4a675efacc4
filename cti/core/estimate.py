"""How long a caller will wait: from who is ahead, who can serve, and how calls have gone lately. Numbers only.

With `n` agents at work who free themselves after a mean of `cycle`, and each of those ahead giving up at the rate
`theta`, the wait until one's own turn is a sum of exponential times: with `i` still ahead, somebody leaves at the rate
`n / cycle + i * theta`. Its mean is the state-dependent predictor QL_a (Whitt 1999, Management Science 45(6); Ibrahim
and Whitt 2009, M&SOM 11(3)), in the Markov model the best there is. What the model does not know (talks of other
shapes, callers who overtake, breaks) is learned: the ratio of waits to means, and how far out in the distribution a
range has to begin and to end for eight of ten waits to fall into it. So ranges stay right whatever the shapes are.

All times are milliseconds. What is learned is a decaying statistic in a `Pace`, one for each queue, kept in the world.
"""

from collections.abc import Iterable
from enum import Enum
from math import log, sqrt
from typing import NamedTuple

from msgspec import Struct, field

MEMORY = 800
"""A mean forgets: what is that many talks old counts for about a third of what is new."""
PATIENCE_MEMORY = 2000
"""Most callers don't give up, so it takes more of them to know how patient they are."""
PATIENCE = 600_000.0
"""Before anybody has given up, callers are thought to do so at one in ten minutes: as if one had."""
CORRECTION_MEMORY = 2000
CORRECTION_START = 20
"""The ratio of waits to means begins as 1, with the weight of so many waits."""
OUTSIDE = 0.1
"""The share of waits shorter than a range, and of those longer."""
EDGE = 1.2816
"""The standard normal's quantile for it: where ranges begin before anything is learned."""
EDGE_STEP = 0.03
EDGE_MOST = 6.0
SEEN_ENOUGH = 20
"""So many talks must have been seen before anything is said about a wait."""
SCORE_MEMORY = 100
SCORED_ENOUGH = 20
TRUSTED = 0.8
"""What was said must come true so often; below, ranges are widened."""
DOUBTED = 0.65
"""Below this, nothing is said."""
WIDER = 1.5
LEAST_TURNS = 0.1
"""Of a call still to be done before one's turn, however much has been."""
MINUTE = 60_000
STEPS = (*range(1, 11), 15, 20, 25, 30, 40, 50, 60)
"""Minutes that are spoken."""
LEAST_LONG = 30
""""More than so many minutes" is said from here on; before it, a range without an end is no help to anybody."""


class Phase(Enum):
    """Where an agent at work is."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING = "wrapping"


class Mean(Struct):
    """A mean that forgets."""

    value: float = 0.0
    seen: int = 0

    def take(self, value: float) -> None:
        """One more value."""
        self.seen += 1
        self.value += (value - self.value) / min(self.seen, MEMORY)


class Pace(Struct):
    """How calls of one queue have gone lately."""

    ring: Mean = field(default_factory=Mean)
    """From an offer to the talk."""
    talk: Mean = field(default_factory=Mean)
    wrap: Mean = field(default_factory=Mean)
    left: float = 0.0
    """Callers who gave up, and below the time that all callers stood in line; both decay with every caller."""
    stood: float = 0.0
    actual: float = 0.0
    """Waits as they were, and below as the model had them; both decay with every wait."""
    modelled: float = 0.0
    low: float = -EDGE
    high: float = EDGE
    kept: float = 0.0
    """What was said and came true, and below all that was said; both decay with every caller told."""
    said: float = 0.0

    @property
    def cycle(self) -> float:
        """From taking a call to being free for the next."""
        return self.ring.value + self.talk.value + self.wrap.value

    @property
    def ready(self) -> bool:
        """Whether enough has been seen to say anything."""
        return self.talk.seen >= SEEN_ENOUGH

    @property
    def theta(self) -> float:
        """The rate at which a waiting caller gives up, per millisecond."""
        return (self.left + 1) / (self.stood + PATIENCE)

    @property
    def correction(self) -> float:
        """Waits over what the model says of them."""
        start = CORRECTION_START * max(self.cycle, 1.0)
        return (self.actual + start) / (self.modelled + start)

    @property
    def score(self) -> float | None:
        """The share of callers lately who got an agent within what they were told; None: too few to tell."""
        return self.kept / self.said if self.said >= SCORED_ENOUGH else None

    def waited(self, time: float, *, gave_up: bool) -> None:
        """A caller left the line, for an agent or for good."""
        keep = 1 - 1 / PATIENCE_MEMORY
        self.left = self.left * keep + gave_up
        self.stood = self.stood * keep + time

    def compare(self, modelled: float, low: float, high: float, waited: float, *, gave_up: bool) -> None:
        """How an estimate came out. One who gave up within the range proves nothing.

        The edges move a small step with every wait, so that in the long run a tenth falls outside of each (quantile
        tracking: Gibbs and Candes 2021, "Adaptive conformal inference under distribution shift").
        """
        if gave_up and waited <= high:
            return
        if not gave_up:
            keep = 1 - 1 / CORRECTION_MEMORY
            self.actual = self.actual * keep + waited
            self.modelled = self.modelled * keep + modelled
        self.low = min(0.0, max(-EDGE_MOST, self.low - EDGE_STEP * ((waited < low) - OUTSIDE)))
        self.high = min(EDGE_MOST, max(0.0, self.high + EDGE_STEP * ((waited > high) - OUTSIDE)))

    def judge(self, right: bool) -> None:
        """What a caller was told came true, or not."""
        keep = 1 - 1 / SCORE_MEMORY
        self.kept = self.kept * keep + right
        self.said = self.said * keep + 1


class Estimate(NamedTuple):
    """The rest of a wait."""

    modelled: float
    """The model's mean."""
    mean: float
    """The same, corrected by what was learned."""
    low: float
    """One wait in ten is shorter."""
    middle: float
    high: float
    """One in ten is longer."""


def estimate(pace: Pace, ahead: float, agents: float, cycle: float, credit: float = 0.0) -> Estimate:
    """The wait of a caller with `ahead` others to be served before, by `agents` (at least one) who are at work.

    `cycle`: the mean time from one call to the next of these agents; `credit`: how much more of their work is done
    already than usually is, in calls. Others count by the share of those who can serve them that are these agents.
    """
    turns = max(ahead + 1 - credit, LEAST_TURNS)
    mean, deviation = _until(turns, agents / max(cycle, 1.0), pace.theta)
    modelled = mean + pace.ring.value
    mean = modelled * pace.correction
    relative = deviation / modelled
    low, middle, high = (mean * _factor(edge, relative) for edge in (pace.low, 0.0, pace.high))
    return Estimate(modelled, mean, low, middle, high)


def _until(turns: float, rate: float, theta: float) -> tuple[float, float]:
    """Mean and standard deviation of the sum of `turns` exponential times at `rate`, `rate + theta`, ...

    As integrals, from half a turn before the first to half a turn after the last: closed, and good for parts of a turn.
    """
    first = max(rate - theta / 2, rate / 2)
    last = first + turns * theta
    mean = log(last / first) / theta
    return mean, sqrt(turns / (first * last))


def _factor(edge: float, relative: float) -> float:
    """A quantile over the mean, for a gamma with this relative deviation (Wilson and Hilferty 1931)."""
    ninth = relative * relative / 9
    return max(0.0, 1 - ninth + edge * sqrt(ninth)) ** 3


def done(pace: Pace, phase: Phase) -> float:
    """How much more of the present call an agent has done than is usual, in calls; negative: less.

    Of a renewal process: the usual residual of a cycle less this one's. Talks have no memory here, wrap-ups end by the
    clock: whoever is in the middle of one is nearly free.
    """
    cycle = pace.cycle
    if phase is Phase.FREE:
        return 1.0
    if cycle <= 0:
        return 0.0
    usual = (1 + (pace.talk.value / cycle) ** 2) / 2
    match phase:
        case Phase.RINGING:
            left = cycle
        case Phase.TALKING:
            left = pace.talk.value + pace.wrap.value
        case Phase.WRAPPING:
            left = pace.wrap.value / 2
    return usual - left / cycle


def in_the_way(lines: Iterable[tuple[int, int]], mine: int) -> float:
    """How many are ahead: each of those before me by the share of the agents able to serve them who are mine, too.

    `lines`: how many, and who is able to serve them; `mine`: who is able to serve me. Agents are bits of a number:
    thousands of them are compared in a microsecond.
    """
    return sum(count * (able & mine).bit_count() / able.bit_count() for count, able in lines if count and able)


# --- what is said


class Range(Struct, frozen=True):
    """A wait as it is spoken, in whole minutes."""

    least: int
    most: int | None
    """None: more than `least`."""


def spoken(estimate: Estimate, score: float | None) -> Range | None:
    """The range to say, rounded outwards; wider when what was said lately came true too seldom; None: say nothing."""
    wider = 1.0
    if score is not None and score < TRUSTED:
        if score < DOUBTED:
            return None
        wider = WIDER
    low, high = estimate.low / wider / MINUTE, estimate.high * wider / MINUTE
    least = max((step for step in STEPS if step <= low), default=0)
    most = min((step for step in STEPS if step >= high), default=None)
    if most is None and least < LEAST_LONG:
        return None
    return Range(least, most)
