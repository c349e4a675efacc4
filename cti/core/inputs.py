"""What can happen to us: everything that changes routing, an interaction, an agent, a promise or a clock.

Inputs come from the shells (AMI, AGI, web, timers) in one ordered inbox. They say what a shell saw or a person
asked; whether anything follows is decided by `switchboard.step`. Each class name is its tag on the wire.
"""

from msgspec import Struct, field

from cti.core.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    ClosingId,
    IdentifierId,
    IncidentId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    OutcomeId,
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.inputs_callers import ArticleHeard as ArticleHeard
from cti.core.inputs_callers import CallerRecognised as CallerRecognised
from cti.core.inputs_callers import HelpAsked as HelpAsked
from cti.core.inputs_callers import WaitForAsked as WaitForAsked
from cti.core.inputs_channels import BridgeEntered as BridgeEntered
from cti.core.inputs_channels import BridgeLeft as BridgeLeft
from cti.core.inputs_channels import ChannelGone as ChannelGone
from cti.core.inputs_channels import ChannelReached as ChannelReached
from cti.core.inputs_channels import ChannelRinging as ChannelRinging
from cti.core.inputs_channels import ChannelStarted as ChannelStarted
from cti.core.inputs_channels import ChannelUp as ChannelUp
from cti.core.inputs_channels import HangupRequested as HangupRequested
from cti.core.inputs_channels import HoldChanged as HoldChanged
from cti.core.inputs_desks import DeskConnected as DeskConnected
from cti.core.inputs_desks import DeskLost as DeskLost
from cti.core.inputs_desks import DeskSilent as DeskSilent
from cti.core.inputs_recording import PauseAsked as PauseAsked
from cti.core.inputs_recording import RecordingLost as RecordingLost
from cti.core.inputs_recording import RecordingMuted as RecordingMuted
from cti.core.inputs_recording import RecordingStarted as RecordingStarted
from cti.core.inputs_talks import ColleagueDialled as ColleagueDialled
from cti.core.inputs_talks import ConsultAsked as ConsultAsked
from cti.core.inputs_talks import ConsultEnds as ConsultEnds
from cti.core.inputs_talks import ParkAsked as ParkAsked
from cti.core.inputs_talks import RecallAsked as RecallAsked
from cti.core.inputs_talks import TransferAsked as TransferAsked
from cti.core.site import Site, Skills, Texts
from cti.core.text_inputs import (
    PieceDeclined,
    PieceFinished,
    PieceGivenAway,
    PieceOpened,
    PiecePutBack,
    PiecePutOff,
)


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


# --- the process and its configuration


class SiteLoaded(_Input, frozen=True):
    site: Site


class Started(_Input, frozen=True):
    """The bridge process began; what Asterisk holds is not known yet."""


class Wake(_Input, frozen=True):
    """The time asked for by the last outcome has come (or something else woke us; it never harms)."""


# --- Asterisk, over AMI


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
    ringing: bool = False


class AsteriskUp(_Input, frozen=True):
    """AMI is connected and this is everything there is. Events that raced the snapshot follow as inputs."""

    channels: tuple[ChannelNow, ...]
    booted: Ms
    """When this Asterisk started; another value than last time means that no call survived."""


class AsteriskDown(_Input, frozen=True):
    """The AMI link is gone. Calls may well go on."""


class RingFailed(_Input, frozen=True):
    """OriginateResponse Failure: this leg will not be answered."""

    offer: OfferId | None
    """None: a leg to somebody outside."""
    channel: ChannelId
    reason: str
    how: str = ""  # as in `DialEnded`, where that is known


class PhoneReachable(_Input, frozen=True):
    """A phone registered or went away (a hint, never the truth about a call)."""

    phone: Phone
    reachable: bool


class EndedMeanwhile(_Input, frozen=True):
    """The CEL file says this channel ended at `at` while we were away."""

    channel: ChannelId
    at: Ms
    cause: int


# --- the caller's session, over AGI


class CallArrived(_Input, frozen=True):
    """A caller's channel asked for us. Also when it comes back after we were away: then the interaction is known."""

    interaction: InteractionId
    channel: ChannelId
    number: str
    """The hotline number that was dialled."""
    caller: IdentifierId | None
    """None: withheld."""
    language: Language | None = None
    """Known from history."""


class LanguageChosen(_Input, frozen=True):
    interaction: InteractionId
    language: Language


class FlowMoved(_Input, frozen=True):
    """The caller reached a step of the flow. `position` is the flow engine's own and opaque here."""

    interaction: InteractionId
    position: str
    label: Texts = {}
    """What the caller chose to get here, as a path shows it; empty for steps nobody chose."""


class RouteAsked(_Input, frozen=True):
    interaction: InteractionId
    queue: QueueId
    skills: Skills = {}
    priority: int = 0
    language: Language | None = None
    last_agent: AgentId | None = None
    """With whom this caller talked last, as far as history knows."""
    case_owner: AgentId | None = None
    """Whose their open case is."""
    promised: AgentId | None = None
    """Who promised them something that is still to be done."""
    tier: str = ""
    """The customer's."""


class PrioritySet(_Input, frozen=True):
    """A supervisor puts a caller who waits further ahead, or takes that back."""

    interaction: InteractionId
    raised: int
    """Minutes of waiting, beside the flow's and the queue's."""
    by: AgentId


