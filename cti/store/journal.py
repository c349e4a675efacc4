"""The journal: every event once, in order, on disk before anybody hears of it.

One writer thread commits whatever waits in one transaction (group commit), so the loop never touches the file and a
burst costs one fsync. In SQLite the file is the journal's own (`journal.db`): SQLite has one writer per file, and an
import into the history must not hold up a call. In PostgreSQL it is two tables beside the history's, written past the
lock of its writers. Events are kept as JSON so that people can read them with `sqlite3` or `psql`.

Guarantees: a sequence number given to `on_committed` survives `kill -9` and power loss (`synchronous=FULL`,
`synchronous_commit`); records are never reordered, skipped or written twice; what can't be written is reported and
tried again.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

from cti.core.events import Event, Record
from cti.core.ids import Ms
from cti.setup.settings import is_postgres
from cti.store.journal_places import File, NotOurs, Place, Tables, Writer
from cti.store.reader import Reader

_RETRY_S = (0.1, 0.2, 0.5, 1.0)
_PAGE = 2000

Upgrade = Callable[[dict[str, object]], dict[str, object]]
_UPGRADES: dict[str, Upgrade] = {}
"""Tag of an event we no longer write -> how to make of it one that we do."""


class JournalError(Exception):
    """The journal can't be read, or not be written; the text says what to do."""


class _Snapshot(Struct, frozen=True):
    seq: int
    body: bytes


