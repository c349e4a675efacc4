"""From what Asterisk says to what the core understands: AMI events become `Input`s. Pure.

Only the kinds in `KINDS` are looked at. Nothing here raises: what makes no sense is `Rejected` with a reason.

A caller can smuggle CR LF into the headers that carry the caller's number and so end one event and begin another
(see `wire`). Asterisk keeps at most 80 bytes of a number, which gives the forger two ways. A whole forged event is
shorter than any real one. One that runs on into the rest of the event it was cut from has a second `Uniqueid`, or one
where there is none. Both are rejected; what is lost is an event of the forger's own channel.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from cti.ami.wire import Message
from cti.core.ids import HUSK, BridgeId, ChannelId, IdentifierId, InteractionId, Ms, OfferId, Phone, QueueId
from cti.core.inputs import (
    AsteriskUp,
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
    Input,
    PhoneReachable,
    RecordingMuted,
    RecordingStarted,
)

PROBE = "hl-probe-"
"""Channel ids that begin so are the link's own self-check."""
GREETING = "hl-greeting-"
"""Those of channels that say a work number into a talk."""
_NOBODYS = (PROBE, GREETING)

_SHORTEST = 200
"""Bytes. A channel's event has seventeen headers: their names alone are longer."""

_UNIQUEID = b"\r\nUniqueid: "
_CALLED = b"\r\nDestUniqueid: "
_DIAL_STATUS = b"\r\nDialStatus: "
_CHANNEL = b"\r\nChannel: "
_BRIDGE = b"\r\nBridgeUniqueid: "
_CAUSE = b"\r\nCause: "
_DEVICE = "1"
"""Of a SoftHangupRequest, AST_SOFTHANGUP_DEV: the channel's own driver asks, for no RTP comes (`rtp_timeout`)."""
_INTERACTION = b"\r\nChanVariable: HL_ID="
_OFFER = b"\r\nChanVariable: HL_OFFER="
_NUMBER = b"\r\nChanVariable: HL_NUMBER="
_FALLBACK = "hl-"
"""Fallback queues are called `hl-<queue>`."""
_UP = b"\r\nChannelState: 6\r\n"
_RINGING = b"\r\nChannelState: 5\r\n"
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})")


class Rejected(Struct, frozen=True):
    """An event that is not what it says it is."""

    why: str


Result = Input | Rejected | None
"""None: nothing follows from it."""

_NOT_TEXT = Rejected("an id that is not UTF-8")
_FORGED = Rejected("forged or cut: no channel's event looks like this")


def _value(raw: bytes, key: bytes) -> str:
    at = raw.find(key)
    if at < 0:
        return ""
    start = at + len(key)
    end = raw.find(b"\r\n", start)
    return raw[start:].decode() if end < 0 else raw[start:end].decode()


def _last(raw: bytes, key: bytes) -> str:
    """The last of its name: what stands behind the caller's own words is Asterisk's."""
    return _value(raw[max(0, raw.rfind(key)) :], key)


def _channel(raw: bytes) -> ChannelId | None:
    """Whose event it is; None: it can't be trusted."""
    at = raw.rfind(_UNIQUEID)
    if at < 0 or len(raw) < _SHORTEST or raw.find(_UNIQUEID) != at:
        return None
    end = raw.find(b"\r\n", at + 12)
    return ChannelId(raw[at + 12 : end].decode() if end >= 0 else raw[at + 12 :].decode())


def _interaction(raw: bytes) -> InteractionId | None:
    return InteractionId(_last(raw, _INTERACTION)) or None


def _new_channel(raw: bytes) -> Result:
    channel = _channel(raw)
    if channel is None:
        return _FORGED
    return ChannelStarted(
        channel=channel,
        name=_value(raw, _CHANNEL),
        interaction=_interaction(raw),
        offer=OfferId(_last(raw, _OFFER)) or None,
    )


def _new_state(raw: bytes) -> Result:
    up = _UP in raw
    if not up and _RINGING not in raw:
        return None
    channel = _channel(raw)
    if channel is None:
        return _FORGED
    return ChannelUp(channel=channel) if up else ChannelRinging(channel=channel)


def _dial_state(raw: bytes) -> Result:
    """A phone that we called says that there is progress (183). One that rings says so by Newstate, too."""
    at = raw.rfind(_CALLED)
    # With a caller's channel in it, it is of a call that the dialplan made.
    if _last(raw, _DIAL_STATUS) != "PROGRESS" or _UNIQUEID in raw:
        return None
    if at < 0 or len(raw) < _SHORTEST or raw.find(_CALLED) != at:
        return _FORGED
    return ChannelReached(channel=ChannelId(_last(raw, _CALLED)))


def _bridge_enter(raw: bytes) -> Result:
    channel = _channel(raw)
    if channel is None:
        return _FORGED
    return BridgeEntered(
        channel=channel,
        bridge=BridgeId(_value(raw, _BRIDGE)),
        name=_value(raw, _CHANNEL),
        interaction=_interaction(raw),
    )


