"""Callbacks, as tables: the place moves on without the caller, and every way in which it ends."""

import pytest

from cti.core import estimate
from cti.core import inputs as i
from cti.core.events import InteractionEnded
from cti.core.ids import InteractionId, Ms, QueueId
from cti.core.outlook import Outlook
from cti.web.project import to_call_back, waiting
from tests.core.play import START, Play

OFF = """
        0  | A calls tel:1          | opened A
        0  | A asks support         | queued A support
        5  | A wants-callback       | booked A tel:1
        7  | A ending               | -
        7  | A gone                 | kept A; due A
"""

SCENARIOS = {
    "agent first: the place is kept, the customer is called with the agent on the line": OFF
    + """
        8  | B calls tel:2          | opened B
        8  | B asks support         | queued B support
        60 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        62 | A.1 starts             | -
        63 | A.1 up                 | dialled A tel:1 callback; DIAL tel:1 for A.1.0
        64 | A.t1 starts            | -
        70 | A.t1 up                | -
        70 | A.t1 enters b          | -
        70 | A.1 enters b           | connected A ana after 7; ana talking
        90 | A.1 ending             | -
        90 | A.1 gone               | talked A 20 ended-by agent; ana wrap_up
        90 | A after                | STEER A survey
        91 | A.t1 gone              | ended A answered
    """,
    "asked for while a phone rings for them already: who hangs up is called back": """
        0  | ana ready              |
        0  | A calls tel:1          |
        0  | A asks support         | queued A support; offered A ana; ana reserved; RING ana for A
        1  | A wants-callback       | booked A tel:1
        2  | A gone                 | offer-ended A ana caller_gone; ana ready; kept A; due A; offered A ana; ana reserved; HANGUP A.1.0 26; RING ana for A
    """,
    "asked for, and then an agent is there after all": """
        0  | ana ready              |
        0  | A calls tel:1          |
        0  | A asks support         | queued A support; offered A ana; ana reserved; RING ana for A
        1  | A wants-callback       | booked A tel:1
        2  | A enters b             | -
        2  | A.1 enters b           | connected A ana after 2; ana talking
        9  | A gone                 | talked A 7 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
    """,
    "nobody is rung for a caller who is about to hang up": """
        0  | A calls tel:1          |
        0  | A asks support         |
        1  | A wants-callback tel:7 | booked A tel:7
        2  | ana ready              | ana ready
        3  | A gone                 | kept A; due A; offered A ana; ana reserved; RING ana for A
        4  | A.1 up                 | dialled A tel:7 callback; DIAL tel:7 for A.1.0
    """,
    "a withheld number can't be called back": """
        0  | A calls                |
        0  | A asks support         |
        1  | A wants-callback       | -
        2  | A gone                 | ended A abandoned
    """,
    "at a chosen hour, and not before": """
        0  | A calls tel:1          |
        0  | A asks support         |
        0  | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        1  | ana declines A.1       |
        1  | A.1 gone               | -
        2  | A wants-callback - 600 | booked A tel:1
        3  | A gone                 | kept A; put-off A 600
        4  | ana ready              | ana ready
        599 | time passes           | -
        600 | time passes           | due A; offered A ana; ana reserved; RING ana for A
    """,
    "busy, no answer, refused: three tries, then a promise": OFF
    + """
        10 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        11 | A.1 up                 |
        12 | A.t1 starts            |
        13 | A.t1 gone 17           | dial-ended A busy; offer-ended A ana not_reached; ana ready; put-off A 613; HANGUP A.1.0 26
        13 | A.1 gone               | -
        613 | time passes           | due A; offered A ana; ana reserved; RING ana for A
        614 | A.2 up                |
        615 | A.t2 starts           |
        640 | A.t2 gone 19          | dial-ended A no_answer; offer-ended A ana not_reached; ana ready; put-off A 1240; HANGUP A.2.0 26
        641 | A.2 gone              | -
        1240 | time passes          | due A; offered A ana; ana reserved; RING ana for A
        1241 | A.3 up               |
        1242 | A.t3 starts          |
        1243 | A.t3 gone 21         | dial-ended A refused; offer-ended A ana not_reached; ana ready; missed A 3 owner ana; ended A callback_missed; HANGUP A.3.0 26
    """,
    "a number that does not exist is not tried again": OFF
    + """
        10 | ana ready              |
        11 | A.1 up                 |
        12 | A.t1 starts            |
        13 | A.t1 gone 1            | dial-ended A wrong_number; offer-ended A ana not_reached; ana ready; missed A 1 owner ana; ended A callback_missed; HANGUP A.1.0 26
    """,
    "the agent does not pick up: RONA, and the place is kept": OFF
    + """
        10 | ana ready              |
        25 | time passes            | offer-ended A ana rona; ana not_ready rona; HANGUP A.1.0 16
        30 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "the agent hangs up while it rings: no try, soon again": OFF
    + """
        10 | ana ready              |
        11 | A.1 up                 |
        12 | A.t1 starts            |
        15 | A.1 gone               | dial-ended A cancelled; offer-ended A ana declined; ana not_ready declined; put-off A 45; HANGUP A.t1 16
    """,
    "an answering machine: said by the agent, tried again": OFF
    + """
        10 | ana ready              |
        11 | A.1 up                 |
        12 | A.t1 enters b          |
        12 | A.1 enters b           | connected A ana after 7; ana talking
        20 | ana machine A          | talked A 8 ended-by agent; ana wrap_up; dial-ended A machine; put-off A 620; HANGUP A.1.0 16; HANGUP A.t1 16
        20 | A.t1 gone              | -
        25 | ana wraps-up A         | wrapped A; ana ready
        620 | time passes           | due A; offered A ana; ana reserved; RING ana for A
    """,
    "who calls again has the old place, and is not called": OFF
    + """
        8  | B calls tel:2          |
        8  | B asks support         |
        60 | C calls tel:1          | opened C
        61 | C asks support         | merged A into C; ended A merged; queued C support
        70 | ana ready              | ana ready; offered C ana; ana reserved; RING ana for C
    """,
    "who calls again while we call them": OFF
    + """
        10 | ana ready              |
        11 | A.1 up                 |
        12 | A.t1 starts            |
        13 | C calls tel:1          |
        14 | C asks support         | dial-ended A merged; offer-ended A ana withdrawn; ana ready; merged A into C; ended A merged; queued C support; offered C ana; ana reserved; HANGUP A.t1 16; HANGUP A.1.0 26; RING ana for C
    """,
    "who calls for something else keeps the callback": OFF
    + """
        60 | C calls tel:1          | opened C
        61 | C asks billing         | queued C billing
    """,
    "customer first: they are called when it is their turn, and wait at the head": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        5  | A wants-callback       |
        7  | A gone                 | kept A; due A
        8  | B calls tel:2          |
        8  | B asks rings           |
        60 | ana ready              | ana ready; dialled A tel:1 callback; offered B ana; ana reserved; DIAL tel:1 for nobody; RING ana for B
        61 | A.t1 starts            | -
        65 | A.t1 up                | requeued A rings
        66 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
        70 | A.t1 enters c          | -
        70 | A.2 enters c           | -
        70 | A.1 enters c           | connected A bo after 12; bo talking; HANGUP A.1.1 26
    """,
    "customer first: their session may be quicker than AMI": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        0  | A wants-callback       |
        1  | A gone                 |
        60 | ana ready              |
        65 | A returns-by A.t1      | requeued A rings; offered A ana; ana reserved; RING ana for A
        65 | A.t1 up                | -
    """,
    "customer first: who does not wait for the agent is called once more, then missed": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        5  | A wants-callback       |
        7  | A gone                 |
        60 | ana ready              | ana ready; dialled A tel:1 callback; DIAL tel:1 for nobody
        61 | A.t1 starts            | -
        61 | ana not-ready lunch    |
        65 | A.t1 up                | requeued A rings
        80 | A.t1 gone              | dial-ended A refused; put-off A 140
        90 | ana ready              | ana ready
        140 | time passes           | due A; dialled A tel:1 callback; DIAL tel:1 for nobody
        141 | A.t2 starts           |
        150 | A.t2 gone 17          | dial-ended A busy; missed A 2 owner None; ended A callback_missed
    """,
    "customer first: the trunk refuses: so many tries, so far apart, then a promise; the agent stays free for others": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        5  | A wants-callback       |
        7  | A gone                 |
        60 | ana ready              | ana ready; dialled A tel:1 callback; DIAL tel:1 for nobody
        61 | A.t1 gone 38           | dial-ended A congestion; put-off A 121
        62 | B calls tel:2          |
        62 | B asks rings           | queued B rings; offered B ana; ana reserved; RING ana for B
        63 | B gone                 | offer-ended B ana caller_gone; ana ready; ended B abandoned; HANGUP B.1.0 26
        120 | time passes           | -
        121 | time passes           | due A; dialled A tel:1 callback; DIAL tel:1 for nobody
        121 | A.t2 starts           | -
        122 | A.t2 gone 34          | dial-ended A congestion; missed A 2 owner None; ended A callback_missed
        123 | time passes           | -
    """,
    "customer first: the trunk can't even be asked: as refused, and no busy loop": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        5  | A wants-callback       |
        7  | A gone                 |
        60 | ana ready              | ana ready; dialled A tel:1 callback; DIAL tel:1 for nobody
        60 | A.t1 refused unreachable | dial-ended A unreachable; put-off A 120
        119 | time passes           | -
        120 | time passes           | due A; dialled A tel:1 callback; DIAL tel:1 for nobody
        120 | A.t2 refused unreachable | dial-ended A unreachable; missed A 2 owner None; ended A callback_missed
    """,
    "customer first: one of a queue at a time": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        0  | A wants-callback       |
        1  | A gone                 |
        1  | B calls tel:2          |
        1  | B asks rings           |
        1  | B wants-callback       |
        2  | B gone                 |
        60 | ana ready              | ana ready; dialled A tel:1 callback; put-off B 70; DIAL tel:1 for nobody
        65 | A.t1 up                | requeued A rings; offered A ana; ana reserved; RING ana for A
    """,
    "never at night: put off until the queue opens, over the holiday": """
        0  | A calls tel:1          |
        0  | A asks day             |
        5  | A wants-callback       |
        7  | A gone                 | kept A; due A
        1799 | time passes          | -
        1800 | time passes          | put-off A 320400
        1801 | ana ready            | ana ready
        320400 | time passes        | due A; offered A ana; ana reserved; RING ana for A
    """,
    "the site has stopped calling anybody: a promise, and nobody is rung again and again": OFF
    + """
        10 | root stops-calling     |
        11 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        12 | A.1 up                 | dial-ended A not_allowed; offer-ended A ana not_reached; ana ready; missed A 1 owner ana; ended A callback_missed; HANGUP A.1.0 26
    """,
    "the site has stopped calling anybody, customer first": """
        0  | A calls tel:1          |
        0  | A asks rings           |
        0  | A wants-callback       |
        1  | A gone                 |
        10 | root stops-calling     |
        11 | ana ready              | ana ready; missed A 0 owner None; ended A callback_missed
    """,
    "closed by hand: they wait until it opens": OFF
    + """
        8  | eve closes support closed | closed support closed by eve
        9  | ana ready              | ana ready
        20 | eve reopens support    | reopened support by eve; offered A ana; ana reserved; RING ana for A
    """,
    "we die while the customer's phone rings: reconciled, and tried again": OFF
    + """
        10 | ana ready              |
        11 | A.1 up                 |
        12 | A.t1 starts            |
        13 | it restarts            | -
        14 | A.t1 gone 0            | dial-ended A no_answer; offer-ended A ana not_reached; ana ready; put-off A 614; HANGUP A.1.0 26
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_a_kept_place_is_no_abandonment_and_no_quick_answer() -> None:
    play = Play()
    play.table(SCENARIOS["agent first: the place is kept, the customer is called with the agent on the line"])
    counted = play.world.today.queues[QueueId("support")]
    assert (counted.arrived, counted.callbacks, counted.abandoned) == (2, 1, 0)
    assert (counted.answered, counted.within, counted.waited_answered) == (1, 0, 7000)


def test_who_withheld_their_number_has_told_it_with_the_callback() -> None:
    play = Play()
    play.table("""
        0  | A calls                |
        0  | A asks support         |
        1  | A wants-callback tel:7 | booked A tel:7
        2  | A gone                 | kept A; due A
    """)
    assert play.world.interactions[InteractionId("A")].caller == "tel:7"


def test_a_machine_takes_the_answer_back() -> None:
    play = Play()
    play.table(SCENARIOS["an answering machine: said by the agent, tried again"])
    counted = play.world.today.queues[QueueId("support")]
    assert (counted.answered, counted.waited_answered) == (0, 0)


def test_who_was_called_first_waits_on_the_phone_again_and_that_is_counted() -> None:
    play = Play()
    play.table("""
        0   | A calls tel:1         |
        0   | A asks rings          |
        5   | A wants-callback      |
        7   | A gone                |
        60  | ana ready             |
        61  | A.t1 starts           |
        61  | ana not-ready lunch   |
    """)
    rings = QueueId("rings")
    assert (to_call_back(play.world)[rings], waiting(play.world).get(rings)) == (1, None)
    play.table("65 | A.t1 up | requeued A rings")
    assert to_call_back(play.world)[rings] == 0
    assert [it.waits_since for it in waiting(play.world)[rings]] == [START + 65_000]
    play.table("""
        80  | A.t1 gone             | dial-ended A refused; put-off A 140
        139 | ana ready             |
        140 | time passes           | due A; dialled A tel:1 callback; DIAL tel:1 for nobody
        141 | A.t2 starts           |
        150 | A.t2 gone 17          | dial-ended A busy; missed A 2 owner None; ended A callback_missed
    """)
    ended = play.records[-1][1]
    assert isinstance(ended, InteractionEnded)
    assert ended.waited == 7_000 + 15_000


def test_who_calls_again_is_one_in_line_and_counted_once() -> None:
    play = Play()
    play.table(SCENARIOS["who calls again has the old place, and is not called"])
    assert play.world.interactions[InteractionId("C")].since == START
    assert play.world.today.queues[QueueId("support")].arrived == 2
    assert InteractionId("A") not in play.world.interactions


def test_a_callback_is_ahead_of_later_callers_only_from_when_it_is_due() -> None:
    play = Play()
    play.table(OFF)
    play.table("""
        8  | B calls tel:2          |
        8  | B asks support         |
        9  | C calls tel:3          |
        9  | C asks support         |
        9  | C wants-callback - 900 |
        10 | C gone                 |
        11 | D calls tel:4          |
        11 | D asks support         |
    """)
    place = play.index.routing.router.position
    assert [place(InteractionId(name)) for name in "ABCD"] == [1, 2, None, 3]
    assert Outlook(play.world).of(InteractionId("D"), Ms(START + 11_000)) is None  # too little is known, and no error


def test_who_waits_without_a_phone_waits_on_through_our_restart_and_asterisks() -> None:
    play = Play()
    play.table(OFF)
    play.table("10 | it restarts | -")
    assert play.say(i.AsteriskUp(channels=(), booted=Ms(9_000_000))) == [
        "repaired: Asterisk was restarted: its calls are over"
    ]
    play.table("""
        20 | ana desk-back          |
        21 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        22 | A.1 up                 | dialled A tel:1 callback; DIAL tel:1 for A.1.0
    """)
    # And while their phone rings: both legs are gone, nobody is to blame, and they are called again.
    assert "put-off A 52" in play.say(i.AsteriskUp(channels=(), booted=Ms(9_000_000)))
    play.table("52 | time passes | due A; offered A ana; ana reserved; RING ana for A")


SOON = """
    60  | Y calls                | opened Y
    60  | Y asks soon            | queued Y soon; offered Y ana; ana reserved; RING ana for Y
    60  | Y enters b             | -
    60  | Y.1 enters b           | connected Y ana after 0; ana talking
    62  | A calls tel:1          | opened A
    62  | A asks soon            | queued A soon
    63  | A wants-callback       | booked A tel:1
    64  | A gone                 | kept A; due A
"""
LEARNED = """
    0   | ana ready              |
    0   | Z calls                |
    0   | Z asks soon            |
    0   | Z enters b             |
    0   | Z.1 enters b           |
    40  | Z leaves b             |
    40  | Z gone                 |
    50  | time passes            |
"""
AHEAD = {
    "called before it is their turn, and the agent who comes free has them at once": """
        68  | time passes            | -
        69  | time passes            | dialled A tel:1 callback; DIAL tel:1 for nobody
        70  | A.t1 starts            | -
        75  | A.t1 up                | requeued A soon
        80  | Y leaves b             | talked Y 20 ended-by agent; ana wrap_up; HANGUP Y.1.0 16
        90  | time passes            | wrapped Y; ana ready; offered A ana; ana reserved; RING ana for A
        91  | A.t1 enters c          | -
        91  | A.1 enters c           | connected A ana after 18; ana talking
    """,
    "does not answer: called once more later, and no agent has waited": """
        69  | time passes            | dialled A tel:1 callback; DIAL tel:1 for nobody
        70  | A.t1 starts            | -
        80  | A.t1 gone 19           | dial-ended A no_answer; put-off A 680
        90  | time passes            | -
    """,
    "one of a queue at a time": """
        65  | B calls tel:2          | opened B
        65  | B asks soon            | queued B soon
        66  | B wants-callback       | booked B tel:2
        67  | B gone                 | kept B; due B
        69  | time passes            | dialled A tel:1 callback; DIAL tel:1 for nobody
        75  | time passes            | -
    """,
}


@pytest.mark.parametrize("name", AHEAD)
def test_customers_are_called_a_little_before_their_turn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "SEEN_ENOUGH", 1)
    play = Play()
    play.table(LEARNED)
    play.table(SOON)
    play.table(AHEAD[name])


def test_nobody_is_called_early_by_an_estimate_that_says_nothing() -> None:
    play = Play()
    play.table("0 | ana ready |")
    play.table(SOON)
    play.table("69 | time passes | -\n 100 | time passes | -")
    play.table("""
        160 | Y leaves b             | talked Y 100 ended-by agent; ana wrap_up; HANGUP Y.1.0 16
        170 | time passes            | wrapped Y; ana ready; dialled A tel:1 callback; DIAL tel:1 for nobody
    """)
