"""What is said of a queue beside its line: how it is closed, what its callers hear of, what one would wait. Pure."""

from cti.core.closings import by_hand
from cti.core.estimate import spoken
from cti.core.ids import Ms
from cti.core.incidents import EVERYWHERE
from cti.core.outlook import Outlook
from cti.core.site import Queue
from cti.core.world import World
from cti.web.views import ClosedView, IncidentView, WaitView


def closed(world: World, queue: Queue) -> ClosedView | None:
    """How a queue is closed by hand."""
    closing, switch = by_hand(world, queue.id), world.switches.get(queue.id)
    if closing is None or switch is None:
        return None
    return ClosedView(closing=closing.id, name=closing.name, by=switch.by, since=switch.since)


def told_of(world: World, queue: Queue) -> tuple[IncidentView, ...]:
    """The incidents that callers of a queue hear of; the screen's own clock says which are over."""
    site = world.site
    there = ((where, world.incidents.get(where)) for where in (EVERYWHERE, queue.id))
    return tuple(
        IncidentView(
            incident=known.incident,
            name=site.incident_by_id[known.incident].name,
            queue=where or None,
            by=known.by,
            since=known.since,
            until=known.until,
            sentences=tuple(known.sentences),
        )
        for where, known in there
        if known is not None and site is not None and known.incident in site.incident_by_id
    )


def wait(world: World, outlook: Outlook, queue: Queue) -> WaitView | None:
    """What one who came to this queue now would wait, in whole seconds: less would only make screens restless."""
    prospect = outlook.next(queue)
    if prospect is None:
        return None
    low, middle, high = (
        Ms(round(time / 1000) * 1000)
        for time in (prospect.estimate.low, prospect.estimate.middle, prospect.estimate.high)
    )
    said = spoken(prospect.estimate, world.paces[queue.id].score)
    return WaitView(
        low=low,
        middle=middle,
        high=high,
        least=said.least if said is not None else None,
        most=said.most if said is not None else None,
    )