class Journal:
    """An append-only list of `Record`s with snapshots of the world beside them.

    `load`, `latest_snapshot` and `last_seq` read and may be used by any thread at any time; `append` and
    `save_snapshot` need `start` first.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._encoder = msgspec.json.Encoder()
        self._waiting: list[Record | _Snapshot] = []
        self._wakeup = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._troubled = False

    @classmethod
    def open(cls, where: Path | str) -> "Journal":
        """Open or make it: a file's path, or a PostgreSQL database's URL. Raises `JournalError`."""
        named = str(where)
        place: Place = Tables(named) if is_postgres(named) else File(Path(named))
        try:
            place.make()
        except NotOurs as error:
            raise JournalError(str(error)) from error
        except place.errors as error:
            raise JournalError(f"can't open the journal {place}: {error}") from error
        return cls(place)

    def start(self, on_committed: Callable[[int], None], on_trouble: Callable[[str | None], None]) -> None:
        """Begin to accept records. Both callbacks are called on the event loop that runs now.

        `on_committed(seq)`: everything up to `seq` is on disk. `on_trouble(text)`: it can't be written for this
        reason and is tried again; `on_trouble(None)`: it could. Raises `JournalError` if another process writes here.
        """
        self.hold()
        loop = asyncio.get_running_loop()

        def post(callback: Callable[[], None]) -> None:
            # The loop may be closed by now when the process is ending: then nobody is left to be told.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(callback)

        self._thread = threading.Thread(
            target=self._write_for_ever,
            args=(lambda seq: post(lambda: on_committed(seq)), lambda text: post(lambda: on_trouble(text))),
            name="journal",
            daemon=True,
        )
        self._thread.start()

    def append(self, records: Sequence[Record]) -> None:
        """Hand over records in order. Never blocks; they count once `on_committed` names their `seq`."""
        if not records:
            return
        self._put(records)

    def save_snapshot(self, seq: int, body: bytes) -> None:
        """Keep the world as of record `seq`. Never blocks; written after every record appended before it."""
        self._put([_Snapshot(seq, body)])

    def _put(self, items: Sequence[Record | _Snapshot]) -> None:
        with self._wakeup:
            if self._closing or self._thread is None:
                raise JournalError("the journal is not open for writing")
            self._waiting.extend(items)
            self._wakeup.notify()

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """The newest snapshot and the `seq` it stands at."""
        with self._reading() as db:
            row = db.execute("SELECT seq, body FROM snapshot ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else None

    def last_seq(self) -> int:
        """The newest `seq` on disk; 0 when there is none."""
        with self._reading() as db:
            seq: int = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        return seq

    def load(self, after_seq: int = 0) -> Iterator[Record]:
        """Every record on disk after `after_seq`, in order. Raises `JournalError` naming one it can't read."""
        with self._reading() as db:
            while True:
                # Page by page, so that a slow reader doesn't keep the WAL from being folded back.
                rows = db.execute(
                    "SELECT seq, at, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, _PAGE)
                ).fetchall()
                if not rows:
                    return
                for seq, at, body in rows:
                    yield Record(seq, Ms(at), _decode(seq, body))
                after_seq = rows[-1][0]

    def story(self, first_seq: int, last_seq: int, interaction: str) -> list[Record]:
        """The records from `first_seq` to `last_seq` that are about one interaction, its offers and legs included."""
        quoted = msgspec.json.encode(interaction).decode()
        # Ids of offers and of the legs we make are the interaction's own, a dot and more.
        about = (quoted, quoted[:-1] + ".")
        finds = self._place.finds
        with self._reading() as db:
            rows = db.execute(
                f"SELECT seq, at, body FROM event WHERE seq BETWEEN ? AND ?"
                f" AND ({finds}(body, ?) > 0 OR {finds}(body, ?) > 0) ORDER BY seq",
                (first_seq, last_seq, *about),
            ).fetchall()
        return [Record(seq, Ms(at), _decode(seq, body)) for seq, at, body in rows]

    def of_kinds(self, first_seq: int, last_seq: int, kinds: Sequence[str]) -> list[Record]:
        """The records from `first_seq` to `last_seq` whose event is one of these, by name."""
        if not kinds:
            return []
        with self._reading() as db:
            rows = db.execute(
                f"SELECT seq, at, body FROM event WHERE seq BETWEEN ? AND ?"
                f" AND ({' OR '.join(['body LIKE ?'] * len(kinds))}) ORDER BY seq",
                (first_seq, last_seq, *map(_begin, kinds)),
            ).fetchall()
        return [Record(seq, Ms(at), _decode(seq, body)) for seq, at, body in rows]

    def newest(self, kind: str, last_seq: int) -> Record | None:
        """The last record up to `last_seq` whose event is of this name."""
        with self._reading() as db:
            row = db.execute(
                "SELECT seq, at, body FROM event WHERE seq <= ? AND body LIKE ? ORDER BY seq DESC LIMIT 1",
                (last_seq, _begin(kind)),
            ).fetchone()
        return Record(row[0], Ms(row[1]), _decode(row[0], row[2])) if row else None

    def before(self, at: Ms) -> int:
        """The `seq` of the last record older than `at`; times only grow with it."""
        low, high = 0, self.last_seq()
        with self._reading() as db:
            while low < high:
                middle = (low + high + 1) // 2
                row = db.execute("SELECT at FROM event WHERE seq = ?", (middle,)).fetchone()
                if row is not None and row[0] < at:
                    low = middle
                else:
                    high = middle - 1
        return low

    def copy_into(self, empty: "Journal", told: Callable[[int], None] = lambda seq: None) -> int:
        """Copy every record there is now, and the newest snapshot, into a journal nobody uses; gives the last `seq`.

        What an attempt that was broken off left in it is removed first. Raises `JournalError`.
        """
        until, seq = self.last_seq(), 0
        kept = self.latest_snapshot()
        place = empty._place
        try:
            place.lock()
            place.clear()
            writer = place.writer()
            with self._reading() as db:
                while rows := db.execute(
                    "SELECT seq, at, body FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                    (seq, until, _PAGE),
                ).fetchall():
                    writer.write(rows, [])
                    seq = rows[-1][0]
                    told(seq)
            if kept is not None and kept[0] <= until:
                writer.write([], [kept])
            writer.close()
        except NotOurs as error:
            raise JournalError(str(error)) from error
        except place.errors as error:
            raise JournalError(f"can't write the journal {place}: {error}") from error
        if empty.last_seq() != until:
            raise JournalError(f"{place}: the copy ends at record {empty.last_seq()}, not at {until}")
        return until

    def hold(self) -> None:
        """Let nobody write until `close`. Raises `JournalError` when a bridge does."""
        try:
            self._place.lock()
        except NotOurs as error:
            raise JournalError(str(error)) from error
        except self._place.errors as error:
            raise JournalError(f"can't open the journal {self._place}: {error}") from error

    def close(self, patience_s: float = 5.0) -> None:
        """Write what waits and stop. Raises `JournalError` if it could not be written within `patience_s`."""
        with self._wakeup:
            self._closing = True
            self._wakeup.notify()
        if self._thread is not None:
            self._thread.join(patience_s)
            lost = self._thread.is_alive()
            self._thread = None
            if lost:
                raise JournalError(
                    f"{self._place}: records could not be written before the end; is the disk full, or the server away?"
                )
        self._place.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reader]:
        try:
            with self._place.reading() as db:
                yield db
        except self._place.errors as error:
            raise JournalError(f"can't read the journal {self._place}: {error}") from error

    # --- the writer thread

    def _write_for_ever(self, committed: Callable[[int], None], trouble: Callable[[str | None], None]) -> None:
        writer: Writer | None = None
        while True:
            with self._wakeup:
                while not self._waiting and not self._closing:
                    self._wakeup.wait()
                batch, self._waiting = self._waiting, []
            if not batch:
                break
            attempt = 0
            while True:
                try:
                    writer = writer or self._place.writer()
                    last = self._write(writer, batch)
                    break
                except self._place.errors as error:
                    # A fresh connection each time: after an I/O error SQLite may refuse the old one for good.
                    if writer is not None:
                        with contextlib.suppress(*self._place.errors):
                            writer.close()
                        writer = None
                    self._troubled = True
                    trouble(f"the journal can't be written ({error}); {len(batch)} records wait")
                    time.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
                    attempt += 1
            if self._troubled:
                self._troubled = False
                trouble(None)
            if last is not None:
                committed(last)
        if writer is not None:
            writer.close()

    def _write(self, writer: Writer, batch: Sequence[Record | _Snapshot]) -> int | None:
        """One transaction; gives the last `seq` in it. All or nothing, so trying again is safe."""
        encode = self._encoder.encode
        rows = [(item.seq, item.at, encode(item.event).decode()) for item in batch if isinstance(item, Record)]
        writer.write(rows, [(item.seq, item.body) for item in batch if isinstance(item, _Snapshot)])
        return rows[-1][0] if rows else None


_decoder = msgspec.json.Decoder(Event)


def _begin(kind: str) -> str:
    """For LIKE: how the JSON of an event of this name begins."""
    return f'{{"type":"{kind}"%'


def _decode(seq: int, body: str) -> Event:
    """The event in `body`, upgraded if it is of a shape we no longer write."""
    try:
        event: Event = _decoder.decode(body)
        return event
    except msgspec.ValidationError as error:
        raw = msgspec.json.decode(body, type=dict[str, object])
        upgrade = _UPGRADES.get(str(raw.get("type")))
        if upgrade is None:
            raise JournalError(f"record {seq} of the journal can't be understood: {error}") from error
        upgraded: Event = msgspec.convert(upgrade(raw), Event)
        return upgraded
    except msgspec.DecodeError as error:
        raise JournalError(f"record {seq} of the journal is damaged: {error}") from error
