"""A phone that dies while the caller is on hold: known long before ten minutes of music, and never by mistake."""

import asyncio
import re
from typing import TypeVar

import pytest
from playwright.async_api import expect

from cti.core import events as e
from cti.core.vanishing import HELD_BACK_WITHIN
from tests.acceptance.browser import page, sit_down, sound_both_ways
from tests.acceptance.house import Desk, House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.patient, pytest.mark.timeout(180)]

SILENT_S = 4
"""In place of half a minute."""
ASKED_S = 3
"""In place of half a minute, between two questions to a desk phone whether it is there."""
UNANSWERED_S = 3
"""So long Asterisk waits for the answer (`qualify_timeout`)."""
BUSY_S = 6
"""What a busy machine takes."""


async def test_who_is_held_by_a_phone_that_dies_is_soon_in_line_again(house: House) -> None:
    phones = house.settings.data / "etc" / "asterisk" / "pjsip.conf"
    text = re.sub(r"(?m)^(rtp_timeout_hold|rtp_timeout) = 30$", rf"\1 = {SILENT_S}", phones.read_text())
    phones.write_text(text.replace("qualify_frequency = 30", f"qualify_frequency = {ASKED_S}"))
    await house.asterisk.cli("module reload res_pjsip.so")
    bo = await house.agent("a1", "127.0.0.21")
    async with page() as desk:
        await sit_down(desk, house, "a0")
        caller = await house.call("28000001", "+85291234591")
        await expect(desk.locator("#key-answer")).to_be_enabled(timeout=10_000)
        await desk.keyboard.press("F2")
        await until(lambda: sound_both_ways(desk), 20, "both hear each other")
        await desk.keyboard.press("F4")
        await until(lambda: len(of(house, e.Held)) == 1, 10)
        # The browser is there, and says nothing for long.
        await asyncio.sleep(3 * SILENT_S)
        assert of(house, e.TalkEnded) == []
        await ready(house, bo)
    talk = await bo.picks_up(SILENT_S + BUSY_S)
    assert [(one.agent, one.by) for one in of(house, e.TalkEnded)] == [("a0", "phone")]
    await asyncio.wait_for(talk.media.hears(talk.media.loud + 20), 10)

    # A desk phone that says nothing on hold, as many do, is there as long as it answers Asterisk's questions.
    talk.hold(True)
    await until(lambda: len(of(house, e.Held)) == 2, 10)
    cy = await house.agent("a2", "127.0.0.22")
    await ready(house, cy)
    assert bo.phone is not None
    bo.phone.close()
    talk = await cy.picks_up(ASKED_S + UNANSWERED_S + HELD_BACK_WITHIN / 1000 + BUSY_S)
    assert [(one.agent, one.by) for one in of(house, e.TalkEnded)][1:] == [("a1", "phone")]
    await asyncio.wait_for(talk.media.hears(talk.media.loud + 20), 10)
    queued = [one for one in of(house, e.Queued) if one.again]
    assert {one.since for one in queued} == {of(house, e.Queued)[0].since}, "their old place"
    assert of(house, e.SurveyOpened) == []
    caller.hang_up()
    await house.left_nothing(cy, "answered")


async def ready(house: House, desk: Desk) -> None:
    await desk.ready()
    await until(lambda: [x.state for x in of(house, e.AgentStateSet) if x.agent == desk.agent][-1] == "ready", 10)


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
