"""Whole calls on a real Asterisk: the same load through Hotline and through stock app_queue, turn by turn.

Callers and agents are sipp. A call is an INVITE, the line, an agent who rings, talks and hangs up, and the end. It
costs what Asterisk and the bridge take of the processors for it. The load has no voice, so that everything a call costs
but its voice is seen alone; what a second of voice costs is measured by itself, and both make up a whole call.
"""

import asyncio
import shutil
import statistics
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from benchmarks import calls_line, calls_sides, calls_sipp
from benchmarks.calls_line import Line
from benchmarks.calls_sides import Side
from benchmarks.calls_sipp import Agents, Batch
from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from cti.setup.asterisk import find_or_make
from tests.conftest import PROJECT, free_ports

T = TypeVar("T")

TALK_MS = 500
WHOLE_S = 180
"""A whole call: three minutes of talk."""
WITHIN_S = 15.0
"""A caller who isn't served so long after the last one came is lost."""
SETTLE_S = 1.0
"""What a call leaves to be done is done by then, and counted."""
WINDOW_S = 3.0
PACKETS = 50
"""Of voice, a second and leg."""
VOICE = 0.98
"""Of all packets sent, what must have come: the two looks are not in the very same moment for each leg."""


class Plan(Struct, frozen=True):
    """How much."""

    agents: int = 48
    rounds: int = 5
    calls: int = 400
    """A round and side."""
    rate: float = 20.0
    """Calls a second."""
    talks: int = 24
    """In the line with announcements."""
    talk_s: float = 3.0
    voices: int = 24
    """Talks at once, with voice."""
    voice_s: float = 6.0
    """So long it is looked what they cost."""
    up_s: float = 6.0
    """So long talks may take to be all up at once; they last so much longer."""
    steps: tuple[int, ...] = (20, 30, 40, 50, 60)
    """Calls a second that are tried, three seconds each."""
    more: int = 192
    """Agents besides, where talks at once are counted."""
    heights: tuple[int, ...] = (80, 160, 240)
    """Talks at once, with voice, that are tried."""
    rough: bool = False
    """Both sides at once, and app_queue's line not without its announcements as well."""


QUICK = Plan(4, 1, 6, 6.0, 3, 0.5, voices=2, voice_s=1.0, up_s=4.0, steps=(), more=0, heights=(), rough=True)


class Tally(Struct):
    """One side's sums over the rounds."""

    calls: int = 0
    served: int = 0
    stuck: int = 0
    husks: int = 0
    asterisk_ms: list[float] = []
    """CPU a call, round by round."""
    bridge_ms: list[float] = []
    voice_ms: float = 0.0
    """CPU a second of talk."""
    rate: float = 0.0
    height: int = 0
    lasting_s: list[float] = []
    """From the last INVITE of a batch to its last end, where nobody has to wait."""

    @property
    def bare_ms(self) -> float:
        """CPU of a call without voice."""
        return statistics.median(a + b for a, b in zip(self.asterisk_ms, self.bridge_ms, strict=True))

    @property
    def whole_ms(self) -> float:
        """CPU of a call of `WHOLE_S`."""
        return self.bare_ms + WHOLE_S * self.voice_ms


def run(options: Options) -> Report:
    """Both sides: CPU a call, losses, how many a second, answer to bridge, time lost to prompts."""
    return asyncio.run(_run(QUICK if options.quick else Plan()))


async def _run(plan: Plan) -> Report:
    watch = Stopwatch()
    folder = Path(tempfile.mkdtemp(prefix="hl-"))
    try:
        # Once: an Asterisk that is not there yet is fetched.
        await asyncio.to_thread(find_or_make, PROJECT / "build", print)
        async with AsyncExitStack() as stack:
            ours, stock = await asyncio.gather(
                stack.enter_async_context(calls_sides.hotline(folder / "h", plan.agents, plan.more)),
                stack.enter_async_context(calls_sides.app_queue(folder / "q", plan.agents, plan.more)),
            )
            heard = {"hotline": (ours, ours.number), "app_queue": (stock, calls_sides.SPEAKING)}
            if not plan.rough:
                heard["app_queue, announcements off"] = (stock, stock.number)
            watched = [partial(calls_line.watch, *one, plan.talks, plan.talk_s) for one in heard.values()]
            lines = dict(zip(heard, await _in_turn(plan, watched), strict=True))
            tallies = await _load(plan, (ours, stock))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _report(lines, tallies, watch.seconds)


