"""`hotline restore`: a data folder from a backup."""

import argparse
import sys
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.setup.problem import SetupProblem
from cti.store.backup import BackupError, restore
from cti.store.database import StoreError
from cti.store.journal import JournalError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "restore",
        help="a data folder from a backup",
        description="Makes a new data folder from a backup. 'hotline up' then starts it where the backup was made.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what 'hotline backup' has made")
    parser.add_argument(
        "--database", metavar="URL", help="an empty database for it (where it was: PostgreSQL, or the data folder)"
    )
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Restore it. Raises SetupProblem."""
    data = _options.data_folder(args)
    progress = _options.copying if sys.stderr.isatty() else _options.silent
    try:
        about = restore(args.file.resolve(), data, args.database, progress)
    except (BackupError, StoreError, JournalError, OSError) as error:
        raise SetupProblem(f"Nothing was restored: {error}") from None
    if args.json:
        print(msgspec.json.encode(about).decode())
        return 0
    print(f"{data} is as it was at {about.made}: {sum(about.rows.values())} rows of history, {about.records} records.")
    print(f"Start it: hotline up --data {data}")
    return 0
