"""Opening the database: the schema brought up to date, connections set up, transactions that mean it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

from cti.setup import postgres
from cti.setup.problem import SetupProblem
from cti.setup.settings import is_postgres
from cti.store.reader import PostgresReader, Reader

_NEWEST = "0014"
"""The newest revision under `migrations/versions`; saves loading alembic at every start."""
MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_S = 30
_WRITER = 7_405_016_501
"""Key of the advisory lock that whoever writes holds until the commit; any number nobody else uses."""
_WRITE = "write sqlite:////path/to/hotline.db or postgresql://user@host/name"

IsolationLevel = Literal["READ COMMITTED", "REPEATABLE READ"]

T = TypeVar("T")


class StoreError(Exception):
    """The database can't be opened or used; the text says what to do."""


class Store:
    """A database of ours. Its methods block: on the event loop use `History`, `Accounts`, or a thread.

    `write` takes the writer's place at once (`BEGIN IMMEDIATE`, or an advisory lock), so that two processes, such as
    the bridge and an import, wait for each other instead of failing half-way.
    """

    def __init__(self, url: str, engine: Engine, reader: Engine, path: Path | None) -> None:
        self.url = url
        self.path = path
        """The file of an SQLite database; None: it is PostgreSQL."""
        self._engine = engine
        self._reader = reader

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open `sqlite:///PATH` (made if there is none) or `postgresql://...`; run the migrations it lacks.

        Raises `StoreError`.
        """
        if is_postgres(url):
            return cls._open_postgres(url)
        path = sqlite_file(url)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            engine, reader = _sqlite_engine(url, "BEGIN IMMEDIATE"), _sqlite_engine(url, "BEGIN")
            with engine.begin() as connection:
                _migrate(connection)
        except (sa.exc.DBAPIError, OSError) as error:
            reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
            raise StoreError(f"can't open the database {path}: {reason}") from error
        return cls(url, engine, reader, path)

    @classmethod
    def _open_postgres(cls, url: str) -> "Store":
        store: Store | None = None
        try:
            shown = postgres.shown(url)
            store = cls(url, _postgres_engine(url, "READ COMMITTED"), _postgres_engine(url, "REPEATABLE READ"), None)
            with store._engine.begin() as connection:
                if cure := postgres.unfit(cast("psycopg.Connection", connection.connection.driver_connection)):
                    raise StoreError(f"{shown} can't be used: {cure}")
                _migrate(connection)
        except SetupProblem as error:
            raise StoreError(str(error)) from error
        except (StoreError, sa.exc.DBAPIError) as error:
            if store is not None:
                store.close()
            if isinstance(error, StoreError):
                raise
            reason = " ".join(str(error.orig).split())
            raise StoreError(f"can't open the database {shown}: {reason}. Does the server run?") from error
        return store

    @property
    def shown(self) -> str:
        """Which database it is, for people's eyes."""
        return postgres.shown(self.url) if self.path is None else str(self.path)

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

    def settle(self) -> None:
        """Let nothing of what was deleted stay in SQLite's write-ahead log, unless somebody is reading just now."""
        if self.path is not None:
            with contextlib.closing(sqlite3.connect(self.path, timeout=_BUSY_S)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def driver(self) -> Reader:
        """A read-only connection of the driver itself, for the hottest query. The caller closes it.

        An SQLite file is neither mapped into memory nor much of it kept: after each write of another connection the
        one would be unmapped and the other thrown away, which takes a millisecond of the next question's time, and
        the system's own cache of the file is almost as quick.
        """
        if self.path is None:
            return PostgresReader(self.url)
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        db.execute(f"PRAGMA busy_timeout={_BUSY_S * 1000}")
        return db

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
        self._reader.dispose()


def sqlite_file(url: str) -> Path:
    """The file that `sqlite:///PATH` means. Raises `StoreError` for any other URL."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # Not shown: a mistake in it may stand before a password.
        raise StoreError(f"this is no database's URL: {_WRITE}") from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise StoreError(f"{parsed.render_as_string()!r}: {_WRITE}")
    return Path(parsed.database)


def _sqlite_engine(url: str, begin: str) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(db: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions too late (not before DDL or SELECT); SQLAlchemy's manual says to do this.
        db.isolation_level = None
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA cache_size=-32000")
        # What is staged is gone at the end of a transaction: no file needs it.
        db.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str, isolation: IsolationLevel) -> Engine:
    given = postgres.arguments(url)
    given["options"] = f"{given.get('options', '')} -c lock_timeout={_BUSY_S}s".strip()
    # Asked before it is used: the server may have been started anew since.
    engine = sa.create_engine(
        "postgresql+psycopg://", connect_args=given, isolation_level=isolation, pool_pre_ping=True
    )

    @event.listens_for(engine, "connect")
    def prepare(db: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
        postgres.adapt(db)

    if isolation == "READ COMMITTED":

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            # One writer at a time, as in SQLite: nobody meets half of another's work, and there are no deadlocks.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")

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
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    if sa.inspect(connection).has_table("alembic_version") and found not in known:
        raise StoreError(f"the database was made by a newer Hotline (schema {found}): use that one")
    command.upgrade(config, "head")
