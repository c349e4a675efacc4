"""The caller's session on a real Asterisk, with callers who press keys by RFC 4733 as fast as a machine can."""

import asyncio
import math
import time
import wave
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from cti.agi.ports import Resume
from cti.agi.server import AgiServer
from cti.agi.session import Sessions
from cti.core.ids import InteractionId, Language, Ms, QueueId
from cti.core.inputs import (
    CallbackAsked,
    FlowMoved,
    Input,
    LanguageChosen,
    MessageSent,
    RouteAsked,
    SurveyAnswered,
)
from cti.core.site import Number, Outgoing, Site
from cti.robots.phone import Call, Phone
from cti.store.views import CallerFacts
from ivr import prompts, sounds
from ivr.flow import Flows
from ivr.load import load
from tests.agi.paper import WHO, World
from tests.conftest import RunningAsterisk, eventually
from tests.ivr.play import SHIPPED

pytestmark = pytest.mark.asterisk

FIRST, SECOND = "314159265358", "27182818"
TYPED = ("notice", "legal", "first", "second", "menu")
TYPING = f"""
title = "Typing"
start = "notice"
person = "lost"
languages = ["en"]

[nodes.notice]
kind = "play"
prompt = "notice"
to = "legal"
[nodes.legal]
kind = "play"
prompt = "legal"
cut = false
to = "first"
[nodes.first]
kind = "collect"
name = "first"
prompt = "first"
least = {len(FIRST)}
most = {len(FIRST)}
to = "echo"
[nodes.echo]
kind = "say"
what = "digits"
value = "typed.first"
to = "second"
[nodes.second]
kind = "collect"
name = "second"
prompt = "second"
least = {len(SECOND)}
most = {len(SECOND)}
to = "menu"
[nodes.menu]
kind = "menu"
[nodes.menu.choices.7]
label = {{ en = "Seven" }}
prompt = "menu"
to = "was-first"
[nodes.was-first]
kind = "branch"
on = "typed"
name = "first"
cases = {{ {FIRST} = "was-second" }}
otherwise = "lost"
[nodes.was-second]
kind = "branch"
on = "typed"
name = "second"
cases = {{ {SECOND} = "all" }}
otherwise = "lost"
[nodes.all]
kind = "route"
queue = "support"
[nodes.lost]
kind = "route"
queue = "billing"
[prompts]
notice = {{ en = "Notice" }}
legal = {{ en = "Legal" }}
first = {{ en = "First" }}
second = {{ en = "Second" }}
menu = {{ en = "Press 7" }}
"""


T = TypeVar("T")


