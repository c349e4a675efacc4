"""Who is whose: identifiers linked and unlinked, customers merged into one, and every merge undone exactly.

A merge rewrites nothing but whom a customer is shown as: lines, links, cases and tags stay with the id they came with,
and whoever reads takes all ids of a person together. So undoing one leaves no trace, merges can be undone in any order,
and what an import brings in meanwhile is where it would be without them. Every change is in the audit log.
"""

from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.store.identity import Identifier
from cti.store.reads import is_identifier
from cti.store.records import CustomerRow as Row
from cti.store.records import Seen, customer_exists, link, noted, put_customers, see

_PARENT = text("SELECT kept FROM merges WHERE gone = :id AND undone IS NULL")
_CHILDREN = text("SELECT gone FROM merges WHERE kept = :id AND undone IS NULL")
_UNUSED = """
    DELETE FROM customers WHERE id = :id AND source = :source AND merged_into IS NULL AND absorbed = 0
    AND NOT EXISTS (SELECT 1 FROM links WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM promises WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM tags WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM wishes WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM pins WHERE customer = :id)
    AND NOT EXISTS (SELECT 1 FROM annotations WHERE customer = :id)
    """


def add_link(connection: Connection, identifier: Identifier, customer: str, who: str, at: Ms) -> bool:
    """Say that an identifier is a customer's. False: there is no such customer."""
    root = _root(connection, customer)
    if is_identifier(root) or not customer_exists(connection, root):
        return False
    if not customer_exists(connection, identifier.id):
        see(connection, [Seen(identifier, at)])
    link(connection, [(identifier.id, root)], f"agent:{who}", at, again=True)
    noted(connection, at, who, "identifier_linked", root, identifier.id)
    return True


def end_link(connection: Connection, identifier: str, customer: str, who: str, at: Ms) -> bool:
    """Say that an identifier is not a customer's, also when an import says so again. False: it was not."""
    ended = 0
    for member in _family(connection, _root(connection, customer)):
        ended += connection.execute(
            text(
                "UPDATE links SET ended = :at WHERE identifier = :identifier AND customer = :customer AND ended IS NULL"
            ),
            {"at": at, "identifier": identifier, "customer": member},
        ).rowcount
    if ended:
        noted(connection, at, who, "identifier_unlinked", customer, identifier)
    return ended > 0


def merge(connection: Connection, kept: str, gone: str, who: str, at: Ms) -> tuple[int, str]:
    """Say that two customers are one person; gives what `undo` needs, and whom they are shown as: `kept`.

    Either may be an identifier that is nobody's: it is linked to the other. Raises `LookupError` when there is no such
    customer, and `ValueError` when they are one already.
    """
    kept, gone = _root(connection, kept), _root(connection, gone)
    if kept == gone:
        raise ValueError(f"{kept} and {gone} are one person already")
    for one in (kept, gone):
        if not customer_exists(connection, one):
            raise LookupError(f"there is no customer {one}")
        if is_identifier(one) and _owned(connection, one):
            raise LookupError(f"{one} is a customer's identifier: name the customer")
    if is_identifier(kept) and not is_identifier(gone):
        kept, gone = gone, kept
    id_ = connection.execute(
        text("INSERT INTO merges (gone, kept, at, who) VALUES (:gone, :kept, :at, :who) RETURNING id"),
        {"gone": gone, "kept": kept, "at": at, "who": who},
    ).scalar_one()
    if is_identifier(kept):
        kept = _new_customer(connection, kept, id_, at)
    if is_identifier(gone):
        _link_merged(connection, id_, gone, kept, at)
    _reshape(connection, kept)
    _reshape(connection, gone)
    noted(connection, at, who, "customers_merged", kept, gone)
    return id_, kept


def undo(connection: Connection, merge: int, who: str, at: Ms) -> tuple[str, str] | None:
    """Take a merge back: everything about both is as if it had never been. None: there is no such merge.

    Gives (kept, gone).
    """
    row = connection.execute(
        text("SELECT gone, kept, was_ended, at FROM merges WHERE id = :id AND undone IS NULL"), {"id": merge}
    ).first()
    if row is None:
        return None
    family = _family(connection, _root(connection, row.kept))
    connection.execute(
        text("UPDATE merges SET undone = :at, undone_by = :who WHERE id = :id"), {"at": at, "who": who, "id": merge}
    )
    if is_identifier(row.gone):
        _take_link_back(connection, merge, row.gone, row.kept, row.was_ended)
    for one in family:
        if _root(connection, one) == one:
            _reshape(connection, one)
    noted(connection, at, who, "merge_undone", row.kept, row.gone)
    return row.kept, row.gone


