"""Asking a colleague first, from the desk: what the API takes, and what both desks and the wallboard show."""

from typing import Any

import msgspec

from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, OfferId
from cti.core.inputs import (
    AsteriskDown,
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelStarted,
    ColleagueDialled,
    ConsultAsked,
    ConsultEnds,
    OfferDeclined,
    SiteLoaded,
)
from cti.core.site import Outgoing
from tests.web.conftest import SITE, Rig, heard, ready

PATH = "/api/v1/interactions/c-1/consult"


async def test_who_may_ask_whom_and_when(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-talking"
    await rig.talking()
    assert (await bo.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-yours"
    assert (await ana.bad(422, "POST", PATH, {}))["type"] == "one-target"
    assert (await ana.bad(422, "POST", PATH, {"queue": "golf"}))["where"] == "$.queue"
    assert (await ana.bad(409, "POST", PATH, {"agent": "bo"}))["type"] == "not-free"
    assert (await ana.bad(409, "POST", f"{PATH}/then", {"then": "back"}))["type"] == "no-consultation"
    await rig.say(*ready("bo"))
    await ana.good("POST", PATH, {"agent": "bo"})
    call = InteractionId("c-1")
    assert rig.inputs[-1] == ConsultAsked(agent=AgentId("ana"), interaction=call, to=AgentId("bo"))
    await rig.say()
    assert (await ana.bad(409, "POST", PATH, {"agent": "bo"}))["type"] == "not-free"
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-talking"
    assert (await bo.bad(409, "POST", f"{PATH}/then", {"then": "back"}))["type"] == "no-consultation"
    await ana.good("POST", f"{PATH}/then", {"then": "complete"})
    assert rig.inputs[-1] == ConsultEnds(agent=AgentId("ana"), interaction=call, how="complete")


async def test_a_number_outside_is_asked_by_the_rules_of_calls_there(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    hers = await ana.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    assert (await ana.bad(403, "POST", PATH, {"number": "+85223456789"}))["type"] == "call-off"
    rules = Outgoing(trunk="out", allow=("+852",), number="28000000")
    await rig.say(SiteLoaded(site=msgspec.structs.replace(SITE, outgoing=rules)))
    assert (await ana.bad(422, "POST", PATH, {"number": "2345 6789", "queue": "billing"}))["type"] == "one-target"
    assert (await ana.bad(403, "POST", PATH, {"number": "+1 900 555 0100"}))["type"] == "call-not-allowed"
    await ana.good("POST", PATH, {"number": "2345 6789"})
    asks = (await heard(hers, lambda m: _call(m, "consult") is not None))["set"]["call"]["consult"]
    assert (asks["step"], asks["outside"], asks["colleague"], asks["queue"]) == ("asking", True, None, None)
    theirs = rig.loop.world.consult(rig.loop.world.interactions[InteractionId("c-1")])
    assert theirs is not None
    assert theirs.outside is not None
    await rig.say(ChannelStarted(channel=theirs.outside, name="PJSIP/trunk-out-1", interaction=InteractionId("c-1")))
    await rig.say(ChannelGone(channel=theirs.outside, cause=17))
    alone = (await heard(hers, lambda m: _step(m) == "alone"))["set"]
    (notice,) = alone["notices"]
    assert (notice["kind"], notice["agent"], notice["how"]) == ("consult_failed", None, "busy")


async def test_a_leg_that_has_no_way_back_is_not_set_aside(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    it = rig.loop.world.interactions[InteractionId("c-1")]
    caller = rig.loop.world.legs[it.channel]
    assert caller.bridge is not None
    moved = ChannelId("of-asterisk")
    await rig.say(BridgeEntered(channel=moved, bridge=caller.bridge, name="PJSIP/ana-web-9"))
    assert it.agent_channel == moved
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "no-way-back"
    await rig.say(AsteriskDown())
    assert not [said for said in rig.inputs if isinstance(said, ConsultAsked)]


async def test_both_desks_and_the_wallboard_tell_how_far_it_is(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    hers, his, wall = await ana.live("desk"), await bo.live("desk"), await ana.live("wallboard")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    await ana.good("POST", PATH, {"agent": "bo"})

    rings = (await heard(his, lambda m: _call(m, "phase") == "offered"))["set"]
    call = rings["call"]
    assert (call["interaction"], call["why"][0]["args"]) == ("c-1", {"as": "consult"})
    assert (call["consult"]["step"], call["consult"]["asker"], call["consult"]["colleague"]) == ("asking", "ana", "bo")
    asks = (await heard(hers, lambda m: _call(m, "consult") is not None))["set"]["call"]
    assert (asks["phase"], asks["consult"]) == ("talking", call["consult"])
    assert asks["consult"]["aside"] is not None, "since when the caller hears music"

    it = rig.loop.world.interactions[InteractionId("c-1")]
    theirs = rig.loop.world.consult(it)
    assert theirs is not None
    assert theirs.offer is not None
    mine, leg, bridge = it.agent_channel, theirs.offer.legs[0], BridgeId("between")
    assert mine is not None
    before = rig.loop.world.legs[mine].bridge
    assert before is not None
    await rig.say(BridgeLeft(channel=it.channel, bridge=before), BridgeLeft(channel=mine, bridge=before))
    await rig.say(BridgeEntered(channel=leg, bridge=bridge), BridgeEntered(channel=mine, bridge=bridge))
    assert (await heard(hers, lambda m: _step(m) == "speaking"))["set"]["call"]["consult"]["colleague"] == "bo"
    speaks = (await heard(his, lambda m: _step(m) == "speaking"))["set"]["call"]
    assert (speaks["phase"], speaks["connected"] is not None) == ("talking", True)
    tiles = (await heard(wall, lambda m: any(t["consult"] for t in m.get("set", {}).get("agents", []))))["set"][
        "agents"
    ]
    assert {t["agent"]: t["consult"] for t in tiles if t["consult"]} == {"ana": "bo", "bo": "ana"}

    await rig.say(BridgeEntered(channel=it.channel, bridge=bridge))
    for desk in (hers, his):
        joined = (await heard(desk, lambda m: _step(m) == "conference"))["set"]["call"]
        assert joined["consult"]["aside"] is None
    await rig.say(ChannelGone(channel=mine, cause=16))
    assert (await heard(his, lambda m: _call(m, "consult") is None))["set"]["call"]["given_by"] == "ana"
    assert (await heard(hers, lambda m: _call(m, "phase") == "wrap_up"))["set"]["call"]["consult"] is None


async def test_both_desks_show_that_a_phone_asks_on_a_second_line(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    hers, his = await ana.live("desk"), await bo.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    site = rig.loop.world.site
    assert site is not None
    line, number = ChannelId("second"), site.agent_by_id[AgentId("bo")].work_number
    await rig.say(ColleagueDialled(channel=line, name="PJSIP/ana-web-9", dialled=number))
    for desk in (hers, his):
        consult = (await heard(desk, lambda m: _step(m) == "asking"))["set"]["call"]["consult"]
        assert (consult["by_phone"], consult["asker"], consult["aside"]) == (True, "ana", None)
    assert (await ana.bad(409, "POST", f"{PATH}/then", {"then": "join"}))["type"] == "phone-joins"
    await ana.good("POST", f"{PATH}/then", {"then": "back"})
    await rig.say(ChannelGone(channel=line, cause=16))
    assert (await heard(hers, lambda m: _call(m, "phase") == "talking"))["set"]["call"]["consult"] is None


async def test_the_agent_is_told_who_did_not_come(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    hers = await ana.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    await ana.good("POST", PATH, {"agent": "bo"})
    await rig.say()
    theirs = rig.loop.world.consult(rig.loop.world.interactions[InteractionId("c-1")])
    assert theirs is not None
    assert theirs.offer is not None
    await rig.say(OfferDeclined(agent=AgentId("bo"), offer=OfferId(theirs.offer.id)))
    alone = (await heard(hers, lambda m: _step(m) == "alone"))["set"]
    (notice,) = alone["notices"]
    assert (notice["kind"], notice["agent"], notice["interaction"]) == ("consult_failed", "bo", "c-1")


def _call(message: dict[str, Any], field: str) -> Any:
    call = message.get("set", {}).get("call")
    return call[field] if call is not None else None


def _step(message: dict[str, Any]) -> str | None:
    consult = _call(message, "consult")
    return consult["step"] if consult is not None else None
