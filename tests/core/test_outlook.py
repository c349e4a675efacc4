"""What a caller has to expect, read off a world."""

import pytest

from cti.core import inputs as i
from cti.core.estimate import Mean, Pace
from cti.core.ids import AgentId, InteractionId, Language, Ms, QueueId
from cti.core.outlook import Outlook, Prospect
from tests.core.play import Play

TALK = 300_000.0


def busy(*rows: str) -> Play:
    """Ana and Bo talk to X and Y; talks of five minutes have been seen in every queue."""
    play = Play()
    for queue in ("support", "billing", "rings"):
        play.world.paces[QueueId(queue)] = Pace(talk=Mean(TALK, 100))
    play.table(
        """
        0 | ana ready              |
        0 | X calls                |
        0 | X asks support         | queued X support; offered X ana; ana reserved; RING ana for X
        0 | X.1 starts             |
        0 | X.1 enters b           |
        0 | X enters b             |
        1 | bo ready               |
        1 | Y calls                |
        1 | Y asks billing         | queued Y billing; offered Y bo; bo reserved; RING bo for Y
        1 | Y.1 starts             |
        1 | Y.1 enters c bo-web    |
        1 | Y enters c             |
        """
    )
    play.table("\n".join(rows))
    return play


def prospect(play: Play, who: str) -> Prospect:
    found = Outlook(play.world).of(InteractionId(who), play.now)
    assert found is not None
    return found


def test_the_next_in_line_waits_for_the_first_of_those_who_can_serve() -> None:
    play = busy("2 | A calls |", "2 | A asks support en |")
    assert prospect(play, "A").agents == 2
    # Either of two comes free in the half of a talk.
    assert prospect(play, "A").estimate.mean == pytest.approx(TALK / 2, rel=0.2)


def test_language_leaves_fewer_agents_and_others_count_by_the_share_of_them() -> None:
    play = busy("2 | A calls |", "2 | A asks support en |", "3 | B calls |", "3 | B asks support cmn |")
    assert prospect(play, "B").agents == 1
    alone = busy("3 | B calls |", "3 | B asks support cmn |")
    behind, first = prospect(play, "B").estimate.mean, prospect(alone, "B").estimate.mean
    assert first == pytest.approx(TALK, rel=0.3)
    assert first < behind < 2 * first


def test_who_opted_out_is_not_counted_on_in_that_queue() -> None:
    play = busy("2 | A calls |", "2 | A asks billing |", "3 | B calls |", "3 | B asks support |")
    assert (prospect(play, "A").agents, prospect(play, "B").agents) == (2, 2)
    before = prospect(play, "A").estimate.mean
    play.table("4 | bo leaves-out billing | bo leaves-out billing")
    assert (prospect(play, "A").agents, prospect(play, "B").agents) == (1, 2)
    assert prospect(play, "A").estimate.mean > before


def test_one_with_priority_is_ahead_of_one_who_came_before() -> None:
    play = busy("2 | A calls |", "2 | A asks support |", "3 | B calls |")
    alone = prospect(play, "A").estimate.mean
    play.say(i.RouteAsked(interaction=InteractionId("B"), queue=QueueId("support"), priority=5))
    assert prospect(play, "A").estimate.mean > alone * 1.3
    assert prospect(play, "B").estimate.mean == pytest.approx(alone)
    assert [play.index.routing.router.position(InteractionId(who)) for who in "AB"] == [2, 1]


def test_an_agent_who_will_leave_after_the_call_is_not_counted_on() -> None:
    play = busy("2 | A calls |", "2 | A asks support |")
    before = prospect(play, "A")
    play.table("3 | bo not-ready lunch | bo next lunch")
    after = prospect(play, "A")
    assert (before.agents, after.agents) == (2, 1)
    assert after.estimate.mean > before.estimate.mean * 1.5


def test_a_ring_that_opens_soon_lets_more_agents_in() -> None:
    play = busy("2 | A calls |", "2 | A asks rings |")
    # Only Ana has the first ring's level; from 20 s on Bo may, too.
    opening = prospect(play, "A")
    assert opening.agents == 2
    assert opening.estimate.low >= 20_000
    play.now = Ms(play.now + 60_000)
    assert prospect(play, "A").estimate.low < 20_000


@pytest.mark.parametrize("row", ["2 | ana hangs-up X |", "2 | ana not-ready lunch |"])
def test_an_expectation_is_the_same_for_who_comes_next(row: str) -> None:
    play = busy(row)
    assert play.world.site is not None
    queue = next(one for one in play.world.site.queues if one.id == "billing")
    coming = Outlook(play.world).next(queue)
    play.table("3 | A calls |\n3 | A asks billing |")
    found = prospect(play, "A")
    assert coming is not None
    assert coming.estimate == found.estimate


def test_nothing_is_said_when_nobody_works_an_agent_is_free_or_the_queue_is_new() -> None:
    play = busy("2 | A calls |", "2 | A asks support |")
    outlook = Outlook(play.world)
    assert outlook.of(InteractionId("X"), play.now) is None
    assert outlook.of(InteractionId("nobody"), play.now) is None
    play.world.paces[QueueId("support")] = Pace(talk=Mean(TALK, 3))
    assert Outlook(play.world).of(InteractionId("A"), play.now) is None
    play.world.paces[QueueId("support")] = Pace(talk=Mean(TALK, 100))
    play.say(i.RouteAsked(interaction=InteractionId("A"), queue=QueueId("support"), language=Language("yue")))
    assert Outlook(play.world).of(InteractionId("A"), play.now) is None
    free = Play()
    free.world.paces[QueueId("support")] = Pace(talk=Mean(TALK, 100))
    free.say(i.AgentReady(agent=AgentId("ana")))
    assert free.world.site is not None
    assert Outlook(free.world).next(free.world.site.queues[0]) is None
