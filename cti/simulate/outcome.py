"""What simulations came to, side by side, in figures."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from cti.simulate.load import Load
from cti.simulate.run import run
from cti.simulate.sampling import plus_minus
from cti.simulate.tally import Day, Line, Tally, together


class Figure(Struct, frozen=True):
    """One number of one setting."""

    name: str
    value: float | None
    unit: str
    """`calls`, `s` or `share`."""
    plus_minus: float | None = None
    """95 % of such intervals hold the true value; None with a single run."""


class Outcome(Struct, frozen=True):
    """One setting: its runs, and all of them as one."""

    name: str
    runs: tuple[Day, ...]
    all: Day

    @classmethod
    def of(cls, name: str, days: Iterable[Day]) -> "Outcome":
        """The outcome of these runs."""
        runs = tuple(days)
        return cls(name, runs, together(runs))

    def figures(self) -> list[Figure]:
        """What is compared first."""
        return [
            Figure(name, each(self.all), unit, None if unit == "calls" else self._error(each))
            for name, unit, each in FIGURES
        ]

    def _error(self, each: Callable[[Day], float | None]) -> float | None:
        values = [value for day in self.runs if (value := each(day)) is not None]
        return plus_minus(values) if len(values) == len(self.runs) else None


FIGURES: tuple[tuple[str, str, Callable[[Day], float | None]], ...] = (
    ("calls", "calls", lambda day: day.total.calls),
    ("answered", "calls", lambda day: day.total.answered),
    ("abandoned", "calls", lambda day: day.total.abandoned),
    ("still in line at the end", "calls", lambda day: day.total.left_over),
    ("ASA", "s", lambda day: day.total.asa_s),
    ("90 % answered within", "s", lambda day: day.total.wait_s(0.9)),
    ("had to wait", "share", lambda day: day.total.delayed),
    ("service level", "share", lambda day: day.total.service_level),
    ("abandonment", "share", lambda day: day.total.abandonment),
    ("occupancy", "share", lambda day: day.occupancy),
    ("told right", "share", lambda day: day.total.told_right),
    ("waits within the range of eight in ten", "share", lambda day: day.total.range_right),
    ("worst type's ASA over the mean", "x", lambda day: day.worst[1] if day.worst else None),
)


def simulate(load: Load) -> Day:
    """Run one load, and count."""
    kinds = {caller.id: caller.kind for caller in load.callers}
    tally = Tally(load.begins, load.ends, load.counted_from, kinds)
    run(load, tally.see)
    return tally.day()


def as_data(outcome: Outcome) -> dict[str, Any]:
    """For programs."""
    return {
        "name": outcome.name,
        "runs": len(outcome.runs),
        "figures": outcome.figures(),
        "worst_type": outcome.all.worst[0] if outcome.all.worst else None,
        "types": [{"name": name, **_line(line)} for name, line in sorted(outcome.all.kinds.items())],
        "half_hours": [
            {
                "at": slot.begins,
                **_line(slot.line),
                "staff": slot.staff / len(outcome.runs),
                "occupancy": slot.occupancy,
                "worst_over_mean": slot.worst,
            }
            for slot in outcome.all.slots
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "calls": line.calls,
        "answered": line.answered,
        "abandoned": line.abandoned,
        "within": line.within,
        "asa_s": line.asa_s,
        "service_level": line.service_level,
        "abandonment": line.abandonment,
        "told": line.told,
        "told_right": line.told_right,
        "range_right": line.range_right,
    }
