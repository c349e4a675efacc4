"""Every write to the history, as plain functions on a connection: used by the bridge, the fold and the imports alike.

Each may be done twice without harm. The SQL is what SQLite and PostgreSQL both understand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, TextClause, text

from cti.core.ids import Ms
from cti.store.bulk import for_psycopg, put_many, upsert
from cti.store.identity import Identifier, name_key

_MANY = 50
"""From so many rows on, a temporary table pays."""
NOBODY = "nobody"
"""The owner of interactions without any identifier, such as a call with its number withheld."""


class Seen(Struct, frozen=True):
    """An identifier was seen at a time; `name` is what its owner called themselves."""

    identifier: Identifier
    at: Ms
    name: str = ""


SeenRow = tuple[str, str, str, str, str, Ms, Ms]
"""An identifier's id, kind, value, raw, name, first seen, last seen."""


class CustomerRow(Struct, frozen=True, kw_only=True):
    """A customer as an import or an agent gives it; empty fields leave what is known."""

    id: str
    at: Ms
    name: str = ""
    language: str | None = None
    tier: str = ""
    source: str = ""


class InteractionRow(Struct, frozen=True, kw_only=True):
    """One line of the timeline as it is written; see `tables.interactions`."""

    owner: str
    at: Ms
    id: str
    kind: str
    title: str = ""
    text: str = ""
    inbound: bool = True
    language: str | None = None
    agent: str = ""
    agent_name: str = ""
    lasted: int | None = None
    waited: int | None = None
    path: str = ""
    solved: bool | None = None
    mark: str = ""
    case_id: int | None = None
    source: str = ""


_SEE = """
    INSERT INTO identifiers (id, kind, value, raw, name, first_seen, last_seen)
    {rows}
    ON CONFLICT (id) DO UPDATE SET
        name = CASE WHEN excluded.name <> '' AND (identifiers.name = '' OR excluded.last_seen >= identifiers.last_seen)
                    THEN excluded.name ELSE identifiers.name END,
        first_seen = CASE WHEN excluded.first_seen < identifiers.first_seen
                          THEN excluded.first_seen ELSE identifiers.first_seen END,
        last_seen = CASE WHEN excluded.last_seen > identifiers.last_seen
                         THEN excluded.last_seen ELSE identifiers.last_seen END
    WHERE excluded.first_seen < identifiers.first_seen OR excluded.last_seen > identifiers.last_seen
        OR (excluded.name <> '' AND excluded.name <> identifiers.name)
    """
_SEE_EACH = text(_SEE.format(rows="VALUES (:id, :kind, :value, :raw, :name, :first, :last)"))
_SEEN = ("id", "kind", "value", "raw", "name", "first_seen", "last_seen")
_LINK = """
    INSERT INTO links (identifier, customer, source, since)
    {rows}
    ON CONFLICT (identifier, customer) DO UPDATE SET since = excluded.since WHERE excluded.since < links.since
    """
_LINK_EACH = text(_LINK.format(rows="VALUES (:identifier, :customer, :source, :at)"))
_LINKED = ("identifier", "customer", "source", "since")
_IS_LINKED = text("SELECT 1 FROM links WHERE identifier = :identifier AND customer = :customer")
# What an agent says holds, whatever was said before.
_LINK_AGAIN = text(
    """
    INSERT INTO links (identifier, customer, source, since) VALUES (:identifier, :customer, :source, :at)
    ON CONFLICT (identifier, customer) DO UPDATE SET
        source = CASE WHEN links.ended IS NULL THEN links.source ELSE excluded.source END,
        since = CASE WHEN excluded.since < links.since THEN excluded.since ELSE links.since END, ended = NULL
    """
)
_LINKED_SQLITE = "SELECT identifier, customer FROM json_each(?) JOIN links ON identifier = value WHERE ended IS NULL"
_LINKED_POSTGRES = text("SELECT identifier, customer FROM links WHERE identifier = ANY(:ids) AND ended IS NULL")
_AUDIT = text("INSERT INTO audit (at, who, what, about, detail) VALUES (:at, :who, :what, :about, :detail)")
_CUSTOMER = text(
    """
    INSERT INTO customers (id, name, name_key, language, tier, created, updated, source)
    VALUES (:id, :name, :name_key, :language, :tier, :at, :at, :source)
    ON CONFLICT (id) DO UPDATE SET
        name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE customers.name END,
        name_key = CASE WHEN excluded.name <> '' THEN excluded.name_key ELSE customers.name_key END,
        language = coalesce(excluded.language, customers.language),
        tier = CASE WHEN excluded.tier <> '' THEN excluded.tier ELSE customers.tier END,
        created = CASE WHEN excluded.created < customers.created THEN excluded.created ELSE customers.created END,
        updated = excluded.updated
    """
)
_INTERACTION = """
    INSERT INTO interactions (owner, at, id, kind, customer, title, text, inbound, language, agent, agent_name,
                              lasted, waited, path, solved, mark, case_id, source)
    {rows}
    ON CONFLICT (id) DO UPDATE SET
        owner = excluded.owner, at = excluded.at, kind = excluded.kind, customer = excluded.customer,
        title = excluded.title, text = excluded.text, inbound = excluded.inbound, language = excluded.language,
        agent = excluded.agent, agent_name = excluded.agent_name, lasted = excluded.lasted,
        waited = excluded.waited, path = excluded.path, solved = excluded.solved, mark = excluded.mark,
        case_id = excluded.case_id, source = excluded.source
    """
