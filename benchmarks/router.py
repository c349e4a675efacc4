"""How fast the router decides, and that it decides as a plain scan does.

The setting is the one of a large centre in overload: 10,000 agents, 100 skills (10 languages and 90 products, levels
1 to 10), 5,000 waiting, three rings at 0, 15 and 30 s, four policies, a tenth of the callers with a preferred agent,
priorities, one agent in twenty opted out of some queues, reasons written. One decision is: an agent comes free, gets
the caller who is due, and another calls. Beside it: the same loop on one queue without skills and reasons (the floor),
and the plain scan of the tests. All is CPU time: turns of other processes on the machine are nobody's cost here. Yet
they take caches and clock rate, for seconds or minutes: so the contenders, each in a process of its own, take short
turns, and what is compared is one turn with the next.
"""

import gc
import heapq
import math
import random
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from msgspec import Struct, field
from msgspec.structs import astuple, replace

from benchmarks.child import child, run_alone, say
from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from cti.core.events import Grounds
from cti.core.ids import AgentId, InteractionId, Ms, QueueId, SkillId
from cti.core.requirement import Requirement, Stage
from cti.core.router import CALLS, NO_QUEUES, Router
from cti.core.site import Policy, Skills
from cti.core.waiting import MINUTE, Match

LANGUAGES = 10
PRODUCTS = 90
WAITING = 5_000
START = Ms(1_000_000_000_000)
STEP_MS = 30
"""Time between two agents who come free: with 10,000 agents, talks of five minutes."""
NO_GROUNDS = Grounds(AgentId(""), {}, Stage(0, ()), 0)
"""The floor's, which says nothing."""


TURNS = 10
"""Of every contender in a round."""
TURN = 8_000
"""Decisions in one, after `WARM` that are not counted: the other's turn has left its own in the caches."""
WARM = 4_000
TIMED = 30_000
"""Decisions whose free() is timed, at the end of a round."""


class Size(Struct, frozen=True):
    """How much is asked of one contender."""

    agents: int
    turn: int = TURN
    warm: int = WARM
    timed: int = TIMED

    @property
    def all(self) -> int:
        """Decisions in a round."""
        return TURNS * (self.turn + self.warm) + self.timed


class Side(Struct):
    """A contender, and how it did."""

    name: str
    size: Size
    rates: list[float] = field(default_factory=list)
    """Decisions a second, turn by turn."""
    rows: list[Mapping[str, float]] = field(default_factory=list)
    """Of each free(), round by round."""

    def row(self) -> dict[str, float]:
        """The median of each."""
        times = {key: median(row[key] for row in self.rows) for key in self.rows[0]}
        return {"decisions/s": round(median(self.rates)), **times}


class Call(Struct, frozen=True):
    """One caller to come."""

    id: InteractionId
    asked: Requirement
    priority: int
    preferred: AgentId | None


class Centre(Struct):
    """Agents, and callers without end."""

    agents: list[tuple[AgentId, Skills, frozenset[QueueId]]]
    """With what each has opted out of."""
    calls: list[Call]


def run(options: Options) -> Report:
    """Decisions a second, the time of each, growth with the number of agents, equality, batches."""
    watch = Stopwatch()
    many = 1_000 if options.quick else 10_000
    full = Size(many, 400, 100, 3_000) if options.quick else Size(many)
    sides = {
        "router": Side("router", full),
        "router, 100 agents": Side("router", replace(full, agents=100)),
        "floor: one queue, no skills, no reasons": Side("floor", full),
    }
    for _ in range(options.rounds):
        _compete(tuple(sides.values()))
    rows = {name: side.row() for name, side in sides.items()}
    ours, few, _ = rows.values()
    scan = run_alone("router", "scan", many, 20 if options.quick else 50)
    router, _, pool = sides.values()
    beside = median(mine / its for mine, its in zip(router.rates, pool.rates, strict=True))
    same, compared = _same(many, 50 if options.quick else 1_000)
    growth = ours["p50 us"] / few["p50 us"]
    log = math.log(many) / math.log(100)
    served, most, seconds = _batch(1_000)
    figures = (
        Figure("decisions", round(ours["decisions/s"]), "1/s"),
        Figure("beside the floor", round(beside, 3), "x", 0.25),
        Figure("beside the plain scan", round(ours["decisions/s"] / scan["decisions/s"], 1), "x"),
        Figure("free() p50", round(ours["p50 us"], 2), "us"),
        Figure("free() p99", round(ours["p99 us"], 2), "us", 25, "lower"),
        Figure(f"decisions equal to the scan's, of {compared}", same / compared, "share", 1.0),
        Figure(f"free() at {many:,} agents over that at 100", round(growth, 2), "x", round(log, 2), "lower"),
        Figure("batch of 1,000 and 1,000: served, of the most there are", round(served / most, 4), "share", 0.99),
        Figure("batch of 1,000 and 1,000", round(seconds * 1000, 1), "ms"),
    )
    peers = tuple({"name": name, **row} for name, row in {**rows, "plain scan": scan}.items())
    return Report(bench="router", seconds=watch.seconds, figures=figures, peers=peers)


