"""Everything about one person: handed out whole, and gone when it is erased, while what was counted stays."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.ingest.mails import ingest_mails
from cti.store import person
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.journal import Journal
from cti.store.projector import Fold, Projector
from cti.store.records import Seen, see
from cti.store.tables import metadata
from cti.store.vault import Vault
from tests.ingest.test_mails import write
from tests.store.conftest import DAY, NOW, answered_call, records_of
from tests.store.filled import everything, fill
from tests.store.test_projector import write_journal

HERS = (
    b"Whitcombe",
    b"eleanor.w@",
    b"Still dark",
    "没有网".encode(),
    "升级到 500M".encode(),
    b"call back",
    b"picture.png",
    b"Hard of hearing",
)


def every_byte(store: Store) -> bytes:
    """Every value there is; of SQLite the files themselves, with what was deleted in them."""
    values = repr(everything(store)).encode()
    files = [] if store.path is None else sorted(store.path.parent.glob(f"{store.path.name}*"))
    return values + b"".join(file.read_bytes() for file in files)


@pytest.fixture
def full(store: Store, identities: Identities) -> Store:
    fill(store, identities)
    put = sa.text("INSERT INTO kept (source, place, reason, body, at) VALUES ('mail', 'in/2', 'no mail', :body, 5)")
    store.write(lambda c: c.execute(put, {"body": b"From: Eleanor.W@mail.example\n\0\0"}))
    return store


@pytest.fixture
def teller(full: Store, identities: Identities, tmp_path: Path) -> History:
    (tmp_path / "messages").mkdir()
    for name in ("c-0.wav", "c-0.talks.wav", "c-1.wav", "c-1.talks.wav"):
        (tmp_path / "messages" / name).write_bytes(b"RIFF")
    return History(full, identities, now=lambda: NOW, recordings=tmp_path / "messages")


async def test_what_can_be_heard_is_marked_wherever_a_timeline_is_shown(teller: History) -> None:
    person = await teller.customer(CustomerId("eleanor"))
    assert person is not None
    for lines in (person.timeline, (await teller.timeline(CustomerId("eleanor")))[0]):
        assert [line.id for line in lines if line.recorded] == ["c-0"]


async def test_an_export_holds_everything_of_one_person_and_nothing_of_another(teller: History) -> None:
    packed = await teller.export(CustomerId("eleanor"))
    assert packed is not None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (unread,) = [name for name in archive.namelist() if name.startswith("unread/")]
        kept = [unread, "recordings/c-0.wav", "recordings/c-0.talks.wav"]
        assert archive.namelist() == ["person.json", "attachments/hash1-picture.png", *kept]
        assert archive.read(unread) == b"From: Eleanor.W@mail.example\n\0\0"
        assert archive.read("attachments/hash1-picture.png") == b"\0\xff42"
        told = json.loads(archive.read("person.json"))
    assert (told["name"], told["tier"], told["tags"]) == ("Eleanor Whitcombe", "gold", ["Works from home"])
    assert told["pin"]["by"] == "ana"
    assert (told["wishes"]["never"], told["wishes"]["note"]) == (["call"], "Hard of hearing")
    assert {(one["value"], one["shared"]) for one in told["identifiers"]} == {
        ("+447700900143", True),
        ("eleanor.w@mail.example", False),
    }
    assert {line["id"] for line in told["timeline"]} == {"c-0", "c-0-message", "mail-1"}
    assert [(piece["line"]["about"], piece["line"]["outcome"]) for piece in told["pieces"]] == [("c-0", "solved")]
    assert [call["line"]["note"] for call in told["calls"]] == ["升级到 500M"]
    assert told["threads"][0]["messages"][0]["text"] == "Still dark"
    assert [(one["place"], one["reason"]) for one in told["unread"]] == [("in/2", "no mail")]
    assert (told["cases"][0]["title"], told["promises"][0]["what"]) == ("No line", "call back")
    assert await teller.export(CustomerId("nobody-there")) is None
    teller.close()


async def test_erased_is_gone_from_every_table_and_file_and_others_are_untouched(
    teller: History, full: Store, tmp_path: Path
) -> None:
    before = everything(full)
    assert all(word in every_byte(full) for word in HERS)
    daniel = await teller.customer(CustomerId("daniel"))
    done = await teller.erase(CustomerId("eleanor"), "root")
    assert done is not None
    assert (done.identifiers, done.interactions, done.messages, done.attachments) == (1, 3, 1, 1)
    assert (done.kept, done.files) == (1, 2)
    left = every_byte(full)
    assert [word for word in HERS if word in left] == []
    assert await teller.customer(CustomerId("eleanor")) is None
    assert await teller.customer(CustomerId("daniel")) == daniel
    assert {file.name for file in (tmp_path / "messages").iterdir()} == {"c-1.wav", "c-1.talks.wav"}
    after = everything(full)
    for table in ("interactions", "calls", "pieces", "cases", "promises", "messages", "arrivals", "annotations"):
        assert len(after[table]) == len(before[table]), f"{table}: what was counted stays"
    line = await teller.call(InteractionId("c-0"))
    assert line is not None
    assert (line.display, line.customer, line.note) == ("", None, "")
    assert (line.state, line.waited, line.solved) == ("answered", 6500, True)
    (audited,) = [row for row in after["audit"] if "customer_erased" in row]
    assert {"root", "eleanor"} <= set(audited)
    assert await teller.erase(CustomerId("eleanor"), "root") is None
    teller.close()


async def test_who_is_erased_is_no_recipient_of_other_people_s_mails_either(
    teller: History, full: Store, identities: Identities
) -> None:
    hers, his = identities.mail("eleanor.w@mail.example"), identities.mail("d@mail.example")
    assert hers is not None
    assert his is not None
    to = (
        "Bell, Dan <d@mail.example>, Whitcombe, E. <Eleanor.W@mail.example>, x@y.example, eleanor.w@mail.example, z@y.z"
    )
    put = sa.text(
        "INSERT INTO messages (id, interaction, at, inbound, author, recipients, text, loose, people)"
        " VALUES ('m2', 'mail-2', 6, true, :his, :to, 'Lunch', false, :people)"
    )
    given = {"his": his.id, "to": to, "people": " ".join(sorted((his.id, hers.id)))}
    full.write(lambda c: c.execute(put, given))
    await teller.erase(CustomerId("eleanor"), "root")
    wanted = sa.text("SELECT recipients, people, author, text FROM messages WHERE id = 'm2'")
    assert full.read(lambda c: tuple(c.execute(wanted).one())) == (
        "Bell, Dan <d@mail.example>, x@y.example, z@y.z",
        his.id,
        his.id,
        "Lunch",
    )
    assert b"leanor.w@" not in every_byte(full).lower()
    teller.close()


async def test_mails_that_make_no_line_are_handed_out_and_erased_as_well(
    full: Store, identities: Identities, tmp_path: Path
) -> None:
    automatic = {"Auto_Submitted": "auto-replied", "subject": "Away at sea"}
    write(
        tmp_path / "in", "1.eml", "Back on Monday.", sender="eleanor.w@mail.example", Message_ID="<x@her>", **automatic
    )
    ingest_mails(full, identities, tmp_path / "in", ["harbour.example"], NOW)
    teller = History(full, identities, now=lambda: NOW)
    packed = await teller.export(CustomerId("eleanor"))
    assert packed is not None
    told = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("person.json"))
    assert [[one["text"] for one in thread["messages"]] for thread in told["threads"]] == [
        ["Still dark"],
        ["Back on Monday."],
    ]
    assert b"x@her" in every_byte(full)
    await teller.erase(CustomerId("eleanor"), "root")
    teller.close()
    left = every_byte(full)
    assert [word for word in (b"Away at sea", b"Back on Monday.", b"x@her") if word in left] == []
    again = ingest_mails(full, identities, tmp_path / "in", ["harbour.example"], NOW)
    assert (again.new, again.same) == (0, 1)


async def test_whose_recording_cannot_be_taken_away_is_still_there_to_be_erased(
    teller: History, full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(full)

    def refused(file: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        with pytest.raises(PermissionError):
            await teller.erase(CustomerId("eleanor"), "root")
    assert everything(full) == before
    done = await teller.erase(CustomerId("eleanor"), "root")
    assert done is not None
    assert not (tmp_path / "messages" / "c-0.wav").exists()
    teller.close()


async def test_an_erased_stranger_stays_nobody_when_the_journal_is_folded_again_and_may_call_as_a_new_one(
    store: Store, identities: Identities, journal_place: str
) -> None:
    number = identities.phone("9123 4567")
    assert number is not None
    with await write_journal(journal_place, records_of([answered_call(1, number.id), answered_call(2, "tel:x")])) as j:
        history = History(store, identities, journal=j, now=lambda: NOW)
        projector = Projector(store, j)
        projector.catch_up()
        store.write(lambda c: see(c, [Seen(number, NOW)]))
        packed = await history.export(CustomerId(number.id))
        assert packed is not None
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            told = json.loads(archive.read("person.json"))
        assert told["calls"][0]["records"][0]["event"]["type"] == "InteractionOpened"
        assert await history.erase(CustomerId(number.id), "root") is not None
        assert history.shown(number.id) == ""
        once = everything(store)
        projector.rebuild()
        assert {**everything(store), "positions": []} == {**once, "positions": []}
        owners = store.read(lambda c: c.execute(sa.text("SELECT DISTINCT owner FROM interactions")).scalars().all())
        assert sorted(owners) == ["nobody", "tel:x"]
        # The same person calls again: from here on they are known, and of before nothing is.
        store.write(lambda c: see(c, [Seen(number, Ms(NOW + DAY))]))
        later = [Record(r.seq + 1000, r.at, r.event) for r in records_of([answered_call(9, number.id, NOW + DAY)])]
        store.write(lambda connection: Fold().fold(connection, later))
        (who,) = (await history.pop(number.id)).people
        assert [line.id for line in who.timeline] == ["c-9"]
        history.close()


async def test_an_identifier_that_belongs_to_somebody_is_not_taken_for_a_person(teller: History, full: Store) -> None:
    tel = next(row[0] for row in everything(full)["links"] if str(row[0]).startswith("tel:"))
    before = everything(full)
    for ask in (teller.export(CustomerId(str(tel))), teller.erase(CustomerId(str(tel)), "root")):
        with pytest.raises(LookupError, match="daniel, eleanor"):
            await ask
    assert everything(full) == before
    teller.close()


async def test_whoever_was_merged_is_handed_out_and_erased_together(teller: History, full: Store) -> None:
    await teller.people.merge(CustomerId("eleanor"), CustomerId("daniel"), AgentId("ana"))
    packed = await teller.export(CustomerId("daniel"))
    assert packed is not None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = json.loads(archive.read("person.json"))
    assert (told["customer"], told["merged"]) == ("eleanor", ["daniel"])
    assert {line["id"] for line in told["timeline"]} == {"c-0", "c-0-message", "c-1", "mail-1"}
    assert [one["shown"] for one in told["wrote"]] == ["+852 9123 4567"]
    done = await teller.erase(CustomerId("daniel"), "root")
    assert done is not None
    assert (done.customer, done.identifiers, done.interactions) == ("eleanor", 2, 4)
    left = everything(full)
    for table in ("customers", "links", "merges", "apart", "mentions", "tags", "case_words"):
        assert left[table] == []
    teller.close()


def test_an_attachment_s_name_leads_nowhere(full: Store, identities: Identities, tmp_path: Path) -> None:
    full.write(lambda c: c.execute(sa.text("UPDATE message_attachments SET name = '../../etc/passwd'")))
    db = full.driver()
    with Journal.open(tmp_path / "empty.db") as journal:
        found = person.export(db, journal, "eleanor", NOW)
    assert found is not None
    packed = io.BytesIO()
    person.pack(found, db, Vault(), None, packed)
    names = zipfile.ZipFile(packed).namelist()
    assert [name for name in names if "unread/" not in name] == ["person.json", "attachments/hash1-_.._etc_passwd"]
    db.close()


HELD = {
    *("annotations", "attachments", "calls", "cases", "customers", "erased", "identifiers", "interactions", "kept"),
    *("apart", "links", "mentions", "merges", "message_attachments", "messages", "notes", "pieces", "promises"),
    *("case_moves", "case_words", "pins", "tags", "tallies", "thread_refs", "visits", "visit_items", "wishes"),
}
"""Tables with something of a customer's in them: `cti/store/erase.py` forgets it."""
NOBODYS = {"agent_names", "arrivals", "audit", "passwords", "positions", "tokens"}


def test_no_table_is_forgotten_when_somebody_is_erased() -> None:
    """A new table belongs into one of these sets; into the first, once an export shows it and erasing empties it."""
    assert set(metadata.tables) == HELD | NOBODYS
