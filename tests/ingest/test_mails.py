"""Mail brought in twice, in any order, from any kind of box: all there, once, in its thread."""

import mailbox
import os
import random
import shutil
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from cti.core.ids import AgentId, CustomerId, Ms
from cti.core.site import Cases
from cti.ingest.mailbox import Found
from cti.ingest.mails import MailStore, Own, ingest_mails, put_mails
from cti.ingest.report import IngestError, kept_body, list_kept
from cti.store import case_moves
from cti.store.cases import close_case, open_case, put_in_case
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.records import CustomerRow, link, note, put_customers
from tests.conftest import MakeDatabase
from tests.store.conftest import NOW, SITE

SHARED = Path(os.environ.get("HOTLINE_SHARED", Path(__file__).parents[3] / "shared")) / "testdata/mail"
US = "support@harbour.example"
HER = "Eleanor W <eleanor.w@mail.example>"


def write(folder: Path, name: str, text: str, *, sender: str = HER, to: str = US, **headers: str) -> Path:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = headers.pop("subject", "Still no connection")
    message["Date"] = headers.pop("date", "Mon, 23 Nov 2026 17:51:00 +0800")
    for header, value in headers.items():
        message[header.replace("_", "-")] = value
    message.set_content(text)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(message.as_bytes())
    return path


def conversation(folder: Path) -> None:
    """She writes, we answer, she answers; then another matter of hers, and somebody else's reply without ids."""
    write(folder, "1.eml", "No light.", Message_ID="<1@her>", date="Fri, 20 Nov 2026 18:00:00 +0800")
    write(
        folder,
        "2.eml",
        "Reset it.\n\nOn Friday Eleanor wrote:\n> No light.",
        sender=f"Bo Tan <{US}>",
        to=HER,
        subject="Re: Still no connection",
        Message_ID="<2@us>",
        In_Reply_To="<1@her>",
        date="Fri, 20 Nov 2026 18:55:00 +0800",
    )
    write(folder, "3.eml", "It went red again.", subject="Re: Still no connection", References="<1@her> <2@us>")
    write(folder, "4.eml", "请问账单", subject="账单", Message_ID="<4@her>", date="Sat, 21 Nov 2026 09:00:00 +0800")
    write(
        folder,
        "5.eml",
        "已收到",
        sender=f"王芳 <{US}>",
        to=HER,
        subject="回复：账单",
        date="Sat, 21 Nov 2026 10:00:00 +0800",
    )


def lines(store: Store) -> list[tuple[object, ...]]:
    query = sa.text("SELECT title, text, inbound, mark, agent_name, at, owner FROM interactions ORDER BY title")
    return store.read(lambda c: [tuple(row) for row in c.execute(query)])


def count(store: Store, table: str) -> int:
    return int(store.read(lambda c: c.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()))


