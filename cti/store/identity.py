"""Who is calling or writing: dirty numbers and addresses made into one form, and into ids that give nothing away.

A telephone number comes in many shapes (`+`, spaces, `00`, `tel:`, full-width digits, "anonymous"). It is made into
E.164 once, here, and kept as text for ever: never a number, for a `+` and leading zeros mean something.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import phonenumbers
from msgspec import Struct
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
)

from cti.core.ids import IdentifierId

_WITHHELD = {
    *("anonymous", "anonym", "unavailable", "unknown", "restricted", "private", "withheld", "blocked", "hidden"),
    *("invalid", "unbekannt", "asterisk", "guest", "nobody", "noname", "none", "null", "n/a", "s"),
    *("匿名", "未知", "隐藏", "隱藏"),
}
KINDS = ("tel", "mail", "account", "device")
_LONGEST = 500
"""Characters looked at: nobody's number or address is longer, and what attackers send is."""
_ID_BYTES = 12
_MAIL = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+")
_SIP = re.compile(r"^\s*(?:sips?|tel):([^@;?>\s]+)", re.IGNORECASE)
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_DIGIT = re.compile(r"\d")
EXTENSION = re.compile(r"(?:;ext=|;isub=|\bext\.?\s*|\bx\s*|分机|分機|#)\s*\d{1,7}\s*$", re.IGNORECASE)


class Identifier(Struct, frozen=True, kw_only=True, gc=False):
    """One way to know a customer again."""

    id: IdentifierId
    kind: str
    """`tel`, `mail`, `account` or `device`."""
    value: str
    """Normalised: E.164, an address in lower case, an account as the site writes it."""
    raw: str
    """As it came."""


class Identities:
    """Makes identifiers for one site: its secret key hashes them, its country completes its numbers."""

    def __init__(self, key: bytes, region: str) -> None:
        self._key = key[:64]
        self.region = region
        """The country whose numbers are written without their country code."""

    def phone(self, raw: str) -> Identifier | None:
        """The identifier of a telephone number; None when it is withheld or holds no digit."""
        value = normal_phone(raw, self.region)
        return None if value is None else self._made("tel", value, raw)

    def mail(self, raw: str) -> Identifier | None:
        """The identifier of an e-mail address, in any of the ways people write one; None when there is none."""
        value = normal_mail(raw)
        return None if value is None else self._made("mail", value, raw)

    def account(self, raw: str) -> Identifier | None:
        """The identifier of a customer or account number; case and spaces don't matter."""
        value = "".join((raw if raw.isascii() else unicodedata.normalize("NFKC", raw)).split()).upper()
        return self._made("account", value, raw) if value else None

    def device(self, raw: str) -> Identifier | None:
        """The identifier of a browser or an app's installation."""
        value = raw.strip()
        return self._made("device", value, raw) if value else None

    def maker(self, kind: str) -> Callable[[str], Identifier | None]:
        """What makes identifiers of a kind out of what was written. Raises `KeyError` for a kind there isn't."""
        return {"tel": self.phone, "mail": self.mail, "account": self.account, "device": self.device}[kind]

    def of_normal(self, kind: str, value: str) -> Identifier:
        """The identifier of a value that is in its normal form already."""
        return self._made(kind, value, value)

    def keyed(self, secret: str) -> bytes:
        """A digest of a secret that only this site can make, for what is kept of it."""
        return blake2b(secret.encode(), key=self._key, digest_size=32).digest()

    def _made(self, kind: str, value: str, raw: str) -> Identifier:
        # A lone surrogate is no character, and no database takes it.
        if not raw.isascii():
            value, raw = (text.encode("utf-8", "replace").decode("utf-8") for text in (value, raw))
        name = blake2b(f"{kind}:{value}".encode(), key=self._key, digest_size=_ID_BYTES).hexdigest()
        return Identifier(id=IdentifierId(f"{kind}:{name}"), kind=kind, value=value, raw=raw.strip()[:200])


