"""A call's recording, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.events import recording as e
from cti.core.events.base import Fact
from cti.core.ids import Ms
from cti.core.recorded import Recorded
from cti.core.world import World


def _to(state: Recorded) -> Callable[[World, Any, Ms], None]:
    def fold(world: World, event: Any, at: Ms) -> None:
        if interaction := world.interactions.get(event.interaction):
            interaction.recorded = state

    return fold


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.RecordingBegun: _to(Recorded.ON),
    e.RecordingPaused: _to(Recorded.PAUSED),
    e.RecordingResumed: _to(Recorded.ON),
    e.RecordingFailed: _to(Recorded.FAILED),
}