def test_a_conversation_is_one_line_and_twice_changes_nothing(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    conversation(tmp_path / "in")
    report = ingest_mails(store, identities, tmp_path / "in", ["harbour.example"], NOW)
    assert (report.read, report.new, report.same, report.kept) == (5, 5, 0, 0)
    found = lines(store)
    assert [(title, text, bool(inbound), mark, agent) for title, text, inbound, mark, agent, _, _ in found] == [
        ("Still no connection", "It went red again.", True, "no_reply", ""),
        ("账单", "请问账单", False, "", "王芳"),
    ]
    owner = identities.mail(HER)
    assert owner is not None
    assert {line[-1] for line in found} == {owner.id}
    again = ingest_mails(store, identities, tmp_path / "in", ["harbour.example"], NOW)
    assert (again.new, again.same) == (0, 5)
    assert lines(store) == found
    assert count(store, "messages") == 5


def test_any_order_gives_the_same_threads(identities: Identities, tmp_path: Path, make_database: MakeDatabase) -> None:
    conversation(tmp_path / "in")
    files = sorted((tmp_path / "in").iterdir())
    outcomes = []
    for seed in range(4):
        store = Store.open(make_database())
        shuffled = files[:]
        random.Random(seed).shuffle(shuffled)
        for file in shuffled:
            ingest_mails(store, identities, file, ["harbour.example"], NOW)
        outcomes.append(lines(store))
        assert count(store, "interactions") == 2
        store.close()
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_every_kind_of_box_holds_the_same_mails(identities: Identities, tmp_path: Path) -> None:
    conversation(tmp_path / "eml")
    write(
        tmp_path / "eml/deep/er", "6.eml", "See below.\n\nFrom here on, all dark.", subject="From", Message_ID="<6@her>"
    )
    files = sorted((tmp_path / "eml").rglob("*.eml"))
    maildir = mailbox.Maildir(tmp_path / "maildir")
    mbox = mailbox.mbox(tmp_path / "box")
    for n, file in enumerate(files):
        entry = mailbox.MaildirMessage(file.read_bytes())
        if n % 2:
            entry.set_subdir("cur")
            entry.set_flags("S")
        (maildir if n < 4 else maildir.add_folder("old")).add(entry)
        mbox.add(mailbox.mboxMessage(file.read_bytes()))
    mbox.close()
    stores = []
    for box in ("eml", "maildir", "box"):
        store = Store.open(f"sqlite:///{tmp_path}/{box}.db")
        report = ingest_mails(store, identities, tmp_path / box, ["harbour.example"], NOW)
        assert (report.new, report.kept) == (6, 0)
        stores.append(store)
    assert lines(stores[0]) == lines(stores[1]) == lines(stores[2])
    mixed = stores[0]
    for box in ("maildir", "box"):
        assert ingest_mails(mixed, identities, tmp_path / box, ["harbour.example"], NOW).new == 0
    for store in stores:
        store.close()


def test_what_is_no_mail_is_kept_listed_and_let_go_once_mended(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    bad = tmp_path / "in" / "bad.eml"
    bad.write_bytes(b"\x00\x01 nothing a person wrote")
    write(tmp_path / "in", "good.eml", "hello", Message_ID="<1@x>")
    report = ingest_mails(store, identities, tmp_path / "in", [], NOW)
    assert (report.new, report.kept) == (1, 1)
    (kept,) = store.read(list_kept)
    assert (kept.place, kept.source) == (str(bad), "mail")
    assert "no mail" in kept.reason
    assert store.read(lambda c: kept_body(c, kept.id)) == bad.read_bytes()
    ingest_mails(store, identities, tmp_path / "in", [], NOW)
    assert len(store.read(list_kept)) == 1
    shutil.copy(write(tmp_path, "mended.eml", "now it is one", Message_ID="<2@x>"), bad)
    assert ingest_mails(store, identities, tmp_path / "in", [], NOW).kept == 0
    assert store.read(list_kept) == []


def test_a_path_that_is_not_there_says_so(store: Store, identities: Identities, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="does not exist"):
        ingest_mails(store, identities, tmp_path / "nowhere", [], NOW)


async def test_the_pop_shows_the_mail_of_the_caller(store: Store, identities: Identities, tmp_path: Path) -> None:
    conversation(tmp_path / "in")
    ingest_mails(store, identities, tmp_path / "in", ["harbour.example"], NOW)
    mail, tel = identities.mail(HER), identities.phone("+44 7700 900143")
    assert mail is not None
    assert tel is not None

    def know(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="eleanor", at=NOW, name="Eleanor Whitcombe")])
        link(connection, [(mail.id, "eleanor"), (tel.id, "eleanor")], "test", NOW)

    store.write(know)
    history = History(store, identities, now=lambda: NOW)
    (person,) = (await history.pop(tel.id)).people
    assert person.counts == {"mail": 2}
    newest = person.timeline[0]
    thread = await history.messages(newest.id)
    assert [(one.author, one.inbound, one.text) for one in thread] == [
        ("Eleanor W", True, "No light."),
        ("Bo Tan", False, "Reset it."),
        ("Eleanor W", True, "It went red again."),
    ]
    assert thread[1].quoted.endswith("> No light.")
    stranger = await history.customer(CustomerId(mail.id))
    assert stranger is not None
    assert stranger.name == "Eleanor W"
    history.close()


def test_machines_mail_is_kept_out_of_the_line(store: Store, identities: Identities, tmp_path: Path) -> None:
    conversation(tmp_path / "in")
    write(
        tmp_path / "in",
        "6.eml",
        "I am away.",
        subject="Automatic reply: Re: Still no connection",
        Auto_Submitted="auto-replied",
        References="<1@her> <2@us>",
        date="Tue, 24 Nov 2026 08:00:00 +0800",
    )
    ingest_mails(store, identities, tmp_path / "in", ["harbour.example"], NOW)
    assert [line[1] for line in lines(store)] == ["It went red again.", "请问账单"]
    assert count(store, "messages") == 6


@pytest.mark.parametrize("order", [(True, False), (False, True), (True, True, False, True)])
def test_a_mail_that_lies_outside_the_junk_folder_too_is_no_spam_in_whatever_order(
    store: Store, identities: Identities, tmp_path: Path, order: Sequence[bool]
) -> None:
    raw = write(tmp_path, "1.eml", "No light. Call +44 7700 900143", Message_ID="<1@her>").read_bytes()
    automatic = write(tmp_path, "2.eml", "Away", Message_ID="<2@her>", Auto_Submitted="auto-replied").read_bytes()
    into = MailStore(identities, Own(["harbour.example"]))
    found = [
        Found(f"{number} {n}", body, NOW, spam=junk)
        for n, junk in enumerate(order)
        for number, body in (("1", raw), ("2", automatic))
    ]
    report = put_mails(store, into, iter(found), "test", NOW, size=1)
    assert (report.new, report.same) == (2, 2 * len(order) - 2)
    assert [line[:2] for line in lines(store)] == [("Still no connection", "No light. Call +44 7700 900143")]
    assert count(store, "mentions") == 1
    query = sa.text("SELECT auto FROM messages ORDER BY auto")
    assert store.read(lambda c: c.execute(query).scalars().all()) == ["", "auto_reply"]


