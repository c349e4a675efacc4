"""Telephones that are not there, busy, decline, or don't say that they ring: each state is honest, on every screen."""

import asyncio
from typing import Any, TypeVar

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
    # They say 183 in place of 180, one of them with early media, as some phones and gateways do.
    quiet, early = await house.agent("a3", "127.0.0.23"), await house.agent("a4", "127.0.0.24")
    for desk in (quiet, early):
        assert desk.phone is not None
        desk.phone.rings_with, desk.phone.plays_early = "183 Session Progress", desk is early
        await desk.ready()
    async with last.watched("wallboard") as wall, dead.watched("desk") as own:
        others = [await house.call("28000001", f"+8529123459{n}") for n in range(2)]
        await until(lambda: {"a3", "a4"} == {x.agent for x in of(house, e.Offered)}, 10, "offered to those two")
        for desk in (dead, busy, last):
            await desk.ready()
        # Without power: registered still, and silent. Nobody was told.
        assert dead.phone is not None
        dead.phone.close()
        caller = await house.call("28000001", "+85291234592")
        await until(lambda: [x.agent for x in of(house, e.Offered)][2:] == ["a0"], 10, "who is ready for longest")
        ring = await asyncio.wait_for(busy.calls.get(), NOT_THERE_S)
        await until(lambda: ("ringing", None) in states(wall, "a1"), 1, "the wall says that it rings")
        ring.decline("486 Busy Here")
        talk = await last.picks_up(2)
        await asyncio.wait_for(talk.media.hears(50), 10)
        assert [(x.agent, x.how) for x in of(house, e.OfferEnded)] == [("a0", "unreachable"), ("a1", "declined")]
        kept = {x.agent: (x.state, x.reason) for x in of(house, e.AgentStateSet)}
        assert kept["a0"] == ("not_ready", "unreachable")
        assert kept["a1"] == ("not_ready", "declined")

        # No screen has said of a phone that it rings which did not say so, and each says in the end what is wrong.
        away = ("not_ready", "unreachable")
        await until(lambda: states(wall, "a0")[-1] == away, 1, "the wall says why")
        # Ready and offered may come in one frame.
        assert states(wall, "a0")[-2:] == [("offered", None), away]
        assert ("ringing", None) not in states(wall, "a0")
        assert {call["phase"] for one in own if (call := one.get("call"))} == {"offered"}
        assert [one["me"]["reason"] for one in own if "me" in one][-1] == "unreachable"
        assert [notice["kind"] for notice in [one for one in own if "notices" in one][-1]["notices"]] == ["unreachable"]

        # Those who said 183 were longer on, and nobody took them for phones without power.
        assert len(of(house, e.LegReached)) == 2
        for desk in (quiet, early):
            assert states(wall, desk.agent)[-1] == ("offered", None)
            assert (await desk.sees())["call"]["phase"] == "offered"
            theirs = await desk.picks_up(1)
            await asyncio.wait_for(theirs.media.hears(50), 10)
            await until(lambda one=desk: states(wall, one.agent)[-1] == ("talking", None), 1, "they talk")
            theirs.hang_up()
    talk.hang_up()
    for one in (caller, *others):
        one.hang_up()
    await house.left_nothing(last, "answered", "answered", "answered")


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


def states(wall: list[dict[str, Any]], agent: str) -> list[tuple[str, str | None]]:
    """An agent's states on the wallboard, one after another."""
    tiles = [tile for one in wall for tile in one.get("agents", []) if tile["agent"] == agent]
    shown = [(tile["state"], tile["reason"]) for tile in tiles]
    return [one for n, one in enumerate(shown) if n == 0 or shown[n - 1] != one]
