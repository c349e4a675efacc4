"""From the INVITE to the pop on the glass, and from the answer to the voice, with a million contacts in the history.

Everything is real: Asterisk, the bridge as a process of its own, an agent in Chromium, callers with telephones. All
clocks are one machine's; the journal's times are whole milliseconds, the grain of what is measured against them.
"""

import asyncio
import math
import shutil
import tempfile
import time
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.async_api import Page

from benchmarks import data
from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from cti.core import events as e
from cti.core.ids import AgentId
from cti.robots import sound
from cti.setup import resources
from cti.setup.asterisk import AsteriskProcess, find_or_make
from cti.setup.prepare import Options as Place
from cti.setup.prepare import prepare
from cti.store.database import Store
from ivr import load, prompts
from tests.acceptance import browser
from tests.acceptance.house import House, furnish, site_of, until
from tests.conftest import PROJECT, free_ports

DIRECT = "28000001"
POPS = 60
TALKS = 40
LEAVERS = 20
VOICES = 5
TONE_HZ = 1000

_Kind = type[e.Offered | e.Connected | e.InteractionEnded]
"""What the agent's microphone gives."""


def run(options: Options) -> Report:
    """Measure."""
    return asyncio.run(_run(options))


async def _run(options: Options) -> Report:
    watch = Stopwatch()
    folder = Path(tempfile.mkdtemp(prefix="hl-"))
    try:
        return await _measure(folder, options, watch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, options: Options) -> tuple[House, AsteriskProcess, tuple[str, ...], int]:
    """A data folder with a history; wrap-up and survey are off, so that the next call can come at once."""
    site = site_of(2).replace("wrap_up_s = 5", 'wrap_up_s = 0\nsurvey = false\ngreeting = false\nmusic = "silent"')
    file = folder / "given.toml"
    file.write_text(site)
    install = find_or_make(PROJECT / "build", print)
    http, sip, ami, agi = free_ports(4)
    made = prepare(folder, Place(http=http, sip=sip, ami=ami, agi=agi, site=file), lambda line: None, install)
    sounds = PROJECT / "build" / "sounds"
    flows = load.load(resources.folder("dialplans") / "flows")
    prompts.build(flows, ["8000", "8001", "8050"], sounds, PROJECT / "build" / "recorded")
    furnish(made.settings, sounds / "hotline")
    key = bytes.fromhex(made.settings.secrets.site_key)
    count = data.QUICK_INTERACTIONS if options.quick else data.INTERACTIONS
    history = data.make(Store.open(made.settings.database_url), count, key=key)
    house = House(made.settings)
    house.set_passwords([AgentId("web"), AgentId("a0")])
    return house, AsteriskProcess(made.settings, made.install), history.numbers, history.interactions


async def _measure(folder: Path, options: Options, watch: Stopwatch) -> Report:
    house, asterisk, numbers, interactions = await asyncio.to_thread(_prepare, folder, options)
    async with asterisk:
        house.asterisk = asterisk
        await house.start_bridge(watched=False)
        try:
            async with browser.page(voice=_voice(folder)) as desk:
                await browser.sit_down(desk, house, "web")
                pops = await _pops(house, desk, numbers, 4 if options.quick else POPS)
                voices = await _voices(house, desk, numbers, 1 if options.quick else VOICES)
                shown = await _shown(house, desk, numbers, 2 if options.quick else LEAVERS)
            await (await house.sign_in("web")).not_ready()
            bridged = await _answers(house, numbers, 4 if options.quick else TALKS)
        finally:
            await house.close()
    painted, invited = [one[0] for one in pops], [one[1] for one in pops]
    out, back = [one[0] for one in voices], [one[1] for one in voices]
    ms = "ms"
    return Report(
        bench="pop",
        seconds=watch.seconds,
        figures=(
            Figure("reservation -> pop painted, p50", percentile(painted, 50), ms, 30, "lower"),
            Figure("reservation -> pop painted, p99", percentile(painted, 99), ms, 100, "lower"),
            Figure("INVITE -> pop painted, no menu, p50", percentile(invited, 50), ms, 80, "lower"),
            Figure("agent's answer -> both in the bridge, p50", percentile(bridged, 50), ms, 5, "lower"),
            Figure("agent's answer -> both in the bridge, p99", percentile(bridged, 99), ms),
            Figure("event -> painted on the wallboard, p50", percentile(shown, 50), ms),
            Figure("event -> painted on the wallboard, p99", percentile(shown, 99), ms, 200, "lower"),
            Figure("answer in the browser -> caller hears, p50", percentile(out, 50), ms),
            Figure("answer in the browser -> agent hears, p50", percentile(back, 50), ms),
            Figure("contacts in the history", interactions, ""),
            Figure("pops measured", len(pops), ""),
        ),
    )


