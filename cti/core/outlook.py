"""How long a caller will wait, read off the world: who is ahead, who is at work and can serve. Questions only."""

from bisect import bisect_left
from typing import NamedTuple

from cti.core.agent import AgentState
from cti.core.callbacks import in_line
from cti.core.estimate import MINUTE, Estimate, Pace, Phase, done, estimate, in_the_way
from cti.core.ids import InteractionId, Language, Ms, QueueId, SkillId
from cti.core.interaction import State
from cti.core.queue import available, without
from cti.core.requirement import Requirement, requirement
from cti.core.site import Queue, Skills, bits
from cti.core.world import Interaction, World

_PHASES = {
    AgentState.READY: Phase.FREE,
    AgentState.RESERVED: Phase.RINGING,
    AgentState.TALKING: Phase.TALKING,
    AgentState.WRAP_UP: Phase.WRAPPING,
}

_Needed = tuple[tuple[SkillId, int], ...]
_Rank = tuple[int, int, str]
"""Sort key of the line, least first: begin of the wait, a minute earlier per point of priority; then arrival."""
_LAST: _Rank = (1 << 62, 0, "")


class Prospect(NamedTuple):
    """What a caller has to expect."""

    estimate: Estimate
    agents: int
    """At work and able to serve this caller."""


class _Team(NamedTuple):
    """Agents at the same point of a call of the same queue."""

    agents: int
    """As bits, by their place in the site."""
    free: bool
    cycle: float
    """Mean time between two calls of the queue they are busy with; 0: not known."""
    done: float


