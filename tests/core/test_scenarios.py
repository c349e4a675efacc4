"""Every ending a call can have, as tables."""

import pytest

from tests.core.play import Play

SCENARIOS = {
    "answered, agent hangs up, caller says yes": """
        0  | A calls                | opened A
        1  | A asks support en      | queued A support
        5  | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        5  | A.1 starts             | -
        8  | A.1 enters b           | -
        8  | A enters b             | connected A ana after 7; ana talking
        38 | A.1 ending             | -
        38 | A.1 leaves b           | talked A 30 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        38 | A leaves b             | -
        38 | A.1 gone               | -
        38 | A after                | STEER A survey
        41 | A answers yes          | judged A yes
        42 | A gone                 | ended A answered
        50 | ana wraps-up A         | wrapped A; ana ready
    """,
    "a hang-up that Asterisk loses is asked for again, and not too often": """
        0    | ana ready              |
        1    | A calls                |
        1    | A asks support         |
        3    | A enters b             |
        3    | A.1 enters b           | connected A ana after 2; ana talking
        4    | A.1 ending             | -
        4.05 | time passes            | -
        4.1  | time passes            | HANGUP A.1.0 16
        4.15 | time passes            | -
        4.2  | time passes            | HANGUP A.1.0 16
        4.4  | time passes            | HANGUP A.1.0 16
        4.7  | time passes            | -
        4.8  | time passes            | HANGUP A.1.0 16
        4.81 | A.1 gone               | talked A 1 ended-by agent; ana wrap_up
        9    | time passes            | -
    """,
    "the desk is loaded anew and takes its own call over": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        20 | N starts ana-web       | -
        20 | A.1 leaves b           | -
        20 | N enters b ana-web     | moved A ana
        20 | A.1 ending             | -
        20 | A.1 gone               | -
        25 | N holds                | held A
        27 | N resumes              | resumed A
        40 | N leaves b             | talked A 37 ended-by agent; ana wrap_up; HANGUP ch-N 16
        40 | N gone                 | -
        40 | A after                | STEER A survey
        41 | A gone                 | ended A answered
    """,
    "the desk is loaded anew, and its new leg is seen entering first": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        20 | N enters b ana-web     | moved A ana
        20 | A.1 leaves b           | -
        20 | A.1 gone               | -
        40 | N gone                 | talked A 37 ended-by agent; ana wrap_up
    """,
    "the desk is loaded anew, and its new leg never gets in": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        20 | N starts ana-web       | -
        20 | A.1 leaves b           | -
        20 | A.1 gone               | talked A 17 ended-by agent; ana wrap_up
        20 | N gone                 | -
    """,
    "an agent's second line does not keep a talk from ending": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        20 | N starts ana-web       | -
        25 | A.1 ending             | -
        25 | A.1 leaves b           | talked A 22 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
    "another agent's phone can't take a call over": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        20 | N enters b bo-web      | -
        20 | N enters c ana-web     | -
    """,
    "answered, caller hangs up": """
        0  | ana ready              |
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
        9  | A ending               | -
        9  | A leaves b             | talked A 6 ended-by caller; ana wrap_up; HANGUP A.1.0 16
        9  | A.1 leaves b           | -
        9  | A gone                 | ended A answered; HANGUP A.1.0 26
        9  | A.1 gone               | -
        39 | time passes            | wrapped A; ana ready
    """,
    "RONA: the caller keeps the place and goes to the next": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A ana; ana reserved; RING ana for A
        2  | A.1 starts             |
        3  | B calls                |
        3  | B asks support         | queued B support
        16 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
        16 | A.1 gone               | -
        20 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "declined on the phone": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        3  | A.1 gone 21            | offer-ended A ana declined; ana not_ready declined
    """,
    "declined on the desk": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        3  | ana declines A.1       | offer-ended A ana declined; ana not_ready declined; HANGUP A.1.0 16
    """,
    "declined before Asterisk has begun to ring": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        1  | ana declines A.1       | offer-ended A ana declined; ana not_ready declined; HANGUP A.1.0 16
        1  | A.1 starts             | HANGUP A.1.0 26
        1  | A.1 gone               | -
    """,
    "the caller leaves before Asterisk has begun to ring": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        1  | A gone                 | offer-ended A ana caller_gone; ana ready; ended A abandoned; HANGUP A.1.0 26
        1  | A.1 starts             | HANGUP A.1.0 26
        1  | A.1 gone               | -
    """,
    "phone not registered": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 fails              | offer-ended A ana unreachable; ana not_ready unreachable
    """,
    "a phone that is not there: nobody waits for it as long as for one that rings": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        1  | A.1 starts             | -
        4  | bo ready               | bo ready
        5  | time passes            | offer-ended A ana unreachable; ana not_ready unreachable; offered A bo; bo reserved; HANGUP A.1.0 16; RING bo for A
    """,
    "one of two phones is not there: the other rings on": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1  | A.1 starts             | -
        1  | A.1.1 starts           | -
        1  | A.1 rings              | -
        9  | time passes            | -
        9  | A enters b             | -
        9  | A.1 enters b           | connected A bo after 8; bo talking; HANGUP A.1.1 26
    """,
    "a phone that is there and does not say that it rings has as long as any": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        1  | A.1 starts             | -
        4  | A.1 reached            | -
        15 | time passes            | -
        16 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
    """,
    "of two phones one is there and the other says nothing": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         |
        1  | A.1 starts             | -
        1  | A.1.1 starts           | -
        1  | A.1.1 reached          | -
        9  | time passes            | -
        9  | A enters b             | -
        9  | A.1.1 enters b         | connected A bo after 8; bo talking; HANGUP A.1.0 26
    """,
    "a phone that said so while we were away rings on": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        1  | A.1 starts             | -
        2  | we restarts            |
        6  | everybody comes-back   |
        15 | time passes            | -
        16 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
    """,
    "abandoned while waiting": """
        0  | A calls                |
        1  | A asks support         | queued A support
        61 | A gone                 | ended A abandoned
    """,
    "abandoned while the agent's phone rings: it stops at once, the agent stays ready": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        4  | A gone                 | offer-ended A ana caller_gone; ana ready; ended A abandoned; HANGUP A.1.0 26
    """,
    "left in the menu": """
        0  | A calls                | opened A
        4  | A chooses internet     | -
        5  | A gone                 | ended A left_menu
    """,
    "gone before we heard of it": """
        0  | A gone                 | -
        0  | A calls                | opened A; ended A left_menu
    """,
    "ghost: hang-up, then bridge; both are hung up": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        4  | A ending               | -
        4  | A enters b             | repaired: ghost hung up; HANGUP ch-A 26
        4  | A.1 enters b           | repaired: ghost hung up; HANGUP ch-A 26; HANGUP A.1.0 26
        5  | A gone                 | offer-ended A ana caller_gone; ana ready; ended A abandoned; HANGUP A.1.0 26
    """,
    "a late answer after RONA still connects": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        2  | A.1 rings              | -
        16 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
        16 | A.1 enters b           | -
        16 | A enters b             | connected A ana after 15; ana talking
    """,
    "a late answer wins over the next offer": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | A.1 starts             |
        2  | A.1 rings              | -
        16 | bo ready               | bo ready; offer-ended A ana rona; ana not_ready rona; offered A bo; bo reserved; HANGUP A.1.0 16; RING bo for A
        16 | A.1 enters b           | -
        16 | A enters b             | offer-ended A bo withdrawn; bo ready; connected A ana after 15; ana talking; HANGUP A.2.0 26; HANGUP A.2.1 26
    """,
    "two phones: the other stops ringing": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        3  | A enters b             |
        3  | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
    """,
    "not ready while talking takes effect after it": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks billing         | queued A billing; offered A ana; ana reserved; RING ana for A
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        4  | ana not-ready lunch    | ana next lunch
        9  | A.1 leaves b           | talked A 6 ended-by agent; ana wrap_up; ana not_ready lunch; HANGUP A.1.0 16
        9  | A after                | STEER A goodbye
    """,
    "skills: who can't serve is passed by, nobody is blocked": """
        0  | A calls                |
        0  | A asks support cmn     | queued A support
        1  | B calls                |
        1  | B asks support en      | queued B support
        2  | ana ready              | ana ready; offered B ana; ana reserved; RING ana for B
        3  | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "a ring widens": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks rings           | queued A rings
        21 | time passes            | offered A bo; bo reserved; RING bo for A
    """,
    "a desk that is gone gets no calls": """
        0  | ana ready              |
        1  | ana desk-lost          | ana not_ready desk_lost
        2  | A calls                |
        2  | A asks support en      | queued A support
    """,
    "hold and resume": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           |
        4  | A.1 holds              | held A
        6  | A.1 resumes            | resumed A
        7  | ana hangs-up A         | HANGUP A.1.0 16
    """,
    "the desk hangs up an offer: that declines it": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        2  | ana hangs-up A         | offer-ended A ana declined; ana not_ready declined; HANGUP A.1.0 16
    """,
    "wrap-up extended": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           |
        5  | A gone                 | talked A 2 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
        6  | ana extends 60         | ana wrap_up
        40 | time passes            | -
        95 | time passes            | wrapped A; ana ready
    """,
    "no offers while Asterisk is out of sight": """
        0  | AMI drops              |
        0  | A calls                |
        1  | A asks support         | queued A support
        2  | ana ready              | ana ready
    """,
    "an agent picks up for a caller who is leaving: it is nobody's fault, and nobody else is rung": """
        0  | ana ready              |
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         |
        2  | A ending               | -
        2  | A.1 up                 | -
        2  | A enters b             | repaired: ghost hung up; HANGUP ch-A 26
        2  | A.1 enters b           | repaired: ghost hung up; HANGUP ch-A 26; HANGUP A.1.0 26
        2  | A.1 gone 26            | offer-ended A ana caller_gone; ana ready
        3  | A gone 26              | ended A abandoned
    """,
    "a restart of ours: an agent whose desk does not come back is taken off": """
        0  | ana ready              |
        1  | we restarts            |
        22 | time passes            | ana not_ready desk_lost
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


@pytest.mark.parametrize(("caller", "said"), [("cmn", "cmn"), ("", "en")])
def test_the_greeting_is_in_the_callers_language_or_else_the_sites(caller: str, said: str) -> None:
    play = Play()
    play.table(f"""
        0 | bo ready               |
        0 | A calls                |
        1 | A asks support {caller} | queued A support; offered A bo; bo reserved; RING bo for A
        3 | A enters b             | -
        3 | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
    """)
    assert [ring.language for ring in play.rings] == [said]
    assert [(one.channel, one.work_number, one.language) for one in play.greetings] == [("A.1.0", "8002", said)]


def test_whom_the_agent_has_heard_ring_is_not_greeted() -> None:
    play = Play()
    play.table("""
        0  | A calls tel:1          | opened A
        0  | A asks support         | queued A support
        5  | A wants-callback       | booked A tel:1
        7  | A ending               | -
        7  | A gone                 | kept A; due A
        60 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        63 | A.1 up                 | dialled A tel:1 callback; DIAL tel:1 for A.1.0
        70 | A.t1 enters b          | -
        70 | A.1 enters b           | connected A ana after 7; ana talking
    """)
    assert play.greetings == []
