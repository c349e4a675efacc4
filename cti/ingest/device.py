"""Signing in by a code that somebody types into a browser, on whatever machine that is (RFC 8628)."""

import time

import msgspec
from msgspec import Struct

from cti.core.mailboxes import MailAccount, OAuth
from cti.ingest.report import RefusedError
from cti.ingest.token_endpoint import EndpointError, ask, granted, no_answer

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_S = 5.0


class Code(Struct, frozen=True):
    """What the provider wants typed where, and how often it may be asked whether that is done."""

    device_code: str
    user_code: str
    verification_uri: str
    interval: float = 5.0


def begin(account: MailAccount, oauth: OAuth, secret: str) -> Code:
    """A new code. Blocks. Raises `IngestError`."""
    form = {"scope": oauth.scope} if oauth.scope else {}
    body = ask(account, oauth, oauth.device_url, _signed(oauth, secret, form))
    try:
        return msgspec.json.decode(body, type=Code, strict=False)
    except msgspec.DecodeError:
        raise no_answer(account, oauth.device_url) from None


def refresh_token(account: MailAccount, oauth: OAuth, secret: str, code: Code) -> str:
    """Wait until somebody has typed it in. Blocks until then, or the code's end. Raises `IngestError`."""
    form = _signed(oauth, secret, {"grant_type": _GRANT, "device_code": code.device_code})
    pause = code.interval
    while True:
        time.sleep(pause)
        try:
            body = ask(account, oauth, oauth.token_url, form)
        except EndpointError as error:
            if error.code == "slow_down":
                pause += _SLOWER_S
            elif error.code != "authorization_pending":
                raise
            continue
        token = granted(account, oauth.token_url, body).refresh_token
        if not token:
            raise RefusedError(
                f"mail account {account.id}: the provider gives no refresh token",
                "Ask for one in scope: Microsoft wants offline_access there",
            )
        return token


def _signed(oauth: OAuth, secret: str, form: dict[str, str]) -> dict[str, str]:
    return {"client_id": oauth.client_id, **({"client_secret": secret} if secret else {}), **form}
