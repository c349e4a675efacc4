"""How an IMAP server lets us in: by a password, or by an access token (XOAUTH2, and OAUTHBEARER of RFC 7628)."""

import contextlib
import math
import re
from typing import Protocol

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, LoginError
from msgspec import Struct

from cti.core.mailboxes import MailAccount, OAuth
from cti.ingest.report import RefusedError
from cti.ingest.token_endpoint import sign_in_command
from cti.ingest.tokens import RefreshToken, Tokens
from cti.setup.settings import Settings

_WORD = re.compile(r"[\w:/. -]{1,200}")


class Way(Protocol):
    """A way in."""

    def sign_in(self, client: IMAPClient) -> None:
        """Take it. Raises `IngestError`, and what imapclient raises when the line breaks."""

    def left(self) -> float:
        """After so many seconds it is to be taken anew: some servers hang up when an access token ends."""


class Password:
    """By a user's password."""

    def __init__(self, account: MailAccount, password: str) -> None:
        self._account = account
        self._password = password

    def sign_in(self, client: IMAPClient) -> None:
        user = self._account.user
        # LOGIN takes letters of ASCII only; both name the password on an encrypted line.
        say = client.login if f"{user}{self._password}".isascii() else client.plain_login
        try:
            say(user, self._password)
        except LoginError as error:
            said = f" ({code})" if (code := _refusal(error)) else ""
            raise RefusedError(
                f"mail account {self._account.id}: {self._account.host} refuses the user or the password{said}",
                f"hotline ingest password {self._account.id}, then hotline reload."
                " Some providers want a password made for programs, or OAuth",
            ) from error

    def left(self) -> float:
        return math.inf


class Bearer:
    """By an access token. One that was used before and is refused now is renewed once."""

    def __init__(self, account: MailAccount, oauth: OAuth, tokens: Tokens) -> None:
        self._account = account
        self._oauth = oauth
        self._tokens = tokens

    def sign_in(self, client: IMAPClient) -> None:
        offered = [name for name in ("OAUTHBEARER", "XOAUTH2") if client.has_capability(f"AUTH={name}")]
        if not offered:
            raise RefusedError(
                f"mail account {self._account.id}: {self._account.host} takes no access tokens",
                "Take [mail.accounts.oauth] out of the site and use a password",
            )
        access = self._tokens.access()
        refusal = self._say(client, offered[0], access.token)
        if refusal is not None and not access.fresh:
            refusal = self._say(client, offered[0], self._tokens.access(anew=True).token)
        if refusal is not None:
            self._tokens.forget()
            raise RefusedError(
                f"mail account {self._account.id}: {self._account.host} refuses the access token"
                f" for {self._account.user} ({refusal})",
                self._cure(),
            )

    def left(self) -> float:
        return self._tokens.left()

    def _say(self, client: IMAPClient, mechanism: str, token: str) -> str | None:
        """Say who we are; why it is refused, in the server's words, or None."""
        user, account = self._account.user, self._account
        if mechanism == "XOAUTH2":
            first, last = f"user={user}\1auth=Bearer {token}\1\1", ""
        else:
            name = user.replace("=", "=3D").replace(",", "=2C")
            first, last = f"n,a={name},\1host={account.host}\1port={client.port}\1auth=Bearer {token}\1\1", "\1"
        told: list[bytes] = []

        def answer(challenge: bytes) -> str:
            """The first question is empty; any other is a refusal, which is to be acknowledged."""
            told.append(challenge)
            return first if len(told) == 1 else last

        try:
            client.sasl_login(mechanism, answer)
        except LoginError as error:
            words = [_refusal(error), *(_reasons(told[1]) if len(told) > 1 else [])]
            return ", ".join(word for word in words if word) or "it does not say why"
        return None

    def _cure(self) -> str:
        if self._oauth.grant == "client_credentials":
            return f"Give this program the right to read {self._account.user}, and look at scope in the site"
        command = sign_in_command(self._account, self._oauth)
        return f"Sign in as {self._account.user}, or as who may read it: {command}; and look at scope in the site"


def way(settings: Settings, account: MailAccount) -> Way | None:
    """The way into this account; None: it has no password yet."""
    if account.oauth is not None:
        secret = settings.secrets.client_secrets.get(account.id, "")
        kept = RefreshToken(settings, account.id)
        return Bearer(account, account.oauth, Tokens(account, account.oauth, secret, kept))
    password = settings.secrets.mail_passwords.get(account.id)
    return None if password is None else Password(account, password)


class _Reason(Struct, frozen=True):
    status: str = ""
    scope: str = ""


def _reasons(challenge: bytes) -> list[str]:
    """Why an access token is refused (RFC 7628, section 3.2.2): only what can't repeat it."""
    with contextlib.suppress(msgspec.DecodeError):
        found = msgspec.json.decode(challenge, type=_Reason)
        wanted = f"scope {found.scope}" if found.scope else ""
        return [word for word in (found.status, wanted) if _WORD.fullmatch(word)]
    return []


def _refusal(error: LoginError) -> str:
    """Of the server's answer only the code (RFC 5530): it may repeat what it was sent. Raises it when it is none."""
    # imapclient takes a line that ends meanwhile for a refusal.
    if isinstance(error.__context__, IMAPClientAbortError):
        raise error
    code = re.search(r"\[([A-Z-]+)\]", str(error))
    return code[1] if code else ""
