"""A desk in a browser, in one of the scenes."""

from playwright.async_api import Page

from cti.web.views import DeskView
from tests.browser.conftest import OpenPage
from tests.browser.stub import Stub

CHECKED = (
    "sessionStorage.setItem('hotline.checked', JSON.stringify({ at: Date.now() - 3600000, by: 'browser', delay: 96 }))"
)
"""A tab whose sound was checked an hour ago."""

DECK = (
    "() => { const { top, height } = document.querySelector('.deck').getBoundingClientRect(); return [top, height]; }"
)

COVERED = """() => [...document.querySelectorAll(".deck button")].filter((key) => key.offsetWidth > 0).filter((key) => {
  const box = key.getBoundingClientRect();
  const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !key.contains(seen);
}).map((key) => key.id)"""
"""Keys of the deck that something lies over."""


async def desk(open_page: OpenPage, stub: Stub, name: str | DeskView, query: str = "", **more: object) -> Page:
    """A desk whose sound is checked, in a scene."""
    await stub.show(name)
    page = await open_page("about:blank", **more)
    await page.add_init_script(CHECKED)
    await page.goto(f"{stub.url}/desk{query}")
    await page.wait_for_selector(".desk .main > *")
    return page


async def next_ask(stub: Stub, path: str) -> dict[str, object]:
    """What the desk sent to an address, once it has."""
    for _ in range(100):
        for method, asked, body in stub.asked:
            if asked == path:
                stub.asked.remove((method, asked, body))
                return body
        await stub.pause()
    raise AssertionError(f"nothing was sent to {path}: {stub.asked}")
