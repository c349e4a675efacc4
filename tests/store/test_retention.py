"""What is older than it is kept goes, by kind; all that was counted stays."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.core.ids import Ms
from cti.core.keeping import Retention
from cti.store import retention
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.records import InteractionRow, Seen, note, put_interactions, see
from tests.store.conftest import DAY, NOW
from tests.store.filled import everything

ALL = Retention(
    recordings=30,
    attachments=30,
    mails=30,
    notes=30,
    contacts=30,
    cases=30,
    promises=30,
    visits=30,
    unread=30,
    audit=30,
)
OLD, NEW = NOW - 31 * DAY, NOW - 29 * DAY


def row(owner: str, at: int, id: str, kind: str, source: str, **words: str) -> InteractionRow:
    return InteractionRow(owner=owner, at=Ms(at), id=id, kind=kind, source=source, **words)  # type: ignore[arg-type]


@pytest.fixture
def filled(store: Store, identities: Identities, tmp_path: Path) -> Path:
    """One of each kind that is too old, one that is not; gives the folder of recordings."""
    device = identities.device("browser-1")
    assert device is not None

    def write(connection: sa.Connection) -> None:
        see(connection, [Seen(device, NOW)])
        lines = []
        for name, at in (("old", OLD), ("new", NEW)):
            lines += [
                row(device.id, at, f"v-{name}", "search", "web", title="no light"),
                row(device.id, at, f"o-{name}", "order", "shop", title="router"),
                row(device.id, at, f"f-{name}", "form", "web", text="Call me: +44 7700 900143"),
                row("tel:1", at, f"h-{name}", "chat", "crm", title="Chat", text="Too slow"),
                row("mail:1", at, f"t-{name}", "mail", "mail", title="Bill", text="Too high"),
                row("tel:1", at, f"c-{name}", "call", "journal"),
            ]
        put_interactions(connection, lines)
        for name, at in (("old", OLD), ("new", NEW)):
            note(connection, f"c-{name}", "ana", "a red light", Ms(at))
            words = (
                "INSERT INTO mentions (identifier, owner, interaction, shown, at) VALUES ('tel:9', 'd', :id, '9', 1)"
            )
            connection.execute(sa.text(words), {"id": f"f-{name}"})
            given = {"id": f"m-{name}", "thread": f"t-{name}", "at": at, "body": b"x", "hash": f"h-{name}"}
            for statement in (
                "INSERT INTO messages (id, interaction, at, inbound, subject, text, recipients, loose)"
                " VALUES (:id, :thread, :at, true, 'Bill', 'Too high', 'us@x.example', false)",
                "INSERT INTO message_attachments (message, n, name, hash) VALUES (:id, 0, 'bill.pdf', :hash)",
                "INSERT INTO message_attachments (message, n, name, hash) VALUES (:id, 1, 'logo.png', 'both')",
                "INSERT INTO attachments (hash, size, body) VALUES (:hash, 1, :body)",
                "INSERT INTO kept (source, place, reason, body, at) VALUES ('mail', :id, 'no mail', :body, :at)",
                "INSERT INTO audit (at, who, what) VALUES (:at, 'ana', 'signed_in')",
                "INSERT INTO cases (customer, title, state, opened, closed) VALUES ('kim', :id, 'closed', 1, :at)",
                "INSERT INTO cases (customer, title, state, opened) VALUES ('kim', 'still open', 'open', 1)",
                "INSERT INTO promises (customer, what, due, made, state, done) VALUES ('kim', :id, 1, 1, 'kept', :at)",
                "INSERT INTO promises (customer, what, due, made, state) VALUES ('kim', 'still open', 1, 1, 'open')",
            ):
                wanted = sa.text(statement)
                connection.execute(wanted, {name: given[name] for name in wanted._bindparams})
        for name, at in (("old", OLD), ("new", NEW)):
            visit = {"id": f"w-{name}", "at": at}
            line = InteractionRow(owner="account:1", at=Ms(at), id=visit["id"], kind="visit")  # type: ignore[arg-type]
            put_interactions(connection, [line])
            connection.execute(sa.text("INSERT INTO visits (id, visitor, at) VALUES (:id, 'account:1', :at)"), visit)
            put = "INSERT INTO visit_items (visit, id, at, kind, words) VALUES (:id, '1', :at, 'page', 'Prices')"
            connection.execute(sa.text(put), visit)
        connection.execute(sa.text("INSERT INTO attachments (hash, size, body) VALUES ('both', 1, :x)"), {"x": b"x"})

    store.write(write)
    folder = tmp_path / "messages"
    folder.mkdir()
    for name, at in (("old", OLD), ("new", NEW)):
        (folder / f"c-{name}.wav").write_bytes(b"RIFF")
        os.utime(folder / f"c-{name}.wav", (at / 1000, at / 1000))
    return folder


def one(store: Store, statement: str) -> list[tuple[object, ...]]:
    return store.read(lambda c: [tuple(row) for row in c.execute(sa.text(statement))])


def test_nothing_goes_that_nobody_asked_to_go(store: Store, filled: Path) -> None:
    before = everything(store)
    assert retention.sweep(store, Retention(visits=0), filled, NOW, "test") == {}
    db = store.driver()
    assert retention.due(db, ALL, filled, NOW) == dict.fromkeys(ALL.in_force, 1) | {"visits": 2, "contacts": 3}
    db.close()
    assert everything(store) == before


def test_each_kind_goes_by_its_age(store: Store, filled: Path) -> None:
    told: list[tuple[str, int]] = []
    gone = retention.sweep(store, ALL, filled, NOW, "test", lambda kind, n: told.append((kind, n)))
    assert gone == dict.fromkeys(ALL.in_force, 1) | {"visits": 2, "contacts": 3}
    assert [each for each in told if each != ("visits", 1)] == list(gone.items())
    assert one(store, "SELECT v.id, i.words FROM visits v JOIN visit_items i ON i.visit = v.id") == [
        ("w-new", "Prices")
    ]
    assert one(store, "SELECT count(*) FROM visit_items") == [(1,)]
    assert os.listdir(filled) == ["c-new.wav"]
    assert one(store, "SELECT hash FROM attachments ORDER BY hash") == [("both",), ("h-new",)]
    assert one(store, "SELECT message, hash FROM message_attachments ORDER BY hash") == [
        ("m-new", "both"),
        ("m-new", "h-new"),
    ]
    assert one(store, "SELECT id, subject, text, recipients FROM messages ORDER BY id") == [
        ("m-new", "Bill", "Too high", "us@x.example"),
        ("m-old", "", "", ""),
    ]
    assert one(store, "SELECT id, title, text FROM interactions ORDER BY id") == [
        ("c-new", "", "a red light"),
        ("c-old", "", ""),
        ("f-new", "", "Call me: +44 7700 900143"),
        ("f-old", "", ""),
        ("h-new", "Chat", "Too slow"),
        ("h-old", "", ""),
        ("o-new", "router", ""),
        ("o-old", "", ""),
        ("t-new", "Bill", "Too high"),
        ("t-old", "", ""),
        ("v-new", "no light", ""),
        ("w-new", "", ""),
    ]
    assert one(store, "SELECT interaction FROM mentions") == [("f-new",)]
    assert one(store, "SELECT interaction FROM notes") == [("c-new",)]
    open_ones = [("still open",)] * 2
    assert one(store, "SELECT title FROM cases ORDER BY title") == [("",), ("m-new",), *open_ones]
    assert one(store, "SELECT what FROM promises ORDER BY what") == [("",), ("m-new",), *open_ones]
    assert one(store, "SELECT place FROM kept") == [("m-new",)]
    detail = ", ".join(f"{kind} {n}" for kind, n in gone.items())
    assert one(store, "SELECT who, what, detail FROM audit ORDER BY id") == [
        ("ana", "signed_in", ""),
        ("test", "retention_swept", detail),
    ]
    counted = one(store, "SELECT kind, n FROM tallies WHERE kind IN ('call', 'mail') ORDER BY kind")
    assert counted == [("call", 2), ("mail", 2)]
    again = retention.sweep(store, ALL, filled, NOW, "test")
    assert set(again.values()) == {0}
    db = store.driver()
    assert retention.last(db) == NOW
    db.close()


def test_what_an_agent_wrote_about_a_chat_goes_by_its_own_age(store: Store) -> None:
    chats = [row("tel:1", OLD - n, f"h-{n}", "chat", "crm", title="Chat", text="Too slow") for n in range(401)]
    store.write(lambda c: put_interactions(c, chats))
    store.write(lambda c: note(c, "h-7", "ana", "Line tested", NOW))
    for gone in (401, 0):
        assert retention.sweep(store, Retention(contacts=30, visits=0), None, NOW, "test") == {"contacts": gone}
        assert one(store, "SELECT id, title, text FROM interactions WHERE text <> ''") == [("h-7", "", "Line tested")]


def test_many_go_a_little_at_a_time(store: Store) -> None:
    put = sa.text("INSERT INTO audit (at, who, what) VALUES (:at, 'ana', 'signed_in')")
    store.write(lambda c: c.execute(put, [{"at": OLD - n} for n in range(450)]))
    told: list[int] = []
    retention.sweep(store, Retention(audit=30, visits=0), None, NOW, "test", lambda _, n: told.append(n))
    assert told == [200, 400, 450]
