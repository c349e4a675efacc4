"""One day, or one wait, out of a long journal, without reading the years before it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from cti.core.account import BACKGROUND
from cti.core.events import Offered, Record, SiteInForce
from cti.core.ids import InteractionId, Ms
from cti.store.journal import Journal

_DAY = 24 * 3_600_000
_EARLIER = 38 * 3_600_000
"""Before midnight UTC. The farthest zone begins its day 14 hours earlier; and who is at work when it begins has said so
within a day."""


def beside(journal: Journal, first_seq: int, last_seq: int, interaction: InteractionId) -> list[Record]:
    """The records of one call, and what its waits are explained by: see `core.account`.

    Agents who said nothing in the day before are taken for signed out.
    """
    began = next(journal.load(first_seq - 1), None)
    if began is None:
        return []
    since = journal.before(Ms(began.at - _DAY))
    site = journal.newest(SiteInForce.__name__, since)
    names = [kind.__name__ for kind in BACKGROUND]
    states = [name for name in names if name != Offered.__name__]
    found = {record.seq: record for record in journal.story(first_seq, last_seq, interaction)}
    found |= {record.seq: record for record in journal.of_kinds(since + 1, first_seq - 1, states)}
    found |= {record.seq: record for record in journal.of_kinds(first_seq, last_seq, names)}
    return [*([site] if site is not None else []), *(found[seq] for seq in sorted(found))]


def of_kinds(journal: Journal, kinds: Sequence[str], begins: Ms, ends: Ms) -> list[Record]:
    """The site in force, then the records of these kinds between two times."""
    first, last = journal.before(begins), journal.before(ends)
    site = journal.newest(SiteInForce.__name__, first)
    return [*([site] if site is not None else []), *journal.of_kinds(first + 1, last, kinds)]


def around(journal: Journal, day: date) -> Iterator[Record]:
    """What was in force, then every record from a day before the local day `day` on, in any zone."""
    midnight = datetime.combine(day, time(), UTC).timestamp() * 1000
    before = journal.before(Ms(round(midnight) - _EARLIER))
    site = journal.newest(SiteInForce.__name__, before)
    if site is not None:
        yield site
    yield from journal.load(before)
