"""Finds an Asterisk, and runs one for a data folder."""

import asyncio
import contextlib
import os
import re
import resource
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from cti.setup import root as own_root
from cti.setup.children import dying_with_us, end, guard
from cti.setup.packages import Say
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings

ROOT_VARIABLE = "HOTLINE_ASTERISK_ROOT"
"""Names a ready root, so that several data folders (and the tests) need not make one each."""

_OPEN_FILES = 65536
"""A call holds about eight files; the usual limit of 1024 is 120 calls."""


CEL_LIMIT = 64_000_000
"""Bytes after which the CEL file is put aside at a start; Asterisk only ever appends to it."""


class AsteriskInstall(Struct, frozen=True):
    """An Asterisk on disk. It runs without a chroot: all paths are the machine's own."""

    command: tuple[str, ...]
    modules: Path
    share: Path
    """Documentation, core sounds and music that came with it."""
    own: bool
    """Unpacked for us, rather than installed on this machine."""

    def version(self) -> tuple[int, str]:
        """(major, whole). Raises SetupProblem when it doesn't run."""
        try:
            done = subprocess.run([*self.command, "-V"], check=False, capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupProblem(f"Asterisk does not run ({error}). 'hotline doctor' says more.") from None
        said = done.stdout.strip()
        match = re.search(r"(\d+)\.[\d.]+", said)
        if not match:
            raise SetupProblem(f"{self.command[0]} does not say its version: {(said or done.stderr).strip()[:200]}")
        return int(match.group(1)), match.group(0)

    def sounds(self) -> Path | None:
        """The folder of English core sounds, if there is one."""
        names = ("en", "en_US_f_Allison")
        return next((found for name in names if (found := self.share / "sounds" / name).is_dir()), None)


def find(data: Path) -> AsteriskInstall | None:
    """The Asterisk for this data folder: a shared root, the machine's own if new enough, or one unpacked before."""
    shared = os.environ.get(ROOT_VARIABLE)
    if shared:
        if not own_root.is_ready(Path(shared)):
            raise SetupProblem(f"{ROOT_VARIABLE} is {shared}, which holds no Asterisk. Unset it, or make it whole.")
        return in_root(Path(shared).resolve())
    machine = _machines_own()
    if machine and machine.version()[0] >= own_root.OLDEST:
        return machine
    unpacked = data / "asterisk-root"
    return in_root(unpacked.resolve()) if own_root.is_ready(unpacked) else None


def find_or_make(data: Path, say: Say) -> AsteriskInstall:
    """As `find`, and unpacks one into the data folder when there is none. Raises SetupProblem."""
    found = find(data)
    if found is None:
        own_root.make(data / "asterisk-root", say)
        found = in_root((data / "asterisk-root").resolve())
    return found


def last_run(data: Path) -> AsteriskInstall | None:
    """The Asterisk that this data folder runs, or ran last, whatever `find` would find now."""
    try:
        return msgspec.json.decode(_note(data).read_bytes(), type=AsteriskInstall, dec_hook=lambda to, raw: to(raw))
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _note(data: Path) -> Path:
    return data / "run" / "install.json"


def in_root(root: Path) -> AsteriskInstall:
    """The Asterisk unpacked at `root`, started by its own dynamic loader: its C library is newer than the machine's."""
    library = next(iter(sorted((root / "usr/lib").glob("*-linux-gnu*/asterisk/modules"))), None)
    loader = next(iter(sorted((root / "usr/lib").glob("*-linux-gnu*/ld-linux*.so.*"))), None)
    if library is None or loader is None:
        raise SetupProblem(f"{root} is not a whole Asterisk. Delete that folder, then run 'hotline up' again.")
    libraries = library.parent.parent
    command = (
        str(loader),
        "--argv0",
        "asterisk",
        "--library-path",
        str(libraries),
        str(root / "usr/sbin/asterisk"),
    )
    return AsteriskInstall(command=command, modules=library, share=root / "usr/share/asterisk", own=True)


def _machines_own() -> AsteriskInstall | None:
    binary = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        return None
    places = [*Path("/usr/lib").glob("*-linux-gnu*/asterisk/modules"), Path("/usr/lib/asterisk/modules")]
    places += [Path("/usr/lib64/asterisk/modules"), Path("/usr/local/lib/asterisk/modules")]
    modules = next((place for place in places if (place / "chan_pjsip.so").exists()), None)
    shares = (Path("/usr/share/asterisk"), Path("/var/lib/asterisk"))
    share = next((place for place in shares if (place / "documentation").is_dir()), None)
    if modules is None or share is None:
        return None
    return AsteriskInstall(command=(binary,), modules=modules, share=share, own=False)


class AsteriskProcess:
    """One running Asterisk, from rendered files to its end: `async with AsteriskProcess(settings, install): ...`.

    It dies with the process that started it, whatever way that ends.
    """

    def __init__(self, settings: Settings, install: AsteriskInstall) -> None:
        self.settings = settings
        self.install = install
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self, patience_s: float = 30.0) -> None:
        """Start it, and return when it is fully booted.

        Raises SetupProblem with Asterisk's own last words when it ends or takes longer than `patience_s`.
        """
        self.settings.logs.mkdir(parents=True, exist_ok=True)
        _note(self.settings.data).write_bytes(msgspec.json.encode(self.install, enc_hook=str))
        log = self.settings.logs / "asterisk.log"
        cel = self.settings.cel_file
        # No call outlives a start, so nobody will look for its end in there.
        if cel.exists() and cel.stat().st_size > CEL_LIMIT:
            cel.replace(cel.with_suffix(".csv.1"))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        enough = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        if soft < enough:
            resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *(*dying_with_us(), *self.install.command, "-C", str(self._conf), "-f", "-n"),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.settings.data,
                # Ctrl-C in a terminal is for the supervisor, which ends things in order.
                start_new_session=True,
            )
        self._guard = asyncio.create_task(guard(self._process), name="asterisk-guard")
        try:
            async with asyncio.timeout(patience_s):
                await self._booted()
        except TimeoutError:
            await self.stop()
            raise SetupProblem(
                f"Asterisk did not start within {patience_s:.0f} s. Its last words: {self._words()}"
            ) from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self, patience_s: float = 5.0) -> None:
        """End it, and every call on it. Does nothing when it is not running."""
        if self._process is not None:
            await end(self._process, patience_s)
        if self._guard is not None:
            await self._guard

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def cli(self, command: str) -> str:
        """What Asterisk's console answers to `command`, such as `core show channels`."""
        done = await asyncio.to_thread(
            subprocess.run,
            [*self.install.command, "-C", str(self._conf), "-n", "-rx", command],
            check=False,
            capture_output=True,
            text=True,
            timeout=10,
        )
        return done.stdout or done.stderr

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def _conf(self) -> Path:
        return self.settings.asterisk_etc / "asterisk.conf"

    async def _booted(self) -> None:
        """AMI says FullyBooted only when every module is loaded and calls can come."""
        assert self._process is not None
        while True:
            if self._process.returncode is not None:
                raise SetupProblem(f"Asterisk ended at once. Its last words: {self._words()}")
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.settings.ami_port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            try:
                secrets = self.settings.secrets
                login = f"Action: Login\r\nUsername: {secrets.ami_user}\r\nSecret: {secrets.ami_secret}\r\n\r\n"
                writer.write(login.encode())
                while line := await reader.readline():
                    if line.startswith(b"Event: FullyBooted"):
                        return
                    if line.startswith(b"Message: Authentication failed"):
                        raise SetupProblem(
                            f"Port {self.settings.ami_port} (AMI) is another Asterisk's. Give another with --ami PORT."
                        )
            except ConnectionError:
                await asyncio.sleep(0.05)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    def _words(self) -> str:
        logs = (self.settings.logs / "asterisk.log", self.settings.logs / "asterisk" / "messages.log")
        lines = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()[-3:]]
        return " / ".join(lines) or "none"
