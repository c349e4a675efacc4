"""The estimate of a wait: the model where it is known, ranges that learn, and what of it is said."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.core.estimate import (
    MINUTE,
    OUTSIDE,
    SCORED_ENOUGH,
    SEEN_ENOUGH,
    Estimate,
    Mean,
    Pace,
    Phase,
    Range,
    done,
    estimate,
    in_the_way,
    spoken,
)

TALK = 300_000.0
PATIENCE = 600_000.0


def pace(talk: float = TALK, wrap: float = 0.0, ring: float = 0.0) -> Pace:
    made = Pace(talk=Mean(talk, 500), wrap=Mean(wrap, 500), ring=Mean(ring, 500))
    made.left, made.stood = 999.0, 999.0 * PATIENCE
    return made


@pytest.mark.parametrize("ahead", [0, 1, 5, 30, 400])
@pytest.mark.parametrize("agents", [1, 3, 20, 500])
def test_where_the_model_holds_it_is_the_sum_of_the_literature(ahead: int, agents: int) -> None:
    rates = [agents / TALK + before / PATIENCE for before in range(ahead + 1)]
    said = estimate(pace(), ahead, agents, TALK)
    assert said.mean == pytest.approx(sum(1 / rate for rate in rates), rel=0.03)
    assert said.low < said.middle < said.high


def test_ringing_comes_on_top_and_work_done_already_counts() -> None:
    plain = estimate(pace(), 3, 5, TALK)
    assert estimate(pace(ring=8_000), 3, 5, TALK).mean == pytest.approx(plain.mean + 8_000)
    assert estimate(pace(), 3, 5, TALK, credit=2.0).mean == pytest.approx(estimate(pace(), 1, 5, TALK).mean)
    assert estimate(pace(), 0, 1, TALK, credit=9.0).mean < 40_000


def test_an_agent_in_wrap_up_is_nearly_free_and_on_the_average_agents_are_as_usual() -> None:
    of = pace(talk=240_000, wrap=60_000)
    assert done(of, Phase.WRAPPING) > 0.6 > 0 > done(of, Phase.RINGING)
    # Four fifths of the time a talk, one fifth a wrap-up: the rest of a cycle, seen at any moment, is its mean excess.
    assert 0.8 * done(of, Phase.TALKING) + 0.2 * done(of, Phase.WRAPPING) == pytest.approx(0, abs=0.01)
    assert done(of, Phase.FREE) == 1.0
    assert done(Pace(), Phase.TALKING) == 0.0


def test_who_is_ahead_counts_by_the_agents_shared() -> None:
    mine = 0b0011
    assert in_the_way([(4, mine)], mine) == 4
    assert in_the_way([(4, 0b0110), (3, 0b1000), (2, 0)], mine) == 2


@pytest.mark.parametrize("shape", ["exponential", "lognormal", "narrow", "heavy"])
def test_ranges_come_right_whatever_shape_waits_have(shape: str) -> None:
    chance = random.Random(5)
    of = pace()
    draw = {
        "exponential": lambda: chance.expovariate(1 / 200_000),
        "lognormal": lambda: chance.lognormvariate(12, 0.9),
        "narrow": lambda: chance.gauss(170_000, 20_000),
        "heavy": lambda: 60_000 * chance.paretovariate(1.4),
    }[shape]
    inside = 0
    for number in range(6_000):
        said = estimate(of, 9, 10, TALK)
        waited = draw()
        of.compare(said.modelled, said.low, said.high, waited, gave_up=False)
        inside += number >= 2_000 and said.low <= waited <= said.high
    assert inside / 4_000 == pytest.approx(1 - 2 * OUTSIDE, abs=0.03)


def test_means_are_corrected_by_what_the_model_does_not_know() -> None:
    of = pace()
    for _ in range(3_000):
        said = estimate(of, 9, 10, TALK)
        of.compare(said.modelled, said.low, said.high, said.modelled * 1.5, gave_up=False)
    assert estimate(of, 9, 10, TALK).mean == pytest.approx(1.5 * said.modelled, rel=0.05)


def test_one_who_gives_up_within_the_range_proves_nothing_and_later_that_it_was_too_short() -> None:
    of = pace()
    before = (of.low, of.high)
    of.compare(100, 50, 200, 150, gave_up=True)
    assert (of.low, of.high) == before
    of.compare(100, 50, 200, 250, gave_up=True)
    assert of.high > before[1]
    assert of.correction == 1.0


def test_patience_is_learned_from_all_who_stood_in_line() -> None:
    chance = random.Random(2)
    of = Pace()
    for _ in range(8_000):
        patience, offered = chance.expovariate(1 / 400_000), chance.expovariate(1 / 90_000)
        of.waited(min(patience, offered), gave_up=patience < offered)
    assert 1 / of.theta == pytest.approx(400_000, rel=0.1)


def test_nothing_is_known_before_enough_talks() -> None:
    of = Pace()
    for _ in range(SEEN_ENOUGH - 1):
        of.talk.take(TALK)
    assert not of.ready
    of.talk.take(TALK)
    assert of.ready


# --- what is said


def minutes(low: float, high: float) -> Estimate:
    return Estimate(0, 0, low * MINUTE, 0, high * MINUTE)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.1, 0.6, Range(0, 1)),
        (0.9, 1.1, Range(0, 2)),
        (1.2, 3.4, Range(1, 4)),
        (4, 4, Range(4, 4)),
        (9.5, 11, Range(9, 15)),
        (12, 33, Range(10, 40)),
        (35, 80, Range(30, None)),
        (65, 200, Range(60, None)),
        (8, 61, None),
    ],
)
def test_a_range_is_rounded_outwards_to_what_people_say(low: float, high: float, said: Range | None) -> None:
    assert spoken(minutes(low, high), None) == said


@given(st.floats(0, 100), st.floats(0, 100), st.one_of(st.none(), st.floats(0, 1)))
def test_what_is_said_holds_all_that_was_meant(low: float, more: float, score: float | None) -> None:
    said = spoken(minutes(low, low + more), score)
    if said is not None:
        assert said.least <= low
        assert said.most is None or low + more <= said.most


def test_a_poor_score_widens_and_a_bad_one_says_nothing() -> None:
    of = Pace()
    for _ in range(SCORED_ENOUGH * 2):
        of.judge(True)
    assert of.score == 1.0
    assert spoken(minutes(2, 4), of.score) == Range(2, 4)
    for _ in range(30):
        of.judge(False)
    assert spoken(minutes(2, 4), 0.75) == Range(1, 6)
    assert of.score is not None
    assert of.score < 0.7
    assert spoken(minutes(2, 4), 0.6) is None


def test_few_who_were_told_are_no_score() -> None:
    of = Pace()
    for _ in range(SCORED_ENOUGH // 2):
        of.judge(False)
    assert of.score is None
