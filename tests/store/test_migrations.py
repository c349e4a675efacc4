"""A database of any release before this one is brought forward with all that is in it."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from cti.store import database
from cti.store.database import Store
from tests.conftest import MakeDatabase


def scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    return config


REVISIONS = sorted(one.revision for one in ScriptDirectory.from_config(scripts()).walk_revisions())


def made_up(column: sa.Column[object], n: int) -> object:
    """A value that fits a column, another one for each row."""
    match column.type:
        case sa.Boolean():
            return n % 2 == 0
        case sa.LargeBinary():
            return b"\0\xff%d" % n
        case sa.Integer():
            return 1000 + n
        case sa.Float() | sa.Numeric():
            return float(n)
        case _:
            return f"{column.name} 电话 {n}"


# SQLAlchemy reads no index on an expression; that this one is there is told by `test_number_ends`.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
@pytest.mark.parametrize("revision", REVISIONS)
def test_everything_in_it_is_there_after_all_later_changes(make_database: MakeDatabase, revision: str) -> None:
    url = make_database(empty=True)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    old = sa.MetaData()
    with engine.begin() as connection:
        config = scripts()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        old.reflect(connection)
        # Counted by triggers out of `interactions`; nothing else is said twice.
        filled = [t for t in old.sorted_tables if t.name not in ("alembic_version", "tallies")]
        for table in filled:
            rows = [{column.name: made_up(column, n) for column in table.columns} for n in range(3)]
            connection.execute(table.insert(), rows)
        before = {table.name: connection.execute(sa.select(table)).mappings().all() for table in filled}
    engine.dispose()
    store = Store.open(url)
    for name, rows in before.items():
        wanted = f"SELECT * FROM {name}"
        found = store.read(lambda c, wanted=wanted: c.execute(sa.text(wanted)).mappings().all())
        kept = [dict(row) for row in found]
        for row in rows:
            assert any(row.items() <= one.items() for one in kept), f"{name}: {dict(row)} is not in {kept}"
    assert store.read(lambda c: c.execute(sa.text("SELECT sum(n) FROM tallies")).scalar()) == 3
    store.close()
