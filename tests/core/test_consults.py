"""A colleague is asked about a call, as tables: every ending, and nobody is dropped."""

import pytest

from tests.core.play import Play

TALK = """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
"""
ASKS = (
    TALK
    + """
        10 | bo ready               | bo ready
        13 | ana consults A to bo   | consult A bo; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        13 | A calls                | -
"""
)
SPEAKS = (
    ASKS
    + """
        15 | A.2 up                 | -
        15 | A.2 enters c           | -
        15 | A.1 enters c           | consulted A bo; bo talking; HANGUP A.2.1 26
"""
)
JOINED = (
    SPEAKS
    + """
        20 | ana wants join A       | JOIN ch-A A.1.0 A.2.0
        20 | A enters c             | conference A
"""
)
SCENARIOS = {
    "the colleague's phones are not there: the agent hears so, and asks another": ASKS
    + """
        13 | A.2 starts             | -
        13 | A.2.1 starts           | -
        17 | time passes            | offer-ended A+2 bo unreachable; bo not_ready unreachable; consult-ended A bo unreachable after 0; HANGUP A.2.0 16; HANGUP A.2.1 16; MOVE A.1.0 nobody
    """,
    "handed over to the colleague by the desk: the agent's end is all it takes": SPEAKS
    + """
        20 | ana wants complete A   | HANGUP A.1.0 16
        20 | A.1 leaves c           | -
        20 | A.2 leaves c           | -
        20 | A.1 gone               | consult-ended A bo given after 5; transferred A to bo; talked A 17 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo talking; bo reserved
        20 | A.2 enters d           | -
        20 | A enters d             | connected A bo after 0; bo talking
        27 | ana wraps-up A         | wrapped A; ana ready
        30 | A.2 ending             | -
        30 | A.2 leaves d           | talked A 10 ended-by agent; bo wrap_up; HANGUP A.2.0 16
        30 | A.2 gone               | -
        30 | A after                | STEER A survey
        32 | A gone                 | ended A answered; HANGUP A.2.1 26
    """,
    "handed over by hanging up, and AMI tells the colleague's way before the agent's end": SPEAKS
    + """
        20 | A.2 leaves c           | -
        20 | A.2 enters d           | -
        20 | A enters d             | consult-ended A bo given after 5; transferred A to bo; talked A 17 ended-by transfer; ana wrap_up; requeued A support; connected A bo after 0; bo talking; HANGUP A.1.0 16
        20 | A.1 gone               | -
    """,
    "handed over, and the colleague hangs up at once: the caller is offered to who gave them": SPEAKS
    + """
        20 | ana wants complete A   | HANGUP A.1.0 16
        20 | A.1 gone               | consult-ended A bo given after 5; transferred A to bo; talked A 17 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo talking; bo reserved
        20 | A.2 gone               | offer-ended A bo declined; bo not_ready declined; transfer-failed A bo declined; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "the agent hangs up while the phone rings: a blind transfer": ASKS
    + """
        16 | A.1 ending             | -
        16 | A.1 gone               | consult-ended A bo given after 0; transferred A to bo; talked A 13 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo; bo reserved
        18 | A enters d             | -
        18 | A.2 enters d           | connected A bo after 2; bo talking; HANGUP A.2.1 26
    """,
    "the agent hands over while the phone rings, which nobody answers: back to the agent": ASKS
    + """
        16 | ana wants complete A   | HANGUP A.1.0 16
        16 | A.1 gone               | consult-ended A bo given after 0; transferred A to bo; talked A 13 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo; bo reserved
        28 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
        32 | A enters d             | -
        32 | A.3 enters d           | connected A ana after 16; ana talking
    """,
    "the agent hangs up while the phone rings, and takes the caller back": ASKS
    + """
        16 | A.1 gone               | consult-ended A bo given after 0; transferred A to bo; talked A 13 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo; bo reserved
        18 | ana takes-back A       | offer-ended A bo withdrawn; bo ready; transfer-failed A bo recalled; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 26; HANGUP A.2.1 26; RING ana for A
    """,
    "the agent takes the caller back while the phone rings, which stops; the colleague stays ready": ASKS
    + """
        16 | ana wants back A       | offer-ended A+2 bo withdrawn; bo ready; consult-ended A bo withdrawn after 0; HANGUP A.2.0 26; HANGUP A.2.1 26; MOVE A.1.0 back
        16 | A enters d             | -
        16 | A.1 enters d           | rejoined A ana
        16 | A.2 gone               | -
        40 | A.1 ending             | -
        40 | A.1 leaves d           | talked A 37 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
    "the agent takes the caller back from the talk with the colleague, who wraps up": SPEAKS
    + """
        20 | ana wants back A       | HANGUP A.2.0 16
        20 | A.2 leaves c           | -
        20 | A.2 gone               | consult-ended A bo left after 5; bo wrap_up; HANGUP A.2.1 16
        20 | A.1 enters d           | -
        20 | A enters d             | rejoined A ana
    """,
    "the colleague hangs up: the agent has the caller back": SPEAKS
    + """
        20 | A.2 leaves c           | -
        20 | A.2 gone               | consult-ended A bo left after 5; bo wrap_up; HANGUP A.2.1 16
        20 | A.1 leaves c           | -
        20 | A.1 enters d           | -
        20 | A enters d             | rejoined A ana
        21 | bo wraps-up A          | wrapped A; bo ready
    """,
    "the colleague hangs up from the desk": SPEAKS
    + """
        20 | bo hangs-up A          | HANGUP A.2.0 16
    """,
    "the colleague declines: the agent hears so and goes back by a key": ASKS
    + """
        16 | bo declines A.2        | offer-ended A+2 bo declined; bo not_ready declined; consult-ended A bo declined after 0; HANGUP A.2.0 16; HANGUP A.2.1 16; MOVE A.1.0 nobody
        17 | ana wants complete A   | -
        17 | ana wants join A       | -
        18 | ana wants back A       | MOVE A.1.0 back
        18 | A enters d             | -
        18 | A.1 enters d           | rejoined A ana
    """,
    "the colleague does not answer, and the agent asks a queue, where nobody is free: they go back": ASKS
    + """
        28 | time passes            | offer-ended A+2 bo rona; bo not_ready rona; consult-ended A bo rona after 0; HANGUP A.2.0 16; HANGUP A.2.1 16; MOVE A.1.0 nobody
        30 | ana consults A queue billing | consult A billing; ASIDE ch-A A.1.0
        30 | A calls                | -
        35 | ana wants back A       | consult-ended A nobody withdrawn after 0; MOVE A.1.0 back
        35 | A enters d             | -
        35 | A.1 enters d           | rejoined A ana
    """,
    "nobody came, and the agent hangs up: the caller is in line, with the old place": ASKS
    + """
        28 | time passes            | offer-ended A+2 bo rona; bo not_ready rona; consult-ended A bo rona after 0; HANGUP A.2.0 16; HANGUP A.2.1 16; MOVE A.1.0 nobody
        30 | A.1 gone               | talked A 27 ended-by agent; ana wrap_up; requeued A support
    """,
    "a colleague who is not free is not asked": TALK
    + """
        9  | ana consults A to bo   | transfer-failed A bo not_free
        9  | ana consults A to ana  | transfer-failed A ana not_free
        9  | ana consults A to zoe  | transfer-failed A zoe not_free
    """,
    "a queue is asked: who is free there, and when nobody answers, the next": TALK
    + """
        10 | bo ready               | bo ready
        13 | ana consults A queue support | consult A support; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        28 | time passes            | offer-ended A+2 bo rona; bo not_ready rona; HANGUP A.2.0 16; HANGUP A.2.1 16
        40 | bo ready               | bo ready; offered A+2 bo; bo reserved; RING bo for A with A.1.0
        42 | A.3 enters c           | -
        42 | A.1 enters c           | consulted A bo; bo talking; HANGUP A.3.1 26
        50 | A.1 gone               | consult-ended A bo given after 8; transferred A to support; talked A 47 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo talking; bo reserved
        50 | A.3 enters d           | -
        50 | A enters d             | connected A bo after 0; bo talking
    """,
    "a queue is asked where nobody is free, and the agent hangs up: the caller is in its line": TALK
    + """
        13 | ana consults A queue billing | consult A billing; ASIDE ch-A A.1.0
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        20 | A.1 gone               | consult-ended A nobody given after 0; transferred A to billing; talked A 17 ended-by transfer; ana wrap_up; requeued A billing
        30 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "a queue is asked, a phone rings there, and the agent hangs up": TALK
    + """
        13 | bo ready               | bo ready
        13 | ana consults A queue billing | consult A billing; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        20 | A.1 gone               | consult-ended A nobody given after 0; transferred A to billing; talked A 17 ended-by transfer; ana wrap_up; requeued A billing; moved-to A bo; bo reserved
        28 | time passes            | offer-ended A bo rona; bo not_ready rona; HANGUP A.2.0 16; HANGUP A.2.1 16
    """,
    "a conference: the agent leaves, the colleague has the caller": JOINED
    + """
        30 | A.1 leaves c           | consult-ended A bo given after 15; transferred A to bo; talked A 27 ended-by transfer; ana wrap_up; requeued A support; connected A bo after 0; bo talking; HANGUP A.1.0 16
        30 | A.1 gone               | -
        40 | A.2 ending             | -
        40 | A.2 leaves c           | talked A 10 ended-by agent; bo wrap_up; HANGUP A.2.0 16
        40 | A.2 gone               | -
        40 | A after                | STEER A survey
        41 | A gone                 | ended A answered; HANGUP A.2.1 26
    """,
    "a conference: the colleague leaves, the agent goes on and wraps up last": JOINED
    + """
        30 | A.2 leaves c           | consult-ended A bo left after 15; bo wrap_up; HANGUP A.2.0 16; HANGUP A.2.1 16
        30 | A.2 gone               | -
        40 | A.1 ending             | -
        40 | A.1 leaves c           | talked A 37 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        40 | A.1 gone               | -
        40 | A after                | STEER A survey
    """,
    "a conference: the agent lets the colleague go": JOINED
    + """
        30 | ana wants back A       | HANGUP A.2.0 16
        30 | A.2 leaves c           | consult-ended A bo left after 15; bo wrap_up; HANGUP A.2.0 16; HANGUP A.2.1 16
        30 | A.2 gone               | -
    """,
    "a conference: the caller leaves, and it is over for all": JOINED
    + """
        30 | A ending               | -
        30 | A leaves c             | consult-ended A bo caller_gone after 15; bo wrap_up; talked A 27 ended-by caller; ana wrap_up; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
        30 | A.1 gone               | -
        30 | A.2 gone               | -
        30 | A gone                 | ended A answered; HANGUP A.2.1 26
    """,
    "a conference: the agent gives the caller on to a queue": JOINED
    + """
        30 | ana gives A queue billing | transferred A to billing; consult-ended A bo over after 15; bo wrap_up; talked A 27 ended-by transfer; ana wrap_up; requeued A billing; TAKE-OVER ch-A; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
        30 | A leaves c             | -
    """,
    "a conference that the caller did not reach: they hear music on": SPEAKS
    + """
        20 | ana wants join A       | JOIN ch-A A.1.0 A.2.0
        20 | A after                | STEER A wait
    """,
    "the caller leaves while the colleague's phone rings": ASKS
    + """
        16 | A gone                 | offer-ended A+2 bo caller_gone; bo ready; consult-ended A bo caller_gone after 0; talked A 13 ended-by caller; ana wrap_up; ended A answered; HANGUP A.2.0 26; HANGUP A.2.1 26; HANGUP A.1.0 16
        16 | A.1 gone               | -
    """,
    "the caller leaves while the agents talk": SPEAKS
    + """
        18 | A ending               | -
        18 | A gone                 | consult-ended A bo caller_gone after 3; bo wrap_up; talked A 15 ended-by caller; ana wrap_up; ended A answered; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
        18 | A.1 gone               | -
        18 | A.2 gone               | -
    """,
    "the caller leaves as the agent hands them over": SPEAKS
    + """
        18 | A ending               | -
        18 | A.1 gone               | consult-ended A bo caller_gone after 3; bo wrap_up; talked A 15 ended-by caller; ana wrap_up; HANGUP A.2.0 16; HANGUP A.2.1 16
        18 | A gone                 | ended A answered; HANGUP A.2.0 26; HANGUP A.2.1 26
    """,
    "somebody else's call is not theirs to ask about, nor twice": SPEAKS
    + """
        16 | bo consults A to ana   | -
        16 | bo wants back A        | -
        16 | ana consults A to bo   | -
        16 | ana gives A queue billing | -
    """,
    "while Asterisk is out of sight: nothing happens": TALK
    + """
        8  | AMI drops              | -
        9  | ana consults A queue billing | -
    """,
    "the desk of the agent who asks is loaded anew: its new leg is theirs": SPEAKS
    + """
        20 | N starts ana-web       | -
        20 | N enters c ana-web     | moved A ana
        20 | A.1 leaves c           | -
        20 | A.1 gone               | -
        25 | N gone                 | consult-ended A bo given after 10; transferred A to bo; talked A 22 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo talking; bo reserved
        25 | A.2 enters d           | -
        25 | A enters d             | connected A bo after 0; bo talking
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_of_who_was_asked_first_no_work_number_is_said() -> None:
    """They have said themselves who they are, to the agent who asked and now to the caller."""
    play = Play()
    play.table(
        SPEAKS
        + """
        20 | ana wants complete A   | HANGUP A.1.0 16
        20 | A.1 leaves c           | -
        20 | A.1 gone               |
        20 | A.2 enters d           | -
        20 | A enters d             | connected A bo after 0; bo talking
    """
    )
    assert [one.work_number for one in play.greetings] == ["8001"]
