"""The simulation that judges estimates is right where theory says what comes out, and so is what the bench says."""

from math import factorial

import pytest

from benchmarks.estimate import days, run
from benchmarks.frame import Options
from benchmarks.queues import Caller, Day, Hall

pytestmark = pytest.mark.slow


class Count:
    """Counts waits."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.delayed_ones = 0
        self.lost = 0

    def delayed(self, hall: Hall, caller: Caller) -> None:
        self.delayed_ones += 1

    def connected(self, hall: Hall, caller: Caller) -> None:
        self.waits.append(hall.now - caller.arrived)

    def gave_up(self, hall: Hall, caller: Caller) -> None:
        self.lost += 1

    def parted(self, hall: Hall, caller: Caller, talked: float) -> None:
        pass


def test_without_impatience_it_is_erlangs_queue() -> None:
    agents, load = 5, 4.0
    top = load**agents / factorial(agents) * agents / (agents - load)
    waits = top / (sum(load**n / factorial(n) for n in range(agents)) + top)
    day = Day(name="M/M/5", skills=(frozenset({0}),) * agents, load=lambda time: load / agents, patience_s=1e12)
    count = Count()
    Hall(day, 1).run(120_000, count)
    assert count.delayed_ones / len(count.waits) == pytest.approx(waits, rel=0.06)
    assert sum(count.waits) / len(count.waits) == pytest.approx(waits * 300 / (agents - load), rel=0.15)


def test_agents_serve_only_what_they_know_and_only_at_work() -> None:
    one = Day(
        name="one kind each",
        skills=(frozenset({0}), frozenset({1})),
        kinds=2,
        talk_s=(300.0, 300.0),
        load=lambda time: 1.2,
        staff=lambda time: 2 if time < 14_400 else 1,
    )

    class Look(Count):
        def connected(self, hall: Hall, caller: Caller) -> None:
            agent = next(agent for agent, kind in hall.talking.items() if kind == caller.kind)
            assert agent == caller.kind
            assert hall.working == 2 or caller.kind == 0
            super().connected(hall, caller)

    look = Look()
    Hall(one, 3).run(3_000, look)
    assert look.lost > 0
    assert look.waits


def test_a_quick_run_says_what_every_predictor_came_to() -> None:
    report = run(Options(quick=True))
    rows = {row["name"]: row for row in report.peers}
    assert set(rows) == {day.name for day in days()}
    assert all(row["QLa"] is not None for name, row in rows.items() if name != "skills")
    assert rows["skills"]["QLa"] is None
    # The seeds are fixed: what does not hang on a per cent must hold in a short run, too.
    assert all(figure.ok for figure in report.figures if figure.goal is not None and "QLa" not in figure.name)
    assert all(figure.value < 1.1 for figure in report.figures if "QLa" in figure.name)
