"""Text work: every way a message goes from the line to its end, as tables, and who is shown what."""

import msgspec
import pytest

from cti.core import events as e
from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId, Ms
from cti.core.piece import Channel
from cti.core.queue import available, held_up
from cti.core.site import Capacity, OwnCapacity
from cti.core.world import AgentNow
from tests.core.places import site
from tests.core.play import START, Play

LEFT = """
    0  | A calls             | opened A
    5  | A records 9000 sent      | message A 9000 support
    6  | A gone              |
"""
SCENARIOS = {
    "heard and settled": """
        20  | ana ready             | ana ready; shown A-message ana
        30  | ana opens A           | taken A-message ana after 25
        90  | ana finishes A solved | ended A-message done solved
        95  | time passes           | -
    """,
    "not opened in time: another has it, and nobody is taken off": """
        20  | ana ready             | ana ready; shown A-message ana
        30  | bo ready              | bo ready
        80  | time passes           | ana paused; unopened A-message support; shown A-message bo
        85  | bo opens A            | taken A-message bo after 80
        86  | ana ready             | -
    """,
    "not opened, and nobody else is there: asked again after a while": """
        20  | ana ready             | ana ready; shown A-message ana
        80  | time passes           | ana paused; unopened A-message support
        199 | time passes           | -
        200 | time passes           | ana asked-again; shown A-message ana
        201 | ana opens A           | taken A-message ana after 196
    """,
    "left to others": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana leaves-it A       | ana paused; declined A-message support
        22  | bo ready              | bo ready; shown A-message bo
    """,
    "a call comes before it is opened: another has it": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | bo ready              | bo ready
        22  | bo not-ready lunch    | bo not_ready lunch
        25  | B calls               | opened B
        26  | B asks support        | queued B support; offered B ana; ana reserved; called_away A-message support; RING ana for B
        27  | bo ready              | bo ready; shown A-message bo
    """,
    "a call interrupts it: it stays in hand": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        25  | B calls               | opened B
        26  | B asks support        | queued B support; offered B ana; ana reserved; RING ana for B
        28  | B enters b            | -
        28  | B.1 enters b          | connected B ana after 2; ana talking
        40  | ana finishes A        | ended A-message done -
        50  | B leaves b            | talked B 22 ended-by agent; ana wrap_up; HANGUP B.1.0 16
    """,
    "kept for later, and taken up again then": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | ana keeps A 600       | kept A-message ana
        30  | bo ready              | bo ready
        600 | time passes           | later A-message support; shown A-message ana
        605 | ana opens A           | taken-again A-message ana after 600
    """,
    "kept for later by one who is gone by then": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | ana keeps A 600       | kept A-message ana
        30  | ana signs-out         | ana signed_out
        31  | bo ready              | bo ready
        600 | time passes           | later A-message support; shown A-message bo
    """,
    "kept for later, and opened before": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | ana keeps A 600       | kept A-message ana
        90  | ana opens A           | taken-again A-message ana after 85
        600 | time passes           | -
    """,
    "put back: others are asked first": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | ana puts-back A       | ana paused; returned A-message support
        23  | bo ready              | bo ready; shown A-message bo
    """,
    "given to a colleague, past what the queue asks for": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | bo ready              | bo ready
        23  | ana passes-on A to bo | given A-message to bo; shown A-message bo
        24  | ana finishes A        | -
        25  | bo opens A            | taken-again A-message bo after 20
        26  | bo finishes A         | ended A-message done -
    """,
    "a colleague who is not ready is not given it: it stays": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        23  | ana passes-on A to bo | -
        24  | ana finishes A        | ended A-message done -
    """,
    "given to another queue, with its place": """
        20  | ana ready                      | ana ready; shown A-message ana
        21  | ana opens A                    | taken A-message ana after 16
        22  | ana leaves-out billing         |
        23  | ana passes-on A queue billing  | given A-message to billing; given A-message billing
        24  | bo ready                       | bo ready; shown A-message bo
        25  | bo opens A                     | taken-again A-message bo after 20
    """,
    "signed out: everything in hand goes back in line": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        22  | bo ready              | bo ready
        23  | ana signs-out         | ana signed_out; left A-message support; shown A-message bo
    """,
    "desk lost before it is opened": """
        20  | bo ready              | bo ready; shown A-message bo
        25  | bo desk-lost          | called_away A-message support
        30  | ana ready             | ana ready; shown A-message ana
    """,
    "desk lost for long: what is in hand goes back in line": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        30  | ana desk-lost         | ana not_ready desk_lost
        31  | bo ready              | bo ready
        629 | time passes           | -
        630 | time passes           | left A-message support; shown A-message bo
    """,
    "desk lost for a moment: it stays": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | ana opens A           | taken A-message ana after 16
        30  | ana desk-lost         | ana not_ready desk_lost
        90  | ana desk-back         | -
        700 | time passes           | -
        701 | ana finishes A        | ended A-message done -
    """,
    "with Asterisk away, text work goes on": """
        20  | it drops              | -
        21  | ana ready             | ana ready; shown A-message ana
    """,
    "what is late changes nothing": """
        20  | ana ready             | ana ready; shown A-message ana
        21  | bo opens A            | -
        21  | ana keeps A 900       | -
        21  | ana finishes A        | -
        21  | ana passes-on A to bo | -
        22  | ana opens A           | taken A-message ana after 17
        23  | ana opens A           | -
        23  | ana leaves-it A       | -
        24  | ana keeps A 10        | -
        25  | ana finishes A solved | ended A-message done solved
        26  | ana finishes A        | -
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_message(name: str) -> None:
    play = Play()
    play.table(LEFT)
    play.table(SCENARIOS[name])


def test_one_is_shown_at_a_time_and_never_more_than_there_is_room_for() -> None:
    play = Play()
    for n, call in enumerate("ABCD"):
        play.table(f"{n} | {call} calls |\n{n} | {call} records 9000 sent | message {call} 9000 support")
    play.table("""
        20 | ana ready       | ana ready; shown A-message ana
        25 | time passes     | -
        30 | ana opens A     | taken A-message ana after 30; shown B-message ana
        31 | ana opens B     | taken B-message ana after 30
        32 | time passes     | -
        33 | ana finishes A  | ended A-message done -; shown C-message ana
        35 | ana opens C     | taken C-message ana after 33
        36 | ana keeps B 900 | kept B-message ana; shown D-message ana
        37 | ana opens B     | -
        38 | ana opens D     | taken D-message ana after 35
        39 | ana opens B     | -
        40 | ana finishes D  | ended D-message done -
        41 | ana opens B     | taken-again B-message ana after 40
    """)
    assert set(play.world.agents[AgentId("ana")].work) == {"B-message", "C-message"}
    assert (play.world.today.queues["support"].text_arrived, play.world.today.queues["support"].text_opened) == (4, 4)
    assert play.world.today.queues["support"].text_within == 4
    assert play.world.today.queues["support"].text_done == 2


def test_a_message_left_when_the_call_has_gone_already_and_for_no_queue_is_kept() -> None:
    play = Play()
    said = i.MessageSent(
        interaction=InteractionId("X"), ms=Ms(3000), caller=None, queue=None, skills={}, language=None, sent=True
    )
    assert play.say(said) == play.say(said) == ["message X 3000 None"]
    assert [piece.queue for piece in play.world.pieces.values()] == ["support"], "told twice, it is still one"


@pytest.mark.parametrize(
    "how",
    ["4 | A records 9000 sent | message A 9000 support", "4 | A records 9000 | spoken A 9000\n5 | A gone |"],
)
def test_a_message_of_who_never_came_to_a_line_has_the_customers_tier(how: str) -> None:
    play = Play()
    play.table("0 | A calls |\n1 | B calls |\n1 | B records 9000 sent |")
    for row in how.splitlines():
        play.now = Ms(START + int(row.split("|")[0]) * 1000)
        said = play.understand(row.split("|")[1])
        play.say(msgspec.structs.replace(said, tier="gold") if isinstance(said, i.MessageSent) else said)
    left = play.world.pieces[InteractionId("A-message")]
    assert (left.priority, left.tier, left.tier_minutes) == (5, "gold", 5)
    # Ahead of one that came before.
    play.table("9 | ana ready | ana ready; shown A-message ana")
    shown = next(event for _, event in play.records if isinstance(event, e.PieceOffered))
    assert Why(code="tier", args={"tier": "gold", "minutes": 5}) in shown.why


def test_of_who_is_in_line_the_lines_tier_holds() -> None:
    play = Play()
    play.table("0 | A calls |\n1 | A asks support en | queued A support")
    play.say(msgspec.structs.replace(play.understand("A records 9000 sent"), tier="gold"))
    assert play.world.pieces[InteractionId("A-message")].tier == ""


def test_capacity_is_the_sites_but_for_agents_with_their_own() -> None:
    play = Play()
    agents = tuple(
        type(agent)(**{**_fields(agent), "capacity": OwnCapacity(mail=0 if agent.id == "ana" else None)})
        for agent in site().agents
    )
    play.say(i.SiteLoaded(site=type(site())(**{**_fields(site()), "agents": agents, "capacity": Capacity(mail=1)})))
    play.table(LEFT)
    play.table("""
        7  | B calls         |
        8  | B records 9000 sent  |
        20 | ana ready       | ana ready
        21 | bo ready        | bo ready; shown A-message bo
        22 | bo opens A      | taken A-message bo after 17
        30 | time passes     | -
    """)
    assert play.index.text.why_no_work(AgentId("ana"), play.now) == (_full("ana", 0, 0),)
    assert play.index.text.why_no_work(AgentId("bo"), play.now) == (_full("bo", 1, 1),)
    found = play.index.text.why_waiting(InteractionId("B-message"), play.now)
    assert _full("ana", 0, 0) in found
    assert _full("bo", 1, 1) in found


def _full(agent: str, has: int, of: int) -> Why:
    return Why(code="at_capacity", agent=AgentId(agent), args={"channel": "mail", "has": has, "of": of})


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]


def test_an_agent_who_writes_with_customers_gets_no_call_and_knows_why() -> None:
    play = Play()
    play.table("0 | ana ready |")
    ana = play.world.agents[AgentId("ana")]
    ana.work = {InteractionId("c1"): "chat", InteractionId("m1"): "message"}
    play.index.spoil()
    why = Why(code="has_chats", agent=AgentId("ana"), args={"has": 1})
    assert not available(play.world, ana)
    assert play.index.routing.why_no_work(AgentId("ana"), play.now) == (why,)
    play.table("1 | A calls |\n2 | A asks support | queued A support")
    assert why in play.index.routing.why_waiting(InteractionId("A"), play.now)


def test_why_an_agent_who_is_ready_is_shown_nothing() -> None:
    play = Play()
    play.table(LEFT)
    ana = AgentId("ana")

    def codes() -> list[str]:
        return [why.code for why in play.index.text.why_no_work(ana, play.now)]

    assert codes() == ["own_state"]
    play.table("20 | ana ready |")
    assert codes() == ["unopened"]
    play.table("80 | time passes |")
    assert codes() == ["paused"]
    away = AgentNow(id=ana, state=AgentState.READY)
    assert held_up(play.world, away, Channel.MAIL, START) == Why(code="no_desk", agent=ana)


KEPT = {
    "the agent they talked with last is at work: others wait": """
        0   | bo ready                             | bo ready
        1   | Z calls                              | opened Z
        2   | Z asks billing                       | queued Z billing; offered Z bo; bo reserved; RING bo for Z
        2   | Z enters b                           | -
        2   | Z.1 enters b                         | connected Z bo after 0; bo talking; HANGUP Z.1.1 26
        3   | ana ready                            | ana ready
        4   | A calls                              | opened A
        5   | A records 9000 sent loyal nobody nobody bo | message A 9000 loyal
        6   | time passes                          | -
        124 | time passes                          | -
        125 | time passes                          | shown A-message ana
    """,
    "nobody of them is at work: the first who is free has it": """
        0   | ana ready                            | ana ready
        4   | A calls                              | opened A
        5   | A records 9000 sent loyal nobody bo bo | message A 9000 loyal; shown A-message ana
    """,
    "a call comes before the preferred one has opened it: it is still theirs first": """
        0   | bo ready                             | bo ready
        3   | ana ready                            | ana ready
        4   | A calls                              | opened A
        5   | A records 9000 sent loyal nobody nobody bo | message A 9000 loyal; shown A-message bo
        6   | ana not-ready lunch                  | ana not_ready lunch
        7   | B calls                              | opened B
        8   | B asks billing                       | queued B billing; offered B bo; bo reserved; called_away A-message loyal; RING bo for B
        9   | ana ready                            | ana ready
        10  | B enters b                           | -
        10  | B.1 enters b                         | connected B bo after 2; bo talking; HANGUP B.1.1 26
        60  | B leaves b                           | talked B 50 ended-by agent; bo wrap_up; bo ready; shown A-message bo; HANGUP B.1.0 16
    """,
    "a queue that keeps nothing": """
        0   | ana ready                            | ana ready
        4   | A calls                              | opened A
        5   | A records 9000 sent support nobody nobody bo | message A 9000 support; shown A-message ana
    """,
    "put ahead by hand, through the same line": """
        4   | A calls                              | opened A
        5   | A records 9000 sent                  | message A 9000 support
        6   | A gone                               | ended A left_menu
        64  | B calls                              | opened B
        65  | B records 9000 sent                  | message B 9000 support
        66  | B message-ahead 5                    | raised B-message 5 by eve
        67  | B message-ahead 5                    | -
        70  | ana ready                            | ana ready; shown B-message ana
        71  | B message-ahead 0                    | -
    """,
}


@pytest.mark.parametrize("name", KEPT)
def test_for_whom_it_is_kept_and_who_is_put_ahead(name: str) -> None:
    Play().table(KEPT[name])


def test_why_it_waits_says_for_whom_it_is_kept() -> None:
    play = Play()
    play.table(KEPT["the agent they talked with last is at work: others wait"].rsplit("\n", 3)[0])
    (kept, *_) = play.index.text.why_waiting(InteractionId("A-message"), play.now)
    assert (kept.code, kept.agent, kept.args["as"]) == ("preferred", AgentId("bo"), "last_agent")


def test_a_message_of_a_caller_with_a_tier_says_what_it_gives() -> None:
    play = Play()
    play.table("""
        0  | A calls                    |
        0  | A asks support en nobody nobody nobody gold |
        5  | A records 9000 sent        | message A 9000 support
        6  | A gone                     |
    """)
    gold, piece = Why(code="tier", args={"tier": "gold", "minutes": 5}), InteractionId("A-message")
    assert gold in play.index.text.why_waiting(piece, play.now)
    play.table("""
        10 | ana ready                  | ana ready; shown A-message ana
        12 | ana leaves-it A            | ana paused; declined A-message support
    """)
    offered = next(event for _, event in play.records if isinstance(event, e.PieceOffered))
    assert gold in offered.why
    assert gold in play.index.text.why_waiting(piece, play.now)
