"""Telephones that are not there, are busy or decline: the caller goes to the next agent, and each state is honest."""

import asyncio
from typing import TypeVar

import pytest

from cti.core import events as e
from tests.acceptance.house import House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

NOT_THERE_S = 6
"""Four seconds, and what a busy machine takes."""


async def test_no_phone_that_is_not_there_keeps_a_caller_waiting(house: House) -> None:
    dead, busy = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    last = await house.agent("a2", "127.0.0.22")
    for desk in (dead, busy, last):
        await desk.ready()
    # Without power: registered still, and silent. Nobody was told.
    assert dead.phone is not None
    dead.phone.close()
    caller = await house.call("28000001", "+85291234590")
    await until(lambda: [x.agent for x in of(house, e.Offered)] == ["a0"], 10, "who is ready for longest")
    ring = await asyncio.wait_for(busy.calls.get(), NOT_THERE_S)
    ring.decline("486 Busy Here")
    talk = await last.picks_up(2)
    await asyncio.wait_for(talk.media.hears(50), 10)
    assert [(x.agent, x.how) for x in of(house, e.OfferEnded)] == [("a0", "unreachable"), ("a1", "declined")]
    states = {x.agent: (x.state, x.reason) for x in of(house, e.AgentStateSet)}
    assert states["a0"] == ("not_ready", "unreachable")
    assert states["a1"] == ("not_ready", "declined")
    talk.hang_up()
    caller.hang_up()
    await house.left_nothing(last, "answered")


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
