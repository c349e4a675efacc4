"""Options that several commands share, so that they are called and explained alike."""

import argparse
import os
import sys
from pathlib import Path

from cti.setup import resources
from cti.setup.prepare import Options
from cti.setup.settings import Settings

Subparsers = "argparse._SubParsersAction[argparse.ArgumentParser]"


def default_data() -> Path:
    """`HOTLINE_DATA`, else `data` in the checkout, else the place the desktop standard gives (XDG)."""
    if named := os.environ.get("HOTLINE_DATA"):
        return Path(named)
    if root := resources.checkout():
        return root / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "hotline"


def add_data(parser: argparse.ArgumentParser) -> None:
    """Which data folder."""
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="the data folder (default: $HOTLINE_DATA, or ./data)"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Print for programs."""
    parser.add_argument("--json", action="store_true", help="for programs: one JSON value")


def add_start(parser: argparse.ArgumentParser) -> None:
    """Everything that may be given when something is started."""
    add_data(parser)
    for name, what in (
        ("--http", "port of the screens and the API (8080)"),
        ("--sip", "port of SIP (5060)"),
        ("--ami", "port of Asterisk's manager, on loopback (5038)"),
        ("--agi", "port of callers' sessions, on loopback (4573)"),
        ("--lmtp", "take mail from a mail server here, by LMTP on this port of loopback"),
    ):
        parser.add_argument(name, type=int, metavar="PORT", help=what)
    parser.add_argument("--bind", metavar="ADDR", help="address to serve on (127.0.0.1); others turn HTTPS on")
    parser.add_argument(
        "--database", metavar="URL", help="where history and journal are kept: postgresql://user@host/name"
    )
    parser.add_argument("--site", type=Path, metavar="FILE", help="the site file to put in force")
    parser.add_argument("--no-example", action="store_true", help="don't load the example site into a new folder")


def data_folder(args: argparse.Namespace) -> Path:
    """The data folder that was meant."""
    return (args.data or default_data()).resolve()


def settings(args: argparse.Namespace) -> Settings:
    """The settings of the data folder that was meant. Raises SetupProblem when there are none yet."""
    return Settings.load(data_folder(args))


def start_options(args: argparse.Namespace) -> Options:
    """What `add_start` has read."""
    return Options(
        http=args.http,
        sip=args.sip,
        ami=args.ami,
        agi=args.agi,
        lmtp=args.lmtp,
        bind=args.bind,
        database=args.database,
        site=args.site,
        example=not args.no_example,
    )


def copying(name: str, done: int, whole: int) -> None:
    """Shows how far a copy has come, on one line a table."""
    print(f"\r{name}: {done:,} of {whole:,}", end="\n" if done == whole else "", file=sys.stderr, flush=True)


def silent(name: str, done: int, whole: int) -> None:
    """In place of `copying` where nobody watches."""
