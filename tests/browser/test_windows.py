"""The desk in two windows, frozen, and behind others: the real server and screens, with an exchange on paper."""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from cti.core.commands import RingAgent
from cti.core.ids import AgentId, ChannelId, InteractionId, Phone
from cti.core.inputs import AgentReady, ChannelGone, ChannelRinging, ChannelStarted, DeskSilent, PhoneReachable
from cti.web.auth import COOKIE
from tests.browser.conftest import ARGS
from tests.browser.desk import CHECKED
from tests.browser.line import header
from tests.conftest import eventually
from tests.web.conftest import Exchange, Rig, exchange, hashed, journal_trouble, rig

__all__ = ["exchange", "hashed", "journal_trouble", "rig"]
pytestmark = pytest.mark.browser
ANA = AgentId("ana")

BEHIND = """
  const [soon, often] = [setTimeout, setInterval];
  window.setTimeout = (call, ms, ...more) => soon(call, Math.max(ms ?? 0, 60000), ...more);
  window.setInterval = (call, ms, ...more) => often(call, Math.max(ms ?? 0, 60000), ...more);
  window.requestAnimationFrame = () => 0;
  Object.defineProperty(document, "hidden", { get: () => true });
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
"""
"""A page behind others at its worst: timers once a minute, nothing painted."""


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


@pytest.fixture
async def registers(exchange: Exchange) -> AsyncIterator[None]:
    """The exchange accepts every phone."""

    async def accept() -> None:
        while True:
            text = await exchange.heard.get()
            if text.startswith("REGISTER"):
                vias = "".join(f"Via: {via}\r\n" for via in re.findall(r"(?im)^Via:[ \t]*(.*?)\r?$", text))
                kept = "".join(f"{name}: {header(text, name)}\r\n" for name in ("From", "Call-ID", "CSeq", "Contact"))
                answer = f"SIP/2.0 200 OK\r\n{vias}To: {header(text, 'To')};tag=x\r\n{kept}Expires: 120\r\n"
                await exchange.sockets[-1].send_str(f"{answer}Content-Length: 0\r\n\r\n")

    accepting = asyncio.create_task(accept())
    yield
    accepting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await accepting


async def desk(rig: Rig, chromium: Browser, *scripts: str) -> Page:
    """Ana's desk, signed in, its sound checked."""
    ana = await rig.signed_in("ana")
    (cookie,) = [one for one in ana.http.cookie_jar if one.key == COOKIE]
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    await context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": rig.base}])
    page = await context.new_page()
    for script in (CHECKED, *scripts):
        await page.add_init_script(script)
    await page.goto(f"{rig.base}/desk")
    return page


async def test_a_duplicated_tab_asks_for_the_phone_and_a_frozen_one_is_known_for_it(
    rig: Rig, chromium: Browser, registers: None
) -> None:
    first = await desk(rig, chromium)
    deck, elsewhere = ".deck h2", "Your phone is in another window"
    await rig.say(AgentReady(agent=ANA))
    await rig.say(PhoneReachable(phone=Phone("ana-web"), reachable=True))
    await expect(first.locator(deck)).to_have_text("Line open", timeout=15_000)
    # As "Duplicate" does: the new tab begins with a copy of what this one keeps.
    copied = await first.evaluate("() => JSON.stringify(sessionStorage)")
    second = await first.context.new_page()
    await second.add_init_script(f"Object.assign(sessionStorage, {copied});")
    await second.goto(f"{rig.base}/desk")
    await expect(second.locator(deck)).to_have_text(elsewhere, timeout=15_000)
    await expect(first.locator(deck)).to_have_text("Line open")
    await first.reload()
    await expect(first.locator(deck)).to_have_text("Line open")
    await second.locator("#phone-here").click()
    await expect(second.locator(deck)).to_have_text("Line open")
    await expect(first.locator(deck)).to_have_text(elsewhere)
    # A page that a debugger holds takes nothing in, as one that is frozen.
    debugger = await second.context.new_cdp_session(second)
    await debugger.send("Debugger.enable")
    await debugger.send("Debugger.pause")
    try:
        await rig.waiting_call("c-1")
        await expect(first.locator(".bars")).to_contain_text("The window with your phone does not answer")
        assert DeskSilent(agent=ANA) in rig.inputs
        await expect(first.locator(".bars")).to_contain_text("went to a colleague", timeout=15_000)
        await rig.say(ChannelGone(channel=ChannelId("c-1.1.0"), cause=26))
        await first.locator("#phone-here").click()
        await expect(first.locator(".deck")).to_have_class(re.compile("is-offered"), timeout=15_000)
        assert sum(isinstance(command, RingAgent) for command in rig.commands) == 2
    finally:
        await debugger.send("Debugger.disable")
    await expect(second.locator(".line")).to_contain_text("Calling your phone")
    leg = ChannelId("c-1.2.0")
    await rig.say(ChannelStarted(channel=leg, name="PJSIP/ana-web-2", interaction=None), ChannelRinging(channel=leg))
    await expect(first.locator(".deck")).to_have_class(re.compile("is-ringing"))
    await expect(second.locator(".line")).to_contain_text("It rings in your other window.")
    # Its window is closed: Asterisk says so, and the other window does.
    caller = rig.loop.world.interactions[InteractionId("c-1")].channel
    await rig.say(ChannelGone(channel=caller, cause=16), ChannelGone(channel=leg, cause=26))
    await first.close()
    await rig.say(PhoneReachable(phone=Phone("ana-web"), reachable=False))
    await expect(second.locator(deck)).to_have_text("Your phone is in no window", timeout=15_000)
    await second.context.close()


async def test_a_tab_behind_others_is_not_taken_for_frozen(rig: Rig, chromium: Browser, registers: None) -> None:
    page = await desk(rig, chromium, BEHIND)
    await expect(page.locator(".deck h2")).not_to_have_text("", timeout=15_000)
    await rig.say(AgentReady(agent=ANA))
    await rig.waiting_call("c-1")

    async def offered() -> bool:
        return "is-offered" in (await page.locator(".deck").get_attribute("class") or "")

    await eventually(offered, "the offer is on the desk")
    # Longer than an offer may take to be shown, and than beats may be missed.
    await asyncio.sleep(3.5)
    assert DeskSilent(agent=ANA) not in rig.inputs
    await page.context.close()
