"""Parking a caller from the desk and fetching them: what the API takes, and what desks and the wallboard show."""

from typing import Any

from cti.core.ids import AgentId, InteractionId
from cti.core.inputs import AsteriskDown, ChannelGone, HangupRequested, ParkAsked, RecallAsked
from cti.store.views import Pop
from tests.web.conftest import Rig, heard, ready

CALL = InteractionId("c-1")
PARK, FETCH = "/api/v1/interactions/c-1/park", "/api/v1/interactions/c-1/fetch"


async def test_who_may_park_and_fetch_whom(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    assert (await ana.bad(409, "POST", PARK))["type"] == "not-talking"
    await rig.talking()
    assert (await bo.bad(409, "POST", PARK))["type"] == "not-talking"
    assert (await ana.bad(409, "POST", FETCH))["type"] == "not-parked"
    await ana.good("POST", PARK)
    assert rig.inputs[-1] == ParkAsked(agent=AgentId("ana"), interaction=CALL)
    await rig.say()
    assert (await ana.bad(409, "POST", PARK))["type"] == "not-talking"
    assert (await bo.bad(409, "POST", FETCH))["type"] == "call-busy", "not ready"
    await rig.say(*ready("bo"))
    await bo.good("POST", FETCH)
    assert rig.inputs[-1] == RecallAsked(agent=AgentId("bo"), interaction=CALL)
    await rig.say()
    assert (await ana.bad(409, "POST", FETCH))["type"] == "not-parked"


async def test_while_the_exchange_is_away_nobody_is_parked_or_fetched(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(AsteriskDown())
    assert (await ana.bad(409, "POST", PARK))["type"] == "call-asterisk-away"
    assert not [said for said in rig.inputs if isinstance(said, ParkAsked)]


async def test_the_parked_call_stands_on_the_desks_that_may_fetch_it(rig: Rig) -> None:
    ana, bo, sue = await rig.signed_in("ana"), await rig.signed_in("bo"), await rig.signed_in("sue")
    hers, his, boss, wall = (
        await ana.live("desk"),
        await bo.live("desk"),
        await sue.live("desk"),
        await sue.live("wallboard"),
    )
    rig.pops[CALL] = Pop(identifier=None, display="+852 9123 4567")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await ana.good("POST", PARK)
    for desk in (hers, his, boss):
        (shown,) = (await heard(desk, _parked))["set"]["parked"]
        assert (shown["interaction"], shown["by"], shown["display"]) == ("c-1", "ana", "+852 9123 4567")
        assert shown["until"] - shown["since"] == 120_000
    queue = (await heard(wall, lambda m: _on_the_wall(m) == 1))["set"]["queues"][0]
    assert queue["parked_since"] == shown["since"]

    it = rig.loop.world.interactions[CALL]
    await rig.say(HangupRequested(channel=it.channel), ChannelGone(channel=it.channel, cause=16))
    for desk in (his, boss):
        await heard(desk, lambda m: m.get("set", {}).get("parked") == [])
    gone = (await heard(hers, lambda m: m.get("set", {}).get("parked") == []))["set"]
    (notice,) = gone["notices"]
    assert (notice["kind"], notice["interaction"]) == ("parked_gone", "c-1")
    await heard(wall, lambda m: _on_the_wall(m) == 0)


def _parked(message: dict[str, Any]) -> bool:
    return bool(message.get("set", {}).get("parked"))


def _on_the_wall(message: dict[str, Any]) -> int | None:
    queues = message.get("set", {}).get("queues")
    return int(queues[0]["parked"]) if queues else None
