"""The match: who is offered what, and why. First the caller who is next in line, then the agent longest idle."""

from cti.core.agent import AgentState
from cti.core.commands import Leg, RingAgent
from cti.core.events import Offered, Why
from cti.core.ids import ChannelId, Ms, OfferId, SkillId
from cti.core.interaction import State
from cti.core.queue import idle, line, missing, requirement
from cti.core.site import Agent, Skills
from cti.core.staff import put
from cti.core.turn import Turn
from cti.core.world import AgentNow, Interaction, World

EXPLAINED = 6
"""So many agents passed over are named with a reason."""


def match(turn: Turn) -> None:
    """Offer everything that can be offered now. No caller blocks another: who can't be served is passed by."""
    if not turn.world.asterisk:
        return
    ready = list(idle(turn.world))
    if not ready:
        return
    for interaction in line(turn.world):
        caller = turn.world.legs.get(interaction.channel)
        if interaction.state is not State.WAITING or caller is None or caller.ending:
            continue
        needed = requirement(turn.world, interaction, turn.now)
        chosen = next(((now, who) for now, who in ready if missing(who, needed) is None), None)
        if chosen is None:
            continue
        ready.remove(chosen)
        _offer(turn, interaction, *chosen, needed)
        if not ready:
            return


def _offer(turn: Turn, interaction: Interaction, agent: AgentNow, profile: Agent, needed: Skills) -> None:
    queue = turn.world.queue(interaction.queue)
    ring_s = queue.ring_s if queue else 15
    offer = OfferId(f"{interaction.id}.{interaction.offers + 1}")
    legs = {ChannelId(f"{offer}.{n}"): phone for n, phone in enumerate(profile.phones)}
    until = Ms(turn.now + ring_s * 1000)
    turn.emit(
        Offered(
            interaction=interaction.id,
            offer=offer,
            agent=agent.id,
            legs=legs,
            until=until,
            why=explain(turn.world, agent, profile, needed, turn.now),
        )
    )
    put(turn, agent, AgentState.RESERVED, interaction=interaction.id, until=until)
    turn.wish(
        RingAgent(
            offer=offer,
            interaction=interaction.id,
            caller=interaction.channel,
            agent=agent.id,
            legs=tuple(Leg(phone=phone, channel=channel) for channel, phone in legs.items()),
            timeout_s=ring_s + 5,
            greeting=profile.work_number if queue is None or queue.greeting else "",
            language=interaction.language or (turn.world.site.default_language if turn.world.site else None),
            auto_answer=profile.auto_answer,
        )
    )


def explain(world: World, agent: AgentNow, profile: Agent, needed: Skills, now: Ms) -> tuple[Why, ...]:
    """Why this agent, and why not others: at most `EXPLAINED` of them."""
    why = [
        Why(code="skills", agent=agent.id, args={str(s): profile.skills.get(s, 0) for s in needed}),
        Why(code="idle", agent=agent.id, args={"ms": now - agent.idle_since}),
    ]
    for other in world.agents.values():
        if len(why) >= EXPLAINED + 2:
            break
        who = world.profile(other.id)
        if who is None or other.id == agent.id or other.state is AgentState.SIGNED_OUT:
            continue
        short = missing(who, needed)
        if short is not None:
            why.append(_short(who, short, needed))
        elif other.state is not AgentState.READY:
            left = max(0, other.until - now) if other.until is not None else 0
            why.append(Why(code="skipped_state", agent=other.id, args={"state": other.state.value, "ms": left}))
    return tuple(why)


def _short(agent: Agent, skill: SkillId, needed: Skills) -> Why:
    args: dict[str, int | str] = {"skill": skill, "has": agent.skills.get(skill, 0), "needs": needed[skill]}
    return Why(code="skipped_skill", agent=agent.id, args=args)
