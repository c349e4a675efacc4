"""One agent with a desk phone and a browser, or two windows of one: all ring, one has the call, and there is one state,
never out of date."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from cti.core import events as e
from cti.robots.phone import Call
from tests.acceptance.browser import page, sit_down, sound_both_ways
from tests.acceptance.house import House, until
from tests.browser.desk import CHECKED

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.patient, pytest.mark.timeout(180)]

SECOND = 1000
"""ms: an honest state is no older."""


async def test_a_desk_phone_and_a_browser_are_one_agent(house: House) -> None:
    async with page() as desk:
        await sit_down(desk, house, "a0")
        ana = await house.agent("a0", "127.0.0.20")
        assert ana.phone is not None

        # Both ring; the browser answers, and the desk phone shows no missed call.
        caller = await house.call("28000001", "+85291234580")
        ring = await asyncio.wait_for(ana.calls.get(), 10)
        await desk.locator("#key-answer").wait_for(timeout=10_000)
        await desk.keyboard.press("F2")
        assert await asyncio.wait_for(ring.over, 10) == "them"
        assert "completed elsewhere" in ring.reason.lower()
        await until(lambda: sound_both_ways(desk), 20, "both hear each other")
        await desk.keyboard.press("F4")
        await until(lambda: count(house, e.Held) == 1, 10)
        # The other phone goes away meanwhile, and comes back: nothing of it touches the talk.
        await ana.phone.register(expires=0)
        await until(lambda: reachable(house) is False, 10)
        await desk.keyboard.press("F4")
        await until(lambda: count(house, e.Resumed) == 1, 10)
        await ana.phone.register()
        await until(lambda: reachable(house) is True, 10)
        await caller_hears(caller)
        await desk.keyboard.press("F10")
        await until(lambda: count(house, e.TalkEnded) == 1, 10)
        caller.hang_up()
        await expect(desk.locator(".is-wrap_up").first).to_be_visible(timeout=10_000)
        await desk.keyboard.press("Control+Enter")
        await until(lambda: states(house)[-1] == "ready", 10)

        # Both ring; the desk phone answers, and the browser stops and shows the talk.
        caller = await house.call("28000001", "+85291234581", "127.0.0.4")
        talk = await ana.picks_up()
        await expect(desk.locator(".is-talking").first).to_be_visible(timeout=10_000)
        await expect(desk.locator("#key-answer")).to_be_disabled(timeout=10_000)
        await caller_hears(caller)
        talk.hold(True)
        await until(lambda: count(house, e.Held) == 2, 10)
        talk.hold(False)
        await until(lambda: count(house, e.Resumed) == 2, 10)
        # Its key ends the talk there, too.
        await desk.keyboard.press("F10")
        assert await asyncio.wait_for(talk.over, 10) == "them"
        caller.hang_up()
        await until(lambda: count(house, e.InteractionEnded) == 2, 10)
        await closed(desk)
        assert states(house)[:8] == ["ready", "reserved", "talking", "wrap_up"] * 2
        story = house.journal()
        for up, bridged in zip(moments(house, e.LegUp, leg=True), moments(house, e.Connected), strict=True):
            assert bridged - up < SECOND, "talking on the phone, and not in the books"
        assert not [r.event for r in story if isinstance(r.event, e.Repaired)]
        offers = [r.event for r in story if isinstance(r.event, e.Offered)]
        assert [sorted(x.legs.values()) for x in offers] == [["a0-desk", "a0-web"]] * 2
        await ana.phone.register(expires=0)
        await desk.keyboard.press("Control+Enter")
        await until(lambda: states(house)[-1] == "ready", 10)
        await loaded_anew(house, desk)
        await frozen_and_taken_over(house, desk)


async def loaded_anew(house: House, desk: Page) -> None:
    """The page is loaded anew while it rings: it rings there again."""
    offers = count(house, e.Offered)
    caller = await house.call("28000001", "+85291234582", "127.0.0.5")
    await expect(desk.locator("#key-answer")).to_be_enabled(timeout=10_000)
    await desk.reload()
    await until(lambda: count(house, e.Offered) == offers + 2, 10, "offered again")
    await desk.locator("#key-answer").click(timeout=10_000)
    await until(lambda: sound_both_ways(desk), 20, "both hear each other")
    caller.hang_up()
    await closed(desk)
    await desk.keyboard.press("Control+Enter")
    await until(lambda: states(house)[-1] == "ready", 10)


async def frozen_and_taken_over(house: House, desk: Page) -> None:
    """The browser freezes the window with the phone while it rings: the other one says so, and F2 answers there."""
    other = await desk.context.new_page()
    other.set_default_timeout(10_000)
    await other.add_init_script(CHECKED)
    await other.goto(desk.url)
    await expect(other.locator(".deck h2")).to_have_text("Your phone is in another window")
    # A page that a debugger holds takes nothing in, as one that is frozen.
    debugger = await desk.context.new_cdp_session(desk)
    await debugger.send("Debugger.enable")
    await debugger.send("Debugger.pause")
    try:
        offers = count(house, e.Offered)
        caller = await house.call("28000001", "+85291234583", "127.0.0.6")
        await expect(other.locator(".bars")).to_contain_text("The window with your phone does not answer")
        await answered_in(house, other, offers)
    finally:
        await debugger.send("Debugger.disable")
    rung = [r.at for r in house.journal() if isinstance(r.event, e.Offered)][offers]
    said = [r.at for r in house.journal() if isinstance(r.event, e.DeskAnswers) and not r.event.answers]
    assert 0 < said[-1] - rung < SECOND, "it is known for it within a second"
    await expect(desk.locator(".deck h2")).to_have_text("The sound of this call is not in this window")
    caller.hang_up()
    await closed(other)
    await other.keyboard.press("Control+Enter")
    await until(lambda: states(house)[-1] == "ready", 10)

    # Nothing is frozen, and the agent sits before the window without the phone.
    await expect(desk.locator(".deck h2")).to_have_text("Your phone is in another window")
    offers = count(house, e.Offered)
    caller = await house.call("28000001", "+85291234584", "127.0.0.7")
    await expect(desk.locator(".line")).to_contain_text("It rings in your other window.")
    await answered_in(house, desk, offers)
    caller.hang_up()
    await until(lambda: count(house, e.InteractionEnded) == 5, 10)


async def answered_in(house: House, window: Page, offers: int) -> None:
    """F2 in a window without the phone: it rings there, is answered, and was with nobody else meanwhile."""
    await window.bring_to_front()
    await window.keyboard.press("F2")
    await until(lambda: sound_both_ways(window), 20, "both hear each other")
    ended = [r.event for r in house.journal() if isinstance(r.event, e.OfferEnded)]
    assert (count(house, e.Offered), ended[-1].how) == (offers + 2, "withdrawn")


async def caller_hears(caller: Call) -> None:
    await asyncio.wait_for(caller.media.hears(caller.media.loud + 20), 10)


async def closed(desk: Page) -> None:
    """The page shows what is: nobody is on the line any more."""
    await expect(desk.locator(".is-wrap_up").first).to_be_visible(timeout=10_000)


def count(house: House, kind: type) -> int:
    return sum(isinstance(r.event, kind) for r in house.journal())


def states(house: House) -> list[str]:
    """Of the agent, from the first time they were ready."""
    told = [str(r.event.state) for r in house.journal() if isinstance(r.event, e.AgentStateSet)]
    return told[told.index("ready") :]


def reachable(house: House) -> bool | None:
    seen = [r.event for r in house.journal() if isinstance(r.event, e.PhoneSeen) and r.event.phone == "a0-desk"]
    return seen[-1].reachable if seen else None


def moments(house: House, kind: type, leg: bool = False) -> list[int]:
    """When such things happened; `leg`: to a phone of the agent."""
    return [r.at for r in house.journal() if isinstance(r.event, kind) and (not leg or ".1." in r.event.channel)]
