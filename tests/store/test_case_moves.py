"""Cases made one: whatever was merged, and in whatever order it is undone, everything is where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.core.ids import Ms
from cti.store import case_moves, promises, records
from cti.store.cases import open_case
from cti.store.database import Store
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
