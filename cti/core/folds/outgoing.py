"""Calls to the outside, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import outgoing as e
from cti.core.events.base import Fact
from cti.core.folds.shared import counters_of
from cti.core.ids import ChannelId, Ms
from cti.core.interaction import State
from cti.core.recorded import Recorded
from cti.core.world import Callback, Leg, World

_HOUR = 60 * 60 * 1000
_NO_TRY = frozenset({"cancelled", "merged", "lost"})
"""Their phone may not have rung, or not because of them: it does not count."""


def _booked(world: World, event: e.CallbackBooked, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.callback = Callback(to=event.to, at=event.at, first=event.first)
        # Who withheld their number has told it now.
        interaction.caller = interaction.caller or event.to
        world.callbacks[event.interaction] = None
        if event.at is not None:
            # What was foreseen was the wait of one who takes the next turn.
            interaction.foreseen = interaction.told = None


def _place_kept(world: World, event: e.PlaceKept, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None or interaction.callback is None:
        return
    interaction.callback.released = at
    interaction.channel = ChannelId("")
    interaction.recorded = Recorded.NO
    interaction.state = State.WAITING
    counters_of(world, interaction.queue).callbacks += 1


def _due(world: World, event: e.CallbackDue, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is not None and interaction.callback is not None:
        interaction.callback.due = True
        interaction.callback.until = event.until


def _put_off(world: World, event: e.CallbackPutOff, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is not None and interaction.callback is not None:
        interaction.callback.due = False
        interaction.callback.until = event.until


def _dialled(world: World, event: e.Dialled, at: Ms) -> None:
    agent = world.agents.get(event.agent) if event.agent is not None else None
    if agent is not None:
        agent.dialled = [then for then in agent.dialled if at - then < _HOUR] + [at]
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    # The legs of a consultation are named after the call.
    world.call(interaction).dials += 1
    world.legs[event.channel] = Leg(
        channel=event.channel, interaction=event.interaction, phone=None, outside=True, started=False
    )
    if event.purpose == "consult":
        interaction.state = State.PASSING
        interaction.outside = event.channel
        return
    if event.purpose == "transfer":
        interaction.given_by, interaction.given_to = event.agent, None
        interaction.state = State.PASSING
        interaction.outside = event.channel
        return
    interaction.state = State.DIALLING
    interaction.missed = ""
    interaction.channel = event.channel
    interaction.recorded = Recorded.NO
    interaction.agent_channel = event.agent_channel
    if interaction.offer is not None:
        interaction.offer.until = event.until


def _dial_ended(world: World, event: e.DialEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.missed = event.how
    if interaction.outside == event.channel:
        interaction.outside = None
        interaction.state = State.AFTER
        return
    interaction.channel = ChannelId("")
    interaction.recorded = Recorded.NO
    interaction.agent_channel = None
    if event.how == "machine" and interaction.called_back is not None:
        # It counts as no answer after all.
        interaction.callback, interaction.called_back = interaction.called_back, None
        world.callbacks[event.interaction] = None
        interaction.callback.reached = None
        counters = counters_of(world, interaction.queue)
        counters.answered = max(0, counters.answered - 1)
        counters.waited_answered = Ms(max(0, counters.waited_answered - interaction.waited))
        interaction.connected = interaction.parted = None
    if interaction.state is not State.OFFERED:
        interaction.state = State.WAITING
    callback = interaction.callback
    if callback is not None and callback.reached is not None:
        callback.held_on = Ms(callback.held_on + at - callback.reached)
        callback.reached = None
    if callback is not None and event.how not in _NO_TRY:
        callback.tries += 1
        callback.tried_by = event.agent or callback.tried_by
        interaction.foreseen = interaction.told = None


def _connected_outside(world: World, event: e.ConnectedOutside, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.state = State.OUTSIDE
        interaction.connected = at
        interaction.parted = None


def _outside_ended(world: World, event: e.OutsideEnded, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.state = State.AFTER
        interaction.outside = None
        interaction.parted = at


def _nothing(world: World, event: Fact, at: Ms) -> None:
    """A fact for history and people; the end of the interaction follows."""


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.CallbackBooked: _booked,
    e.PlaceKept: _place_kept,
    e.CallbackDue: _due,
    e.CallbackPutOff: _put_off,
    e.Dialled: _dialled,
    e.DialEnded: _dial_ended,
    e.ConnectedOutside: _connected_outside,
    e.OutsideEnded: _outside_ended,
    e.CallbackMerged: _nothing,
    e.CallbackMissed: _nothing,
}
