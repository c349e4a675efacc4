"""`hotline up`: make the data folder ready, run everything, say where to look."""

import argparse
import asyncio
import errno
import secrets
import socket
import sys
import time
from pathlib import Path

from cti.commands import _options
from cti.core.ids import AgentId
from cti.core.site import Site
from cti.ingest.example import load_example
from cti.ingest.report import IngestError
from cti.knowledge import Knowledge
from cti.setup import fit, packages, resources, screens
from cti.setup.packages import Say
from cti.setup.prepare import Prepared, example_loaded, folder, prepare
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_postgres
from cti.setup.supervise import Supervisor, alone
from cti.store.accounts import Accounts
from cti.store.copy import has_rows
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.vault import Vault
from ivr import prompts


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "up",
        help="start everything, and end it with Ctrl-C",
        description="Start Asterisk and the bridge for a data folder, making what is missing. Ctrl-C ends both.",
    )
    _options.add_start(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until a signal."""
    began = time.monotonic()
    say = _say
    data = folder(_options.data_folder(args))
    # Before anything is written: whoever runs on this folder goes by what is in it.
    with alone(data):
        _nothing_left_behind(data, args.database)
        prepared = prepare(data, _options.start_options(args), say, check=check)
        settings = prepared.settings
        if trouble := Vault(settings.data).rules().trouble:
            # Callers are served all the same.
            say(trouble)
        screens.ensure(say)
        build_prompts(settings, prepared.site, say)
        password = first_password(settings, prepared.site)
        if prepared.example:
            load_history(prepared, say)

        def ready() -> None:
            print(_welcome(prepared, password, time.monotonic() - began), flush=True)

        async def supervise() -> None:
            await Supervisor(settings, prepared.install, say, ready).run()

        say("Starting Asterisk and the bridge")
        asyncio.run(supervise())
        say("Everything has ended")
    return 0


def _nothing_left_behind(data: Path, database: str | None) -> None:
    """Look at a database before it is put in the settings. Raises SetupProblem when it can't be reached, or is empty
    while the folder has a history: that would seem lost."""
    if database is None:
        return
    try:
        if has_rows(database) or not (data / "settings.toml").exists():
            return
        now = Settings.load(data).database_url
        if now == database or not has_rows(now):
            return
    except StoreError as error:
        raise SetupProblem(str(error)) from None
    raise SetupProblem(
        f"{data} has its history in another database. Move it: hotline db move {now} URL --data {data}"
        if not is_postgres(now)
        else f"{data} has its history in another database: keep that one, or restore a backup of it in the new one."
    )


def build_prompts(settings: Settings, site: Site, say: Say) -> prompts.Built:
    """Make the prompts that are missing or have changed. Raises SetupProblem."""
    packages.install(packages.missing({"espeak-ng": "espeak-ng", "sox": "sox"}), "Speaking the prompts", say)
    told = 0.0

    def progress(done: int, of: int, name: str) -> None:
        nonlocal told
        if done == of or time.monotonic() - told > 2:
            told = time.monotonic()
            say(f"Prompts: {done} of {of}")

    try:
        return prompts.build(
            fit.read_flows(settings.data),
            [agent.work_number for agent in site.agents],
            settings.sounds,
            settings.data / "recorded",
            more=Knowledge(settings.articles).prompts(),
            progress=progress,
        )
    except prompts.PromptsError as error:
        raise SetupProblem(f"Some prompts could not be made: {error}") from None


def first_password(settings: Settings, site: Site) -> tuple[AgentId, str] | None:
    """Give an administrator a password when no administrator has one: (who, password), to be shown once."""
    administrators = [agent.id for agent in site.agents if agent.role == "administrator"]
    if not administrators:
        raise SetupProblem(f'{settings.site_file} has no agent with role = "administrator". Add one.')
    try:
        store = Store.open(settings.database_url)
    except StoreError as error:
        raise SetupProblem(str(error)) from None
    accounts = Accounts(store)
    try:
        if any(accounts.has_password(agent) for agent in administrators):
            return None
        password = new_password()
        accounts.put_password(administrators[0], password)
        return administrators[0], password
    finally:
        accounts.close()
        store.close()


def load_history(prepared: Prepared, say: Say) -> None:
    """Give a new example site its customers, mails and web tables. Raises SetupProblem."""
    settings, site = prepared.settings, prepared.site
    say("Loading the example's customers")
    try:
        store = Store.open(settings.database_url)
        identities = Identities(bytes.fromhex(settings.secrets.site_key), site.region)
        load_example(store, identities, resources.folder("example"), site.zone, wall_clock())
        store.close()
    except (StoreError, IngestError) as error:
        raise SetupProblem(f"The example could not be loaded: {error}") from None
    example_loaded(settings.data)


def new_password() -> str:
    """Four groups that can be read out: 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def check(settings: Settings, site: Site, site_file: Path) -> None:
    """What can be refused before anything is written. Raises SetupProblem."""
    fit.check(site, site_file, settings.data)
    can_serve(settings)


def can_serve(settings: Settings) -> None:
    """Find out now, and say which option helps, rather than from a log later. Raises SetupProblem."""
    wanted = [
        ("--http", settings.bind, settings.http_port, socket.SOCK_STREAM),
        ("--sip", settings.bind, settings.sip_port, socket.SOCK_DGRAM),
        ("--sip", settings.bind, settings.sip_port, socket.SOCK_STREAM),
        ("--ami", "127.0.0.1", settings.ami_port, socket.SOCK_STREAM),
        ("--agi", "127.0.0.1", settings.agi_port, socket.SOCK_STREAM),
        ("--http", "127.0.0.1", settings.ws_port, socket.SOCK_STREAM),
    ]
    if settings.lmtp_port:
        wanted.append(("--lmtp", "127.0.0.1", settings.lmtp_port, socket.SOCK_STREAM))
    for option, address, port, kind in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # Connections of the last run may still linger; they are no obstacle.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                raise SetupProblem(_refused(error, option, address, port)) from None


def _refused(error: OSError, option: str, address: str, port: int) -> str:
    """Why nothing can be served there, and the option that cures it."""
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {address} is in use. Give another with {option} PORT."
        case errno.EACCES:
            return f"Port {port} is for root (so are all below 1024). Give another with {option} PORT."
        case errno.EADDRNOTAVAIL:
            return f"{address} is no address of this machine. Give one of its own with --bind ADDR."
    return f"Port {port} on {address} can't be used ({error.strerror}). Give others with {option} PORT or --bind ADDR."


def _welcome(prepared: Prepared, password: tuple[AgentId, str] | None, seconds: float) -> str:
    url = prepared.settings.url
    lines = [
        "",
        f"Hotline is up ({seconds:.1f} s).",
        f"  Help site   {url}/",
        f"  Desk        {url}/desk",
        f"  Wallboard   {url}/wallboard",
    ]
    if password:
        lines += [
            "",
            f"  Sign in as  {password[0]}",
            f"  Password    {password[1]}   (shown this once)",
            "  For others  hotline agents password ID",
        ]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


def _say(text: str) -> None:
    print(f"hotline: {text}", file=sys.stderr, flush=True)
