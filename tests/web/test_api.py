"""What agents, supervisors, programs and guests can do over the API, and how refusals read."""

from typing import Any

from msgspec.structs import replace

from cti.core.events import Record
from cti.core.ids import AgentId, InteractionId, Ms, OfferId
from cti.core.inputs import (
    AgentNotReady,
    AsteriskDown,
    HangUpAsked,
    OfferDeclined,
    SiteLoaded,
    WrapUpDone,
    WrapUpExtended,
)
from cti.store.views import Person, Pop
from cti.web.api_history import told
from tests.core.play import Play
from tests.web.conftest import BOTH, Rig, heard, ready


async def test_states_and_reasons(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    await client.good("POST", "/api/v1/agent/state", {"state": "not_ready", "reason": "lunch"})
    assert rig.inputs[-1] == AgentNotReady(agent="ana", reason="lunch")
    problem = await client.bad(422, "POST", "/api/v1/agent/state", {"state": "not_ready", "reason": "golf"})
    assert problem["where"] == "$.reason"
    assert "lunch" in problem["todo"]
    await client.bad(422, "POST", "/api/v1/agent/state", {"state": "not_ready"})
    await client.bad(422, "POST", "/api/v1/agent/state", {"state": "asleep"})


async def test_an_offer_is_declined_by_the_one_who_has_it(rig: Rig) -> None:
    ana, sue = await rig.signed_in("ana"), await rig.signed_in("sue")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await sue.bad(409, "POST", "/api/v1/offers/c-1.1/decline", {})
    await ana.good("POST", "/api/v1/offers/c-1.1/decline", {})
    assert rig.inputs[-1] == OfferDeclined(agent=AgentId("ana"), offer=OfferId("c-1.1"))
    await rig.say()
    await ana.bad(409, "POST", "/api/v1/offers/c-1.1/decline", {})


async def test_hanging_up_and_wrapping_up_ones_own_call_only(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    await bo.bad(409, "POST", "/api/v1/interactions/c-1/hangup")
    await ana.good("POST", "/api/v1/interactions/c-1/hangup")
    assert rig.inputs[-1] == HangUpAsked(agent=AgentId("ana"), interaction=InteractionId("c-1"))
    problem = await ana.bad(409, "POST", "/api/v1/interactions/c-1/wrap-up", {"note": "early"})
    assert problem["type"] == "not-in-wrap-up"
    await ana.bad(409, "POST", "/api/v1/agent/wrap-up/extend", {})
    await rig.over()
    await ana.good("POST", "/api/v1/agent/wrap-up/extend", {"by_s": 15})
    assert rig.inputs[-1] == WrapUpExtended(agent=AgentId("ana"), by_s=15)
    problem = await ana.bad(422, "POST", "/api/v1/interactions/c-1/wrap-up", {"outcome": "no such"})
    assert problem["where"] == "$.outcome"
    await bo.bad(404, "POST", "/api/v1/interactions/c-1/wrap-up", {"note": "mine?"})
    await ana.good("POST", "/api/v1/interactions/c-1/wrap-up", {"outcome": "solved", "note": "Done."})
    assert rig.inputs[-1] == WrapUpDone(agent=AgentId("ana"), interaction=InteractionId("c-1"), outcome="solved")


@BOTH
async def test_confirming_a_customer_and_promising_renew_the_pop(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    desk = await ana.live("desk")
    await rig.say(*ready("ana"))
    rig.pops[InteractionId("c-1")] = Pop(
        identifier=None,
        display="+44",
        people=(
            Person(customer="daniel", name="Daniel W.", calls=9, of_calls=11),
            Person(customer="eleanor", name="E.", calls=2, of_calls=11),
        ),
    )
    await rig.waiting_call()
    await ana.good("POST", "/api/v1/interactions/c-1/customer", {"customer": "eleanor"})
    change = await heard(
        desk,
        lambda m: m["type"] == "change" and m["set"].get("pop") and m["set"]["pop"]["people"][0]["name"] != "Daniel W.",
    )
    people = change["set"]["pop"]["people"]
    assert [(p["name"], p["calls"], p["of_calls"]) for p in people] == [
        ("Eleanor Whitcombe", 2, 11),
        ("Daniel W.", 9, 11),
    ]
    due = rig.loop.now() + 3600_000
    body = {"customer": "eleanor", "what": "Engineer confirmed", "due": due, "interaction": "c-1"}
    line = await ana.good("POST", "/api/v1/promises", body)
    assert (line["what"], line["by"]) == ("Engineer confirmed", "ana")
    change = await heard(desk, lambda m: m["type"] == "change" and "pop" in m["set"])
    assert change["set"]["pop"]["people"][0]["promises"][0]["what"] == "Engineer confirmed"
    assert [p["id"] for p in (await ana.good("GET", "/api/v1/promises"))["promises"]] == [line["id"]]
    await ana.good("POST", f"/api/v1/promises/{line['id']}/end", {"kept": True})
    change = await heard(desk, lambda m: m["type"] == "change" and "pop" in m["set"])
    assert change["set"]["pop"]["people"][0]["promises"] == []
    await ana.bad(404, "POST", f"/api/v1/promises/{line['id']}/end", {"kept": True})
    await ana.bad(404, "POST", "/api/v1/interactions/c-1/customer", {"customer": "nobody"})
    await ana.bad(404, "POST", "/api/v1/promises", {"customer": "nobody", "what": "x", "due": due})


async def test_writing_about_a_call_is_for_its_agent_and_supervisors(rig: Rig) -> None:
    ana, bo, sue = await rig.signed_in("ana"), await rig.signed_in("bo"), await rig.signed_in("sue")
    problem = await bo.bad(403, "POST", "/api/v1/interactions/c-old/note", {"note": "Not mine."})
    assert problem["type"] == "not-yours"
    await bo.bad(403, "POST", "/api/v1/interactions/c-old/customer", {"customer": "eleanor"})
    await bo.bad(403, "POST", "/api/v1/interactions/c-old/case", {"case": "1"})
    await bo.bad(403, "POST", "/api/v1/cases", {"customer": "eleanor", "title": "x", "interaction": "c-old"})
    await sue.good("POST", "/api/v1/interactions/c-old/note", {"note": "Heard it."})
    late = {"note": "Reset the box.", "customer": "eleanor", "outcome": "solved"}
    await ana.good("POST", "/api/v1/interactions/c-old/wrap-up", late)
    line = await bo.good("GET", "/api/v1/interactions/c-old")
    assert (line["note"], line["customer_name"]) == ("Heard it.\nReset the box.", "Eleanor Whitcombe")
    day = await ana.good("GET", "/api/v1/agent/today")
    assert set(day) == {"answered", "talked", "judged", "solved"}
    listed = await bo.good("GET", "/api/v1/interactions?agent=ana&limit=1")
    assert [call["interaction"] for call in listed["calls"]] == ["c-old"]
    case = await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": "Red light"})
    await ana.good("POST", "/api/v1/interactions/c-old/case", {"case": case["id"]})
    await ana.bad(404, "POST", "/api/v1/interactions/c-old/case", {"case": "99999"})


def test_a_story_tells_what_happened_and_why() -> None:
    play = Play()
    for row in (
        "ana ready",
        "A calls",
        "A chooses bill",
        "A asks support",
        "A.1 enters b",
        "A enters b",
        "A.1 gone",
        "A gone",
    ):
        play.say(play.understand(row))
    records = [Record(seq, at, event) for seq, (at, event) in enumerate(play.records)]
    story = {(line := told(record)).kind: line for record in records}
    assert story["InteractionOpened"].detail == "28000000"
    assert story["FlowPosition"].chosen == {"en": "bill"}
    assert story["Queued"].queue == "support"
    assert story["Offered"].agent == "ana"
    assert story["Offered"].why
    assert story["TalkEnded"].agent == "ana"
    assert story["InteractionEnded"].detail == "answered"


async def test_an_agent_may_ask_why_no_calls_come(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    (why,) = (await ana.good("GET", "/api/v1/agent/why"))["why"]
    assert (why["code"], why["args"]["state"]) == ("own_state", "not_ready")
    await rig.say(*ready("ana"))
    assert [one["code"] for one in (await ana.good("GET", "/api/v1/agent/why"))["why"]] == ["nobody_waits"]


async def test_a_supervisor_sees_the_line_and_puts_somebody_ahead(rig: Rig) -> None:
    boss, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    await rig.waiting_call("c-1")
    await rig.waiting_call("c-2")
    await ana.bad(403, "GET", "/api/v1/line")
    await ana.bad(403, "POST", "/api/v1/interactions/c-2/priority", {"minutes": 5})
    assert [one["interaction"] for one in (await boss.good("GET", "/api/v1/line"))["waiting"]] == ["c-1", "c-2"]
    await boss.good("POST", "/api/v1/interactions/c-2/priority", {"minutes": 5})
    await rig.say()
    line = (await boss.good("GET", "/api/v1/line"))["waiting"]
    assert [(one["interaction"], one["raised"]) for one in line] == [("c-2", 5), ("c-1", 0)]
    await boss.bad(409, "POST", "/api/v1/interactions/c-9/priority", {"minutes": 5})
    await boss.bad(422, "POST", "/api/v1/interactions/c-2/priority", {"minutes": -1})


async def test_a_supervisor_closes_queues_and_opens_them_again(rig: Rig) -> None:
    boss, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    await ana.bad(403, "POST", "/api/v1/queues/close", {"closing": "closed"})
    await ana.bad(403, "POST", "/api/v1/queues/open", {})
    problem = await boss.bad(422, "POST", "/api/v1/queues/close", {"closing": "lunch"})
    assert "closed, evacuation" in problem["todo"]
    await boss.bad(422, "POST", "/api/v1/queues/close", {"closing": "closed", "queues": ["nowhere"]})

    async def shown() -> dict[str, Any]:
        await rig.say()
        board = await boss.good("GET", "/api/v1/wallboard")
        return {queue["id"]: queue["closed"] for queue in board["queues"] if queue["closed"]}

    await boss.good("POST", "/api/v1/queues/close", {"closing": "closed", "queues": ["billing"]})
    closed = (await shown())["billing"]
    assert (closed["closing"], closed["by"], closed["name"]["en"]) == ("closed", "sue", "Closed")
    await boss.good("POST", "/api/v1/queues/close", {"closing": "evacuation"})
    assert {queue: one["closing"] for queue, one in (await shown()).items()} == {
        "support": "evacuation",
        "billing": "evacuation",
    }
    await boss.good("POST", "/api/v1/queues/open", {"queues": ["support"]})
    assert set(await shown()) == {"billing"}
    await boss.good("POST", "/api/v1/queues/open", {})
    assert await shown() == {}


async def test_an_agent_opts_out_of_a_queue_that_allows_it(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    before = rig.loop.world.site
    assert before is not None
    await ana.bad(409, "POST", "/api/v1/agent/queues/support", {"takes": False})
    easy = tuple(replace(queue, opt_out=True) for queue in before.queues)
    await rig.say(SiteLoaded(site=replace(before, queues=easy)))
    await ana.bad(404, "POST", "/api/v1/agent/queues/billing", {"takes": False})  # not one of hers
    live = await ana.live("desk")
    assert (await live.receive_json())["view"]["me"]["choices"] == [{"queue": "support", "takes": True}]
    await ana.good("POST", "/api/v1/agent/queues/support", {"takes": False})
    change = await live.receive_json()
    while "me" not in change.get("set", {}):
        change = await live.receive_json()
    assert change["set"]["me"]["choices"] == [{"queue": "support", "takes": False}]


async def test_only_supervisors_are_shown_how_to_close_queues(rig: Rig) -> None:
    views = {}
    for name in ("ana", "sue"):
        live = await (await rig.signed_in(name)).live("desk")
        views[name] = (await live.receive_json())["view"]["closings"]
    assert views["ana"] == []
    assert [one["id"] for one in views["sue"]] == ["closed", "evacuation", "full"]


@BOTH
async def test_cases(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    case = await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": "No internet"})
    assert case["owner"] == "ana"
    assert (await ana.good("GET", "/api/v1/customers/eleanor"))["cases"][0]["title"] == "No internet"
    await ana.good("POST", f"/api/v1/cases/{case['id']}/close")
    await ana.bad(404, "POST", f"/api/v1/cases/{case['id']}/close")
    await ana.bad(404, "POST", "/api/v1/cases", {"customer": "nobody", "title": "x"})


@BOTH
async def test_customers_and_their_timeline(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    assert (await ana.good("GET", "/api/v1/customers/eleanor"))["tier"] == "gold"
    page = await ana.good("GET", "/api/v1/customers/eleanor/timeline?limit=1")
    assert [entry["title"] for entry in page["entries"]] == ["red light"]
    assert page["next"] is None
    await ana.bad(404, "GET", "/api/v1/customers/nobody")
    await ana.bad(404, "GET", "/api/v1/customers/nobody/timeline")
    problem = await ana.bad(422, "GET", "/api/v1/customers/eleanor/timeline?before=never")
    assert problem["where"] == "before"
    await ana.bad(422, "GET", "/api/v1/interactions?before=never")
    await ana.bad(404, "GET", "/api/v1/interactions/c-9")
    await ana.bad(404, "GET", "/api/v1/interactions/c-9/messages")
    await ana.bad(404, "GET", "/api/v1/why/c-9")
    await ana.bad(404, "GET", "/api/v1/attachments/abc")


@BOTH
async def test_one_search_finds_people_and_answers(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    found = await ana.good("GET", "/api/v1/search?q=Eleanor")
    assert [c["name"] for c in found["customers"]] == ["Eleanor Whitcombe"]
    title = "路由器紅燈, line down since Monday"
    case = (await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": title}))["id"]
    for words in ("红灯", "lines monday", f"%23{case}", "eleanor", "whitcombe line"):
        (hit,) = (await ana.good("GET", f"/api/v1/search?q={words}"))["cases"]
        assert (hit["case"]["id"], hit["case"]["title"], hit["name"]) == (case, title, "Eleanor Whitcombe"), words
    assert (await ana.good("GET", "/api/v1/search?q=绿灯"))["cases"] == []
    found = await ana.good("GET", "/api/v1/search?q=red light on my router")
    assert found["articles"][0]["article"] == "red-light"
    assert found["articles"][0]["fits"]


async def test_the_help_site_needs_nobody_signed_in(rig: Rig) -> None:
    guest = rig.client()
    site = await guest.good("GET", "/api/v1/site")
    assert site["numbers"][0]["number"] == "28000000"
    assert site["open"]
    assert site["guest_calls"]
    hits = await guest.good("GET", "/api/v1/kb/search?q=why a red light on my router&lang=en")
    assert hits["articles"][0]["title"] == "Red light after a power cut"
    article = await guest.good("GET", "/api/v1/kb/articles/red-light?lang=yue")
    assert article["text"].startswith("1. Unplug")
    hot = await guest.good("GET", "/api/v1/kb/hot?lang=en&limit=5")
    assert [(a["article"], a["times"], a["rising"]) for a in hot["articles"]] == [("red-light", 42, True)]
    await guest.bad(404, "GET", "/api/v1/kb/articles/nothing")
    await guest.bad(401, "GET", "/api/v1/search?q=Eleanor")


async def test_anybodys_searches_are_bounded_and_agents_are_not(rig: Rig) -> None:
    guest, ana = rig.client(), await rig.signed_in("ana")
    statuses = [(await guest.ask("GET", "/api/v1/kb/search?q=red"))[0] for _ in range(90)]
    assert 429 in statuses
    assert statuses[0] == 200
    await ana.good("GET", "/api/v1/kb/search?q=red")


async def test_a_guest_borrows_a_line_and_gives_it_back(rig: Rig) -> None:
    guest = rig.client()
    lease = await guest.good("POST", "/api/v1/guest/call", {})
    assert (lease["user"], lease["password"], lease["number"]) == ("guest-1", "secret-guest-1", "28000000")
    assert lease["token"] in lease["ws"]
    second = await guest.good("POST", "/api/v1/guest/call", {"number": "28000001"})
    assert second["user"] == "guest-2"
    problem = await guest.bad(429, "POST", "/api/v1/guest/call", {})
    assert "dial the number" in problem["todo"]
    await guest.good("DELETE", "/api/v1/guest/call", headers={"X-Guest": lease["token"]})
    await guest.good("DELETE", "/api/v1/guest/call", headers={"X-Guest": "never lent"})
    assert (await guest.good("POST", "/api/v1/guest/call", {}))["user"] == "guest-1"
    await guest.bad(422, "POST", "/api/v1/guest/call", {"number": "999"})


async def test_a_line_nobody_calls_on_goes_back_by_itself(rig: Rig) -> None:
    guest = rig.client()
    for _ in range(2):
        await guest.good("POST", "/api/v1/guest/call", {})
    await guest.bad(429, "POST", "/api/v1/guest/call", {})
    now = rig.loop.now()
    rig.loop.now = lambda: Ms(now + 61_000)  # type: ignore[method-assign]
    assert (await guest.good("POST", "/api/v1/guest/call", {}))["user"] == "guest-1"


async def test_one_address_can_not_call_for_ever(rig: Rig) -> None:
    guest = rig.client()
    for _ in range(6):
        lease = await guest.good("POST", "/api/v1/guest/call", {})
        await guest.good("DELETE", "/api/v1/guest/call", headers={"X-Guest": lease["token"]})
    problem = await guest.bad(429, "POST", "/api/v1/guest/call", {})
    assert "often" in problem["title"]


async def test_no_calls_from_the_page_without_asterisk(rig: Rig) -> None:
    await rig.say(AsteriskDown())
    guest = rig.client()
    await guest.bad(503, "POST", "/api/v1/guest/call", {})
    assert not (await guest.good("GET", "/api/v1/site"))["guest_calls"]


async def test_health_says_what_is_wrong(rig: Rig, journal_trouble: list[str]) -> None:
    probe = rig.client()
    health = await probe.good("GET", "/healthz")
    assert (health["ok"], health["version"]) == (True, "0.1.0")
    journal_trouble.append("the disk is full")
    status, health = await probe.ask("GET", "/healthz")
    assert (status, health["ok"], health["journal"], health["asterisk"]) == (503, False, False, True)
    journal_trouble.clear()
    await rig.say(AsteriskDown())
    status, health = await probe.ask("GET", "/healthz")
    assert (status, health["asterisk"]) == (503, False)


async def test_metrics_are_the_world_and_what_has_happened(rig: Rig) -> None:
    sue = await rig.signed_in("sue")
    await rig.say(*ready("ana"))
    await rig.waiting_call("c-1")
    await rig.waiting_call("c-2")
    await rig.talking("c-1")
    text = (await sue.good("GET", "/metrics")).decode()
    for line in (
        "hotline_asterisk_up 1.0",
        'hotline_waiting{queue="support"} 1.0',
        'hotline_agents{state="talking"} 1.0',
        'hotline_interactions{state="talking"} 1.0',
        "hotline_today_arrived 2.0",
        'hotline_today_answered{queue="support"} 1.0',
        'hotline_events_total{kind="Connected"} 1.0',
        'hotline_wait_seconds_count{queue="support"} 1.0',
        'hotline_http_requests_total{route="/api/v1/session",status="200"} 1.0',
    ):
        assert line in text.splitlines(), line
    assert "hotline_event_to_screen_seconds_bucket" in text


async def test_the_wallboard_can_be_read_once(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.waiting_call()
    view = await ana.good("GET", "/api/v1/wallboard")
    assert (view["waiting"], view["longest_queue"], view["today"]["arrived"]) == (1, "support", 1)
    assert len(view["today"]["per_half_hour"]) == 48
    # Those who can be given work: neither the supervisor nor the administrator of this site has a skill.
    assert {tile["agent"] for tile in view["agents"]} == {"ana", "bo"}
