"""Attachments and recordings made into what the settings say: encrypted with the newest key, or plain.

Killed at any moment nothing is lost, and the next run goes on: a recording is whole under its new name, and on the
disk, before the old one goes, and an attachment is changed by one transaction.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cti.setup.finding import Finding
from cti.setup.keys import Key
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.copy import as_it_is
from cti.store.database import Store, StoreError
from cti.store.sealed import Opened, SealedError, head_of, key_of, pieces, pieces_of, seal
from cti.store.vault import SEALED, UNFINISHED, WAV, Rules, Vault, VaultError, sealed

STILL_S = 3600
"""A recording that was not touched for so long is nobody's any more: a message takes ten minutes at most, and callers
who are parked for so long are fetched, or go."""
_PAGE = 100
_LOCK = "encrypt.lock"
"""In the data folder, beside that of the recordings."""
_OTHERS = "SELECT hash FROM attachments WHERE key {} ? AND hash > ? ORDER BY hash LIMIT ?"
_BODY = text("SELECT key, body FROM attachments WHERE hash = :hash")
_CHANGE = text("UPDATE attachments SET key = :key, body = :body WHERE hash = :hash AND key = :was")

Progress = Callable[["Done"], None]
Still = Callable[[Path], bool]
"""Whether nobody writes a recording any more, nor is being played it."""


class Done(Struct):
    """What a run has changed, and what it could not."""

    attachments: int = 0
    recordings: int = 0
    waiting: int = 0
    """Recordings that may still be written or played to their callers."""
    troubles: list[str] = []
    """Why something stays as it is."""


class Count(Struct, frozen=True, kw_only=True):
    """How much is kept in which way."""

    plain_attachments: int
    attachments: dict[str, int]
    """Encrypted ones, by the id of their key."""
    plain_recordings: int
    recordings: dict[str, int]


def untouched(file: Path, seconds: float = STILL_S) -> bool:
    """Whether a recording has not been written for so long."""
    with contextlib.suppress(FileNotFoundError):
        return time.time() - file.stat().st_mtime > seconds
    return False


def work(
    store: Store, vault: Vault, folder: Path, is_still: Still = untouched, progress: Progress = lambda done: None
) -> Done:
    """Change whatever is not kept as the settings say. Blocks. Raises `VaultError` when the keys can't be used."""
    done = Done()
    _attachments(store, vault, done, progress)
    _recordings(vault, folder, is_still, done, progress)
    return done


def count(store: Store, folder: Path) -> Count:
    """What is kept in which way now. Blocks."""
    with contextlib.closing(store.driver()) as db:
        by_key = dict(db.execute("SELECT key, count(*) FROM attachments GROUP BY key").fetchall())
    plain, found = 0, dict[str, int]()
    for file in _files(folder):
        if file.name.endswith(SEALED):
            with contextlib.suppress(OSError):
                id_ = _key(file)
                found[id_] = found.get(id_, 0) + 1
        else:
            plain += 1
    return Count(plain_attachments=by_key.pop("", 0), attachments=by_key, plain_recordings=plain, recordings=found)


def diagnose(data: Path) -> list[Finding]:
    """Whether what is encrypted can be read. Changes nothing."""
    try:
        settings = Settings.load(data)
    except SetupProblem:
        return []  # told with the cure by those who look at the folder
    what, rules = "Encryption", Vault(data).rules()
    if rules.trouble:
        return [Finding(what, False, rules.trouble, "Without it nothing encrypted can be read, nor anything kept.")]
    used = _keys_of_attachments(settings.database_url)
    for file in _files(settings.recordings):
        if file.name.endswith(SEALED):
            with contextlib.suppress(OSError, SealedError):
                used.add(_key(file))
    if missing := sorted(id_ for id_ in used if id_ and rules.ring.find(id_) is None):
        cure = "Bring back the copy of the key file that holds them; hotline encrypt status says what they are for."
        return [Finding(what, False, f"the keys {', '.join(missing)} are missing", cure)]
    if not rules.encrypt:
        return [Finding(what, True, "off: attachments and recordings are kept plain")]
    return [Finding(what, True, f"on, {len(rules.ring.keys)} keys in {settings.key_file}")]


