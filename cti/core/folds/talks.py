"""Offers and talks, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core import vanishing
from cti.core.events import talks as e
from cti.core.events.base import Fact
from cti.core.folds.shared import counters_of, pace_of
from cti.core.ids import Ms
from cti.core.interaction import State
from cti.core.world import Leg, Offer, World


def _offered(world: World, event: e.Offered, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.state = State.OFFERED
    # A consultation's offers are named after the call's.
    world.call(interaction).offers += 1
    interaction.why, interaction.grounds = event.why, event.grounds
    interaction.offer = Offer(
        id=event.offer,
        agent=event.agent,
        legs=list(event.legs),
        at=at,
        until=event.until,
        why=event.why,
        grounds=event.grounds,
    )
    for channel, phone in event.legs.items():
        world.legs[channel] = Leg(
            channel=channel, interaction=event.interaction, phone=phone, offer=event.offer, started=False
        )


def _offer_ended(world: World, event: e.OfferEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is not None and interaction.offer is not None and interaction.offer.id == event.offer:
        interaction.offer = None
        if interaction.state is State.OFFERED:
            interaction.state = State.WAITING


def _connected(world: World, event: e.Connected, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.spoken = None
    if interaction.connected is None and interaction.direction == "in":
        interaction.waited = event.waited
        counters = counters_of(world, interaction.queue)
        counters.answered += 1
        counters.waited_answered = Ms(counters.waited_answered + event.waited)
        if interaction.callback is None:
            pace = pace_of(world, interaction.queue)
            pace.waited(event.waited, gave_up=False)
            if interaction.offer is not None:
                pace.ring.take(at - interaction.offer.at)
        queue = world.queue(interaction.queue)
        # Who was called back had their answer then, though they did not wait for it on the phone.
        took = event.waited if interaction.callback is None else at - interaction.since
        if queue is not None and took <= queue.service_level_s * 1000:
            counters.within += 1
    interaction.state = State.TALKING
    interaction.offer = None
    interaction.agent = event.agent
    interaction.agent_channel = event.agent_channel
    interaction.connected = at
    interaction.parted = None
    interaction.held = None
    interaction.aside = None
    interaction.given_to = None
    interaction.called_back, interaction.callback = interaction.callback or interaction.called_back, None
    world.callbacks.pop(interaction.id, None)
    interaction.outside = None
    interaction.foreseen = interaction.told = None


def _held(world: World, event: e.Held, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.held = at


def _resumed(world: World, event: e.Resumed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.held = None
        vanishing.resumed(world, interaction)


def _moved(world: World, event: e.AgentMoved, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        consult = world.consult(interaction)
        if consult is not None and consult.channel == interaction.agent_channel:
            consult.channel = event.agent_channel
        interaction.agent_channel = event.agent_channel
        interaction.held = None


def _talk_ended(world: World, event: e.TalkEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.state = State.AFTER
    interaction.parted = at
    interaction.held = None
    interaction.aside = None
    interaction.agent_channel = None
    if interaction.direction == "out":
        return
    counters = counters_of(world, interaction.queue)
    counters.talked = Ms(counters.talked + event.talked)
    pace_of(world, interaction.queue).talk.take(event.talked)


def _transferred(world: World, event: e.Transferred, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.given_by, interaction.given_to = event.agent, event.to
    # An agent has said where they are to be served; waiting long elsewhere is no reason to move them on.
    interaction.overflowed = True


def _transfer_failed(world: World, event: e.TransferFailed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.given_to = None


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.Offered: _offered,
    e.OfferEnded: _offer_ended,
    e.Connected: _connected,
    e.Held: _held,
    e.Resumed: _resumed,
    e.AgentMoved: _moved,
    e.TalkEnded: _talk_ended,
    e.Transferred: _transferred,
    e.TransferFailed: _transfer_failed,
}
