"""The tokens of a mail account: an access token as long as it holds, and the refresh token that brings the next one.

The refresh token lies in a file of its own, for its owner only: a provider may hand out another with each access token,
and take only the newest after that. Whoever asks for one holds the file's lock from reading the old to writing the new.
"""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator

from msgspec import Struct

from cti.core.mailboxes import MailAccount, OAuth
from cti.ingest.report import IngestError, RefusedError
from cti.ingest.token_endpoint import Granted, ask, granted, sign_in_command
from cti.setup.secrets import write_private
from cti.setup.settings import Settings

_EARLY_S = 60.0
"""An access token is used until so long before its end."""


class Access(Struct, frozen=True):
    """An access token. `fresh`: it has come just now."""

    token: str
    fresh: bool


class RefreshToken:
    """Where the refresh token of an account is kept."""

    def __init__(self, settings: Settings, account: str) -> None:
        self._file = settings.tokens / account

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else reads or writes it meanwhile."""
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def read(self) -> str:
        """Empty: there is none."""
        return self._file.read_text().strip() if self._file.exists() else ""

    def write(self, token: str) -> None:
        """Keep this one in place of the old. Raises OSError when it can't."""
        write_private(self._file, token + "\n")


class Tokens:
    """The tokens of one account. Every method blocks."""

    def __init__(
        self,
        account: MailAccount,
        oauth: OAuth,
        secret: str,
        kept: RefreshToken,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._oauth = oauth
        self._secret = secret
        self._kept = kept
        self._clock = clock
        self._access = ""
        self._until = 0.0
        self._unwritten = ""
        """A refresh token that could not be kept: the one in the file may not hold any more."""

    def access(self, anew: bool = False) -> Access:
        """An access token: the one that holds still, or, if wanted, another. Raises `IngestError`."""
        if self._access and not anew and self.left() > 0:
            return Access(self._access, fresh=False)
        self.forget()
        asked = self._clock()
        if self._oauth.grant == "client_credentials":
            if not self._secret:
                raise RefusedError(
                    f"mail account {self._account.id} has no client secret",
                    f"hotline ingest password {self._account.id}, then hotline reload",
                )
            found = granted(self._account, self._oauth.token_url, self._ask({}))
        else:
            found = self._refreshed()
        self._access = found.access_token
        self._until = asked + found.expires_in - min(_EARLY_S, found.expires_in / 2)
        return Access(self._access, fresh=True)

    def left(self) -> float:
        """For how many seconds yet it is used."""
        return self._until - self._clock()

    def forget(self) -> None:
        """The access token is of no use any more."""
        self._access = ""

    def _refreshed(self) -> Granted:
        with self._kept.alone():
            token = self._unwritten or self._kept.read()
            if not token:
                raise RefusedError(
                    f"mail account {self._account.id} has no refresh token",
                    sign_in_command(self._account, self._oauth),
                )
            found = granted(self._account, self._oauth.token_url, self._ask({"refresh_token": token}))
            newest = found.refresh_token or token
            if newest != self._kept.read():
                self._unwritten = newest
                try:
                    self._kept.write(newest)
                except OSError as error:
                    raise IngestError(
                        f"mail account {self._account.id}: the provider's new refresh token can't be kept: {error}"
                    ) from error
                self._unwritten = ""
            return found

    def _ask(self, more: dict[str, str]) -> bytes:
        form = {"grant_type": self._oauth.grant, "client_id": self._oauth.client_id, **more}
        if self._secret:
            form["client_secret"] = self._secret
        if self._oauth.scope:
            form["scope"] = self._oauth.scope
        return ask(self._account, self._oauth, self._oauth.token_url, form)
