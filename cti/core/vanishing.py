"""A telephone that goes away while it rings: it has told Asterisk so, or has been asked and is silent.

A desk phone that is back in a moment, for it has a new address or begins anew, rings on. Of a browser's phone its page
tells more (`silence`); one that is back is another one, or knows no more of what rang, so it is rung anew.
"""

from cti.core.ids import Ms, Phone
from cti.core.world import Interaction, Leg, World

BACK_WITHIN = 700
"""ms: so long a desk phone may be away."""


def ringing_on(world: World, phone: Phone) -> list[Leg]:
    """What rings on a phone."""
    owner = world.owner(phone)
    agent = world.agents.get(owner) if owner is not None else None
    call = world.interactions.get(agent.interaction) if agent is not None and agent.interaction is not None else None
    if call is None:
        return []
    offers = [one.offer for one in (call, world.consult(call)) if one is not None and one.offer is not None]
    legs = [world.legs[channel] for offer in offers for channel in offer.legs if channel in world.legs]
    return [leg for leg in legs if leg.phone == phone and not leg.up and not leg.ending]


def note(world: World, phone: Phone, reachable: bool, at: Ms) -> None:
    """It has gone or come back: what rings on it is there no longer unless it is back in time."""
    for leg in () if _in_browser(world, phone) else ringing_on(world, phone):
        leg.rings_by = None if reachable else Ms(at + BACK_WITHIN)


def begun_anew(world: World, phone: Phone) -> Interaction | None:
    """Whose offer rang on a browser's phone that has come back, and rings nowhere else."""
    for leg in ringing_on(world, phone) if _in_browser(world, phone) else ():
        found = world.offer(leg.offer) if leg.offer is not None else None
        if found is not None and [one for one in found[1].legs if one in world.legs] == [leg.channel]:
            return found[0]
    return None


def _in_browser(world: World, phone: Phone) -> bool:
    owner = world.owner(phone)
    profile = world.profile(owner) if owner is not None else None
    return profile is not None and phone == profile.phones[0]
