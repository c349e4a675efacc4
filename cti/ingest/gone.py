"""Rows that are gone at their source: found after all of a table was read, by what was met on the way.

What was met stands in a file of its own until then, so that memory stays flat however long the table is.
"""

import json
import sqlite3
from collections.abc import Sequence
from functools import partial
from types import TracebackType

from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.mapping import HISTORY_KINDS
from cti.store.database import Store
from cti.store.records import bulk

_BATCH = 5_000


class Met:
    """The keys that were met in one reading of a table."""

    def __init__(self) -> None:
        # Without a name SQLite makes a file that is gone when it is closed.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE met (id PRIMARY KEY) WITHOUT ROWID")

    def __enter__(self) -> "Met":
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._db.close()

    def add(self, ids: Sequence[str]) -> None:
        """These are there."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO met VALUES (?)", ((id_,) for id_ in ids))
        self._db.execute("COMMIT")

    def lacking(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that were not met."""
        words = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM met)"
        return [str(id_) for (id_,) in self._db.execute(words, (json.dumps(ids),))]


def take_out(store: Store, met: Met, name: str, kind: str, now: Ms) -> int:
    """What the table `name` no longer has goes here, too; gives how many rows went.

    Lines of the timeline are deleted, with what counts them; cases are closed and promises withdrawn, for people may
    have worked on them.
    """
    gone, after = 0, f"{name}:"
    while ids := store.read(partial(_ours, name=name, kind=kind, after=after)):
        if lacking := met.lacking(ids):
            store.write(partial(_end, kind=kind, ids=lacking, now=now))
            gone += len(lacking)
        after = ids[-1]
    return gone


def _ours(connection: Connection, name: str, kind: str, after: str) -> list[str]:
    where = ":after < {id} AND {id} < :end"
    if kind in HISTORY_KINDS:
        words = f"SELECT id FROM interactions WHERE {where.format(id='id')} AND source = :name ORDER BY id LIMIT :n"
    elif kind == "case":
        words = f"SELECT source FROM cases WHERE {where.format(id='source')} AND state <> 'closed' ORDER BY 1 LIMIT :n"
    else:
        words = f"SELECT source FROM promises WHERE {where.format(id='source')} AND state = 'open' ORDER BY 1 LIMIT :n"
    found = connection.execute(text(words), {"after": after, "end": f"{name};", "name": name, "n": _BATCH})
    return [str(id_) for (id_,) in found]


def _end(connection: Connection, kind: str, ids: Sequence[str], now: Ms) -> None:
    if kind in HISTORY_KINDS:
        # What was written in it is no evidence any more, either.
        bulk(connection, text("DELETE FROM mentions WHERE interaction = :id"), [{"id": id_} for id_ in ids])
        words = "DELETE FROM interactions WHERE id = :id"
    elif kind == "case":
        words = "UPDATE cases SET state = 'closed', closed = :now WHERE source = :id"
    else:
        words = "UPDATE promises SET state = 'withdrawn', done = :now WHERE source = :id"
    bulk(connection, text(words), [{"id": id_, "now": now} for id_ in ids])
