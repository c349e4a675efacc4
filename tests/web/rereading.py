"""Reading once more what could not be read, in the tests' own process, and not before a test lets it."""

import asyncio
from pathlib import Path

from cti.ingest.mails import MailStore, Own
from cti.ingest.report import IngestError, Progress
from cti.ingest.retry import Retry, retry_kept
from cti.store.database import Store
from cti.store.history import wall_clock
from cti.store.identity import Identities


class Rereading:
    """What the bridge starts a process for. `may` is set unless a test clears it; `times`: how often it was begun."""

    def __init__(self, store: Store, data: Path) -> None:
        self._store = store
        self._data = data
        self.may = asyncio.Event()
        self.may.set()
        self.times = 0

    async def __call__(self, progress: Progress) -> Retry:
        """Do it. Raises `OSError` as the process does."""
        progress(Retry(source="kept", of=1))
        self.times += 1
        await self.may.wait()
        into = MailStore(Identities(b"key", "HK"), Own([]))
        try:
            return await asyncio.to_thread(retry_kept, self._store, into, wall_clock(), self._data)
        except IngestError as error:
            raise OSError(error) from None
