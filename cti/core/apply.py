"""`apply(world, event, at)`: folds one fact into the world. The only code that changes a world.

It never fails on an event we once wrote: a fact about something we no longer know changes nothing.
"""

from collections.abc import Callable
from typing import Any

from cti.core.events import Event
from cti.core.events.base import Fact
from cti.core.folds import agents, consults, legs, life, outgoing, parking, pieces, recording, site, talks, waits
from cti.core.ids import Ms
from cti.core.world import World


def apply(world: World, event: Event, at: Ms) -> None:
    """Fold `event`, which happened at `at`, into `world` in place."""
    _FOLDS[type(event)](world, event, at)


_FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    **site.FOLDS,
    **life.FOLDS,
    **waits.FOLDS,
    **talks.FOLDS,
    **outgoing.FOLDS,
    **consults.FOLDS,
    **parking.FOLDS,
    **recording.FOLDS,
    **agents.FOLDS,
    **legs.FOLDS,
    **pieces.FOLDS,
}
