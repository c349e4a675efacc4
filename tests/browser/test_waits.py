"""Reports and the account of a wait, and an agent who opts out of a queue, in a real browser."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import expect

from cti.core.account import Stretch
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.simulate.report import DayReport, Figures, HalfHour, QueueDay
from cti.web.bodies import Calls, InLine, Line
from cti.web.report_bodies import Waits
from cti.web.views import QueueChoice
from tests.browser import scenes
from tests.browser.boards import START, Stage
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.desk import desk, next_ask
from tests.browser.looks import assert_fits, assert_readable
from tests.browser.stub import Stub

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HOUR = 3_600_000
STRETCHES = (
    Stretch(begins=Ms(START - 360_000), ends=Ms(START - 240_000), code="nobody", args={"skill": "yue", "needs": 1}),
    Stretch(
        begins=Ms(START - 240_000), ends=Ms(START - 225_000), code="rang", agent=AgentId("a8001"), args={"how": "rona"}
    ),
    Stretch(begins=Ms(START - 225_000), ends=Ms(START), code="busy", args={"agents": 3, "others": 2}),
)


@pytest_asyncio.fixture(loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with Stage() as stage:
        yield stage


def figures(calls: int, asa: int | None) -> Figures:
    return Figures(
        calls=calls,
        answered=calls - 1,
        abandoned=1,
        within=calls - 2,
        service_level=(calls - 2) / calls,
        asa=Ms(asa) if asa is not None else None,
        told=calls,
        kept=calls - 2,
        foreseen=calls,
        in_range=calls - 3,
    )


def reports(stage: Stage) -> None:
    """Two queues and two half hours; one caller in line, who has waited for six minutes."""
    halves = tuple(HalfHour(at=Ms(START - n * HOUR // 2), figures=figures(20 + n, 17_400), staff=4.0) for n in (2, 1))
    report = DayReport(
        day="2026-11-24",
        zone="Asia/Hong_Kong",
        begins=Ms(START - 10 * HOUR),
        ends=START,
        figures=figures(40, 17_400),
        half_hours=halves,
        queues=(
            QueueDay(queue="support", figures=figures(30, 21_000), half_hours=halves[:1]),
            QueueDay(queue="billing", figures=figures(10, None), half_hours=()),
        ),
    )
    waiting = InLine(
        interaction=InteractionId("c-1"),
        queue=QueueId("support"),
        since=Ms(START - 360_000),
        language=None,
        raised=0,
        offered=None,
        callback=True,
        calls="+852 6123 4567",
    )
    waits = Waits(interaction=InteractionId("c-1"), stretches=STRETCHES)
    stage.answers |= {
        "/reports/day": (200, report),
        "/interactions": (200, Calls(calls=(), next=None)),
        "/line": (200, Line(waiting=(waiting,))),
        "/interactions/c-1/wait": (200, waits),
    }


@pytest.mark.parametrize(
    ("lang", "said", "right"),
    [
        ("en", "Nobody with Cantonese at work", r"95\s?% of 40"),
        ("zh-Hans", "在岗人员中没有人会粤语", r"95\s?%（共 40）"),
        ("zh-Hant", "當值人員中沒有人會", r"95\s?%（共 40）"),
    ],
)
async def test_from_the_wall_to_a_queue_s_day_and_to_why_a_caller_waits(
    stage: Stage, open_page: OpenPage, lang: str, said: str, right: str
) -> None:
    reports(stage)
    page = await open_page(f"{stage.url}/wallboard?lang={lang}", width=1920, height=1080)
    support = page.locator("table.queues tbody tr").first.locator("a")
    await expect(support).to_have_attribute("href", re.compile(r"view=reports&queue=support$"))
    await support.click()
    await page.wait_for_selector(".reports table")
    await expect(page.locator(".reports table").first.locator("tbody tr")).to_have_count(3)
    # What callers were told of the wait, and how often it came true.
    await expect(page.locator(".reports table").first).to_contain_text(re.compile(right))
    await expect(page.locator(".reports")).to_contain_text("+852 6123 4567")
    halves = page.locator(".reports table").nth(1).locator("tbody tr")
    await expect(halves).to_have_count(1)
    await expect(halves.first).to_contain_text("09:02")
    row = page.locator(".reports .card > ul > li")
    await expect(row).to_have_count(1)
    await row.locator("button").click()
    account = row.locator(".wait-account li")
    await expect(account).to_have_count(3)
    await expect(account.first).to_contain_text("09:56:18 – 09:58:18")
    await expect(account.first).to_contain_text(said)
    await expect(account.nth(1)).to_contain_text("Ana Lindqvist")
    await page.locator(".reports table").first.locator("button").first.click()
    await expect(halves).to_have_count(2)
    await assert_readable(page)
    await assert_fits(page)


async def test_reports_say_for_whom_they_are(stage: Stage, open_page: OpenPage, complaints: Complaints) -> None:
    complaints.expect("403")
    reports(stage)
    stage.answers["/reports/day"] = (403, {"type": "not-allowed", "title": "No.", "status": 403})
    page = await open_page(f"{stage.url}/wallboard?view=reports&lang=en", width=1280, height=800)
    await expect(page.locator(".reports")).to_contain_text("Reports are for supervisors")


async def test_a_supervisor_reads_in_the_history_why_a_caller_waited(
    stub: Stub, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.browser import stub as module

    canned = module.canned

    def with_waits(method: str, path: str) -> object:
        if path.endswith("/wait"):
            return Waits(interaction=InteractionId("c"), stretches=STRETCHES)
        return canned(method, path)

    monkeypatch.setattr(module, "canned", with_waits)
    talking = scenes.scene("talking")
    assert not scenes.scene("talking").closings
    await desk(open_page, stub, "talking")
    person = talking.pop.people[0] if talking.pop is not None else None
    assert person is not None
    waited = msgspec.structs.replace(
        next(entry for entry in person.timeline if entry.kind == "call"), waited=Ms(360_000)
    )
    people = (msgspec.structs.replace(person, timeline=(waited,)),)
    assert talking.pop is not None
    view = msgspec.structs.replace(
        talking,
        pop=msgspec.structs.replace(talking.pop, people=people),
        closings=scenes.scene("supervisor").closings,
    )
    await stub.show(view)
    page = await desk(open_page, stub, view)  # type: ignore[arg-type]
    await page.locator(".why-waited summary").click()
    await expect(page.locator(".wait-account li")).to_have_count(3)
    await expect(page.locator(".wait-account")).to_contain_text("All 3 who can serve this caller were busy")
    await assert_readable(page)


async def test_an_agent_opts_out_of_a_queue_and_takes_its_calls_again(stub: Stub, open_page: OpenPage) -> None:
    ready = scenes.scene("ready")

    def choice(takes: bool) -> scenes.DeskView:
        choices = (QueueChoice(queue=QueueId("billing"), takes=takes),)
        return msgspec.structs.replace(ready, me=msgspec.structs.replace(ready.me, choices=choices))

    page = await desk(open_page, stub, choice(True))  # type: ignore[arg-type]
    await page.locator("#queues-menu").click()
    billing = page.get_by_role("checkbox", name="Billing")
    await expect(billing).to_be_checked()
    await billing.click()
    assert await next_ask(stub, "/agent/queues/billing") == {"takes": False}
    await stub.show(choice(False))
    await expect(billing).not_to_be_checked()
    await billing.click()
    assert await next_ask(stub, "/agent/queues/billing") == {"takes": True}
    await stub.show("ready")
    await expect(page.locator("#queues-menu")).to_have_count(0)
