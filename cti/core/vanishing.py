"""A telephone that goes away while it rings or holds a caller: it has told Asterisk so, or was asked and is silent.

A desk phone that is back in a moment, for it has a new address or begins anew, rings on. Of a browser's phone its page
tells more (`silence`); one that is back is another one, or knows no more of what rang, so it is rung anew.

Who talks is heard, and Asterisk ends what is silent. On hold a desk phone may be silent for as long as it likes, so
there its going away counts; one that had gone before it held the caller has proved since that it is there. A
browser's phone sends silence on hold, too, and Asterisk goes by that (`rtp_timeout_hold`).
"""

from cti.core.ids import Ms, Phone
from cti.core.world import Interaction, Leg, World

BACK_WITHIN = 700
"""ms: so long a desk phone may be away while it rings."""
HELD_BACK_WITHIN = 35_000
"""ms: and while it holds a caller. As patient as Asterisk is in a talk (`rtp_timeout`), and with time for the next
question whether it is there (`qualify_frequency`): the answer to one may have been lost."""


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


def holding_on(world: World, phone: Phone) -> list[Leg]:
    """The line of a phone on which its agent holds a caller."""
    owner = world.owner(phone)
    agent = world.agents.get(owner) if owner is not None else None
    call = world.interactions.get(agent.interaction) if agent is not None and agent.interaction is not None else None
    if call is None or call.held is None or call.agent != owner or call.agent_channel is None:
        return []
    leg = world.legs.get(call.agent_channel)
    return [leg] if leg is not None and leg.phone == phone and not leg.ending else []


def note(world: World, phone: Phone, reachable: bool, at: Ms) -> None:
    """It has gone or come back: what rings or is held on it is there no longer unless it is back in time."""
    if _in_browser(world, phone):
        return
    for leg in ringing_on(world, phone):
        leg.rings_by = None if reachable else Ms(at + BACK_WITHIN)
    for leg in holding_on(world, phone):
        leg.back_by = None if reachable else Ms(at + HELD_BACK_WITHIN)


def resumed(world: World, call: Interaction) -> None:
    """The caller is held no longer: the phone has said so itself."""
    leg = world.legs.get(call.agent_channel) if call.agent_channel is not None else None
    if leg is not None:
        leg.back_by = None


def not_heard_of(world: World, at: Ms) -> None:
    """We were away, and whatever has come back meanwhile is told in a moment."""
    for leg in world.legs.values():
        if leg.back_by is not None:
            leg.back_by = Ms(at + HELD_BACK_WITHIN)


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
