"""Who can be given work, and whom a queue can be served by. Questions only; nothing here changes anything."""

from cti.core.agent import AgentState
from cti.core.ids import QueueId
from cti.core.site import Agent, Queue
from cti.core.world import AgentNow, World

_NONE: frozenset[QueueId] = frozenset()


def available(world: World, agent: AgentNow) -> bool:
    """Ready, and with something that can ring."""
    profile = world.profile(agent.id)
    return agent.state is AgentState.READY and profile is not None and (agent.desk or profile.desk_phone)


def served_by(agent: Agent, queue: Queue) -> bool:
    """Whether the agent meets what the queue asks of everybody, in one of its rings."""
    asked = [ring.skills for ring in queue.rings]
    if all(ring.after_s for ring in queue.rings):
        asked.append(queue.skills)
    return any(all(agent.skills.get(skill, 0) >= level for skill, level in skills.items()) for skills in asked)


def without(world: World, agent: AgentNow) -> frozenset[QueueId]:
    """The queues an agent has opted out of, as far as they allow it."""
    if not agent.opted_out:
        return _NONE
    return frozenset(name for name in agent.opted_out if (queue := world.queue(name)) is not None and queue.opt_out)
