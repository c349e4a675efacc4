"""The recording of calls, on the real Asterisk: one file with pauses in it, through a transfer, a restart, parking."""

import asyncio
import math
import signal
import struct
import wave
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.robots import sound
from cti.robots.media import FRAME_S
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until
from tests.acceptance.tones import Tones

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

ANA, BO, CALLER = 800, 1200, 400
"""The tones of those who talk, in hertz."""
GREETING = 2000
SAID = Tones({"greeting-8001": GREETING}, long=["greeting-8001"])
"""Bo's work number, which both hear."""


@pytest.mark.alone
async def test_one_recording_through_a_transfer_a_restart_and_parking_with_pauses_in_it(house: House) -> None:
    loop = asyncio.get_running_loop()
    SAID.lay(house.settings.sounds / "hotline", "en")
    await record(house, "true")
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")

    # Told in line, and gone before anybody talked: nothing is kept of them.
    waits = await house.call("28000001", "+85291234567")
    await until(lambda: len(of(house, e.RecordingBegun)) == 1, 10, "Asterisk is ready to record")
    await asyncio.wait_for(waits.media.hears(50), 10)
    waits.hang_up()
    await until(lambda: len(of(house, e.InteractionEnded)) == 1, 10, "the caller has left")

    await ready(house, ana)
    caller = await house.call("28000001", "+85291234568")
    await until(lambda: len(of(house, e.InteractionOpened)) == 2, 10, "the call is known")
    interaction = of(house, e.InteractionOpened)[1].interaction
    first = speaks(await ana.picks_up(), ANA)
    await until(lambda: len(of(house, e.Connected)) == 1, 10, "they talk")
    await until(lambda: len(of(house, e.RecordingBegun)) == 2, 10, "it is recorded")
    await asyncio.sleep(1.5)  # the words about it are heard first, in place of the work number
    assert (await ana.sees())["call"]["recorded"] == "on"
    await ana.post(f"/interactions/{interaction}/recording/pause")
    await until(lambda: len(of(house, e.RecordingPaused)) == 1, 10, "it is paused")
    assert (await ana.sees())["call"]["recorded"] == "paused"
    await asyncio.sleep(1.5)
    await ana.post(f"/interactions/{interaction}/recording/resume")
    await until(lambda: len(of(house, e.RecordingResumed)) == 1, 10, "it goes on")

    await ready(house, bo)
    await ana.post(f"/interactions/{interaction}/transfer", {"agent": "a1"})
    await asyncio.sleep(1)  # in nobody's hands: music, which is not kept
    second = speaks(await bo.picks_up(), BO)
    greeted = SAID.listen(caller)
    await until(lambda: len(of(house, e.Connected)) == 2, 10, "the colleague talks with them")
    await asyncio.wait_for(second.media.hears(200), 10)
    assert "greeting-8001" in greeted
    assert first.over.done()

    # Paused, while the bridge is killed and comes back: it is paused still, and goes on when the agent says so.
    await bo.post(f"/interactions/{interaction}/recording/pause")
    await until(lambda: len(of(house, e.RecordingPaused)) == 2, 10, "it is paused again")
    await house.kill_bridge()
    await house.start_bridge(watched=False)
    assert (await bo.sees())["call"]["recorded"] == "paused"
    await bo.post(f"/interactions/{interaction}/recording/resume")
    await until(lambda: len(of(house, e.RecordingResumed)) == 2, 10, "it goes on after the restart")

    # Parked, with music that is not kept, and fetched.
    await bo.post(f"/interactions/{interaction}/park")
    assert await asyncio.wait_for(second.over, 10) == "them"
    await ready(house, bo)
    await asyncio.sleep(1)
    await bo.post(f"/interactions/{interaction}/fetch")
    last = speaks(await bo.picks_up(), BO)
    await until(lambda: len(of(house, e.Connected)) == 3, 10, "they talk again")
    await asyncio.wait_for(last.media.hears(200), 10)
    # Of what a busy machine kept the caller's phone from saying nothing can be kept.
    unsaid = loop.time() - caller.media.started - caller.media.sent * FRAME_S
    caller.hang_up()
    await until(lambda: len(of(house, e.InteractionEnded)) == 2, 10, "the call is over")

    # One file, as long as all talks, with what everybody said, and nothing else; silence while it was paused.
    kept = await heard(bo, interaction)
    folder = house.settings.data / "messages"
    assert [file.name for file in folder.iterdir() if seconds(file)] == [f"{interaction}.talks.wav"]
    assert len(of(house, e.RecordingBegun)) == 2
    talked = sum(one.talked for one in of(house, e.TalkEnded)) / 1000
    assert talked - max(0.0, unsaid) - 0.9 < len(kept) / 8000 < talked + 0.9
    ana_s, bo_s, silence = frozenset({CALLER, ANA}), frozenset({CALLER, BO}), frozenset[int]()
    parts = parts_of(kept)
    assert parts[:2] == [ana_s, silence]
    assert parts[-3:] == [bo_s, silence, bo_s]
    assert parts[2:-3] in ([], [ana_s]), "she may have gone on for a moment before she gave the caller to him"

    # Of a queue that is not recorded there is no file.
    await record(house, "false")
    await ready(house, ana)
    caller = await house.call("28000001", "+85291234569")
    third = await ana.picks_up()
    await asyncio.wait_for(third.media.hears(60), 10)
    caller.hang_up()
    await until(lambda: len(of(house, e.InteractionEnded)) == 3, 10, "that call is over, too")
    assert len(of(house, e.RecordingBegun)) == 2
    other = of(house, e.InteractionOpened)[2].interaction
    assert not (folder / f"{other}.talks.wav").exists()


