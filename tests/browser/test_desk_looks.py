"""The desk's looks in a real browser: every state fits and is readable, in three languages."""

import re
from pathlib import Path

import pytest
from msgspec import structs
from playwright.async_api import expect

from tests.browser import scenes
from tests.browser.conftest import OpenPage
from tests.browser.desk import COVERED, DECK, desk
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NO_PAGE_SCROLL = """() => {
  const page = document.scrollingElement;
  return page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth;
}"""

TEXTS = """() => {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) found.add(walker.currentNode.textContent.trim());
  for (const it of document.querySelectorAll("[aria-label], [placeholder]")) {
    found.add(it.getAttribute("aria-label"));
    found.add(it.getAttribute("placeholder"));
  }
  return [...found].filter(Boolean);
}"""

CUT = """() => [...document.querySelectorAll(".deck .cut, .deck .clamp, .whois .cut, .whois .meta, .came-of button")]
  .filter((it) => it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)
  .map((it) => it.textContent)"""
"""What the deck says, who calls and what came of it, where the words have no room."""


MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running" && one.effect.getTiming().duration > 0).length"""


STATES = (
    "ready",
    "not_ready",
    "rona",
    "offered",
    "ringing",
    "ringing_unknown",
    "ringing_withheld",
    "ringing_given",
    "given",
    "given_away",
    "dialling",
    "busy",
    "parked",
    "others_parked",
    "talking",
    "held",
    "wrap",
)


@pytest.mark.parametrize("state", STATES)
async def test_every_state_fits_small_and_large_screens_and_a_tablet(
    stub: Stub, open_page: OpenPage, state: str
) -> None:
    page = await desk(open_page, stub, state, width=1280, height=720)
    for width, height in ((1280, 720), (1280, 800), (1024, 768), (820, 1180), (768, 1024), (1920, 1080)):
        await page.set_viewport_size({"width": width, "height": height})
        await assert_fits(page)
        assert await page.evaluate(NO_PAGE_SCROLL), f"{state} scrolls at {width} x {height}"
        assert await page.evaluate(DECK) == [40, 76]
        assert await page.evaluate(COVERED) == []