def _bridge_leave(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else BridgeLeft(channel=channel, bridge=BridgeId(_value(raw, _BRIDGE)))


def _hangup_request(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else HangupRequested(channel=channel)


def _soft_hangup_request(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else HangupRequested(channel=channel, dead=_last(raw, _CAUSE) == _DEVICE)


def _hangup(raw: bytes) -> Result:
    channel = _channel(raw)
    if channel is None:
        return _FORGED
    cause = _value(raw, _CAUSE)
    known = len(cause) < 4 and cause.isascii() and cause.isdigit()
    return ChannelGone(channel=channel, cause=int(cause) if known else 0)


def _hold(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else HoldChanged(channel=channel, held=True)


def _unhold(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else HoldChanged(channel=channel, held=False)


def _record_start(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else RecordingStarted(channel=channel)


def _record_mute(raw: bytes) -> Result:
    channel = _channel(raw)
    return _FORGED if channel is None else RecordingMuted(channel=channel, muted=_last(raw, b"\r\nState: ") == "1")


def _peer_status(raw: bytes) -> Result:
    """An endpoint as a whole came or went; ContactStatus would tell of each of its addresses."""
    if _UNIQUEID in raw or b"\r\nPrivilege: system,all\r\nChannelType: " not in raw[:80]:
        return _FORGED
    technology, _, phone = _value(raw, b"\r\nPeer: ").partition("/")
    status = _value(raw, b"\r\nPeerStatus: ")
    if technology != "PJSIP" or status not in _REACHABLE:
        return None
    return PhoneReachable(phone=Phone(phone), reachable=_REACHABLE[status])


_REACHABLE = {"Reachable": True, "Registered": True, "Unreachable": False, "Unregistered": False}

KINDS: dict[bytes, Callable[[bytes], Result]] = {
    b"Newchannel": _new_channel,
    b"Newstate": _new_state,
    b"DialState": _dial_state,
    b"BridgeEnter": _bridge_enter,
    b"BridgeLeave": _bridge_leave,
    b"HangupRequest": _hangup_request,
    b"SoftHangupRequest": _soft_hangup_request,
    b"Hangup": _hangup,
    b"Hold": _hold,
    b"Unhold": _unhold,
    b"PeerStatus": _peer_status,
    b"MixMonitorStart": _record_start,
    b"MixMonitorMute": _record_mute,
}
"""The events that become inputs. `link` reads a few more: answers to its own actions, FullyBooted and Shutdown."""


def translate(message: Message) -> Result:
    """What follows from one event."""
    handler = KINDS.get(message.kind)
    if handler is None:
        return None
    try:
        return handler(message.raw)
    except UnicodeDecodeError:
        return _NOT_TEXT


def is_nobodys(said: Input) -> bool:
    """Whether this is about a channel that is no part of any call."""
    channel: str = getattr(said, "channel", "")
    return channel.startswith(_NOBODYS)


Identify = Callable[[str], IdentifierId | None]
"""A caller's number as Asterisk has it -> who that is; None: withheld."""


def snapshot(status: Message, rows: Iterable[Message], identify: Identify) -> AsteriskUp:
    """Everything Asterisk holds, from the answers to CoreStatus and CoreShowChannels; forged rows are left out.

    So are the husks of callers who were pulled into a bridge (`HUSK`): their variables name the caller, but nobody is
    there, and now and then one is left in Asterisk's list for good.
    """
    channels = []
    for row in rows:
        try:
            channel = _channel(row.raw) if row.kind == b"CoreShowChannel" else None
            husk = _value(row.raw, _CHANNEL).startswith(HUSK)
            if channel is not None and not channel.startswith(_NOBODYS) and not husk:
                channels.append(_channel_now(channel, row.raw, identify(row.get("CallerIDNum") or "")))
        except UnicodeDecodeError:
            # Somebody's words where an id should be.
            continue
    return AsteriskUp(channels=tuple(channels), booted=booted(status))


def _channel_now(channel: ChannelId, raw: bytes, caller: IdentifierId | None) -> ChannelNow:
    application, number = _last(raw, b"\r\nApplication: "), _last(raw, _NUMBER)
    queue = _last(raw, b"\r\nApplicationData: ").partition(",")[0]
    waits = application == "Queue" and queue.startswith(_FALLBACK)
    return ChannelNow(
        channel=channel,
        name=_value(raw, _CHANNEL),
        interaction=_interaction(raw),
        up=_UP in raw,
        ringing=_RINGING in raw,
        bridge=BridgeId(_last(raw, b"\r\nBridgeId: ")) or None,
        application=application,
        queue=QueueId(queue.removeprefix(_FALLBACK)) if waits else None,
        age=_age(_last(raw, b"\r\nDuration: ")),
        number=number,
        caller=caller if number else None,
    )


def _age(duration: str) -> Ms:
    """`HH:MM:SS` of a channel's life."""
    parts = duration.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        return Ms(0)
    hours, minutes, seconds = (int(part) for part in parts)
    return Ms(((hours * 60 + minutes) * 60 + seconds) * 1000)


def booted(status: Message) -> Ms:
    """When this Asterisk started, to the second. It is told in Asterisk's local time without a zone, so it serves to
    tell one start from another and not as a clock; 0: it did not say."""
    try:
        local = datetime.fromisoformat(f"{status.get('CoreStartupDate')}T{status.get('CoreStartupTime')}")
    except ValueError:
        return Ms(0)
    return Ms(int(local.replace(tzinfo=UTC).timestamp()) * 1000)


def release(settings: Sequence[Message]) -> tuple[int, int]:
    """(major, minor) of Asterisk's version, from the answer to CoreSettings; zeros: it did not say."""
    said = _RELEASE.search(settings[0].get("AsteriskVersion") or "")
    return (int(said[1]), int(said[2])) if said else (0, 0)


def phones(rows: Iterable[Message]) -> list[PhoneReachable]:
    """Which endpoints have an address now, from the answer to DeviceStateList."""
    found = []
    for row in rows:
        technology, _, phone = (row.get("Device") or "").partition("/")
        if row.kind == b"DeviceStateChange" and technology == "PJSIP" and phone:
            found.append(PhoneReachable(phone=Phone(phone), reachable=row.get("State") not in _NOWHERE))
    return found


_NOWHERE = ("UNAVAILABLE", "INVALID", "UNKNOWN")
