"""What is asked of a provider's OAuth endpoints, and its refusals in words that say what to do."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import msgspec
from msgspec import Struct

from cti.core.mailboxes import MailAccount, OAuth
from cti.ingest.report import IngestError, RefusedError

_TIMEOUT_S = 20.0
_NOT_YET, _NO_MORE = 9, 10
"""OpenSSL's numbers for a certificate before and after its time."""
_CODE = re.compile(r"[\w.-]{1,60}")
_NUMBER = re.compile(r"\bAADSTS\d+")
"""How Microsoft numbers its reasons."""


class Granted(Struct, frozen=True):
    """What a token endpoint gives (RFC 6749, section 5.1)."""

    access_token: str
    expires_in: float = 300.0
    """Where a provider does not say it, it is not trusted for long."""
    refresh_token: str = ""


class _Problem(Struct, frozen=True):
    """Why it gives nothing (RFC 6749, section 5.2)."""

    error: str
    error_description: str = ""


class EndpointError(RefusedError):
    """The endpoint gives nothing. `code` is its own word for why."""

    def __init__(self, code: str, why: str, cure: str) -> None:
        super().__init__(why, cure)
        self.code = code


def ask(account: MailAccount, oauth: OAuth, url: str, form: Mapping[str, str]) -> bytes:
    """Its answer. Blocks. Raises `EndpointError` for a refusal and `IngestError` when it can't be asked."""
    host = urlsplit(url).netloc
    try:
        context = ssl.create_default_context(cafile=str(Path(oauth.ca)) if oauth.ca else None)
    except (OSError, ssl.SSLError) as error:
        raise IngestError(f"mail account {account.id}: the certificate {oauth.ca} can't be used: {error}") from error
    try:
        status, body = asyncio.run(_post(url, form, context))
    except aiohttp.ClientConnectorCertificateError as error:
        raise RefusedError(f"mail account {account.id}: {host} is not trusted: {error}", _distrust(error)) from error
    except TimeoutError as error:
        raise IngestError(
            f"mail account {account.id}: {host} has not answered within {_TIMEOUT_S:.0f} seconds"
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise IngestError(f"mail account {account.id}: {host} can't be asked for a token: {error}") from error
    if status == 200:
        return body
    if status == 429 or status >= 500:
        raise IngestError(f"mail account {account.id}: {host} gives no token now (HTTP {status})")
    raise _refusal(account, oauth, host, status, body)


def granted(account: MailAccount, url: str, body: bytes) -> Granted:
    """The tokens in an answer. Raises `RefusedError` when there are none."""
    try:
        # Some write the seconds as a string.
        found = msgspec.json.decode(body, type=Granted, strict=False)
    except msgspec.DecodeError:
        found = None
    # What has a control character would end a line, or a field, of what the mail server is sent.
    if found is None or not re.fullmatch(r"[\x21-\x7e]+", found.access_token):
        raise no_answer(account, url)
    return found


def no_answer(account: MailAccount, url: str) -> RefusedError:
    """It has answered, but as no such endpoint does."""
    host = urlsplit(url).netloc
    return RefusedError(
        f"mail account {account.id}: what {host} answers is no token", "Look at its address in the site"
    )


async def _post(url: str, form: Mapping[str, str], context: ssl.SSLContext) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)) as http,
        # Nowhere else than to this address: what is sent is secret.
        http.post(url, data=form, ssl=context, allow_redirects=False, headers={"Accept": "application/json"}) as answer,
    ):
        return answer.status, await answer.read()


def _distrust(error: aiohttp.ClientConnectorCertificateError) -> str:
    reason = error.certificate_error
    if isinstance(reason, ssl.SSLCertVerificationError) and reason.verify_code in (_NOT_YET, _NO_MORE):
        return "Its certificate is not for this time: is this machine's clock right"
    return "Name the certificate to trust as ca in [mail.accounts.oauth], if it is a server of yours"


def _refusal(account: MailAccount, oauth: OAuth, host: str, status: int, body: bytes) -> EndpointError:
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem(f"HTTP {status}")
    # Of its words only what can't repeat a secret that it was sent.
    code = problem.error if _CODE.fullmatch(problem.error) else f"HTTP {status}"
    number = _NUMBER.search(problem.error_description)
    said = f"{code}, {number[0]}" if number else code
    return EndpointError(
        code, f"mail account {account.id}: {host} gives no token ({said})", _cure(account, oauth, code)
    )


def _cure(account: MailAccount, oauth: OAuth, code: str) -> str:
    if code == "invalid_grant" and oauth.grant == "refresh_token":
        return f"What was signed in has expired or was withdrawn: sign in anew, {sign_in_command(account, oauth)}"
    if code == "invalid_client":
        return (
            "client_id is wrong, or its secret is wrong, missing or expired:"
            f" hotline ingest password {account.id}, then hotline reload"
        )
    if code == "invalid_scope":
        return f"The provider does not know scope '{oauth.scope}', or does not give it to this program"
    if code in ("expired_token", "access_denied"):
        return f"Nobody has let it in by this code: once more, hotline ingest sign-in {account.id}"
    if code in ("unauthorized_client", "unsupported_grant_type"):
        return f"The provider does not let this program in by {oauth.grant}: look at grant, and at its rights there"
    return "Look at [mail.accounts.oauth] in the site: token_url, client_id, scope"


def sign_in_command(account: MailAccount, oauth: OAuth) -> str:
    """How a new refresh token comes in."""
    return f"hotline ingest {'sign-in' if oauth.device_url else 'token'} {account.id}"
