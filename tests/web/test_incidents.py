"""Known incidents over the API: who may tell callers, what, for how long, and in whose words."""

import base64
import io
import wave

import pytest

from cti.core.ids import Language
from cti.core.incidents import EVERYWHERE
from tests.web.conftest import Rig


def said(seconds: float, rate: int = 8000) -> str:
    """A recording, as the API takes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\1\0" * int(seconds * rate))
    return base64.b64encode(file.getvalue()).decode()


async def test_a_supervisor_has_callers_told_of_an_incident(rig: Rig) -> None:
    boss, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    known = {"incident": "disturbance", "minutes": 60}
    await ana.bad(403, "POST", "/api/v1/incidents", known)
    await ana.bad(403, "POST", "/api/v1/incidents/over", {})
    assert "disturbance" in (await boss.bad(422, "POST", "/api/v1/incidents", {**known, "incident": "x"}))["todo"]
    await boss.bad(422, "POST", "/api/v1/incidents", {**known, "queue": "nowhere"})
    await boss.bad(422, "POST", "/api/v1/incidents", {**known, "minutes": 0})

    async def shown() -> dict[str, list[str]]:
        await rig.say()
        board = await boss.good("GET", "/api/v1/wallboard")
        return {queue["id"]: [one["incident"] for one in queue["incidents"]] for queue in board["queues"]}

    await boss.good("POST", "/api/v1/incidents", known)
    await boss.good("POST", "/api/v1/incidents", {**known, "incident": "many-calls", "queue": "billing"})
    assert await shown() == {"support": ["disturbance"], "billing": ["disturbance", "many-calls"]}
    await boss.good("POST", "/api/v1/incidents/over", {})
    assert await shown() == {"support": [], "billing": ["many-calls"]}
    views = {}
    for client, name in ((ana, "ana"), (boss, "sue")):
        live = await client.live("desk")
        views[name] = (await live.receive_json())["view"]["incidents"]
    assert [one["id"] for one in views["sue"]] == ["disturbance", "many-calls"]
    assert views["ana"] == [], "only supervisors can"


async def test_a_sentence_is_recorded_for_some_languages_and_the_screens_say_for_which(rig: Rig) -> None:
    boss, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    await ana.bad(403, "POST", "/api/v1/incidents/sentences", {"sound": said(2)})
    name = (await boss.good("POST", "/api/v1/incidents/sentences", {"sound": said(2)}))["sentence"]
    known = {"incident": "disturbance", "minutes": 60, "sentences": {"yue": name}}
    await boss.bad(422, "POST", "/api/v1/incidents", {**known, "sentences": {"fr": name}})
    assert (await boss.bad(422, "POST", "/api/v1/incidents", {**known, "sentences": {"en": "gone"}}))["where"]
    await boss.good("POST", "/api/v1/incidents", known)
    await rig.say()
    there = rig.loop.world.incidents[EVERYWHERE]
    assert there.sentences == {Language("yue"): name}
    assert rig.sentences.sound(name)
    board = await boss.good("GET", "/api/v1/wallboard")
    assert [one["sentences"] for one in board["queues"][0]["incidents"]] == [["yue"]]


@pytest.mark.parametrize(
    ("sound", "why"),
    [(said(31), "31.0 s"), (said(0.2), "0.2 s"), (said(2, 16000), "16000 Hz"), ("aGVsbG8=", "no WAV")],
)
async def test_what_callers_could_not_hear_is_refused_in_words(rig: Rig, sound: str, why: str) -> None:
    boss = await rig.signed_in("sue")
    assert why in (await boss.bad(422, "POST", "/api/v1/incidents/sentences", {"sound": sound}))["title"]


async def test_half_a_minute_fits_in(rig: Rig) -> None:
    boss = await rig.signed_in("sue")
    await boss.good("POST", "/api/v1/incidents/sentences", {"sound": said(30)})


async def test_the_wallboard_asks_what_can_be_told(rig: Rig) -> None:
    boss, ana = await rig.signed_in("sue"), await rig.signed_in("ana")
    await ana.bad(403, "GET", "/api/v1/incidents")
    ways = (await boss.good("GET", "/api/v1/incidents"))["incidents"]
    assert [one["id"] for one in ways] == ["disturbance", "many-calls"]
