"""What callers do by key while they wait, on the real Asterisk: asked for help, heard answers, called at their hour."""

import asyncio
import contextlib
import shutil
import signal
import sqlite3
from typing import TypeVar

import msgspec
import pytest

from cti.core import events as e
from cti.core.ids import Ms, Phone
from cti.robots import sound
from cti.robots.phone import Call
from cti.setup import resources
from tests.acceptance.house import Desk, House, until
from tests.acceptance.test_outgoing import Provider, provider
from tests.acceptance.tones import Tones

__all__ = ["provider"]
pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

T = TypeVar("T")

PLACE, HELPED, ANSWER = "say-position-2", "help-given", "article-red-light-answer"
AGENT = "the agent"
SAID = Tones(
    {
        PLACE: 600,
        HELPED: 1000,
        "answers-which": 1400,
        ANSWER: 1800,
        "callback-at": 2200,
        "callback-hours": 2600,
        "callback-booked-at": 400,
        AGENT: 3000,
    },
    long=[PLACE, HELPED, "answers-which", ANSWER],
)
SOON_S = 2
"""The prompts that are cut here have four seconds to go."""
HALF_HOUR = 30 * 60_000


async def test_what_callers_in_line_choose_by_key(house: House, provider: Provider) -> None:
    await set_up(house)
    ana = await house.agent("a0")
    assert ana.phone is not None
    ana.phone.on_call = lambda call: answers(ana, call)
    await asked_first_goes_first(house, ana)
    await an_answer_heard_is_enough(house)
    await called_at_the_hour_they_chose(house, provider, ana)
    await house.left_nothing(ana, "callback_missed", "answer", "answered", "answered")
    assert of(house, e.Repaired) == []


async def set_up(house: House) -> None:
    """Who asks may go ahead, and callbacks are tried twice, with two seconds between."""
    shutil.copytree(resources.folder("example") / "kb", house.settings.articles)
    SAID.lay(house.settings.sounds / "hotline", "en")
    site = house.settings.site_file
    more = "room = { help_minutes = 30 }\ncallbacks = { tries = 2, every_s = 2 }"
    site.write_text(site.read_text().replace('id = "support"', f'id = "support"\n{more}', 1))
    assert house.bridge is not None
    house.bridge.send_signal(signal.SIGHUP)
    await until(lambda: len(of(house, e.SiteInForce)) == 2, 10, "it is in force")


def answers(desk: Desk, call: Call) -> None:
    """As a headset that takes every call; the voice is a tone that no prompt has."""
    call.media.frame = sound.tone(3000)
    desk.calls.put_nowait(call)
    call.answer()


async def asked_first_goes_first(house: House, ana: Desk) -> None:
    first, heard_first = await rings_in(house, "28000001", "+85291234581", "127.0.0.3")
    second, heard = await rings_in(house, "28000000", "+85291234582", "127.0.0.4", keys="30")
    ids = [one.interaction for one in of(house, e.Queued)]
    # In the middle of the words on their place; the words that answer are cut by the agent.
    await until(lambda: heard[-1:] == [PLACE], 10, f"the second is told their place: {heard}")
    await second.press("0")
    await until(lambda: heard[-1:] == [HELPED], SOON_S, f"and that they are moved ahead: {heard}")
    await ana.ready()
    await until(lambda: heard[-1:] == [AGENT], SOON_S, f"they talk at once: {heard}")
    assert [one.interaction for one in of(house, e.Connected)] == [ids[1]]

    # Whoever was first hears an answer meanwhile, chosen while the questions are read out.
    await first.press("3")
    await until(lambda: heard_first[-1:] == ["answers-which"], SOON_S, f"{heard_first}")
    await first.press("1")
    await until(lambda: heard_first[-1:] == [ANSWER], SOON_S, f"{heard_first}")
    await (await ana.calls.get()).press("5")
    await until(lambda: second.media.keys == "5", SOON_S, "and keys reach them")
    second.hang_up()
    await until(lambda: states(house)[-1] == "wrap_up", 10)
    await ana.ready()
    await until(lambda: heard_first[-1:] == [AGENT], SOON_S, f"an agent in the middle of the answer: {heard_first}")
    assert [one.interaction for one in of(house, e.Connected)] == [ids[1], ids[0]]
    await ana.not_ready()
    first.hang_up()
    await until(lambda: [one.how for one in of(house, e.InteractionEnded)] == ["answered"] * 2, 10)


