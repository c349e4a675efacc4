"""`hotline.js` in a real browser, in the pages of a shop on another address with a strict policy of its own."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import text

from cti.commands.web import snippet
from cti.core.inputs import SiteLoaded
from cti.core.website import Website
from cti.store.identity import Identities
from tests.web.conftest import SITE, Rig
from tests.web.test_signed import KEY, token

pytestmark = pytest.mark.browser

PHONE = "+44 7700 900199"
BODIES = {
    "/": '<a href="/results?q=private">Search</a><button id="agree">Agree</button>',
    "/results": '<p data-hotline-search="router red light" data-hotline-found="0"><a href="/contact">Write</a></p>',
    "/contact": '<form name="contact" action="/thanks"><input name="topic"><input name="password" type="password">'
    '<input name="number" autocomplete="cc-number"><textarea name="message"></textarea><button>Send</button></form>',
    "/thanks": '<meta name="hotline-token" content="TOKEN"><p>Thank you</p>',
}
HOST = 'document.getElementById("agree")?.addEventListener("click", () => hotline.consent(true));'


class Shop:
    """The pages of somebody's web site."""

    def __init__(self) -> None:
        self.url = ""
        self.snippet = ""
        self.policy = ""

    async def page(self, request: web.Request) -> web.Response:
        body = BODIES[request.path].replace("TOKEN", token(now=now(), phone_number=PHONE, phone_number_verified=True))
        head = f'<title>Page {request.path}</title>{self.snippet}<script defer src="/host.js"></script>'
        whole = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
        return web.Response(text=whole, content_type="text/html", headers={"Content-Security-Policy": self.policy})

    async def script(self, request: web.Request) -> web.Response:
        return web.Response(text=HOST, content_type="text/javascript")


def now() -> Any:
    return time.time_ns() // 1_000_000


@pytest.fixture
async def shop(rig: Rig) -> AsyncIterator[Shop]:
    made = Shop()
    app = web.Application()
    for path in BODIES:
        app.router.add_get(path, made.page)
    app.router.add_get("/host.js", made.script)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings = Website(origins=(made.url,), forms={"contact": ("topic", "message", "number")})
    made.snippet = snippet(rig.base, settings)
    made.policy = f"default-src 'none'; script-src 'self' {rig.base}; connect-src {rig.base}; form-action 'self'"
    await rig.say(SiteLoaded(site=msgspec.structs.replace(SITE, web=settings)))
    rig.web.reload({"shop": f"hs256:{KEY.hex()}"})
    yield made
    await runner.cleanup()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: install one (apt-get install chromium), or name it in CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        await browser.close()


async def opened(chromium: Browser, rig: Rig, url: str, script: str = "") -> tuple[Page, list[str], list[str]]:
    """A page in a profile of its own; what it asked the hotline for, and what it complained of."""
    page = await (await chromium.new_context()).new_page()
    page.set_default_timeout(40_000)  # a busy machine starts pages slowly
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.startswith(rig.base) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    if script:
        await page.add_init_script(script)
    await page.goto(url)

    async def loaded() -> bool:
        # Not `wait_for_function`, which the page's policy forbids.
        return bool(await page.evaluate("Boolean(window.hotline && hotline.consent)"))

    await until(loaded, "the script has loaded")
    return page, asked, complaints


def items(rig: Rig) -> list[tuple[Any, ...]]:
    statement = text("SELECT kind, words, place, found, body FROM visit_items ORDER BY at, kind")
    return rig.store.read(lambda c: [tuple(row) for row in c.execute(statement)])


async def until(look: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(600):
        if await look():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not in time: {what}")


async def test_a_visit_is_told_once_the_visitor_agrees_and_joined_when_they_sign_in(
    rig: Rig, shop: Shop, chromium: Browser
) -> None:
    page, asked, complaints = await opened(chromium, rig, shop.url)
    await page.wait_for_timeout(1500)  # longer than the script waits before it sends
    assert [url for url in asked if not url.endswith("/hotline.js")] == [], "nothing before consent"
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
    await page.click("#agree")
    # At once to the next pages: what was done is told while a page is left.
    await page.click("text=Search")
    await page.click("text=Write")
    await page.fill("[name=topic]", "bill")
    await page.fill("[name=message]", "Charged twice")
    await page.fill("[name=password]", "hunter2")
    await page.fill("[name=number]", "4111111111111111")
    await page.click("text=Send")
    await page.wait_for_url("**/thanks**")

    async def signed_in() -> bool:
        return any(item[0] == "sign_in" for item in items(rig))

    await until(signed_in, "the sign-in is kept")
    done = items(rig)
    assert ("search", "router red light", "/results", 0, "") in done
    assert ("form", "contact", "/contact", None, "topic: bill\nmessage: Charged twice") in done
    assert {item[2] for item in done if item[0] == "page"} == {"/", "/results", "/contact", "/thanks"}
    assert "private" not in str(done)
    tel = Identities(b"key", "HK").phone(PHONE)
    assert tel is not None
    person = (await rig.history.pop(tel.id)).people[0]
    (line,) = [line for line in person.timeline if line.web is not None]
    assert line.web is not None
    assert (line.title, line.mark, line.web.pages) == ("router red light", "nothing_found", 4)
    await page.evaluate("hotline.tag('prefers e-mail')")

    async def tagged() -> bool:
        return "prefers e-mail" in (await rig.history.pop(tel.id)).people[0].tags

    await until(tagged, "a tag of their own")
    assert complaints == []
    await page.evaluate("hotline.consent(false)")
    assert await page.evaluate("localStorage.length + sessionStorage.length") == 0
    await page.context.close()

    private, asked, complaints = await opened(
        chromium, rig, shop.url, "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })"
    )
    await private.click("#agree")
    await private.evaluate("hotline.search('secret', 0); hotline.nothing; hotline.push(null); hotline.form()")
    await private.wait_for_timeout(1500)
    assert [url for url in asked if not url.endswith("/hotline.js")] == [], "nothing where the browser says no"
    assert complaints == []
    assert await private.evaluate("localStorage.length + sessionStorage.length") == 0
