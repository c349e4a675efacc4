"""Endings of a consultation that nobody asks for, on the real Asterisk: the bridge stays away, and Asterisk dies."""

import asyncio
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until
from tests.acceptance.test_restart import agrees, world_of

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]


async def test_the_bridge_stays_away_then_asterisk_dies(house: House) -> None:
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    cy = await house.agent("a2", "127.0.0.22")
    caller, first, second = await asks(house, ana, bo, "+85291234577", "127.0.0.3")
    await cy.ready()
    await until(lambda: state(house, "a2") == "ready", 10)

    async def known_to_the_queue() -> bool:
        members = await house.asterisk.cli("queue show hl-support")
        return any("a2-desk" in line and "paused" not in line for line in members.splitlines())

    await until(known_to_the_queue, 10, "the plain queue may ring who is ready")

    # The plain queue gives the caller to who is ready. The agents talk on, and when they part, nobody takes the caller
    # out of that talk.
    await house.kill_bridge()
    third = await cy.picks_up(40)
    await hear(third, caller, first, second)
    second.hang_up()
    assert await asyncio.wait_for(first.over, 10) == "them"
    await hear(third, caller)
    await house.start_bridge(watched=False)
    await until(lambda: agrees(house), 15, "the world is what Asterisk says")
    await until(lambda: [x.agent for x in story(house, e.Connected)] == ["a0", "a2"], 10)
    assert [x.how for x in story(house, e.ConsultEnded)] in (["left"], ["over"])
    assert {world_of(house).agents[AgentId(name)].state for name in ("a0", "a1")} <= {
        AgentState.WRAP_UP,
        AgentState.READY,
    }
    await hear(third, caller)
    caller.hang_up()
    await until(lambda: [x.how for x in story(house, e.InteractionEnded)] == ["answered"], 10)
    await cy.not_ready()

    # Everything on Asterisk is over with it: the call has its end, and the agents are free again by themselves.
    caller, first, second = await asks(house, ana, bo, "+85291234578", "127.0.0.4")
    await house.asterisk.stop(patience_s=0.1)
    await until(lambda: len(story(house, e.AsteriskLost)) >= 1, 10)
    await house.asterisk.start()
    await until(lambda: len(story(house, e.InteractionEnded)) == 2, 20)
    # In the order in which Asterisk still tells of them, if it does.
    assert [x.how for x in story(house, e.ConsultEnded)][1:] in (["left"], ["caller_gone"])
    assert [x.how for x in story(house, e.InteractionEnded)] == ["answered", "answered"]
    assert world_of(house).legs == {}
    await until(lambda: {state(house, name) for name in ("a0", "a1")} == {"ready"}, 10, "their wrap-up ends")


async def asks(house: House, ana: Desk, bo: Desk, number: str, address: str) -> tuple[Call, Call, Call]:
    """A caller who hears music while one agent asks the other: their three calls."""
    known = len(story(house, e.ConsultAnswered))
    await ana.ready()
    await until(lambda: state(house, "a0") == "ready", 10)
    caller = await house.call("28000001", number, address)
    first = await ana.picks_up()
    await hear(first, caller)
    await bo.ready()
    await until(lambda: state(house, "a1") == "ready", 10)
    interaction = story(house, e.Connected)[-1].interaction
    await ana.post(f"/interactions/{interaction}/consult", {"agent": "a1"})
    second = await bo.picks_up()
    await until(lambda: len(story(house, e.ConsultAnswered)) > known, 10)
    await hear(caller, second)
    return caller, first, second


async def hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


def story(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


def state(house: House, agent: str) -> str:
    return next((x.state for x in reversed(story(house, e.AgentStateSet)) if x.agent == agent), "")
