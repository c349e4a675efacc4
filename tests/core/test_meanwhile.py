"""What the dialplan did by itself while we were away comes into the books, once."""

from cti.core import events as e
from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.ids import AgentId, BridgeId, ChannelId, IdentifierId, InteractionId, Ms, QueueId
from cti.core.inputs import ChannelNow
from cti.core.interaction import State
from tests.core.play import START, Play

A = InteractionId("A")


def caller(who: str, *, age: int = 0, queue: str = "", bridge: str = "") -> ChannelNow:
    """A caller's channel in the fallback queue, or on the way there."""
    return ChannelNow(
        channel=ChannelId(f"ch-{who}"),
        name="PJSIP/trunk-1",
        interaction=InteractionId(who),
        up=True,
        bridge=BridgeId(bridge) if bridge else None,
        application="Queue" if queue else "AGI",
        queue=QueueId(queue) if queue else None,
        age=Ms(age * 1000),
        number="28000000",
        caller=IdentifierId("tel:x"),
    )


def leg(who: str, phone: str, *, age: int, bridge: str) -> ChannelNow:
    """A phone that the fallback queue rang for this caller."""
    return ChannelNow(
        channel=ChannelId(f"q-{who}"),
        name=f"PJSIP/{phone}-1",
        interaction=InteractionId(who),
        up=True,
        bridge=BridgeId(bridge) if bridge else None,
        application="AppQueue",
        age=Ms(age * 1000),
    )


def back(play: Play, *channels: ChannelNow, at: int = 60) -> list[str]:
    """We are back at `at` seconds and see this."""
    play.now = Ms(START + at * 1000)
    return play.say(i.AsteriskUp(channels=channels, booted=Ms(1)))


def test_a_new_caller_in_the_plain_queue_is_taken_over_with_the_place_of_their_arrival() -> None:
    play = Play()
    play.table("0 | B calls |\n10 | B asks support | queued B support")
    came = back(play, caller("A", age=40, queue="support"), caller("B"))
    assert came == ["repaired: a caller came while we were away", "opened A", "queued A support", "TAKE-OVER ch-A"]
    assert play.world.interactions[A].since == START + 20_000
    play.table("61 | ana ready | ana ready; offered B ana; ana reserved; RING ana for B")
    play.table("61 | bo ready | bo ready; offered A bo; bo reserved; RING bo for A")


def test_a_new_caller_still_looking_for_us_is_known_but_in_no_line() -> None:
    play = Play()
    assert back(play, caller("A", age=4)) == ["repaired: a caller came while we were away", "opened A"]
    assert play.world.interactions[A].state is State.FLOW
    # Their session comes, and goes on as if we had never been away.
    play.table("61 | A calls | -\n62 | A asks support | queued A support")
    assert play.world.today.arrived == 1


def test_a_talk_of_the_plain_queue_is_found_whichever_channel_comes_first() -> None:
    for turned in (False, True):
        play = Play()
        play.table("0 | ana ready | ana ready")
        seen = [caller("A", age=40, queue="support", bridge="b"), leg("A", "ana-web", age=15, bridge="b")]
        came = back(play, *(reversed(seen) if turned else seen))
        assert came[-2:] == ["connected A ana after 25", "ana talking"]
        connected = next(event for _, event in play.records if isinstance(event, e.Connected))
        assert connected.offer is None
        assert play.greetings == []
        play.now = Ms(play.now + 20_000)
        assert play.say(i.HangupRequested(channel=ChannelId("q-A"))) == []
        came = play.say(i.BridgeLeft(channel=ChannelId("q-A"), bridge=BridgeId("b")))
        assert came == ["talked A 20 ended-by agent", "ana wrap_up", "HANGUP q-A 16"]
        # The dialplan tells of the talk as well: it is in the books already.
        assert play.say(served("A", "ana", 60)) == []
        queue = play.world.today.queues[QueueId("support")]
        assert (queue.arrived, queue.answered, queue.within) == (1, 1, 0)


def served(who: str, agent: str, talked: int) -> i.ServedMeanwhile:
    return i.ServedMeanwhile(
        interaction=InteractionId(who),
        agent=AgentId(agent),
        queue=QueueId("support"),
        waited=Ms(10_000),
        talked=Ms(talked * 1000),
    )


def test_a_whole_talk_unseen_is_an_answered_call_and_no_abandoned_one() -> None:
    play = Play()
    play.table("0 | A calls |\n10 | A asks billing | queued A billing\n11 | we restarts |")
    back(play, caller("A"))
    assert play.say(served("A", "ana", 30)) == [
        "repaired: a talk went by while we were away",
        "connected A ana after 20",
        "talked A 30 ended-by unknown",
    ]
    assert play.world.agents[AgentId("ana")].state is AgentState.NOT_READY
    play.table("60 | A after | STEER A goodbye\n62 | A gone | ended A answered")
    assert play.world.today.queues[QueueId("billing")].answered == 1
    assert play.world.today.queues[QueueId("billing")].abandoned == 0


def test_a_caller_who_came_and_was_served_unseen_counts_where_they_waited() -> None:
    play = Play()
    back(play)
    play.table("60 | A calls | opened A")
    assert play.say(served("A", "bo", 30))[0] == "queued A support"
    queue = play.world.today.queues[QueueId("support")]
    assert (queue.arrived, queue.answered, queue.waited_answered) == (1, 1, 10_000)
    assert play.say(served("A", "bo", 30)) == []


def test_an_offer_made_meanwhile_is_taken_back() -> None:
    play = Play()
    play.table("0 | A calls |\n1 | A asks support |\n2 | ana ready |")
    came = play.say(served("A", "bo", 1))
    assert came[:2] == ["offer-ended A ana withdrawn", "ana ready"]
    assert "HANGUP A.1.0 26" in came
