"""The desk in a real browser: every state fits and reads in three languages, and the keys do what they say."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from playwright.async_api import expect

from tests.browser import scenes
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.desk import CHECKED, COVERED, DECK, desk, next_ask
from tests.browser.looks import assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


TONES = """() => {
  const send = RTCDTMFSender.prototype.insertDTMF;
  window.tones = "";
  RTCDTMFSender.prototype.insertDTMF = function (tones, ...more) {
    window.tones += tones;
    return send.call(this, tones, ...more);
  };
}"""
"""Note the keys that leave in the voice (RFC 4733)."""
TYPED = """async (keys) => {
  for (const key of keys) {
    const options = { key, code: key, bubbles: true, cancelable: true };
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", options));
    await new Promise((next) => setTimeout(next));
  }
}"""
"""Keys one after the other, before anything can be painted."""


async def test_a_call_from_the_page_is_called_so_and_shows_what_was_searched_in_vain(
    stub: Stub, open_page: OpenPage
) -> None:
    page = await desk(open_page, stub, "ringing_page")
    await expect(page.locator("h1")).to_have_text("Call from the web page")
    await expect(page.locator(".why")).to_contain_text("router moved house")
    await expect(page.locator(".main")).not_to_contain_text("Nobody known by this number")


async def test_signing_in_says_what_is_wrong_and_then_checks_the_sound(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    stub.signed_in = False
    page = await open_page(f"{stub.url}/desk")
    await page.fill("input[name=name]", "8001")
    await page.fill("input[name=password]", "wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Work number and password do not belong together.")
    await page.fill("input[name=password]", "right")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Check your sound")).to_be_visible()
    await expect(page.locator("#check-ready")).to_be_disabled()
    complaints.expect("401")


async def test_ready_opens_when_the_voice_came_back_and_both_sounds_were_heard(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await open_page(f"{stub.url}/desk")
    await page.click("#test-headset")
    await page.click("#heard-headset")
    await page.click("#test-bell")
    await page.click("#heard-bell")
    await expect(page.get_by_role("heading", name="You are heard")).to_be_visible(timeout=15_000)
    await expect(page.get_by_role("heading", name="Your sound is good")).to_be_visible()
    await page.keyboard.press("Enter")
    assert await next_ask(stub, "/agent/state") == {"state": "ready"}
    await expect(page.locator(".desk")).to_be_visible()


async def test_without_a_microphone_the_check_says_what_to_do(stub: Stub, open_page: OpenPage) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'))"
    )
    await page.goto(f"{stub.url}/desk")
    await expect(page.get_by_role("heading", name="Nobody can hear you yet")).to_be_visible()
    await expect(page.locator(".proof")).to_contain_text("No microphone is plugged in")
    await page.click("#without-calls")
    await expect(page.locator(".deck")).to_contain_text("Check your sound first")


async def test_a_call_is_answered_held_muted_and_hung_up_by_keys_alone(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready")
    await expect(page.locator(".deck h2")).to_have_text("Line open")
    await stub.show("ringing")
    call = await stub.line.ring(scenes.OFFER)
    await expect(page.locator("#key-answer")).to_be_enabled()
    await page.keyboard.press("F2")
    await stub.line.until("answered")
    await stub.show("talking")
    await expect(page.locator("#key-hold")).to_be_enabled()
    await page.wait_for_function("async () => ((await hotlineStats())?.packetsReceived ?? 0) > 20")
    await page.keyboard.press("F4")
    await stub.line.until("held")
    await page.keyboard.press("F4")
    await stub.line.until("resumed")
    await page.keyboard.press("F7")
    await expect(page.locator(".line")).to_contain_text("Muted")
    await page.keyboard.press("F7")
    await page.evaluate(TONES)
    await page.evaluate(TYPED, ["F8", "5"])
    await expect(page.locator(".pad")).to_be_visible()
    await page.wait_for_function("() => tones.includes('5')")
    await page.keyboard.press("Escape")
    await page.keyboard.press("F10")
    await stub.line.until("ended")
    assert call.ended


async def test_answer_pressed_before_the_phone_rings_answers_when_it_does(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready")
    await expect(page.locator(".deck h2")).to_have_text("Line open")
    await stub.show("offered")
    await expect(page.locator(".deck")).to_have_class(re.compile("is-offered"))
    await expect(page.locator("#own-state")).to_contain_text("Being called")
    await expect(page.locator(".line")).to_contain_text("Calling your phone")
    await page.keyboard.press("F2")
    await expect(page.locator(".line")).to_contain_text("Connecting you")
    await stub.line.ring(scenes.OFFER)
    await stub.line.until("answered")


async def test_a_call_that_is_set_so_is_answered_by_itself(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready")
    await expect(page.locator(".deck h2")).to_have_text("Line open")
    await stub.show("ringing")
    await stub.line.ring(scenes.OFFER, auto=True)
    await stub.line.until("answered")


async def test_declining_tells_the_server(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ringing")
    await page.keyboard.press("F10")
    await next_ask(stub, f"/offers/{scenes.OFFER}/decline")


async def test_a_ring_leaves_the_field_one_types_in_alone(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.keyboard.press("/")
    await page.keyboard.type("ele")
    await stub.show("ringing")
    await expect(page.locator(".main h1")).to_have_text("Eleanor Whitcombe")
    await page.keyboard.type("anor")
    assert await page.input_value("#search") == "eleanor"
    assert await page.evaluate("document.activeElement.id") == "search"


async def test_the_pop_is_painted_and_marked_with_its_offer(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await stub.show("ringing")
    mark = await page.wait_for_function("() => performance.getEntriesByName('pop-painted')[0]?.detail.offer")
    assert await mark.json_value() == scenes.OFFER


async def test_two_people_share_a_number_until_the_agent_says_who_it_is(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ringing")
    await expect(page.locator(".whois .chip").first).to_have_text("maybe")
    await page.keyboard.press("Tab")
    await expect(page.locator(".whois h1")).to_have_text("Daniel Whitcombe")
    await stub.show("talking")
    await page.click(".choose button:first-child")
    assert await next_ask(stub, f"/interactions/{scenes.CALL}/customer") == {"customer": "k-1"}
    await expect(page.locator(".whois")).to_contain_text("confirmed")
    await expect(page.locator(".choose")).to_have_count(0)
    # The server puts whom the agent confirmed first: the same person stays on the screen.
    await page.locator(".again").click()
    await page.click(".choose button:nth-child(2)")
    await expect(page.locator(".whois h1")).to_have_text("Daniel Whitcombe")
    shown = scenes.scene("talking")
    swapped = scenes.pop(scenes.daniel(), scenes.eleanor())
    await stub.show(msgspec.structs.replace(shown, pop=swapped))
    await stub.pause()
    await expect(page.locator(".whois h1")).to_have_text("Daniel Whitcombe")


async def test_the_note_survives_a_reload_and_goes_with_the_wrap_up(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.keyboard.press("Alt+KeyN")
    await page.keyboard.type("Light is green again")
    assert (await next_ask(stub, f"/interactions/{scenes.CALL}/note"))["note"] == "Light is green again"
    await page.keyboard.press("Alt+Digit1")
    await page.keyboard.press("Alt+KeyS")
    await page.reload()
    await expect(page.locator("#note")).to_have_value(re.compile("Light is green again\nRed light after"))
    await stub.show("wrap")
    await expect(page.locator("#done")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    sent = await next_ask(stub, f"/interactions/{scenes.CALL}/wrap-up")
    assert (sent["outcome"], sent["ready"]) == ("solved", True)
    assert str(sent["note"]).startswith("Light is green again")


async def test_a_wrap_up_that_ends_by_itself_is_sent_as_it_stands(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.fill("#note", "Cut off")
    await stub.show(scenes.ending_wrap(3_000))
    sent = await next_ask(stub, f"/interactions/{scenes.CALL}/wrap-up")
    assert sent["note"] == "Cut off"


async def test_a_promise_is_made_to_whom_is_calling(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.keyboard.press("Alt+KeyP")
    await page.keyboard.type("Call back about the credit")
    await page.keyboard.press("Enter")
    sent = await next_ask(stub, "/promises")
    assert (sent["customer"], sent["what"], sent["case"]) == ("k-1", "Call back about the credit", "4827")


async def test_a_promise_is_due_by_the_sites_clock_wherever_the_browser_stands(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking", timezone_id="Asia/Tokyo")
    await page.keyboard.press("Alt+KeyP")
    place = ZoneInfo("Europe/London")  # the site's
    noon = (datetime.now(place) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    assert await page.input_value(".when") == f"{noon:%Y-%m-%dT%H:%M}"
    await expect(page.get_by_role("button", name="today 17:00")).to_have_count(int(datetime.now(place).hour < 17))
    await page.keyboard.type("Call back")
    await page.keyboard.press("Enter")
    assert (await next_ask(stub, "/promises"))["due"] == noon.timestamp() * 1000
    await expect(page.locator(".promise-form")).to_have_count(0)
    await page.keyboard.press("Alt+KeyP")
    await page.keyboard.type("Send the contract")
    await page.fill(".when", f"{noon:%Y-%m-%d}T15:30")
    await page.get_by_role("button", name="Promise", exact=True).click()
    assert (await next_ask(stub, "/promises"))["due"] == (noon.timestamp() + 3.5 * 3600) * 1000


async def test_the_day_counts_what_the_server_counts(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await expect(page.locator(".fig b")).to_have_text(["63", "3:28", "67\u202f%"])


async def test_ones_own_password_is_changed_by_keyboard(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    page = await desk(open_page, stub, "ready")
    await page.focus("#self")
    await page.keyboard.press("Enter")
    await page.focus("#self-password")
    await page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    for old, new, again, said in (
        ("wrong", "short", "short", "The new password is too short."),
        ("wrong", "long enough now", "long enough mow", "The two new passwords differ."),
        ("wrong", "long enough now", "long enough now", "The password you have now is another one."),
    ):
        await page.focus("[name=old]")
        for text in (old, new, again):
            await page.keyboard.press("Control+KeyA")
            await page.keyboard.type(text)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(sheet.get_by_role("alert")).to_have_text(said)
        assert await page.evaluate(COVERED) == []
    await page.fill("[name=old]", "right")
    await page.keyboard.press("Enter")
    await expect(sheet.get_by_role("status")).to_contain_text("Your password is changed")
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    assert await page.evaluate("document.activeElement.id") == "self"
    complaints.expect("422")


async def test_states_and_reasons_are_chosen_by_keyboard(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.click("#own-state")
    assert await page.evaluate(COVERED) == []
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert await next_ask(stub, "/agent/state") == {"state": "not_ready", "reason": "training"}
    await stub.show("not_ready")
    await expect(page.locator(".deck")).to_have_class(re.compile("is-not_ready"))
    await page.keyboard.press("Alt+KeyR")
    assert await next_ask(stub, "/agent/state") == {"state": "ready"}
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(COVERED) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_supervisor_closes_one_queue_and_all_of_them_only_when_sure(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "supervisor", width=1440)
    await expect(page.locator(".queues .q").first).to_contain_text("Evacuation")
    await page.locator("#queues-menu").click()
    menu = page.locator(".queues-menu")
    await expect(menu).to_contain_text("Those in line are still served.")
    await menu.get_by_role("button", name="Open again").click()
    assert await next_ask(stub, "/queues/open") == {"queues": ["support-en"]}
    await menu.locator("select").select_option("evacuation")
    await expect(menu).to_contain_text("Those in line have to go, too.")
    await menu.get_by_role("button", name="Close:").first.click()
    asked = await next_ask(stub, "/queues/close")
    assert asked["closing"] == "evacuation"
    assert isinstance(asked["queues"], list)
    assert len(asked["queues"]) == 1
    await menu.get_by_role("button", name="Close all").click()
    await menu.get_by_role("button", name="Close all: Evacuation?").click()
    assert await next_ask(stub, "/queues/close") == {"closing": "evacuation", "queues": None}
    assert await page.evaluate(COVERED) == []
    await assert_readable(page)


async def test_search_opens_a_customer_and_an_article(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.keyboard.press("/")
    await page.keyboard.type("whit")
    await expect(page.locator("#found")).to_contain_text("Eleanor Whitcombe")
    await expect(page.locator("#found")).to_contain_text("There are more customers")
    assert await page.evaluate(COVERED) == []
    await page.keyboard.press("Enter")
    await expect(page.locator(".whois h1")).to_have_text("Eleanor Whitcombe")
    await page.keyboard.press("Escape")
    await expect(page.locator(".hero")).to_be_visible()
    await page.locator(".row-btn:not(.cut)").first.click()
    await expect(page.locator(".reader ol li")).to_have_count(3)


async def test_numbers_are_called_where_they_stand(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    await page.keyboard.press("/")
    await page.keyboard.type("+44 7700 900199")
    await expect(page.locator("#found")).to_contain_text("Call +44 7700 900199")
    assert await page.evaluate(COVERED) == []
    await page.keyboard.press("Shift+Enter")
    assert await next_ask(stub, "/calls") == {"number": "+44 7700 900199", "anyway": False}
    left = page.get_by_role("region", name="Left before they were answered")
    await expect(left.locator("li")).to_have_count(2)
    await expect(left.locator("li").nth(1)).to_contain_text("done by Bo Tan")
    await left.get_by_role("button", name="Call +44 7700 900177").first.click()
    assert await next_ask(stub, "/calls") == {"number": "+44 7700 900177", "anyway": False}
    await left.get_by_role("button", name="Done").click()
    assert await next_ask(stub, "/abandoned/c-left/handled") == {"done": True}
    # Until they answer, and when they are busy, out of the wrap-up once more.
    await stub.show("dialling")
    await expect(page.locator(".deck h2")).to_have_text("Calling Eleanor Whitcombe")
    await page.keyboard.press("F10")
    assert await next_ask(stub, f"/interactions/{scenes.CALL}/hangup") == {}
    await stub.show("busy")
    await expect(page.locator(".deck h2")).to_have_text("Busy")
    await page.get_by_role("button", name="Call again").click()
    assert await next_ask(stub, "/calls") == {"number": "+44 7700 900143", "anyway": False}


async def test_whom_a_colleague_has_called_back_is_off_the_list_of_all(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    left = page.get_by_role("region", name="Left before they were answered")
    await expect(left.locator("li")).to_have_count(2)
    stub.reached = True
    try:
        await expect(left).to_have_count(0, timeout=10_000)
    finally:
        stub.reached = False


async def test_a_desk_that_may_not_call_says_so(stub: Stub, open_page: OpenPage) -> None:
    view = scenes.scene("ready")
    await stub.show(msgspec.structs.replace(view, me=msgspec.structs.replace(view.me, calls_out="off")))
    page = await open_page("about:blank")
    await page.add_init_script(CHECKED)
    await page.goto(f"{stub.url}/desk")
    key = page.get_by_role("region", name="Left before they were answered").locator(".dial").first
    await expect(key).to_have_attribute("title", "This site calls no numbers outside")
    await key.click(force=True)
    await stub.pause()
    assert not [path for _, path, _ in stub.asked if path == "/calls"]


async def test_a_lost_connection_is_said_and_mends_itself(
    stub: Stub, open_page: OpenPage, complaints: Complaints
) -> None:
    page = await desk(open_page, stub, "talking")
    await page.fill("#note", "kept")
    stub.away = True
    await stub.cut()
    bar = page.locator(".notice.is-bad")
    await expect(bar).to_contain_text("Your call goes on. You get no new ones.")
    assert await page.evaluate(DECK) == [40, 76]
    stub.away = False
    await stub.show("wrap")
    await expect(bar).to_have_count(0)
    await expect(page.locator(".deck")).to_have_class(re.compile("is-wrap_up"))
    await expect(page.locator("#note")).to_have_value("kept")
    complaints.expect("WebSocket", "503")


async def test_a_call_not_answered_is_said_until_it_is_put_away(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "rona")
    notice = page.locator(".notice.is-warn")
    await expect(notice).to_contain_text("was not answered")
    await notice.get_by_role("button", name="Put away").click()
    await next_ask(stub, f"/agent/notices/{scenes.OFFER}")
    # Who is ready again, by whatever key, is not told any more that they are not.
    await page.keyboard.press("Alt+r")
    assert await next_ask(stub, "/agent/state") == {"state": "ready"}
    await next_ask(stub, f"/agent/notices/{scenes.OFFER}")


async def test_a_caller_is_given_to_a_colleague_by_keys_alone(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    await page.keyboard.press("F9")
    field = page.locator("#transfer-to")
    await expect(field).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(field).to_be_visible()
    assert not [asked for asked in stub.asked if asked[1].endswith("/transfer")], "nobody was chosen yet"
    await page.keyboard.press("Escape")
    await expect(field).to_be_hidden()
    await expect(page.locator("#key-transfer")).to_be_focused()
    await page.keyboard.press("F9")
    await expect(page.locator("#targets [role=option]").first).to_be_visible()
    assert await page.evaluate(COVERED) == []
    await page.keyboard.type("bill")
    await page.keyboard.press("Enter")
    assert await next_ask(stub, f"/interactions/{scenes.CALL}/transfer") == {"queue": "billing"}
    await expect(field).to_be_hidden()
    await page.keyboard.press("F9")
    await expect(page.locator("#targets [role=option]").first).to_be_visible()
    await page.keyboard.type("samir")
    await page.keyboard.press("Enter")
    assert await next_ask(stub, f"/interactions/{scenes.CALL}/transfer") == {"agent": "samir"}
    await expect(field).to_be_hidden()
    await page.keyboard.press("F9")
    await expect(field).to_be_visible()
    await stub.show("wrap")
    await expect(field).to_be_hidden()


async def test_a_caller_whom_nobody_answers_is_taken_back(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "given_away")
    await expect(page.locator(".line")).to_contain_text("waits in Billing")
    await expect(page.locator("#key-transfer")).to_contain_text("Take back")
    await page.keyboard.press("F9")
    await next_ask(stub, f"/interactions/{scenes.CALL}/transfer")


async def test_the_desk_says_who_gave_the_caller_and_who_did_not_take_one(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ringing_given")
    await expect(page.locator(".deck h2")).to_contain_text("from Bo Tan")
    await stub.show("given")
    await expect(page.locator(".note .others")).to_have_text("Bo Tan Red light since Friday; box was reset once.")
    await stub.show("given_back")
    await expect(page.locator(".notice.is-warn")).to_contain_text("did not take your caller")


async def test_a_reload_in_a_talk_takes_the_talk_over(stub: Stub, open_page: OpenPage) -> None:
    stub.line.media = await open_page(f"{stub.url}/wallboard")
    page = await desk(open_page, stub, "ready")
    await expect(page.locator(".deck h2")).to_have_text("Line open")
    await stub.show("ringing")
    await stub.line.ring(scenes.OFFER, auto=True)
    await stub.line.until("answered")
    await stub.show("talking")
    await expect(page.locator("#key-hold")).to_be_enabled()
    await page.reload()
    await stub.line.until("replaced")
    assert re.search(r";to-tag=exchange;from-tag=\w+$", stub.line.replaces)
    await expect(page.locator("#key-hold")).to_be_enabled()
    await page.wait_for_function("async () => ((await hotlineStats())?.packetsReceived ?? 0) > 10")


async def test_a_phone_in_another_window_is_said_to_be_there_and_is_taken_back(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "ready")
    said = page.locator(".deck h2")
    await expect(said).to_have_text("Line open")
    await stub.line.take_away()
    await expect(said).to_have_text("Your phone is in another window")
    await assert_readable(page)
    await stub.show("ringing")
    await expect(page.locator(".line")).to_contain_text("It rings in your other window. F2 answers it here.")
    await expect(page.locator("#key-answer")).to_be_enabled()
    await stub.show("ready")
    # A phone that connected again by itself would do so within a second or so.
    await page.wait_for_timeout(2500)
    assert stub.line.connections == 1
    await page.locator("#phone-here").click()
    await expect(said).to_have_text("Line open")
    assert stub.line.connections == 2


async def test_after_a_reload_the_desk_says_honestly_that_the_sound_is_gone(stub: Stub, open_page: OpenPage) -> None:
    page = await desk(open_page, stub, "talking")
    # Nothing is kept of the dialog: the browser crashed, or this is another computer.
    await expect(page.locator(".line")).to_contain_text("The sound of this call is not in this window")
    await page.keyboard.press("F10")
    await next_ask(stub, f"/interactions/{scenes.CALL}/hangup")
