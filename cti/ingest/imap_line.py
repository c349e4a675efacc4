"""A line to the IMAP server of a mail account: encrypted, its folders found, its troubles in words."""

import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from msgspec import Struct

from cti.core.mailboxes import MailAccount
from cti.ingest.report import IngestError, RefusedError
from cti.ingest.sign_in import Way

TIMEOUT_S = 30.0
TROUBLES = (IMAPClientError, OSError)
"""What a line raises when the server or the net fails; `trouble` puts them into words."""
_LOOK_TIMEOUT_S = 5.0
_NO_RIGHT = "User is authenticated but not connected"
"""Exchange takes anybody's access token, and says this when it is asked for something."""
_SKIPPED = (b"\\Noselect", b"\\NonExistent", b"\\Trash", b"\\Drafts", b"\\All")
"""What `*` leaves out: no folder at all, or the same mails another time (RFC 6154)."""
JUNK = (b"\\Junk", b"$Junk", b"Junk")
"""Flags of a folder, or of a mail, that is spam."""


class Folder(Struct, frozen=True):
    """A folder that the account is to be read from."""

    name: str
    junk: bool


@contextlib.contextmanager
def connected(account: MailAccount, way: Way, timeout_s: float = TIMEOUT_S) -> Iterator[IMAPClient]:
    """A client that is signed in. Raises `TROUBLES`, and `IngestError` for a certificate file or what `way` raises."""
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
        way.sign_in(client)
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


def look(account: MailAccount, way: Way) -> str:
    """Sign in, look into each folder, read nothing; what was found, in words. Raises `IngestError`."""
    try:
        with connected(account, way, _LOOK_TIMEOUT_S) as client:
            counts = [
                (folder.name, int(client.select_folder(folder.name, readonly=True)[b"EXISTS"]))
                for folder in folders(client, account)
            ]
    except TROUBLES as error:
        raise trouble(account, error) from error
    return f"{account.user} at {account.host}: " + ", ".join(f"{name} ({count} mails)" for name, count in counts)


def trouble(account: MailAccount, error: Exception) -> IngestError:
    """What the server or the net has done, in words."""
    if _NO_RIGHT in str(error):
        return RefusedError(
            f"mail account {account.id}: {account.host} lets {account.user} in, but to no mailbox",
            "Look at user, and at the right to read that mailbox of whoever signs in",
        )
    return IngestError(f"mail account {account.id}: {account.host} can't be read: {error}")


def _context(account: MailAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(account.ca)) if account.ca else None)
    except (OSError, ssl.SSLError) as error:
        raise IngestError(f"mail account {account.id}: the certificate {account.ca} can't be used: {error}") from error
