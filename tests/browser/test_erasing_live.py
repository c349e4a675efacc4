"""Handing out and erasing one person in a real browser, on a real server: saved, gone, noted."""

import json
import zipfile
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from cti.core.ids import AgentId, Ms
from cti.web.auth import COOKIE, SESSION
from tests.browser.conftest import ARGS, program
from tests.browser.desk import CHECKED
from tests.web.conftest import Rig, exchange, hashed, journal_trouble, rig

__all__ = ["exchange", "hashed", "journal_trouble", "rig"]

pytestmark = pytest.mark.browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """On the loop of the server that is looked at."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(ARGS))
        yield browser
        await browser.close()


async def eleanor(browser: Browser, rig: Rig, agent: str) -> Page:
    """Her page on somebody's desk."""
    _, secret = await rig.accounts.make_key(AgentId(agent), SESSION, "test", Ms(rig.loop.now() + 3600_000))
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    await context.add_cookies([{"name": COOKIE, "value": secret, "url": rig.base}])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.add_init_script(CHECKED)
    await page.goto(f"{rig.base}/desk")
    await page.fill("#search", "eleanor")
    await page.locator("#found-0").click()
    await expect(page.locator(".whois h1")).to_have_text("Eleanor Whitcombe")
    return page


async def test_an_administrator_hands_out_and_erases_and_an_agent_only_sees_that_she_is_gone(
    rig: Rig, browser: Browser
) -> None:
    ana, root = await eleanor(browser, rig, "ana"), await eleanor(browser, rig, "root")
    await expect(ana.locator("#person-menu")).to_have_count(0)
    await root.click("#person-menu")
    await root.get_by_role("menuitem", name="Erase this person").click()
    sheet = root.locator(".erase-sheet")
    async with root.expect_download() as saved:
        await sheet.get_by_role("button", name="Export everything").click()
    with zipfile.ZipFile(await (await saved.value).path()) as archive:
        assert json.loads(archive.read("person.json"))["name"] == "Eleanor Whitcombe"
    await sheet.locator("input").fill("Eleanor Whitcombe")
    await sheet.get_by_role("button", name="Erase for good").click()
    for page in (root, ana):
        await expect(page.locator("#person-gone h1")).to_have_text("This customer was erased")
        await expect(page.locator("main")).not_to_contain_text("Whitcombe")
    await expect(root.locator("#person-gone")).to_contain_text("This went")
    assert await rig.history.search("eleanor") == ()
    noted = [(line.who, line.what) for line in rig.accounts.audit(10, about="eleanor")]
    assert noted == [("root", "customer_exported"), ("root", "customer_erased")]
