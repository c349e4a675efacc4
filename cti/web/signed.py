"""Who a web site says its visitor is: a JSON Web Token (RFC 7519) that the site's own server has signed.

Two algorithms, HS256 and EdDSA with Ed25519 (RFC 8037). Each key says which one it is for, so a token can't choose:
the header's `alg` only has to agree. The claims are those of OpenID Connect Core, section 5.1.
"""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from cti.core.ids import Ms

HS256 = "hs256"
ED25519 = "ed25519"
KEYS_MOST = 2
"""The one in use, and the one before or after it."""
LONGEST_S = 3600
"""A token holds no longer than this: who has stolen one can't use it for long."""
_LEEWAY_S = 60
"""Clocks differ."""
_LONGEST = 4096
"""Characters of a token."""
_USED = 10_000
"""Tokens remembered with who used them."""


class BadToken(Exception):
    """A token does not hold; the text says why."""


class Claims(Struct, frozen=True):
    """What a token says."""

    sub: str
    """The site's own name of the account."""
    exp: float
    iat: float
    aud: str | list[str]
    nbf: float = 0
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone_number: str = ""
    phone_number_verified: bool = False


class _Header(Struct, frozen=True):
    alg: str
    kid: str = ""
    crit: list[str] = []


def check_key(written: str) -> None:
    """Raises `ValueError` unless this is a key as `secrets.toml` has it: `hs256:HEX` or `ed25519:HEX`."""
    kind, _, value = written.partition(":")
    raw = bytes.fromhex(value)
    if kind == HS256 and len(raw) >= 32:
        return
    if kind == ED25519 and len(raw) == 32:
        Ed25519PublicKey.from_public_bytes(raw)
        return
    raise ValueError("a key is hs256: and 32 bytes or more, or ed25519: and 32 bytes, in hex")


class Signatures:
    """Checks tokens. One token serves one browser: another that shows it, too, has got hold of somebody else's."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)
        self._used: OrderedDict[bytes, str] = OrderedDict()

    def renew(self, keys: Mapping[str, str]) -> None:
        """Other keys hold from now on."""
        self._keys = dict(keys)

    def claims(self, token: str, audience: str, visitor: str, now: Ms) -> Claims:
        """What a token says. Raises `BadToken`."""
        parts = token.split(".")
        if len(token) > _LONGEST or len(parts) != 3:
            raise BadToken("this is no JSON Web Token of three parts")
        if not self._keys:
            raise BadToken("no key is set for tokens: see 'hotline web key'")
        try:
            header = msgspec.json.decode(_bytes(parts[0]), type=_Header)
            claims = msgspec.json.decode(_bytes(parts[1]), type=Claims)
            signature = _bytes(parts[2])
        except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError) as error:
            raise BadToken(f"the token can't be read: {error}") from None
        if header.crit:
            raise BadToken("the token has critical extensions, which nobody here knows")
        signed = f"{parts[0]}.{parts[1]}".encode()
        if not any(_right(key, header.alg, signed, signature) for key in self._candidates(header.kid)):
            raise BadToken("no key of the site has signed the token in this way")
        _check(claims, audience, now / 1000)
        self._once(hashlib.sha256(signed).digest(), visitor)
        return claims

    def _candidates(self, kid: str) -> list[str]:
        if kid:
            return [self._keys[kid]] if kid in self._keys else []
        return list(self._keys.values())

    def _once(self, token: bytes, visitor: str) -> None:
        if self._used.setdefault(token, visitor) != visitor:
            raise BadToken("another browser has used the token already: make one for each page")
        if len(self._used) > _USED:
            self._used.popitem(last=False)


def _bytes(part: str) -> bytes:
    # RFC 7515, section 2: base64url without its padding.
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars="-_", validate=True)


def _right(key: str, alg: str, signed: bytes, signature: bytes) -> bool:
    kind, _, value = key.partition(":")
    raw = bytes.fromhex(value)
    if kind == HS256 and alg == "HS256":
        return hmac.compare_digest(hmac.new(raw, signed, hashlib.sha256).digest(), signature)
    if kind == ED25519 and alg in ("EdDSA", "Ed25519"):
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed)
        except InvalidSignature:
            return False
        return True
    return False


def _check(claims: Claims, audience: str, now: float) -> None:
    meant = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audience not in meant:
        raise BadToken(f"the token is not for {audience!r}: its aud names somebody else")
    if not claims.sub.strip() or len(claims.sub) > 200:
        raise BadToken("sub is the account: 1 to 200 characters")
    if claims.exp - claims.iat > LONGEST_S:
        raise BadToken(f"the token holds longer than {LONGEST_S} s: let exp be sooner after iat")
    if not claims.iat - _LEEWAY_S <= now or not claims.nbf - _LEEWAY_S <= now:
        raise BadToken("the token is from the future: set the server's clock")
    if not now < claims.exp + _LEEWAY_S:
        raise BadToken("the token has expired: make a new one for each page")
