"""Whether desks answer: frozen tabs, slow lines, pages loaded anew, two windows. On a clock that the test moves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cti.core.ids import AgentId, Ms
from cti.core.inputs import DeskConnected, DeskLost, DeskSilent, Input
from cti.web import pulse
from cti.web.pulse import Pulse
from tests.web.conftest import Rig, heard

ANA = AgentId("ana")
BACK, SILENT, LOST = DeskConnected(agent=ANA), DeskSilent(agent=ANA), DeskLost(agent=ANA)


@dataclass(eq=False)
class Page:
    window: str = "w"
    works: bool = True


@dataclass
class Desk:
    """Ana's pages, beaten to each second; those that work answer after `way_ms`."""

    at: int = 0
    way_ms: int = 50
    said: list[Input] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pulse = Pulse(self)  # type: ignore[arg-type]

    def now(self) -> Ms:
        return Ms(self.at)

    def submit(self, said: Input) -> None:
        self.said.append(said)

    def open(self, window: str = "w") -> Page:
        page = Page(window)
        self.pages.append(page)
        self.pulse.join(ANA, page)
        return page

    def close(self, page: Page) -> None:
        self.pages.remove(page)
        self.pulse.leave(ANA, page)

    def pass_by(self, seconds: int) -> list[Input]:
        """What the core is told meanwhile."""
        before = len(self.said)
        for _ in range(seconds):
            self.at += self.way_ms
            for page in self.pages:
                if page.works:
                    self.pulse.beat(ANA, page, self.at)
            self.at += 1000 - self.way_ms
            self.pulse.tick()
        return self.said[before:]


def test_a_frozen_tab_is_silent_then_lost_then_back() -> None:
    desk = Desk()
    page = desk.open()
    assert desk.pass_by(5) == [BACK]
    page.works = False
    assert desk.pass_by(1) == []
    assert desk.pass_by(2) == [SILENT]
    assert desk.pass_by(8) == [LOST]
    page.works = True
    assert desk.pass_by(3) == [BACK]


def test_a_tab_that_stopped_for_a_moment_is_back_with_its_next_answer() -> None:
    desk = Desk()
    page = desk.open()
    desk.pass_by(2)
    page.works = False
    assert desk.pass_by(4) == [SILENT]
    page.works = True
    assert desk.pass_by(1) == [BACK]


def test_a_slow_line_is_no_silence() -> None:
    desk = Desk(way_ms=950)
    desk.open()
    assert desk.pass_by(60) == [BACK]


def test_one_answer_of_two_lost_again_and_again_is_no_silence() -> None:
    desk = Desk()
    page = desk.open()
    desk.pass_by(1)
    for _ in range(10):
        page.works = not page.works
        assert desk.pass_by(1) == []


def test_a_page_loaded_anew_is_not_missed_and_one_that_was_closed_is() -> None:
    desk = Desk()
    page = desk.open()
    desk.pass_by(3)
    desk.close(page)
    desk.open()
    assert desk.pass_by(3) == []
    desk.close(desk.pages[0])
    assert desk.pass_by(2) == [SILENT]
    assert desk.pass_by(10) == [LOST]


def test_the_window_with_the_phone_must_answer_and_the_other_keeps_the_desk() -> None:
    desk = Desk()
    phone, other = desk.open("phone"), desk.open("other")
    desk.pulse.phone_in(ANA, "phone")
    desk.pass_by(3)
    other.works = False
    assert desk.pass_by(5) == []
    other.works, phone.works = True, False
    assert desk.pass_by(30) == [SILENT]
    # Taken into the window that lives.
    desk.pulse.phone_in(ANA, "other")
    assert desk.pass_by(2) == [BACK]
    desk.pulse.phone_in(ANA, None)
    other.works, phone.works = False, True
    assert desk.pass_by(5) == []


def test_who_signs_out_is_neither_silent_nor_lost() -> None:
    desk = Desk()
    page = desk.open()
    desk.pass_by(3)
    desk.pulse.forget(ANA)
    desk.close(page)
    assert desk.pass_by(30) == []


@pytest.mark.parametrize(("shows", "silent"), [(7, False), (6, True), (None, True)])
async def test_an_offer_that_the_page_does_not_show_within_a_second(
    monkeypatch: pytest.MonkeyPatch, shows: int | None, silent: bool
) -> None:
    monkeypatch.setattr(pulse, "OFFER_S", 0.01)
    desk = Desk()
    page = desk.open()
    desk.pulse.beat(ANA, page, 6)
    desk.pulse.urgent(ANA, 7)
    if shows is not None:
        desk.pulse.beat(ANA, page, shows)
    await asyncio.sleep(0.05)
    assert (SILENT in desk.said) == silent


async def test_nobody_expects_an_answer_of_who_has_no_desk_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "OFFER_S", 0.0)
    desk = Desk()
    desk.pulse.urgent(ANA, 7)
    await asyncio.sleep(0.01)
    assert desk.said == []


def silent(name: str) -> Callable[[Any], bool]:
    """A change by which this agent's tile says that the desk does not answer."""
    return lambda m: any(
        tile["agent"] == name and tile["silent"] for tile in m.get("set", {}).get("agents", ()) if m["type"] == "change"
    )


async def test_a_frozen_tab_is_said_to_be_one_within_a_second_of_the_offer(rig: Rig) -> None:
    ana, sue = await rig.signed_in("ana"), await rig.signed_in("sue")
    desk, wall = await ana.live("desk"), await sue.live("wallboard")
    await desk.send_str('{"type":"beat"}')
    await ana.good("POST", "/api/v1/agent/state", {"state": "ready"})
    await heard(wall, lambda m: any(t["state"] == "ready" for t in m.get("set", {}).get("agents", ())))
    # From here on the page takes nothing in. The beats alone would tell after more than two seconds.
    since = asyncio.get_running_loop().time()
    await desk.send_str('{"type":"beat","seq":1}')
    await rig.waiting_call("c-1")
    await heard(wall, silent("ana"))
    assert asyncio.get_running_loop().time() - since < pulse.SILENT_MS / 1000
    ringing = await heard(desk, lambda m: m["type"] == "change" and m["set"].get("call"))
    beat = await heard(desk, lambda m: m["type"] == "beat" and m["seq"] >= ringing["seq"])
    # It is back, and shows the offer.
    await desk.send_str(f'{{"type":"beat","seq":{beat["seq"]}}}')
    await heard(wall, lambda m: m["type"] == "change" and m["set"].get("agents") and not silent("ana")(m))


async def test_an_offer_that_is_shown_leaves_the_desk_as_it_is(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    await desk.send_str('{"type":"beat"}')
    await client.good("POST", "/api/v1/agent/state", {"state": "ready"})
    await rig.waiting_call("c-1")
    ringing = await heard(desk, lambda m: m["type"] == "change" and m["set"].get("call"))
    # Asked at once, and not only with the beat of the second.
    beat = await heard(desk, lambda m: m["type"] == "beat")
    assert beat["seq"] == ringing["seq"]
    await desk.send_str(f'{{"type":"beat","seq":{beat["seq"]}}}')
    await asyncio.sleep(pulse.OFFER_S + 0.2)
    assert SILENT not in rig.inputs
