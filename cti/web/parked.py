"""Parked callers as screens show them. Pure."""

from collections.abc import Mapping

from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.parking import sees
from cti.core.world import World
from cti.store.views import Pop
from cti.web.views import ParkedView


def shown(world: World, agent: AgentId, pops: Mapping[InteractionId, Pop]) -> tuple[ParkedView, ...]:
    """Whom this agent may fetch, longest parked first."""
    found = []
    for name in world.parked:
        it, pop = world.interactions[name], pops.get(name)
        if it.park is None or not sees(world, agent, it):
            continue
        found.append(
            ParkedView(
                interaction=name,
                queue=it.queue,
                by=it.park.by,
                since=it.park.at,
                until=it.park.until,
                language=it.language,
                name=pop.people[0].name if pop is not None and len(pop.people) == 1 else "",
                display=pop.display if pop is not None else "",
            )
        )
    return tuple(sorted(found, key=lambda one: (one.since, one.interaction)))


def lines(world: World) -> dict[QueueId, tuple[int, Ms]]:
    """Queue -> how many of its callers are parked, and since when the longest."""
    found: dict[QueueId, tuple[int, Ms]] = {}
    for name in world.parked:
        it = world.interactions[name]
        if it.queue is not None and it.park is not None:
            number, since = found.get(it.queue, (0, it.park.at))
            found[it.queue] = (number + 1, min(since, it.park.at))
    return found
