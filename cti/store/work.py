"""Cases and promises: what a customer wants solved, and what we said we would do by when."""

from sqlalchemy import Connection, text

from cti.core.ids import AgentId, Ms
from cti.store import records
from cti.store.reads import promise_line
from cti.store.views import CaseLine, PromiseLine


def open_case(
    connection: Connection, customer: str, title: str, owner: AgentId | None, interaction: str | None, at: Ms
) -> CaseLine:
    """Open a case. Raises `LookupError` naming a customer there isn't."""
    if not records.customer_exists(connection, customer):
        raise LookupError(f"there is no customer {customer}")
    id_ = connection.execute(
        text(
            "INSERT INTO cases (customer, title, state, opened, owner) VALUES (:customer, :title, 'open', :at, :owner)"
            " RETURNING id"
        ),
        {"customer": customer, "title": title, "at": at, "owner": owner or ""},
    ).scalar_one()
    if interaction is not None:
        records.annotate(connection, interaction, at, case=id_)
    return CaseLine(id=str(id_), title=title, state="open", opened=at, owner=owner)


def close_case(connection: Connection, case: str, at: Ms) -> bool:
    """Close a case. False: there is no such open case."""
    done = connection.execute(
        text("UPDATE cases SET state = 'closed', closed = :at WHERE id = :id AND state <> 'closed'"),
        {"id": _number(case), "at": at},
    )
    return done.rowcount == 1


def put_in_case(connection: Connection, interaction: str, case: str, at: Ms) -> bool:
    """Say that an interaction is about a case. False: there is no such case."""
    if not _case_exists(connection, case):
        return False
    records.annotate(connection, interaction, at, case=_number(case))
    return True


def promise(
    connection: Connection, customer: str, what: str, due: Ms, by: AgentId, case: str | None, at: Ms
) -> PromiseLine:
    """Make a promise. Raises `LookupError` naming a customer or case there isn't."""
    if not records.customer_exists(connection, customer):
        raise LookupError(f"there is no customer {customer}")
    if case is not None and not _case_exists(connection, case):
        raise LookupError(f"there is no case {case}")
    number = None if case is None else _number(case)
    id_ = connection.execute(
        text(
            "INSERT INTO promises (customer, case_id, what, due, made, agent, state)"
            " VALUES (:customer, :case_id, :what, :due, :at, :agent, 'open') RETURNING id"
        ),
        {"customer": customer, "case_id": number, "what": what, "due": due, "at": at, "agent": by},
    ).scalar_one()
    return promise_line(id_, what, due, at, by, number)


def end_promise(connection: Connection, promise: str, kept: bool, at: Ms) -> bool:
    """It was kept, or withdrawn. False: there is no such open promise."""
    done = connection.execute(
        text("UPDATE promises SET state = :state, done = :at WHERE id = :id AND state = 'open'"),
        {"id": _number(promise), "state": "kept" if kept else "withdrawn", "at": at},
    )
    return done.rowcount == 1


def _case_exists(connection: Connection, case: str) -> bool:
    return connection.execute(text("SELECT 1 FROM cases WHERE id = :id"), {"id": _number(case)}).first() is not None


def _number(id_: str) -> int:
    """A case's or promise's id as the table has it; -1, which no row has, if it can't be one."""
    return int(id_) if id_.isdecimal() and len(id_) < 18 else -1
