"""Overflow in a simulation: who is turned away is gone, and counts as neither answered nor abandoned."""

from msgspec.structs import replace

from cti.core.ids import ClosingId, Ms
from cti.core.site import Overflow
from cti.simulate.outcome import simulate
from tests.simulate.small import caller, load, shift, site


def test_one_too_many_leaves_with_a_message() -> None:
    one = site(1)
    queues = tuple(replace(q, overflow=Overflow(closing=ClosingId("full"), per_agent=1)) for q in one.queues)
    callers = [caller(n, n, 600, patience=Ms(3_000_000)) for n in range(4)]
    day = simulate(load(replace(one, queues=queues), callers, [shift(0)]))
    assert (day.total.calls, day.total.answered, day.total.abandoned) == (4, 2, 0)
