"""Calls to the outside on the real Asterisk: a provider on an address of its own takes them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.core.ids import InteractionId
from cti.robots.phone import Call, Phone
from tests.acceptance.house import OUTSIDE, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

T = TypeVar("T")
PEER = (OUTSIDE, 5099)
_TALKS = {"Dialled", "Connected", "ConsultBegun", "ConsultAnswered", "ConsultEnded"}


class Provider:
    """Whoever is called is found here."""

    def __init__(self, house: House) -> None:
        self.phone = Phone("provider", "", PEER[0], house.sip)
        self.calls: asyncio.Queue[Call] = asyncio.Queue()
        self.phone.on_call = self.calls.put_nowait

    async def rings(self, within: float = 10) -> Call:
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
    await asyncio.wait_for(leg.media.hears(20), 10)
    outside.answer()
    await asyncio.wait_for(outside.media.hears(50), 10)
    await until(lambda: _of(house, e.Connected) != [], 10, "they talk")
    # Keys reach the far side: a menu there, or an extension.
    await leg.press("42#")
    await until(lambda: outside.media.keys == "42#", 10, "the keys arrive")
    # A colleague is asked, and has the customer when the agent hangs up; who hears music meanwhile, and hangs up last.
    bo = await house.agent("a1", "127.0.0.21")
    await bo.ready()
    await until(lambda: _state(house, "a1") == "ready", 10)
    interaction = _of(house, e.Connected)[0].interaction
    await ana.post(f"/interactions/{interaction}/consult", {"agent": "a1"})
    second = await bo.picks_up()
    await until(lambda: len(_of(house, e.ConsultAnswered)) == 1, 10, "the agents talk")
    await _hear(leg, second, outside)
    leg.hang_up()
    await until(lambda: [x.agent for x in _of(house, e.Connected)] == ["a0", "a1"], 10, "customer and colleague talk")
    await _hear(second, outside)
    outside.hang_up()
    assert await asyncio.wait_for(second.over, 10) == "them"
    await until(lambda: _of(house, e.InteractionEnded) != [], 10)
    await until(lambda: _open_channels(house) == set(), 10, "no channel is left")
    assert [(x.to, x.how) for x in _of(house, e.ConsultEnded)] == [("a1", "given")]
    told = (await ana.get(f"/why/{interaction}"))["lines"]
    kinds = [(x["kind"], x["agent"]) for x in told if x["kind"] in _TALKS]
    assert kinds == [
        ("Dialled", "a0"),
        ("Connected", "a0"),
        ("ConsultBegun", "a0"),
        ("ConsultAnswered", "a1"),
        ("ConsultEnded", "a1"),
        ("Connected", "a1"),
    ]

    # Again, out of the wrap-up: busy.
    await ana.post("/calls", {"number": "+852 9123 4567"})
    leg = await ana.picks_up()
    outside = await provider.rings()
    outside.decline("486 Busy Here")
    assert await asyncio.wait_for(leg.over, 10) == "them"
    await until(lambda: len(_of(house, e.InteractionEnded)) == 2, 10)

    # And once more: the agent hangs up while it rings, and the other phone stops at once.
    await ana.post("/calls", {"number": "+852 9123 4567"})
    leg = await ana.picks_up()
    outside = await provider.rings()
    leg.hang_up()
    assert await asyncio.wait_for(outside.over, 10) == "them"
    await until(lambda: _open_channels(house) == set(), 10, "no channel is left")

    assert [x.how for x in _of(house, e.DialEnded)] == ["busy", "cancelled"]
    assert [x.how for x in _of(house, e.InteractionEnded)] == ["answered", "not_reached", "not_reached"]
    assert _of(house, e.Repaired) == []

    async def in_history() -> bool:
        lines = (await ana.get("/interactions"))["calls"]
        return [(x["state"], x["outgoing"], x["display"]) for x in lines] == [
            ("cancelled", True, "+852 9123 4567"),
            ("busy", True, "+852 9123 4567"),
            ("answered", True, "+852 9123 4567"),
        ]

    await until(in_history, 10, "history tells how each ended")
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

    # Asked first, and busy: the agent is back with the caller by a key.
    await ana.post(f"/interactions/{interaction}/consult", {"number": "2345 6789"})
    outside = await provider.rings()
    outside.decline("486 Busy Here")
    await until(lambda: [x.how for x in _of(house, e.ConsultEnded)] == ["busy"], 10, "the agent hears so")
    await ana.post(f"/interactions/{interaction}/consult/then", {"then": "back"})
    await until(lambda: len(_of(house, e.CallerRejoined)) == 1, 10)
    await _hear(second, caller)

    # Asked again: the two talk, then all three; they hang up, and the agent goes on with the caller.
    await ana.post(f"/interactions/{interaction}/consult", {"number": "2345 6789"})
    outside = await provider.rings()
    outside.answer()
    await until(lambda: len(_of(house, e.ConsultReached)) == 1, 10, "agent and outside talk")
    await _hear(second, outside)
    await ana.post(f"/interactions/{interaction}/consult/then", {"then": "join"})
    await until(lambda: len(_of(house, e.ConferenceBegun)) == 1, 10, "all three talk")
    await _hear(second, outside, caller)
    outside.hang_up()
    await until(lambda: [x.how for x in _of(house, e.ConsultEnded)] == ["busy", "left"], 10)
    await _hear(second, caller)

    # Asked once more, and handed over while the two talk: the caller is there, and back in line of nobody.
    await ana.post(f"/interactions/{interaction}/consult", {"number": "2345 6789"})
    outside = await provider.rings()
    outside.answer()
    await until(lambda: len(_of(house, e.ConsultReached)) == 2, 10, "agent and outside talk")
    await ana.post(f"/interactions/{interaction}/consult/then", {"then": "complete"})
    assert await asyncio.wait_for(second.over, 10) == "them"
    await until(lambda: len(_of(house, e.ConnectedOutside)) == 1, 10, "caller and outside talk")
    await _hear(outside, caller)
    outside.hang_up()
    await until(lambda: len(_of(house, e.SurveyOpened)) == 1, 10, "the survey begins")
    caller.hang_up()
    await until(lambda: len(_of(house, e.InteractionEnded)) == 1, 10)

    # Answered: they talk, and the caller comes back to us when the other side has hung up.
    await ana.ready()
    caller = await house.call("28000001", "+85291234568", "127.0.0.4")
    third = await ana.picks_up()
    await until(lambda: len(_of(house, e.Connected)) == 3, 10, "they talk")
    interaction = _of(house, e.Connected)[-1].interaction
    await _hear(third, caller)
    await ana.post(f"/interactions/{interaction}/transfer", {"number": "2345 6789"})
    outside = await provider.rings()
    outside.answer()
    await asyncio.wait_for(outside.media.hears(50), 10)
    await until(lambda: len(_of(house, e.ConnectedOutside)) == 2, 10)
    outside.hang_up()
    await until(lambda: len(_of(house, e.SurveyOpened)) == 2, 10, "the survey begins")
    caller.hang_up()
    await until(lambda: len(_of(house, e.InteractionEnded)) == 2, 10)
    await until(lambda: _open_channels(house) == set(), 10, "no channel is left")
    assert [x.how for x in _of(house, e.InteractionEnded)] == ["answered", "answered"]
    assert [x.how for x in _of(house, e.TransferFailed)] == ["busy"]
    assert _of(house, e.Repaired) == []


async def test_a_callback_keeps_its_place(house: House, provider: Provider) -> None:
    """Agent first, then customer first: no channel is left meanwhile, and history tells it as one call each."""
    caller, interaction = await _books(house, "28000001", "+85291234561", "127.0.0.3")
    later = await house.call("28000001", "+85291234562", "127.0.0.4")
    await until(lambda: len(_of(house, e.Queued)) == 2, 10, "another waits behind")
    assert await asyncio.wait_for(caller.over, 15) == "them", "goodbye is said"
    await until(lambda: [x.interaction for x in _of(house, e.PlaceKept)] == [interaction], 10)
    ana = await house.agent("a0", "127.0.0.20")
    await ana.ready()
    leg = await ana.picks_up()
    outside = await provider.rings()
    assert "sip:+85291234561@" in outside.local, "who came first is served first, off the phone or on it"
    outside.answer()
    await asyncio.wait_for(outside.media.hears(50), 10)
    await until(lambda: [x.interaction for x in _of(house, e.Connected)] == [interaction], 10)
    leg.hang_up()
    await until(lambda: _of(house, e.SurveyOpened) != [], 10, "they are asked whether it was solved")
    outside.hang_up()
    await until(lambda: [x.how for x in _of(house, e.InteractionEnded)] == ["answered"], 10)
    await ana.ready()
    second = await ana.picks_up()
    await until(lambda: len(_of(house, e.Connected)) == 2, 10, "in a talk: what they hear may be music still")
    later.hang_up()
    assert await asyncio.wait_for(second.over, 10) == "them"
    await ana.not_ready()

    # Customer first: they are called when somebody is free, and wait for that one at the head of the line.
    site = house.settings.site_file
    site.write_text(site.read_text().replace('id = "support"', 'id = "support"\ncallbacks = { first = "customer" }'))
    assert house.bridge is not None
    house.bridge.send_signal(signal.SIGHUP)
    await until(lambda: len(_of(house, e.SiteInForce)) == 2, 10)
    caller, interaction = await _books(house, "28000001", "+85291234563", "127.0.0.5")
    caller.hang_up()
    await until(lambda: len(_of(house, e.PlaceKept)) == 2, 10)
    await ana.ready()
    outside = await provider.rings()
    assert "sip:+85291234563@" in outside.local
    outside.answer()
    third = await ana.picks_up()
    await asyncio.wait_for(third.media.hears(20), 10)
    await asyncio.wait_for(outside.media.hears(50), 10)
    third.hang_up()
    outside.hang_up()
    await until(lambda: len(_of(house, e.InteractionEnded)) == 3, 10)
    await until(lambda: _open_channels(house) == set(), 10, "no channel is left")
    assert {x.how for x in _of(house, e.InteractionEnded)} == {"answered"}
    assert _of(house, e.Repaired) == []
    today = (await ana.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"]) == (3, 3, 0)

    async def in_history() -> bool:
        return [x["state"] for x in (await ana.get("/interactions"))["calls"]] == ["answered"] * 3

    await until(in_history, 10, "history has one call of each")


async def _hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


async def _books(house: House, number: str, caller: str, address: str) -> tuple[Call, InteractionId]:
    """A caller in line asks by key to be called back at their number."""
    known, before = len(_of(house, e.CallbackBooked)), len(_of(house, e.InteractionOpened))
    call = await house.call(number, caller, address)
    await asyncio.wait_for(call.up, 10)
    await until(lambda: len(_of(house, e.InteractionOpened)) > before, 10, "in the journal")
    interaction = _of(house, e.InteractionOpened)[-1].interaction
    await until(lambda: any(x.interaction == interaction for x in _of(house, e.Queued)), 10, "in line")
    await call.press("11")
    await until(lambda: len(_of(house, e.CallbackBooked)) > known, 15, "booked")
    return call, interaction


def _of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


def _state(house: House, agent: str) -> str:
    return next((x.state for x in reversed(_of(house, e.AgentStateSet)) if x.agent == agent), "")


def _open_channels(house: House) -> set[str]:
    begun = {str(x.channel) for x in _of(house, e.LegStarted)}
    return begun - {str(x.channel) for x in _of(house, e.LegGone)}
