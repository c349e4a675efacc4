"""What we start ends with us, even when we are killed."""

import asyncio
import signal
import sys
from pathlib import Path

from tests.conftest import PROJECT, eventually

STUBBORN = """
import signal, sys, time
asked = []
def note(number, frame):
    asked.append(number)
    if len(asked) > 1:
        sys.exit()
signal.signal(signal.SIGTERM, note)
print("up", flush=True)
while True:
    time.sleep(0.05)
"""
PARENT = f"""
import asyncio, sys
from cti.setup.children import guard
async def main():
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", {STUBBORN!r}, stdout=asyncio.subprocess.PIPE)
    watching = asyncio.create_task(guard(child))
    await child.stdout.readline()
    print(child.pid, flush=True)
    await watching
asyncio.run(main())
"""


async def test_a_child_that_misses_the_first_signal_ends_all_the_same() -> None:
    """As an Asterisk does that is asked while it boots."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE, cwd=PROJECT
    )
    assert parent.stdout is not None
    async with asyncio.timeout(10):
        child = int(await parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    async def gone() -> bool:
        return not runs(child)

    await eventually(gone, "the child has ended", 10)


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
