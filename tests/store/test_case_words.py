"""Cases are found by the words of their titles, by their number and by whose they are, among all customers."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from cti.core.ids import AgentId, CustomerId, Ms
from cti.core.site import Retention
from cti.store import case_words, database, retention
from cti.store.cases import open_case
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.merge import merge
from cti.store.records import CustomerRow, Seen, link, put_customers, see
from tests.conftest import MakeDatabase
from tests.store.conftest import DAY, NOW

ANA = AgentId("ana")
TITLES = {
    "kim": ("Red light since Monday's storm", "Two charges on the bill of May"),
    "lee": ("紅燈一直亮，寬頻登入不到", "Café Müller: order SO-20931 not delivered"),
    "wong": ("路由器红灯闪烁", "ＡＤＳＬ line is slow", "灯"),
}

FINDS = (
    ("red light", ("Red light since Monday's storm",)),
    ("STORM red", ("Red light since Monday's storm",)),
    ("sto", ("Red light since Monday's storm",)),  # while it is typed
    ("charging", ("Two charges on the bill of May",)),
    ("deliveries", ("Café Müller: order SO-20931 not delivered",)),
    ("cafe muller", ("Café Müller: order SO-20931 not delivered",)),
    ("so-209", ("Café Müller: order SO-20931 not delivered",)),
    ("adsl", ("ＡＤＳＬ line is slow",)),
    ("红灯", ("路由器红灯闪烁", "紅燈一直亮，寬頻登入不到")),  # the newest first
    ("紅燈", ("路由器红灯闪烁", "紅燈一直亮，寬頻登入不到")),
    ("宽带红灯", ()),
    ("宽频 红灯", ("紅燈一直亮，寬頻登入不到",)),
    ("灯", ("灯", "路由器红灯闪烁", "紅燈一直亮，寬頻登入不到")),
    ("烁", ("路由器红灯闪烁",)),
    ("kim light", ("Red light since Monday's storm",)),  # whose it is, and a word of it
    ("小明 寬頻", ("紅燈一直亮，寬頻登入不到",)),
    ("light bill", ()),
    ("ight", ()),
    ("%", ()),
    ("", ()),
)


@pytest.fixture
def cases(store: Store) -> dict[str, str]:
    """Title -> number of the cases of three customers."""
    names = {"kim": "Kim Lindqvist", "lee": "李小明", "wong": "Wong Ka-Yan"}
    store.write(lambda c: put_customers(c, [CustomerRow(id=id_, at=NOW, name=name) for id_, name in names.items()]))
    numbers = {}
    for customer, titles in TITLES.items():
        for title in titles:
            numbers[title] = store.write(
                lambda c, title=title, customer=customer: open_case(c, customer, title, ANA, None, NOW)  # type: ignore[misc]
            ).id
    return numbers


def found(store: Store, query: str, customers: Sequence[str] = (), limit: int = 6) -> list[str]:
    """The titles of the cases a search finds, as they are listed."""
    db = store.driver()
    try:
        return [hit.case.title for hit in case_words.found(db, query, customers, limit)]
    finally:
        db.close()


def test_all_words_are_in_the_title_or_the_name(store: Store, cases: dict[str, str]) -> None:
    for query, titles in FINDS:
        assert tuple(found(store, query)) == titles, query


def test_by_its_number_a_case_comes_first(store: Store, cases: dict[str, str]) -> None:
    title = "路由器红灯闪烁"
    assert found(store, cases[title])[0] == found(store, f"#{cases[title]}")[0] == title
    assert found(store, "9" * 30) == found(store, "999999") == []


async def test_a_name_or_a_number_finds_the_open_cases_of_whoever_has_it(
    store: Store, history: History, identities: Identities, cases: dict[str, str]
) -> None:
    tel = identities.phone("9123 4567")
    assert tel is not None
    store.write(lambda c: see(c, [Seen(tel, NOW)]))
    store.write(lambda c: link(c, [(tel.id, "kim")], "test", NOW))
    light, bill = TITLES["kim"]
    for query in ("lindqvist", "9123 4567"):
        customers = [one.customer for one in await history.search(query)]
        assert [(hit.case.title, hit.name) for hit in await history.cases.search(query, customers, 6)] == [
            (bill, "Kim Lindqvist"),
            (light, "Kim Lindqvist"),
        ]
    await history.cases.close(cases[bill], ANA)
    assert [hit.case.title for hit in await history.cases.search("lindqvist", [CustomerId("kim")], 6)] == [light]
    # By its words a closed one is found, too.
    assert [hit.case.state for hit in await history.cases.search("bill", [], 6)] == ["closed"]


async def test_a_title_that_was_changed_is_found_by_its_new_words_only(
    store: Store, history: History, cases: dict[str, str]
) -> None:
    light = cases[TITLES["kim"][0]]
    await history.cases.change(light, ANA, title="Green light, but no line")
    assert (found(store, "green light"), found(store, "storm")) == (["Green light, but no line"], [])
    await history.cases.change(light, ANA, priority=2)
    assert found(store, "green") == ["Green light, but no line"]


async def test_merged_cases_are_found_as_the_one_that_is_left(
    store: Store, history: History, cases: dict[str, str]
) -> None:
    light, bill = TITLES["kim"]
    move = await history.cases.merge(cases[light], cases[bill], ANA)
    assert found(store, "charges") == [light]
    assert found(store, f"#{cases[bill]}")[0] == light
    await history.cases.undo(move, ANA)
    assert found(store, "charges") == [bill]
    store.write(lambda c: merge(c, "lee", "kim", ANA, NOW))
    (hit,) = await history.cases.search("charges", [], 6)
    assert (hit.customer, hit.name) == ("lee", "李小明")


def words(store: Store) -> int:
    counted = sa.text("SELECT count(*) FROM case_words WHERE word LIKE 'storm%' OR word LIKE 'charge%'")
    return store.read(lambda c: c.execute(counted).scalar_one())


async def test_of_what_is_erased_or_too_old_no_word_stays(
    store: Store, history: History, cases: dict[str, str]
) -> None:
    light, bill = TITLES["kim"]
    assert words(store) == 2
    await history.cases.close(cases[light], ANA)
    later = Ms(NOW + 40 * DAY)
    assert retention.sweep(store, Retention(cases=30), None, later, "test")["cases"] == 1
    assert (words(store), found(store, "storm"), found(store, "charges")) == (1, [], [bill])
    store.write(lambda c: c.execute(sa.text("UPDATE cases SET title = '', customer = 'erased' WHERE customer = 'kim'")))
    assert (words(store), found(store, "charges")) == (0, [])


def test_a_word_that_most_cases_have_is_looked_for_among_the_newest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(lambda c: put_customers(c, [CustomerRow(id="kim", at=NOW, name="Kim")]))
    monkeypatch.setattr(case_words, "_MANY", 10)
    monkeypatch.setattr(case_words, "_FEW", 1)

    def fill(connection: sa.Connection) -> None:
        for n in range(40):
            open_case(connection, "kim", f"Order late again, {'storm' if n % 20 == 3 else 'rain'} {n}", ANA, None, NOW)

    store.write(fill)
    assert found(store, "order late", limit=2) == ["Order late again, rain 39", "Order late again, rain 38"]
    assert found(store, "order storm") == ["Order late again, storm 23", "Order late again, storm 3"]
    assert found(store, "kim order", limit=1) == []  # too many to look at each one's name


def test_titles_from_before_are_found(make_database: MakeDatabase) -> None:
    url = make_database(empty=True)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        connection.execute(
            sa.text(
                "INSERT INTO cases (id, customer, title, state, opened)"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)"
                " SELECT i, 'kim', '寬頻 light ' || i, 'open', 1 FROM n"
            )
        )
    engine.dispose()
    store = Store.open(url)
    assert found(store, "宽频 1299") == ["寬頻 light 1299"]
    assert found(store, "lights 12")[:1] == ["寬頻 light 1299"]
    store.write(lambda c: c.execute(sa.text("DELETE FROM cases WHERE id > 1")))
    assert store.read(lambda c: c.execute(sa.text("SELECT count(*) FROM case_words")).scalar_one()) == 4
    store.close()
