"""What an interaction asks of an agent: skills with minimum levels, in rings that widen with waiting time."""

from typing import NamedTuple

from msgspec import Struct

from cti.core.ids import Language, QueueId, SkillId
from cti.core.site import Policy, Queue, Skills

Needed = tuple[tuple[SkillId, int], ...]
"""Minimum levels, sorted by skill."""


class Stage(NamedTuple):
    """From `after` milliseconds of waiting on, these levels are enough."""

    after: int
    needed: Needed


class Requirement(Struct, frozen=True, cache_hash=True):
    """Two interactions with equal requirements can be served by the same agents after the same wait.

    The first stage is from 0 on. A stage once reached is never lost: who could serve a caller still can a minute later.
    """

    queue: QueueId
    stages: tuple[Stage, ...]
    kind: str = "call"
    policy: Policy = Policy.LONGEST_IDLE


class Shortfall(NamedTuple):
    """A skill that falls short."""

    skill: SkillId
    has: int
    needs: int


def requirement(
    queue: Queue,
    skills: Skills,
    language: Language | None,
    kind: str = "call",
) -> Requirement:
    """What the queue asks of everybody, stage by stage, with what the flow asked for and the language on top."""
    rings: dict[int, Skills] = {}
    for ring in queue.rings:
        rings.setdefault(ring.after_s * 1000, ring.skills)
    rings.setdefault(0, queue.skills)
    stages: list[Stage] = []
    for after, asked in sorted(rings.items()):
        needed = dict(asked)
        for skill, level in skills.items():
            needed[skill] = max(level, needed.get(skill, 0))
        if language:
            needed.setdefault(SkillId(language), 1)
        stages.append(Stage(after, tuple(sorted(needed.items()))))
    return Requirement(queue=queue.id, stages=tuple(stages), kind=kind, policy=queue.policy)


def stage_at(requirement: Requirement, waited: int) -> int:
    """The index of the stage reached after `waited` milliseconds (a wait that has not begun counts as none)."""
    reached = len(requirement.stages) - 1
    while reached and requirement.stages[reached].after > waited:
        reached -= 1
    return reached


def shortfall(skills: Skills, needed: Needed) -> Shortfall | None:
    """The first skill, by name, in which somebody falls short; None: able."""
    for skill, level in needed:
        if skills.get(skill, 0) < level:
            return Shortfall(skill, skills.get(skill, 0), level)
    return None


def first_stage(skills: Skills, requirement: Requirement) -> int | None:
    """The index of the first stage at which these skills are enough; None: they never are."""
    for index, stage in enumerate(requirement.stages):
        if shortfall(skills, stage.needed) is None:
            return index
    return None
