"""A line that is never empty, with announcements on: what an answer and a free agent cost the caller in time.

Robot telephones with voice: four agents, twelve callers of whom a new one dials as soon as one has gone. Both sides are
watched alike: by the phones' own clock, and by one more AMI connection that says when two are in a bridge.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from benchmarks.calls_sides import Side
from cti.core.ids import Phone as PhoneName
from cti.robots.phone import Call, Phone
from cti.setup.settings import Settings

AGENTS = 4
CALLERS = 12
ALLOWANCE_S = 0.1
"""From a free agent to a ringing phone: what takes longer than this was waiting for something."""

_FIELD = re.compile(rb"^(Event|BridgeUniqueid|BridgeNumChannels|Channel): (.*)\r$", re.MULTILINE)


class Line(Struct):
    """What was seen."""

    bridged_ms: list[float] = []
    """From each agent's 200 OK to both in one bridge."""
    idle_s: list[float] = []
    """From each agent's end of a talk to the next ring, with callers in line all the while."""
    talks: int = 0
    left: int = 0
    """Channels that are there for good."""

    @property
    def lost_s(self) -> float:
        """Seconds a call that somebody waited although an agent was free."""
        return sum(max(0.0, each - ALLOWANCE_S) for each in self.idle_s) / max(1, len(self.idle_s))


async def watch(side: Side, number: str, talks: int, talk_s: float) -> Line:
    """So many talks of this length, in a line with more callers than agents."""
    line = Line()
    phones: list[Phone] = []
    tasks: list[asyncio.Task[None]] = []
    answered: dict[str, float] = {}
    agents = side.agents[:AGENTS]
    sip = ("127.0.0.1", side.settings.sip_port)
    enough = asyncio.Event()
    try:
        async with _bridges(side.settings, answered, line):
            waiting = [await _phone(f"+852620000{n:02d}", "", "127.0.0.3", sip, phones) for n in range(CALLERS)]
            tasks += [asyncio.create_task(_callers(phone, number, enough)) for phone in waiting]
            await asyncio.sleep(1)  # all are in line before the first agent comes
            for agent in agents:
                name = PhoneName(f"{agent}-desk")
                phone = await _phone(name, side.settings.secrets.phone_secrets[name], "127.0.0.20", sip, phones)
                await phone.register()
                phone.on_call = _Agent(phone, answered, line, enough, talks, talk_s, tasks).rings
            await side.ready(agents)
            async with asyncio.timeout(60 + talks * (talk_s + 10) / AGENTS):
                await enough.wait()
            await side.ready(agents, ready=False)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for phone in phones:
            for call in list(phone.calls.values()):
                call.hang_up()
        # Phones that are there to the end: one that went before its calls would leave them to Asterisk's timers.
        line.left = await side.left()
        for phone in phones:
            if phone.password:
                with contextlib.suppress(ConnectionError, TimeoutError):
                    await phone.register(0)
            phone.close()
    return line


async def _phone(user: str, password: str, address: str, sip: tuple[str, int], phones: list[Phone]) -> Phone:
    phone = Phone(user, password, address, sip)
    await phone.open()
    phones.append(phone)
    return phone


async def _callers(phone: Phone, number: str, enough: asyncio.Event) -> None:
    while not enough.is_set():
        call = await phone.call(number)
        # A task that is cancelled cancels what it awaits, and a call that is "over" is not hung up any more.
        await asyncio.shield(call.over)
        await asyncio.sleep(0.05)


class _Agent:
    """Answers at once, talks, hangs up."""

    def __init__(
        self,
        phone: Phone,
        answered: dict[str, float],
        line: Line,
        enough: asyncio.Event,
        talks: int,
        talk_s: float,
        tasks: list[asyncio.Task[None]],
    ) -> None:
        self._phone = phone
        self._answered = answered
        self._line = line
        self._enough = enough
        self._talks = talks
        self._talk_s = talk_s
        self._tasks = tasks
        self._free: float | None = None

    def rings(self, call: Call) -> None:
        running = asyncio.get_running_loop()
        if self._free is not None and not self._enough.is_set():
            self._line.idle_s.append(running.time() - self._free)
        self._answered[self._phone.user] = running.time()
        call.answer()
        self._tasks.append(running.create_task(self._talk(call)))

    async def _talk(self, call: Call) -> None:
        await asyncio.wait_for(asyncio.shield(call.up), 5)
        await asyncio.sleep(self._talk_s)
        call.hang_up()
        self._free = asyncio.get_running_loop().time()
        self._line.talks += 1
        if self._line.talks >= self._talks:
            self._enough.set()


@asynccontextmanager
async def _bridges(settings: Settings, answered: dict[str, float], line: Line) -> AsyncIterator[None]:
    """One more reader of AMI: an agent whose bridge has two in it is told to `line`, once for each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", settings.ami_port)
    secrets = settings.secrets
    who = f"Username: {secrets.ami_user}\r\nSecret: {secrets.ami_secret}\r\n"
    writer.write(f"Action: Login\r\n{who}Events: call\r\n\r\n".encode())
    running = asyncio.get_running_loop()

    async def read() -> None:
        members: dict[bytes, list[str]] = {}
        while True:
            message = await reader.readuntil(b"\r\n\r\n")
            now = running.time()
            if not message.startswith(b"Event: BridgeEnter"):
                continue
            fields = dict(_FIELD.findall(message))
            inside = members.setdefault(fields[b"BridgeUniqueid"], [])
            inside.append(fields[b"Channel"].decode())
            if fields[b"BridgeNumChannels"] == b"2":
                for channel in inside:
                    at = answered.pop(channel.removeprefix("PJSIP/").rpartition("-")[0], None)
                    if at is not None:
                        line.bridged_ms.append((now - at) * 1000)

    task = asyncio.create_task(read())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()
