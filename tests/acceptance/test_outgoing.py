"""Calls to the outside on the real Asterisk: a provider on an address of its own takes them."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.robots.phone import Call, Phone
from tests.acceptance.house import House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

T = TypeVar("T")
PEER = ("127.0.0.40", 5099)


class Provider:
    """Whoever is called is found here."""

    def __init__(self, house: House) -> None:
        self.phone = Phone("provider", "", PEER[0], house.sip)
        self.calls: asyncio.Queue[Call] = asyncio.Queue()
        self.phone.on_call = self.calls.put_nowait

    async def rings(self, within: float = 5) -> Call:
        return await asyncio.wait_for(self.calls.get(), within)


@pytest.fixture
async def provider(house: House) -> AsyncIterator[Provider]:
    made = Provider(house)
    await made.phone.open(PEER[1])
    yield made
    made.phone.close()


async def test_click_to_call_and_what_becomes_of_it(house: House, provider: Provider) -> None:
    ana = await house.agent("a0", "127.0.0.20")
    await ana.ready()
    # The agent's own phone first; then they hear it ring.
    await ana.post("/calls", {"number": "9123 4567"})
    leg = await ana.picks_up()
    outside = await provider.rings()
    assert "sip:+85291234567@" in outside.local
    assert "28000000" in outside.remote
    await asyncio.wait_for(leg.media.hears(20), 5)
    outside.answer()
    await asyncio.wait_for(outside.media.hears(50), 5)
    await until(lambda: _of(house, e.Connected) != [], 3, "they talk")
    # The customer hangs up.
    outside.hang_up()
    assert await asyncio.wait_for(leg.over, 3) == "them"
    await until(lambda: _of(house, e.InteractionEnded) != [], 3)

    # Again, out of the wrap-up: busy.
    await ana.post("/calls", {"number": "+852 9123 4567"})
    leg = await ana.picks_up()
    outside = await provider.rings()
    outside.decline("486 Busy Here")
    assert await asyncio.wait_for(leg.over, 3) == "them"
    await until(lambda: len(_of(house, e.InteractionEnded)) == 2, 3)

    # And once more: the agent hangs up while it rings, and the other phone stops at once.
    await ana.post("/calls", {"number": "+852 9123 4567"})
    leg = await ana.picks_up()
    outside = await provider.rings()
    leg.hang_up()
    assert await asyncio.wait_for(outside.over, 3) == "them"
    await until(lambda: _open_channels(house) == set(), 5, "no channel is left")

    assert [x.how for x in _of(house, e.DialEnded)] == ["busy", "cancelled"]
    assert [x.how for x in _of(house, e.InteractionEnded)] == ["answered", "not_reached", "not_reached"]
    assert _of(house, e.Repaired) == []
    lines = (await ana.get("/interactions"))["calls"]
    assert [(x["state"], x["outgoing"], x["display"]) for x in lines] == [
        ("cancelled", True, "+852 9123 4567"),
        ("busy", True, "+852 9123 4567"),
        ("answered", True, "+852 9123 4567"),
    ]
    today = (await ana.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"]) == (0, 0, 0)


async def test_a_caller_given_to_a_number_outside_is_never_dropped(house: House, provider: Provider) -> None:
    ana = await house.agent("a0", "127.0.0.20")
    await ana.ready()
    caller = await house.call("28000001", "+85291234567")
    first = await ana.picks_up()
    await asyncio.wait_for(first.media.hears(50), 10)
    interaction = _of(house, e.Connected)[0].interaction

    # Busy there: back with the agent.
    await ana.post(f"/interactions/{interaction}/transfer", {"number": "2345 6789"})
    outside = await provider.rings()
    assert "sip:+85223456789@" in outside.local
    outside.decline("486 Busy Here")
    second = await ana.picks_up()
    await asyncio.wait_for(second.media.hears(50), 10)
    assert not caller.over.done()

    # Answered: they talk, and the caller comes back to us when the other side has hung up.
    await ana.post(f"/interactions/{interaction}/transfer", {"number": "2345 6789"})
    outside = await provider.rings()
    outside.answer()
    await asyncio.wait_for(outside.media.hears(50), 5)
    await until(lambda: _of(house, e.ConnectedOutside) != [], 3)
    outside.hang_up()
    await until(lambda: _of(house, e.SurveyOpened) != [], 5, "the survey begins")
    caller.hang_up()
    await until(lambda: _of(house, e.InteractionEnded) != [], 5)
    await until(lambda: _open_channels(house) == set(), 5, "no channel is left")
    assert [x.how for x in _of(house, e.InteractionEnded)] == ["answered"]
    assert [x.how for x in _of(house, e.TransferFailed)] == ["busy"]
    assert _of(house, e.Repaired) == []


def _of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


def _open_channels(house: House) -> set[str]:
    begun = {str(x.channel) for x in _of(house, e.LegStarted)}
    return begun - {str(x.channel) for x in _of(house, e.LegGone)}
