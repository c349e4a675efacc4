"""Callers hang up in the very moment in which an agent answers, again and again: nobody talks to nobody.

`tests/interop/test_ghosts.py` aims at the one millisecond in which Asterisk loses the hang-up; here the whole Hotline
is hit by many at once, from well before that moment to well after it.
"""

import asyncio
import random
import statistics
import time
from collections import Counter

import pytest

from cti.core import events as e
from cti.core.apply import apply
from cti.core.interaction import State
from cti.core.world import World
from cti.robots.phone import Call, Phone
from tests.acceptance.house import Desk, House, until
from tests.acceptance.test_restart import DIRECT, channels

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(240)]

PAIRS, ROUNDS = 10, 30
AROUND_S = (-0.001, 0.003)
"""The hang-up's distance from the answer. Asterisk bridges one to two milliseconds after the answer."""


class Books:
    """The world as the journal tells it, kept up to date."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.world = World()
        self.kinds: Counter[str] = Counter()
        self._seq = 0

    def quiet(self) -> bool:
        """Whether nobody is in a call, as far as is on disk."""
        for record in self.house.journal(self._seq):
            self._seq = record.seq
            apply(self.world, record.event, record.at)
            match record.event:
                case e.Repaired():
                    self.kinds[record.event.what] += 1
                case e.OfferEnded():
                    self.kinds[record.event.how] += 1
                case e.Connected() | e.InteractionEnded():
                    self.kinds[type(record.event).__name__] += 1
                case _:
                    pass
        open_ones = [it for it in self.world.interactions.values() if it.state is not State.ENDED]
        return not open_ones and not self.world.legs


class Switch:
    """Brings each ring to the caller it is for."""

    def __init__(self, desks: list[Desk]) -> None:
        self._rings: dict[str, asyncio.Future[Call]] = {}
        for desk in desks:
            assert desk.phone is not None
            desk.phone.on_call = self._ring

    def expect(self, number: str) -> asyncio.Future[Call]:
        self._rings[number] = asyncio.get_running_loop().create_future()
        return self._rings[number]

    def _ring(self, call: Call) -> None:
        shown = next(value for name, value in call.headers if name.lower() == "from")
        for number, ring in self._rings.items():
            if number in shown and not ring.done():
                ring.set_result(call)
                return
        call.decline()


def at(moment: float) -> None:
    """Wait to the microsecond."""
    while time.perf_counter() < moment:
        pass


async def collide(phone: Phone, switch: Switch, offset: float) -> float:
    """One caller; gives the seconds from the collision to the end of the agent's leg."""
    ring = switch.expect(phone.user)
    caller = await phone.call(DIRECT)
    caller.media.silent = True
    await asyncio.wait_for(asyncio.shield(caller.up), 10)
    agent = await asyncio.wait_for(ring, 10)
    agent.media.silent = True
    # Somewhere in a prompt, or in the music.
    await asyncio.sleep(random.random() / 10)
    now = time.perf_counter() + 0.0005
    for moment, act in sorted([(now, agent.answer), (now + offset, caller.hang_up)], key=lambda one: one[0]):
        at(moment)
        act()
    begun = time.perf_counter()
    assert await asyncio.wait_for(agent.over, 10) == "them"
    return time.perf_counter() - begun


async def test_nobody_is_left_alone_in_a_call(house: House) -> None:
    chance = random.Random(26)
    desks = [await house.agent(f"a{n}", f"127.0.0.{20 + n}") for n in range(PAIRS)]
    phones = [Phone(f"+852912500{n:02d}", "", f"127.0.0.{3 + n}", house.sip) for n in range(PAIRS)]
    for phone in phones:
        await phone.open()
    switch, books, lived, emptied = Switch(desks), Books(house), [], []
    try:
        for _ in range(ROUNDS):
            await asyncio.gather(*(desk.ready() for desk in desks))
            lived += await asyncio.gather(*(collide(phone, switch, chance.uniform(*AROUND_S)) for phone in phones))

            async def nothing() -> bool:
                return books.quiet() and not channels(await house.asterisk.cli("core show channels concise"))

            begun = time.perf_counter()
            try:
                await until(nothing, 10, "no call is left")
            except AssertionError:
                left = [it for it in books.world.interactions.values() if it.state is not State.ENDED]
                there = await house.asterisk.cli("core show channels concise")
                raise AssertionError(f"left: {left} {books.world.legs} {there}") from None
            emptied.append(time.perf_counter() - begun)
    finally:
        for phone in phones:
            phone.close()
    print(f"{books.kinds}; longest life {max(lived) * 1000:.0f} ms, longest until all is over {max(emptied):.2f} s")
    # A machine that others keep busy may stand still for longer now and then.
    assert statistics.median(emptied) < 1
    assert sorted(lived)[len(lived) * 95 // 100] < 1
    assert books.kinds["InteractionEnded"] == PAIRS * ROUNDS
    # Nobody has declined anything.
    assert not books.kinds["declined"]
    # Both sides of the moment were hit.
    assert books.kinds["Connected"]
    assert books.kinds["caller_gone"]
    assert "Traceback" not in house.log()
