"""A supervisor's telephone on paper: every way in which a sentence for callers is spoken, kept, or not."""

import asyncio

import pytest

from cti.agi.server import CallGone
from cti.agi.wire import LEFT, Reply
from cti.core.ids import Language
from tests.agi.paper import Paper, World, key

SPOKEN = Reply(200, str(ord("#")), endpos=24_000)


class Said:
    """A sentence that is waited for."""

    language = Language("yue")
    file = "/dictated/7"

    def __init__(self, *, room: bool = True) -> None:
        self.room = room
        self.went: list[str] = []

    def begun(self) -> None:
        self.went.append("begun")

    def keep(self) -> asyncio.Future[bool]:
        self.went.append("kept")
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        kept.set_result(self.room)
        return kept

    def over(self) -> None:
        self.went.append("over")


async def telephone(said: Said, *script: tuple[str, Reply]) -> list[str]:
    """What the telephone heard."""
    world = World()
    world.dictated = said
    paper = Paper(world, *script, entry="dictation", number="")
    await paper.run()
    return paper.heard


RECORD = "RECORD FILE /dictated/7 wav"


async def test_spoken_heard_again_and_kept() -> None:
    said = Said()
    heard = await telephone(
        said,
        ("RECORD", SPOKEN),
        ("STREAM FILE hotline/yue/dictation-review", key("1")),
        ("STREAM FILE /dictated/7", Reply(200, "0", endpos=24_000)),
        ("STREAM FILE hotline/yue/dictation-review", key("#")),
    )
    again = ["yue/dictation-review", "/dictated/7", "yue/dictation-review"]
    assert heard == ["yue/dictation-record", RECORD, *again, "yue/dictation-kept"]
    assert said.went == ["begun", "kept", "over"]


async def test_recorded_anew_and_then_no_answer_is_not_kept() -> None:
    said = Said()
    heard = await telephone(said, ("RECORD", SPOKEN), ("STREAM FILE hotline/yue/dictation-review", key("2")))
    assert heard[:4] == ["yue/dictation-record", RECORD, "yue/dictation-review", RECORD]
    assert said.went == ["begun", "over"]


@pytest.mark.parametrize(
    "script",
    [
        (("STREAM FILE hotline/yue/dictation-record", key("*")),),
        (("RECORD", Reply(200, str(ord("*")), endpos=24_000)),),
        (("RECORD", SPOKEN), ("STREAM FILE hotline/yue/dictation-review", key("*"))),
        (("RECORD", Reply(200, "0", endpos=100)), ("RECORD", Reply(200, "0", endpos=100))),
    ],
)
async def test_left_or_nothing_said(script: tuple[tuple[str, Reply], ...]) -> None:
    said = Said()
    assert (await telephone(said, *script))[-1] == "yue/dictation-dropped"
    assert said.went == ["begun", "over"]


async def test_what_the_disk_has_no_room_for_is_said_not_to_be_kept() -> None:
    said = Said(room=False)
    review = ("STREAM FILE hotline/yue/dictation-review", key("#"))
    assert (await telephone(said, ("RECORD", SPOKEN), review))[-1] == "yue/dictation-dropped"


async def test_who_hangs_up_has_kept_nothing() -> None:
    said = Said()
    world = World()
    world.dictated = said
    paper = Paper(world, ("RECORD", LEFT), entry="dictation", number="")
    await paper.run()
    assert said.went == ["begun", "over"]
    said = world.dictated = Said()
    paper = Paper(world, ("RECORD", SPOKEN), ("STREAM FILE hotline/yue/dictation-review", LEFT), entry="dictation")
    await paper.run()
    assert isinstance(paper.error, CallGone)
    assert said.went == ["begun", "over"]


async def test_a_telephone_nobody_rang_for_a_sentence() -> None:
    paper = Paper(World(), entry="dictation")
    await paper.run()
    assert paper.sent == []
