"""What screens are sent: a snapshot of one of these, then numbered changes of single fields.

A change replaces whole fields, so snapshot plus changes always equals a fresh snapshot (tested). Times are `Ms` of the
server's clock; a screen keeps the difference to its own.
"""

from msgspec import Struct

from cti.core.events import Why
from cti.core.ids import (
    AgentId,
    ClosingId,
    CustomerId,
    IncidentId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    Phone,
    QueueId,
)
from cti.core.site import OutcomeKind, Reason, Texts
from cti.store.views import DuePromise, Pop


class PhoneView(Struct, frozen=True, kw_only=True):
    phone: Phone
    reachable: bool


class QueueChoice(Struct, frozen=True, kw_only=True):
    """A queue that lets its agents opt out."""

    queue: QueueId
    takes: bool
    """False: this agent has."""


class MeView(Struct, frozen=True, kw_only=True):
    """The agent whose desk it is."""

    agent: AgentId
    name: str
    nickname: str
    work_number: str
    role: str
    state: str
    """`signed_out`, `not_ready`, `ready`, `reserved`, `talking`, `wrap_up`."""
    reason: str | None
    since: Ms
    until: Ms | None
    next_reason: str | None
    silent: bool = False
    """No page of theirs answers; of several, the one with the phone."""
    phones: tuple[PhoneView, ...]
    choices: tuple[QueueChoice, ...] = ()
    calls_out: str = "yes"
    """Whether they may call numbers outside: `yes`, `off` (the site calls nobody), `not_allowed` (they may not)."""


class WaitView(Struct, frozen=True, kw_only=True):
    """What a caller who came now would wait: one in ten shorter than `low`, half up to `middle`, one in ten longer than
    `high`."""

    low: Ms
    middle: Ms
    high: Ms
    least: int | None
    """Minutes, as callers are told; null: they are told no time, because it came true too seldom lately."""
    most: int | None
    """Null with a `least`: more than that."""


class ClosedView(Struct, frozen=True, kw_only=True):
    """A queue closed by hand."""

    closing: ClosingId
    name: Texts
    """Why."""
    by: AgentId
    since: Ms


class IncidentView(Struct, frozen=True, kw_only=True):
    """A known incident that callers are told of until then."""

    incident: IncidentId
    name: Texts
    queue: QueueId | None
    """Null: callers of the whole site."""
    by: AgentId
    since: Ms
    until: Ms
    sentences: tuple[Language, ...] = ()
    """Languages of callers for which a supervisor has recorded a sentence; the others hear the incident's own words."""


class IncidentWay(Struct, frozen=True, kw_only=True):
    """An incident that callers can be told of."""

    id: IncidentId
    name: Texts


class ClosingView(Struct, frozen=True, kw_only=True):
    """A way to close queues by hand."""

    id: ClosingId
    name: Texts
    waiting: bool
    """Whether those in line have to go as well."""


class QueueView(Struct, frozen=True, kw_only=True):
    id: QueueId
    name: Texts
    waiting: int
    """On the phone."""
    callbacks: int = 0
    """In line without being on the phone: they will be called back."""
    longest_since: Ms | None
    limit_s: int
    ready: int
    """Agents ready who could serve it."""
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    """Answered within the service level's seconds."""
    service_level_s: int = 20
    service_level_goal: int = 80
    wait: WaitView | None = None
    """Null: an agent is free, nobody there can serve, or too few talks have been seen."""
    told: int = 0
    """Callers today who were told a time, as far as it is known whether it was right."""
    kept: int = 0
    """Those of them who got an agent within it."""
    closed: ClosedView | None = None
    text_waiting: int = 0
    """Text work in line: messages."""
    text_since: Ms | None = None
    """Begin of its longest wait."""
    text_in_hand: int = 0
    """On agents' desks, kept for later included."""
    text_level_s: int = 14_400
    """Opened within so long it counts within the service level."""
    text_opened: int = 0
    text_within: int = 0
    incidents: tuple[IncidentView, ...] = ()
    """What its callers are told of, the whole site's first; some may be over by now."""
    parked: int = 0
    parked_since: Ms | None = None
    """Since when the longest is."""


