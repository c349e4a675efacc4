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
from collections.abc import Iterable
from heapq import heappop, heappush

from cti.core import batch, reasons
from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.requirement import Requirement, first_stage
from cti.core.site import Skills
from cti.core.waiting import MINUTE, NEVER, Group, Key, Match, Rank, Service, Waiting, Worker, key, score

CALLS = frozenset({"call"})
AT_ONCE = Ms(0)


class Router:
    """Who waits and who is free. What it answers depends on these facts and the time, never on how they came about."""

    def __init__(self) -> None:
        self._groups: dict[Requirement, Group] = {}
        self._all: list[Group] = []
        self._waiting: dict[InteractionId, Waiting] = {}
        self._places: dict[QueueId, list[Rank]] = {}
        self._workers: dict[AgentId, Worker] = {}
        self._free: dict[AgentId, Worker] = {}
        self._idle: list[tuple[Ms, AgentId]] = []
        """Filed agents, longest idle first."""
        self._tense: dict[Group, None] = {}
        """Groups with somebody in line and somebody filed: only a ring that is not open yet keeps them apart."""
        self._kept: dict[AgentId, list[Rank]] = {}
        """Kept for a preferred agent, in line order."""
        self._deadlines: list[tuple[Ms, InteractionId]] = []
        """A heap of the ends of preferences; those that no longer stand are skipped."""
        self._new_agents: dict[AgentId, Worker] = {}
        """Free, not yet compared with those who wait, not filed."""
        self._new_work: dict[InteractionId, Waiting] = {}
        """In line or kept, not yet compared with the agents filed."""
        self._due = NEVER
        """Before this, nobody in line but new work can be matched with anybody filed. May be too early, never late."""
        self._in_line = 0

    # --- facts

    def add_agent(
        self,
        agent: AgentId,
        skills: Skills,
        since: Ms,
        busy: float = 0.0,
        kinds: frozenset[str] = CALLS,
        queues: frozenset[QueueId] | None = None,
    ) -> None:
        """An agent is free since `since`. `busy`: the share of the shift they worked, for "least occupied".

        `kinds`: the channels they have room for; `queues`: those they take (None: all). Again for one who is free:
        the new facts hold.
        """
        self.remove_agent(agent)
        worker = self._workers.get(agent)
        if worker is None or worker.skills != skills or worker.kinds != kinds or worker.queues != queues:
            worker = self._workers[agent] = Worker(agent, dict(skills), kinds, queues)
        worker.since = since
        worker.busy = busy
        self._free[agent] = self._new_agents[agent] = worker

    def remove_agent(self, agent: AgentId) -> None:
        """The agent is not free any more. One who was not is no error."""
        worker = self._free.pop(agent, None)
        if worker is not None and self._new_agents.pop(agent, None) is None:
            self._unfile(worker)

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
        self.leave(interaction)
        group = self._groups.get(requirement) or self._open(requirement)
        waiting = Waiting(interaction, group, priority, since, preferred, until, preferred_as)
        self._waiting[interaction] = waiting
        insort(self._places.setdefault(requirement.queue, []), waiting.rank)
        if preferred is None:
            self._enter(waiting)
        else:
            waiting.kept = True
            insort(self._kept.setdefault(preferred, []), waiting.rank)
            heappush(self._deadlines, (until, interaction))
            worker = self._free.get(preferred)
            if worker is not None and worker.filed:
                self._new_work[interaction] = waiting

    def leave(self, interaction: InteractionId) -> None:
        """The interaction is out of the line: answered, abandoned, moved. One that is not in it is no error."""
        waiting = self._waiting.pop(interaction, None)
        if waiting is not None:
            places = self._places[waiting.group.requirement.queue]
            del places[bisect_left(places, waiting.rank)]
            if not waiting.reserved:
                self._take(waiting)

    # --- questions

    def next_match(self, now: Ms) -> Match | None:
        """The next offer to make at `now`, both sides reserved by it; None: there is none. Ask until there is none."""
        pair = self._next(now)
        return None if pair is None else self._reserve(*pair, now)

    def matches(self, now: Ms) -> list[Match]:
        """All offers to make at `now`, first in line first.

        If there are at least as many free as waiting, agents are swapped where that lets more callers be served: nobody
        whom `next_match` would have served is left out for it.
        """
        plenty = len(self._free) >= self._in_line
        found: list[Match] = []
        while (match := self.next_match(now)) is not None:
            found.append(match)
        return self._swap(found, now) if plenty and found and self._in_line and self._free else found

    def wake_at(self, now: Ms) -> Ms | None:
        """When time alone may make a match possible: a ring opens, a preference ends. To be asked after the matches."""
        self._due = self._next_opening()
        while self._deadlines and not self._stands(*self._deadlines[0]):
            heappop(self._deadlines)
        due = min(self._due, self._deadlines[0][0] if self._deadlines else NEVER)
        return max(due, now) if due < NEVER else None

    def position(self, interaction: InteractionId) -> int | None:
        """The place in the line of its queue, 1 = next; one with an offer out keeps it. None: not in line."""
        waiting = self._waiting.get(interaction)
        if waiting is None:
            return None
        return bisect_left(self._places[waiting.group.requirement.queue], waiting.rank) + 1

    def line(self) -> list[Waiting]:
        """Everybody in line, next first, those with an offer out too; to read."""
        return sorted(self._waiting.values(), key=lambda waiting: waiting.rank)

    def explain_interaction(
        self, interaction: InteractionId, now: Ms, others: Iterable[reasons.Colleague] = ()
    ) -> tuple[Why, ...]:
        """Why it waits, agent by agent. `others`: agents who are not free, whom this does not know."""
        waiting = self._waiting.get(interaction)
        return () if waiting is None else reasons.explain_interaction(waiting, now, self.free(), others)

    def explain_agent(self, agent: AgentId, now: Ms) -> tuple[Why, ...]:
        """Why a free agent gets nothing: what those who wait need, who is free for longer. Nothing, if not free."""
        worker = self._free.get(agent)
        return () if worker is None else reasons.explain_agent(worker, now, self.line(), self.free())

    def free(self) -> list[Worker]:
        """Free agents, longest idle first, to read."""
        return sorted(self._free.values(), key=lambda worker: (worker.since, worker.id))

    # --- the decision

    def _next(self, now: Ms) -> tuple[Waiting, Worker] | None:
        if self._deadlines and self._deadlines[0][0] <= now:
            self._end_preferences(now)
        if now < self._due:
            if not self._new_work:
                if not self._new_agents:
                    return None
                if len(self._new_agents) == 1:
                    return self._try_agent(now)
            elif not self._new_agents and len(self._new_work) == 1:
                return self._try_work(now)
        for worker in self._new_agents.values():
            self._file(worker)
        self._new_agents.clear()
        self._new_work.clear()
        found = self._first_pair(now)
        self._due = self._next_opening() if found is None else Ms(0)
        return found

    def _try_agent(self, now: Ms) -> tuple[Waiting, Worker] | None:
        """Nobody else can be matched with anybody: it is this agent or none."""
        _, worker = self._new_agents.popitem()
        first = self._first_for(worker, now)
        if first is not None:
            return first, worker
        self._file(worker)
        for service in worker.serves:
            if service.group.in_line:
                self._due = min(self._due, service.group.opens())
        return None

    def _try_work(self, now: Ms) -> tuple[Waiting, Worker] | None:
        """The same for one who has just come into the line."""
        _, waiting = self._new_work.popitem()
        worker = self._best_for(waiting, now)
        if worker is not None:
            return waiting, worker
        if waiting.group in self._tense:
            self._due = min(self._due, waiting.group.opens())
        return None

    def _first_for(self, worker: Worker, now: Ms) -> Waiting | None:
        """Of all whom this agent may serve now, the first in line."""
        best: Rank | None = None
        for group, _, _, after in self._services(worker):
            if group.in_line:
                latest = now - after
                for priority, line in group.lines.items():
                    since, interaction = line[0]
                    if since <= latest and (best is None or since - priority * MINUTE <= best[0]):
                        rank = (since - priority * MINUTE, since, interaction)
                        if best is None or rank < best:
                            best = rank
        for rank in self._kept.get(worker.id, ()):
            if best is not None and best < rank:
                break
            if self._waiting[rank[2]].group in worker.stages:
                best = rank
                break
        return None if best is None else self._waiting[best[2]]

    def _best_for(self, waiting: Waiting, now: Ms) -> Worker | None:
        """Of all agents filed who may serve this one now: the preferred one, else the best by the policy."""
        group = waiting.group
        if waiting.preferred is not None:
            worker = self._free.get(waiting.preferred)
            if (
                worker is not None
                and worker.filed
                and group in worker.stages
                and (waiting.kept or waiting.since + group.after(worker.stages[group]) <= now)
            ):
                return worker
            if waiting.kept:
                return None
        best: Key | None = None
        for stage, keys in enumerate(group.free):
            if keys and (best is None or keys[0] < best) and waiting.since + group.after(stage) <= now:
                best = keys[0]
        return None if best is None else self._free[best[2]]

    def _first_pair(self, now: Ms) -> tuple[Waiting, Worker] | None:
        """Over everybody in line and everybody filed."""
        best: Rank | None = None
        for group in self._tense:
            latest = now - group.after(group.soonest())
            for priority, line in group.lines.items():
                since, interaction = line[0]
                if since <= latest:
                    rank = (since - priority * MINUTE, since, interaction)
                    if best is None or rank < best:
                        best = rank
        for agent in self._kept:
            worker = self._free.get(agent)
            for rank in self._kept[agent] if worker is not None else ():
                if worker is not None and self._waiting[rank[2]].group in worker.stages:
                    best = rank if best is None else min(best, rank)
                    break
        if best is None:
            return None
        waiting = self._waiting[best[2]]
        chosen = self._best_for(waiting, now)
        if chosen is None:
            raise AssertionError(f"{waiting.id} is said to be servable and is not")
        return waiting, chosen

    def _reserve(self, waiting: Waiting, worker: Worker, now: Ms) -> Match:
        why = reasons.why(waiting, worker, now, self._idle, self._free)
        self._take(waiting)
        waiting.reserved = True
        del self._free[worker.id]
        if worker.filed:
            self._unfile(worker)
        return Match(waiting.id, worker.id, why)

    def _swap(self, found: list[Match], now: Ms) -> list[Match]:
        """Let more be served by exchanging agents among the matches of this moment (`batch.augment`)."""
        pairs = {self._waiting[m.interaction]: self._workers[m.agent] for m in found}
        fixed = {w: a for w, a in pairs.items() if w.preferred == a.id}
        movable = {w: a for w, a in pairs.items() if w not in fixed}
        left = [w for w in self._waiting.values() if not w.reserved and not w.kept]
        left.sort(key=lambda waiting: waiting.rank)
        taken: dict[Group, list[Worker]] = {}
        for worker in movable.values():
            for service in worker.serves:
                taken.setdefault(service.group, []).append(worker)

        def able(waiting: Waiting) -> list[Worker]:
            group = waiting.group
            idle = [self._free[k[2]] for stage, keys in enumerate(group.free) for k in keys if open_(waiting, stage)]
            return idle + [w for w in taken.get(group, ()) if open_(waiting, w.stages[group])]

        def open_(waiting: Waiting, stage: int) -> bool:
            return waiting.since + waiting.group.after(stage) <= now

        better = batch.augment(movable, left, able)
        known = {m.interaction: m for m in found}
        out: list[Match] = []
        for waiting, worker in sorted({**fixed, **better}.items(), key=lambda pair: pair[0].rank):
            match = known.get(waiting.id)
            if match is None or match.agent != worker.id:
                spared = None if match is None else match.agent
                match = Match(waiting.id, worker.id, reasons.swapped(waiting, worker, now, spared))
            if not waiting.reserved:
                self._take(waiting)
                waiting.reserved = True
            if self._free.pop(worker.id, None) is not None and worker.filed:
                self._unfile(worker)
            out.append(match)
        return out

    # --- keeping order

    def _open(self, requirement: Requirement) -> Group:
        """A group nobody was in before; agents already filed are filed under it too."""
        group = self._groups[requirement] = Group(requirement, {}, [[] for _ in requirement.stages])
        self._all.append(group)
        for worker in self._free.values():
            if worker.filed:
                for service in self._services(worker)[-1:]:
                    if service.group is group:
                        self._file_under(worker, service)
        return group

    def _services(self, worker: Worker) -> list[Service]:
        """The groups an agent can serve; those that came up since last time are looked at first."""
        if worker.looked < len(self._all):
            for group in self._all[worker.looked :]:
                asked = group.requirement
                if asked.kind in worker.kinds and (worker.queues is None or asked.queue in worker.queues):
                    stage = first_stage(worker.skills, asked)
                    if stage is not None:
                        worker.serves.append(Service(group, stage, score(asked, worker), group.after(stage)))
                        worker.stages[group] = stage
            worker.looked = len(self._all)
        return worker.serves

    def _file(self, worker: Worker) -> None:
        worker.filed = True
        insort(self._idle, (worker.since, worker.id))
        for service in self._services(worker):
            self._file_under(worker, service)

    def _file_under(self, worker: Worker, service: Service) -> None:
        group = service.group
        insort(group.free[service.stage], key(service, worker))
        group.filed += 1
        if group.in_line:
            self._tense[group] = None

    def _unfile(self, worker: Worker) -> None:
        worker.filed = False
        del self._idle[bisect_left(self._idle, (worker.since, worker.id))]
        for service in worker.serves:
            group = service.group
            keys = group.free[service.stage]
            del keys[bisect_left(keys, key(service, worker))]
            group.filed -= 1
            if not group.filed:
                self._tense.pop(group, None)

    def _enter(self, waiting: Waiting) -> None:
        """Into the line of its group."""
        group = waiting.group
        insort(group.lines.setdefault(waiting.priority, []), (waiting.since, waiting.id))
        group.in_line += 1
        self._in_line += 1
        if group.filed:
            self._tense[group] = None
            self._new_work[waiting.id] = waiting

    def _take(self, waiting: Waiting) -> None:
        """Out of where it waits; its place in the queue stays."""
        self._new_work.pop(waiting.id, None)
        if waiting.kept:
            ranks = self._kept[waiting.preferred] if waiting.preferred else []
            del ranks[bisect_left(ranks, waiting.rank)]
            if not ranks and waiting.preferred:
                del self._kept[waiting.preferred]
            waiting.kept = False
            return
        group = waiting.group
        line = group.lines[waiting.priority]
        del line[bisect_left(line, (waiting.since, waiting.id))]
        if not line:
            del group.lines[waiting.priority]
        group.in_line -= 1
        self._in_line -= 1
        if not group.in_line:
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
                self._enter(waiting)

    def _next_opening(self) -> Ms:
        return min((group.opens() for group in self._tense), default=NEVER)
