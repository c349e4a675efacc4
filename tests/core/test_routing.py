"""The router in the path: after any story it decides what a plain look at the world decides, and failures leave no gap."""

from typing import Any

import pytest
from hypothesis import given

from cti.core import callbacks, offers, switchboard
from cti.core import inputs as i
from cti.core.events import Offered, Why
from cti.core.ids import AgentId, InteractionId, Ms
from cti.core.index import Index
from cti.core.routing import Routing
from cti.core.turn import Turn
from tests.core import plain
from tests.core.play import START, Play
from tests.core.test_invariants import STORY
from tests.examples import examples


def _compared(turn: Turn, routing: Routing) -> None:
    """Stands where the switchboard makes its offers."""
    fresh, scan = Routing(turn.world), plain.decisions(turn.world, turn.now)
    for caller in turn.world.interactions:
        if turn.world.interactions[caller].queue is not None:
            assert routing.router.position(caller) == plain.position(turn.world, caller)
    assert turn.world.asterisk or not scan
    found = []
    while turn.world.asterisk and (match := fresh.router.next_match(turn.now)) is not None:
        found.append((match.interaction, match.agent))
    assert found == scan
    batch = [(match.interaction, match.agent) for match in Routing(turn.world).matches(turn.now)]
    # Where the customer's phone rings first, the agent stays free, and the next in line is looked for.
    calls_first = any(callbacks.at_turn(turn.world.interactions[name]) for name, _ in batch)
    begun = len(turn.events)
    offers.offer(turn, routing)
    offered = [event for event in turn.events[begun:] if isinstance(event, Offered)]
    assert calls_first or [(event.interaction, event.agent) for event in offered] == batch
    assert {caller for caller, _ in scan} <= {caller for caller, _ in batch}


@given(STORY)
@examples(100)
def test_in_any_story_the_router_offers_what_a_plain_look_at_everybody_finds(story: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(switchboard, "offer", _compared)
        play = Play()
        for (who, what), pause in story:
            play.now = Ms(play.now + pause * 1000)
            play.say(play.understand(f"{who} {what}"))
            again = Index(play.world)
            again.routing.matches(play.now)  # a router says when time matters once it has been asked who fits now
            again.text.matches(play.now)
            late = Turn(play.world, play.now)
            switchboard.expire(late, again)  # of what is due, nothing is left that has a consequence
            assert late.events == []
            assert play.index.wake_at(play.now) == again.wake_at(play.now)


@given(STORY)
@examples(60)
def test_a_turn_that_fails_leaves_router_and_world_together(story: list[Any]) -> None:
    """Every third reservation fails half-way: callers and agents are still offered to each other in the next turn."""
    put, times = offers.put, 0

    def failing(*args: Any, **named: Any) -> None:
        nonlocal times
        times += 1
        if times % 3 == 0:
            raise RuntimeError("on purpose")
        put(*args, **named)

    play = Play()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offers, "put", failing)
        for (who, what), pause in story:
            play.now = Ms(play.now + pause * 1000)
            turn = Turn(play.world, play.now)
            try:
                switchboard.take(turn, play.understand(f"{who} {what}"), play.index)
            except RuntimeError:
                fresh = Routing(play.world)
                assert _decided(play.index.routing, play) == _decided(fresh, play)
                play.index.spoil()


def _decided(routing: Routing, play: Play) -> list[tuple[InteractionId, AgentId]]:
    return [(match.interaction, match.agent) for match in routing.matches(play.now)]


def test_after_a_failure_in_the_midst_of_offers_the_others_get_theirs() -> None:
    play = Play()
    for row in ("A calls", "A asks support en", "B calls", "B asks billing cmn", "AMI drops", "ana ready", "bo ready"):
        play.say(play.understand(row))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offers, "RingAgent", None)
        play.world.asterisk = True
        with pytest.raises(TypeError):
            play.say(i.Wake())
    # A's agent is reserved: that much is journaled. B, matched in the same moment, was told nothing.
    assert [it.offer is not None for it in play.world.interactions.values()] == [True, False]
    assert play.say(i.Wake()) == ["offered B bo", "bo reserved", "RING bo for B"]


def test_who_is_not_free_is_named_with_what_they_are_at() -> None:
    play = Play()
    for row in ("ana ready", "A calls", "A asks support"):
        play.say(play.understand(row))
    others = Routing(play.world).others()
    assert [(each.agent, each.state) for each in others] == [("ana", "reserved"), ("bo", "not_ready")]


def test_an_offer_names_who_could_have_served_too_but_was_at_something_else() -> None:
    play = Play()
    play.table(
        """
        0 | ana ready          |
        1 | A calls            |
        1 | A asks billing en  | queued A billing; offered A ana; ana reserved; RING ana for A
        2 | bo ready           |
        3 | B calls            |
        3 | B asks billing en  | queued B billing; offered B bo; bo reserved; RING bo for B
        """
    )
    why = play.world.interactions[InteractionId("B")].why
    assert Why(code="skipped_state", agent=AgentId("ana"), args={"state": "reserved", "ms": 13_000}) in why