class Desk(World):
    """The session's ports, with inputs to be waited for and a place for messages."""

    def __init__(self, site: Site, flows: Flows, folder: Path) -> None:
        super().__init__()
        self.sites = site
        self.all_flows = flows
        self.folder = folder
        self.caller = CallerFacts(identifier=WHO)
        self.existing = self.existing | {f"hotline/en/typing-{name}" for name in TYPED}
        self._came = asyncio.Event()

    def submit(self, said: Input) -> None:
        super().submit(said)
        self._came.set()

    def now(self) -> Ms:
        return Ms(time.time_ns() // 1_000_000)

    def flows(self) -> Flows:
        return self.all_flows

    def message_file(self, interaction: InteractionId) -> str:
        return str(self.folder / interaction)

    async def tells(self, kind: type[T], count: int = 1, seconds: float = 20) -> list[T]:
        """Wait until so many inputs of a kind have come."""
        async with asyncio.timeout(seconds):
            while len(found := [one for one in self.told if isinstance(one, kind)]) < count:
                self._came.clear()
                await self._came.wait()
            return found


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Flows:
    folder = tmp_path_factory.mktemp("flows")
    for file in SHIPPED.glob("*.toml"):
        (folder / file.name).write_text(file.read_text())
    (folder / "typing.toml").write_text(TYPING)
    return load(folder)


@pytest.fixture(scope="module")
def tones(asterisk: RunningAsterisk, flows: Flows) -> None:
    """A tone for every prompt the tests may hear; building the real ones takes ten seconds."""
    tone = array("h", (int(8000 * math.sin(math.tau * 440 * n / 8000)) for n in range(6400)))
    names = [name for (language, name), _ in prompts.texts(flows).items() if language == "en"]
    for language in flows.flows["main"].languages:
        for name in names:
            file = sounds.path(asterisk.settings.sounds, language, name)
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                with wave.open(str(file), "wb") as out:
                    out.setparams((1, 2, 8000, len(tone), "NONE", ""))
                    out.writeframes(tone.tobytes())


@pytest.fixture
async def desk(asterisk: RunningAsterisk, flows: Flows, tones: None, tmp_path: Path) -> AsyncIterator[Desk]:
    """Our AGI server where Asterisk looks for it."""
    made = Desk(asterisk.site, flows, tmp_path)
    server = AgiServer(Sessions(made))
    await server.start("127.0.0.1", asterisk.settings.agi_port)
    yield made
    await server.close()


Dial = Callable[..., Awaitable[Call]]


@pytest.fixture
async def dial(asterisk: RunningAsterisk, desk: Desk) -> AsyncIterator[Dial]:
    """Calls a number, each time from an address of its own; every call has ended when the test has."""
    phones: list[Phone] = []

    async def go(number: str = "28000000") -> Call:
        phone = Phone("91234567", "", f"127.0.0.{2 + len(phones)}", ("127.0.0.1", asterisk.settings.sip_port))
        phones.append(phone)
        await phone.open()
        call = await phone.call(number)
        async with asyncio.timeout(10):
            await call.up
        return call

    yield go
    for phone in phones:
        for call in list(phone.calls.values()):
            call.hang_up()

    async def quiet() -> bool:
        return "0 active calls" in await asterisk.cli("core show channels")

    try:
        await eventually(quiet, "every call has ended")
    finally:
        for phone in phones:
            phone.close()
        await asyncio.sleep(0)


async def test_keys_typed_at_machine_speed_are_never_lost(desk: Desk, dial: Dial) -> None:
    """During prompts, between two commands, during a notice that no key cuts, from different moments on."""
    desk.sites = replace(desk.sites, numbers=(Number(number="28000000", flow="typing", name={}),))
    calls = 8

    async def type_all(n: int) -> None:
        call = await dial()
        await asyncio.sleep(n * 0.17)
        await call.press(f"{FIRST}{SECOND}7", gap_s=0.02)

    for _ in range(calls // 4):
        await asyncio.gather(*(type_all(n) for n in range(4)))
    routed = await desk.tells(RouteAsked, calls)
    # The flow leads to `support` only when both numbers came whole and in order.
    assert [one.queue for one in routed] == ["support"] * calls


async def test_a_caller_goes_through_the_main_flow_into_the_line(desk: Desk, dial: Dial) -> None:
    call = await dial()
    await call.media.hears(10)
    await call.press("3")
    assert (await desk.tells(LanguageChosen))[0].language == "en"
    await call.press("2")
    asked = (await desk.tells(RouteAsked))[0]
    assert (asked.queue, asked.language) == ("billing", "en")
    # Connecting, the place, then music: there is something to hear all the time.
    await call.media.hears(150)


async def test_a_waiting_caller_hears_music_when_they_come_back(desk: Desk, dial: Dial) -> None:
    desk.known = Resume(state="waiting", position="", language=Language("yue"), queue=QueueId("support"))
    call = await dial()
    await call.media.hears(50)
    assert desk.kinds() == ["CallArrived"]


async def test_in_line_no_key_is_lost_during_music_and_questions(desk: Desk, dial: Dial) -> None:
    """The whole of a callback to another number, typed blindly from different moments on."""
    desk.sites = replace(desk.sites, outgoing=Outgoing(trunk="t", allow=("+852",)))
    desk.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))

    async def ask(n: int) -> None:
        call = await dial()
        await asyncio.sleep(0.3 + n * 0.37)
        await call.press("12" + f"9123456{n}#" + "1", gap_s=0.02)

    await asyncio.gather(*(ask(n) for n in range(4)))
    asked = await desk.tells(CallbackAsked, 4)
    assert sorted(str(one.to) for one in asked) == [f"tel:456{n}" for n in range(4)]


async def test_the_judgement_is_taken_and_the_call_ends_by_itself(desk: Desk, dial: Dial) -> None:
    desk.known = Resume(state="after", position="", language=Language("en"), queue=QueueId("support"))
    call = await dial()
    await call.media.hears(10)
    await call.press("1")
    assert (await desk.tells(SurveyAnswered))[0].solved
    async with asyncio.timeout(10):
        assert await call.over == "them"


async def test_a_message_is_recorded_to_a_file(desk: Desk, dial: Dial) -> None:
    desk.sites = replace(desk.sites, open_hours={"mon": "00:00-00:01"}, zone="Etc/GMT+12")
    call = await dial()
    await call.press("33")
    recording = desk.folder / f"{(await desk.tells(FlowMoved))[0].interaction}.wav"

    async def grows() -> bool:
        return recording.exists() and recording.stat().st_size > 40_000

    await eventually(grows, "the message is being recorded", 15)
    call.hang_up()
    sent = (await desk.tells(MessageSent))[0]
    assert sent.ms > 2000
    assert not sent.sent, "hung up or taken away: the core knows which"
    length = sounds.seconds(recording)
    assert length is not None
    assert length > 2
