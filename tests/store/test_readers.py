"""Questions to the history are answered beside the event loop, whatever becomes of those who asked."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cti.store.reader import Reader
from cti.store.readers import Readers


class Opened:
    """Connections, of which the first ones may fail."""

    def __init__(self) -> None:
        self.failing = 0
        self.closed = 0

    def connect(self) -> Reader:
        if self.failing:
            self.failing -= 1
            raise OSError("no file")
        owner = self

        class Counted(sqlite3.Connection):
            def close(self) -> None:
                owner.closed += 1
                super().close()

        return sqlite3.connect(":memory:", factory=Counted)


@pytest.fixture
def opened() -> Opened:
    return Opened()


@pytest.fixture
def readers(opened: Opened) -> Iterator[Readers]:
    made = Readers(opened.connect, lambda db: db.execute("SELECT 1"), 2)
    yield made
    made.close()


async def test_the_loop_goes_on_while_two_things_are_read(readers: Readers) -> None:
    both = threading.Barrier(2)

    def look(db: Reader) -> int:
        both.wait(10)
        return int(db.execute("SELECT 41 + 1").fetchone()[0])

    asked = [readers.ask(look) for _ in range(2)]
    assert not any(one.done() for one in asked)
    assert await asyncio.gather(*asked) == [42, 42]


async def test_whoever_has_read_last_reads_next(readers: Readers) -> None:
    both = threading.Barrier(2)
    await asyncio.gather(*(readers.ask(lambda db: both.wait(10)) for _ in range(2)))
    who = [await readers.ask(lambda db: threading.get_ident()) for _ in range(100)]
    changes = sum(one != other for one, other in pairwise(who))
    # One may not have gone back to wait when the next question comes.
    assert changes < 50


async def test_what_fails_fails_for_who_asked(readers: Readers) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await readers.ask(lambda db: db.execute("SELECT * FROM nowhere"))
    assert await readers.ask(lambda db: db.execute("SELECT 2").fetchone()) == (2,)


async def test_one_question_reads_what_was_at_one_moment_and_the_next_one_what_is(tmp_path: Path) -> None:
    file = tmp_path / "history.db"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    with contextlib.closing(connect()) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE calls (id)")

        def count(db: Reader) -> int:
            return int(db.execute("SELECT count(*) FROM calls").fetchone()[0])

        def twice(db: Reader) -> tuple[int, int]:
            before = count(db)
            writer.execute("INSERT INTO calls VALUES (1)")
            return before, count(db)

        readers = Readers(connect, count, 1)
        assert await readers.ask(twice) == (0, 0)
        assert await readers.ask(count) == 1
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            await readers.ask(lambda db: (count(db), db.execute("SELECT * FROM nowhere")))
        writer.execute("INSERT INTO calls VALUES (2)")
        assert await readers.ask(count) == 2
        readers.close()


async def test_who_goes_away_leaves_the_others_served(readers: Readers) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(db: Reader) -> None:
        begun.set()
        go_on.wait(10)

    asked = readers.ask(slow)
    assert await asyncio.to_thread(begun.wait, 10)
    asked.cancel()
    go_on.set()
    assert await asyncio.gather(*(readers.ask(lambda db: db.execute("SELECT 3").fetchone()) for _ in range(4)))


async def test_a_connection_that_fails_is_made_when_somebody_asks(opened: Opened) -> None:
    opened.failing = 1
    readers = Readers(opened.connect, lambda db: db.execute("SELECT 1"), 1)
    assert await readers.ask(lambda db: db.execute("SELECT 4").fetchone()) == (4,)
    readers.close()
    assert opened.closed == 1


async def test_what_is_asked_before_the_end_is_answered(opened: Opened) -> None:
    readers = Readers(opened.connect, lambda db: db.execute("SELECT 1"), 1)
    asked = [readers.ask(lambda db: db.execute("SELECT 5").fetchone()) for _ in range(3)]
    await asyncio.to_thread(readers.close)
    assert await asyncio.gather(*asked) == [(5,)] * 3
