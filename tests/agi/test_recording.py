"""A recorded queue: Asterisk records before the first talk, the caller is told, and no connection waits for that."""

from msgspec.structs import replace

from cti.agi.ports import Resume
from cti.agi.wire import LEFT, Reply
from cti.core.ids import Language, QueueId
from cti.core.site import Queue
from tests.agi.paper import ID, SITE, Paper, World, key

SUPPORT = QueueId("support")
NOTICE = "STREAM FILE hotline/en/call-recorded"
DUE, SAID = "SET VARIABLE HL_NOTICE due", "SET VARIABLE HL_NOTICE said"
RECORD = f"EXEC MixMonitor /messages/{ID}.talks.wav,ab"


def recorded(**more: object) -> World:
    world = World()
    world.sites = replace(SITE, queues=(Queue(id=SUPPORT, name={}, record=True),))
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=SUPPORT, **more)  # type: ignore[arg-type]
    world.new = None
    return world


async def lines(world: World, *script: tuple[str, Reply], **more: str) -> list[str]:
    paper = Paper(world, *script, **more)  # type: ignore[arg-type]
    await paper.run(30)
    return [line for line in paper.sent if line.startswith(("EXEC", "SET VARIABLE HL_NOTICE", NOTICE))]


async def test_asterisk_records_before_the_caller_is_told_so_and_both_happen_once() -> None:
    told = await lines(recorded())
    begins = (DUE, RECORD, NOTICE, SAID)
    assert all(line.startswith(begin) for line, begin in zip(told, begins, strict=True)), told


async def test_it_records_before_the_first_word_of_the_way_into_line() -> None:
    world = recorded()
    world.known = None
    world.caller = replace(world.caller, language="en")
    paper = Paper(world, number="28000001")
    await paper.run(30)
    words = next(n for n, line in enumerate(paper.sent) if line.startswith("STREAM FILE"))
    assert RECORD in paper.sent[:words]


async def test_an_agent_who_is_quicker_than_the_words_leaves_them_to_the_begin_of_the_talk() -> None:
    told = await lines(recorded(), (NOTICE, LEFT))
    assert told[:2] == [DUE, RECORD]
    assert SAID not in told


async def test_a_caller_who_presses_keys_meanwhile_hears_it_again_and_then_when_the_talk_begins() -> None:
    told = await lines(recorded(), (NOTICE, key("9")), (NOTICE, key("9")))
    assert sum(line.startswith(NOTICE) for line in told) == 2
    assert SAID not in told


async def test_who_comes_back_is_recorded_already_and_told_once() -> None:
    variable = ("GET VARIABLE HL_NOTICE", Reply(200, "1", "said"))
    assert await lines(recorded(), variable) == []
    # Heard at the begin of a talk: the channel does not know that yet.
    variable = ("GET VARIABLE HL_NOTICE", Reply(200, "1", "due"))
    assert await lines(recorded(recorded=True), variable) == [SAID]


async def test_without_the_setting_nothing_is_recorded_or_said() -> None:
    world = recorded()
    world.sites = SITE
    assert await lines(world) == []
