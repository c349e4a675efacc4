"""The header of a mail: people, times, ids and words, whatever was done to them on the way. Pure."""

import re
from email.message import Message
from email.utils import getaddresses, mktime_tz, parsedate_tz

from msgspec import Struct

from cti.core.ids import Ms
from cti.mail import charsets

_EARLIEST = Ms(315_532_800_000)
"""1980. Older dates are clocks that were never set."""

_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_HEADER_LIMIT = 256_000
"""Bytes of a header that are mended; no honest one is longer."""
_FIELD_LIMIT = 60_000
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"[!-9;-~]+:|[ \t]|\r?$")
_SPACED = re.compile(rb"^([!-9;-~]+)[ \t]+:")
_MATTERS = re.compile(rb"(?:from|to|subject|date|message-id|mime-version|content-type|received)[ \t]*:", re.IGNORECASE)


class Address(Struct, frozen=True):
    """A person's name (may be empty) and address, in lower case."""

    name: str
    mail: str


class Headers:
    """The header of a mail, decoded on demand, by lower-case name; every occurrence is kept, in order."""

    def __init__(self, message: Message, hint: str | None) -> None:
        self._hint = hint
        self._fields: dict[str, list[str]] = {}
        for name, value in message.raw_items():
            self._fields.setdefault(name.strip().lower(), []).append(str(value)[:_FIELD_LIMIT])

    def _words(self, raw: str) -> str:
        return charsets.words(raw, self._hint)

    def get(self, name: str) -> str:
        """The first one as it came, or nothing."""
        return self._fields.get(name, [""])[0]

    def count(self, name: str) -> int:
        """How often it is there."""
        return len(self._fields.get(name, ()))

    def text(self, name: str) -> str:
        """The first one as people read it."""
        return self._words(self.get(name))[:1000]

    def ids(self, name: str) -> list[str]:
        """Message ids; broken ones without brackets, too, if they look like ids."""
        raw = self._words(" ".join(self._fields.get(name, [])))
        found = _ID.findall(raw) or [word for word in raw.split() if "@" in word and len(word) > 5]
        return [one[:300] for one in found if one][:200]

    def addresses(self, name: str) -> list[Address]:
        """Everybody named; what can't be understood is left out."""
        fields = [re.sub(r"[\r\n]+", " ", value) for value in self._fields.get(name, [])]
        try:
            pairs = getaddresses(fields)
        except (ValueError, IndexError, TypeError, AttributeError):
            pairs = []
        found = []
        for display, mail in pairs[:500]:
            address = address_of(self._words(mail)) or address_of(self._words(display))
            if address is not None:
                shown = self._words(display).strip("'\" ")
                found.append(Address("" if address_of(shown) == address else shown[:200], address))
        if not found:
            text = self._words(" ".join(fields))
            found = [Address("", address) for word in text.split() if (address := address_of(word.strip("<>,;\"'()")))]
        return found

    def date(self, problems: list[str]) -> Ms | None:
        """When it was sent, by its own word, else by the server that took it in."""
        for name in ("date", "resent-date", "x-original-date"):
            if (at := moment(self._words(self.get(name)))) is not None:
                return at
        if self.get("date"):
            problems.append(f"its date can't be read: {self._words(self.get('date'))[:60]!r}")
        for received in self._fields.get("received", []):
            if (at := moment(received.rpartition(";")[2])) is not None:
                return at
        return None


def address_of(text: str) -> str | None:
    """The address `text` is, in lower case; None when it is none."""
    text = text.strip().strip(".,;'\"<>")
    name, at, host = text.rpartition("@")
    if not at or not name or not host or re.search(r"[\s<>,;\"]", name + host) or len(text) > 254:
        return None
    return text.casefold()


def moment(text: str) -> Ms | None:
    """The time a Date field says; None when it can't be read or can't be true."""
    try:
        parsed = parsedate_tz(re.sub(r"\s+", " ", text).strip())
        if parsed is None:
            return None
        at = Ms(int(mktime_tz(parsed)) * 1000)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None
    return at if _EARLIEST <= at < 4_102_444_800_000 else None  # up to the year 2100


def mended(raw: bytes) -> bytes:
    """With a header the standard parser gets through: it ends it at the first line that is no field.

    `From : x` (obsolete, RFC 5322 section 4.5) loses its space; a line of rubbish among fields becomes part of the
    field before it, if fields that matter still follow.
    """
    block = _HEADER_END.search(raw)
    end = block.start() if block else len(raw)
    header = raw[: min(end, _HEADER_LIMIT)]
    lines = header.split(b"\n")
    odd = [n for n, line in enumerate(lines) if n and not _FIELD.match(line)]
    if not odd:
        return raw
    last = max((n for n, line in enumerate(lines) if _MATTERS.match(line)), default=0)
    for n in odd:
        if _SPACED.match(lines[n]):
            lines[n] = _SPACED.sub(rb"\1:", lines[n])
        elif n < last:
            lines[n] = b" " + lines[n]
    if _SPACED.match(lines[0]):
        lines[0] = _SPACED.sub(rb"\1:", lines[0])
    return b"\n".join(lines) + raw[len(header) :]
