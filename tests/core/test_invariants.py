"""Whatever happens in whatever order: nobody is doubled, nobody is lost, and the journal tells the same story again."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.core import estimate
from cti.core.agent import AgentState
from cti.core.apply import apply
from cti.core.commands import HangUp, RingAgent, RingOutside
from cti.core.events import PieceArrived, PieceEnded
from cti.core.ids import BridgeId, ChannelId, Ms
from cti.core.inputs import AsteriskUp, ChannelNow
from cti.core.interaction import State
from cti.core.piece import Channel, PieceState
from cti.core.queue import capacity, has, takes_text, without
from cti.core.recorded import Recorded
from cti.core.requirement import first_stage, requirement
from cti.core.switchboard import step
from cti.core.world import Interaction, World
from tests.core.play import Play
from tests.examples import examples

CALLERS = st.sampled_from(["A", "B", "C"])
LEGS = st.sampled_from(["A", "B", "C", "A.1", "A.2", "B.1", "B.2", "C.1", "A.t1", "A.t2", "B.t1", "X.1", "X.t1", "L"])
AGENTS = st.sampled_from(["ana", "bo"])
ROWS = st.one_of(
    st.tuples(CALLERS, st.sampled_from(["calls", "calls tel:1", "wants-callback", "wants-callback tel:2 40", "asks support", "asks billing en", "asks billing en bo", "asks brief", "ahead 2", "asks rings cmn", "asks rush", "asks small", "asks far", "asks soon", "goes-elsewhere", "hears 2 1 4", "after", "sent-to 8002", "sent-to 9", "answers yes", "chooses x", "hurries", "unkept", "keys 7 pin", "waits-for bo", "waits-for gone", "waits-for anybody", "keys 7 wrong_pin", "records 9000 sent", "records 9000 sent loyal bo ana", "message-ahead 3", "hears-incident disturbance", "asks loyal en nobody bo ana gold", "records 9000", "records 0", "listens red-light yes", "ends message", "ends closed"])),
    st.tuples(LEGS, st.sampled_from(["starts", "rings", "reached", "enters b", "enters c", "leaves b", "ending", "ending dead", "gone", "gone 21", "up", "up", "recorded", "muted", "unmuted", "holds", "resumes", "ended-at 0", "ended-at 40"])),
    st.tuples(AGENTS, st.sampled_from(["ready", "ready", "not-ready lunch", "signs-out", "desk-lost", "desk-silent", "desk-silent", "desk-back", "declines A.1", "gives A queue billing", "gives A queue support", "gives A to bo", "gives A to ana", "gives A outside tel:9", "gives X outside tel:9", "gives X to bo", "dials X tel:1", "machine A", "hangs-up X", "takes-back A", "consults A to bo", "consults A queue support", "consults A outside tel:9", "wants back A", "wants join A", "wants complete A", "parks A", "parks A", "pauses A", "goes-on A", "takes-back B", "hangs-up A", "hangs-up B", "wraps-up A", "extends 9", "leaves-out billing", "takes billing"])),
    st.tuples(st.sampled_from(["ana-web", "bo-desk"]), st.sampled_from(["phones L 8002", "phones L 8001", "phones K 8002", "unregisters", "registers"])),
    st.tuples(AGENTS, st.sampled_from(["opens A", "opens A", "opens B", "leaves-it A", "puts-back A", "passes-on A to ana", "passes-on A to bo", "passes-on A queue billing", "keeps A 90", "keeps B 300", "finishes A", "finishes B solved"])),
    st.tuples(st.just("it"), st.sampled_from(["passes", "restarts", "drops", "comes-back", "comes-back", "reboots"])),
    st.tuples(CALLERS, st.sampled_from(["was-served bo 5", "was-served bo 5 20", "was-served ana 9 40"])),
    st.tuples(st.just("eve"), st.sampled_from(["closes brief fire", "closes support fire", "closes billing closed", "closes support evacuation", "closes rush twin", "closes small twin", "reopens brief", "reopens support", "tells all disturbance 90", "tells support many-calls 9000", "tells-no-more all"])),
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def quick_to_learn() -> Iterator[None]:
    """One talk is enough to foresee waits: no story here is long enough for twenty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimate, "SEEN_ENOUGH", 1)
        yield


