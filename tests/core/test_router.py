"""The router decides as a plain scan does, whatever happened before; and says why."""

import gc
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cti.core.batch import augment
from cti.core.events import PieceOffered, Why
from cti.core.ids import AgentId, InteractionId, Language, Ms, QueueId, SkillId
from cti.core.reasons import Colleague, facts
from cti.core.requirement import Requirement, Stage, requirement
from cti.core.router import Router
from cti.core.site import Policy, Queue, Ring
from cti.core.waiting import Group
from tests.core.oracle import Scan
from tests.examples import examples

SKILLS = [SkillId(each) for each in ("en", "net", "tv")]
AGENTS = [AgentId(f"a{n}") for n in range(6)]
CALLERS = [InteractionId(f"c{n}") for n in range(8)]
QUEUES = [QueueId("support"), QueueId("billing")]
SECOND = 1000


def _levels(top: int) -> st.SearchStrategy[dict[SkillId, int]]:
    return st.dictionaries(st.sampled_from(SKILLS), st.integers(1, top), max_size=3)


@st.composite
def _requirements(draw: st.DrawFn) -> Requirement:
    """Mostly rings that widen, as sensible sites have them; sometimes any."""
    stages = {0: draw(_levels(3))}
    for after in draw(st.lists(st.sampled_from([5, 15, 30]), max_size=2, unique=True)):
        less = {skill: level - 1 for skill, level in stages[0].items() if level > 1}
        stages[after] = draw(_levels(3)) if draw(st.integers(0, 3)) == 0 else less
    return Requirement(
        queue=draw(st.sampled_from(QUEUES)),
        stages=tuple(Stage(after * SECOND, tuple(sorted(stages[after].items()))) for after in sorted(stages)),
        kind=draw(st.sampled_from(["call", "call", "call", "chat"])),
        policy=draw(st.sampled_from(list(Policy))),
    )


