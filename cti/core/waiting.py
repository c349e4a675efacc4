"""Who waits and who is free, as the router holds them."""

from typing import NamedTuple

from msgspec import Struct, field

from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.requirement import Policy, Requirement
from cti.core.site import Skills

MINUTE = 60_000
"""A point of priority is worth a minute of waiting."""
NEVER = Ms(1 << 62)

Rank = tuple[int, Ms, InteractionId]
"""Sort key of the line, least first: begin of the wait, earlier by the priority; then arrival."""
Key = tuple[float, Ms, AgentId]
"""Sort key of free agents, least first: by the policy, then longest idle."""


class Match(Struct, frozen=True):
    """Offer this interaction to this agent. Both are reserved: out of the match, the interaction still in line."""

    interaction: InteractionId
    agent: AgentId
    why: tuple[Why, ...]
    """Why this agent, and why not others who are free."""


class Group(Struct, eq=False):
    """Everybody with one requirement, and every free agent who can serve it."""

    requirement: Requirement
    lines: dict[int, list[tuple[Ms, InteractionId]]]
    """By priority; oldest first; no line is empty."""
    free: list[list[Key]]
    """By stage: agents filed who can serve from that stage on, best first."""
    in_line: int = 0
    filed: int = 0

    def after(self, stage: int) -> int:
        """Milliseconds of waiting after which a stage is reached."""
        return self.requirement.stages[stage].after

    def soonest(self) -> int:
        """The first stage with an agent filed. There must be one."""
        return next(stage for stage, keys in enumerate(self.free) if keys)

    def opens(self) -> Ms:
        """When the first of its lines can be served by the soonest of its agents. There must be both."""
        return Ms(min(line[0][0] for line in self.lines.values()) + self.after(self.soonest()))


class Service(NamedTuple):
    """A group that an agent can serve: from which stage on, how well by the policy, after how much waiting."""

    group: Group
    stage: int
    score: float
    after: int


class Waiting(Struct, eq=False):
    """One interaction in line."""

    id: InteractionId
    group: Group
    priority: int
    since: Ms
    preferred: AgentId | None = None
    until: Ms = Ms(0)
    preferred_as: str = ""
    kept: bool = False
    """For the preferred agent alone, until the time is over."""
    reserved: bool = False
    """An offer is out."""
    rank: Rank = (0, Ms(0), InteractionId(""))

    def __post_init__(self) -> None:
        self.rank = (self.since - self.priority * MINUTE, self.since, self.id)


class Worker(Struct, eq=False):
    """One agent, as the match knows them."""

    id: AgentId
    skills: Skills
    kinds: frozenset[str]
    queues: frozenset[QueueId] | None
    since: Ms = Ms(0)
    busy: float = 0.0
    serves: list[Service] = field(default_factory=list)
    stages: dict[Group, int] = field(default_factory=dict)
    """The same, group -> stage."""
    looked: int = 0
    """So many of all groups have been compared with the skills."""
    filed: bool = False
    """Free, and to be found under the groups served."""


def score(asked: Requirement, worker: Worker) -> float:
    """How well an agent fits by the policy as far as it never changes, least best."""
    match asked.policy:
        case Policy.BEST_MATCH:
            return -float(sum(worker.skills.get(skill, 0) for skill, _ in asked.stages[0].needed))
        case Policy.SCARCE_FIRST:
            return float(len(worker.skills))
        case _:
            return 0.0


def key(service: Service, worker: Worker) -> Key:
    """Where an agent is filed among those of one stage of a group."""
    by = worker.busy if service.group.requirement.policy is Policy.LEAST_OCCUPIED else service.score
    return (by, worker.since, worker.id)
