"""Opening hours of a branch of its own: whether a moment is inside them. Local time only, no clock.

`{"mon": "09:00-13:00,14:00-18:00"}`: `mon`..`sun`, several spans joined by commas, a day left out is closed, and no
day at all means always open. A span that ends at or before its begin runs past midnight (`22:00-02:00`).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY = 24 * 60


def check(hours: Mapping[str, str]) -> str | None:
    """What is wrong with these hours, as a sentence; None: nothing."""
    for day, text in hours.items():
        if day not in DAYS:
            return f"'{day}' is no day; write one of {', '.join(DAYS)}"
        for part in text.split(","):
            found = _SPAN.fullmatch(part.strip())
            if found is None or max(_minutes(found)) > _DAY:
                return f"'{part}' on {day} is no span of hours; write it like 09:00-18:00"
    return None


def is_open(hours: Mapping[str, str], now: datetime) -> bool:
    """Whether `now` (local) is inside the hours."""
    if not hours:
        return True
    minute = now.hour * 60 + now.minute
    today, yesterday = DAYS[now.weekday()], DAYS[now.weekday() - 1]
    return any(begin <= minute < end for begin, end in _spans(hours, today)) or any(
        minute < end - _DAY for _, end in _spans(hours, yesterday)
    )


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    begin_h, begin_m, end_h, end_m = map(int, found.groups())
    return begin_h * 60 + begin_m, end_h * 60 + end_m


def _spans(hours: Mapping[str, str], day: str) -> Iterator[tuple[int, int]]:
    for found in _SPAN.finditer(hours.get(day, "")):
        begin, end = _minutes(found)
        yield begin, end if end > begin else end + _DAY