@st.composite
def _days(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """A few requirements, and what happens: (what, seconds later, ...)."""
    asked = draw(st.lists(_requirements(), min_size=1, max_size=4))
    later = st.sampled_from([0, 0, 1, 6, 16, 31])
    free = st.tuples(
        st.just("free"),
        later,
        st.sampled_from(AGENTS),
        _levels(3),
        st.integers(0, 3),
        st.sampled_from([0.0, 0.25, 0.5]),
        st.sampled_from([frozenset({"call"}), frozenset({"call", "chat"})]),
        st.sampled_from([frozenset(), frozenset(), frozenset(QUEUES[:1])]),
    )
    arrive = st.tuples(
        st.just("arrive"),
        later,
        st.sampled_from(CALLERS),
        st.sampled_from(asked),
        st.integers(0, 40),
        st.sampled_from([0, 0, 1]),
        st.sampled_from([None, None, *AGENTS[:2]]),
        st.integers(-5, 40),
    )
    gone = st.tuples(st.just("gone"), later, st.sampled_from(AGENTS))
    leave = st.tuples(st.just("leave"), later, st.sampled_from(CALLERS))
    return draw(st.lists(free | arrive | arrive | gone | leave, max_size=40))


def _do(side: Router | Scan, event: tuple[Any, ...], now: Ms) -> None:
    match event:
        case ("free", _, agent, skills, ago, busy, kinds, without):
            side.add_agent(agent, skills, Ms(now - ago * SECOND), busy, kinds, without)
        case ("arrive", _, caller, asked, ago, priority, preferred, kept):
            side.arrive(caller, asked, Ms(now - ago * SECOND), priority, preferred, Ms(now + kept * SECOND))
        case ("gone", _, agent):
            side.remove_agent(agent)
        case ("leave", _, caller):
            side.leave(caller)


@examples(100)
@given(_days(), st.lists(st.booleans(), min_size=40, max_size=40), st.data())
def test_every_decision_is_that_of_a_plain_scan(
    day: list[tuple[Any, ...]], asked_now: list[bool], data: st.DataObject
) -> None:
    router, scan = Router(), Scan()
    now = Ms(1_000_000_000)
    for event, ask in zip(day, asked_now, strict=False):
        now = Ms(now + event[1] * SECOND)
        _do(router, event, now)
        _do(scan, event, now)
        assert [router.position(c) for c in CALLERS] == [scan.position(c) for c in CALLERS]
        if ask:
            _same_decisions(router, scan, now)
    _same_decisions(router, scan, now)
    while (wake := router.wake_at(now)) is not None:  # then only time goes by
        assert wake >= now
        between = Ms(data.draw(st.integers(now, max(now, wake - 1))))
        assert scan.next_match(between) is None
        assert router.next_match(between) is None
        now = wake
        _same_decisions(router, scan, now)
        if router.wake_at(now) == now:
            raise AssertionError("it asks to be woken at once, for nothing")


def _same_decisions(router: Router, scan: Scan, now: Ms) -> None:
    while True:
        expected = scan.next_match(now)
        match = router.next_match(now)
        assert (None if match is None else (match.interaction, match.agent)) == expected
        if match is None:
            return
        assert (match.grounds.agent, match.grounds.idle >= 0) == (match.agent, True)


@examples(30)
@given(_days())
def test_a_batch_serves_the_most_there_are_and_nobody_pays_for_it(day: list[tuple[Any, ...]]) -> None:
    router, greedy, scan = Router(), Router(), Scan()
    now = Ms(1_000_000_000)
    for event in day:
        _do(router, event, now)
        _do(greedy, event, now)
        _do(scan, event, now)
    line = dict(scan.callers)
    agents = dict(scan.agents)
    kept = {id for id, c in line.items() if c.preferred is not None and now < c.until}
    plain = {}
    while (match := greedy.next_match(now)) is not None:
        plain[match.interaction] = match.agent
    found = router.matches(now)
    pairs = {match.interaction: match.agent for match in found}
    assert len(set(pairs.values())) == len(pairs) == len(found)
    assert plain.keys() <= pairs.keys()
    for caller, agent in pairs.items():
        assert scan.able(line[caller], agents[agent], now)
    if len(agents) >= len(line) - len(kept) and not any(c.preferred for c in line.values()):
        assert len(pairs) == _most({c: [a for a in agents if scan.able(line[c], agents[a], now)] for c in line})
    assert [m.interaction for m in found] == sorted(pairs, key=lambda c: line[c].rank)
    assert router.next_match(now) is None
    assert {worker.id for worker in router.free()} == agents.keys() - set(pairs.values())


def _most(able: dict[InteractionId, list[AgentId]]) -> int:
    """The size of the greatest matching, by trying everything."""
    if not able:
        return 0
    caller, *others = able
    best = _most({c: able[c] for c in others})
    for agent in able[caller]:
        if best == len(able):
            break
        best = max(best, 1 + _most({c: [a for a in able[c] if a != agent] for c in others}))
    return best


@given(st.dictionaries(st.integers(0, 5), st.lists(st.integers(10, 16), unique=True), max_size=6))
def test_augmenting_from_nothing_gives_the_greatest_matching(able: dict[int, list[int]]) -> None:
    found = augment({}, list(able), lambda caller: able[caller])
    assert len(set(found.values())) == len(found)
    assert all(agent in able[caller] for caller, agent in found.items())
    named = {InteractionId(str(c)): [AgentId(str(a)) for a in agents] for c, agents in able.items()}
    assert len(found) == _most(named)


# --- what a person would notice

SUPPORT = Queue(
    id=QUEUES[0],
    name={"en": "Support"},
    skills={SkillId("net"): 3},
    rings=(Ring(after_s=45, skills={SkillId("net"): 1}),),
    priority=1,
)
ENGLISH = requirement(SUPPORT, {}, Language("en"))
BILLING = requirement(Queue(id=QUEUES[1], name={"en": "Billing"}), {}, None)
T0 = Ms(1_000_000_000)


def _skills(**levels: int) -> dict[SkillId, int]:
    return {SkillId(skill): level for skill, level in levels.items()}


def test_a_requirement_is_the_queues_the_flows_and_the_language() -> None:
    asked = requirement(SUPPORT, _skills(net=2, tv=4), Language("yue"))
    assert asked.stages == (
        Stage(0, ((SkillId("net"), 3), (SkillId("tv"), 4), (SkillId("yue"), 1))),
        Stage(45_000, ((SkillId("net"), 2), (SkillId("tv"), 4), (SkillId("yue"), 1))),
    )
    assert requirement(SUPPORT, {}, Language("en")) == ENGLISH
    assert hash(requirement(SUPPORT, {}, Language("en"))) == hash(ENGLISH)


def test_a_ring_opens_by_time_alone_and_the_router_says_when() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5, net=2), T0)
    router.arrive(CALLERS[0], ENGLISH, T0)
    assert router.next_match(T0) is None
    assert router.next_match(Ms(T0 + 44_999)) is None
    match = router.next_match(Ms(T0 + 45_000))
    assert match is not None
    assert match.agent == AGENTS[0]
    assert Why(code="ring", args={"after_s": 45}) in facts(match.grounds, ())


