"""A real Chromium with a fake microphone, at an agent's desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.acceptance.house import PASSWORD, House
from tests.conftest import PROJECT

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)

SCREENSHOT = PROJECT / "build" / "browser-failure.png"

_WATCH = """
// When each message came over a WebSocket of this page: the first word of SIP, the type of ours.
window.cameIn = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (event) => {
      const text = typeof event.data === "string" ? event.data : "";
      window.cameIn.push({ at: performance.now(), text: text.slice(0, 4000) });
    });
  }
};
"""


@asynccontextmanager
async def page(
    language: str = "en", width: int = 1280, height: int = 800, voice: Path | None = None
) -> AsyncIterator[Page]:
    """A page whose errors fail the test at its end. `voice`: a wav file for the microphone; else it beeps."""
    arguments = [*ARGUMENTS, f"--use-file-for-fake-audio-capture={voice}"] if voice else list(ARGUMENTS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        context = await browser.new_context(viewport={"width": width, "height": height}, locale=language)
        made = await context.new_page()
        await made.add_init_script(_WATCH)
        errors: list[str] = []
        made.on("pageerror", lambda error: errors.append(str(error)))
        try:
            yield made
        except BaseException:
            # What the agent saw when it went wrong.
            await made.screenshot(path=SCREENSHOT)
            raise
        finally:
            await browser.close()
        assert errors == []


async def sit_down(desk: Page, house: House, agent: str) -> None:
    """Sign in, pass the sound check as a person does, and be ready."""
    await desk.goto(f"http://127.0.0.1:{house.settings.http_port}/desk")
    await desk.locator("input").first.fill(agent)
    await desk.locator("input[type=password]").fill(PASSWORD)
    await desk.keyboard.press("Enter")
    for test in ("Test tone", "Ring"):
        await desk.get_by_role("button", name=test).last.click(timeout=20_000)
        await desk.get_by_role("button", name="I heard it").click(timeout=10_000)
    # Enabled as soon as the exchange has sent the agent's voice back.
    await desk.get_by_role("button", name="Ready").click(timeout=30_000)
    await desk.get_by_text("Ready", exact=True).first.wait_for(timeout=10_000)


async def came_in(desk: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await desk.evaluate("window.cameIn")
    return found


async def painted(desk: Page) -> list[float]:
    """When pops were painted, in the page's own milliseconds."""
    return await marks(desk, "pop-painted")


async def marks(desk: Page, name: str) -> list[float]:
    """When the desk noted something in `performance`, in the page's own milliseconds."""
    found: list[float] = await desk.evaluate(
        "(name) => performance.getEntriesByName(name).map((m) => m.startTime)", name
    )
    return found


async def sound_both_ways(desk: Page) -> bool:
    """RTP in and out, and a voice in what comes in."""
    stats = await desk.evaluate("window.hotlineStats()")
    return bool(stats and min(stats["packetsReceived"], stats["packetsSent"]) > 50 and stats["levelIn"] > 0)


async def figures(wall: Page) -> list[list[str]]:
    """What stands in the wallboard's big tiles: name, value, what it is made of."""
    return [(await tile.inner_text()).splitlines() for tile in await wall.locator(".figures .tile").all()]
