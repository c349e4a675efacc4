"""A caller's session when something is late, missing or broken."""

import asyncio

import pytest

from cti.agi.ports import Resume
from cti.agi.wire import LEFT, Reply
from cti.core.inputs import CallArrived, RouteAsked
from tests.agi.paper import SAID, WHO, Paper, World


async def test_a_history_that_is_late_is_not_waited_for() -> None:
    world = World()
    world.answers_facts = False
    began = asyncio.get_running_loop().time()
    paper = Paper(world)
    await paper.run(3)
    assert asyncio.get_running_loop().time() - began < 1
    # Who called is known without the database.
    assert world.said(CallArrived).caller == WHO


async def test_a_history_that_cannot_be_read_stops_no_call() -> None:
    world = World()
    world.broken_facts = True
    paper = Paper(world)
    await paper.run(3)
    assert world.kinds()[0] == "CallArrived"
    assert paper.heard[0] == "cmn/main-language"


async def test_a_caller_who_is_gone_before_we_answer_still_leaves_a_line() -> None:
    world = World()
    paper = Paper(world, ("ANSWER", LEFT))
    await paper.run()
    assert world.kinds()[0] == "CallArrived"


async def test_a_missing_prompt_is_passed_over() -> None:
    world = World()
    world.existing = SAID - {"hotline/cmn/main-language"}
    paper = Paper(world)
    await paper.run(4)
    assert paper.heard[0] == "yue/main-language"


async def test_a_command_asterisk_refuses_ends_the_session_not_in_a_loop() -> None:
    world = World()
    world.known = Resume(state="waiting", position="", language=None, queue=None)
    paper = Paper(world, ("SET MUSIC", Reply(510, "", "Invalid or unknown command")))
    with pytest.raises(RuntimeError, match="510"):
        await paper.run()


async def test_a_number_whose_flow_is_gone_still_gets_somebody() -> None:
    world = World()
    paper = Paper(world, number="28000009")
    await paper.run(4)
    assert world.said(RouteAsked).queue == "support"


@pytest.mark.parametrize("entry", ["call", "after", "transfer"])
async def test_what_a_bridge_left_of_a_caller_is_no_caller(entry: str) -> None:
    # Bridge() pulls the caller out just as the dialplan goes on to us: what is left behind bears their name.
    world = World()
    world.known = Resume(state="talking", position="", language=None, queue=None)
    paper = Paper(world, entry=entry, name="Surrogate/PJSIP/trunk-00000001")
    await paper.run()
    assert not world.told
    assert not paper.sent


@pytest.mark.parametrize("entry", ["call", "after", "transfer"])
async def test_who_was_taken_into_a_talk_since_they_asked_does_not_end_it(entry: str) -> None:
    # AMI was quicker: by what we know they talk, and their session's own words are yet to come.
    world = World()
    world.known = Resume(state="talking", position="", language=None, queue=None)
    paper = Paper(world, ("ANSWER", LEFT), entry=entry)
    await paper.run()
    assert paper.sent == ["ANSWER"]
    assert not {"AfterReached", "SentAway"} & set(world.kinds())
