"""Who says after a call that it was not solved has their case open again, with its owner; nothing else opens one so."""

import pytest
import sqlalchemy as sa

from cti.core.ids import AgentId, Ms
from cti.store import case_moves, cases
from cti.store.database import Store
from cti.store.projector import Fold, Projector
from cti.store.records import CustomerRow, put_customers
from tests.store.conftest import DAY, NOW, answered_call, records_of
from tests.store.test_projector import write_journal

CAME = NOW - DAY
JUDGED = CAME + 72_000
HOUR = 3600_000


def due(at: Ms, priority: int) -> Ms:
    return Ms(at + (4 - priority) * HOUR)


def read(store: Store, statement: str) -> list[tuple[object, ...]]:
    return store.read(lambda c: [tuple(row) for row in c.execute(sa.text(statement)).all()])


@pytest.mark.parametrize(
    ("solved", "closed", "again"),
    [
        (False, CAME + 30_000, True),  # in the talk
        (False, JUDGED, True),
        (True, CAME + 30_000, False),
        (None, CAME + 30_000, False),
        (False, JUDGED + 1, False),  # whoever closed it had read the word
        (False, CAME - 1, False),  # closed before the call: a repeat, if anything
    ],
)
async def test_not_solved_overrides_what_was_closed_in_the_call(
    store: Store, journal_place: str, solved: bool | None, closed: int, again: bool
) -> None:
    *before, last = records_of([answered_call(7, "tel:a", CAME, solved=solved)])

    def said(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim")])
        case = cases.open_case(connection, "kim", "Red light", AgentId("bo"), "c-7", Ms(CAME), priority=1).id
        other = cases.open_case(connection, "kim", "Bill", AgentId("ana"), None, Ms(CAME)).id
        assert cases.close_case(connection, other, Ms(closed), "ana", solved=True)
        assert cases.close_case(connection, case, Ms(closed), "ana", solved=True)

    store.write(said)
    with await write_journal(journal_place, [*before, last]) as journal:
        for _ in range(2):
            fold = Fold(due)
            for record in (*before, *before, last):
                store.write(lambda c, record=record, fold=fold: fold.fold(c, [record]))
        found = read(store, "SELECT title, state, solved, closed, owner, due, reopened FROM cases ORDER BY id")
        open_again = ("Red light", "open", None, None, "bo", JUDGED + 3 * HOUR, 1)
        as_it_was = ("Red light", "closed", True, closed, "bo", None, 0)
        assert found == [open_again if again else as_it_was, ("Bill", "closed", True, closed, "ana", None, 0)]
        noted = [("caller", "case_reopened", "1", "c-7")] if again else []
        assert read(store, "SELECT who, what, about, detail FROM audit WHERE what = 'case_reopened'") == noted
        # Closed again, it stays so when the journal is folded anew, today or in a year.
        store.write(lambda c: cases.close_case(c, "1", Ms(NOW), "ana"))
        store.write(lambda c: c.execute(sa.text("UPDATE cases SET closed = :at WHERE id = 1"), {"at": closed}))
        Projector(store, journal, due).rebuild()
        assert read(store, "SELECT state FROM cases WHERE id = 1") == [("closed",)]


async def test_a_case_made_one_with_another_since_is_the_one_that_opens(store: Store) -> None:
    records = records_of([answered_call(7, "tel:a", CAME, solved=False)])

    def said(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim")])
        first = cases.open_case(connection, "kim", "Red light", AgentId("bo"), "c-7", Ms(CAME)).id
        kept = cases.open_case(connection, "kim", "Router", AgentId("ana"), None, Ms(CAME)).id
        case_moves.merge(connection, int(kept), int(first), Ms(CAME), "ana")
        assert cases.close_case(connection, kept, Ms(CAME + 20_000), "ana")

    store.write(said)
    store.write(lambda c: Fold(due).fold(c, records))
    assert read(store, "SELECT title, state FROM cases WHERE merged_into IS NULL") == [("Router", "open")]