PREFERRED = {
    "the caller's last agent is waited for, and gets them": """
        0  | ana ready              |
        1  | B calls                |
        1  | B asks support         |
        2  | A calls                |
        2  | bo ready               | bo ready
        3  | B enters b             |
        3  | B.1 enters b           | connected B ana after 2; ana talking
        4  | A asks billing en ana  | queued A billing
        9  | B gone                 | talked B 6 ended-by caller; ana wrap_up; ended B answered; HANGUP B.1.0 16
        10 | ana wraps-up B         | wrapped B; ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "not for longer than the queue says": """
        0  | ana ready              |
        1  | B calls                |
        1  | B asks support         |
        2  | A calls                |
        2  | bo ready               | bo ready
        3  | B enters b             |
        3  | B.1 enters b           |
        4  | A asks billing en ana  | queued A billing
        23 | time passes            | -
        24 | time passes            | offered A bo; bo reserved; RING bo for A
    """,
    "nor when they are at lunch": """
        0  | bo ready               |
        1  | A calls                |
        1  | A asks billing en ana  | queued A billing; offered A bo; bo reserved; RING bo for A
    """,
    "nor when they go to lunch meanwhile": """
        0  | ana ready              |
        1  | B calls                |
        1  | B asks support         |
        2  | bo ready               | bo ready
        2  | A calls                |
        3  | B.1 enters b           |
        3  | B enters b             | connected B ana after 2; ana talking
        4  | A asks billing en ana  | queued A billing
        5  | ana not-ready lunch    | ana next lunch
        9  | B gone                 | talked B 6 ended-by caller; ana wrap_up; ended B answered; HANGUP B.1.0 16
        10 | ana wraps-up B         | wrapped B; ana not_ready lunch; offered A bo; bo reserved; RING bo for A
    """,
    "nor for one who does not speak the language": """
        0  | ana ready              |
        0  | bo ready               |
        1  | A calls                |
        1  | A asks billing cmn ana | queued A billing; offered A bo; bo reserved; RING bo for A
    """,
    "another queue asks for nobody in particular": """
        0  | ana ready              |
        0  | bo not-ready lunch     |
        1  | A calls                |
        1  | A asks support en bo   | queued A support; offered A ana; ana reserved; RING ana for A
    """,
}


ELSEWHERE = {
    "a supervisor puts a caller ahead of the others": """
        0  | A calls                |
        0  | A asks support         |
        30 | B calls                |
        30 | B asks support         |
        31 | B ahead 1              | raised B 1 by eve
        31 | B ahead 1              | -
        40 | ana ready              | ana ready; offered B ana; ana reserved; RING ana for B
        41 | B ahead 0              | raised B 0 by eve
    """,
    "nobody is put ahead who does not wait": """
        0  | A calls                |
        1  | A ahead 5              | -
        2  | X ahead 5              | -
    """,
    "whoever has waited too long goes to another line, and keeps the place": """
        0  | ana ready              |
        0  | C calls                |
        0  | C asks billing en      | queued C billing; offered C ana; ana reserved; RING ana for C
        1  | A calls                |
        1  | A asks brief           | queued A brief
        15 | time passes            | offer-ended C ana rona; ana not_ready rona; HANGUP C.1.0 16
        16 | C gone                 | ended C abandoned; HANGUP C.1.0 26
        30 | B calls                |
        30 | B asks support         | queued B support
        61 | time passes            | overflowed A wait after 60; requeued A support
        62 | bo ready               | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "not while a phone rings for them, but at once when that was in vain": """
        0  | ana ready              |
        0  | C calls                |
        0  | C asks billing en      |
        1  | A calls                |
        1  | A asks brief           | queued A brief
        15 | time passes            |
        16 | C gone                 |
        50 | ana ready              | ana ready; offered A ana; ana reserved; RING ana for A
        61 | time passes            | -
        65 | time passes            | offer-ended A ana rona; ana not_ready rona; overflowed A wait after 64; requeued A support; HANGUP A.1.0 16
    """,
    "nobody at work: to the other line at once": """
        1  | A calls                |
        1  | A asks brief           | queued A brief; overflowed A callers after 0; requeued A support
    """,
    "too many callers for those at work: the next go elsewhere": """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks brief           | queued A brief; offered A ana; ana reserved; RING ana for A
        2  | B calls                |
        2  | B asks brief           | queued B brief
        3  | C calls                |
        3  | C asks brief           | queued C brief; overflowed C callers after 0; requeued C support
    """,
}


@pytest.mark.parametrize("name", PREFERRED | ELSEWHERE)
def test_story(name: str) -> None:
    Play().table((PREFERRED | ELSEWHERE)[name])


def test_the_share_of_the_shift_worked_counts_talks_and_wrap_ups() -> None:
    play = Play()
    play.table(
        """
        0   | ana ready       |
        10  | A calls         |
        10  | A asks support  |
        20  | A enters b      |
        20  | A.1 enters b    |
        60  | A gone          |
        100 | time passes     | wrapped A; ana ready
        """
    )
    ana = play.world.agents[AgentId("ana")]
    assert ana.idle_since == START + 100_000
    assert ana.share_worked == 0.8


def test_an_agent_who_gets_no_calls_is_told_what_is_in_the_way() -> None:
    play = Play()
    ana = AgentId("ana")

    def told() -> list[str]:
        return [why.code for why in play.index.routing.why_no_work(ana, play.now)]

    assert told() == ["own_state"]
    play.table("0 | bo ready |\n1 | ana ready |")
    assert told() == ["nobody_waits", "longer_idle"]
    play.table("2 | A calls |\n2 | A asks support cmn | queued A support; offered A bo; bo reserved; RING bo for A")
    play.table("3 | B calls |\n3 | B asks support cmn | queued B support")
    speaks = Why(code="skipped_skill", agent=ana, args={"skill": "cmn", "has": 0, "needs": 1})
    assert play.index.routing.why_no_work(ana, play.now) == (speaks,)
    play.table("4 | AMI drops |")
    assert told() == ["asterisk_away"]
    assert [why.code for why in play.index.routing.why_no_work(AgentId("gone"), play.now)] == ["own_state"]


def test_who_waits_is_told_of_only_while_nobody_is_being_rung() -> None:
    play = Play()
    play.table("0 | A calls |\n0 | A asks support cmn | queued A support\n1 | bo ready |")
    assert play.index.routing.why_waiting(InteractionId("A"), play.now) == ()
