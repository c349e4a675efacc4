"""Who can be given work, what work asks of them, and whom it can be kept for. Questions only."""

from cti.core.agent import AWAY, AgentState
from cti.core.events import Why
from cti.core.ids import AgentId, QueueId
from cti.core.piece import CHANNELS, KINDS, Channel, PieceKind
from cti.core.requirement import Requirement, first_stage, requirement
from cti.core.site import Agent, Capacity, Queue
from cti.core.world import AgentNow, Interaction, Piece, World

_NONE: frozenset[QueueId] = frozenset()
_TEXT = (Channel.CHAT, Channel.MAIL)


def available(world: World, agent: AgentNow) -> bool:
    """Ready, with something that can ring, and not writing with customers."""
    profile = world.profile(agent.id)
    return (
        agent.state is AgentState.READY
        and profile is not None
        and (agent.desk_answers or _desk_phone_rings(world, agent, profile))
        and not (agent.work and has(agent, Channel.CHAT))
    )


def can_ring(world: World, agent: AgentNow) -> bool:
    """Whether anything can ring for them."""
    profile = world.profile(agent.id)
    return profile is not None and (agent.desk_answers or _desk_phone_rings(world, agent, profile))


def _desk_phone_rings(world: World, agent: AgentNow, profile: Agent) -> bool:
    """Beside a desk that does not answer it must be there; with no desk at all it is tried wherever it is."""
    return desk_phone_there(world, profile) if agent.desk else profile.desk_phone


def desk_phone_there(world: World, agent: Agent) -> bool:
    """Whether the agent has a desk phone, and it is not known to be away."""
    return agent.desk_phone and any(world.phones.get(phone, True) for phone in agent.phones[1:])


def has(agent: AgentNow, channel: Channel) -> int:
    """How many pieces of a channel of text work are in the agent's hand."""
    return sum(CHANNELS[kind] is channel for kind in agent.work.values())


def capacity(world: World, agent: AgentNow, channel: Channel) -> int:
    """How many there may be at once."""
    profile = world.profile(agent.id)
    if profile is None:
        return 0
    common = world.site.capacity if world.site is not None else Capacity()
    if channel is Channel.CHAT:
        return common.chat if profile.capacity.chat is None else profile.capacity.chat
    return common.mail if profile.capacity.mail is None else profile.capacity.mail


def room_for(world: World, agent: AgentNow, kind: PieceKind) -> bool:
    """Whether the agent's capacity has room for one more piece of this kind."""
    return has(agent, CHANNELS[kind]) < capacity(world, agent, CHANNELS[kind])


def takes_text(world: World, agent: AgentNow) -> frozenset[PieceKind]:
    """The kinds of text work the agent can be offered now: ready, at a desk, with room, and nothing left unopened."""
    if agent.state is not AgentState.READY or not agent.desk_answers or agent.unopened is not None or agent.text_paused:
        return frozenset()
    with_room = [KINDS[channel] for channel in _TEXT if has(agent, channel) < capacity(world, agent, channel)]
    return frozenset[PieceKind]().union(*with_room)


def held_up(world: World, agent: AgentNow, channel: Channel, now: int) -> Why | None:
    """Why an agent who is ready is offered no work of this channel; None: nothing holds them up."""
    silent = agent.desk and not agent.desk_answers
    if channel is Channel.VOICE:
        chats = has(agent, Channel.CHAT)
        if chats:
            return Why(code="has_chats", agent=agent.id, args={"has": chats})
        return Why(code="silent", agent=agent.id) if silent and not can_ring(world, agent) else None
    if not agent.desk:
        return Why(code="no_desk", agent=agent.id)
    if silent:
        return Why(code="silent", agent=agent.id)
    if agent.unopened is not None:
        return Why(code="unopened", agent=agent.id)
    if agent.text_paused:
        return Why(code="paused", agent=agent.id, args={"ms": max(0, agent.text_paused - now)})
    own, most = has(agent, channel), capacity(world, agent, channel)
    args: dict[str, int | str] = {"channel": channel.value, "has": own, "of": most}
    return Why(code="at_capacity", agent=agent.id, args=args) if own >= most else None


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


def asked_for(world: World, it: Interaction | Piece) -> Requirement:
    """What a call or a piece of text work asks of an agent where it waits."""
    queue = world.queue(it.queue) or Queue(id=it.queue or QueueId(""), name={})
    return requirement(queue, it.skills, it.language, it.kind)


def worth_waiting_for(world: World, agent: AgentId | None, asked: Requirement) -> bool:
    """Whether work is kept for somebody: not while they are at lunch, and not if they could not do it."""
    now = world.agents.get(agent) if agent is not None else None
    profile = world.profile(agent) if agent is not None else None
    return (
        now is not None
        and profile is not None
        and now.state not in AWAY
        and asked.queue not in without(world, now)
        and first_stage(profile.skills, asked) is not None
    )
