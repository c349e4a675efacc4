"""Days and opening hours in the site's zone: the one place in the core where local time is decided."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.core.site import Site

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day_of(zone: str, now: Ms) -> tuple[str, Ms, Ms]:
    """The local day that `now` falls into: ISO date, begin and end (23 or 25 hours apart when clocks change)."""
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
    return local.isoformat(), _midnight(zone, local), _midnight(zone, local + timedelta(days=1))


def _midnight(zone: str, day: date) -> Ms:
    return Ms(round(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).timestamp() * 1000))


def is_open(site: Site, now: Ms) -> bool:
    """Whether the site's opening hours hold at `now`; a site without hours is always open."""
    if not site.open_hours:
        return True
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(site.zone))
    clock = local.strftime("%H:%M")
    spans = site.open_hours.get(_DAYS[local.weekday()], "")
    return any(
        start.strip() <= clock < end.strip() for start, _, end in (s.partition("-") for s in spans.split(",") if s)
    )
