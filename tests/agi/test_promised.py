"""A caller who was promised something: who, by when, and when they may be free; they wait for them or for anybody."""

from collections.abc import Sequence

import pytest

from cti.agi.wire import LEFT, Reply
from cti.core.awaited import Awaited
from cti.core.estimate import Range
from cti.core.ids import AgentId, Ms
from cti.core.inputs import RouteAsked, WaitForAsked
from cti.store.views import CallerFacts, OpenPromise
from tests.agi.paper import ID, SAID, WHO, Paper, World, key

ANA = AgentId("ana")
BUSY = Awaited(work_number="8001", here=True, free=False, wait=Range(0, 3), kept=True)


def world(awaits: Awaited | None, *, due_in_s: int = 3600, call: bool = False, by: AgentId | None = ANA) -> World:
    made = World()
    made.new = None
    made.awaits = awaits
    promise = OpenPromise(by=by, due=Ms(made.clock + due_in_s * 1000), call=call)
    made.caller = CallerFacts(identifier=WHO, known=True, language="en", promised=by, promise=promise)
    return made


async def hears(made: World, *script: tuple[str, Reply], limit: int = 30) -> list[str]:
    paper = Paper(made, *script, number="28000001")
    await paper.run(limit)
    return [one.removeprefix("en/") for one in paper.heard if one.startswith("en/")]


def without_time(heard: Sequence[str]) -> list[str]:
    return [one for one in heard if not one.startswith("say-") or one.startswith("say-wait")]


async def test_who_is_busy_can_be_waited_for_or_not() -> None:
    heard = await hears(world(BUSY), ("WAIT FOR DIGIT", LEFT))
    assert without_time(heard) == [
        *("connecting", "promise-colleague", "promise-due", "promise-wait", "say-wait-most-3"),
        *("offer-promised", "offer-anybody"),
    ]
    # Day and time stand between what is due and the wait.
    time = heard[heard.index("promise-due") + 1 : heard.index("promise-wait")]
    assert "say-at" in time


@pytest.mark.parametrize(("pressed", "agent", "said"), [("4", ANA, "wait-promised"), ("5", None, "wait-anybody")])
async def test_they_choose_by_key(pressed: str, agent: AgentId | None, said: str) -> None:
    made = world(BUSY)
    heard = await hears(made, ("STREAM FILE hotline/en/offer-anybody", key(pressed)), ("WAIT FOR DIGIT", LEFT))
    assert made.said(WaitForAsked) == WaitForAsked(interaction=ID, agent=agent)
    assert said in heard


async def test_who_is_not_kept_for_them_is_offered_only_the_wait() -> None:
    made = world(Awaited(work_number="8001", here=True, free=False))
    heard = await hears(made, ("WAIT FOR DIGIT", key("5")), ("WAIT FOR DIGIT", LEFT))
    assert without_time(heard) == ["connecting", "promise-colleague", "promise-due", "offer-promised"]
    assert "WaitForAsked" not in made.kinds()


@pytest.mark.parametrize(
    ("awaits", "more"),
    [
        (Awaited(work_number="8001", here=False, free=False), ["promise-away"]),
        (Awaited(work_number="8001", here=True, free=True), []),
        (None, []),
    ],
)
async def test_nothing_is_said_that_is_not_known(awaits: Awaited | None, more: list[str]) -> None:
    made = world(awaits)
    heard = await hears(made, ("WAIT FOR DIGIT", key("4")), ("WAIT FOR DIGIT", LEFT))
    assert without_time(heard) == ["connecting", "promise-colleague", "promise-due", *more]
    assert "WaitForAsked" not in made.kinds()


async def test_a_call_back_an_overdue_one_and_nobodys() -> None:
    heard = await hears(world(None, due_in_s=-60, call=True, by=None), ("WAIT FOR DIGIT", LEFT))
    assert without_time(heard) == ["connecting", "promise-colleague", "promise-call", "promise-late"]


async def test_the_agents_own_recording_says_who() -> None:
    made = world(Awaited(work_number="8001", here=True, free=True))
    made.existing = SAID | {"hotline/en/agent-8001"}
    assert (await hears(made, ("WAIT FOR DIGIT", LEFT)))[1] == "agent-8001"


async def test_the_router_is_asked_before_a_word_of_it_is_said() -> None:
    made = world(BUSY)
    paper = Paper(made, ("STREAM FILE", LEFT), number="28000001")
    await paper.run()
    assert made.said(RouteAsked).promised == ANA


async def test_who_comes_back_to_the_line_does_not_hear_it_again() -> None:
    made = world(BUSY)
    made.caller = CallerFacts(identifier=WHO, known=True, language="en")
    assert without_time(await hears(made, ("WAIT FOR DIGIT", LEFT))) == ["connecting"]
