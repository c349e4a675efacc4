"""Parked callers, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import parking as e
from cti.core.events.base import Fact
from cti.core.ids import Ms
from cti.core.interaction import State
from cti.core.world import Park, World


def _parked(world: World, event: e.Parked, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.state = State.PARKED
        interaction.park = Park(by=event.agent, at=at, until=event.until)
        interaction.given_by, interaction.given_to = event.agent, None
        # An agent has said that they are to be served here; having waited long is no reason to move them on.
        interaction.overflowed = True
        world.parked[event.interaction] = None


def _ended(world: World, event: e.ParkEnded, at: Ms) -> None:
    world.parked.pop(event.interaction, None)
    if interaction := world.interactions.get(event.interaction):
        interaction.state = State.AFTER
        interaction.park = None


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.Parked: _parked,
    e.ParkEnded: _ended,
}