def test_the_router_says_when_time_alone_may_make_a_match() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5, net=2), T0)
    router.arrive(CALLERS[0], ENGLISH, T0)
    assert router.next_match(T0) is None
    assert router.wake_at(T0) == T0 + 45_000
    assert router.next_match(Ms(T0 + 45_000)) is not None
    assert router.wake_at(Ms(T0 + 45_000)) is None


def test_an_offer_that_came_to_nothing_keeps_the_place() -> None:
    router = Router()
    for n, caller in enumerate(CALLERS[:3]):
        router.arrive(caller, ENGLISH, Ms(T0 + n))
    router.add_agent(AGENTS[0], _skills(en=5, net=5), T0)
    match = router.next_match(Ms(T0 + 10))
    assert match is not None
    assert match.interaction == CALLERS[0]
    assert [router.position(c) for c in CALLERS[:3]] == [1, 2, 3]
    router.arrive(CALLERS[0], ENGLISH, T0)
    router.add_agent(AGENTS[1], _skills(en=5, net=5), Ms(T0 + 20))
    match = router.next_match(Ms(T0 + 20))
    assert match is not None
    assert (match.interaction, match.agent) == (CALLERS[0], AGENTS[1])
    router.leave(CALLERS[0])
    assert [router.position(c) for c in CALLERS[:3]] == [None, 1, 2]


def test_with_equal_score_who_came_first_is_first_whatever_made_it_equal() -> None:
    router = Router()
    router.arrive(CALLERS[0], BILLING, T0)
    router.arrive(CALLERS[1], ENGLISH, Ms(T0 + 60_000), priority=1)
    router.arrive(CALLERS[2], ENGLISH, Ms(T0 + 2 * 60_000), priority=2)
    found = []
    for agent in AGENTS[:3]:
        router.add_agent(agent, _skills(en=5, net=5), T0)
        match = router.next_match(Ms(T0 + 3 * 60_000))
        assert match is not None
        found.append(match.interaction)
    assert found == CALLERS[:3], "all three score three"


def test_nobody_starves_beside_a_stream_of_those_who_come_first() -> None:
    """One agent, and a new caller with five points of priority each time they come free: whoever has none, in another
    queue or behind a ring, is served as soon as their wait is worth more."""
    router = Router()
    router.arrive(CALLERS[0], BILLING, T0)
    router.arrive(CALLERS[1], ENGLISH, Ms(T0 + 1), 0)
    served: dict[InteractionId, Ms] = {}
    for minute in range(12):
        now = Ms(T0 + minute * 60_000 + 30_000)
        router.arrive(InteractionId(f"vip-{minute}"), BILLING, now, 5)
        # At first too little for the ring of `ENGLISH`.
        router.add_agent(AGENTS[0], _skills(en=5, net=2), now)
        match = router.next_match(now)
        assert match is not None
        served[match.interaction] = now
        router.leave(match.interaction)
    waited = [served[caller] - T0 for caller in CALLERS[:2]]
    assert all(5 * 60_000 <= wait <= 8 * 60_000 for wait in waited), waited


