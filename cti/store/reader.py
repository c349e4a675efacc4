"""Reading by the driver itself, the same way on SQLite and PostgreSQL: SQL with `?`, rows as tuples."""

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol

import psycopg

from cti.setup import postgres


class Rows(Protocol):
    """What a statement gives."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Reader(Protocol):
    """A connection that reads; each statement sees what is committed by then. `sqlite3.Connection` is one as it is."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows:
        """Run one statement; parameters stand where its `?` are."""
        ...

    def close(self) -> None: ...


class PostgresReader:
    """A `Reader` that connects when it is first asked, and again when the server had gone away. Thread-safe."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._connecting = threading.Lock()

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        statement = translated(sql)
        known = self._connection
        if known is not None:
            try:
                return known.execute(statement, parameters)
            except psycopg.OperationalError:
                if not known.closed:
                    raise
        # Reading may be done twice, so a restart of the server between two questions costs nobody anything.
        with self._connecting:
            fresh = self._connection
            if fresh is None or fresh.closed:
                fresh = self._connection = connect(self._url)
        return fresh.execute(statement, parameters)

    def close(self) -> None:
        """Close it; a later `execute` would connect again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(url: str) -> psycopg.Connection:
    """A connection to a server that only reads."""
    connection = postgres.connect(url)
    connection.execute("SET default_transaction_read_only = on")
    # The statements are few and always the same: planned once a connection, whatever is looked for, and never compiled,
    # which takes longer than any of them.
    connection.prepare_threshold = 0
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET jit = off")
    return connection


@lru_cache(maxsize=512)
def translated(sql: str) -> bytes:
    """SQL as psycopg takes it: its placeholders for ours; no statement of ours has a question mark in a literal."""
    return sql.replace("%", "%%").replace("?", "%s").encode()
