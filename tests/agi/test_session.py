"""The caller's session against an Asterisk on paper: every command it sends, and everything it tells the core."""

import pytest
from msgspec.structs import replace

from cti.agi.ports import Resume
from cti.agi.server import CallGone
from cti.agi.wire import LEFT, Environment, Reply
from cti.core import world as core
from cti.core.closings import Shut
from cti.core.commands import DirectPhone
from cti.core.ids import AgentId, ClosingId, Language, Ms, QueueId
from cti.core.inputs import (
    CallArrived,
    ColleagueDialled,
    FlowEnded,
    FlowMoved,
    LanguageChosen,
    MessageSent,
    RouteAsked,
    SentAway,
    WaitSaid,
)
from cti.core.site import CLOSINGS, Closing
from cti.core.telling import Telling
from cti.store.views import CallerFacts
from tests.agi.paper import CHANNEL, ID, SITE, WHO, Paper, World, key

PULLED = LEFT
INTERNET = {"en": "Internet", "zh-Hans": "上网", "zh-Hant": "上網"}


async def test_the_core_is_told_with_whom_the_caller_talked_last() -> None:
    world = World()
    world.caller = CallerFacts(identifier=WHO, known=True, language="yue", last_agent=AgentId("ana"))
    await Paper(world, ("STREAM FILE hotline/yue/main-for-internet", key("1")), ("WAIT FOR DIGIT", PULLED)).run()
    assert world.said(RouteAsked).last_agent == "ana"


async def test_a_new_caller_chooses_language_and_topic_and_waits() -> None:
    world = World()
    paper = Paper(
        world,
        ("STREAM FILE hotline/yue/main-language", key("2")),
        ("STREAM FILE hotline/yue/main-for-internet", key("1")),
        ("WAIT FOR DIGIT", PULLED),
    )
    await paper.run()
    assert world.told == [
        CallArrived(interaction=ID, channel=CHANNEL, number="28000000", caller=WHO, language=None),
        FlowMoved(interaction=ID, position="main/language/0/0/-"),
        LanguageChosen(interaction=ID, language=Language("yue")),
        FlowMoved(interaction=ID, position="main/topic/0/1/-"),
        FlowMoved(interaction=ID, position="main/internet/0/2/-", label=INTERNET),
        RouteAsked(interaction=ID, queue=QueueId("support"), language=Language("yue")),
        WaitSaid(interaction=ID, place=3, least=None, most=None, agents=0, why=""),
    ]
    assert paper.sent[0] == "ANSWER"
    assert paper.heard == [
        "cmn/main-language",
        "yue/main-language",
        "yue/main-welcome",
        "yue/main-for-internet",
        "yue/connecting",
        "yue/say-position-3",
        "SET MUSIC ON default",
        "WAIT FOR DIGIT 5000",
    ]
    assert "SET VARIABLE HL_QUEUE support" in paper.sent
    assert "SET VARIABLE HL_LANGUAGE yue" in paper.sent
    # Pulled into the bridge: not a word after it, and no mark of a normal end.
    assert isinstance(paper.error, CallGone)
    assert not any("HL_DONE" in line for line in paper.sent)


async def test_between_a_key_and_the_next_prompt_there_is_at_most_one_short_command() -> None:
    world = World()
    paper = Paper(world, ("STREAM FILE hotline/cmn/main-language", key("1")))
    await paper.run(6)
    assert paper.sent[2:4] == ["SET VARIABLE HL_LANGUAGE cmn", paper.sent[3]]
    assert paper.sent[3].startswith("STREAM FILE hotline/cmn/main-welcome")


async def test_a_number_without_a_menu_asks_for_an_agent_before_anything_is_said() -> None:
    world = World()
    world.caller = CallerFacts(identifier=WHO, known=True, language="cmn", tier="gold")
    paper = Paper(world, ("WAIT", PULLED), number="28000001")
    await paper.run()
    assert world.kinds() == ["CallArrived", "RouteAsked", "WaitSaid"]
    asked = world.said(RouteAsked)
    assert (asked.queue, asked.priority, asked.language) == ("support", 5, "cmn")
    assert paper.sent[0] == "ANSWER"


async def test_the_place_is_said_every_so_often_and_a_key_cuts_it() -> None:
    world = World()
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    paper = Paper(
        world,
        ("WAIT FOR DIGIT", key("5")),
        ("STREAM FILE hotline/en/say-position-3", key("5")),
        ("SET MUSIC OFF", Reply(200, "0")),
        ("STREAM", PULLED),
    )
    await paper.run()
    assert paper.heard == [
        "SET MUSIC ON default",
        "WAIT FOR DIGIT 30000",
        "SET MUSIC OFF",
        "en/say-position-3",
        "SET MUSIC ON default",
        "WAIT FOR DIGIT 30000",
        "SET MUSIC OFF",
        "en/say-position-3",
    ]


