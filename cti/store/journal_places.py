"""Where a journal may be kept: a file of its own, or tables of a PostgreSQL database. `Journal` is the same on both."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psycopg

from cti.setup import postgres
from cti.setup.problem import SetupProblem
from cti.store.reader import PostgresReader, Reader

_FORMAT = 1
"""Of the tables; in a file it is `PRAGMA user_version`."""
_LOCK = 7_405_016_502
"""Key of the advisory lock that the one who writes a journal holds; any number nobody else uses."""
_PATIENCE_S = 1
_SNAPSHOTS_KEPT = 2

EventRow = tuple[int, int, str]
"""seq, at, body."""
SnapshotRow = tuple[int, bytes]
"""seq, body."""


class NotOurs(Exception):
    """It can't be opened, or somebody else writes to it; the text says which and what to do."""


class Writer(Protocol):
    """A connection that writes. After an error it is closed and another one made."""

    def write(self, events: Sequence[EventRow], snapshots: Sequence[SnapshotRow]) -> None:
        """All of it or nothing, on disk when this returns. What was written by an attempt before is no error."""
        ...

    def close(self) -> None: ...


class Place(Protocol):
    """Tables `event (seq, at, body)` and `snapshot (seq, body)`, and who may write to them."""

    errors: tuple[type[Exception], ...]
    """What reading and writing may raise."""
    finds: str
    """SQL's name for "the place of a text within another"."""

    def make(self) -> None:
        """Make what is missing. Raises `NotOurs` or one of `errors`."""
        ...

    def lock(self) -> None:
        """Be the only one who writes until `close`. Raises `NotOurs` when somebody else is."""
        ...

    def reading(self) -> contextlib.AbstractContextManager[Reader]:
        """A connection to read from."""
        ...

    def writer(self) -> Writer: ...

    def clear(self) -> None:
        """Remove every record and snapshot; needs `lock`."""
        ...

    def close(self) -> None:
        """Let others write."""
        ...


