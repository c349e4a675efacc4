"""Offers: what the router has decided becomes a reservation, a pop and a phone that rings."""

from cti.core.agent import AgentState
from cti.core.commands import Leg, RingAgent
from cti.core.events import Offered, Why
from cti.core.ids import AgentId, ChannelId, Ms, OfferId
from cti.core.routing import Routing
from cti.core.staff import put
from cti.core.turn import Turn
from cti.core.waiting import Match
from cti.core.world import Interaction


def offer(turn: Turn, routing: Routing) -> None:
    """Offer everything that can be offered now."""
    for match in routing.matches(turn.now):
        _offer(turn, match, routing)


def _offer(turn: Turn, match: Match, routing: Routing) -> None:
    interaction = turn.world.interactions[match.interaction]
    offer_to(turn, interaction, match.agent, match.why + routing.busy(match, turn.now))


def offer_to(turn: Turn, interaction: Interaction, to: AgentId, why: tuple[Why, ...]) -> None:
    """Reserve this agent, who is free, for this interaction, which is in line, and let their phones ring."""
    world = turn.world
    agent = world.agents[to]
    profile = world.profile(to)
    if profile is None:
        raise LookupError(f"agent {to} is not of the site")
    queue = world.queue(interaction.queue)
    ring_s = queue.ring_s if queue else 15
    name = OfferId(f"{interaction.id}.{interaction.offers + 1}")
    legs = {ChannelId(f"{name}.{n}"): phone for n, phone in enumerate(profile.phones)}
    until = Ms(turn.now + ring_s * 1000)
    turn.emit(
        Offered(
            interaction=interaction.id,
            offer=name,
            agent=agent.id,
            legs=legs,
            until=until,
            why=why,
        )
    )
    put(turn, agent, AgentState.RESERVED, interaction=interaction.id, until=until)
    turn.wish(
        RingAgent(
            offer=name,
            interaction=interaction.id,
            caller=interaction.channel,
            agent=agent.id,
            legs=tuple(Leg(phone=phone, channel=channel) for channel, phone in legs.items()),
            timeout_s=ring_s + 5,
            greeting=profile.work_number if queue is None or queue.greeting else "",
            language=interaction.language or (world.site.default_language if world.site else None),
            auto_answer=profile.auto_answer,
        )
    )
