"""The dialplan on a real Asterisk: what a caller meets while the bridge is there, away, or dying."""

import asyncio
import contextlib
import csv
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from cti.core.ids import Phone as PhoneName
from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk, eventually

pytestmark = pytest.mark.asterisk


class Agi:
    """One connection from Asterisk, driven by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.environment: dict[str, str] = {}
        self._reader = reader
        self._writer = writer

    async def begin(self) -> None:
        while line := (await self._reader.readline()).decode().strip():
            name, _, value = line.partition(": ")
            self.environment.setdefault(name, value)

    async def command(self, line: str) -> str:
        self._writer.write(f"{line}\n".encode())
        while (answer := (await self._reader.readline()).decode().strip()) == "HANGUP":
            pass
        return answer

    async def variable(self, name: str) -> str:
        answer = await self.command(f"GET FULL VARIABLE ${{{name}}}")
        return answer.partition("(")[2].removesuffix(")")

    def close(self) -> None:
        self._writer.close()


class Bridge:
    """Stands in for our bridge: listens where Asterisk looks for it, and can go away."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.calls: asyncio.Queue[Agi] = asyncio.Queue()
        self._open: list[Agi] = []
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self._port)

    async def down(self, keep: Agi | None = None) -> None:
        """As a SIGKILL looks to Asterisk: the listener and every connection (but `keep`) are gone."""
        if self._server is not None:
            self._server.close()
        for agi in self._open:
            if agi is not keep:
                agi.close()
        self._open = [keep] if keep else []

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        agi = Agi(reader, writer)
        self._open.append(agi)
        await agi.begin()
        self.calls.put_nowait(agi)

    async def call(self, seconds: float = 5) -> Agi:
        async with asyncio.timeout(seconds):
            return await self.calls.get()


@pytest.fixture
async def bridge(asterisk: RunningAsterisk) -> AsyncIterator[Bridge]:
    made = Bridge(asterisk.settings.agi_port)
    await made.up()
    yield made
    await made.down()


@contextlib.asynccontextmanager
async def opened(phone: Phone) -> AsyncIterator[Phone]:
    await phone.open()
    try:
        yield phone
    finally:
        phone.close()
        # A transport is closed by the loop's next turn.
        await asyncio.sleep(0)


Dial = Callable[[str, str], Awaitable[Call]]


@pytest.fixture
async def dial(asterisk: RunningAsterisk, bridge: Bridge) -> AsyncIterator[Dial]:
    """Calls a number from a trunk's address, with a caller's number of one's own."""
    phones: list[Phone] = []

    async def go(number: str, says: str = "91234567") -> Call:
        phone = Phone(says, "", f"127.0.0.{2 + len(phones)}", ("127.0.0.1", asterisk.settings.sip_port))
        phones.append(phone)
        await phone.open()
        return await phone.call(number)

    yield go
    for phone in phones:
        for call in list(phone.calls.values()):
            call.hang_up()
    # A channel stays for as long as its AGI connection does.
    await bridge.down()

    async def quiet() -> bool:
        return "0 active calls" in await asterisk.cli("core show channels")

    try:
        await eventually(quiet, "every call has ended")
    finally:
        for phone in phones:
            phone.close()
        await asyncio.sleep(0)


@pytest.fixture
async def ana(asterisk: RunningAsterisk) -> AsyncIterator[Phone]:
    """Ana's desk phone, registered."""
    async with opened(_phone(asterisk, "ana-desk", "127.0.0.21")) as phone:
        await phone.register()
        yield phone


def _phone(asterisk: RunningAsterisk, name: str, address: str) -> Phone:
    secret = asterisk.settings.secrets.phone_secrets.get(PhoneName(name), "")
    return Phone(name, secret, address, ("127.0.0.1", asterisk.settings.sip_port))


async def _ended(call: Call, seconds: float = 5) -> str:
    async with asyncio.timeout(seconds):
        return await call.over


async def _hear(phone: Phone, seconds: float = 5) -> Call:
    """The next call that rings this phone."""
    came: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
    phone.on_call = came.set_result
    async with asyncio.timeout(seconds):
        return await came


