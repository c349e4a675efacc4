"""Opening the database: the schema brought up to date, connections set up, transactions that mean it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

_NEWEST = "0001"
"""The newest revision under `migrations/versions`; saves loading alembic at every start."""
_BUSY_S = 30

T = TypeVar("T")


class StoreError(Exception):
    """The database can't be opened or used; the text says what to do."""


class Store:
    """A database of ours. Its methods block: on the event loop use `History`, `Accounts`, or a thread.

    `write` takes the writer's place at once (`BEGIN IMMEDIATE`), so that two processes, such as the bridge and an
    import, wait for each other instead of failing half-way.
    """

    def __init__(self, url: str, engine: Engine, reader: Engine, path: Path | None) -> None:
        self.url = url
        self.path = path
        """The file of an SQLite database."""
        self._engine = engine
        self._reader = reader

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open `sqlite:///PATH`, make it if there is none, run the migrations it lacks. Raises `StoreError`."""
        try:
            parsed = make_url(url)
        except sa.exc.ArgumentError as error:
            raise StoreError(f"{url!r} is no database URL: write sqlite:////path/to/hotline.db") from error
        if parsed.get_backend_name() != "sqlite" or not parsed.database:
            raise StoreError(f"{url!r}: only sqlite:////path/to/hotline.db can be used")
        path = Path(parsed.database)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            engine, reader = _sqlite_engine(url, "BEGIN IMMEDIATE"), _sqlite_engine(url, "BEGIN")
            with engine.begin() as connection:
                _migrate(connection)
        except (sa.exc.DBAPIError, OSError) as error:
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise StoreError(f"can't open the database {path}: {reason}") from error
        return cls(url, engine, reader, path)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction: all of it is kept, or none."""
        with self._engine.begin() as connection:
            return work(connection)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do `work` on one unchanging view of the data, beside any writer."""
        with self._reader.connect() as connection:
            return work(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """As `read`, for results that are walked through."""
        with self._reader.connect() as connection:
            yield connection

    def driver(self) -> sqlite3.Connection:
        """A read-only connection of the driver itself, for the hottest query. The caller closes it."""
        if self.path is None:
            raise StoreError("only an SQLite database has a file to read from")
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        db.execute(f"PRAGMA busy_timeout={_BUSY_S * 1000}")
        db.execute("PRAGMA mmap_size=1073741824")
        db.execute("PRAGMA cache_size=-32000")
        return db

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._reader.dispose()


def _sqlite_engine(url: str, begin: str) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(db: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions too late (not before DDL or SELECT); SQLAlchemy's manual says to do this.
        db.isolation_level = None
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA cache_size=-32000")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _migrate(connection: Connection) -> None:
    if sa.inspect(connection).has_table("alembic_version"):
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if found == _NEWEST:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    if sa.inspect(connection).has_table("alembic_version") and found not in known:
        raise StoreError(f"the database was made by a newer Hotline (schema {found}): use that one")
    command.upgrade(config, "head")
