"""The line: who is next, who asks for what, and who can serve whom. Questions only; nothing here changes anything."""

from collections.abc import Iterator

from cti.core.agent import AgentState
from cti.core.ids import InteractionId, Ms, QueueId, SkillId
from cti.core.interaction import State
from cti.core.site import Agent, Queue, Skills
from cti.core.world import AgentNow, Interaction, World

MINUTE = 60_000


def rank(world: World, interaction: Interaction) -> tuple[int, int, str]:
    """Sort key of the line, least first: begin of the wait, a minute earlier per point of priority; then arrival."""
    queue = world.queue(interaction.queue)
    priority = interaction.priority + (queue.priority if queue else 0)
    return (interaction.since - priority * MINUTE, interaction.since, interaction.id)


def line(world: World, queue: QueueId | None = None) -> list[Interaction]:
    """Everybody waiting (for `queue`, or at all), next first. One with an offer out still keeps the place."""
    waiting = [
        i
        for i in world.interactions.values()
        if i.state in (State.WAITING, State.OFFERED) and (queue is None or i.queue == queue)
    ]
    return sorted(waiting, key=lambda i: rank(world, i))


def position(world: World, interaction: InteractionId) -> int | None:
    """The place in the line of the interaction's own queue, 1 = next; None: not waiting."""
    waiting = world.interactions.get(interaction)
    if waiting is None or waiting.state not in (State.WAITING, State.OFFERED):
        return None
    own = rank(world, waiting)
    ahead = sum(
        1
        for i in world.interactions.values()
        if i.queue == waiting.queue and i.state in (State.WAITING, State.OFFERED) and rank(world, i) < own
    )
    return ahead + 1


def requirement(world: World, interaction: Interaction, now: Ms) -> Skills:
    """The minimum levels an agent needs at `now`: the ring reached by waiting, what the flow asked, the language."""
    queue = world.queue(interaction.queue)
    needed: dict[SkillId, int] = dict(_ring(queue, now - interaction.since)) if queue else {}
    for skill, level in interaction.skills.items():
        needed[skill] = max(level, needed.get(skill, 0))
    if interaction.language:
        needed.setdefault(SkillId(interaction.language), 1)
    return needed


def _ring(queue: Queue, waited: int) -> Skills:
    reached = [ring for ring in queue.rings if ring.after_s * 1000 <= waited]
    return max(reached, key=lambda ring: ring.after_s).skills if reached else queue.skills


def widening(world: World, interaction: Interaction, now: Ms) -> Ms | None:
    """When the next ring of this interaction's queue opens."""
    queue = world.queue(interaction.queue)
    if queue is None:
        return None
    times = (interaction.since + ring.after_s * 1000 for ring in queue.rings)
    return min((Ms(t) for t in times if t > now), default=None)


def missing(agent: Agent, needed: Skills) -> SkillId | None:
    """The first skill (by name) in which the agent falls short; None: able."""
    return next((s for s in sorted(needed) if agent.skills.get(s, 0) < needed[s]), None)


def available(world: World, agent: AgentNow) -> bool:
    """Ready, and with something that can ring."""
    profile = world.profile(agent.id)
    return agent.state is AgentState.READY and profile is not None and (agent.desk or profile.desk_phone)


def idle(world: World) -> Iterator[tuple[AgentNow, Agent]]:
    """Agents who could be offered something now, longest idle first."""
    ready = sorted((a for a in world.agents.values() if available(world, a)), key=lambda a: (a.idle_since, a.id))
    for agent in ready:
        profile = world.profile(agent.id)
        if profile is not None:
            yield agent, profile


def served_by(agent: Agent, queue: Queue) -> bool:
    """Whether the agent meets what the queue asks of everybody (in its widest ring)."""
    asked = max(queue.rings, key=lambda ring: ring.after_s).skills if queue.rings else queue.skills
    return missing(agent, asked) is None
