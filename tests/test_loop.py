"""The inbox goes on after a failure, and what was left undone is done."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cti.core import inputs as i
from cti.core.commands import Command, RingAgent
from cti.core.events import Record
from cti.core.ids import AgentId, Ms
from cti.core.routing import Routing
from cti.loop import Loop
from tests.core.places import site
from tests.core.play import Play


class Paper:
    """A journal that has everything on disk at once."""

    def __init__(self) -> None:
        self.loop: Loop | None = None

    def append(self, records: Sequence[Record]) -> None:
        if self.loop is not None:
            asyncio.get_running_loop().call_soon(self.loop.committed, records[-1].seq)

    def save_snapshot(self, seq: int, body: bytes) -> None: ...

    def load(self, after_seq: int = 0) -> Iterator[Record]:
        return iter(())

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        return None


async def test_a_match_that_was_given_away_and_never_offered_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.loop.AGAIN_S", 0.01)
    rung: asyncio.Queue[str] = asyncio.Queue()

    def carry_out(command: Command) -> None:
        if isinstance(command, RingAgent):
            rung.put_nowait(command.interaction)

    busy, failed = Routing.busy, asyncio.Event()

    def failing(self: Routing, *args: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("on purpose")
        return busy(self, *args)

    monkeypatch.setattr(Routing, "busy", failing)
    paper = Paper()
    loop = paper.loop = Loop(paper, carry_out)
    ana = AgentId("ana")
    known = (i.SiteLoaded(site=site()), i.AsteriskUp(channels=(), booted=Ms(1)))
    for said in (*known, i.AgentSignedIn(agent=ana), i.DeskConnected(agent=ana), i.AgentReady(agent=ana)):
        loop.submit(said)
    for row in ("A calls", "A asks support en"):
        loop.submit(Play().understand(row))
    async with asyncio.timeout(10):
        await failed.wait()
        assert await rung.get() == "A"
    loop.close()