# What people said about an interaction (annotations) goes into its line however often the line is written anew.
_NOTED_INTERACTION = text(
    _INTERACTION.format(
        rows="""VALUES (
        CASE WHEN :owner = 'nobody' THEN coalesce(
            (SELECT 'customer:' || customer FROM annotations WHERE interaction = :id), 'nobody') ELSE :owner END,
        :at, :id, :kind, (SELECT customer FROM annotations WHERE interaction = :id), :title,
        coalesce((SELECT text FROM annotations WHERE interaction = :id AND text <> ''), :text),
        :inbound, :language, :agent, :agent_name, :lasted, :waited, :path, :solved, :mark,
        coalesce((SELECT case_id FROM annotations WHERE interaction = :id), :case_id), :source)"""
    )
)
_STAGED_LINES = """
    INSERT INTO interactions (owner, at, id, customer, text, case_id{columns})
    SELECT CASE WHEN s.owner = 'nobody' THEN coalesce('customer:' || a.customer, 'nobody') ELSE s.owner END,
        s.at, s.id, a.customer, coalesce(nullif(a.text, ''), s.text, ''), coalesce(a.case_id, s.case_id){values}
    FROM staged_interactions s LEFT JOIN annotations a ON a.interaction = s.id WHERE true
    ON CONFLICT (id) DO UPDATE SET {changes}
    """
_OF_LINES = ("owner", "at", "id", "customer", "text", "case_id")
"""What the statement above fills by itself."""
_TAG = text(
    "INSERT INTO tags (customer, tag, word, source) VALUES (:customer, :tag, :word, :source)"
    " ON CONFLICT (customer, tag) DO NOTHING"
)

_JOIN_NOTES = (
    text(
        "INSERT INTO notes (interaction, agent, text, at)"
        " SELECT :kept, agent, text, at FROM notes WHERE interaction = :gone"
        " ON CONFLICT (interaction, agent) DO UPDATE SET text = notes.text || '\n' || excluded.text"
    ),
    text("DELETE FROM notes WHERE interaction = :gone"),
    text(
        """
        INSERT INTO annotations (interaction, text, customer, case_id, agent, at)
        SELECT :kept, text, customer, case_id, agent, at FROM annotations WHERE interaction = :gone
        ON CONFLICT (interaction) DO UPDATE SET
            text = CASE WHEN annotations.text = '' THEN excluded.text WHEN excluded.text = '' THEN annotations.text
                        ELSE annotations.text || '\n' || excluded.text END,
            customer = coalesce(annotations.customer, excluded.customer),
            case_id = coalesce(annotations.case_id, excluded.case_id),
            agent = CASE WHEN annotations.agent = '' THEN excluded.agent ELSE annotations.agent END
        """
    ),
    text("DELETE FROM annotations WHERE interaction = :gone"),
)


def bulk(connection: Connection, statement: TextClause, rows: list[dict[str, Any]]) -> None:
    """Carry out `statement` for every row."""
    if not rows:
        return
    # By the driver itself; SQLAlchemy's copy of every row would take longer than the database.
    words = statement.text if connection.dialect.name == "sqlite" else for_psycopg(statement.text)
    connection.exec_driver_sql(words, rows)


