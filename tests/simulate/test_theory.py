"""The formulas, by values that other ways lead to."""

import math

import pytest

from cti.simulate.theory import erlang_a, erlang_b, erlang_c, waits


def test_one_server_is_the_textbooks_first_queue() -> None:
    found = erlang_c(0.9 / 60, 60, 1)
    assert found.delayed == pytest.approx(0.9)
    assert found.asa_s == pytest.approx(0.9 * 60 / 0.1)


def test_erlangs_tables() -> None:
    assert erlang_b(5, 10) == pytest.approx(0.018385, abs=1e-6)
    wallace_whitt = erlang_c(84 / 360, 360, 90, within_s=20)
    assert wallace_whitt.delayed == pytest.approx(0.412, abs=5e-4)
    assert wallace_whitt.asa_s == pytest.approx(24.7, abs=0.05)
    assert wallace_whitt.service_level == pytest.approx(0.705, abs=5e-4)


def test_more_work_than_servers_has_no_steady_state() -> None:
    with pytest.raises(ValueError, match="too much"):
        erlang_c(10 / 60, 60, 10)


def test_with_patience_as_long_as_talks_everybody_leaves_alike() -> None:
    # Then it does not matter whether somebody is served: the number present is Poisson (M/M/infinity).
    load, servers = 12.0, 10
    found = erlang_a(load / 60, 60, servers, 60)
    fewer = math.fsum(math.exp(-load) * load**n / math.factorial(n) for n in range(servers))
    assert found.delayed == pytest.approx(1 - fewer)
    assert found.occupancy == pytest.approx(load * (1 - found.abandoned) / servers)


def test_endless_patience_is_erlang_c() -> None:
    patient, for_ever = erlang_a(18 / 300, 300, 20, 1e9), erlang_c(18 / 300, 300, 20)
    assert patient.delayed == pytest.approx(for_ever.delayed, rel=1e-4)
    assert patient.asa_s == pytest.approx(for_ever.asa_s, rel=1e-3)
    assert patient.abandoned == pytest.approx(0, abs=1e-5)


def test_many_servers_in_overload_flow_like_water() -> None:
    # What is too much leaves: the fluid limit (W. Whitt, Fluid Models for Multiserver Queues with Abandonments, 2006).
    assert erlang_a(1200 / 300, 300, 1000, 300).abandoned == pytest.approx(200 / 1200, rel=1e-3)


def test_one_line_for_these_very_callers() -> None:
    assert waits([0, 1, 2, 3], [10, 4, 1, 1], 2) == [0, 0, 3, 3]
    assert waits([], [], 2) == []
