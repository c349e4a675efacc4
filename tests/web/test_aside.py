"""Mails that no person wrote, and what could not be read: seen, and put right, over the API."""

import asyncio
import fcntl
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cti.core.ids import Ms
from cti.ingest.mails import ingest_mails
from cti.ingest.report import keep
from cti.store.identity import Identities
from cti.store.records import link
from tests.ingest.test_mails import HER, write
from tests.web.conftest import BOTH, Client, Rig

DAY = "Fri, 20 Nov 2026 {:02}:00:00 +0800"


def taken_in(rig: Rig, folder: Path) -> None:
    """Eleanor's letter was taken for spam; an automatic reply of hers, a stranger's list, and what is no mail."""
    identities = Identities(b"key", "HK")
    spam = {"X_Spam_Flag": "YES", "Message_ID": "<1@her>", "date": DAY.format(9)}
    write(folder, "1.eml", "The light is red.\n\n--\nEleanor\n+852 9123 4567", subject="Red light", **spam)
    write(folder, "2.eml", "Away.", Auto_Submitted="auto-replied", Message_ID="<2@her>", date=DAY.format(10))
    write(folder, "3.eml", "News", sender="l@lists.example", List_Id="<l>", Message_ID="<3@l>", date=DAY.format(11))
    (folder / "odd.eml").write_bytes(b"GIF89a")
    ingest_mails(rig.store, identities, folder, ["harbour.example"], rig.loop.now())
    mail = identities.mail(HER)
    assert mail is not None
    rig.store.write(lambda c: link(c, [(mail.id, "eleanor")], "test", Ms(1)))


async def read_to_the_end(client: Client) -> dict[str, Any]:
    """What came of reading once more, when it is done."""
    async with asyncio.timeout(10):
        while True:
            again = await client.good("GET", "/api/v1/unread/again")
            if not again["running"]:
                return dict(again)
            await asyncio.sleep(0.01)


@BOTH
async def test_a_letter_taken_for_spam_is_found_and_stands_in_the_timeline(rig: Rig, tmp_path: Path) -> None:
    taken_in(rig, tmp_path / "in")
    ana = await rig.signed_in("ana")
    every = await ana.good("GET", "/api/v1/mails/aside")
    assert every["count"] == 3
    assert [(one["auto"], one["text"]) for one in every["mails"]] == [
        ("list", "News"),
        ("auto_reply", "Away."),
        ("spam", "The light is red."),
    ]
    first = await ana.good("GET", "/api/v1/mails/aside?customer=eleanor&limit=1")
    assert ([one["auto"] for one in first["mails"]], first["count"]) == (["auto_reply"], 2)
    rest = await ana.good("GET", f"/api/v1/mails/aside?customer=eleanor&limit=1&before={first['next']}")
    assert ([one["auto"] for one in rest["mails"]], rest["next"], rest["count"]) == (["spam"], None, None)
    letter = rest["mails"][0]["id"]
    before = await ana.good("GET", "/api/v1/customers/eleanor/timeline?kind=mail")
    assert before["entries"] == []
    await ana.good("POST", f"/api/v1/mails/{letter}/person")
    (line,) = (await ana.good("GET", "/api/v1/customers/eleanor/timeline?kind=mail"))["entries"]
    assert (line["title"], line["text"], line["mark"]) == ("Red light", "The light is red.", "no_reply")
    (mail,) = (await ana.good("GET", f"/api/v1/interactions/{line['id']}/messages"))["messages"]
    assert (mail["auto"], mail["quoted"]) == ("", "--\nEleanor\n+852 9123 4567")
    left = await ana.good("GET", "/api/v1/mails/aside?customer=eleanor")
    assert [one["auto"] for one in left["mails"]] == ["auto_reply"]
    noted = [(one.who, one.what, one.about) for one in rig.accounts.audit(5, who="ana")]
    assert noted == [("ana", "mail_from_person", line["id"])]
    # Brought in again, it stays what the agent has said it is.
    ingest_mails(rig.store, Identities(b"key", "HK"), tmp_path / "in", ["harbour.example"], rig.loop.now())
    assert len((await ana.good("GET", "/api/v1/customers/eleanor/timeline?kind=mail"))["entries"]) == 1
    await ana.bad(404, "POST", f"/api/v1/mails/{letter}/person")
    await ana.bad(404, "GET", "/api/v1/mails/aside?customer=nobody")
    assert (await ana.bad(422, "GET", "/api/v1/mails/aside?before=never"))["where"] == "before"


