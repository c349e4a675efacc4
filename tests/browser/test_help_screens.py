"""The help site in a real browser: searching, reading, judging, and calling from the page."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.boards import HOT, SITE, Stage, help_site
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.exchange import PEER
from tests.browser.looks import assert_big_enough, assert_fits, assert_readable

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LANGUAGES = {"en": "What can we solve for you?", "zh-Hans": "有什么可以帮您？", "zh-Hant": "有甚麼可以幫到您？"}
PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(loop_scope="module")
async def stage(chromium: Browser) -> AsyncIterator[Stage]:
    """The help site, and an exchange whose voice is a second page."""
    async with Stage() as stage:
        help_site(stage)
        context = await chromium.new_context()
        other = await context.new_page()
        await other.goto(f"{stage.url}/wallboard")

        async def answer(offer: str) -> str:
            return str(await other.evaluate(PEER, offer))

        stage.exchange.answer = answer
        yield stage
        await context.close()


async def home(open_page: OpenPage, stage: Stage, query: str = "?lang=en", **more: int) -> Page:
    page = await open_page(stage.url + "/" + query, **more)
    await page.wait_for_selector(".answers, .alone-page .article")
    await page.wait_for_selector(".person .way")
    return page


def told(stage: Stage, path: str) -> list[dict[str, object]]:
    return [body for asked, body in stage.requests if asked == f"POST {path}"]


@pytest.mark.parametrize(
    ("width", "lang", "theme"),
    [
        (1280, "en", "light"),
        (1280, "zh-Hans", "dark"),
        (1280, "zh-Hant", "light"),
        (390, "en", "dark"),
        (390, "zh-Hans", "light"),
        (390, "zh-Hant", "dark"),
    ],
)
async def test_it_fits_and_is_readable(stage: Stage, open_page: OpenPage, lang: str, theme: str, width: int) -> None:
    page = await home(open_page, stage, f"?lang={lang}&theme={theme}", width=width, height=844)
    assert await page.get_attribute("html", "lang") == lang
    await expect(page.locator("h1")).to_have_text(LANGUAGES[lang])
    await expect(page.locator(".answers > li")).to_have_count(len(HOT))
    await page.locator("summary").first.click()
    await expect(page.locator(".judge .btn").first).to_be_visible()
    await assert_fits(page)
    await assert_readable(page)
    await assert_big_enough(page, 44)


async def test_the_language_switch_changes_page_and_answers(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await expect(page).to_have_title("Help · Harbour Broadband")
    await page.get_by_role("button", name="繁體中文").click()
    await expect(page.locator("h1")).to_have_text(LANGUAGES["zh-Hant"])
    await expect(page.locator("summary b").first).to_have_text("停電或打雷後亮紅燈")
    await expect(page).to_have_title("幫助 · 海港寬頻")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")  # the address still says so
    await page.goto(stage.url + "/")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


async def test_an_answer_stands_in_place_while_one_types(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await page.keyboard.press("/")
    await page.keyboard.type("red light")
    await expect(page.locator("details[open] summary b")).to_have_text("Red light after a power cut or storm")
    await expect(page.locator("details[open] ol li").nth(1)).to_contain_text("Unplug its power")
    await expect(page.locator("details[open] strong").first).to_have_text("its power")
    assert "#q=red%20light" in page.url
    await page.keyboard.press("Escape")
    await expect(page.locator("h2").first).to_have_text("Asked most")


async def test_what_stays_in_the_field_is_told_once_and_what_was_typed_on_the_way_is_not(
    stage: Stage, open_page: OpenPage
) -> None:
    page = await home(open_page, stage)
    await page.locator("input").press_sequentially("red light", delay=5)
    await page.keyboard.press("Enter")
    await expect(page.locator("h2").first).to_contain_text("answers")
    await page.locator("summary").nth(1).click()
    await until(lambda: asyncio.sleep(0, told(stage, "/visits/search")), "the search is told")
    [search] = told(stage, "/visits/search")
    assert search == {"visitor": search["visitor"], "q": "red light", "lang": "en"}
    assert len(str(search["visitor"])) == 32


async def test_nothing_found_is_said_and_noted(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await page.fill("input", "my cat ate the cable")
    await expect(page.locator(".nothing h2")).to_have_text("Nothing found for “my cat ate the cable”")
    await expect(page.locator(".nothing")).not_to_contain_text("noted")
    await page.keyboard.press("Enter")
    await expect(page.locator(".nothing")).to_contain_text("We have noted that this answer is missing.")
    assert [body["q"] for body in told(stage, "/visits/search")] == ["my cat ate the cable"]
    await expect(page.locator(".nothing .btn")).to_have_text("Call from this page")
    await expect(page.locator(".perhaps")).to_have_text("Perhaps one of these")
    await assert_fits(page)
    await assert_readable(page)


async def test_it_claims_no_note_that_was_not_taken(stage: Stage, open_page: OpenPage, complaints: Complaints) -> None:
    del stage.answers["POST /visits/search"]
    page = await home(open_page, stage)
    await page.fill("input", "my cat ate the cable")
    await page.keyboard.press("Enter")
    await expect(page.locator(".nothing p")).to_have_text("Try other words, or ask a person.")
    await page.wait_for_timeout(200)
    await expect(page.locator(".nothing")).not_to_contain_text("noted")
    complaints.expect("404")


async def test_words_of_another_are_never_markup(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage, "?lang=en#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%20xqzw")
    await expect(page.locator(".nothing h2")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator(".nothing img").count() == 0


async def test_solved_or_not_are_two_choices(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await page.locator("summary").first.click()
    await page.get_by_role("button", name="Yes, solved").click()
    await expect(page.locator(".judge").first).to_have_text("Good to know, thank you.")
    await page.locator("summary").nth(1).click()
    await page.locator(".answers > li").nth(1).get_by_role("button", name="No", exact=True).click()
    await expect(page.locator(".judge").nth(1)).to_contain_text("Ask a person:")
    judgements = told(stage, "/visits/judgement")
    assert [(j["article"], j["solved"]) for j in judgements] == [(HOT[0], True), (HOT[1], False)]


async def test_an_answer_has_an_address_of_its_own(stage: Stage, open_page: OpenPage, complaints: Complaints) -> None:
    page = await home(open_page, stage, "?lang=zh-Hant#a=red-light")
    await expect(page.locator("h1")).to_have_text("停電或打雷後亮紅燈")
    await expect(page.locator(".person .way").first).to_be_visible()
    await assert_fits(page)
    await page.locator(".back").click()
    await expect(page.locator("h1")).to_have_text(LANGUAGES["zh-Hant"])
    await page.goto(f"{stage.url}/?lang=en#a=no-such")
    await page.reload()
    await expect(page.locator(".alone-page")).to_contain_text("There is no such answer")
    complaints.expect("404")


async def test_ways_to_a_person_are_those_that_exist(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await expect(page.locator(".way b")).to_have_text(["Call from this page", "2800 0000", "2800 0001"])
    await expect(page.locator(".fine")).to_contain_text("Open today 07:00 to 23:00. There is no chat or mail here yet")
    assert await page.locator(".way").nth(1).get_attribute("href") == "tel:28000000"


async def test_a_closed_site_without_guest_calls_says_both(stage: Stage, open_page: OpenPage) -> None:
    stage.answers["/site"] = (200, msgspec.structs.replace(SITE, open=False, open_hours={}, guest_calls=False))
    page = await home(open_page, stage, "?lang=en", **PHONE)
    await expect(page.locator(".way").first).to_be_disabled()
    await expect(page.locator(".way").first).to_contain_text("not possible at the moment")
    await expect(page.locator(".way").nth(1)).to_contain_text("closed now")
    await expect(page.locator(".reach button")).to_be_disabled()
    await expect(page.locator(".reach a")).to_contain_text("closed now")


async def test_a_server_that_is_away_is_said_to_be(stage: Stage, open_page: OpenPage, complaints: Complaints) -> None:
    for path in ("/site", "/kb/hot", "/kb/search"):
        stage.answers[path] = (503, {"type": "away", "title": "Away.", "status": 503})
    page = await open_page(f"{stage.url}/?lang=en")
    await expect(page.locator(".person .fine")).to_contain_text("The server does not answer")
    await expect(page.locator(".found .panel")).to_contain_text("The server does not answer")
    await page.fill("input", "red light")
    await expect(page.locator(".found .panel")).to_contain_text("The search did not answer")
    help_site(stage)
    await page.get_by_role("button", name="Read again").click()
    await expect(page.locator("details[open] summary b")).to_have_text("Red light after a power cut or storm")
    complaints.expect("503")


# --- the call


HOOKS = """() => {
  window.sent = [];
  window.connections = [];
  const insert = RTCDTMFSender.prototype.insertDTMF;
  RTCDTMFSender.prototype.insertDTMF = function (...of) {
    this.ontonechange = ({ tone }) => tone && window.sent.push(tone);
    return insert.apply(this, of);
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...with_) {
      super(...with_);
      window.connections.push(this);
    }
  };
}"""
"""Lets a test see the keys that go out as telephone events, and the connections."""

RECEIVES = """async () => {
  const stats = await (window.peer ?? window.connections[0]).getStats();
  return [...stats.values()].some((it) => it.type === "inbound-rtp" && it.packetsReceived > 20);
}"""


async def until(check: Callable[[], Awaitable[object]], what: str) -> None:
    """Returns once `check` says yes; fails with `what` after ten seconds."""
    end = time.monotonic() + 10
    while not await check():
        assert time.monotonic() < end, f"not within 10 s: {what}"
        await asyncio.sleep(0.05)


async def heard(stage: Stage, method: str) -> None:
    await until(lambda: asyncio.sleep(0, method in stage.exchange.heard), f"{method} reaches the exchange")


async def given_back(stage: Stage) -> None:
    await until(lambda: asyncio.sleep(0, stage.requests[-1][0] == "DELETE /guest/call"), "the line is given back")


async def call(page: Page) -> None:
    await page.locator(".reach button" if await page.locator(".reach button").is_visible() else ".way").first.click()


@pytest.mark.parametrize(("query", "size"), [("?lang=en&theme=light", {}), ("?lang=zh-Hant&theme=dark", PHONE)])
async def test_a_call_from_the_page(stage: Stage, open_page: OpenPage, query: str, size: dict[str, int]) -> None:
    page = await home(open_page, stage, query, **size)
    await page.evaluate(HOOKS)
    stage.exchange.hold_back = True
    await page.fill("input", "red light")
    await expect(page.locator("h2").first).not_to_be_empty()
    await call(page)
    await expect(page.locator(".call .st-ringing")).to_be_visible()
    await heard(stage, "INVITE")
    [meant], [borrowed] = told(stage, "/visits/search"), told(stage, "/guest/call")
    assert (meant["q"], borrowed["visitor"]) == ("red light", meant["visitor"]), "the agent can see what was searched"
    await assert_fits(page)
    await page.locator(".call .hang").click()
    await heard(stage, "CANCEL")
    await expect(page.locator(".call .st-notready")).to_be_visible()

    stage.exchange.hold_back = False
    await page.locator(".call .is-main").click()
    await expect(page.locator(".keypad")).to_be_visible()
    await assert_fits(page)
    await assert_readable(page)
    await assert_big_enough(page, 44)
    await page.locator(".key").nth(0).click()
    await page.keyboard.press("3")
    await page.keyboard.press("#")
    await expect(page.locator(".keypad output")).to_have_text("13#")
    await until(lambda: page.evaluate("window.sent.join('') === '13#'"), "the keys go out as telephone events")
    mute = page.locator(".call footer .btn").first
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "false")

    await page.keyboard.press("Escape")
    await expect(page.locator(".call-pill time")).to_be_visible()
    await assert_readable(page)
    await page.locator(".call-pill .open").click()
    await page.locator(".call .hang").click()
    await heard(stage, "BYE")
    await given_back(stage)
    await page.locator(".call header button").click()
    await expect(page.locator(".call")).to_have_count(0)


async def test_voice_goes_both_ways(stage: Stage, open_page: OpenPage, chromium: Browser) -> None:
    page = await home(open_page, stage)
    await page.evaluate(HOOKS)
    await call(page)
    await expect(page.locator(".keypad")).to_be_visible()
    other = chromium.contexts[0].pages[0]
    await until(lambda: other.evaluate(RECEIVES), "the hotline hears the visitor")
    await until(lambda: page.evaluate(RECEIVES), "the visitor hears the hotline")


async def test_the_hotline_hangs_up(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await call(page)
    await expect(page.locator(".keypad")).to_be_visible()
    await stage.exchange.hang_up()
    await expect(page.locator(".call .said b")).to_have_text("The call has ended")
    await expect(page.locator(".call .said")).to_contain_text("It lasted 0:0")


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (429, "called-often", "You have called often just now"),
        (429, "no-line", "All lines for calls from the page are taken"),
        (503, "no-asterisk", "Calls from the page do not work at the moment"),
        (500, "internal", "The call did not come about"),
    ],
)
async def test_a_line_that_is_refused(
    stage: Stage, open_page: OpenPage, complaints: Complaints, status: int, problem: str, words: str
) -> None:
    stage.answers["POST /guest/call"] = (status, {"type": problem, "title": "No.", "status": status, "todo": "Wait."})
    page = await home(open_page, stage)
    await call(page)
    await expect(page.locator(".call .said b")).to_have_text(words)
    await expect(page.locator(".call .dial")).to_contain_text("2800 0000")
    await assert_fits(page)
    await assert_readable(page)
    complaints.expect(str(status))


async def test_a_busy_exchange(stage: Stage, open_page: OpenPage) -> None:
    stage.exchange.status = 486
    page = await home(open_page, stage)
    await call(page)
    await expect(page.locator(".call .said b")).to_have_text("All lines for calls from the page are taken")
    await given_back(stage)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NotAllowedError", "Nobody can hear you yet"),
        ("NotFoundError", "There is no microphone"),
        ("NotReadableError", "Another program has the microphone"),
    ],
)
async def test_a_microphone_that_is_kept(stage: Stage, open_page: OpenPage, name: str, words: str) -> None:
    page = await home(open_page, stage)
    await page.evaluate(
        "(name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name)); }", name
    )
    await call(page)
    await expect(page.locator(".call .said b")).to_have_text(words)
    assert not told(stage, "/guest/call"), "no line is borrowed for nothing"
    await assert_readable(page)


async def test_an_address_that_is_not_secure(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await page.evaluate("() => Object.defineProperty(window, 'isSecureContext', { value: false })")
    await call(page)
    await expect(page.locator(".call .said b")).to_have_text("This address cannot use the microphone")


async def test_all_by_keyboard(stage: Stage, open_page: OpenPage) -> None:
    page = await home(open_page, stage)
    await page.locator(".brand").focus()
    seen: list[str] = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        text = await page.evaluate(
            "document.activeElement.ariaLabel || document.activeElement.textContent.trim().slice(0, 30)"
        )
        seen.append(text)
        ring = await page.evaluate(
            """() => getComputedStyle(document.activeElement).outlineStyle !== "none"
               || document.activeElement.matches(".ask input")"""
        )
        assert ring, f"no focus to be seen on {text}"
        if text.startswith("2800 0001"):
            break
    assert seen.index("Search") < next(i for i, text in enumerate(seen) if text.startswith("Call from this page"))
    await page.locator("summary").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("details[open] .judge")).to_be_visible()
