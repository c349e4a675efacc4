"""Handing out and erasing one person from the desk, in a real browser: by administrators, on purpose."""

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from cti.core.ids import CustomerId
from cti.web.bodies import Problem
from cti.web.views import DeskView
from tests.browser import people, scenes
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.desk import desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NAME = "Eleanor Whitcombe"


def root(name: str = "not_ready") -> DeskView:
    """A scene of an administrator's."""
    scene = scenes.scene(name)
    return replace(scene, me=replace(scene.me, role="administrator"))


async def open_eleanor(page: Page) -> None:
    await page.fill("#search", "eleanor")
    await page.locator("#found-0").click()
    await expect(page.locator(".whois h1")).to_have_text(NAME)
    await page.fill("#search", "")
    await page.locator("#search").blur()


async def administrators(open_page: OpenPage, stub: Stub, query: str = "", **more: object) -> Page:
    """Eleanor's page on an administrator's desk."""
    page = await desk(open_page, stub, root(), query, **more)
    await open_eleanor(page)
    return page


async def ask_to_erase(page: Page) -> None:
    await page.click("#person-menu")
    await page.locator(".person-menu .menu-item").last.click()
    await expect(page.locator(".erase-sheet")).to_be_visible()


async def test_who_is_no_administrator_sees_nothing_of_it(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "not_ready")
    for role in ("agent", "supervisor"):
        scene = scenes.scene("not_ready")
        await stub.show(replace(scene, me=replace(scene.me, role=role)))
        await open_eleanor(page)
        await expect(page.locator("#person-menu")).to_have_count(0)
        await expect(page.get_by_text("Erase")).to_have_count(0)
    await stub.show(root())
    await expect(page.locator("#person-menu")).to_be_visible()


async def test_everything_is_exported_by_keys(stub: Stub, open_page: OpenPage) -> None:
    page = await administrators(open_page, stub)
    stub.held.add("/customers/k-1/export")
    await page.focus("#person-menu")
    await page.keyboard.press("Enter")
    async with page.expect_download() as saved:
        await page.keyboard.press("Enter")
        await expect(page.locator(".under-way")).to_contain_text("being put together")
        await expect(page.locator("#person-menu")).to_be_focused()
        stub.held.clear()
    file = await saved.value
    assert file.suggested_filename == "customer-k-1.zip"
    assert (await file.path()).read_bytes() == people.EXPORT
    await expect(page.locator(".under-way")).to_contain_text("Exported: 22 B")
    await assert_readable(page)


async def test_an_export_that_fails_says_so_and_is_tried_again(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("503")
    page = await administrators(open_page, stub)
    locked = Problem(type="locked", title="This can't be decrypted.", status=503)
    stub.refused["GET", "/customers/k-1/export"] = locked
    await page.click("#person-menu")
    await page.locator(".person-menu .menu-item").first.click()
    await expect(page.locator(".under-way [role=alert]")).to_contain_text("Nothing was saved. This can't be decrypted.")
    stub.refused.clear()
    async with page.expect_download():
        await page.locator(".under-way").get_by_role("button", name="Try again").click()


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "zh-Hant"])
async def test_what_goes_and_what_stays_is_said_before(stub: Stub, open_page: OpenPage, lang: str) -> None:
    page = await administrators(open_page, stub, f"?lang={lang}")
    await ask_to_erase(page)
    sheet = page.locator(".erase-sheet")
    await expect(sheet).to_be_focused()
    goes, stays = sheet.locator(".erase-list").nth(0), sheet.locator(".erase-list").nth(1)
    await expect(goes.locator("li")).to_have_count(7)
    for counted in ("14", "3"):
        await expect(goes).to_contain_text(counted)
    await expect(stays.locator("li")).to_have_count(5)
    await assert_fits(page)
    await assert_readable(page)
    await page.set_viewport_size({"width": 900, "height": 800})
    await assert_fits(page)


