"""What callers do in line, as tables: they leave it with a message or an answer, or are helped first."""

import pytest

from cti.core.ids import Ms, QueueId
from cti.core.incidents import in_force
from tests.core.play import START, Play

STORIES = {
    "a message from the line: the place goes to the next, and it is nobody's abandoned call": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        1  | B calls                  |
        1  | B asks support           | queued B support
        30 | A records 8000 sent      | message A 8000 support
        30 | A ends message           | left A message after 30
        31 | ana ready                | ana ready; offered B ana; ana reserved; RING ana for B
        33 | A gone                   | ended A message
    """,
    "while a phone rings for them: it stops, and rings for the next": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        1  | B calls                  |
        1  | B asks support           | queued B support
        2  | ana ready                | ana ready; offered A ana; ana reserved; RING ana for A
        5  | A records 8000 sent      | message A 8000 support
        5  | A ends message           | offer-ended A ana caller_gone; ana ready; left A message after 5; offered B ana; ana reserved; HANGUP A.1.0 26; RING ana for B
    """,
    "the agent is quicker than the last key: the talk goes on, and the message is not sent": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        2  | ana ready                |
        5  | A enters b               |
        5  | A.1 enters b             | connected A ana after 5; ana talking
        5  | A records 8000 sent      | -
        5  | A ends message           | -
    """,
    "they hang up at the end of speaking, and are gone before it is told: the message is kept": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        30 | A gone                   | ended A abandoned
        30 | A records 8000           | message A 8000 support
    """,
    "they hang up at the end of speaking": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        30 | A records 8000           | spoken A 8000
        30 | A gone                   | message A 8000 support; left A message after 30; ended A message
    """,
    "an agent's answer ends the recording as a hang-up does: nothing is sent": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        2  | ana ready                |
        5  | A records 8000           | spoken A 8000
        5  | A enters b               |
        5  | A.1 enters b             | connected A ana after 5; ana talking
        9  | A gone                   | talked A 4 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
    """,
    "recorded, discarded, hung up": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        30 | A records 8000           | spoken A 8000
        31 | A records 0              | spoken A 0
        40 | A gone                   | ended A abandoned
    """,
    "out of hours": """
        0  | A calls                  |
        9  | A records 8000 sent      | message A 8000 support
        9  | A ends message           | left A message
        12 | A gone                   | ended A message
    """,
    "an article was the answer": """
        0  | A calls                  |
        0  | A asks support           | queued A support
        40 | A listens red-light no   | heard A red-light False
        60 | A listens slow yes       | heard A slow True
        60 | A ends answer            | left A answer after 60
        62 | A gone                   | ended A answer
    """,
    "helped first, once, and only where it is allowed": """
        0  | A calls                  |
        0  | A asks billing           | queued A billing
        60 | B calls                  |
        60 | B asks billing           | queued B billing
        61 | B hurries                | helped B 5
        61 | B hurries                | -
        62 | ana ready                | ana ready; offered B ana; ana reserved; RING ana for B
        63 | C calls                  |
        63 | C asks support           | queued C support
        64 | C hurries                | -
    """,
}


INCIDENT = """
    0   | eve tells all disturbance 60    | told-of all disturbance until 60 by eve
    1   | eve tells all disturbance 60    | -
    2   | eve tells support many-calls 90 | told-of support many-calls until 90 by eve
    3   | eve tells nowhere disturbance 90 | -
    4   | eve tells all disturbance 3     | -
"""


def test_callers_are_told_of_incidents_until_they_are_over() -> None:
    play = Play()
    play.table(INCIDENT)

    def told(queue: str | None, at_s: int) -> list[str]:
        now = Ms(START + at_s * 1000)
        return [known.id for known, _ in in_force(play.world, QueueId(queue) if queue else None, now)]

    assert told(None, 30) == ["disturbance"]
    assert told("support", 30) == ["disturbance", "many-calls"]
    assert told("support", 60) == ["many-calls"]
    assert told("billing", 60) == []
    play.table("""
        30  | eve tells-no-more all           | told-no-more all by eve
        31  | eve tells-no-more all           | -
        95  | eve tells-no-more support       | -
    """)
    assert told("support", 40) == ["many-calls"]


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_story(story: str) -> None:
    Play().table(story)


def test_who_left_with_something_is_counted_apart() -> None:
    play = Play()
    play.table(STORIES["a message from the line: the place goes to the next, and it is nobody's abandoned call"])
    line = play.world.today.queues[QueueId("support")]
    assert (line.arrived, line.left, line.abandoned) == (2, 1, 0)
