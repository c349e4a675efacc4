"""Cases made one and made two: in whatever order that is undone, everything is where it was, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store import case_moves, promises, records
from cti.store.cases import open_case, split_case
from cti.store.database import Store
from cti.store.history import History
from cti.store.records import CustomerRow, InteractionRow, put_customers, put_interactions
from cti.store.tables import metadata
from tests.examples import examples
from tests.store.conftest import NOW

CASES = (0, 1, 2, 3)


class RolledBackError(Exception):
    """Nothing of an example stays."""


@pytest.fixture
def once(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/hotline.db")
    yield opened
    opened.close()


def rows(connection: sa.Connection) -> dict[str, list[str]]:
    """Every row but of what was done."""
    return {
        table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
        for table in metadata.sorted_tables
        if table.name not in ("audit", "case_moves")
    }


@settings(examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contacts=st.lists(st.sampled_from(CASES), max_size=8),
    promised=st.lists(st.sampled_from(CASES), max_size=4),
    pairs=st.lists(st.tuples(st.sampled_from(CASES), st.sampled_from(CASES)), min_size=1, max_size=5),
    data=st.data(),
)
def test_merges_of_cases_undone_in_any_order_leave_no_trace(
    once: Store, contacts: list[int], promised: list[int], pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    def work(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim", source="test")])
        made = [int(open_case(connection, "kim", f"Case {n}", None, None, NOW).id) for n in CASES]
        lines = [InteractionRow(owner="tel:1", at=Ms(NOW - n), id=f"c-{n}", kind="call") for n in range(len(contacts))]
        put_interactions(connection, lines)
        for n, case in enumerate(contacts):
            records.annotate(connection, f"c-{n}", NOW, case=made[case])
        for n, case in enumerate(promised):
            promises.promise(connection, "kim", f"Promise {n}", NOW, "ana", str(made[case]), NOW)  # type: ignore[arg-type]
        before = rows(connection)
        done = []
        for kept, gone in pairs:
            try:
                done.append(case_moves.merge(connection, made[kept], made[gone], NOW, "ana"))
            except LookupError:
                continue  # one already, or the same
        for move in data.draw(st.permutations(done)):
            assert case_moves.undo(connection, move, NOW, "bo") is not None
            assert case_moves.undo(connection, move, NOW, "bo") is None
        assert rows(connection) == before
        raise RolledBackError

    with pytest.raises(RolledBackError):
        once.write(work)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.integers(0, 4), st.integers(0, 4)),
        st.tuples(st.just("split"), st.integers(0, 3), st.integers(0, 3)),
    ),
    min_size=2,
    max_size=6,
)
PLACES = "SELECT interaction, case_id FROM annotations UNION ALL SELECT 'promise ' || id, case_id FROM promises"


class Desk:
    """Cases of one customer with contacts and a promise each, and what was done with them."""

    def __init__(self, connection: sa.Connection, contacts: list[int]) -> None:
        self.connection = connection
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim", source="test")])
        self.contacts = len(contacts)
        self.cases = [int(open_case(connection, "kim", f"Case {n}", None, None, NOW).id) for n in CASES]
        lines = [InteractionRow(owner="tel:1", at=Ms(NOW - n), id=f"c-{n}", kind="call") for n in range(len(contacts))]
        put_interactions(connection, lines)
        for n, case in enumerate(contacts):
            records.annotate(connection, f"c-{n}", NOW, case=self.cases[case])
        for case in self.cases:
            promises.promise(connection, "kim", f"Promise {case}", NOW, AgentId("ana"), str(case), NOW)
        self.moves: list[tuple[int, State]] = []

    def state(self) -> "State":
        """Where everything is, and which case is meant by each."""
        query = "SELECT id, coalesce(merged_into, id) FROM cases ORDER BY id"
        where = {str(one): int(case) for one, case in self.connection.execute(sa.text(PLACES))}
        return where, {int(case): int(meant) for case, meant in self.connection.execute(sa.text(query))}

    def do(self, step: tuple[str, int, int]) -> None:
        """One merge or split, if there is such a thing to do."""
        before = self.state()
        what, n, other = step
        try:
            if what == "merge":
                # From the newest on: what was split off is what is interesting.
                kept, gone = (self.cases[-1 - one % len(self.cases)] for one in (n, other))
                move = case_moves.merge(self.connection, kept, gone, NOW, "ana")
            else:
                contacts = [f"c-{one % self.contacts}" for one in (n, other)]
                case = before[0][contacts[0]]
                inside = [one for one in dict.fromkeys(contacts) if before[0][one] == case]
                made = split_case(self.connection, str(case), "Another", inside, NOW, "ana", None)
                self.cases.append(int(made.id))
                move = self.connection.execute(sa.text("SELECT max(id) FROM case_moves")).scalar_one()
        except LookupError:
            return  # not two open cases
        self.moves.append((move, before))
        self.look()

    def look(self) -> None:
        """Everything is in a case that people see, and whoever is open is no part of another."""
        where, meant = self.state()
        assert set(where.values()) <= {case for case, now in meant.items() if case == now}
        assert all(meant[now] == now for now in meant.values())
        query = "SELECT id FROM cases WHERE (state = 'closed') <> (merged_into IS NOT NULL)"
        assert not self.connection.execute(sa.text(query)).all()


State = tuple[dict[str, int], dict[int, int]]


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contacts=st.lists(st.sampled_from(CASES), min_size=1, max_size=6), steps=STEPS, data=st.data())
def test_merges_and_splits_lose_nothing_however_they_are_undone(
    once: Store, contacts: list[int], steps: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    backwards = data.draw(st.booleans())

    def work(connection: sa.Connection) -> None:
        desk = Desk(connection, contacts)
        whole = set(desk.state()[0])
        for step in steps:
            desk.do(step)
        moves = desk.moves[::-1] if backwards else data.draw(st.permutations(desk.moves))
        for move, before in moves:
            assert case_moves.undo(connection, move, NOW, "bo") is not None
            desk.look()
            where, meant = desk.state()
            assert set(where) == whole
            if backwards:
                assert where == before[0]
                assert before[1].items() <= meant.items()
        where, meant = desk.state()
        originals = set(desk.cases[: len(CASES)])
        assert {case for case, now in meant.items() if case == now} == originals
        assert set(where.values()) <= originals
        raise RolledBackError

    with pytest.raises(RolledBackError):
        once.write(work)


async def test_of_a_closed_case_and_an_open_one_made_one_again_nothing_open_is_lost(history: History) -> None:
    def fill(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim", source="test")])
        put_interactions(connection, [InteractionRow(owner="tel:1", at=NOW, id="c-1", kind="call")])

    history._store.write(fill)
    ana = AgentId("ana")
    case = await history.cases.open(CustomerId("kim"), "Red light", ana, InteractionId("c-1"))
    bill = await history.cases.split(case.id, "Bill", [InteractionId("c-1")], ana, None)
    await history.cases.close(case.id, AgentId("ana"))
    view = await history.cases.view(bill.id)
    assert view is not None
    assert await history.cases.undo(view.moves[0].id, ana) == case.id
    view = await history.cases.view(bill.id)
    assert view is not None
    assert (view.case.id, view.case.state, [one.id for one in view.entries]) == (case.id, "open", ["c-1"])