class QueueSwitched(_Input, frozen=True):
    """A supervisor closes a queue, or opens it again."""

    queue: QueueId
    closing: ClosingId | None
    """None: open again."""
    by: AgentId


class ElsewhereAsked(_Input, frozen=True):
    """A caller who is turned away has heard so and would go to the other site now; answered by the command `Steer`:
    `elsewhere`, or `wait` when there is no reason any more."""

    interaction: InteractionId
    channel: ChannelId


class IncidentSwitched(_Input, frozen=True):
    """A supervisor has callers told of an incident, or no longer."""

    incident: IncidentId | None
    """None: it is over."""
    queue: QueueId | None
    """None: callers of the whole site."""
    until: Ms
    by: AgentId
    sentences: dict[Language, str] = field(default_factory=dict)
    """As in `IncidentSet`."""


class IncidentSaid(_Input, frozen=True):
    """The caller hears of an incident, the one set at `since`."""

    interaction: InteractionId
    incident: IncidentId
    since: Ms


class WaitSaid(_Input, frozen=True):
    """The caller hears this about the wait; see `telling.Telling`."""

    interaction: InteractionId
    place: int
    least: int | None
    most: int | None
    agents: int
    why: str


class CallbackAsked(_Input, frozen=True):
    """The caller in line wants to be called back, and may hang up: the place in line is kept."""

    interaction: InteractionId
    to: IdentifierId | None = None
    """None: at the number they call from."""
    at: Ms | None = None
    """Not before; None: when their turn comes."""


class MessageSent(_Input, frozen=True):
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
    wanted: dict[str, AgentId] = field(default_factory=dict)
    """Who would know them best, as in `MessageLeft`."""
    tier: str = ""
    """The customer's. Who has come to a line has that of `RouteAsked`."""


class FlowEnded(_Input, frozen=True):
    """The call came to its end without a person: `how` is `hangup`, `closed`, `message`, `answer`."""

    interaction: InteractionId
    how: str


class AfterReached(_Input, frozen=True):
    """The caller is out of the bridge and asks what now; answered by the command `Steer`."""

    interaction: InteractionId
    channel: ChannelId


class SentAway(_Input, frozen=True):
    """The agent's phone transferred the caller by itself (REFER), who asks what now; answered by `Steer`."""

    interaction: InteractionId
    channel: ChannelId
    dialled: str
    """By the phone: a colleague's work number, or anything."""


class SurveyAnswered(_Input, frozen=True):
    interaction: InteractionId
    solved: bool


class ServedMeanwhile(_Input, frozen=True):
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


class AgentSignedIn(_Input, frozen=True):
    agent: AgentId


class AgentSignedOut(_Input, frozen=True):
    agent: AgentId


class AgentReady(_Input, frozen=True):
    """Also ends a wrap-up early."""

    agent: AgentId


class AgentNotReady(_Input, frozen=True):
    """While talking: takes effect when the call ends."""

    agent: AgentId
    reason: ReasonId


class QueueChosen(_Input, frozen=True):
    """The agent wants no calls of a queue, or wants them again. Not where the queue doesn't allow it."""

    agent: AgentId
    queue: QueueId
    takes: bool


class OfferDeclined(_Input, frozen=True):
    agent: AgentId
    offer: OfferId


class HangUpAsked(_Input, frozen=True):
    """The agent ends the talk from the desk (the phone can do so by itself)."""

    agent: AgentId
    interaction: InteractionId


class CallAsked(_Input, frozen=True):
    """The agent wants to call somebody outside, at a number that the site allows: numbers are not known here."""

    agent: AgentId
    interaction: InteractionId
    to: IdentifierId


class MachineAnswered(_Input, frozen=True):
    """The agent says that a machine answered a callback."""

    agent: AgentId
    interaction: InteractionId


class WrapUpExtended(_Input, frozen=True):
    agent: AgentId
    by_s: int


class WrapUpDone(_Input, frozen=True):
    """What came of it. The note itself is kept in a table under the interaction's id, not here."""

    agent: AgentId
    interaction: InteractionId
    outcome: OutcomeId | None
    ready: bool = True
    """Whether the agent is ready for the next one."""


Input = (
    SiteLoaded
    | Started
    | Wake
    | AsteriskUp
    | AsteriskDown
    | ChannelStarted
    | ChannelRinging
    | ChannelReached
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
    | CallerRecognised
    | FlowMoved
    | RouteAsked
    | PrioritySet
    | QueueSwitched
    | ElsewhereAsked
    | IncidentSwitched
    | IncidentSaid
    | WaitSaid
    | CallbackAsked
    | MessageSent
    | ArticleHeard
    | HelpAsked
    | WaitForAsked
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
    | DeskSilent
    | DeskLost
    | OfferDeclined
    | HangUpAsked
    | CallAsked
    | MachineAnswered
    | TransferAsked
    | ConsultAsked
    | ConsultEnds
    | ColleagueDialled
    | ParkAsked
    | RecallAsked
    | PauseAsked
    | RecordingStarted
    | RecordingMuted
    | RecordingLost
    | WrapUpExtended
    | WrapUpDone
    | PieceOpened
    | PieceDeclined
    | PiecePutBack
    | PieceGivenAway
    | PiecePutOff
    | PieceFinished
)
