"""The demonstration's people: agents who answer, talk and wrap up, and callers who dial by sipp."""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from cti.robots import callers
from cti.robots.callers import Caller
from cti.robots.cast import Wish
from cti.robots.phone import Call, Phone
from cti.web.auth import COOKIE

Say = Callable[[str], None]

VOICES = {
    "cmn": ("cmn-latn-pinyin", "ni3 hao3, wo3 de5 wang3 luo4 duan4 le5"),
    "yue": ("yue", "你好，我想問下張單"),
    "en": ("en", "Hello, my internet is down since the storm"),
}
"""Language -> espeak-ng's voice and what such a caller says."""
_THINK_MS = 2500
"""Before the key of a question; between the digits of a number it is less."""
_TYPE_MS = 400
_PATIENCE_MS = 120_000
_ASKS = 100
_ASK_S = 0.2
"""So often and so far apart a robot that leaves asks whether its last call is over: a busy machine takes a while."""


class Robot(Struct, frozen=True, kw_only=True):
    """What a robot agent needs: whose place it takes, and the keys to it."""

    agent: str
    phone: str
    secret: str
    """The phone's password."""
    session: str
    """The secret of a session of this agent's, which the robot ends."""


class Chance(Struct, frozen=True, kw_only=True):
    """A kind of caller, and how often they call beside the others."""

    wish: Wish
    weight: float