async def test_the_time_is_said_with_the_place_and_why_it_is_longer_before_it() -> None:
    world = World()
    world.new = Telling(place=2, least=3, most=5, agents=4, why="colleague")
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    paper = Paper(world, *[("WAIT FOR DIGIT", Reply(200, "0"))] * 6, ("WAIT FOR DIGIT", PULLED))
    await paper.run()
    assert paper.heard[3:7] == [
        "en/say-position-2",
        "en/wait-colleague",
        "en/say-wait-from-3",
        "en/say-wait-to-5",
    ]
    assert world.said(WaitSaid) == WaitSaid(interaction=ID, place=2, least=3, most=5, agents=4, why="colleague")


async def test_music_plays_on_while_there_is_nothing_new_to_say() -> None:
    world = World()
    world.new = None
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    paper = Paper(world, ("WAIT FOR DIGIT", Reply(200, "0")), ("WAIT FOR DIGIT", PULLED))
    await paper.run()
    assert [line for line in paper.heard if "MUSIC" in line] == ["SET MUSIC ON default"]
    assert "WaitSaid" not in world.kinds()


@pytest.mark.parametrize("state", ["waiting", "offered"])
async def test_a_waiting_caller_who_comes_back_hears_music_at_once(state: str) -> None:
    world = World()
    world.known = Resume(state=state, position="main/sales/0/2/-", language=Language("yue"), queue=QueueId("sales"))
    paper = Paper(world)
    await paper.run(8)
    assert world.kinds() == ["CallArrived"]
    assert paper.heard[0] == "SET MUSIC ON default"
    # A transfer may have brought them into another queue: the dialplan's own would take them there, too.
    assert any(line.startswith("SET VARIABLE HL_QUEUE") and "sales" in line for line in paper.sent)
    # This queue says no places.
    assert not any("position" in said for said in paper.heard)


@pytest.mark.parametrize("core", [True, False])
async def test_whom_a_phone_sent_away_the_core_gives_on_and_the_caller_waits(core: bool) -> None:
    world = World()
    world.known = Resume(state="talking", position="", language=Language("yue"), queue=QueueId("sales"))
    world.to = "wait" if core else ""
    paper = Paper(world, entry="transfer", number="8002")
    await paper.run()
    assert world.said(SentAway).dialled == "8002"
    assert world.kinds() == ["SentAway"]
    assert paper.sent[-1].startswith("SET VARIABLE HL_DONE")
    assert "wait" in paper.sent[-1], "said goodbye to by nobody, whether the core answered or not"


async def test_what_the_core_says_goodbye_to_has_no_place_in_line() -> None:
    """The leg of a colleague whom a phone sent away in a consultation: no caller, and hung up."""
    world = World()
    world.known = Resume(state="aside", position="", language=Language("yue"), queue=QueueId("sales"))
    world.to = "goodbye"
    paper = Paper(world, entry="transfer", number="8002")
    await paper.run()
    assert "HL_DONE" in paper.sent[-1]
    assert "bye" in paper.sent[-1]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (DirectPhone(channel=CHANNEL, to="ask", interaction=ID), ["HL_ID", "HL_DONE"]),
        (DirectPhone(channel=CHANNEL, to="busy"), ["HL_DONE"]),
        (None, []),
    ],
)
async def test_a_phone_that_calls_by_itself_is_told_whether_a_colleague_rings(
    told: DirectPhone | None, expected: list[str]
) -> None:
    world = World()
    world.directed = told
    paper = Paper(world, entry="colleague")
    await paper.run()
    assert world.said(ColleagueDialled).channel == CHANNEL
    assert [line.split()[2].strip('"') for line in paper.sent] == expected
    if told is not None:
        assert told.to in paper.sent[-1]


async def test_a_caller_in_a_menu_goes_on_there_after_a_restart() -> None:
    world = World()
    world.known = Resume(state="flow", position="main/topic/1/1/-", language=Language("cmn"), queue=None)
    paper = Paper(world)
    await paper.run(4)
    assert paper.heard[0] == "cmn/main-welcome"
    assert world.kinds() == ["CallArrived"]


