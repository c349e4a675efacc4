"""Inputs about what one of Asterisk's channels does, over AMI."""

from msgspec import Struct

from cti.core.ids import BridgeId, ChannelId, InteractionId, OfferId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class ChannelStarted(_Input, frozen=True):
    channel: ChannelId
    name: str
    interaction: InteractionId | None
    offer: OfferId | None = None
    """Set on legs we originated (`HL_OFFER`)."""


class ChannelRinging(_Input, frozen=True):
    channel: ChannelId


class ChannelReached(_Input, frozen=True):
    """Its phone is there: it has answered something that is neither that it rings nor the last word."""

    channel: ChannelId


class ChannelUp(_Input, frozen=True):
    """Answered."""

    channel: ChannelId


class BridgeEntered(_Input, frozen=True):
    channel: ChannelId
    bridge: BridgeId
    name: str = ""
    interaction: InteractionId | None = None
    """With `name`: for legs we did not start (the fallback queue rang them)."""


class BridgeLeft(_Input, frozen=True):
    channel: ChannelId
    bridge: BridgeId


class HangupRequested(_Input, frozen=True):
    """Somebody asked this channel to end. Not yet its end; and see ghosts in `switchboard`."""

    channel: ChannelId
    dead: bool = False
    """Asterisk did, as no voice comes from there any more."""


class ChannelGone(_Input, frozen=True):
    """AMI Hangup: the only proof that a channel is gone."""

    channel: ChannelId
    cause: int


class HoldChanged(_Input, frozen=True):
    channel: ChannelId
    held: bool