def _keys_of_attachments(url: str) -> set[str]:
    try:
        if (engine := as_it_is(url)) is None:
            return set()
        with contextlib.closing(engine.connect()) as connection:
            return set(connection.execute(text("SELECT DISTINCT key FROM attachments")).scalars())
    except (StoreError, DBAPIError):
        return set()  # not to be reached, which others tell, or of an older Hotline, which encrypts nothing


def _attachments(store: Store, vault: Vault, done: Done, progress: Progress) -> None:
    last = ""
    with contextlib.closing(store.driver()) as db:
        while True:
            key = vault.rules().key
            # In two halves, for an index finds what is on one side of a value, and not what differs from it.
            id_ = key.id if key is not None else ""
            page = sorted(
                row[0] for side in "<>" for row in db.execute(_OTHERS.format(side), (id_, last, _PAGE)).fetchall()
            )[:_PAGE]
            for digest in page:
                try:
                    done.attachments += store.write(partial(_change, vault=vault, digest=digest))
                except VaultError as error:
                    done.troubles.append(str(error))
                progress(done)
            if not page:
                break
            last = page[-1]
    if done.attachments:
        store.settle()


def _change(connection: Connection, vault: Vault, digest: str) -> int:
    if connection.dialect.name == "sqlite":
        # What was plain is overwritten, too, not only left out.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    row = connection.execute(_BODY, {"hash": digest}).first()
    if row is None:
        return 0
    key, body = vault.put(digest, vault.plain(digest, row.key, bytes(row.body)))
    connection.execute(_CHANGE, {"hash": digest, "key": key, "body": body, "was": row.key})
    return 1


def _recordings(vault: Vault, folder: Path, is_still: Still, done: Done, progress: Progress) -> None:
    for file in _files(folder):
        with _alone(folder):
            # Read for each: who turns encryption off waits for this lock, and what was begun is not undone by half.
            rules = vault.rules()
            try:
                changed = _settled(rules, rules.key, file, is_still)
            except SealedError as error:
                done.troubles.append(f"the recording {file.name} can't be decrypted: {rules.trouble or error}")
                continue
            except FileNotFoundError:
                continue  # gone since it was listed
        if changed is None:
            done.waiting += 1
        else:
            done.recordings += changed
        progress(done)


def _settled(rules: Rules, key: Key | None, file: Path, is_still: Still) -> int | None:
    """Bring one file into its right form: 1 when it was not; None: it is not yet time."""
    if file.name.endswith(UNFINISHED):
        file.unlink()  # of a run that was killed: whoever writes one holds the lock
        return 0
    if file.name.endswith(SEALED):
        return _renewed(rules, key, file)
    if key is None:
        sealed(file).unlink(missing_ok=True)
        return 0
    if not is_still(file):
        return None
    with file.open("rb") as plain:
        before = os.fstat(plain.fileno())
        with _whole(sealed(file), before) as into:
            seal(key, file.name, pieces_of(plain), into)
    if _version(file.stat()) != _version(before):
        return None  # recorded anew meanwhile: the plain one counts, and is encrypted another time
    file.unlink()
    return 1


def _renewed(rules: Rules, key: Key | None, file: Path) -> int:
    """Make an encrypted recording plain, or encrypt it with another key: 1 when it was not as it is to be."""
    plain = file.with_name(file.name.removesuffix(SEALED))
    if plain.exists() or (key is not None and _key(file) == key.id):
        return 0
    with file.open("rb") as raw:
        opened = Opened(rules.ring, plain.name, raw)
        if key is not None:
            with _whole(file, file.stat()) as into:
                seal(key, plain.name, pieces(opened), into)
            return 1
        with _whole(plain, file.stat()) as into:
            into.writelines(pieces(opened))
    file.unlink()
    return 1


@contextlib.contextmanager
def _whole(path: Path, like: os.stat_result) -> Iterator[BinaryIO]:
    """A file to write that takes its place, on the disk, only when it is whole; as old as the one it is made of."""
    unfinished = path.with_name(path.name + UNFINISHED)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as into:
            yield into
            into.flush()
            # Retention goes by it.
            os.utime(handle, ns=(like.st_atime_ns, like.st_mtime_ns))
            os.fsync(handle)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time: two that change the same file, each in its own direction, could lose it."""
    with folder.with_name(_LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _key(file: Path) -> str:
    with file.open("rb") as opened:
        return key_of(head_of(opened))


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    ends = (WAV, WAV + SEALED, UNFINISHED)
    return sorted(file for file in folder.iterdir() if file.name.endswith(ends) and file.is_file())
