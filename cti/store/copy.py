"""A site's history and journal from one database into another: for a move, for a backup, and back from one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table

from cti.setup import postgres
from cti.setup.problem import SetupProblem
from cti.setup.settings import is_postgres
from cti.store.database import Store, StoreError, sqlite_file
from cti.store.tables import metadata

_PAGE = 5000

Progress = Callable[[str, int, int], None]
"""Told of a table's name, how many rows of it are copied, and how many there are."""


def has_rows(url: str) -> bool:
    """Whether a database holds anything of ours; False when there is none. Changes nothing. Raises `StoreError`."""
    engine = as_it_is(url)
    if engine is None:
        return False
    try:
        with engine.connect() as connection:
            there = set(sa.inspect(connection).get_table_names())
            return any(
                connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
                for table in metadata.sorted_tables
                if table.name in there
            )
    except sa.exc.DBAPIError as error:
        shown = postgres.shown(url) if is_postgres(url) else url
        raise StoreError(f"can't read {shown}: {' '.join(str(error.orig).split())}") from error
    finally:
        engine.dispose()


def as_it_is(url: str) -> Engine | None:
    """A database that is looked at without being brought up to date; None: it is a file that is not there.

    Raises `StoreError`.
    """
    if not is_postgres(url):
        return sa.create_engine(url) if sqlite_file(url).exists() else None
    try:
        return sa.create_engine("postgresql+psycopg://", connect_args=postgres.arguments(url))
    except SetupProblem as error:
        raise StoreError(str(error)) from error


def count_rows(url: str) -> dict[str, int]:
    """How many rows each of our tables has that is there."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            there = set(sa.inspect(connection).get_table_names())
            return {table.name: _count(connection, table) for table in metadata.sorted_tables if table.name in there}
    finally:
        engine.dispose()


def copy_tables(
    source: Store, target: Store, progress: Progress, check: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Copy every row of every table, as they are at one moment, in one transaction; gives the rows of each table.

    `source` may be written to meanwhile. Raises `StoreError` when `target` holds rows already, or other rows than
    were read in the end; nothing of it stays then, nor when `check`, called before the commit, raises.
    """
    tables = metadata.sorted_tables

    def write(connection: Connection, read: Connection) -> dict[str, int]:
        for table in tables:
            if _count(connection, table):
                raise StoreError(f"{target.shown} is not empty: it has rows in {table.name}. Give one that is")
        with _without_triggers(connection, tables):
            copied = {table.name: _copy(read, connection, table, progress) for table in tables}
        _number_on(connection, tables)
        for table in tables:
            if (arrived := _count(connection, table)) != copied[table.name]:
                raise StoreError(f"{table.name}: {copied[table.name]} rows were read and {arrived} have arrived")
        check()
        return copied

    try:
        with source.reading() as read:
            return target.write(lambda connection: write(connection, read))
    except (sa.exc.DBAPIError, psycopg.Error) as error:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise StoreError(
            f"{source.shown} can't be copied to {target.shown}: {' '.join(str(reason).split())}"
        ) from error


def _copy(read: Connection, write: Connection, table: Table, progress: Progress) -> int:
    whole, done = _count(read, table), 0
    if not whole:
        return 0
    rows = read.execution_options(yield_per=_PAGE).execute(sa.select(table))
    for page in rows.partitions():
        _insert(write, table, page)
        done += len(page)
        progress(table.name, done, whole)
    return done


def _insert(connection: Connection, table: Table, rows: Sequence[sa.Row[Any]]) -> None:
    names = ", ".join(column.name for column in table.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", [tuple(row) for row in rows])
        return
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _without_triggers(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """What triggers once wrote is copied, too; fired again, they would count everything twice."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in found:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for _, made in found:
            connection.exec_driver_sql(made)
        return
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
    yield
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")


def _number_on(connection: Connection, tables: Sequence[Table]) -> None:
    """The next number of each table comes after the last one copied. SQLite looks by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        if table.autoincrement_column is not None and table.autoincrement_column.name == "id":
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            connection.exec_driver_sql(f"SELECT setval({sequence}, max(id)) FROM {table.name} HAVING max(id) > 0")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def snapshot_file(file: Path, into: Path) -> None:
    """An SQLite database as it is at one moment, compact, into a new file. Whoever writes to it is not held up."""
    engine = sa.create_engine(f"sqlite:///{file}")
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(into),))
    except sa.exc.DBAPIError as error:
        raise StoreError(f"can't copy {file}: {error.orig}") from error
    finally:
        engine.dispose()
