"""The bridge is killed and stays away: Asterisk serves callers by itself, and afterwards the books are right."""

import asyncio
from collections import Counter

import pytest

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, InteractionId
from cti.core.interaction import State
from cti.core.world import Interaction
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until
from tests.acceptance.test_restart import DIRECT, MAIN, agrees, connected, world_of
from tests.core.plain import line as line_of

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

ENGLISH, SALES, MOBILE = "3", "3", "4"


class People:
    """Callers by name; `house.call` with numbers of their own, so that a ringing phone tells who it is."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.calls: dict[str, Call] = {}
        self._numbers: dict[str, str] = {}

    async def dial(self, who: str, number: str) -> Call:
        own = f"+852912400{len(self.calls):02d}"
        call = await self.house.call(number, own, f"127.0.0.{3 + len(self.calls)}")
        self.calls[who], self._numbers[own] = call, who
        return call

    async def up(self, who: str, number: str, keys: str = "") -> Call:
        """Dial, be answered, choose."""
        call = await self.dial(who, number)
        await asyncio.wait_for(asyncio.shield(call.up), 10)
        await call.press(keys)
        return call

    def who(self, ring: Call) -> str:
        """Who calls, by what the ringing phone shows."""
        shown = next(value for name, value in ring.headers if name.lower() == "from")
        return next(who for number, who in self._numbers.items() if number in shown)


async def both_hear(one: Call, other: Call, more: int = 25) -> None:
    """From now on, half a second of the other side's voice."""
    await asyncio.wait_for(
        asyncio.gather(one.media.hears(one.media.loud + more), other.media.hears(other.media.loud + more)), 10
    )


async def hears_more(call: Call) -> None:
    """A second of something, in a prompt, in music."""
    await asyncio.wait_for(call.media.hears(call.media.loud + 50), 10)


def counters(house: House) -> tuple[int, int, int, int]:
    """Arrived at the flows, arrived in line, answered, abandoned."""
    today = world_of(house).today
    queues = today.queues.values()
    return (
        today.arrived,
        sum(q.arrived for q in queues),
        sum(q.answered for q in queues),
        sum(q.abandoned for q in queues),
    )


