"""Calls to the outside, from the desk: who may call whom, what the desk shows, and callbacks in line."""

from typing import Any

import msgspec

from cti.core.commands import RingAgent, RingOutside
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, QueueId
from cti.core.inputs import BridgeEntered, CallArrived, CallbackAsked, ChannelGone, ChannelUp, RouteAsked, SiteLoaded
from cti.core.site import Outgoing, Quiet, Trunk
from cti.store.views import Pop
from tests.web.conftest import BOTH, SITE, Rig, heard, ready

OPEN = msgspec.structs.replace(
    SITE,
    trunks=(Trunk(id="out", addresses=("127.0.0.9",), peer="127.0.0.9"),),
    outgoing=Outgoing(trunk="out", allow=("+852",), per_hour=1),
)


async def test_nobody_calls_until_the_site_says_whom(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    desk = await ana.live("desk")
    assert (await heard(desk, lambda m: m["type"] == "snapshot"))["view"]["me"]["calls_out"] == "off"
    assert (await ana.bad(403, "POST", "/api/v1/calls", {"number": "9123 4567"}))["type"] == "call-off"
    only = msgspec.structs.replace(OPEN.outgoing, agents=(AgentId("bo"),))
    await rig.say(SiteLoaded(site=msgspec.structs.replace(OPEN, outgoing=only)), *ready("ana"))
    change = await heard(desk, lambda m: "me" in m.get("set", {}))
    assert change["set"]["me"]["calls_out"] == "not_allowed"
    assert (await ana.bad(403, "POST", "/api/v1/calls", {"number": "9123 4567"}))["type"] == "call-not-allowed"


async def test_a_call_is_seen_from_the_click_to_its_end(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(SiteLoaded(site=OPEN))
    assert (await ana.bad(409, "POST", "/api/v1/calls", {"number": "91234567"}))["type"] == "call-busy"
    await rig.say(*ready("ana"))
    for number, status, type_ in (("hello", 422, "wrong-number"), ("+44 7700 900143", 403, "not-allowed")):
        assert (await ana.bad(status, "POST", "/api/v1/calls", {"number": number}))["type"] == f"call-{type_}"
    desk = await ana.live("desk")
    made = (await ana.good("POST", "/api/v1/calls", {"number": "9123 4567"}))["interaction"]
    shown = (await heard(desk, lambda m: _call(m) is not None))["set"]["call"]
    assert (shown["interaction"], shown["phase"], shown["direction"]) == (made, "offered", "out")
    ring = next(command for command in rig.commands if isinstance(command, RingAgent))
    assert ring.caller is None
    assert ring.auto_answer, "it is our own request"
    await rig.say(ChannelUp(channel=ring.legs[0].channel))
    dial = next(command for command in rig.commands if isinstance(command, RingOutside))
    assert dial.to == rig.history.remember("+85291234567")
    assert await rig.history.number_of(dial.to) == "+85291234567"
    shown = (await heard(desk, lambda m: (_call(m) or {}).get("phase") == "dialling"))["set"]["call"]
    await rig.say(ChannelGone(channel=dial.channel, cause=17))
    shown = (await heard(desk, lambda m: (_call(m) or {}).get("phase") == "wrap_up"))["set"]["call"]
    assert shown["missed"] == "busy"
    assert (await ana.bad(429, "POST", "/api/v1/calls", {"number": "91234567"}))["type"] == "call-per-hour"


async def test_a_caller_is_given_to_a_number_and_taken_back(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(SiteLoaded(site=OPEN), *ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    path = "/api/v1/interactions/c-1/transfer"
    assert (await ana.bad(403, "POST", path, {"number": "+1 212 555 0100"}))["type"] == "call-not-allowed"
    assert (await ana.bad(422, "POST", path, {"number": "91234567", "queue": "billing"}))["type"] == "one-target"
    desk = await ana.live("desk")
    await ana.good("POST", path, {"number": "9123 4567"})
    shown = (await heard(desk, lambda m: (_call(m) or {}).get("phase") == "wrap_up"))["set"]["call"]
    assert shown["given_to"]["outside"]
    await ana.good("DELETE", path)
    await heard(desk, lambda m: (_call(m) or {}).get("phase") == "offered")


async def test_a_callback_stands_beside_those_who_wait_and_a_machine_is_told(rig: Rig) -> None:
    sue, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    await rig.say(SiteLoaded(site=OPEN))
    wall = await sue.live("wallboard")
    call, queue = InteractionId("c-9"), QueueId("support")
    caller = rig.history.remember("+85291234567")
    channel = ChannelId("ch-9")
    await rig.say(
        CallArrived(interaction=call, channel=channel, number="28000000", caller=caller),
        RouteAsked(interaction=call, queue=queue),
        CallbackAsked(interaction=call),
        ChannelGone(channel=channel, cause=16),
    )
    change = await heard(wall, lambda m: any(q["callbacks"] for q in m.get("set", {}).get("queues", ())))
    assert [(q["waiting"], q["callbacks"]) for q in change["set"]["queues"]] == [(0, 1), (0, 0)]
    (line,) = (await sue.good("GET", "/api/v1/line"))["waiting"]
    assert (line["interaction"], line["callback"], line["not_before"], line["calls"]) == ("c-9", True, None, "")
    rig.pops[call] = Pop(identifier=caller, display="+852 9123 4567", callback="+852 6123 4567")
    assert (await sue.good("GET", "/api/v1/line"))["waiting"][0]["calls"] == "+852 6123 4567"
    await rig.say(*ready("ana"))
    ring = next(command for command in rig.commands if isinstance(command, RingAgent))
    await rig.say(ChannelUp(channel=ring.legs[0].channel))
    it = rig.loop.world.interactions[call]
    for each in (ring.legs[0].channel, it.channel):
        await rig.say(BridgeEntered(channel=each, bridge=BridgeId("b")))
    await ana.good("POST", "/api/v1/interactions/c-9/machine")
    (line,) = (await sue.good("GET", "/api/v1/line"))["waiting"]
    assert line["not_before"] > rig.loop.now()
    assert (await ana.bad(409, "POST", "/api/v1/interactions/c-9/machine"))["type"] == "not-talking"


@BOTH
async def test_the_list_of_who_left(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    assert (await ana.good("GET", "/api/v1/abandoned"))["callers"] == []
    await ana.bad(404, "POST", "/api/v1/abandoned/c-1/handled", {"done": True})


def _call(message: Any) -> dict[str, Any] | None:
    found = message.get("set", {}).get("call")
    return found if isinstance(found, dict) else None


async def test_who_wants_no_call_is_called_only_by_an_agent_who_insists(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(SiteLoaded(site=OPEN), *ready("ana"))
    number = rig.history.remember("+85291234567")
    assert number is not None
    await ana.good("POST", f"/api/v1/customers/{number}/wishes", {"never": ["call"]})
    ask = {"number": "9123 4567"}
    assert (await ana.bad(428, "POST", "/api/v1/calls", ask))["type"] == "call-unwanted-never"
    await rig.say(SiteLoaded(site=msgspec.structs.replace(OPEN, quiet=Quiet(hours="00:00-24:00", refuse=True))))
    await ana.good("POST", f"/api/v1/customers/{number}/wishes", {})
    assert (await ana.bad(403, "POST", "/api/v1/calls", {**ask, "anyway": True}))["type"] == "call-quiet"
    await rig.say(SiteLoaded(site=msgspec.structs.replace(OPEN, quiet=Quiet(hours="00:00-24:00"))))
    assert (await ana.bad(428, "POST", "/api/v1/calls", ask))["type"] == "call-unwanted-quiet"
    await ana.good("POST", "/api/v1/calls", {**ask, "anyway": True})
