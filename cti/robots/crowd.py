"""The demonstration's people: agents who answer, talk and wrap up, and callers who dial by sipp."""

import asyncio
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from cti.robots import callers
from cti.robots.callers import Caller
from cti.robots.phone import Call, Phone

Say = Callable[[str], None]

VOICES = {
    "1": ("cmn-latn-pinyin", "ni3 hao3, wo3 de5 wang3 luo4 duan4 le5"),
    "2": ("yue", "你好，我想問下張單"),
    "3": ("en", "Hello, my internet is down since the storm"),
}
"""Key of the language question -> espeak-ng's voice and what such a caller says."""


class Robot(Struct, frozen=True, kw_only=True):
    """What a robot agent needs: whose place it takes, and the keys to it."""

    agent: str
    phone: str
    secret: str
    token: str


class RobotAgent:
    """Registers a desk phone, is ready, answers what rings, talks a while, wraps up."""

    def __init__(self, robot: Robot, api: str, sip: tuple[str, int], address: str, outcomes: Sequence[str], say: Say):
        self._robot = robot
        self._api = api
        self._phone = Phone(robot.phone, robot.secret, address, sip)
        self._outcomes = outcomes
        self._say = say
        self._chance = random.Random(robot.agent)
        self._http: aiohttp.ClientSession | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Register and get ready. Raises ConnectionError when the exchange or the bridge refuses."""
        # The certificate is the hotline's own, on this very machine.
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._robot.token}"}, connector=aiohttp.TCPConnector(ssl=False)
        )
        await self._phone.open()
        await self._phone.register()
        self._phone.on_call = self._rings
        await self._post("/agent/state", {"state": "ready"})

    async def stop(self, reason: str) -> None:
        """End talks, be not ready, and leave."""
        for call in list(self._phone.calls.values()):
            call.hang_up()
        for task in tuple(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._http is not None:
            await self._post("/agent/state", {"state": "not_ready", "reason": reason})
            await self._http.close()
        self._phone.close()

    def _rings(self, call: Call) -> None:
        task = asyncio.get_running_loop().create_task(self._talk(call))
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _talk(self, call: Call) -> None:
        await asyncio.sleep(self._chance.uniform(1, 4))
        if call.over.done():
            return
        call.answer()
        self._say(f"{self._robot.agent} answers")
        try:
            async with asyncio.timeout(self._chance.uniform(12, 40)):
                await asyncio.shield(call.over)
        except TimeoutError:
            call.hang_up()
        await asyncio.sleep(self._chance.uniform(2, 6))
        await self._wrap_up(call)

    async def _wrap_up(self, call: Call) -> None:
        offer = next((value for name, value in call.headers if name.lower() == "x-hotline-offer"), "")
        interaction = offer.rpartition(".")[0]
        if interaction:
            outcome = self._chance.choice(self._outcomes) if self._outcomes else None
            body = {"outcome": outcome, "note": "Robot: helped the caller.", "ready": True}
            await self._post(f"/interactions/{interaction}/wrap-up", body)

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        assert self._http is not None
        async with self._http.post(self._api + path, json=body) as answer:
            if answer.status >= 300:
                self._say(f"{self._robot.agent}: {path} was refused: {(await answer.text())[:200]}")


async def call_in(
    number: str, addresses: Sequence[str], sip: tuple[str, int], per_minute: float, minutes: float, say: Say
) -> int:
    """Robot callers dial `number`, at random times, for so long; gives how many did. They are gone when it returns."""
    chance = random.Random()
    running = asyncio.get_running_loop()
    end = running.time() + minutes * 60
    calls: set[asyncio.Task[None]] = set()
    dialled = 0
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as made:
        folder = Path(made)
        voices = {}
        for key, (voice, words) in VOICES.items():
            place = folder / key
            place.mkdir()
            voices[key] = await callers.speech(words, voice, place)
        while running.time() < end:
            dialled += 1
            language = chance.choice("1233")
            caller = Caller(
                number=f"+8525{dialled % 1000:03d}{chance.randrange(10000):04d}",
                keys=((2500, language), (2500, chance.choice("1123"))),
                later=chance.choice("1112"),
                every_ms=6000,
                patience_ms=90_000,
            )
            say(f"{caller.number} dials {number}")
            address = addresses[dialled % len(addresses)]
            work = _dial(caller, number, sip, address, folder / str(dialled), voices[language], say)
            task = running.create_task(work)
            calls.add(task)
            task.add_done_callback(calls.discard)
            await asyncio.sleep(min(chance.expovariate(per_minute / 60), max(0, end - running.time())))
        for task in tuple(calls):
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    return dialled


async def _dial(
    caller: Caller, number: str, sip: tuple[str, int], address: str, folder: Path, said: Path, say: Say
) -> None:
    code = await callers.dial(caller, number, sip, address, folder, said)
    say(f"{caller.number} {'is done' if code in (0, 1) else f'ended with sipp code {code}'}")