TALK = [((who, what), 1) for who, what in (
    ("ana", "ready"), ("A", "calls"), ("A", "asks support"), ("A", "enters b"), ("A.1", "enters b"), ("bo", "ready"),
)]  # fmt: skip
"""What only follows a talk would come up too seldom if chance alone had to bring one about."""
ASKED = [*TALK, (("ana", "consults A to bo"), 1), (("A", "leaves b"), 0), (("A.1", "leaves b"), 0)]
CONSULTED = [*ASKED, (("A.1", "enters c"), 0), (("A.2", "enters c"), 0)]
JOINED = [*CONSULTED, (("ana", "wants join A"), 1), (("A", "enters c"), 0)]
PHONED = [*TALK, (("L", "starts ana-web"), 1), (("ana-web", "phones L 8002"), 0)]
BESIDE = [*PHONED, (("L", "enters c"), 1), (("A.2", "enters c"), 0)]
PARKED = [*TALK, (("ana", "parks A"), 1), (("A", "leaves b"), 0), (("A.1", "leaves b"), 0)]
GIVEN = [*TALK, (("ana", "gives A to bo"), 1)]
OUT_ASKED = [
    *TALK,
    (("ana", "consults A outside tel:9"), 1),
    (("A", "leaves b"), 0),
    (("A.1", "leaves b"), 0),
    (("A.t1", "starts"), 0),
]
OUT_SPEAKS = [*OUT_ASKED, (("A.1", "enters c"), 1), (("A.t1", "enters c"), 0)]
OUT_JOINED = [*OUT_SPEAKS, (("A", "enters c"), 1)]
OUTSIDE = [*TALK, (("ana", "gives A outside tel:9"), 1)]
KEPT = [((who, what), 1) for who, what in (
    ("A", "calls tel:1"), ("A", "asks support"), ("A", "wants-callback"), ("A", "gone"), ("ana", "ready"), ("A.1", "up"),
)]  # fmt: skip
FIRST = [((who, what), 1) for who, what in (
    ("A", "calls tel:1"), ("A", "asks rings"), ("A", "wants-callback"), ("A", "gone"), ("ana", "ready"),
)]  # fmt: skip
DIALLED = [(("ana", "ready"), 1), (("ana", "dials X tel:1"), 1), (("X.1", "up"), 1)]
TEXT = [((who, what), 1) for who, what in (
    ("A", "calls"), ("A", "records 9000"), ("B", "calls"), ("B", "records 8000"), ("ana", "ready"), ("ana", "opens A"), ("bo", "ready"),
)]  # fmt: skip
STORY = st.builds(
    lambda begin, then: [*begin, *then],
    st.sampled_from(
        [
            [],
            [],
            TALK,
            PARKED,
            GIVEN,
            ASKED,
            CONSULTED,
            CONSULTED,
            JOINED,
            PHONED,
            BESIDE,
            BESIDE,
            OUT_ASKED,
            OUT_SPEAKS,
            OUT_JOINED,
            OUTSIDE,
            KEPT,
            FIRST,
            DIALLED,
            TEXT,
        ]
    ),
    st.lists(st.tuples(ROWS, st.sampled_from([0, 0, 0, 1, 16, 31, 61, 121])), max_size=60),
)


def tell(story: list[Any]) -> Play:
    play = Play()
    for (who, what), pause in story:
        play.now = Ms(play.now + pause * 1000)
        outcome = step(play.world, play.understand(f"{who} {what}"), play.now, play.index)
        play.records.extend((play.now, event) for event in outcome.events)
        check(play, outcome.commands)
    # One arrival for each, one end at most for each, and a piece opened again has waited before.
    ends = [event.piece for _, event in play.records if isinstance(event, PieceEnded)]
    arrived = [event.piece for _, event in play.records if isinstance(event, PieceArrived)]
    assert sorted([*ends, *play.world.pieces]) == sorted(arrived), "exactly one outcome each"
    return play


