"""A caller whom an agent gives on, as tables: nobody is dropped, places are kept, a call is counted once."""

import pytest

from cti.core import inputs as i
from cti.core.ids import AgentId, BridgeId, ChannelId, Ms
from cti.core.inputs import ChannelNow
from cti.core.interaction import State
from tests.core.play import Play

TALK = """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support en      |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
"""
TO_BO = """
        30 | bo ready               | bo ready
        33 | ana gives A to bo      | transferred A to bo; talked A 30 ended-by transfer; ana wrap_up; requeued A support; offered A bo; bo reserved; TAKE-OVER ch-A; HANGUP A.1.0 16; RING bo for A
        33 | A leaves b             | -
        33 | A.1 leaves b           | -
        33 | A.1 gone               | -
"""

SCENARIOS = {
    "to a colleague, who answers": TALK
    + TO_BO
    + """
        33 | A calls                | -
        37 | A enters c             | -
        37 | A.2 enters c           | connected A bo after 4; bo talking; HANGUP A.2.1 26
        40 | ana wraps-up A         | wrapped A; ana ready
        67 | A.2 ending             | -
        67 | A.2 leaves c           | talked A 30 ended-by agent; bo wrap_up; HANGUP A.2.0 16
        67 | A.2 gone               | -
        67 | A after                | STEER A survey
        68 | A answers yes          | judged A yes
        69 | A gone                 | ended A answered; HANGUP A.2.1 26
    """,
    "to a colleague, who does not answer: back to the first agent, whose wrap-up is over by it": TALK
    + TO_BO
    + """
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
        50 | A enters d             | -
        50 | A.3 enters d           | connected A ana after 17; ana talking
    """,
    "to a colleague, who declines": TALK
    + TO_BO
    + """
        35 | bo declines A.2        | offer-ended A bo declined; bo not_ready declined; transfer-failed A bo declined; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
    """,
    "to a colleague whose phone can't ring": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
        9  | ana ready              |
        9  | bo gives A to ana      | transferred A to ana; talked A 6 ended-by transfer; bo wrap_up; requeued A support; offered A ana; ana reserved; TAKE-OVER ch-A; HANGUP A.1.0 16; RING ana for A
        10 | A.2 fails              | offer-ended A ana unreachable; ana not_ready unreachable; transfer-failed A ana unreachable; bo ready; requeued A support; offered A bo; bo reserved; RING bo for A
    """,
    "to a colleague whose phones are not there: back with who gave them": TALK
    + TO_BO
    + """
        33 | A.2 starts             | -
        33 | A.2.1 starts           | -
        37 | time passes            | offer-ended A bo unreachable; bo not_ready unreachable; transfer-failed A bo unreachable; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
    """,
    "to a colleague, who does not answer, and then nor does the first: in line, with the old place": TALK
    + TO_BO
    + """
        40 | B calls                |
        40 | B asks support         | queued B support
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
        63 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.3.0 16
        70 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "to a colleague, who does not answer, and the first has gone to lunch: in line, with the old place": TALK
    + TO_BO
    + """
        34 | ana wraps-up A         | wrapped A; ana ready
        35 | ana not-ready lunch    | ana not_ready lunch
        40 | B calls                |
        40 | B asks support         | queued B support
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; requeued A support; HANGUP A.2.0 16; HANGUP A.2.1 16
        70 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "to a colleague, who does not answer, and the first asked for a break after the call": TALK
    + TO_BO
    + """
        35 | ana not-ready lunch    | ana next lunch
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; ana not_ready lunch; requeued A support; HANGUP A.2.0 16; HANGUP A.2.1 16
    """,
    "to a colleague who is not free: the talk goes on": TALK
    + """
        9  | ana gives A to bo      | transfer-failed A bo not_free
        9  | ana gives A to ana     | transfer-failed A ana not_free
        9  | ana gives A to zoe     | transfer-failed A zoe not_free
        12 | A.1 ending             | -
        12 | A.1 leaves b           | talked A 9 ended-by agent; ana wrap_up; HANGUP A.1.0 16
    """,
    "to a queue: nobody is free there, the caller waits with the place of the call's begin": TALK
    + """
        20 | B calls                |
        20 | B asks billing         | queued B billing
        33 | ana gives A queue billing | transferred A to billing; talked A 30 ended-by transfer; ana wrap_up; requeued A billing; TAKE-OVER ch-A; HANGUP A.1.0 16
        33 | A leaves b             | -
        33 | A.1 gone               | -
        33 | A calls                | -
        50 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
        52 | A enters c             | -
        52 | A.2 enters c           | connected A bo after 19; bo talking; HANGUP A.2.1 26
    """,
    "to a queue: a phone that does not answer there keeps the place there": TALK
    + """
        30 | bo ready               | bo ready
        33 | ana gives A queue billing | transferred A to billing; talked A 30 ended-by transfer; ana wrap_up; requeued A billing; offered A bo; bo reserved; TAKE-OVER ch-A; HANGUP A.1.0 16; RING bo for A
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; HANGUP A.2.0 16; HANGUP A.2.1 16
        63 | time passes            | wrapped A; ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "to a queue that there is not: nothing happens": TALK
    + """
        9  | ana gives A queue lost | -
    """,
    "of somebody else's call: nothing happens": TALK
    + """
        9  | bo gives A queue billing | -
    """,
    "while Asterisk is out of sight: nothing happens": TALK
    + """
        8  | AMI drops              | -
        9  | ana gives A queue billing | -
    """,
    "while the caller hangs up: nothing happens": TALK
    + """
        9  | A ending               | -
        9  | ana gives A queue billing | -
        9  | A leaves b             | talked A 6 ended-by caller; ana wrap_up; HANGUP A.1.0 16
    """,
    "twice: the second press does nothing": TALK
    + TO_BO
    + """
        33 | ana gives A to bo      | -
        33 | ana gives A queue billing | -
    """,
    "who gave the caller away can't hang up on the next": TALK
    + TO_BO
    + """
        34 | ana hangs-up A         | -
        37 | A enters c             | -
        37 | A.2 enters c           | connected A bo after 4; bo talking; HANGUP A.2.1 26
        38 | ana hangs-up A         | -
        39 | bo hangs-up A          | HANGUP A.2.0 16
    """,
    "from hold: the hold is over": TALK
    + """
        9  | A.1 holds              | held A
        12 | ana gives A queue billing | transferred A to billing; talked A 9 ended-by transfer; ana wrap_up; requeued A billing; TAKE-OVER ch-A; HANGUP A.1.0 16
        12 | A.1 resumes            | -
    """,
    "the caller leaves while the colleague's phone rings: not a second time counted as a call": TALK
    + TO_BO
    + """
        35 | A gone                 | offer-ended A bo caller_gone; bo ready; ended A abandoned_again; HANGUP A.2.0 26; HANGUP A.2.1 26
    """,
    "the colleague picks up for a caller who is leaving: nobody else is rung": TALK
    + TO_BO
    + """
        35 | A ending               | -
        35 | bo declines A.2        | offer-ended A bo declined; bo not_ready declined; transfer-failed A bo declined; ana ready; requeued A support; HANGUP A.2.0 16; HANGUP A.2.1 16
        36 | A gone                 | ended A abandoned_again; HANGUP A.2.0 26; HANGUP A.2.1 26
    """,
    "the caller leaves the second line": TALK
    + """
        33 | ana gives A queue billing |
        40 | A gone                 | ended A abandoned_again; HANGUP A.1.0 26
    """,
    "the agent's end is seen first, so the caller comes by way of what follows a talk": TALK
    + """
        33 | ana gives A queue billing |
        33 | A.1 gone               | -
        33 | A leaves b             | -
        33 | A after                | STEER A wait
    """,
    "who was given to a queue stays in its line, however long the call has been": TALK
    + """
        90 | ana gives A queue brief | transferred A to brief; talked A 87 ended-by transfer; ana wrap_up; requeued A brief; TAKE-OVER ch-A; HANGUP A.1.0 16
        99 | time passes            | -
    """,
    "by the phone, to a colleague's work number": TALK
    + """
        30 | bo ready               | bo ready
        33 | A leaves b             | talked A 30 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        33 | A sent-to 8002         | transferred A to bo; requeued A support; offered A bo; bo reserved; RING bo for A; STEER A wait
        33 | A.1 gone               | -
        33 | A calls                | -
        37 | A enters c             | -
        37 | A.2 enters c           | connected A bo after 4; bo talking; HANGUP A.2.1 26
    """,
    "by the phone, and AMI is behind": TALK
    + """
        30 | bo ready               | bo ready
        33 | A sent-to 8002         | talked A 30 ended-by transfer; ana wrap_up; transferred A to bo; requeued A support; offered A bo; bo reserved; HANGUP A.1.0 16; RING bo for A; STEER A wait
        33 | A leaves b             | -
        48 | time passes            | offer-ended A bo rona; bo not_ready rona; transfer-failed A bo rona; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 16; HANGUP A.2.1 16; RING ana for A
    """,
    "by the phone, to somebody who is not free: back at once": TALK
    + """
        33 | A leaves b             | talked A 30 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        33 | A sent-to 8002         | transferred A to bo; transfer-failed A bo not_free; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A; STEER A wait
    """,
    "by the phone, to a number that is nobody's: back at once": TALK
    + """
        33 | A leaves b             | talked A 30 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        33 | A sent-to 110          | transferred A to nobody; transfer-failed A nobody nobody; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A; STEER A wait
    """,
    "by the phone, back, and the agent is gone by then: in line, with the old place": TALK
    + """
        33 | A leaves b             | talked A 30 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        33 | ana not-ready lunch    | ana next lunch
        33 | A sent-to 110          | transferred A to nobody; transfer-failed A nobody nobody; ana not_ready lunch; requeued A support; STEER A wait
    """,
    "by the phone, asked again after a restart of ours": TALK
    + """
        30 | bo ready               | bo ready
        33 | A sent-to 8002         |
        34 | A sent-to 8002         | STEER A wait
    """,
    "taken back while the colleague's phone rings, who stays ready": TALK
    + TO_BO
    + """
        36 | ana takes-back A       | offer-ended A bo withdrawn; bo ready; transfer-failed A bo recalled; ana ready; requeued A support; offered A ana; ana reserved; HANGUP A.2.0 26; HANGUP A.2.1 26; RING ana for A
    """,
    "taken back out of a queue's line": TALK
    + """
        33 | ana gives A queue billing |
        36 | ana takes-back A       | transfer-failed A nobody recalled; ana ready; requeued A billing; offered A ana; ana reserved; RING ana for A
    """,
    "taken back too late, by somebody else, or by one who goes for a break": TALK
    + TO_BO
    + """
        34 | bo takes-back A        | -
        34 | ana not-ready lunch    | ana next lunch
        35 | ana takes-back A       | -
        37 | A enters c             | -
        37 | A.2 enters c           | connected A bo after 4; bo talking; HANGUP A.2.1 26
        37 | ana takes-back A       | -
    """,
    "given on and on": TALK
    + TO_BO
    + """
        37 | A enters c             | -
        37 | A.2 enters c           | connected A bo after 4; bo talking; HANGUP A.2.1 26
        38 | ana wraps-up A         | wrapped A; ana ready
        40 | bo gives A to ana      | transferred A to ana; talked A 3 ended-by transfer; bo wrap_up; requeued A support; offered A ana; ana reserved; TAKE-OVER ch-A; HANGUP A.2.0 16; RING ana for A
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_a_call_that_is_given_on_is_one_call() -> None:
    play = Play()
    play.table(SCENARIOS["to a colleague, who answers"])
    line = play.world.today.queues
    assert {name: (q.arrived, q.answered, q.abandoned, q.talked) for name, q in line.items()} == {
        "support": (1, 1, 0, 60_000)
    }
    assert play.world.today.arrived == 1


def test_who_leaves_after_a_transfer_is_not_counted_twice() -> None:
    play = Play()
    play.table(SCENARIOS["the caller leaves the second line"])
    lines = play.world.today.queues.values()
    assert (sum(q.arrived for q in lines), sum(q.answered for q in lines), sum(q.abandoned for q in lines)) == (1, 1, 0)


def given(to: str) -> Play:
    """A caller given on; our process dies before Asterisk has been told."""
    play = Play()
    play.table(TALK + f"30 | bo ready |\n33 | ana gives A {to} |\n33 | we restarts |")
    return play


def still_talking() -> i.AsteriskUp:
    """The snapshot after it: caller and first agent still stand in their bridge."""
    there = {"ch-A": "PJSIP/trunk-1", "A.1.0": "PJSIP/ana-web-2"}
    return i.AsteriskUp(
        channels=tuple(
            ChannelNow(channel=ChannelId(channel), name=name, interaction=None, up=True, bridge=BridgeId("b"))
            for channel, name in there.items()
        ),
        booted=Ms(1),
    )


@pytest.mark.parametrize("to", ["to bo", "queue billing"])
def test_a_transfer_that_asterisk_never_heard_of_leaves_the_talk_going_on(to: str) -> None:
    play = given(to)
    came = play.say(still_talking())
    assert "connected A ana after 0" in came
    (it,) = play.world.interactions.values()
    assert (it.state, it.agent, it.given_to) == (State.TALKING, AgentId("ana"), None)
    assert not [word for word in came if word.startswith(("RING", "HANGUP ch-A", "HANGUP A.1"))]
    assert play.world.agents[AgentId("bo")].state == "ready"


def test_a_transfer_under_way_at_a_restart_goes_on() -> None:
    play = Play()
    play.table(
        """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A bo after 2; bo talking; HANGUP A.1.1 26
        9  | ana ready              |
        9  | bo gives A to ana      |
        10 | A.2 starts             |
        10 | we restarts            |
        """
    )
    there = (("ch-A", "PJSIP/trunk-1"), ("A.2.0", "PJSIP/ana-web-3"))
    came = play.say(
        i.AsteriskUp(
            channels=tuple(
                ChannelNow(channel=ChannelId(channel), name=name, interaction=None, up=False, bridge=None)
                for channel, name in there
            ),
            booted=Ms(1),
        )
    )
    assert "offer-ended A ana withdrawn" not in came
    play.table("12 | A enters c |\n12 | A.2 enters c | connected A ana after 3; ana talking")
