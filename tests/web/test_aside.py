"""Mails that no person wrote, and what could not be read: seen, and put right, over the API."""

from pathlib import Path

from cti.core.ids import Ms
from cti.ingest.mails import ingest_mails
from cti.store.identity import Identities
from cti.store.records import link
from tests.ingest.test_mails import HER, write
from tests.web.conftest import BOTH, Rig

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


@BOTH
async def test_a_letter_taken_for_spam_is_found_and_stands_in_the_timeline(rig: Rig, tmp_path: Path) -> None:
    taken_in(rig, tmp_path / "in")
    ana = await rig.signed_in("ana")
    every = await ana.good("GET", "/api/v1/mails/aside")
    assert [(one["auto"], one["text"]) for one in every["mails"]] == [
        ("list", "News"),
        ("auto_reply", "Away."),
        ("spam", "The light is red."),
    ]
    first = await ana.good("GET", "/api/v1/mails/aside?customer=eleanor&limit=1")
    assert [one["auto"] for one in first["mails"]] == ["auto_reply"]
    rest = await ana.good("GET", f"/api/v1/mails/aside?customer=eleanor&limit=1&before={first['next']}")
    assert ([one["auto"] for one in rest["mails"]], rest["next"]) == (["spam"], None)
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
    assert await root.good("POST", "/api/v1/unread/again") == {"read": 0, "kept": 1}
    await sue.bad(403, "DELETE", f"/api/v1/unread/{odd['id']}")
    await root.good("DELETE", f"/api/v1/unread/{odd['id']}")
    await root.bad(404, "DELETE", f"/api/v1/unread/{odd['id']}")
    await root.bad(404, "GET", "/api/v1/unread/never")
    assert (await root.good("GET", "/api/v1/unread"))["unread"] == []
    assert [one.what for one in rig.accounts.audit(5, who="root")] == ["unread_forgotten"]
