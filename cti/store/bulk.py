"""Many rows at once: into a temporary table by the driver's quickest way, then one statement that reads them there.

SQLite begins and ends every statement that may fire a trigger with a savepoint; once for all rows is half the work.
PostgreSQL would answer every row by itself; COPY takes them as one stream.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import cast

import psycopg
from sqlalchemy import Connection

from cti.store.tables import metadata

_TOGETHER = 200
"""Rows that SQLite takes in one statement, in half the time that as many statements would take."""


def upsert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    statement: str,
    values: Mapping[str, object] | None = None,
) -> None:
    """Stage `rows` of `columns` as `staged_<table>`, and carry out `statement`, which selects them from there.

    `values` are its own parameters, written `:name`. A staged row that names no value for a column has NULL there.
    """
    staged = f"staged_{table}"
    if connection.dialect.name == "sqlite":
        every = ", ".join(column.name for column in metadata.tables[table].columns)
        connection.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {staged} ({every})")
        marks = ", ".join("?" * len(columns))
        cursor = connection.connection.cursor()
        try:
            # By the driver itself: SQLAlchemy would walk through every row once more.
            cursor.executemany(f"INSERT INTO temp.{staged} ({', '.join(columns)}) VALUES ({marks})", rows)
            cursor.execute(statement, values or {})
            cursor.execute(f"DELETE FROM temp.{staged}")
        finally:
            cursor.close()
    else:
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        with driver.cursor() as over:
            over.execute("SELECT to_regclass(%s)", (f"pg_temp.{staged}",))
            if over.fetchone() == (None,):
                over.execute(f"CREATE TEMP TABLE {staged} AS SELECT * FROM {table} WITH NO DATA".encode())
            with over.copy(f"COPY {staged} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            over.execute(for_psycopg(statement).encode(), values or {})
            over.execute(f"TRUNCATE {staged}".encode())


def put_many(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]], statement: str
) -> None:
    """Write `rows` of `columns` into a table without triggers by `statement`, which says `{rows}` where they stand."""
    if connection.dialect.name != "sqlite":
        staged = statement.format(rows=f"SELECT {', '.join(columns)} FROM staged_{table} WHERE true")
        upsert(connection, table, columns, rows, staged)
        return
    marks = f"({', '.join('?' * len(columns))})"
    together = statement.format(rows=f"VALUES {', '.join([marks] * _TOGETHER)}")
    cursor = connection.connection.cursor()
    try:
        whole = len(rows) - len(rows) % _TOGETHER
        for begin in range(0, whole, _TOGETHER):
            cursor.execute(together, list(chain.from_iterable(rows[begin : begin + _TOGETHER])))
        cursor.executemany(statement.format(rows=f"VALUES {marks}"), rows[whole:])
    finally:
        cursor.close()


@lru_cache(maxsize=64)
def for_psycopg(words: str) -> str:
    """SQLite's driver knows `:name` itself; psycopg writes it `%(name)s`."""
    return re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", words.replace("%", "%%"))
