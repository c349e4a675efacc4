"""The only clock: no step of the machine's time makes a wait negative or huge."""

import time

import pytest

from cti.core.ids import Ms
from cti.loop import Clock


@pytest.mark.parametrize("step_s", [-3600, 3600])
def test_a_step_of_the_machines_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch, step_s: int) -> None:
    clock, now = Clock(), time.time_ns()
    before = clock.now()
    monkeypatch.setattr(time, "time_ns", lambda: now + step_s * 1_000_000_000)
    assert 0 <= clock.now() - before < 1000


def test_after_a_start_with_a_clock_that_is_behind_time_goes_on_from_the_journals_last() -> None:
    clock = Clock()
    last = Ms(clock.now() + 5000)
    clock.not_before(last)
    assert last <= clock.now() < last + 1000
