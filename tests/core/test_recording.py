"""A call's recording, as tables: what Asterisk tells of it, and what the agent who talks may ask for."""

import pytest

from tests.core.play import Play

TALK = """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        1  | A recorded             | recording A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
"""
SCENARIOS = {
    "paused while a card number is said; that it is so is told when Asterisk has said so": TALK
    + """
        10 | ana pauses A           | MUTE ch-A
        10 | ana goes-on A          | -
        10 | A muted                | paused A
        11 | ana pauses A           | -
        20 | ana goes-on A          | UNMUTE ch-A
        20 | A unmuted              | resumed-recording A
        21 | A unmuted              | -
    """,
    "nobody but who talks with them pauses it": TALK
    + """
        10 | bo pauses A            | -
        11 | A.1 muted              | -
        12 | A.1 recorded           | -
    """,
    "through a transfer it stays one recording, and stays paused until somebody resumes it": TALK
    + """
        4  | bo ready               | bo ready
        10 | ana pauses A           | MUTE ch-A
        10 | A muted                | paused A
        12 | ana gives A to bo      | transferred A to bo; talked A 9 ended-by transfer; ana wrap_up; requeued A support; offered A bo; bo reserved; TAKE-OVER ch-A; HANGUP A.1.0 16; RING bo for A
        12 | ana goes-on A          | -
        12 | A leaves b             | -
        12 | A.1 leaves b           | -
        12 | A.1 gone               | -
        12 | A calls                | -
        15 | A enters d             | -
        15 | A.2 enters d           | connected A bo after 3; bo talking; HANGUP A.2.1 26
        16 | bo goes-on A           | UNMUTE ch-A
        16 | A unmuted              | resumed-recording A
    """,
    "nothing is kept: the agent is told, and the talk goes on; another try may do better": TALK
    + """
        8  | A unkept               | unrecorded A ana
        9  | A unkept               | -
        10 | ana pauses A           | -
        11 | A muted                | -
        12 | A recorded             | recording A
    """,
    "a call that is not recorded can't be paused, and nobody misses it after its end": """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A unkept               | -
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
        5  | ana pauses A           | -
        5  | A muted                | -
        20 | A gone                 | talked A 17 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
        21 | A unkept               | -
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])
