"""Tokens of a web site: only what its own server has signed, for us, for now, for one browser."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cti.core.ids import Ms
from cti.web.signed import BadToken, Signatures, check_key

NOW = Ms(1_795_000_000_000)
KEY = bytes(range(32))
OTHER = bytes(range(32, 64))


def part(value: bytes | dict[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(key: bytes = KEY, header: dict[str, Any] | None = None, now: Ms = NOW, **claims: Any) -> str:
    """As a web site's server makes one with any library: HS256."""
    at = now // 1000
    body = {"sub": "A-77", "aud": "hotline", "iat": at, "exp": at + 300, **claims}
    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}"
    return f"{signed}.{part(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


def signatures(**keys: str) -> Signatures:
    return Signatures(keys or {"a": f"hs256:{KEY.hex()}"})


def refused(made: str, held: Signatures | None = None, visitor: str = "v") -> str:
    with pytest.raises(BadToken) as caught:
        (held or signatures()).claims(made, "hotline", visitor, NOW)
    return str(caught.value)


def test_what_it_says_is_known() -> None:
    made = token(email="e@mail.example", email_verified=True, phone_number="+44 7700 900143", name="Ana", roles=["x"])
    claims = signatures().claims(made, "hotline", "v", NOW)
    assert (claims.sub, claims.email, claims.email_verified) == ("A-77", "e@mail.example", True)
    assert (claims.phone_number, claims.phone_number_verified) == ("+44 7700 900143", False)
    assert signatures().claims(token(aud=["shop", "hotline"]), "hotline", "v", NOW).sub == "A-77"


def test_ed25519_needs_no_secret_of_the_site_here() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    at = NOW // 1000
    signed = f"{part({'alg': 'EdDSA'})}.{part({'sub': 'A', 'aud': 'hotline', 'iat': at, 'exp': at + 60})}"
    made = f"{signed}.{part(private.sign(signed.encode()))}"
    held = signatures(a=f"ed25519:{public}")
    assert held.claims(made, "hotline", "v", NOW).sub == "A"
    assert "no key" in refused(f"{signed}.{part(bytes(64))}", held)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ("", "three parts"),
        ("a.b", "three parts"),
        ("a.b.c", "can't be read"),
        ("é.é.é", "can't be read"),
        (token() + "x" * 5000, "three parts"),
        (token(OTHER), "no key"),
        (token(header={"alg": "none"}), "no key"),
        (token(header={"alg": "HS512"}), "no key"),
        (token(header={"alg": "HS256", "kid": "b"}), "no key"),
        (token(header={"alg": "HS256", "crit": ["exp"]}), "critical"),
        (token(aud="shop"), "not for 'hotline'"),
        (token(aud=None), "can't be read"),
        (token(exp=None), "can't be read"),
        (token(exp=NOW // 1000 - 61), "expired"),
        (token(exp=NOW // 1000 + 3601), "longer"),
        (token(iat=NOW // 1000 + 90), "future"),
        (token(nbf=NOW // 1000 + 90), "future"),
        (token(sub=" "), "sub"),
        (token(sub="x" * 201), "sub"),
        (token(sub=7), "can't be read"),
    ],
)
def test_what_does_not_hold_is_told_why(made: str, why: str) -> None:
    assert why in refused(made)


def test_a_public_key_is_no_secret_for_the_other_algorithm() -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert "no key" in refused(token(public), signatures(a=f"ed25519:{public.hex()}"))


def test_keys_follow_one_another() -> None:
    held = signatures(old=f"hs256:{KEY.hex()}", new=f"hs256:{OTHER.hex()}")
    assert held.claims(token(KEY), "hotline", "v", NOW)
    assert held.claims(token(OTHER, {"alg": "HS256", "kid": "new"}), "hotline", "v", NOW)
    held.renew({"new": f"hs256:{OTHER.hex()}"})
    assert "no key" in refused(token(KEY, sub="B"), held)


def test_a_token_serves_one_browser() -> None:
    held, made = signatures(), token()
    for _ in range(2):
        assert held.claims(made, "hotline", "v", NOW)
    assert "another browser" in refused(made, held, "w")


def test_a_key_is_long_enough() -> None:
    check_key(f"hs256:{KEY.hex()}")
    for wrong in ("hs256:00", "ed25519:00", f"rs256:{KEY.hex()}", "hs256:zz", ""):
        with pytest.raises(ValueError, match=r"."):
            check_key(wrong)
