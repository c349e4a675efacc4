"""The recording of calls, on the real Asterisk: one file with pauses in it, through a transfer, a restart, parking."""

import asyncio
import math
import signal
import struct
import wave
from pathlib import Path
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.robots import sound
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]

ANA, BO, CALLER = 800, 1200, 400
"""The tones of those who talk, in hertz."""


async def test_one_recording_through_a_transfer_a_restart_and_parking_with_pauses_in_it(house: House) -> None:
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
    await asyncio.sleep(4)  # the words about it are heard first, in place of the work number
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
    await until(lambda: len(of(house, e.Connected)) == 2, 10, "the colleague talks with them")
    await asyncio.wait_for(second.media.hears(200), 10)  # first of all they hear a work number
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
    caller.hang_up()
    await until(lambda: len(of(house, e.InteractionEnded)) == 2, 10, "the call is over")

    # One file, as long as all talks, with what everybody said, and silence while it was paused.
    kept = await heard(bo, interaction)
    folder = house.settings.data / "messages"
    assert [file.name for file in folder.iterdir() if seconds(file)] == [f"{interaction}.talks.wav"]
    assert len(of(house, e.RecordingBegun)) == 2
    talks = [(at(house, e.Connected, n), at(house, e.TalkEnded, n)) for n in (0, 1, 2)]
    assert abs(len(kept) / 8000 - sum(over - begun for begun, over in talks)) < 0.9
    before = 0.0
    for n, who in enumerate((ANA, BO)):
        begun, over = talks[n]
        paused, resumed = (at(house, kind, n) - begun + before for kind in (e.RecordingPaused, e.RecordingResumed))
        assert tones(kept[int((paused - 0.8) * 8000) :][:4000]) == {CALLER, who}
        silent = kept[int((paused + 0.4) * 8000) : int((resumed - 0.4) * 8000)]
        assert silent
        assert max(map(abs, silent)) < 100
        before += over - begun
    assert tones(kept[-8000:-4000]) == {CALLER, BO}

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


def tones(samples: tuple[int, ...]) -> set[int]:
    """Which of the tones are in it (Goertzel's algorithm)."""

    def power(hertz: int) -> float:
        turn = 2 * math.cos(math.tau * hertz / 8000)
        one = two = 0.0
        for sample in samples:
            one, two = sample + turn * one - two, one
        return math.sqrt(max(0.0, one * one + two * two - turn * one * two)) * 2 / len(samples)

    return {hertz for hertz in (ANA, BO, CALLER) if power(hertz) > 1000}


def seconds(file: Path) -> float:
    with wave.open(str(file)) as wav:
        return wav.getnframes() / wav.getframerate()


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


def at(house: House, kind: type[object], n: int) -> float:
    return [r.at / 1000 for r in house.journal() if isinstance(r.event, kind)][n]