async def test_a_caller_of_a_talk_that_ended_meanwhile_is_asked_for_a_judgement() -> None:
    world = World()
    world.known = Resume(state="talking", position="", language=Language("en"), queue=QueueId("support"))
    paper = Paper(world, ("WAIT", key("1")))
    await paper.run()
    assert world.kinds() == ["CallArrived", "AfterReached", "SurveyAnswered"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE bye"


async def test_a_call_that_is_over_for_us_is_only_bid_goodbye() -> None:
    world = World()
    world.known = Resume(state="ended", position="", language=Language("en"), queue=None)
    paper = Paper(world)
    await paper.run()
    assert paper.heard == ["en/goodbye"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE bye"


# --- what goes wrong: more in test_trouble.py


async def test_asterisk_without_our_id_is_let_go() -> None:
    world = World()
    paper = Paper(world)
    paper.environment = Environment({"network_script": "call", "uniqueid": CHANNEL})
    await paper.run()
    assert paper.sent == []
    assert world.told == []


# --- closed queues


EVACUATION = CLOSINGS[1]


def switched(closing: Closing) -> World:
    """Support is closed by hand."""
    world = World()
    world.sites = replace(SITE, closings=(closing,))
    world.switches = {QueueId("support"): core.Switch(closing.id, AgentId("eve"), Ms(0))}
    return world


async def test_a_queue_closed_by_hand_takes_nobody_and_says_so() -> None:
    world = switched(EVACUATION)
    paper = Paper(world, number="28000001")
    await paper.run()
    assert "RouteAsked" not in world.kinds()
    assert world.said(FlowEnded).how == "closed"
    assert paper.heard == ["en/queue-evacuation", "en/goodbye"]
    assert "SET VARIABLE HL_DONE bye" in paper.sent


async def test_its_callers_wait_in_another_line_and_know_why() -> None:
    world = switched(Closing(id=ClosingId("closed"), name={}, to=QueueId("sales")))
    paper = Paper(world, number="28000001")
    await paper.run(8)
    assert world.said(RouteAsked).queue == "support"  # the core knows where they go, and history that they did
    assert "SET VARIABLE HL_QUEUE sales" in paper.sent
    assert paper.heard[0] == "en/queue-closed"
    assert "en/connecting" not in paper.heard


async def test_those_in_line_hear_within_seconds_that_the_house_is_empty() -> None:
    world = World()
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    world.away = Shut(EVACUATION, None)
    paper = Paper(world)
    await paper.run()
    assert world.said(FlowEnded).how == "closed"
    assert paper.heard[-3:] == ["SET MUSIC OFF", "en/queue-evacuation", "en/goodbye"]


async def test_those_in_line_may_leave_a_message() -> None:
    world = World()
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    world.away = Shut(replace(EVACUATION, then="message"), None)
    paper = Paper(world, ("RECORD FILE", Reply(200, str(ord("#")), "dtmf", 40_000)))
    await paper.run()
    assert world.said(FlowEnded).how == "message"


async def test_those_who_were_moved_are_told_once_and_wait_on() -> None:
    world = World()
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("sales"))
    world.away = Shut(EVACUATION, QueueId("sales"))
    paper = Paper(world)
    await paper.run(16)
    assert paper.heard.count("en/queue-evacuation") == 1
    assert "SET VARIABLE HL_QUEUE sales" in paper.sent
    assert "FlowEnded" not in world.kinds()


# --- messages


def closed(world: World) -> None:
    world.sites = replace(SITE, open_hours={"mon": "09:00-09:01"})
    world.clock = Ms(1_795_400_000_000)


def leaving(reply: Reply) -> tuple[tuple[str, Reply], ...]:
    return (
        ("STREAM FILE hotline/en/main-language", key("3")),
        ("RECORD FILE", reply),
    )


async def test_a_message_is_recorded_and_noted() -> None:
    world = World()
    world.caller = CallerFacts(identifier=WHO, known=True, tier="gold")
    closed(world)
    paper = Paper(world, *leaving(Reply(200, str(ord("#")), "dtmf", 40_000)))
    await paper.run()
    assert f"RECORD FILE /messages/{ID} wav # 120000 BEEP s=5" in paper.sent
    sent = world.said(MessageSent)
    assert (sent.sent, sent.tier) == (True, "gold")
    assert world.said(FlowEnded).how == "message"
    assert paper.heard[-2:] == ["en/main-message-kept", "en/goodbye"]


async def test_a_caller_who_hangs_up_after_speaking_has_left_a_message() -> None:
    world = World()
    closed(world)
    await Paper(world, *leaving(Reply(200, "-1", "hangup", 40_000, True))).run()
    sent = world.said(MessageSent)
    # Whether it was a hang-up the core knows: then it is sent.
    assert (sent.ms, sent.sent, sent.queue) == (5000, False, "support")
    assert "FlowEnded" not in world.kinds()


async def test_a_caller_who_hangs_up_at_the_tone_has_not() -> None:
    world = World()
    closed(world)
    await Paper(world, *leaving(Reply(200, "-1", "hangup", 3_000, True))).run()
    assert world.kinds()[-1] not in ("FlowEnded", "MessageSent")


async def test_what_must_not_be_cut_goes_on_where_a_key_stopped_it() -> None:
    world = World()
    closed(world)
    paper = Paper(
        world,
        *leaving(Reply(200, str(ord("#")), "dtmf", 40_000)),
        ("STREAM FILE hotline/en/main-message-kept", key("4", endpos=5000)),
    )
    await paper.run()
    kept = [line for line in paper.sent if "message-kept" in line]
    assert [line.rsplit(" ", 1)[1] for line in kept] == ["0", "5000"]


@pytest.mark.parametrize("state", ["aside", "parked"])
async def test_who_is_set_aside_or_parked_hears_their_languages_music_and_no_words(state: str) -> None:
    world = World()
    music = {Language("yue"): "erhu"}
    world.sites = replace(world.sites, queues=(replace(world.sites.queues[0], music=music),))
    world.known = Resume(state=state, position="", language=Language("yue"), queue=QueueId("support"))
    paper = Paper(world, *[("WAIT FOR DIGIT", key("2"))] * 3, ("WAIT FOR DIGIT", PULLED))
    await paper.run()
    assert paper.heard == ["SET MUSIC ON erhu", "WAIT FOR DIGIT 20000"]
    assert world.kinds() == ["CallArrived"]