async def _load(plan: Plan, sides: tuple[Side, Side]) -> dict[str, Tally]:
    """Rounds of the same load, each side in its turn; then more and more callers a second; then voice."""
    tallies = {side.name: Tally() for side in sides}
    phones = await _phones(sides, TALK_MS)
    try:
        for side in sides:
            await side.ready(side.agents)
        for turn in range(plan.rounds):
            order = sides if turn % 2 == 0 else sides[::-1]
            await _in_turn(plan, [partial(_round, plan, side, tallies[side.name]) for side in order])
        for side in sides:
            await _climb(plan, side, tallies[side.name])
    finally:
        await _hang_up(phones)
    phones = await _phones(sides, round((plan.up_s + plan.voice_s) * 1000))
    try:
        await _in_turn(plan, [partial(_speak, plan, side, tallies[side.name]) for side in sides])
        for side in sides:
            await side.ready(side.more)
            await _stack(plan, side, tallies[side.name])
            tallies[side.name].husks = await side.husks()
    finally:
        await _hang_up(phones)
    return tallies


async def _in_turn(plan: Plan, work: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T]:
    """One after another, so that nobody's work is in another's figures; or roughly."""
    return list(await asyncio.gather(*(each() for each in work))) if plan.rough else [await each() for each in work]


async def _phones(sides: tuple[Side, Side], talk_ms: int) -> list[Agents]:
    """Every agent's phone on both sides."""
    phones: list[Agents] = []
    try:
        for side in sides:
            phones.append(Agents(side.settings.data, side.settings.sip_port, free_ports(2), talk_ms))
            await phones[-1].start(side.phones([*side.agents, *side.more]))
    except BaseException:
        await _hang_up(phones)
        raise
    return phones


async def _hang_up(phones: list[Agents]) -> None:
    for agents in phones:
        await agents.stop()


async def _round(plan: Plan, side: Side, tally: Tally) -> None:
    before = side.cpu_s()
    batch = await _call(side, plan.calls, plan.rate)
    await asyncio.sleep(SETTLE_S)
    after = side.cpu_s()
    tally.calls += batch.calls
    tally.served += batch.served
    tally.stuck += await side.left()
    tally.lasting_s.append(batch.seconds - plan.calls / plan.rate)
    tally.asterisk_ms.append((after[0] - before[0]) / batch.calls * 1000)
    tally.bridge_ms.append((after[1] - before[1]) / batch.calls * 1000)


async def _speak(plan: Plan, side: Side, tally: Tally) -> None:
    """What talks cost while all of them go on: neither their beginning nor their end is looked at."""
    task = asyncio.create_task(_talk(plan, side, plan.voices))
    try:
        if not await side.up(2 * plan.voices, plan.up_s):
            raise RuntimeError(f"{side.name}: {plan.voices} talks can't be held at once")
        before = side.cpu_s()
        await asyncio.sleep(plan.voice_s)
        used = sum(side.cpu_s()) - sum(before)
        tally.voice_ms = used * 1000 / (plan.voices * plan.voice_s)
    finally:
        batch = await task
    tally.calls += batch.calls
    tally.served += batch.served
    tally.stuck += await side.left()


async def _stack(plan: Plan, side: Side, tally: Tally) -> None:
    """The most talks at once of which none is lost, and of whose voice nothing is missing at Asterisk."""
    running = asyncio.get_running_loop()
    for height in plan.heights:
        task = asyncio.create_task(_talk(plan, side, height))
        whole = False
        try:
            if await side.up(2 * height, plan.up_s):
                heard, began = await side.heard(), running.time()
                await asyncio.sleep(WINDOW_S)
                heard, took = await side.heard() - heard, running.time() - began
                whole = heard >= VOICE * took * PACKETS * 2 * height
        finally:
            batch = await task
        tally.stuck += await side.left()
        if batch.served < batch.calls or not whole:
            return
        tally.height = height


