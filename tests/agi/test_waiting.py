"""What a caller can do in line: no key is lost, the place is kept until it is confirmed, and choices come in time."""

from dataclasses import replace as with_

import pytest
from msgspec.structs import replace

from cti.agi.ports import Resume, SpokenAnswer
from cti.agi.server import CallGone
from cti.agi.wire import LEFT, Reply
from cti.core.ids import AgentId, IdentifierId, IncidentId, Language, Ms, QueueId
from cti.core.inputs import ArticleHeard, CallbackAsked, FlowEnded, HelpAsked, IncidentSaid, MessageSent
from cti.core.room import Room
from cti.core.site import Outgoing, Queue
from cti.core.telling import Telling
from cti.core.world import IncidentNow
from ivr import sounds
from tests.agi.paper import ID, SITE, Paper, World, key

SUPPORT = QueueId("support")
AGAIN = Reply(200, "0")
LONG = Telling(place=9, least=5, most=10, agents=2)
FILE = f"/messages/{ID}"


def in_line(room: Room | None = None, **more: object) -> World:
    """A caller of English in line for support, of a site that calls back."""
    world = World()
    queue = replace(Queue(id=SUPPORT, name={}, room=room or Room(help_minutes=5)), **more)
    world.sites = replace(SITE, queues=(queue,), outgoing=Outgoing(trunk="t", allow=("+852",)))
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=SUPPORT)
    world.new = None
    return world


async def waits(world: World, *script: tuple[str, Reply], limit: int = 60, withheld: bool = False) -> Paper:
    paper = Paper(world, *script)
    if withheld:
        values = {**paper.environment.values, "callerid": "unknown"}
        paper.environment = with_(paper.environment, values=values)
    await paper.run(limit)
    return paper


def pressed(keys: str) -> list[tuple[str, Reply]]:
    return [("WAIT FOR DIGIT", key(one)) for one in keys]


def said(prompt: str, then: str = "") -> tuple[str, Reply]:
    return (f"STREAM FILE hotline/en/{prompt}", key(then) if then else Reply(200, "0", endpos=8000))


RECORDED = ("RECORD FILE", Reply(200, str(ord("#")), "dtmf", 40_000))


# --- the right moment


async def test_choices_come_after_the_place_and_the_callback_only_when_the_wait_is_long() -> None:
    world = in_line()
    world.new = Telling(place=2, least=1, most=2)
    paper = await waits(world, limit=30)
    words = [one for one in paper.heard if one.startswith("en/")]
    first = words.index("en/say-position-2")
    assert "en/offer-callback" not in words, "two minutes can be waited"
    assert words.count("en/say-position-2") >= 2
    assert "en/offer-message" not in words[: words.index("en/say-position-2", first + 1)], "not with the first place"
    assert words[words.index("en/offer-message") + 1] == "en/say-2"


async def test_a_long_wait_is_offered_a_callback_at_once_and_then_rarely() -> None:
    world = in_line()
    world.new = LONG
    paper = await waits(world, limit=110)
    words = [one for one in paper.heard if one.startswith("en/")]
    assert words[:5] == [
        "en/say-position-9",
        "en/say-wait-from-5",
        "en/say-wait-to-10",
        "en/offer-callback",
        "en/say-1",
    ]
    # Every look says something new on paper; the choices stay away for three minutes.
    looks = [n for n, one in enumerate(words) if one == "en/say-position-9"]
    offers = [n for n, one in enumerate(words) if one == "en/offer-callback"]
    assert len(looks) >= 7
    assert len(offers) == 2


async def test_a_wait_that_grew_is_offered_a_callback_and_one_that_is_waited_long_too() -> None:
    for telling, every in ((Telling(place=2, least=1, most=3, why="longer"), 30), (Telling(place=2), 240)):
        world = in_line(position_every_s=every)
        world.new = telling
        paper = await waits(world, limit=110)
        assert "en/offer-callback" in paper.heard


async def test_a_wait_that_grows_after_the_choices_were_said_is_offered_a_callback_then() -> None:
    world = in_line()
    world.new = Telling(place=2, least=1, most=2)
    paper = Paper(world)
    asked = iter([Telling(place=3, least=1, most=2), Telling(place=2, least=1, most=2), LONG, None, None])
    world.telling = lambda interaction: next(asked, None)  # type: ignore[method-assign]
    await paper.run(60)
    words = [one for one in paper.heard if one.startswith("en/")]
    assert words.index("en/offer-message") < words.index("en/say-position-9") < words.index("en/offer-callback")


