"""Text work at the desk in a real browser: the list, the page of a message, its player and what becomes of it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser import hand, scenes
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.desk import COVERED, DECK, desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub
from tests.browser.test_desk_looks import NO_PAGE_SCROLL, TEXTS, english_texts

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(("lang", "dark"), [("en", False), ("zh-Hans", True), ("zh-Hant", False)])
async def test_list_and_page_fit_and_are_readable_in_every_language(
    stub: Stub, open_page: OpenPage, lang: str, dark: bool
) -> None:
    page = await desk(open_page, stub, "ready", f"?lang={lang}", dark=dark)
    await expect(page.locator(".work .panel")).to_be_visible()
    texts = set(await page.evaluate(TEXTS))
    await stub.show(hand.in_hand())
    await page.locator(".work .row-btn").nth(1).click()
    await expect(page.locator(".main .player")).to_be_visible()
    for width, height in ((1280, 720), (1280, 800), (768, 1024), (1920, 1080), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        await assert_fits(page)
        await assert_readable(page)
        assert await page.evaluate(COVERED) == []
        if width > 640:
            assert await page.evaluate(NO_PAGE_SCROLL), f"scrolls at {width} x {height}"
            assert await page.evaluate(DECK) == [40, 76]
    texts |= set(await page.evaluate(TEXTS))
    assert "undefined" not in " ".join(texts)
    if lang != "en":
        assert texts & english_texts() == set()


async def test_a_message_is_opened_heard_by_the_space_bar_written_about_and_finished(
    stub: Stub, open_page: OpenPage
) -> None:
    page = await desk(open_page, stub, "ready")
    await stub.show(hand.in_hand("ready", "offered"))
    await expect(page.locator(".work [aria-live]")).to_contain_text("Eleanor Whitcombe")
    await expect(page.locator(".work li")).to_contain_text(re.compile("0:[34].* left to open it"))
    await page.get_by_role("button", name="Open", exact=True).click()
    assert await next_ask(stub, f"/work/{hand.NEW}/open") == {}
    await stub.show(hand.in_hand("ready", "open"))
    await page.locator(".work .row-btn").click()
    await expect(page.locator("h1")).to_have_text("Eleanor Whitcombe")
    await expect(page.locator(".main .chip.is-maybe")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.locator(".main .player button").first).to_contain_text("Pause")
    await page.get_by_role("button", name="Daniel W.").click()
    assert await next_ask(stub, f"/interactions/{hand.OPENED}/customer") == {"customer": "k-2"}
    await page.fill("#note", "Called back")
    assert await next_ask(stub, f"/interactions/{hand.OPENED}/note") == {"note": "Called back"}
    await page.get_by_role("button", name="Solved now").click()
    await page.keyboard.press("Control+Enter")
    assert await next_ask(stub, f"/work/{hand.OPENED}/done") == {
        "outcome": "solved",
        "note": "Called back",
        "customer": "k-2",
    }
    await stub.show("ready")
    await expect(page.locator(".hero")).to_be_visible()
    await expect(page.locator(".work")).to_contain_text("No message in your hand")


async def test_later_back_and_given_on(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await stub.show(hand.in_hand("ready", "open"))

    async def opened(button: str) -> None:
        await page.locator(".work .row-btn").click()
        await page.locator(".note").get_by_role("button", name=button, exact=True).click()

    await opened("Later")
    await page.get_by_role("button", name="in 1 hour").click()
    asked = await next_ask(stub, f"/work/{hand.OPENED}/later")
    assert abs(int(str(asked["until"])) - scenes.now() - scenes.HOUR) < 30_000
    await opened("Give to")
    await page.get_by_role("button", name="Billing").click()
    assert await next_ask(stub, f"/work/{hand.OPENED}/give") == {"queue": "billing"}
    await opened("Back in line")
    assert await next_ask(stub, f"/work/{hand.OPENED}/back") == {}
    await stub.show(hand.in_hand("ready", "offered"))
    await page.get_by_role("button", name="Not now").click()
    assert await next_ask(stub, f"/work/{hand.NEW}/decline") == {}


async def test_a_ring_takes_the_middle_and_the_message_stays_in_the_list(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await stub.show(hand.in_hand("ready", "open"))
    await page.locator(".work .row-btn").click()
    await page.fill("#note", "half a sentence")
    await stub.show(hand.in_hand("ringing", "open"))
    await expect(page.locator(".why")).to_be_visible()
    await expect(page.locator(".main .player")).to_have_count(0)
    await expect(page.locator(".work li")).to_have_count(1)
    await stub.show(hand.in_hand("ready", "open"))
    await page.locator(".work .row-btn").click()
    await expect(page.locator("#note")).to_have_value("half a sentence")


async def test_a_recording_that_is_gone_is_said_so(stub: Stub, open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expect("404")
    stub.recording = None
    page = await desk(open_page, stub, "ready")
    await stub.show(hand.in_hand("ready", "open"))
    await page.locator(".work .row-btn").click()
    await expect(page.locator(".listen")).to_contain_text("The recording can’t be played")
    stub.recording = hand.sound()
    await page.get_by_role("button", name="Try again").or_(page.get_by_role("button", name="Read again")).click()
    await expect(page.locator(".main .player")).to_be_visible()
