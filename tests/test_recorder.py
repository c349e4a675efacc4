"""A talk of which nothing is kept is noticed, and when something is again; one that is over is not."""

from pathlib import Path

import pytest

from cti.core import events as e
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, Ms, OfferId, QueueId
from cti.core.inputs import Input, RecordingLost, RecordingStarted
from cti.core.interaction import State
from cti.core.recorded import Recorded
from cti.core.site import Queue, Site
from cti.core.world import Interaction, World
from cti.recorder import Recorder

CALL = InteractionId("c-1")


def talking(recorded: Recorded, *, record: bool = True) -> World:
    queue = Queue(id=QueueId("support"), name={}, record=record)
    site = Site(name={}, zone="Asia/Hong_Kong", region="HK", queues=(queue,), agents=(), numbers=())
    it = Interaction(
        id=CALL,
        kind="call",
        channel=ChannelId("1.1"),
        number="28000000",
        caller=None,
        language=None,
        opened=Ms(1),
        state=State.TALKING,
        queue=queue.id,
        connected=Ms(5),
        recorded=recorded,
    )
    return World(site=site, interactions={CALL: it})


def connected(offer: str | None = "c-1.1") -> e.Record:
    event = e.Connected(
        interaction=CALL,
        agent=AgentId("ana"),
        offer=OfferId(offer) if offer is not None else None,
        agent_channel=ChannelId("c-1.1.0"),
        bridge=BridgeId("b"),
        waited=Ms(0),
    )
    return e.Record(1, Ms(5), event)


def written(file: Path, size: int | None) -> None:
    if size is not None:
        file.write_bytes(bytes(size))


async def told(world: World, file: Path, sizes: list[int | None], record: e.Record | None) -> list[Input]:
    """What is said of a file of these sizes, one a look; None: it isn't there."""
    said: list[Input] = []
    recorder = Recorder(lambda: world, said.append, lambda interaction: str(file))
    recorder.start()
    if record is not None:
        recorder.on_records([record])
    for size in sizes:
        written(file, size)
        await recorder.look()
    await recorder.close()
    return said


LOST, STARTED = RecordingLost(interaction=CALL), RecordingStarted(channel=ChannelId("1.1"))


@pytest.mark.parametrize(
    ("recorded", "sizes", "said"),
    [
        (Recorded.ON, [0, 100, 200], []),
        (Recorded.PAUSED, [0, 100, 200], []),
        (Recorded.ON, [100, 100], [LOST]),
        (Recorded.PAUSED, [0, 100, 100], [LOST]),
        (Recorded.ON, [None, None], [LOST]),
        (Recorded.NO, [None, None], [LOST]),
        (Recorded.NO, [0, 100], [STARTED]),
        (Recorded.FAILED, [0, 0], []),
        (Recorded.FAILED, [0, 0, 100], [STARTED]),
    ],
)
async def test_a_file_that_does_not_grow_is_told_and_one_that_grows_again(
    recorded: Recorded, sizes: list[int | None], said: list[Input], tmp_path: Path
) -> None:
    assert await told(talking(recorded), tmp_path / "x.wav", sizes, connected()) == said


async def test_nothing_is_missed_of_a_queue_that_records_nothing_nor_of_what_the_plain_queue_connects(
    tmp_path: Path,
) -> None:
    file = tmp_path / "none"
    assert await told(talking(Recorded.NO, record=False), file, [None, None], connected()) == []
    assert await told(talking(Recorded.NO), file, [None, None], connected(None)) == []
    over = talking(Recorded.ON)
    over.interactions[CALL].state = State.AFTER
    assert await told(over, file, [None, None], connected()) == []


async def test_talks_that_go_on_over_a_restart_are_looked_after(tmp_path: Path) -> None:
    assert await told(talking(Recorded.ON), tmp_path / "none", [None, None], None) == [LOST]


async def test_a_talk_that_begins_again_gets_its_time(tmp_path: Path) -> None:
    """Asterisk writes now and then: what was aside between two looks may have had no time for that."""
    world, file, said = talking(Recorded.ON), tmp_path / "x.wav", list[Input]()
    written(file, 100)
    recorder = Recorder(lambda: world, said.append, lambda interaction: str(file))
    recorder.on_records([connected()])
    await recorder.look()
    recorder.on_records([e.Record(2, Ms(9), e.CallerRejoined(interaction=CALL, agent=AgentId("ana")))])
    await recorder.look()
    assert said == []
    await recorder.look()
    assert said == [LOST]
