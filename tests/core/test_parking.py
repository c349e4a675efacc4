"""A caller is parked, as tables: who fetches them, and what becomes of one whom nobody fetches."""

import msgspec
import pytest

from cti.core import inputs as i
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, Ms
from cti.core.parking import may_fetch, sees
from cti.core.site import Agent
from tests.core.places import site
from tests.core.play import START, Play

TALK = """
        0  | ana ready              | ana ready
        1  | A calls                | opened A
        1  | A asks support en      | queued A support; offered A ana; ana reserved; RING ana for A
        3  | A enters b             | -
        3  | A.1 enters b           | connected A ana after 2; ana talking
"""
PARKED = (
    TALK
    + """
        10 | ana parks A            | talked A 7 ended-by park; ana wrap_up; parked A ana until 130; TAKE-OVER ch-A; HANGUP A.1.0 16
        10 | A leaves b             | -
        10 | A.1 leaves b           | -
        10 | A.1 gone               | -
        10 | A calls                | -
"""
)
SCENARIOS = {
    "fetched by who parked them, out of the wrap-up: one call, one talk more": PARKED
    + """
        20 | ana takes-back A       | unparked A fetched ana after 10; requeued A support; offered A ana; ana reserved; RING ana for A
        21 | A enters d             | -
        21 | A.2 enters d           | connected A ana after 11; ana talking
        50 | A.2 ending             | -
        50 | A.2 leaves d           | talked A 29 ended-by agent; ana wrap_up; HANGUP A.2.0 16
        50 | A after                | STEER A survey
        51 | A gone                 | ended A answered; HANGUP A.2.0 26
    """,
    "fetched by a colleague of the queue, while who parked them has the next call": PARKED
    + """
        15 | ana wraps-up A         | wrapped A; ana ready
        16 | B calls                | opened B
        16 | B asks support en      | queued B support; offered B ana; ana reserved; RING ana for B
        18 | B enters c             | -
        18 | B.1 enters c           | connected B ana after 2; ana talking
        20 | bo ready               | bo ready
        25 | bo takes-back A        | unparked A fetched bo after 15; requeued A support; offered A bo; bo reserved; RING bo for A
        27 | A enters d             | -
        27 | A.2 enters d           | connected A bo after 17; bo talking; HANGUP A.2.1 26
    """,
    "nobody fetches them: back to who parked them, who is ready": PARKED
    + """
        15  | ana wraps-up A        | wrapped A; ana ready
        129 | time passes           | -
        130 | time passes           | unparked A over after 120; requeued A support; offered A ana; ana reserved; RING ana for A
        134 | A enters d            | -
        134 | A.2 enters d          | connected A ana after 124; ana talking
    """,
    "nobody fetches them, and who parked them still writes about it: that is over by it": PARKED
    + """
        35  | ana extends 3600      | ana wrap_up
        130 | time passes           | unparked A over after 120; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "back to who parked them, who does not answer: in line, at the head for having waited longest": PARKED
    + """
        15  | ana wraps-up A        | wrapped A; ana ready
        20  | ana not-ready lunch   | ana not_ready lunch
        100 | B calls               | opened B
        100 | B asks support en     | queued B support
        129 | ana ready             | ana ready; offered B ana; ana reserved; RING ana for B
        130 | time passes           | unparked A over after 120; requeued A support
        131 | ana declines B.1      | offer-ended B ana declined; ana not_ready declined; HANGUP B.1.0 16
        140 | bo ready              | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "offered back and not answered: in line": PARKED
    + """
        15  | ana wraps-up A        | wrapped A; ana ready
        130 | time passes           | unparked A over after 120; requeued A support; offered A ana; ana reserved; RING ana for A
        145 | time passes           | offer-ended A ana rona; ana not_ready rona; HANGUP A.2.0 16
        150 | bo ready              | bo ready; offered A bo; bo reserved; RING bo for A
    """,
    "who parked them has gone home: in line": PARKED
    + """
        15  | ana signs-out         | wrapped A; ana signed_out
        130 | time passes           | unparked A over after 120; requeued A support
    """,
    "who fetches them does not answer after all: in line, for whoever is free": PARKED
    + """
        20 | bo ready               | bo ready
        20 | bo takes-back A        | unparked A fetched bo after 10; requeued A support; offered A bo; bo reserved; RING bo for A
        22 | bo declines A.2        | offer-ended A bo declined; bo not_ready declined; HANGUP A.2.0 16; HANGUP A.2.1 16
        30 | ana wraps-up A         | wrapped A; ana ready; offered A ana; ana reserved; RING ana for A
    """,
    "a parked caller hangs up: one outcome, and they are somebody who gave up waiting": PARKED
    + """
        38 | A ending               | -
        38 | A gone                 | unparked A caller_gone after 28; ended A abandoned_again
    """,
    "they hang up in the moment they are fetched": PARKED
    + """
        38 | A ending               | -
        38 | ana takes-back A       | -
        38 | A gone                 | unparked A caller_gone after 28; ended A abandoned_again
    """,
    "who is busy or not ready fetches nobody, and nobody is fetched twice": PARKED
    + """
        11 | ana parks A            | -
        12 | bo takes-back A        | -
        13 | zoe takes-back A       | -
        14 | ana takes-back A       | unparked A fetched ana after 4; requeued A support; offered A ana; ana reserved; RING ana for A
        14 | bo ready               | bo ready
        14 | bo takes-back A        | -
    """,
    "only who talks with them parks them, and only while they are there": TALK
    + """
        9  | bo parks A             | -
        9  | A ending               | -
        9  | ana parks A            | -
    """,
    "while Asterisk is out of sight nobody is parked or fetched, and whose time is over waits in line": PARKED
    + """
        15  | AMI drops             | -
        16  | ana takes-back A      | -
        17  | ana wraps-up A        | wrapped A; ana ready
        130 | time passes           | unparked A over after 120; requeued A support
    """,
    "the agent's end overtakes the way out of the bridge: back to the music": TALK
    + """
        10 | ana parks A            | talked A 7 ended-by park; ana wrap_up; parked A ana until 130; TAKE-OVER ch-A; HANGUP A.1.0 16
        10 | A.1 gone               | -
        10 | A after                | STEER A wait
    """,
    "out of a conference: both agents are out of it": TALK
    + """
        10 | bo ready               | bo ready
        13 | ana consults A to bo   | consult A bo; offered A+2 bo; bo reserved; ASIDE ch-A A.1.0; RING bo for A with A.1.0
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        15 | A.2 enters c           | -
        15 | A.1 enters c           | consulted A bo; bo talking; HANGUP A.2.1 26
        20 | A enters c             | conference A
        25 | ana parks A            | consult-ended A bo over after 10; bo wrap_up; talked A 22 ended-by park; ana wrap_up; parked A ana until 145; TAKE-OVER ch-A; HANGUP A.2.0 16; HANGUP A.2.1 16; HANGUP A.1.0 16
        26 | bo takes-back A        | unparked A fetched bo after 1; requeued A support; offered A bo; bo reserved; RING bo for A
    """,
}


