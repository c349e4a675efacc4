"""Contact details that people write in their own words: the number under a mail, the address in a form.

They prove nothing by themselves (a number may be a neighbour's), so nothing is linked by them; they are the evidence on
which `suggest` proposes that two customers are one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import dropwhile, islice
from typing import Any

import phonenumbers
from msgspec import Struct
from sqlalchemy import Connection, Row, TextClause, text

from cti.core.ids import Ms
from cti.store.database import Store
from cti.store.identity import Identifier, Identities
from cti.store.reads import display
from cti.store.records import NOBODY, bulk

WRITTEN = ("mail", "form", "chat", "sms")
"""Kinds of contacts in which people write."""
_LONGEST = 4000
"""Characters looked at, from both ends of a text: who they are stands in the first or the last lines."""
_MOST = 8
"""Contact details taken of one text: who writes more than that sends a list."""
_SIGNATURE = 16
"""Lines of a signature that are looked at."""
_MAYBE = re.compile(r"\d(?:[\s().\-/–]{0,3}\d){6}|@")
"""What a text without contact details has not; most have not, and are done with."""
_NUMBER = re.compile(r"(?<![\w.,/+-])(?:\+|\(?\d)[\d() ./–-]{6,18}\d(?![\d.,]*\w)")
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PAGE = 500
_PUT = text(
    "INSERT INTO mentions (identifier, owner, interaction, shown, at)"
    " VALUES (:identifier, :owner, :interaction, :shown, :at) ON CONFLICT (identifier, owner, interaction) DO NOTHING"
)
_MAILS = text(
    "SELECT id, interaction, author, at, text, quoted FROM messages WHERE id > :after AND inbound AND auto = ''"
    " AND author <> '' ORDER BY id LIMIT :page"
)
_LINES = text(
    "SELECT id, owner, at, title, text FROM interactions WHERE id > :after AND kind IN ('form', 'chat', 'sms')"
    " AND inbound ORDER BY id LIMIT :page"
)


class Written(Struct, frozen=True):
    """What somebody wrote."""

    owner: str
    interaction: str
    at: Ms
    words: str


def in_mail(words: str, quoted: str) -> str:
    """What the sender of a mail wrote, with the signature, which is put away together with what was only quoted."""
    own = list(dropwhile(lambda line: not line or line.startswith(">"), quoted.splitlines()))
    # Anything else before the dashes is somebody else's mail, and so is the signature in it.
    if not own or own[0].strip() != "--":
        return words
    return "\n".join([words, *(line for line in own[1:_SIGNATURE] if not line.startswith(">"))])


def found(identities: Identities, words: str) -> Iterator[Identifier]:
    """Numbers and addresses in a text, each once."""
    if not _MAYBE.search(words):
        return
    looked_at = words if len(words) <= _LONGEST else words[: _LONGEST // 2] + "\n" + words[-_LONGEST // 2 :]
    made = [identities.mail(one[0]) for one in _MAIL.finditer(looked_at)]
    made += [identities.phone(one) for one in _numbers(looked_at, identities.region)]
    yield from {one.id: one for one in made[:_MOST] if one is not None}.values()


def _numbers(words: str, region: str) -> Iterator[str]:
    # Not phonenumbers' own matcher: it takes milliseconds a text.
    for one in islice(_NUMBER.finditer(words), _MOST * 2):
        try:
            number = phonenumbers.parse(one[0], region)
        except phonenumbers.NumberParseException:
            continue
        # With a country code it is meant as a number; without, dates and orders look like one.
        if one[0].startswith("+") or phonenumbers.is_valid_number(number):
            yield one[0]


def note(connection: Connection, identities: Identities, written: Iterable[Written]) -> None:
    """Keep whom the writers named; their own number or address is no news."""
    rows = [
        {
            "identifier": one.id,
            "owner": each.owner,
            "interaction": each.interaction,
            "shown": display(one.kind, one.value),
            "at": each.at,
        }
        for each in written
        if each.owner != NOBODY
        for one in found(identities, each.words)
        if one.id != each.owner
    ]
    bulk(connection, _PUT, rows)


def renew(store: Store, identities: Identities) -> int:
    """Look through all mails and forms there are, a page at a time; gives how many. Twice does no harm."""
    looked_at = 0
    for wanted in (_MAILS, _LINES):
        after = ""
        while True:
            rows = store.read(partial(_page, wanted=wanted, after=after))
            if not rows:
                break
            written = [
                Written(row.author, row.interaction, row.at, in_mail(row.text, row.quoted))
                if wanted is _MAILS
                else Written(row.owner, row.id, row.at, f"{row.title}\n{row.text}")
                for row in rows
            ]
            store.write(partial(note, identities=identities, written=written))
            looked_at += len(rows)
            after = rows[-1].id
    return looked_at


def _page(connection: Connection, wanted: TextClause, after: str) -> Sequence[Row[Any]]:
    return connection.execute(wanted, {"after": after, "page": _PAGE}).all()
