"""A real PostgreSQL for tests: one server a session, in a temporary folder, and a database of its own for each test."""

import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from cti.setup.packages import postgres_programs
from cti.setup.postgres import OLDEST
from cti.store.database import Store
from cti.store.journal import Journal

_ADMIN = "postgres"
_TEMPLATE = "hotline_template"
_ROOM = 2_000_000_000


class Server:
    """A server that nobody else knows of. Unless it keeps its data it forgets everything: no disk is waited for."""

    def __init__(self, port: int, folder: Path, keeps: bool, child: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self._folder = folder
        self._keeps = keeps
        self._child = child
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://hotline@127.0.0.1:{self.port}/{database}"

    def make_template(self) -> None:
        """A database that is migrated already: copying it takes a tenth of a second."""
        self.sql(f"CREATE DATABASE {_TEMPLATE}")
        Store.open(self.url(_TEMPLATE)).close()
        Journal.open(self.url(_TEMPLATE)).close()

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a new database, migrated unless it is to be empty; dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else _TEMPLATE}")
        try:
            yield self.url(name)
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def kept_database(self, name: str) -> str:
        """The URL of a database that stays, made empty if there is none."""
        with psycopg.connect(self.url(_ADMIN), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            self.sql(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def sql(self, statement: str) -> None:
        """Run one statement as the server's administrator."""
        with psycopg.connect(self.url(_ADMIN), autocommit=True) as connection:
            connection.execute(statement.encode())

    def drop_connections(self) -> None:
        """End everybody's connections, as a restart of the server does."""
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")

    def stop(self) -> None:
        """End it; nothing is kept unless it was started to."""
        self._child.send_signal(signal.SIGINT if self._keeps else signal.SIGQUIT)
        self._child.wait(120)
        if not self._keeps:
            shutil.rmtree(self._folder, ignore_errors=True)


def start(port: int, *, large: bool = False, kept: Path | None = None) -> Server:
    """Start one on loopback; `large`: on disk, for more than memory has room for; `kept`: in this folder, to stay.

    Raises LookupError, with what to do, where there is none on this machine.
    """
    programs = postgres_programs()
    if programs is None:
        raise LookupError("needs a PostgreSQL server: './hotline test' installs it, or apt-get install postgresql")
    said = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    if (number := re.search(r"\d+", said)) is None or int(number[0]) < OLDEST:
        raise LookupError(f"needs PostgreSQL {OLDEST} or newer, and this machine has {said.strip()}")
    if kept is None:
        folder = Path(tempfile.mkdtemp(prefix="hl-pg-", dir=None if large else _in_memory()))
    else:
        folder = kept
        folder.mkdir(parents=True, exist_ok=True)
    # The server refuses to run as root.
    user: dict[str, str] = {}
    if os.geteuid() == 0:
        owner = next(name for name in ("postgres", "nobody") if _exists(name))
        shutil.chown(folder, owner)
        user = {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": ()}  # type: ignore[dict-item]
    data = folder / "data"
    options = ["-A", "trust", "-U", "hotline", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    # A folder it may stand in: ours may be closed to that user.
    common = {"cwd": folder, "env": environment, **user}
    if not data.exists():
        subprocess.run([programs / "initdb", "-D", data, *options], check=True, capture_output=True, **common)  # type: ignore[call-overload]
    swift = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "max_wal_size=512MB"]
    swift += ["wal_level=minimal", "max_wal_senders=0"]
    quiet = ["listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", "max_connections=60"]
    # All it has is in its folder, so nothing stays in memory when that is gone.
    alone = ["dynamic_shared_memory_type=mmap"]
    settings = [word for one in swift + quiet + alone for word in ("-c", one)]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(  # type: ignore[call-overload]
            [programs / "postgres", "-D", data, "-p", str(port), *settings], stdout=log, stderr=log, **common
        )
    server = Server(port, folder, kept is not None, child)
    deadline = time.monotonic() + 30
    while True:
        try:
            server.sql("SELECT 1")
            return server
        except psycopg.OperationalError:
            if child.poll() is not None or time.monotonic() > deadline:
                words = (folder / "log").read_text(errors="replace")
                child.kill()
                raise RuntimeError(f"PostgreSQL did not start: {words}") from None
            time.sleep(0.05)


def _in_memory() -> Path | None:
    """Where files are only in memory, if there is room (containers may have next to none): a fifth of the work."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _ROOM else None


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
