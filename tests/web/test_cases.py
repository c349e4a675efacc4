"""Cases over the API: due by service time, taken over, put together, and open again when they come again."""

from msgspec.structs import replace

from cti.core.ids import Ms
from cti.core.inputs import SiteLoaded
from cti.core.site import Cases
from cti.store.records import InteractionRow, put_interactions
from tests.web.conftest import BOTH, SITE, Rig

HOUR = 3600_000


def mail(rig: Rig, id_: str, title: str) -> None:
    """A mail of Eleanor's comes in."""
    now = rig.loop.now()
    row = InteractionRow(owner="customer:eleanor", at=Ms(now), id=id_, kind="mail", title=title)
    rig.history._store.write(lambda c: put_interactions(c, [row]))


@BOTH
async def test_a_case_is_due_by_its_priority_and_changes_hands(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(SiteLoaded(site=replace(SITE, cases=Cases(urgent_h=2, normal_h=10))))
    now = rig.loop.now()
    asked = {"customer": "eleanor", "title": "Red light on the router"}
    case = await ana.good("POST", "/api/v1/cases", asked)
    assert 0 <= case["due"] - now - 10 * HOUR < 60_000
    path = f"/api/v1/cases/{case['id']}"
    await ana.good("POST", path, {"priority": 2})
    (mine,) = (await ana.good("GET", "/api/v1/cases"))["cases"]
    assert (mine["priority"], mine["id"]) == (2, case["id"])
    assert 0 <= mine["due"] - now - 2 * HOUR < 60_000
    await ana.good("POST", "/api/v1/promises", {"customer": "eleanor", "what": "call", "due": now, "case": case["id"]})
    await ana.good("POST", path, {"owner": "bo"})
    assert (await ana.good("GET", "/api/v1/cases"))["cases"] == []
    assert (await ana.good("GET", "/api/v1/promises"))["promises"] == []
    assert (await ana.good("GET", path))["promises"][0]["by"] == "bo"
    assert (await ana.bad(422, "POST", path, {"owner": "nobody"}))["where"] == "$.owner"
    await ana.bad(422, "POST", path, {"state": "closed"})
    await ana.bad(404, "POST", "/api/v1/cases/99", {"title": "none"})
    await ana.bad(404, "GET", "/api/v1/cases/99")


@BOTH
async def test_a_mail_that_looks_like_a_solved_case_opens_it_again(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    case = await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": "Red light on the router"})
    path = f"/api/v1/cases/{case['id']}"
    await ana.good("POST", f"{path}/close")
    await ana.bad(404, "POST", f"{path}/close")
    mail(rig, "m-1", "The router has its red light again")
    (one,) = (await ana.good("GET", "/api/v1/interactions/m-1/cases"))["cases"]
    assert (one["case"]["id"], one["reopens"]) == (case["id"], True)
    assert one["words"] == ["light", "red", "router"]
    await ana.good("POST", "/api/v1/interactions/m-1/case", {"case": case["id"]})
    view = await ana.good("GET", path)
    assert (view["case"]["state"], view["case"]["reopened"], view["case"]["owner"]) == ("open", 1, "ana")
    assert [entry["id"] for entry in view["entries"]] == ["m-1"]
    await ana.bad(404, "POST", "/api/v1/interactions/m-2/case", {"case": case["id"]})
    other = await ana.good("POST", "/api/v1/cases", {"customer": "eleanor", "title": "Router"})
    moved = await ana.good("POST", f"{path}/merge", {"other": other["id"]})
    await ana.good("POST", f"/api/v1/case-moves/{moved['move']}/undo", {})
    await ana.bad(404, "POST", f"/api/v1/case-moves/{moved['move']}/undo", {})
    await ana.good("POST", f"{path}/merge", {"other": other["id"]})
    await ana.bad(404, "POST", f"{path}/merge", {"other": other["id"]})
    split = await ana.good("POST", f"{path}/split", {"title": "Bill", "interactions": ["m-1"]})
    assert (await ana.good("GET", f"/api/v1/cases/{split['id']}"))["entries"][0]["id"] == "m-1"
    await ana.bad(404, "POST", f"{path}/split", {"title": "Bill", "interactions": ["m-1"]})
    await ana.good("POST", f"{path}/close?solved=false")
    await ana.good("POST", f"{path}/reopen", {})
    await ana.bad(404, "POST", f"{path}/reopen", {})


@BOTH
async def test_overdue_promises_are_their_supervisors_to_see(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await ana.good("POST", "/api/v1/promises", {"customer": "eleanor", "what": "call back", "due": 2})
    await ana.good("POST", "/api/v1/promises", {"customer": "daniel", "what": "send the bill", "due": 1})
    await ana.bad(403, "GET", "/api/v1/promises/due")
    sue = await rig.signed_in("sue")
    found = (await sue.good("GET", "/api/v1/promises/due"))["promises"]
    assert [(one["what"], one["by"], one["name"]) for one in found] == [
        ("send the bill", "ana", "Daniel W."),
        ("call back", "ana", "Eleanor Whitcombe"),
    ]
