"""Merging, undoing and telling apart over the API; the pop on the agent's own desk follows."""

from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId
from cti.core.inputs import CallerRecognised
from cti.store.identity import Identities
from cti.store.reads import keyed
from tests.web.conftest import BOTH, NUMBER, Rig, ready


@BOTH
async def test_a_merge_is_seen_first_done_and_undone(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    tel = Identities(b"key", "HK").phone(NUMBER)
    assert tel is not None
    call = InteractionId("c-1")
    rig.pops[call] = await rig.history.pop(IdentifierId(tel.id), call)
    assert {one.customer for one in rig.pops[call].people} == {"eleanor", "daniel"}

    preview = await ana.good("GET", "/api/v1/customers/eleanor/merge?other=daniel")
    assert preview["together"]["identifiers"] == [NUMBER]
    assert (preview["kept"]["name"], preview["gone"]["name"]) == ("Eleanor Whitcombe", "Daniel W.")
    merged = await ana.good("POST", "/api/v1/customers/eleanor/merge", {"other": "daniel"})
    assert merged["customer"] == "eleanor"
    assert [one.customer for one in rig.pops[call].people] == ["eleanor"]
    assert (await ana.good("GET", "/api/v1/customers/daniel"))["customer"] == "eleanor"
    identity = await ana.good("GET", "/api/v1/customers/eleanor/identity")
    assert [(one["display"], one["shared"]) for one in identity["identifiers"]] == [(NUMBER, 0)]
    assert [(one["id"], one["gone"], one["by"]) for one in identity["merges"]] == [(merged["merge"], "daniel", "ana")]

    assert (await ana.bad(409, "POST", "/api/v1/customers/eleanor/merge", {"other": "daniel"}))["type"] == "one-already"
    await ana.bad(404, "POST", "/api/v1/customers/eleanor/merge", {"other": "nobody"})
    await ana.bad(404, "GET", "/api/v1/customers/eleanor/merge?other=daniel")
    await ana.good("POST", f"/api/v1/merges/{merged['merge']}/undo", {})
    assert {one.customer for one in rig.pops[call].people} == {"eleanor", "daniel"}
    await ana.bad(404, "POST", f"/api/v1/merges/{merged['merge']}/undo", {})
    await ana.bad(404, "GET", "/api/v1/customers/nobody/identity")


@BOTH
async def test_numbers_are_given_and_taken_away(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await ana.good("POST", "/api/v1/customers/eleanor/identifiers", {"kind": "mail", "value": "Ellie@Mail.example"})
    found = (await ana.good("GET", "/api/v1/customers/eleanor/identity"))["identifiers"]
    assert {(one["display"], one["source"]) for one in found} == {(NUMBER, "test"), ("ellie@mail.example", "agent:ana")}
    mail = next(one["id"] for one in found if one["kind"] == "mail")
    await ana.good("DELETE", f"/api/v1/customers/eleanor/identifiers/{mail}")
    await ana.bad(404, "DELETE", f"/api/v1/customers/eleanor/identifiers/{mail}")
    ask = {"kind": "tel", "value": "anonymous"}
    assert (await ana.bad(422, "POST", "/api/v1/customers/eleanor/identifiers", ask))["where"] == "$.value"
    await ana.bad(404, "POST", "/api/v1/customers/nobody/identifiers", {"kind": "tel", "value": "9123 4567"})
    await ana.good("POST", "/api/v1/customers/eleanor/apart", {"other": "daniel"})


@BOTH
async def test_wishes_and_tags_are_noted_and_shown(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    path = "/api/v1/customers/eleanor"
    wish = {"channel": "sms", "never": ["call"], "begins": 540, "ends": 720, "note": "Hard of hearing"}
    await ana.good("POST", f"{path}/wishes", wish)
    await ana.good("POST", f"{path}/tags", {"tag": "  Works   nights "})
    await ana.good("POST", path, {"language": "yue", "tier": "gold"})
    about = await ana.good("GET", f"{path}/about")
    assert {name: about["wishes"][name] for name in wish} == wish
    assert "Works nights" in [one["tag"] for one in about["tags"]]
    assert (about["language"], about["tier"], about["unwanted"]) == ("yue", "gold", "never")
    assert about["facts"]["contacts"] >= 0
    await ana.good("DELETE", f"{path}/tags/Works%20nights")
    await ana.bad(404, "DELETE", f"{path}/tags/Works%20nights")
    await ana.bad(422, "POST", f"{path}/tags", {"tag": "  "})
    await ana.bad(422, "POST", f"{path}/wishes", {"never": ["pigeon"]})
    await ana.bad(404, "GET", "/api/v1/customers/nobody/about")
    timeline = await ana.good(
        "GET", f"{path}/timeline?kind=call,mail&solved=false&queue=support&since=1&until=2&case=7"
    )
    assert timeline["entries"] == []


@BOTH
async def test_a_pin_is_set_and_taken_away_and_never_shown(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    path = "/api/v1/customers/eleanor"
    assert (await ana.good("GET", f"{path}/identity"))["pin"] is None
    await ana.good("POST", f"{path}/pin", {"pin": "4321"})
    shown = (await ana.good("GET", f"{path}/identity"))["pin"]
    assert (shown["by"], shown["locked"]) == ("ana", False)
    assert "4321" not in str(shown)
    for bad in ("12", "123456789", "12a4", ""):
        await ana.bad(422, "POST", f"{path}/pin", {"pin": bad})
    await ana.bad(404, "POST", "/api/v1/customers/nobody/pin", {"pin": "4321"})
    await ana.good("DELETE", f"{path}/pin")
    await ana.bad(404, "DELETE", f"{path}/pin")


@BOTH
async def test_what_was_keyed_still_says_who_calls_after_a_change_of_who_is_whose(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    account = await rig.history.people.link(CustomerId("daniel"), "account", "770077", AgentId("ana"))
    assert account is not None
    call = InteractionId("c-1")
    await rig.say(CallerRecognised(interaction=call, account=account, how="pin"))
    known = rig.loop.world.interactions[call]
    rig.pops[call] = await rig.history.pop(known.caller, call, keyed(known))
    await ana.good("POST", "/api/v1/customers/daniel/identifiers", {"kind": "mail", "value": "d@mail.example"})
    assert (rig.pops[call].how, [one.customer for one in rig.pops[call].people]) == ("pin", ["daniel"])
