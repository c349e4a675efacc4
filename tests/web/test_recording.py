"""The recording of a talk on the desk: seen, paused by who talks and nobody else, and played."""

from pathlib import Path
from typing import Any

import pytest

from cti.core.ids import AgentId, InteractionId
from cti.core.inputs import PauseAsked, RecordingLost, RecordingMuted, RecordingStarted
from cti.store.tables import calls
from tests.web.conftest import Rig, heard, ready
from tests.web.test_text import recorded

CALL = InteractionId("c-1")
PAUSE, RESUME = f"/api/v1/interactions/{CALL}/recording/pause", f"/api/v1/interactions/{CALL}/recording/resume"


def says(how: str) -> Any:
    return lambda message: (message.get("set", {}).get("call") or {}).get("recorded") == how


def tile_says(how: str) -> Any:
    return lambda message: any(tile["recorded"] == how for tile in message.get("set", {}).get("agents", ()))


async def test_the_desk_shows_what_asterisk_says_and_only_who_talks_pauses(rig: Rig) -> None:
    ana, bo = await rig.signed_in("ana"), await rig.signed_in("bo")
    desk, wall = await ana.live("desk"), await ana.live("wallboard")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    assert (await ana.bad(409, "POST", PAUSE))["type"] == "not-talking"
    await rig.talking()
    assert (await ana.bad(409, "POST", PAUSE))["type"] == "not-recorded"
    channel = rig.loop.world.interactions[CALL].channel
    await rig.say(RecordingStarted(channel=channel))
    await heard(desk, says("on"))
    assert (await bo.bad(409, "POST", PAUSE))["type"] == "not-talking"
    await ana.good("POST", PAUSE)
    assert rig.inputs[-1] == PauseAsked(agent=AgentId("ana"), interaction=CALL, pause=True)
    await rig.say(RecordingMuted(channel=channel, muted=True))
    await heard(desk, says("paused"))
    await heard(wall, tile_says("paused"))
    await ana.good("POST", RESUME)
    assert rig.inputs[-1] == PauseAsked(agent=AgentId("ana"), interaction=CALL, pause=False)
    await rig.say(RecordingMuted(channel=channel, muted=False))
    await heard(desk, says("on"))
    await rig.say(RecordingLost(interaction=CALL))
    shown = (await heard(desk, says("failed")))["set"]
    await heard(wall, tile_says("failed"))
    assert [(one["kind"], one["interaction"]) for one in shown["notices"]] == [("recording_failed", CALL)]


@pytest.mark.parametrize("call", ["c-7", "c-8"])
async def test_a_calls_talks_are_heard_and_are_not_the_message_left_in_it(rig: Rig, call: str, tmp_path: Path) -> None:
    ana = await rig.signed_in("ana")
    talks, path = recorded(tmp_path / "messages", f"{call}.talks"), f"{rig.base}/api/v1/interactions/{call}/recording"
    recorded(tmp_path / "messages", call)
    await ana.bad(404, "GET", f"/api/v1/interactions/{call}/recording")  # no call that history knows of
    row = {"interaction": call, "at": 5, "state": "answered", "waited": 0, "talked": 0, "first_seq": 1, "last_seq": 2}
    rig.store.write(lambda c: c.execute(calls.insert().values(**row)))
    async with ana.http.get(path, headers={"Range": "bytes=0-99"}) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (206, "audio/wav", talks[:100])