class WorkView(Struct, frozen=True, kw_only=True):
    """A piece of text work on this desk: a message that a caller left."""

    piece: InteractionId
    kind: str
    state: str
    """`offered` (to be opened by `until`), `open`, `later` (kept until `until`)."""
    queue: QueueId | None
    number: str
    """The hotline number that was dialled."""
    language: str | None
    since: Ms
    """Begin of the wait."""
    at: Ms
    """Since when it is here so."""
    until: Ms | None
    length: Ms
    """Of the recording."""
    about: InteractionId | None
    """The call it was left in."""
    name: str = ""
    """Who left it, where that is one person."""
    display: str = ""
    """Their number as people write it; empty: withheld."""
    why: tuple[Why, ...] = ()
    """Why this agent."""
    given_by: AgentId | None = None


class GivenTo(Struct, frozen=True, kw_only=True):
    """Where a caller is who was given away: a colleague's phone is called, or they are in a queue's line."""

    agent: AgentId | None
    """None: not given to somebody."""
    queue: QueueId | None
    outside: bool = False
    """A number outside is called for them."""
    rings: bool = False
    """The colleague's phone has said that it rings."""


class ParkedView(Struct, frozen=True, kw_only=True):
    """A parked caller whom this agent may fetch."""

    interaction: InteractionId
    queue: QueueId | None
    by: AgentId
    """Who parked them."""
    since: Ms
    until: Ms
    """When they are offered back."""
    language: str | None
    name: str = ""
    """Who it is, where that is one person."""
    display: str = ""
    """Their number as people write it; empty: withheld."""


class ConsultView(Struct, frozen=True, kw_only=True):
    """A consultation about the call on this desk: for the agent who asked and for the colleague."""

    step: str
    """`asking` (a phone is called, or one waits in the queue), `speaking`, `conference` (all three) or `alone` (nobody
    came, or the colleague has left)."""
    asker: AgentId
    colleague: AgentId | None
    """Who talks, is called or was asked for; null: nobody of the queue is found yet."""
    queue: QueueId | None
    """Asked for somebody of this queue."""
    outside: bool = False
    """Asked at a number outside."""
    rings: bool = False
    """Asking: the colleague's phone has said that it rings."""
    since: Ms
    """Begin of the step; alone, of the caller's music."""
    aside: Ms | None
    """Since when the caller hears music; null in a conference, and on hold."""
    by_phone: bool = False
    """The agent asks on a second line of their phone, which holds the caller, and brings them together by itself."""


class CallView(Struct, frozen=True, kw_only=True):
    """The call on this desk, from the reservation to the end of wrap-up."""

    interaction: InteractionId
    phase: str
    """`offered` (the agent's phones are called, and none has said that it rings), `ringing`, `dialling` (whom the
    agent calls is called), `talking`, `held`, `wrap_up`."""
    direction: str = "in"
    """`out`: the agent calls."""
    callback: bool = False
    """They asked to be called back, and are or were called."""
    missed: str = ""
    """How the last call to them came to nothing, as in `DialEnded`."""
    offer: OfferId | None
    until: Ms | None
    """End of the offer or of the wrap-up."""
    queue: QueueId | None
    number: str
    """The hotline number that was dialled."""
    language: str | None
    arrived: Ms
    waited: Ms
    since: Ms
    """Begin of the phase."""
    connected: Ms | None = None
    """Begin of the talk, also while held and in wrap-up; null there when another agent has the call by now."""
    path: tuple[Texts, ...]
    """What the caller chose in the menus."""
    why: tuple[Why, ...]
    """Why this agent."""
    judged: bool | None
    given_by: AgentId | None = None
    """The colleague who transferred the caller here."""
    given_to: GivenTo | None = None
    """In wrap-up, of a caller one gave away: nobody has answered yet, and one can take them back."""
    consult: ConsultView | None = None
    recorded: str = "no"
    """How it stands with the recording of this talk: `no`, `on`, `paused`, or `failed` (it should be, and nothing is
    kept)."""


class NoticeView(Struct, frozen=True, kw_only=True):
    """Something the agent must know until put away: `rona`, `unreachable` (no phone could ring), `silent` (it
    rang in a page that did not answer), `call_lost`, `phone_dead` (no voice came from the agent's phone),
    `transfer_failed` (`agent` did not take the caller), `not_reached` (who was to be called back; `how`),
    `consult_failed` (`agent` did not come to the consultation), `consult_caller_gone` (the caller hung up while agents
    consulted), `parked_gone` (whom one parked hung up), `recording_failed` (the talk should be recorded, and is
    not)."""

    id: str
    kind: str
    at: Ms
    interaction: InteractionId | None = None
    agent: AgentId | None = None
    how: str = ""
    """Why, as in `TransferFailed` and `DialEnded`; of `consult_failed` for a number outside only."""


