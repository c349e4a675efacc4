"""Calls to the outside, as tables: agents' own, callers given to a number, and every way in which nobody is reached."""

import pytest

from tests.core.play import Play

SCENARIOS = {
    "an agent calls, the customer answers, the agent hangs up": """
        0  | ana ready              | ana ready
        1  | ana dials X tel:1      | opened X; offered X ana; ana reserved; RING ana for X
        2  | X.1 starts             | -
        2  | X.1 up                 | dialled X tel:1 call; DIAL tel:1 for X.1.0
        3  | X.t1 starts            | -
        8  | X.t1 up                | -
        8  | X.t1 enters b          | -
        8  | X.1 enters b           | connected X ana after 0; ana talking
        38 | X.1 ending             | -
        38 | X.1 leaves b           | talked X 30 ended-by agent; ana wrap_up; HANGUP X.1.0 16
        38 | X.1 gone               | -
        39 | X.t1 gone              | ended X answered
        50 | ana wraps-up X         | wrapped X; ana ready
    """,
    "an agent calls out of a wrap-up, which is over by it": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           | connected A ana after 1; ana talking
        5  | A gone                 | talked A 4 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
        6  | ana dials X tel:1      | opened X; wrapped A; offered X ana; ana reserved; RING ana for X
    """,
    "nobody calls from a talk, or for a call that is there": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         | queued A support; offered A ana; ana reserved; RING ana for A
        1  | ana dials X tel:1      | -
        1  | bo dials X tel:1       | -
        2  | bo ready               | bo ready
        3  | bo dials X tel:1       | opened X; offered X bo; bo reserved; RING bo for X
        3  | ana dials X tel:1      | -
    """,
    "busy: the agent writes it down and may try again": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        2  | X.1 up                 | dialled X tel:1 call; DIAL tel:1 for X.1.0
        3  | X.t1 starts            | -
        4  | X.t1 gone 17           | dial-ended X busy; offer-ended X ana not_reached; ana wrap_up; ended X not_reached; HANGUP X.1.0 16
        4  | X.1 gone               | -
        9  | ana dials Y tel:1      | opened Y; wrapped X; offered Y ana; ana reserved; RING ana for Y
    """,
    "the customer's leg is given up by ourselves, should Asterisk not": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        3  | X.t1 starts            | -
        41 | time passes            | -
        42 | time passes            | dial-ended X no_answer; offer-ended X ana not_reached; ana wrap_up; ended X not_reached; HANGUP X.t1 16; HANGUP X.1.0 16
    """,
    "the agent hangs up while it rings": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        3  | X.t1 starts            | -
        4  | ana hangs-up X         | dial-ended X cancelled; offer-ended X ana not_reached; ana wrap_up; ended X not_reached; HANGUP X.t1 16; HANGUP X.1.0 16
        5  | X.t1 gone              | -
    """,
    "the agent's own phone hangs up while it rings": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        3  | X.t1 starts            | -
        4  | X.1 gone               | dial-ended X cancelled; offer-ended X ana not_reached; ana wrap_up; ended X not_reached; HANGUP X.t1 16
    """,
    "the agent's phone is not answered: nobody outside was called": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        16 | time passes            | offer-ended X ana rona; ana not_ready rona; ended X not_reached; HANGUP X.1.0 16
    """,
    "the agent takes the call back before the own phone is answered": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        3  | ana declines X.1       | offer-ended X ana withdrawn; ana ready; ended X not_reached; HANGUP X.1.0 26
    """,
    "a number that may not be called, says the shell": """
        0  | ana ready              |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        3  | X.t1 refused not_allowed | dial-ended X not_allowed; offer-ended X ana not_reached; ana wrap_up; ended X not_reached; HANGUP X.1.0 16
    """,
    "of two phones the one that answers calls": """
        0  | bo ready               |
        1  | bo dials X tel:1       |
        2  | X.1 starts             | -
        2  | X.1 up                 | dialled X tel:1 call; HANGUP X.1.1 26; DIAL tel:1 for X.1.0
        2  | X.1 up                 | -
    """,
    "so many at a time, and so many in an hour": """
        0  | ana ready              |
        0  | bo ready               |
        1  | ana dials X tel:1      |
        1  | X.1 up                 | dialled X tel:1 call; DIAL tel:1 for X.1.0
        1  | bo dials Y tel:2       | opened Y; offered Y bo; bo reserved; RING bo for Y
        2  | Y.1 up                 | dialled Y tel:2 call; HANGUP Y.1.1 26; DIAL tel:2 for Y.1.0
        3  | X.t1 gone 17           |
        3  | Y.t1 gone 17           |
        4  | ana dials Z tel:1      |
        5  | Z.1 up                 |
        6  | Z.t1 gone 17           |
        7  | ana dials U tel:1      |
        8  | U.1 up                 |
        9  | U.t1 gone 17           |
        9  | ana dials V tel:1      |
        9  | V.1 up                 |
        9  | V.t1 gone 17           |
        10 | ana dials W tel:1      | -
        3620 | ana ready            |
        3621 | ana dials W tel:1    | opened W; offered W ana; ana reserved; RING ana for W
    """,
    "a customer we called is given to a colleague, and has a place": """
        0  | ana ready              |
        0  | bo ready               |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        5  | X.t1 starts            |
        5  | X.t1 enters b          |
        5  | X.1 enters b           | connected X ana after 0; ana talking
        9  | ana gives X to bo      | transferred X to bo; talked X 4 ended-by transfer; ana wrap_up; requeued X support; offered X bo; bo reserved; TAKE-OVER X.t1; HANGUP X.1.0 16; RING bo for X
        12 | X.t1 enters c          |
        12 | X.2 enters c           | connected X bo after 3; bo talking; HANGUP X.2.1 26
        20 | X.t1 gone              | talked X 8 ended-by caller; bo wrap_up; ended X answered; HANGUP X.2.0 16; HANGUP X.1.0 26; HANGUP X.2.1 26
    """,
    "a customer we called is set aside while a colleague is asked, who takes them": """
        0  | ana ready              |
        0  | bo ready               |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        5  | X.t1 starts            |
        5  | X.t1 enters b          |
        5  | X.1 enters b           | connected X ana after 0; ana talking
        9  | ana consults X to bo   | consult X bo; offered X+3 bo; bo reserved; ASIDE X.t1 X.1.0; RING bo for X with X.1.0
        9  | X.t1 leaves b          | -
        9  | X.1 leaves b           | -
        9  | X returns-by X.t1      | -
        12 | X.2 enters c           | -
        12 | X.1 enters c           | consulted X bo; bo talking; HANGUP X.2.1 26
        15 | X.1 gone               | consult-ended X bo given after 3; transferred X to bo; talked X 10 ended-by transfer; ana wrap_up; requeued X support; moved-to X bo talking; bo reserved
        15 | X.2 enters d           | -
        15 | X.t1 enters d          | connected X bo after 0; bo talking
        20 | X.t1 gone              | talked X 5 ended-by caller; bo wrap_up; ended X answered; HANGUP X.2.0 16; HANGUP X.2.1 26
    """,
    "a customer we called is set aside, and hangs up": """
        0  | ana ready              |
        0  | bo ready               |
        1  | ana dials X tel:1      |
        2  | X.1 up                 |
        5  | X.t1 enters b          |
        5  | X.1 enters b           | connected X ana after 0; ana talking
        9  | ana consults X to bo   | consult X bo; offered X+3 bo; bo reserved; ASIDE X.t1 X.1.0; RING bo for X with X.1.0
        11 | X.t1 gone              | offer-ended X+3 bo caller_gone; bo ready; consult-ended X bo caller_gone after 0; talked X 6 ended-by caller; ana wrap_up; ended X answered; HANGUP X.2.0 26; HANGUP X.2.1 26; HANGUP X.1.0 16
    """,
    "given to a number outside, who answers": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           |
        9  | ana gives A outside tel:9 | transferred A to tel:9; talked A 8 ended-by transfer; ana wrap_up; dialled A tel:9 transfer; TAKE-OVER ch-A; HANGUP A.1.0 16; DIAL tel:9 for ch-A
        9  | A after                | STEER A wait
        9  | A.1 gone               | -
        10 | A.t1 starts            | -
        14 | A.t1 up                | -
        14 | A.t1 enters c          | -
        14 | A enters c             | connected-outside A after 5
        44 | A.t1 leaves c          | talked-outside A 30; wrapped A; ana ready; HANGUP A.t1 16
        44 | A.t1 gone              | -
        44 | A after                | STEER A survey
        46 | A gone                 | ended A answered
    """,
    "given to a number outside that is busy: back to the agent": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           |
        9  | ana gives A outside tel:9 |
        10 | A.t1 starts            | -
        11 | A.t1 gone 17           | dial-ended A busy; transfer-failed A nobody busy; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "nobody there and the agent has gone: in line, nobody is dropped": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           |
        9  | ana gives A outside tel:9 |
        10 | A.1 gone               | -
        10 | ana signs-out          |
        11 | A.t1 gone 19           | dial-ended A no_answer; transfer-failed A nobody no_answer; requeued A support
        20 | A gone                 | ended A abandoned_again
    """,
    "taken back while it rings outside": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           |
        9  | ana gives A outside tel:9 |
        10 | A.t1 starts            |
        12 | ana takes-back A       | dial-ended A cancelled; transfer-failed A nobody recalled; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.t1 16; RING ana for A
    """,
    "the caller leaves while it rings outside": """
        0  | ana ready              |
        0  | A calls                |
        0  | A asks support         |
        1  | A enters b             |
        1  | A.1 enters b           |
        9  | ana gives A outside tel:9 |
        10 | A.t1 starts            |
        12 | A gone                 | dial-ended A cancelled; ended A abandoned_again; HANGUP A.t1 16; HANGUP A.1.0 26
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_an_own_call_counts_as_nobody_who_came() -> None:
    play = Play()
    play.table(SCENARIOS["an agent calls, the customer answers, the agent hangs up"])
    assert play.world.today.arrived == 0
    assert all(not (q.arrived or q.answered or q.talked) for q in play.world.today.queues.values())
