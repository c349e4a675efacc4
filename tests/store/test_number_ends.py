"""People are found by the end of their number, however it is written, the one seen last first."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cti.core.ids import Ms
from cti.store import database, number_ends
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identifier, Identities
from cti.store.records import CustomerRow, Seen, link, put_customers, see
from tests.conftest import MakeDatabase
from tests.store.conftest import NOW

KIM, LEE, WONG = "+447700900143", "+85291230143", "+85261230143"


@pytest.fixture
def people(store: Store, identities: Identities) -> dict[str, Identifier]:
    """Three people whose numbers end alike; Lee was seen last, Wong long ago, and a stranger in between."""
    seen = {KIM: 3000, LEE: 1000, WONG: 9000, "+85255550143": 2000, "0143": 8000}
    known = {value: identities.of_normal("tel", value) for value in seen}
    store.write(lambda c: see(c, [Seen(known[value], Ms(NOW - ago)) for value, ago in seen.items()]))
    names = {"kim": "Kim Lindqvist", "lee": "李小明", "wong": "Wong Ka-Yan", "shop": "Shop 0143 Central"}
    store.write(lambda c: put_customers(c, [CustomerRow(id=id_, at=NOW, name=name) for id_, name in names.items()]))
    whose = [(known[KIM].id, "kim"), (known[LEE].id, "lee"), (known[WONG].id, "wong")]
    store.write(lambda c: link(c, whose, "test", NOW))
    return known


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("1230143", ["lee", "wong"]),
        ("123 0143", ["lee", "wong"]),
        ("123-01-43", ["lee", "wong"]),
        ("(9123) 0143", ["lee"]),
        ("１２３０１４３", ["lee", "wong"]),
        ("9123.0143", ["lee"]),
        ("852 6123 0143", ["wong"]),
        ("+852 6123‑0143", ["wong"]),
        ("00852 6123 0143", ["wong"]),
        ("7700900143", ["kim"]),
        ("07700 900143", ["kim"]),
        ("0044 7700 900143", ["kim"]),
        ("900143 ext. 12", ["kim"]),
        ("143", ["shop"]),
        ("#900143", []),
        ("order 900143", []),
        ("9001432", []),
        ("%900143", []),
        ("8" * 60, []),
    ],
)
async def test_a_number_is_found_by_its_end_as_people_write_it(
    history: History, people: dict[str, Identifier], typed: str, who: list[str]
) -> None:
    assert [hit.customer for hit in await history.search(typed)] == who


async def test_what_is_exactly_so_comes_first_then_who_was_seen_last(
    history: History, people: dict[str, Identifier]
) -> None:
    hits = await history.search("0143")
    extension, stranger = people["0143"].id, people["+85255550143"].id
    assert [hit.customer for hit in hits] == [extension, "lee", stranger, "kim", "wong"]
    assert [hit.detail for hit in hits][:2] == ["0143", "+852 9123 0143"]
    assert [hit.customer for hit in await history.search("0143", 2)] == [extension, "lee"]


async def test_names_with_the_same_digits_are_found_where_no_number_is(
    store: Store, history: History, people: dict[str, Identifier]
) -> None:
    store.write(lambda c: c.execute(sa.text("DELETE FROM identifiers")))
    assert [hit.customer for hit in await history.search("0143")] == ["shop"]


async def test_where_too_many_end_so_no_more_are_looked_at(
    store: Store, history: History, people: dict[str, Identifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_ends, "_WITH", number_ends._WITH.replace(f"LIMIT {number_ends._LOOKED_AT}", "LIMIT 2"))
    assert 0 < len(await history.search("0143")) <= 3


def test_no_search_reads_all_numbers(store: Store, people: dict[str, Identifier]) -> None:
    """As the database says itself; on the server sorting and scanning of three rows would be cheaper, so it may not."""
    db = store.driver()
    if store.path is not None:
        plan = db.execute(f"EXPLAIN QUERY PLAN {number_ends._WITH}", ("0143", "%0143")).fetchall()
    else:
        db.execute("SET enable_seqscan = off")
        plan = db.execute(f"EXPLAIN {number_ends._WITH}", ("0143", "%0143")).fetchall()
    db.close()
    assert "identifiers_end" in str(plan), plan


async def test_numbers_from_before_are_found(make_database: MakeDatabase, identities: Identities) -> None:
    url = make_database(empty=True)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        for id_, kind, value in (("tel:1", "tel", KIM), ("account:1", "account", "X900143"), ("tel:2", "tel", "12")):
            connection.execute(
                sa.text(
                    "INSERT INTO identifiers (id, kind, value, first_seen, last_seen) VALUES (:id, :kind, :value, 1, 1)"
                ),
                {"id": id_, "kind": kind, "value": value},
            )
    engine.dispose()
    store = Store.open(url)
    history = History(store, identities, zone=lambda: "UTC", now=lambda: NOW)
    assert [hit.customer for hit in await history.search("900143")] == ["tel:1"]
    history.close()
    store.close()
