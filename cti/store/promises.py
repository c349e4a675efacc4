"""Promises: what we said we would do by when."""

from sqlalchemy import Connection, text

from cti.core.ids import AgentId, Ms
from cti.store import records
from cti.store.cases import number
from cti.store.reads import promise_line
from cti.store.views import PromiseLine

_BACK_MS = 3600 * 1000
"""Who has said by mistake that it was kept notices it soon."""


def promise(
    connection: Connection, customer: str, what: str, due: Ms, by: AgentId, case: str | None, at: Ms
) -> PromiseLine:
    """Make a promise. Raises `LookupError` naming a customer or case there isn't."""
    if not records.customer_exists(connection, customer):
        raise LookupError(f"there is no customer {customer}")
    if case is not None and not _case_exists(connection, case):
        raise LookupError(f"there is no case {case}")
    in_case = None if case is None else number(case)
    id_ = connection.execute(
        text(
            "INSERT INTO promises (customer, case_id, what, due, made, agent, state)"
            " VALUES (:customer, :case_id, :what, :due, :at, :agent, 'open') RETURNING id"
        ),
        {"customer": customer, "case_id": in_case, "what": what, "due": due, "at": at, "agent": by},
    ).scalar_one()
    return promise_line(id_, what, due, at, by, in_case)


def end_promise(connection: Connection, promise: str, kept: bool | None, at: Ms) -> bool:
    """It was kept, or withdrawn; None: neither, after all. False: there is no such promise to say it of."""
    if kept is None:
        again = connection.execute(
            text(
                "UPDATE promises SET state = 'open', done = NULL WHERE id = :id AND state <> 'open' AND done >= :since"
            ),
            {"id": number(promise), "since": at - _BACK_MS},
        )
        return again.rowcount == 1
    done = connection.execute(
        text("UPDATE promises SET state = :state, done = :at WHERE id = :id AND state = 'open'"),
        {"id": number(promise), "state": "kept" if kept else "withdrawn", "at": at},
    )
    return done.rowcount == 1


def _case_exists(connection: Connection, case: str) -> bool:
    return connection.execute(text("SELECT 1 FROM cases WHERE id = :id"), {"id": number(case)}).first() is not None
