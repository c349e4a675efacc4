"""A whole Hotline for a test: real Asterisk, the real bridge as a process of its own, robots with real phones."""

import asyncio
import contextlib
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from cti.core.events import Event, Record
from cti.core.ids import HUSK, AgentId, Ms
from cti.core.ids import Phone as PhoneName
from cti.robots.phone import Call, Phone
from cti.setup.asterisk import AsteriskProcess
from cti.setup.settings import Settings
from cti.store.database import Store
from tests.passwords import give_password

PASSWORD = "a long enough password"
OUTSIDE = f"127.0.0.{40 + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"
"""Where the provider and the twin site are; tests that run beside each other have one each."""

_decode = msgspec.json.Decoder(Event).decode


class House:
    """The running whole. `settings` belong to an Asterisk that runs already."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bridge: asyncio.subprocess.Process | None = None
        self.asterisk: AsteriskProcess
        self._http: list[aiohttp.ClientSession] = []
        self._phones: list[Phone] = []
        self._read: list[Record] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.http_port}/api/v1"

    @property
    def sip(self) -> tuple[str, int]:
        return ("127.0.0.1", self.settings.sip_port)

    async def start_bridge(self, watched: bool = True) -> None:
        """Start it, and return when it sees Asterisk. `watched`: with Python's own checks, which take time."""
        log = (self.settings.data / "bridge.log").open("ab")
        with log:
            self.bridge = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    *(("-X", "dev") if watched else ()),
                    "-m",
                    "cti.app",
                    "--data",
                    str(self.settings.data),
                ),
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONWARNINGS": "default"},
            )
        try:
            await until(self.sees_asterisk, 60)
        except AssertionError:
            raise AssertionError(f"the bridge does not see Asterisk:\n{self.log()[-3000:]}") from None

    async def sees_asterisk(self) -> bool:
        assert self.bridge is not None
        assert self.bridge.returncode is None, f"the bridge ended:\n{self.log()[-3000:]}"
        with contextlib.suppress(aiohttp.ClientError):
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{self.settings.http_port}/healthz") as answer,
            ):
                health: dict[str, Any] = await answer.json()
                return bool(health["asterisk"])
        return False

    async def kill_bridge(self) -> None:
        """As a power cut does."""
        if self.bridge is not None and self.bridge.returncode is None:
            self.bridge.kill()
            await self.bridge.wait()

    async def close(self) -> None:
        for http in self._http:
            await http.close()
        for phone in self._phones:
            phone.close()
        if self.bridge is not None and self.bridge.returncode is None:
            self.bridge.terminate()
            try:
                await asyncio.wait_for(self.bridge.wait(), 10)
            except TimeoutError:
                await self.kill_bridge()

    def set_passwords(self, agents: list[AgentId]) -> None:
        with contextlib.closing(Store.open(self.settings.database_url)) as store:
            give_password(store, agents, PASSWORD)

    async def sign_in(self, agent: str) -> "Desk":
        """The agent's desk, as a program uses it."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._http.append(http)
        async with http.post(f"{self.url}/session", json={"name": agent, "password": PASSWORD}) as answer:
            assert answer.status == 200, await answer.text()
            me = await answer.json()
        return Desk(self, http, agent, me["csrf"])

    async def agent(self, agent: str, address: str = "127.0.0.20") -> "Desk":
        """An agent who is signed in and whose desk phone is registered."""
        desk = await self.sign_in(agent)
        name = PhoneName(f"{agent}-desk")
        phone = Phone(name, self.settings.secrets.phone_secrets[name], address, self.sip)
        await phone.open()
        self._phones.append(phone)
        await phone.register()
        desk.phone = phone
        phone.on_call = desk.rings
        return desk

    async def call(self, number: str, caller: str, address: str = "127.0.0.3", name: str = "") -> Call:
        """A caller dials."""
        phone = Phone(caller, "", address, self.sip)
        await phone.open()
        self._phones.append(phone)
        return await phone.call(number, name)

    async def left_nothing(self, desk: "Desk", *ends: str) -> None:
        """By Asterisk's own word no channel is left, and history tells how each call ended, newest first."""

        async def quiet() -> bool:
            rows = (await self.asterisk.cli("core show channels concise")).splitlines()
            return not [row for row in rows if row.count("!") > 10 and not row.startswith(HUSK)]

        async def told() -> bool:
            return [one["state"] for one in (await desk.get("/interactions"))["calls"]] == list(ends)

        await until(quiet, 10, "no channel is left")
        await until(told, 10, f"history tells {ends}")

    def journal(self, after: int = 0) -> list[Record]:
        """Everything that is on disk by now, or what came after a record."""
        known = self._read[-1].seq if self._read else 0
        with contextlib.closing(sqlite3.connect(f"file:{self.settings.data / 'journal.db'}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT seq, at, body FROM event WHERE seq > ? ORDER BY seq", (known,)).fetchall()
        # Asked many times a second: what was read once is not read again, for a journal only grows.
        self._read += [Record(seq, Ms(at), _decode(body)) for seq, at, body in rows]
        return [record for record in self._read if record.seq > after]

    def log(self) -> str:
        return (self.settings.data / "bridge.log").read_text()


class Desk:
    """An agent's desk and desk phone in a robot's hands."""

    def __init__(self, house: House, http: aiohttp.ClientSession, agent: str, csrf: str) -> None:
        self.house = house
        self.agent = agent
        self.phone: Phone | None = None
        self.calls: asyncio.Queue[Call] = asyncio.Queue()
        self.answers_by_itself = False
        self._http = http
        self._headers = {"X-CSRF": csrf}

    def rings(self, call: Call) -> None:
        self.calls.put_nowait(call)
        if self.answers_by_itself:
            call.answer()

    def answer_everything(self) -> None:
        """From now on, what rings and what will."""
        self.answers_by_itself = True
        for call in self.phone.calls.values() if self.phone is not None else ():
            if not call.up.done():
                call.answer()

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self._http.post(self.house.url + path, json=body or {}, headers=self._headers) as answer:
            text = await answer.text()
            assert answer.status < 300, f"{path}: {answer.status} {text}"
            found: dict[str, Any] = msgspec.json.decode(text) if text else {}
            return found

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(self.house.url + path) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path}: {answer.status} {text}"
            found: dict[str, Any] = msgspec.json.decode(text)
            return found

    async def sees(self) -> dict[str, Any]:
        """What is on the agent's screen."""
        async with self._http.ws_connect(f"{self.house.url}/live?view=desk") as socket:
            told: dict[str, Any] = await socket.receive_json(timeout=10)
        view: dict[str, Any] = told["view"]
        return view

    @contextlib.asynccontextmanager
    async def watched(self, view: str) -> AsyncIterator[list[dict[str, Any]]]:
        """All that a screen is sent meanwhile: fields of the view, whole."""
        shown: list[dict[str, Any]] = []

        async def read() -> None:
            async for message in socket:
                told = message.json()
                if told["type"] in ("snapshot", "change"):
                    shown.append(told["view" if told["type"] == "snapshot" else "set"])

        async with self._http.ws_connect(f"{self.house.url}/live?view={view}") as socket:
            reading = asyncio.create_task(read())
            try:
                yield shown
            finally:
                reading.cancel()

    async def ready(self) -> None:
        await self.post("/agent/state", {"state": "ready"})

    async def not_ready(self, reason: str = "break") -> None:
        await self.post("/agent/state", {"state": "not_ready", "reason": reason})

    async def picks_up(self, within: float = 10) -> Call:
        """Answer the next call that rings: not one that has stopped ringing by now."""
        async with asyncio.timeout(within):
            while (call := await self.calls.get()).over.done():
                pass
        call.answer()
        await asyncio.wait_for(asyncio.shield(call.up), 10)
        return call


