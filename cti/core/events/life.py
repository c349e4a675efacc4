"""The life of an interaction, but for its waits and talks."""

from cti.core.events.base import Fact
from cti.core.ids import ChannelId, IdentifierId, InteractionId, Language, Ms, QueueId
from cti.core.site import Texts


class InteractionOpened(Fact, frozen=True):
    interaction: InteractionId
    channel_kind: str
    """`call`; later `mail`, `chat`, `sms`, `web`."""
    channel: ChannelId
    number: str
    caller: IdentifierId | None
    language: Language | None


class CallerReattached(Fact, frozen=True):
    """The caller's session began anew (we were away, or a transfer failed)."""

    interaction: InteractionId
    channel: ChannelId


class LanguageSet(Fact, frozen=True):
    interaction: InteractionId
    language: Language


class FlowPosition(Fact, frozen=True):
    interaction: InteractionId
    position: str
    label: str | Texts
    """What the caller chose, in the words of then: flows change, this call's path does not. Early journals have one
    text for all languages (`site.in_all`)."""


class FlowFinished(Fact, frozen=True):
    """The flow came to its own end: `hangup`, `closed`, `message`."""

    interaction: InteractionId
    how: str


class SurveyOpened(Fact, frozen=True):
    interaction: InteractionId


class Judged(Fact, frozen=True):
    """The caller's own word on whether it was solved."""

    interaction: InteractionId
    solved: bool


class InteractionEnded(Fact, frozen=True):
    """`how`: `answered`, `abandoned` (waited, left), `abandoned_again` (left after a talk, when waiting for the next),
    `left_menu`, `flow` (the flow ended it), `elsewhere` (another site had them), `lost` (nobody knows)."""

    interaction: InteractionId
    how: str
    queue: QueueId | None = None
    waited: Ms = Ms(0)
    """For `abandoned` and `abandoned_again`: how long."""
    from_file: bool = False
    """We were away: when it ended is what Asterisk's CEL file says."""
