"""Who it is and what it is about, on the desk in a real browser: by keys, and only what the agent says."""

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from cti.store.views import PromiseLine
from tests.browser import people, scenes
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.desk import desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_two_are_compared_made_one_and_two_again(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    same = page.locator("#same-person")
    await expect(same).to_contain_text("They wrote +44 7700 900143, which is this customer’s (Mail")
    await page.keyboard.press("Alt+m")
    await page.keyboard.press("Enter")
    await expect(same.locator("table")).to_contain_text("17")
    await assert_readable(page)
    await page.keyboard.press("Escape")
    await expect(same.locator("table")).to_have_count(0)
    await page.keyboard.press("Alt+m")
    await page.keyboard.press("Enter")
    await same.get_by_role("button", name="Yes, make them one").click()
    assert await next_ask(stub, "/customers/k-1/merge") == {"other": "mail:2"}
    await page.locator("#known-by").get_by_role("button", name="Undo").click()
    assert await next_ask(stub, "/merges/3/undo") == {}
    await same.get_by_role("button", name="Another person").first.click()
    assert await next_ask(stub, "/customers/k-1/apart") == {"other": "mail:2"}


async def test_contacts_are_searched_from_the_timeline(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await expect(page.locator(".tl .ev").nth(1)).to_be_visible()
    await page.fill("#find-contacts", "red light")
    await expect(page.locator(".tl")).to_contain_text("Nothing found for “red light”")
    await expect(page.locator(".tl .ev")).to_have_count(0)
    await page.fill("#find-contacts", "")
    await expect(page.locator(".tl .ev").nth(1)).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_a_call_finds_its_case(stub: Stub, open_page: OpenPage, lang: str) -> None:
    page = await desk(open_page, stub, "talking", f"?lang={lang}")
    cases = page.locator(".case")
    await expect(cases.nth(0)).to_contain_text("internet")
    await expect(cases.nth(1)).to_contain_text("Bill too high")
    await assert_fits(page)
    await cases.nth(0).locator(".acts button").nth(0).click()
    assert await next_ask(stub, f"/interactions/{scenes.CALL}/case") == {"case": "4827"}
    await cases.nth(0).locator(".acts button").last.click()
    assert await next_ask(stub, "/cases/4827/close") == {}
    await cases.nth(1).locator(".acts button").click()
    assert (await next_ask(stub, f"/interactions/{scenes.CALL}/case"))["case"] == "4711"


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_a_customer_s_not_solved_is_not_passed_over_by_a_slip(stub: Stub, open_page: OpenPage, lang: str) -> None:
    page = await desk(open_page, stub, "talking", f"?lang={lang}")
    case = page.locator(".case").nth(0)
    await case.locator(".acts button").nth(0).click()
    await next_ask(stub, f"/interactions/{scenes.CALL}/case")
    scene = scenes.scene("wrap")
    assert scene.call is not None
    await stub.show(replace(scene, call=replace(scene.call, judged=False)))
    close = case.locator(".acts button").last
    await close.click()
    await expect(close).to_contain_text({"en": "not", "zh-Hans": "未解决", "zh-Hant": "未解決"}[lang])
    await assert_fits(page)
    await assert_readable(page)
    assert not any(path.endswith("/close") for _, path, _ in stub.asked)
    await close.click()
    assert await next_ask(stub, "/cases/4827/close") == {}


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_a_customer_in_short_and_what_they_wish(stub: Stub, open_page: OpenPage, lang: str) -> None:
    page = await desk(open_page, stub, "talking", f"?lang={lang}")
    short = page.locator("#in-short")
    await expect(short.locator("p").first).to_contain_text("14")
    await expect(short).to_contain_text("9–10")
    await expect(short).to_contain_text("Hard of hearing")
    await short.locator(".hd button").click()
    await short.locator(".wishes select").first.select_option("sms")
    await assert_fits(page)
    await assert_readable(page)
    await short.locator(".wishes .is-main").click()
    wish = await next_ask(stub, "/customers/k-1/wishes")
    assert wish == {"channel": "sms", "never": ["mail"], "begins": 540, "ends": 1080, "note": "Hard of hearing"}
    await short.locator(".tag-row input").fill("VIP")
    await short.locator(".tag-row input").press("Enter")
    assert await next_ask(stub, "/customers/k-1/tags") == {"tag": "VIP"}
    await short.locator(".tag-row button").first.click()
    assert await next_ask(stub, "/customers/k-1/tags/Works nights") == {}
    await page.click("#narrow-contacts")
    await page.locator(".tl-narrow select").nth(2).select_option("false")
    await expect(page.locator(".tl .ev")).to_have_count(0)
    await assert_fits(page)


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_a_case_is_taken_apart_and_put_together_on_its_page(stub: Stub, open_page: OpenPage, lang: str) -> None:
    page = await desk(open_page, stub, "ready", f"?lang={lang}")
    await page.locator("#own-cases button").nth(1).click()
    case = page.locator(".case-page")
    await expect(case).to_contain_text("4711")
    await case.locator("input[type=checkbox]").nth(1).check()
    await case.locator("section .in").fill("The bill")
    await assert_fits(page)
    await assert_readable(page)
    await case.locator("section form button").click()
    split = await next_ask(stub, "/cases/4827/split")
    assert (split["title"], len(split["interactions"])) == ("The bill", 1)  # type: ignore[arg-type]
    await case.locator(".moved button").click()
    assert await next_ask(stub, "/case-moves/5/undo") == {}


HOW = {
    "en": ("Recognised by number, which 3 people share", "Recognised by account number and PIN"),
    "zh-Hans": ("凭号码识别，3 人共用此号码", "凭账号和密码识别"),
    "zh-Hant": ("憑號碼識別，3 人共用此號碼", "憑帳號和密碼識別"),
}


@pytest.mark.parametrize("lang", HOW)
async def test_by_what_a_caller_is_recognised_is_said_and_a_pin_is_set(
    stub: Stub, open_page: OpenPage, lang: str
) -> None:
    page = await desk(open_page, stub, "talking", f"?lang={lang}")
    scene, (by_number, by_pin) = scenes.scene("talking"), HOW[lang]
    assert scene.pop is not None
    await stub.show(replace(scene, pop=replace(scene.pop, shared=3)))
    await expect(page.locator(".whois .meta")).to_contain_text(by_number)
    await assert_fits(page)
    await stub.show(replace(scene, pop=replace(scene.pop, how="pin")))
    await expect(page.locator(".whois .meta")).to_contain_text(by_pin)
    pin = page.locator("form.pin")
    await expect(pin.locator("button").first).to_be_disabled()
    await pin.locator("input").fill("4321")
    await assert_fits(page)
    await assert_readable(page)
    await pin.locator("button").first.click()
    assert await next_ask(stub, "/customers/k-1/pin") == {"pin": "4321"}
    await expect(pin.locator("input")).to_have_value("")
    await pin.locator("button").last.click()
    assert await next_ask(stub, "/customers/k-1/pin") == {}


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_what_was_promised_is_nobodys_surprise(stub: Stub, open_page: OpenPage, lang: str) -> None:
    mine, theirs = people.promised("ana", 12 * scenes.MINUTE), people.promised("bo", -5 * scenes.MINUTE)
    page = await desk(open_page, stub, replace(scenes.scene("ready"), promises=(theirs, mine)), f"?lang={lang}")
    bars = page.locator(".bars .notice")
    await expect(bars).to_have_count(2)
    await expect(bars.nth(0)).to_contain_text("11:")
    await expect(bars.nth(1)).to_contain_text("5:0")
    await expect(page.locator("#overdue-promises")).to_contain_text("send the new bill")
    await assert_fits(page)
    await assert_readable(page)
    await bars.nth(1).locator("button").last.click()
    await expect(bars).to_have_count(1)
    await bars.nth(0).locator("button").last.click()
    await expect(bars).to_have_count(0)
    # Put away while there was time: now there is none.
    await stub.show(replace(stub.view, promises=(theirs, replace(mine, due=scenes.ms(1000)))))
    await expect(bars).to_have_count(1)
    await bars.nth(0).locator("button").first.click()
    assert await next_ask(stub, "/promises/p-ana/end") == {"kept": True}
    # Said by mistake: there is a way back, and it is reminded of again.
    await expect(bars).to_have_count(1)
    await assert_readable(page)
    await page.locator("#undo").click()
    assert await next_ask(stub, "/promises/p-ana/end") == {"kept": None}
    await expect(page.locator("#undo")).to_have_count(0)
    await expect(bars).to_contain_text("send the new bill")


async def test_search_opens_a_case_of_any_customer(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.keyboard.press("/")
    await page.keyboard.type("合同")
    case = page.locator("#found [role=option]").nth(1)
    await expect(case).to_contain_text("合同续约")
    await expect(case).to_contain_text("Open case 4790")
    await expect(case).to_contain_text("Rosa Marini")
    await assert_readable(page)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".case-page h1")).to_be_visible()


async def test_the_day_s_lists_follow_what_happens_elsewhere_and_come_back_with_the_connection(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    stub.unread = {"/kb/hot"}
    complaints.expect("503")
    page = await desk(open_page, stub, "ready")
    promises = page.get_by_label("Your promises").locator("li")
    await expect(promises).to_have_count(2)
    await expect(page.get_by_text("Knowledge base not read")).to_be_visible()
    stub.unread = set()
    await stub.cut()
    await expect(page.get_by_text("Knowledge base not read")).to_have_count(0)
    mine = people.promised("ana", 12 * scenes.MINUTE)
    stub.promises = (PromiseLine(id=mine.id, what=mine.what, due=mine.due, made=mine.made, by=mine.by, case=None),)
    await stub.show(replace(stub.view, promises=(mine,)))
    await expect(promises).to_have_count(1)
    await expect(promises).to_contain_text("send the new bill")


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "A callback: +852 6123 4567 is called when you answer."),
        ("zh-Hans", "回电：您接起后呼叫 +852 6123 4567。"),
        ("zh-Hant", "回電：您接聽後撥打 +852 6123 4567。"),
    ],
)
async def test_a_callback_says_which_number_it_dials_where_that_is_not_the_caller_s(
    stub: Stub, open_page: OpenPage, lang: str, said: str
) -> None:
    shown = replace(scenes.pop(scenes.eleanor()), callback="+852 6123 4567")
    at = scenes.call("ringing", 4_000, 11_000, callback=True)
    page = await desk(open_page, stub, scenes.desk(scenes.me("reserved", 4_000), at, shown), f"?lang={lang}", width=768)
    line = page.locator(".deck p")
    await expect(line).to_have_text(said)
    assert await line.evaluate("it => it.scrollWidth <= it.clientWidth"), "cut"
    await expect(page.locator(".whois .meta")).to_contain_text("+44 7700 900143")
    await expect(page.locator(".whois .meta")).to_contain_text("+852 6123 4567")
    await assert_readable(page)
    over = scenes.call("wrap_up", 4_000, 26_000, callback=True, missed="no_answer")
    await stub.show(scenes.desk(scenes.me("wrap_up", 4_000, until=26_000), over, shown))
    await page.locator(".deck .btn").first.click()
    assert await next_ask(stub, "/calls") == {"number": "+852 6123 4567", "anyway": False}