async def test_on_an_upright_tablet_no_words_of_the_call_are_cut(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready", width=768, height=1024)

    async def nothing_cut() -> None:
        for width, height in ((820, 1180), (768, 1024)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate(CUT) == []

    await expect(page.locator(".deck h2")).to_have_text("Line open")
    await stub.show("ringing")
    await expect(page.locator(".main h1")).to_have_text("Eleanor Whitcombe")
    await nothing_cut()
    await stub.line.ring(scenes.OFFER, auto=True)
    await stub.line.until("answered")
    await stub.show("talking")
    await expect(page.locator("#key-hold")).to_be_enabled()
    await expect(page.locator(".line")).to_contain_text("Eleanor Whitcombe")
    await nothing_cut()
    await expect(page.locator(".levels")).to_be_hidden()
    await expect(page.locator("#park")).to_be_in_viewport(ratio=1)
    await stub.show("wrap")
    await expect(page.locator(".line")).to_contain_text("pressed 1, yes")
    await nothing_cut()


KEYS_CUT = """() => [...document.querySelectorAll(".key span")]
  .filter((it) => it.getClientRects()[0] && it.offsetHeight > 18)
  .map((it) => it.textContent)"""
"""Words of the keys that take two lines, over what stands below."""


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
async def test_who_asks_a_colleague_reads_with_whom_they_talk(stub: Stub, open_page: OpenPage, lang: str) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready", f"?lang={lang}")
    await stub.show("ringing")
    await expect(page.locator(".main h1")).to_have_text("Eleanor Whitcombe")
    await stub.line.ring(scenes.OFFER, auto=True)
    await stub.line.until("answered")
    for state in ("asking", "speaking", "conference", "alone"):
        await stub.show(state)
        await expect(page.locator("#consult h2")).not_to_be_empty()
        await expect(page.locator("#consult-join")).to_have_count(1 if state == "speaking" else 0)
        for width, height in ((1280, 800), (1024, 768), (768, 1024)):
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate(CUT) == [], f"{state} at {width}"
            assert await page.evaluate(KEYS_CUT) == [], f"{state} at {width}"
            assert await page.evaluate(DECK) == [40, 76]


@pytest.mark.parametrize(("lang", "dark"), [("en", True), ("en", False), ("zh-Hans", True), ("zh-Hant", False)])
async def test_words_are_readable_and_of_the_language(stub: Stub, open_page: OpenPage, lang: str, dark: bool) -> None:
    page = await desk(open_page, stub, "ready", f"?lang={lang}", dark=dark)
    english = english_texts()
    for state in ("ready", "rona", "offered", "ringing", "dialling", "held", "wrap", "parked", "busy"):
        await stub.show(state)
        await expect(page.locator(".deck")).to_have_class(re.compile(deck_class(state)))
        for width, height in ((768, 1024), (820, 1180), (1280, 800)):
            await page.set_viewport_size({"width": width, "height": height})
            await assert_readable(page)
        texts = set(await page.evaluate(TEXTS))
        assert "undefined" not in " ".join(texts)
        if lang != "en":
            assert texts & english == set()
    assert await page.get_attribute("html", "lang") == lang


def deck_class(state: str) -> str:
    return {
        "rona": "is-not_ready",
        "dialling": "is-ringing",
        "busy": "is-wrap_up",
        "held": "is-talking",
        "wrap": "is-wrap_up",
        "parked": "is-wrap_up",
    }.get(state, f"is-{state}")


def english_texts() -> set[str]:
    """The desk's English words, out of the file that holds them (plain texts only)."""
    folder = Path(__file__).parents[2] / "agent_desktop" / "src" / "desk" / "words"
    work, _, _ = (folder / "work.ts").read_text(encoding="utf-8").partition("const zhHans")
    source = (folder / "en.ts").read_text(encoding="utf-8") + work
    found = set(re.findall(r': "((?:[^"\\]|\\.){4,})"', source))
    return found - {"SMS", "Mail"}


async def test_with_reduced_motion_nothing_moves(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ringing", reduced_motion="reduce")
    assert await page.evaluate(MOVING) == 0


STATE_WORDS_CUT = """() => [".pick b", ".here li > *", ".notice > *", ".rows .sub", ".row-btn .cut"]
  .flatMap((those) => [...document.querySelectorAll(those)])
  .filter((it) => it.getClientRects()[0] && !it.closest(".vh, svg"))
  .filter((it) => it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== "inline"
    || it.getBoundingClientRect().right > it.parentElement.getBoundingClientRect().right + 1)
  .map((it) => it.textContent)"""
"""States, one's own and others', bars and lists without room for their words."""


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_on_an_upright_tablet_no_word_of_a_state_is_cut(
    stub: Stub, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    away = ("rona", "away", "declined", "unreachable", "desk_lost", "lunch")
    colleagues = tuple(
        structs.replace(tile, state="not_ready", reason=reason, since=scenes.ms(11 * scenes.HOUR))
        for tile, reason in zip(scenes.tiles(), ("lunch", *away), strict=True)
    )
    monkeypatch.setattr(scenes, "tiles", lambda: colleagues)
    page = await desk(open_page, stub, "ready", f"?lang={lang}", width=768, height=1024)
    await expect(page.locator(".here li")).to_have_count(6)
    notice = scenes.scene("rona").notices[0]
    kinds = ("rona", "unreachable", "silent", "call_lost", "phone_dead", "consult_caller_gone", "recording_failed")
    notices = tuple(structs.replace(notice, id=kind, kind=kind) for kind in kinds)
    for width in (768, 820, 1024):
        await page.set_viewport_size({"width": width, "height": 1024})
        for reason in away:
            await stub.show(scenes.desk(scenes.me("not_ready", 11 * scenes.HOUR, reason), notices=notices))
            await expect(page.locator(".pick time")).to_contain_text("11:00:")
            assert await page.evaluate(STATE_WORDS_CUT) == [], f"{reason} at {width}"
            assert await page.evaluate(DECK) == [40, 76]
        for state in ("ready", "offered", "ringing", "dialling", "talking", "held", "wrap"):
            await stub.show(state)
            await expect(page.locator(".deck")).to_have_class(re.compile(deck_class(state)))
            assert await page.evaluate(STATE_WORDS_CUT) == [], f"{state} at {width}"
