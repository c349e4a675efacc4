"""Text work over the API and on the screens: a message is shown to an agent, heard, worked on, finished."""

import datetime
import os
import tempfile
import wave
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cti.core.ids import AgentId, IdentifierId, InteractionId, Ms, QueueId
from cti.core.inputs import AgentReady, DeskConnected, MessageSent
from cti.core.world import World
from cti.setup import keys, secrets
from cti.setup.settings import put_settings
from cti.store import sealing
from cti.store.tables import pieces
from cti.store.vault import Vault, sealed
from tests.web.conftest import BOTH, NUMBER, Client, Rig

PIECE = InteractionId("c-7-message")


async def leave(rig: Rig, call: str = "c-7", caller: IdentifierId | None = None) -> None:
    said = MessageSent(
        interaction=InteractionId(call),
        ms=Ms(2000),
        caller=caller,
        queue=QueueId("support"),
        skills={},
        language=None,
        sent=True,
    )
    await rig.say(said)


def world(rig: Rig) -> World:
    return rig.loop.world


@pytest.fixture
async def ana(rig: Rig) -> Client:
    """Ana, ready at her desk, and a message that has just been shown to her."""
    client = await rig.signed_in("ana")
    await rig.say(DeskConnected(agent=AgentId("ana")), AgentReady(agent=AgentId("ana")))
    await leave(rig, caller=rig.history.remember(NUMBER))
    return client


async def view(client: Client, name: str = "desk") -> Any:
    async with await client.live(name) as socket:
        return (await socket.receive_json())["view"]


@BOTH
async def test_a_message_on_the_desk_from_its_opening_to_its_end(rig: Rig, ana: Client) -> None:
    (work,) = (await view(ana))["work"]
    assert (work["piece"], work["state"], work["length"], work["about"]) == (PIECE, "offered", 2000, "c-7")
    rig.pops[PIECE] = await rig.history.pop(world(rig).pieces[PIECE].caller, PIECE)
    rig.web.pop_changed(PIECE)
    (work,) = (await view(ana))["work"]
    assert (work["name"], work["display"]) == ("", "+44 7700 900143"), "nobody guesses who of two it was"
    assert "skills" in [why["code"] for why in work["why"]]
    await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/done", {})
    await ana.good("POST", f"/api/v1/work/{PIECE}/open")
    await rig.say()
    assert [(one["state"], one["until"]) for one in (await view(ana))["work"]] == [("open", None)]
    pop = await ana.good("GET", f"/api/v1/work/{PIECE}/pop")
    assert {person["name"] for person in pop["people"]} == {"Eleanor Whitcombe", "Daniel W."}
    assert (await ana.good("GET", "/api/v1/agent/why"))["text"] == [{"code": "nobody_waits", "agent": None, "args": {}}]
    await ana.bad(422, "POST", f"/api/v1/work/{PIECE}/done", {"outcome": "nonsense"})
    await ana.good("POST", f"/api/v1/work/{PIECE}/done", {"outcome": "solved", "note": "called back"})
    await rig.say()
    assert (await view(ana))["work"] == []
    assert [note.text for note in await rig.history.notes(PIECE)] == ["called back"]
    assert PIECE not in world(rig).pieces


async def test_left_to_others_put_back_given_and_kept(rig: Rig, ana: Client) -> None:
    await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/give", {"agent": "bo"})
    await ana.good("POST", f"/api/v1/work/{PIECE}/open")
    await rig.say()
    await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/decline")
    await ana.bad(422, "POST", f"/api/v1/work/{PIECE}/give", {})
    await ana.bad(422, "POST", f"/api/v1/work/{PIECE}/give", {"queue": "nonsense"})
    problem = await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/give", {"agent": "bo"})
    assert problem["type"] == "not-free"
    await ana.bad(422, "POST", f"/api/v1/work/{PIECE}/later", {"until": 5})
    until = rig.loop.now() + 3600_000
    await ana.good("POST", f"/api/v1/work/{PIECE}/later", {"until": until})
    await rig.say()
    (kept,) = (await view(ana))["work"]
    assert (kept["state"], kept["until"]) == ("later", until)
    await ana.good("POST", f"/api/v1/work/{PIECE}/back")
    await rig.say()
    assert (await view(ana))["work"] == []
    assert (await ana.good("GET", "/api/v1/agent/why"))["text"][0]["code"] == "paused"
    await rig.signed_in("bo")
    await rig.say(DeskConnected(agent=AgentId("bo")), AgentReady(agent=AgentId("bo")))
    assert world(rig).pieces[PIECE].agent == "bo"
    await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/open")
    bo = await rig.signed_in("bo")
    await bo.good("POST", f"/api/v1/work/{PIECE}/decline")
    await rig.say()
    assert world(rig).pieces[PIECE].agent is None