async def until(true: Callable[[], Awaitable[bool] | bool], seconds: float, what: str = "") -> None:
    """Return when `true()` is; fail after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        answer = true()
        if answer if isinstance(answer, bool) else await answer:
            return
        if loop.time() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or true}")
        await asyncio.sleep(0.02)


def furnish(settings: Settings, spoken: Path) -> None:
    """Let a data folder use prompts that were made before."""
    place = settings.sounds / "hotline"
    if not place.is_symlink():
        place.rmdir()
        place.symlink_to(spoken)


def site_of(agents: int) -> str:
    """So many agents with desk phones `a0`.., the last half of them for `sales` too, the very last for `mobile` and
    nothing else, `web` with a browser only, and the supervisor `boss`, who has a telephone."""
    text = (Path(__file__).with_name("site.toml")).read_text().replace("127.0.0.40", OUTSIDE)
    today = datetime.now(ZoneInfo("Asia/Hong_Kong")).date()
    kept = ", ".join(f'"{today + timedelta(days=n)}"' for n in range(3))
    text = text.replace('region = "HK"', f'region = "HK"\nholiday_dates = {{ XX = [{kept}] }}')
    for n in range(agents):
        skills = "mobile = 5" if n == agents - 1 else "internet = 5" + (", vip = 5" if n >= agents // 2 else "")
        text += (
            f'\n[[agents]]\nid = "a{n}"\nname = "Agent {n}"\nwork_number = "80{n:02d}"\n'
            f"skills = {{ en = 5, cmn = 5, yue = 5, {skills} }}\ndesk_phone = true\n"
        )
    return text + (
        '\n[[agents]]\nid = "web"\nname = "Web Agent"\nwork_number = "8050"\n'
        "skills = { en = 9, cmn = 9, yue = 9, internet = 9, vip = 1 }\n"
        '\n[[agents]]\nid = "boss"\nname = "The Boss"\nwork_number = "8060"\nrole = "supervisor"\ndesk_phone = true\n'
    )
