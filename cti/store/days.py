"""One day out of a long journal, without reading the years before it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from cti.core.events import Record, SiteInForce
from cti.core.ids import Ms
from cti.store.journal import Journal

_EARLIER = 38 * 3_600_000
"""Before midnight UTC. The farthest zone begins its day 14 hours earlier; and who is at work when it begins has said so
within a day."""
_STRETCH = 20_000


def around(journal: Journal, day: date) -> Iterator[Record]:
    """What was in force, then every record from a day before the local day `day` on, in any zone."""
    midnight = datetime.combine(day, time(), UTC).timestamp() * 1000
    before = _before(journal, Ms(round(midnight) - _EARLIER))
    site = _site(journal, before)
    if site is not None:
        yield site
    yield from journal.load(before)


def _before(journal: Journal, at: Ms) -> int:
    """The last `seq` of all that happened before `at`: times only grow with it."""
    low, high = 0, journal.last_seq()
    while low < high:
        middle = (low + high) // 2
        record = next(journal.load(middle), None)
        if record is not None and record.at < at:
            low = middle + 1
        else:
            high = middle
    return low


def _site(journal: Journal, until: int) -> Record | None:
    """The newest site up to that `seq`, looked for backwards: it changes seldom, but not never."""
    while until > 0:
        after = max(0, until - _STRETCH)
        found: Record | None = None
        for record in journal.load(after):
            if record.seq > until:
                break
            if isinstance(record.event, SiteInForce):
                found = record
        if found is not None:
            return found
        until = after
    return None
