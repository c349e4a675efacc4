"""What supervisors switch, on the real Asterisk: queues that take nobody, evacuated to another line or site, and
what callers are told of a known incident, recorded in the browser and spoken into the telephone."""

import asyncio
import base64
import io
import math
import struct
import wave

import pytest

from cti.core import events as e
from cti.core.ids import AgentId, InteractionId
from cti.robots import sound
from cti.robots.phone import Call, Phone
from tests.acceptance.house import OUTSIDE, Desk, House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


async def test_callers_go_where_the_closing_says_and_nobody_is_lost(house: House) -> None:
    house.set_passwords([AgentId("boss")])
    boss = await house.agent("boss", "127.0.0.21")
    mobile = await house.agent("a11", "127.0.0.20")
    twin = Phone("200", "", OUTSIDE, house.sip)
    await twin.open(5097)
    provider: Phone | None = None
    # Beside all that follows: a supervisor's telephone is no caller's call.
    spoken = asyncio.create_task(_by_telephone(house, boss))
    rung: asyncio.Queue[Call] = asyncio.Queue()
    twin.on_call = rung.put_nowait
    try:
        # In line when the house is evacuated: to the other line, whose agent takes the call.
        first = await house.call("28000001", "+85291234561")
        await until(lambda: _told(house, e.Queued) == 1, 10, "in line")
        await boss.post("/queues/close", {"closing": "fire", "queues": ["support"]})
        await until(lambda: _told(house, e.Overflowed) == 1, 10)
        await mobile.ready()
        talk = await mobile.picks_up()
        await asyncio.wait_for(first.media.hears(50), 10)
        await asyncio.wait_for(talk.media.hears(50), 10)
        first.hang_up()
        await until(lambda: len(_ends(house)) == 1, 10)

        # Closed for the twin site, which is busy: the caller hears so, and the call has an end.
        await boss.post("/queues/close", {"closing": "twin", "queues": ["support"]})
        second = await house.call("28000001", "+85291234562")
        (await asyncio.wait_for(rung.get(), 30)).decline()
        assert await asyncio.wait_for(second.over, 30) == "them"
        await until(lambda: len(_ends(house)) == 2, 10)

        # The twin site answers, and ends the talk.
        third = await house.call("28000001", "+85291234563")
        there = await asyncio.wait_for(rung.get(), 30)
        there.answer()
        await asyncio.wait_for(there.media.hears(50), 10)
        await asyncio.wait_for(third.media.hears(third.media.loud + 50), 10)
        there.hang_up()
        assert await asyncio.wait_for(third.over, 10) == "them"
        await until(lambda: len(_ends(house)) == 3, 10)

        # A site that has a number: the provider sees the hotline's own, and the caller talks.
        provider = Phone("provider", "", OUTSIDE, house.sip)
        await provider.open(5099)
        provider.on_call = rung.put_nowait
        await boss.post("/queues/open", {})
        await boss.post("/queues/close", {"closing": "abroad", "queues": ["support"]})
        abroad = await house.call("28000001", "+85291234565")
        far = await asyncio.wait_for(rung.get(), 30)
        assert "sip:+85220000200@" in far.local
        assert "28000000" in far.remote
        far.answer()
        await asyncio.wait_for(far.media.hears(50), 10)
        far.hang_up()
        assert await asyncio.wait_for(abroad.over, 10) == "them"
        await until(lambda: len(_ends(house)) == 4, 10)

        # Busy there: the caller is told so, and is known by their own number as before.
        busy = await house.call("28000001", "+85291234565")
        (await asyncio.wait_for(rung.get(), 30)).decline("486 Busy Here")
        assert await asyncio.wait_for(busy.over, 30) == "them"
        await until(lambda: len(_ends(house)) == 5, 10)

        # A holiday: the words of its closing, and the line it leads to.
        await mobile.ready()
        fourth = await house.call("28000000", "+85291234564")
        await asyncio.wait_for(fourth.up, 10)
        await fourth.press("32")
        last = await mobile.picks_up(30)
        await asyncio.wait_for(last.media.hears(50), 10)
        fourth.hang_up()
        await until(lambda: len(_ends(house)) == 6, 10)

        # A known incident: callers hear the supervisor before the menu, in the language they choose.
        sentences = {"en": await spoken, "yue": await _by_browser(boss)}
        await boss.post("/incidents", {"incident": "disturbance", "minutes": 5, "sentences": sentences})
        english, cantonese = await asyncio.gather(
            _hears(house, "3", "+85291234566", "127.0.0.4", 400), _hears(house, "2", "+85291234567", "127.0.0.5", 1000)
        )
        await until(lambda: _told(house, e.IncidentHeard) == 2, 10)
        english.hang_up()
        cantonese.hang_up()
        await until(lambda: len(_ends(house)) == 8, 10)
        await until(lambda: _open_channels(house) == set(), 10, "no channel is left")
    finally:
        spoken.cancel()
        twin.close()
        if provider is not None:
            provider.close()

    ends = ["answered", "flow", "elsewhere", "elsewhere", "flow", "answered", "left_menu", "left_menu"]
    assert _ends(house) == ends
    story = [record.event for record in house.journal()]
    moves = [(x.queue, x.to, x.why, x.closing) for x in story if isinstance(x, e.Overflowed)]
    assert moves == [("support", "mobile", "closed", "fire"), ("billing", "mobile", "closed", "resting")]
    assert [x.in_line for x in story if isinstance(x, e.CameBack)] == [False, False]
    assert _told(house, e.ServedElsewhere) == 2
    assert not [x for x in story if isinstance(x, e.Repaired)]

    async def in_history() -> bool:
        states = [one["state"] for one in (await boss.get("/interactions"))["calls"]]
        return states[::-1] == ends

    await until(in_history, 10, "history tells how each ended")
    line = (await boss.get("/interactions"))["calls"][2:]
    assert len({one["display"] for one in line[1:3]}) == 1, "both by the same number"
    account = await boss.get(f"/interactions/{line[3]['interaction']}/wait")
    (told,) = account["stretches"]
    assert (told["code"], told["args"]) == ("closed", {"closing": "twin"})
    assert told["ends"] - told["begins"] == line[3]["waited"]


