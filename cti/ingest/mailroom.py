"""The mail room: follows mail accounts and outside tables and takes mail from a mail server, in a process of its own.

`python -m cti.ingest.mailroom --data DIR`; `hotline up` starts it beside the bridge where there is something to follow,
and starts it again when it dies. Whatever they do, callers are served by another process.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from cti.core.mailboxes import MailAccount
from cti.core.site import Site
from cti.ingest import collector
from cti.ingest.imap import ImapAccount
from cti.ingest.imap_line import look
from cti.ingest.lmtp import Lmtp
from cti.ingest.mails import MailStore, Own
from cti.ingest.report import IngestError, RefusedError
from cti.ingest.schedule import Schedule
from cti.ingest.sign_in import way
from cti.setup import site
from cti.setup.finding import Finding
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.setup.supervise import holder
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.vault import Vault

_NICE = 5
"""Calls go first."""
_STOP_S = 3.0

log = logging.getLogger(__name__)


def accounts(settings: Settings, in_force: Site, store: Store) -> Iterator[tuple[MailAccount, ImapAccount | None]]:
    """Every mail account of the site; None beside one that has no password yet."""
    into = mail_store(settings, in_force)
    for account in in_force.mail.accounts:
        by = way(settings, account)
        yield account, None if by is None else ImapAccount(store, into, account, by, wall_clock)


def mail_store(settings: Settings, in_force: Site) -> MailStore:
    """Where this site's mail goes."""
    identities = Identities(bytes.fromhex(settings.secrets.site_key), in_force.region)
    return MailStore(identities, Own(in_force.mail.own), Vault(settings.data), in_force)


def schedule(settings: Settings, in_force: Site, store: Store) -> Schedule:
    """The outside tables of this site."""
    identities = Identities(bytes.fromhex(settings.secrets.site_key), in_force.region)
    passwords = settings.secrets.table_passwords
    return Schedule(store, identities, in_force.tables, passwords, settings.site_file.parent, wall_clock)


def diagnose(data: Path) -> list[Finding]:
    """Every mail account signed in to, and the port for mail tried. Nothing when the data folder can't be read."""
    try:
        settings = Settings.load(data)
        in_force = site.load(settings.site_file)
    except SetupProblem:
        return []  # told with the cure by those who look at the folder
    findings = [_account(settings, account) for account in in_force.mail.accounts]
    if settings.lmtp_port and holder(settings) is not None:
        greeting = _greeting(settings.lmtp_port)
        cure = "" if greeting.startswith("220") else f"See {settings.logs / 'mailroom.log'}."
        findings.append(Finding("Mail by LMTP", not cure, greeting or f"no answer on port {settings.lmtp_port}", cure))
    return findings


def _account(settings: Settings, account: MailAccount) -> Finding:
    name = f"Mail account {account.id}"
    by = way(settings, account)
    if by is None:
        return Finding(name, False, "has no password", f"hotline ingest password {account.id}, then hotline reload")
    try:
        return Finding(name, True, look(account, by))
    except RefusedError as error:
        return Finding(name, False, error.why, f"{error.cure}.")
    except IngestError as error:
        cure = f"Mend the account in {settings.site_file}, or wait for its server: no mail is lost meanwhile."
        return Finding(name, False, str(error), cure)


def _greeting(port: int) -> str:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as line:
        return line.recv(200).decode(errors="replace").strip()
    return ""


async def run(settings: Settings) -> None:
    """Follow everything until SIGTERM or SIGINT. Raises OSError when the LMTP port is taken."""
    done = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, done.set)
    in_force = site.load(settings.site_file)
    store = Store.open(settings.database_url)
    lmtp = Lmtp(store, mail_store(settings, in_force), wall_clock)
    if settings.lmtp_port:
        await lmtp.start("127.0.0.1", settings.lmtp_port)
        log.info("mail is taken by LMTP on port %d", settings.lmtp_port)
    stop = threading.Event()
    threads = []
    collector.keep_out_of_the_way()
    for account, source in accounts(settings, in_force, store):
        if source is None:
            log.error("mail account %s has no password: hotline ingest password %s", account.id, account.id)
            continue
        # A daemon: a server that is silent in the middle of something can't keep the process from ending.
        threads.append(threading.Thread(target=source.follow, args=(stop,), name=f"imap-{account.id}", daemon=True))
        threads[-1].start()
    if in_force.tables:
        threads.append(threading.Thread(target=schedule(settings, in_force, store).follow, args=(stop,), daemon=True))
        threads[-1].start()
    await done.wait()
    stop.set()
    await lmtp.close()
    # What is in the middle of something after that time is cut off, as by a crash: it is read again.
    until = running.time() + _STOP_S
    for thread in threads:
        await running.run_in_executor(None, thread.join, max(0.0, until - running.time()))


def main(arguments: list[str] | None = None) -> int:
    """The command line of the process that `hotline up` supervises."""
    parser = argparse.ArgumentParser(prog="python -m cti.ingest.mailroom", description="The mail of one data folder.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Its info lines name every sender.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    try:
        asyncio.run(run(Settings.load(given.data)))
    except (SetupProblem, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"a port can't be used: {error}. Choose another with --lmtp PORT.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
