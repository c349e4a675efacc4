"""Whatever happens: every call has one outcome, and every wait is accounted for to the millisecond."""

from typing import Any

from hypothesis import given

from cti.core import events as e
from cti.core.ids import ChannelId, InteractionId, Ms
from cti.core.inputs import ChannelGone
from cti.core.interaction import State
from tests.core.play import START, Play
from tests.core.test_invariants import STORY, tell
from tests.examples import examples

FILE_SAYS = (START, START + 40_000)
"""When the CEL file says that a channel ended, in the stories."""
TALKED = 5_000
"""Or the dialplan that one has been talked with, just now."""
AFTER_TALKS = (START + 15_000, START + 31_000)
"""When the CEL file says that talks began that went by unseen."""


def over(play: Play) -> Play:
    """Everybody hangs up at last."""
    for channel in [*play.world.legs, *(ChannelId(f"ch-{caller}") for caller in "ABC")]:
        play.say(ChannelGone(channel=channel, cause=16))
    return play


@given(STORY)
@examples(150)
def test_every_call_has_exactly_one_outcome(story: list[Any]) -> None:
    open_calls: set[InteractionId] = set()
    play = over(tell(story))
    for _, event in play.records:
        if isinstance(event, e.InteractionOpened):
            assert event.interaction not in open_calls
            open_calls.add(event.interaction)
        elif isinstance(event, e.InteractionEnded):
            assert event.interaction in open_calls, "ended twice, or never begun"
            open_calls.remove(event.interaction)
    for call in open_calls:
        it = play.world.interactions[call]
        assert it.state is not State.ENDED
        assert it.callback is not None, "lost: nobody is on the line, and nobody will be called"


@given(STORY)
@examples(150)
def test_every_wait_is_accounted_for(story: list[Any]) -> None:
    begins: dict[InteractionId, Ms] = {}
    """Of the wait that goes on; a second one begins with the end of the talk before it."""
    parted: dict[InteractionId, Ms] = {}
    for at, event in over(tell(story)).records:
        if isinstance(event, e.InteractionOpened):
            begins.pop(event.interaction, None)
            parted.pop(event.interaction, None)
        elif isinstance(event, e.Queued):
            begins[event.interaction] = max(event.since, parted.get(event.interaction, event.since))
        elif isinstance(event, e.TalkEnded):
            parted[event.interaction] = at
            if event.interaction in begins:
                begins[event.interaction] = max(begins[event.interaction], at)
        elif isinstance(event, e.Connected | e.ServedElsewhere):
            if event.interaction not in begins:
                assert event.waited == 0, "a wait in no line"
                continue
            begin = begins[event.interaction]
            ends = AFTER_TALKS if isinstance(event, e.Connected) and event.from_file else (at, at - TALKED)
            assert event.waited in {max(0, end - begin) for end in ends}
        elif isinstance(event, e.InteractionEnded) and event.how in ("abandoned", "abandoned_again"):
            since = begins[event.interaction]
            ends = FILE_SAYS if event.from_file else (at,)
            assert event.waited in {max(0, end - since) for end in ends}


def test_what_the_file_says_is_marked_as_such() -> None:
    play = Play()
    play.table("0 | A calls |\n 10 | A asks support |\n 90 | A ended-at 40 | ended A abandoned")
    (ended,) = (event for _, event in play.records if isinstance(event, e.InteractionEnded))
    assert (ended.waited, ended.from_file) == (30_000, True)
