"""What can happen to us: everything that changes routing, an interaction, an agent, a promise or a clock.

Inputs come from the shells (AMI, AGI, web, timers) in one ordered inbox. They say what a shell saw or a person
asked; whether anything follows is decided by `switchboard.step`. Each class name is its tag on the wire.
"""

from msgspec import field

from cti.core.ids import (
    AgentId,
    ChannelId,
    ClosingId,
    IdentifierId,
    IncidentId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    OutcomeId,
    QueueId,
    ReasonId,
)
from cti.core.seen import (
    AsteriskDown as AsteriskDown,
)
from cti.core.seen import (
    AsteriskUp as AsteriskUp,
)
from cti.core.seen import (
    BridgeEntered as BridgeEntered,
)
from cti.core.seen import (
    BridgeLeft as BridgeLeft,
)
from cti.core.seen import (
    ChannelGone as ChannelGone,
)
from cti.core.seen import (
    ChannelNow as ChannelNow,
)
from cti.core.seen import (
    ChannelStarted as ChannelStarted,
)
from cti.core.seen import (
    ChannelUp as ChannelUp,
)
from cti.core.seen import (
    EndedMeanwhile as EndedMeanwhile,
)
from cti.core.seen import (
    HangupRequested as HangupRequested,
)
from cti.core.seen import (
    HoldChanged as HoldChanged,
)
from cti.core.seen import (
    PhoneReachable as PhoneReachable,
)
from cti.core.seen import (
    RingFailed as RingFailed,
)
from cti.core.seen import (
    Said,
)
from cti.core.site import Site, Skills, Texts

# --- the process and its configuration


class SiteLoaded(Said, frozen=True):
    site: Site


class Started(Said, frozen=True):
    """The bridge process began; what Asterisk holds is not known yet."""


class Wake(Said, frozen=True):
    """The time asked for by the last outcome has come (or something else woke us; it never harms)."""


# --- the caller's session, over AGI


class CallArrived(Said, frozen=True):
    """A caller's channel asked for us. Also when it comes back after we were away: then the interaction is known."""

    interaction: InteractionId
    channel: ChannelId
    number: str
    """The hotline number that was dialled."""
    caller: IdentifierId | None
    """None: withheld."""
    language: Language | None = None
    """Known from history."""


class LanguageChosen(Said, frozen=True):
    interaction: InteractionId
    language: Language


class FlowMoved(Said, frozen=True):
    """The caller reached a step of the flow. `position` is the flow engine's own and opaque here."""

    interaction: InteractionId
    position: str
    label: Texts = field(default_factory=dict)
    """What the caller chose to get here, as a path shows it; empty for steps nobody chose."""


class RouteAsked(Said, frozen=True):
    interaction: InteractionId
    queue: QueueId
    skills: Skills = field(default_factory=dict)
    priority: int = 0
    language: Language | None = None
    last_agent: AgentId | None = None
    """With whom this caller talked last, as far as history knows."""


class PrioritySet(Said, frozen=True):
    """A supervisor puts a caller who waits further ahead, or takes that back."""

    interaction: InteractionId
    raised: int
    """Minutes of waiting, beside the flow's and the queue's."""
    by: AgentId


class QueueSwitched(Said, frozen=True):
    """A supervisor closes a queue, or opens it again."""

    queue: QueueId
    closing: ClosingId | None
    """None: open again."""
    by: AgentId


class IncidentSwitched(Said, frozen=True):
    """A supervisor has callers told of an incident, or no longer."""

    incident: IncidentId | None
    """None: it is over."""
    queue: QueueId | None
    """None: callers of the whole site."""
    until: Ms
    by: AgentId


class WaitSaid(Said, frozen=True):
    """The caller hears this about the wait; see `telling.Telling`."""

    interaction: InteractionId
    place: int
    least: int | None
    most: int | None
    agents: int
    why: str


class CallbackAsked(Said, frozen=True):
    """The caller in line wants to be called back, and may hang up: the place in line is kept."""

    interaction: InteractionId
    to: IdentifierId | None = None
    """None: at the number they call from."""
    at: Ms | None = None
    """Not before; None: when their turn comes."""


class MessageSent(Said, frozen=True):
    """The caller recorded a message. In line, that line's queue and skills hold in place of these.

    `sent` false: they have not said so, but it is sent if they hang up (`ms` 0: discarded).
    """

    interaction: InteractionId
    ms: Ms
    sent: bool
    caller: IdentifierId | None
    queue: QueueId | None
    skills: Skills
    language: Language | None


class ArticleHeard(Said, frozen=True):
    """In line, an article was read to the caller, who says whether it helped (None: says nothing)."""

    interaction: InteractionId
    article: str
    solved: bool | None


class HelpAsked(Said, frozen=True):
    """A caller in line asks to be helped first."""

    interaction: InteractionId


class FlowEnded(Said, frozen=True):
    """The call came to its end without a person: `how` is `hangup`, `closed`, `message`, `answer`."""

    interaction: InteractionId
    how: str


class AfterReached(Said, frozen=True):
    """The caller is out of the bridge and asks what now; answered by the command `Steer`."""

    interaction: InteractionId
    channel: ChannelId


