"""A desk that does not answer, as tables: a frozen tab, a connection that is cut, a page that is loaded anew."""

import pytest

from cti.core.ids import AgentId, InteractionId
from tests.core.play import Play

RINGS = """
        0   | ana ready              | ana ready
        1   | A calls                | opened A
        1   | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        1   | A.1 starts             | -
"""
SCENARIOS = {
    "the tab is frozen as it rings: the next agent has the caller, and nobody is taken off for it": RINGS
    + """
        1.8 | ana desk-silent        | ana silent
        2   | bo ready               | bo ready
        3.7 | time passes            | -
        3.8 | time passes            | offer-ended A ana silent; ana ready; offered A bo; bo reserved; HANGUP A.1.0 26; RING bo for A
        3.8 | A.1 gone               | -
        5   | A enters b             | -
        5   | A.2 enters b           | connected A bo after 4; bo talking; HANGUP A.2.1 26
    """,
    "nobody else is there: the caller keeps the place, and the agent has them when the tab is back": RINGS
    + """
        1.8 | ana desk-silent        | ana silent
        3.8 | time passes            | offer-ended A ana silent; ana ready; HANGUP A.1.0 26
        3.8 | A.1 gone               | -
        4   | ana desk-silent        | -
        9   | ana desk-back          | ana answers; offered A ana; ana reserved; RING ana for A
    """,
    "only slow: it answers in time, and rings on": RINGS
    + """
        1.8 | ana desk-silent        | ana silent
        2.5 | ana desk-back          | ana answers
        2.5 | A.1 rings              | -
        9   | time passes            | -
        16  | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
    """,
    "answered all the same: the voice needs no page": RINGS
    + """
        1.8 | ana desk-silent        | ana silent
        2   | A.1 up                 | -
        3.8 | time passes            | -
        4   | A enters b             | -
        4   | A.1 enters b           | connected A ana after 3; ana talking
        9   | ana desk-silent        | -
    """,
    "silent before a caller comes: they go to another, and to this agent when it answers": """
        0   | ana ready              | ana ready
        1   | ana desk-silent        | ana silent
        2   | A calls                | opened A
        2   | A asks support en      | queued A support
        3   | ana desk-back          | ana answers; offered A ana; ana reserved; RING ana for A
    """,
    "a desk phone rings whether the page lives or not": """
        0   | bo ready               | bo ready
        1   | bo desk-silent         | bo silent
        2   | A calls                | opened A
        2   | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        9   | time passes            | -
        10  | A enters b             | -
        10  | A.1 enters b           | connected A bo after 8; bo talking; HANGUP A.1.1 26
    """,
    "the tab is frozen and the desk phone is not there: the next agent has the caller, who is not rung for again and again": """
        0   | bo-desk unregisters    | -
        0   | bo ready               | bo ready
        1   | A calls                | opened A
        1   | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        1   | A.1 starts             | -
        1.8 | bo desk-silent         | bo silent
        2   | ana ready              | ana ready
        3.8 | time passes            | offer-ended A bo silent; bo ready; offered A ana; ana reserved; HANGUP A.1.0 26; RING ana for A
        4   | A gone                 |
        4   | ana not-ready lunch    |
        5   | B calls                | opened B
        5   | B asks support         | queued B support
        6   | bo-desk registers      | offered B bo; bo reserved; RING bo for B
    """,
    "nor is the desk phone of a desk that is lost: not ready": """
        0   | bo ready               | bo ready
        1   | bo-desk unregisters    | -
        2   | bo desk-lost           | bo not_ready desk_lost
    """,
    "silent for long: the desk is lost, and back": """
        0   | ana ready              | ana ready
        3   | ana desk-silent        | ana silent
        10  | ana desk-lost          | ana not_ready desk_lost
        20  | ana desk-back          | -
        21  | ana ready              | ana ready
    """,
    "the tab freezes in a talk: the talk goes on": RINGS
    + """
        3   | A enters b             | -
        3   | A.1 enters b           | connected A ana after 2; ana talking
        9   | ana desk-silent        | ana silent
        19  | ana desk-lost          | ana next desk_lost
        30  | A.1 gone               | talked A 27 ended-by agent; ana wrap_up
    """,
    "given to a colleague whose tab is frozen: back to who gave them": """
        0   | bo ready               | bo ready
        1   | A calls                | opened A
        1   | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        3   | A enters b             | -
        3   | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
        9   | ana ready              | ana ready
        10  | bo gives A to ana      | transferred A to ana; talked A 7 ended-by transfer; bo wrap_up; requeued A support; offered A ana; ana reserved; TAKE-OVER ch-A; HANGUP A.1.0 16; RING ana for A
        10  | A.1 gone               | -
        11  | ana desk-silent        | ana silent
        13  | time passes            | offer-ended A ana silent; ana ready; transfer-failed A ana silent; bo ready; requeued A support; offered A bo; bo reserved; HANGUP A.2.0 26; RING bo for A
    """,
    "a colleague whose desk does not answer is not free to be given anybody": """
        0   | bo ready               | bo ready
        1   | A calls                | opened A
        1   | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        3   | A enters b             | -
        3   | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
        8   | ana ready              | ana ready
        9   | ana desk-silent        | ana silent
        10  | bo gives A to ana      | transfer-failed A ana not_free
    """,
    "asked by a colleague, in a tab that is frozen": """
        0   | bo ready               | bo ready
        1   | A calls                | opened A
        1   | A asks support         | queued A support; offered A bo; bo reserved; RING bo for A
        3   | A enters b             | -
        3   | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
        9   | ana ready              | ana ready
        10  | bo consults A to ana   |
        11  | ana desk-silent        | ana silent
        13  | time passes            | offer-ended A+2 ana silent; ana ready; consult-ended A ana silent after 0; HANGUP A.2.0 26; MOVE A.1.0 nobody
    """,
    "a message is not shown to a page that does not answer": """
        0   | ana ready              | ana ready
        0   | ana desk-silent        | ana silent
        1   | A calls                | opened A
        2   | A records 9000 sent    | message A 9000 support
        9   | ana desk-back          | ana answers; shown A-message ana
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_why_says_so_to_the_agent_and_of_them() -> None:
    play = Play()
    play.table("0 | ana ready |\n1 | ana desk-silent |\n2 | A calls |\n2 | A asks support en | queued A support")
    now, routing = play.now, play.index.routing
    assert [why.code for why in routing.why_no_work(AgentId("ana"), now)] == ["silent"]
    assert ("silent", "ana") in [(why.code, why.agent) for why in routing.why_waiting(InteractionId("A"), now)]
    assert [why.code for why in play.index.text.why_no_work(AgentId("ana"), now)] == ["silent"]


def test_after_a_restart_of_ours_a_desk_has_its_time_to_come_back() -> None:
    play = Play()
    play.table("""
        0   | ana ready              | ana ready
        1   | ana desk-silent        | ana silent
        2   | we restarts            | -
        5   | ana desk-back          | -
    """)
    assert play.world.agents[AgentId("ana")].desk_answers
