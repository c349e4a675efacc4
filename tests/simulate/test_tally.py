"""The figures of a day, by a story short enough to count by hand."""

import pytest

from cti.core.ids import Ms
from cti.simulate.outcome import Outcome, simulate
from cti.simulate.sampling import plus_minus, ratio
from cti.simulate.tally import together
from tests.simulate.small import caller, load, shift, site


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
