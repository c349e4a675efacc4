"""`hotline db`: move a site's history and journal to PostgreSQL."""

import argparse
import contextlib
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from cti.commands import _options
from cti.setup import postgres
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_postgres, put_settings, read_toml
from cti.setup.supervise import alone
from cti.store.copy import copy_tables, has_rows
from cti.store.database import Store, StoreError, sqlite_file
from cti.store.journal import Journal, JournalError
from cti.store.projector import Fold


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("db", help="move history and journal to PostgreSQL")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    move = actions.add_parser(
        "move",
        help="from SQLite files into an empty PostgreSQL database",
        description="Copies everything, counts it, and only then changes the settings of the data folder.",
    )
    move.add_argument("source", metavar="SQLITE_URL", help="sqlite:////folder/hotline.db")
    move.add_argument("target", metavar="POSTGRES_URL", help="postgresql://user@host/name; it must be empty")
    _options.add_data(move)
    _options.add_json(move)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Move. The source stays as it is. Raises SetupProblem."""
    try:
        source = sqlite_file(args.source).resolve()
        if not is_postgres(args.target):
            raise SetupProblem("The target must be PostgreSQL: write postgresql://user@host/name")
        if not source.exists():
            raise SetupProblem(f"{source} is not there.")
        settings = _owner(args, source)
        with contextlib.ExitStack() as held:
            if settings is not None:
                held.enter_context(alone(settings.data))
            journal = Path(settings.journal) if settings is not None else source.with_name("journal.db")
            counts, seq = _move(
                source, journal, args.target, _options.copying if sys.stderr.isatty() else _options.silent
            )
            if settings is not None:
                file = settings.data / "settings.toml"
                put_settings(file, {**read_toml(file), "database_url": args.target})
    except (StoreError, JournalError) as error:
        raise SetupProblem(str(error)) from None
    if args.json:
        print(json.dumps({"rows": counts, "records": seq, "settings": settings is not None}))
        return 0
    print(
        f"Moved to {postgres.shown(args.target)}: {sum(counts.values())} rows of history, {seq} records of the journal."
    )
    if settings is None:
        print("No data folder uses these files: give one the new database with 'hotline up --database'.")
    else:
        print(f"{settings.data} uses it from its next start on. The old files stay where they are.")
    return 0


def _owner(args: argparse.Namespace, source: Path) -> Settings | None:
    """The settings of the data folder that uses these files. Raises SetupProblem when the one named does not."""
    data = _options.data_folder(args)
    if args.data is None and not (data / "settings.toml").exists():
        return None
    settings = Settings.load(data)
    uses = settings.database_url
    if not is_postgres(uses) and sqlite_file(uses).resolve() == source:
        return settings
    if args.data is not None:
        raise SetupProblem(f"{data} does not use {source}: give its own database, or leave --data out.")
    return None


def _move(
    source: Path, journal_file: Path, target: str, progress: Callable[[str, int, int], None]
) -> tuple[dict[str, int], int]:
    """Copy the journal, then the history; gives the rows of each table and the journal's newest record."""
    if has_rows(target):
        raise SetupProblem(f"{postgres.shown(target)} is not empty. Give a new database: CREATE DATABASE name")
    with contextlib.ExitStack() as opened:
        old = opened.enter_context(contextlib.closing(Store.open(f"sqlite:///{source}")))
        journal = opened.enter_context(Journal.open(journal_file)) if journal_file.exists() else None
        if journal is not None:
            journal.hold()
        last = journal.last_seq() if journal is not None else 0
        if last < (folded := old.read(Fold().position)):
            # A bridge would number on from the journal's end, and the history would pass over what it knows by number.
            raise SetupProblem(
                f"{journal_file} ends at record {last}, but the history knows of record {folded}:"
                " they are not of one site. Bring the journal back that belongs to it."
            )
        changed = opened.enter_context(_watch(source))
        seq = 0
        if journal is not None:
            goal = opened.enter_context(Journal.open(target))
            # The history last and in one transaction: while it is empty, the move can be begun anew.
            seq = journal.copy_into(goal, lambda done: progress("journal", done, last))
        new = opened.enter_context(contextlib.closing(Store.open(target)))

        def unchanged() -> None:
            if changed():
                raise SetupProblem(
                    "Somebody wrote to the history while it was copied, and it would have been lost. Nothing was moved:"
                    " let every import end, then try again."
                )

        return copy_tables(old, new, progress, unchanged), seq


@contextlib.contextmanager
def _watch(file: Path) -> Iterator[Callable[[], bool]]:
    """Tells whether anybody has written to a database since: `PRAGMA data_version` counts what others commit."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:

        def version() -> int:
            return int(db.execute("PRAGMA data_version").fetchone()[0])

        first = version()
        yield lambda: version() != first