@BOTH
async def test_what_could_not_be_read_is_an_administrator_s_to_see_read_again_and_forget(
    rig: Rig, tmp_path: Path
) -> None:
    taken_in(rig, tmp_path / "in")
    sue, root = await rig.signed_in("sue"), await rig.signed_in("root")
    await sue.bad(403, "GET", "/api/v1/unread")
    await sue.bad(403, "POST", "/api/v1/unread/again")
    (odd,) = (await root.good("GET", "/api/v1/unread"))["unread"]
    assert (odd["place"], odd["size"]) == (str(tmp_path / "in" / "odd.eml"), 6)
    assert "no mail" in odd["reason"]
    async with root.http.get(f"{rig.base}/api/v1/unread/{odd['id']}") as answer:
        assert (await answer.read(), answer.headers["Content-Disposition"]) == (b"GIF89a", "attachment")
    await root.good("POST", "/api/v1/unread/again")
    done = await read_to_the_end(root)
    assert (done["of"], done["read"], done["kept"], done["failed"]) == (1, 0, 1, "")
    await sue.bad(403, "DELETE", f"/api/v1/unread/{odd['id']}")
    await root.good("DELETE", f"/api/v1/unread/{odd['id']}")
    await root.bad(404, "DELETE", f"/api/v1/unread/{odd['id']}")
    await root.bad(404, "GET", "/api/v1/unread/never")
    assert (await root.good("GET", "/api/v1/unread"))["unread"] == []
    assert [one.what for one in rig.accounts.audit(5, who="root")] == ["unread_forgotten"]


@BOTH
async def test_however_much_could_not_be_read_all_of_it_is_reached(rig: Rig) -> None:
    def fill(connection: sa.Connection) -> None:
        for n in range(7):
            keep(connection, "mail", f"INBOX/{n}", "it broke the reader", b"x", Ms(1 + n // 3))

    rig.store.write(fill)
    root = await rig.signed_in("root")
    found: list[str] = []
    following = ""
    for size in (3, 3, 1):
        page = await root.good("GET", f"/api/v1/unread?limit=3{following}")
        assert (len(page["unread"]), page["count"]) == (size, 7)
        found += [one["place"] for one in page["unread"]]
        following = f"&before={page['next']}"
    assert page["next"] is None
    assert found == [f"INBOX/{n}" for n in reversed(range(7))]
    for wrong in ("never", "1.", "1.x"):
        assert (await root.bad(422, "GET", f"/api/v1/unread?before={wrong}"))["where"] == "before"


async def test_it_is_read_again_once_at_a_time_and_everybody_sees_how_far_it_is(rig: Rig, tmp_path: Path) -> None:
    taken_in(rig, tmp_path / "in")
    root = await rig.signed_in("root")
    assert (await root.good("GET", "/api/v1/unread"))["again"]["begun"] is None
    rig.rereading.may.clear()
    begun = await root.good("POST", "/api/v1/unread/again")
    assert (begun["running"], begun["ended"]) == (True, None)
    # Another page, or this one loaded anew: it joins, and nothing runs beside it.
    other = await rig.signed_in("root")
    joined = await other.good("POST", "/api/v1/unread/again")
    assert (joined["running"], joined["begun"], joined["of"]) == (True, begun["begun"], 1)
    assert (await other.good("GET", "/api/v1/unread"))["again"]["running"]
    assert rig.rereading.times == 1
    rig.rereading.may.set()
    done = await read_to_the_end(other)
    assert (done["kept"], done["ended"] is not None) == (1, True)
    await root.good("POST", "/api/v1/unread/again")
    await read_to_the_end(root)
    assert rig.rereading.times == 2


async def test_who_goes_away_does_not_end_it_and_a_shutdown_does(rig: Rig, tmp_path: Path) -> None:
    taken_in(rig, tmp_path / "in")
    root, other = await rig.signed_in("root"), await rig.signed_in("root")
    rig.rereading.may.clear()
    await root.good("POST", "/api/v1/unread/again")
    await root.http.close()
    assert (await other.good("GET", "/api/v1/unread/again"))["running"]
    await rig.sorting.close()
    assert not rig.sorting.again().running


async def test_why_it_could_not_be_read_again_is_said(rig: Rig, tmp_path: Path) -> None:
    taken_in(rig, tmp_path / "in")
    root = await rig.signed_in("root")
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "retry.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await root.good("POST", "/api/v1/unread/again")
        assert "already" in (await read_to_the_end(root))["failed"]
