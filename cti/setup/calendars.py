"""Checks the calendars of a site, and fills in the public holidays they keep."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import msgspec

from cti.core.hours import CLOSED, DAYS, NOBODY, SPAN
from cti.core.site import Calendar, Site

YEARS_AHEAD = 4
"""Holidays are filled in for so many years to come: longer than any bridge runs without reading its site again."""


def check(site: Site, zones: set[str]) -> Iterator[str]:
    """Every mistake, one sentence each."""
    own = Calendar(
        open_hours=site.open_hours,
        holidays=site.holidays,
        holiday_hours=site.holiday_hours,
        exceptions=site.exceptions,
    )
    calendars = [("", own)]
    calendars += [(f"Queue {queue.id}: ", queue.calendar) for queue in site.queues if queue.calendar is not None]
    for whose, calendar in calendars:
        yield from (f"{whose}{problem}" for problem in _calendar(calendar, zones))
    yield from _closings(site)


def kept(site: Site) -> set[str]:
    """Whose holidays are kept by some calendar."""
    named = {site.holidays, *(queue.calendar.holidays for queue in site.queues if queue.calendar is not None)}
    return named - {"", NOBODY}


def with_holidays(site: Site, year: int | None = None) -> Site:
    """The site with the dates of all holidays it keeps, from `year` (None: last year) on. Raises LookupError."""
    first = datetime.now(UTC).year - 1 if year is None else year
    dates = dict(site.holiday_dates)
    for whose in sorted(kept(site) - dates.keys()):
        dates[whose] = tuple(day.isoformat() for day in sorted(_holidays(whose, first)))
    return msgspec.structs.replace(site, holiday_dates=dates)


def _holidays(whose: str, first: int) -> Mapping[date, str]:
    import holidays  # only for sites that keep some: it takes a while to load

    country, _, part = whose.partition("-")
    years = range(first, first + YEARS_AHEAD + 2)
    try:
        found: Mapping[date, str] = holidays.country_holidays(country, subdiv=part or None, years=years)
    except NotImplementedError:
        raise LookupError(
            f"Nobody knows the holidays of '{whose}'; write a country such as 'HK', or a part of one such as 'GB-SCT'."
        ) from None
    return found


def _calendar(calendar: Calendar, zones: set[str]) -> Iterator[str]:
    if calendar.zone and calendar.zone not in zones:
        yield f"'{calendar.zone}' is no time zone; write one such as 'Asia/Hong_Kong'."
    for day, hours in (calendar.open_hours or {}).items():
        if day not in DAYS or not _are_hours(hours):
            yield f"Opening hours of '{day}': write mon..sun = 'HH:MM-HH:MM', several joined by commas."
    if calendar.holiday_hours and not _are_hours(calendar.holiday_hours, CLOSED):
        yield f"holiday_hours '{calendar.holiday_hours}': write 'HH:MM-HH:MM', several joined by commas, or 'closed'."
    for day, hours in calendar.exceptions.items():
        if not _is_date(day) or not _are_hours(hours, CLOSED):
            yield f"Exception '{day}': write 'YYYY-MM-DD' = 'HH:MM-HH:MM', several joined by commas, or 'closed'."


def _are_hours(text: str, word: str = "") -> bool:
    return (bool(word) and text == word) or all(SPAN.fullmatch(part) for part in text.split(","))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _closings(site: Site) -> Iterator[str]:
    known = {queue.id for queue in site.queues}
    for closing in site.closings:
        if closing.to is not None and closing.to not in known:
            yield f"Closing {closing.id}: its callers go to '{closing.to}', which is no queue."
    for queue in site.queues:
        for setting, name in (("out_of_hours", queue.out_of_hours), ("on_holidays", queue.on_holidays)):
            if name is not None and name not in site.closing_by_id:
                there_are = ", ".join(site.closing_by_id)
                yield f"Queue {queue.id}: {setting} '{name}' is no closing; there are {there_are}."
