"""A colleague is asked first, on the real Asterisk: the caller is with one of the two at every end, and it is one
call."""

import asyncio

import pytest

from cti.core import events as e
from cti.core.ids import InteractionId
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]


async def test_every_way_a_consultation_goes(house: House) -> None:
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    sales = await house.agent("a8", "127.0.0.22")
    await ana.ready()
    caller = await house.call("28000001", "+85291234570")
    first = await ana.picks_up()
    await hear(first, caller)
    interaction = next(r.event.interaction for r in house.journal() if isinstance(r.event, e.Connected))

    # Declined: the agent is back with the caller by a key.
    await bo.ready()
    await until(lambda: state(house, "a1") == "ready", 10)
    await ask(ana, interaction, {"agent": "a1"})
    await asyncio.wait_for(bo.calls.get(), 10)
    offer = next(r.event.offer for r in reversed(house.journal()) if isinstance(r.event, e.Offered))
    await bo.post(f"/offers/{offer}/decline")
    await until(lambda: ended(house) == ["declined"], 10)
    await then(ana, interaction, "back")
    await until(lambda: count(house, e.CallerRejoined) == 1, 10)
    await hear(first, caller)

    # The two talk, then all three, while the bridge is killed and comes back; the colleague leaves.
    await bo.ready()
    await until(lambda: state(house, "a1") == "ready", 10)
    await ask(ana, interaction, {"agent": "a1"})
    second = await bo.picks_up()
    await hear(first, second)
    assert not caller.over.done()
    await house.kill_bridge()
    await hear(first, second)
    await house.start_bridge(watched=False)
    await then(ana, interaction, "join")
    await until(lambda: count(house, e.ConferenceBegun) == 1, 10)
    await hear(first, second, caller)
    second.hang_up()
    await until(lambda: ended(house) == ["declined", "left"], 10)
    await hear(first, caller)

    # Parked, while the bridge is killed and comes back: the caller hears music, and is fetched.
    await ana.post(f"/interactions/{interaction}/park")
    assert await asyncio.wait_for(first.over, 10) == "them"
    await hear(caller)
    await house.kill_bridge()
    await hear(caller)
    await house.start_bridge(watched=False)
    await ana.ready()
    await until(lambda: state(house, "a0") == "ready", 10)
    await ana.post(f"/interactions/{interaction}/fetch")
    first = await ana.picks_up()
    await until(lambda: count(house, e.Connected) == 2, 10, "they talk again")
    await hear(first, caller)

    # Somebody of a queue, to whom the caller is handed over.
    await sales.ready()
    await until(lambda: state(house, "a8") == "ready", 10)
    await ask(ana, interaction, {"queue": "sales"})
    third = await sales.picks_up()
    await hear(first, third)
    await then(ana, interaction, "complete")
    assert await asyncio.wait_for(first.over, 10) == "them"
    await until(lambda: ended(house) == ["declined", "left", "given"], 10)
    await hear(third, caller)
    third.hang_up()
    await until(lambda: count(house, e.SurveyOpened) == 1, 10, "the survey begins")
    caller.hang_up()
    await until(lambda: count(house, e.InteractionEnded) == 1, 10)
    await until(lambda: open_channels(house) == set(), 10, "no channel is left")

    story = [r.event for r in house.journal()]
    assert [(x.agent, x.interaction) for x in story if isinstance(x, e.Connected)] == [
        ("a0", interaction),
        ("a0", interaction),
        ("a8", interaction),
    ]
    assert [x.by for x in story if isinstance(x, e.TalkEnded)] == ["park", "transfer", "agent"]
    assert [x.how for x in story if isinstance(x, e.InteractionEnded)] == ["answered"]
    assert not [x.what for x in story if isinstance(x, e.Repaired)]
    today = (await ana.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"]) == (1, 1, 0)


async def hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


async def ask(desk: Desk, interaction: InteractionId, whom: dict[str, str]) -> None:
    await desk.post(f"/interactions/{interaction}/consult", whom)


async def then(desk: Desk, interaction: InteractionId, what: str) -> None:
    await desk.post(f"/interactions/{interaction}/consult/then", {"then": what})


def count(house: House, kind: type) -> int:
    return sum(isinstance(r.event, kind) for r in house.journal())


def ended(house: House) -> list[str]:
    return [r.event.how for r in house.journal() if isinstance(r.event, e.ConsultEnded)]


def state(house: House, agent: str) -> str:
    states = [r.event for r in house.journal() if isinstance(r.event, e.AgentStateSet)]
    return next((x.state for x in reversed(states) if x.agent == agent), "")


def open_channels(house: House) -> set[str]:
    story = [r.event for r in house.journal()]
    begun = {str(x.channel) for x in story if isinstance(x, e.LegStarted)}
    return begun - {str(x.channel) for x in story if isinstance(x, e.LegGone)}
