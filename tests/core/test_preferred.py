"""For whom a caller is kept, and how far ahead: who promised, who has the case, who talked with them; the tier."""

import pytest

from cti.core import events as e
from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId
from cti.core.reasons import facts
from tests.core.play import Play

STORIES = {
    "who promised comes before whoever has the case": """
        0  | ana ready                  |
        0  | bo ready                   |
        0  | A calls                    |
        0  | A asks loyal en ana ana bo | queued A loyal; offered A bo; bo reserved; RING bo for A
    """,
    "whoever has the case comes before the last agent": """
        0  | ana ready                  |
        0  | bo ready                   |
        0  | A calls                    |
        0  | A asks loyal en ana bo     | queued A loyal; offered A bo; bo reserved; RING bo for A
    """,
    "who promised is at lunch: kept for whoever has the case, who wraps up": """
        0  | ana ready                  |
        0  | bo not-ready lunch         |
        0  | Z calls                    |
        0  | Z asks support             |
        1  | Z enters b                 |
        1  | Z.1 enters b               |
        2  | Z gone                     |
        3  | A calls                    |
        3  | A asks loyal en bo ana bo  | queued A loyal
        4  | bo ready                   | bo ready
        22 | time passes                | -
        23 | time passes                | offered A bo; bo reserved; RING bo for A
    """,
    "nobody of them is at work: kept for nobody": """
        0  | ana ready                  |
        1  | A calls                    |
        1  | A asks loyal en bo bo bo   | queued A loyal; offered A ana; ana reserved; RING ana for A
    """,
    "a tier is so many minutes ahead": """
        0  | A calls                    |
        0  | A asks support             | queued A support
        60 | B calls                    |
        60 | B asks support en nobody nobody nobody gold | queued B support
        90 | ana ready                  | ana ready; offered B ana; ana reserved; RING ana for B
    """,
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    Play().table(STORIES[name])


def test_the_reason_says_what_they_are_to_the_caller() -> None:
    play = Play()
    play.table("0 | ana ready |\n 0 | A calls |\n 0 | A asks loyal en bo bo ana |")
    offered = next(event for _, event in play.records if isinstance(event, e.Offered))
    promised = Why(code="preferred", agent=AgentId("ana"), args={"as": "promised"})
    assert promised in facts(offered.grounds, offered.why)
    assert play.world.interactions[InteractionId("A")].kept_until == play.now + 30_000


def test_the_reason_names_the_tier_and_what_it_gives() -> None:
    play = Play()
    play.table(STORIES["a tier is so many minutes ahead"].rsplit("\n", 2)[0])
    gold = Why(code="tier", args={"tier": "gold", "minutes": 5})
    assert gold in play.index.routing.why_waiting(InteractionId("B"), play.now)
    assert gold not in play.index.routing.why_waiting(InteractionId("A"), play.now)
    play.table("90 | ana ready | ana ready; offered B ana; ana reserved; RING ana for B")
    offered = next(event for _, event in play.records if isinstance(event, e.Offered))
    assert gold in offered.why


def test_a_caller_given_on_keeps_the_tier() -> None:
    play = Play()
    play.table("""
        0  | bo ready                |
        0  | A calls                 |
        0  | A asks support en nobody nobody nobody gold |
        1  | A enters b              |
        1  | A.1 enters b            |
        2  | bo gives A queue loyal  |
    """)
    assert (play.world.interactions[InteractionId("A")].tier, play.world.interactions[InteractionId("A")].queue) == (
        "gold",
        "loyal",
    )