class Tally(Struct):
    """What became of the callers."""

    dialled: int = 0
    failures: list[str] = []
    """Why a call came to nothing, one line each."""


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

    async def start(self, lifetime_s: float) -> None:
        """Register for so long and get ready. Raises ConnectionError when the exchange or the bridge refuses."""
        # The certificate is the hotline's own, on this very machine.
        self._http = aiohttp.ClientSession(
            headers={"Cookie": f"{COOKIE}={self._robot.session}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(ssl=False),
        )
        async with self._http.get(f"{self._api}/session") as answer:
            if answer.status != 200:
                raise ConnectionError(f"{self._robot.agent} can't sign in: {(await answer.text())[:200]}")
            self._http.headers["X-CSRF"] = (await answer.json())["csrf"]
        await self._phone.open()
        await self._phone.register(round(lifetime_s))
        self._phone.on_call = self._rings
        await self._post("/agent/state", {"state": "ready"})

    async def leave(self) -> None:
        """Take no more calls: what rings is declined. All robots do so before any of them hangs up.

        Else a caller who comes back to the line would be offered to one who is about to go.
        """
        self._phone.on_call = Call.decline
        for task in tuple(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        for call in self._phone.calls.values():
            if not call.picked_up:
                call.decline()
        if self._http is not None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                # Were the person signed in beside the robot, they would stay, and not be given its calls.
                await self._post("/agent/state", {"state": "not_ready", "reason": "away"})

    async def stop(self) -> None:
        """End talks, wrap up, sign out, and be gone. What the hotline doesn't take any more is left as it is."""
        if self._http is not None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self._sign_out()
            await self._http.close()
        with contextlib.suppress(ConnectionError, TimeoutError):
            await self._phone.register(0)
        self._phone.close()

    async def _sign_out(self) -> None:
        assert self._http is not None
        calls = list(self._phone.calls.values())
        for call in calls:
            call.hang_up()
        for _ in range(_ASKS):
            # Who signs out in a call stays until its wrap-up is over, with nobody there to end it.
            if not await self._busy():
                break
            await asyncio.sleep(_ASK_S)
        for call in calls:
            await self._wrap_up(call, ready=False)
        async with self._http.delete(f"{self._api}/session") as answer:
            if answer.status >= 300:
                self._say(f"{self._robot.agent} could not sign out: {(await answer.text())[:200]}")

    async def _busy(self) -> bool:
        """Whether the hotline takes the robot for one who has a call, or is rung for one."""
        assert self._http is not None
        async with self._http.get(f"{self._api}/agent/why") as answer:
            if answer.status >= 300:
                return False
            reasons = (await answer.json())["why"]
        return any(why.get("args", {}).get("state") in ("reserved", "talking") for why in reasons)

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
            async with asyncio.timeout(self._chance.uniform(10, 30)):
                await asyncio.shield(call.over)
        except TimeoutError:
            call.hang_up()
        await asyncio.sleep(self._chance.uniform(2, 6))
        if await self._wrap_up(call, ready=True) == HTTPStatus.CONFLICT:
            self._say(f"{self._robot.agent}: the wrap-up was refused")

    async def _wrap_up(self, call: Call, ready: bool) -> int:
        """Say what came of it; gives the answer's HTTP status."""
        offer = next((value for name, value in call.headers if name.lower() == "x-hotline-offer"), "")
        interaction = offer.rpartition(".")[0]
        if not interaction:
            return HTTPStatus.OK
        outcome = self._chance.choice(self._outcomes) if self._outcomes else None
        body = {"outcome": outcome, "note": "Robot: helped the caller.", "ready": ready}
        return await self._post(f"/interactions/{interaction}/wrap-up", body)

    async def _post(self, path: str, body: dict[str, Any]) -> int:
        assert self._http is not None
        async with self._http.post(self._api + path, json=body) as answer:
            if answer.status >= 300 and answer.status != HTTPStatus.CONFLICT:
                self._say(f"{self._robot.agent}: {path} was refused: {(await answer.text())[:200]}")
            return answer.status


async def call_in(
    number: str,
    addresses: Sequence[str],
    sip: tuple[str, int],
    kinds: Sequence[Chance],
    per_minute: float,
    minutes: float,
    say: Say,
) -> Tally:
    """Robot callers of these kinds dial `number`, at random times, for so long; returns when the last call is over."""
    chance = random.Random()
    running = asyncio.get_running_loop()
    end = running.time() + minutes * 60
    tally = Tally()
    calls: set[asyncio.Task[None]] = set()
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as made:
        folder = Path(made)
        voices = {}
        for language in {str(kind.wish.language or "en") for kind in kinds}:
            place = folder / language
            place.mkdir()
            voices[language] = await callers.speech(VOICES[language][1], VOICES[language][0], place)
        try:
            while running.time() < end:
                tally.dialled += 1
                (kind,) = chance.choices(kinds, [kind.weight for kind in kinds])
                caller = Caller(
                    number=f"+8525{tally.dialled % 1000:03d}{chance.randrange(10000):04d}",
                    keys=tuple(typed(kind.wish)),
                    later=chance.choice("1112"),
                    every_ms=6000,
                    patience_ms=_PATIENCE_MS,
                )
                say(f"{caller.number} dials {number}")
                address = addresses[tally.dialled % len(addresses)]
                said = voices[kind.wish.language or "en"]
                work = _dial(caller, number, sip, address, folder / str(tally.dialled), said, tally, say)
                task = running.create_task(work)
                calls.add(task)
                task.add_done_callback(calls.discard)
                await asyncio.sleep(min(chance.expovariate(per_minute / 60), max(0, end - running.time())))
            if calls:
                say(f"Nobody dials any more; {len(calls)} calls come to their end")
            await asyncio.gather(*calls)
        finally:
            for task in tuple(calls):
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
    return tally


def typed(wish: Wish) -> Iterator[tuple[int, str]]:
    """The keys of such a caller, each with the milliseconds before it."""
    for keys in wish.keys:
        for place, key in enumerate(keys):
            yield _TYPE_MS if place else _THINK_MS, key


async def _dial(
    caller: Caller,
    number: str,
    sip: tuple[str, int],
    address: str,
    folder: Path,
    said: Path,
    tally: Tally,
    say: Say,
) -> None:
    code = await callers.dial(caller, number, sip, address, folder, said)
    wrong = callers.why(caller, folder)
    if wrong is None and code not in (0, 1):
        wrong = f"sipp ended with code {code}"
    if wrong is not None:
        tally.failures.append(wrong)
    say(f"{caller.number} {'is done' if wrong is None else f'came to nothing: {wrong}'}")
