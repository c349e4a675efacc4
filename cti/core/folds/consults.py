"""Consultations, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import consults as e
from cti.core.events.base import Fact
from cti.core.ids import Ms
from cti.core.interaction import State
from cti.core.world import Interaction, Offer, World


def _begun(world: World, event: e.ConsultBegun, at: Ms) -> None:
    call = world.interactions.get(event.interaction)
    if call is None:
        return
    call.consult = event.consult
    if not event.by_phone:
        call.state = State.ASIDE
        call.aside = call.aside or at
        call.held = None
    world.interactions[event.consult] = Interaction(
        id=event.consult,
        kind=call.kind,
        channel=event.agent_channel,
        number=call.number,
        caller=call.caller,
        language=call.language,
        opened=at,
        state=State.WAITING,
        queue=event.queue or call.queue,
        skills=call.skills,
        priority=call.priority,
        raised=call.raised,
        since=call.since or at,
        given_by=event.agent,
        given_to=event.to,
        asked=event.outside,
        about=call.id,
        # The agent has said whom to ask; waiting long there is no reason to ask elsewhere.
        overflowed=True,
    )


def _answered(world: World, event: e.ConsultAnswered, at: Ms) -> None:
    consult = world.interactions.get(event.consult)
    if consult is None:
        return
    consult.state = State.TALKING
    consult.offer = None
    consult.agent = event.agent
    consult.agent_channel = event.agent_channel
    consult.connected = at


def _reached(world: World, event: e.ConsultReached, at: Ms) -> None:
    consult = world.interactions.get(event.consult)
    if consult is None:
        return
    consult.state = State.OUTSIDE
    consult.agent_channel = event.channel
    consult.connected = at


def _joined(world: World, event: e.ConferenceBegun, at: Ms) -> None:
    if call := world.interactions.get(event.interaction):
        call.state = State.TALKING
        call.joined = True
        call.aside = None


def _ended(world: World, event: e.ConsultEnded, at: Ms) -> None:
    world.interactions.pop(event.consult, None)
    for leg in world.legs.values():
        if leg.interaction == event.consult:
            leg.interaction = event.interaction
    if call := world.interactions.get(event.interaction):
        call.consult = None
        call.joined = False


def _rejoined(world: World, event: e.CallerRejoined, at: Ms) -> None:
    if call := world.interactions.get(event.interaction):
        call.state = State.TALKING
        call.aside = None


def _moved(world: World, event: e.OfferMoved, at: Ms) -> None:
    if call := world.interactions.get(event.interaction):
        call.state = State.OFFERED
        call.offer = Offer(
            id=event.offer,
            agent=event.agent,
            legs=list(event.legs),
            at=at,
            until=event.until,
            why=(),
            talking=event.talking,
        )


def _outside_moved(world: World, event: e.OutsideMoved, at: Ms) -> None:
    if call := world.interactions.get(event.interaction):
        call.state = State.PASSING
        call.outside = event.channel


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.ConsultBegun: _begun,
    e.ConsultAnswered: _answered,
    e.ConsultReached: _reached,
    e.ConferenceBegun: _joined,
    e.ConsultEnded: _ended,
    e.CallerRejoined: _rejoined,
    e.OfferMoved: _moved,
    e.OutsideMoved: _outside_moved,
}
