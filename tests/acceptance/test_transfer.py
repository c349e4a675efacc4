"""Blind transfers by the desk, on the real Asterisk: nobody is dropped, and one call stays one call."""

import asyncio

import pytest

from cti.core import events as e
from cti.core.ids import InteractionId
from tests.acceptance.house import Desk, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


async def test_a_caller_goes_to_a_colleague_back_and_on_to_a_queue(house: House) -> None:
    ana = await house.agent("a0", "127.0.0.20")
    bo = await house.agent("a1", "127.0.0.21")
    sales = await house.agent("a8", "127.0.0.22")
    await ana.ready()
    caller = await house.call("28000001", "+85291234567")
    first = await ana.picks_up()
    await asyncio.wait_for(first.media.hears(50), 10)
    interaction = _talks(house)[0]

    # To a colleague who declines: the caller is back with the first agent, who has not yet wrapped up.
    await bo.ready()
    await until(lambda: _state(house, "a1") == "ready", 10)
    await _give(ana, interaction, {"agent": "a1"})
    assert await asyncio.wait_for(first.over, 10) == "them"
    await asyncio.wait_for(bo.calls.get(), 10)
    assert not caller.over.done()
    await bo.post(f"/offers/{_offers(house)[-1]}/decline")
    second = await ana.picks_up()
    await asyncio.wait_for(second.media.hears(50), 10)
    await asyncio.wait_for(caller.media.hears(50), 10)

    # To a colleague who answers,
    await bo.ready()
    await until(lambda: _state(house, "a1") == "ready", 10)
    await _give(ana, interaction, {"agent": "a1"})
    third = await bo.picks_up()
    await until(lambda: len(_talks(house)) == 3, 10)

    # and who, while the greeting is still being said and the caller is on hold, gives them to a queue of others.
    third.hold(True)
    await until(lambda: any(isinstance(r.event, e.Held) for r in house.journal()), 10)
    await sales.ready()
    await _give(bo, interaction, {"queue": "sales"})
    fourth = await sales.picks_up()
    await asyncio.wait_for(fourth.media.hears(50), 10)
    await asyncio.wait_for(caller.media.hears(50), 10)
    assert not caller.over.done()
    fourth.hang_up()
    await until(lambda: any(isinstance(r.event, e.SurveyOpened) for r in house.journal()), 10, "the survey begins")
    caller.hang_up()
    await until(lambda: any(isinstance(r.event, e.InteractionEnded) for r in house.journal()), 10)
    await until(lambda: _open_channels(house) == set(), 10, "no channel is left")

    story = [r.event for r in house.journal()]
    assert _talks(house) == [interaction] * 4
    assert [(x.agent, x.to, x.how) for x in story if isinstance(x, e.TransferFailed)] == [("a0", "a1", "declined")]
    assert [x.by for x in story if isinstance(x, e.TalkEnded)] == ["transfer", "transfer", "transfer", "agent"]
    places = {x.since for x in story if isinstance(x, e.Queued)}
    assert len(places) == 1, "the place is kept"
    assert [x.how for x in story if isinstance(x, e.InteractionEnded)] == ["answered"]
    assert not [x for x in story if isinstance(x, e.Repaired)]
    today = (await ana.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"]) == (1, 1, 0)


async def test_a_desk_phone_transfers_by_itself_and_nobody_is_dropped(house: House) -> None:
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    await ana.ready()
    caller = await house.call("28000001", "+85291234568")
    first = await ana.picks_up()
    await asyncio.wait_for(first.media.hears(120), 10)

    # To a number that is nobody's: Asterisk calls that a success; the caller is back with the agent.
    first.refer("110")
    second = await ana.picks_up()
    first.hang_up()
    await asyncio.wait_for(second.media.hears(120), 10)
    assert not caller.over.done()

    # To the work number of a colleague who is ready.
    await bo.ready()
    await until(lambda: _state(house, "a1") == "ready", 10)
    second.refer("8001")
    third = await bo.picks_up()
    second.hang_up()
    await asyncio.wait_for(third.media.hears(50), 10)
    await asyncio.wait_for(caller.media.hears(50), 10)
    caller.hang_up()
    assert await asyncio.wait_for(third.over, 10) == "them"
    await until(lambda: any(isinstance(r.event, e.InteractionEnded) for r in house.journal()), 10)
    await house.left_nothing(ana, "answered")

    story = [r.event for r in house.journal()]
    assert len(set(_talks(house))) == 1
    assert [(x.agent, x.to, x.how) for x in story if isinstance(x, e.TransferFailed)] == [("a0", None, "nobody")]
    assert [x.agent for x in story if isinstance(x, e.Connected)] == ["a0", "a0", "a1"]
    assert len({x.since for x in story if isinstance(x, e.Queued)}) == 1, "the place is kept"
    assert [x.how for x in story if isinstance(x, e.InteractionEnded)] == ["answered"]
    assert not [x for x in story if isinstance(x, e.Repaired)]


async def _give(desk: Desk, interaction: InteractionId, to: dict[str, str]) -> None:
    await desk.post(f"/interactions/{interaction}/transfer", to)


def _talks(house: House) -> list[InteractionId]:
    return [r.event.interaction for r in house.journal() if isinstance(r.event, e.Connected)]


def _offers(house: House) -> list[str]:
    return [r.event.offer for r in house.journal() if isinstance(r.event, e.Offered)]


def _state(house: House, agent: str) -> str:
    states = [r.event for r in house.journal() if isinstance(r.event, e.AgentStateSet)]
    return next((x.state for x in reversed(states) if x.agent == agent), "")


def _open_channels(house: House) -> set[str]:
    story = [r.event for r in house.journal()]
    begun = {str(x.channel) for x in story if isinstance(x, e.LegStarted)}
    return begun - {str(x.channel) for x in story if isinstance(x, e.LegGone)}