async def test_what_is_kept_is_opened_only_where_there_is_room(rig: Rig, ana: Client) -> None:
    for call in ("c-7", "c-8", "c-9"):
        if call != "c-7":
            await leave(rig, call)
        await ana.good("POST", f"/api/v1/work/{call}-message/open")
        await rig.say()
        if call == "c-7":
            await ana.good("POST", f"/api/v1/work/{PIECE}/later", {"until": rig.loop.now() + 3600_000})
            await rig.say()
    problem = await ana.bad(409, "POST", f"/api/v1/work/{PIECE}/open")
    assert problem["type"] == "no-room"


async def test_the_wallboard_tells_what_waits_and_what_is_in_hand(rig: Rig, ana: Client) -> None:
    await leave(rig, "c-8")
    sue = await rig.signed_in("sue")
    support, _ = (await view(sue, "wallboard"))["queues"]
    assert (support["text_waiting"], support["text_in_hand"], support["waiting"]) == (1, 1, 0)
    assert support["text_since"] == world(rig).pieces[InteractionId("c-8-message")].since
    await ana.good("POST", f"/api/v1/work/{PIECE}/open")
    await rig.say()
    support, _ = (await view(sue, "wallboard"))["queues"]
    assert (support["text_waiting"], support["text_in_hand"]) == (0, 2)
    assert (support["text_opened"], support["text_within"]) == (1, 1)