# --- the setting


def _centre(agents: int, calls: int, seed: int = 1) -> Centre:
    """Agents with one or two languages and four to six products; callers ask for one of each."""
    chance = random.Random(seed)
    staff: list[tuple[AgentId, Skills, frozenset[QueueId]]] = []
    for number in range(agents):
        skills: Skills = {}
        for language in chance.sample(range(LANGUAGES), chance.choice((1, 2))):
            skills[SkillId(f"l{language}")] = chance.randint(1, 10)
        for product in chance.sample(range(PRODUCTS), chance.randint(4, 6)):
            skills[SkillId(f"p{product}")] = chance.randint(1, 10)
        staff.append((AgentId(f"a{number:05}"), skills, _without(chance, skills)))
    policies = list(Policy)
    asked = [
        _requirement(language, product, policies[(language + product) % len(policies)])
        for language in range(LANGUAGES)
        for product in range(PRODUCTS)
    ]
    callers = [
        Call(
            id=InteractionId(f"c{number:06}"),
            asked=chance.choice(asked),
            priority=chance.choice((0, 0, 0, 1, 2)),
            preferred=chance.choice(staff)[0] if chance.random() < 0.1 else None,
        )
        for number in range(WAITING + calls)
    ]
    return Centre(staff, callers)


def _without(chance: random.Random, skills: Skills) -> frozenset[QueueId]:
    """One agent in twenty takes no calls of two of their products."""
    products = [skill for skill in skills if skill.startswith("p")]
    if chance.random() >= 0.05:
        return NO_QUEUES
    return frozenset(QueueId(f"q{product[1:]}") for product in chance.sample(products, 2))


def _requirement(language: int, product: int, policy: Policy) -> Requirement:
    spoken, known = SkillId(f"l{language}"), SkillId(f"p{product}")
    stages = tuple(
        Stage(after * 1000, ((spoken, level), (known, level))) for after, level in ((0, 6), (15, 4), (30, 2))
    )
    return Requirement(queue=QueueId(f"q{product}"), stages=stages, policy=policy)


# --- contenders


class _Pool:
    """The same calls for one queue whose agents can all do everything: no skills, no rings, no reasons."""

    def __init__(self) -> None:
        self._line: list[tuple[float, Ms, InteractionId]] = []
        self._waiting: dict[InteractionId, Ms] = {}
        self._free: deque[AgentId] = deque()

    def add_agent(
        self,
        agent: AgentId,
        skills: Skills,
        since: Ms,
        busy: float,
        kinds: frozenset[str],
        without: frozenset[QueueId],
    ) -> None:
        self._free.append(agent)

    def remove_agent(self, agent: AgentId) -> None:
        self._free.remove(agent)

    def arrive(
        self,
        interaction: InteractionId,
        requirement: Requirement,
        since: Ms,
        priority: int,
        preferred: AgentId | None,
        until: Ms,
    ) -> None:
        self._waiting[interaction] = since
        heapq.heappush(self._line, (since - priority * MINUTE, since, interaction))

    def leave(self, interaction: InteractionId) -> None:
        del self._waiting[interaction]

    def next_match(self, now: Ms) -> Match | None:
        if not self._free or not self._line:
            return None
        return Match(heapq.heappop(self._line)[2], self._free.popleft(), NO_GROUNDS)


