"""How far the call is for which an agent is reserved, as screens show it. Pure.

A phone that was called rings when it has said so, and not before: it may have no power.
"""

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import OfferId
from cti.core.interaction import State
from cti.core.world import AgentNow, Interaction, Offer, World

OFFERED, RINGING = "offered", "ringing"

OfLeg = e.LegRinging | e.LegEnding | e.LegGone
"""By these, phones of an offer ring, or do no longer."""


def rings(world: World, offer: Offer | None) -> bool:
    """Whether one of the phones that are called for this offer has said that it rings."""
    legs = (world.legs.get(channel) for channel in (offer.legs if offer is not None else ()))
    return any(leg is not None and leg.rings for leg in legs)


def of_leg(world: World, event: OfLeg) -> tuple[Interaction, Offer] | None:
    """The standing offer that one of its phones' legs is of, by the leg's name."""
    found = world.offer(OfferId(event.channel.rpartition(".")[0]))
    return found if found is not None and event.channel in found[1].legs else None


def phase(world: World, call: Interaction, offer: Offer) -> str:
    """How far an offer is."""
    if offer.talking:
        return "talking"
    if call.state is State.DIALLING:
        return "dialling"
    return RINGING if rings(world, offer) else OFFERED


def state(world: World, now: AgentNow) -> str:
    """An agent's state, and of who is reserved how far that is."""
    if now.state is not AgentState.RESERVED:
        return now.state.value
    call = world.interactions.get(now.interaction) if now.interaction is not None else None
    for one in (call, world.consult(call)) if call is not None else ():
        if call is not None and one is not None and one.offer is not None and one.offer.agent == now.id:
            return phase(world, call, one.offer)
    return OFFERED
