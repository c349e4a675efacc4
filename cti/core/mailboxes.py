"""The mailboxes of a site that are read, and how Hotline is let into them. What is secret is no part of the site."""

from msgspec import Struct


class OAuth(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a mail account gets its access tokens (RFC 6749), for servers that take no password."""

    token_url: str
    client_id: str
    scope: str = ""
    """What is asked for, several parted by blanks; empty: what the provider gives by itself."""
    grant: str = "refresh_token"
    """`refresh_token`: in the name of somebody who has signed in. `client_credentials`: in the program's own name."""
    device_url: str = ""
    """Where somebody signs in by a code (RFC 8628)."""
    ca: str = ""
    """A PEM file with the certificate to trust, where no public authority has signed it."""


class MailAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox on an IMAP server."""

    id: str
    host: str
    user: str
    security: str = "tls"
    """`tls` (993), `starttls` (143), or `none`, on this machine only."""
    port: int = 0
    """0: the usual one."""
    folders: tuple[str, ...] = ("INBOX",)
    """`*`: all but bin, drafts and the folder of everything."""
    poll_s: int = 60
    """The first folder tells of new mail at once where the server can; the others are looked into so often."""
    ca: str = ""
    """A PEM file with the certificate to trust, where no public authority has signed it."""
    oauth: OAuth | None = None
    """None: by a password."""


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail comes in."""

    own: tuple[str, ...] = ()
    """Addresses and domains of ours: mail from them is what we sent."""
    accounts: tuple[MailAccount, ...] = ()
