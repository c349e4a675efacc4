"""Promises that are due soon or overdue, on desks and wallboards: read from the history every few seconds.

They are no part of the world: nothing is routed by a clock that runs out, people act on it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from cti.core.ids import AgentId, Ms
from cti.core.world import World
from cti.store.views import DuePromise
from cti.web.ports import History, Loop
from cti.web.views import PromiseTile

log = logging.getLogger(__name__)

_LOOK_S = 10.0
REMINDED_MS = 30 * 60_000
"""So long before it is due its owner is reminded."""
AHEAD_MS = 4 * 3_600_000
"""What is due later is on no wallboard."""
_SHOWN = 30


def reminders(world: World, agent: AgentId, due: Sequence[DuePromise], now: Ms) -> tuple[DuePromise, ...]:
    """What this agent must not forget: their own that are due soon; for supervisors all that are overdue."""
    profile = world.profile(agent)
    supervises = profile is not None and profile.role != "agent"
    own = [one for one in due if one.by == agent and one.due <= now + REMINDED_MS]
    others = [one for one in due if one.by != agent and supervises and one.due <= now]
    return tuple(sorted((own + others)[:_SHOWN], key=lambda one: one.due))


def tiles(due: Sequence[DuePromise], now: Ms) -> tuple[PromiseTile, ...]:
    """The first of those for the wallboard, which says no more than who must think of whom."""
    soon = [one for one in due if one.due <= now + AHEAD_MS]
    return tuple(PromiseTile(id=one.id, due=one.due, by=one.by, name=one.name) for one in soon[:_SHOWN])


class Promised:
    """Reads what is due in the next hours. `show` is told each time, on the loop: the first of them, and how many."""

    def __init__(self, loop: Loop, history: History, show: Callable[[Sequence[DuePromise], int], None]) -> None:
        self._loop = loop
        self._history = history
        self._show = show
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Somebody has made or ended one: look at once."""
        self._changed.set()

    async def run(self) -> None:
        """For ever; a history that can't be read leaves what was read last, nothing more."""
        while True:
            self._changed.clear()
            try:
                self._show(*await self._history.promises_soon(Ms(self._loop.now() + AHEAD_MS)))
            except Exception:
                log.exception("what was promised could not be read")
            # Not `wait_for`: in Python 3.11 it may swallow being cancelled.
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                pass
