"""One process that runs Asterisk, the bridge and the mail room of a data folder, starts again what dies, and ends all.

The bridge may die at any moment: calls go on in Asterisk, and the bridge finds them again. Asterisk's end is the end
of its calls, so it goes last and never because of the bridge.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cti.setup import site
from cti.setup.asterisk import AsteriskInstall, AsteriskProcess
from cti.setup.children import dying_with_us, end
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings

BRIDGE = "cti.app"
"""The module that is the bridge; started as `python -m cti.app --data DIR`."""

MAILROOM = "cti.ingest.mailroom"
"""The module that brings mail and tables in; started as the bridge is, where the site has any or a port for mail."""

_PAUSES_S = (0.1, 0.5, 1, 2, 5, 10)
"""Before each new start of something that keeps dying; from the beginning again after `_GOOD_S` of life."""
_GOOD_S = 60.0
_PROBE_S = 1.0
_ANSWER_S = 2.0
_SILENCES = 3
"""A bridge that is silent for so many probes is stuck: its callers hear nothing, so it is killed and started again."""
_START_S = 60.0
_LOG_LIMIT = 20_000_000


class Supervisor:
    """Runs until a signal. `ready` is called once, when calls can come and the screens are served."""

    def __init__(self, settings: Settings, install: AsteriskInstall, say: Say, ready: Callable[[], None]) -> None:
        self._settings = settings
        self._say = say
        self._ready = ready
        self._asterisk = AsteriskProcess(settings, install)
        self._asterisk_up = asyncio.Event()
        self._bridge: asyncio.subprocess.Process | None = None
        self._mailroom: asyncio.subprocess.Process | None = None
        self._reloaded = asyncio.Event()
        self._was_ready = False

    async def run(self) -> None:
        """Start everything, and return when SIGTERM or SIGINT has come and all of it has ended.

        Raises SetupProblem when something never came up, after ending the rest.
        """
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._to_bridge, signal.SIGHUP)
        # For what the bridge reads at its start alone, such as the passwords of new phones.
        loop.add_signal_handler(signal.SIGUSR1, self._to_bridge, signal.SIGTERM)
        keepers = [
            asyncio.create_task(keep()) for keep in (self._keep_asterisk, self._keep_bridge, self._keep_mailroom)
        ]
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                await task
        finally:
            for task in (stopped, *keepers):
                task.cancel()
            await asyncio.gather(stopped, *keepers, return_exceptions=True)
            for process in (self._mailroom, self._bridge):
                if process is not None:
                    await end(process, 5.0)
            await self._asterisk.stop()

    def _to_bridge(self, number: signal.Signals) -> None:
        """SIGHUP: it reads site, flows and articles anew. SIGTERM: it ends, and is started again; calls go on."""
        if self._bridge is not None and self._bridge.returncode is None:
            self._bridge.send_signal(number)
        self._reloaded.set()

    async def _keep_asterisk(self) -> None:
        for pause in _pauses():
            try:
                await self._asterisk.start()
                self._asterisk_up.set()
                code = await self._asterisk.ended()
                self._say(f"Asterisk ended (code {code}): its calls are gone. Starting it again")
            except SetupProblem as problem:
                if not self._was_ready:
                    raise
                self._say(f"Asterisk does not start: {problem} Trying again")
            await asyncio.sleep(pause())

    async def _keep_bridge(self) -> None:
        log = self._log("bridge")
        for pause in _pauses():
            self._bridge = await self._start(BRIDGE, log)
            why = await self._watch(self._bridge, log)
            if not self._was_ready:
                raise SetupProblem(f"The bridge {why}. Its last words, from {log}:\n{_tail(log)}")
            self._say(f"The bridge {why}; see {log}. Starting it again (calls go on)")
            await asyncio.sleep(pause())

    async def _keep_mailroom(self) -> None:
        """Nothing depends on it: mail that waits is brought in later."""
        log = self._log("mailroom")
        for pause in _pauses():
            self._reloaded.clear()
            if not self._has_work():
                await self._reloaded.wait()
                continue
            try:
                self._mailroom = await self._start(MAILROOM, log)
            except OSError as error:
                self._say(f"The mail room can't be started: {error}. Trying again")
                await asyncio.sleep(pause())
                continue
            ended = asyncio.create_task(self._mailroom.wait())
            changed = asyncio.create_task(self._reloaded.wait())
            try:
                await asyncio.wait([ended, changed], return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    self._say(f"The mail room ended (code {ended.result()}); see {log}. Starting it again")
                    await asyncio.sleep(pause())
                else:
                    # It reads site and passwords at its start, and loses nothing by one.
                    await end(self._mailroom, 5.0)
            finally:
                ended.cancel()
                changed.cancel()

    def _has_work(self) -> bool:
        try:
            found = site.load(self._settings.site_file)
            return bool(self._settings.lmtp_port or found.mail.accounts or found.tables)
        except SetupProblem:
            return False  # said by whoever put it there

    def _log(self, name: str) -> Path:
        self._settings.logs.mkdir(parents=True, exist_ok=True)
        log = self._settings.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return log

    async def _start(self, module: str, log: Path) -> asyncio.subprocess.Process:
        with log.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *dying_with_us(),
                *(sys.executable, "-P", "-m", module, "--data", str(self._settings.data)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    async def _watch(self, bridge: asyncio.subprocess.Process, log: Path) -> str:
        """Return when the bridge has ended, or has been killed for its silence; in words."""
        ended = asyncio.create_task(bridge.wait())
        try:
            deadline = time.monotonic() + _START_S
            while not ended.done() and not await self._answers():
                if time.monotonic() > deadline:
                    await end(bridge, 1.0)
                    return f"did not answer within {_START_S:.0f} s of its start"
                await asyncio.sleep(0.05)
            if self._was_ready and not ended.done():
                self._say("The bridge runs again")
            elif not ended.done():
                await self._asterisk_up.wait()
                self._was_ready = True
                self._ready()
            silences = 0
            while not ended.done():
                await asyncio.wait([ended], timeout=_PROBE_S)
                silences = 0 if ended.done() or await self._answers() else silences + 1
                if silences == _SILENCES and not ended.done():
                    bridge.kill()
                    await ended
                    return "did not answer any more and was killed"
            return f"ended (code {bridge.returncode})"
        finally:
            ended.cancel()

    async def _answers(self) -> bool:
        """Whether the bridge answers on its web port, whatever it says."""
        return await answers(self._settings) is not None


async def answers(settings: Settings) -> str | None:
    """The body of `/healthz`; None when the bridge does not answer at all."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)
    context = None
    if settings.tls:
        # We ask ourselves whether we live; whom the certificate convinces is another question.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(address, settings.http_port, ssl=context)
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                answer = await reader.read(65536)
            finally:
                writer.close()
        if answer:
            return answer.partition(b"\r\n\r\n")[2].decode(errors="replace")
    return None


@contextlib.contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises SetupProblem when another has it."""
    lock = _lock(data)
    lock.parent.mkdir(exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SetupProblem(
                f"A hotline runs on {data} already. End it first, or start another with --data DIR"
                " --http PORT --sip PORT --ami PORT --agi PORT."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _lock(data: Path) -> Path:
    return data / "run" / "lock"


def holder(settings: Settings) -> int | None:
    """The process that runs this data folder; None: nobody does."""
    with contextlib.suppress(FileNotFoundError), _lock(settings.data).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read())
    return None


def _pauses() -> Iterator[Callable[[], float]]:
    """For each start, a function that says how long to wait before the next."""
    failures = 0
    while True:
        began = time.monotonic()

        def pause(began: float = began) -> float:
            nonlocal failures
            failures = 0 if time.monotonic() - began > _GOOD_S else failures + 1
            return _PAUSES_S[min(failures, len(_PAUSES_S)) - 1] if failures else _PAUSES_S[0]

        yield pause


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-8:]) or "(nothing)"