@lru_cache(maxsize=16_384)
def normal_phone(raw: str, region: str) -> str | None:
    """E.164 if `raw` can be a number of the world as dialled in `region`, else its bare digits (an extension).

    None: withheld, or not a number at all.
    """
    if _as_it_is(raw):
        return raw
    text = raw[:_LONGEST]
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isprintable())
    text = text.strip().strip('<>"')
    if not text or text.strip("<>").lower() in _WITHHELD or "anonymous" in text.lower():
        return None
    if sip := _SIP.match(text):
        # The user part of sip:+852…@host; for tel: the parameters (phone-context) still matter to the parser.
        text = text if text.lower().startswith("tel:") else sip[1]
    if not _DIGIT.search(text):
        return None
    if (found := _parsed(text, region)) is not None:
        return found
    bare = EXTENSION.sub("", text)
    digits = re.sub(r"\D", "", bare) or re.sub(r"\D", "", text)
    # Trunks often send a full international number without its "+".
    if (
        len(digits) >= 9
        and not text.startswith("+")
        and (found := _parsed("+" + digits.lstrip("0"), region)) is not None
    ):
        return found
    return digits[:32]


def _as_it_is(raw: str) -> bool:
    """Whether a number is in its normal form for certain, as most trunks send it. The parser takes far longer."""
    if not _E164.fullmatch(raw):
        return False
    country = _country(raw[1:])
    plan = _plan(country)
    national = raw[1 + len(str(country)) :]
    # A trunk prefix in the wrong place (+44 0…) is for the parser to take out.
    return len(national) in plan.lengths and (plan.prefix is None or not plan.prefix.match(national))


def _country(digits: str) -> int:
    """The country code that digits begin with; 0: none. No code is the beginning of another (ITU-T E.164, 6.2.1)."""
    codes = () if digits.startswith("0") else (int(digits[:end]) for end in (1, 2, 3))
    return next((code for code in codes if code in COUNTRY_CODE_TO_REGION_CODE), 0)


class _Plan(NamedTuple):
    """What is known of a country's numbers."""

    lengths: frozenset[int]
    """Digits that a number may have."""
    prefix: re.Pattern[str] | None
    """What may stand before a number, but does not belong to it."""


@lru_cache(maxsize=512)
def _plan(country: int) -> _Plan:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(country, ())
    known = PhoneMetadata.metadata_for_region(regions[0], None) if regions else None
    if known is None or known.general_desc is None:
        return _Plan(frozenset(), None)
    prefix = known.national_prefix_for_parsing
    return _Plan(frozenset(known.general_desc.possible_length), re.compile(prefix) if prefix else None)


def _parsed(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    number.extension = None
    return f"+{number.country_code}{phonenumbers.national_significant_number(number)}"


def display_phone(value: str) -> str:
    """A normalised number as people write it: `+44 7700 900143`; anything else as it is."""
    number = _of_normal(value)
    return value if number is None else phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _of_normal(value: str) -> PhoneNumber | None:
    """The number whose normal form this is. A parser would guess at prefixes that aren't there, and take far longer."""
    digits = value[1:]
    if not value.startswith("+") or not (digits.isascii() and digits.isdecimal()):
        return None
    country = _country(digits)
    national = digits[len(str(country)) :]
    if not country or not national:
        return None
    zeros = len(national[:-1]) - len(national[:-1].lstrip("0"))
    return PhoneNumber(
        country_code=country,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def normal_mail(raw: str) -> str | None:
    """An address in lower case without its display name and comments; None when `raw` holds none.

    A plus-tag stays: `a+shop@x` and `a@x` may be two mailboxes, which only the receiving server knows.
    """
    found = _MAIL.search(unicodedata.normalize("NFKC", raw[:_LONGEST]))
    return found[0].strip(".'").casefold() if found else None


def name_key(name: str) -> str:
    """A name folded for searching: no accents, case or width."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in folded if not unicodedata.combining(char)).split())
