"""A line to the IMAP server of a mail account: encrypted, signed in, its folders found, its troubles in words."""

import contextlib
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError
from msgspec import Struct

from cti.core.site import MailAccount
from cti.ingest.report import IngestError

TIMEOUT_S = 30.0
TROUBLES = (IMAPClientError, OSError)
"""What a line raises when the server or the net fails; `trouble` puts them into words."""
_LOOK_TIMEOUT_S = 5.0
_SKIPPED = (b"\\Noselect", b"\\NonExistent", b"\\Trash", b"\\Drafts", b"\\All")
"""What `*` leaves out: no folder at all, or the same mails another time (RFC 6154)."""
JUNK = (b"\\Junk", b"$Junk", b"Junk")
"""Flags of a folder, or of a mail, that is spam."""


class Folder(Struct, frozen=True):
    """A folder that the account is to be read from."""

    name: str
    junk: bool


class RefusedError(IngestError):
    """The server does not let this user in with this password."""


@contextlib.contextmanager
def connected(account: MailAccount, password: str, timeout_s: float = TIMEOUT_S) -> Iterator[IMAPClient]:
    """A client that is signed in. Raises `IngestError` for a certificate file that can't be used, and `TROUBLES`."""
    context = None if account.security == "none" else _context(account)
    client = IMAPClient(
        account.host,
        account.port or (993 if account.security == "tls" else 143),
        ssl=account.security == "tls",
        ssl_context=context if account.security == "tls" else None,
        timeout=timeout_s,
    )
    client.normalise_times = False
    try:
        if account.security == "starttls":
            client.starttls(context)
        # LOGIN takes letters of ASCII only; both name the password on an encrypted line.
        sign_in = client.login if f"{account.user}{password}".isascii() else client.plain_login
        sign_in(account.user, password)
        yield client
    finally:
        # It may be gone already; then the socket is still ours to close.
        with contextlib.suppress(Exception):
            client.logout()
        with contextlib.suppress(Exception):
            client.shutdown()


def folders(client: IMAPClient, account: MailAccount) -> list[Folder]:
    """Those that the account names, in that order. Raises `IngestError` when one is not there."""
    found: dict[str, Folder] = {}
    listed = client.list_folders()
    for wanted in account.folders:
        for flags, _, name in listed:
            usable = b"\\Noselect" not in flags and b"\\NonExistent" not in flags
            chosen = name.casefold() == wanted.casefold() or (
                wanted == "*" and not any(flag in _SKIPPED for flag in flags)
            )
            if usable and chosen:
                found.setdefault(name, Folder(name, any(flag in JUNK for flag in flags)))
    there = {name.casefold() for name in found}
    missing = [name for name in account.folders if name != "*" and name.casefold() not in there]
    if missing:
        names = ", ".join(sorted(name for _, _, name in listed))
        raise IngestError(f"mail account {account.id}: no folder {', '.join(missing)}; there are {names}")
    return list(found.values())


def look(account: MailAccount, password: str) -> str:
    """Sign in, look into each folder, read nothing; what was found, in words. Raises `IngestError`."""
    try:
        with connected(account, password, _LOOK_TIMEOUT_S) as client:
            counts = [
                (folder.name, int(client.select_folder(folder.name, readonly=True)[b"EXISTS"]))
                for folder in folders(client, account)
            ]
    except TROUBLES as error:
        raise trouble(account, error) from error
    return f"{account.user} at {account.host}: " + ", ".join(f"{name} ({count} mails)" for name, count in counts)


def trouble(account: MailAccount, error: Exception) -> IngestError:
    """What went wrong, in words that never hold the password."""
    # imapclient takes a line that ends meanwhile for a refusal.
    cut = isinstance(error.__context__, IMAPClientAbortError)
    if isinstance(error, LoginError) and not cut:
        # Of the server's answer only the code (RFC 5530): it may repeat what it was sent.
        code = re.search(r"\[([A-Z-]+)\]", str(error))
        why = f" ({code[1]})" if code else ""
        return RefusedError(f"mail account {account.id}: {account.host} refuses the user or the password{why}")
    return IngestError(f"mail account {account.id}: {account.host} can't be read: {error}")


def _context(account: MailAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(account.ca)) if account.ca else None)
    except (OSError, ssl.SSLError) as error:
        raise IngestError(f"mail account {account.id}: the certificate {account.ca} can't be used: {error}") from error
