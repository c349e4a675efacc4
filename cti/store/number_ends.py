"""Telephone numbers found by their ends, among all there are: the last digits, or a number without its country code.

Nobody types a whole number. An index has the last four digits of each, and behind them the number, so that only those
with the same four are looked at, however many others there are.
"""

import re
import unicodedata

from cti.store.identity import EXTENSION
from cti.store.reader import Reader

FEWEST = 4
"""Digits of an end: with fewer, far too many have them."""
_LOOKED_AT = 5000
"""Numbers with an end. Where still more have it, the newest of these are shown."""
_SPACED = re.compile(r"\+?[\d\s()./\u2010-\u2015\u2212-]+")
"""A number as people write it, in any script's digits; a letter, or the # of a case, makes it something else."""
_WITH = (
    "SELECT id, value FROM (SELECT id, value, last_seen FROM identifiers"
    " WHERE kind = 'tel' AND substr(value, length(value) - 3) = ? AND value LIKE ?"
    f" LIMIT {_LOOKED_AT}) AS numbers ORDER BY last_seen DESC, id"
)


def found(db: Reader, typed: str) -> list[tuple[str, str]]:
    """(identifier, number) of the numbers that end as was typed, the one seen last first.

    Zeros before it, with which another country or the whole world is dialled, are left away where none ends with them.
    """
    digits = _digits(typed)
    for end in dict.fromkeys((digits, digits.lstrip("0"))):
        if len(end) >= FEWEST and (rows := db.execute(_WITH, (end[-FEWEST:], f"%{end}")).fetchall()):
            return rows
    return []


def _digits(typed: str) -> str:
    """All digits of what can be a number or its end, without its extension; empty: it can't be one."""
    text = EXTENSION.sub("", unicodedata.normalize("NFKC", typed)).strip()
    return "".join(char for char in text if char.isdecimal()) if _SPACED.fullmatch(text) else ""
