"""Days and opening hours: the one place in the core where local time is decided.

Hours belong to the day on which they begin: `22:00-02:00` on a Friday lasts into a Saturday that is a holiday. They
begin and end when a clock on the wall first shows the time: nine o'clock is nine o'clock on days of 23 and 25 hours
too, hours that begin in an hour left out begin when it is left out, and in an hour that comes twice the first counts.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from cti.core.ids import Ms
from cti.core.site import Calendar, Queue, Site

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = "closed"
NOBODY = "none"
"""In place of a country: no holidays."""
SPAN = re.compile(r"\s*([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\s*")
_ALWAYS = "00:00-24:00"
_AHEAD = 400
"""So many days are searched for the next opening: more than a year, for who opens once in one."""
_DAY = 24 * 60
_HALF = 30 * 60_000
_MINUTE = timedelta(minutes=1)


class Rule(StrEnum):
    """What says when a day is open, the last of these that says anything."""

    WEEK = "week"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"


class _Plan(Struct, frozen=True):
    """One calendar in full."""

    zone: ZoneInfo
    week: dict[str, str]
    holidays: tuple[str, ...]
    holiday_hours: str
    exceptions: tuple[dict[str, str], ...]

    def of(self, day: date) -> tuple[Rule, str]:
        """What says when a day is open, and when it is."""
        iso = day.isoformat()
        for exceptions in self.exceptions:
            if iso in exceptions:
                return Rule.EXCEPTION, exceptions[iso]
        if iso in self.holidays:
            return Rule.HOLIDAY, self.holiday_hours
        return Rule.WEEK, self.week.get(DAYS[day.weekday()], CLOSED) if self.week else _ALWAYS

    def spans(self, day: date) -> Iterator[tuple[Ms, Ms]]:
        """Begin and end of the hours that begin on a day."""
        for found in (SPAN.fullmatch(part) for part in self.of(day)[1].split(",")):
            if found is None:
                continue
            begin = int(found[1]) * 60 + int(found[2])
            end = int(found[3]) * 60 + int(found[4]) if found[3] else _DAY
            yield _instant(self.zone, day, begin), _instant(self.zone, day, end if end > begin else end + _DAY)


def day_of(zone: str, now: Ms) -> tuple[str, Ms, Ms]:
    """The local day that `now` falls into: ISO date, begin and end (23 or 25 hours apart when clocks change)."""
    where = ZoneInfo(zone)
    local = _date(where, now)
    return local.isoformat(), _instant(where, local, 0), _instant(where, local, _DAY)


def is_open(site: Site, now: Ms, queue: Queue | None = None) -> bool:
    """Whether the calendar of a queue, or of the site, says open at `now`. Without any hours it always does."""
    plan = _plan(site, queue)
    today = _date(plan.zone, now)
    return any(begin <= now < end for day in (today - timedelta(days=1), today) for begin, end in plan.spans(day))


def opens(site: Site, now: Ms, queue: Queue | None = None) -> Ms | None:
    """When hours next begin, strictly after `now`; None: not within a year."""
    plan = _plan(site, queue)
    today = _date(plan.zone, now)
    for ahead in range(_AHEAD):
        begins = (begin for begin, _ in plan.spans(today + timedelta(days=ahead)) if begin > now)
        if (first := min(begins, default=None)) is not None:
            return first
    return None


def closes(site: Site, now: Ms, queue: Queue | None = None) -> Ms | None:
    """When the hours that `now` falls into end; None: not within a week, or it is closed."""
    plan = _plan(site, queue)
    today = _date(plan.zone, now)
    days = (today + timedelta(days=ahead) for ahead in range(-1, 8))
    at, found = now, None
    for begin, end in sorted(span for day in days for span in plan.spans(day)):
        if begin <= at < end:
            at = found = end
    return found if found is not None and found < now + 7 * _DAY * 60_000 else None


def quiet_until(site: Site, now: Ms) -> Ms:
    """When people may be called: `now`, or the end of the site's quiet hours."""
    if not site.quiet.hours:
        return now
    plan = _Plan(ZoneInfo(site.zone), dict.fromkeys(DAYS, site.quiet.hours), (), CLOSED, ())
    today = _date(plan.zone, now)
    days = (today - timedelta(days=1), today, today + timedelta(days=1))
    at = now
    # Hours joined by commas, or of two days, may follow each other.
    for begin, end in sorted(span for day in days for span in plan.spans(day)):
        if begin <= at < end:
            at = end
    return at


def half_hours(site: Site, now: Ms, queue: Queue | None = None, most: int = 48) -> tuple[Ms, ...]:
    """The next full and half hours at which it is open, within a week; the first at least a quarter of an hour away."""
    found: list[Ms] = []
    at = _next_half(Ms(now + _HALF // 2))
    while len(found) < most and at < now + 7 * _DAY * 60_000:
        if is_open(site, at, queue):
            found.append(at)
            at = Ms(at + _HALF)
            continue
        opening = opens(site, at, queue)
        if opening is None:
            break
        at = _next_half(opening)
    return tuple(found)


def at_clock(site: Site, now: Ms, queue: Queue | None, hour: int, minute: int) -> Ms | None:
    """The next time within a week that clocks of the site show this and it is open."""
    zone = ZoneInfo(site.zone)
    today = _date(zone, now)
    times = (_instant(zone, today + timedelta(days=ahead), hour * 60 + minute) for ahead in range(8))
    return next((at for at in times if at > now and is_open(site, at, queue)), None)


def _next_half(at: Ms) -> Ms:
    return Ms(-(-at // _HALF) * _HALF)


def other_days(site: Site, now: Ms, days: int) -> dict[str, str]:
    """Of today and the days after it, those that don't go by the week: ISO date -> hours, or `closed`."""
    plan = _plan(site, None)
    today = _date(plan.zone, now)
    found = ((day, plan.of(day)) for day in (today + timedelta(days=ahead) for ahead in range(days)))
    return {day.isoformat(): hours for day, (why, hours) in found if why is not Rule.WEEK}


def rule(site: Site, now: Ms, queue: Queue | None = None) -> Rule:
    """What says when today is open."""
    plan = _plan(site, queue)
    return plan.of(_date(plan.zone, now))[0]


def _plan(site: Site, queue: Queue | None) -> _Plan:
    own = (queue.calendar if queue is not None else None) or Calendar()
    whose = own.holidays or site.holidays
    return _Plan(
        zone=ZoneInfo(own.zone or site.zone),
        week=site.open_hours if own.open_hours is None else own.open_hours,
        holidays=() if whose == NOBODY else site.holiday_dates.get(whose, ()),
        holiday_hours=own.holiday_hours or site.holiday_hours,
        exceptions=(own.exceptions, site.exceptions),
    )


def _date(zone: ZoneInfo, now: Ms) -> date:
    return datetime.fromtimestamp(now / 1000, zone).date()


def _instant(zone: ZoneInfo, day: date, minute: int) -> Ms:
    """When a clock on the wall first shows that many minutes after midnight, or more."""
    wall = datetime.combine(day, time()) + minute * _MINUTE
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != wall:
        # Left out: read with the offset of before it is too late, with that of after too early (PEP 495).
        found = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        while found.astimezone(zone).replace(tzinfo=None) < wall:
            found += _MINUTE
    return Ms(round(found.timestamp() * 1000))