async def _by_telephone(house: House, boss: Desk) -> str:
    """The supervisor speaks a tone of 400 Hz into the telephone, and keeps it by key."""
    begun = await boss.post("/incidents/sentences/phone", {"language": "en"})
    telephone = await boss.picks_up()
    await asyncio.wait_for(telephone.media.hears(20), 10)
    await telephone.press("1")  # cuts the words before the tone
    file = house.settings.data / "dictated" / f"{begun['id']}.wav"
    await until(lambda: file.exists() and file.stat().st_size > 48_000, 20, "three seconds are recorded")
    await telephone.press("#")
    now: dict[str, object] = {}

    async def kept() -> bool:
        now.update(await boss.get(f"/incidents/sentences/phone/{begun['id']}"))
        await telephone.press("#")
        return now["state"] == "kept"

    await until(kept, 20, "kept")
    assert await asyncio.wait_for(telephone.over, 20) == "them", "it says so, and hangs up"
    return str(now["sentence"])


async def _by_browser(boss: Desk) -> str:
    """The same with 1000 Hz, as the page sends it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as recorded:
        recorded.setnchannels(1)
        recorded.setsampwidth(2)
        recorded.setframerate(8000)
        tone = (round(8000 * math.sin(math.tau * n / 8)) for n in range(24_000))
        recorded.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
    sent = {"sound": base64.b64encode(file.getvalue()).decode()}
    return str((await boss.post("/incidents/sentences", sent))["sentence"])


async def _hears(house: House, language: str, number: str, address: str, hertz: int) -> Call:
    """A caller in the menu who chose a language by key, and has heard a tone for two seconds, before the menu."""
    heard: list[bytes] = []
    caller = await house.call("28000000", number, address)
    caller.media.on_audio = lambda data: heard.append(data) if abs(sound.crossings(data) - hertz / 25) <= 1 else None
    await asyncio.wait_for(caller.up, 10)
    await caller.press(language)
    await until(lambda: len(heard) > 100, 20, "the sentence is heard")
    return caller


def _told(house: House, kind: type[e.Event]) -> int:
    return sum(isinstance(record.event, kind) for record in house.journal())


def _ends(house: House) -> list[str]:
    ends = [r.event for r in house.journal() if isinstance(r.event, e.InteractionEnded)]
    order = [InteractionId(r.event.interaction) for r in house.journal() if isinstance(r.event, e.InteractionOpened)]
    return [end.how for end in sorted(ends, key=lambda end: order.index(end.interaction))]


def _open_channels(house: House) -> set[str]:
    story = [r.event for r in house.journal()]
    begun = {str(x.channel) for x in story if isinstance(x, e.LegStarted)}
    return begun - {str(x.channel) for x in story if isinstance(x, e.LegGone)}
