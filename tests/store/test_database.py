"""The schema as migrated is the schema as written, and two processes may open it at once."""

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cti.store import database
from cti.store.database import Store, StoreError
from cti.store.tables import metadata
from tests.conftest import MakeDatabase
from tests.postgres import Server


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


# SQLAlchemy reads no index on an expression; that this one is there is told by `test_number_ends`.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_exactly_the_tables_written_down(url: str) -> None:
    store = Store.open(url)
    differences = store.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata))
    assert [item for item in differences if item[0] != "remove_table"] == []
    store.close()


def test_the_newest_revision_is_the_one_that_lets_alembic_sleep() -> None:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [database._NEWEST]


def test_opening_again_does_not_load_alembic(url: str) -> None:
    Store.open(url).close()
    code = (
        "import sys; from cti.store.database import Store; Store.open(sys.argv[1]); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, url], check=True, timeout=30)


def test_two_processes_may_open_a_new_database_at_once(make_database: MakeDatabase) -> None:
    url = make_database(empty=True)
    code = "import sys; from cti.store.database import Store; Store.open(sys.argv[1]).close()"
    children = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(2)]
    assert [child.wait(30) for child in children] == [0, 0]


@pytest.mark.parametrize("wrong", ["not a url", "mysql://x/y", "sqlite://"])
def test_a_url_we_cannot_use_says_what_to_write(wrong: str) -> None:
    with pytest.raises(StoreError, match="sqlite:////path"):
        Store.open(wrong)


def test_a_newer_schema_is_refused(url: str) -> None:
    store = Store.open(url)
    store.write(lambda connection: connection.execute(sa.text("UPDATE alembic_version SET version_num='9999'")))
    store.close()
    with pytest.raises(StoreError, match="newer Hotline"):
        Store.open(url)


def test_a_failed_write_leaves_nothing_behind(url: str) -> None:
    store = Store.open(url)

    def half(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO positions VALUES ('x', 1)"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(half)
    assert store.read(lambda connection: connection.execute(sa.text("SELECT count(*) FROM positions")).scalar()) == 0
    store.close()


def test_tallies_follow_every_insert_change_and_removal(url: str) -> None:
    store = Store.open(url)

    def work(connection: sa.Connection) -> list[tuple[object, ...]]:
        for n in range(3):
            connection.execute(
                sa.text(
                    "INSERT INTO interactions (owner, at, id, kind, inbound) VALUES ('tel:a', :n, :id, 'call', true)"
                ),
                {"n": n, "id": str(n)},
            )
        connection.execute(sa.text("UPDATE interactions SET customer = 'c1', at = 9 WHERE id = '0'"))
        connection.execute(sa.text("UPDATE interactions SET owner = 'tel:b' WHERE id = '1'"))
        connection.execute(sa.text("DELETE FROM interactions WHERE id = '2'"))
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM tallies ORDER BY owner, customer"))]

    assert store.write(work) == [("tel:a", "c1", "call", 1), ("tel:b", "", "call", 1)]
    store.close()


def test_numbers_go_on_after_the_highest_that_came_from_elsewhere(url: str) -> None:
    store = Store.open(url)
    case = "INSERT INTO cases ({0}customer, state, opened) VALUES ({1}'kim', 'open', 1) RETURNING id"
    numbers = [
        store.write(lambda c, one=one: c.execute(sa.text(one)).scalar())  # type: ignore[misc]
        for one in (case.format("id, ", "1, "), case.format("", ""), case.format("id, ", "70, "), case.format("", ""))
    ]
    assert numbers == [1, 2, 70, 71]
    store.close()


def test_writers_wait_for_each_other(url: str) -> None:
    first, second = Store.open(url), Store.open(url)
    began, order = threading.Event(), []

    def slowly(connection: sa.Connection) -> None:
        began.set()
        # The other writer has every chance to come in between, if anything lets it.
        assert not waited.wait(0.3)
        order.append("first")

    def at_once(connection: sa.Connection) -> None:
        waited.set()
        order.append("second")

    waited = threading.Event()
    one = threading.Thread(target=first.write, args=(slowly,))
    one.start()
    assert began.wait(5)
    second.write(at_once)
    one.join()
    assert order == ["first", "second"]
    first.close()
    second.close()


def test_a_text_with_nul_is_kept_without_it_where_none_can_be(url: str) -> None:
    store = Store.open(url)
    put = sa.text("INSERT INTO agent_names (agent, name) VALUES (:agent, :name)")
    store.write(lambda c: c.execute(put, {"agent": "a", "name": "A\0na"}))
    found = store.read(lambda c: c.execute(sa.text("SELECT name FROM agent_names")).scalar())
    assert str(found).replace("\0", "") == "Ana"
    store.close()


def test_a_server_started_anew_is_found_again(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        store = Store.open(url)
        reader = store.driver()
        put = sa.text("INSERT INTO positions VALUES ('x', 1)")
        assert reader.execute("SELECT count(*) FROM positions").fetchone() == (0,)
        postgres_server.drop_connections()
        assert reader.execute("SELECT count(*) FROM positions").fetchone() == (0,)
        store.write(lambda connection: connection.execute(put))
        assert reader.execute("SELECT name FROM positions WHERE seq = ?", (1,)).fetchall() == [("x",)]
        reader.close()
        store.close()


def test_no_server_is_said_without_the_password() -> None:
    with pytest.raises(StoreError, match="Does the server run") as told:
        Store.open("postgresql://hotline:secret-word@127.0.0.1:1/hotline")
    assert "secret-word" not in str(told.value)
    assert "secret-word" not in repr(told.value.__cause__)
