"""Looks at a machine and a data folder, and finds what keeps a hotline from running. Changes nothing."""

import contextlib
import datetime
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import psycopg
from cryptography import x509

from cti.core.site import Site
from cti.setup import asterisk, postgres, root, screens, site
from cti.setup.connections import address, connections
from cti.setup.finding import Finding
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_postgres
from cti.setup.supervise import holder

_ROOM = 500_000_000
_SOON = datetime.timedelta(days=14)


async def diagnose(data: Path) -> list[Finding]:
    """Everything, in the order in which it would be needed."""
    findings = [_python(), _user(), *_programs(), _asterisk(data), _screens(), _room(data)]
    try:
        settings = Settings.load(data)
        in_force = site.load(settings.site_file)
    except SetupProblem as problem:
        return [*findings, Finding("Data folder", False, str(problem))]
    findings += [
        _site(in_force),
        address(settings),
        _private(settings),
        _database(settings),
        _prompts(settings),
        *_trunks(in_force, settings),
    ]
    if settings.tls:
        findings.append(_certificate(settings))
    return findings + await _running(settings)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", True, version)


def _user() -> Finding:
    """Nothing we do needs root, and a hole in Asterisk would then be a hole in the machine."""
    advice = "root: it works; an ordinary user is enough, and safer" if os.geteuid() == 0 else "an ordinary one"
    return Finding("User", True, advice)


def _programs() -> list[Finding]:
    found = []
    for program, package, use in (
        ("espeak-ng", "espeak-ng", "speaks prompts that nobody recorded"),
        ("sox", "sox", "makes sound files fit for the telephone"),
    ):
        there = shutil.which(program)
        cure = "" if there else f"apt-get install {package}  (it {use}; 'hotline up' does this too)"
        found.append(Finding(program, there is not None, there or "missing", cure))
    return found


def _asterisk(data: Path) -> Finding:
    try:
        install = asterisk.find(data) or asterisk.last_run(data)
        if install is None:
            return Finding("Asterisk", True, "none yet; 'hotline up' fetches one into the data folder")
        major, version = install.version()
    except SetupProblem as problem:
        return Finding("Asterisk", False, str(problem))
    where = "unpacked for us" if install.own else "this machine's own"
    cure = "" if major >= root.OLDEST else f"Remove it or bring it to {root.OLDEST} or newer."
    return Finding("Asterisk", not cure, f"{version}, {where}", cure)


def _screens() -> Finding:
    folder = screens.folder()
    if folder is None or screens.are_current(folder):
        return Finding("Screens", True, "built")
    return Finding("Screens", False, "older than their sources", "'hotline up' builds them; or npm run build by hand.")


def _room(data: Path) -> Finding:
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    cure = "" if free > _ROOM else "Make room: without it calls go on, but nothing is remembered."
    return Finding("Room on the disk", not cure, f"{free / 1e9:.1f} GB at {place}", cure)


def _site(in_force: Site) -> Finding:
    found = f"{len(in_force.queues)} queues, {len(in_force.agents)} agents, {len(in_force.numbers)} numbers"
    return Finding("Site", True, found)


def _private(settings: Settings) -> Finding:
    loose = [
        path.name
        for path in (
            settings.data / "settings.toml",
            settings.data / "secrets.toml",
            settings.private_key,
            settings.tokens,
            settings.asterisk_etc,
        )
        if path.exists() and path.stat().st_mode & 0o077
    ]
    cure = f"chmod go= {' '.join(loose)}" if loose else ""
    return Finding("Secrets", not loose, "for their owner only" if not loose else "others can read them", cure)


def _database(settings: Settings) -> Finding:
    if is_postgres(settings.database_url):
        return _postgres(settings.database_url)
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if not file.exists():
        return Finding("Database", False, f"{file} is missing", "Run 'hotline up' once.")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    cure = "" if said == "ok" else "Bring back a copy of it; what the journal holds is folded into it again."
    return Finding("Database", not cure, f"{file.stat().st_size / 1e6:.1f} MB, {said}", cure)


def _postgres(url: str) -> Finding:
    cure = "See that the server runs and lets us in, or change database_url in settings.toml."
    try:
        with postgres.connect(url) as db:
            if unfit := postgres.unfit(db):
                return Finding("Database", False, f"{postgres.shown(url)}: {unfit}", "Then start hotline again.")
            row = db.execute(
                "SELECT pg_database_size(current_database()), to_regclass('alembic_version') IS NOT NULL,"
                " has_schema_privilege('public', 'CREATE'), current_setting('server_version')"
            ).fetchone()
    except (SetupProblem, psycopg.Error) as error:
        return Finding("Database", False, " ".join(str(error).split()), cure)
    if row is None or not (row[1] or row[2]):
        return Finding("Database", False, "tables can't be made in it", "GRANT CREATE ON SCHEMA public TO the user.")
    state = "ok" if row[1] else "still empty; 'hotline up' makes the tables"
    return Finding("Database", True, f"PostgreSQL {row[3].split()[0]}, {row[0] / 1e6:.1f} MB, {state}")


def _prompts(settings: Settings) -> Finding:
    count = sum(1 for _ in (settings.sounds / "hotline").glob("*/*.wav"))
    return Finding("Prompts", count > 0, f"{count} sound files", "" if count else "Run 'hotline ivr prompts'.")


def _trunks(in_force: Site, settings: Settings) -> list[Finding]:
    """A trunk known by the address that phones use takes their calls and registrations for its own."""
    swallowed = [trunk.id for trunk in in_force.trunks if any(a.split("/")[0] == "127.0.0.1" for a in trunk.addresses)]
    if not in_force.trunks:
        return [Finding("Trunks", False, "none: only guests of the help site can call", "Add [[trunks]] to site.toml.")]
    cure = "Give it another address: browsers' phones come from 127.0.0.1." if swallowed else ""
    return [Finding("Trunks", not swallowed, ", ".join(trunk.id for trunk in in_force.trunks), cure)]


def _certificate(settings: Settings) -> Finding:
    try:
        certificate = x509.load_pem_x509_certificate(settings.certificate.read_bytes())
    except (OSError, ValueError) as error:
        return Finding("Certificate", False, str(error), f"Put a PEM file at {settings.certificate}, or remove it.")
    ends = certificate.not_valid_after_utc
    good = ends - datetime.datetime.now(datetime.UTC) > _SOON
    own = certificate.issuer == certificate.subject
    found = f"{'our own' if own else 'issued to you'}, until {ends:%Y-%m-%d}"
    return Finding("Certificate", good, found, "" if good else "Renew it, then start hotline again.")


async def _running(settings: Settings) -> list[Finding]:
    """What answers, when it should: nothing has to, while no hotline runs on the folder."""
    if holder(settings) is None:
        return [Finding("Running", True, "no hotline runs on this folder; 'hotline up' starts one")]
    return await connections(settings)