def _compete(sides: Sequence[Side]) -> None:
    """One round: all of them up at once, each in a process of its own, taking turns."""
    with ExitStack() as up:
        racing = [(side, up.enter_context(child("router", side.name, *astuple(side.size)))) for side in sides]
        for _, process in racing:
            process.read()
        for turn in range(TURNS):
            shift = turn % len(racing)
            for side, process in racing[shift:] + racing[:shift]:
                side.rates.append(process.ask("your turn")["decisions/s"])
        for side, process in racing:
            side.rows.append(process.finish())


def _contend(name: str, size: Size, turns: Iterable[str]) -> None:
    """One contender, in this process: a turn for every line, and when there are no more, the time of each free().

    Those of a turn are measured by one clock; in the end each by its own, for reading a clock takes as long as the
    floor.
    """
    centre = _centre(size.agents, size.all)
    overload = _Overload(_known(centre) if name == "router" else _Pool(), centre, size.all)
    say({})
    for _ in turns:
        overload.run(size.warm, None)
        say({"decisions/s": size.turn / overload.run(size.turn, None)})
    taken: list[float] = []
    overload.run(size.timed, taken)
    say(_times(taken))


def _known(centre: Centre) -> Router:
    """Everybody was free once: their groups are known, as in any running centre."""
    router = Router()
    for call in {call.asked: call for call in centre.calls}.values():
        router.arrive(call.id, call.asked, START)
        router.leave(call.id)
    for agent, skills, without in centre.agents:
        router.add_agent(agent, skills, START, 0.0, CALLS, without)
        router.next_match(START)
        router.remove_agent(agent)
    return router


class _Overload:
    """Agents come free one after the other; whoever gets a caller brings another caller into the line."""

    def __init__(self, router: Router | _Pool, centre: Centre, decisions: int) -> None:
        self._router = router
        for number, call in enumerate(centre.calls[:WAITING]):  # the older half waits for longer than the last ring
            since = Ms(START - (WAITING - number) * 12)
            router.arrive(call.id, call.asked, since, call.priority, call.preferred, Ms(since + 10_000))
        router.next_match(START)  # whose preference has ended by then is in line
        chance = random.Random(2)
        self._order = [centre.agents[chance.randrange(len(centre.agents))] for _ in range(decisions)]
        self._coming = iter(centre.calls[WAITING:])
        self._now = START
        gc.collect()
        gc.freeze()  # as a server does once it is up: what is there for good is not looked at again and again

    def run(self, decisions: int, taken: list[float] | None) -> float:
        """So many decisions: seconds of all; those of each free() go to `taken`."""
        router, coming = self._router, self._coming
        order, self._order = self._order[:decisions], self._order[decisions:]
        clock = time.thread_time
        before, now = 0.0, self._now
        busy = clock()
        for agent, skills, without in order:
            now = Ms(now + STEP_MS)
            if taken is not None:
                before = clock()
            router.add_agent(agent, skills, now, 0.0, CALLS, without)
            match = router.next_match(now)
            if taken is not None:
                taken.append(clock() - before)
            if match is None:
                router.remove_agent(agent)  # what nobody needs now must not turn the overload into another setting
                continue
            router.leave(match.interaction)
            call = next(coming)
            router.arrive(call.id, call.asked, now, call.priority, call.preferred, Ms(now + 10_000))
            router.next_match(now)
        busy = clock() - busy
        self._now = now
        return busy


def _scan(centre: Centre, decisions: int) -> dict[str, Any]:
    from tests.core.oracle import Scan

    scan = Scan()
    for number, call in enumerate(centre.calls[:WAITING]):
        since = Ms(START - (WAITING - number) * 12)
        scan.arrive(call.id, call.asked, since, call.priority, call.preferred, Ms(since + 10_000))
    taken: list[float] = []
    now = START
    started = time.thread_time()
    for agent, skills, without in centre.agents[:decisions]:
        now = Ms(now + STEP_MS)
        before = time.thread_time()
        scan.add_agent(agent, skills, now, 0.0, CALLS, without)
        found = scan.next_match(now)
        taken.append(time.thread_time() - before)
        if found is not None:
            scan.leave(found[0])
    return {"decisions/s": round(decisions / (time.thread_time() - started)), **_times(taken)}


