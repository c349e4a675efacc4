"""Service time: hours that count only while the site is open."""

from cti.core.hours import is_open, opens
from cti.core.ids import Ms
from cti.core.site import Site

_MINUTE = 60_000
_STRIDE = 15 * _MINUTE
_LONGEST_H = 1000


def after(site: Site, now: Ms, hours: int) -> Ms:
    """When so many hours of opening time have passed since `now`.

    Breaks shorter than a quarter of an hour count as open. A site that does not open any more: as if it were open.
    """
    left = min(hours, _LONGEST_H) * 60 * _MINUTE
    at = now
    while left > 0:
        if not is_open(site, at):
            begins = opens(site, at)
            if begins is None:
                break
            at = begins
        step = min(_STRIDE, left)
        if is_open(site, Ms(at + step - 1)):
            at, left = Ms(at + step), left - step
            continue
        closes = _closes(site, at, Ms(at + step - 1))
        left -= closes - at
        at = closes
    return Ms(at + left)


def _closes(site: Site, opened: Ms, closed: Ms) -> Ms:
    """When hours end, between a moment they run and one they do not: to the millisecond."""
    while closed - opened > 1:
        middle = Ms((opened + closed) // 2)
        if is_open(site, middle):
            opened = middle
        else:
            closed = middle
    return closed
