"""The wallboard in a real browser: what a room sees, near and far, fresh and stale, in three languages."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from cti.core.ids import AgentId, Ms
from cti.core.site import CLOSINGS
from cti.web.views import ClosedView, PromiseTile
from tests.browser.boards import START, TEAM, TODAY, TOKEN, WALL, Stage, crowd, half_hours
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.looks import assert_fits, assert_readable, assert_type

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HD = {"width": 1920, "height": 1080}


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        yield stage


TOO_WIDE = """() => [...document.querySelectorAll(".queues td")]
  .filter((it) => it.scrollWidth > it.clientWidth + 1)
  .map((it) => it.textContent)"""


async def wall(open_page: OpenPage, stage: Stage, query: str = "", **more: int) -> Page:
    page = await open_page(f"{stage.url}/wallboard{query}", **{**HD, **more})
    await page.wait_for_selector(".queues, .sheet")
    return page


def figure(page: Page, name: str) -> str:
    return f".figures .tile:has(.figure-name:text-is('{name}')) .figure-value"


async def test_a_queue_closed_by_hand_says_why_where_the_wait_would_be(stage: Stage, open_page: OpenPage) -> None:
    evacuation = ClosedView(closing=CLOSINGS[1].id, name=CLOSINGS[1].name, by=AgentId("sue"), since=Ms(0))
    queues = (msgspec.structs.replace(WALL.queues[0], closed=evacuation), *WALL.queues[1:])
    stage.wall = msgspec.structs.replace(WALL, queues=queues)
    page = await wall(open_page, stage, "?lang=zh-Hant")
    await expect(page.locator("table.queues .is-late", has_text="疏散")).to_have_count(1)
    await assert_fits(page)


@pytest.mark.parametrize(
    ("lang", "theme"), [("en", "dark"), ("en", "light"), ("zh-Hans", "light"), ("zh-Hant", "dark")]
)
async def test_the_wall_fits_and_is_readable_from_five_metres(
    stage: Stage, open_page: OpenPage, lang: str, theme: str
) -> None:
    page = await wall(open_page, stage, f"?lang={lang}&theme={theme}")
    assert await page.get_attribute("html", "lang") == lang
    await assert_fits(page)
    await assert_readable(page)
    await assert_type(page, 24)
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_who_waits_without_a_phone_stands_whole_beside_the_queue(
    stage: Stage, open_page: OpenPage, lang: str
) -> None:
    first, *rest = WALL.queues
    full = {"callbacks": 12, "parked": 2, "parked_since": Ms(START - 95_000), "text_waiting": 3, "text_in_hand": 2}
    busy = msgspec.structs.replace(first, **full, text_since=Ms(START - 754_000))
    stage.wall = msgspec.structs.replace(WALL, queues=(busy, *rest))
    page = await wall(open_page, stage, f"?lang={lang}")
    for width, height in ((1920, 1080), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        await expect(page.locator(".beside")).to_contain_text("12")
        await assert_fits(page)
        assert await page.evaluate(TOO_WIDE) == []


async def test_every_figure_shows_what_it_is_made_of(stage: Stage, open_page: OpenPage) -> None:
    page = await wall(open_page, stage)
    await expect(page).to_have_title("Wallboard · Harbour Broadband")
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("6")
    await expect(page.locator(figure(page, "Service level today"))).to_have_text("83%")
    tiles = page.locator(".figures")
    await expect(tiles).to_contain_text("125 of 151 in 20 s, goal 80\u202f%")
    await expect(tiles).to_contain_text("151 = 146 answered + 5 abandoned")
    await expect(tiles).to_contain_text("ASA, 146 answered")
    await expect(tiles).to_contain_text("told right: 86\u202f% of 146")
    await expect(page.locator("table.queues")).to_contain_text("1–11")
    await expect(tiles).to_contain_text("3.3\u202f%half by 0:48")
    await expect(page.locator(".figures .is-soon .figure-name")).to_have_text(["Longest wait"])
    await expect(page.locator(".wall-top")).to_contain_text("Tue 24 November 2026")


@pytest.mark.parametrize(
    ("lang", "none", "to"),
    [
        ("en", "none is due within four hours", "Ana L. to Eleanor W."),
        ("zh-Hans", "四小时内没有到期的承诺", "Ana L. → Eleanor W."),
        ("zh-Hant", "四小時內沒有到期的承諾", "Ana L. → Eleanor W."),
    ],
)
async def test_promises_count_down(stage: Stage, open_page: OpenPage, lang: str, none: str, to: str) -> None:
    stage.wall = WALL
    page = await wall(open_page, stage, f"?lang={lang}")
    line = page.locator(".promises")
    await expect(line).to_contain_text(none)

    def promise(n: int, left_s: int) -> PromiseTile:
        ana = next(one.agent for one in TEAM if one.name.startswith("Ana"))
        return PromiseTile(id=str(n), due=Ms(stage.now() + left_s * 1000), by=ana, name="Eleanor Whitcombe")

    await stage.show(promises=(promise(0, -90), promise(1, 600), *(promise(n, 9000) for n in range(2, 7))))
    await expect(line.locator(".is-late")).to_contain_text(to)
    await expect(line.locator(".is-soon b")).to_have_text(re.compile(r"9:5\d"))
    await expect(line).to_contain_text("3")
    await assert_fits(page)
    await assert_readable(page)
    await assert_type(page, 24)
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")


async def test_time_runs_by_the_servers_clock(stage: Stage, open_page: OpenPage) -> None:
    """The browser's own clock is years away from the stage's."""
    page = await wall(open_page, stage)
    clock = await page.inner_text(".clock")
    assert clock.startswith("10:02:")
    waited = await page.inner_text(figure(page, "Longest wait"))
    assert waited.startswith("2:")
    await expect(page.locator(".clock")).not_to_have_text(clock)
    await expect(page.locator(figure(page, "Longest wait"))).not_to_have_text(waited)


async def test_a_change_is_seen_at_once_and_only_what_it_changes(stage: Stage, open_page: OpenPage) -> None:
    page = await wall(open_page, stage)
    await stage.show(waiting=7)
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("7")
    await expect(page.locator(figure(page, "Abandoned"))).to_have_text("5")


async def test_stale_tiles_say_their_age_and_then_give_up_their_numbers(
    stage: Stage, open_page: OpenPage, complaints: Complaints
) -> None:
    page = await wall(open_page, stage)
    assert await page.locator(".tile .age").count() == 0
    stage.beats = False
    await expect(page.locator(".tile .age")).to_have_count(8)
    await expect(page.locator(".tile.is-soon, .tile.is-late")).to_have_count(0)
    await expect(page.locator(".wall-top .fresh")).to_contain_text("s old")
    await assert_readable(page)
    stage.open = False
    await stage.cut()
    await expect(page.locator(".wall-bar b")).to_contain_text("No connection for")
    await expect(page.locator(".wall-bar")).to_contain_text("Calls go on.")
    await expect(page.locator(".wall-bar .again")).to_contain_text("trying")
    await assert_fits(page)
    await assert_readable(page)
    # A minute later, as the page's clock sees it.
    await page.evaluate("() => { const real = Date.now.bind(Date); Date.now = () => real() + 61_000; }")
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("–")
    await expect(page.locator(".agent time").first).to_have_text("–")
    await expect(page.locator(".queues td").first).to_have_text("–")
    complaints.expect("WebSocket connection")


async def test_it_comes_back_by_itself(stage: Stage, open_page: OpenPage, complaints: Complaints) -> None:
    page = await wall(open_page, stage)
    stage.open = False
    await stage.cut()
    await expect(page.locator(".wall-bar")).to_be_visible()
    stage.open = True
    await expect(page.locator(".wall-bar")).to_have_count(0)
    await expect(page.locator(".wall-top .fresh")).to_contain_text("live")
    complaints.expect("WebSocket connection")


async def test_it_says_so_when_the_exchange_is_away(stage: Stage, open_page: OpenPage) -> None:
    stage.wall = msgspec.structs.replace(WALL, asterisk=False)
    page = await wall(open_page, stage)
    await expect(page.locator(".wall-bar.is-warn")).to_contain_text("The exchange does not answer")
    await assert_fits(page)
    await assert_readable(page)


@pytest.mark.parametrize("agents", [0, 11, 12, 30, 50, 90])
async def test_any_number_of_agents_finds_room(stage: Stage, open_page: OpenPage, agents: int) -> None:
    stage.wall = msgspec.structs.replace(WALL, agents=crowd(agents))
    page = await wall(open_page, stage)
    await assert_fits(page)
    await assert_type(page, 24)
    shown = await page.locator(".agent time").count()
    more = await page.locator(".agent em:has-text('and ')").all_inner_texts()
    assert shown + sum(int(text.split()[1]) for text in more) == agents
    assert agents > 51 or shown == agents
    if agents == 0:
        await expect(page.locator(".is-agents")).to_contain_text("Nobody is signed in")


@pytest.mark.parametrize("others", [0, 40])
async def test_a_desk_that_does_not_answer_is_said_to_be_so(stage: Stage, open_page: OpenPage, others: int) -> None:
    team = (*(msgspec.structs.replace(one, silent=one.state != "talking") for one in TEAM), *crowd(others))
    stage.wall = msgspec.structs.replace(WALL, agents=team)
    page = await wall(open_page, stage)
    # Ringing, writing, two ready; who is not ready is not expected to answer.
    await expect(page.locator(".agent.st-overdue")).to_have_count(4)
    await expect(page.locator(".agent.st-overdue").first).to_contain_text("does not answer")
    await assert_fits(page)
    await assert_readable(page)


async def test_who_is_signed_out_is_not_on_the_wall(stage: Stage, open_page: OpenPage) -> None:
    page = await wall(open_page, stage)
    assert "Kim Park" in {agent.name for agent in TEAM}
    await expect(page.locator(".is-agents")).not_to_contain_text("Kim Park")
    await expect(page.locator(".is-agents")).to_contain_text("6 on, 2 away")
    await expect(page.locator(".agent").last).to_contain_text("Lunch")


async def test_a_first_day_has_no_level_and_no_usual_day(stage: Stage, open_page: OpenPage) -> None:
    stage.wall = msgspec.structs.replace(
        WALL,
        waiting=0,
        longest_since=None,
        longest_queue=None,
        today=msgspec.structs.replace(
            TODAY,
            arrived=0,
            answered=0,
            abandoned=0,
            within=0,
            waited_answered=Ms(0),
            half_abandoned_by=None,
            per_half_hour=tuple(int(n) for n in half_hours({})),
            usual_half_hour=(),
        ),
    )
    page = await wall(open_page, stage)
    await expect(page.locator(figure(page, "Service level today"))).to_have_text("–")
    await expect(page.locator(figure(page, "Average wait"))).to_have_text("–")
    await expect(page.locator(".figures")).to_contain_text("no calls yet today")
    await expect(page.locator(".is-curve")).to_contain_text("usual Tuesday: no history yet")
    await assert_fits(page)


async def test_the_curve_tells_a_reader_what_it_shows(stage: Stage, open_page: OpenPage) -> None:
    page = await wall(open_page, stage)
    label = await page.get_attribute(".plot", "aria-label")
    assert label == "57 calls in the last half hour, usual 38, 4 since 10:00"
    await expect(page.locator(".plot canvas")).to_be_visible()
    await expect(page.locator(".plot-foot")).to_contain_text("09:30 to 10:00: 57usual 38")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1366, 768), (3840, 2160), (1920, 900), (1024, 768)])
async def test_other_screens_show_the_same_wall(stage: Stage, open_page: OpenPage, width: int, height: int) -> None:
    page = await wall(open_page, stage, width=width, height=height)
    await assert_fits(page)
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize(
    ("lang", "theme"), [("en", "dark"), ("en", "light"), ("zh-Hans", "light"), ("zh-Hant", "dark")]
)
async def test_it_fits_into_a_pocket(stage: Stage, open_page: OpenPage, lang: str, theme: str) -> None:
    stage.wall = msgspec.structs.replace(WALL, agents=crowd(50))
    page = await wall(open_page, stage, f"?lang={lang}&theme={theme}", width=390, height=844)
    await expect(page.locator(".agent time")).to_have_count(50)
    await assert_fits(page)
    await assert_readable(page)
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("h1")).to_have_text("All queues")


async def test_a_tv_needs_nothing_but_its_read_token(stage: Stage, open_page: OpenPage) -> None:
    stage.signed_in = False
    page = await wall(open_page, stage, f"#token={TOKEN}")
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("6")
    assert TOKEN not in await page.evaluate("performance.getEntriesByType('resource').map((e) => e.name).join()")


async def test_a_token_that_was_taken_away_is_said_to_be(
    stage: Stage, open_page: OpenPage, complaints: Complaints
) -> None:
    stage.signed_in = False
    page = await wall(open_page, stage, "#token=old")
    await expect(page.locator("h1")).to_have_text("The token is not valid any more")
    await assert_readable(page)
    complaints.expect("WebSocket connection", "401")


async def test_somebody_may_sign_in_on_the_board_with_the_keyboard_alone(
    stage: Stage, open_page: OpenPage, complaints: Complaints
) -> None:
    stage.signed_in = False
    stage.answers["POST /session"] = (
        401,
        {"type": "wrong-password", "title": "No.", "status": 401, "todo": "Try again."},
    )
    page = await wall(open_page, stage)
    await expect(page.locator("input[name=name]")).to_be_focused()
    await page.keyboard.type("8100")
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Name or password is not right.")
    stage.answers["POST /session"] = (200, {"agent": "grace", "name": "Grace Leung", "csrf": "c"})
    stage.signed_in = True
    await page.keyboard.press("Enter")
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("6")
    assert stage.requests[-1] == ("POST /session", {"name": "8100", "password": "wrong"})
    complaints.expect("WebSocket connection", "401")


async def test_before_the_first_snapshot_the_tiles_stand_in_their_places(
    stage: Stage, open_page: OpenPage, complaints: Complaints
) -> None:
    stage.open = False
    page = await open_page(f"{stage.url}/wallboard", **HD)
    await expect(page.locator(".bones-in .figure-name")).to_have_count(5)
    await expect(page.locator(".wall-bar")).to_be_visible()
    await assert_fits(page)
    stage.open = True
    await expect(page.locator(figure(page, "Waiting now"))).to_have_text("6")
    complaints.expect("WebSocket connection")
