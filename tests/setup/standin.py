"""What stands in for our bridge and for people, in tests of the dialplan."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from cti.core.ids import Phone as PhoneName
from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk


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

    def begin_command(self, line: str) -> None:
        """Send it and don't wait for the answer, which may be long in coming."""
        self._writer.write(f"{line}\n".encode())

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

    async def call(self, seconds: float = 10) -> Agi:
        async with asyncio.timeout(seconds):
            return await self.calls.get()


@contextlib.asynccontextmanager
async def opened(phone: Phone) -> AsyncIterator[Phone]:
    await phone.open()
    try:
        yield phone
    finally:
        phone.close()
        # A transport is closed by the loop's next turn.
        await asyncio.sleep(0)


def phone_of(asterisk: RunningAsterisk, name: str, address: str) -> Phone:
    secret = asterisk.settings.secrets.phone_secrets.get(PhoneName(name), "")
    return Phone(name, secret, address, ("127.0.0.1", asterisk.settings.sip_port))


async def ended(call: Call, seconds: float = 10) -> str:
    async with asyncio.timeout(seconds):
        return await call.over


async def next_ring(phone: Phone, seconds: float = 10) -> Call:
    """The next call that rings this phone."""
    came: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
    phone.on_call = came.set_result
    async with asyncio.timeout(seconds):
        return await came
