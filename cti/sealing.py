"""Recordings are encrypted when nobody needs them plain any more, where the settings say so, in a thread of its own."""

import asyncio
import logging
from pathlib import Path

from cti.core.ids import InteractionId
from cti.loop import Loop
from cti.store import sealing
from cti.store.database import Store, StoreError
from cti.store.vault import Vault, call_of

_LOOK_S = 60
_STILL_S = 900
"""The longest message takes ten minutes, and its caller may still be hearing it."""
log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The bridge ends."""


class Sealing:
    """Looks once a minute; also ends what `hotline encrypt` has begun, should that have been interrupted."""

    def __init__(self, loop: Loop, store: Store, vault: Vault, recordings: Path) -> None:
        self._loop = loop
        self._store = store
        self._vault = vault
        self._recordings = recordings
        self._stopping = False
        self._open: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        self._work: asyncio.Future[sealing.Done] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="sealing")

    async def close(self) -> None:
        """End, after the one thing that is under way."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._work is not None:
            await asyncio.gather(self._work, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.look()
            except (StoreError, OSError) as error:
                log.error("attachments and recordings could not be encrypted: %s", error)

    async def look(self) -> sealing.Done:
        """Do what there is to do. Raises `VaultError` when the keys can't be used."""
        self._open = frozenset(self._loop.world.interactions)
        self._work = asyncio.ensure_future(asyncio.to_thread(self._all))
        done = await asyncio.shield(self._work)
        if done.attachments or done.recordings:
            log.info("encrypted or decrypted: %d attachments, %d recordings", done.attachments, done.recordings)
        for trouble in done.troubles:
            log.error("%s", trouble)
        return done

    def _all(self) -> sealing.Done:
        try:
            return sealing.work(self._store, self._vault, self._recordings, self._still, self._told)
        except _Stopped:
            return sealing.Done()

    def _still(self, file: Path) -> bool:
        return InteractionId(call_of(file)) not in self._open and sealing.untouched(file, _STILL_S)

    def _told(self, _done: sealing.Done) -> None:
        if self._stopping:
            raise _Stopped
