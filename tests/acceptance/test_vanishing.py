"""Telephones that go away while they ring or talk: who waits for them goes on at once, and no other line is lost."""

import asyncio
from typing import TypeVar

import pytest

from cti.core import events as e
from cti.robots.phone import Call
from tests.acceptance.house import Desk, House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(180)]

BUSY = "486"
SECOND = 1
SILENT_S = 3
"""In place of half a minute."""
NOT_THERE_S = 6
"""Four seconds, and what a busy machine takes."""


async def test_a_phone_that_goes_away_keeps_nobody_waiting_and_takes_no_other_line_with_it(house: House) -> None:
    ana, bo = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    assert ana.phone is not None
    phones = house.settings.data / "etc" / "asterisk" / "pjsip.conf"
    phones.write_text(phones.read_text().replace("rtp_timeout = 30", f"rtp_timeout = {SILENT_S}"))
    await house.asterisk.cli("module reload res_pjsip.so")

    # It rings, and says goodbye to Asterisk: the next phone rings within a second.
    await ready(house, ana)
    await ready(house, bo)
    caller = await house.call("28000001", "+85291234591")
    rung = await asyncio.wait_for(ana.calls.get(), 10)
    await ana.phone.register(expires=0)
    talk = await bo.picks_up(SECOND)
    assert rung.over.done() or await asyncio.wait_for(rung.over, SECOND) == "them"
    await until(lambda: state(house, "a0") == ("not_ready", "unreachable"), SECOND)
    await hear(talk, caller)
    interaction = of(house, e.Connected)[0].interaction

    # The same while a consultation rings on it, by the desk's button.
    await ana.phone.register()
    await ready(house, ana)
    await bo.post(f"/interactions/{interaction}/consult", {"agent": "a0"})
    await asyncio.wait_for(ana.calls.get(), 10)
    await ana.phone.register(expires=0)
    await until(lambda: consulted(house) == ["unreachable"], SECOND, "the agent hears that nobody comes")
    await bo.post(f"/interactions/{interaction}/consult/then", {"then": "back"})
    await until(lambda: len(of(house, e.CallerRejoined)) == 1, 10)
    await hear(talk, caller)

    # And on the second line of a desk phone, which holds the caller on the first.
    await ana.phone.register()
    await ready(house, ana)
    second = await asks(house, bo, talk)
    await asyncio.wait_for(ana.calls.get(), 10)
    await ana.phone.register(expires=0)
    assert await asyncio.wait_for(second.over, SECOND) == BUSY
    await goes_on(house, talk, caller)

    # Without a word: no network, no power.
    await ana.phone.register()
    await ready(house, ana)
    ana.phone.close()
    second = await asks(house, bo, talk)
    assert await asyncio.wait_for(second.over, NOT_THERE_S) == BUSY
    assert state(house, "a0") == ("not_ready", "unreachable")
    await goes_on(house, talk, caller)
    assert consulted(house) == ["unreachable"] * 3

    # In the middle of a talk: nobody says so, and the caller goes on with another as soon as the silence tells.
    cy = await house.agent("a2", "127.0.0.22")
    await ready(house, cy)
    assert bo.phone is not None
    bo.phone.close()
    talk = await cy.picks_up(SILENT_S + NOT_THERE_S)
    await hear(talk, caller)
    assert [(one.agent, one.by) for one in of(house, e.TalkEnded)] == [("a1", "phone")]
    assert of(house, e.SurveyOpened) == []
    assert [one["kind"] for one in (await bo.sees())["notices"]] == [*["consult_failed"] * 3, "phone_dead"]
    caller.hang_up()
    await house.left_nothing(cy, "answered")
    assert of(house, e.Repaired) == []


async def asks(house: House, desk: Desk, first: Call) -> Call:
    """The desk phone holds its caller and dials Ana on a second line."""
    held = len(of(house, e.Held))
    first.hold(True)
    await until(lambda: len(of(house, e.Held)) > held, 10)
    assert desk.phone is not None
    return await desk.phone.call("8000")


async def goes_on(house: House, first: Call, caller: Call) -> None:
    first.hold(False)
    await until(lambda: len(of(house, e.Held)) == len(of(house, e.Resumed)), 10)
    await hear(first, caller)


async def ready(house: House, desk: Desk) -> None:
    await desk.ready()
    await until(lambda: state(house, desk.agent)[0] == "ready", 10)


async def hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


def consulted(house: House) -> list[str]:
    return [one.how for one in of(house, e.ConsultEnded)]


def state(house: House, agent: str) -> tuple[str, str | None]:
    states = [one for one in of(house, e.AgentStateSet) if one.agent == agent]
    return (str(states[-1].state), states[-1].reason) if states else ("", None)


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