def check(play: Play, commands: list[Any]) -> None:
    world = play.world
    busy = [a.interaction for a in world.agents.values() if a.state in (AgentState.RESERVED, AgentState.TALKING)]
    assert None not in busy
    for name in set(busy):
        # Two, only when one has been asked by the other about it: who rings or talks in the consultation.
        assert name is not None
        consult = world.consult(world.interactions[name])
        asked = consult is not None and (consult.offer is not None or consult.agent is not None)
        assert busy.count(name) <= 1 + asked, "two agents on one interaction"
    for it in world.interactions.values():
        check_consult(world, it)
        if it.state is State.OFFERED or (it.state is State.DIALLING and it.offer is not None):
            assert it.offer is not None
            agent = world.agents[it.offer.agent]
            assert (agent.state, agent.interaction) == (AgentState.RESERVED, it.about or it.id)
        if it.state is State.TALKING:
            assert it.agent is not None
            talker = world.agents[it.agent]
            assert (talker.state, talker.interaction) == (AgentState.TALKING, it.about or it.id)
        if it.state is State.ENDED:
            assert any(a.interaction == it.id for a in world.agents.values()), "an ended one nobody works on"
        if it.given_to is not None and it.state is not State.ENDED and it.about is None:
            assert it.offer is not None, "given to a colleague whose phone does not ring"
            assert it.offer.agent == it.given_to
        if it.state in (State.WAITING, State.OFFERED) and it.channel:
            assert it.channel in world.legs, "waiting without a channel"
        if it.state is State.WAITING and not it.channel:
            assert it.callback is not None, "waiting without a channel, and nobody calls"
            assert it.callback.until is None or it.callback.until > play.now, "never called"
            assert it.callback.due or it.callback.until is not None, "never called"
        if it.state is State.DIALLING:
            assert it.channel in world.legs, "dialling nobody"
            assert it.callback is not None or it.offer is not None
            assert it.offer is None or it.agent_channel in world.legs, "nobody hears it ring"
        if it.state in (State.PASSING, State.OUTSIDE):
            assert it.channel in world.legs
            assert it.outside in world.legs, "given to nobody"
        assert it.recorded is Recorded.NO or it.about is None, "a consultation is recorded"
        assert it.recorded in (Recorded.NO, Recorded.FAILED) or it.channel, "recorded without a channel"
        assert (it.state is State.PARKED) == (it.park is not None) == (it.id in world.parked)
        if it.park is not None:
            assert it.channel in world.legs
            assert it.agent_channel is None, "parked, and in an agent's hands"
            assert it.park.until > play.now, "parked for longer than allowed"
        assert (it.id in world.callbacks) == (it.callback is not None), it.id
    for agent in world.agents.values():
        if agent.state in (AgentState.RESERVED, AgentState.TALKING):
            assert agent.interaction in world.interactions
    assert set(world.parked) <= set(world.interactions)
    check_text(world, play.now)
    today = world.today
    lines = today.queues.values()
    assert sum(q.arrived for q in lines) <= today.arrived
    assert sum(q.answered for q in lines) + sum(q.abandoned for q in lines) <= today.arrived, "counted twice"
    wake = play.index.wake_at(play.now)
    assert wake is None or wake > play.now, "a timer that is due was left"
    rung = [c.agent for c in commands if isinstance(c, RingAgent)]
    assert len(rung) == len(set(rung))
    dialled = [c.channel for c in commands if isinstance(c, RingOutside)]
    assert len(dialled) == len(set(dialled))
    hung_up = [c.channel for c in commands if isinstance(c, HangUp)]
    assert len(hung_up) == len(set(hung_up))


def check_text(world: World, now: Ms) -> None:
    in_hand = {
        piece.id: piece.agent for piece in world.pieces.values() if piece.state in (PieceState.OFFERED, PieceState.OPEN)
    }
    assert in_hand == {piece: agent.id for agent in world.agents.values() for piece in agent.work}, (
        "in one hand, or none"
    )
    for agent in world.agents.values():
        assert has(agent, Channel.MAIL) <= capacity(world, agent, Channel.MAIL), "above capacity"
        unopened = [
            piece.id for piece in world.pieces.values() if piece.agent == agent.id and piece.state is PieceState.OFFERED
        ]
        assert unopened == ([agent.unopened] if agent.unopened is not None else []), "one is shown at a time"
        assert not unopened or agent.state is AgentState.READY, "shown to somebody who is not ready"
        assert not agent.work or agent.state is not AgentState.SIGNED_OUT, "in the hand of somebody who has gone"
    for piece in world.pieces.values():
        assert piece.since, "a wait without a beginning"
        assert (piece.state is PieceState.WAITING) == (piece.agent is None)
        assert (piece.until is not None) == (piece.state in (PieceState.OFFERED, PieceState.LATER))
        if piece.state is PieceState.WAITING and now >= piece.kept_until:
            queue = world.queue(piece.queue)
            assert queue is not None
            asked = requirement(queue, piece.skills, piece.language, piece.kind)
            for agent in world.agents.values():
                profile = world.profile(agent.id)
                assert profile is not None
                stage = first_stage(profile.skills, asked)
                assert (
                    piece.kind not in takes_text(world, agent)
                    or piece.queue in without(world, agent)
                    or stage is None
                    or asked.stages[stage].after > now - piece.since
                ), "left in line beside an agent with room for it"
    lines = world.today.queues.values()
    assert sum(q.text_arrived for q in lines) - sum(q.text_done for q in lines) == len(world.pieces), "one is lost"
    assert sum(q.text_opened for q in lines) <= sum(q.text_arrived for q in lines)


