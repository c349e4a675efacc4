"""What callers hear of their wait, and how it comes out."""

import msgspec
import pytest

from cti.core import events as e
from cti.core import inputs as i
from cti.core.apply import apply
from cti.core.estimate import MINUTE, Estimate, Mean, Pace
from cti.core.ids import InteractionId, Ms, QueueId
from cti.core.outlook import Outlook, Prospect
from cti.core.telling import Telling, decide, telling
from cti.core.world import Told, World
from tests.core.play import START, Play
from tests.core.test_outlook import busy

A = InteractionId("A")
LATER = Ms(START + MINUTE)
ENTERS = "2 | A calls |\n2 | A asks support |"


def expecting(low: float, middle: float, high: float, agents: int = 5) -> Prospect:
    return Prospect(Estimate(0, 0, low * MINUTE, middle * MINUTE, high * MINUTE), agents)


def told(place: int = 6, least: int | None = 3, most: int | None = 8, agents: int = 5) -> Told:
    until = Ms(START + most * MINUTE) if most is not None else None
    return Told(place=place, least=least, most=most, until=until, agents=agents)


def test_place_and_time_are_said_on_entry() -> None:
    assert decide(None, 4, expecting(1.5, 2, 3.5), None, START) == Telling(place=4, least=1, most=4, agents=5)
    assert decide(None, 4, None, None, START) == Telling(place=4)
    assert decide(None, 4, expecting(1.5, 2, 3.5), 0.5, START) == Telling(place=4)


@pytest.mark.parametrize(
    ("before", "place", "prospect", "said"),
    [
        # Nothing new: not a word.
        (told(), 6, expecting(3, 5, 7.5), None),
        # Better.
        (told(), 5, expecting(2, 4, 6), Telling(place=5, least=2, most=6, agents=5)),
        (told(), 6, expecting(2, 4, 6), Telling(place=6, least=2, most=6, agents=5)),
        # One place of thirty is not worth a sentence, six are.
        (told(place=30), 29, expecting(3, 5, 7.5), None),
        (told(place=30), 24, expecting(3, 5, 7.5), Telling(place=24, least=3, most=8, agents=5)),
        # Worse, but what was said will probably hold: no number.
        (told(), 6, expecting(3, 5, 9), None),
        (told(), 5, expecting(3, 5, 9), Telling(place=5)),
        # Worse: with the reason.
        (told(), 6, expecting(5, 8, 14, 4), Telling(place=6, least=5, most=15, agents=4, why="colleague")),
        (told(), 8, expecting(5, 8, 14), Telling(place=8, least=5, most=15, agents=5, why="overtaken")),
        (told(), 6, expecting(5, 8, 14), Telling(place=6, least=5, most=15, agents=5, why="longer")),
        # It says nothing of time any more.
        (told(), 6, None, None),
        (told(), 5, None, Telling(place=5)),
        # Nothing was said of time before.
        (told(least=None, most=None), 6, expecting(3, 5, 7.5), Telling(place=6, least=3, most=8, agents=5)),
        # More than an hour, and now less.
        (told(least=60, most=None), 6, expecting(62, 80, 99), None),
        (told(least=60, most=None), 5, expecting(62, 80, 99), Telling(place=5, least=60, most=None, agents=5)),
        (told(least=60, most=None), 6, expecting(45, 60, 99), Telling(place=6, least=40, most=None, agents=5)),
        (told(least=30, most=None), 5, expecting(62, 80, 99), Telling(place=5)),
        (told(least=60, most=None), 6, expecting(12, 20, 35), Telling(place=6, least=10, most=40, agents=5)),
    ],
)
def test_only_what_matters_is_said_again(
    before: Told, place: int, prospect: Prospect | None, said: Telling | None
) -> None:
    assert decide(before, place, prospect, None, LATER) == said


def test_a_time_that_is_over_is_never_passed_over_in_silence() -> None:
    over = Ms(START + 8 * MINUTE)
    said = decide(told(), 6, expecting(0.5, 1, 1.8), None, over)
    assert said == Telling(place=6, least=0, most=2, agents=5, why="longer")


