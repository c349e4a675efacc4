"""Processes we start: they end when we ask, and when we are no more."""

import asyncio
import contextlib
import shutil
import signal

_GUARD = 'read _; while kill -TERM "$0" 2>/dev/null; do sleep 1; done'
"""Its standard input ends with us, whatever ends us. A booting Asterisk forgets SIGTERM, so it is sent again."""


def dying_with_us() -> tuple[str, ...]:
    """A command prefix after which a child gets SIGTERM when we end, even by SIGKILL (prctl PR_SET_PDEATHSIG)."""
    return ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()


async def guard(child: asyncio.subprocess.Process) -> None:
    """Until `child` ends, keep a process that ends it when we are gone, asking every second.

    For children that a single signal may miss, or that lose `dying_with_us` (programs with capabilities do).
    """
    watch = await asyncio.create_subprocess_exec(
        *("sh", "-c", _GUARD, str(child.pid)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        # Ctrl-C in a terminal is not for it.
        start_new_session=True,
    )
    try:
        await child.wait()
    finally:
        watch.kill()
        await watch.wait()


async def end(process: asyncio.subprocess.Process, patience_s: float) -> None:
    """End a child: SIGTERM, and SIGKILL when that takes longer than `patience_s`. Nothing when it is over already."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(ask)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)
