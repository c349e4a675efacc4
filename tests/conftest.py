"""What tests of several parts share: free ports, a real Asterisk, and where shared test data may be."""

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import socket
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from msgspec import Struct

from cti.core.site import Site
from cti.setup.asterisk import AsteriskInstall, AsteriskProcess, find_or_make
from cti.setup.prepare import Options, prepare
from cti.setup.settings import Settings
from cti.store.database import Store
from tests import examples, postgres

PROJECT = Path(__file__).resolve().parents[1]

examples.register()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a database server is slow, by whichever way it asks for it."""
    for item in items:
        given = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
        if "postgresql" in given or "postgres_server" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


class RunningAsterisk(Struct, frozen=True):
    """A real Asterisk with its data folder. Nothing listens on `settings.agi_port`: a test may."""

    settings: Settings
    site: Site
    install: AsteriskInstall
    process: AsteriskProcess

    async def cli(self, command: str) -> str:
        """What its console answers."""
        return await self.process.cli(command)


_given: deque[int] = deque(maxlen=100)
"""The last ports that `free_ports` has given: whoever got one may not have begun to listen."""


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses now, nor soon. Free with each is the one 8 above, for WebSockets.

    They lie below those of voice (`rtp_first`) and those that the system gives to connections: either could take one
    before a test does. And of four processes of tests that run beside each other each has others.
    """
    chance = random.SystemRandom()
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    found: list[int] = []
    while len(found) < count:
        port = chance.randrange(7_000 + 2 * (worker % 4), 10_000 - 16, 16)
        if port not in _given and _free(port) and _free(port + 8):
            _given.append(port)
            found.append(port)
    return found


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as tried:
            # As servers do: what a closed connection leaves for a minute is in nobody's way.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind is socket.SOCK_STREAM))
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def ports() -> Options:
    """Options with ports of a test's own."""
    http, sip, ami, agi = free_ports(4)
    return Options(http=http, sip=sip, ami=ami, agi=agi)


async def eventually(check: Callable[[], Awaitable[bool]], what: str, seconds: float = 10) -> None:
    """Return as soon as `check` says yes; fail with `what` when it has not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data; the test is skipped where there is none."""
    folder = Path(os.environ.get("HOTLINE_SHARED", PROJECT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"needs the shared test data; set HOTLINE_SHARED ({folder} is not there)")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL, shared by every test that asks for it; skipped only where it isn't installed."""
    try:
        server = postgres.start(free_ports(1)[0])
    except LookupError as missing:
        pytest.skip(str(missing))
    try:
        server.make_template()
        yield server
    finally:
        server.stop()


class MakeDatabase(Protocol):
    """Gives the URL of a database of this test's own, migrated unless it is to be empty."""

    def __call__(self, *, empty: bool = False) -> str: ...


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database: a copy of it takes a fiftieth of the work of making one."""
    path = tmp_path_factory.mktemp("migrated") / "hotline.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """The test runs once on each kind of database."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        names = itertools.count(1)

        def make(*, empty: bool = False) -> str:
            path = tmp_path / f"{next(names)}.db"
            if not empty:
                shutil.copy(migrated, path)
            return f"sqlite:///{path}"

        yield make
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with contextlib.ExitStack() as made:
        yield lambda *, empty=False: made.enter_context(server.database(empty=empty))


@pytest.fixture
def database_url(make_database: MakeDatabase) -> str:
    """A database of this test's own."""
    return make_database()


@pytest.fixture(scope="session")
def asterisk_install() -> AsteriskInstall:
    """An Asterisk on disk: the machine's own or one unpacked into `build/`, once."""
    return find_or_make(PROJECT / "build", print)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path: the paths of Unix sockets hold about a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="hl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


StartAsterisk = Callable[[Path], RunningAsterisk]


@pytest.fixture(scope="session")
def start_asterisk(asterisk_install: AsteriskInstall, short_folder: Path) -> Iterator[StartAsterisk]:
    """Starts a real Asterisk for a site file, in a data folder of its own; all end with the session."""
    running: list[AsteriskProcess] = []

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:

        def start(site_file: Path) -> RunningAsterisk:
            options = ports()
            data = short_folder / f"d{len(running)}"
            made = prepare(
                data,
                Options(http=options.http, sip=options.sip, ami=options.ami, agi=options.agi, site=site_file),
                print,
                asterisk_install,
            )
            process = AsteriskProcess(made.settings, made.install)
            running.append(process)
            runner.run(process.start())
            return RunningAsterisk(settings=made.settings, site=made.site, install=made.install, process=process)

        yield start
        for process in running:
            runner.run(process.stop())


@pytest.fixture(scope="session")
def asterisk(start_asterisk: StartAsterisk) -> RunningAsterisk:
    """One real Asterisk with `tests/site.toml`, shared by every test that asks for it."""
    return start_asterisk(PROJECT / "tests" / "site.toml")
