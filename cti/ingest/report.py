"""What an ingest did, and the words for what it could not do."""

import time
from collections.abc import Callable, Iterable

from msgspec import Struct
from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.store.records import bulk

KEPT_BYTES = 256_000
"""Of what can't be read so much is kept; its place says where the whole of it is."""


class IngestError(Exception):
    """The ingest can't go on at all; the text says what to do. What was read before stays."""


class RefusedError(IngestError):
    """A source lets us in only after somebody has done something: `cure`, a sentence without its full stop."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(f"{why}. {cure}")
        self.why = why
        self.cure = cure


class Report(Struct):
    """Counts of one ingest."""

    source: str
    read: int = 0
    new: int = 0
    same: int = 0
    """Already there; tables: written again, so a changed row is changed."""
    kept: int = 0
    """Could not be read; listed by `hotline ingest kept`."""
    gone: int = 0
    """Tables: no longer at the source, so taken out here."""


class Kept(Struct, frozen=True, kw_only=True):
    """One thing that could not be read."""

    id: int
    source: str
    place: str
    reason: str
    size: int
    at: Ms


class ReadAgain(Struct, frozen=True, kw_only=True):
    """How far it is with reading once more what could not be read, or what came of it last."""

    running: bool = False
    begun: Ms | None = None
    """None: nobody has asked for it since the bridge was started."""
    ended: Ms | None = None
    of: int = 0
    """So many mails are tried."""
    read: int = 0
    """These could be read."""
    kept: int = 0
    """These still can't."""
    failed: str = ""
    """Why it could not be done, or not to its end."""


Progress = Callable[[Report], None]


class Ticker:
    """Calls `progress` a few times a second, however fast rows come."""

    def __init__(self, report: Report, progress: Progress | None) -> None:
        self._report = report
        self._progress = progress
        self._next = 0.0

    def tick(self) -> None:
        """Something was done."""
        if self._progress is not None and (now := time.monotonic()) >= self._next:
            self._next = now + 0.25
            self._progress(self._report)


def keep(
    connection: Connection, source: str, place: str, reason: str, body: bytes, at: Ms, *, whole: bool = False
) -> None:
    """Keep what can't be read, once for each place, with the newest reason; `whole`: every byte of it."""
    connection.execute(
        text(
            "INSERT INTO kept (source, place, reason, body, at) VALUES (:source, :place, :reason, :body, :at)"
            " ON CONFLICT (source, place)"
            " DO UPDATE SET reason = excluded.reason, body = excluded.body, at = excluded.at"
        ),
        {"source": source, "place": place, "reason": reason, "body": body if whole else body[:KEPT_BYTES], "at": at},
    )


def let_go(connection: Connection, source: str, places: Iterable[str]) -> None:
    """What stood at these places has been read by now."""
    kept_any = text("SELECT 1 FROM kept WHERE source = :source LIMIT 1")
    if connection.execute(kept_any, {"source": source}).first() is not None:
        rows = [{"source": source, "place": place} for place in places]
        bulk(connection, text("DELETE FROM kept WHERE source = :source AND place = :place"), rows)


def list_kept(
    connection: Connection,
    source: str | None = None,
    before: tuple[int, int] | None = None,
    limit: int | None = None,
) -> list[Kept]:
    """Everything kept, newest first; or `limit` of it, from (at, id) `before` on."""
    rows = connection.execute(
        text(
            "SELECT id, source, place, reason, length(body) AS size, at FROM kept"
            " WHERE (CAST(:source AS text) IS NULL OR source = :source)"
            + (" AND (at, id) < (:at, :id)" if before else "")
            + " ORDER BY at DESC, id DESC"
            + (f" LIMIT {limit}" if limit is not None else "")
        ),
        {"source": source, **(dict(zip(("at", "id"), before, strict=True)) if before else {})},
    )
    return [Kept(**row._mapping) for row in rows]


def count_kept(connection: Connection) -> int:
    """How much is kept."""
    return int(connection.execute(text("SELECT count(*) FROM kept")).scalar_one())


def kept_body(connection: Connection, id_: int) -> bytes | None:
    """The bytes kept under an id."""
    found = connection.execute(text("SELECT body FROM kept WHERE id = :id"), {"id": id_}).scalar()
    return None if found is None else bytes(found)


def forget_kept(connection: Connection, id_: int) -> bool:
    """Throw one away for good. False: there is none with this id."""
    return connection.execute(text("DELETE FROM kept WHERE id = :id"), {"id": id_}).rowcount == 1
