"""In line: who waits where, and what was foreseen and said of it."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, ClosingId, IncidentId, InteractionId, Language, Ms, QueueId
from cti.core.site import Skills


class Queued(Fact, frozen=True):
    """Waiting from now on (`again`: back in line, the place is that of `since`)."""

    interaction: InteractionId
    queue: QueueId
    skills: Skills
    priority: int
    language: Language | None
    since: Ms
    again: bool = False
    preferred: AgentId | None = None
    """Kept for this agent until `kept_until`; who that is to the caller says `preferred_as`: `last_agent`,
    `case_owner`, `promised`, `transfer` (a colleague gave the caller to this agent) or `transfer_back` (this agent had,
    and nobody took them)."""
    preferred_as: str = ""
    kept_until: Ms = Ms(0)
    tier: str = ""
    """The customer's, where it puts them ahead: by `tier_minutes`, which are in `priority`."""
    tier_minutes: int = 0
    instead_of: InteractionId | None = None
    """They called again while they were to be called back: `since` is that of the callback, counted there."""


class PriorityRaised(Fact, frozen=True):
    """By hand, beside what flow and queue give: `raised` minutes ahead."""

    interaction: InteractionId
    raised: int
    by: AgentId


class HelpGiven(Fact, frozen=True):
    """The caller asked to be helped first, which this queue allows once: `minutes` ahead from now on."""

    interaction: InteractionId
    minutes: int


class Overflowed(Fact, frozen=True):
    """Left the line of one queue for another's, place kept; `Queued` follows.

    `why`: `wait` (too long, so far `waited`), `estimate` (too long to be expected), `callers` (too many for those at
    work) or `closed` (how: `closing`). Once in a call at most, but for queues that are closed.
    """

    interaction: InteractionId
    queue: QueueId
    to: QueueId
    why: str
    waited: Ms
    closing: ClosingId | None = None


class TurnedAway(Fact, frozen=True):
    """Out of the line of `queue`, as if it were closed this way: the caller hears the closing's words, and goes to its
    other site, to a message or to goodbye. `why` as in `Overflowed`."""

    interaction: InteractionId
    queue: QueueId
    closing: ClosingId
    why: str
    waited: Ms


class WayOffered(Fact, frozen=True):
    """The caller, who keeps the place, may choose `what` in place of the wait: `callback` or `message`. `why` as in
    `Overflowed`."""

    interaction: InteractionId
    queue: QueueId
    what: str
    why: str
    waited: Ms


class SentElsewhere(Fact, frozen=True):
    """On the way to the other site of this closing."""

    interaction: InteractionId
    closing: ClosingId


class ServedElsewhere(Fact, frozen=True):
    """Somebody at the other site answered, after so long a wait in this queue."""

    interaction: InteractionId
    queue: QueueId | None
    waited: Ms


class CameBack(Fact, frozen=True):
    """Nobody at the other site answered. `in_line`: again, with the old place; else the closing's words follow."""

    interaction: InteractionId
    in_line: bool


class IncidentHeard(Fact, frozen=True):
    """The caller is being told of an incident, the one set at `since`: once is enough."""

    interaction: InteractionId
    incident: IncidentId
    since: Ms


class WaitForeseen(Fact, frozen=True):
    """What was to be expected when the wait began: the model's mean, and between which times eight of ten waits end."""

    interaction: InteractionId
    modelled: Ms
    low: Ms
    middle: Ms
    high: Ms


class WaitTold(Fact, frozen=True):
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


class WaitCameOut(Fact, frozen=True):
    """The wait is over, for an agent or for good, and can be held against what was foreseen and said."""

    interaction: InteractionId
    queue: QueueId | None
    waited: Ms | None
    """Since it was foreseen; None: it was not."""
    gave_up: bool
    kept: bool | None
    """Whether it was within what was said first; None: nothing was said, or nobody knows, for the caller gave up."""
