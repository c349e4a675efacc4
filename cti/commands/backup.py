"""`hotline backup`: one file that holds the whole site, made while calls go on."""

import argparse
import datetime
import sys
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.setup import resources
from cti.setup.problem import SetupProblem
from cti.store.backup import BackupError, backup
from cti.store.database import StoreError
from cti.store.journal import JournalError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "backup",
        help="the whole site in one file, while calls go on",
        description="History, journal, settings, secrets, articles, flows, recordings: guard it like the folder.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to make, such as hotline.tar.gz")
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make it. Raises SetupProblem."""
    settings = _options.settings(args)
    progress = _options.copying if sys.stderr.isatty() else _options.silent
    now = datetime.datetime.now(datetime.UTC)
    try:
        about = backup(settings, args.file.resolve(), resources.version(), now, progress)
    except (BackupError, StoreError, JournalError, OSError) as error:
        raise SetupProblem(f"No backup was made: {error}") from None
    if args.json:
        print(msgspec.json.encode(about).decode())
    else:
        size = args.file.stat().st_size / 1e6
        print(f"{args.file}: {size:.1f} MB, {sum(about.rows.values())} rows of history, {about.records} records.")
        if settings.key_file:
            print(f"What is encrypted stays so in it. The keys are not in it, but in {settings.key_file}: keep a copy.")
    return 0
