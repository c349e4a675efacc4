"""From events to inputs, and what a forger can not do."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ami_stream import BANNER
from cti.ami.translate import KINDS, Rejected, booted, phones, release, snapshot, translate
from cti.ami.wire import Decoder, Message
from cti.core.ids import IdentifierId
from cti.core.inputs import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelNow,
    ChannelReached,
    ChannelRinging,
    ChannelStarted,
    ChannelUp,
    HangupRequested,
    HoldChanged,
    PhoneReachable,
    RecordingMuted,
    RecordingStarted,
)
from tests.ami.events import ONE, block, dial_state, event

BRIDGE = "BridgeUniqueid: b-1"
PEER = ("Event: PeerStatus", "Privilege: system,all", "ChannelType: PJSIP")


def said(raw: bytes) -> list[object]:
    decoder = Decoder(KINDS.keys() | {b"CoreShowChannel"})
    return [translate(message) for message in decoder.feed(BANNER + raw)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            event("Newchannel"),
            ChannelStarted(channel=ONE, name="PJSIP/trunk-00000002", interaction="c-1795316288-2", offer=None),
        ),
        (event("Newstate"), ChannelUp(channel=ONE)),
        (event("Newstate").replace(b"ChannelState: 6", b"ChannelState: 5"), ChannelRinging(channel=ONE)),
        (dial_state("PROGRESS"), ChannelReached(channel="c-1.1.0")),
        (dial_state("RINGING"), None),
        (dial_state("PROGRESS").replace(b"\r\nDest", b"\r\nUniqueid: 17.1\r\nDest", 1), None),
        (
            event("BridgeEnter", before=BRIDGE),
            BridgeEntered(channel=ONE, bridge="b-1", name="PJSIP/trunk-00000002", interaction="c-1795316288-2"),
        ),
        (event("BridgeLeave", before=BRIDGE), BridgeLeft(channel=ONE, bridge="b-1")),
        (event("HangupRequest"), HangupRequested(channel=ONE)),
        (event("SoftHangupRequest", "Cause: 16"), HangupRequested(channel=ONE)),
        (event("SoftHangupRequest", "Cause: 1"), HangupRequested(channel=ONE, dead=True)),
        (event("Hangup", "Cause: 26", "Cause-txt: x"), ChannelGone(channel=ONE, cause=26)),
        (event("Hangup", "Cause: -x"), ChannelGone(channel=ONE, cause=0)),
        (event("Hangup", "Cause: " + "1" * 5000), ChannelGone(channel=ONE, cause=0)),
        (event("Hold", "MusicClass: default"), HoldChanged(channel=ONE, held=True)),
        (event("Unhold"), HoldChanged(channel=ONE, held=False)),
        (event("MixMonitorStart"), RecordingStarted(channel=ONE)),
        (event("MixMonitorMute", "Direction: both", "State: 1"), RecordingMuted(channel=ONE, muted=True)),
        (event("MixMonitorMute", "Direction: both", "State: 0"), RecordingMuted(channel=ONE, muted=False)),
        (block(*PEER, "Peer: PJSIP/ana-web", "PeerStatus: Reachable"), PhoneReachable(phone="ana-web", reachable=True)),
        (
            block(*PEER, "Peer: PJSIP/ana-web", "PeerStatus: Unreachable"),
            PhoneReachable(phone="ana-web", reachable=False),
        ),
        (block(*PEER, "Peer: PJSIP/ana-web", "PeerStatus: Lagged"), None),
    ],
)
def test_what_follows_from_an_event(raw: bytes, expected: object) -> None:
    assert said(raw) == [expected]


FORGED = (
    # a whole event in the caller's number
    "1\r\n\r\nEvent: Hangup\r\nUniqueid: 17.1\r\n\r\nX",
    "1\r\n\r\nEvent: Hangup\r\nUniqueid: 17.1\r\nCause: 16\r\n\r\nX",
    # one that runs on into the rest of the real one
    "1\r\n\r\nEvent: Hangup\r\nUniqueid: 17.1",
    "1\r\n\r\nEvent: BridgeEnter\r\nBridgeUniqueid: b\r\nUniqueid: 17.1",
    # a header before the real one
    "1\r\nUniqueid: 17.1",
    # an endpoint said to be gone
    "1\r\n\r\nEvent: PeerStatus\r\nPeer: PJSIP/ana-web\r\nPeerStatus: Unreachable\r\n\r\n",
    "1\r\n\r\nEvent: PeerStatus\r\nPeer: PJSIP/ana-web\r\nPeerStatus: Unreachable",
)


@pytest.mark.parametrize("number", FORGED)
@pytest.mark.parametrize("kind", ["Newchannel", "Newstate", "BridgeEnter", "Hangup", "NewCallerid"])
def test_a_callers_number_cannot_forge_another_channels_event(kind: str, number: str) -> None:
    """Pitfall 2, seen on Asterisk 22.10: `From: <sip:1%0d%0a%0d%0aEvent%3a...@...>` reaches AMI as line ends."""
    found = [one for one in said(event(kind, "Cause: 16", number=number)) if one is not None]
    assert all(isinstance(one, Rejected) for one in found)


@pytest.mark.parametrize(
    "number",
    [
        "1\r\nDestUniqueid: 17.1",
        "1\r\n\r\nEvent: DialState\r\nDestUniqueid: 17.1\r\nDialStatus: PROGRESS\r\n\r\n",
        "1\r\n\r\nEvent: DialState\r\nDestUniqueid: 17.1\r\nDialStatus: PROGRESS",
    ],
)
def test_a_callers_number_cannot_forge_that_a_phone_is_there(number: str) -> None:
    for raw in (dial_state("PROGRESS", number), dial_state("RINGING", number), event("Newstate", number=number)):
        assert not [one for one in said(raw) if getattr(one, "channel", ONE) != ONE]


def test_a_callers_number_cannot_name_another_interaction() -> None:
    (told,) = said(event("BridgeEnter", before=BRIDGE, number="1\r\nChanVariable: HL_ID=c-victim"))
    assert isinstance(told, BridgeEntered)
    assert told.interaction == "c-1795316288-2"


@given(st.text(max_size=80).filter(lambda text: len(text.encode("utf-8", "surrogateescape")) <= 80))
def test_whatever_80_bytes_a_caller_sends_only_the_own_channel_is_meant(number: str) -> None:
    number = number.encode("utf-8", "replace").decode()
    for one in said(event("Hangup", "Cause: 16", number=number) + event("Newstate", channel="17.1")):
        assert isinstance(one, Rejected | None) or one in (
            ChannelGone(channel=ONE, cause=16),
            ChannelUp(channel="17.1"),
        )


@given(st.binary(max_size=600), st.sampled_from(sorted(KINDS)))
def test_no_message_makes_it_raise(raw: bytes, kind: bytes) -> None:
    translate(Message(kind, b"Event: " + kind + b"\r\n" + raw))


def test_a_snapshot_says_what_there_is() -> None:
    row = event("CoreShowChannel", "BridgeId: b-1", "Application: AGI", "Duration: 00:00:05")
    other = event("CoreShowChannel", "BridgeId: ", "Application: Queue", channel="17.3")
    other = other.replace(b"ChannelState: 6", b"ChannelState: 4").replace(b"HL_ID=c-1795316288-2", b"HL_ID=")
    probe = event("CoreShowChannel", channel="hl-probe-1")
    greeting = event("CoreShowChannel", channel="hl-greeting-c-1.1.0")
    # The caller of the first row was pulled out of a session by their agent, and this is left of it for good.
    husk = event("CoreShowChannel", "BridgeId: ", "Application: AGI", channel="17.4")
    husk = husk.replace(b"Channel: PJSIP/trunk-00000002", b"Channel: Surrogate/PJSIP/trunk-00000002")
    assert b"Surrogate" in husk
    rows = Decoder({b"CoreShowChannel"}).feed(BANNER + row + other + probe + greeting + husk)
    status = Message(b"", b"Response: Success\r\nCoreStartupDate: 2026-11-22\r\nCoreStartupTime: 02:57:13")
    found = snapshot(status, rows, lambda number: None)
    assert found.booted == 1795316233000
    assert found.channels == (
        ChannelNow(
            channel=ONE,
            name="PJSIP/trunk-00000002",
            interaction="c-1795316288-2",
            up=True,
            bridge="b-1",
            application="AGI",
            age=5000,
        ),
        ChannelNow(
            channel="17.3",
            name="PJSIP/trunk-00000002",
            interaction=None,
            up=False,
            bridge=None,
            application="Queue",
        ),
    )


def test_a_caller_in_the_fallback_queue_is_told_with_all_that_is_needed_to_know_them() -> None:
    row = event(
        "CoreShowChannel",
        "ChanVariable: HL_NUMBER=28000000",
        *("Application: Queue", "ApplicationData: hl-support,c,,,120", "Duration: 01:02:03", "BridgeId: "),
        # A caller's own number can hold anything, but not what stands behind it.
        number="9\r\nChanVariable: HL_NUMBER=999",
    )
    rows = Decoder({b"CoreShowChannel"}).feed(BANNER + row)
    (found,) = snapshot(Message(b"", b""), rows, lambda number: IdentifierId(f"tel:{number}")).channels
    assert (found.number, found.caller, found.queue, found.age) == ("28000000", "tel:9", "support", 3723_000)


@pytest.mark.parametrize("duration", ["", "soon", "1:2", "-1:00:00", "٣:00:00"])
def test_an_age_that_makes_no_sense_is_none(duration: str) -> None:
    row = event("CoreShowChannel", f"Duration: {duration}")
    (found,) = snapshot(
        Message(b"", b""), Decoder({b"CoreShowChannel"}).feed(BANNER + row), lambda number: None
    ).channels
    assert found.age == 0


def test_hostile_rows_are_left_out_of_a_snapshot() -> None:
    rows = Decoder({b"CoreShowChannel"}).feed(
        BANNER
        + event("CoreShowChannel", channel="17.\udcff")
        + event("CoreShowChannel", "Application: \udcff")
        + event("CoreShowChannel", number="1\r\nUniqueid: 17.1")
        + event(
            "CoreShowChannel",
            "BridgeId: ",
            "Duration: 00:00:01",
            number="1\r\nDuration: 99:00:00\r\nBridgeId: b-9",
            channel="17.4",
        )
    )
    (found,) = snapshot(Message(b"", b""), rows, lambda number: None).channels
    assert (found.channel, found.age, found.bridge) == ("17.4", 1000, None)


def test_a_start_time_that_makes_no_sense_is_none() -> None:
    assert booted(Message(b"", b"Response: Success\r\nCoreStartupDate: soon")) == 0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("22.10.1~dfsg+~cs6.17.60671434-1", (22, 10)),
        ("20.21.0", (20, 21)),
        ("certified/20.7-cert3", (20, 7)),
        ("GIT-master-0f1e2d", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_a_release_is_read_off_the_version(said: str, expected: tuple[int, int]) -> None:
    assert release([Message(b"", f"Response: Success\r\nAsteriskVersion: {said}".encode())]) == expected


def test_phones_from_device_states() -> None:
    rows = Decoder({b"DeviceStateChange"}).feed(
        BANNER
        + block("Event: DeviceStateChange", "Device: PJSIP/ana-web", "State: NOT_INUSE")
        + block("Event: DeviceStateChange", "Device: PJSIP/bo-web", "State: UNAVAILABLE")
        + block("Event: DeviceStateChange", "Device: Queue:hl-a", "State: NOT_INUSE")
    )
    assert phones(rows) == [
        PhoneReachable(phone="ana-web", reachable=True),
        PhoneReachable(phone="bo-web", reachable=False),
    ]


def test_every_event_of_asterisks_own_list_is_survived(shared: Path) -> None:
    """Each kind of event of three Asterisk versions, its documented fields filled with nuisances."""
    schema = json.loads((shared / "testdata" / "ami" / "ami_event_schema.json").read_text())
    decoder = Decoder(KINDS.keys())
    decoder.feed(BANNER)
    count = 0
    for version in schema.values():
        for kind, fields in version.items():
            for value in ("", "王小明", "a: b: c", "O\\'Brien\\n", "1\nUniqueid: 17.1"):
                for message in decoder.feed(block(f"Event: {kind}", *(f"{field}: {value}" for field in fields))):
                    translate(message)
                    count += 1
    assert count > 100
    assert decoder.skipped > 1000
    assert decoder.strange_count == 0
