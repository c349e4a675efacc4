"""What becomes of a call's recording."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, InteractionId


class RecordingBegun(Fact, frozen=True):
    """Asterisk records what the caller and whoever talks with them say, from the first talk on and through all others.

    Told when it is set up, which may be before anybody talks.
    """

    interaction: InteractionId


class RecordingPaused(Fact, frozen=True):
    """Asterisk keeps silence in place of what is said."""

    interaction: InteractionId


class RecordingResumed(Fact, frozen=True):
    interaction: InteractionId


class RecordingFailed(Fact, frozen=True):
    """The call should be recorded, and nothing is kept: Asterisk does not record, or the disk does not take it."""

    interaction: InteractionId
    agent: AgentId
    """Who talks with them."""