def recorded(folder: Path, call: str) -> bytes:
    folder.mkdir(exist_ok=True)
    with wave.open(str(folder / f"{call}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return (folder / f"{call}.wav").read_bytes()


async def test_a_recording_is_heard_whole_or_in_part_by_agents_only(rig: Rig, ana: Client, tmp_path: Path) -> None:
    sound = recorded(tmp_path / "messages", "c-7")
    row = {"piece": PIECE, "kind": "message", "about": "c-7", "at": 5, "state": "open", "waited": 0, "length": 1000}
    rig.store.write(lambda c: c.execute(pieces.insert().values(**row, first_seq=1, last_seq=2)))
    path = f"{rig.base}/api/v1/work/{PIECE}/recording"
    async with ana.http.get(path) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "audio/wav", sound)
    async with ana.http.get(path, headers={"Range": "bytes=100-199"}) as answer:
        assert (answer.status, await answer.read()) == (206, sound[100:200])
        assert answer.headers["Content-Range"] == f"bytes 100-199/{len(sound)}"
    stranger = rig.client()
    await stranger.bad(401, "GET", f"/api/v1/work/{PIECE}/recording")
    made = await ana.good("POST", "/api/v1/tokens", {"label": "TV", "role": "viewer"})
    stranger.token = made["token"]
    await stranger.bad(403, "GET", f"/api/v1/work/{PIECE}/recording")
    line = await ana.good("GET", f"/api/v1/work/{PIECE}")
    assert (line["about"], line["state"], line["length"]) == ("c-7", "open", 1000)
    (tmp_path / "messages" / "c-7.wav").unlink()
    problem = await ana.bad(404, "GET", f"/api/v1/work/{PIECE}/recording")
    assert problem["type"] == "no-recording"
    await ana.bad(404, "GET", "/api/v1/work/nothing")
    await ana.bad(404, "GET", "/api/v1/work/nothing/pop")


async def test_an_encrypted_recording_is_heard_whole_or_in_part_and_never_changed(
    rig: Rig, ana: Client, tmp_path: Path
) -> None:
    file = tmp_path / "messages" / "c-7.wav"
    file.parent.mkdir()
    file.write_bytes(sound := b"RIFF" + os.urandom(700_000))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    row = {"piece": PIECE, "kind": "message", "about": "c-7", "at": 5, "state": "open", "waited": 0, "length": 1000}
    rig.store.write(lambda c: c.execute(pieces.insert().values(**row, first_seq=1, last_seq=2)))
    with tempfile.TemporaryDirectory() as elsewhere:
        place = Path(elsewhere, "keys.toml")
        secrets.ensure(tmp_path / "secrets.toml", ())
        keys.add(place, tmp_path, datetime.datetime.now(datetime.UTC))
        put_settings(tmp_path / "settings.toml", {"encrypt": True, "key_file": str(place)})
        assert sealing.work(rig.store, Vault(tmp_path), file.parent).recordings == 1
        path, size = f"{rig.base}/api/v1/work/{PIECE}/recording", len(sound)
        async with ana.http.get(path) as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "audio/wav", sound)
            assert answer.headers["Accept-Ranges"] == "bytes"
            version = answer.headers["ETag"]
        for asked, start, stop in (
            ("0-", 0, size),
            ("65000-66000", 65_000, 66_001),
            ("1-699999", 1, 700_000),
            ("-10", size - 10, size),
            ("700000-900000", 700_000, size),
        ):
            async with ana.http.get(path, headers={"Range": f"bytes={asked}", "If-Range": version}) as answer:
                assert (answer.status in (200, 206), await answer.read() == sound[start:stop]) == (True, True)
                if stop - start < size:
                    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
        async with ana.http.get(path, headers={"Range": "bytes=1-2", "If-Range": '"another"'}) as answer:
            assert (answer.status, answer.content_length) == (200, size)
        for nowhere in (f"bytes={size}-", "bytes=9-3", "lines=1"):
            async with ana.http.get(path, headers={"Range": nowhere}) as answer:
                assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
        async with ana.http.head(path) as answer:
            assert (answer.status, answer.content_length) == (200, size)
        # Changed in its middle: it breaks off there, and is never played as if it were whole.
        hidden = sealed(file)
        body = bytearray(hidden.read_bytes())
        body[500_000] ^= 1
        hidden.write_bytes(body)
        with pytest.raises(aiohttp.ClientPayloadError):
            async with ana.http.get(path) as answer:
                await answer.read()
    problem = await ana.bad(503, "GET", f"/api/v1/work/{PIECE}/recording")
    assert problem["type"] == "locked"


async def test_a_supervisor_puts_a_message_that_waits_ahead(rig: Rig, ana: Client) -> None:
    boss = await rig.signed_in("sue")
    await ana.good("POST", f"/api/v1/work/{PIECE}/decline")
    await rig.say()
    await ana.bad(403, "POST", f"/api/v1/interactions/{PIECE}/priority", {"minutes": 5})
    await boss.good("POST", f"/api/v1/interactions/{PIECE}/priority", {"minutes": 5})
    await rig.say()
    (line,) = (await boss.good("GET", "/api/v1/line"))["text"]
    assert (line["piece"], line["kind"], line["queue"], line["raised"]) == (PIECE, "message", "support", 5)
    assert rig.loop.text.router.line()[0].priority == 5


@BOTH
async def test_a_case_is_opened_from_a_message_by_whoever_has_it(rig: Rig, ana: Client) -> None:
    await ana.good("POST", f"/api/v1/work/{PIECE}/open")
    await rig.say()
    bo = await rig.signed_in("bo")
    asked = {"customer": "eleanor", "title": "Red light again", "interaction": PIECE}
    await bo.bad(404, "POST", "/api/v1/cases", asked)
    case = await ana.good("POST", "/api/v1/cases", asked)
    (mine,) = (await ana.good("GET", "/api/v1/cases"))["cases"]
    assert (mine["id"], mine["title"]) == (case["id"], "Red light again")
