"""The schema as migrated is the schema as written, and two processes may open it at once."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from cti.store import database
from cti.store.database import Store, StoreError
from cti.store.tables import metadata


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hotline.db"


def test_migrations_make_exactly_the_tables_written_down(url: str) -> None:
    store = Store.open(url)
    differences = store.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata))
    assert [item for item in differences if item[0] != "remove_table"] == []
    store.close()


def test_the_newest_revision_is_the_one_that_lets_alembic_sleep() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [database._NEWEST]


def test_opening_again_does_not_load_alembic(url: str) -> None:
    Store.open(url).close()
    code = (
        "import sys; from cti.store.database import Store; Store.open(sys.argv[1]); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, url], check=True, timeout=30)


def test_two_processes_may_open_a_new_database_at_once(url: str) -> None:
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
                sa.text("INSERT INTO interactions (owner, at, id, kind, inbound) VALUES ('tel:a', :n, :id, 'call', 1)"),
                {"n": n, "id": str(n)},
            )
        connection.execute(sa.text("UPDATE interactions SET customer = 'c1', at = 9 WHERE id = '0'"))
        connection.execute(sa.text("UPDATE interactions SET owner = 'tel:b' WHERE id = '1'"))
        connection.execute(sa.text("DELETE FROM interactions WHERE id = '2'"))
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM tallies ORDER BY owner, customer"))]

    assert store.write(work) == [("tel:a", "c1", "call", 1), ("tel:b", "", "call", 1)]
    store.close()
