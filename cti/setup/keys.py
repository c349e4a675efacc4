"""The keys with which attachments and recordings are encrypted: a file outside the data folder, for its owner only.

Whoever gets the data folder, or a backup of it, has no key. New things are encrypted with the newest key; the older
ones stay in the file, for what is in backups was encrypted with them.
"""

import datetime
import os
import secrets
import stat
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from cti.setup.secrets import write_private
from cti.setup.settings import SettingsError, read_toml

KEY_BYTES = 32
ID_BYTES = 8
_HEAD = """\
# Keys with which Hotline encrypts attachments and recordings; new ones are encrypted with the last.
# Keep a copy of this file in a safe place, away from the backups: without it nothing that is encrypted can be read.
"""


class Key(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key."""

    made: str
    """ISO 8601, UTC."""
    secret: str
    """Hex, 32 bytes."""

    @property
    def id(self) -> str:
        """Its name, made of it, and giving nothing of it away: stands in whatever is encrypted with it."""
        return blake2b(self.raw, digest_size=ID_BYTES, person=b"hotline key").hexdigest()

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.secret)


class KeyRing(Struct, frozen=True):
    """Every key there is, the newest last."""

    keys: tuple[Key, ...] = ()

    @property
    def newest(self) -> Key | None:
        """The one to encrypt with."""
        return self.keys[-1] if self.keys else None

    def find(self, id_: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.id == id_), None)


def read(file: Path, data: Path) -> KeyRing:
    """The keys in `file`, for the data folder `data`.

    Raises SettingsError when it is missing or damaged, when others may read it, or when it lies in the data folder,
    where every copy of that would hold it.
    """
    _outside(file, data)
    try:
        mode, owner = file.stat().st_mode, file.stat().st_uid
    except OSError as error:
        raise SettingsError(
            f"The key file {file} can't be used: {error.strerror}. Bring back your copy of it, for its owner only."
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO) or owner not in (0, os.geteuid()):
        raise SettingsError(f"The key file {file} is not only this user's. chown it to this user, and chmod go= {file}")
    try:
        ring = KeyRing(tuple(msgspec.convert(read_toml(file).get("keys", []), list[Key])))
        good = all(len(key.raw) == KEY_BYTES for key in ring.keys)
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"The key file {file} is damaged: {error}. Bring back your copy of it.") from None
    if not good or not ring.keys:
        raise SettingsError(f"The key file {file} is damaged: no key of 32 bytes in it. Bring back your copy of it.")
    return ring


def add(file: Path, data: Path, now: datetime.datetime) -> KeyRing:
    """Add a new key to `file`, which is made if there is none. Raises SettingsError as `read` does."""
    _outside(file, data)
    kept = read(file, data) if file.exists() else KeyRing()
    made = now.astimezone(datetime.UTC).isoformat(timespec="seconds")
    ring = KeyRing((*kept.keys, Key(made=made, secret=secrets.token_hex(KEY_BYTES))))
    lines = [f'\n[[keys]]\nmade = "{key.made}"\nsecret = "{key.secret}"\n' for key in ring.keys]
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, _HEAD + "".join(lines))
    except OSError as error:
        raise SettingsError(f"{file} can't be written: {error.strerror}. Choose another with --keys FILE.") from None
    return ring


def _outside(file: Path, data: Path) -> None:
    if not file.is_absolute() or file.resolve().is_relative_to(data.resolve()):
        raise SettingsError(f"The key file {file} must lie outside {data}: a copy of the folder is not to hold it.")
