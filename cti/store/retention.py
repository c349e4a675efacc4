"""What is older than the site keeps it goes, a little at a time: nobody who calls or writes waits for it.

Journal and figures stay whole, for events and counts hold no words. Lines of the history stay, too, without their
words; only searches and pages of the help site go altogether. Done twice it does nothing more, so it may be broken off
anywhere.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, text

from cti.core.ids import Ms
from cti.core.keeping import Retention
from cti.store import visits
from cti.store.database import Store
from cti.store.reader import Reader
from cti.store.records import noted

SWEPT = "retention_swept"
"""The audit log's word for it."""
_DAY_MS = 24 * 3600 * 1000
_BATCH = 200
_LOOK = 5000
"""Rows that are looked at in one go where there is no index to go by."""

Progress = Callable[[str, int], None]
"""Told of a kind, and how many of it are gone so far."""
_Step = Callable[[Connection, list[Any]], None]

_OLD = {
    "attachments": "SELECT DISTINCT a.message FROM message_attachments a JOIN messages m ON m.id = a.message"
    " WHERE m.at < ? AND a.message > ? ORDER BY a.message LIMIT ?",
    "mails": "SELECT id FROM messages WHERE at < ? AND id > ?"
    " AND (text <> '' OR quoted <> '' OR subject <> '' OR recipients <> '') ORDER BY id LIMIT ?",
    "notes": "SELECT interaction FROM annotations WHERE at < ? AND interaction > ? AND text <> ''"
    " ORDER BY interaction LIMIT ?",
}
_ROWS = {
    "cases": "SELECT id FROM cases WHERE closed < ? AND id > ? AND state = 'closed' AND title <> ''"
    " ORDER BY id LIMIT ?",
    "promises": "SELECT id FROM promises WHERE done < ? AND id > ? AND state <> 'open' AND what <> ''"
    " ORDER BY id LIMIT ?",
    "unread": "SELECT id FROM kept WHERE at < ? AND id > ? ORDER BY id LIMIT ?",
    "audit": "SELECT id FROM audit WHERE at < ? AND id > ? ORDER BY id LIMIT ?",
}
_FORGET = {
    "attachments": ("DELETE FROM message_attachments WHERE message IN :ids",),
    "mails": (
        "UPDATE interactions SET title = '', text = '' WHERE kind = 'mail'"
        " AND id IN (SELECT interaction FROM messages WHERE id IN :ids)"
        " AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.interaction = interactions.id AND n.at >= :cut)",
        "DELETE FROM mentions WHERE interaction IN (SELECT interaction FROM messages WHERE id IN :ids) AND at < :cut",
        "UPDATE messages SET author_name = '', recipients = '', subject = '', text = '', quoted = '', problems = ''"
        " WHERE id IN :ids",
    ),
    "notes": (
        "DELETE FROM notes WHERE interaction IN :ids",
        "UPDATE interactions SET text = '' WHERE id IN :ids"
        " AND text = (SELECT a.text FROM annotations a WHERE a.interaction = interactions.id)",
        "UPDATE annotations SET text = '' WHERE interaction IN :ids",
    ),
    "contacts": (
        "UPDATE interactions SET title = '', text = coalesce("
        "(SELECT a.text FROM annotations a WHERE a.interaction = interactions.id), '') WHERE id IN :ids",
        "DELETE FROM mentions WHERE interaction IN :ids",
    ),
    "cases": ("UPDATE cases SET title = '' WHERE id IN :ids",),
    "promises": ("UPDATE promises SET what = '' WHERE id IN :ids",),
    "unread": ("DELETE FROM kept WHERE id IN :ids",),
    "audit": ("DELETE FROM audit WHERE id IN :ids",),
}
_WEB_VISITS = (
    "SELECT id FROM visits v WHERE at < ? AND id > ? AND NOT EXISTS"
    " (SELECT 1 FROM interactions i WHERE i.id = v.id AND i.case_id IS NOT NULL) ORDER BY id LIMIT ?"
)
_VISITS = (
    "SELECT owner, at, id, kind, case_id FROM interactions i WHERE owner > 'device:' AND owner < 'device;'"
    " AND text = '' AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.id = i.id)"
    " AND (owner, at, id) > (?, ?, ?) ORDER BY owner, at, id LIMIT ?"
)
# Lines of calls and messages hold agents' notes, those of mails and visits are kinds of their own.
_CONTACTS = (
    "SELECT owner, at, id FROM interactions i WHERE at < ? AND (title <> '' OR text <> '')"
    " AND source NOT IN ('journal', 'mail') AND NOT (source = 'web' AND kind IN ('search', 'visit'))"
    " AND NOT (title = '' AND text = coalesce((SELECT a.text FROM annotations a WHERE a.interaction = i.id), ''))"
    " AND (owner, at, id) > (?, ?, ?) ORDER BY owner, at, id LIMIT ?"
)
_LOOSE = "DELETE FROM attachments WHERE hash NOT IN (SELECT hash FROM message_attachments)"