def test_threads_that_turn_out_to_be_one_keep_all_that_was_said_of_either(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    write(tmp_path / "in", "1.eml", "No light.", Message_ID="<1@her>")
    write(tmp_path / "in", "2.eml", "And the bill.", subject="Bill", Message_ID="<2@her>")
    ingest_mails(store, identities, tmp_path / "in", [], NOW)
    query = sa.text("SELECT id FROM interactions ORDER BY id")
    one, other = store.read(lambda c: c.execute(query).scalars().all())

    def said(connection: sa.Connection) -> None:
        note(connection, one, "ana", "asked about the light", NOW)
        for agent in ("ana", "bo"):
            note(connection, other, agent, f"the bill, says {agent}", Ms(NOW + 1))
        put_customers(connection, [CustomerRow(id="eleanor", at=NOW, name="Eleanor")])
        open_case(connection, "eleanor", "Bill", None, other, NOW)

    store.write(said)
    write(tmp_path / "in", "3.eml", "Both, please.", subject="Both", References="<1@her> <2@her>", Message_ID="<3@her>")
    ingest_mails(store, identities, tmp_path / "in", [], NOW)
    assert count(store, "interactions") == 1
    query = sa.text("SELECT id, case_id, text FROM interactions")
    ((kept, case, words),) = store.read(lambda c: c.execute(query).all())
    assert (kept, case) == (one, 1)
    assert words.splitlines() == ["asked about the light", "the bill, says ana", "the bill, says bo"]
    query = sa.text("SELECT interaction, agent, text FROM notes ORDER BY agent")
    assert [tuple(row) for row in store.read(lambda c: c.execute(query).all())] == [
        (one, "ana", "asked about the light\nthe bill, says ana"),
        (one, "bo", "the bill, says bo"),
    ]
    assert count(store, "annotations") == 1


@pytest.mark.parametrize(
    ("closed", "says", "reopened"),
    [
        ("2026-11-22T12:00+08:00", {}, 1),  # a day and a half before she writes again
        ("2026-11-15T12:00+08:00", {}, 0),  # long ago
        ("2026-11-23T18:00+08:00", {}, 0),  # after it: whoever closed it could read it
        ("2026-11-22T12:00+08:00", {"Auto_Submitted": "auto-replied"}, 0),
        ("2026-11-22T12:00+08:00", {"sender": f"Bo Tan <{US}>", "to": HER}, 0),
    ],
)
def test_a_customer_who_writes_again_opens_a_case_that_was_solved(
    store: Store, identities: Identities, tmp_path: Path, closed: str, says: dict[str, str], reopened: int
) -> None:
    conversation(tmp_path / "in")
    (tmp_path / "in/3.eml").unlink()
    site = replace(SITE, cases=Cases(normal_h=3, repeat_days=7))
    into = tmp_path / "in"
    ingest_mails(store, identities, into, ["harbour.example"], NOW, site=site)
    thread = store.read(
        lambda c: c.execute(sa.text("SELECT id FROM interactions WHERE title LIKE 'Still%'")).scalar_one()
    )
    at = int(datetime.fromisoformat(closed).timestamp() * 1000)

    def solved(connection: sa.Connection) -> str:
        old = open_case(connection, "eleanor", "Router", AgentId("bo"), None, NOW).id
        case = open_case(connection, "eleanor", "No line", AgentId("ana"), thread, NOW).id
        put_in_case(connection, thread, old, NOW, "ana")
        case_moves.merge(connection, int(case), int(old), NOW, "ana")
        assert close_case(connection, case, Ms(at), "ana")
        return case

    store.write(lambda c: put_customers(c, [CustomerRow(id="eleanor", at=NOW, name="Eleanor")]))
    case = store.write(solved)
    for _ in range(2):
        write(into, "3.eml", "It went red again.", subject="Re: Still no connection", References="<1@her>", **says)
        ingest_mails(store, identities, into, ["harbour.example"], NOW, site=site)
    query = sa.text("SELECT state, owner, reopened, due, closed FROM cases WHERE id = :id")
    found = tuple(store.read(lambda c: c.execute(query, {"id": int(case)}).one()))
    wrote = int(datetime.fromisoformat("2026-11-23T17:51+08:00").timestamp() * 1000)
    assert found == (("open", "ana", 1, wrote + 3 * 3600_000, None) if reopened else ("closed", "ana", 0, None, at))
    query = sa.text("SELECT who, what FROM audit ORDER BY id")
    noted = [tuple(row) for row in store.read(lambda c: c.execute(query).all())]
    assert noted == [("ana", "cases_merged"), ("ana", "case_closed"), ("hotline", "case_reopened")][: 2 + reopened]


def test_third_party_mails_twice(store: Store, identities: Identities) -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there (set HOTLINE_SHARED)")
    first = ingest_mails(store, identities, SHARED, [], NOW)
    assert first.read == first.new + first.same + first.kept
    assert first.new > 150
    before = {table: count(store, table) for table in ("messages", "interactions", "attachments", "kept")}
    second = ingest_mails(store, identities, SHARED, [], NOW)
    assert (second.read, second.new, second.kept) == (first.read, 0, first.kept)
    assert {table: count(store, table) for table in before} == before
