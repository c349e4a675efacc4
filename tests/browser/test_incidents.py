"""Supervisors have callers told of an incident, in a real browser: in the site's words or their own."""

import base64
import io
import wave
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Page, expect

from cti.core.ids import IncidentId, Language, Ms
from cti.core.site import INCIDENTS
from cti.web.incident_bodies import Dictated, IncidentWays, KeptSentence
from cti.web.views import IncidentView, IncidentWay
from tests.browser import scenes
from tests.browser.boards import START, WALL, Stage, person
from tests.browser.conftest import OpenPage
from tests.browser.desk import COVERED, desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WAYS = IncidentWays(incidents=tuple(IncidentWay(id=one.id, name=one.name) for one in INCIDENTS))


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        stage.answers["/session"] = (200, person("supervisor"))
        stage.answers["/incidents"] = (200, WAYS)
        stage.answers["POST /incidents"] = (200, {"ok": True})
        stage.answers["POST /incidents/over"] = (200, {"ok": True})
        stage.answers["POST /incidents/sentences"] = (200, KeptSentence(sentence="ab12"))
        yield stage


def tone(seconds: float, rate: int = 16000) -> FilePayload:
    """A file as a supervisor may have one: not at the telephone's rate."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\x20" * int(2 * seconds * rate))
    return {"name": "news.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}


async def asked(stage: Stage, path: str) -> dict[str, object]:
    """What the page posted there, once it has."""
    for _ in range(200):
        for each in stage.requests:
            if each[0] == f"POST {path}":
                stage.requests.remove(each)
                return each[1]
        await stage.pause()
    raise AssertionError(f"nothing was posted to {path}: {[path for path, _ in stage.requests]}")


def sound_of(body: dict[str, object]) -> tuple[int, int, int, float]:
    """Channels, bytes a sample, rate, seconds of what was sent."""
    with wave.open(io.BytesIO(base64.b64decode(str(body["sound"])))) as sound:
        rate = sound.getframerate()
        return sound.getnchannels(), sound.getsampwidth(), rate, sound.getnframes() / rate


async def panel(open_page: OpenPage, stage: Stage, **more: int) -> Page:
    page = await open_page(f"{stage.url}/wallboard", **{"width": 1920, "height": 1080, **more})
    await page.get_by_role("button", name="Callers are told").click()
    return page


async def test_a_sentence_is_recorded_heard_back_and_told_from_the_wallboard(stage: Stage, open_page: OpenPage) -> None:
    page = await panel(open_page, stage)
    box = page.get_by_role("dialog", name="Callers are told")
    await box.get_by_text("In your own words").click()
    await box.get_by_role("button", name="Record: Cantonese").click()
    await page.wait_for_timeout(1200)  # somebody speaks
    await box.get_by_role("button", name="Stop: Cantonese").click()
    await expect(box.get_by_role("button", name="Hear it: Cantonese")).to_be_visible()
    await box.get_by_role("group", name="English").locator("input").set_input_files(tone(3))
    await expect(box.get_by_role("group", name="English")).to_contain_text("3 s")
    await assert_readable(page)
    await box.get_by_label("What they are told").select_option("many-calls")
    await box.get_by_label("For how long").select_option("120")
    await box.get_by_role("button", name="Tell them").click()
    told = await asked(stage, "/incidents")
    assert told == {
        "incident": "many-calls",
        "minutes": 120,
        "queue": None,
        "sentences": {"yue": "ab12", "en": "ab12"},
    }
    spoken, file = [sound_of(await asked(stage, "/incidents/sentences")) for _ in ("yue", "en")]
    assert spoken[:3] == (1, 2, 8000)
    assert 0.8 < spoken[3] < 10
    assert file[:3] == (1, 2, 8000)
    assert file[3] == pytest.approx(3, abs=0.05)
    # Nothing is left to be told twice.
    await expect(box.get_by_role("button", name="Record: Cantonese")).to_be_visible()


async def test_a_sentence_spoken_into_the_telephone_is_told(stage: Stage, open_page: OpenPage) -> None:
    stage.answers["POST /incidents/sentences/phone"] = (200, Dictated(id="7", state="called"))
    at = "/incidents/sentences/phone/7"
    stage.answers[at] = (200, Dictated(id="7", state="called"))
    page = await panel(open_page, stage, width=390, height=844)
    box = page.get_by_role("dialog", name="Callers are told")
    await box.get_by_text("In your own words").click()
    mandarin = box.get_by_role("group", name="Mandarin")
    await mandarin.get_by_role("button", name="Telephone").click()
    await expect(mandarin.get_by_role("status")).to_have_text("Calling your telephone. Pick it up.")
    stage.answers[at] = (200, Dictated(id="7", state="speaks"))
    await expect(mandarin.get_by_role("status")).to_have_text("Speak into your telephone, then press #.")
    await assert_fits(page)
    stage.answers[at] = (200, Dictated(id="7", state="kept", sentence="cd34", ms=Ms(4000)))
    await expect(mandarin).to_contain_text("4 s by telephone")
    english = box.get_by_role("group", name="English")
    stage.answers[at] = (200, Dictated(id="7", state="unanswered"))
    await english.get_by_role("button", name="Telephone").click()
    await expect(english.get_by_role("alert")).to_have_text("Nobody picked up your telephone.")
    await assert_readable(page)
    await box.get_by_role("button", name="Tell them").click()
    assert (await asked(stage, "/incidents"))["sentences"] == {"cmn": "cd34"}


async def test_what_is_told_says_who_until_when_and_which_languages_are_recorded(
    stage: Stage, open_page: OpenPage
) -> None:
    one = IncidentView(
        incident=IncidentId("disturbance"),
        name=INCIDENTS[0].name,
        queue=None,
        by=WALL.agents[0].agent,
        since=START,
        until=Ms(START + 3_600_000),
        sentences=(Language("cmn"), Language("yue")),
    )
    stage.wall = msgspec.structs.replace(
        WALL, queues=tuple(msgspec.structs.replace(queue, incidents=(one,)) for queue in WALL.queues)
    )
    page = await panel(open_page, stage, width=390, height=844)
    box = page.get_by_role("dialog", name="Callers are told")
    await expect(box).to_contain_text(f"Disturbance, {WALL.agents[0].name}, until 11:02")
    await expect(box).to_contain_text("recorded: Mandarin, Cantonese")
    await assert_fits(page)
    await box.get_by_role("button", name="Over: All callers").click()
    assert await asked(stage, "/incidents/over") == {"queue": None}


async def test_a_sentence_that_is_too_long_or_no_sound_is_said_to_be_so(stage: Stage, open_page: OpenPage) -> None:
    page = await panel(open_page, stage)
    box = page.get_by_role("dialog", name="Callers are told")
    await box.get_by_text("In your own words").click()
    english = box.get_by_role("group", name="English")
    await english.locator("input").set_input_files(tone(31, 8000))
    await expect(english.get_by_role("alert")).to_have_text("A sentence may have 30 seconds. Shorten it.")
    await english.locator("input").set_input_files({"name": "a.wav", "mimeType": "audio/wav", "buffer": b"no sound"})
    await expect(english.get_by_role("alert")).to_have_text("The browser can't play this file. Choose another.")


async def test_the_desks_menu_has_the_same_switch(stub: Stub, open_page: OpenPage) -> None:
    boss = msgspec.structs.replace(scenes.scene("supervisor"), incidents=WAYS.incidents)
    page = await desk(open_page, stub, boss, width=1440)  # type: ignore[arg-type]
    await page.locator("#queues-menu").click()
    menu = page.locator(".queues-menu")
    await menu.get_by_text("In your own words").click()
    await menu.get_by_role("group", name="Mandarin").locator("input").set_input_files(tone(2))
    await expect(menu.get_by_role("group", name="Mandarin")).to_contain_text("2 s")
    await assert_readable(page)
    assert await page.evaluate(COVERED) == []
    await menu.get_by_role("button", name="Drop: Mandarin").click()
    await menu.get_by_role("button", name="Tell them").click()
    told = {"incident": "disturbance", "minutes": 60, "queue": None, "sentences": {}}
    assert await next_ask(stub, "/incidents") == told


async def test_only_supervisors_have_the_switch(stage: Stage, open_page: OpenPage) -> None:
    stage.answers["/session"] = (200, person("agent"))
    page = await open_page(f"{stage.url}/wallboard", width=1920, height=1080)
    await page.wait_for_selector(".queues")
    await expect(page.get_by_role("button", name="Callers are told")).to_have_count(0)
