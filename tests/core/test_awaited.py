"""Whom a caller waits for because they were promised something, and what can be said of that agent."""

import pytest

from cti.core.awaited import awaited
from cti.core.ids import AgentId, InteractionId, Ms
from tests.core.play import START, Play

BO, A = AgentId("bo"), InteractionId("A")

STORIES = {
    "they wait for the agent who is busy, whoever else is free": """
        0  | bo ready                   |
        0  | Z calls                    |
        0  | Z asks support             |
        1  | Z enters b                 |
        1  | Z.1 enters b               |
        2  | A calls                    |
        2  | A asks support             | queued A support
        3  | A waits-for bo             | requeued A support
        4  | ana ready                  | ana ready
        30 | time passes                | -
        31 | A waits-for anybody        | requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "an agent there is not any more changes nothing": """
        0  | A calls                    |
        0  | A asks support             | queued A support
        1  | A waits-for gone           | -
    """,
    "who was gone to lunch is waited for by nobody": """
        0  | bo ready                   |
        0  | Z calls                    |
        0  | Z asks support             |
        1  | Z enters b                 |
        1  | Z.1 enters b               |
        2  | A calls                    |
        2  | A asks support             | queued A support
        3  | A waits-for bo             | requeued A support
        4  | bo not-ready lunch         |
        5  | Z gone                     |
        6  | ana ready                  |
        99 | time passes                |
    """,
}


@pytest.mark.parametrize("name", list(STORIES)[:2])
def test_story(name: str) -> None:
    Play().table(STORIES[name])


def test_nobody_is_kept_for_an_agent_who_has_left() -> None:
    play = Play()
    play.table(STORIES["who was gone to lunch is waited for by nobody"])
    offer = play.world.interactions[A].offer
    assert offer is not None
    assert offer.agent == "ana"


def at(play: Play, seconds: int) -> Ms:
    return Ms(START + seconds * 1000)


def test_what_is_known_of_the_agent() -> None:
    play = Play()
    play.table("0 | bo ready |\n 0 | A calls |\n 0 | A asks loyal en nobody nobody bo |")
    found = awaited(play.world, A, BO, at(play, 1))
    assert found is not None
    assert found.here
    assert not found.free
    assert found.wait is None
    assert awaited(play.world, A, AgentId("gone"), at(play, 1)) is None
    assert awaited(play.world, InteractionId("Q"), BO, at(play, 1)) is None
    away = Play()
    away.table("0 | A calls |\n 0 | A asks loyal en nobody nobody bo |")
    found = awaited(away.world, A, BO, at(away, 1))
    assert found is not None
    assert not found.here


def test_when_they_may_be_free_is_known_from_talks_or_from_the_clock_of_their_wrap_up() -> None:
    play = Play()
    play.table("""
        0  | bo ready                   |
        0  | Z calls                    |
        0  | Z asks support             |
        1  | Z enters b                 |
        1  | Z.1 enters b               |
        2  | A calls                    |
        2  | A asks loyal en nobody nobody bo |
    """)
    found = awaited(play.world, A, BO, at(play, 3))
    assert found is not None
    assert found.kept
    assert found.wait is None, "too few talks have been seen"
    pace = play.world.paces["support"]  # type: ignore[index]
    for _ in range(30):
        pace.talk.take(120_000.0)
        pace.wrap.take(10_000.0)
        pace.ring.take(5_000.0)
    found = awaited(play.world, A, BO, at(play, 3))
    assert found is not None
    assert found.wait is not None
    assert found.wait.most is not None
    assert found.wait.most >= 3
    play.table("10 | Z gone |")
    found = awaited(play.world, A, BO, at(play, 10))
    assert found is not None
    assert found.wait is not None
    assert (found.wait.least, found.wait.most) == (0, 1)