async def record(house: House, on: str) -> None:
    """Set `record` of the queue `support`."""
    file = house.settings.site_file
    text = "\n".join(line for line in file.read_text().splitlines() if not line.startswith("record = "))
    file.write_text(text.replace('id = "support"', f'id = "support"\nrecord = {on}', 1))
    known = len(of(house, e.SiteInForce))
    assert house.bridge is not None
    house.bridge.send_signal(signal.SIGHUP)
    await until(lambda: len(of(house, e.SiteInForce)) > known, 10, "it is in force")


def speaks(call: Call, hertz: int) -> Call:
    call.media.frame = sound.tone(hertz)
    return call


async def ready(house: House, desk: Desk) -> None:
    """Also out of a wrap-up."""

    def is_ready() -> bool:
        states = [one for one in of(house, e.AgentStateSet) if one.agent == desk.agent]
        return states[-1].state == "ready"

    await desk.ready()
    await until(is_ready, 10, f"{desk.agent} is ready")


async def heard(desk: Desk, interaction: str) -> tuple[int, ...]:
    """The samples of a call's recording, as a player gets them."""
    path = f"{desk.house.url}/interactions/{interaction}/recording"

    async def whole() -> bool:
        async with desk._http.get(path, headers={"Range": "bytes=44-"}) as answer:
            return answer.status == 206

    await until(whole, 10, "history knows of the call")
    async with desk._http.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, "audio/wav")
        sound = (await answer.read())[44:]
    return struct.unpack(f"<{len(sound) // 2}h", sound[: len(sound) // 2 * 2])


def parts_of(samples: tuple[int, ...]) -> list[frozenset[int]]:
    """Who speaks one after the other for half a second or longer: two tones, or nobody at all."""
    heard = [tones(samples[n : n + 800]) for n in range(0, len(samples) - 800, 800)]
    runs = [(who, sum(1 for _ in same)) for who, same in groupby(heard)]
    long = [who for who, tenths in runs if tenths >= 5 and who is not None and len(who) != 1]
    return [who for who, _ in groupby(long)]


def tones(samples: tuple[int, ...]) -> frozenset[int] | None:
    """Which of the tones are in it (Goertzel's algorithm); None: something else."""

    def power(hertz: int) -> float:
        turn = 2 * math.cos(math.tau * hertz / 8000)
        one = two = 0.0
        for sample in samples:
            one, two = sample + turn * one - two, one
        return math.sqrt(max(0.0, one * one + two * two - turn * one * two)) * 2 / len(samples)

    found = frozenset(hertz for hertz in (ANA, BO, CALLER, GREETING) if power(hertz) > 1000)
    return found if found or max(map(abs, samples)) < 100 else None


def seconds(file: Path) -> float:
    with wave.open(str(file)) as wav:
        return wav.getnframes() / wav.getframerate()


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
