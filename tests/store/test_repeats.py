"""Who comes again within so many days was not helped, whatever was said: in any order, by any way, and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.core.ids import AgentId, Ms
from cti.store import cases, records
from cti.store.database import Store
from cti.store.records import CustomerRow, InteractionRow, put_customers, put_interactions
from tests.examples import examples
from tests.store.conftest import DAY, NOW


class RolledBackError(Exception):
    """Nothing of an example stays."""


@pytest.fixture
def once(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/hotline.db")
    yield opened
    opened.close()


near = st.integers(-2, 2)
"""Milliseconds around what counts."""


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.integers(0, 10),
    came=st.lists(st.tuples(st.integers(-12, 12), near, st.sampled_from(["put", "mail"])), max_size=6),
    data=st.data(),
)
def test_a_repeat_within_the_days_overrides_solved_and_nothing_else_does(
    once: Store, days: int, came: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(came))))
    after = [after_days * DAY + ms for after_days, ms, _ in came]
    again = any(0 < ms <= days * DAY for ms in after)

    def work(connection: sa.Connection) -> None:
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim", source="test")])
        case = cases.open_case(connection, "kim", "Red light", AgentId("ana"), None, NOW).id
        for n, (_, _, way) in enumerate(came):
            line = InteractionRow(owner="tel:1", at=Ms(NOW + after[n]), id=f"m-{n}", kind="mail")
            put_interactions(connection, [line])
            if way == "mail":  # a thread that is in the case already
                records.annotate(connection, f"m-{n}", NOW, case=int(case))
        assert cases.close_case(connection, case, NOW, "ana", solved=True)
        for n in order:
            if came[n][2] == "put":
                looked_at = Ms(NOW + 1000 * DAY)
                cases.put_in_case(connection, f"m-{n}", case, looked_at, "ana", repeat=days * DAY, due=Ms(5))
            else:
                cases.came_again(connection, f"m-{n}", Ms(NOW + after[n]), days * DAY, lambda: Ms(5))
        query = sa.text("SELECT state, solved, closed, owner, due, reopened FROM cases WHERE id = :id")
        found = tuple(connection.execute(query, {"id": int(case)}).one())
        assert found == (("open", None, None, "ana", 5, 1) if again else ("closed", True, NOW, "ana", None, 0))
        raise RolledBackError

    with pytest.raises(RolledBackError):
        once.write(work)
