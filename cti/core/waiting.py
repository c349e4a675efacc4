"""Who waits and who is free, as the router holds them.

What changes with every decision is a dataclass: to set a field of a `Struct` takes five times as long.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Struct

from cti.core.events import Grounds
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.requirement import Requirement
from cti.core.site import Policy, Skills

MINUTE = 60_000.0
"""A point of priority is worth a minute of waiting. A float, and so what a `Rank` begins with: floats are compared
quicker than whole numbers of such a size, and are exact below 2**53."""
NEVER = Ms(1 << 62)

Rank = tuple[float, Ms, InteractionId]
"""Sort key of the line, least first: begin of the wait, earlier by the priority; then arrival."""
LAST: Rank = (float(NEVER), NEVER, InteractionId(""))
"""Behind everybody."""
Key = tuple[float, Ms, AgentId]
"""Sort key of free agents, least first: by the policy, then longest idle."""


class Match(Struct, frozen=True, gc=False):
    """Offer this interaction to this agent. Both are reserved: out of the match, the interaction still in line."""

    interaction: InteractionId
    agent: AgentId
    grounds: Grounds
    """Why this agent, and why not others who are free."""


@dataclass(slots=True, eq=False)
class Line:
    """Everybody in line for one queue."""

    groups: list["Group"] = field(default_factory=list)
    aside: dict[InteractionId, "Waiting"] = field(default_factory=dict)
    """In line, but not in that of a group: kept for a preferred agent, or with an offer out."""

    def place(self, rank: Rank) -> int:
        """Whose rank this is has so many before them, and themselves."""
        lines = (line for group in self.groups for line in group.lines.values())
        aside = sum(each.rank < rank for each in self.aside.values())
        return 1 + aside + sum(bisect_left(line, rank) for line in lines)


@dataclass(slots=True, eq=False)
class Group:
    """Everybody with one requirement, and every free agent who can serve it."""

    requirement: Requirement
    number: int
    """Counting from 0, as groups came up."""
    queue: Line
    free: list[list[Key]]
    """By stage: agents filed who can serve from that stage on, best first."""
    first: Rank = LAST
    """Of everybody in its lines; `LAST`: there is nobody."""
    lines: dict[int, list[Rank]] = field(default_factory=dict)
    """By priority: who waits, oldest first. No line is empty."""
    filed: int = 0

    def first_since(self, latest: int, best: Rank) -> Rank:
        """The first of those who wait since `latest` or longer, or `best` if that one is before them."""
        for line in self.lines.values():
            head = line[0]
            if head[1] <= latest and head < best:
                best = head
        return best

    def after(self, stage: int) -> int:
        """Milliseconds of waiting after which a stage is reached."""
        return self.requirement.stages[stage].after

    def soonest(self) -> int:
        """The first stage with an agent filed. There must be one."""
        return next(stage for stage, keys in enumerate(self.free) if keys)

    def opens(self) -> Ms:
        """When the first of its lines can be served by the soonest of its agents. There must be both."""
        return Ms(min(line[0][1] for line in self.lines.values()) + self.after(self.soonest()))


class Service(NamedTuple):
    """How an agent can serve a group: from which stage on, how well by the policy."""

    stage: int
    score: float


class Waiting(Struct, eq=False):
    """One interaction in line."""

    id: InteractionId
    group: Group
    priority: int
    since: Ms
    rank: Rank
    preferred: AgentId | None = None
    until: Ms = Ms(0)
    preferred_as: str = ""
    kept: bool = False
    """For the preferred agent alone, until the time is over."""

    @property
    def reserved(self) -> bool:
        """An offer is out."""
        return not self.kept and self.id in self.group.queue.aside

    def reached(self, stage: int, now: Ms) -> bool:
        """Whether they have waited long enough for this stage."""
        return self.since + self.group.after(stage) <= now


@dataclass(slots=True, eq=False)
class Worker:
    """One agent, as the match knows them."""

    id: AgentId
    skills: Skills
    kinds: frozenset[str]
    without: frozenset[QueueId]
    """Queues they have opted out of."""
    since: Ms
    busy: float = 0.0
    serves: dict[Group, Service] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    """The same groups flat, for they are read at every look."""
    looked: int = 0
    """So many of all groups have been compared with the skills."""

    def first(self, now: Ms) -> Rank:
        """The first in line of all whom they may serve now; `LAST`: there is nobody."""
        best = LAST
        for group in self.groups:
            first = group.first
            if first < best:
                latest = now - group.after(self.serves[group].stage)
                # First by priority, but too young for this agent? Others may not be.
                best = first if first[1] <= latest else group.first_since(latest, best)
        return best

    def is_as(self, skills: Skills, kinds: frozenset[str], without: frozenset[QueueId]) -> bool:
        """Whether they can do what they could before."""
        return self.skills == skills and self.kinds == kinds and self.without == without


def score(asked: Requirement, worker: Worker) -> float:
    """How well an agent fits by the policy as far as it never changes, least best."""
    match asked.policy:
        case Policy.BEST_MATCH:
            return -float(sum(worker.skills.get(skill, 0) for skill, _ in asked.stages[0].needed))
        case Policy.SCARCE_FIRST:
            return float(len(worker.skills))
        case _:
            return 0.0


def key(group: Group, service: Service, worker: Worker) -> Key:
    """Where an agent is filed among those of one stage of a group."""
    by = worker.busy if group.requirement.policy is Policy.LEAST_OCCUPIED else service.score
    return (by, worker.since, worker.id)
