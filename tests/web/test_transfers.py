"""Giving a caller on from the desk: what the API takes, and what both desks show."""

from typing import Any

from cti.core.ids import AgentId, InteractionId, OfferId, QueueId
from cti.core.inputs import AsteriskDown, ChannelGone, OfferDeclined, TransferAsked
from cti.store.views import Pop
from tests.web.conftest import Rig, heard, ready

PATH = "/api/v1/interactions/c-1/transfer"


async def test_who_may_give_whom_to_whom(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    problem = await ana.bad(409, "POST", PATH, {"queue": "billing"})
    assert problem["type"] == "not-talking"
    await rig.talking()
    assert (await bo.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-yours"
    assert (await ana.bad(422, "POST", PATH, {}))["type"] == "one-target"
    assert (await ana.bad(422, "POST", PATH, {"queue": "billing", "agent": "bo"}))["type"] == "one-target"
    assert (await ana.bad(422, "POST", PATH, {"queue": "golf"}))["where"] == "$.queue"
    for nobody in ("bo", "zoe", "ana"):
        problem = await ana.bad(409, "POST", PATH, {"agent": nobody})
        assert (problem["type"], problem["where"]) == ("not-free", "$.agent")
    await rig.say(*ready("bo"))
    await ana.good("POST", PATH, {"agent": "bo"})
    assert rig.inputs[-1] == TransferAsked(agent=AgentId("ana"), interaction=InteractionId("c-1"), to=AgentId("bo"))


async def test_a_call_that_was_given_away_is_not_given_away_again(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    hers = rig.loop.world.interactions[InteractionId("c-1")].agent_channel
    assert hers is not None
    await ana.good("POST", PATH, {"agent": "bo"})
    await rig.say(ChannelGone(channel=hers, cause=16))
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-talking"
    await rig.talking()
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "not-talking"


async def test_a_caller_is_taken_back_until_somebody_answers(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    hers = await ana.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    assert (await ana.bad(409, "DELETE", PATH))["type"] == "answered"
    await ana.good("POST", PATH, {"queue": "billing"})
    wraps = (await heard(hers, lambda m: _phase(m) == "wrap_up"))["set"]["call"]
    assert wraps["given_to"] == {"agent": None, "queue": "billing", "outside": False, "rings": False}
    await ana.good("DELETE", PATH)
    back = await heard(hers, lambda m: _phase(m) == "offered")
    assert back["set"]["call"]["given_to"] is None
    assert "notices" not in back["set"], "who took the caller back need not be told"


async def test_a_queue_gets_the_caller_unless_asterisk_is_away(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(AsteriskDown())
    assert (await ana.bad(409, "POST", PATH, {"queue": "billing"}))["type"] == "asterisk-away"
    assert not [said for said in rig.inputs if isinstance(said, TransferAsked)]


async def test_both_desks_tell_where_the_caller_is(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    hers, his = await ana.live("desk"), await bo.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    await ana.good("POST", PATH, {"agent": "bo"})
    rings = (await heard(his, lambda m: _phase(m) == "offered"))["set"]["call"]
    assert (rings["given_by"], rings["connected"], rings["why"][0]["args"]) == ("ana", None, {"as": "transfer"})
    wraps = (await heard(hers, lambda m: _phase(m) == "wrap_up"))["set"]["call"]
    assert (wraps["given_by"], wraps["why"]) == (None, [])
    await rig.say(OfferDeclined(agent=AgentId("bo"), offer=OfferId(rings["offer"])))
    back = await heard(hers, lambda m: _phase(m) == "offered")
    assert back["set"]["call"]["given_by"] is None
    (notice,) = back["set"]["notices"]
    assert (notice["kind"], notice["agent"]) == ("transfer_failed", "bo")


async def test_a_caller_given_to_a_queue_waits_there(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await ana.good("POST", PATH, {"queue": "billing"})
    await rig.say()
    it = rig.loop.world.interactions[InteractionId("c-1")]
    assert it.queue == QueueId("billing")
    assert it.offer is None, "nobody at work serves it"


async def test_who_has_the_call_sees_what_the_one_before_still_writes(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    his = await bo.live("desk")
    call = InteractionId("c-1")
    rig.pops[call] = Pop(identifier=None, display="")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await rig.say(*ready("bo"))
    await ana.good("POST", "/api/v1/interactions/c-1/note", {"note": "Moves"})
    assert rig.pops[call].notes == ()
    await ana.good("POST", PATH, {"agent": "bo"})
    await heard(his, lambda m: _phase(m) == "offered")
    await ana.good("POST", "/api/v1/interactions/c-1/note", {"note": "Moves house on Friday"})
    change = await heard(his, lambda m: m["type"] == "change" and (m["set"].get("pop") or {}).get("notes"))
    assert [(one["agent"], one["text"]) for one in change["set"]["pop"]["notes"]] == [("ana", "Moves house on Friday")]
    await bo.good("POST", "/api/v1/interactions/c-1/note", {"note": "Friday is fine"})
    await rig.say()
    assert [one.agent for one in rig.pops[call].notes] == ["ana", "bo"]


def _phase(message: Any) -> str | None:
    """The phase of the call in a change."""
    call = message["set"].get("call") if message["type"] == "change" else None
    return call["phase"] if call else None
