"""How and when somebody is best reached: few examples prove little, and what was asked for is kept to."""

from hypothesis import given
from hypothesis import strategies as st

from cti.store.reach import CHANNELS, WEIGHT, Limits, Try, full_hours, shrunk, ways

tries = st.builds(Try, st.sampled_from(CHANNELS), st.integers(0, 6), st.integers(8, 20), st.booleans())
some = st.lists(tries, max_size=60)


def seen(channel: str, answered: int, of: int, weekday: int = 1, hour: int = 9) -> list[Try]:
    return [Try(channel, weekday, hour, n < answered) for n in range(of)]


def test_what_was_often_answered_is_best_and_says_how_often() -> None:
    mine = [*seen("sms", 8, 10), *seen("sms", 1, 6, hour=15), *seen("call", 1, 5)]
    first, second = ways(mine, [*seen("sms", 30, 100), *seen("call", 40, 100)], Limits())
    assert (first.channel, first.weekday, first.hour) == ("sms", 1, 9)
    assert (first.answered, first.tries, first.own) == (8, 10, True)
    assert first.chance < 80  # of ten
    assert (second.channel, second.own) == ("call", True)


def test_once_answered_is_no_certainty() -> None:
    like = seen("call", 60, 100)
    (way,) = ways(seen("call", 1, 1), like, Limits())
    assert 60 < way.chance < 75
    (way,) = ways(seen("call", 0, 1), like, Limits())
    assert 40 < way.chance < 60


def test_of_a_stranger_it_says_what_is_usual() -> None:
    first, *_ = ways([], [*seen("call", 9, 10, hour=18), *seen("call", 2, 20, hour=11)], Limits())
    assert (first.channel, first.hour, first.own) == ("call", 18, False)
    assert (first.answered, first.tries) == (9, 10)
    assert ways([], [], Limits()) == ()


@given(some, some)
def test_order_does_not_matter(mine: list[Try], like: list[Try]) -> None:
    assert ways(mine, like, Limits()) == ways(mine[::-1], like[::-1], Limits())


@given(some, some, st.sets(st.sampled_from(CHANNELS)), st.frozensets(st.integers(0, 23)))
def test_nothing_is_proposed_that_nobody_wants(
    mine: list[Try], like: list[Try], never: set[str], hours: frozenset[int]
) -> None:
    for way in ways(mine, like, Limits(tuple(never), hours)):
        assert way.channel not in never
        assert way.hour is None or way.hour in hours
        assert 0 <= way.chance <= 100
        assert 0 <= way.answered <= way.tries
        assert way.tries > 0


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_a_rate_lies_between_what_was_seen_and_what_is_usual(answered: int, ignored: int, prior: float) -> None:
    n = answered + ignored
    rate = shrunk(answered, n, prior)
    own = answered / n if n else prior
    assert min(own, prior) - 1e-9 <= rate <= max(own, prior) + 1e-9
    assert abs(rate - own) <= WEIGHT / (n + WEIGHT) + 1e-9  # with many examples it is one's own
    assert shrunk(answered + 1, n + 1, prior) >= rate


@given(some, some)
def test_one_more_answer_never_makes_a_channel_worse(mine: list[Try], like: list[Try]) -> None:
    def chance(of: list[Try]) -> int:
        found = [way.chance for way in ways(of, like, Limits(CHANNELS[:0], frozenset())) if way.channel == "call"]
        return found[0] if found else 0

    if len({one.channel for one in (*mine, *like)}) < len(CHANNELS):  # all three are shown
        assert chance([*mine, Try("call", 2, 10, True)]) >= chance(mine)


def test_full_hours() -> None:
    assert full_hours(9 * 60, 12 * 60) == {9, 10, 11}
    assert full_hours(9 * 60 + 30, 12 * 60) == {10, 11}
    assert full_hours(22 * 60, 60) == {22, 23, 0}
    assert full_hours(0, 24 * 60) == frozenset(range(24))