class DeskView(Struct, frozen=True, kw_only=True):
    me: MeView
    queues: tuple[QueueView, ...]
    call: CallView | None
    pop: Pop | None
    notices: tuple[NoticeView, ...]
    work: tuple[WorkView, ...] = ()
    """Text work in this agent's hand, unopened first, then longest waiting; kept for later last."""
    parked: tuple[ParkedView, ...] = ()
    """Longest first."""
    reasons: tuple[Reason, ...]
    outcomes: tuple[OutcomeKind, ...]
    closings: tuple[ClosingView, ...] = ()
    """For supervisors; others can't close queues."""
    incidents: tuple[IncidentWay, ...] = ()
    """What supervisors can have callers told; for others none."""
    promises: tuple[DuePromise, ...] = ()
    """Not to be forgotten: this agent's own that are due within half an hour, or overdue; for supervisors everybody's
    that are overdue. What is due first, first."""
    erased: tuple[CustomerId, ...] = ()
    """Customers who were erased lately, the last one last: a page that shows one shows nothing of them any more."""
    asterisk: bool
    """Whether the bridge and Asterisk see each other."""


class AgentTile(Struct, frozen=True, kw_only=True):
    agent: AgentId
    name: str
    work_number: str
    state: str
    """As in `MeView`, but of who is reserved how far that is, as in `CallView`: `offered`, `ringing`, `dialling`,
    `talking`."""
    reason: str | None
    since: Ms
    consult: AgentId | None = None
    """The colleague they consult with, about one call."""
    recorded: str = "no"
    """How it stands with the recording of their talk, as in `CallView`."""
    silent: bool = False
    """Their desk does not answer, and they have no other phone: calls go to others."""


class PromiseTile(Struct, frozen=True, kw_only=True):
    """An open promise, without what was promised: anybody may see a wall."""

    id: str
    due: Ms
    by: AgentId | None
    name: str
    """The customer's; empty: not known."""


class TodayView(Struct, frozen=True, kw_only=True):
    """Counters since midnight in the site's zone. Service level = within / (answered + abandoned)."""

    day: str
    arrived: int
    answered: int
    abandoned: int
    within: int
    service_level_s: int
    service_level_goal: int
    waited_answered: Ms
    """Sum over answered calls: ASA = this / answered."""
    talked: Ms
    solved: int
    not_solved: int
    per_half_hour: tuple[int, ...]
    """48 numbers (46 or 50 on days when clocks change): calls that arrived."""
    usual_half_hour: tuple[float, ...]
    """The mean of the same weekday in the last four weeks; empty: not enough history."""
    half_abandoned_by: Ms | None
    """Median wait of those who left."""


class WallboardView(Struct, frozen=True, kw_only=True):
    site: Texts
    zone: str
    queues: tuple[QueueView, ...]
    agents: tuple[AgentTile, ...]
    today: TodayView
    asterisk: bool
    waiting: int
    longest_since: Ms | None
    longest_queue: QueueId | None
    promises: tuple[PromiseTile, ...] = ()
    """Open ones that are overdue, or due within four hours; what is due first, first. Thirty at most."""
    promises_in_all: int = 0
    reasons: tuple[Reason, ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True, tag="snapshot", tag_field="type"):
    """`epoch` changes with every start of the bridge: another epoch means that older numbers say nothing."""

    epoch: str
    seq: int
    now: Ms
    view: dict[str, object]
    """A `DeskView` or a `WallboardView`."""


class Change(Struct, frozen=True, kw_only=True, tag="change", tag_field="type"):
    seq: int
    now: Ms
    set: dict[str, object]
    """Top-level fields of the view, whole."""


class Beat(Struct, frozen=True, kw_only=True, tag="beat", tag_field="type"):
    """Every second to each viewer, and after an offer to its desk: so a screen knows how old what it shows is, and we
    whether anybody shows it."""

    seq: int
    now: Ms


class Refused(Struct, frozen=True, kw_only=True, tag="refused", tag_field="type"):
    """A message of the screen's was not understood or not allowed; the connection stays."""

    what: str


class ScreenBeat(Struct, frozen=True, kw_only=True, tag="beat", tag_field="type", forbid_unknown_fields=True):
    """From a desk, the answer to each `Beat`: somebody's page is alive. None for 10 s: the desk is lost."""

    seq: int = 0
    """The number of the newest change that it shows."""


class Again(Struct, frozen=True, kw_only=True, tag="again", tag_field="type", forbid_unknown_fields=True):
    """From a screen that found a gap in the numbers: send a new snapshot."""


FromServer = Snapshot | Change | Beat | Refused
FromScreen = ScreenBeat | Again
