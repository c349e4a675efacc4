"""Whom to spare: among agents with equally many skills, those whose other skills few free agents have.

Who all have two skills are not told apart by counting them; yet what keeping one of them free is worth depends on who
else is free: a caller who needs what many free agents can do finds one anyway. What that takes off the waits is in
`docs/reference/benchmarks.md` (skills).
"""

from collections.abc import Mapping
from heapq import merge
from itertools import islice, takewhile

from cti.core.ids import AgentId, Ms, SkillId
from cti.core.site import Skills
from cti.core.waiting import Waiting, Worker

LOOKED_AT = 16
"""So many agents are compared, those idle for longest: the cost is the same with any number."""
NO_OTHER = 1 << 30


class Spare:
    """How many free agents have each skill."""

    def __init__(self) -> None:
        self._having: dict[SkillId, int] = {}

    def add(self, skills: Skills) -> None:
        """An agent with these skills is free now."""
        having = self._having
        for skill in skills:
            having[skill] = having.get(skill, 0) + 1

    def remove(self, skills: Skills) -> None:
        """An agent with these skills is not free any more."""
        having = self._having
        for skill in skills:
            having[skill] -= 1

    def best(self, waiting: Waiting, now: Ms, free: Mapping[AgentId, Worker]) -> Worker | None:
        """Of the agents filed who may serve this one now: of those with the fewest skills, the one whom the others can
        best do without (`_left`); of equals, the longest idle.
        """
        group = waiting.group
        found = merge(*(keys for stage, keys in enumerate(group.free) if keys and waiting.reached(stage, now)))
        first = next(found, None)
        if first is None:
            return None
        fewest, chosen = first[0], free[first[2]]
        asked = {skill for skill, _ in group.requirement.stages[0].needed}
        most = self._left(chosen, asked)
        for key in islice(takewhile(lambda key: key[0] == fewest, found), LOOKED_AT - 1):
            worker = free[key[2]]
            left = self._left(worker, asked)
            if left > most:
                chosen, most = worker, left
        return chosen

    def _left(self, worker: Worker, asked: set[SkillId]) -> int:
        """How many free agents have the scarcest of this one's skills, but for those asked for: nobody needs to keep
        an agent whose others can do all of it.
        """
        having = self._having
        return min((having[skill] for skill in worker.skills if skill not in asked), default=NO_OTHER)
