"""Lines that overflow, as tables: by wait, by estimate, by callers per agent; to all the places there are."""

from collections.abc import Iterator

import pytest

from cti.core import estimate
from cti.core.closings import turned
from cti.core.ids import BridgeId, ChannelId, InteractionId, Ms
from cti.core.inputs import AsteriskUp, ChannelNow
from cti.core.interaction import State
from tests.core.play import START, Play

STORIES = {
    "too long: offered a message, then the twin site, and served there": """
        0  | A calls                  |
        0  | A asks rush              | queued A rush
        30 | time passes              | invited A message wait after 30
        40 | time passes              | -
        50 | time passes              | turned-away A twin wait after 50
        51 | ana ready                | ana ready
        52 | A goes-elsewhere         | sent-elsewhere A twin; STEER A elsewhere
        58 | A enters b               | served-elsewhere A after 58
        99 | A leaves b               | -
        99 | A gone                   | ended A elsewhere
    """,
    "nobody answers at the twin site: back in line, and moved no more": """
        0  | A calls                  |
        0  | A asks rush              |
        50 | time passes              |
        52 | A goes-elsewhere         |
        60 | A calls                  | came-back A in line
        95 | time passes              | -
        99 | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "the other site has a number: busy, back in line, and moved no more": """
        0  | A calls                  |
        0  | A asks far               | queued A far
        20 | time passes              | turned-away A abroad wait after 20
        21 | A goes-elsewhere         | sent-elsewhere A abroad; STEER A elsewhere
        25 | A calls                  | came-back A in line
        60 | time passes              | -
        70 | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "the other site has a number, and somebody answers: one outcome": """
        0  | A calls                  |
        0  | A asks far               | queued A far
        20 | time passes              |
        21 | A goes-elsewhere         |
        25 | A enters b               | served-elsewhere A after 25
        80 | A gone                   | ended A elsewhere
    """,
    "gives up while the twin site rings": """
        0  | A calls                  |
        0  | A asks rush              |
        50 | time passes              |
        52 | A goes-elsewhere         |
        60 | A gone                   | ended A abandoned
    """,
    "after the words the queue takes callers again: nobody leaves": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        5  | eve closes support twin  | closed support twin by eve
        9  | eve reopens support      | reopened support by eve
        9  | A goes-elsewhere         | STEER A wait
        10 | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
        10 | A goes-elsewhere         | STEER A wait
    """,
    "closed by hand to the twin site, where nobody answers: told so": """
        0  | eve closes support twin  | closed support twin by eve
        5  | A calls                  |
        5  | A asks support           | queued A support; turned-away A twin closed after 0
        9  | A goes-elsewhere         | sent-elsewhere A twin; STEER A elsewhere
        40 | A calls                  | came-back A turned away
        41 | ana ready                | ana ready
        60 | A gone                   | ended A abandoned
    """,
    "an agent who comes free before is what everybody wants": """
        0  | A calls                  |
        0  | A asks rush              |
        50 | time passes              |
        52 | A goes-elsewhere         |
        60 | A calls                  | came-back A in line
        61 | eve closes rush twin     | closed rush twin by eve
        62 | A goes-elsewhere         | STEER A wait
    """,
    "one too many: to a message, at once": """
        0  | ana ready                |
        0  | A calls                  |
        0  | A asks small             | queued A small; offered A ana; ana reserved; RING ana for A
        1  | B calls                  |
        1  | B asks small             | queued B small; turned-away B full callers after 0
        2  | bo ready                 | bo ready
        3  | B gone                   | ended B abandoned
    """,
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    Play().table(STORIES[name])


@pytest.fixture
def quick_to_learn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "SEEN_ENOUGH", 1)
        yield


TALK = """
    0   | ana ready         |
    0   | Z calls           |
    0   | Z asks rush       |
    0   | Z enters b        |
    0   | Z.1 enters b      |
    600 | Z leaves b        |
    600 | Z gone            |
"""
"""One of ten minutes."""


@pytest.mark.usefixtures("quick_to_learn")
def test_by_estimate_on_entry_and_when_it_is_told() -> None:
    play = Play()
    play.table(TALK)
    play.table(
        """
        700 | A calls           |
        700 | A asks rush       | queued A rush; offered A ana; ana reserved; RING ana for A
        701 | B calls           |
        701 | B asks rush       | queued B rush; invited B callback estimate after 0
        702 | B hears 1 1 15    | -
        """
    )
    assert play.world.interactions[InteractionId("B")].invited == ("callback",)
    assert not play.world.interactions[InteractionId("A")].invited

    later = Play()
    later.table(TALK)
    later.table(
        """
        700 | bo ready          |
        700 | A calls           |
        700 | A asks rush       |
        700 | A enters c        |
        700 | A.1 enters c      |
        701 | C calls           |
        701 | C asks rush       | queued C rush; offered C bo; bo reserved; RING bo for C
        702 | bo declines C.1   | offer-ended C bo declined; bo not_ready declined; HANGUP C.1.0 16; HANGUP C.1.1 16
        703 | C hears 1 1 15    | invited C callback estimate after 2
        """
    )


@pytest.mark.usefixtures("quick_to_learn")
def test_by_estimate_while_nobody_tells_them_anything() -> None:
    """It is looked every twenty seconds: a colleague goes, and what was a short wait is a long one."""
    play = Play()
    play.table(TALK)
    play.table(
        """
        700 | bo ready          |
        700 | A calls           |
        700 | A asks rush       |
        700 | A enters c        |
        700 | A.1 enters c      |
        701 | C calls           |
        701 | C asks rush       | queued C rush; offered C bo; bo reserved; RING bo for C
        705 | bo declines C.1   | offer-ended C bo declined; bo not_ready declined; HANGUP C.1.0 16; HANGUP C.1.1 16
        720 | time passes       | -
        721 | time passes       | invited C callback estimate after 20
        """
    )
    # The same story without the hour before it: nothing is known of how long talks take, and nobody is offered anything.
    new = Play()
    new.table("0 | C calls |\n 0 | C asks rush |\n 20 | time passes | -")
    assert new.index.wake_at(new.now) == Ms(START + 30_000)


def test_who_is_turned_away_is_told_and_is_not_in_the_line() -> None:
    play = Play()
    play.table("0 | A calls |\n 0 | A asks rush |\n 0 | B calls |\n 1 | B asks rush |\n 50 | time passes |")
    caller = play.world.interactions[InteractionId("A")]
    told = turned(play.world, caller, play.now)
    assert told is not None
    assert (told.closing.id, told.to, told.leads_out) == ("twin", None, True)
    assert caller.state is State.WAITING
    assert play.index.routing.router.position(InteractionId("B")) == 1
    assert [why.code for why in play.index.routing.why_waiting(caller.id, play.now)] == ["queue_closed"]


def test_a_rule_that_leads_nowhere_leaves_the_next_its_time() -> None:
    """`night` is closed at 40 s and open at 10 hours; the twin site comes at 50 all the same."""
    play = Play()
    play.now = START
    play.table("0 | A calls |\n 0 | A asks rush |\n 30 | time passes |")
    assert play.index.wake_at(play.now) == Ms(START + 40_000)
    play.table("40 | time passes | -")
    assert play.index.wake_at(play.now) == Ms(START + 50_000)


def test_a_talk_with_the_twin_site_that_began_while_we_were_away_is_known() -> None:
    play = Play()
    play.table("0 | A calls |\n 0 | A asks rush |\n 50 | time passes |\n 52 | A goes-elsewhere |\n 53 | it restarts |")
    channel = ChannelNow(
        channel=ChannelId("ch-A"), name="PJSIP/trunk-1", interaction=InteractionId("A"), up=True, bridge=BridgeId("b")
    )
    play.now = Ms(START + 60_000)
    assert "served-elsewhere A after 60" in play.say(AsteriskUp(channels=(channel,), booted=Ms(1)))
    play.table("90 | A gone | ended A elsewhere")