async def an_answer_heard_is_enough(house: House) -> None:
    caller, heard = await rings_in(house, "28000001", "+85291234583", "127.0.0.5")
    await caller.press("31")
    await until(lambda: heard[-1:] == [ANSWER], 10, f"{heard}")
    await caller.press("1")
    assert await asyncio.wait_for(caller.over, 10) == "them"
    assert [(one.article, one.solved) for one in of(house, e.AnswerHeard)] == [("red-light", True)]


async def called_at_the_hour_they_chose(house: House, provider: Provider, ana: Desk) -> None:
    caller, heard = await rings_in(house, "28000001", "+85291234584", "127.0.0.6")
    await caller.press("13")
    await until(lambda: heard[-1:] == ["callback-at"], 10, f"{heard}")
    await caller.press("6")
    await until(lambda: heard[-1:] == ["callback-hours"], 10, f"they hear the hour after it: {heard}")
    await caller.press("#")
    assert await asyncio.wait_for(caller.over, 10) == "them"
    assert heard[-1] == "callback-booked-at"
    await until(lambda: len(of(house, e.PlaceKept)) == 1, 10)
    [booked] = of(house, e.CallbackBooked)
    assert booked.at is not None
    assert booked.at % HALF_HOUR == 0
    await ana.ready()
    await until(lambda: states(house)[-1] == "ready", 10)
    await at_time(house, Ms(booked.at - 1500))
    outside = await provider.rings(20)
    assert "sip:+85291234584@" in outside.local
    offered = next(r.at for r in reversed(house.journal()) if isinstance(r.event, e.Offered))
    assert 0 <= offered - booked.at < 1000

    # Busy, and busy again: somebody has to see to it.
    outside.decline("486 Busy Here")
    (await provider.rings(20)).decline("486 Busy Here")
    await until(lambda: len(of(house, e.CallbackMissed)) == 1, 10)
    tries = [r.at for r in house.journal() if isinstance(r.event, e.Dialled)]
    assert 2000 <= tries[1] - tries[0] < 10_000
    assert [(one.tries, one.owner) for one in of(house, e.CallbackMissed)] == [(2, "a0")]

    async def promised() -> bool:
        return [one["by"] for one in (await ana.get("/promises"))["promises"]] == ["a0"]

    await until(promised, 10, "a promise with an owner")


async def at_time(house: House, now: Ms) -> None:
    """Start the bridge anew at that time: the clock goes on from the journal's last."""
    await house.kill_bridge()
    last = house.journal()[-1].seq
    seen = msgspec.json.encode(e.PhoneSeen(phone=Phone("web-web"), reachable=False)).decode()
    with contextlib.closing(sqlite3.connect(house.settings.data / "journal.db")) as journal, journal:
        journal.execute("INSERT INTO event VALUES (?, ?, ?)", (last + 1, now, seen))
    await house.start_bridge(watched=False)


async def rings_in(house: House, number: str, caller: str, address: str, keys: str = "") -> tuple[Call, list[str]]:
    """A caller in line, and what they hear."""
    known = len(of(house, e.Queued))
    call = await house.call(number, caller, address)
    heard = SAID.listen(call)
    await asyncio.wait_for(asyncio.shield(call.up), 10)
    await call.media.hears(10)
    await call.press(keys)
    await until(lambda: len(of(house, e.Queued)) > known, 10, "in line")
    return call, heard


def states(house: House) -> list[str]:
    return [str(one.state) for one in of(house, e.AgentStateSet) if one.agent == "a0"]


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
