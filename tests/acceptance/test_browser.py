"""Nothing faked: sipp dials and presses keys, an agent in Chromium sees who it is before it rings, and they talk."""

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import Page

from cti.core import events as e
from cti.robots.callers import Caller, dial, speech
from tests.acceptance.browser import came_in, figures, marks, page, painted, sit_down, sound_both_ways
from tests.acceptance.house import House, until

T = TypeVar("T")

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.timeout(300)]


def of_kind(house: House, kind: type[T]) -> list[T]:
    return [r.event for r in house.journal() if isinstance(r.event, kind)]


async def test_a_caller_is_understood_routed_and_known(house: House, tmp_path: Path) -> None:
    said = await speech("hello, my internet is down", "en", tmp_path)
    caller = Caller(
        number="+85261234567", keys=((1500, "3"), (1500, "1")), later="1", every_ms=4000, patience_ms=60_000
    )
    async with page() as desk:
        await sit_down(desk, house, "web")
        wall = await desk.context.new_page()
        await wall.goto(f"http://127.0.0.1:{house.settings.http_port}/wallboard?lang=en")
        await desk.bring_to_front()
        call = asyncio.ensure_future(dial(caller, "28000000", house.sip, "127.0.0.9", tmp_path / "call", said))
        await desk.get_by_text("+852 6123 4567").first.wait_for(timeout=20_000)
        await desk.get_by_role("button", name="Answer").wait_for()
        await until(lambda: was_painted(desk), 10, "the pop is painted")
        await until(lambda: ring_came(desk), 10, "the phone rings")
        popped = next(m["at"] for m in await came_in(desk) if '"Offered' in m["text"] or '"offered"' in m["text"])
        rang = next(m["at"] for m in await came_in(desk) if m["text"].startswith("INVITE"))
        assert popped < rang
        await until(lambda: bell_rang(desk), 10, "the bell rings")
        assert (await painted(desk))[0] < (await marks(desk, "bell-rang"))[0], "seen before it is heard"
        await desk.keyboard.press("F2")
        await until(lambda: sound_both_ways(desk), 20, "both hear each other")
        await desk.get_by_text("Internet", exact=False).first.wait_for(timeout=20_000)
        await desk.keyboard.press("F10")
        await until(
            lambda: len(of_kind(house, e.TalkEnded)) == 1,
            1,
            "the talk ended, in the middle of the greeting as it may be",
        )
        await desk.get_by_placeholder("What it was about").fill("Router reset, works again")
        await desk.keyboard.press("Alt+s")
        await desk.keyboard.press("Control+Enter")
        await until(lambda: len(of_kind(house, e.Judged)) == 1, 20, "the caller says that it was solved")
        assert await asyncio.wait_for(call, 30) in (0, 1)
        await until(lambda: [x.how for x in of_kind(house, e.InteractionEnded)] == ["answered"], 10, "the call is over")
        await agree(house, wall)


async def bell_rang(desk: Page) -> bool:
    return len(await marks(desk, "bell-rang")) > 0


async def was_painted(desk: Page) -> bool:
    return len(await painted(desk)) > 0


async def ring_came(desk: Page) -> bool:
    return any(m["text"].startswith("INVITE") for m in await came_in(desk))


async def agree(house: House, wall: Page) -> None:
    """Journal, history, timeline, wallboard and its screen say the same."""
    desk = await house.sign_in("a0")
    connected, talked = of_kind(house, e.Connected)[0], of_kind(house, e.TalkEnded)[0]

    async def in_history() -> bool:
        line = (await desk.get("/interactions"))["calls"][0]
        return bool(line["state"] == "answered" and line["note"] == "Router reset, works again")

    await until(in_history, 10, "history has the call")
    line = (await desk.get("/interactions"))["calls"][0]
    assert (line["waited"], line["talked"], line["solved"], line["outcome"]) == (
        connected.waited,
        talked.talked,
        True,
        "solved",
    )
    today = (await desk.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["solved"]) == (1, 1, 1)
    assert (today["waited_answered"], today["talked"]) == (connected.waited, talked.talked)
    opened = of_kind(house, e.InteractionOpened)[0]
    [entry] = (await desk.get(f"/customers/{opened.caller}/timeline"))["entries"]
    assert (entry["id"], entry["waited"], entry["lasted"]) == (opened.interaction, connected.waited, talked.talked)
    assert (entry["solved"], entry["text"], entry["mark"]) == (True, "Router reset, works again", "")
    within = today["within"]

    async def on_the_wall() -> bool:
        waiting, longest, level, average, abandoned = await figures(wall)
        return (
            (waiting[1], longest[1], abandoned[1]) == ("0", "–", "0")
            and level[2].startswith(f"{within} of 1 in ")
            and average[1:3] == [f"0:{connected.waited // 1000:02}", "ASA, 1 answered"]
        )

    await until(on_the_wall, 10, f"the wallboard's screen says so, too: {await figures(wall)}")
