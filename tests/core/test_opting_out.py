"""Agents who take no calls of a queue, as tables; and what everybody is told of it."""

import msgspec
import pytest

from cti.core.apply import apply
from cti.core.events import Offered, Why
from cti.core.ids import AgentId, InteractionId, QueueId
from cti.core.inputs import SiteLoaded
from cti.core.queue import without
from cti.core.reasons import facts
from cti.core.world import World
from tests.core.places import site
from tests.core.play import Play

ANA, BO, BILLING = AgentId("ana"), AgentId("bo"), QueueId("billing")

STORIES = {
    "who opted out is passed by, and takes its calls again": """
        0  | bo leaves-out billing  | bo leaves-out billing
        0  | bo leaves-out billing  | -
        1  | bo ready               | bo ready
        2  | A calls                |
        2  | A asks billing         | queued A billing
        3  | B calls                |
        3  | B asks support         | queued B support; offered B bo; bo reserved; RING bo for B
        4  | B gone                 | offer-ended B bo caller_gone; bo ready; ended B abandoned; HANGUP B.1.0 26; HANGUP B.1.1 26
        9  | bo takes billing       | bo takes billing; offered A bo; bo reserved; RING bo for A
        9  | bo takes billing       | -
    """,
    "only where the queue allows it": """
        0  | bo leaves-out support  | -
        0  | bo leaves-out nowhere  | -
        0  | bo takes support       | -
    """,
    "nothing is kept for an agent who opted out": """
        0  | bo leaves-out billing  | bo leaves-out billing
        1  | bo ready               |
        2  | A calls                |
        2  | A asks billing en bo   | queued A billing
        3  | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "opted out while a call was kept for them: others may have it at once": """
        0  | ana ready              |
        0  | C calls                |
        0  | C asks support en      |
        1  | bo ready               |
        1  | D calls                |
        1  | D asks support         |
        2  | A calls                |
        2  | A asks billing en bo   | queued A billing
        3  | C gone                 | offer-ended C ana caller_gone; ana ready; ended C abandoned; HANGUP C.1.0 26
        4  | bo leaves-out billing  | bo leaves-out billing; offered A ana; ana reserved; RING ana for A
    """,
    "the next shift begins anew": """
        0  | bo leaves-out billing  | bo leaves-out billing
        1  | bo signs-out           | bo signed_out
        1  | bo leaves-out billing  | -
        2  | bo ready               | bo ready
        3  | A calls                |
        3  | A asks billing         | queued A billing; offered A bo; bo reserved; RING bo for A
    """,
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    Play().table(STORIES[name])


def test_the_reasons_say_so() -> None:
    play = Play()
    play.table(
        """
        0 | bo ready               |
        1 | bo leaves-out billing  |
        2 | A calls                |
        2 | A asks billing         | queued A billing
        """
    )
    out = Why(code="opted_out", agent=BO, args={"queue": "billing"})
    assert out in play.index.routing.why_waiting(InteractionId("A"), play.now)
    assert play.index.routing.why_no_work(BO, play.now) == (out,)
    play.table("3 | ana ready | ana ready; offered A ana; ana reserved; RING ana for A")
    chosen = next(event for _, event in reversed(play.records) if isinstance(event, Offered))
    assert out in facts(chosen.grounds, chosen.why)


def test_nobody_left_is_told_as_such() -> None:
    play = Play()
    play.table(
        """
        0 | bo leaves-out billing  |
        0 | ana leaves-out billing |
        1 | bo ready               |
        2 | A calls                |
        2 | A asks billing         | queued A billing
        """
    )
    assert Why(code="nobody") in play.index.routing.why_waiting(InteractionId("A"), play.now)


def test_it_holds_as_long_as_the_queue_allows_it_and_outlives_a_restart() -> None:
    play = Play()
    play.table("0 | bo leaves-out billing | bo leaves-out billing")
    world = World()
    for at, event in play.records:
        apply(world, event, at)
    assert world == play.world
    assert without(world, world.agents[BO]) == {BILLING}
    before = site()
    strict = tuple(msgspec.structs.replace(queue, opt_out=False) for queue in before.queues)
    play.say(SiteLoaded(site=msgspec.structs.replace(before, queues=strict)))
    assert without(play.world, play.world.agents[BO]) == frozenset()
    play.table(
        """
        1 | bo ready        |
        2 | A calls         |
        2 | A asks billing  | queued A billing; offered A bo; bo reserved; RING bo for A
        """
    )