class SentAway(Said, frozen=True):
    """The agent's phone transferred the caller by itself (REFER), who asks what now; answered by `Steer`."""

    interaction: InteractionId
    channel: ChannelId
    dialled: str
    """By the phone: a colleague's work number, or anything."""


class SurveyAnswered(Said, frozen=True):
    interaction: InteractionId
    solved: bool


class ServedMeanwhile(Said, frozen=True):
    """A caller and an agent had a talk that we never saw: we were away for all of it."""

    interaction: InteractionId
    agent: AgentId
    talked: Ms
    queue: QueueId | None = None
    """The fallback queue they met in."""
    waited: Ms = Ms(0)
    """There."""
    ended: Ms | None = None
    """None: just now."""


# --- agents, over the desk or the API


class AgentSignedIn(Said, frozen=True):
    agent: AgentId


class AgentSignedOut(Said, frozen=True):
    agent: AgentId


class AgentReady(Said, frozen=True):
    """Also ends a wrap-up early."""

    agent: AgentId


class AgentNotReady(Said, frozen=True):
    """While talking: takes effect when the call ends."""

    agent: AgentId
    reason: ReasonId


class QueueChosen(Said, frozen=True):
    """The agent wants no calls of a queue, or wants them again. Not where the queue doesn't allow it."""

    agent: AgentId
    queue: QueueId
    takes: bool


class DeskConnected(Said, frozen=True):
    agent: AgentId


class DeskLost(Said, frozen=True):
    """No heartbeat from any of this agent's desks."""

    agent: AgentId


class OfferDeclined(Said, frozen=True):
    agent: AgentId
    offer: OfferId


class HangUpAsked(Said, frozen=True):
    """The agent ends the talk from the desk (the phone can do so by itself)."""

    agent: AgentId
    interaction: InteractionId


class CallAsked(Said, frozen=True):
    """The agent wants to call somebody outside, at a number that the site allows: numbers are not known here."""

    agent: AgentId
    interaction: InteractionId
    to: IdentifierId


class MachineAnswered(Said, frozen=True):
    """The agent says that a machine answered a callback."""

    agent: AgentId
    interaction: InteractionId


class TransferAsked(Said, frozen=True):
    """The agent gives the caller to a colleague (`to`), to a queue or to a number outside, which the site allows."""

    agent: AgentId
    interaction: InteractionId
    to: AgentId | None = None
    queue: QueueId | None = None
    outside: IdentifierId | None = None


class RecallAsked(Said, frozen=True):
    """The agent takes a caller back whom they gave away and nobody has answered."""

    agent: AgentId
    interaction: InteractionId


class WrapUpExtended(Said, frozen=True):
    agent: AgentId
    by_s: int


class WrapUpDone(Said, frozen=True):
    """What came of it. The note itself is kept in a table under the interaction's id, not here."""

    agent: AgentId
    interaction: InteractionId
    outcome: OutcomeId | None
    ready: bool = True
    """Whether the agent is ready for the next one."""


# --- agents about text work


class PieceOpened(Said, frozen=True):
    """The agent opens what is on the desk, or what they had kept for later."""

    agent: AgentId
    piece: InteractionId


class PieceDeclined(Said, frozen=True):
    """Not opened: for others."""

    agent: AgentId
    piece: InteractionId


class PiecePutBack(Said, frozen=True):
    """Back in line, for others."""

    agent: AgentId
    piece: InteractionId


class PieceGivenAway(Said, frozen=True):
    """To a colleague (`to`) or to a queue; one of the two."""

    agent: AgentId
    piece: InteractionId
    to: AgentId | None = None
    queue: QueueId | None = None


class PiecePutOff(Said, frozen=True):
    """Kept for later."""

    agent: AgentId
    piece: InteractionId
    until: Ms


class PieceFinished(Said, frozen=True):
    """What came of it. The note is kept in a table, not here."""

    agent: AgentId
    piece: InteractionId
    outcome: OutcomeId | None


Input = (
    SiteLoaded
    | Started
    | Wake
    | AsteriskUp
    | AsteriskDown
    | ChannelStarted
    | ChannelUp
    | BridgeEntered
    | BridgeLeft
    | HangupRequested
    | ChannelGone
    | HoldChanged
    | RingFailed
    | PhoneReachable
    | EndedMeanwhile
    | CallArrived
    | LanguageChosen
    | FlowMoved
    | RouteAsked
    | PrioritySet
    | QueueSwitched
    | IncidentSwitched
    | WaitSaid
    | CallbackAsked
    | MessageSent
    | ArticleHeard
    | HelpAsked
    | FlowEnded
    | AfterReached
    | SentAway
    | SurveyAnswered
    | ServedMeanwhile
    | AgentSignedIn
    | AgentSignedOut
    | AgentReady
    | AgentNotReady
    | QueueChosen
    | DeskConnected
    | DeskLost
    | OfferDeclined
    | HangUpAsked
    | CallAsked
    | MachineAnswered
    | TransferAsked
    | RecallAsked
    | WrapUpExtended
    | WrapUpDone
    | PieceOpened
    | PieceDeclined
    | PiecePutBack
    | PieceGivenAway
    | PiecePutOff
    | PieceFinished
)
