"""The world: open work, agents, today's counters, and the channels Asterisk holds for us. Plain data.

Only `apply.apply` changes it. It is small (past interactions live in history) and is saved whole as a snapshot.
"""

from msgspec import Struct, field

from cti.core.agent import AgentState
from cti.core.estimate import Pace
from cti.core.events import Grounds, Why
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
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.interaction import State
from cti.core.piece import PieceKind, PieceState
from cti.core.recorded import Recorded
from cti.core.site import Agent, Queue, Site, Skills, Texts

SNAPSHOT_VERSION = 3


class Leg(Struct):
    """One Asterisk channel that belongs to an interaction."""

    channel: ChannelId
    interaction: InteractionId
    phone: Phone | None
    """None: the caller's own, or somebody's outside."""
    outside: bool = False
    """We have called a number outside on it."""
    offer: OfferId | None = None
    started: bool = True
    """False: asked for, not yet seen."""
    rings_by: Ms | None = None
    """When a phone that has said nothing yet, or has gone meanwhile, is taken for one that is not there."""
    back_by: Ms | None = None
    """When a phone that has gone while it held the caller is taken for dead."""
    rings: bool = False
    """It has said that it rings."""
    up: bool = False
    bridge: BridgeId | None = None
    ending: bool = False
    """Somebody asked it to hang up; a bridge entered after that is a ghost."""
    dead: bool = False
    """Its phone is: no voice came from there any more, or it had gone while it held the caller."""
    asked: Ms = Ms(0)
    """When that was asked first."""
    ask_again: Ms | None = None
    """When it is asked again, should the channel still be there."""


class Callback(Struct):
    """A customer in line who is to be called back. Their calls in vain are counted here."""

    to: IdentifierId
    at: Ms | None
    """Not before."""
    first: str
    """Whose phone rings first: `agent` or `customer`."""
    released: Ms | None = None
    """When the caller hung up."""
    due: bool = False
    """Called as soon as it is their turn."""
    until: Ms | None = None
    """When that changes; None: not by time."""
    tries: int = 0
    tried_by: AgentId | None = None
    reached: Ms | None = None
    """Called before an agent was there, they are on the line again since then."""
    held_on: Ms = Ms(0)
    """So long they were on the line after earlier calls, until they hung up."""


class Park(Struct):
    """A caller who is parked."""

    by: AgentId
    at: Ms
    until: Ms
    """When they are offered back."""


class Offer(Struct):
    """The reservation of one agent."""

    id: OfferId
    agent: AgentId
    legs: list[ChannelId]
    at: Ms
    until: Ms
    why: tuple[Why, ...]
    grounds: Grounds | None = None
    talking: bool = False
    """Their leg has been answered: they have talked with the agent who gives the caller, whom it fetches now."""


class Foreseen(Struct):
    """What was to be expected of a wait when it began; a caller sent to another queue has another."""

    at: Ms
    modelled: Ms
    low: Ms
    middle: Ms
    high: Ms


class Told(Struct):
    """What a caller was told of the wait last."""

    place: int
    least: int | None = None
    """Minutes; None: nothing of the time. Below, None with a `least`: more than that."""
    most: int | None = None
    until: Ms | None = None
    """The time by which an agent is promised; saying the same again does not put it off, only a reason does."""
    agents: int = 0
    """Who could serve them then."""
    by: Ms | None = None
    """The time by which an agent had been promised first."""


class Spoken(Struct):
    """A message that is recorded and not sent yet, and for whom."""

    ms: Ms
    queue: QueueId | None
    skills: Skills
    wanted: dict[str, AgentId] = field(default_factory=dict)
    """Who would know them best, as in `MessageLeft`."""
    tier: str = ""


