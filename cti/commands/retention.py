"""`hotline retention`: what is older than the site keeps it, and letting it go now instead of in the night."""

import argparse
import sys

import msgspec

from cti.commands import _options
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.store import retention
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock

_WHO = "command line"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "retention",
        help="what is older than it is kept",
        description="Counts what '[retention]' of the site lets go; with --yes lets it go. Journal and figures stay.",
    )
    parser.add_argument("--yes", action="store_true", help="do it; without it, only say what would go")
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: the site keeps everything."""
    settings = _options.settings(args)
    rules = site_file.load(settings.site_file).retention
    if not rules.in_force:
        print("This site keeps everything: write [retention] in site.toml.", file=sys.stderr)
        return 1
    try:
        store = Store.open(settings.database_url)
        try:
            if args.yes:
                gone = retention.sweep(store, rules, settings.recordings, wall_clock(), _WHO, _shown)
            else:
                db = store.driver()
                gone = retention.due(db, rules, settings.recordings, wall_clock())
                db.close()
        finally:
            store.close()
    except StoreError as error:
        raise SetupProblem(str(error)) from error
    if args.json:
        print(msgspec.json.encode({"done": args.yes, "kinds": gone}).decode())
        return 0
    for kind, n in gone.items():
        print(f"{kind:12} {n:>10}  older than {rules.in_force[kind]} days")
    print("They are gone." if args.yes else "Nothing is gone yet: add --yes.")
    return 0


def _shown(kind: str, gone: int) -> None:
    if gone % 10_000 == 0:
        print(f"{kind}: {gone} so far", file=sys.stderr)