async def test_erasing_takes_typing_the_name_and_ends_on_a_page_of_what_went(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("404")
    page = await administrators(open_page, stub)
    await ask_to_erase(page)
    sheet = page.locator(".erase-sheet")
    go = sheet.get_by_role("button", name="Erase for good")
    async with page.expect_download():
        await sheet.get_by_role("button", name="Export everything").click()
    await expect(sheet).to_contain_text("Exported")
    field = sheet.locator("input")
    await field.fill("Eleanor")
    await expect(go).to_be_disabled()
    await field.press("Enter")
    assert not [one for one in stub.asked if one[0] == "DELETE"]
    await field.fill("eleanor whitcombe")
    await expect(go).to_be_enabled()
    stub.held.add("/customers/k-1")
    await field.press("Enter")
    await expect(sheet.locator("[role=status]")).to_contain_text("They are being erased")
    await expect(sheet.get_by_role("button", name="Close").last).to_be_focused()
    await assert_readable(page)
    assert await next_ask(stub, "/customers/k-1") == {}
    stub.refused["GET", "/customers/k-1"] = Problem(type="no-such-customer", title="None.", status=404)
    await stub.show(replace(root(), erased=(CustomerId("k-1"),)))
    stub.held.clear()
    gone = page.locator("#person-gone")
    await expect(gone.locator("h1")).to_be_focused()
    await expect(gone.locator("h1")).to_have_text("This customer was erased")
    await expect(gone.locator("li")).to_have_count(7)
    await expect(sheet).to_have_count(0)
    await expect(page.locator("body")).not_to_contain_text("Whitcombe")
    await assert_fits(page)
    await assert_readable(page)


async def test_escape_leaves_everything_as_it_is(stub: Stub, open_page: OpenPage) -> None:
    page = await administrators(open_page, stub)
    await page.click("#person-menu")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.locator(".erase-sheet input").fill(NAME)
    await page.keyboard.press("Escape")
    await expect(page.locator(".erase-sheet")).to_have_count(0)
    await expect(page.locator("#person-menu")).to_be_focused()
    await expect(page.locator(".whois h1")).to_have_text(NAME)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator(".person-menu .menu")).to_have_count(0)
    assert not [one for one in stub.asked if one[0] == "DELETE"]


async def test_nobody_is_erased_while_a_call_with_them_goes_on(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("409")
    page = await administrators(open_page, stub)
    talks = Problem(type="still-talking", title="A call with them is under way.", status=409)
    stub.refused["DELETE", "/customers/k-1"] = talks
    await ask_to_erase(page)
    sheet = page.locator(".erase-sheet")
    await sheet.locator("input").fill(NAME)
    await sheet.get_by_role("button", name="Erase for good").click()
    await expect(sheet.locator("[role=alert]")).to_contain_text("They can be erased when it is over")
    await expect(sheet.get_by_role("button", name="Erase for good")).to_be_disabled()
    stub.refused.clear()
    await sheet.get_by_role("button", name="Look again").click()
    await sheet.locator("input").fill(NAME)
    await expect(sheet.get_by_role("button", name="Erase for good")).to_be_enabled()


async def test_who_was_merged_meanwhile_is_looked_at_again(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("409")
    page = await administrators(open_page, stub)
    changed = Problem(type="another-now", title="Who they are has changed.", status=409)
    stub.refused["DELETE", "/customers/k-1"] = changed
    await ask_to_erase(page)
    sheet = page.locator(".erase-sheet")
    await sheet.locator("input").fill(NAME)
    await sheet.get_by_role("button", name="Erase for good").click()
    await expect(sheet.locator("[role=alert]")).to_contain_text("This is what goes now")
    await expect(sheet.locator("input")).to_have_value("")
    await expect(sheet.locator(".erase-list")).to_have_count(2)


async def test_where_no_answer_comes_nothing_is_claimed(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.expect("ERR_", "Failed to load")
    page = await administrators(open_page, stub)
    await ask_to_erase(page)
    await page.route("**/api/v1/customers/k-1?mark=*", lambda route: route.abort())
    sheet = page.locator(".erase-sheet")
    await sheet.locator("input").fill(NAME)
    await sheet.get_by_role("button", name="Erase for good").click()
    await expect(sheet.locator("[role=alert]")).to_contain_text("Whether they are erased is not known yet")
    await assert_readable(page)
    none = Problem(type="no-such-customer", title="None.", status=404)
    for path in ("/customers/k-1/erasure", "/customers/k-1"):
        stub.refused["GET", path] = none
    complaints.expect("ERR_", "Failed to load", "404")
    await sheet.get_by_role("button", name="Look again").click()
    await expect(page.locator("#person-gone")).to_be_visible()


async def test_another_desk_that_shows_them_is_told(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "not_ready")
    await open_eleanor(page)
    await expect(page.locator("#known-by")).to_be_visible()
    await stub.show(replace(scenes.scene("not_ready"), erased=(CustomerId("k-1"),)))
    await expect(page.locator("#person-gone h1")).to_have_text("This customer was erased")
    for card in ("#known-by", "#same-person", "#in-short"):
        await expect(page.locator(card)).to_have_count(0)
    await assert_readable(page)


async def test_a_ring_closes_the_sheet(stub: Stub, open_page: OpenPage) -> None:
    page = await administrators(open_page, stub)
    await ask_to_erase(page)
    await stub.show(root("ringing"))
    await expect(page.locator(".erase-sheet")).to_have_count(0)
