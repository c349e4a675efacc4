"""An agent's phone asks a colleague on a second line, and transfers, as tables: every order Asterisk may tell it in."""

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
        12 | A.1 holds              | held A
        13 | L starts ana-web       | -
        13 | ana-web phones L 8002  | consult A bo by phone; offered A+2 bo; bo reserved; PHONE ch-L ask; RING bo for A with ch-L
"""
)
SPEAKS = (
    ASKS
    + """
        15 | A.2 up                 | -
        15 | A.2 enters c           | -
        15 | L enters c             | consulted A bo; bo talking; HANGUP A.2.1 26
"""
)
GIVEN = "consult-ended A bo given after 5; transferred A to bo; talked A 17 ended-by transfer; ana wrap_up; requeued A support"
SCENARIOS = {
    "attended transfer, the colleague comes to the caller": SPEAKS
    + f"""
        20 | L leaves c             | -
        20 | A.2 leaves c           | -
        20 | A.2 enters b           | {GIVEN}; connected A bo after 0; bo talking; HANGUP ch-L 16; HANGUP A.1.0 16
        20 | A.1 leaves b           | -
        20 | A.1 gone               | -
        20 | L gone                 | -
        25 | ana wraps-up A         | wrapped A; ana ready
        30 | A.2 ending             | -
        30 | A.2 leaves b           | talked A 10 ended-by agent; bo wrap_up; HANGUP A.2.0 16
        30 | A.2 gone               | -
        30 | A after                | STEER A survey
        32 | A gone                 | ended A answered; HANGUP A.2.1 26
    """,
    "attended transfer, the caller comes to the colleague": SPEAKS
    + f"""
        20 | A leaves b             | -
        20 | A enters c             | {GIVEN}; connected A bo after 0; bo talking; HANGUP ch-L 16; HANGUP A.1.0 16
        20 | A.1 leaves b           | -
        20 | L leaves c             | -
        20 | L gone                 | -
        20 | A.1 gone               | -
        30 | A ending               | -
        30 | A leaves c             | talked A 10 ended-by caller; bo wrap_up; HANGUP A.2.0 16
        30 | A gone                 | ended A answered; HANGUP A.2.0 26; HANGUP A.2.1 26
    """,
    "attended transfer, and AMI tells the ends of the phone's lines first": SPEAKS
    + f"""
        20 | L gone                 | -
        20 | A.1 gone               | {GIVEN}; moved-to A bo talking; bo reserved
        20 | A.2 leaves c           | -
        20 | A.2 enters b           | connected A bo after 0; bo talking
    """,
    "attended transfer, and AMI tells the end of the first line first": SPEAKS
    + f"""
        20 | A.1 gone               | {GIVEN}; moved-to A bo talking; bo reserved; HANGUP ch-L 16
        20 | L gone                 | -
        20 | A.2 enters b           | connected A bo after 0; bo talking
    """,
    "the agent hangs up the caller's line: the colleague has them, once the phone lets go": SPEAKS
    + f"""
        20 | A.1 leaves b           | -
        20 | A leaves b             | -
        20 | A after                | {GIVEN}; moved-to A bo talking; bo reserved; HANGUP ch-L 16; HANGUP A.1.0 16; STEER A wait
        20 | A.1 gone               | -
        20 | L gone                 | -
        21 | A.2 enters d           | -
        21 | A enters d             | connected A bo after 1; bo talking
    """,
    "the agent hangs up the second line: the caller is theirs, who wraps up alone": SPEAKS
    + """
        20 | L leaves c             | -
        20 | L gone                 | -
        20 | A.2 leaves c           | -
        20 | A.2 gone               | consult-ended A bo left after 5; bo wrap_up; HANGUP A.2.1 16
        21 | A.1 resumes            | resumed A
        30 | A.1 ending             | -
        30 | A.1 leaves b           | talked A 27 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
    "the colleague hangs up: so does the second line, and the caller is still there": SPEAKS
    + """
        20 | A.2 leaves c           | -
        20 | L leaves c             | -
        20 | A.2 gone               | consult-ended A bo left after 5; bo wrap_up; HANGUP ch-L 16; HANGUP A.2.1 16
        20 | L gone                 | -
        21 | A.1 resumes            | resumed A
        22 | bo wraps-up A          | wrapped A; bo ready
        23 | ana-web phones K 8002  | consult A bo by phone; offered A+3 bo; bo reserved; PHONE ch-K ask; RING bo for A with ch-K
    """,
    "the agent hangs up the second line while it rings: the colleague stays ready": ASKS
    + """
        16 | L gone                 | offer-ended A+2 bo withdrawn; bo ready; consult-ended A bo withdrawn after 0; HANGUP A.2.0 26; HANGUP A.2.1 26
        16 | A.2 gone               | -
        17 | A.1 resumes            | resumed A
    """,
    "nobody answers: the phone hears so, and the caller is still there": ASKS
    + """
        28 | time passes            | offer-ended A+2 bo rona; bo not_ready rona; consult-ended A bo rona after 0; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP ch-L 19
        28 | L gone                 | -
        29 | A.1 resumes            | resumed A
    """,
    "the colleague declines: engaged": ASKS
    + """
        16 | A.2 gone 21            | -
        16 | bo declines A.2        | offer-ended A+2 bo declined; bo not_ready declined; consult-ended A bo declined after 0; HANGUP A.2.1 16; HANGUP ch-L 17
    """,
    "the phone transfers while it rings, and AMI tells the second line's end first: as a blind transfer": ASKS
    + """
        16 | A leaves b             | -
        16 | L gone                 | offer-ended A+2 bo withdrawn; bo ready; consult-ended A bo withdrawn after 0; HANGUP A.2.0 26; HANGUP A.2.1 26
        16 | A.1 gone               | talked A 13 ended-by agent; ana wrap_up
        17 | A sent-to 8002         | transferred A to bo; requeued A support; offered A bo; bo reserved; RING bo for A; STEER A wait
    """,
    "the phone transfers while it rings, and AMI tells the first line's end first: the phone rings on": ASKS
    + """
        16 | A leaves b             | -
        16 | A.1 gone               | consult-ended A bo given after 0; transferred A to bo; talked A 13 ended-by transfer; ana wrap_up; requeued A support; moved-to A bo; bo reserved; HANGUP ch-L 16
        16 | L gone                 | -
        17 | A sent-to 8002         | STEER A wait
        18 | A enters d             | -
        18 | A.2 enters d           | connected A bo after 2; bo talking; HANGUP A.2.1 26
    """,
    "the phone cancels the second line and transfers blindly": ASKS
    + """
        16 | A sent-to 8002         | offer-ended A+2 bo withdrawn; bo ready; consult-ended A bo over after 0; talked A 13 ended-by transfer; ana wrap_up; transferred A to bo; requeued A support; offered A bo; bo reserved; HANGUP A.2.0 26; HANGUP A.2.1 26; HANGUP ch-L 16; HANGUP A.1.0 16; RING bo for A; STEER A wait
    """,
    "the caller leaves while it rings": ASKS
    + """
        16 | A ending               | -
        16 | A leaves b             | -
        16 | A gone                 | offer-ended A+2 bo caller_gone; bo ready; consult-ended A bo caller_gone after 0; talked A 13 ended-by caller; ana wrap_up; ended A answered; HANGUP A.2.0 26; HANGUP A.2.1 26; HANGUP ch-L 16; HANGUP A.1.0 16
    """,
    "the caller leaves while the agents talk: over for all": SPEAKS
    + """
        18 | A ending               | -
        18 | A gone                 | consult-ended A bo caller_gone after 3; bo wrap_up; talked A 15 ended-by caller; ana wrap_up; ended A answered; HANGUP ch-L 16; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
    """,
    "the caller leaves in the moment of the transfer": SPEAKS
    + """
        18 | A ending               | -
        18 | A.2 enters b           | -
        18 | A gone                 | consult-ended A bo caller_gone after 3; bo wrap_up; talked A 15 ended-by caller; ana wrap_up; ended A answered; HANGUP ch-L 16; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
    """,
    "the desk can let go and hand over, but not join: the phone does": SPEAKS
    + """
        16 | ana wants join A       | -
        17 | ana wants back A       | HANGUP A.2.0 16
        18 | ana wants complete A   | HANGUP A.1.0 16
    """,
    "the desk takes the caller back while it rings": ASKS
    + """
        16 | ana wants back A       | HANGUP ch-L 16
        16 | ana consults A queue billing | -
    """,
    "the desk gives the caller to a queue meanwhile": SPEAKS
    + """
        20 | ana gives A queue billing | transferred A to billing; consult-ended A bo over after 5; bo wrap_up; talked A 17 ended-by transfer; ana wrap_up; requeued A billing; TAKE-OVER ch-A; HANGUP ch-L 16; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
    """,
    "refused, and the talk goes on: who is not ready, who is nobody, oneself": TALK
    + """
        5  | L starts ana-web       | -
        5  | ana-web phones L 8002  | transfer-failed A bo not_free; PHONE ch-L busy
        5  | L gone                 | -
        6  | ana-web phones L 110   | PHONE ch-L not_now
        6  | ana-web phones K 110   | PHONE ch-K nobody
        7  | ana-web phones M 8001  | transfer-failed A ana not_free; PHONE ch-M busy
        8  | x phones N 8002        | PHONE ch-N not_now
        9  | A.1 ending             | -
        9  | A.1 leaves b           | talked A 6 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
    "refused: nobody is on the line, or the caller is set aside already": """
        0  | ana ready              | ana ready
        0  | bo ready               | bo ready
        1  | L starts ana-web       | -
        1  | ana-web phones L 8002  | PHONE ch-L not_now
        1  | L gone                 | -
    """,
    "refused: one colleague at a time": SPEAKS
    + """
        16 | ana-web phones K 8002  | PHONE ch-K not_now
        16 | bo-desk phones K 8001  | PHONE ch-K not_now
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])
