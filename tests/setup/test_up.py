"""`./hotline up` as a newcomer starts it: the real command, a real Asterisk, the real bridge."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cti.core.events import BridgeStarted
from cti.setup.asterisk import AsteriskInstall, AsteriskProcess
from cti.setup.settings import Settings
from cti.setup.supervise import answers
from cti.store.journal import Journal
from tests.conftest import eventually, free_ports
from tests.postgres import Server
from tests.spoken import spoken

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(400)]


class Up:
    """One running `hotline up`."""

    def __init__(self, data: Path, install: AsteriskInstall) -> None:
        self.data = data
        self.database: str | None = None
        self.http, self.sip, self.ami, self.agi = free_ports(4)
        self.said = ""
        self.install = install
        # The root that the tests use, when it is not this machine's own Asterisk.
        root = {"HOTLINE_ASTERISK_ROOT": str(install.share.parents[2])} if install.own else {}
        self.environment = {**os.environ, **root}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        if not (data / "sounds").exists():
            # It makes what is missing, the greetings of its own agents among them.
            shutil.copytree(spoken(), data / "sounds" / "hotline")
            data.joinpath("sounds", "hotline", "en", "goodbye.wav").unlink()

    def command(self) -> list[str]:
        ports = {"--http": self.http, "--sip": self.sip, "--ami": self.ami, "--agi": self.agi}
        words = [word for option, port in ports.items() for word in (option, str(port))]
        words += ["--database", self.database] if self.database else []
        return [sys.executable, "-P", "-m", "cti.cli", "up", "--data", str(self.data), *words]

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self.command(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.environment,
        )
        self.said = ""
        self._reading = asyncio.create_task(self._read())
        await self.until(lambda: "Hotline is up" in self.said and "Ctrl-C" in self.said, "it is up", 280)

    async def until(self, check: Callable[[], bool], what: str, seconds: float) -> None:
        async def now() -> bool:
            assert self._process is not None
            assert self._process.returncode is None, self.said
            return check()

        await eventually(now, what, seconds)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        async with asyncio.timeout(20):
            code = await self._process.wait()
            if self._reading is not None:
                await self._reading
        return code

    def pid(self, mark: str) -> int:
        """The process of ours whose command holds `mark`."""
        found = [pid for pid, command in self.processes().items() if mark in command]
        assert len(found) == 1, f"{mark}: {found}"
        return found[0]

    def processes(self) -> dict[int, str]:
        """Every process that names this data folder."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if str(self.data) in command:
                    found[int(entry.parent.name)] = command
        return found

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while chunk := await self._process.stdout.read(4096):
            self.said += chunk.decode(errors="replace")


@pytest.fixture
async def up(short_folder: Path, asterisk_install: AsteriskInstall) -> AsyncIterator[Callable[[str], Up]]:
    started: list[Up] = []

    def make(name: str) -> Up:
        started.append(Up(short_folder / name, asterisk_install))
        return started[-1]

    yield make
    for one in started:
        with contextlib.suppress(AssertionError):
            await one.end()


def sign_in(http: int, name: str, password: str) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{http}/api/v1/session",
        json.dumps({"name": name, "password": password}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


async def test_from_a_new_folder_to_the_end(up: Callable[[str], Up]) -> None:
    """A bystander process must outlive it all; a second start shows no password any more."""
    bystander = await asyncio.create_subprocess_exec("sleep", "600")
    try:
        first = up("new")
        await first.start()
        shown = re.search(r"Sign in as +(\S+)\n +Password +(\S+)", first.said)
        assert shown, first.said
        name, password = shown.groups()
        assert f"http://127.0.0.1:{first.http}/desk" in first.said
        assert await asyncio.to_thread(sign_in, first.http, name, password) in (200, 201)
        assert await asyncio.to_thread(sign_in, first.http, name, "wrong") == 401
        assert password not in "".join(file.read_text(errors="replace") for file in (first.data / "logs").glob("*.log"))
        doctor = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-P", "-m", "cti.cli", "doctor", "--json", "--data", str(first.data)],
            capture_output=True,
            text=True,
            check=False,
        )
        found = {row["what"]: row["ok"] for row in json.loads(doctor.stdout)}
        assert found["Bridge"]
        assert found["Asterisk's manager"]
        assert await first.end() == 0
        assert first.processes() == {}
        assert not (first.data / "run" / "asterisk.ctl").exists()
        await first.start()
        assert "Password" not in first.said
        assert await asyncio.to_thread(sign_in, first.http, name, password) in (200, 201)
        assert await first.end(signal.SIGINT) == 0
        assert first.processes() == {}
        assert bystander.returncode is None
    finally:
        bystander.kill()
        await bystander.wait()


