"""Buttons of a talk in a real Chromium, on the real Asterisk: ask first, all three, park, take back, hand over."""

import asyncio
from typing import TypeVar

import pytest
from playwright.async_api import Page, expect

from cti.core import events as e
from cti.robots.phone import Call
from tests.acceptance.browser import page, sit_down
from tests.acceptance.house import Desk, House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.patient, pytest.mark.timeout(180)]


async def test_asked_first_parked_taken_back_and_handed_over(house: House) -> None:
    bo = await house.agent("a1", "127.0.0.21")
    async with page() as desk:
        desk.set_default_timeout(10_000)
        await sit_down(desk, house, "web")
        caller = await house.call("28000001", "+85291234570")
        await desk.locator("#key-answer").click()
        await until(lambda: len(of(house, e.Connected)) == 1, 10, "they talk")
        await hear(caller)

        # Asked first: the two talk, then all three, and the colleague is let go.
        await ready(house, bo)
        await ask(desk)
        second = await bo.picks_up()
        await expect(desk.locator("#consult")).to_contain_text("You talk with Agent 1")
        await hear(second)
        await press(desk, "5#")
        await until(lambda: second.media.keys == "5#", 10, "keys reach who is asked, and nobody else")
        await desk.locator("#consult-join").click()
        await expect(desk.locator("#consult")).to_contain_text("With the caller and Agent 1")
        await hear(second, caller)
        await press(desk, "9")
        await until(lambda: (caller.media.keys, second.media.keys) == ("9", "5#9"), 10, "keys reach both")
        await desk.locator("#key-transfer").click()
        assert await asyncio.wait_for(second.over, 10) == "them"

        # Keys reach the far side, typed right after the one that opens the keypad.
        await press(desk, "42#")
        await until(lambda: caller.media.keys == "942#", 10, "the keys arrive")

        # Parked: music, and the talk is over for the agent, who fetches the caller from the card.
        await desk.locator("#park").click()
        await expect(desk.locator(".deck")).to_contain_text("Parked for")
        await hear(caller)
        await desk.locator("#parked").get_by_role("button", name="Fetch").click()
        await until(lambda: len(of(house, e.Connected)) == 2, 10, "the browser answers by itself")
        await expect(desk.locator("#parked")).to_have_count(0)
        await hear(caller)

        # Given away, and taken back while it rings.
        await ready(house, bo)
        await desk.locator("#key-transfer").click()
        await desk.locator("#transfer-to").fill("Agent 1")
        await expect(desk.locator("#target-0")).to_have_attribute("aria-disabled", "false")
        await desk.keyboard.press("ArrowDown")
        await desk.keyboard.press("Enter")
        rings = await asyncio.wait_for(bo.calls.get(), 10)
        await expect(desk.locator("#key-transfer")).to_contain_text("Take back")
        await desk.locator("#key-transfer").click()
        assert await asyncio.wait_for(rings.over, 10) == "them"
        await desk.locator("#key-answer").click()
        await until(lambda: len(of(house, e.Connected)) == 3, 10, "they talk again")

        # Asked again, and handed over: the colleague has the caller.
        await ask(desk)
        second = await bo.picks_up()
        await expect(desk.locator("#consult")).to_contain_text("You talk with Agent 1")
        await desk.locator("#consult-complete").click()
        await until(lambda: len(of(house, e.Connected)) == 4, 10, "colleague and caller talk")
        await expect(desk.locator(".deck")).to_contain_text("Call ended")
        await hear(second, caller)
        caller.hang_up()
        assert await asyncio.wait_for(second.over, 10) == "them"
        await until(lambda: [x.how for x in of(house, e.InteractionEnded)] == ["answered"], 10, "one call, one end")
    await house.left_nothing(bo, "answered")
    assert [x.agent for x in of(house, e.Connected)] == ["web", "web", "web", "a1"]
    assert [x.how for x in of(house, e.ParkEnded)] == ["fetched"]
    assert [x.how for x in of(house, e.TransferFailed)] == ["recalled"]
    assert [x.how for x in of(house, e.ConsultEnded)] == ["left", "given"]
    assert of(house, e.Repaired) == []


async def press(desk: Page, keys: str) -> None:
    await desk.keyboard.press("F8")
    await desk.keyboard.type(keys)
    await desk.keyboard.press("F8")


async def ask(desk: Page) -> None:
    await desk.locator("#key-transfer").click()
    await desk.locator("#transfer-to").fill("Agent 1")
    await desk.get_by_role("button", name="Ask first").click()


async def ready(house: House, bo: Desk) -> None:
    await bo.ready()
    await until(
        lambda: [x.state for x in of(house, e.AgentStateSet) if x.agent == "a1"][-1:] == ["ready"],
        10,
        "the colleague is ready",
    )


async def hear(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


def of(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]