def tell_apart(connection: Connection, one: str, other: str, who: str, at: Ms) -> None:
    """Say that two are two people: they are not suggested as one again."""
    first, second = sorted((one, other))
    connection.execute(
        text("INSERT INTO apart (one, other, who, at) VALUES (:one, :other, :who, :at) ON CONFLICT DO NOTHING"),
        {"one": first, "other": second, "who": who, "at": at},
    )
    noted(connection, at, who, "customers_told_apart", first, second)


def _new_customer(connection: Connection, identifier: str, merge: int, at: Ms) -> str:
    """Two identifiers that are nobody's become one customer, named as the first is."""
    name = connection.execute(text("SELECT name FROM identifiers WHERE id = :id"), {"id": identifier}).scalar()
    customer, source = f"merge-{merge}", f"merge:{merge}"
    put_customers(connection, [Row(id=customer, at=at, name=name or "", source=source)])
    link(connection, [(identifier, customer)], source, at)
    connection.execute(text("UPDATE merges SET kept = :customer WHERE id = :id"), {"customer": customer, "id": merge})
    return customer


def _link_merged(connection: Connection, merge: int, gone: str, kept: str, at: Ms) -> None:
    given = {"id": merge, "gone": gone, "kept": kept}
    ended = connection.execute(
        text("SELECT ended FROM links WHERE identifier = :gone AND customer = :kept"), given
    ).scalar()
    if ended is None:
        link(connection, [(gone, kept)], f"merge:{merge}", at)
        return
    # Somebody had said that it is not so: what they said comes back when this is undone.
    connection.execute(text("UPDATE merges SET was_ended = :ended WHERE id = :id"), {"ended": ended, "id": merge})
    connection.execute(text("UPDATE links SET ended = NULL WHERE identifier = :gone AND customer = :kept"), given)


def _take_link_back(connection: Connection, merge: int, gone: str, kept: str, was_ended: Ms | None) -> None:
    given = {"gone": gone, "kept": kept, "ended": was_ended, "source": f"merge:{merge}"}
    if was_ended is not None:
        connection.execute(text("UPDATE links SET ended = :ended WHERE identifier = :gone AND customer = :kept"), given)
        return
    # Unless an agent has said since of a call from there that it was this customer's.
    said = "EXISTS (SELECT 1 FROM tallies t WHERE t.owner = links.identifier AND t.customer = links.customer)"
    whose = "customer = :kept AND source = :source AND ended IS NULL"
    connection.execute(text(f"UPDATE links SET source = 'agent' WHERE {whose} AND {said}"), given)
    connection.execute(text(f"DELETE FROM links WHERE {whose}"), given)
    connection.execute(text(_UNUSED), {"id": kept, "source": given["source"]})


def _owned(connection: Connection, identifier: str) -> bool:
    found = connection.execute(
        text("SELECT 1 FROM links WHERE identifier = :id AND ended IS NULL"), {"id": identifier}
    ).first()
    return found is not None


def _root(connection: Connection, customer: str) -> str:
    """Whom a customer is shown as, by the merges in force."""
    while not is_identifier(customer):
        into = connection.execute(_PARENT, {"id": customer}).scalar()
        if into is None:
            break
        customer = into
    return customer


def _family(connection: Connection, root: str) -> list[str]:
    """A customer and everybody merged into it, by the merges in force."""
    found = [root]
    for one in found:
        found += [gone for gone in connection.execute(_CHILDREN, {"id": one}).scalars() if not is_identifier(gone)]
    return found


def _reshape(connection: Connection, customer: str) -> None:
    """Write anew what the merges in force make of a customer and of whom it is shown as."""
    root, *others = _family(connection, _root(connection, customer))
    connection.execute(
        text("UPDATE customers SET merged_into = NULL, absorbed = :n WHERE id = :root"),
        {"n": len(others), "root": root},
    )
    for one in others:
        connection.execute(
            text("UPDATE customers SET merged_into = :root, absorbed = 0 WHERE id = :id"), {"root": root, "id": one}
        )
