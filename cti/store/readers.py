"""Threads that read the history while the event loop goes on, each with a connection of its own.

Not a pool of `concurrent.futures`: its futures lock and wake both sides several times, which takes a tenth as long as
what the pop reads. Here each question wakes a thread once, and its answer the loop once; and of those that wait it is
the thread that has read last, for what it reads and runs is still near its processor.

What one question reads of an SQLite file is of one moment: all its statements are one transaction. That is right, and
quicker, too, for each statement by itself locks the file. On a server it would cost two more ways there and back; what
must be of one moment there is one statement.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from cti.store.reader import Reader

T = TypeVar("T")


class _Asked(NamedTuple):
    look: Callable[[Reader], Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]


_Inbox = SimpleQueue[_Asked | None]


class Readers:
    """Asked on the event loop; answers come in any order. `close` it at the end, from anywhere."""

    def __init__(self, connect: Callable[[], Reader], first: Callable[[Reader], object], threads: int) -> None:
        """`first` is read by each thread before anything is asked: to connect and to plan take longer than a caller's
        look-up may. What it raises is raised again to who asks next and meets the same."""
        self._connect = connect
        self._first = first
        self._lock = threading.Lock()
        self._idle: list[_Inbox] = []
        """Of the threads that wait; the last one's has waited least."""
        self._waiting: deque[_Asked | None] = deque()
        """What nobody was free for. None: a thread is to end."""
        self._threads = [
            threading.Thread(target=self._run, name=f"history-read-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, look: Callable[[Reader], T]) -> "asyncio.Future[T]":
        """Do `look` in a reader's thread. The future raises what it raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._give(_Asked(look, loop, answer))
        return answer

    def close(self) -> None:
        """Answer what is asked, and end."""
        for _ in self._threads:
            self._give(None)
        for thread in self._threads:
            thread.join()

    def _give(self, asked: _Asked | None) -> None:
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
            if inbox is None:
                self._waiting.append(asked)
        if inbox is not None:
            inbox.put(asked)

    def _next(self, inbox: _Inbox) -> _Asked | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(inbox)
        return inbox.get()

    def _run(self) -> None:
        inbox: _Inbox = SimpleQueue()
        db: Reader | None = None
        with contextlib.suppress(Exception):
            db = self._connect()
            self._first(db)
        while (asked := self._next(inbox)) is not None:
            try:
                db = db or self._connect()
                found = _at_one_moment(db, asked.look)
            except BaseException as error:
                _tell(asked, error, failed=True)
            else:
                _tell(asked, found, failed=False)
        if db is not None:
            db.close()


def _at_one_moment(db: Reader, look: Callable[[Reader], T]) -> T:
    if not isinstance(db, sqlite3.Connection):
        return look(db)
    db.execute("BEGIN")
    try:
        return look(db)
    finally:
        if db.in_transaction:  # SQLite ends it by itself after some errors: https://sqlite.org/lang_transaction.html
            db.execute("COMMIT")


def _tell(asked: _Asked, found: Any, *, failed: bool) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits any more
        asked.loop.call_soon_threadsafe(_settle, asked.answer, found, failed)


def _settle(answer: "asyncio.Future[Any]", found: Any, failed: bool) -> None:
    if answer.cancelled():
        return
    if failed:
        answer.set_exception(found)
    else:
        answer.set_result(found)