def there(channel: str, phone: str, bridge: str | None) -> i.ChannelNow:
    return i.ChannelNow(
        channel=ChannelId(channel),
        name=f"PJSIP/{phone}-1",
        interaction=InteractionId("A"),
        up=True,
        bridge=BridgeId(bridge) if bridge is not None else None,
    )


def asterisk(*channels: i.ChannelNow) -> i.AsteriskUp:
    return i.AsteriskUp(channels=channels, booted=Ms(1))


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_a_restart_in_the_middle_changes_nothing() -> None:
    play = Play()
    play.table(PARKED)
    play.table(
        """
        20 | it restarts            | -
        21 | ana desk-back          | -
        """
    )
    play.say(asterisk(there("ch-A", "trunk", None)))
    play.table("25 | A calls | -")
    parked = play.world.interactions[InteractionId("A")].park
    assert parked is not None
    assert (parked.by, parked.until) == ("ana", START + 130_000)
    play.table(
        "30 | ana takes-back A | unparked A fetched ana after 20; requeued A support; offered A ana; ana reserved; RING ana for A"
    )


def test_the_plain_queue_gave_them_to_somebody_while_we_were_away() -> None:
    play = Play()
    play.table(PARKED + "40 | it restarts | wrapped A; ana ready")
    play.now = Ms(START + 60_000)
    came = play.say(asterisk(there("ch-A", "trunk", "d"), there("1.9", "bo-web", "d")))
    assert came == ["unparked A met after 50", "connected A bo after 50", "bo talking"]


def test_asterisk_says_that_they_have_gone() -> None:
    play = Play()
    play.table(PARKED)
    assert play.say(asterisk()) == [
        "repaired: a channel ended unseen",
        "unparked A caller_gone after 0",
        "ended A abandoned_again",
    ]


def test_whoever_can_serve_the_queue_sees_them_and_supervisors_do() -> None:
    play = Play()
    others = (
        Agent(id=AgentId("cy"), name="Cy", work_number="8003"),
        Agent(id=AgentId("eve"), name="Eve", work_number="8004", role="supervisor"),
    )
    play.say(i.SiteLoaded(site=msgspec.structs.replace(site(), agents=(*site().agents, *others))))
    play.table(PARKED)
    it = play.world.interactions[InteractionId("A")]
    assert [agent for agent in ("ana", "bo", "cy", "eve") if sees(play.world, AgentId(agent), it)] == [
        "ana",
        "bo",
        "eve",
    ]
    assert may_fetch(play.world, AgentId("cy"), it) == "not_seen"
    assert may_fetch(play.world, AgentId("bo"), it) == "busy"
    assert may_fetch(play.world, AgentId("ana"), it) == ""


def test_a_queue_may_have_nobody_parked() -> None:
    play = Play()
    queues = tuple(msgspec.structs.replace(queue, park_s=0) for queue in site().queues)
    play.say(i.SiteLoaded(site=msgspec.structs.replace(site(), queues=queues)))
    play.table(TALK + "10 | ana parks A | -")
