"""How and when somebody is best reached, learned from the contacts we began and what became of them.

Pure. One person gives few examples: twice answered out of twice is no certainty. So each rate is shrunk to the one
above it, as if that had been seen `WEIGHT` times: the person's hour of a weekday to their hour, that to their channel,
and the channel to that of customers like them (the beta-binomial model's mean, with its prior from the level above).
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

CHANNELS = ("call", "sms", "mail", "chat")
WEIGHT = 4.0
_LEAST = 2
"""So often tried at an hour, and it is looked at by itself."""
_SHOWN = 3
_DAY_M = 24 * 60


class Try(Struct, frozen=True):
    """A contact that we began."""

    channel: str
    weekday: int
    """0: Monday, by the site's clock."""
    hour: int
    answered: bool


class Limits(Struct, frozen=True):
    """What may not be proposed, whatever was learned."""

    never: tuple[str, ...] = ()
    """Channels."""
    hours: frozenset[int] = frozenset(range(24))
    """Full hours of the day within the customer's own times and outside quiet hours; mail disturbs nobody."""


class Way(Struct, frozen=True, kw_only=True):
    """A channel at a time, and how often that was tried and answered."""

    channel: str
    weekday: int | None = None
    """0: Monday; null: any day."""
    hour: int | None = None
    """From then for an hour, by the site's clock; null: any time."""
    answered: int
    tries: int
    chance: int
    """Of a hundred tries, how many would be answered; few examples are drawn to what is usual."""
    own: bool
    """By this customer's own contacts; false: by those of customers like them."""


def shrunk(answered: int, tries: int, prior: float) -> float:
    """A rate of few examples, as if the prior had been seen `WEIGHT` times."""
    return (answered + WEIGHT * prior) / (tries + WEIGHT)


def ways(own: Iterable[Try], like: Iterable[Try], limits: Limits) -> tuple[Way, ...]:
    """The best way to reach somebody first, then the next best, at most three; empty: nothing is known of anybody.

    `own`: contacts with this customer; `like`: a sample of those with customers like them. Of each channel its best
    time is given, and no time at all when none stands out.
    """
    mine, theirs = _Counts(own), _Counts(like)
    found = []
    for channel in CHANNELS:
        if channel not in limits.never and (way := _best(channel, mine, theirs, limits)) is not None:
            found.append(way)
    return tuple(sorted(found, key=lambda way: (-way.chance, not way.own, CHANNELS.index(way.channel)))[:_SHOWN])


class _Counts:
    """Tries and answers by channel, hour and weekday."""

    def __init__(self, tries: Iterable[Try]) -> None:
        self._tries: Counter[tuple[str, int | None, int | None]] = Counter()
        self._answered: Counter[tuple[str, int | None, int | None]] = Counter()
        for one in tries:
            for cell in (
                (one.channel, None, None),
                (one.channel, None, one.hour),
                (one.channel, one.weekday, one.hour),
            ):
                self._tries[cell] += 1
                self._answered[cell] += one.answered

    def of(self, channel: str, weekday: int | None = None, hour: int | None = None) -> tuple[int, int]:
        """(answered, tries)."""
        cell = (channel, weekday, hour)
        return self._answered[cell], self._tries[cell]

    def times(self, channel: str) -> Sequence[tuple[int | None, int]]:
        """(weekday or any, hour) that were tried often enough, the earliest in the week first.

        An hour tried on one weekday only says nothing of the others.
        """
        found = [
            (day, hour)
            for (name, day, hour), n in self._tries.items()
            if name == channel and hour is not None and n >= _LEAST
        ]
        on_one_day = {hour for day, hour in found if day is not None and self._same(channel, day, hour)}
        found = [(day, hour) for day, hour in found if day is not None or hour not in on_one_day]
        return sorted(found, key=lambda time: (-1 if time[0] is None else time[0], time[1]))

    def _same(self, channel: str, day: int, hour: int) -> bool:
        return self.of(channel, day, hour)[1] == self.of(channel, None, hour)[1]


def _best(channel: str, mine: _Counts, theirs: _Counts, limits: Limits) -> Way | None:
    if not mine.of(channel)[1] + theirs.of(channel)[1]:
        return None
    usual = shrunk(*theirs.of(channel), 0.5)
    rate = shrunk(*mine.of(channel), usual)
    own = mine.of(channel)[1] > 0
    best, chance = _way(channel, None, None, mine if own else theirs, own), rate
    # Whoever reads a mail chooses the hour; when it was sent says little.
    if channel == "mail":
        return _with(best, chance)
    known = mine.times(channel)
    hours = {hour for _, hour in known}
    others = sorted({hour for _, hour in theirs.times(channel)} - hours)
    for day, hour in (*known, *((None, hour) for hour in others)):
        if hour not in limits.hours:
            continue
        # As much better or worse at this hour as it is with others.
        at_hour = min(0.99, rate * shrunk(*theirs.of(channel, None, hour), usual) / usual)
        by_hour = shrunk(*mine.of(channel, None, hour), at_hour)
        likely = by_hour if day is None else shrunk(*mine.of(channel, day, hour), by_hour)
        if round(likely * 100) > round(chance * 100):
            seen = mine.of(channel, day, hour)[1] > 0
            best, chance = _way(channel, day, hour, mine if seen else theirs, seen), likely
    return _with(best, chance)


def _way(channel: str, weekday: int | None, hour: int | None, counts: _Counts, own: bool) -> Way:
    answered, tries = counts.of(channel, weekday, hour)
    return Way(channel=channel, weekday=weekday, hour=hour, answered=answered, tries=tries, chance=0, own=own)


def _with(way: Way, chance: float) -> Way:
    return Way(
        channel=way.channel,
        weekday=way.weekday,
        hour=way.hour,
        answered=way.answered,
        tries=way.tries,
        chance=round(chance * 100),
        own=way.own,
    )


def full_hours(begins: int, ends: int) -> frozenset[int]:
    """Hours of the day that lie wholly between two minutes of it; over midnight when it ends before it begins."""
    length = (ends - begins) % _DAY_M or _DAY_M
    return frozenset(hour for hour in range(24) if (hour * 60 - begins) % _DAY_M + 60 <= length)
