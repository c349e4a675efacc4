"""Facts. Appended to the journal, folded into the world by `apply`, and into history, screens and reports.

They carry ids, never a name, a number, a digit typed or a sentence written. A struct here may gain fields with
defaults; anything else needs a new name and an upgrade in `store.journal`, for old journals are read for ever.
"""

from typing import Literal

from msgspec import Struct

from cti.core.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    ClosingId,
    IdentifierId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    OutcomeId,
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.site import Site, Skills, Texts


class _Event(Struct, frozen=True, tag=True, kw_only=True):
    pass


WhyCode = Literal[
    "skills",
    "idle",
    "only_one",
    "preferred",
    "ring",
    "spared",
    "skipped_state",
    "skipped_skill",
    "nobody",
    "longer_idle",
    "own_state",
    "no_phone",
    "asterisk_away",
    "nobody_waits",
    "queue_closed",
    "opted_out",
]
"""Journals hold them for ever: none is ever taken away."""


class Why(Struct, frozen=True, kw_only=True):
    """One fact of a decision; screens and `hotline why` say it in the reader's language.

    Of an offer, `code` and its `args`: `skills` (skill -> level), `idle` (`ms`), `only_one`, `preferred` (`as`, `ms`
    left), `skipped_state` (`state`, `ms` left), `skipped_skill` (`skill`, `has`, `needs`), `opted_out` (`queue`),
    `ring` (`after_s`), `spared` (left for another). Of a caller who waits, `nobody` (at work can serve them),
    `queue_closed` (`closing`), too. Of an agent who gets nothing: `own_state` (`state`, `reason`), `no_phone`,
    `asterisk_away`, `nobody_waits`, `longer_idle` (`ms`), `skipped_skill`, `opted_out`.
    """

    code: WhyCode
    agent: AgentId | None = None
    args: dict[str, int | str] = {}


# --- what is in force


class DayStarted(_Event, frozen=True):
    """A day in the site's zone: counters begin again. `end` may be 23 or 25 hours after `start`."""

    day: str
    start: Ms
    end: Ms


class SiteInForce(_Event, frozen=True):
    site: Site


class BridgeStarted(_Event, frozen=True):
    """Our own process began."""


class AsteriskSeen(_Event, frozen=True):
    """The AMI link is up and its snapshot has been reconciled."""

    booted: Ms


class AsteriskLost(_Event, frozen=True):
    """The AMI link is gone; what follows about calls is unknown until `AsteriskSeen`."""


class QueueClosed(_Event, frozen=True):
    """By hand: `closing` says why, what callers are told and where they go. Again for a closed one: another closing."""

    queue: QueueId
    closing: ClosingId
    by: AgentId


class QueueReopened(_Event, frozen=True):
    """By hand; its calendar holds again."""

    queue: QueueId
    by: AgentId


# --- the life of an interaction


class InteractionOpened(_Event, frozen=True):
    interaction: InteractionId
    channel_kind: str
    """`call`; later `mail`, `chat`, `sms`, `web`."""
    channel: ChannelId
    number: str
    caller: IdentifierId | None
    language: Language | None


class CallerReattached(_Event, frozen=True):
    """The caller's session began anew (we were away, or a transfer failed)."""

    interaction: InteractionId
    channel: ChannelId


class LanguageSet(_Event, frozen=True):
    interaction: InteractionId
    language: Language


class FlowPosition(_Event, frozen=True):
    interaction: InteractionId
    position: str
    label: str | Texts
    """What the caller chose, in the words of then: flows change, this call's path does not. Early journals have one
    text for all languages (`site.in_all`)."""


class Queued(_Event, frozen=True):
    """Waiting from now on (`again`: back in line, the place is that of `since`)."""

    interaction: InteractionId
    queue: QueueId
    skills: Skills
    priority: int
    language: Language | None
    since: Ms
    again: bool = False
    preferred: AgentId | None = None
    """Kept for this agent until `kept_until`; who that is to the caller says `preferred_as`: `last_agent`, `transfer`
    (a colleague gave the caller to this agent) or `transfer_back` (this agent had, and nobody took them)."""
    preferred_as: str = ""
    kept_until: Ms = Ms(0)


