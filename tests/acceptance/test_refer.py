"""A desk phone asks a colleague by itself and transfers (REFER with Replaces), on the real Asterisk: the caller ends
with the colleague, nobody is dropped on the way, and it stays one call."""

import asyncio

import pytest

from cti.core import events as e
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]


async def test_a_desk_phone_asks_first_and_transfers(house: House) -> None:
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    await ana.ready()
    echo = await dial(ana, "*43")
    await hear(echo)
    echo.hang_up()
    # Without a caller there is nothing to ask about, and nobody's phone rings.
    assert await _refused(ana, "8001") == "403"
    caller = await house.call("28000001", "+85291234575")
    first = await ana.picks_up()
    await hear(first, caller)
    assert await _refused(ana, "8001") == "486", "who is not ready is engaged"
    assert await _refused(ana, "8099") == "404"
    assert await _refused(ana, "*43") == "486", "a caller can't be transferred to an echo"
    assert not caller.over.done()

    # Hung up while it rings: the colleague's phone stops, the caller is still on the line.
    await bo.ready()
    await until(lambda: state(house, "a1") == "ready", 10)
    first.hold(True)
    await until(lambda: count(house, e.Held) == 1, 10)
    second = await dial(ana, "8001")
    rung = await asyncio.wait_for(bo.calls.get(), 10)
    assert state(house, "a1") == "reserved"
    await asyncio.wait_for(second.ringing.wait(), 10)
    second.hang_up()
    assert await asyncio.wait_for(rung.over, 10) == "them"
    await until(lambda: state(house, "a1") == "ready", 10)

    # They speak, and the phone brings caller and colleague together.
    second = await dial(ana, "8001")
    third = await bo.picks_up()
    await asyncio.wait_for(asyncio.shield(second.up), 10)
    await hear(second, third)
    await until(lambda: state(house, "a1") == "talking", 10)
    assert (state(house, "a0"), caller.over.done()) == ("talking", False)
    first.refer_to(second)
    assert await asyncio.wait_for(second.over, 10) == "them"
    first.hang_up()
    await hear(third, caller)
    await until(lambda: count(house, e.Connected) == 2, 10)
    assert state(house, "a0") == "wrap_up"
    # What the caller hears is the colleague, not music.
    third.media.silent = True
    await asyncio.sleep(0.5)
    heard = caller.media.loud
    await asyncio.sleep(0.5)
    assert caller.media.loud - heard < 3
    third.hang_up()
    await until(lambda: count(house, e.SurveyOpened) == 1, 10, "the survey begins")
    caller.hang_up()
    await until(lambda: count(house, e.InteractionEnded) == 1, 10)
    await until(lambda: open_channels(house) == set(), 10, "no channel is left")

    story = [r.event for r in house.journal()]
    assert len({x.interaction for x in story if isinstance(x, e.Connected)}) == 1
    assert [x.agent for x in story if isinstance(x, e.Connected)] == ["a0", "a1"]
    assert [x.how for x in story if isinstance(x, e.ConsultEnded)] == ["withdrawn", "given"]
    assert [(x.agent, x.to) for x in story if isinstance(x, e.Transferred)] == [("a0", "a1")]
    assert [x.by for x in story if isinstance(x, e.TalkEnded)] == ["transfer", "agent"]
    assert [x.how for x in story if isinstance(x, e.InteractionEnded)] == ["answered"]
    assert len({x.since for x in story if isinstance(x, e.Queued)}) == 1, "the place is kept"
    assert not [x.what for x in story if isinstance(x, e.Repaired)]
    today = (await ana.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"]) == (1, 1, 0)

    # And again, this time before the colleague answers: as a blind transfer.
    await ana.ready()
    await bo.ready()
    await until(lambda: state(house, "a1") == "ready", 10)
    caller = await house.call("28000001", "+85291234576", "127.0.0.4")
    first = await ana.picks_up()
    await hear(first, caller)
    second = await dial(ana, "8001")
    await asyncio.wait_for(bo.calls.get(), 10)
    await asyncio.wait_for(second.ringing.wait(), 10)
    first.refer_to(second)
    await until(lambda: count(house, e.Transferred) == 2, 10)
    first.hang_up()
    second.hang_up()
    bo.answer_everything()
    await until(lambda: count(house, e.Connected) == 4, 10)
    await hear(caller)
    assert not caller.over.done()
    caller.hang_up()
    await until(lambda: count(house, e.InteractionEnded) == 2, 10)
    await house.left_nothing(ana, "answered", "answered")
    assert [r.event.agent for r in house.journal() if isinstance(r.event, e.Connected)] == ["a0", "a1", "a0", "a1"]
    assert not [r.event for r in house.journal() if isinstance(r.event, e.Repaired)]


async def dial(desk: Desk, number: str) -> Call:
    assert desk.phone is not None
    return await desk.phone.call(number)


async def _refused(desk: Desk, number: str) -> str:
    """How a call that the phone begins is refused."""
    return await asyncio.wait_for((await dial(desk, number)).over, 10)


async def hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


def count(house: House, kind: type) -> int:
    return sum(isinstance(r.event, kind) for r in house.journal())


def state(house: House, agent: str) -> str:
    states = [r.event for r in house.journal() if isinstance(r.event, e.AgentStateSet)]
    return next((x.state for x in reversed(states) if x.agent == agent), "")


def open_channels(house: House) -> set[str]:
    story = [r.event for r in house.journal()]
    begun = {str(x.channel) for x in story if isinstance(x, e.LegStarted)}
    return begun - {str(x.channel) for x in story if isinstance(x, e.LegGone)}
