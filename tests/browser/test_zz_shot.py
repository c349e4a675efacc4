import pytest
from tests.browser.conftest import *
from tests.browser.desk import desk
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
@pytest.mark.parametrize("name", ["parked","others_parked","talking"])
async def test_s(stub, open_page, name):
    if name=="talking": stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready" if name=="talking" else name, width=1280, height=720)
    if name=="talking":
        await stub.show("ringing")
        from tests.browser import scenes
        await stub.line.ring(scenes.OFFER, auto=True)
        await stub.line.until("answered")
        await stub.show("talking")
    await page.wait_for_timeout(700)
    await page.screenshot(path=f"/tmp/park/{name}.png")
