"""Everything about one person over the API: handed out, looked at before it goes, and gone from every screen."""

import io
import json
import zipfile

from cti.core.ids import ChannelId, IdentifierId, InteractionId, QueueId
from cti.core.inputs import CallArrived, RouteAsked
from cti.store.records import link
from tests.web.conftest import BOTH, NUMBER, Rig, heard, ready

HER = "/api/v1/customers/eleanor"
ERASURE = f"{HER}/erasure"


@BOTH
async def test_everything_about_a_person_is_handed_out_and_erased_by_an_administrator_and_noted(rig: Rig) -> None:
    ana, root = await rig.signed_in("ana"), await rig.signed_in("root")
    for method, path in (("GET", "/api/v1/customers/eleanor/export"), ("DELETE", "/api/v1/customers/eleanor")):
        await ana.bad(403, method, path)
    async with root.http.get(rig.base + "/api/v1/customers/eleanor/export") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Content-Disposition"] == "attachment"
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
            assert json.loads(archive.read("person.json"))["name"] == "Eleanor Whitcombe"
    tel = rig.history.remember(NUMBER)
    problem = await root.bad(409, "DELETE", f"/api/v1/customers/{tel}")
    assert "eleanor" in problem["title"]
    await root.good("DELETE", "/api/v1/customers/eleanor")
    await root.bad(404, "GET", "/api/v1/customers/eleanor")
    await root.bad(404, "DELETE", "/api/v1/customers/eleanor")
    noted = [(line.who, line.what) for line in rig.accounts.audit(10, about="eleanor")]
    assert noted == [("root", "customer_exported"), ("root", "customer_erased")]


async def her_call(rig: Rig, number: str = "+44 7700 900199") -> IdentifierId:
    """Ana talks with Eleanor, who calls from a telephone of her own."""
    tel = rig.history.remember(number)
    assert tel is not None
    await rig.history.write(lambda c: link(c, [(tel, "eleanor")], "test", rig.loop.now()))
    await rig.say(*ready("ana"))
    call = InteractionId("c-1")
    await rig.say(
        CallArrived(interaction=call, channel=ChannelId("ch-c-1"), number="28000000", caller=tel),
        RouteAsked(interaction=call, queue=QueueId("support")),
    )
    await rig.talking()
    return tel


@BOTH
async def test_it_is_counted_before_and_what_went_is_what_was_counted(rig: Rig) -> None:
    ana, root = await rig.signed_in("ana"), await rig.signed_in("root")
    case = {"customer": "eleanor", "title": "No internet"}
    await ana.good("POST", "/api/v1/cases", case)
    closed = await ana.good("POST", "/api/v1/cases", case)
    await ana.good("POST", f"/api/v1/cases/{closed['id']}/close")
    promise = {"customer": "eleanor", "what": "call back", "due": rig.loop.now() + 3600_000}
    await ana.good("POST", "/api/v1/promises", promise)
    await ana.bad(403, "GET", ERASURE)
    await ana.bad(403, "DELETE", HER)
    found = await root.good("GET", ERASURE)
    goes = found["goes"]
    assert (found["talking"], found["waiting"]) == (0, 0)
    assert (goes["cases"], goes["open_cases"], goes["promises"], goes["open_promises"]) == (2, 1, 1, 1)
    assert (goes["members"], goes["identifiers"], goes["shared"]) == (["eleanor"], 0, 1)
    assert await root.good("DELETE", f"{HER}?mark={found['mark']}") == goes
    await root.bad(404, "GET", ERASURE)


@BOTH
async def test_who_was_merged_with_another_since_is_not_erased_unseen(rig: Rig) -> None:
    root = await rig.signed_in("root")
    mark = (await root.good("GET", ERASURE))["mark"]
    await root.good("POST", f"{HER}/merge", {"other": "daniel"})
    problem = await root.bad(409, "DELETE", f"{HER}?mark={mark}")
    assert problem["type"] == "another-now"
    assert (await root.good("GET", "/api/v1/customers/daniel"))["customer"] == "eleanor"
    again = await root.good("GET", ERASURE)
    assert (again["goes"]["members"], again["goes"]["shared"]) == (["eleanor", "daniel"], 0)
    await root.good("DELETE", f"{HER}?mark={again['mark']}")
    await root.bad(404, "GET", "/api/v1/customers/daniel")


async def test_nobody_is_erased_while_somebody_talks_with_them_or_writes_about_it(rig: Rig) -> None:
    ana, root = await rig.signed_in("ana"), await rig.signed_in("root")
    await her_call(rig)
    for _ in ("talking", "wrap-up"):
        assert (await root.good("GET", ERASURE))["talking"] == 1
        assert (await root.bad(409, "DELETE", HER))["type"] == "still-talking"
        if rig.loop.world.interactions:
            await rig.over()
    await ana.good("POST", "/api/v1/interactions/c-1/wrap-up", {"outcome": None, "note": "", "ready": False})
    assert (await root.good("GET", ERASURE))["talking"] == 0
    await root.good("DELETE", HER)


async def test_every_desk_is_told_whom_it_shows_no_more(rig: Rig) -> None:
    ana, root = await rig.signed_in("ana"), await rig.signed_in("root")
    desk = await ana.live("desk")
    first = await heard(desk, lambda m: m["type"] == "snapshot")
    assert first["view"]["erased"] == []
    await root.good("DELETE", HER)
    change = await heard(desk, lambda m: m["type"] == "change" and "erased" in m["set"])
    assert change["set"]["erased"] == ["eleanor"]
    late = await (await rig.signed_in("bo")).live("desk")
    assert (await heard(late, lambda m: m["type"] == "snapshot"))["view"]["erased"] == ["eleanor"]


async def test_what_waits_for_somebody_shows_nothing_of_who_was_erased(rig: Rig) -> None:
    root = await rig.signed_in("root")
    tel = rig.history.remember("+44 7700 900199")
    assert tel is not None
    await rig.history.write(lambda c: link(c, [(tel, "eleanor")], "test", rig.loop.now()))
    call = InteractionId("c-1")
    await rig.say(CallArrived(interaction=call, channel=ChannelId(""), number="28000000", caller=tel))
    rig.pops[call] = await rig.history.pop(tel, call)
    assert [one.customer for one in rig.pops[call].people] == ["eleanor"]
    assert (await root.good("GET", ERASURE))["waiting"] == 1
    await root.good("DELETE", HER)
    assert (rig.pops[call].people, rig.pops[call].display) == ((), "")
