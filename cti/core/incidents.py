"""Known incidents: a sentence that a supervisor has said to callers, until it is over. Questions only."""

from cti.core.ids import Ms, QueueId
from cti.core.site import Incident
from cti.core.world import IncidentNow, World

EVERYWHERE = QueueId("")
"""In place of a queue: the whole site."""


def in_force(world: World, queue: QueueId | None, now: Ms) -> tuple[tuple[Incident, IncidentNow], ...]:
    """What callers of a queue (None: before one is asked for) are to hear of, the site's first."""
    found = []
    for where in dict.fromkeys((EVERYWHERE, queue or EVERYWHERE)):
        now_there = world.incidents.get(where)
        if now_there is not None and now_there.until > now and world.site is not None:
            incident = world.site.incident_by_id.get(now_there.incident)
            if incident is not None:
                found.append((incident, now_there))
    return tuple(found)


def recorded(world: World) -> frozenset[str]:
    """The recordings that callers are told."""
    return frozenset(name for there in world.incidents.values() for name in there.sentences.values())
