"""A caller's session after the talk: the judgement, back in line, goodbye."""

import pytest

from cti.agi.ports import Resume
from cti.agi.session import ANSWER_MS
from cti.agi.wire import Reply
from cti.core.ids import AgentId, Language, Ms, QueueId
from cti.core.inputs import AfterReached, ServedMeanwhile, SurveyAnswered
from tests.agi.paper import CHANNEL, ID, Paper, World, key


async def after(world: World, *script: tuple[str, Reply]) -> Paper:
    world.known = Resume(state="after", position="", language=Language("yue"), queue=QueueId("support"))
    paper = Paper(world, *script, entry="after")
    await paper.run()
    return paper


@pytest.mark.parametrize(("pressed", "solved"), [("1", True), ("2", False)])
async def test_the_survey_takes_one_key(pressed: str, solved: bool) -> None:
    world = World()
    paper = await after(world, ("STREAM FILE hotline/yue/survey", key(pressed)))
    assert world.told == [
        AfterReached(interaction=ID, channel=CHANNEL),
        SurveyAnswered(interaction=ID, solved=solved),
    ]
    assert paper.heard == ["yue/survey", "yue/survey-thanks", "yue/goodbye"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE bye"


async def test_the_survey_asks_once_more_and_no_more() -> None:
    world = World()
    paper = await after(world, ("STREAM FILE hotline/yue/survey", key("7")))
    assert paper.heard == ["yue/survey", "yue/wrong-key", "yue/survey", f"WAIT FOR DIGIT {ANSWER_MS}", "yue/goodbye"]
    assert world.kinds() == ["AfterReached"]


async def test_back_in_line_is_said_to_the_dialplan() -> None:
    world = World()
    world.to = "wait"
    paper = await after(world)
    assert paper.sent == ["SET VARIABLE HL_DONE wait"]


async def test_no_survey_when_the_core_says_goodbye() -> None:
    world = World()
    world.to = "goodbye"
    paper = await after(world)
    assert paper.heard == ["yue/goodbye"]


async def test_a_caller_served_while_we_were_away_is_bid_goodbye_at_once() -> None:
    world = World()
    paper = Paper(world, entry="after")
    await paper.run()
    assert paper.heard == ["en/goodbye"]
    assert world.told == []


async def test_a_talk_that_the_plain_queue_began_is_told_and_judged() -> None:
    world = World()
    paper = Paper(world, entry="after", more=("ana", "support", "12", "95"))
    await paper.run()
    assert world.kinds()[:3] == ["CallArrived", "ServedMeanwhile", "AfterReached"]
    served = ServedMeanwhile(
        interaction=ID, agent=AgentId("ana"), queue=QueueId("support"), waited=Ms(12_000), talked=Ms(95_000)
    )
    assert world.said(ServedMeanwhile) == served
    assert "en/survey" in paper.heard


async def test_nonsense_about_such_a_talk_harms_nobody() -> None:
    world = World()
    await Paper(world, entry="after", more=("ana", "support", "", "-3")).run()
    served = world.said(ServedMeanwhile)
    assert (served.waited, served.talked) == (0, 0)


async def test_a_core_that_is_silent_holds_nobody() -> None:
    world = World()
    world.to = ""
    paper = await after(world)
    assert paper.heard == ["yue/goodbye"]
