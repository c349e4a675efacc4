"""Queues that take nobody, on the real Asterisk: evacuated to another line and to another site, and on a holiday."""

import asyncio

import pytest

from cti.core import events as e
from cti.core.ids import AgentId, InteractionId
from cti.robots.phone import Call, Phone
from tests.acceptance.house import OUTSIDE, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


async def test_callers_go_where_the_closing_says_and_nobody_is_lost(house: House) -> None:
    house.set_passwords([AgentId("boss")])
    boss = await house.sign_in("boss")
    mobile = await house.agent("a11", "127.0.0.20")
    twin = Phone("200", "", OUTSIDE, house.sip)
    await twin.open(5097)
    provider: Phone | None = None
    rung: asyncio.Queue[Call] = asyncio.Queue()
    twin.on_call = rung.put_nowait
    try:
        # In line when the house is evacuated: to the other line, whose agent takes the call.
        first = await house.call("28000001", "+85291234561")
        await until(lambda: _told(house, e.Queued) == 1, 10, "in line")
        await boss.post("/queues/close", {"closing": "fire", "queues": ["support"]})
        await until(lambda: _told(house, e.Overflowed) == 1, 10)
        await mobile.ready()
        talk = await mobile.picks_up()
        await asyncio.wait_for(first.media.hears(50), 10)
        await asyncio.wait_for(talk.media.hears(50), 10)
        first.hang_up()
        await until(lambda: len(_ends(house)) == 1, 10)

        # Closed for the twin site, which is busy: the caller hears so, and the call has an end.
        await boss.post("/queues/close", {"closing": "twin", "queues": ["support"]})
        second = await house.call("28000001", "+85291234562")
        (await asyncio.wait_for(rung.get(), 30)).decline()
        assert await asyncio.wait_for(second.over, 30) == "them"
        await until(lambda: len(_ends(house)) == 2, 10)

        # The twin site answers, and ends the talk.
        third = await house.call("28000001", "+85291234563")
        there = await asyncio.wait_for(rung.get(), 30)
        there.answer()
        await asyncio.wait_for(there.media.hears(50), 10)
        await asyncio.wait_for(third.media.hears(third.media.loud + 50), 10)
        there.hang_up()
        assert await asyncio.wait_for(third.over, 10) == "them"
        await until(lambda: len(_ends(house)) == 3, 10)

        # A site that has a number: the provider sees the hotline's own, and the caller talks.
        provider = Phone("provider", "", OUTSIDE, house.sip)
        await provider.open(5099)
        provider.on_call = rung.put_nowait
        await boss.post("/queues/open", {})
        await boss.post("/queues/close", {"closing": "abroad", "queues": ["support"]})
        abroad = await house.call("28000001", "+85291234565")
        far = await asyncio.wait_for(rung.get(), 30)
        assert "sip:+85220000200@" in far.local
        assert "28000000" in far.remote
        far.answer()
        await asyncio.wait_for(far.media.hears(50), 10)
        far.hang_up()
        assert await asyncio.wait_for(abroad.over, 10) == "them"
        await until(lambda: len(_ends(house)) == 4, 10)

        # Busy there: the caller is told so, and is known by their own number as before.
        busy = await house.call("28000001", "+85291234565")
        (await asyncio.wait_for(rung.get(), 30)).decline("486 Busy Here")
        assert await asyncio.wait_for(busy.over, 30) == "them"
        await until(lambda: len(_ends(house)) == 5, 10)

        # A holiday: the words of its closing, and the line it leads to.
        await mobile.ready()
        fourth = await house.call("28000000", "+85291234564")
        await asyncio.wait_for(fourth.up, 10)
        await fourth.press("32")
        last = await mobile.picks_up(30)
        await asyncio.wait_for(last.media.hears(50), 10)
        fourth.hang_up()
        await until(lambda: len(_ends(house)) == 6, 10)
        await until(lambda: _open_channels(house) == set(), 10, "no channel is left")
    finally:
        twin.close()
        if provider is not None:
            provider.close()

    assert _ends(house) == ["answered", "flow", "elsewhere", "elsewhere", "flow", "answered"]
    story = [record.event for record in house.journal()]
    moves = [(x.queue, x.to, x.why, x.closing) for x in story if isinstance(x, e.Overflowed)]
    assert moves == [("support", "mobile", "closed", "fire"), ("billing", "mobile", "closed", "resting")]
    assert [x.in_line for x in story if isinstance(x, e.CameBack)] == [False, False]
    assert _told(house, e.ServedElsewhere) == 2
    assert not [x for x in story if isinstance(x, e.Repaired)]

    async def in_history() -> bool:
        states = [one["state"] for one in (await boss.get("/interactions"))["calls"]]
        return states == ["answered", "flow", "elsewhere", "elsewhere", "flow", "answered"]

    await until(in_history, 10, "history tells how each ended")
    line = (await boss.get("/interactions"))["calls"]
    assert len({one["display"] for one in line[1:3]}) == 1, "both by the same number"
    account = await boss.get(f"/interactions/{line[3]['interaction']}/wait")
    (told,) = account["stretches"]
    assert (told["code"], told["args"]) == ("closed", {"closing": "twin"})
    assert told["ends"] - told["begins"] == line[3]["waited"]


def _told(house: House, kind: type[e.Event]) -> int:
    return sum(isinstance(record.event, kind) for record in house.journal())


def _ends(house: House) -> list[str]:
    ends = [r.event for r in house.journal() if isinstance(r.event, e.InteractionEnded)]
    order = [InteractionId(r.event.interaction) for r in house.journal() if isinstance(r.event, e.InteractionOpened)]
    return [end.how for end in sorted(ends, key=lambda end: order.index(end.interaction))]


def _open_channels(house: House) -> set[str]:
    story = [r.event for r in house.journal()]
    begun = {str(x.channel) for x in story if isinstance(x, e.LegStarted)}
    return begun - {str(x.channel) for x in story if isinstance(x, e.LegGone)}
