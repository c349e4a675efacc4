"""What Asterisk shows, over AMI: the inputs about channels and phones. `inputs` has them with all others."""

from msgspec import Struct

from cti.core.ids import BridgeId, ChannelId, IdentifierId, InteractionId, Ms, OfferId, Phone, QueueId


class Said(Struct, frozen=True, tag=True, kw_only=True):
    """One input. Its class name is its tag."""


class ChannelNow(Struct, frozen=True, kw_only=True):
    """One channel in a snapshot of what Asterisk holds."""

    channel: ChannelId
    name: str
    """Such as `PJSIP/ana-web-0000002a`; the endpoint is what stands between `/` and the last `-`."""
    interaction: InteractionId | None
    up: bool
    bridge: BridgeId | None
    application: str = ""
    queue: QueueId | None = None
    """The fallback queue it waits in, or was connected by."""
    age: Ms = Ms(0)
    """Since the channel began."""
    number: str = ""
    """The hotline number that was dialled; only callers' own channels have one."""
    caller: IdentifierId | None = None
    """With `number`: who it is."""


class AsteriskUp(Said, frozen=True):
    """AMI is connected and this is everything there is. Events that raced the snapshot follow as inputs."""

    channels: tuple[ChannelNow, ...]
    booted: Ms
    """When this Asterisk started; another value than last time means that no call survived."""


class AsteriskDown(Said, frozen=True):
    """The AMI link is gone. Calls may well go on."""


class ChannelStarted(Said, frozen=True):
    channel: ChannelId
    name: str
    interaction: InteractionId | None
    offer: OfferId | None = None
    """Set on legs we originated (`HL_OFFER`)."""


class ChannelUp(Said, frozen=True):
    """Answered."""

    channel: ChannelId


class BridgeEntered(Said, frozen=True):
    channel: ChannelId
    bridge: BridgeId
    name: str = ""
    interaction: InteractionId | None = None
    """With `name`: for legs we did not start (the fallback queue rang them)."""


class BridgeLeft(Said, frozen=True):
    channel: ChannelId
    bridge: BridgeId


class HangupRequested(Said, frozen=True):
    """Somebody asked this channel to end. Not yet its end; and see ghosts in `switchboard`."""

    channel: ChannelId


class ChannelGone(Said, frozen=True):
    """AMI Hangup: the only proof that a channel is gone."""

    channel: ChannelId
    cause: int


class HoldChanged(Said, frozen=True):
    channel: ChannelId
    held: bool


class RingFailed(Said, frozen=True):
    """OriginateResponse Failure: this leg will not be answered."""

    offer: OfferId | None
    """None: a leg to somebody outside."""
    channel: ChannelId
    reason: str
    how: str = ""  # as in `DialEnded`, where that is known


class PhoneReachable(Said, frozen=True):
    """A phone registered or went away (a hint, never the truth about a call)."""

    phone: Phone
    reachable: bool


class EndedMeanwhile(Said, frozen=True):
    """The CEL file says this channel ended at `at` while we were away."""

    channel: ChannelId
    at: Ms
    cause: int