async def test_two_side_by_side_and_what_dies_is_started_again(
    up: Callable[[str], Up], postgres_server: Server, request: pytest.FixtureRequest
) -> None:
    """One of them on PostgreSQL, the other on its own files."""
    one, two = up("one"), up("two")
    database = contextlib.ExitStack()
    request.addfinalizer(database.close)
    one.database = database.enter_context(postgres_server.database(empty=True))
    await asyncio.gather(one.start(), two.start())
    assert not list(one.data.glob("*.db"))
    assert (two.data / "hotline.db").exists()
    name, password = re.search(r"Sign in as +(\S+)\n +Password +(\S+)", one.said).groups()  # type: ignore[union-attr]
    assert await asyncio.to_thread(sign_in, one.http, name, password) in (200, 201)
    asterisk, bridge = one.pid("asterisk.conf"), one.pid("cti.app")
    others = two.processes().keys()

    def starts() -> int:
        journal = Journal.open(one.database)
        events = [record.event for record in journal.load()]
        journal.close()
        return sum(isinstance(event, BridgeStarted) for event in events)

    async def journaled(count: int) -> None:
        """The bridge answers before its first events are written, and what is killed then has not written them."""

        async def there() -> bool:
            return await asyncio.to_thread(starts) == count

        await eventually(there, f"start {count} goes on in the same journal", 10)

    await journaled(1)
    os.kill(bridge, signal.SIGKILL)
    await one.until(lambda: "Starting it again" in one.said, "the bridge's end is noticed", 10)
    settings = Settings.load(one.data)

    await one.until(lambda: one.said.count("The bridge runs again") == 1, "the bridge is back", 10)
    assert one.pid("asterisk.conf") == asterisk, "Asterisk, and so every call, went on"

    frozen = one.pid("cti.app")
    assert frozen != bridge
    await journaled(2)
    os.kill(frozen, signal.SIGSTOP)
    await one.until(lambda: "was killed" in one.said, "a bridge that is stuck is noticed", 25)
    await one.until(lambda: one.said.count("The bridge runs again") == 2, "the bridge is back", 10)
    await journaled(3)

    os.kill(asterisk, signal.SIGKILL)
    await one.until(lambda: "Asterisk ended" in one.said, "Asterisk's end is noticed", 10)

    async def linked() -> bool:
        there = any("asterisk.conf" in command for command in one.processes().values())
        return there and json.loads(await answers(settings) or "{}").get("asterisk") is True

    await eventually(linked, "Asterisk is back and linked", 30)
    assert two.processes().keys() == others, "the neighbour noticed nothing"

    # A supervisor that is killed outright takes everything with it all the same.
    os.kill(two.pid("cti.cli"), signal.SIGKILL)

    async def gone() -> bool:
        return two.processes() == {}

    await eventually(gone, "nothing is left behind", 15)
    assert len(one.processes()) == 3
    doctor = [sys.executable, "-P", "-m", "cti.cli", "doctor", "--data", str(one.data)]
    told = await asyncio.to_thread(subprocess.run, doctor, capture_output=True, text=True, check=False)
    assert re.search(r"ok +Database: PostgreSQL 1\d", told.stdout), told.stdout
    assert await asyncio.to_thread(starts) == 3


async def test_a_changed_site_is_put_in_force_while_calls_go_on(up: Callable[[str], Up], tmp_path: Path) -> None:
    one = up("reload")
    await one.start()
    asterisk, bridge = one.pid("asterisk.conf"), one.pid("cti.app")
    site = tmp_path / "site.toml"

    def reload() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "cti.cli", "reload", "--data", str(one.data), "--site", str(site)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=one.environment)

    kept = (one.data / "site.toml").read_text()
    site.write_text(kept + '\n[[agents]]\nid = "zoe"\n')
    refused = await asyncio.to_thread(reload)
    assert refused.returncode == 2
    assert "site.toml" in refused.stderr
    assert (one.data / "site.toml").read_text() == kept

    site.write_text(kept + '\n[[agents]]\nid = "zoe"\nname = "Zoe"\nwork_number = "8099"\n')
    done = await asyncio.to_thread(reload)
    assert done.returncode == 0, done.stderr
    settings = Settings.load(one.data)
    assert "8099" in await AsteriskProcess(settings, one.install).cli("pjsip show endpoint zoe-web")

    async def anew() -> bool:
        there = [pid for pid, command in one.processes().items() if "cti.app" in command]
        return bool(there) and there != [bridge] and await answers(settings) is not None

    await eventually(anew, "the bridge has the new phone's password", 15)
    assert one.pid("asterisk.conf") == asterisk

    bridge = one.pid("cti.app")
    again = await asyncio.to_thread(reload)
    assert again.returncode == 0
    assert one.pid("cti.app") == bridge, "nothing that needs a new start has changed"

    # The mail room comes with the first mail account, comes again when it dies, and goes with the last account.
    plain = site.read_text()
    account = 'id = "post"\nhost = "127.0.0.1"\nuser = "post"\nsecurity = "none"\nport = 1\n'
    site.write_text(f"{plain}\n[[mail.accounts]]\n{account}")
    done = await asyncio.to_thread(reload)
    assert done.returncode == 0, done.stderr

    def rooms() -> list[int]:
        return [pid for pid, command in one.processes().items() if "cti.ingest.mailroom" in command]

    await one.until(lambda: len(rooms()) == 1, "the mail room runs", 10)
    (room,) = rooms()
    os.kill(room, signal.SIGKILL)
    await one.until(lambda: "The mail room ended" in one.said and rooms() not in ([], [room]), "it runs again", 10)
    site.write_text(plain)
    await asyncio.to_thread(reload)
    await one.until(lambda: rooms() == [], "there is no mail to fetch any more", 10)
    assert (one.pid("asterisk.conf"), one.pid("cti.app")) == (asterisk, bridge)


async def test_what_is_in_use_is_said_with_the_cure(up: Callable[[str], Up]) -> None:
    one = up("busy")
    await one.start()

    def refused(command: list[str], environment: dict[str, str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 2
        return done.stderr

    settings = (one.data / "settings.toml").read_text()
    same = await asyncio.to_thread(refused, [*one.command(), "--bind", "0.0.0.0"], one.environment)
    assert "already" in same
    assert "--data" in same
    assert (one.data / "settings.toml").read_text() == settings
    other = up("other")
    other.sip = one.sip
    # With no Asterisk found, one would be unpacked; the port is looked at before that.
    elsewhere = {**other.environment, "HOTLINE_ASTERISK_ROOT": ""}
    taken = await asyncio.to_thread(refused, other.command(), elsewhere)
    assert f"Port {one.sip}" in taken
    assert "--sip PORT" in taken
    assert not (other.data / "asterisk-root").exists()