class PriorityRaised(_Event, frozen=True):
    """By hand, beside what flow and queue give: `raised` minutes ahead."""

    interaction: InteractionId
    raised: int
    by: AgentId


class Overflowed(_Event, frozen=True):
    """Left the line of one queue for another's, place kept; `Queued` follows.

    `why`: `wait` (too long, so far `waited`), `callers` (too many for those at work) or `closed` (how: `closing`). Once
    in a call at most, but for queues that are closed.
    """

    interaction: InteractionId
    queue: QueueId
    to: QueueId
    why: str
    waited: Ms
    closing: ClosingId | None = None


class WaitForeseen(_Event, frozen=True):
    """What was to be expected when the wait began: the model's mean, and between which times eight of ten waits end."""

    interaction: InteractionId
    modelled: Ms
    low: Ms
    middle: Ms
    high: Ms


class WaitTold(_Event, frozen=True):
    """What the caller heard about the wait."""

    interaction: InteractionId
    place: int
    """In line, 1 = next."""
    least: int | None
    """Minutes; None: nothing of the time."""
    most: int | None
    """None with a `least`: more than that."""
    agents: int
    """At work who can serve this caller."""
    why: str = ""
    """Why longer than said before: `colleague`, `overtaken`, `longer`."""


class WaitCameOut(_Event, frozen=True):
    """The wait is over, for an agent or for good, and can be held against what was foreseen and said."""

    interaction: InteractionId
    queue: QueueId | None
    waited: Ms | None
    """Since it was foreseen; None: it was not."""
    gave_up: bool
    kept: bool | None
    """Whether it was within what was said first; None: nothing was said, or nobody knows, for the caller gave up."""


class Offered(_Event, frozen=True):
    """One agent is reserved; desks pop now, phones ring next."""

    interaction: InteractionId
    offer: OfferId
    agent: AgentId
    legs: dict[ChannelId, Phone]
    until: Ms
    why: tuple[Why, ...]
    """Why this agent, and why not others who were ready or nearly so."""


class OfferEnded(_Event, frozen=True):
    """Without a talk. `how`: `rona`, `declined`, `unreachable`, `caller_gone`, `withdrawn`."""

    interaction: InteractionId
    offer: OfferId
    agent: AgentId
    how: str


class Connected(_Event, frozen=True):
    """Caller and agent are in one bridge."""

    interaction: InteractionId
    agent: AgentId
    offer: OfferId | None
    """None: connected by the fallback queue, found when we came back."""
    agent_channel: ChannelId
    bridge: BridgeId
    waited: Ms
    """From entering the line to here; after a transfer, from the end of the talk before."""


class Held(_Event, frozen=True):
    interaction: InteractionId


class Resumed(_Event, frozen=True):
    interaction: InteractionId


class AgentMoved(_Event, frozen=True):
    """The agent's end of the talk is another channel now: a desk loaded anew took its own call over."""

    interaction: InteractionId
    agent: AgentId
    agent_channel: ChannelId


class TalkEnded(_Event, frozen=True):
    """`by`: `agent`, `caller`, `transfer` or `unknown` (it ended while we were away)."""

    interaction: InteractionId
    agent: AgentId
    talked: Ms
    by: str


class Transferred(_Event, frozen=True):
    """An agent gives the caller to a colleague or to a queue's line; `TalkEnded` and `Queued` follow, place kept.

    With neither, the agent's phone dialled nobody's number; `TransferFailed` follows.
    """

    interaction: InteractionId
    agent: AgentId
    to: AgentId | None = None
    queue: QueueId | None = None


class TransferFailed(_Event, frozen=True):
    """The colleague did not take the caller, who goes back to the agent, or in line when the agent is not free.

    `how`: as in `OfferEnded`; `not_free` (the colleague was not, when it was asked: a talk the desk wanted to transfer
    went on); `nobody` (the agent's phone dialled a number that is no colleague's); `recalled` (by the agent).
    """

    interaction: InteractionId
    agent: AgentId
    to: AgentId | None
    how: str


