"""How long an event loop is held up: it asks to be woken every 2 ms, and looks how late it is.

Run by itself, as `python -m benchmarks.stalls`, the loop does nothing else: what it is late for then is the machine's.
"""

import asyncio
import sys
import time

import uvloop

from benchmarks.child import say

_EVERY_MS = 2


async def watch(stalls: list[float]) -> None:
    """Add how late the loop was, in milliseconds, every time; for ever."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_EVERY_MS / 1000)
        stalls.append((time.perf_counter() - began) * 1000 - _EVERY_MS)


async def _idle() -> None:
    stalls = [0.0]
    watching = asyncio.create_task(watch(stalls))
    say({})
    await asyncio.to_thread(sys.stdin.read)
    watching.cancel()
    say({"stall": max(stalls)})


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_idle())