async def test_without_lines_to_the_outside_nobody_is_offered_a_callback_and_its_key_does_nothing() -> None:
    world = in_line()
    world.sites = replace(world.sites, outgoing=Outgoing())
    world.new = LONG
    paper = await waits(world, *pressed("1"))
    assert not any("callback" in one for one in paper.heard)


async def test_a_queue_says_its_own_words_now_and_then() -> None:
    world = in_line(Room(announce=("thanks", "trouble"), announce_every=2))
    paper = await waits(world, limit=80)
    words = [one for one in paper.heard if one.startswith("en/")]
    assert words[:3] == ["en/thanks", "en/trouble", "en/thanks"]
    assert paper.heard[:2] == ["SET MUSIC ON default", "WAIT FOR DIGIT 60000"]


async def test_music_may_be_another_for_each_language() -> None:
    world = in_line(music={"yue": "canto", "en": "plain"})
    assert (await waits(world, limit=6)).heard[0] == "SET MUSIC ON plain"


# --- priority


async def test_who_asks_to_be_helped_first_is_told_so_once() -> None:
    world = in_line()
    paper = await waits(world, *pressed("00"), limit=14)
    assert world.told.count(HelpAsked(interaction=ID)) == 1
    assert paper.heard.count("en/help-given") == 1


async def test_a_key_pressed_while_something_is_said_does_what_it_stands_for() -> None:
    world = in_line()
    world.new = LONG
    paper = await waits(world, said("say-position-9", "0"), limit=14)
    assert HelpAsked(interaction=ID) in world.told
    assert paper.heard[3:5] == ["en/say-position-9", "en/help-given"]
    # And the one pressed during the answer to it.
    world = in_line()
    await waits(world, *pressed("0"), said("help-given", "2"), RECORDED, limit=14)
    assert any(isinstance(one, MessageSent) for one in world.told)


async def test_a_key_pressed_on_the_way_into_the_line_is_not_lost_either() -> None:
    world = in_line()
    world.known = None
    paper = Paper(world, said("connecting", "0"), number="28000001")
    await paper.run(14)
    assert HelpAsked(interaction=ID) in world.told
    assert paper.heard[:2] == ["en/connecting", "en/help-given"]


@pytest.mark.parametrize("state", ["where it is not allowed", "who was helped before"])
async def test_the_key_means_nothing(state: str) -> None:
    world = in_line(Room(help_minutes=0 if "not" in state else 5))
    assert world.known is not None
    world.known = replace(world.known, helped=True)
    paper = await waits(world, *pressed("0"), limit=10)
    assert "HelpAsked" not in world.kinds()
    assert [one for one in paper.heard if one.startswith("en/")] == []


# --- a message