def due(db: Reader, rules: Retention, recordings: Path | None, now: Ms) -> dict[str, int]:
    """Kind -> how many would go. Changes nothing."""
    return {kind: sum(len(batch) for batch in _old(db, kind, recordings, cut)) for kind, cut in _cuts(rules, now)}


def sweep(
    store: Store, rules: Retention, recordings: Path | None, now: Ms, who: str, progress: Progress | None = None
) -> dict[str, int]:
    """Let everything go that is older than it is kept; gives kind -> how many, and says so in the audit log. Blocks."""
    gone: dict[str, int] = {}
    db = store.driver()
    try:
        for kind, cut in _cuts(rules, now):
            gone[kind] = 0
            for batch in _old(db, kind, recordings, cut):
                if kind == "recordings":
                    for file in batch:
                        file.unlink(missing_ok=True)
                else:
                    store.write(partial(_forget, kind=kind, batch=batch, cut=cut))
                gone[kind] += len(batch)
                if progress is not None:
                    progress(kind, gone[kind])
            if kind == "attachments" and gone[kind]:
                # Stored once for everybody: one that came with a newer mail, too, stays.
                store.write(lambda c: c.execute(text(_LOOSE)))
    finally:
        db.close()
    said = ", ".join(f"{kind} {n}" for kind, n in gone.items())
    if gone:
        store.write(lambda c: noted(c, now, who, SWEPT, "", said))
    store.settle()
    return gone


def last(db: Reader) -> Ms:
    """When it was done last; 0: never."""
    found = db.execute("SELECT max(at) FROM audit WHERE what = ?", (SWEPT,)).fetchone()
    return Ms(found[0] or 0)


def _cuts(rules: Retention, now: Ms) -> Iterator[tuple[str, Ms]]:
    for kind, days in rules.in_force.items():
        yield kind, Ms(now - days * _DAY_MS)


def _old(db: Reader, kind: str, recordings: Path | None, cut: Ms) -> Iterator[list[Any]]:
    """What is older than `cut`, some at a time."""
    if kind == "recordings":
        files = sorted(recordings.iterdir()) if recordings is not None and recordings.is_dir() else []
        old = [file for file in files if file.is_file() and file.stat().st_mtime * 1000 < cut]
        yield from (old[n : n + _BATCH] for n in range(0, len(old), _BATCH))
    elif kind == "visits":
        yield from _old_visits(db, cut)
    elif kind == "contacts":
        place = ("", 0, "")
        while lines := db.execute(_CONTACTS, (cut, *place, _BATCH)).fetchall():
            yield [id_ for _, _, id_ in lines]
            place = lines[-1]
    else:
        statement = _OLD.get(kind) or _ROWS[kind]
        last: str | int = "" if kind in _OLD else 0
        while rows := db.execute(statement, (cut, last, _BATCH)).fetchall():
            yield [row[0] for row in rows]
            last = rows[-1][0]


def _old_visits(db: Reader, cut: Ms) -> Iterator[list[Any]]:
    """Of the site's own web sites, then of the help site; none that somebody has put into a case."""
    last = ""
    while rows := db.execute(_WEB_VISITS, (cut, last, _BATCH)).fetchall():
        yield [row[0] for row in rows]
        last = rows[-1][0]
    place: tuple[str, int, str] = ("", 0, "")
    while rows := db.execute(_VISITS, (*place, _LOOK)).fetchall():
        old = [id_ for _, at, id_, kind, case in rows if at < cut and kind in ("search", "visit") and case is None]
        yield from (old[n : n + _BATCH] for n in range(0, len(old), _BATCH))
        owner, at, id_, _, _ = rows[-1]
        place = (owner, at, id_)


def _forget(connection: Connection, kind: str, batch: list[Any], cut: Ms) -> None:
    if connection.dialect.name == "sqlite":
        # What is deleted is overwritten, too, not only left out.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    if kind == "visits":
        visits.forget(connection, batch)
        return
    for change in _FORGET[kind]:
        given = {"ids": batch, **({"cut": cut} if ":cut" in change else {})}
        connection.execute(text(change).bindparams(bindparam("ids", expanding=True)), given)
