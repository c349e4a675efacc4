"""Somebody at a number outside is asked about a call, as tables: every order of hanging up, and nobody is dropped."""

import msgspec
import pytest

from cti.core import inputs as i
from cti.core.dialling import barred
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, Ms
from tests.core.places import site
from tests.core.play import Play
from tests.core.test_consults import TALK

ASKS = (
    TALK
    + """
        13 | ana consults A outside tel:9 | consult A tel:9; dialled A+2 tel:9 consult; ASIDE ch-A A.1.0; DIAL tel:9 for A.1.0 then ch-A
        13 | A leaves b             | -
        13 | A.1 leaves b           | -
        13 | A calls                | -
        14 | A.t1 starts            | -
"""
)
SPEAKS = (
    ASKS
    + """
        15 | A.t1 up                | -
        15 | A.t1 enters c          | -
        15 | A.1 enters c           | reached A A.t1
"""
)
JOINED = (
    SPEAKS
    + """
        20 | ana wants join A       | JOIN ch-A A.1.0 A.t1
        20 | A enters c             | conference A
"""
)
GIVEN = "consult-ended A nobody given after {talked}; transferred A to tel:9; talked A {all} ended-by transfer; ana wrap_up; moved-outside A A.t1"
SCENARIOS = {
    "handed over by the desk: the agent's end is all it takes": SPEAKS
    + f"""
        20 | ana wants complete A   | HANGUP A.1.0 16
        20 | A.1 leaves c           | -
        20 | A.t1 leaves c          | -
        20 | A.1 gone               | {GIVEN.format(talked=5, all=17)}
        20 | A.t1 enters d          | -
        20 | A enters d             | connected-outside A after 0
        30 | A.t1 leaves d          | talked-outside A 10; HANGUP A.t1 16
        30 | A.t1 gone              | -
        30 | A after                | STEER A survey
        32 | A gone                 | ended A answered
    """,
    "handed over, and AMI tells the way to the caller before the agent's end": SPEAKS
    + f"""
        20 | A.t1 leaves c          | -
        20 | A.t1 enters d          | -
        20 | A enters d             | {GIVEN.format(talked=5, all=17)}; connected-outside A after 0; HANGUP A.1.0 16
        20 | A.1 gone               | -
    """,
    "handed over, and they hang up at once: back to who gave them": SPEAKS
    + f"""
        20 | A.1 gone               | {GIVEN.format(talked=5, all=17)}
        20 | A.t1 gone              | dial-ended A refused; transfer-failed A nobody refused; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "the agent hangs up while it rings: a blind transfer": ASKS
    + f"""
        16 | A.1 ending             | -
        16 | A.1 gone               | {GIVEN.format(talked=0, all=13)}
        18 | A.t1 up                | -
        18 | A enters d             | -
        18 | A.t1 enters d          | connected-outside A after 2
    """,
    "the agent hands over while it rings, and it is busy: back to the agent": ASKS
    + f"""
        16 | ana wants complete A   | HANGUP A.1.0 16
        16 | A.1 gone               | {GIVEN.format(talked=0, all=13)}
        18 | A.t1 gone 17           | dial-ended A busy; transfer-failed A nobody busy; ana ready; requeued A support; offered A ana; ana reserved; RING ana for A
    """,
    "the agent takes the caller back while it rings, which stops": ASKS
    + """
        16 | ana wants back A       | dial-ended A+2 cancelled; consult-ended A nobody withdrawn after 0; HANGUP A.t1 16; MOVE A.1.0 back
        16 | A enters d             | -
        16 | A.1 enters d           | rejoined A ana
        16 | A.t1 gone              | -
    """,
    "the agent takes the caller back before Asterisk has rung them: hung up as soon as there is a channel": TALK
    + """
        13 | ana consults A outside tel:9 | consult A tel:9; dialled A+2 tel:9 consult; ASIDE ch-A A.1.0; DIAL tel:9 for A.1.0 then ch-A
        13 | ana wants back A       | dial-ended A+2 cancelled; consult-ended A nobody withdrawn after 0; HANGUP A.t1 16; MOVE A.1.0 back
        13 | A.t1 starts            | HANGUP A.t1 26
        13 | A.t1 gone 26           | -
    """,
    "the agent lets them go": SPEAKS
    + """
        20 | ana wants back A       | HANGUP A.t1 16
        20 | A.t1 leaves c          | -
        20 | A.t1 gone              | consult-ended A nobody left after 5
        20 | A.1 enters d           | -
        20 | A enters d             | rejoined A ana
    """,
    "they hang up: the agent has the caller back": SPEAKS
    + """
        20 | A.t1 leaves c          | -
        20 | A.t1 gone              | consult-ended A nobody left after 5
        20 | A.1 leaves c           | -
        20 | A.1 enters d           | -
        20 | A enters d             | rejoined A ana
    """,
    "busy: the agent hears so, and asks another number": ASKS
    + """
        16 | A.t1 gone 17           | dial-ended A+2 busy; consult-ended A nobody busy after 0; MOVE A.1.0 nobody
        17 | ana wants complete A   | -
        18 | ana consults A outside tel:8 | consult A tel:8; dialled A+3 tel:8 consult; ASIDE ch-A A.1.0; DIAL tel:8 for A.1.0 then ch-A
        48 | A.t2 gone 19           | dial-ended A+3 no_answer; consult-ended A nobody no_answer after 0; MOVE A.1.0 nobody
        49 | ana wants back A       | MOVE A.1.0 back
        49 | A enters d             | -
        49 | A.1 enters d           | rejoined A ana
    """,
    "a wrong number, and one that the list forbids by now": ASKS
    + """
        16 | A.t1 gone 1            | dial-ended A+2 wrong_number; consult-ended A nobody wrong_number after 0; MOVE A.1.0 nobody
        18 | ana consults A outside tel:8 | consult A tel:8; dialled A+3 tel:8 consult; ASIDE ch-A A.1.0; DIAL tel:8 for A.1.0 then ch-A
        18 | A.t2 refused not_allowed | dial-ended A+3 not_allowed; consult-ended A nobody not_allowed after 0; MOVE A.1.0 nobody
        19 | A.1 gone               | talked A 16 ended-by agent; ana wrap_up; requeued A support
    """,
    "a conference: the agent leaves, they have the caller": JOINED
    + f"""
        30 | A.1 leaves c           | {GIVEN.format(talked=15, all=27)}; connected-outside A after 0; HANGUP A.1.0 16
        30 | A.1 gone               | -
        40 | A.t1 leaves c          | talked-outside A 10; HANGUP A.t1 16
        40 | A.t1 gone              | -
        40 | A after                | STEER A survey
        41 | A gone                 | ended A answered
    """,
    "a conference: they leave, the agent goes on": JOINED
    + """
        30 | A.t1 leaves c          | consult-ended A nobody left after 15; HANGUP A.t1 16
        30 | A.t1 gone              | -
        40 | A.1 leaves c           | talked A 37 ended-by agent; ana wrap_up; HANGUP A.1.0 16
        40 | A after                | STEER A survey
    """,
    "a conference: the caller leaves, and it is over for all": JOINED
    + """
        30 | A ending               | -
        30 | A leaves c             | consult-ended A nobody caller_gone after 15; talked A 27 ended-by caller; ana wrap_up; HANGUP A.t1 16; HANGUP A.1.0 16
        30 | A.1 gone               | -
        30 | A.t1 gone              | -
        30 | A gone                 | ended A answered
    """,
    "the caller leaves while it rings": ASKS
    + """
        16 | A ending               | -
        16 | A gone                 | dial-ended A+2 cancelled; consult-ended A nobody caller_gone after 0; talked A 13 ended-by caller; ana wrap_up; ended A answered; HANGUP A.t1 16; HANGUP A.1.0 16
        16 | A.1 gone               | -
        16 | A.t1 gone              | -
    """,
    "the caller leaves while they talk": SPEAKS
    + """
        18 | A gone                 | consult-ended A nobody caller_gone after 3; talked A 15 ended-by caller; ana wrap_up; ended A answered; HANGUP A.t1 16; HANGUP A.1.0 16
    """,
    "the caller leaves as the agent hands them over": SPEAKS
    + """
        18 | A ending               | -
        18 | A.1 gone               | consult-ended A nobody caller_gone after 3; talked A 15 ended-by caller; ana wrap_up; HANGUP A.t1 16
        18 | A gone                 | ended A answered; HANGUP A.t1 26
    """,
    "the site calls nobody any more: the talk goes on": TALK
    + """
        9  | eve stops-calling      | -
        10 | ana consults A outside tel:9 | transfer-failed A nobody not_allowed
    """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    Play().table(SCENARIOS[name])


def test_their_leg_counts_among_the_calls_outside_at_once() -> None:
    play = Play()
    play.table(SPEAKS)
    assert play.world.outside == 1
    one = msgspec.structs.replace(site().outgoing, at_once=1)
    play.say(i.SiteLoaded(site=msgspec.structs.replace(site(), outgoing=one)))
    assert barred(play.world, AgentId("bo"), play.now) == "at_once"
    play.table("20 | A.t1 gone | consult-ended A nobody left after 5")
    assert barred(play.world, AgentId("bo"), play.now) == ""


@pytest.mark.parametrize(
    ("bridges", "comes"),
    [
        ({"ch-A": None, "A.1.0": "c", "A.t1": "c"}, []),
        ({"ch-A": None, "A.1.0": None, "A.t1": None}, []),
        (
            {"ch-A": "d", "A.t1": "d"},
            [
                "repaired: a channel ended unseen",
                *GIVEN.format(talked=5, all=17).split("; "),
                "connected-outside A after 0",
            ],
        ),
        (
            {"ch-A": "d", "A.1.0": "d"},
            ["repaired: a channel ended unseen", "consult-ended A nobody left after 5", "rejoined A ana"],
        ),
    ],
)
def test_what_went_on_while_the_bridge_was_away_is_seen_when_it_is_back(
    bridges: dict[str, str | None], comes: list[str]
) -> None:
    play = Play()
    play.table(SPEAKS)
    channels = tuple(
        i.ChannelNow(
            channel=ChannelId(name),
            name="PJSIP/ana-web-1" if name == "A.1.0" else "PJSIP/trunk-out-1",
            interaction=InteractionId("A"),
            up=True,
            bridge=BridgeId(bridge) if bridge is not None else None,
        )
        for name, bridge in bridges.items()
    )
    play.now = Ms(play.now + 5_000)
    assert play.say(i.AsteriskUp(channels=channels, booted=Ms(1))) == comes
