"""Two phones are picked up for one caller in the same moment: the first has the talk, and nobody takes it away."""

import asyncio
import random
import time

import pytest

from cti.core.inputs import BridgeEntered, BridgeLeft
from cti.robots.phone import Call, Phone
from tests.conftest import eventually
from tests.interop.conftest import Exchange

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(240)]

ROUNDS, CALLERS = 25, 4
APART_S = 0.001


class Rings:
    """Which ring is for which offer."""

    def __init__(self, *phones: Phone) -> None:
        self._expected: dict[str, asyncio.Future[Call]] = {}
        for phone in phones:
            phone.on_call = self._ring

    def expect(self, offer: str) -> asyncio.Future[Call]:
        self._expected[offer] = asyncio.get_running_loop().create_future()
        return self._expected[offer]

    def _ring(self, call: Call) -> None:
        self._expected.pop(dict(call.headers)["X-Hotline-Offer"]).set_result(call)


async def answered_twice(exchange: Exchange, rings: Rings, phone: Phone, legs: tuple[str, str], apart: float) -> str:
    """One caller, two phones picked up `apart` seconds one after the other. Gives the leg that had the talk."""
    caller = await phone.call("28000000")
    session = await exchange.until(
        lambda: next((s for s in exchange.sessions if s.script == "call" and s.caller_number == phone.user), None),
        "the caller's session",
    )
    exchange.sessions.remove(session)
    await exchange.until(lambda: exchange.link.names.get(session.channel), "the caller's channel on AMI")
    offers = [rings.expect(f"{session.args[0]}.{leg}") for leg in legs]
    for leg, name in zip(legs, ("bo-desk", "ana-desk"), strict=True):
        exchange.ring(session, leg, name)
    first, second = await asyncio.wait_for(asyncio.gather(*offers), 10)
    first.answer()
    end = time.perf_counter() + apart
    while time.perf_counter() < end:
        pass
    second.answer()
    await asyncio.wait({first.over, second.over}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
    assert first.over.done() != second.over.done(), "exactly one phone is let go, within a second"
    talker, leg = (second, legs[1]) if first.over.done() else (first, legs[0])
    # They talk, and go on talking.
    for _ in range(2):
        await asyncio.wait_for(talker.media.hears(talker.media.loud + 5), 10)
        await asyncio.wait_for(caller.media.hears(caller.media.loud + 5), 10)
    assert not talker.over.done()
    about = [said for said in exchange.heard if getattr(said, "channel", None) == session.channel]
    assert sum(isinstance(said, BridgeEntered) for said in about) == 1, "the caller is bridged once"
    assert not any(isinstance(said, BridgeLeft) for said in about), "and stays so"
    talker.hang_up()
    return leg


async def test_a_talk_is_never_stolen(exchange: Exchange) -> None:
    one, other = await exchange.agent("bo-desk"), await exchange.agent("ana-desk")
    people = [await exchange.phone(f"9123450{n}", f"127.0.0.{4 + n}") for n in range(CALLERS)]
    rings, chance = Rings(one, other), random.Random(30)
    winners: list[str] = []

    async def over() -> bool:
        return not exchange.link.names

    for turn in range(ROUNDS):
        exchange.heard.clear()
        winners += await asyncio.gather(
            *(
                answered_twice(exchange, rings, phone, (f"t{turn}-{n}a", f"t{turn}-{n}b"), chance.uniform(0, APART_S))
                for n, phone in enumerate(people)
            )
        )
        await eventually(over, "every call of this round has ended", 10)
    assert {leg[-1] for leg in winners} == {"a", "b"}, "it was close: either phone won at times"
