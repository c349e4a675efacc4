"""What Asterisk says after a gap mends what we believed."""

import pytest

from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.hours import day_of
from cti.core.ids import AgentId, BridgeId, ChannelId, Ms
from cti.core.inputs import ChannelNow
from tests.core import test_second_line as phone
from tests.core.play import Play
from tests.core.test_consults import ASKS, JOINED, SPEAKS


def talking() -> Play:
    play = Play()
    play.table(
        """
        0  | ana ready              |
        1  | A calls                |
        1  | A asks support         |
        3  | A enters b             |
        3  | A.1 enters b           | connected A ana after 2; ana talking
        9  | AMI drops              |
        """
    )
    return play


def test_another_asterisk_means_that_every_call_is_over() -> None:
    play = talking()
    came = play.say(i.AsteriskUp(channels=(), booted=Ms(3_600_000)))
    assert came[0] == "repaired: Asterisk was restarted: its calls are over"
    assert "talked A 6 ended-by unknown" in came
    assert "ended A answered" in came
    assert not play.world.legs


def test_the_same_asterisk_without_the_channels_saw_them_end() -> None:
    play = talking()
    came = play.say(i.AsteriskUp(channels=(), booted=Ms(1)))
    assert "repaired: a channel ended unseen" in came
    assert "ended A answered" in came


@pytest.mark.parametrize(
    ("zone", "moment", "day", "hours"),
    [
        ("Europe/Berlin", 1_774_699_200_000, "2026-03-28", 24),
        ("Europe/Berlin", 1_774_785_600_000, "2026-03-29", 23),
        ("Europe/Berlin", 1_792_922_400_000, "2026-10-25", 25),
        ("Asia/Hong_Kong", 1_792_922_400_000, "2026-10-25", 24),
    ],
)
def test_a_day_is_as_long_as_it_is(zone: str, moment: int, day: str, hours: int) -> None:
    name, begin, end = day_of(zone, Ms(moment))
    assert (name, end - begin) == (day, hours * 3_600_000)
    assert begin <= moment < end


@pytest.mark.parametrize("story", [ASKS, SPEAKS, JOINED, phone.ASKS, phone.SPEAKS])
@pytest.mark.parametrize("new", [True, False], ids=["another Asterisk", "the same one"])
def test_asterisk_dies_in_a_consultation_and_nobody_is_left_busy(story: str, new: bool) -> None:
    play = Play()
    play.table(story)
    play.say(i.AsteriskDown())
    came = play.say(i.AsteriskUp(channels=(), booted=Ms(3_600_000 if new else 1)))
    assert "ended A answered" in came
    ends = [line for line in came if line.startswith("consult-ended A bo")]
    assert len(ends) == 1, "the consultation has one end"
    assert [line for line in came if line.startswith("talked A")] != []
    assert not [line for line in came if line.startswith(("offered", "RING", "TAKE-OVER"))], "nobody is there to be had"
    assert not play.world.legs
    assert {agent.state for agent in play.world.agents.values()} <= {AgentState.READY, AgentState.WRAP_UP}
    play.now = Ms(play.now + 60_000)
    play.say(i.Wake())
    assert {agent.state for agent in play.world.agents.values()} == {AgentState.READY}
    assert not play.world.interactions


def test_transferred_by_phone_while_we_were_away() -> None:
    """The phone brought caller and colleague together: they are found so, and it is one call."""
    play = Play()
    play.table(phone.SPEAKS)
    play.say(i.AsteriskDown())
    together = tuple(
        ChannelNow(channel=ChannelId(channel), name=name, interaction=None, up=True, bridge=BridgeId("b"))
        for channel, name in (("ch-A", "PJSIP/trunk-1"), ("A.2.0", "PJSIP/bo-web-1"))
    )
    came = play.say(i.AsteriskUp(channels=together, booted=Ms(1)))
    assert "transferred A to bo" in came
    assert "connected A bo after 0" in came
    states = [play.world.agents[AgentId(name)].state for name in ("ana", "bo")]
    assert states == [AgentState.WRAP_UP, AgentState.TALKING]


@pytest.mark.parametrize("left", [None, "c", "d"], ids=["in no bridge", "alone where they talked", "alone elsewhere"])
def test_a_phones_second_line_that_ended_while_we_were_away_ends_the_consultation(left: str | None) -> None:
    play = Play()
    play.table(phone.SPEAKS)
    play.say(i.AsteriskDown())
    parted = tuple(
        ChannelNow(
            channel=ChannelId(channel),
            name=name,
            interaction=None,
            up=True,
            bridge=BridgeId(bridge) if bridge else None,
        )
        for channel, name, bridge in (
            ("ch-A", "PJSIP/trunk-1", "b"),
            ("A.1.0", "PJSIP/ana-web-1", "b"),
            ("A.2.0", "PJSIP/bo-web-1", left),
        )
    )
    came = play.say(i.AsteriskUp(channels=parted, booted=Ms(1)))
    assert "consult-ended A bo left after 0" in came
    assert "HANGUP A.2.0 16" in came
    assert not [line for line in came if line.startswith("talked A")], "the talk with the caller goes on"
    states = [play.world.agents[AgentId(name)].state for name in ("ana", "bo")]
    assert states == [AgentState.TALKING, AgentState.WRAP_UP]