def _voice(folder: Path) -> Path:
    """What the agent's microphone gives: a tone without a pause."""
    file = folder / "voice.wav"
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48000)
        samples = (round(12000 * math.sin(math.tau * TONE_HZ * n / 48000)) for n in range(48000))
        out.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return file


async def _pops(house: House, desk: Page, numbers: tuple[str, ...], rounds: int) -> list[tuple[float, float]]:
    """(reservation -> painted, INVITE -> painted) of callers who ring a ready agent and leave; milliseconds."""
    found = []
    for turn in range(rounds + 1):
        before = len(await browser.painted(desk))
        sent = time.time() * 1000
        call = await house.call(DIRECT, numbers[turn % len(numbers)])
        await until(partial(_painted, desk, before), 10, "the pop is painted")
        origin: float = await desk.evaluate("performance.timeOrigin")
        at = origin + (await browser.painted(desk))[-1]
        offered = [r for r in house.journal() if isinstance(r.event, e.Offered)][-1]
        call.hang_up()
        await until(lambda: _last_state(house) == "ready", 5, "the agent is ready again")
        if turn:
            # The first one also loads what the browser has not used before.
            found.append((at - offered.at, at - sent))
    return found


def _last_state(house: House) -> str:
    return [r.event.state for r in house.journal() if isinstance(r.event, e.AgentStateSet)][-1]


async def _voices(house: House, desk: Page, numbers: tuple[str, ...], rounds: int) -> list[tuple[float, float]]:
    """(caller hears, agent hears) after the agent's key, milliseconds; both sides speak without a pause."""
    found = []
    loop = asyncio.get_running_loop()
    for turn in range(rounds):
        seen = len(await browser.came_in(desk))
        call = await house.call(DIRECT, numbers[-1 - turn])
        await until(partial(_rings, desk, seen), 10, "the phone rings")
        await asyncio.wait_for(asyncio.shield(call.up), 5)
        await desk.evaluate(_WATCH_VOICE)
        voice: asyncio.Future[float] = loop.create_future()
        call.media.on_audio = _listener(voice)
        began = loop.time()
        await desk.keyboard.press("F2")
        await until(lambda: _heard(desk), 10, "the agent hears")
        found.append(((await asyncio.wait_for(voice, 5) - began) * 1000, await desk.evaluate("window.heardAfter")))
        await desk.keyboard.press("F10")
        await until(lambda: _last_state(house) == "ready", 5, "the agent is ready again")
        call.hang_up()
    return found


async def _shown(house: House, desk: Page, numbers: tuple[str, ...], rounds: int) -> list[float]:
    """From the record that a caller gave up to the frame that counts them on the wallboard; milliseconds."""
    wall = await desk.context.new_page()
    await wall.add_init_script(_WATCH_WALL)
    await wall.goto(f"http://127.0.0.1:{house.settings.http_port}/wallboard?lang=en")
    await until(lambda: _stands(wall, None), 10, "the wallboard shows figures")
    found = []
    for turn in range(rounds):
        seen = house.journal()[-1].seq
        call = await house.call(DIRECT, numbers[turn])
        await asyncio.wait_for(asyncio.shield(call.up), 5)
        await _until_recorded(house, seen, e.Offered)
        call.hang_up()
        await _until_recorded(house, seen, e.InteractionEnded)
        ended = _recorded(house, seen, e.InteractionEnded) or 0.0
        gone = sum(r.event.how == "abandoned" for r in house.journal() if isinstance(r.event, e.InteractionEnded))
        await until(partial(_stands, wall, str(gone)), 5, "the wallboard counts it")
        found.append(await wall.evaluate("(value) => window.shown[value]", str(gone)) - ended)
        await until(lambda: _last_state(house) == "ready", 5, "the agent is ready again")
    await wall.close()
    return found


