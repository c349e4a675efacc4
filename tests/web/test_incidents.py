"""Known incidents over the API: who may tell callers, what, for how long, and in whose words."""

import base64
import io
import wave
from pathlib import Path
from typing import Any

import pytest

from cti.core.ids import AgentId, Language, Phone
from cti.core.incidents import EVERYWHERE
from cti.core.inputs import PhoneReachable
from tests.conftest import eventually
from tests.web.conftest import Rig, ready

PHONE = "/api/v1/incidents/sentences/phone"


def said(seconds: float, rate: int = 8000) -> str:
    """A recording, as the API takes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\1\0" * int(seconds * rate))
    return base64.b64encode(file.getvalue()).decode()


def record(file: str, seconds: float) -> None:
    """As Asterisk does."""
    Path(f"{file}.wav").write_bytes(base64.b64decode(said(seconds)))


def recorded_at(file: str) -> bool:
    return Path(f"{file}.wav").exists()


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


async def test_a_sentence_is_spoken_into_the_supervisors_telephone(rig: Rig) -> None:
    boss, other = await rig.signed_in("sue"), await rig.signed_in("root")
    begun = await boss.good("POST", PHONE, {"language": "yue"})
    assert rig.telephones == [("sue-desk", begun["id"], "yue")]
    assert begun["state"] == "called"
    assert (await boss.good("POST", PHONE, {"language": "en"}))["id"] == begun["id"], "one at a time"
    await other.bad(404, "GET", f"{PHONE}/{begun['id']}")

    async def now() -> Any:
        return await boss.good("GET", f"{PHONE}/{begun['id']}")

    telephone = rig.dictations.expected(begun["id"])
    assert telephone is not None
    telephone.begun()
    assert (await now())["state"] == "speaks"
    assert rig.dictations.expected(begun["id"]) is None
    record(telephone.file, 2)
    keeping = telephone.keep()
    telephone.over()  # hung up while it is written
    assert await keeping
    kept = await now()
    assert (kept["state"], kept["ms"]) == ("kept", 2000)
    assert rig.sentences.sound(kept["sentence"])
    assert not recorded_at(telephone.file)
    assert [(x.who, x.about) for x in rig.accounts.audit(9) if x.what == "sentence_recorded"] == [
        ("sue", kept["sentence"])
    ]
    known = {"incident": "disturbance", "minutes": 60, "sentences": {"yue": kept["sentence"]}}
    await boss.good("POST", "/api/v1/incidents", known)


async def test_a_sentence_that_is_not_kept_leaves_nothing(rig: Rig) -> None:
    boss = await rig.signed_in("sue")
    begun = await boss.good("POST", PHONE, {"language": "en"})
    telephone = rig.dictations.expected(begun["id"])
    assert telephone is not None
    telephone.begun()
    record(telephone.file, 2)
    telephone.over()
    file = telephone.file

    async def gone() -> bool:
        return not recorded_at(file)

    await eventually(gone, "what was said is thrown away")
    assert (await boss.good("GET", f"{PHONE}/{begun['id']}"))["state"] == "dropped"
    rig.picks_up = False
    begun = await boss.good("POST", PHONE, {"language": "en"})

    async def unanswered() -> bool:
        return bool((await boss.good("GET", f"{PHONE}/{begun['id']}"))["state"] == "unanswered")

    await eventually(unanswered, "nobody picked up")
    # Too short for callers: not kept, and said so.
    rig.picks_up = True
    begun = await boss.good("POST", PHONE, {"language": "en"})
    telephone = rig.dictations.expected(begun["id"])
    assert telephone is not None
    telephone.begun()
    record(telephone.file, 0.1)
    assert not await telephone.keep()
    assert not recorded_at(telephone.file)
    assert (await boss.good("GET", f"{PHONE}/{begun['id']}"))["state"] == "dropped"


async def test_whose_telephone_is_not_rung(rig: Rig) -> None:
    boss, root, ana = await rig.signed_in("sue"), await rig.signed_in("root"), await rig.signed_in("ana")
    asked = {"language": "en"}
    await ana.bad(403, "POST", PHONE, asked)
    assert (await root.bad(409, "POST", PHONE, asked))["type"].endswith("no-telephone")
    await rig.say(PhoneReachable(phone=Phone("sue-desk"), reachable=False))
    assert (await boss.bad(409, "POST", PHONE, asked))["type"].endswith("telephone-away")
    await rig.say(PhoneReachable(phone=Phone("sue-desk"), reachable=True))
    await rig.say(*ready("sue"))
    assert (await boss.bad(409, "POST", PHONE, asked))["type"].endswith("not-now")
    assert rig.telephones == []
    assert rig.dictations.look("x", AgentId("sue")) is None
