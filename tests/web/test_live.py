"""Live screens: what a desk and a wallboard are shown, when, and in which order."""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cti.core import estimate
from cti.core.events import Event, Record
from cti.core.ids import AgentId, InteractionId, Ms, Phone
from cti.core.inputs import (
    AgentReady,
    AsteriskDown,
    AsteriskUp,
    DeskConnected,
    DeskLost,
    HoldChanged,
    Input,
    PhoneReachable,
    Wake,
)
from cti.core.switchboard import step
from cti.core.world import World
from cti.store.views import Person, Pop
from cti.web import live as live_module
from cti.web import project
from cti.web.live import BACKLOG, Live, Viewer
from cti.web.views import DeskView, WallboardView
from tests.core.play import Play
from tests.core.test_invariants import ROWS
from tests.examples import examples
from tests.web.conftest import BOTH, Rig, heard, ready


def pop(name: str) -> Pop:
    return Pop(identifier=None, display="5550 0143", people=(Person(customer=name, name=name),))  # type: ignore[arg-type]


def phase(name: str) -> Callable[[Any], bool]:
    """A change to this phase of the call."""
    return lambda m: m["type"] == "change" and (m["set"].get("call") or {}).get("phase") == name


@BOTH
async def test_the_pop_is_on_the_desk_with_the_reservation(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    snapshot = msgspec.json.decode(await desk.receive_str())
    assert snapshot["type"] == "snapshot"
    assert snapshot["epoch"] == rig.web.epoch
    assert snapshot["view"]["me"]["state"] == "not_ready"
    await desk.send_str('{"type":"beat"}')
    await heard(desk, lambda m: m["type"] == "beat")
    await client.good("POST", "/api/v1/agent/state", {"state": "ready"})
    await heard(desk, lambda m: m["type"] == "change" and m["set"].get("me", {}).get("state") == "ready")
    rig.pops[InteractionId("c-1")] = pop("Eleanor")
    await rig.waiting_call("c-1")
    change = await heard(desk, lambda m: m["type"] == "change" and m["set"].get("call"))
    assert change["set"]["call"]["phase"] == "offered"
    assert change["set"]["me"]["state"] == "reserved"
    assert change["set"]["pop"]["people"][0]["name"] == "Eleanor"
    assert change["set"]["call"]["why"]


async def test_a_call_from_ring_to_wrap_up(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await rig.talking()
    change = await heard(
        desk, lambda m: m["type"] == "change" and (m["set"].get("call") or {}).get("phase") == "talking"
    )
    assert change["set"]["me"]["state"] == "talking"
    leg = rig.loop.world.interactions[InteractionId("c-1")].agent_channel
    assert leg is not None
    await rig.say(HoldChanged(channel=leg, held=True))
    await heard(desk, phase("held"))
    await rig.over()
    change = await heard(
        desk, lambda m: m["type"] == "change" and (m["set"].get("call") or {}).get("phase") == "wrap_up"
    )
    assert change["set"]["call"]["until"] is not None
    body = {"outcome": "solved", "note": "Reset the box.", "ready": False}
    await client.good("POST", "/api/v1/interactions/c-1/wrap-up", body)
    change = await heard(desk, lambda m: m["type"] == "change" and "call" in m["set"] and m["set"]["call"] is None)
    assert change["set"]["me"]["state"] == "not_ready"
    assert change["set"].get("pop") is None


async def test_desk_and_wallboard_say_whether_asterisk_and_the_phone_are_there(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk, wall = await client.live("desk"), await client.live("wallboard")
    await rig.say(PhoneReachable(phone=Phone("ana-web"), reachable=True))
    await heard(
        desk, lambda m: m["type"] == "change" and m["set"].get("me", {}).get("phones", [{}])[0].get("reachable")
    )
    await rig.say(AsteriskDown())
    for screen in (desk, wall):
        await heard(screen, lambda m: m["type"] == "change" and m["set"].get("asterisk") is False)
    await rig.say(AsteriskUp(channels=(), booted=Ms(1)))
    for screen in (desk, wall):
        await heard(screen, lambda m: m["type"] == "change" and m["set"].get("asterisk") is True)


async def test_a_late_pop_follows(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    await heard(desk, lambda m: m["type"] == "change" and m["set"].get("call"))
    rig.pops[InteractionId("c-1")] = pop("Eleanor")
    rig.web.pop_changed(InteractionId("c-1"))
    change = await heard(desk, lambda m: m["type"] == "change" and m["set"].get("pop"))
    assert set(change["set"]) == {"pop"}


async def test_a_missed_call_leaves_a_notice_until_it_is_put_away(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    now = rig.loop.now()
    rig.loop.now = lambda: Ms(now + 16_000)  # type: ignore[method-assign]
    await rig.say(Wake())
    change = await heard(desk, lambda m: m["type"] == "change" and m["set"].get("notices"))
    (notice,) = change["set"]["notices"]
    assert (notice["kind"], notice["interaction"]) == ("rona", "c-1")
    assert change["set"]["me"]["reason"] == "rona"
    await client.good("DELETE", f"/api/v1/agent/notices/{notice['id']}")
    await heard(desk, lambda m: m["type"] == "change" and m["set"].get("notices") == [])
    await client.bad(404, "DELETE", f"/api/v1/agent/notices/{notice['id']}")


async def test_the_wallboard_hears_of_an_event_within_200_ms(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    wall = await client.live("wallboard")
    await wall.receive_str()
    clock = asyncio.get_running_loop()
    for number in range(3):
        before = clock.time()
        await rig.waiting_call(f"c-{number}")
        change = await heard(wall, lambda m, n=number: m["type"] == "change" and m["set"].get("waiting") == n + 1)  # type: ignore[misc]
        assert clock.time() - before < 0.2
        assert change["set"]["queues"][0]["waiting"] == number + 1


async def test_everything_is_told_in_one_series_of_numbers(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    seq = msgspec.json.decode(await desk.receive_str())["seq"]
    await rig.say(*ready("ana", "bo"))
    for number in range(4):
        await rig.waiting_call(f"c-{number}")
    numbers: list[int] = []

    def fresh(message: Any) -> bool:
        numbers.extend([message["seq"]] if message["type"] == "change" else [])
        return bool(message["type"] == "snapshot")

    await desk.send_str('{"type":"again"}')
    again = await heard(desk, fresh)
    assert numbers == list(range(seq + 1, again["seq"] + 1))
    assert numbers


async def test_a_desk_that_falls_silent_is_lost_and_one_that_beats_is_not(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    desk = await client.live("desk")
    start, lost = rig.loop.now(), DeskLost(agent=AgentId("ana"))

    async def desk_beats(ms: int) -> None:
        rig.loop.now = lambda: Ms(start + ms)  # type: ignore[method-assign]
        await desk.send_str('{"type":"beat"}')
        # What is answered after it was taken after it.
        await desk.send_str('{"type":"again"}')
        await heard(desk, lambda m: m["type"] == "snapshot")

    async def server_beats(ms: int) -> None:
        rig.loop.now = lambda: Ms(start + ms)  # type: ignore[method-assign]
        await heard(desk, lambda m: m["type"] == "beat" and m["now"] == start + ms)

    await heard(desk, lambda m: m["type"] == "snapshot")
    await desk_beats(0)
    assert rig.inputs[-1] == DeskConnected(agent=AgentId("ana"))
    await desk_beats(9_000)
    await server_beats(18_000)
    assert lost not in rig.inputs
    await server_beats(20_000)
    assert rig.inputs.count(lost) == 1


async def test_what_a_screen_may_say(rig: Rig) -> None:
    client = await rig.signed_in("sue")
    wall = await client.live("wallboard")
    for said in ('{"type":"beat"}', '{"type":"ready"}', "[", '{"type":"beat","x":1}', '"beat"'):
        await wall.send_str(said)
        assert (await heard(wall, lambda m: m["type"] == "refused"))["what"]
    assert DeskConnected(agent=AgentId("sue")) not in rig.inputs
    await wall.send_str('{"type":"again"}')
    await heard(wall, lambda m: m["type"] == "snapshot")
    await wall.send_bytes(b"x")
    async with asyncio.timeout(10):
        while not wall.closed:
            await wall.receive()
    assert wall.close_code == 1008


async def test_who_may_not_look(rig: Rig) -> None:
    nobody = rig.client()
    await nobody.bad(401, "GET", "/api/v1/live?view=wallboard")
    ana = await rig.signed_in("ana")
    await ana.bad(422, "GET", "/api/v1/live?view=everything")


async def test_a_wallboard_by_token_among_the_subprotocols(rig: Rig) -> None:
    client, screen = await rig.signed_in("ana"), rig.client()
    token = (await client.good("POST", "/api/v1/tokens", {"label": "hall"}))["token"]
    wall = await screen.live("wallboard", protocols=("hotline", f"bearer.{token}"))
    assert wall.protocol == "hotline"
    assert msgspec.json.decode(await wall.receive_str())["view"]["site"] == {"en": "Test site"}


async def test_signing_out_ends_the_sessions_screens_and_no_others(rig: Rig) -> None:
    here, there = await rig.signed_in("ana"), await rig.signed_in("ana")
    mine, other = await here.live("desk"), await there.live("desk")
    await mine.receive_str()
    await other.receive_str()
    await here.good("DELETE", "/api/v1/session")
    async with asyncio.timeout(10):
        while not mine.closed:
            await mine.receive()
    assert mine.close_code == 4401
    await heard(other, lambda m: m["type"] == "beat")


class Wire:
    """A connection that takes in nothing while `stuck`."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.stuck = False
        self.aborted = False
        self._held = 0

    def write(self, data: bytes) -> None:
        self._held = self._held + len(data) if self.stuck else 0
        self.sent.append(unframe(data))

    def get_write_buffer_size(self) -> int:
        return self._held if self.stuck else 0

    def abort(self) -> None:
        self.aborted = True


def unframe(data: bytes) -> dict[str, Any]:
    size = data[1]
    start = 2 if size < 126 else 4 if size == 126 else 10
    body = data[start:]
    assert data[0] == 0x81
    assert len(body) == (size if size < 126 else int.from_bytes(data[2:start], "big"))
    message: dict[str, Any] = msgspec.json.decode(body)
    return message


class Screen:
    """What a browser does with what it is sent."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.viewer = Viewer(self.wire)
        self.view: dict[str, Any] = {}
        self._read = 0
        self._seq = -1

    def read(self) -> dict[str, Any]:
        for message in self.wire.sent[self._read :]:
            if message["type"] == "snapshot":
                self.view, self._seq = message["view"], message["seq"]
            elif message["type"] == "change":
                assert message["seq"] == self._seq + 1, "a number is missing"
                self._seq += 1
                assert set(message["set"]) <= set(self.view)
                self.view |= message["set"]
        self._read = len(self.wire.sent)
        return self.view


class PlayLoop:
    """The loop's place in a played world: every input is committed as soon as it is taken."""

    def __init__(self) -> None:
        self.play = Play()
        self.seq = 0
        self.on_records: Any = lambda records: None

    @property
    def world(self) -> World:
        return self.play.world

    def now(self) -> Ms:
        return self.play.now

    def submit(self, said: Input) -> None:
        records = []
        for event in step(self.play.world, said, self.play.now).events:
            self.seq += 1
            records.append(Record(self.seq, self.play.now, event))
        if records:
            self.on_records(records)


@pytest.fixture(autouse=True, scope="module")
def quick_to_learn() -> Iterator[None]:
    """One talk is enough for queues to show what a caller would wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "SEEN_ENOUGH", 1)
        yield


CHAPTERS = st.sampled_from(
    [
        ["A calls", "A asks support"],
        ["B calls", "B asks billing en", "B chooses x"],
        ["C calls", "C chooses x"],
        ["ana ready", "bo ready"],
        ["A calls", "A asks support", "ana ready", "A.1 starts", "A.1 enters b", "A enters b"],
        ["B calls", "B asks support", "bo ready", "B.1 starts", "B.1 enters c", "B enters c"],
        ["A calls", "A asks support", "bo ready", "A.1 starts", "A.1.1 starts", "A.1 rings"],
        ["A.1.1 rings"],
        ["ana ready", "ana dials X tel:1", "X.1 starts", "X.1 rings", "X.1 up"],
        ["X.t1 gone 17"],
        ["A.2 starts", "A.2 rings"],
        ["A.1 holds"],
        ["ana gives A to bo"],
        ["ana takes-back A"],
        ["ana gives A queue billing", "A leaves b", "A.1 gone"],
        ["A.1 resumes"],
        ["A.1 gone", "A after", "A answers yes"],
        ["A gone"],
        ["B gone", "B.1 gone"],
        ["A calls", "A records 9000", "ana ready", "ana opens A"],
        ["ana keeps A 60"],
    ]
)
STORY = st.lists(
    st.tuples(
        CHAPTERS | ROWS.map(lambda row: [" ".join(row)]),
        st.sampled_from([0, 0, 0, 1, 16, 31]),
        st.sampled_from(["", "", "flush", "join", "pop", "away"]),
    ),
    min_size=3,
    max_size=30,
)


PARKED_TALK = ["A calls", "A asks support", "ana ready", "A.1 starts", "A.1 enters b", "A enters b", "ana parks A"]


@given(STORY)
@example([(PARKED_TALK, 0, ""), ([], 0, "pop")])  # whom one parked is known by name a moment later
@examples(150)
def test_an_old_snapshot_and_the_changes_since_are_a_fresh_snapshot(story: list[Any]) -> None:
    asyncio.run(follow(story))


DAY = """
ana not-ready lunch | ana ready | ana not-ready lunch | A calls | A asks support | A chooses bill | B calls
B asks support | C calls | C asks rings | bo ready | A chooses more | A.1 starts | A.1 rings | A.1 enters b | A enters b
A.1 holds | A.1 resumes
bo not-ready lunch | bo ready | A.1 gone | A after | A answers yes | A gone | bo wraps-up A | B.1 gone 21 | B gone
ana ready | C gone | it passes | C calls | C records 9000 | ana opens C | ana keeps C 90 | ana finishes C | it restarts
ana desk-lost | ana desk-back | it drops | ana signs-out | bo signs-out
"""


def test_after_every_step_of_a_day_the_screens_show_what_is() -> None:
    """As above, but looked at after each single step, so that no field is mended by a later one."""
    steps = [step.strip() for line in DAY.strip().splitlines() for step in line.split("|")]
    for length in range(1, len(steps) + 1):
        asyncio.run(follow([([step], 1, "flush") for step in steps[:length]]))


async def follow(story: list[Any]) -> None:
    loop = PlayLoop()
    pops: dict[InteractionId, Pop] = {}
    live = Live(loop, pops, "e")
    loop.on_records = live.on_records
    desks = {agent: [Screen()] for agent in (AgentId("ana"), AgentId("bo"))}
    walls = [Screen()]
    for agent, screens in desks.items():
        live.join_desk(agent, screens[0].viewer)
    live.join_wallboard(walls[0].viewer)
    for rows, pause, besides in story:
        loop.play.now = Ms(loop.play.now + pause * 1000)
        for row in rows:
            loop.submit(loop.play.understand(row))
        if besides == "flush":
            live.flush()
        elif besides == "join":
            desks[AgentId("ana")].append(Screen())
            live.join_desk(AgentId("ana"), desks[AgentId("ana")][-1].viewer)
            walls.append(Screen())
            live.join_wallboard(walls[-1].viewer)
        elif besides == "pop":
            for name in (InteractionId("A"), InteractionId("A-message")):
                pops[name] = pop(f"p{len(pops)}-{loop.seq}")
                live.pop_changed(name)
        elif besides == "away":
            for notice in live.desk(AgentId("ana")).notices:
                live.put_away(AgentId("ana"), notice.id)
    live.flush()
    for agent, screens in desks.items():
        fresh = plain(live.desk(agent))
        for screen in screens:
            assert screen.read() == fresh
        assert fresh == plain(project.desk(loop.world, agent, pops, live.desk(agent).notices))
    for screen in walls:
        assert screen.read() == plain(live.wallboard()) == plain(project.wallboard(loop.world, ()))


def plain(view: DeskView | WallboardView) -> Any:
    return msgspec.json.decode(msgspec.json.encode(view))


async def test_no_screen_shows_what_is_not_on_disk_yet() -> None:
    loop, screen = PlayLoop(), Screen()
    live = Live(loop, {}, "e")
    live.join_desk(AgentId("ana"), screen.viewer)
    batches: list[list[Record]] = []
    loop.on_records = batches.append
    loop.submit(AgentReady(agent=AgentId("ana")))
    for row in ("A calls", "A asks support"):
        loop.submit(loop.play.understand(row))
    assert loop.world.agents[AgentId("ana")].state == "reserved"
    live.on_records(batches[0])
    assert screen.read()["me"]["state"] == "ready"
    late = Screen()
    live.join_desk(AgentId("ana"), late.viewer)
    assert late.read()["call"] is None
    for batch in batches[1:]:
        live.on_records(batch)
    assert screen.read()["call"]["phase"] == "offered"


async def test_a_slow_screen_gets_a_snapshot_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = PlayLoop()
    live = Live(loop, {}, "e")
    loop.on_records = live.on_records
    slow, quick = Screen(), Screen()
    for screen in (slow, quick):
        live.join_wallboard(screen.viewer)
    slow.wire.stuck = True
    rounds = 0
    while len(slow.wire.sent) == len(quick.wire.sent):
        loop.submit(AgentReady(agent=AgentId("ana")))
        loop.submit(loop.play.understand("ana not-ready lunch"))
        loop.play.now = Ms(loop.play.now + 10)
        live.flush()
        rounds += 1
        assert rounds < 5000
    held = len(slow.wire.sent)
    live.tick()
    assert len(slow.wire.sent) == held
    assert quick.read() == plain(live.wallboard())
    slow.wire.stuck = False
    live.tick()
    assert slow.wire.sent[-1]["type"] == "snapshot"
    assert slow.read() == plain(live.wallboard())
    assert live.resyncs == 1
    slow.wire.stuck = True
    slow.wire._held = BACKLOG + 1
    loop.submit(AgentReady(agent=AgentId("ana")))
    live.flush()
    loop.play.now = Ms(loop.play.now + live_module.BEHIND_MS + 1)
    live.tick()
    assert slow.wire.aborted


def test_every_event_says_what_it_touches() -> None:
    assert set(project.TOUCHES) == set(Event.__args__)


def test_frames_of_every_size() -> None:
    for size in (0, 1, 125, 126, 65535, 65536, random.randrange(70_000, 100_000)):
        body = b'"' + b"x" * size + b'"'
        framed = live_module.frame(body)
        assert framed.endswith(body)
        assert unframe(framed) == "x" * size