def _times(taken: Sequence[float]) -> dict[str, float]:
    micro = [each * 1e6 for each in taken]
    return {"p50 us": percentile(micro, 50), "p99 us": percentile(micro, 99)}


# --- questions of right and wrong


def _same(agents: int, matches: int) -> tuple[int, int]:
    """How many of the decisions are the scan's, of at least so many matches, and of every look that found none.

    Half of them with a full line, where whoever comes free is taken at once; half with a short one and many free.
    """
    centre = _centre(agents, 2 * matches)
    full, looks = _followed(centre, centre.calls[:WAITING], matches // 2, (30, 100))
    short, more = _followed(centre, centre.calls[WAITING : WAITING + 100], matches - matches // 2, (30, 500, 2_000))
    return full + short, looks + more


def _followed(centre: Centre, waiting: Sequence[Call], matches: int, pauses: Sequence[int]) -> tuple[int, int]:
    """Agents come free and callers call; the same decisions, and all."""
    from tests.core.oracle import Scan

    chance = random.Random(3)
    router, scan = Router(), Scan()
    now = START
    for number, call in enumerate(waiting):
        since = Ms(now - number * 12)
        for side in (router, scan):
            side.arrive(call.id, call.asked, since, call.priority, call.preferred, Ms(since + 10_000))
    coming = iter(centre.calls[-matches:])
    made = same = looks = 0
    while made < matches:
        now = Ms(now + chance.choice(pauses))
        agent, skills, without = chance.choice(centre.agents)
        for side in (router, scan):
            side.add_agent(agent, skills, now, 0.0, CALLS, without)
        if chance.random() < 0.4 and (new := next(coming, None)) is not None:
            for side in (router, scan):
                side.arrive(new.id, new.asked, now, new.priority, new.preferred, Ms(now + 10_000))
        while True:
            expected = scan.next_match(now)
            match = router.next_match(now)
            looks += 1
            same += expected == (None if match is None else (match.interaction, match.agent))
            if expected is None:
                break
            made += 1
            for side in (router, scan):
                side.leave(expected[0])
    return same, looks


def _batch(size: int) -> tuple[int, int, float]:
    """As many agents as callers, all at once: served, the most that could be (by another way), seconds."""
    centre = _centre(size, 0, seed=5)
    router = Router()
    now = START
    calls = [Call(id=c.id, asked=c.asked, priority=c.priority, preferred=None) for c in centre.calls[:size]]
    for number, call in enumerate(calls):
        router.arrive(call.id, call.asked, Ms(now - 60_000 - number), call.priority)
    for agent, skills, without in centre.agents:
        router.add_agent(agent, skills, now, 0.0, CALLS, without)
    watch = Stopwatch()
    served = len(router.matches(now))
    seconds = watch.seconds

    def able(call: Call) -> list[int]:
        needed, queue = call.asked.stages[-1].needed, call.asked.queue
        return [
            number
            for number, (_, skills, without) in enumerate(centre.agents)
            if queue not in without and all(skills.get(skill, 0) >= level for skill, level in needed)
        ]

    return served, _most([able(call) for call in calls]), seconds


def _most(able: Sequence[Sequence[int]]) -> int:
    """The size of the greatest matching, by depth-first augmenting from nothing."""
    holder: dict[int, int] = {}

    def place(caller: int, seen: set[int]) -> bool:
        for agent in able[caller]:
            if agent not in seen:
                seen.add(agent)
                if agent not in holder or place(holder[agent], seen):
                    holder[agent] = caller
                    return True
        return False

    return sum(place(caller, set()) for caller in range(len(able)))


def _main(name: str, agents: int, *rest: int) -> None:
    if name == "scan":
        decisions = rest[0]
        say(_scan(_centre(agents, decisions), decisions))
    else:
        _contend(name, Size(agents, *rest), sys.stdin)


if __name__ == "__main__":
    _main(sys.argv[1], *map(int, sys.argv[2:]))