def check_consult(world: World, it: Interaction) -> None:
    """Call and consultation know each other, and somebody looks after a caller who is set aside."""
    consult = world.consult(it)
    assert (consult is None) == (it.consult is None)
    assert consult is None or consult.about == it.id
    if it.about is not None:
        call = world.interactions[it.about]
        assert call.consult == it.id, "a consultation about a call that does not know of it"
        assert it.state in (State.WAITING, State.OFFERED, State.TALKING, State.PASSING, State.OUTSIDE)
        assert (it.asked is not None) == (it.state in (State.PASSING, State.OUTSIDE))
        assert it.offer is None or it.asked is None, "asked outside, and a colleague's phone rings"
        assert it.given_to is None or it.state is not State.WAITING, "asked, and nobody's phone rings"
        assert it.channel in world.legs or it.state is State.TALKING, "the line that asks has gone"
        if it.channel != call.agent_channel:
            assert call.state is State.TALKING, "asked by phone about a caller who is not on the line"
        assert it.agent is None or it.agent != call.agent, "one agent on both ends"
    if it.state is State.ASIDE or it.joined:
        assert it.agent is not None
        agent = world.agents[it.agent]
        assert (agent.state, agent.interaction) == (AgentState.TALKING, it.id)
        assert it.channel in world.legs
        assert it.agent_channel in world.legs, "set aside, and the agent is gone"
    assert it.joined <= (it.consult is not None)


@given(STORY)
@examples(300)
def test_nobody_is_doubled_or_lost(story: list[Any]) -> None:
    tell(story)


@given(STORY)
@examples(100)
def test_the_journal_tells_the_same_world(story: list[Any]) -> None:
    play = tell(story)
    again = World()
    for at, event in play.records:
        apply(again, msgspec.json.decode(msgspec.json.encode(event), type=type(event)), at)
    assert again == play.world
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(again), type=World) == play.world


@given(STORY, st.lists(st.tuples(LEGS, st.sampled_from([None, "b", "c"])), max_size=6, unique_by=lambda x: x[0]))
@examples(200)
def test_after_reconcile_the_world_is_what_asterisk_says(story: list[Any], held: list[tuple[str, str | None]]) -> None:
    play = tell(story)
    channels = tuple(
        ChannelNow(
            channel=ChannelId(f"{who}.0" if "." in who else f"ch-{who}"),
            name=f"PJSIP/{'ana-web' if '.' in who else 'trunk'}-1",
            interaction=None,
            up=True,
            bridge=BridgeId(bridge) if bridge else None,
        )
        for who, bridge in held
    )
    outcome = step(play.world, AsteriskUp(channels=channels, booted=Ms(1)), play.now, play.index)
    check(play, outcome.commands)
    there = {channel.channel: channel.bridge for channel in channels}
    for leg in play.world.legs.values():
        assert not leg.started or there[leg.channel] == leg.bridge
    for it in play.world.interactions.values():
        if it.state is not State.ENDED:
            just_asked_for = it.channel in play.world.legs and not play.world.legs[it.channel].started
            assert it.channel in there or not it.channel or just_asked_for
        if it.state is State.TALKING and it.agent_channel is not None and it.about is None:
            assert there[it.channel] is not None
            assert there[it.channel] == there[it.agent_channel]
