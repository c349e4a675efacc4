"""A message from the line, end to end: sent by key, by hanging up, and not at all when an agent is quicker."""

import asyncio

import pytest

from cti.core import events as e
from cti.robots.phone import Call
from ivr import sounds
from tests.acceptance.house import House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


async def recording(house: House, number: str, address: str) -> tuple[Call, str]:
    """A caller in line for support who is leaving a message, three seconds long by now; the interaction."""
    known = len(opened(house))
    caller = await house.call("28000001", number, address)
    await asyncio.wait_for(caller.up, 10)
    await until(lambda: len(opened(house)) > known and any_queued(house, known), 10, "they are in line")
    interaction = opened(house)[known]
    # The first key is for the choice, the second cuts the words before the tone.
    await caller.press("21")
    file = house.settings.data / "messages" / f"{interaction}.wav"
    await until(lambda: file.exists() and file.stat().st_size > 48_000, 20, "the message is being recorded")
    return caller, interaction


def opened(house: House) -> list[str]:
    return [r.event.interaction for r in house.journal() if isinstance(r.event, e.InteractionOpened)]


def any_queued(house: House, n: int) -> bool:
    mine = opened(house)[n]
    return any(isinstance(r.event, e.Queued) and r.event.interaction == mine for r in house.journal())


def ended(house: House, interaction: str) -> str:
    ends = (r.event for r in house.journal() if isinstance(r.event, e.InteractionEnded))
    return next((event.how for event in ends if event.interaction == interaction), "")


async def test_messages_from_the_line(house: House) -> None:
    # By key: heard again, sent; the caller is bid goodbye.
    caller, by_key = await recording(house, "+85291234501", "127.0.0.3")
    await caller.press("#")
    await until(lambda: any(isinstance(r.event, e.MessageSpoken) for r in house.journal()), 10, "it is kept")
    await caller.press("#")
    assert await asyncio.wait_for(caller.over, 15) == "them"
    # By hanging up at the end of speaking.
    caller, by_leaving = await recording(house, "+85291234502", "127.0.0.4")
    caller.hang_up()
    await until(lambda: ended(house, by_key) == ended(house, by_leaving) == "message", 10, "both have left one")
    left = {r.event.interaction: r.event for r in house.journal() if isinstance(r.event, e.MessageLeft)}
    for interaction in (by_key, by_leaving):
        length = sounds.seconds(house.settings.data / "messages" / f"{interaction}.wav")
        assert length is not None
        assert left[interaction].queue == "support"
        assert abs(left[interaction].ms - length * 1000) < 1000
    # An agent who answers in the middle of one: connected at once, and there is no message.
    desk = await house.agent("a0")
    caller, answered = await recording(house, "+85291234503", "127.0.0.5")
    await desk.ready()
    talk = await desk.picks_up()
    await until(lambda: any(isinstance(r.event, e.Connected) for r in house.journal()), 10, "they talk")
    await asyncio.wait_for(caller.media.hears(caller.media.loud + 20), 10)
    talk.hang_up()
    caller.hang_up()
    await until(lambda: ended(house, answered) == "answered", 10, "the talk is over")
    assert sum(isinstance(r.event, e.MessageLeft) for r in house.journal()) == 2

    async def quiet() -> bool:
        return "0 active channels" in await house.asterisk.cli("core show channels")

    await until(quiet, 10, "no channel is left")

    async def in_history() -> bool:
        states = {one["interaction"]: one["state"] for one in (await desk.get("/interactions"))["calls"]}
        return [states.get(one) for one in (by_key, by_leaving, answered)] == ["message", "message", "answered"]

    await until(in_history, 10, "history tells how each ended")
