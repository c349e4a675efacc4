"""What follows from what happens to a call's recording.

It is Asterisk's: on the caller's channel, begun by the caller's session or, where we have called them, by the dialplan.
So what is said of it here is what Asterisk has told, and an agent who pauses it sees so when Asterisk keeps silence.
"""

from collections.abc import Callable
from typing import Any

from cti.core import events as e
from cti.core import inputs as i
from cti.core.commands import PauseRecording
from cti.core.ids import ChannelId
from cti.core.interaction import State
from cti.core.recorded import TABLE, Heard, RecordedNo, Then
from cti.core.turn import Turn
from cti.core.world import Interaction


def signal(turn: Turn, it: Interaction, what: Heard) -> Then | RecordedNo:
    """Something happened to a call's recording: look it up in the table, do it, and say what was done."""
    action = TABLE[it.recorded][what]
    if isinstance(action, Then):
        _ACTIONS[action](turn, it)
    return action


def _of(turn: Turn, channel: ChannelId) -> Interaction | None:
    """Whose channel it is. Only callers are recorded: an agent's leg has a phone."""
    leg = turn.world.legs.get(channel)
    it = turn.world.interactions.get(leg.interaction) if leg is not None else None
    return it if it is not None and it.state is not State.ENDED and it.channel == channel else None


def _started(turn: Turn, said: i.RecordingStarted) -> None:
    if (it := _of(turn, said.channel)) is not None:
        signal(turn, it, Heard.STARTED)


def _muted(turn: Turn, said: i.RecordingMuted) -> None:
    if (it := _of(turn, said.channel)) is not None:
        signal(turn, it, Heard.MUTED if said.muted else Heard.UNMUTED)


def _lost(turn: Turn, said: i.RecordingLost) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.state is State.TALKING:
        signal(turn, it, Heard.LOST)


def _pause_asked(turn: Turn, said: i.PauseAsked) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.agent == said.agent and it.state is State.TALKING:
        signal(turn, it, Heard.PAUSE_ASKED if said.pause else Heard.RESUME_ASKED)


def _fail(turn: Turn, it: Interaction) -> None:
    if it.agent is not None:
        turn.emit(e.RecordingFailed(interaction=it.id, agent=it.agent))


_ACTIONS: dict[Then, Callable[[Turn, Interaction], None]] = {
    Then.BEGIN: lambda turn, it: turn.emit(e.RecordingBegun(interaction=it.id)),
    Then.PAUSE: lambda turn, it: turn.emit(e.RecordingPaused(interaction=it.id)),
    Then.RESUME: lambda turn, it: turn.emit(e.RecordingResumed(interaction=it.id)),
    Then.FAIL: _fail,
    Then.ASK_PAUSE: lambda turn, it: turn.wish(PauseRecording(channel=it.channel, pause=True)),
    Then.ASK_RESUME: lambda turn, it: turn.wish(PauseRecording(channel=it.channel, pause=False)),
}

HANDLERS: dict[type[i.Input], Callable[[Turn, Any], None]] = {
    i.RecordingStarted: _started,
    i.RecordingMuted: _muted,
    i.RecordingLost: _lost,
    i.PauseAsked: _pause_asked,
}
