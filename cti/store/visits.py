"""Visits of the site's own web sites: what was done in each, one line of the timeline made of it, and whose it was.

A line is made from all items of its visit each time some come, so neither their order nor their number matters, nor
whether they come twice. What says who a visitor is comes signed by the site (`SignIn`): the browser is linked to the
customer, and with it what was done there before.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, text

from cti.core.ids import Ms
from cti.store import mentions, records, wishes
from cti.store.identity import Identifier, Identities
from cti.store.reads import display
from cti.store.web_views import WebStep, WebVisit

SOURCE = "web"
MOST_ITEMS = 300
"""Items kept of one visit: whoever does more is no person."""
_STEPS = 12
"""The last ones are shown; all are counted."""
_TOLD = ("search", "form", "sign_in", "tag", "untag")
"""Kinds that are told one by one; pages are counted."""
_CARD = re.compile(r"(?<![\d+])(?:\d[ -]?){13,18}\d(?!\d)")


class Item(Struct, frozen=True, kw_only=True, order=True):
    """One thing done on a web site; the names are those of `tables.visit_items`."""

    at: Ms
    id: str
    kind: str
    words: str = ""
    place: str = ""
    found: int | None = None
    body: str = ""


class SignIn(Struct, frozen=True, kw_only=True):
    """Who the site says its visitor is. What it has not proved itself is evidence, and no more."""

    at: Ms
    account: Identifier
    name: str = ""
    proved: tuple[Identifier, ...] = ()
    """Addresses and numbers that the site has checked."""
    said: tuple[Identifier, ...] = ()
    """Those it was only told."""


class Told(Struct, frozen=True, kw_only=True):
    """What one batch tells of one visit."""

    visit: str
    """The id of its line: `line_id`."""
    visitor: Identifier
    items: tuple[Item, ...]
    sign_ins: tuple[SignIn, ...] = ()


_VISIT = text(
    "INSERT INTO visits (id, visitor, at) VALUES (:id, :visitor, :at)"
    " ON CONFLICT (id) DO UPDATE SET at = CASE WHEN excluded.at > visits.at THEN excluded.at ELSE visits.at END"
)
_ITEM = text(
    "INSERT INTO visit_items (visit, id, at, kind, words, place, found, body)"
    " VALUES (:visit, :id, :at, :kind, :words, :place, :found, :body) ON CONFLICT (visit, id) DO NOTHING"
)
_ITEMS = text(
    "SELECT at, id, kind, words, place, found, body FROM visit_items WHERE visit = :visit ORDER BY at, id LIMIT :most"
)
_CUSTOMERS = text("SELECT customer FROM links WHERE identifier = :id AND ended IS NULL ORDER BY since, customer")
_OWN = text(
    """
    INSERT INTO annotations (interaction, customer, at) VALUES (:id, :customer, :at)
    ON CONFLICT (interaction) DO UPDATE SET customer = coalesce(annotations.customer, excluded.customer)
    """
)
_MENTION = text(
    "INSERT INTO mentions (identifier, owner, interaction, shown, at)"
    " VALUES (:identifier, :owner, :interaction, :shown, :at) ON CONFLICT (identifier, owner, interaction) DO NOTHING"
)


def line_id(visitor: str, visit: str) -> str:
    """The id of a visit's line. Both numbers are secrets of the browser, and can't be found from it."""
    return f"visit-{blake2b(f'{visitor}:{visit}'.encode(), digest_size=15).hexdigest()}"


def clean(words: str, longest: int) -> str:
    """Words of a page in one line, as a database takes them, without what may be the number of a card."""
    shown = "".join(char if char.isprintable() else " " for char in words[: 4 * longest])
    plain = " ".join(shown.encode("utf-8", "replace").decode("utf-8").split())
    return _CARD.sub(_hidden, plain)[:longest]


def _hidden(found: re.Match[str]) -> str:
    # The check digit of ISO/IEC 7812: an order's number has it by chance only.
    digits = [int(char) for char in found[0] if char.isdigit()][::-1]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return found[0] if (sum(digits[::2]) + sum(doubled)) % 10 else "…"


def put(connection: Connection, identities: Identities, told: Iterable[Told]) -> None:
    """Keep what was told, and make the lines of all visits it is about anew. Twice does no harm."""
    tells = list(told)
    visits: dict[str, Identifier] = {}
    for one in tells:
        visits[one.visit] = one.visitor
        last = max((item.at for item in one.items), default=None)
        if last is not None:
            records.see(connection, [records.Seen(one.visitor, item.at) for item in one.items])
            connection.execute(_VISIT, {"id": one.visit, "visitor": one.visitor.id, "at": last})
    full = {visit for visit in visits if _kept(connection, visit) >= MOST_ITEMS}
    rows = [
        {"visit": one.visit, **msgspec.structs.asdict(item)}
        for one in tells
        if one.visit not in full
        for item in one.items
    ]
    records.bulk(connection, _ITEM, sorted(rows, key=lambda row: (row["visit"], row["id"])))
    items = {visit: _items(connection, visit) for visit in visits}
    lines = {visit: made_of(visit, visitor.id, items[visit]) for visit, visitor in visits.items() if items[visit]}
    for one in tells:
        for sign_in in one.sign_ins:
            _join(connection, one, sign_in, lines[one.visit][0].id if one.visit in lines else None)
    for visit, made in lines.items():
        _own(connection, visit, made, items[visit])
    every = [line for each in lines.values() for line in each]
    records.put_interactions(connection, every)
    forms = [line for line in every if line.kind == "form" and line.text]
    written = [mentions.Written(line.owner, line.id, line.at, line.text) for line in forms]
    mentions.note(connection, identities, written)


def _kept(connection: Connection, visit: str) -> int:
    found = connection.execute(text("SELECT count(*) FROM visit_items WHERE visit = :visit"), {"visit": visit})
    return int(found.scalar_one())


def _items(connection: Connection, visit: str) -> list[Item]:
    """What was done in a visit, in the order of time."""
    return [Item(**row._mapping) for row in connection.execute(_ITEMS, {"visit": visit, "most": MOST_ITEMS})]


def made_of(visit: str, owner: str, items: Sequence[Item]) -> list[records.InteractionRow]:
    """What the timeline says of a visit whose items are given in the order of time: its line, and one for each form
    that was sent in it."""
    searches = [item for item in items if item.kind == "search"]
    vain = [item for item in searches if item.found == 0]
    pages = [item for item in items if item.kind == "page"]
    named = (vain or searches or pages or items)[-1]
    steps = [WebStep(kind=item.kind, words=item.words, found=item.found) for item in items if item.kind in _TOLD]
    made = WebVisit(pages=len(pages), steps=tuple(steps[-_STEPS:]))
    line = records.InteractionRow(
        owner=owner,
        at=items[-1].at,
        id=visit,
        kind="search" if searches else "visit",
        title=named.words or named.place,
        lasted=items[-1].at - items[0].at,
        path=msgspec.json.encode(made).decode(),
        mark="nothing_found" if vain else "",
        source=SOURCE,
    )
    forms = [
        records.InteractionRow(
            owner=owner,
            at=item.at,
            id=f"{visit}.{item.id}",
            kind="form",
            title=item.words,
            text=item.body,
            source=SOURCE,
        )
        for item in items
        if item.kind == "form"
    ]
    return [line, *forms]


def _join(connection: Connection, told: Told, sign_in: SignIn, line: str | None) -> None:
    """Link browser, account, and what the site has proved to the customer; one is made when nobody knows any."""
    account, at = sign_in.account, sign_in.at
    records.see(connection, [records.Seen(one, at) for one in (account, told.visitor, *sign_in.proved)])
    customers = _of(connection, account)
    if not customers:
        customers = [_known(connection, sign_in) or _made(connection, sign_in)]
        records.link(connection, [(account.id, customers[0])], SOURCE, at, audited=True)
        if not _of(connection, account):
            return  # a person has said that it is not theirs
    # An account that several have: they are shown as choices, and so is who uses this browser.
    records.link(connection, [(told.visitor.id, one) for one in customers], SOURCE, at, audited=True)
    if len(customers) == 1:
        free = [one for one in sign_in.proved if not _of(connection, one)]
        records.link(connection, [(one.id, customers[0]) for one in free], SOURCE, at, audited=True)
        connection.execute(
            text(
                "UPDATE visits SET customer = CASE WHEN customer IS NULL OR customer = :customer THEN :customer"
                " ELSE '' END WHERE id = :visit"
            ),
            {"customer": customers[0], "visit": told.visit},
        )
    if line is not None:
        rows = [
            {
                "identifier": one.id,
                "owner": account.id,
                "interaction": line,
                "shown": display(one.kind, one.value),
                "at": at,
            }
            for one in sign_in.said
        ]
        records.bulk(connection, _MENTION, rows)


def _of(connection: Connection, identifier: Identifier) -> list[str]:
    return list(connection.execute(_CUSTOMERS, {"id": identifier.id}).scalars())


def _known(connection: Connection, sign_in: SignIn) -> str | None:
    """The one customer whom all that the site has proved names; None: nobody, or more than one."""
    found = {customer for one in sign_in.proved for customer in _of(connection, one)}
    return found.pop() if len(found) == 1 else None


def _made(connection: Connection, sign_in: SignIn) -> str:
    """A customer nobody knew: always the same for one account."""
    id_ = f"web-{sign_in.account.id.partition(':')[2]}"
    row = records.CustomerRow(id=id_, at=sign_in.at, name=sign_in.name, source=SOURCE)
    records.put_customers(connection, [row])
    return id_


def _own(connection: Connection, visit: str, made: Sequence[records.InteractionRow], items: Iterable[Item]) -> None:
    """What was done in a visit is whose who signed in there, on a browser of several, too; what agents said holds."""
    customer = connection.execute(text("SELECT customer FROM visits WHERE id = :id"), {"id": visit}).scalar()
    if customer:
        records.bulk(connection, _OWN, [{"id": line.id, "customer": customer, "at": line.at} for line in made])
        tags = [one for one in items if one.kind in ("tag", "untag") and one.words]
        said = [wishes.OwnTag(at=one.at, tag=one.words, so=one.kind == "tag") for one in tags]
        wishes.own(connection, customer, said)
    elif customer == "":
        # Two people in one visit: nobody knows who did what.
        change = text("UPDATE annotations SET customer = NULL WHERE interaction IN :ids AND text = ''")
        connection.execute(change.bindparams(bindparam("ids", expanding=True)), {"ids": [line.id for line in made]})


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Forget visits, of the site's own web sites and of the help site, by the ids of their lines.

    Forms that were sent stay, for they are contacts, and so do lines that somebody has noted something on or put into
    a case. A browser of which nothing is left is forgotten, too.
    """

    def each(change: str, given: Sequence[str]) -> None:
        if given:
            connection.execute(text(change).bindparams(bindparam("ids", expanding=True)), {"ids": list(given)})

    asked = text("SELECT DISTINCT visitor FROM visits WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
    visitors = sorted(connection.execute(asked, {"ids": list(ids)}).scalars())
    for change in (
        "DELETE FROM visit_items WHERE visit IN :ids",
        "DELETE FROM visits WHERE id IN :ids",
        "DELETE FROM interactions WHERE id IN :ids AND case_id IS NULL AND text = ''",
        "DELETE FROM mentions WHERE interaction IN :ids",
        "DELETE FROM annotations WHERE interaction IN :ids AND case_id IS NULL AND text = ''",
    ):
        each(change, ids)
    idle = (
        " IN :ids AND NOT EXISTS (SELECT 1 FROM tallies t WHERE t.owner = {column})"
        " AND NOT EXISTS (SELECT 1 FROM visits v WHERE v.visitor = {column})"
    )
    for table, column in (("links", "identifier"), ("identifiers", "id")):
        each(f"DELETE FROM {table} WHERE {column}{idle.format(column=f'{table}.{column}')}", visitors)
