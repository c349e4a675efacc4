"""The bridge is killed in the middle of twenty calls and started again: nobody is cut off, lost, or counted twice."""

import asyncio
import random
from collections import Counter

import pytest

from cti.core import events as e
from cti.core.apply import apply
from cti.core.ids import InteractionId
from cti.core.interaction import State
from cti.core.world import World
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until
from tests.core.plain import line as line_of

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

DIRECT, MAIN = "28000001", "28000000"


def world_of(house: House, upto: int | None = None) -> World:
    """The world as the journal on disk tells it, to its end or to a record."""
    world = World()
    for record in house.journal()[:upto]:
        apply(world, record.event, record.at)
    return world


class Crowd:
    """Twenty callers in all the states a caller can be in."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desks: list[Desk] = []
        self.talks: list[tuple[Call, Call]] = []
        self.waiting: list[Call] = []
        self.ringing: list[Call] = []
        self.menu: list[Call] = []
        self.survey: list[Call] = []
        self._count = 0

    async def dial(self, number: str) -> Call:
        self._count += 1
        call = await self.house.call(number, f"+852912300{self._count:02d}", f"127.0.0.{3 + self._count % 12}")
        await asyncio.wait_for(asyncio.shield(call.up), 10)
        return call

    async def talk(self, desk: Desk) -> tuple[Call, Call]:
        """One caller and one agent in a talk."""
        await desk.ready()
        caller = await self.dial(DIRECT)
        agent = await desk.picks_up(20)
        await asyncio.wait_for(agent.media.hears(5), 10)
        return caller, agent

    async def gather(self) -> None:
        """Six talk, three are in the survey, four in the menu, two ring, five wait."""
        house = self.house
        for n in range(11):
            self.desks.append(await house.agent(f"a{n}", f"127.0.0.{20 + n}"))
        for desk in self.desks[:9]:
            self.talks.append(await self.talk(desk))
        for _ in range(4):
            self.menu.append(await self.dial(MAIN))
        # Two phones that ring and aren't answered, then five callers nobody is free for.
        for desk in self.desks[9:11]:
            await desk.ready()
        for _ in range(2):
            self.ringing.append(await self.dial(DIRECT))
        for desk in self.desks[9:11]:
            await asyncio.wait_for(desk.calls.get(), 20)
        for _ in range(5):
            self.waiting.append(await self.dial(DIRECT))
        for desk in self.desks[6:9]:
            await desk.not_ready()
        for _ in range(3):
            caller, agent = self.talks.pop()
            agent.hang_up()
            self.survey.append(caller)


def channels(listing: str) -> set[str]:
    """Uniqueids in `core show channels concise`."""
    return {line.rsplit("!", 1)[1].strip() for line in listing.splitlines() if "!" in line}


async def agrees(house: House) -> bool:
    """The journal's world and Asterisk's channels are the same."""
    world = world_of(house)
    there = channels(await house.asterisk.cli("core show channels concise"))
    legs = {leg.channel for leg in world.legs.values() if leg.started}
    callers = {it.channel for it in world.interactions.values() if it.state is not State.ENDED}
    return legs == there and callers <= there


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_in_the_middle_of_twenty_calls(house: House, seed: int) -> None:
    chance = random.Random(seed)
    crowd = Crowd(house)
    await crowd.gather()
    await until(lambda: len(line_of(world_of(house))) == 7, 10, "seven are in line")
    line_before = [it.id for it in line_of(world_of(house))]
    await asyncio.sleep(chance.uniform(0, 2))
    await house.kill_bridge()
    # Meanwhile one talk ends, one waiting caller gives up, one in the menu leaves, one who rings gives up.
    talker, waiter = chance.choice(crowd.talks), chance.choice(crowd.waiting)
    leaver, ringer = chance.choice(crowd.menu), chance.choice(crowd.ringing)
    for gone in (talker[0], waiter, leaver, ringer):
        gone.hang_up()
    talking = [pair for pair in crowd.talks if pair is not talker]
    heard = [(caller.media.loud, agent.media.loud) for caller, agent in talking]
    await asyncio.sleep(chance.uniform(0.5, 4))
    for (caller, agent), before in zip(talking, heard, strict=True):
        assert caller.media.loud > before[0] + 10
        assert agent.media.loud > before[1] + 10
    await house.start_bridge()
    await until(lambda: agrees(house), 15, "the world is what Asterisk says")

    world = world_of(house)
    states = Counter(it.state for it in world.interactions.values())
    assert states[State.TALKING] == 5, states
    for caller, agent in talking:
        assert not caller.over.done()
        assert not agent.over.done()
    for call in (*crowd.waiting, *crowd.ringing, *crowd.menu):
        assert call.over.done() == (call in (waiter, ringer, leaver))
    # Places are kept: who waited still waits, in the order of arrival.
    line = [it.id for it in line_of(world)]
    assert line == [one for one in line_before if one in line]
    assert len(line) == 5, states
    ended = [r.event for r in house.journal() if isinstance(r.event, e.InteractionEnded)]
    assert Counter(event.interaction for event in ended).most_common(1)[0][1] == 1
    assert sorted(event.how for event in ended if event.how != "answered") == ["abandoned", "abandoned", "left_menu"]
    today = world.today
    counters = today.queues["support"]
    assert today.arrived == 20
    assert (counters.arrived, counters.answered, counters.abandoned) == (16, 9, 2)

    # And it goes on: who waited is offered in the old order, and served.
    seq = house.journal()[-1].seq
    waiting = [it.id for it in line_of(world_of(house, seq)) if it.state is State.WAITING]
    for desk in crowd.desks:
        desk.answer_everything()
    for _, agent in talking:
        agent.hang_up()
    await until(lambda: set(line) <= set(connected(house)), 60, "those who waited are served")
    offered = [r.event.interaction for r in house.journal() if r.seq > seq and isinstance(r.event, e.Offered)]
    # One whose phone was picked up in the moment it was given up needs no second offer.
    first = list(dict.fromkeys(one for one in offered if one in waiting))
    assert first == [one for one in waiting if one in first]
    assert len(first) >= len(waiting) - 1
    assert Counter(connected(house)).most_common(1)[0][1] == 1
    assert "Traceback" not in house.log()


def connected(house: House) -> list[InteractionId]:
    return [r.event.interaction for r in house.journal() if isinstance(r.event, e.Connected)]
