"""A day of a journal in figures: what came in, what became of it, how good estimates were; by queue and half hour.

The figures are a tally's, so a report, a simulation and the wallboard count alike. A call counts in the queue it asked
for first and in the half hour in which it entered the line.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from msgspec import Struct

from cti.core.events import Record
from cti.core.hours import day_of
from cti.core.ids import Ms
from cti.simulate.tally import Day, Line, Slot, Tally

COUNTED = (
    "AgentStateSet",
    "Connected",
    "InteractionEnded",
    "Queued",
    "SiteInForce",
    "WaitCameOut",
    "WaitForeseen",
)
"""The events that a report is made of, by name."""


class Figures(Struct, frozen=True, kw_only=True):
    """Counts of calls, or of one half hour of them."""

    calls: int
    answered: int
    abandoned: int
    within: int
    """Answered in the service level's seconds of their queue."""
    service_level: float | None
    """Of those answered or abandoned; None: nobody was."""
    asa: Ms | None
    """Mean wait of those who were answered."""
    told: int
    """Callers who were told a time, as far as it is known whether it was right."""
    kept: int
    """Those who got an agent within it."""
    foreseen: int
    """Waits that were foreseen and came out."""
    in_range: int
    """Those that ended within the range that eight of ten should."""


class HalfHour(Struct, frozen=True, kw_only=True):
    """Half an hour of a queue, or of all of them."""

    at: Ms
    figures: Figures
    staff: float | None = None
    """Agents with work or ready for it, on average; only of all queues together."""
    occupancy: float | None = None
    """The share of their time that was work."""


class QueueDay(Struct, frozen=True, kw_only=True):
    """A queue's day; half hours in which nobody called are left out."""

    queue: str
    figures: Figures
    half_hours: tuple[HalfHour, ...]


class DayReport(Struct, frozen=True, kw_only=True):
    """All of it."""

    day: str
    """The local date."""
    zone: str
    begins: Ms
    ends: Ms
    """Of the day, or of what there is of it so far."""
    figures: Figures
    half_hours: tuple[HalfHour, ...]
    queues: tuple[QueueDay, ...]


def span(day: date, zone: str) -> tuple[Ms, Ms]:
    """Begin and end of a local day, 23 to 25 hours apart."""
    noon = Ms(round(datetime.combine(day, time(12), UTC).timestamp() * 1000))
    for near in (noon, Ms(noon - 43_200_000), Ms(noon + 43_200_000)):
        name, begins, ends = day_of(zone, near)
        if name == day.isoformat():
            return begins, ends
    raise ValueError(f"{day} is left out in {zone}")


def report(day: date, zone: str, records: Iterable[Record], now: Ms) -> DayReport:
    """The day's figures up to `now`. `records`: those of `COUNTED`, from a day before on.

    Raises ValueError for a day that has not begun.
    """
    begins, ends = span(day, zone)
    until = min(ends, now)
    if until <= begins:
        raise ValueError(f"{day} has not begun")
    # What came in this very millisecond has come, too.
    seen = min(ends, Ms(now + 1))
    tally = Tally(begins, seen)
    for record in records:
        if record.at < seen:
            tally.see(record.at, record.event)
    return _report(day, zone, begins, until, tally.day())


def _report(day: date, zone: str, begins: Ms, until: Ms, found: Day) -> DayReport:
    return DayReport(
        day=day.isoformat(),
        zone=zone,
        begins=begins,
        ends=until,
        figures=_figures(found.total),
        half_hours=tuple(
            HalfHour(at=slot.begins, figures=_figures(slot.line), staff=slot.staff, occupancy=slot.occupancy)
            for slot in found.slots
            if slot.line.calls or slot.duty
        ),
        queues=tuple(
            QueueDay(queue=name, figures=_figures(line), half_hours=tuple(_of(name, found.slots)))
            for name, line in sorted(found.kinds.items())
        ),
    )


def _of(queue: str, slots: Iterable[Slot]) -> Iterable[HalfHour]:
    for slot in slots:
        line = slot.kinds.get(queue)
        if line is not None:
            yield HalfHour(at=slot.begins, figures=_figures(line))


def _figures(line: Line) -> Figures:
    asa = line.asa_s
    return Figures(
        calls=line.calls,
        answered=line.answered,
        abandoned=line.abandoned,
        within=line.within,
        service_level=line.service_level,
        asa=Ms(round(asa * 1000)) if asa is not None else None,
        told=line.told,
        kept=line.kept,
        foreseen=line.foreseen,
        in_range=line.in_range,
    )
