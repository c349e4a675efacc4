"""Who is whose, as the bridge asks and says it: every call leaves the loop's thread for one of the history's."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from cti.core.ids import AgentId, CustomerId, IdentifierId, Ms
from cti.store import merge, suggest
from cti.store.identity import Identities
from cti.store.identity_views import Identity, MergePreview
from cti.store.reader import Reader

T = TypeVar("T")


class Threads(Protocol):
    """The history's threads."""

    def read(self, look: Callable[[Reader], T], /) -> Awaitable[T]: ...

    def write(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class People:
    """Links, merges and suggestions. One with the history whose threads it uses."""

    def __init__(self, threads: Threads, identities: Identities, now: Callable[[], Ms]) -> None:
        self._threads = threads
        self._identities = identities
        self._now = now

    async def identity(self, customer: CustomerId) -> Identity | None:
        """How a customer is known again, and who may be the same person; None: there is no such customer."""
        return await self._threads.read(lambda db: suggest.identity(db, customer))

    async def preview(self, kept: CustomerId, gone: CustomerId) -> MergePreview | None:
        """What a merge would make of two; None: one of them is not there, or they are one already."""
        return await self._threads.read(lambda db: suggest.preview(db, kept, gone))

    async def merge(self, kept: CustomerId, gone: CustomerId, by: AgentId) -> tuple[str, CustomerId]:
        """Say that two are one person; gives the merge's id, and whom they are shown as.

        Raises `LookupError` when there is no such customer, `ValueError` when they are one already.
        """
        now = self._now()
        id_, shown = await self._threads.write(lambda c: merge.merge(c, kept, gone, by, now))
        return str(id_), CustomerId(shown)

    async def undo(self, id: str, by: AgentId) -> CustomerId | None:
        """Take a merge back; gives whom it was merged into. None: no such merge is in force."""
        now = self._now()
        if not id.isdecimal() or len(id) > 17:
            return None
        done = await self._threads.write(lambda c: merge.undo(c, int(id), by, now))
        return None if done is None else CustomerId(done[0])

    async def tell_apart(self, one: CustomerId, other: CustomerId, by: AgentId) -> None:
        """Say that two are two people: they are not suggested as one again."""
        now = self._now()
        await self._threads.write(lambda c: merge.tell_apart(c, one, other, by, now))

    async def link(self, customer: CustomerId, kind: str, value: str, by: AgentId) -> IdentifierId | None:
        """Say that a number, address or account is a customer's; None: it can't be one.

        Raises `LookupError` when there is no such customer.
        """
        found = self._identities.maker(kind)(value)
        if found is None:
            return None
        now = self._now()
        if not await self._threads.write(lambda c: merge.add_link(c, found, customer, by, now)):
            raise LookupError(f"there is no customer {customer}")
        return found.id

    async def unlink(self, customer: CustomerId, identifier: IdentifierId, by: AgentId) -> bool:
        """Say that it is not theirs, also when an import says so again. False: it was not."""
        now = self._now()
        return await self._threads.write(lambda c: merge.end_link(c, identifier, customer, by, now))
