"""A desk that does not answer: its tab is frozen, or its way here is cut. What rings nowhere else goes to another."""

from cti.core.agent import AgentState
from cti.core.ids import AgentId, Ms
from cti.core.world import Interaction, Offer, World

PATIENCE = 2_000
"""So long a phone rings on in a page that is silent: one that was only slow is as good as any."""


def silent_offer(world: World, agent: AgentId) -> tuple[Interaction, Ms] | None:
    """Who rings in a page that does not answer and nowhere else, and when they are offered to another."""
    now = world.agents.get(agent)
    if now is None or now.desk_silent is None or now.state is not AgentState.RESERVED or now.interaction is None:
        return None
    profile, it = world.profile(agent), world.interactions.get(now.interaction)
    if profile is None or it is None:
        return None
    for one in (it, world.consult(it)):
        if one is not None and one.offer is not None and one.offer.agent == agent:
            if not _rings_only(world, one.offer, profile.phones[0]):
                return None
            return one, Ms(max(now.desk_silent, one.offer.at) + PATIENCE)
    return None


def _rings_only(world: World, offer: Offer, phone: str) -> bool:
    legs = [leg for channel in offer.legs if (leg := world.legs.get(channel)) is not None]
    return not offer.talking and all(leg.phone == phone and not leg.up for leg in legs)
