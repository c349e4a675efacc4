"""The match in a world as a person would write it down: everybody is looked at, every time."""

from cti.core.agent import AgentState
from cti.core.closings import ousted
from cti.core.ids import AgentId, InteractionId, Ms
from cti.core.interaction import State
from cti.core.queue import available, without
from cti.core.requirement import first_stage, requirement
from cti.core.site import Agent, Policy, Queue
from cti.core.world import Interaction, World

MINUTE = 60_000


def rank(world: World, it: Interaction) -> tuple[int, int, str]:
    """Least first: begin of the wait, a minute earlier per point of priority; then arrival."""
    return (it.since - (it.priority + it.raised + queue_of(world, it).priority) * MINUTE, it.since, it.id)


def line(world: World) -> list[Interaction]:
    """Everybody waiting, next first. One with an offer out still keeps the place."""
    in_line = (State.WAITING, State.OFFERED, State.DIALLING)
    waiting = [i for i in world.interactions.values() if i.state in in_line and (on_phone(i) or called_now(world, i))]
    waiting = [i for i in waiting if i.callback is not None or i.state is not State.DIALLING]
    return sorted(waiting, key=lambda i: rank(world, i))


def on_phone(it: Interaction) -> bool:
    """Whether they are there; who has been turned away has no place any more, though they still listen."""
    return bool(it.channel) and not it.away


def called_now(world: World, it: Interaction) -> bool:
    """Whether they have hung up, and are called as soon as it is their turn."""
    return it.callback is not None and it.callback.due and it.queue not in world.switches


def position(world: World, interaction: InteractionId) -> int | None:
    """The place in the line of the interaction's own queue, 1 = next."""
    own = world.interactions[interaction].queue
    places = [each.id for each in line(world) if each.queue == own]
    return places.index(interaction) + 1 if interaction in places else None


def decisions(world: World, now: Ms) -> list[tuple[InteractionId, AgentId]]:
    """Who is offered to whom now, first in line first."""
    if not world.asterisk:
        return []
    ready = [agent.id for agent in world.agents.values() if available(world, agent)]
    found = []
    for it in line(world):
        caller = world.legs.get(it.channel)
        leaves = it.channel and (caller is None or caller.ending)
        leaves = leaves or (it.callback is not None and it.callback.released is None)
        if it.state is not State.WAITING or leaves or ousted(world, it) is not None:
            continue
        fit = [agent for agent in ready if able(world, it, agent, now)]
        if fit:
            chosen = min(fit, key=lambda agent: (agent != _preferred(world, it), *_key(world, it, agent)))
            ready.remove(chosen)
            found.append((it.id, chosen))
    return found


def able(world: World, it: Interaction, agent: AgentId, now: Ms) -> bool:
    """Whether the agent may be offered this caller now."""
    profile = world.profile(agent)
    assert profile is not None
    asked = requirement(queue_of(world, it), it.skills, it.language)
    first = first_stage(profile.skills, asked)
    if it.queue in without(world, world.agents[agent]):
        return False
    if now < it.kept_until and (preferred := _preferred(world, it)) is not None:
        return agent == preferred
    return first is not None and it.since + asked.stages[first].after <= now


def _preferred(world: World, it: Interaction) -> AgentId | None:
    """The preferred agent, if at work and able at all."""
    now = world.agents.get(it.preferred or AgentId(""))
    profile = world.profile(it.preferred or AgentId(""))
    if now is None or profile is None or now.state in (AgentState.SIGNED_OUT, AgentState.NOT_READY):
        return None
    if it.queue in without(world, now):
        return None
    able_ever = first_stage(profile.skills, requirement(queue_of(world, it), it.skills, it.language)) is not None
    return now.id if able_ever else None


def _key(world: World, it: Interaction, agent: AgentId) -> tuple[float, Ms, AgentId]:
    profile: Agent | None = world.profile(agent)
    assert profile is not None
    now = world.agents[agent]
    queue = queue_of(world, it)
    needed = requirement(queue, it.skills, it.language).stages[0].needed
    by = {
        Policy.LONGEST_IDLE: 0.0,
        Policy.BEST_MATCH: -float(sum(profile.skills.get(skill, 0) for skill, _ in needed)),
        Policy.LEAST_OCCUPIED: now.share_worked,
        Policy.SCARCE_FIRST: float(len(profile.skills)),
    }[queue.policy]
    return (by, now.idle_since, agent)


def queue_of(world: World, it: Interaction) -> Queue:
    queue = world.queue(it.queue)
    assert queue is not None
    return queue
