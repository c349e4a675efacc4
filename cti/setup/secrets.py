"""Makes what must be secret, once per data folder: nothing here has a default value."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cti.core.ids import Phone
from cti.setup.settings import Secrets, SettingsError, read_toml


def planned(file: Path, phones: Iterable[Phone], kept: Secrets | None = None) -> Secrets:
    """What `ensure` would leave in `file`: what is there (or `kept`), and what is missing made new. Writes nothing.

    Raises SettingsError when it is damaged: new secrets would cut off every phone and every caller's history.
    """
    kept = (
        kept
        or _read(file)
        or Secrets(
            site_key=secrets.token_hex(32),
            session_key=secrets.token_hex(32),
            ami_user="bridge",
            ami_secret=secrets.token_hex(24),
        )
    )
    wanted = {phone: kept.phone_secrets.get(phone) or secrets.token_hex(16) for phone in phones}
    return msgspec.structs.replace(kept, phone_secrets={**kept.phone_secrets, **wanted})


def _read(file: Path) -> Secrets | None:
    if not file.exists():
        return None
    try:
        return msgspec.convert(read_toml(file), Secrets)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}. Bring back a copy of it; it can't be made again.") from None


def put(file: Path, made: Secrets) -> None:
    """Write them, unless they are what `file` holds."""
    if _read(file) != made:
        _write(file, made)


def ensure(file: Path, phones: Iterable[Phone]) -> Secrets:
    """Read `file`, making it, or adding phones that are new in the site, where needed. Nothing existing changes.

    Raises SettingsError as `planned` does.
    """
    made = planned(file, phones)
    put(file, made)
    return made


def put_mail_password(file: Path, account: str, password: str) -> None:
    """Keep the password of a mail account. Raises SettingsError when the file is missing or damaged."""
    kept = _kept(file)
    _write(file, msgspec.structs.replace(kept, mail_passwords={**kept.mail_passwords, account: password}))


def put_client_secret(file: Path, account: str, secret: str) -> None:
    """Keep the client secret of a mail account. Raises SettingsError when the file is missing or damaged."""
    kept = _kept(file)
    _write(file, msgspec.structs.replace(kept, client_secrets={**kept.client_secrets, account: secret}))


def put_table_password(file: Path, table: str, password: str) -> None:
    """Keep the password of a table's database. Raises SettingsError when the file is missing or damaged."""
    kept = _kept(file)
    _write(file, msgspec.structs.replace(kept, table_passwords={**kept.table_passwords, table: password}))


def put_web_key(file: Path, name: str, key: str | None) -> None:
    """Keep a key by which a web site signs; None takes it away. Raises SettingsError as `put_mail_password` does."""
    kept = _kept(file)
    others = {known: value for known, value in kept.web_keys.items() if known != name}
    _write(file, msgspec.structs.replace(kept, web_keys=others if key is None else {**others, name: key}))


def _kept(file: Path) -> Secrets:
    try:
        return msgspec.convert(read_toml(file), Secrets)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}. Mend that line.") from None


def _write(file: Path, made: Secrets) -> None:
    lines = ["# Made by Hotline. Keep a copy in a safe place: without site_key no number finds its history again."]
    lines += [f'{name} = "{getattr(made, name)}"' for name in ("site_key", "session_key", "ami_user", "ami_secret")]
    lines += ["", "[phone_secrets]", *(f'"{phone}" = "{secret}"' for phone, secret in made.phone_secrets.items())]
    for name, passwords in (
        ("mail_passwords", made.mail_passwords),
        ("client_secrets", made.client_secrets),
        ("table_passwords", made.table_passwords),
        ("web_keys", made.web_keys),
    ):
        # JSON's strings are TOML's: a password may hold quotes.
        written = [f'"{id_}" = {json.dumps(password, ensure_ascii=False)}' for id_, password in passwords.items()]
        lines += ["", f"[{name}]", *written] if written else []
    write_private(file, "\n".join(lines) + "\n")


def write_private(file: Path, text: str) -> None:
    """Write a file for its owner only, in one step: nobody meets half of it."""
    temporary = file.with_suffix(".new")
    # Opened with its final mode: there is no moment in which others could read it.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
