"""Inputs about a call's recording."""

from msgspec import Struct

from cti.core.ids import AgentId, ChannelId, InteractionId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class RecordingStarted(_Input, frozen=True):
    """Asterisk records a channel from now on."""

    channel: ChannelId


class RecordingMuted(_Input, frozen=True):
    """Asterisk keeps silence in place of what is said on a channel, or no longer does."""

    channel: ChannelId
    muted: bool


class RecordingLost(_Input, frozen=True):
    """The call should be recorded, and it is seen that nothing is kept."""

    interaction: InteractionId


class PauseAsked(_Input, frozen=True):
    """The agent who talks with the caller pauses the recording, or resumes it."""

    agent: AgentId
    interaction: InteractionId
    pause: bool