class Interaction(Struct):
    """One open piece of work."""

    id: InteractionId
    kind: str
    channel: ChannelId
    """The caller's, or of who is called; empty: nobody of theirs is on the line."""
    number: str
    caller: IdentifierId | None
    language: Language | None
    opened: Ms
    account: IdentifierId | None = None
    """Whose number they have keyed, and below how, as in `CallerKnown`."""
    recognised: str = ""
    state: State = State.FLOW
    position: str = ""
    path: list[Texts] = field(default_factory=list)
    """What the caller chose in the menus."""
    queue: QueueId | None = None
    skills: Skills = field(default_factory=dict)
    priority: int = 0
    tier: str = ""
    """The customer's, where it puts them ahead: by `tier_minutes`, which are in `priority`."""
    tier_minutes: int = 0
    raised: int = 0
    """Priority set by hand, on top."""
    helped: bool = False
    """They asked to be helped first: their priority is higher by it."""
    overflowed: bool = False
    closing: ClosingId | None = None
    """How the queue they were moved from last was closed."""
    away: bool = False
    """Out of line: they hear why, and go to another site or to a message; nobody is offered them."""
    elsewhere: str = ""
    """`sent` to another site, `served` there, or `failed`: nobody answered there, and they came back."""
    invited: tuple[str, ...] = ()
    """What they may choose in place of the wait: `callback`, `message`, in the order of the invitations."""
    preferred: AgentId | None = None
    """Whom they are kept for until `kept_until`."""
    preferred_as: str = ""
    kept_until: Ms = Ms(0)
    since: Ms = Ms(0)
    """Begin of the wait; kept through failed offers and restarts."""
    offers: int = 0
    offer: Offer | None = None
    agent: AgentId | None = None
    """Who talks or talked to them last."""
    agent_channel: ChannelId | None = None
    why: tuple[Why, ...] = ()
    grounds: Grounds | None = None
    given_by: AgentId | None = None
    """Who transferred them here last."""
    given_to: AgentId | None = None
    """The colleague they are given to, until that one has them or does not take them."""
    waited: Ms = Ms(0)
    connected: Ms | None = None
    parted: Ms | None = None
    held: Ms | None = None
    """Since when on hold."""
    direction: str = "in"
    """`out`: an agent calls them."""
    callback: Callback | None = None
    """They are to be called back; until they are reached."""
    called_back: Callback | None = None
    """The callback by which they were reached: it may turn out to have been a machine."""
    missed: str = ""
    """How the last leg to the outside came to nothing, as in `DialEnded`; until they are reached."""
    dials: int = 0
    """So many legs to the outside there have been."""
    outside: ChannelId | None = None
    """The leg of somebody outside whom an agent gave them to."""
    judged: bool | None = None
    surveyed: bool = False
    flow_end: str = ""
    spoken: Spoken | None = None
    consult: InteractionId | None = None
    """The consultation about this call that is under way."""
    aside: Ms | None = None
    """Since when the caller hears music while the agent consults."""
    joined: bool = False
    """The colleague of the consultation talks with both."""
    about: InteractionId | None = None
    """A consultation: the call it is about. `channel` is the asking agent's, `given_to` the colleague asked for."""
    asked: IdentifierId | None = None
    """Or the number outside, whose leg is `outside`."""
    park: Park | None = None
    recorded: Recorded = Recorded.NO
    """How it stands with the recording on `channel`."""
    heard: tuple[tuple[IncidentId, Ms], ...] = ()
    """The incidents they were told of, each with the time at which it was set."""
    foreseen: Foreseen | None = None
    told: Told | None = None

    @property
    def waits_since(self) -> Ms:
        """Begin of this wait: after a talk, or for who was called and waits on the line again, later than that of the
        place."""
        reached = self.callback.reached if self.callback is not None else None
        return max(self.since, self.parted or self.since, reached or self.since)


class Piece(Struct):
    """One open piece of text work."""

    id: InteractionId
    kind: PieceKind
    about: InteractionId | None
    """The call it was left in."""
    caller: IdentifierId | None
    number: str
    language: Language | None
    length: Ms
    opened: Ms
    """When it came."""
    state: PieceState = PieceState.WAITING
    queue: QueueId | None = None
    skills: Skills = field(default_factory=dict)
    priority: int = 0
    tier: str = ""
    tier_minutes: int = 0
    """Of these, the customer's tier, as with a call."""
    raised: int = 0
    """Priority set by hand, on top."""
    since: Ms = Ms(0)
    """Begin of the wait; kept however often it goes back in line."""
    preferred: AgentId | None = None
    preferred_as: str = ""
    kept_until: Ms = Ms(0)
    agent: AgentId | None = None
    """On whose desk it is, or who keeps it for later."""
    at: Ms = Ms(0)
    """Since when it is there so."""
    until: Ms | None = None
    """By when it is to be opened, or until when it is kept."""
    why: tuple[Why, ...] = ()
    grounds: Grounds | None = None
    answered: bool = False
    """Somebody has opened it."""
    given_by: AgentId | None = None
    """Who gave it away last."""


class AgentNow(Struct):
    """An agent's own reservation and state: the truth for routing."""

    id: AgentId
    state: AgentState = AgentState.SIGNED_OUT
    reason: ReasonId | None = None
    since: Ms = Ms(0)
    idle_since: Ms = Ms(0)
    """Begin of being ready; an offer that came to nothing through no fault of the agent's does not reset it."""
    shift_since: Ms = Ms(0)
    """When they signed in."""
    worked: Ms = Ms(0)
    """Since then, with talks and wrap-ups that are over."""
    until: Ms | None = None
    interaction: InteractionId | None = None
    next_reason: ReasonId | None = None
    opted_out: tuple[QueueId, ...] = ()
    """Queues they take no calls of, sorted; for this shift, and as far as a queue allows it (`queue.without`)."""
    dialled: list[Ms] = field(default_factory=list)
    """When they dialled numbers outside, of the last hour."""
    desk: bool = False
    """A desk is open and beating."""
    desk_silent: Ms | None = None
    """Since when it does not answer, though it has not been lost yet."""
    desk_until: Ms | None = None
    """After a restart: the time by which the desk must be back."""
    desk_gone: Ms | None = None
    """Since when there has been no desk."""
    work: dict[InteractionId, PieceKind] = field(default_factory=dict)
    """Pieces of text work in hand, beside the call."""
    later: list[InteractionId] = field(default_factory=list)
    """Pieces they keep for later."""
    unopened: InteractionId | None = None
    """The one of those in hand that has not been opened yet."""
    text_idle_since: Ms = Ms(0)
    """When a piece left their hand last."""
    text_paused: Ms | None = None
    """Not offered text work until then."""

    @property
    def desk_answers(self) -> bool:
        """Whether there is a desk that answers."""
        return self.desk and self.desk_silent is None

    @property
    def share_worked(self) -> float:
        """How much of the shift, up to when they last came free, they were at work: 0 to 1."""
        return self.worked / max(1, self.idle_since - self.shift_since)


