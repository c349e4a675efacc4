"""Asterisk's channels, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import legs as e
from cti.core.events.base import Fact
from cti.core.ids import Ms
from cti.core.world import Leg, World

TOMBSTONES = 512
ASK_AGAIN = 100
"""A hang-up takes a few milliseconds. One that took longer is asked for again, then at twice the age, and so on."""
ASK_AGAIN_MOST = 10_000
RINGS_WITHIN = 4_000
"""An INVITE goes out at 0, 0.5, 1.5 and 3.5 s (RFC 3261, 17.1.1.2): whom none of the four has reached is not there."""


def _leg_started(world: World, event: e.LegStarted, at: Ms) -> None:
    leg = world.legs.get(event.channel)
    if leg is None:
        world.legs[event.channel] = Leg(channel=event.channel, interaction=event.interaction, phone=event.phone)
    else:
        leg.started = True
        leg.rings_by = Ms(at + RINGS_WITHIN) if leg.offer is not None and not leg.up else None


def _leg_ringing(world: World, event: e.LegRinging, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.rings = True
        leg.rings_by = None


def _leg_reached(world: World, event: e.LegReached, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.rings_by = None


def _leg_up(world: World, event: e.LegUp, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.up = True
        leg.started = True
        leg.rings_by = None


def _leg_bridged(world: World, event: e.LegBridged, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.bridge = event.bridge
        leg.rings_by = None


def _leg_ending(world: World, event: e.LegEnding, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.asked = leg.asked if leg.ending else at
        leg.ending = True
        leg.dead |= event.dead
        leg.rings = False
        leg.rings_by = leg.back_by = None
        leg.ask_again = Ms(at + min(max(ASK_AGAIN, at - leg.asked), ASK_AGAIN_MOST))


def _leg_gone(world: World, event: e.LegGone, at: Ms) -> None:
    world.legs.pop(event.channel, None)
    if len(world.gone) >= TOMBSTONES:
        world.gone = dict(list(world.gone.items())[TOMBSTONES // 2 :])
    world.gone[event.channel] = at


def _nothing(world: World, event: Fact, at: Ms) -> None:
    """A fact for history and people; the world does not change by it."""


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.LegStarted: _leg_started,
    e.LegRinging: _leg_ringing,
    e.LegReached: _leg_reached,
    e.LegUp: _leg_up,
    e.LegBridged: _leg_bridged,
    e.LegEnding: _leg_ending,
    e.LegGone: _leg_gone,
    e.Repaired: _nothing,
}
