"""The run on the core: callers, phones and agents behave as said, and theory's answers come out."""

import pytest

from cti.core.ids import Ms
from cti.simulate import scenario
from cti.simulate.outcome import Outcome, simulate
from cti.simulate.theory import waits
from tests.simulate.small import caller, crowd, facts, load, shift, site, story


def test_the_core_answers_in_the_order_that_theory_does_to_the_millisecond() -> None:
    callers = crowd(300, 4.5 / 60, 60)
    day = simulate(load(site(5), callers, [shift(n) for n in range(5)], 2 * 3600))
    expected = waits([each.at for each in callers], [each.talk for each in callers], 5)
    assert sorted(day.total.waits) == sorted(expected)
    assert sum(expected) > 0


@pytest.mark.parametrize("theory", ["erlang-c", "erlang-a"])
def test_the_known_answer_comes_out_within_sampling_error(theory: str) -> None:
    """Three times the half width of a 95 % interval over 6 runs: by chance alone, 1 figure in 1,700 is outside."""
    calls = (
        "per_hour = 180\ntalk = { mean_s = 80 }" if theory == "erlang-c" else "per_hour = 270\ntalk = { mean_s = 80 }"
    )
    patience = "patience = { mean_s = 100 }" if theory == "erlang-a" else ""
    said = scenario.read(
        f"""
        title = "Known"
        theory = "{theory}"
        ends = "02:00"
        warm_up_min = 15
        [[queues]]
        id = "all"
        name = {{ en = "All" }}
        wrap_up_s = 0
        [[groups]]
        name = "a"
        count = 5
        [[calls]]
        name = "all"
        queue = "all"
        {calls}
        {patience}
        """.encode()
    )
    known = scenario.known_answer(said)
    assert known is not None
    found = Outcome.of("simulated", [simulate(scenario.load(said, None, number)) for number in range(6)])
    figures = {figure.name: figure for figure in found.figures()}
    for name, truth in (
        ("ASA", known.asa_s),
        ("had to wait", known.delayed),
        ("abandonment", known.abandoned),
        ("occupancy", known.occupancy),
    ):
        figure = figures[name]
        assert figure.value is not None
        assert figure.plus_minus is not None
        assert abs(figure.value - truth) <= 3 * figure.plus_minus, f"{name}: {figure} and not {truth}"
    assert (found.all.total.abandoned > 0) == (theory == "erlang-a")


def test_the_same_seed_tells_the_same_story_and_another_another() -> None:
    def told(seed: int) -> list[object]:
        of = load(site(2), crowd(20, 2 / 60, 50, seed), [shift(0), shift(1)])
        return list(facts(of))

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_who_loses_patience_leaves_and_the_phone_may_ring_a_while() -> None:
    callers = [
        caller(1, 0, 100),
        caller(2, 10, 50, patience=Ms(30_000)),
        caller(3, 20, 50, answer=Ms(4_000), wrap_up=Ms(10_000)),
    ]
    assert story(load(site(1, wrap_up_s=30), callers, [shift(0)])) == [
        "0 a0 not_ready signed_in",
        "0 a0 talks with c001 after 0",
        "40 c002 abandoned",
        "100 a0 wrap_up",
        "100 c001 answered",
        "134 a0 talks with c003 after 114",
        "184 a0 wrap_up",
        "184 c003 answered",
    ]


def test_a_caller_may_give_up_while_the_phone_rings() -> None:
    callers = [caller(1, 0, 10, answer=Ms(5_000), patience=Ms(3_000)), caller(2, 20, 10)]
    told = story(load(site(1), callers, [shift(0)]))
    assert "3 c001 abandoned" in told
    assert "20 a0 talks with c002 after 0" in told


def test_a_phone_that_rings_out_takes_its_agent_off_for_half_a_minute() -> None:
    callers = [caller(1, 0, 10, answer=Ms(20_000), patience=Ms(20_000)), caller(2, 30, 10)]
    told = story(load(site(1), callers, [shift(0)]))
    assert "15 a0 not_ready rona" in told
    assert "45 a0 talks with c002 after 15" in told


def test_breaks_and_ends_of_shifts_wait_for_the_call_at_hand() -> None:
    callers = [caller(1, 0, 100), caller(2, 110, 10), caller(3, 590, 60), caller(4, 640, 10, patience=Ms(5_000))]
    told = story(load(site(1), callers, [shift(0, 0, 600, (50, 300))]))
    assert told == [
        "0 a0 not_ready signed_in",
        "0 a0 talks with c001 after 0",
        "100 a0 wrap_up",
        "100 a0 not_ready break",
        "100 c001 answered",
        "400 a0 talks with c002 after 290",
        "410 a0 wrap_up",
        "410 c002 answered",
        "590 a0 talks with c003 after 0",
        "645 c004 abandoned",
        "650 a0 wrap_up",
        "650 a0 signed_out",
        "650 c003 answered",
    ]


def test_who_began_before_the_simulated_time_is_there_from_its_begin() -> None:
    shifts = [shift(0, -600), shift(1, -600, -300)]
    told = story(load(site(2), [caller(1, 0, 10), caller(2, 0, 10)], shifts))
    assert told[0] == "0 a0 not_ready signed_in"
    assert [line for line in told if "talks" in line] == [
        "0 a0 talks with c001 after 0",
        "10 a0 talks with c002 after 10",
    ]


def test_callers_whom_nobody_can_serve_do_not_hold_up_the_end() -> None:
    day = simulate(load(site(1), [caller(1, 5, 10)], [shift(0, 0, 1)], 60))
    assert day.total.left_over == 1
    assert day.total.asa_s is None
    day = simulate(load(site(0), [caller(1, 5, 10)], [], 60))
    assert day.total.left_over == 1
