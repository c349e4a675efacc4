"""Asterisk's channels as far as they matter to us."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, Phone


class LegStarted(Fact, frozen=True):
    channel: ChannelId
    interaction: InteractionId
    phone: Phone | None
    """None: the caller's own."""


class LegRinging(Fact, frozen=True):
    """The phone has said that it rings."""

    channel: ChannelId


class LegReached(Fact, frozen=True):
    """The phone has said that it is there, and not that it rings."""

    channel: ChannelId


class LegUp(Fact, frozen=True):
    channel: ChannelId


class LegBridged(Fact, frozen=True):
    channel: ChannelId
    bridge: BridgeId | None


class LegEnding(Fact, frozen=True):
    """Somebody asked it to hang up; once more for every time that we had to ask again."""

    channel: ChannelId
    dead: bool = False
    """No voice came from there any more, or the phone had gone while it held the caller."""


class LegGone(Fact, frozen=True):
    channel: ChannelId
    cause: int


class Repaired(Fact, frozen=True):
    """Reconcile found our world and Asterisk's apart and mended ours; `what` says it in words."""

    what: str
    interaction: InteractionId | None = None
    agent: AgentId | None = None