class File:
    """An SQLite file (WAL), with a lock file beside it."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
    finds = "instr"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: int | None = None

    def __str__(self) -> str:
        return str(self._path)

    def make(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(self._connect()) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _FORMAT):
                raise NotOurs(f"{self} was written by a newer Hotline (format {version}): use that one")
            db.executescript(
                """
                CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL);
                CREATE TABLE IF NOT EXISTS snapshot (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
                """
            )
            db.execute(f"PRAGMA user_version={_FORMAT}")

    def lock(self) -> None:
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise NotOurs(f"another bridge runs on {self._path.parent}: stop it, or choose --data") from error
        self._lock = handle

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reader]:
        with contextlib.closing(self._connect()) as db:
            yield db

    def writer(self) -> Writer:
        return _FileWriter(self._connect())

    def clear(self) -> None:
        with contextlib.closing(self._connect()) as db:
            db.executescript("DELETE FROM event; DELETE FROM snapshot;")

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, timeout=10, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        return db


class _FileWriter:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def write(self, events: Sequence[EventRow], snapshots: Sequence[SnapshotRow]) -> None:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            db.executemany("INSERT INTO event VALUES (?, ?, ?)", events)
            for seq, body in snapshots:
                db.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", (seq, body))
            if snapshots:
                db.execute(
                    "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ?)",
                    (_SNAPSHOTS_KEPT,),
                )
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._db.close()


class Tables:
    """Tables of a PostgreSQL database. Who writes holds an advisory lock, which dies with its connection."""

    errors: tuple[type[Exception], ...] = (psycopg.Error, OSError, NotOurs)
    finds = "strpos"

    def __init__(self, url: str) -> None:
        self._url = url
        self._reader = PostgresReader(url)
        self._held: psycopg.Connection | None = None

    def __str__(self) -> str:
        return postgres.shown(self._url)

    def make(self) -> None:
        try:
            with postgres.connect(self._url) as db, db.transaction():
                if cure := postgres.unfit(db):
                    raise NotOurs(f"{self} can't be used: {cure}")
                # "IF NOT EXISTS" is no help when two make it at the same time.
                db.execute(f"SELECT pg_advisory_xact_lock({_LOCK + 1})")
                db.execute("CREATE TABLE IF NOT EXISTS journal_format (format integer NOT NULL)")
                known = db.execute("SELECT max(format) FROM journal_format").fetchone()
                if known is None or known[0] is None:
                    db.execute("INSERT INTO journal_format VALUES (%s)", (_FORMAT,))
                elif known[0] != _FORMAT:
                    raise NotOurs(f"{self} was written by a newer Hotline (format {known[0]}): use that one")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS event (seq bigint PRIMARY KEY, at bigint NOT NULL, body text NOT NULL)"
                )
                db.execute("CREATE TABLE IF NOT EXISTS snapshot (seq bigint PRIMARY KEY, body bytea NOT NULL)")
        except SetupProblem as error:
            raise NotOurs(str(error)) from error

    def lock(self) -> None:
        self._held = self._locked()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reader]:
        # One connection for everybody: opening one takes longer than most questions.
        yield self._reader

    def writer(self) -> Writer:
        if self._held is None or self._held.closed:
            # The one we had is gone, and the lock with it: nobody else may have written meanwhile.
            self._held = self._locked()
        return _TablesWriter(self._held)

    def clear(self) -> None:
        if self._held is not None:
            self._held.execute("TRUNCATE event, snapshot")

    def close(self) -> None:
        self._reader.close()
        if self._held is not None:
            self._held.close()
            self._held = None

    def _locked(self) -> psycopg.Connection:
        db = postgres.connect(self._url)
        try:
            # A server may be set to forget the last moments in a crash; what we report as written must stay.
            db.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
            # The server may not have noticed yet that a bridge that was killed is gone.
            db.execute(f"SET lock_timeout = '{_PATIENCE_S}s'")
            db.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
            db.execute("SET lock_timeout = 0")
        except psycopg.errors.LockNotAvailable as error:
            db.close()
            raise NotOurs(f"another bridge writes to {self}: stop it, or choose another database") from error
        except BaseException:
            db.close()
            raise
        return db


class _TablesWriter:
    def __init__(self, db: psycopg.Connection) -> None:
        self._db = db
        self._doubtful = True

    def write(self, events: Sequence[EventRow], snapshots: Sequence[SnapshotRow]) -> None:
        if self._doubtful:
            events = self._new(events)
            self._doubtful = False
        if snapshots:
            with self._db.transaction():
                self._insert(events)
                for seq, body in snapshots:
                    self._db.execute(
                        "INSERT INTO snapshot VALUES (%s, %s) ON CONFLICT (seq) DO UPDATE SET body = excluded.body",
                        (seq, body),
                    )
                self._db.execute(
                    "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT %s)",
                    (_SNAPSHOTS_KEPT,),
                )
        else:
            self._insert(events)

    def _insert(self, events: Sequence[EventRow]) -> None:
        """One statement, so one round trip and, alone, one transaction."""
        if events:
            self._db.execute(
                "INSERT INTO event SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[])",
                [list(column) for column in zip(*events, strict=True)],
            )

    def _new(self, events: Sequence[EventRow]) -> Sequence[EventRow]:
        """Those that are not there yet: a connection may break after the commit and before we hear of it."""
        if not events:
            return events
        there: dict[int, str] = dict(
            self._db.execute("SELECT seq, body FROM event WHERE seq >= %s", (events[0][0],)).fetchall()
        )
        for seq, _, body in events:
            if there.pop(seq, body) != body:
                raise NotOurs(f"record {seq} of the journal was written by somebody else: one bridge to a database")
        if there:
            raise NotOurs(f"the journal goes on to record {max(there)}: one bridge to a database")
        last = self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        return [event for event in events if last is not None and event[0] > last[0]]

    def close(self) -> None:
        self._db.close()
