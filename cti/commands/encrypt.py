"""`hotline encrypt`: attachments and recordings kept encrypted, or plain again."""

import argparse
import contextlib
import datetime
import os
import sys
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.setup import keys
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, put_settings, read_toml
from cti.store import sealing
from cti.store.database import Store, StoreError
from cti.store.sealing import Count, Done
from cti.store.vault import Vault


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("encrypt", help="keep attachments and recordings encrypted, or plain again")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    on = actions.add_parser(
        "on",
        help="encrypt what there is, and what comes",
        description="Makes a key file outside the data folder if there is none. Interrupted, it is gone on with by the "
        "running hotline, or by the same command.",
    )
    on.add_argument(
        "--keys", type=Path, metavar="FILE", help="the key file (the one in use, or ~/.config/hotline/keys.toml)"
    )
    off = actions.add_parser("off", help="decrypt everything; the keys stay, for old backups need them")
    renew = actions.add_parser("renew", help="make a new key, and encrypt everything anew with it")
    status = actions.add_parser("status", help="what is encrypted with which key; exit code 1: not as it is set")
    for each in (on, off, renew, status):
        _options.add_data(each)
        _options.add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: something is not, or not yet, as it is set. Raises SetupProblem."""
    settings = _options.settings(args)
    if args.action != "status":
        _set(settings, args)
    vault = Vault(settings.data)
    try:
        with contextlib.closing(Store.open(settings.database_url)) as store:
            if args.action == "status":
                return _status(settings, vault, sealing.count(store, settings.recordings), args.json)
            return _said(settings, vault, _work(settings, store, vault), args.json)
    except (StoreError, OSError) as error:
        raise SetupProblem(str(error)) from error


def _set(settings: Settings, args: argparse.Namespace) -> None:
    """Put it in the settings: a running hotline follows them by itself."""
    now = datetime.datetime.now(datetime.UTC)
    file = Path(settings.key_file) if settings.key_file else _default_keys()
    if args.action == "on":
        if args.keys is not None:
            if settings.key_file and args.keys.resolve() != file.resolve():
                raise SetupProblem(
                    f"{settings.data} has its keys in {file}. Move that file, and name it in settings.toml."
                )
            file = args.keys.resolve()
        # One that is there has keys that others need, or that came from a copy.
        if file.exists():
            keys.read(file, settings.data)
        elif settings.key_file:
            raise SetupProblem(f"The key file {file} is missing. Bring back your copy of it.")
        else:
            keys.add(file, settings.data, now)
    elif args.action == "renew":
        if not settings.encrypt:
            raise SetupProblem("Nothing is encrypted. 'hotline encrypt on' turns it on.")
        keys.read(file, settings.data)
        keys.add(file, settings.data, now)
        return
    elif not settings.key_file:
        return
    place = settings.data / "settings.toml"
    put_settings(place, {**read_toml(place), "encrypt": args.action == "on", "key_file": str(file)})


def _default_keys() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "hotline" / "keys.toml"


def _work(settings: Settings, store: Store, vault: Vault) -> Done:
    shown = sys.stderr.isatty()

    def progress(done: Done) -> None:
        if shown:
            print(f"\r{_counted(done)}", end="", file=sys.stderr, flush=True)

    done = sealing.work(store, vault, settings.recordings, progress=progress)
    if shown:
        print(file=sys.stderr)
    return done


def _counted(done: Done) -> str:
    return f"{done.attachments} attachments and {done.recordings} recordings changed"


def _said(settings: Settings, vault: Vault, done: Done, as_json: bool) -> int:
    rules = vault.rules()
    if as_json:
        print(msgspec.json.encode({"encrypt": rules.encrypt, "key_file": settings.key_file, **_plain(done)}).decode())
        return 1 if done.troubles else 0
    print(f"{'Encrypted' if rules.encrypt else 'Decrypted'}: {_counted(done)}.")
    if done.waiting:
        print(f"{done.waiting} recordings are of the last hour: the running hotline sees to them.")
    for trouble in done.troubles:
        print(trouble, file=sys.stderr)
    if rules.encrypt:
        print(f"The keys are in {Settings.load(settings.data).key_file}, and in no backup.")
        print("Keep a copy of that file elsewhere: without it nothing that is encrypted can be read again.")
    return 1 if done.troubles else 0


def _plain(done: Done) -> dict[str, object]:
    return {name: getattr(done, name) for name in done.__struct_fields__}


def _status(settings: Settings, vault: Vault, count: Count, as_json: bool) -> int:
    rules = vault.rules()
    newest = rules.ring.newest.id if rules.encrypt and rules.ring.newest is not None else ""
    used = {*count.attachments, *count.recordings}
    good = not rules.trouble and (used <= {newest} and not count.plain_attachments if rules.encrypt else not used)
    if as_json:
        shown = {"encrypt": rules.encrypt, "key_file": settings.key_file, "trouble": rules.trouble, "newest": newest}
        print(msgspec.json.encode({**shown, **msgspec.to_builtins(count)}).decode())
        return 0 if good else 1
    print(f"Encryption is {'on' if rules.encrypt else 'off'}; key file: {settings.key_file or 'none'}")
    if rules.trouble:
        print(rules.trouble)
    print(f"plain             {count.plain_attachments:>10} attachments {count.plain_recordings:>8} recordings")
    for id_ in sorted(used):
        what = f"{count.attachments.get(id_, 0):>10} attachments {count.recordings.get(id_, 0):>8} recordings"
        known = "" if rules.ring.find(id_) else "  (key missing)"
        print(f"{id_}  {what}{'  (newest key)' if id_ == newest else known}")
    return 0 if good else 1
