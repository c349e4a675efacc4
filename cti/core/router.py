"""The match: who waits, who is free, and which two belong together. A data structure folded from facts.

Whoever waits belongs to a *group*: all with the same requirement. In a group, those of one priority wait in order of
arrival; whoever is at the head has waited longest and so has reached the widest ring, which is read off the clock:
widening moves nothing. A free agent is filed under every group they can serve, by the ring from which on they can. So
for an agent who comes free only the heads of their own groups are looked at, and for a caller who arrives only the
free agents of one group.

A decision is always the one of a plain scan (`tests/core/oracle.py`): of all who wait and could be served now, the one
who is first in line; of all free agents who may serve them, the best by the queue's policy. Nobody who can't be served
blocks another. Times are `Ms`.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush, heapreplace

from cti.core import batch, reasons
from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId, Ms, QueueId, SkillId
from cti.core.requirement import Requirement, first_stage
from cti.core.site import Policy, Skills
from cti.core.sparing import Spare
from cti.core.waiting import LAST, MINUTE, NEVER, Group, Key, Line, Match, Rank, Service, Waiting, Worker, key, score

FEW = 20
"""So many new groups are looked at one by one; of more, only those under a skill the agent has."""
CALLS = frozenset({"call"})
NO_QUEUES: frozenset[QueueId] = frozenset()
AT_ONCE = Ms(0)

_Line = tuple[Group, int] | AgentId
"""Those of one group and priority, or those kept for one agent."""


class Router:
    """Who waits and who is free. What it answers depends on these facts and the time, never on how they came about."""

    def __init__(self) -> None:
        self._groups: dict[Requirement, Group] = {}
        self._all: list[Group] = []
        self._by_skill: dict[SkillId | None, list[Group]] = {}
        """Under one skill of each stage: who has none of these can't serve the group. None: a stage that needs none."""
        self._widest = 0
        """Whoever has waited for so long has reached every ring of any group."""
        self._waiting: dict[InteractionId, Waiting] = {}
        self._queues: dict[QueueId, Line] = {}
        self._workers: dict[AgentId, Worker] = {}
        self._free: dict[AgentId, Worker] = {}
        """Filed under their groups; those who are new are not yet among them."""
        self._spare = Spare()
        """What the same have."""
        self._idle: list[tuple[Ms, AgentId]] = []
        """The same, longest idle first."""
        self._tense: dict[Group, None] = {}
        """Groups with somebody in line and somebody filed: only a ring that is not open yet keeps them apart."""
        self._kept: dict[AgentId, list[Rank]] = {}
        """Kept for a preferred agent, in line order."""
        self._deadlines: list[tuple[Ms, InteractionId]] = []
        """A heap of the ends of preferences; those that no longer stand are skipped."""
        self._ends = NEVER
        """The first of them. May be too early, never late."""
        self._new_agents: dict[AgentId, Worker] = {}
        """Free, not yet compared with those who wait, not filed."""
        self._new_work: dict[InteractionId, Waiting] = {}
        """In line or kept, not yet compared with the agents filed."""
        self._due = NEVER
        """Before this, nobody in line but new work can be matched with anybody filed. May be too early, never late."""
        self._heads: list[tuple[Rank, int, _Line]] = []
        """A heap of the lines that could be served at `_looked`, by their heads as last seen, and numbered."""
        self._looked = Ms(-1)

    # --- facts

    def add_agent(
        self,
        agent: AgentId,
        skills: Skills,
        since: Ms,
        busy: float = 0.0,
        kinds: frozenset[str] = CALLS,
        without: frozenset[QueueId] = NO_QUEUES,
    ) -> None:
        """An agent is free since `since`. `busy`: the share of the shift they worked, for "least occupied".

        `kinds`: the channels they have room for; `without`: queues they have opted out of. Again for one who is free:
        the new facts hold.
        """
        if agent in self._free:
            self.remove_agent(agent)
        worker = self._workers.get(agent)
        # Mostly they are the very same, and nobody needs to look at every skill.
        if (
            worker is None or worker.skills is not skills or worker.kinds is not kinds or worker.without is not without
        ) and (worker is None or not worker.is_as(skills, kinds, without)):
            worker = self._workers[agent] = Worker(agent, skills, kinds, without, since)
        worker.since = since
        worker.busy = busy
        self._new_agents[agent] = worker

    def remove_agent(self, agent: AgentId) -> None:
        """The agent is not free any more. One who was not is no error."""
        if self._new_agents.pop(agent, None) is None and agent in self._free:
            self._unfile(self._free[agent])

    def forget_agent(self, agent: AgentId) -> None:
        """The agent is gone for good (deleted from the site)."""
        self.remove_agent(agent)
        self._workers.pop(agent, None)

    def arrive(
        self,
        interaction: InteractionId,
        requirement: Requirement,
        since: Ms,
        priority: int = 0,
        preferred: AgentId | None = None,
        until: Ms = AT_ONCE,
        preferred_as: str = "",
    ) -> None:
        """An interaction waits since `since`; also one whose offer came to nothing, or whose facts have changed.

        Before `until` it is kept for `preferred`, whom no ring holds off then; later anybody may, they first.
        `preferred_as` says who they are to the caller, for the reason: `last_agent`, `owner`, `promised`.
        """
        if interaction in self._waiting:
            self.leave(interaction)
        group = self._groups.get(requirement) or self._open(requirement)
        rank = (since - priority * MINUTE, since, interaction)
        waiting = Waiting(interaction, group, priority, since, rank, preferred, until, preferred_as)
        self._waiting[interaction] = waiting
        if preferred is None:
            self._enter(waiting, group, rank)
        else:
            waiting.kept = True
            group.queue.aside[interaction] = waiting
            insort(self._kept.setdefault(preferred, []), rank)
            heappush(self._deadlines, (until, interaction))
            self._ends = min(self._ends, until)
            if preferred in self._free:
                self._new_work[interaction] = waiting

    def set_aside(self, interaction: InteractionId) -> None:
        """In line with its place, but to be offered to nobody before it arrives again: an offer is out already."""
        waiting = self._waiting.get(interaction)
        if waiting is not None and not waiting.reserved:
            self._take(waiting)
            waiting.group.queue.aside[interaction] = waiting

    def leave(self, interaction: InteractionId) -> None:
        """The interaction is out of the line: answered, abandoned, moved. One that is not in it is no error."""
        waiting = self._waiting.pop(interaction, None)
        if waiting is not None and (waiting.kept or waiting.group.queue.aside.pop(interaction, None) is None):
            self._take(waiting)

    # --- questions

    def next_match(self, now: Ms) -> Match | None:
        """The next offer to make at `now`, both sides reserved by it; None: there is none. Ask until there is none."""
        if self._ends <= now:
            self._end_preferences(now)
        if now < self._due:  # nobody settled can be matched with anybody settled: look at what is new alone
            if not self._new_work:
                if not self._new_agents:
                    return None
                if len(self._new_agents) == 1:
                    return self._try_agent(now)
            elif not self._new_agents and len(self._new_work) == 1:
                return self._try_work(now)
        return self._search(now)

    def matches(self, now: Ms) -> list[Match]:
        """All offers to make at `now`, first in line first.

        If there are at least as many free as waiting, agents are swapped where that lets more callers be served: nobody
        whom `next_match` would have served is left out for it.
        """
        found: list[Match] = []
        while (match := self.next_match(now)) is not None:
            found.append(match)
        if not found or not self._free:
            return found
        in_line = len(self._waiting) - sum(len(queue.aside) for queue in self._queues.values())
        return self._swap(found, now) if 0 < in_line <= len(self._free) else found

    def wake_at(self, now: Ms) -> Ms | None:
        """When time alone may make a match possible: a ring opens, a preference ends. To be asked after the matches."""
        self._end_preferences(now)  # who has come back into line since may be kept until a time that is over
        self._due = self._next_opening()
        while self._deadlines and not self._stands(*self._deadlines[0]):
            heappop(self._deadlines)
        due = min(self._due, self._deadlines[0][0] if self._deadlines else NEVER)
        return max(due, now) if due < NEVER else None

    def position(self, interaction: InteractionId) -> int | None:
        """The place in the line of its queue, 1 = next; one with an offer out keeps it. None: not in line."""
        waiting = self._waiting.get(interaction)
        return None if waiting is None else waiting.group.queue.place(waiting.rank)

    def line(self) -> list[Waiting]:
        """Everybody in line, next first, those with an offer out too; to read."""
        return sorted(self._waiting.values(), key=lambda waiting: waiting.rank)

    def explain_interaction(
        self, interaction: InteractionId, now: Ms, others: Iterable[reasons.Colleague] = ()
    ) -> tuple[Why, ...]:
        """Why it waits, agent by agent. `others`: agents who are not free, whom this does not know.

        Nothing, if it does not wait or an offer is out.
        """
        waiting = self._waiting.get(interaction)
        if waiting is None or waiting.reserved:
            return ()
        return reasons.explain_interaction(waiting, now, self.free(), others)

    def explain_agent(self, agent: AgentId, now: Ms) -> tuple[Why, ...]:
        """Why a free agent gets nothing: what those who wait need, who is free for longer. Nothing, if not free."""
        worker = self._free.get(agent) or self._new_agents.get(agent)
        return () if worker is None else reasons.explain_agent(worker, now, self.line(), self.free())

    def free(self) -> list[Worker]:
        """Free agents, longest idle first, to read."""
        return sorted((*self._free.values(), *self._new_agents.values()), key=lambda worker: (worker.since, worker.id))

    # --- the decision

    def _try_agent(self, now: Ms) -> Match | None:
        """The one new agent takes the first in line of all whom they may serve now, or is filed."""
        _, worker = self._new_agents.popitem()
        if worker.looked < len(self._all):
            self._meet(worker)
        best, begin = LAST, LAST[0]
        for group in worker.groups:
            first = group.first
            # As `first < best`; but two numbers are compared in a quarter of the time of two tuples.
            if first[0] < begin or (first[0] == begin and first < best):
                best, begin = first, first[0]
        if best[1] > now - self._widest:  # not yet in every ring: the agent's own count
            best = worker.first(now)
        if worker.id in self._kept:
            best = min(best, next(self._able(worker), LAST))
        if best is not LAST:
            return self._reserve(self._waiting[best[2]], worker, now)
        self._file(worker)
        for group in worker.serves:
            if group.lines:
                self._due = min(self._due, group.opens())
        return None

    def _try_work(self, now: Ms) -> Match | None:
        """The one who has just come into the line is taken by an agent filed, or waits."""
        _, waiting = self._new_work.popitem()
        worker = self._best_for(waiting, now)
        if worker is not None:
            return self._reserve(waiting, worker, now)
        if waiting.group in self._tense:
            self._due = min(self._due, waiting.group.opens())
        return None

    def _search(self, now: Ms) -> Match | None:
        """Over everybody."""
        if self._new_agents or self._new_work or now != self._looked:
            for worker in self._new_agents.values():
                self._file(worker)
            self._new_agents.clear()
            self._new_work.clear()
            self._look(now)
        pair = self._first_pair(now)
        if pair is None:
            self._due = self._next_opening()
            return None
        self._due = Ms(0)
        return self._reserve(*pair, now)

    def _best_for(self, waiting: Waiting, now: Ms) -> Worker | None:
        """Of all agents filed who may serve this one now: the preferred one, else the best by the policy."""
        group = waiting.group
        if waiting.preferred is not None:
            worker = self._free.get(waiting.preferred)
            service = None if worker is None else worker.serves.get(group)
            if service is not None and (waiting.kept or waiting.since + group.after(service.stage) <= now):
                return worker
            if waiting.kept:
                return None
        if group.requirement.policy is Policy.SCARCE_FIRST:
            return self._spare.best(waiting, now, self._free)
        best: Key | None = None
        for at, keys in enumerate(group.free):
            if keys and (best is None or keys[0] < best) and waiting.since + group.after(at) <= now:
                best = keys[0]
        return None if best is None else self._free[best[2]]

    def _look(self, now: Ms) -> None:
        """Over everybody in line and everybody filed: whose turn may it be now?"""
        self._looked = now
        lines: list[_Line] = [(group, priority) for group in self._tense for priority in group.lines]
        lines += self._kept
        heads = ((self._head(line, now), number, line) for number, line in enumerate(lines))
        self._heads = [(rank, number, line) for rank, number, line in heads if rank is not None]
        heapify(self._heads)

    def _head(self, line: _Line, now: Ms) -> Rank | None:
        """The first of a line, if some agent filed may serve them now; of those kept for an agent, if that one may."""
        if isinstance(line, str):
            worker = self._free.get(line)
            return None if worker is None else next(self._able(worker), None)
        group, priority = line
        waiting = group.lines.get(priority)
        if waiting is None or not group.filed or waiting[0][1] + group.after(group.soonest()) > now:
            return None
        return waiting[0]

    def _able(self, worker: Worker) -> Iterator[Rank]:
        """Of those kept for an agent, whom they may serve, in line order."""
        return (rank for rank in self._kept.get(worker.id, ()) if self._waiting[rank[2]].group in worker.serves)

    def _first_pair(self, now: Ms) -> tuple[Waiting, Worker] | None:
        """Over all heads. Since `_look` agents have only become fewer and heads younger, so a line only sinks."""
        while self._heads:
            seen, number, line = self._heads[0]
            rank = self._head(line, now)
            if rank is None:
                heappop(self._heads)
            elif rank != seen:
                heapreplace(self._heads, (rank, number, line))
            else:
                waiting = self._waiting[rank[2]]
                worker = self._best_for(waiting, now)
                if worker is not None:
                    return waiting, worker
                heappop(self._heads)
        return None

    def _reserve(self, waiting: Waiting, worker: Worker, now: Ms) -> Match:
        grounds = reasons.grounds(waiting, worker, now, self._idle, self._free)
        self._take(waiting)
        waiting.group.queue.aside[waiting.id] = waiting
        if worker.id in self._free:
            self._unfile(worker)
        return Match(waiting.id, worker.id, grounds)

    def _swap(self, found: list[Match], now: Ms) -> list[Match]:
        """Let more be served by exchanging agents among the matches of this moment (`batch.augment`)."""
        pairs = {self._waiting[m.interaction]: self._workers[m.agent] for m in found}
        fixed = {w: a for w, a in pairs.items() if w.preferred == a.id}
        movable = {w: a for w, a in pairs.items() if w not in fixed}
        left = [w for w in self._waiting.values() if not w.reserved and not w.kept]
        left.sort(key=lambda waiting: waiting.rank)
        taken: dict[Group, list[Worker]] = {}
        for worker in movable.values():
            for group in worker.serves:
                taken.setdefault(group, []).append(worker)

        def able(waiting: Waiting) -> list[Worker]:
            group = waiting.group
            idle = [
                self._free[k[2]] for stage, keys in enumerate(group.free) for k in keys if waiting.reached(stage, now)
            ]
            return idle + [w for w in taken.get(group, ()) if waiting.reached(w.serves[group].stage, now)]

        better = batch.augment(movable, left, able)
        known = {m.interaction: m for m in found}
        out: list[Match] = []
        for waiting, worker in sorted({**fixed, **better}.items(), key=lambda pair: pair[0].rank):
            match = known.get(waiting.id)
            if match is None or match.agent != worker.id:
                spared = None if match is None else match.agent
                match = Match(waiting.id, worker.id, reasons.swapped(waiting, worker, now, spared))
            self.set_aside(waiting.id)
            self.remove_agent(worker.id)
            out.append(match)
        return out

    # --- keeping order

    def _open(self, requirement: Requirement) -> Group:
        """A group nobody was in before; agents already filed are filed under it too."""
        queue = self._queues.setdefault(requirement.queue, Line())
        group = Group(requirement, len(self._all), queue, [[] for _ in requirement.stages])
        self._widest = max(self._widest, requirement.stages[-1].after)
        queue.groups.append(group)
        self._groups[requirement] = group
        self._all.append(group)
        for stage in requirement.stages:
            skills: list[SkillId | None] = [skill for skill, _ in stage.needed]
            rarest = min(skills or [None], key=lambda skill: len(self._by_skill.get(skill, ())))
            groups = self._by_skill.setdefault(rarest, [])
            if groups[-1:] != [group]:
                groups.append(group)
        for worker in self._free.values():
            self._meet(worker)
            if group in worker.serves:
                self._file_under(worker, group)
        return group

    def _meet(self, worker: Worker) -> None:
        """Compare an agent with the groups that came up since last time."""
        for group in self._candidates(worker):
            asked = group.requirement
            if asked.kind in worker.kinds and asked.queue not in worker.without:
                stage = first_stage(worker.skills, asked)
                if stage is not None:
                    worker.serves[group] = Service(stage, score(asked, worker))
        worker.groups = tuple(worker.serves)
        worker.looked = len(self._all)

    def _candidates(self, worker: Worker) -> list[Group]:
        new = len(self._all) - worker.looked
        if new <= FEW:
            return self._all[worker.looked :]
        skills: list[SkillId | None] = [None, *worker.skills]
        found = {group.number: group for skill in skills for group in self._by_skill.get(skill, ())}
        return [found[number] for number in sorted(found) if number >= worker.looked]

    def _file(self, worker: Worker) -> None:
        self._free[worker.id] = worker
        self._spare.add(worker.skills)
        insort(self._idle, (worker.since, worker.id))
        if worker.looked < len(self._all):
            self._meet(worker)
        for group in worker.serves:
            self._file_under(worker, group)

    def _file_under(self, worker: Worker, group: Group) -> None:
        service = worker.serves[group]
        insort(group.free[service.stage], key(group, service, worker))
        group.filed += 1
        if group.lines:
            self._tense[group] = None

    def _unfile(self, worker: Worker) -> None:
        del self._free[worker.id]
        self._spare.remove(worker.skills)
        del self._idle[bisect_left(self._idle, (worker.since, worker.id))]
        for group, service in worker.serves.items():
            keys = group.free[service.stage]
            del keys[bisect_left(keys, key(group, service, worker))]
            group.filed -= 1
            if not group.filed:
                self._tense.pop(group, None)

    def _enter(self, waiting: Waiting, group: Group, rank: Rank) -> None:
        """Into the line of the group."""
        line = group.lines.get(waiting.priority)
        if line is None:
            group.lines[waiting.priority] = [rank]
        else:
            insort(line, rank)
        if rank < group.first:
            group.first = rank
        if group.filed:
            self._tense[group] = None
            self._new_work[waiting.id] = waiting

    def _take(self, waiting: Waiting) -> None:
        """Out of where it waits."""
        if self._new_work:
            self._new_work.pop(waiting.id, None)
        group, rank = waiting.group, waiting.rank
        if waiting.kept and waiting.preferred is not None:
            ranks = self._kept[waiting.preferred]
            del ranks[bisect_left(ranks, rank)]
            if not ranks:
                del self._kept[waiting.preferred]
            del group.queue.aside[waiting.id]
            waiting.kept = False
            return
        line = group.lines[waiting.priority]
        if line[0] is not rank:
            del line[bisect_left(line, rank)]
            return
        del line[0]
        if not line:
            del group.lines[waiting.priority]
        if group.first is rank:
            first, begin = LAST, LAST[0]
            for line in group.lines.values():
                head = line[0]
                if head[0] < begin or (head[0] == begin and head < first):
                    first, begin = head, head[0]
            group.first = first
            if first is LAST:
                self._tense.pop(group, None)

    def _stands(self, until: Ms, interaction: InteractionId) -> bool:
        waiting = self._waiting.get(interaction)
        return waiting is not None and waiting.kept and waiting.until == until

    def _end_preferences(self, now: Ms) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            until, interaction = heappop(self._deadlines)
            if self._stands(until, interaction):
                waiting = self._waiting[interaction]
                self._take(waiting)
                self._enter(waiting, waiting.group, waiting.rank)
        self._ends = self._deadlines[0][0] if self._deadlines else NEVER

    def _next_opening(self) -> Ms:
        return min((group.opens() for group in self._tense), default=NEVER)