def test_saying_the_same_again_does_not_put_it_off() -> None:
    play = busy(ENTERS)
    hears(play, 1, 4)
    play.table("60 | it passes |")
    hears(play, 1, 4)
    it = play.world.interactions[A]
    assert it.told is not None
    assert it.told.until == START + 2_000 + 4 * MINUTE
    play.say(i.WaitSaid(interaction=A, place=1, least=3, most=8, agents=1, why="colleague"))
    assert it.told.until == START + 60_000 + 8 * MINUTE
    assert it.told.by == START + 2_000 + 4 * MINUTE


def hears(play: Play, least: int, most: int) -> None:
    play.say(i.WaitSaid(interaction=A, place=1, least=least, most=most, agents=2, why=""))


@pytest.mark.parametrize(
    ("end", "kept", "counts"),
    [
        ("100 | X.1 gone |\n100 | ana wraps-up X |\n103 | A.1 enters d |\n103 | A enters d |", True, (1, 1)),
        ("300 | X.1 gone |\n300 | ana wraps-up X |\n303 | A.1 enters d |\n303 | A enters d |", False, (1, 0)),
        ("100 | A gone |", None, (0, 0)),
        ("300 | A gone |", False, (1, 0)),
    ],
)
def test_what_was_said_first_is_held_against_what_came(end: str, kept: bool | None, counts: tuple[int, int]) -> None:
    play = busy(ENTERS)
    hears(play, 1, 4)
    play.table("60 | it passes |")
    hears(play, 3, 8)
    play.table(end)
    came = [event for _, event in play.records if isinstance(event, e.WaitCameOut)]
    assert [(one.queue, one.kept) for one in came] == [(QueueId("support"), kept)]
    today = play.world.today.queues[QueueId("support")]
    assert (today.told, today.kept) == counts


def test_one_caller_a_second_is_foreseen_and_learned_from() -> None:
    play = busy(ENTERS, "2.5 | B calls |", "2.5 | B asks support |", "4 | C calls |", "4 | C asks support |")
    foreseen = [event for _, event in play.records if isinstance(event, e.WaitForeseen)]
    assert [one.interaction for one in foreseen] == ["A", "C"]
    assert all(one.low < one.middle < one.high for one in foreseen)
    play.table("300 | X.1 gone |\n300 | ana wraps-up X |\n303 | A.1 enters d |\n303 | A enters d |")
    pace = play.world.paces[QueueId("support")]
    assert pace.actual == 301_000
    assert pace.talk.seen == 101
    assert pace.wrap.value == 0
    assert pace.ring.value == 1_500  # X was put through at once, A after three seconds


def test_who_is_put_through_at_once_is_told_nothing() -> None:
    play = busy("200 | X.1 gone |", "200 | ana wraps-up X |", "201 | A calls |", "201 | A asks support |")
    assert not any(isinstance(event, e.WaitForeseen) for _, event in play.records)
    hears(play, 0, 1)
    play.say(i.ChannelGone(channel=play.world.interactions[A].channel, cause=16))
    play.records.clear()
    hears(play, 0, 1)
    assert play.records == []


def test_another_queue_is_another_wait() -> None:
    play = busy(ENTERS)
    hears(play, 1, 4)
    play.table("10 | A asks billing |")
    it = play.world.interactions[A]
    assert it.told is None
    assert it.foreseen is not None
    assert it.foreseen.at == START + 10_000


def test_the_callers_session_asks_for_the_place_and_the_time() -> None:
    play = busy(ENTERS, "3 | B calls |", "3 | B asks support |")
    outlook, place = Outlook(play.world), play.index.routing.router.position
    b, x = InteractionId("B"), InteractionId("X")
    said = telling(play.world, outlook, b, place(b), play.now)
    assert said is not None
    assert said.place == 2
    assert said.most is not None
    assert telling(play.world, outlook, x, place(x), play.now) is None


def test_replay_learns_the_same() -> None:
    play = busy(ENTERS)
    hears(play, 1, 4)
    play.table("300 | X.1 gone |\n300 | ana wraps-up X |\n303 | A.1 enters d |\n303 | A enters d |\n310 | A gone |")
    again = World(
        paces={queue: Pace(talk=Mean(300_000.0, 100)) for queue in map(QueueId, ("support", "billing", "rings"))}
    )
    for at, event in play.records:
        apply(again, msgspec.json.decode(msgspec.json.encode(event), type=type(event)), at)
    assert again == play.world
