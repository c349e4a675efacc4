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

ALL = Retention(recordings=30, attachments=30, mails=30, notes=30, visits=30, unread=30, audit=30)
OLD, NEW = NOW - 31 * DAY, NOW - 29 * DAY


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
                InteractionRow(owner=device.id, at=Ms(at), id=f"v-{name}", kind="search", title="no light"),
                InteractionRow(owner=device.id, at=Ms(at), id=f"o-{name}", kind="order", title="router"),
                InteractionRow(owner="mail:1", at=Ms(at), id=f"t-{name}", kind="mail", title="Bill", text="Too high"),
                InteractionRow(owner="tel:1", at=Ms(at), id=f"c-{name}", kind="call"),
            ]
        put_interactions(connection, lines)
        for name, at in (("old", OLD), ("new", NEW)):
            note(connection, f"c-{name}", "ana", "a red light", Ms(at))
            given = {"id": f"m-{name}", "thread": f"t-{name}", "at": at, "body": b"x", "hash": f"h-{name}"}
            for statement in (
                "INSERT INTO messages (id, interaction, at, inbound, subject, text, recipients, loose)"
                " VALUES (:id, :thread, :at, true, 'Bill', 'Too high', 'us@x.example', false)",
                "INSERT INTO message_attachments (message, n, name, hash) VALUES (:id, 0, 'bill.pdf', :hash)",
                "INSERT INTO message_attachments (message, n, name, hash) VALUES (:id, 1, 'logo.png', 'both')",
                "INSERT INTO attachments (hash, size, body) VALUES (:hash, 1, :body)",
                "INSERT INTO kept (source, place, reason, body, at) VALUES ('mail', :id, 'no mail', :body, :at)",
                "INSERT INTO audit (at, who, what) VALUES (:at, 'ana', 'signed_in')",
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
    assert retention.due(db, ALL, filled, NOW) == dict.fromkeys(ALL.in_force, 1) | {"visits": 2}
    db.close()
    assert everything(store) == before


def test_each_kind_goes_by_its_age(store: Store, filled: Path) -> None:
    told: list[tuple[str, int]] = []
    gone = retention.sweep(store, ALL, filled, NOW, "test", lambda kind, n: told.append((kind, n)))
    assert gone == dict.fromkeys(ALL.in_force, 1) | {"visits": 2}
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
        ("o-new", "router", ""),
        ("o-old", "router", ""),
        ("t-new", "Bill", "Too high"),
        ("t-old", "", ""),
        ("v-new", "no light", ""),
        ("w-new", "", ""),
    ]
    assert one(store, "SELECT interaction FROM notes") == [("c-new",)]
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


def test_many_go_a_little_at_a_time(store: Store) -> None:
    put = sa.text("INSERT INTO audit (at, who, what) VALUES (:at, 'ana', 'signed_in')")
    store.write(lambda c: c.execute(put, [{"at": OLD - n} for n in range(450)]))
    told: list[int] = []
    retention.sweep(store, Retention(audit=30, visits=0), None, NOW, "test", lambda _, n: told.append(n))
    assert told == [200, 400, 450]
