"""Visits of web sites as the bridge writes them: batches that wait are written together, in one transaction.

Anybody can send a batch, so what waits is bounded, and the loop never waits for the database.
"""

import asyncio

from cti.store.identity import Identities
from cti.store.people import Threads
from cti.store.visits import Told, put

_MOST = 400
"""Batches that may wait."""
_TOGETHER = 100
"""Batches of one transaction: agents' notes wait for the same thread."""


class Busy(Exception):
    """Too much waits already; what was told was not kept."""


class Visitors:
    """Keeps visits. One with the history whose threads it uses."""

    def __init__(self, threads: Threads, identities: Identities) -> None:
        self._threads = threads
        self.identities = identities
        self._waiting: list[tuple[Told, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, told: Told) -> None:
        """Keep what a batch tells. Twice does no harm. Raises `Busy`."""
        if len(self._waiting) >= _MOST:
            raise Busy
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((told, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="visits")
        await written

    async def _write(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[:_TOGETHER]
                del self._waiting[:_TOGETHER]
                if not await self._together(group) and len(group) > 1:
                    # One that can't be written is nobody else's loss.
                    for one in group:
                        await self._together([one])
        finally:
            self._writing = None

    async def _together(self, group: list[tuple[Told, asyncio.Future[None]]]) -> bool:
        tells = [told for told, _ in group]
        try:
            await self._threads.write(lambda c: put(c, self.identities, tells))
        except Exception as error:
            if len(group) == 1 and not group[0][1].done():
                group[0][1].set_exception(error)
            return False
        for _, written in group:
            if not written.done():
                written.set_result(None)
        return True
