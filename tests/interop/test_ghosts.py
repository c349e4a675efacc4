"""Ghost calls, provoked on purpose: the caller's BYE collides with the agent's `Bridge()`, again and again.

The hang-up is lost then, and the agent would talk to nobody for ever. AMI shows it: HangupRequest and only then
BridgeEnter for the caller's channel. The core's rule hangs up both, and none may live for a second.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from cti.agi.server import AgiCall
from cti.core.events import Record
from cti.core.ids import AgentId, ChannelId, InteractionId, QueueId
from cti.core.inputs import (
    AgentReady,
    AgentSignedIn,
    BridgeEntered,
    CallArrived,
    DeskConnected,
    HangupRequested,
    RouteAsked,
    SiteLoaded,
)
from cti.loop import Loop
from cti.robots.phone import Call
from tests.conftest import eventually
from tests.interop.conftest import Exchange

pytestmark = [pytest.mark.asterisk, pytest.mark.alone, pytest.mark.timeout(300)]

ATTEMPTS = 300
BO = AgentId("bo")


class Memory:
    """A journal for one test."""

    def __init__(self) -> None:
        self.loop: Loop | None = None

    def append(self, records: Sequence[Record]) -> None:
        if self.loop is not None:
            asyncio.get_running_loop().call_soon(self.loop.committed, records[-1].seq)

    def save_snapshot(self, seq: int, body: bytes) -> None:
        """Nothing is read again."""

    def load(self, after_seq: int = 0) -> Iterator[Record]:
        return iter(())

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        return None


@pytest.fixture
async def core(exchange: Exchange) -> AsyncIterator[Loop]:
    """The real core on the real link; callers are routed to bo, who is signed in."""
    memory = Memory()
    loop = Loop(memory, exchange.actions.carry_out)
    memory.loop = loop
    loop.submit(SiteLoaded(site=exchange.asterisk.site))
    for said in (*exchange.heard, AgentSignedIn(agent=BO), DeskConnected(agent=BO)):
        loop.submit(said)
    exchange.on_input = loop.submit

    def arrived(call: AgiCall) -> None:
        interaction = InteractionId(call.args[0])
        loop.submit(CallArrived(interaction=interaction, channel=call.channel, number="28000000", caller=None))
        loop.submit(RouteAsked(interaction=interaction, queue=QueueId("support")))

    exchange.on_caller = arrived
    yield loop
    loop.close()


def spin(seconds: float) -> None:
    """Wait to the microsecond; the loop stands still meanwhile, which makes collisions likelier."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def entered_after_hangup(exchange: Exchange, channel: ChannelId) -> bool | None:
    """What AMI said of this caller: True for a ghost, None if there never was a bridge."""
    kinds = [type(said) for said in exchange.heard if getattr(said, "channel", None) == channel]
    if BridgeEntered not in kinds:
        return None
    return HangupRequested in kinds[: kinds.index(BridgeEntered)]


async def test_no_ghost_lives_for_a_second(exchange: Exchange, core: Loop) -> None:
    phone = await exchange.agent("bo-desk")
    ringing: asyncio.Queue[Call] = asyncio.Queue()
    phone.on_call = ringing.put_nowait
    people = await exchange.phone("91234567", "127.0.0.7")
    chance = random.Random(2)
    aim, ghosts, lived = 0.002, 0, []
    for attempt in range(ATTEMPTS):
        exchange.heard.clear()
        core.submit(AgentReady(agent=BO))
        sessions = len(exchange.sessions)
        caller = await people.call("28000000")
        async with asyncio.timeout(10):
            await caller.up
            agent = await ringing.get()
        channel = exchange.sessions[sessions].channel
        after = max(0.0, aim + chance.uniform(-0.0005, 0.0005))
        agent.answer()
        if attempt % 2:
            await asyncio.sleep(after)
        else:
            spin(after)
        caller.hang_up()
        left = time.perf_counter()

        async def over() -> bool:
            return not exchange.link.names

        await eventually(over, f"attempt {attempt}: the end of both legs; {exchange.heard}", 5)
        lived.append(time.perf_counter() - left)
        ghost = entered_after_hangup(exchange, channel)
        ghosts += bool(ghost)
        if not attempt % 2:
            # Aim at the edge: later while there was no bridge yet, earlier while it stood before the BYE came.
            aim = min(0.03, aim + 0.0002) if ghost is None else max(0.0, aim - 0.0002) if not ghost else aim
    print(f"{ghosts} ghosts in {ATTEMPTS} calls; the longest life {max(lived) * 1000:.0f} ms")
    assert ghosts, "no collision was hit, so nothing was shown"
    assert max(lived) < 1
    assert not core.world.interactions or all(it.agent_channel is None for it in core.world.interactions.values())
