"""What is known of a customer, as the bridge asks and says it: calls leave the loop's thread for the history's."""

from collections.abc import Callable, Sequence
from functools import partial

from cti.core.ids import AgentId, CustomerId, IdentifierId, Ms
from cti.core.site import Site
from cti.store import reads, understanding, wishes
from cti.store.people import Threads
from cti.store.reach import Try
from cti.store.views import About

_DAY_MS = 24 * 3600 * 1000


class Knowing:
    """Wishes, tags and how a customer is best reached. One with the history whose threads it uses."""

    def __init__(self, threads: Threads, now: Callable[[], Ms]) -> None:
        self._threads = threads
        self._now = now
        self._like: tuple[int, dict[str, list[Try]]] | None = None

    async def about(self, customer: CustomerId, site: Site) -> About | None:
        """What is known of a customer; None: there is no such customer."""
        now = self._now()
        like = await self._customers_like(site.zone, now)
        return await self._threads.read(lambda db: understanding.about(db, customer, site, like, now))

    async def unwanted(self, number: IdentifierId, site: Site) -> str:
        """Why whoever has this number should not be called now, as `understanding.unwanted` says it; empty: nothing."""
        now = self._now()
        asked = await self._threads.read(lambda db: understanding.wishes_of_number(db, number))
        return understanding.unwanted(site, asked, now)

    async def wish(
        self,
        customer: CustomerId,
        by: AgentId,
        *,
        channel: str,
        never: Sequence[str],
        begins: int,
        ends: int,
        note: str,
    ) -> bool:
        """Keep what a customer asked for. False: there is no such customer."""
        now = self._now()
        return await self._threads.write(
            lambda c: wishes.put(
                c, customer, by, now, channel=channel, never=never, begins=begins, ends=ends, note=note
            )
        )

    async def tag(self, customer: CustomerId, word: str, by: AgentId) -> bool:
        """Give a customer a tag. False: there is no such customer."""
        now = self._now()
        return await self._threads.write(lambda c: wishes.tag(c, customer, word, by, now))

    async def untag(self, customer: CustomerId, word: str, by: AgentId) -> bool:
        """Take a tag from a customer and everybody merged into them. False: there was none."""
        now = self._now()
        who = await self._threads.read(lambda db: reads.who_is(db, customer))
        return who is not None and await self._threads.write(lambda c: wishes.untag(c, who.members, word, by, now))

    async def change(self, customer: CustomerId, by: AgentId, *, language: str | None, tier: str | None) -> bool:
        """Say which language or tier a customer has; None stays. False: there is no such customer."""
        now = self._now()
        return await self._threads.write(lambda c: wishes.change(c, customer, by, now, language=language, tier=tier))

    async def _customers_like(self, zone: str, now: Ms) -> dict[str, list[Try]]:
        """Read once a day, a piece at a time: a caller's look-up never waits for long."""
        if self._like is None or self._like[0] != now // _DAY_MS:
            found: dict[str, list[Try]] = {}
            for chunk in range(understanding.CHUNKS):
                part = await self._threads.read(partial(understanding.sample, zone=zone, now=now, chunk=chunk))
                for tier, tries in part.items():
                    found.setdefault(tier, []).extend(tries)
            self._like = (now // _DAY_MS, found)
        return self._like[1]
