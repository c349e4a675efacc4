"""Queues that take nobody, as tables: closed by hand with those in line, for new callers, by the calendar."""

import msgspec
import pytest

from cti.core import events as e
from cti.core.apply import apply
from cti.core.closings import doors, turned
from cti.core.ids import InteractionId, Ms, QueueId
from cti.core.inputs import SiteLoaded
from cti.core.site import CLOSINGS
from cti.core.world import World
from tests.core.places import site
from tests.core.play import START, Play

STORIES = {
    "evacuated to another queue: those in line go there, places kept, and new ones too": """
        0  | A calls                  |
        0  | A asks rings             | queued A rings
        5  | B calls                  |
        5  | B asks support           | queued B support
        9  | eve closes rings fire    | closed rings fire by eve; overflowed A closed after 9; requeued A support
        10 | C calls                  |
        10 | C asks rings             | queued C rings; overflowed C closed after 0; requeued C support
        20 | bo ready                 | bo ready; offered A bo; bo reserved; RING bo for A
        20 | eve closes rings fire    | -
        21 | eve reopens rings        | reopened rings by eve
        21 | eve reopens rings        | -
        22 | D calls                  |
        22 | D asks rings             | queued D rings
    """,
    "whose phone rings is not moved; but at once when it rang in vain": """
        0  | ana ready                |
        0  | A calls                  |
        0  | A asks rings             | queued A rings; offered A ana; ana reserved; RING ana for A
        5  | eve closes rings fire    | closed rings fire by eve
        15 | time passes              | offer-ended A ana rona; ana not_ready rona; overflowed A closed after 15; requeued A support; HANGUP A.1.0 16
    """,
    "closed without those in line: they are served": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        5  | eve closes support elsewhere | closed support elsewhere by eve
        6  | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "nowhere to go: nobody is offered until they leave or it opens again": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        5  | eve closes support evacuation | closed support evacuation by eve
        6  | ana ready                | ana ready
        9  | eve reopens support      | reopened support by eve; offered A ana; ana reserved; RING ana for A
    """,
    "both closed: nobody is sent from one to the other": """
        0  | eve closes support closed | closed support closed by eve
        1  | A calls                  |
        1  | A asks rings             | queued A rings
        2  | eve closes rings fire    | closed rings fire by eve
        9  | time passes              | -
    """,
    "overflow sends nobody to a closed queue": """
        0  | eve closes support closed | closed support closed by eve
        1  | A calls                  |
        1  | A asks brief             | queued A brief
        70 | time passes              | -
        80 | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "another closing in place of one": """
        0  | eve closes rings closed  | closed rings closed by eve
        1  | A calls                  |
        1  | A asks rings             | queued A rings
        2  | adam closes rings fire   | closed rings fire by adam; overflowed A closed after 1; requeued A support
        3  | eve closes nowhere fire  | -
    """,
    "moved by too many callers, and again because that house is empty": """
        2  | A calls                  |
        2  | A asks brief             | queued A brief; overflowed A callers after 0; requeued A support
        7  | eve closes support spare | closed support spare by eve; overflowed A closed after 5; requeued A billing
    """,
    "opens again by its calendar: who was moved stays in the line they are in, and is served there": """
        0     | A calls               |
        0     | A asks night          | queued A night; overflowed A closed after 0; requeued A support
        14401 | time passes           | -
        14402 | ana ready             | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "closed by its calendar over those in line: they are served": """
        14401 | B calls               |
        14401 | B asks night          | queued B night
        28801 | time passes           | -
        28802 | ana ready             | ana ready; offered B ana; ana reserved; RING ana for B
        28803 | C calls               |
        28803 | C asks night          | queued C night; overflowed C closed after 0; requeued C support
    """,
    "out of hours: to the other line, which is how the calendar wants it": """
        0     | A calls               |
        0     | A asks night          | queued A night; overflowed A closed after 0; requeued A support
        14401 | B calls               |
        14401 | B asks night          | queued B night
    """,
}
"""At 0 it is Friday, 16:00."""


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    Play().table(STORIES[name])


def test_on_a_holiday_another_closing_may_hold() -> None:
    world = Play().world
    hour = 3_600_000
    assert doors(world, START).shut[QueueId("night")].closing.id == "elsewhere"
    assert not doors(world, Ms(START + 4 * hour)).shut
    assert doors(world, Ms(START + 24 * hour)).shut[QueueId("night")].closing.id == "elsewhere"  # an exception
    assert doors(world, Ms(START + 72 * hour)).shut[QueueId("night")].closing.id == "closed"


def test_a_caller_in_line_is_told_of_what_befell_them() -> None:
    play = Play()
    play.table(
        """
        0 | A calls               |
        0 | A asks rings          |
        0 | B calls               |
        0 | B asks support        |
        1 | eve closes rings fire |
        """
    )
    moved, other = (play.world.interactions[InteractionId(name)] for name in "AB")
    told = turned(play.world, moved, play.now)
    assert told is not None
    assert (told.closing.id, told.to) == ("fire", "support")
    assert turned(play.world, other, play.now) is None
    play.table("2 | eve closes support evacuation |")
    told = turned(play.world, other, play.now)
    assert told is not None
    assert (told.closing.id, told.to) == ("evacuation", None)


def test_who_closed_it_and_why_stays_in_the_journal_and_outlives_a_restart() -> None:
    play = Play()
    play.table("0 | eve closes rings fire |")
    world = World()
    for at, event in play.records:
        apply(world, event, at)
    assert world == play.world
    found = next(event for _, event in play.records if isinstance(event, e.QueueClosed))
    assert (found.queue, found.closing, found.by) == ("rings", "fire", "eve")


def test_what_is_deleted_closes_nothing_and_what_closed_it_may_be() -> None:
    play = Play()
    play.table("0 | eve closes rings fire |")
    before = site()
    bare = msgspec.structs.replace(before, closings=())
    play.say(SiteLoaded(site=bare))
    assert doors(play.world, play.now).shut[QueueId("rings")].closing == CLOSINGS[0]
    play.say(SiteLoaded(site=msgspec.structs.replace(bare, queues=before.queues[:1])))
    play.say(SiteLoaded(site=before))
    assert QueueId("rings") not in doors(play.world, play.now).closed
