"""`hotline customers`: find one, hand out everything about them, erase them."""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store import lists, person
from cti.store.database import Store, StoreError
from cti.store.erase import Erased, erase, preview
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.journal import Journal, JournalError
from cti.store.reader import Reader
from cti.store.tables import audit

_WHO = "command line"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("customers", help="find customers; export or erase everything about one")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    find = actions.add_parser("find", help="by name, number, address, account or case number")
    find.add_argument("words", nargs="+", metavar="WORDS")
    export = actions.add_parser(
        "export",
        help="everything about one person, as a zip",
        description="Writes person.json and the files that belong to it. It is noted in the audit log.",
    )
    export.add_argument("id", metavar="ID", help="the customer's id, as 'hotline customers find' shows it")
    export.add_argument("file", type=Path, metavar="FILE", help="the zip to make")
    erasing = actions.add_parser(
        "erase",
        help="forget one person",
        description="Removes every value that says who they are. Journal and statistics stay. It can't be undone.",
    )
    erasing.add_argument("id", metavar="ID", help="the customer's id, as 'hotline customers find' shows it")
    erasing.add_argument("--yes", action="store_true", help="do it; without it, only say what would go")
    for each in (find, export, erasing):
        _options.add_data(each)
        _options.add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: there is no such customer, or nothing was done yet."""
    settings = _options.settings(args)
    try:
        with _opened(settings) as (store, db):
            match args.action:
                case "find":
                    return _find(settings, db, " ".join(args.words), args.json)
                case "export":
                    return _export(settings, store, db, args)
                case _:
                    return _erase(settings, store, db, args)
    except LookupError as error:
        raise SetupProblem(f"{error}.") from None
    except (StoreError, JournalError, OSError) as error:
        raise SetupProblem(str(error)) from None


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Store, Reader]]:
    with contextlib.closing(Store.open(settings.database_url)) as store, contextlib.closing(store.driver()) as db:
        yield store, db


def _find(settings: Settings, db: Reader, words: str, as_json: bool) -> int:
    region = site_file.load(settings.site_file).region
    identities = Identities(bytes.fromhex(settings.secrets.site_key), region)
    found = lists.search(db, identities, words, 20)
    if as_json:
        print(msgspec.json.encode(found).decode())
    for one in found if not as_json else ():
        print(f"{one.customer:32} {one.name}  {one.detail}")
    return 0 if found else 1


def _export(settings: Settings, store: Store, db: Reader, args: argparse.Namespace) -> int:
    file: Path = args.file
    if file.exists():
        raise SetupProblem(f"{file} is there already: give another name.")
    with Journal.open(settings.journal) as journal:
        found = person.export(db, journal, args.id, wall_clock())
    if found is None:
        return _nobody(args.id)
    # Opened with its final mode: there is no moment in which others could read it.
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    row = {"at": found.made, "who": _WHO, "what": "customer_exported", "about": args.id}
    try:
        with os.fdopen(handle, "wb") as out:
            person.pack(found, db, settings.recordings, out)
        store.write(lambda connection: connection.execute(audit.insert().values(row)))
    except BaseException:
        # Half of it, or one that nobody noted, is not to be handed out.
        file.unlink()
        raise
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(f"{file}: {found.name or args.id}, {len(found.timeline)} contacts. Hand it to nobody but them.")
    return 0


def _erase(settings: Settings, store: Store, db: Reader, args: argparse.Namespace) -> int:
    if args.yes:
        done = erase(store, db, args.id, _WHO, wall_clock(), settings.recordings)
    else:
        done = preview(db, args.id, settings.recordings)
    if done is None:
        return _nobody(args.id)
    if args.json:
        print(msgspec.json.encode(done).decode())
    else:
        print(f"{'Erased' if args.yes else 'This would erase'} {args.id}: {_counted(done)}.")
        if not args.yes:
            print("It can't be undone. Say --yes to do it.")
    return 0 if args.yes else 1


def _counted(done: Erased) -> str:
    return (
        f"{done.identifiers} identifiers, {done.interactions} contacts, {done.messages} mails,"
        f" {done.attachments} attachments, {done.files} recordings, {done.kept} things kept unread"
    )


def _nobody(id_: str) -> int:
    print(f"There is no customer '{id_}'. 'hotline customers find WORDS' shows their ids.", file=sys.stderr)
    return 1
