"""A message left on the phone, from its file and the session's word to its end: nothing but Asterisk is played."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from cti.core.events import PieceEnded, Record
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.inputs import AgentReady, MessageSent
from cti.store.projector import Fold
from cti.web.auth import COOKIE
from tests.browser import hand
from tests.browser.conftest import ARGS
from tests.browser.desk import CHECKED
from tests.web.conftest import NUMBER, Rig, exchange, hashed, journal_trouble, rig

__all__ = ["exchange", "hashed", "journal_trouble", "rig"]
pytestmark = pytest.mark.browser
CALL, PIECE = InteractionId("c-7"), InteractionId("c-7-message")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """On the loop of the server, which is new for each test."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: install one (apt-get install chromium), or name it in CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGS))
        yield browser
        await browser.close()


async def test_a_message_left_on_the_phone_is_routed_played_and_finished(
    rig: Rig,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    fold, ended = Fold(), asyncio.Event()

    def keep(records: Sequence[Record]) -> None:
        rig.store.write(lambda c: fold.fold(c, records))
        if any(isinstance(record.event, PieceEnded) for record in records):
            ended.set()

    rig.loop.subscribe(keep)
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / f"{CALL}.wav").write_bytes(hand.sound(2))
    ana = await rig.signed_in("ana")
    (cookie,) = [one for one in ana.http.cookie_jar if one.key == COOKIE]
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    await context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": rig.base}])
    page = await context.new_page()
    await page.add_init_script(CHECKED)
    await page.goto(f"{rig.base}/desk")
    await expect(page.locator(".work")).to_contain_text("No message in your hand")
    await rig.say(AgentReady(agent=AgentId("ana")))
    said = MessageSent(
        interaction=CALL,
        ms=Ms(2000),
        sent=True,
        caller=rig.history.remember(NUMBER),
        queue=QueueId("support"),
        skills={},
        language=None,
    )
    await rig.say(said)
    await page.get_by_role("button", name="Open", exact=True).click()
    await expect(page.locator(".main .player")).to_contain_text("0:00 / 0:02")
    await page.get_by_role("button", name="Eleanor W.").click()
    await page.locator(".main .player button").click()
    await expect(page.locator(".main .player")).to_contain_text("0:02 / 0:02")
    await page.fill("#note", "Called back, all is well")
    await page.get_by_role("button", name="Solved", exact=True).click()
    await page.locator("#work-done").click()
    await expect(page.locator(".work")).to_contain_text("No message in your hand")
    async with asyncio.timeout(10):
        await ended.wait()
    line = await rig.history.piece(PIECE)
    assert line is not None
    assert (line.agent, line.outcome) == ("ana", "solved")
    assert [note.text for note in await rig.history.notes(PIECE)] == ["Called back, all is well"]
    person = await rig.history.customer((await rig.history.search("Eleanor", 1))[0].customer)
    assert person is not None
    assert PIECE in [entry.id for entry in person.timeline if entry.kind == "message"]
    await context.close()
