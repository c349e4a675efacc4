"""A real Asterisk, our link and actions on it, a FastAGI server that lets callers wait, and scripted phones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import pytest

from cti.agi.server import AgiCall, AgiServer
from cti.ami.actions import AmiActions
from cti.ami.link import Address, AmiLink, Pace
from cti.core.commands import Leg, RingAgent
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Language, OfferId
from cti.core.ids import Phone as PhoneId
from cti.core.inputs import Input
from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk, eventually

T = TypeVar("T")


class Relay:
    """A wire to Asterisk's manager that a test can cut."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self._to = port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends |= {writer, far_writer}
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, target))
            self._tasks.add(task)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
        except ConnectionError:
            pass
        finally:
            target.close()
            self._ends.discard(target)


class Exchange:
    """What a test sees and does."""

    def __init__(self, asterisk: RunningAsterisk, relay: Relay) -> None:
        secrets = asterisk.settings.secrets
        self.asterisk = asterisk
        self.relay = relay
        self.heard: list[Input] = []
        self.on_input: Callable[[Input], None] | None = None
        self.on_caller: Callable[[AgiCall], None] | None = None
        self.sessions: list[AgiCall] = []
        self.phones: list[Phone] = []
        self._news = asyncio.Event()
        address = Address("127.0.0.1", relay.port, secrets.ami_user, secrets.ami_secret)
        self.link = AmiLink(address, self._submit, Pace(retry=0.02, retry_cap=0.1))
        self.actions = AmiActions(self.link, self._submit, lambda interaction: ("85291234567", "王小明"), self._number)

    async def _number(self, to: IdentifierId) -> tuple[str, str]:
        raise AssertionError(f"nobody is called here, but {to}")

    def _submit(self, said: Input) -> None:
        self.heard.append(said)
        if self.on_input is not None:
            self.on_input(said)
        self._news.set()

    async def wait(self, call: AgiCall) -> None:
        """The session of every caller: answer, and wait as in line."""
        self.sessions.append(call)
        self._news.set()
        if call.script == "after":
            await call.set_variable("HL_DONE", "bye")
            return
        await call.answer()
        if self.on_caller is not None:
            self.on_caller(call)
        await call.set_music(True)
        while not (await call.wait_for_digit(60_000)).hung_up:
            pass

    async def until(self, check: Callable[[], T | None], what: str, seconds: float = 10) -> T:
        """The first thing `check` finds."""
        try:
            async with asyncio.timeout(seconds):
                while (found := check()) is None:
                    self._news.clear()
                    await self._news.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s: {what}; heard {self.heard[-12:]}") from None

    async def told(self, said: Input, seconds: float = 10) -> None:
        """Wait for exactly this input."""
        await self.until(lambda: True if said in self.heard else None, str(said), seconds)

    async def phone(self, user: str, address: str) -> Phone:
        """A phone that is nobody's, on a trunk's address if that is the trunk's."""
        made = Phone(user, "", address, ("127.0.0.1", self.asterisk.settings.sip_port))
        self.phones.append(made)
        await made.open()
        return made

    async def agent(self, phone: str) -> Phone:
        """A registered phone of an agent."""
        made = await self.phone(phone, "127.0.0.41")
        made.password = self.asterisk.settings.secrets.phone_secrets[PhoneId(phone)]
        await made.register()
        return made

    async def caller(self, address: str = "127.0.0.5", user: str = "91234567", name: str = "") -> tuple[Call, AgiCall]:
        """Somebody calls the hotline and waits; the call and its session."""
        before = len(self.sessions)
        call = await (await self.phone(user, address)).call("28000000", name)
        session = await self.until(lambda: next(iter(self.sessions[before:]), None), "the caller's session")
        await self.until(lambda: self.link.names.get(session.channel), "the caller's channel on AMI")
        async with asyncio.timeout(10):
            await call.up
        return call, session

    def ring(self, session: AgiCall, leg: str, phone: str = "bo-desk", timeout_s: int = 15, auto: bool = False) -> None:
        """Offer this caller to a phone."""
        interaction = InteractionId(session.args[0])
        self.actions.carry_out(
            RingAgent(
                offer=OfferId(f"{interaction}.{leg}"),
                interaction=interaction,
                caller=session.channel,
                agent=AgentId("bo"),
                legs=(Leg(phone=PhoneId(phone), channel=ChannelId(leg)),),
                timeout_s=timeout_s,
                language=Language("en"),
                auto_answer=auto,
            )
        )

    async def quiet(self) -> bool:
        """No call is left in Asterisk."""
        return "0 active calls" in await self.asterisk.cli("core show channels")


@pytest.fixture
async def exchange(asterisk: RunningAsterisk) -> AsyncIterator[Exchange]:
    """Linked, and with a FastAGI server for callers; every call has ended when the test has."""
    relay = Relay(asterisk.settings.ami_port)
    await relay.start()
    made = Exchange(asterisk, relay)
    agi = AgiServer(made.wait)
    await agi.start("127.0.0.1", asterisk.settings.agi_port)
    linked = asyncio.create_task(made.link.run())
    async with asyncio.timeout(15):
        await made.link.wait_up()
    yield made
    for phone in made.phones:
        for call in list(phone.calls.values()):
            call.hang_up()
    try:
        await eventually(made.quiet, "every call has ended", 10)
    finally:
        for phone in made.phones:
            phone.close()
        await made.actions.close()
        linked.cancel()
        await asyncio.gather(linked, return_exceptions=True)
        await agi.close()
        await relay.stop()
