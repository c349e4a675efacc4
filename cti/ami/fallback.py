"""Asterisk's plain fallback queues (`hl-<queue>`) kept in step with the agents who are ready.

They ring only while the bridge is away, so nothing here is urgent: one task works through the latest wish for each
phone. What the queues hold is read once per link, so that members of agents who left, or were in another queue before,
are taken away as well.
"""

import asyncio
import logging

from cti.ami.link import AmiLink, LinkDown, NoAnswer, Refused
from cti.core.commands import FallbackMember
from cti.core.ids import Phone

log = logging.getLogger(__name__)

PREFIX = "hl-"


class FallbackQueues:
    """Adds, pauses and removes members as `FallbackMember` commands ask."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link
        self._wanted: dict[Phone, FallbackMember] = {}
        self._held: dict[Phone, set[str]] | None = None
        """Queues each phone is a member of; None: not known since the link was made."""
        self._paused: dict[Phone, bool] = {}
        """As last said and taken, since the link was made. Nothing is said twice: it was most of what a call says."""
        self._named: set[Phone] = set()
        self._task: asyncio.Task[None] | None = None

    def want(self, command: FallbackMember) -> None:
        """Take a wish; a later one for the same phone replaces it."""
        self._wanted[command.phone] = command
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Stop; what was not done yet is asked for again after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        try:
            first = self._held is None
            held = self._held if self._held is not None else await self._read()
            while self._wanted:
                phone = next(iter(self._wanted))
                wish = self._wanted.pop(phone)
                self._named.add(phone)
                await self._apply(wish, held)
            if first:
                for phone in held.keys() - self._named:
                    await self._leave(phone, held.pop(phone))
            self._held = held
        except (LinkDown, NoAnswer) as problem:
            # After the next connect the core asks for everybody again.
            log.info("fallback queues: %s", problem)
            self._held = None
            self._paused.clear()
            self._named.clear()
            self._wanted.clear()

    async def _read(self) -> dict[Phone, set[str]]:
        held: dict[Phone, set[str]] = {}
        for row in await self._link.action("QueueStatus", listed=True):
            queue, interface = row.get("Queue") or "", row.get("Location") or ""
            if row.kind == b"QueueMember" and queue.startswith(PREFIX) and interface.startswith("PJSIP/"):
                held.setdefault(Phone(interface.removeprefix("PJSIP/")), set()).add(queue)
        return held

    async def _apply(self, wish: FallbackMember, held: dict[Phone, set[str]]) -> None:
        now = held.pop(wish.phone, set())
        then = {PREFIX + queue for queue in wish.queues} if wish.present else set()
        await self._leave(wish.phone, now - then)
        pause = not wish.ready
        interface, paused = f"PJSIP/{wish.phone}", "true" if pause else "false"
        for queue in sorted(then - now):
            # Added paused or not in one action: add-then-pause would ring the agent in between.
            member = {"MemberName": wish.agent, "Paused": paused, "Penalty": "0"}
            await self._try("QueueAdd", {"Queue": queue, "Interface": interface, **member})
        if then:
            held[wish.phone] = then
        if not then & now:
            self._paused[wish.phone] = pause
        elif self._paused.get(wish.phone) is not pause:
            # Without a queue it holds for all of them.
            self._paused.pop(wish.phone, None)
            if await self._try("QueuePause", {"Interface": interface, "Paused": paused}):
                self._paused[wish.phone] = pause

    async def _leave(self, phone: Phone, queues: set[str]) -> None:
        for queue in sorted(queues):
            await self._try("QueueRemove", {"Queue": queue, "Interface": f"PJSIP/{phone}"})

    async def _try(self, name: str, headers: dict[str, str]) -> bool:
        try:
            await self._link.action(name, headers)
        except Refused as refused:
            log.warning("fallback queues, %s: %s", headers["Interface"], refused)
            return False
        return True
