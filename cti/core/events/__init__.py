"""Facts. Appended to the journal, folded into the world by `apply`, and into history, screens and reports.

They carry ids, never a name, a number, a digit typed or a sentence written. A struct here may gain fields with
defaults; anything else needs a new name and an upgrade in `store.journal`, for old journals are read for ever.
"""

from msgspec import Struct

from cti.core.events.agents import (
    AgentStateSet,
    DeskAnswers,
    DeskSeen,
    NotReadyNext,
    PhoneSeen,
    QueueTaken,
    WrappedUp,
)
from cti.core.events.base import (
    Grounds,
    Why,
    WhyCode,
)
from cti.core.events.consults import (
    CallerRejoined,
    ConferenceBegun,
    ConsultAnswered,
    ConsultBegun,
    ConsultEnded,
    ConsultReached,
    OfferMoved,
    OutsideMoved,
)
from cti.core.events.legs import (
    LegBridged,
    LegEnding,
    LegGone,
    LegReached,
    LegRinging,
    LegStarted,
    LegUp,
    Repaired,
)
from cti.core.events.life import (
    AnswerHeard,
    CallerKnown,
    CallerReattached,
    FlowFinished,
    FlowPosition,
    InteractionEnded,
    InteractionOpened,
    Judged,
    LanguageSet,
    MessageLeft,
    MessageSpoken,
    SurveyOpened,
)
from cti.core.events.outgoing import (
    CallbackBooked,
    CallbackDue,
    CallbackMerged,
    CallbackMissed,
    CallbackPutOff,
    ConnectedOutside,
    DialEnded,
    Dialled,
    OutsideEnded,
    PlaceKept,
)
from cti.core.events.parking import (
    Parked,
    ParkEnded,
)
from cti.core.events.pieces import (
    PieceArrived,
    PieceEnded,
    PieceGiven,
    PieceKept,
    PieceOffered,
    PieceQueued,
    PieceRaised,
    PieceTaken,
    TextPaused,
)
from cti.core.events.recording import (
    RecordingBegun,
    RecordingFailed,
    RecordingPaused,
    RecordingResumed,
)
from cti.core.events.site import (
    AsteriskLost,
    AsteriskSeen,
    BridgeStarted,
    DayStarted,
    IncidentLifted,
    IncidentSet,
    QueueClosed,
    QueueReopened,
    SiteInForce,
)
from cti.core.events.talks import (
    AgentMoved,
    Connected,
    Held,
    Offered,
    OfferEnded,
    Resumed,
    TalkEnded,
    TransferFailed,
    Transferred,
)
from cti.core.events.waits import (
    CameBack,
    HelpGiven,
    IncidentHeard,
    Overflowed,
    PriorityRaised,
    Queued,
    SentElsewhere,
    ServedElsewhere,
    TurnedAway,
    WaitCameOut,
    WaitForeseen,
    WaitTold,
    WayOffered,
)
from cti.core.ids import Ms

__all__ = [
    "AgentMoved",
    "AgentStateSet",
    "AnswerHeard",
    "AsteriskLost",
    "AsteriskSeen",
    "BridgeStarted",
    "CallbackBooked",
    "CallbackDue",
    "CallbackMerged",
    "CallbackMissed",
    "CallbackPutOff",
    "CallerKnown",
    "CallerReattached",
    "CallerRejoined",
    "CameBack",
    "ConferenceBegun",
    "Connected",
    "ConnectedOutside",
    "ConsultAnswered",
    "ConsultBegun",
    "ConsultEnded",
    "ConsultReached",
    "DayStarted",
    "DeskAnswers",
    "DeskSeen",
    "DialEnded",
    "Dialled",
    "Event",
    "FlowFinished",
    "FlowPosition",
    "Grounds",
    "Held",
    "HelpGiven",
    "IncidentHeard",
    "IncidentLifted",
    "IncidentSet",
    "InteractionEnded",
    "InteractionOpened",
    "Judged",
    "LanguageSet",
    "LegBridged",
    "LegEnding",
    "LegGone",
    "LegReached",
    "LegRinging",
    "LegStarted",
    "LegUp",
    "MessageLeft",
    "MessageSpoken",
    "NotReadyNext",
    "OfferEnded",
    "OfferMoved",
    "Offered",
    "OutsideEnded",
    "OutsideMoved",
    "Overflowed",
    "ParkEnded",
    "Parked",
    "PhoneSeen",
    "PieceArrived",
    "PieceEnded",
    "PieceGiven",
    "PieceKept",
    "PieceOffered",
    "PieceQueued",
    "PieceRaised",
    "PieceTaken",
    "PlaceKept",
    "PriorityRaised",
    "QueueClosed",
    "QueueReopened",
    "QueueTaken",
    "Queued",
    "Record",
    "RecordingBegun",
    "RecordingFailed",
    "RecordingPaused",
    "RecordingResumed",
    "Repaired",
    "Resumed",
    "SentElsewhere",
    "ServedElsewhere",
    "SiteInForce",
    "SurveyOpened",
    "TalkEnded",
    "TextPaused",
    "TransferFailed",
    "Transferred",
    "TurnedAway",
    "WaitCameOut",
    "WaitForeseen",
    "WaitTold",
    "WayOffered",
    "Why",
    "WhyCode",
    "WrappedUp",
]

Event = (
    SiteInForce
    | DayStarted
    | BridgeStarted
    | AsteriskSeen
    | AsteriskLost
    | QueueClosed
    | QueueReopened
    | IncidentSet
    | IncidentLifted
    | InteractionOpened
    | CallerReattached
    | CallerKnown
    | LanguageSet
    | FlowPosition
    | Queued
    | PriorityRaised
    | HelpGiven
    | Overflowed
    | TurnedAway
    | WayOffered
    | SentElsewhere
    | ServedElsewhere
    | CameBack
    | IncidentHeard
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
    | CallbackBooked
    | PlaceKept
    | CallbackDue
    | CallbackPutOff
    | Dialled
    | DialEnded
    | CallbackMerged
    | CallbackMissed
    | ConnectedOutside
    | OutsideEnded
    | AnswerHeard
    | MessageSpoken
    | MessageLeft
    | ConsultBegun
    | ConsultAnswered
    | ConsultReached
    | ConferenceBegun
    | ConsultEnded
    | CallerRejoined
    | OfferMoved
    | OutsideMoved
    | Parked
    | ParkEnded
    | RecordingBegun
    | RecordingPaused
    | RecordingResumed
    | RecordingFailed
    | FlowFinished
    | SurveyOpened
    | Judged
    | InteractionEnded
    | AgentStateSet
    | NotReadyNext
    | QueueTaken
    | DeskAnswers
    | DeskSeen
    | PhoneSeen
    | WrappedUp
    | PieceArrived
    | PieceQueued
    | PieceRaised
    | PieceOffered
    | PieceTaken
    | PieceKept
    | PieceGiven
    | PieceEnded
    | TextPaused
    | LegRinging
    | LegReached
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