def test_who_cannot_be_served_blocks_nobody() -> None:
    router = Router()
    router.arrive(CALLERS[0], requirement(SUPPORT, {}, Language("yue")), T0, priority=9)
    router.arrive(CALLERS[1], ENGLISH, T0)
    router.add_agent(AGENTS[0], _skills(en=5, net=5), T0)
    match = router.next_match(T0)
    assert match is not None
    assert match.interaction == CALLERS[1]


def test_a_preferred_agent_is_waited_for_until_the_time_is_over() -> None:
    router = Router()
    router.add_agent(AGENTS[1], _skills(en=9, net=9), T0)
    router.arrive(CALLERS[0], ENGLISH, T0, 0, AGENTS[0], Ms(T0 + 20_000), "last_agent")
    assert router.next_match(T0) is None
    assert router.wake_at(T0) == T0 + 20_000
    assert router.position(CALLERS[0]) == 1
    told = router.explain_interaction(CALLERS[0], Ms(T0 + 5_000))
    assert told[0] == Why(code="preferred", agent=AGENTS[0], args={"as": "last_agent", "ms": 15_000})
    router.add_agent(AGENTS[0], _skills(en=3, net=1), Ms(T0 + 6_000))
    match = router.next_match(Ms(T0 + 6_000))
    assert match is not None
    assert match.agent == AGENTS[0]
    assert Why(code="preferred", agent=AGENTS[0], args={"as": "last_agent"}) in facts(match.grounds, ())


def test_swapping_leaves_the_agent_with_the_rare_skill_for_whom_only_they_can_serve() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5, yue=5, net=5), T0)
    router.add_agent(AGENTS[1], _skills(en=5, net=5), Ms(T0 + 1))
    router.arrive(CALLERS[0], ENGLISH, T0)
    router.arrive(CALLERS[1], requirement(SUPPORT, {}, Language("yue")), Ms(T0 + 5))
    found = router.matches(Ms(T0 + 10))
    assert [(m.interaction, m.agent) for m in found] == [(CALLERS[0], AGENTS[1]), (CALLERS[1], AGENTS[0])]
    assert Why(code="spared", agent=AGENTS[0]) in facts(found[0].grounds, ())
    assert router.position(CALLERS[1]) == 2


def test_scarce_first_spares_whom_few_others_can_stand_in_for() -> None:
    router = Router()
    asked = requirement(Queue(id=QueueId("s"), name={}, skills=_skills(en=1), policy=Policy.SCARCE_FIRST), {}, None)
    router.add_agent(AGENTS[0], _skills(en=5, net=5), T0)
    router.add_agent(AGENTS[1], _skills(en=5, tv=5), Ms(T0 + 1))
    router.add_agent(AGENTS[2], _skills(en=5, tv=5), Ms(T0 + 2))
    router.add_agent(AGENTS[3], _skills(en=5, net=5, tv=5), Ms(T0 + 3))
    router.add_agent(AGENTS[4], _skills(tv=5), Ms(T0 + 4))
    for caller in CALLERS[:4]:
        router.arrive(caller, asked, Ms(T0 + 5))
    taken, said = [], []
    while (match := router.next_match(Ms(T0 + 5))) is not None:
        taken.append(match.agent)
        said.append([why.agent for why in facts(match.grounds, ()) if why.code == "by_policy"])
    # Of "tv" four are free, of "net" two; then three and two; then two of each, and the longest idle; then who is left.
    assert taken == [AGENTS[1], AGENTS[2], AGENTS[0], AGENTS[3]]
    assert said == [[AGENTS[0]], [AGENTS[0]], [], []], "and those free for longer are told why"