async def test_a_message_is_heard_again_sent_and_the_line_left() -> None:
    world = in_line()
    paper = await waits(world, *pressed("2"), RECORDED, said("message-review", "1"), (f"STREAM FILE {FILE}", key("#")))
    sent = [(one.ms, one.sent) for one in world.told if isinstance(one, MessageSent)]
    assert sent == [(5000, False), (5000, True)], "told before it is sent: who hangs up now has sent it"
    assert world.said(FlowEnded).how == "message"
    assert paper.heard[-2:] == ["en/message-sent", "en/goodbye"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE bye"


async def test_recorded_again_then_back_in_line_with_nothing_kept() -> None:
    world = in_line()
    paper = await waits(
        world, *pressed("2"), RECORDED, said("message-review", "2"), RECORDED, said("message-review", "*"), limit=24
    )
    assert [one.ms for one in world.told if isinstance(one, MessageSent)] == [5000, 0, 5000, 0]
    assert "FlowEnded" not in world.kinds()
    assert paper.heard[paper.heard.index("en/still-in-line") + 1] == "SET MUSIC ON default"


async def test_who_says_nothing_is_asked_once_more_and_stays_in_line() -> None:
    world = in_line()
    silence = ("RECORD FILE", Reply(200, "0", "timeout", 8_000))
    paper = await waits(world, *pressed("2"), silence, silence, limit=20)
    assert paper.heard.count("en/message-record") == 2
    assert "MessageSent" not in world.kinds()
    assert "en/still-in-line" in paper.heard


async def test_what_a_full_disk_did_not_take_is_not_said_to_be_kept(caplog: pytest.LogCaptureFixture) -> None:
    world = in_line()
    world.disk_takes = Ms(0)
    paper = await waits(world, *pressed("2"), RECORDED, RECORDED, limit=20)
    assert "MessageSent" not in world.kinds()
    assert "en/still-in-line" in paper.heard
    assert "is it full?" in caplog.text


async def test_of_what_a_full_disk_cut_as_much_is_kept_as_there_is() -> None:
    world = in_line()
    world.disk_takes = Ms(3000)
    await waits(world, *pressed("2"), RECORDED, said("message-review", "#"))
    assert [one.ms for one in world.told if isinstance(one, MessageSent)] == [3000, 3000]


async def test_who_hangs_up_after_speaking_is_told_of_before_any_disk_is_asked() -> None:
    world = in_line()
    world.disk_takes = Ms(0)
    await waits(world, *pressed("2"), ("RECORD FILE", Reply(200, "-1", "hangup", 40_000, True)))
    assert [one.ms for one in world.told if isinstance(one, MessageSent)] == [5000]


async def test_who_presses_nothing_afterwards_stays_in_line_and_the_message_goes_when_they_hang_up() -> None:
    world = in_line()
    paper = await waits(world, *pressed("2"), RECORDED, limit=20)
    assert [(one.ms, one.sent) for one in world.told if isinstance(one, MessageSent)] == [(5000, False)]
    assert "en/message-unsent" in paper.heard
    assert "FlowEnded" not in world.kinds()


async def test_an_answer_in_the_middle_of_a_recording_ends_the_session_and_claims_nothing() -> None:
    world = in_line()
    paper = await waits(world, *pressed("2"), ("RECORD FILE", Reply(200, "-1", "hangup", 40_000, True)))
    assert isinstance(paper.error, CallGone)
    assert [(one.ms, one.sent) for one in world.told if isinstance(one, MessageSent)] == [(5000, False)]
    assert "FlowEnded" not in world.kinds()


# --- hot answers


def answers(world: World) -> None:
    """Three, of which there is no sound for the second."""
    world.hot = tuple(
        SpokenAnswer(article=name, question=f"q-{name}", answer=f"a-{name}") for name in ("red", "no", "slow")
    )
    made = {sounds.sound("en", f"{kind}-{name}") for kind in "qa" for name in ("red", "slow")}
    world.existing = world.existing | made


async def test_an_answer_that_helped_ends_the_call() -> None:
    world = in_line()
    answers(world)
    paper = await waits(world, *pressed("3"), said("q-red"), said("q-slow"), ("WAIT", key("2")), ("WAIT", key("1")))
    words = [one for one in paper.heard if one.startswith("en/")]
    assert words[:7] == ["en/answers-which", "en/q-red", "en/press", "en/say-1", "en/q-slow", "en/press", "en/say-2"]
    assert words[8:10] == ["en/a-slow", "en/answers-solved"]
    assert world.said(ArticleHeard) == ArticleHeard(interaction=ID, article="slow", solved=True)
    assert world.said(FlowEnded).how == "answer"


async def test_one_that_did_not_leads_back_to_the_line() -> None:
    world = in_line()
    answers(world)
    paper = await waits(world, *pressed("31"), said("answers-solved", "2"), limit=30)
    assert world.said(ArticleHeard).solved is False
    assert "FlowEnded" not in world.kinds()
    assert "en/still-in-line" in paper.heard


async def test_without_a_sound_there_are_no_answers_to_offer() -> None:
    world = in_line()
    world.hot = (SpokenAnswer(article="red", question="q-red", answer="a-red"),)
    world.new = LONG
    paper = await waits(world, *pressed("3"))
    assert not any("answers" in one for one in paper.heard)


# --- a callback


async def test_called_back_at_the_number_they_call_from() -> None:
    world = in_line()
    paper = await waits(world, *pressed("11"))
    assert world.said(CallbackAsked) == CallbackAsked(interaction=ID, to=IdentifierId("tel:4567"), at=None)
    assert "FlowEnded" not in world.kinds(), "the place is kept"
    assert paper.heard[-2:] == ["en/callback-booked", "en/goodbye"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE bye"


async def test_who_withholds_the_number_is_asked_for_one_at_once_and_hears_it_said_back() -> None:
    world = in_line()
    paper = await waits(world, *pressed("1" + "91234567#" + "1"), withheld=True)
    assert not {"en/callback-this", "en/callback-other"} & {*paper.heard}
    assert paper.heard[paper.heard.index("en/callback-number") + 1] == "en/star-back"
    assert world.said(CallbackAsked) == CallbackAsked(interaction=ID, to=IdentifierId("tel:4567"), at=None)
    back = paper.heard.index("en/callback-read-back")
    assert paper.heard[back + 1 : back + 9] == [f"en/say-digit-{digit}" for digit in "91234567"]


async def test_a_number_that_cannot_be_called_is_said_so_and_asked_for_again() -> None:
    world = in_line()
    paper = await waits(world, *pressed("12" + "123#" + "91234567#" + "1"))
    assert paper.heard.count("en/callback-wrong-number") == 1
    assert world.said(CallbackAsked).to == "tel:4567"


async def test_a_number_that_nobody_has_is_refused_unless_the_very_same_is_keyed_again() -> None:
    mistyped, meant = "11234567#", "91234567#"
    world = in_line()
    paper = await waits(world, *pressed("12" + mistyped + meant + "1"))
    assert paper.heard.count("en/callback-wrong-number") == 1
    assert paper.heard.count("en/callback-read-back") == 1
    assert world.said(CallbackAsked).to == "tel:4567"

    world = in_line()
    paper = await waits(world, *pressed("12" + mistyped + mistyped + "1"))
    assert paper.heard.count("en/callback-wrong-number") == 1
    back = paper.heard.index("en/callback-read-back")
    assert paper.heard[back + 1 : back + 3] == ["en/say-digit-1", "en/say-digit-1"], "it is said back, too"
    assert world.said(CallbackAsked).to == "tel:4567"

    world = in_line()
    paper = await waits(world, *pressed("12" + mistyped + "11111111#"), limit=70)
    assert "CallbackAsked" not in world.kinds()
    assert paper.heard.count("en/callback-wrong-number") == 2
    wrong = len(paper.heard) - 1 - paper.heard[::-1].index("en/callback-wrong-number")
    assert paper.heard[wrong + 1] == "en/still-in-line"


async def test_who_keys_nothing_is_asked_again_and_hears_of_no_wrong_number() -> None:
    world = in_line()
    paper = await waits(world, *pressed("1"), limit=40, withheld=True)
    assert paper.heard.count("en/callback-number") == 2
    assert "en/callback-wrong-number" not in paper.heard
    assert "en/still-in-line" in paper.heard


async def test_star_leads_back_to_the_line_from_everywhere() -> None:
    for keys in ("1*", "12*", "129123*", "1291234567#*", "1291234567#3*", "13*", "1312*"):
        world = in_line()
        paper = await waits(world, *pressed(keys), limit=70)
        assert "CallbackAsked" not in world.kinds(), keys
        assert "en/still-in-line" in paper.heard, keys


async def test_at_a_chosen_hour() -> None:
    world = in_line()
    world.sites = replace(world.sites, open_hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00"))
    world.clock = Ms(1_795_431_600_000)  # a Monday, 19:00 in Hong Kong
    paper = await waits(world, *pressed("13" + "6" + "6" + "4" + "#"), limit=80)
    nine = 1_795_431_600_000 + 14 * 3_600_000
    booked = world.said(CallbackAsked)
    assert (booked.to, booked.at) == ("tel:4567", nine + 30 * 60_000)
    at = paper.heard.index("en/callback-at")
    nine_oclock = ["en/say-tomorrow", "en/say-at", "en/say-9", "en/say-am"]
    assert paper.heard[at + 1 : at + 5] == nine_oclock
    booked_at = paper.heard.index("en/callback-booked-at")
    half_past = paper.heard[booked_at + 1 : -1]
    assert half_past[:3] == nine_oclock[:3], "and again when it is booked"
    assert paper.heard[-1] == "en/goodbye"
    # Another number, which is right, and a time.
    world.told.clear()
    await waits(world, *pressed("1" + "61230000#" + "3" + "#"), limit=80, withheld=True)
    booked = world.said(CallbackAsked)
    assert (booked.to, booked.at) == ("tel:0000", nine)
    # Keyed in; and at night nobody calls.
    world.told.clear()
    paper = await waits(world, *pressed("13" + "2345" + "1430" + "#"), limit=80)
    assert paper.heard.count("en/callback-closed-then") == 1
    assert world.said(CallbackAsked).at == nine + 5 * 3_600_000 + 30 * 60_000


async def test_what_is_keyed_in_is_in_no_input_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    world = in_line()
    await waits(world, *pressed("12" + "91234567#" + "1"))
    assert "91234567" not in "".join(map(repr, world.told)) + caplog.text


# --- known incidents


async def test_those_in_line_hear_of_an_incident_once_and_again_when_it_is_set_anew() -> None:
    world = in_line()
    world.known_incidents[QueueId("")] = IncidentNow(IncidentId("disturbance"), AgentId("eve"), Ms(1), Ms(1 << 60))
    paper = await waits(world, limit=30)
    assert paper.heard.count("en/incident-disturbance") == 1
    music = "SET MUSIC ON default"
    assert paper.heard[:4] == [music, "SET MUSIC OFF", "en/incident-disturbance", music]


async def test_new_callers_hear_it_before_the_menu_once_their_language_is_known() -> None:
    world = World()
    there = IncidentNow(IncidentId("disturbance"), AgentId("eve"), Ms(1), Ms(1 << 60))
    world.known_incidents[QueueId("")] = there
    paper = Paper(world, ("STREAM FILE hotline/yue/main-language", key("2")))
    await paper.run(20)
    assert paper.heard[:4] == ["cmn/main-language", "yue/main-language", "yue/incident-disturbance", "yue/main-welcome"]


async def test_one_of_another_queue_or_of_yesterday_is_nobodys_business() -> None:
    world = in_line()
    there = IncidentNow(IncidentId("disturbance"), AgentId("eve"), Ms(1), Ms(1 << 60))
    world.known_incidents[QueueId("sales")] = there
    world.known_incidents[SUPPORT] = replace_until(there, world.clock)
    paper = await waits(world, limit=10)
    assert not any("incident" in one for one in paper.heard)


async def test_who_was_told_before_a_restart_of_ours_is_not_told_again() -> None:
    world = in_line()
    there = IncidentNow(IncidentId("disturbance"), AgentId("eve"), Ms(1), Ms(1 << 60))
    world.known_incidents[QueueId("")] = there
    assert world.known is not None
    world.known = replace(world.known, incidents=((there.incident, there.since),))
    paper = await waits(world, limit=20)
    assert not any("incident" in one for one in paper.heard)
    assert "IncidentSaid" not in world.kinds()


async def test_a_recorded_sentence_stands_for_the_usual_words_where_there_is_one() -> None:
    world = in_line()
    there = IncidentNow(IncidentId("disturbance"), AgentId("eve"), Ms(1), Ms(1 << 60))
    for sentences, heard in (
        ({Language("en"): "ab12"}, "/sentences/ab12"),
        ({Language("yue"): "ab12"}, "en/incident-disturbance"),
        ({Language("en"): "gone"}, "en/incident-disturbance"),
    ):
        world.known_incidents[QueueId("")] = replace(there, sentences=sentences)
        paper = await waits(world, limit=20)
        assert heard in paper.heard
        assert len([one for one in paper.heard if "incident" in one or "sentences" in one]) == 1
    assert world.said(IncidentSaid) == IncidentSaid(interaction=ID, incident=there.incident, since=there.since)


def replace_until(there: IncidentNow, until: Ms) -> IncidentNow:
    return IncidentNow(there.incident, there.by, there.since, until)


async def test_an_agents_answer_in_the_middle_of_any_question_ends_the_session_at_once() -> None:
    for keys in ("2", "3", "1", "12", "13", "1291"):
        world = in_line()
        answers(world)
        paper = await waits(world, *pressed(keys), ("STREAM FILE hotline/en", LEFT))
        assert isinstance(paper.error, CallGone), keys
        assert paper.sent[-1].startswith("STREAM FILE"), "not a word after it"
