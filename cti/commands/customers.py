"""`hotline customers`: find one, say who is the same person, hand out everything about them, erase them."""

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
from cti.store import lists, mentions, person, reads, suggest
from cti.store.database import Store, StoreError
from cti.store.erase import Erased, erase, preview
from cti.store.history import wall_clock
from cti.store.identity import Identities
from cti.store.identity_views import Evidence, MergeSide
from cti.store.journal import Journal, JournalError
from cti.store.merge import merge, undo
from cti.store.reader import Reader
from cti.store.tables import audit
from cti.store.vault import Vault

_WHO = "command line"
_FOUND = 20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("customers", help="find, merge, export and erase customers")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    find = actions.add_parser("find", help="by name, number or its end, address, account, tag or case number")
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
    merging = actions.add_parser(
        "merge",
        help="say that two are one person",
        description="Shows what would become of them; with --yes does it. 'hotline customers undo' takes it back.",
    )
    merging.add_argument("kept", metavar="KEPT", help="the customer who stays")
    merging.add_argument("gone", metavar="GONE", help="who is the same person: a customer, or a number of nobody's")
    merging.add_argument("--yes", action="store_true", help="do it; without it, only say what would be")
    undoing = actions.add_parser("undo", help="take a merge back")
    undoing.add_argument("merge", metavar="MERGE", help="its number, as 'merge' and 'suggest' print it")
    suggesting = actions.add_parser(
        "suggest",
        help="who may be one person, and why",
        description="By numbers and addresses that both have or wrote. Changes nothing.",
    )
    suggesting.add_argument("id", metavar="ID", nargs="?", help="only of this customer, with numbers and merges")
    suggesting.add_argument(
        "--reread", action="store_true", help="first look through all mails and forms for numbers and addresses again"
    )
    for each in (find, export, erasing, merging, undoing, suggesting):
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
                case "merge":
                    return _merge(store, db, args)
                case "undo":
                    return _undo(store, args)
                case "suggest":
                    return _suggest(settings, store, db, args)
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


def _identities(settings: Settings) -> Identities:
    return Identities(bytes.fromhex(settings.secrets.site_key), site_file.load(settings.site_file).region)


def _find(settings: Settings, db: Reader, words: str, as_json: bool) -> int:
    found = lists.search(db, _identities(settings), words, _FOUND + 1)
    more = len(found) > _FOUND
    found = found[:_FOUND]
    if as_json:
        print(msgspec.json.encode(found).decode())
    for one in found if not as_json else ():
        print(f"{one.customer:32} {one.name}  {one.detail}")
    if more and not as_json:
        print(f"There are more than these {_FOUND}.")
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
            person.pack(found, db, Vault(settings.data), settings.recordings, out)
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


def _merge(store: Store, db: Reader, args: argparse.Namespace) -> int:
    found = suggest.preview(db, args.kept, args.gone)
    if found is None:
        for one in (args.kept, args.gone):
            if reads.who_is(db, one) is None:
                return _nobody(one)
        print(f"{args.kept} and {args.gone} are one person already.", file=sys.stderr)
        return 1
    done = store.write(lambda c: merge(c, args.kept, args.gone, _WHO, wall_clock())) if args.yes else None
    if args.json:
        print(msgspec.json.encode({"merge": None if done is None else str(done[0]), "preview": found}).decode())
        return 0 if args.yes else 1
    for word, side in (("", found.kept), ("and ", found.gone), ("together: ", found.together)):
        print(f"{word}{_side(side)}")
    if done is None:
        print("Say --yes to make them one.")
        return 1
    print(f"One person now: {done[1]}. 'hotline customers undo {done[0]}' takes it back.")
    return 0


def _side(side: MergeSide) -> str:
    contacts = ", ".join(f"{n} {kind}" for kind, n in sorted(side.counts.items())) or "no contacts"
    known = ", ".join(side.identifiers) or "no number"
    work = f"{side.cases} open cases, {side.promises} open promises"
    return f"{side.customer}, {side.name or 'no name'}: {known}; {contacts}; {work}"


def _undo(store: Store, args: argparse.Namespace) -> int:
    id_ = int(args.merge) if args.merge.isdecimal() and len(args.merge) < 18 else -1
    done = store.write(lambda connection: undo(connection, id_, _WHO, wall_clock()))
    if done is None:
        print(f"No merge {args.merge} is in force. 'hotline customers suggest ID' shows a customer's.", file=sys.stderr)
        return 1
    if args.json:
        print(msgspec.json.encode({"kept": done[0], "gone": done[1]}).decode())
    else:
        print(f"{done[0]} and {done[1]} are two again.")
    return 0


def _suggest(settings: Settings, store: Store, db: Reader, args: argparse.Namespace) -> int:
    if args.reread:
        looked_at = mentions.renew(store, _identities(settings))
        print(f"Looked through {looked_at} mails and forms.", file=sys.stderr)
    if args.id is not None:
        found = suggest.identity(db, args.id)
        if found is None:
            return _nobody(args.id)
        if args.json:
            print(msgspec.json.encode(found).decode())
            return 0
        for line in found.identifiers:
            shared = f", shared with {line.shared}" if line.shared else ""
            print(f"{line.kind:8} {line.display or line.id}  {line.confidence} %{shared}  by {line.source or 'itself'}")
        for done in found.merges:
            print(f"merge {done.id}: {done.gone} {done.name}, by {done.by}")
        pairs = [(args.id, one) for one in found.suggestions]
    else:
        pairs = [(who.id, one) for who, one in suggest.everybody(db)]
        if args.json:
            print(msgspec.json.encode([{"customer": who, "suggestion": one} for who, one in pairs]).decode())
            return 0
    for who, one in pairs:
        print(f"{who} and {one.other.customer} ({one.other.name or one.other.detail}) may be one person:")
        for each in one.evidence:
            print(f"    {_evidence(each)}")
    return 0


def _evidence(one: Evidence) -> str:
    where = f" in a {one.source}" if one.source else ""
    return {
        "same": f"both have {one.what}",
        "wrote": f"the first wrote {one.what}{where}, which is the second's",
        "written": f"the second wrote {one.what}{where}, which is the first's",
        "both_wrote": f"both wrote {one.what}",
        "name": f"the same name: {one.what}",
    }[one.kind]


def _counted(done: Erased) -> str:
    return (
        f"{done.identifiers} identifiers, {done.interactions} contacts, {done.messages} mails,"
        f" {done.attachments} attachments, {done.files} recordings, {done.cases} cases ({done.open_cases} open),"
        f" {done.promises} promises ({done.open_promises} open), {done.kept} things kept unread"
    )


def _nobody(id_: str) -> int:
    print(f"There is no customer '{id_}'. 'hotline customers find WORDS' shows their ids.", file=sys.stderr)
    return 1
