"""A real Chromium for the screens: one for each test module, a fresh profile for each page."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from tests.browser.stub import Stub

ARGS = (
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)

OpenPage = Callable[..., Awaitable[Page]]


def program() -> str:
    """The Chromium of this machine; without one the test is left out."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: install one (apt-get install chromium), or name it in CHROMIUM")
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=list(ARGS))
        yield browser
        await browser.close()


class Complaints(list[str]):
    """What pages complained of: errors on the console, uncaught exceptions. A test that expects one says so."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: tuple[str, ...] = ()
        self.closing = False
        """Pages are being closed: what they had under way is cut, which is nobody's fault."""

    def listen(self, page: Page) -> None:
        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not self.closing:
                self.append(message.text)

        page.on("console", heard)
        page.on("pageerror", lambda error: self.append(str(error)))

    def expect(self, *parts: str) -> None:
        """Complaints that hold one of these are no failure: a page may make them until it is closed."""
        self._expected = parts

    def unexpected(self) -> list[str]:
        """What nobody said would come."""
        return [each for each in self if not any(part in each for part in self._expected)]


@pytest_asyncio.fixture(loop_scope="module")
async def complaints() -> AsyncIterator[Complaints]:
    """Empty at the end, or the test has failed."""
    heard = Complaints()
    yield heard
    assert heard.unexpected() == []


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(chromium: Browser, complaints: Complaints) -> AsyncIterator[OpenPage]:
    """Opens an address in a window of a size, light or dark, in a profile of its own."""
    contexts = []

    async def open_(url: str, width: int = 1280, height: int = 800, dark: bool = False, **more: object) -> Page:
        context = await chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **more,  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        complaints.listen(page)
        await page.goto(url)
        return page

    yield open_
    complaints.closing = True
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stub() -> AsyncIterator[Stub]:
    server = Stub()
    await server.start()
    yield server
    await server.stop()
