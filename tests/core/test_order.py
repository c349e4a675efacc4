"""Asterisk promises order within one channel and none between two. Any interleaving ends well."""

from hypothesis import given
from hypothesis import strategies as st

from cti.core.agent import AgentState
from tests.core.play import Play
from tests.examples import examples

CALLER = ("A enters b", "A leaves b", "A gone")
LEG = ("A.1 starts", "A.1 up", "A.1 enters b", "A.1 ending", "A.1 leaves b", "A.1 gone")
GHOST = ("A ending", "A enters b", "A leaves b", "A gone")


@st.composite
def merged(draw: st.DrawFn, one: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    """Both lists in their own order, shuffled into each other."""
    picks = draw(st.permutations([0] * len(one) + [1] * len(other)))
    sides = (iter(one), iter(other))
    return [next(sides[pick]) for pick in picks]


@given(merged(CALLER, LEG) | merged(GHOST, LEG))
@examples(300)
def test_whatever_the_order_nobody_is_left_behind(story: list[str]) -> None:
    play = Play()
    play.table("0 | ana ready |\n1 | A calls |\n1 | A asks support | queued A support; offered A ana; ana reserved; "
               "RING ana for A")  # fmt: skip
    for second, what in enumerate(story, 2):
        play.table(f"{second} | {what} |")
    # A wrap-up there may be, and it ends.
    play.table("90 | time passes |")
    assert not play.world.legs
    assert not play.world.interactions
    ana = play.world.agents["ana"]
    assert ana.state in (AgentState.READY, AgentState.NOT_READY)
    assert ana.interaction is None
    today = play.world.today.queues["support"]
    assert today.arrived == 1
    assert today.answered + today.abandoned == 1
