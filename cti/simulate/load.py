"""What a simulation is given: a site, who calls when and how they are, who works when.

Everything about a caller is drawn before the first call rings. So two runs that differ in staff, skills or rules have
the same callers, and what differs between them is not chance.
"""

from msgspec import Struct

from cti.core.ids import AgentId, InteractionId, Language, Ms, QueueId
from cti.core.site import Site, Skills


class Caller(Struct, frozen=True):
    """One call to come."""

    id: InteractionId
    at: Ms
    kind: str
    """The type of call it is counted under."""
    queue: QueueId
    talk: Ms
    wrap_up: Ms | None = None
    """None: as long as the queue gives; and never longer."""
    patience: Ms | None = None
    """How long they wait before they give up. None: for ever."""
    answer: Ms = Ms(0)
    """How long a phone rings for them before it is picked up."""
    skills: Skills = {}
    priority: int = 0
    language: Language | None = None
    last_agent: AgentId | None = None
    case_owner: AgentId | None = None
    promised: AgentId | None = None
    """With whom they talked last, where that is known."""


class Break(Struct, frozen=True):
    """An agent wants to be away from `at` on; it begins when the call at hand is done, and lasts so long then."""

    at: Ms
    lasts: Ms


class Shift(Struct, frozen=True):
    """When an agent works. Who is on a call at the end finishes it."""

    agent: AgentId
    begins: Ms
    ends: Ms | None = None
    """None: until nobody is left in line."""
    breaks: tuple[Break, ...] = ()


class Load(Struct, frozen=True):
    """One day, or one stretch of time, ready to be run."""

    site: Site
    callers: tuple[Caller, ...]
    shifts: tuple[Shift, ...]
    begins: Ms
    ends: Ms
    """Nobody calls any more."""
    counted_from: Ms
    """Who called before is served, but not counted: a centre that begins empty is not yet itself."""