async def _talk(plan: Plan, side: Side, calls: int) -> Batch:
    """So many talks, with voice, all up within the plan's time where a side can."""
    place, port = side.settings.data, free_ports(1)[0]
    rate = max(calls / (plan.up_s / 2), 1.0)
    within_s = WITHIN_S + plan.up_s + plan.voice_s
    return await calls_sipp.call(place, side.settings.sip_port, port, side.many, calls, rate, within_s, voice=True)


async def _climb(plan: Plan, side: Side, tally: Tally) -> None:
    """The most a second of which nobody is lost and which are done as fast as they come."""
    for rate in plan.steps:
        batch = await _call(side, rate * 3, rate)
        await asyncio.sleep(SETTLE_S)
        if batch.served < batch.calls or batch.seconds - 3 > 2 * statistics.median(tally.lasting_s):
            return
        tally.rate = rate


async def _call(side: Side, calls: int, rate: float) -> Batch:
    place, port = side.settings.data, free_ports(1)[0]
    return await calls_sipp.call(place, side.settings.sip_port, port, side.number, calls, rate, WITHIN_S)


def _report(lines: dict[str, Line], tallies: dict[str, Tally], seconds: float) -> Report:
    ours, stock = tallies["hotline"], tallies["app_queue"]
    line, spoken = lines["hotline"], lines["app_queue"]
    figures = (
        Figure(
            "CPU a call of 3 minutes, over app_queue's", round(ours.whole_ms / stock.whole_ms, 2), "x", 1.25, "lower"
        ),
        Figure("CPU a call without its voice, over app_queue's", round(ours.bare_ms / stock.bare_ms, 2), "x"),
        Figure("seconds lost to prompts, a call", round(line.lost_s, 2), "s", 0, "lower"),
        Figure("app_queue: seconds lost to prompts, a call", round(spoken.lost_s, 2), "s"),
        Figure(f"calls lost, of {ours.calls:,}", ours.calls - ours.served, "", 0, "lower"),
        Figure("channels left behind", ours.stuck + line.left, "", 0, "lower"),
        Figure("empty entries that Asterisk forgot in its list", ours.husks, ""),
        Figure("answer -> bridge, p50", round(percentile(line.bridged_ms, 50), 2), "ms"),
        Figure("answer -> bridge, p99", round(percentile(line.bridged_ms, 99), 2), "ms"),
        Figure("calls a second held", ours.rate, "1/s"),
        Figure("app_queue: calls a second held", stock.rate, "1/s"),
        Figure("talks at once held", ours.height, ""),
        Figure("app_queue: talks at once held", stock.height, ""),
    )
    peers: list[dict[str, Any]] = []
    for name, seen in lines.items():
        tally = tallies.get(name)
        peers.append(
            {
                "name": name,
                "Asterisk ms": tally and round(statistics.median(tally.asterisk_ms), 2),
                "bridge ms": tally and round(statistics.median(tally.bridge_ms), 2),
                "voice ms/s": tally and round(tally.voice_ms, 3),
                "served": tally and tally.served,
                "calls": tally and tally.calls,
                "left": seen.left + (tally.stuck if tally else 0),
                "held/s": tally and tally.rate,
                "talks held": tally and tally.height,
                "answer -> bridge p50 ms": round(percentile(seen.bridged_ms, 50), 2),
                "p99 ms": round(percentile(seen.bridged_ms, 99), 2),
                "free -> ring p50 s": round(percentile(seen.idle_s, 50), 3) if seen.idle_s else None,
                "worst s": round(max(seen.idle_s), 3) if seen.idle_s else None,
                "lost s": round(seen.lost_s, 2),
            }
        )
    return Report(bench="calls", seconds=seconds, figures=figures, peers=tuple(peers))
