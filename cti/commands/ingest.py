"""`hotline ingest`: bring mail and outside tables into the history, and list what could not be read."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from cti.commands._options import add_data, add_json, settings
from cti.ingest.mails import ingest_mails
from cti.ingest.mapping import load_map
from cti.ingest.report import IngestError, Report, forget_kept, kept_body, list_kept
from cti.ingest.tables import ingest_table, preview
from cti.setup.site import load as load_site
from cti.store.database import Store, StoreError
from cti.store.history import wall_clock
from cti.store.identity import Identities


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("ingest", help="bring mail and outside tables into the history")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    mail = actions.add_parser("mail", help="a .eml, a folder of them, a Maildir or an mbox; twice does no harm")
    mail.add_argument("path", type=Path, metavar="PATH")
    mail.add_argument(
        "--own",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="an address or a domain of yours: mail from it is what you sent (may be given several times)",
    )
    table = actions.add_parser("table", help="rows of a CSV or JSON lines file, or of a database; twice does no harm")
    table.add_argument("source", metavar="SOURCE", help="a file, or a database's URL as SQLAlchemy writes it")
    table.add_argument("--map", type=Path, required=True, metavar="MAP.toml", help="which column is what")
    table.add_argument("--dry-run", action="store_true", help="only show what the first rows would become")
    kept = actions.add_parser("kept", help="what could not be read, and why; exit code 1: there is something")
    kept.add_argument("--show", type=int, metavar="ID", help="print the bytes of one")
    kept.add_argument("--forget", type=int, metavar="ID", help="throw one away")
    for each in (mail, table, kept):
        add_data(each)
        add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; the answer is the exit code: 0 all was read, 1 something was kept unread, 2 it can't be done."""
    found = settings(args)
    try:
        store = Store.open(found.database_url)
        if args.action == "kept":
            return _kept(store, args)
        region = load_site(found.site_file).region
        identities = Identities(bytes.fromhex(found.secrets.site_key), region)
        progress = _progress if sys.stderr.isatty() and not args.json else None
        return _ingest(store, identities, args, progress)
    except (IngestError, StoreError) as error:
        print(f"hotline: {error}", file=sys.stderr)
        return 2


def _ingest(
    store: Store, identities: Identities, args: argparse.Namespace, progress: Callable[[Report], None] | None
) -> int:
    if args.action == "mail":
        report = ingest_mails(store, identities, args.path, args.own, wall_clock(), progress)
    else:
        map_ = load_map(args.map)
        if args.dry_run:
            return _dry_run(preview(identities, map_, args.source, wall_clock()), args.json)
        report = ingest_table(store, identities, map_, args.source, wall_clock(), progress)
    if progress is not None:
        print(file=sys.stderr)
    if args.json:
        print(msgspec.json.encode(report).decode())
    else:
        same = f", {report.same} were there already" if report.same else ""
        print(f"{report.read} read: {report.new} written{same}, {report.kept} kept unread.")
        if report.kept:
            print("`hotline ingest kept` says which and why. Mend them and ingest again.")
    return 1 if report.kept else 0


def _dry_run(found: list[tuple[str, str]], as_json: bool) -> int:
    if as_json:
        print(msgspec.json.encode([{"place": place, "becomes": made} for place, made in found]).decode())
    for place, made in found if not as_json else []:
        print(f"{place}\n    {made}")
    return 0


def _kept(store: Store, args: argparse.Namespace) -> int:
    if args.show is not None:
        body = store.read(lambda connection: kept_body(connection, args.show))
        if body is None:
            print(f"hotline: nothing is kept as {args.show}", file=sys.stderr)
            return 1
        sys.stdout.buffer.write(body)
        return 0
    if args.forget is not None:
        if store.write(lambda connection: forget_kept(connection, args.forget)):
            return 0
        print(f"hotline: nothing is kept as {args.forget}", file=sys.stderr)
        return 1
    found = store.read(list_kept)
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif not found:
        print("Everything was read.")
    for one in found if not args.json else []:
        print(f"{one.id:>6}  {one.source}  {one.place} ({one.size} bytes)\n        {one.reason}")
    return 1 if found else 0


def _progress(report: Report) -> None:
    print(f"\r{report.read} read, {report.kept} kept unread", end="", file=sys.stderr, flush=True)
