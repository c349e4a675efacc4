"""What Asterisk says after a gap mends what we believed."""

import pytest

from cti.core import inputs as i
from cti.core.hours import day_of
from cti.core.ids import Ms
from tests.core.play import Play


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
    assert "talked A 6 ended-by caller" in came
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