def see(connection: Connection, seen: Iterable[Seen]) -> None:
    """Note that identifiers were seen; makes those that are new."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in seen:
        identifier = one.identifier
        row = rows.get((identifier.id, one.name))
        if row is None:
            rows[(identifier.id, one.name)] = {
                "id": identifier.id,
                "kind": identifier.kind,
                "value": identifier.value,
                "raw": identifier.raw,
                "name": one.name[:200],
                "first": one.at,
                "last": one.at,
            }
        elif one.at > row["last"]:
            row["last"] = one.at
        elif one.at < row["first"]:
            row["first"] = one.at
    # In the order of the table: neighbours share a page, and each page is written once.
    bulk(connection, _SEE_EACH, sorted(rows.values(), key=lambda row: str(row["id"])))


def see_many(connection: Connection, rows: Sequence[SeenRow]) -> None:
    """Note many at once, none twice, in the order of their ids."""
    put_many(connection, "identifiers", _SEEN, rows, _SEE)


def link(
    connection: Connection,
    links: Iterable[tuple[str, str]],
    source: str,
    at: Ms,
    *,
    again: bool = False,
    audited: bool = False,
) -> None:
    """Say that each (identifier, customer) belong together, on the word of `source`.

    A link that a person has ended stays so, unless a person says it `again`. `audited`: new ones are in the audit log.
    """
    rows = [{"identifier": one, "customer": customer, "source": source, "at": at} for one, customer in links]
    new = [row for row in rows if connection.execute(_IS_LINKED, row).first() is None] if audited else []
    bulk(connection, _LINK_AGAIN if again else _LINK_EACH, rows)
    for row in new:
        noted(connection, at, source, "identifier_linked", str(row["customer"]), str(row["identifier"]))


def link_many(connection: Connection, links: Iterable[tuple[str, str]], source: str, at: Ms) -> None:
    """Link many at once, none twice, in the order of the table: neighbours share a page."""
    rows = [(identifier, customer, source, at) for identifier, customer in sorted(links)]
    put_many(connection, "links", _LINKED, rows, _LINK)


def noted(connection: Connection, at: Ms, who: str, what: str, about: str, detail: str = "") -> None:
    """Write a line of the audit log, together with what it is about."""
    connection.execute(_AUDIT, {"at": at, "who": who, "what": what, "about": about, "detail": detail})


def sole_customers(connection: Connection, identifiers: Iterable[str]) -> dict[str, str]:
    """Identifier -> customer, for those of `identifiers` that belong to exactly one."""
    ids = list(identifiers)
    found: Sequence[tuple[str, str]]
    # Thousands at once; as parameters of their own they would take longer to bind than to find.
    if connection.dialect.name == "sqlite":
        # By the driver itself: SQLAlchemy makes an object of each row.
        cursor = connection.connection.cursor()
        cursor.execute(_LINKED_SQLITE, (msgspec.json.encode(ids).decode(),))
        found = cursor.fetchall()
        cursor.close()
    else:
        found = [(row[0], row[1]) for row in connection.execute(_LINKED_POSTGRES, {"ids": ids})]
    linked = dict(found)
    if len(linked) < len(found):
        for identifier, links in Counter(identifier for identifier, _ in found).items():
            if links > 1:
                del linked[identifier]
    return linked


def put_customers(connection: Connection, customers: Iterable[CustomerRow]) -> None:
    """Make or complete customers."""
    rows = [{**msgspec.structs.asdict(one), "name_key": name_key(one.name)} for one in customers]
    bulk(connection, _CUSTOMER, rows)


def put_interactions(connection: Connection, interactions: Iterable[InteractionRow]) -> None:
    """Write lines of the timeline; one with the same id is replaced."""
    lines = list({line.id: line for line in interactions}.values())
    if len(lines) >= _MANY:
        names = InteractionRow.__struct_fields__
        put_lines(connection, names, sorted(msgspec.structs.astuple(line) for line in lines))
    else:
        bulk(connection, _NOTED_INTERACTION, [msgspec.structs.asdict(line) for line in lines])


def put_lines(
    connection: Connection,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    same: Mapping[str, object] | None = None,
) -> None:
    """Write many lines of the timeline at once, as rows of `columns`: `owner`, `at`, `id` and more, no id twice.

    `same` is what is the same in all of them. Give them in the order of the table, by owner and time: neighbours share
    a page, and each page is written once. One with the same id is replaced, also in what neither names.
    """
    # An INSERT gives the columns it does not name their defaults; so does what it calls `excluded`.
    filled = [name for name in columns if name not in _OF_LINES]
    given = list(same or ())
    named = "".join(f", {name}" for name in (*filled, *given))
    values = "".join([f", s.{name}" for name in filled] + [f", :{name}" for name in given])
    changes = ", ".join(f"{name} = excluded.{name}" for name in InteractionRow.__struct_fields__ if name != "id")
    statement = _STAGED_LINES.format(columns=named, values=values, changes=f"{changes}, customer = excluded.customer")
    upsert(connection, "interactions", columns, rows, statement, same)


def put_tags(connection: Connection, tags: Iterable[tuple[str, str]], source: str) -> None:
    """Give customers tags, as (customer, tag)."""
    rows = [{"customer": customer, "tag": tag, "word": name_key(tag), "source": source} for customer, tag in tags]
    bulk(connection, _TAG, rows)


def note(connection: Connection, interaction: str, agent: str, words: str, at: Ms) -> None:
    """Keep an agent's note on an interaction; again replaces their own, and nobody else's."""
    connection.execute(
        text(
            """
            INSERT INTO notes (interaction, agent, text, at) VALUES (:id, :agent, :words, :at)
            ON CONFLICT (interaction, agent) DO UPDATE SET text = excluded.text
            """
        ),
        {"id": interaction, "agent": agent, "words": words, "at": at},
    )
    rows = connection.execute(
        text("SELECT text FROM notes WHERE interaction = :id ORDER BY at, agent"), {"id": interaction}
    )
    annotate(connection, interaction, at, words="\n".join(row.text for row in rows))


def annotate(
    connection: Connection, interaction: str, at: Ms, *, words: str | None = None, case: int | None = None
) -> None:
    """Keep a note on an interaction, or the case it belongs to; what is None stays as it is."""
    connection.execute(
        text(
            """
            INSERT INTO annotations (interaction, text, case_id, at) VALUES (:id, coalesce(:words, ''), :case_id, :at)
            ON CONFLICT (interaction) DO UPDATE SET
                text = coalesce(:words, annotations.text), case_id = coalesce(:case_id, annotations.case_id),
                at = excluded.at
            """
        ),
        {"id": interaction, "words": words, "case_id": case, "at": at},
    )
    connection.execute(
        text(
            """
            UPDATE interactions SET text = coalesce(:words, text), case_id = coalesce(:case_id, case_id) WHERE id = :id
            """
        ),
        {"id": interaction, "words": words, "case_id": case},
    )


def join_notes(connection: Connection, kept: str, gone: str) -> None:
    """What people said about an interaction that turns out to be part of another is said of that one from now on."""
    names = {"kept": kept, "gone": gone}
    for statement in _JOIN_NOTES:
        connection.execute(statement, names)


def confirm(connection: Connection, interaction: str, customer: str | None, at: Ms) -> bool:
    """Say whose interaction it was (None: take that back). False: there is no such customer.

    A customer new to this identifier is linked to it, and that link goes again with the last such word.
    """
    caller = connection.execute(
        text(
            "SELECT coalesce((SELECT caller FROM calls WHERE interaction = :id),"
            " (SELECT caller FROM pieces WHERE piece = :id),"
            " (SELECT owner FROM interactions WHERE id = :id))"
        ),
        {"id": interaction},
    ).scalar()
    owner = caller if caller and caller != NOBODY and not str(caller).startswith("customer:") else None
    before = connection.execute(
        text("SELECT customer FROM annotations WHERE interaction = :id"), {"id": interaction}
    ).scalar()
    if customer is not None and customer != owner and not customer_exists(connection, customer):
        return False
    if customer == owner:
        customer = None  # an identifier nobody is linked to is a person of its own: nothing to say
    connection.execute(
        text(
            """
            INSERT INTO annotations (interaction, customer, at) VALUES (:id, :customer, :at)
            ON CONFLICT (interaction) DO UPDATE SET customer = excluded.customer, at = excluded.at
            """
        ),
        {"id": interaction, "customer": customer, "at": at},
    )
    new_owner = owner or (f"customer:{customer}" if customer else NOBODY)
    connection.execute(
        text("UPDATE interactions SET customer = :customer, owner = :owner WHERE id = :id"),
        {"id": interaction, "customer": customer, "owner": new_owner},
    )
    if owner is not None and customer is not None:
        link(connection, [(owner, customer)], "agent", at, again=True)
    if owner is not None and before is not None and before != customer:
        connection.execute(
            text(
                """
                DELETE FROM links WHERE identifier = :owner AND customer = :customer AND source IN ('agent', 'pin')
                AND NOT EXISTS (SELECT 1 FROM tallies WHERE owner = :owner AND customer = :customer)
                """
            ),
            {"owner": owner, "customer": before},
        )
    return True


def customer_exists(connection: Connection, customer: str) -> bool:
    """Whether there is such a customer, or such an identifier standing for one."""
    found = connection.execute(
        text("SELECT 1 FROM customers WHERE id = :id UNION ALL SELECT 1 FROM identifiers WHERE id = :id"),
        {"id": customer},
    ).first()
    return found is not None
