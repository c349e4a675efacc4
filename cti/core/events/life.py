"""The life of an interaction, but for its waits and talks."""

from msgspec import field

from cti.core.events.base import Fact
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Language, Ms, QueueId
from cti.core.site import Skills, Texts


class InteractionOpened(Fact, frozen=True):
    interaction: InteractionId
    channel_kind: str
    """`call`; later `mail`, `chat`, `sms`, `web`."""
    channel: ChannelId
    number: str
    caller: IdentifierId | None
    language: Language | None
    direction: str = "in"
    """`out`: an agent calls; `caller` is who is called, `number` ours, and there is no channel yet (empty)."""
    queue: QueueId | None = None
    """With `out`: whose wrap-up holds; they are not in its line."""


class CallerReattached(Fact, frozen=True):
    """The caller's session began anew (we were away, or a transfer failed)."""

    interaction: InteractionId
    channel: ChannelId


class LanguageSet(Fact, frozen=True):
    interaction: InteractionId
    language: Language


class CallerKnown(Fact, frozen=True):
    """The caller keyed this account's number. `how` as in `CallerRecognised`: what was keyed is nowhere."""

    interaction: InteractionId
    account: IdentifierId
    how: str


class FlowPosition(Fact, frozen=True):
    interaction: InteractionId
    position: str
    label: str | Texts
    """What the caller chose, in the words of then: flows change, this call's path does not. Early journals have one
    text for all languages (`site.in_all`)."""


class FlowFinished(Fact, frozen=True):
    """The call came to its end without a person: `hangup`, `closed`, `message`, `answer` (what was read out helped).

    From a line, which the caller leaves by it: `queue`'s, after having `waited`.
    """

    interaction: InteractionId
    how: str
    queue: QueueId | None = None
    waited: Ms = Ms(0)


class MessageSpoken(Fact, frozen=True):
    """The caller has recorded a message of this length and not sent it yet: it is sent when they hang up. 0: discarded.

    Asterisk ends a recording alike when the caller hangs up and when an agent's leg takes them away, so it is only
    known later which it was. `queue` and `skills` as in `MessageLeft`.
    """

    interaction: InteractionId
    ms: Ms
    queue: QueueId | None
    skills: Skills
    wanted: dict[str, AgentId] = field(default_factory=dict)
    """Who would know them best: agents by `promised`, `case_owner`, `last_agent`."""
    tier: str = ""
    """The customer's, of a caller who never came so far as to a line."""


class MessageLeft(Fact, frozen=True):
    """The caller left a message of this length; where it is recorded follows from the interaction.

    Somebody of `queue` who has `skills` and speaks `language` is to hear it (None: the caller never came so far as to
    ask for one). Of a caller who hung up while speaking, `InteractionEnded` may come before.
    """

    interaction: InteractionId
    queue: QueueId | None
    skills: Skills
    language: Language | None
    ms: Ms
    caller: IdentifierId | None = None
    wanted: dict[str, AgentId] = field(default_factory=dict)
    """Who would know them best: agents by `promised`, `case_owner`, `last_agent`."""
    tier: str = ""
    """The customer's, of a caller who never came so far as to a line."""


class AnswerHeard(Fact, frozen=True):
    """In line, the caller listened to an article and said whether it answered the question (None: said nothing)."""

    interaction: InteractionId
    article: str
    solved: bool | None


class SurveyOpened(Fact, frozen=True):
    interaction: InteractionId


class Judged(Fact, frozen=True):
    """The caller's own word on whether it was solved."""

    interaction: InteractionId
    solved: bool


class InteractionEnded(Fact, frozen=True):
    """`how`: `answered`, `abandoned` (waited, left), `abandoned_again` (left after a talk, when waiting for the next),
    `left_menu`, `message` (left one), `answer` (heard one, and needed no more), `flow` (the flow ended it otherwise),
    `elsewhere` (another site had them), `lost` (nobody knows), `not_reached` (who was called, see `DialEnded`),
    `callback_missed` (see `CallbackMissed`), `merged` (see `CallbackMerged`)."""

    interaction: InteractionId
    how: str
    queue: QueueId | None = None
    waited: Ms = Ms(0)
    """For `abandoned` and `abandoned_again`: how long."""
    from_file: bool = False
    """We were away: when it ended is what Asterisk's CEL file says."""