async def _stands(wall: Page, value: str | None) -> bool:
    """Whether that many callers gave up, by the wallboard's screen; None: whether it shows any number."""
    return bool(
        await wall.evaluate(
            "(value) => value === null ? Object.keys(window.shown).length > 0 : value in window.shown", value
        )
    )


def _recorded(house: House, seen: int, kind: _Kind) -> float | None:
    """When it was recorded, if it was after record `seen`."""
    return next((float(r.at) for r in house.journal(seen) if isinstance(r.event, kind)), None)


async def _until_recorded(house: House, seen: int, kind: _Kind) -> None:
    await until(lambda: _recorded(house, seen, kind) is not None, 5, f"{kind.__name__} is recorded")


async def _painted(desk: Page, before: int) -> bool:
    return len(await browser.painted(desk)) > before


async def _heard(desk: Page) -> bool:
    return bool(await desk.evaluate("window.heardAfter > 0"))


async def _rings(desk: Page, seen: int) -> bool:
    return any(m["text"].startswith("INVITE") for m in (await browser.came_in(desk))[seen:])


def _listener(voice: asyncio.Future[float]) -> Callable[[bytes], None]:
    """Says when the agent's tone is heard: four frames in a row of nothing else, which the music is not."""
    loop = asyncio.get_running_loop()
    pure: list[float] = []

    def hear(packet: bytes) -> None:
        if abs(sound.crossings(packet) - TONE_HZ // 25) <= 1:
            pure.append(loop.time())
        else:
            pure.clear()
        if len(pure) == 4 and not voice.done():
            voice.set_result(pure[0])

    return hear


async def _answers(house: House, numbers: tuple[str, ...], rounds: int) -> list[float]:
    """From a SIP phone's 200 OK to the record that both are in the bridge; milliseconds."""
    desk = await house.agent("a0")
    await desk.ready()
    found = []
    for turn in range(rounds):
        caller = await house.call(DIRECT, numbers[turn])
        ringing = await asyncio.wait_for(desk.calls.get(), 10)
        await asyncio.wait_for(asyncio.shield(caller.up), 5)
        seen = house.journal()[-1].seq
        sent = time.time() * 1000
        ringing.answer()
        # Looking is work for the same two cores: let what is measured be over first.
        await asyncio.sleep(0.05)
        await _until_recorded(house, seen, e.Connected)
        found.append(max(0.0, (_recorded(house, seen, e.Connected) or sent) - sent))
        caller.hang_up()
        await until(lambda: _last_state(house) == "ready", 5, "the agent is ready again")
    return found


_WATCH_WALL = """
// When each number of callers who gave up was first on the screen: wall clock in ms, right after the frame's paint.
window.shown = {};
new MutationObserver(() => {
  const value = document.querySelector(".figures .tile:last-child .figure-value")?.textContent;
  if (!value || value in window.shown) return;
  requestAnimationFrame(() => scheduler.postTask(() => {
    window.shown[value] ??= performance.timeOrigin + performance.now();
  }, { priority: "user-blocking" }));
}).observe(document, { subtree: true, childList: true, characterData: true });
"""

_WATCH_VOICE = """
// Milliseconds from F2 to the first sound in what comes in, seen every 5 ms.
(() => {
  window.heardAfter = 0;
  let began = 0;
  const key = (event) => { if (event.key === "F2") began = performance.now(); };
  window.addEventListener("keydown", key, { capture: true, once: true });
  const timer = setInterval(async () => {
    if (!began) return;
    const stats = await window.hotlineStats();
    if (stats && stats.energyIn > 0 && stats.packetsReceived > 0) {
      clearInterval(timer);
      window.heardAfter = performance.now() - began;
    }
  }, 5);
})()
"""
