"""A caller who left is called back with one click, in a real Chromium on the real Asterisk, and keys reach them."""

import asyncio
from typing import TypeVar

import pytest
from playwright.async_api import expect

from cti.core import events as e
from tests.acceptance.browser import page, sit_down, sound_both_ways
from tests.acceptance.house import House, until
from tests.acceptance.test_outgoing import Provider, provider

T = TypeVar("T")

__all__ = ["provider"]
pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.patient, pytest.mark.timeout(180)]


async def test_who_left_is_called_back_with_one_click_and_off_the_list(house: House, provider: Provider) -> None:
    gone = await house.call("28000001", "+85291234595")
    await until(lambda: len(of(house, e.Queued)) == 1, 10, "in line")
    gone.hang_up()
    await until(lambda: [x.how for x in of(house, e.InteractionEnded)] == ["abandoned"], 10, "left")
    async with page() as desk:
        desk.set_default_timeout(10_000)
        await sit_down(desk, house, "web")
        left = desk.get_by_role("region", name="Left before they were answered")
        await expect(left).to_contain_text("+852 9123 4595")

        # Nobody waits: the desk says so to whom wonders.
        await desk.get_by_text("Why am I not getting calls?").click()
        await expect(desk.locator(".no-call")).to_contain_text("Nobody waits")

        await left.get_by_role("button", name="Call +852 9123 4595").click()
        outside = await provider.rings()
        assert "sip:+85291234595@" in outside.local
        assert "28000000" in outside.remote, "they see the hotline's number"
        outside.answer()
        await until(lambda: len(of(house, e.Connected)) == 1, 10, "they talk")
        await until(lambda: sound_both_ways(desk), 20, "both hear each other")
        await asyncio.wait_for(outside.media.hears(20), 10)
        await desk.keyboard.press("F8")
        await desk.keyboard.type("42#")
        await until(lambda: outside.media.keys == "42#", 10, "the keys arrive")
        outside.hang_up()
        await expect(desk.locator(".is-wrap_up").first).to_be_visible()
        await desk.keyboard.press("Control+Enter")
        await expect(desk.locator(".deck")).to_contain_text("Line open")
        await expect(left).to_have_count(0)
    web = await house.sign_in("web")
    await house.left_nothing(web, "answered", "abandoned")
    assert of(house, e.Repaired) == []


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
