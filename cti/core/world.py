"""The world: open work, agents, today's counters, and the channels Asterisk holds for us. Plain data.

Only `apply.apply` changes it. It is small (past interactions live in history) and is saved whole as a snapshot.
"""

from msgspec import Struct, field

from cti.core.agent import AgentState
from cti.core.estimate import Pace
from cti.core.events import Why
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
    Phone,
    QueueId,
    ReasonId,
)
from cti.core.interaction import State
from cti.core.site import Agent, Queue, Site, Skills, Texts

SNAPSHOT_VERSION = 3


class Leg(Struct):
    """One Asterisk channel that belongs to an interaction."""

    channel: ChannelId
    interaction: InteractionId
    phone: Phone | None
    """None: the caller's own."""
    offer: OfferId | None = None
    started: bool = True
    """False: asked for, not yet seen."""
    up: bool = False
    bridge: BridgeId | None = None
    ending: bool = False
    """Somebody asked it to hang up; a bridge entered after that is a ghost."""
    asked: Ms = Ms(0)
    """When that was asked first."""
    ask_again: Ms | None = None
    """When it is asked again, should the channel still be there."""


class Offer(Struct):
    """The reservation of one agent."""

    id: OfferId
    agent: AgentId
    legs: list[ChannelId]
    at: Ms
    until: Ms
    why: tuple[Why, ...]


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


class Interaction(Struct):
    """One open piece of work."""

    id: InteractionId
    kind: str
    channel: ChannelId
    number: str
    caller: IdentifierId | None
    language: Language | None
    opened: Ms
    state: State = State.FLOW
    position: str = ""
    path: list[Texts] = field(default_factory=list)
    """What the caller chose in the menus."""
    queue: QueueId | None = None
    skills: Skills = field(default_factory=dict)
    priority: int = 0
    raised: int = 0
    """Priority set by hand, on top."""
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
    given_by: AgentId | None = None
    """Who transferred them here last."""
    given_to: AgentId | None = None
    """The colleague they are given to, until that one has them or does not take them."""
    waited: Ms = Ms(0)
    connected: Ms | None = None
    parted: Ms | None = None
    held: Ms | None = None
    """Since when on hold."""
    judged: bool | None = None
    surveyed: bool = False
    flow_end: str = ""
    foreseen: Foreseen | None = None
    told: Told | None = None

    @property
    def waits_since(self) -> Ms:
        """Begin of this wait: after a talk, later than that of the place."""
        return max(self.since, self.parted or self.since)


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
    desk: bool = False
    """A desk is open and beating."""
    desk_until: Ms | None = None
    """After a restart: the time by which the desk must be back."""

    @property
    def share_worked(self) -> float:
        """How much of the shift, up to when they last came free, they were at work: 0 to 1."""
        return self.worked / max(1, self.idle_since - self.shift_since)


class Switch(Struct):
    """A queue closed by hand."""

    closing: ClosingId
    by: AgentId
    since: Ms


class QueueToday(Struct):
    """Counters of one queue since midnight in the site's zone."""

    arrived: int = 0
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    waited_answered: Ms = Ms(0)
    talked: Ms = Ms(0)
    told: int = 0
    """Callers who were told a time, as far as it is known whether it was right."""
    kept: int = 0
    """Those who got an agent within it."""


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
    agents: dict[AgentId, AgentNow] = field(default_factory=dict)
    legs: dict[ChannelId, Leg] = field(default_factory=dict)
    phones: dict[Phone, bool] = field(default_factory=dict)
    """Whether each phone was last seen reachable: a hint."""
    today: Today = field(default_factory=Today)
    gone: dict[ChannelId, Ms] = field(default_factory=dict)
    """Channels that ended a moment ago, for a session whose first word comes after its channel's last."""
    switches: dict[QueueId, Switch] = field(default_factory=dict)
    """Queues closed by hand."""
    paces: dict[QueueId, Pace] = field(default_factory=dict)
    """How calls of each queue have gone lately: what estimates are made of."""
    foreseen_at: Ms = Ms(0)
    """When a wait was foreseen last."""
    version: int = SNAPSHOT_VERSION

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
        if interaction is None or interaction.offer is None or interaction.offer.id != offer:
            return None
        return interaction, interaction.offer
