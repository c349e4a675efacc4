"""The one place through which attachments and recordings are kept and read, encrypted or not.

An attachment is a row whose `key` names the key it is encrypted with, empty: none. A recording is `<call>.wav` (the
message left in it) or `<call>.talks.wav` as Asterisk wrote it, or the same with `.sealed` behind it; where both are
there the plain one counts, for it is whole and may be newer.
"""

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from cti.setup import keys
from cti.setup.keys import Key, KeyRing
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.database import StoreError
from cti.store.reader import Reader
from cti.store.sealed import Opened, SealedError, open_bytes, seal_bytes

WAV = ".wav"
SEALED = ".sealed"
TALKS = ".talks"
"""Behind the call's id in the name of what was recorded of its talks; without it, it is the message left in it."""
UNFINISHED = ".unfinished"
"""Ends the name of what is being written: it counts for nothing."""
log = logging.getLogger(__name__)


class VaultError(StoreError):
    """Something can't be encrypted or decrypted; the text says why, and what to do."""


class Plain:
    """A plain file that is read as a sealed one is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def read(self, start: int, count: int) -> bytes:
        """Up to `count` bytes from `start` on; fewer only at the end."""
        self._file.seek(start)
        return self._file.read(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Recording:
    """A recording, open: `size` bytes of wav, of which any part can be read. Blocks; `close` it at the end."""

    def __init__(self, name: str, read: Plain | Opened, version: str) -> None:
        self.name = name
        """Of the plain file."""
        self.version = version
        """Another one when it was recorded anew."""
        self.size = read.size
        self._read = read

    def read(self, start: int, count: int) -> bytes:
        """Up to `count` bytes from `start` on; fewer only at the end. Raises `VaultError`."""
        try:
            return self._read.read(start, count)
        except SealedError as error:
            raise VaultError(f"the recording {self.name} can't be decrypted: {error}") from None

    def close(self) -> None:
        """Close its file."""
        self._read.close()


class Rules(Struct, frozen=True):
    """What is set, and the keys there are."""

    encrypt: bool = False
    ring: KeyRing = KeyRing()
    trouble: str = ""
    """Why the keys can't be used."""

    @property
    def key(self) -> Key | None:
        """What is kept from now on is encrypted with it; None: nothing is. Raises `VaultError`."""
        if not self.encrypt:
            return None
        if self.ring.newest is None:
            raise VaultError(self.trouble)
        return self.ring.newest


class Vault:
    """Keeps and reads, as the settings of a data folder say now: a change of theirs needs no new start.

    Any thread may use it. Without a data folder nothing is encrypted.
    """

    def __init__(self, data: Path | None = None) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._rules = Rules()
        self._seen: tuple[object, ...] | None = None
        self._key_file: Path | None = None

    def rules(self) -> Rules:
        """What is in force."""
        if self._data is None:
            return self._rules
        with self._lock:
            if self._seen is None or self._stamp() != self._seen:
                self._rules = self._read(self._data)
                self._seen = self._stamp()
            return self._rules

    def _stamp(self) -> tuple[object, ...]:
        files = (self._data / "settings.toml" if self._data is not None else None, self._key_file)
        return tuple(_stamp(file) for file in files)

    def _read(self, data: Path) -> Rules:
        try:
            settings = Settings.load(data)
        except SetupProblem as problem:
            # Half-written by hand: what was in force stays so.
            log.error("%s", problem)
            return self._rules
        self._key_file = Path(settings.key_file) if settings.key_file else None
        if self._key_file is None:
            return Rules()
        try:
            return Rules(settings.encrypt, keys.read(self._key_file, data))
        except SetupProblem as problem:
            return Rules(settings.encrypt, trouble=str(problem))

    # --- attachments

    def put(self, digest: str, body: bytes) -> tuple[str, bytes]:
        """How an attachment is to be kept, as (key, body). Raises `VaultError` when it must be encrypted and can't."""
        key = self.rules().key
        return ("", body) if key is None else (key.id, seal_bytes(key, _attachment(digest), body))

    def attachment(self, db: Reader, digest: str) -> bytes | None:
        """An attachment's bytes; None: there is no such attachment. Raises `VaultError`."""
        row = db.execute("SELECT key, body FROM attachments WHERE hash = ?", (digest,)).fetchone()
        return self.plain(digest, row[0], bytes(row[1])) if row is not None else None

    def plain(self, digest: str, key: str, body: bytes) -> bytes:
        """An attachment as it came, from how it is kept. Raises `VaultError`."""
        if not key:
            return body
        rules = self.rules()
        try:
            return open_bytes(rules.ring, _attachment(digest), body)
        except SealedError as error:
            said = rules.trouble or str(error)
            raise VaultError(f"the attachment {digest[:12]} can't be decrypted: {said}") from None

    # --- recordings

    def recording(self, folder: Path, call: str) -> Recording | None:
        """A call's recording; None: there is none. Raises `VaultError`. A call's id is ours, so it is a safe name."""
        plain = folder / f"{call}{WAV}"
        # The plain one once more: it may have been encrypted, or decrypted, between two looks.
        for path in (plain, sealed(plain), plain):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            try:
                return Recording(plain.name, self._opened(path, file), _version(file))
            except SealedError as error:
                file.close()
                said = self.rules().trouble or str(error)
                raise VaultError(f"the recording {plain.name} can't be decrypted: {said}") from None
        return None

    def _opened(self, path: Path, file: BinaryIO) -> Plain | Opened:
        if path.name.endswith(SEALED):
            return Opened(self.rules().ring, path.name.removesuffix(SEALED), file)
        return Plain(file)


def talk_of(call: str) -> str:
    """The name by which `Vault.recording` knows what was recorded of a call's talks."""
    return call + TALKS


def call_of(file: Path) -> str:
    """The call that a plain recording is of."""
    return file.name.removesuffix(WAV).removesuffix(TALKS)


def is_kept(folder: Path, name: str) -> bool:
    """Whether there is a recording of this name, encrypted or not."""
    # Every pop asks for each call it shows, and to make a Path takes five times as long as to look.
    plain = f"{folder}/{name}{WAV}"
    return os.path.exists(plain) or os.path.exists(plain + SEALED)


def sealed(plain: Path) -> Path:
    """Where a recording is when it is encrypted."""
    return plain.with_name(plain.name + SEALED)


def recordings(folder: Path | None, calls: Sequence[str]) -> Iterator[Path]:
    """Every file of these calls' recordings, whole or not."""
    if folder is None or not folder.is_dir():
        return
    wanted = set(calls)
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name.partition(".")[0] in wanted:
            yield file


def _attachment(digest: str) -> str:
    return f"attachment {digest}"


def _version(file: BinaryIO) -> str:
    # Encrypting keeps the time.
    return f"{os.fstat(file.fileno()).st_mtime_ns:x}"


def _stamp(file: Path | None) -> Any:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