async def test_asterisk_serves_callers_while_the_bridge_is_away(house: House) -> None:
    people = People(house)
    desks: dict[str, Desk] = {}
    for n, name in enumerate(("a0", "a1", "a2", "a3", "a4", "a5", "a11")):
        desks[name] = await house.agent(name, f"127.0.0.{20 + n}")

    # One in a talk, one in the survey.
    await desks["a1"].ready()
    talker = await people.up("talker", DIRECT)
    talk = await desks["a1"].picks_up()
    await desks["a5"].ready()
    judge = await people.up("judge", DIRECT)
    judged = await desks["a5"].picks_up()
    # Two wait for sales, which nobody serves now; one for mobile, whose agent is signed in and not ready.
    for who, keys in (("first", ENGLISH + SALES), ("second", ENGLISH + SALES), ("mobile", ENGLISH + MOBILE)):
        await people.up(who, MAIN, keys)
        await until(lambda: len(line_of(world_of(house))) == len(people.calls) - 2, 10, f"{who} waits")
    before = {it.id: it for it in line_of(world_of(house))}
    mobile = next(it for it in before.values() if it.queue == "mobile")
    for name in ("a0", "a2", "a4"):
        await desks[name].ready()
    judged.hang_up()
    await until(lambda: any(isinstance(r.event, e.SurveyOpened) for r in house.journal()), 10, "the survey begins")
    await until(lambda: members(house, "hl-support", "not paused", 3), 10, "the plain queue knows who is ready")

    await house.kill_bridge()
    lost = asyncio.get_running_loop().time()
    # New callers and those who waited hear music.
    await people.dial("late", DIRECT)
    for who in ("late", "first", "mobile"):
        await hears_more(people.calls[who])
    await people.dial("later", DIRECT)
    await hears_more(people.calls["later"])

    # Those who waited are served first, by those who were ready.
    rings = {name: asyncio.create_task(desks[name].picks_up(40)) for name in ("a0", "a2", "a4")}
    await asyncio.wait(rings.values(), return_when=asyncio.FIRST_COMPLETED)
    assert asyncio.get_running_loop().time() - lost > 9.5
    await asyncio.gather(*rings.values())
    served = {people.who(task.result()): name for name, task in rings.items()}
    assert served.keys() == {"first", "second", "late"}
    talks = {who: rings[name].result() for who, name in served.items()}
    for who, agent in talks.items():
        await both_hear(agent, people.calls[who])
    await both_hear(talker, talk)
    for name in ("a3", "a11"):
        assert desks[name].calls.empty(), "who is not ready is not rung"
    assert not people.calls["mobile"].over.done()
    assert not people.calls["later"].over.done()
    # Nobody is kept for a survey.
    assert await asyncio.wait_for(judge.over, 15) == "them"
    assert judge.media.loud > 50

    # One talk ends before the bridge is back, the others go on.
    talks["second"].hang_up()
    await house.start_bridge()
    await until(lambda: agrees(house), 15, "the world is what Asterisk says")
    await until(lambda: len(without_offer(house)) == 3, 10, "all three talks are in the books")
    found = without_offer(house)
    assert Counter(event.agent for event in found) == Counter(served.values())
    world = world_of(house)
    for who in ("first", "late"):
        agent = world.agents[AgentId(served[who])]
        assert agent.state is AgentState.TALKING
        assert agent.interaction is not None
        assert world.interactions[agent.interaction].state is State.TALKING
        await both_hear(talks[who], people.calls[who])
    await both_hear(talker, talk)
    # The wait ended when a phone rang, not when we came back.
    for event in found:
        if event.interaction in before:
            assert 9_000 < event.waited < 45_000

    # Who waited keeps the place, and is taken out of the plain queue; a free agent gets the next.
    last = await desks[served["second"]].picks_up(15)
    assert people.who(last) == "later"
    await both_hear(last, people.calls["later"])
    await until(lambda: members(house, "hl-mobile", "has 0 calls"), 10, "nobody is left in the plain queue")
    still: Interaction = world_of(house).interactions[mobile.id]
    assert (still.state, still.since, still.queue) == (State.WAITING, mobile.since, "mobile")
    await hears_more(people.calls["mobile"])

    # What began without us ends as everything does.
    talks["first"].hang_up()
    first = next(event.interaction for event in found if event.agent == served["first"])
    await until(lambda: opened(house, first), 10, "the survey")
    await people.calls["first"].press("1")
    assert await asyncio.wait_for(people.calls["first"].over, 30) == "them"
    await desks[served["first"]].post(
        f"/interactions/{first}/wrap-up", {"outcome": "solved", "note": "Found again", "ready": False}
    )
    for call in (talks["late"], people.calls["later"], talker, people.calls["mobile"]):
        call.hang_up()
    for who in ("late", "second"):
        if not people.calls[who].over.done():
            people.calls[who].hang_up()
    await until(lambda: all_ended(house), 15, "everything has ended")
    # Seven called; all but the one for mobile were answered, and nobody was counted twice.
    assert counters(house) == (7, 7, 6, 1)
    assert Counter(connected(house)).most_common(1)[0][1] == 1
    ended = Counter(r.event.interaction for r in house.journal() if isinstance(r.event, e.InteractionEnded))
    assert len(ended) == 7
    assert set(ended.values()) == {1}

    async def in_history() -> bool:
        calls = (await desks["a3"].get("/interactions"))["calls"]
        lines = {line["interaction"]: line for line in calls}
        states = Counter(line["state"] for line in calls)
        return states == {"answered": 6, "abandoned": 1} and lines[first]["note"] == "Found again"

    await until(in_history, 10, "history has all of it")
    assert "Traceback" not in house.log()


async def members(house: House, queue: str, text: str, times: int = 1) -> bool:
    """Whether the console says so of a plain queue. `not paused` counts those who may be rung."""
    shown = await house.asterisk.cli(f"queue show {queue}")
    if text == "not paused":
        lines = [line for line in shown.splitlines() if "-desk" in line and "paused" not in line]
        return len(lines) >= times
    return text in shown


def without_offer(house: House) -> list[e.Connected]:
    """Talks that the plain queue began."""
    return [r.event for r in house.journal() if isinstance(r.event, e.Connected) and r.event.offer is None]


def opened(house: House, interaction: InteractionId) -> bool:
    return any(isinstance(r.event, e.SurveyOpened) and r.event.interaction == interaction for r in house.journal())


def all_ended(house: House) -> bool:
    return all(it.state is State.ENDED for it in world_of(house).interactions.values())
