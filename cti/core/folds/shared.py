"""What several folds need: a queue's counters and pace, and when an interaction may be forgotten."""

from cti.core.estimate import Pace
from cti.core.ids import InteractionId, QueueId
from cti.core.interaction import State
from cti.core.world import QueueToday, World

HALF_HOUR = 30 * 60 * 1000


def counters_of(world: World, queue: QueueId | None) -> QueueToday:
    return world.today.queues.setdefault(queue or QueueId(""), QueueToday())


def pace_of(world: World, queue: QueueId | None) -> Pace:
    return world.paces.setdefault(queue or QueueId(""), Pace())


def forget(world: World, interaction: InteractionId) -> None:
    """Drop an ended interaction unless an agent still works on it."""
    known = world.interactions.get(interaction)
    if known is None or known.state is not State.ENDED:
        return
    if not any(agent.interaction == interaction for agent in world.agents.values()):
        del world.interactions[interaction]
