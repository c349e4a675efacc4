"""What is older than the site keeps it goes once a day, in the night, in a thread of its own."""

import asyncio
import logging
from pathlib import Path

from cti.core.hours import day_of
from cti.core.ids import Ms
from cti.loop import Loop
from cti.store import retention
from cti.store.database import Store, StoreError

_LOOK_S = 900
_AFTER_MIDNIGHT_MS = 3 * 3600 * 1000
"""At three the fewest call."""
_WHO = "hotline"
log = logging.getLogger(__name__)


class Sweeping:
    """Looks from time to time whether it is to be done: a bridge that was off at night does it when it is back."""

    def __init__(self, loop: Loop, store: Store, recordings: Path) -> None:
        self._loop = loop
        self._store = store
        self._recordings = recordings
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="sweeping")

    async def close(self) -> None:
        """End; what is under way is finished, for it is short."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await asyncio.shield(self.look())
            except (StoreError, OSError) as error:
                log.error("what is too old could not be taken away: %s", error)

    async def look(self) -> dict[str, int] | None:
        """Do it if it is time; gives kind -> how many are gone, None: it is not time, or everything is kept."""
        site, now = self._loop.world.site, self._loop.now()
        if site is None or not site.retention.in_force:
            return None
        _, midnight, _ = day_of(site.zone, now)
        if not await asyncio.to_thread(self._is_due, midnight, now):
            return None
        gone = await asyncio.to_thread(
            retention.sweep, self._store, site.retention, self._recordings, now, _WHO, self._told
        )
        log.info("too old, and gone: %s", ", ".join(f"{n} {kind}" for kind, n in gone.items()))
        return gone

    def _is_due(self, midnight: Ms, now: Ms) -> bool:
        db = self._store.driver()
        try:
            return now >= midnight + _AFTER_MIDNIGHT_MS and retention.last(db) < midnight
        finally:
            db.close()

    def _told(self, kind: str, gone: int) -> None:
        if gone % 10_000 == 0:
            log.info("too old: %d %s gone so far", gone, kind)