class FlowFinished(_Event, frozen=True):
    """The flow came to its own end: `hangup`, `closed`, `message`."""

    interaction: InteractionId
    how: str


class SurveyOpened(_Event, frozen=True):
    interaction: InteractionId


class Judged(_Event, frozen=True):
    """The caller's own word on whether it was solved."""

    interaction: InteractionId
    solved: bool


class InteractionEnded(_Event, frozen=True):
    """`how`: `answered`, `abandoned` (waited, left), `abandoned_again` (left after a talk, when waiting for the next),
    `left_menu`, `flow` (the flow ended it), `lost` (nobody knows)."""

    interaction: InteractionId
    how: str
    queue: QueueId | None = None
    waited: Ms = Ms(0)
    """For `abandoned` and `abandoned_again`: how long."""


# --- agents


class AgentStateSet(_Event, frozen=True):
    """`state`: `signed_out`, `not_ready`, `ready`, `reserved`, `talking`, `wrap_up`."""

    agent: AgentId
    state: str
    reason: ReasonId | None = None
    interaction: InteractionId | None = None
    until: Ms | None = None
    """When a wrap-up ends by itself."""


class NotReadyNext(_Event, frozen=True):
    """Asked for while busy: not ready with this reason as soon as the work ends (None: withdrawn)."""

    agent: AgentId
    reason: ReasonId | None


class QueueTaken(_Event, frozen=True):
    """The agent opted out of a queue (`takes` false), for this shift; or takes its calls again."""

    agent: AgentId
    queue: QueueId
    takes: bool


class DeskSeen(_Event, frozen=True):
    agent: AgentId
    present: bool
    until: Ms | None = None
    """After a restart, not present yet: the time by which it must be back."""


class PhoneSeen(_Event, frozen=True):
    phone: Phone
    reachable: bool


class WrappedUp(_Event, frozen=True):
    """The agent said what came of it."""

    interaction: InteractionId
    agent: AgentId
    outcome: OutcomeId | None


# --- Asterisk's channels as far as they matter to us


class LegStarted(_Event, frozen=True):
    channel: ChannelId
    interaction: InteractionId
    phone: Phone | None
    """None: the caller's own."""


class LegUp(_Event, frozen=True):
    channel: ChannelId


class LegBridged(_Event, frozen=True):
    channel: ChannelId
    bridge: BridgeId | None


class LegEnding(_Event, frozen=True):
    """Somebody asked it to hang up; once more for every time that we had to ask again."""

    channel: ChannelId


class LegGone(_Event, frozen=True):
    channel: ChannelId
    cause: int


class Repaired(_Event, frozen=True):
    """Reconcile found our world and Asterisk's apart and mended ours; `what` says it in words."""

    what: str
    interaction: InteractionId | None = None
    agent: AgentId | None = None


Event = (
    SiteInForce
    | DayStarted
    | BridgeStarted
    | AsteriskSeen
    | AsteriskLost
    | QueueClosed
    | QueueReopened
    | InteractionOpened
    | CallerReattached
    | LanguageSet
    | FlowPosition
    | Queued
    | PriorityRaised
    | Overflowed
    | WaitForeseen
    | WaitTold
    | WaitCameOut
    | Offered
    | OfferEnded
    | Connected
    | Held
    | Resumed
    | AgentMoved
    | TalkEnded
    | Transferred
    | TransferFailed
    | FlowFinished
    | SurveyOpened
    | Judged
    | InteractionEnded
    | AgentStateSet
    | NotReadyNext
    | QueueTaken
    | DeskSeen
    | PhoneSeen
    | WrappedUp
    | LegStarted
    | LegUp
    | LegBridged
    | LegEnding
    | LegGone
    | Repaired
)


class Record(Struct, frozen=True):
    """A line of the journal."""

    seq: int
    at: Ms
    event: Event