async def test_a_call_reaches_the_bridge_with_its_id_and_the_number(bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    agi = await bridge.call()
    uniqueid = agi.environment["agi_uniqueid"]
    assert agi.environment["agi_network_script"] == "call"
    assert agi.environment["agi_arg_1"] == f"c-{uniqueid.replace('.', '-')}"
    assert agi.environment["agi_arg_2"] == "28000000"
    assert agi.environment["agi_callerid"] == "91234567"
    assert not call.up.done(), "nobody answers before the bridge does"
    arrived = int(await agi.variable("HL_ARRIVED"))
    assert abs(arrived - time.time() * 1000) < 5000
    await agi.command("ANSWER")
    async with asyncio.timeout(2):
        await call.up
    await agi.command("SET VARIABLE HL_DONE bye")
    agi.close()
    assert await _ended(call) == "them"


@pytest.mark.parametrize("dialled", ["85228000001", "+85228000001"])
async def test_a_number_is_known_with_and_without_plus(bridge: Bridge, dial: Dial, dialled: str) -> None:
    await dial(dialled, "91234567")
    agi = await bridge.call()
    assert agi.environment["agi_arg_2"] == "+85228000001"


async def test_a_trunk_reaches_no_other_number(dial: Dial) -> None:
    for number in ("8001", "ana-desk", "0085290000000", "s", "h", "*43"):
        assert "404" in await _ended(await dial(number, "91234567")), number


async def test_a_stranger_is_no_endpoint(asterisk: RunningAsterisk, bridge: Bridge) -> None:
    async with opened(_phone(asterisk, "91234567", "127.0.0.31")) as phone:
        call = await phone.call("28000000")
        # The same peer's next request is answered after the call was.
        with pytest.raises(ConnectionError):
            await phone.register()
        assert not call.ringing.is_set()
        assert not call.up.done()
        assert bridge.calls.empty()


async def test_browsers_and_guests_logins_are_worth_nothing_over_plain_sip(asterisk: RunningAsterisk) -> None:
    """Only our own web server, on loopback, may bring them; elsewhere the password does not help."""
    for name in ("guest-1", "ana-web"):
        async with opened(_phone(asterisk, name, "127.0.0.32")) as phone:
            with pytest.raises((ConnectionError, TimeoutError)):
                await phone.register()


async def test_a_bridge_that_dies_finds_the_caller_again(bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    first = await bridge.call()
    await first.command("ANSWER")
    await bridge.down()
    await asyncio.sleep(1.2)
    await bridge.up()
    again = await bridge.call(2)
    assert again.environment["agi_arg_1"] == first.environment["agi_arg_1"]
    assert not call.over.done()


async def test_the_wait_for_a_bridge_is_music(bridge: Bridge, dial: Dial) -> None:
    await bridge.down()
    call = await dial("28000000", "91234567")
    async with asyncio.timeout(5):
        await call.up
        await call.media.hears(20)


async def test_without_a_bridge_callers_wait_in_a_plain_queue_in_order_of_arrival(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    """The later caller enters the queue first, and still the earlier one is served first."""
    callers, sessions = [], []
    for number in ("91110001", "91110002"):
        callers.append(await dial("28000000", number))
        sessions.append(await bridge.call())
        await sessions[-1].command("ANSWER")
        await sessions[-1].command("SET VARIABLE HL_QUEUE billing")
        await asyncio.sleep(0.2)
    first, second = callers
    await bridge.down(keep=sessions[0])
    lost = time.monotonic()

    async def queued(count: int) -> bool:
        return f"has {count} calls" in await asterisk.cli("queue show hl-billing")

    await eventually(lambda: queued(1), "the later caller waits in the queue", 14)
    assert time.monotonic() - lost > 9
    channel = next(line.split("!")[0] for line in (await asterisk.cli("core show channels concise")).splitlines())
    assert "HL_TOLD=1" in await asterisk.cli(f"core show channel {channel}"), "the emergency script has run"
    await bridge.down()
    await eventually(lambda: queued(2), "both callers wait in the queue", 14)
    await asterisk.cli("queue add member PJSIP/ana-desk to hl-billing")
    try:
        ring = await _hear(ana)
        assert "91110001" in ring.invite.header("From") if ring.invite else False
        ring.answer()
        async with asyncio.timeout(5):
            await ring.up
        await ring.media.hears(10)
        # The talk ends; the bridge is back by then and is asked what follows.
        await bridge.up()
        ring.hang_up()
        after = await bridge.call()
        assert after.environment["agi_network_script"] == "after"
        assert after.environment["agi_arg_1"] == sessions[0].environment["agi_arg_1"]
        await after.command("SET VARIABLE HL_DONE bye")
        after.close()
        assert await _ended(first) == "them"
        assert not second.over.done()
    finally:
        await asterisk.cli("queue remove member PJSIP/ana-desk from hl-billing")


async def test_the_end_of_a_call_is_in_the_cel_file(asterisk: RunningAsterisk, bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    agi = await bridge.call()
    await agi.command("ANSWER")
    async with asyncio.timeout(2):
        await call.up
    call.hang_up()
    agi.close()
    interaction, uniqueid = agi.environment["agi_arg_1"], agi.environment["agi_uniqueid"]
    rows: list[list[str]] = []

    async def written() -> bool:
        rows[:] = [row for row in csv.reader(asterisk.settings.cel_file.read_text().splitlines()) if row[2] == uniqueid]
        return any(row[0] == "HANGUP" for row in rows)

    await eventually(written, "the hang-up is in the file")
    ended = next(row for row in rows if row[0] == "HANGUP")
    assert ended[3] == interaction
    assert abs(float(ended[1]) - time.time()) < 10
    assert "hangupcause" in json.loads(ended[6])