def test_the_reason_names_who_was_free_for_longer_and_what_was_missing() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5, net=2), T0)
    router.add_agent(AGENTS[1], _skills(en=5, net=8), Ms(T0 + 1_000))
    router.arrive(CALLERS[0], ENGLISH, Ms(T0 + 5_000))
    match = router.next_match(Ms(T0 + 5_000))
    assert match is not None
    assert facts(match.grounds, ()) == (
        Why(code="skills", agent=AGENTS[1], args={"en": 5, "net": 8}),
        Why(code="idle", agent=AGENTS[1], args={"ms": 4_000}),
        Why(code="skipped_skill", agent=AGENTS[0], args={"skill": "net", "has": 2, "needs": 3}),
    )


def test_an_offer_tells_the_same_whether_its_journal_is_of_today_or_of_old() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5), T0)
    router.add_agent(AGENTS[1], _skills(en=5, net=2, tv=9), Ms(T0 + 1_000))
    router.arrive(CALLERS[0], ENGLISH, Ms(T0 - 45_000), 0, AGENTS[1], T0, "last_agent")
    (match,) = router.matches(Ms(T0 + 5_000))
    gold = (Why(code="tier", args={"tier": "gold", "minutes": 2}),)
    piece, until = CALLERS[0], Ms(T0 + 9_000)
    of_today = PieceOffered(piece=piece, agent=match.agent, until=until, why=gold, grounds=match.grounds)
    of_old = PieceOffered(piece=piece, agent=match.agent, until=until, why=facts(match.grounds, gold))
    today, old = msgspec.json.encode(of_today), msgspec.json.encode(of_old).replace(b',"grounds":null', b"")
    assert len(today) < len(old)
    assert b"grounds" not in old
    for line in (today, old):
        read = msgspec.json.decode(line, type=PieceOffered)
        assert facts(read.grounds, read.why) == (
            Why(code="skills", agent=AGENTS[1], args={"en": 5, "net": 2}),
            Why(code="idle", agent=AGENTS[1], args={"ms": 4_000}),
            Why(code="ring", args={"after_s": 45}),
            Why(code="preferred", agent=AGENTS[1], args={"as": "last_agent"}),
            Why(code="skipped_skill", agent=AGENTS[0], args={"skill": "net", "has": 0, "needs": 1}),
            *gold,
        )


def test_who_waits_and_who_gets_nothing_are_told_why() -> None:
    router = Router()
    router.add_agent(AGENTS[0], _skills(en=5, net=2), T0)
    router.arrive(CALLERS[0], ENGLISH, T0)
    assert router.next_match(T0) is None
    busy = Colleague(agent=AGENTS[1], skills=_skills(en=5, net=9), state="wrap_up", until=Ms(T0 + 12_000))
    short = Why(code="skipped_skill", agent=AGENTS[0], args={"skill": "net", "has": 2, "needs": 3})
    assert router.explain_interaction(CALLERS[0], T0, [busy]) == (
        short,
        Why(code="skipped_state", agent=AGENTS[1], args={"state": "wrap_up", "ms": 12_000}),
    )
    assert router.explain_agent(AGENTS[0], T0) == (short,)
    assert router.explain_agent(AGENTS[1], T0) == ()
    assert router.explain_interaction(CALLERS[0], T0) == (short,), "one day she may: the ring widens"
    router.arrive(CALLERS[1], requirement(SUPPORT, {}, Language("yue")), T0)
    assert router.explain_interaction(CALLERS[1], T0)[0] == Why(code="nobody")
    assert router.explain_interaction(CALLERS[5], T0) == ()


def test_a_router_that_is_let_go_takes_those_with_an_offer_out_along() -> None:
    """Its groups and callers hold each other, and every simulated day has one of its own."""
    asked = Requirement(queue=QueueId("let go"), stages=(Stage(0, ()),))
    router = Router()
    router.arrive(CALLERS[0], asked, Ms(0))
    router.add_agent(AGENTS[0], {}, Ms(0))
    assert router.next_match(Ms(0)) is not None
    del router
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Group) and one.requirement is asked]
