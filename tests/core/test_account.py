"""Why a caller waited so long, as a supervisor reads it: stretches that come to the wait, each with its reason."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from cti.core import events as e
from cti.core.account import account
from cti.core.events import Record
from cti.core.ids import InteractionId, Ms
from tests.core.play import START, Play
from tests.core.test_invariants import STORY, tell
from tests.examples import examples

A = InteractionId("A")


def told(play: Play, interaction: InteractionId = A) -> list[str]:
    """Each stretch as `from-to why`, in seconds of the play."""
    records = [Record(seq, at, event) for seq, (at, event) in enumerate(play.records, 1)]
    words = []
    for one in account(interaction, records, play.now):
        args = " ".join(f"{name}={value}" for name, value in one.args.items() if value not in ("", 0))
        who = f" {one.agent}" if one.agent else ""
        words.append(f"{(one.begins - START) // 1000}-{(one.ends - START) // 1000} {one.code}{who} {args}".strip())
    return words


STORIES: dict[str, tuple[str, list[str]]] = {
    "nobody with Cantonese, then a phone that is not answered, then the other agent": (
        """
        0   | ana ready            |
        1   | A calls              |
        1   | A asks support cmn   |
        121 | bo ready             |
        136 | time passes          |
        140 | bo ready             |
        145 | A enters b           |
        145 | A.2 enters b         |
        200 | A gone               |
        """,
        ["1-121 nobody skill=cmn needs=1", "121-136 rang bo how=rona", "136-140 nobody skill=cmn needs=1", "140-145 rang bo how=answered"],
    ),
    "all busy, and others before": (
        """
        0   | ana ready            |
        0   | B calls              |
        0   | B asks support       |
        1   | B enters b           |
        1   | B.1 enters b         |
        2   | C calls              |
        2   | C asks support       |
        3   | A calls              |
        3   | A asks support       |
        60  | B gone               |
        61  | ana ready            |
        62  | C gone               |
        63  | A enters c           |
        63  | A.1 enters c         |
        """,
        ["3-62 busy agents=1 others=1", "62-63 rang ana how=answered"],
    ),
    "the ring of the best, then everybody": (
        """
        0   | bo ready             |
        0   | A calls              |
        0   | A asks rings         |
        20  | time passes          |
        22  | A enters b           |
        22  | A.1 enters b         |
        """,
        ["0-20 ring skill=internet needs=8 after_s=20", "20-22 rang bo how=answered"],
    ),
    "kept for the last agent, who went to lunch": (
        """
        0   | bo ready             |
        0   | Z calls              |
        0   | Z asks support       |
        1   | Z enters b           |
        1   | Z.1 enters b         |
        2   | ana ready            |
        5   | A calls              |
        5   | A asks billing en bo |
        15  | Z gone               |
        15  | bo not-ready lunch   |
        25  | time passes          |
        40  | time passes          |
        46  | A gone               |
        """,
        ["5-25 kept bo as=last_agent", "25-40 rang ana how=rona", "40-46 busy agents=1"],
    ),
    "closed over their heads, and given up": (
        """
        0   | A calls              |
        0   | A asks support       |
        5   | eve closes support evacuation |
        9   | eve reopens support  |
        12  | A gone               |
        """,
        ["0-5 nobody skill=internet needs=2", "5-9 closed closing=evacuation", "9-12 nobody skill=internet needs=2"],
    ),
    "the other site, and the exchange away": (
        """
        0   | A calls              |
        0   | A asks rush          |
        50  | time passes          |
        52  | A goes-elsewhere     |
        60  | A calls              |
        65  | it drops             |
        70  | A gone               |
        """,
        ["0-50 nobody", "50-52 closed closing=twin", "52-60 elsewhere", "60-65 nobody", "65-70 exchange_away"],
    ),
    "served by the other site: the wait is over with that": (
        """
        0   | A calls              |
        0   | A asks rush          |
        50  | time passes          |
        52  | A goes-elsewhere     |
        58  | A enters b           |
        90  | A gone               |
        """,
        ["0-50 nobody", "50-52 closed closing=twin", "52-58 elsewhere"],
    ),
    "gone while everything was stopped: the wait ends when Asterisk's file says so": (
        """
        0   | ana ready            |
        0   | B calls              |
        0   | B asks support       |
        1   | B enters b           |
        1   | B.1 enters b         |
        3   | A calls              |
        3   | A asks support       |
        10  | we restarts          |
        300 | A ended-at 25        |
        """,
        ["3-10 busy agents=1", "10-25 exchange_away"],
    ),
    "given on: the second wait, too": (
        """
        0   | ana ready            |
        0   | A calls              |
        0   | A asks support       |
        3   | A enters b           |
        3   | A.1 enters b         |
        60  | ana gives A queue brief |
        70  | A gone               |
        """,
        ["0-3 rang ana how=answered", "60-70 busy agents=1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str) -> None:
    play = Play()
    table, wanted = STORIES[name]
    play.table(table)
    assert told(play) == wanted


@given(STORY)
@examples(100)
def test_the_stretches_come_to_the_wait(story: list[Any]) -> None:
    play = tell(story)
    records = [Record(seq, at, event) for seq, (at, event) in enumerate(play.records, 1)]
    for call in "ABC":
        ended = {r.event.interaction: r.event for r in records if isinstance(r.event, e.InteractionEnded)}
        answered = {r.event.interaction: r.event for r in records if isinstance(r.event, e.Connected)}
        stretches = account(InteractionId(call), records, play.now)
        for before, after in pairwise(stretches):
            assert before.ends <= after.begins
        end = ended.get(InteractionId(call))
        if end is not None and end.how == "abandoned" and InteractionId(call) not in answered:
            assert sum(one.ends - one.begins for one in stretches) == end.waited


def test_no_wait_no_account() -> None:
    assert account(A, [], Ms(START + 1)) == ()
