"""Mails are read on the desk, in full: the newest open, what was quoted folded away, attachments to be saved."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from cti.core.ids import Ms
from cti.ingest.report import ReadAgain
from tests.browser import letters, scenes
from tests.browser.conftest import OpenPage
from tests.browser.desk import desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SAID = {
    "en": ("Read the mails", "Quoted text and signature", "Automatic reply"),
    "zh-Hans": ("阅读邮件", "引用的内容和签名", "自动回复"),
    "zh-Hant": ("閱讀郵件", "引用的內容和簽名", "自動回覆"),
}


@pytest.mark.parametrize("lang", SAID)
async def test_a_thread_is_read_in_the_timeline(stub: Stub, open_page: OpenPage, lang: str) -> None:
    read, quoted, auto = SAID[lang]
    page = await desk(open_page, stub, "talking", f"?lang={lang}", accept_downloads=True)
    thread = page.locator(".mails")
    await expect(thread).to_have_count(1)
    await thread.get_by_text(read).focus()
    await page.keyboard.press("Enter")
    mails = thread.locator("> .mail")
    await expect(mails).to_have_count(4)
    newest = mails.nth(0)
    await expect(newest.locator("> .words")).to_contain_text("It worked for two hours <b>only</b>.")
    await expect(newest.get_by_text("> Reset it.")).to_be_hidden()
    await newest.get_by_text(quoted).click()
    await expect(newest.get_by_text("> Reset it.")).to_be_visible()
    await expect(mails.nth(1)).to_contain_text(auto)
    await expect(mails.nth(1).locator(".words")).to_be_hidden()
    await expect(mails.nth(2)).to_contain_text("Bo Tan")
    await assert_fits(page)
    await assert_readable(page)


async def test_an_attachment_is_saved_under_its_name(stub: Stub, open_page: OpenPage, tmp_path: Path) -> None:
    page = await desk(open_page, stub, "talking", accept_downloads=True)
    await page.locator(".mails > summary").click()
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="灯 lights.png").click()
    saved = await begun.value
    assert saved.suggested_filename == "灯 lights.png"
    await saved.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_bytes() == letters.DRAWING
    await expect(page.get_by_role("link", name="2.4 MB")).to_be_visible()


async def test_words_that_do_not_fit_open_where_they_stand(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    words = page.locator(".fold > summary", has_text="I was told it would work")
    await words.focus()
    await page.keyboard.press("Enter")
    await expect(words).to_have_css("white-space-collapse", "preserve")
    await assert_fits(page)


async def test_all_that_holds_the_words_can_be_reached(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.fill("#find-contacts", "storm")
    found, older = page.locator(".tl .ev"), page.locator(".tl-more")
    for so_far in (2, 4):
        await expect(found).to_have_count(so_far)
        await older.click()
    await expect(found).to_have_count(6)
    await expect(older).to_have_count(0)
    await page.fill("#find-contacts", "red light")
    await expect(page.locator(".tl")).to_contain_text("Nothing found for “red light”")


async def test_the_mails_of_a_case_are_read_on_its_page(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.locator("#own-cases button").nth(1).click()
    await page.locator(".case-page .mails > summary").first.click()
    await expect(page.locator(".case-page .mail").first).to_contain_text("It worked for two hours")
    await assert_fits(page)


ASIDE = {
    "en": ("A person wrote this", "What could not be read", "1 could be read now, 2 still can’t."),
    "zh-Hans": ("这是人写的", "无法读取的内容", "现在读取了 1 项，仍有 2 项无法读取。"),
    "zh-Hant": ("這是人寫的", "無法讀取的內容", "現在讀取了 1 項，仍有 2 項無法讀取。"),
}
COUNTED = {
    "en": ("2 of 3", "3 in all", "2 of 3 tried"),
    "zh-Hans": ("已显示 2 项，共 3 项", "共 3 项", "已尝试 2 / 3 项"),
    "zh-Hant": ("已顯示 2 項，共 3 項", "共 3 項", "已嘗試 2 / 3 項"),
}


@pytest.mark.parametrize("lang", ASIDE)
async def test_what_was_set_aside_is_looked_through(stub: Stub, open_page: OpenPage, lang: str) -> None:
    person, unread, read = ASIDE[lang]
    some, every, tried = COUNTED[lang]
    scene = scenes.scene("ready")
    page = await desk(open_page, stub, replace(scene, me=replace(scene.me, role="administrator")), f"?lang={lang}")
    await page.click("#self")
    await page.click("#open-aside")
    aside = page.locator("#aside-page")
    await expect(aside.locator("#unread")).to_contain_text(unread)
    await expect(aside.locator("#unread li")).to_have_count(2)
    await expect(aside.locator("#unread .count-all")).to_have_text(some)
    await assert_fits(page)
    await assert_readable(page)
    await page.focus("#more-unread")
    await page.keyboard.press("Enter")
    await expect(aside.locator("#unread li")).to_have_count(3)
    await expect(aside.locator("#unread .count-all")).to_have_text(every)
    await expect(aside.locator("#unread li").nth(2).locator("a")).to_be_focused()
    await expect(page.locator("#more-unread")).to_have_count(0)
    again = aside.locator("#unread button").first
    await again.click()
    assert await next_ask(stub, "/unread/again") == {}
    # Whoever looks meanwhile, or comes back, sees that it runs, and begins no second.
    await expect(aside.locator("#unread")).to_contain_text(tried)
    await expect(again).to_be_disabled()
    await page.reload()
    await page.click("#self")
    await page.click("#open-aside")
    await expect(aside.locator("#unread")).to_contain_text(tried)
    await expect(again).to_be_disabled()
    stub.again = replace(stub.again, running=False, ended=stub.again.begun, of=3, read=1, kept=2)
    await expect(aside.get_by_role("status")).to_have_text(read)
    await expect(again).to_be_enabled()
    await assert_fits(page)
    forget = aside.locator("#unread li").nth(1).locator("button")
    await forget.click()
    assert not any(path == "/unread/8" for _, path, _ in stub.asked)
    await forget.click()
    assert await next_ask(stub, "/unread/8") == {}
    letter = aside.locator(".mail").nth(1)
    await expect(letter.locator("summary").first).to_contain_text("Still no connection upstairs")
    await letter.locator("summary").first.click()
    await expect(letter).to_contain_text("No light since the storm.")
    await assert_fits(page)
    await letter.get_by_role("button", name=person).click()
    assert await next_ask(stub, "/mails/1/person") == {}
    await expect(aside.locator(".mail")).to_have_count(1)


async def test_why_it_could_not_be_read_again_is_shown(stub: Stub, open_page: OpenPage) -> None:
    why = "it is being read again already: wait until that is done"
    stub.again = ReadAgain(begun=Ms(scenes.now()), ended=Ms(scenes.now()), failed=why)
    scene = scenes.scene("ready")
    page = await desk(open_page, stub, replace(scene, me=replace(scene.me, role="administrator")))
    await page.click("#self")
    await page.click("#open-aside")
    await expect(page.locator("#unread").get_by_role("status")).to_have_text(f"It could not be read again: {why}")
    await assert_fits(page)


async def test_only_who_may_sees_what_could_not_be_read(stub: Stub, open_page: OpenPage) -> None:
    scene = scenes.scene("ready")
    page = await desk(open_page, stub, replace(scene, me=replace(scene.me, role="supervisor")))
    await page.click("#self")
    await page.click("#open-aside")
    await expect(page.locator("#aside-page .mail")).to_have_count(2)
    await expect(page.locator("#unread")).to_have_count(0)
    await stub.show(scene)
    await page.click("#self")
    await expect(page.locator("#self-password")).to_be_visible()
    await expect(page.locator("#open-aside")).to_have_count(0)


async def test_an_agent_finds_a_letter_of_the_caller_that_was_taken_for_spam(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.click("#narrow-contacts")
    await page.get_by_role("button", name="Mails set aside").click()
    letter = page.locator(".tl-aside .mail").nth(1)
    await expect(letter).to_contain_text("Spam")
    await letter.locator("summary").first.click()
    await assert_fits(page)
    await letter.get_by_role("button", name="A person wrote this").click()
    assert await next_ask(stub, "/mails/1/person") == {}
