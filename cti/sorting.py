"""What came in and is in nobody's way: mails that no person wrote, and what could not be read. To see, and to mend."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from cti.core.ids import AgentId, CustomerId, Ms
from cti.core.site import Site
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import Kept, Report, forget_kept, kept_body, list_kept
from cti.setup.children import dying_with_us
from cti.store import lists, mails, reads, records
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.reader import Reader
from cti.store.vault import Vault
from cti.store.views import Message

_LISTED = 200
"""Of what could not be read, so many are shown: it is mended from one end."""


class Sorting:
    """Reads and writes in the history's threads; `again` reads once more what could not be read."""

    def __init__(
        self,
        store: Store,
        history: History,
        identities: Identities,
        vault: Vault,
        site: Callable[[], Site | None],
        again: Callable[[], Awaitable[Report]],
        now: Callable[[], Ms],
    ) -> None:
        self._store = store
        self._history = history
        self._identities = identities
        self._vault = vault
        self._site = site
        self._again = again
        self._now = now
        self._one = asyncio.Lock()

    async def aside(
        self, customer: CustomerId | None, before: str | None, limit: int
    ) -> tuple[tuple[Message, ...], str | None] | None:
        """Mails that no person wrote, newest first, and where the next page begins; None: there is no such customer.

        Raises `ValueError` for a bad `before`.
        """
        start = lists.cursor(before)

        def look(db: Reader) -> tuple[tuple[Message, ...], str | None] | None:
            if customer is None:
                return mails.aside(db, None, start, limit)
            who = reads.who_is(db, customer)
            return None if who is None else mails.aside(db, reads.owners_of(db, who), start, limit)

        return await self._history.read(look)

    async def from_person(self, mail: str, by: AgentId) -> bool:
        """A person wrote this mail: its thread has a line from now on. False: no such mail is set aside."""
        site, now = self._site(), self._now()
        into = MailStore(self._identities, Own(site.mail.own if site is not None else ()), self._vault, site)
        return await self._history.write(lambda c: into.from_person(c, mail, by, now))

    async def unread(self) -> list[Kept]:
        """The newest of what could not be read."""
        return await asyncio.to_thread(self._store.read, lambda c: list_kept(c, limit=_LISTED))

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

    async def again(self) -> Report:
        """Read once more what could not be read. Raises `OSError` when that can't be done."""
        async with self._one:
            return await self._again()


async def read_again(data: Path) -> Report:
    """In a process of its own, for no call is to wait while a mail is taken apart. Raises `OSError`."""
    child = await asyncio.create_subprocess_exec(
        *dying_with_us(),
        *(sys.executable, "-m", "cti.cli", "ingest", "kept", "--retry", "--json", "--data", str(data)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await child.communicate()
    try:
        return msgspec.json.decode(out, type=Report)
    except msgspec.DecodeError:
        raise OSError(error.decode(errors="replace").strip() or f"it ended with {child.returncode}") from None