class Outlook:
    """The lines and the agents at one moment; answers for everybody in line, and for who would come next.

    Making one goes once over everybody who waits and everybody who works; an answer once over the kinds of callers.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        site = world.site
        self._queues = {queue.id: queue for queue in site.queues} if site else {}
        self._without: dict[QueueId, int] = {}
        """Who at work has opted out of a queue, as bits."""
        self._have: dict[tuple[SkillId, int], int] = {}
        self._everybody = 0
        self._teams = self._at_work()
        self._requirements: dict[tuple[object, ...], Requirement] = {}
        self._able: dict[_Needed, int] = {}
        self._lines: dict[Requirement, list[_Rank]] = {}
        """Who needs an agent: whoever has an offer out has one."""
        for one in world.interactions.values():
            if one.state is State.WAITING and in_line(world, one):
                self._lines.setdefault(self._asked(one), []).append(self._rank(one))
        for line in self._lines.values():
            line.sort()

    def of(self, interaction: InteractionId, now: Ms) -> Prospect | None:
        """The rest of a caller's wait.

        None: not in line, nobody can serve them, an agent is free for them, or too little is known of the queue.
        """
        it = self._world.interactions.get(interaction)
        if it is None or it.state is not State.WAITING or it.away:
            return None
        return self._expect(self._asked(it), self._rank(it), now - it.since)

    def next(self, queue: Queue) -> Prospect | None:
        """The wait of one who came now and asked for no more than the queue does; None: as above."""
        return self._expect(self._requirement(queue, {}, None, "call"), _LAST, 0)

    def _expect(self, asked: Requirement, own: _Rank, waited: int) -> Prospect | None:
        """By the ring that gives the shortest wait: one reached already, or one that has still to open."""
        pace = self._world.paces.get(asked.queue)
        if pace is None or not pace.ready:
            return None
        best: Prospect | None = None
        for stage in asked.stages:
            mine = self._may(asked.queue, stage.needed)
            opens = max(0, stage.after - waited)
            if not mine or (best is not None and best.estimate.mean < opens):
                continue
            found = self._with(mine, pace, asked.kind, own)
            if found is None and not opens:
                return None
            found = Estimate(*(max(time, opens) for time in found or (0.0,) * len(Estimate._fields)))
            if best is None or found.mean < best.estimate.mean:
                best = Prospect(found, mine.bit_count())
        return best

    def _with(self, mine: int, pace: Pace, kind: str, own: _Rank) -> Estimate | None:
        """The wait for one of these agents, behind others of the same kind; None: one is free for this caller."""
        lines = ((line, asked) for asked, line in self._lines.items() if asked.kind == kind)
        ahead = in_the_way(
            ((bisect_left(line, own), self._may(asked.queue, asked.stages[-1].needed)) for line, asked in lines), mine
        )
        free = known = 0
        cycles = credit = 0.0
        for team in self._teams:
            count = (team.agents & mine).bit_count()
            credit += count * team.done
            free += count * team.free
            if team.cycle:
                known += count
                cycles += count * team.cycle
        if ahead + 1 <= free:
            return None
        return estimate(pace, ahead, mine.bit_count(), cycles / known if known else pace.cycle, credit)

    def _at_work(self) -> list[_Team]:
        """Everybody who takes calls and will take another after the one they have."""
        teams: dict[tuple[QueueId | None, Phase], list[int]] = {}
        for number, profile in enumerate(self._world.site.agents if self._world.site else ()):
            now = self._world.agents.get(profile.id)
            phase = _PHASES.get(now.state) if now is not None else None
            if now is None or phase is None or now.next_reason is not None:
                continue
            if phase is Phase.FREE and not available(self._world, now):
                continue
            it = self._world.interactions.get(now.interaction) if now.interaction is not None else None
            teams.setdefault((it.queue if it is not None else None, phase), []).append(number)
            for left in without(self._world, now):
                self._without[left] = self._without.get(left, 0) | 1 << number
        found = [self._team(queue, phase, bits(numbers)) for (queue, phase), numbers in teams.items()]
        for team in found:
            self._everybody |= team.agents
        return found

    def _team(self, queue: QueueId | None, phase: Phase, agents: int) -> _Team:
        if phase is Phase.FREE:
            return _Team(agents, True, 0.0, 1.0)
        pace = self._world.paces.get(queue or QueueId(""))
        if pace is None or not pace.ready:
            return _Team(agents, False, 0.0, 0.0)
        return _Team(agents, False, pace.cycle, done(pace, phase))

    def _may(self, queue: QueueId, needed: _Needed) -> int:
        """Who at work can serve what needs these levels, and takes calls of the queue, as bits."""
        return self._can(needed) & ~self._without.get(queue, 0)

    def _can(self, needed: _Needed) -> int:
        """Who at work can serve what needs these levels, as bits."""
        known = self._able.get(needed)
        if known is None:
            known = self._everybody
            for skill in needed:
                known &= self._who(skill)
            self._able[needed] = known
        return known

    def _who(self, needed: tuple[SkillId, int]) -> int:
        """Who has one skill at a level, at work or not, as bits."""
        known = self._have.get(needed)
        if known is None:
            skill, least = needed
            site, known = self._world.site, 0
            for level, agents in site.skilled.get(skill, {}).items() if site is not None else ():
                if level >= least:
                    known |= agents
            self._have[needed] = known
        return known

    def _rank(self, it: Interaction) -> _Rank:
        queue = self._queues.get(it.queue or QueueId(""))
        priority = it.priority + it.raised + (queue.priority if queue is not None else 0)
        return (it.since - priority * MINUTE, it.since, it.id)

    def _asked(self, it: Interaction) -> Requirement:
        queue = self._queues.get(it.queue or QueueId("")) or Queue(id=it.queue or QueueId(""), name={})
        return self._requirement(queue, it.skills, it.language, it.kind)

    def _requirement(self, queue: Queue, skills: Skills, language: Language | None, kind: str) -> Requirement:
        key = (queue.id, tuple(sorted(skills.items())), language, kind)
        known = self._requirements.get(key)
        if known is None:
            known = self._requirements[key] = requirement(queue, skills, language, kind)
        return known