class Switch(Struct):
    """A queue closed by hand."""

    closing: ClosingId
    by: AgentId
    since: Ms


class IncidentNow(Struct):
    """A sentence that callers hear, of the site or of one queue."""

    incident: IncidentId
    by: AgentId
    since: Ms
    until: Ms
    sentences: dict[Language, str] = field(default_factory=dict)
    """Recordings said in place of the incident's own prompt, by language of callers."""


class QueueToday(Struct):
    """Counters of one queue since midnight in the site's zone."""

    arrived: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    """Who left the line by their own choice but with something: a message, an answer; or were sent away."""
    within: int = 0
    waited_answered: Ms = Ms(0)
    talked: Ms = Ms(0)
    told: int = 0
    """Callers who were told a time, as far as it is known whether it was right."""
    kept: int = 0
    """Those who got an agent within it."""
    callbacks: int = 0
    """Callers who hung up and kept their place."""
    text_arrived: int = 0
    text_opened: int = 0
    """For the first time."""
    text_within: int = 0
    """Those of them within the queue's `text_level_s`."""
    text_done: int = 0


class Today(Struct):
    """Counters since midnight. `arrived` counts calls that entered a flow; queue counters count the line."""

    day: str = ""
    start: Ms = Ms(0)
    end: Ms = Ms(0)
    arrived: int = 0
    solved: int = 0
    not_solved: int = 0
    half_hours: list[int] = field(default_factory=list)
    abandoned_after: list[Ms] = field(default_factory=list)
    """The waits of those who left, for the median."""
    queues: dict[QueueId, QueueToday] = field(default_factory=dict)


class World(Struct):
    """Everything `step` decides by."""

    site: Site | None = None
    asterisk: bool = False
    booted: Ms = Ms(0)
    interactions: dict[InteractionId, Interaction] = field(default_factory=dict)
    pieces: dict[InteractionId, Piece] = field(default_factory=dict)
    """Text work that has not ended."""
    agents: dict[AgentId, AgentNow] = field(default_factory=dict)
    legs: dict[ChannelId, Leg] = field(default_factory=dict)
    callbacks: dict[InteractionId, None] = field(default_factory=dict)
    """Who is to be called back."""
    parked: dict[InteractionId, None] = field(default_factory=dict)
    phones: dict[Phone, bool] = field(default_factory=dict)
    """Whether each phone was last seen reachable: a hint."""
    today: Today = field(default_factory=Today)
    gone: dict[ChannelId, Ms] = field(default_factory=dict)
    """Channels that ended a moment ago, for a session whose first word comes after its channel's last."""
    switches: dict[QueueId, Switch] = field(default_factory=dict)
    """Queues closed by hand."""
    incidents: dict[QueueId, IncidentNow] = field(default_factory=dict)
    """By queue, and by `incidents.EVERYWHERE`; also some that are over by now."""
    paces: dict[QueueId, Pace] = field(default_factory=dict)
    """How calls of each queue have gone lately: what estimates are made of."""
    foreseen_at: Ms = Ms(0)
    """When a wait was foreseen last."""
    version: int = SNAPSHOT_VERSION

    @property
    def outside(self) -> int:
        """Calls to the outside at this moment."""
        return sum(leg.outside for leg in self.legs.values())

    def queue(self, queue: QueueId | None) -> Queue | None:
        """The queue as the site has it, None when it has been deleted meanwhile."""
        return self.site.queue_by_id.get(queue) if self.site is not None and queue is not None else None

    def profile(self, agent: AgentId) -> Agent | None:
        """The agent as the site has them, None when deleted meanwhile."""
        return self.site.agent_by_id.get(agent) if self.site is not None else None

    def owner(self, phone: Phone) -> AgentId | None:
        """Whose phone this is."""
        return self.site.owner_by_phone.get(phone) if self.site is not None else None

    def offer(self, offer: OfferId) -> tuple[Interaction, Offer] | None:
        """A standing offer and its interaction."""
        interaction = self.interactions.get(InteractionId(offer.rpartition(".")[0]))
        consult = self.consult(interaction) if interaction is not None else None
        for one in (interaction, consult):
            if one is not None and one.offer is not None and one.offer.id == offer:
                return one, one.offer
        return None

    def consult(self, interaction: Interaction) -> Interaction | None:
        """The consultation about this call that is under way."""
        return self.interactions.get(interaction.consult) if interaction.consult is not None else None

    def call(self, interaction: Interaction) -> Interaction:
        """The call that a consultation is about, or the call itself."""
        return self.interactions.get(interaction.about, interaction) if interaction.about is not None else interaction
