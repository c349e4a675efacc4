"""Endings beside those of `test_scenarios` and of what has a file of its own: menus, hang-ups in every order, restarts.

And that every way in which a call can end stands in some table.
"""

import re
from pathlib import Path

import pytest

from cti.core import events as e
from tests.core.play import Play

TALK = """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
"""
SCENARIOS = {
    "the menu says goodbye: closed, and no message": """
        0  | A calls                | opened A
        9  | A ends closed          | left A closed
        12 | A gone                 | ended A flow
    """,
    "the menu hangs up": """
        0  | A calls                | opened A
        9  | A ends hangup          | left A hangup
        9  | A gone                 | ended A flow
    """,
    "closed over those in line: the words, and goodbye": """
        0  | A calls                | opened A
        1  | A asks loyal           | queued A loyal
        9  | eve closes loyal closed | closed loyal closed by eve
        14 | A ends closed          | left A closed after 13
        15 | A gone                 | ended A flow
    """,
    "the caller hangs up first, and AMI tells the agent's end first": TALK
    + """
        30 | A ending               | -
        30 | A.1 leaves b           | talked A 27 ended-by caller; ana wrap_up; HANGUP A.1.0 16
        30 | A.1 gone               | -
        30 | A leaves b             | -
        30 | A gone                 | ended A answered
    """,
    "the agent hangs up first, and AMI tells the caller's end first": TALK
    + """
        30 | A.1 ending             | -
        30 | A leaves b             | talked A 27 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        30 | A gone                 | ended A answered; HANGUP A.1.0 26
        30 | A.1 leaves b           | -
        30 | A.1 gone               | -
    """,
    "both hang up at once": TALK
    + """
        30 | A ending               | -
        30 | A.1 ending             | -
        30 | A.1 gone               | talked A 27 ended-by caller; ana wrap_up
        30 | A gone                 | ended A answered
    """,
    "the agent's phone dies in the talk: the caller is asked, as after any talk": TALK
    + """
        30 | A.1 gone 41            | talked A 27 ended-by agent; ana wrap_up
        30 | A after                | STEER A survey
        33 | A answers no           | judged A no
        34 | A gone                 | ended A answered
    """,
    "no voice comes from the agent's phone: it is dead, and the caller is back in line": TALK
    + """
        30 | bo ready               | bo ready
        33 | A.1 ending dead        | -
        33 | A.1 leaves b           | talked A 30 ended-by phone; ana wrap_up; requeued A support; offered A bo; bo reserved; HANGUP A.1.0 16; RING bo for A
        33 | A leaves b             | -
        33 | A after                | STEER A wait
        33 | A.1 gone 44            | -
        35 | A enters c             | -
        35 | A.2 enters c           | connected A bo after 2; bo talking; HANGUP A.2.1 26
    """,
    "the dialplan is quicker than AMI: the same": TALK
    + """
        33 | A.1 ending dead        | -
        33 | A after                | talked A 30 ended-by phone; ana wrap_up; requeued A support; HANGUP A.1.0 16; STEER A wait
        33 | A.1 leaves b           | -
        33 | A.1 gone 44            | -
        40 | A gone                 | ended A abandoned_again
    """,
    "the caller gave up at the same time": TALK
    + """
        33 | A.1 ending dead        | -
        33 | A ending               | -
        33 | A.1 leaves b           | talked A 30 ended-by caller; ana wrap_up; HANGUP A.1.0 16
        33 | A gone                 | ended A answered; HANGUP A.1.0 26
    """,
    "what the bridge left of the caller asks for the way, and the caller is still the caller": TALK
    + """
        3  | A returns-by husk      | -
        30 | A ending               | -
        30 | A leaves b             | talked A 27 ended-by caller; ana wrap_up; HANGUP A.1.0 16
        30 | A gone                 | ended A answered; HANGUP A.1.0 26
    """,
    "it asks before AMI has told of the bridge": """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A.1 up                 | -
        3  | A returns-by husk      | -
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
        30 | A ending               | -
        30 | A leaves b             | talked A 27 ended-by caller; ana wrap_up; HANGUP A.1.0 16
        30 | A gone                 | ended A answered; HANGUP A.1.0 26
    """,
    "the caller hangs up on hold": TALK
    + """
        20 | A.1 holds              | held A
        30 | A ending               | -
        30 | A gone                 | talked A 27 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
    """,
    "the caller hangs up instead of judging": TALK
    + """
        30 | A.1 ending             | -
        30 | A.1 gone               | talked A 27 ended-by agent; ana wrap_up
        30 | A after                | STEER A survey
        31 | A gone                 | ended A answered
    """,
    "the agent signs out in the talk: it goes on, and they go after the wrap-up": TALK
    + """
        9  | ana signs-out          | ana next signed_out
        30 | A gone                 | talked A 27 ended-by caller; ana wrap_up; ended A answered; HANGUP A.1.0 16
        60 | time passes            | wrapped A; ana signed_out
    """,
    "Asterisk dies in a talk": TALK
    + """
        9  | AMI drops              | -
        20 | it reboots             | repaired: Asterisk was restarted: its calls are over; repaired: a channel ended unseen; talked A 17 ended-by unknown; ana wrap_up; ended A answered; repaired: a channel ended unseen; HANGUP A.1.0 16
    """,
    "Asterisk dies while they wait, and while a phone rings": """
        0  | A calls                | opened A
        1  | A asks support cmn     | queued A support
        2  | ana ready              | ana ready
        3  | B calls                | opened B
        3  | B asks support en      | queued B support; offered B ana; ana reserved; RING ana for B
        3  | B.1 starts             | -
        9  | AMI drops              | -
        11 | it reboots             | repaired: Asterisk was restarted: its calls are over; repaired: a channel ended unseen; ended A abandoned; repaired: a channel ended unseen; offer-ended B ana caller_gone; ana ready; ended B abandoned; repaired: a channel ended unseen; HANGUP B.1.0 26
        12 | time passes            | -
    """,
    "while we are away the caller gives up: the wait is told by the CEL file": """
        0  | A calls                | opened A
        10 | A asks support         | queued A support
        20 | we restarts            | -
        90 | A ended-at 40          | ended A abandoned
    """,
    "while we are away the talk ends: so is its length": TALK
    + """
        20 | we restarts            | -
        90 | A.1 ended-at 30        | talked A 27 ended-by agent; ana wrap_up; ana next desk_lost
        90 | A ended-at 31          | ended A answered
    """,
    "while we are away the plain queue serves them, from first to last": """
        0  | A calls                | opened A
        10 | A asks support         | queued A support
        20 | we restarts            | -
        90 | A was-served bo 30 80  | repaired: a talk went by while we were away; connected A bo after 40; talked A 30 ended-by unknown
        90 | A ended-at 81          | ended A answered
    """,
    "while we are away somebody in the menu is served: in no line of ours they waited": """
        0  | A calls                | opened A
        20 | we restarts            | -
        90 | A was-served bo 30 80  | repaired: a talk went by while we were away; connected A bo after 0; talked A 30 ended-by unknown
        90 | A ended-at 81          | ended A answered
    """,
    "the customer we call back is being rung as Asterisk goes: no try of theirs": """
        0  | A calls tel:1          | opened A
        1  | A asks support         | queued A support
        2  | A wants-callback       | booked A tel:1
        3  | A gone                 | kept A; due A
        5  | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        6  | A.1 up                 | dialled A tel:1 callback; DIAL tel:1 for A.1.0
        7  | AMI drops              | -
        9  | it reboots             | repaired: Asterisk was restarted: its calls are over; repaired: a channel ended unseen; dial-ended A lost; offer-ended A ana not_reached; ana ready; put-off A 39; repaired: a channel ended unseen; HANGUP A.t1 16
        10 | time passes            | -
        39 | time passes            | due A; offered A ana; ana reserved; RING ana for A
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_who_was_away_marks_what_the_file_tells() -> None:
    play = Play()
    play.table(SCENARIOS["while we are away the plain queue serves them, from first to last"])
    (met,) = (event for _, event in play.records if isinstance(event, e.Connected))
    (talked,) = (event for _, event in play.records if isinstance(event, e.TalkEnded))
    assert (met.waited, met.from_file, talked.from_file) == (40_000, True, True)
    play = Play()
    play.table(SCENARIOS["while we are away the talk ends: so is its length"])
    (talked,) = (event for _, event in play.records if isinstance(event, e.TalkEnded))
    assert (talked.talked, talked.from_file) == (27_000, True)


def test_every_way_to_end_stands_in_a_table() -> None:
    docs = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
    (row,) = (line for line in docs.read_text("utf-8").splitlines() if line.startswith("| `InteractionEnded`"))
    fields = {"interaction", "how", "queue", "waited", "from_file"}
    ways = {word for word in re.findall(r"`(\w+)`", row) if word not in fields | {"InteractionEnded"}}
    tables = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert ways == set(re.findall(r"(?<![-\w])ended [A-Z] (\w+)", tables))
