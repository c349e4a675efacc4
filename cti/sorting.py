"""What came in and is in nobody's way: mails that no person wrote, and what could not be read. To see, and to mend."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from cti.core.ids import AgentId, CustomerId, Ms
from cti.core.site import Site
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import Progress, ReadAgain, Report, count_kept, forget_kept, kept_body, list_kept
from cti.ingest.retry import Retry
from cti.setup.children import dying_with_us, end
from cti.store import lists, mails, reads, records
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.reader import Reader
from cti.store.vault import Vault
from cti.web.aside_bodies import AsideMails, UnreadList

_PATIENCE_S = 5
"""So long a child has to end when it is asked to."""


class Sorting:
    """Reads and writes in the history's threads; `again` does read once more, and says how far it is."""

    def __init__(
        self,
        store: Store,
        history: History,
        identities: Identities,
        vault: Vault,
        site: Callable[[], Site | None],
        again: Callable[[Progress], Awaitable[Retry]],
        now: Callable[[], Ms],
    ) -> None:
        self._store = store
        self._history = history
        self._identities = identities
        self._vault = vault
        self._site = site
        self._read_again = again
        self._now = now
        self._running: asyncio.Task[None] | None = None
        self._again = ReadAgain()

    async def aside(self, customer: CustomerId | None, before: str | None, limit: int) -> AsideMails | None:
        """Mails that no person wrote, newest first; None: there is no such customer.

        Raises `ValueError` for a bad `before`.
        """
        start = lists.cursor(before)

        def look(db: Reader) -> AsideMails | None:
            whose = None
            if customer is not None:
                who = reads.who_is(db, customer)
                if who is None:
                    return None
                whose = reads.owners_of(db, who)
            page, following = mails.aside(db, whose, start, limit)
            count = mails.count_aside(db, whose) if start is None else None
            return AsideMails(mails=page, next=following, count=count)

        return await self._history.read(look)

    async def from_person(self, mail: str, by: AgentId) -> bool:
        """A person wrote this mail: its thread has a line from now on. False: no such mail is set aside."""
        site, now = self._site(), self._now()
        into = MailStore(self._identities, Own(site.mail.own if site is not None else ()), self._vault, site)
        return await self._history.write(lambda c: into.from_person(c, mail, by, now))

    async def unread(self, before: str | None, limit: int) -> UnreadList:
        """What could not be read, newest first. Raises `ValueError` for a bad `before`."""
        start = lists.cursor(before)
        if start is not None and not (start[1].isdecimal() and len(start[1]) < 18):
            raise ValueError(f"{before!r} is no place in this list: use the one the page before gave")
        place = None if start is None else (start[0], int(start[1]))

        def look(connection: Connection) -> UnreadList:
            found = list_kept(connection, before=place, limit=limit + 1)
            page = tuple(found[:limit])
            following = f"{page[-1].at}.{page[-1].id}" if len(found) > limit else None
            return UnreadList(unread=page, next=following, count=count_kept(connection), again=self._again)

        return await asyncio.to_thread(self._store.read, look)

    async def body(self, id: int) -> bytes | None:
        """The bytes of one; None: it is not kept (any more)."""
        return await asyncio.to_thread(self._store.read, lambda c: kept_body(c, id))

    async def forget(self, id: int, by: AgentId) -> bool:
        """Throw one away for good. False: there is none with this id."""
        now = self._now()

        def write(connection: Connection) -> bool:
            if not forget_kept(connection, id):
                return False
            records.noted(connection, now, by, "unread_forgotten", str(id))
            return True

        return await self._history.write(write)

    def again(self) -> ReadAgain:
        """How far it is with reading once more, or what came of it last."""
        return self._again

    def read_again(self) -> ReadAgain:
        """Read once more what could not be read, whoever still waits for it; one that runs already is all there is."""
        if not self._again.running:
            self._again = ReadAgain(running=True, begun=self._now())
            self._running = asyncio.create_task(self._reading(), name="reading again")
        return self._again

    async def close(self) -> None:
        """End it if it runs: each mail is written as a whole, and those it has not come to are kept."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _reading(self) -> None:
        def tell(report: Report) -> None:
            of = report.of if isinstance(report, Retry) else 0
            self._again = replace(self._again, of=of, read=report.new + report.same, kept=report.kept)

        failed = "it was not read to its end"
        try:
            tell(await self._read_again(tell))
            failed = ""
        except OSError as error:
            failed = str(error)
        finally:
            self._again = replace(self._again, running=False, ended=self._now(), failed=failed)


async def read_again(data: Path, progress: Progress) -> Retry:
    """In a process of its own, for no call is to wait while a mail is taken apart. Raises `OSError`.

    It ends when the one who waits for it is cancelled.
    """
    child = await asyncio.create_subprocess_exec(
        *dying_with_us(),
        *(sys.executable, "-m", "cti.ingest.retry", "--data", str(data)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert child.stdout is not None
    report, words = None, []
    try:
        async for line in child.stdout:
            try:
                report = msgspec.json.decode(line, type=Retry)
            except msgspec.DecodeError:
                words.append(line.decode(errors="replace").strip())
            else:
                progress(report)
        await child.wait()
    finally:
        await end(child, _PATIENCE_S)
    if child.returncode != 0 or report is None:
        raise OSError(words[-1] if words else f"it ended with {child.returncode}")
    return report
