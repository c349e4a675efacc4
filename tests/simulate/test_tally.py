"""The figures of a day, by a story short enough to count by hand."""

import pytest

from cti.core import events as e
from cti.core.ids import InteractionId, Ms, QueueId
from cti.simulate.outcome import Outcome, simulate
from cti.simulate.sampling import controlled, plus_minus, ratio
from cti.simulate.tally import Tally, together
from tests.simulate.small import START, caller, load, shift, site


def test_every_figure_of_a_short_hour() -> None:
    callers = [
        caller(1, 0, 1800),
        caller(2, 600, 600, patience=Ms(100_000)),
        caller(3, 1790, 1800 - 10),
    ]
    day = simulate(load(site(1), callers, [shift(0)]))
    assert (day.total.calls, day.total.answered, day.total.abandoned, day.total.left_over) == (3, 2, 1, 0)
    assert day.total.asa_s == pytest.approx(5.0)
    assert day.total.wait_s(0.5) == 0.0
    assert day.total.wait_s(0.9) == 10.0
    assert day.total.service_level == pytest.approx(2 / 3)
    assert day.total.abandonment == pytest.approx(1 / 3)
    assert day.total.delayed == pytest.approx(2 / 3)
    assert day.occupancy == pytest.approx(3590 / 3600)
    first, second = day.slots
    assert (first.line.calls, second.line.calls) == (3, 0)
    assert (first.staff, first.occupancy) == (1.0, 1.0)
    assert second.occupancy == pytest.approx(1790 / 1800)


def test_who_called_before_the_count_began_is_served_and_not_counted() -> None:
    of = load(site(1), [caller(1, 0, 100), caller(2, 50, 10)], [shift(0)])
    of = type(of)(of.site, of.callers, of.shifts, of.begins, of.ends, Ms(of.begins + 20_000))
    day = simulate(of)
    assert day.total.calls == 1
    assert day.total.waits == [50_000]
    assert day.duty == 3580_000


def test_runs_are_counted_together_and_say_how_sure_they_are() -> None:
    days = [simulate(load(site(1), [caller(1, 0, 60), caller(2, 0, wait)], [shift(0)])) for wait in (10, 20, 30)]
    assert together(days).total.calls == 6
    figures = {figure.name: figure for figure in Outcome.of("x", days).figures()}
    assert figures["ASA"].value == pytest.approx(30.0)
    assert figures["ASA"].plus_minus == pytest.approx(0.0)
    assert figures["calls"].plus_minus is None
    # t(0.975, 2) = 4.303, standard deviation 1: a textbook's example
    assert plus_minus([1.0, 2.0, 3.0]) == pytest.approx(4.303 / 3**0.5)
    assert plus_minus([1.0]) is None
    assert ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0]) == (2.0, pytest.approx(0.0))
    # What beside is one above the truth, the value is two above: on the line, nothing is left to chance.
    assert controlled([2.0, 4.0, 9.0], [1.0, 2.0, 4.5], 3.0) == (pytest.approx(6.0), pytest.approx(0.0, abs=1e-9))
    # Through (-1, 1), (0, 4), (1, 1) the line is level at 2: residuals 1, 2, 1, one degree of freedom, six by three.
    assert controlled([1.0, 4.0, 1.0], [-1.0, 0.0, 1.0], 0.0) == (2.0, pytest.approx(12.706 * 2**0.5))


def test_how_good_estimates_were_is_counted_by_type_and_half_hour() -> None:
    tally = Tally(START, Ms(START + 3_600_000), kinds={InteractionId(name): name for name in "abc"})
    for number, name in enumerate("abc"):
        call = InteractionId(name)
        queue = QueueId("q")
        tally.see(
            Ms(START + number),
            e.Queued(interaction=call, queue=queue, skills={}, priority=0, language=None, since=START),
        )
        tally.see(START, e.WaitForeseen(interaction=call, modelled=Ms(9), low=Ms(5), middle=Ms(9), high=Ms(20)))
    came = {"a": (Ms(10), False, True), "b": (Ms(30), False, False), "c": (Ms(10), True, None)}
    for name, (waited, gave_up, kept) in came.items():
        tally.see(
            Ms(START + 50),
            e.WaitCameOut(
                interaction=InteractionId(name), queue=QueueId("q"), waited=waited, gave_up=gave_up, kept=kept
            ),
        )
    day = tally.day()
    assert (day.total.told, day.total.told_right) == (2, 0.5)
    assert (day.total.foreseen, day.total.range_right) == (2, 0.5)
    assert day.slots[0].kinds["a"].in_range == 1
    assert day.kinds["c"].foreseen == 0
