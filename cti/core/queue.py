"""Who can be given work, and whom a queue can be served by. Questions only; nothing here changes anything."""

from cti.core.agent import AgentState
from cti.core.site import Agent, Queue
from cti.core.world import AgentNow, World


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
