"""A stream of AMI events as a queue call makes them: the same shapes, sizes and nuisances as a real Asterisk's.

Each call gives 53 events of about 440 bytes and 19 headers: names in Chinese, quotes and colons in values, repeated
`ChanVariable` headers. Seventeen of the 53 are of kinds the bridge acts on.
"""

from collections.abc import Iterator

BANNER = b"Asterisk Call Manager/11.0.0\r\n"

_NAMES = (
    "王小明",
    "陳大文 (VIP): 香港",
    "O\\'Brien, Ana",
    'Müller \\"Max\\"',
    "李小龙",
    "Smith; Bob",
    "黃師傅 https://example.com/?a=1",
    "",
)
_QUEUES = ("broadband", "billing", "mobile", "complaints")

_Headers = tuple[tuple[str, str], ...]

_CALLER: tuple[tuple[str, _Headers], ...] = (
    ("Newchannel", ()),
    ("VarSet", (("Variable", "__HL_ID"), ("Value", "c-1795316288-2"))),
    ("Newexten", (("Extension", "s"), ("Application", "Set"), ("AppData", "__HL_ID=c-${REPLACE(UNIQUEID,.,-)}"))),
    ("NewCallerid", (("CID-CallingPres", "0 (Presentation Allowed, Not Screened)"),)),
    ("Newexten", (("Extension", "s"), ("Application", "Answer"), ("AppData", ""))),
    ("Newstate", ()),
    (
        "Newexten",
        (("Extension", "s"), ("Application", "AGI"), ("AppData", "agi://127.0.0.1:4573/call,c-1-2,85230001000")),
    ),
    ("VarSet", (("Variable", "AGISTATUS"), ("Value", ""))),
    ("MusicOnHoldStart", (("Class", "default"),)),
    ("QueueCallerJoin", (("Queue", "broadband"), ("Position", "3"), ("Count", "3"))),
    ("VarSet", (("Variable", "QUEUEPOSITION"), ("Value", "3"))),
    ("NewConnectedLine", ()),
)
_AGENT: tuple[tuple[str, _Headers], ...] = (
    ("Newchannel", ()),
    ("VarSet", (("Variable", "HL_OFFER"), ("Value", "c-1795316288-2.1"))),
    ("VarSet", (("Variable", "HL_TARGET"), ("Value", "PJSIP/trunk-00000002"))),
    ("NewCallerid", (("CID-CallingPres", "0 (Presentation Allowed, Not Screened)"),)),
    ("NewConnectedLine", ()),
    ("DialBegin", (("DialString", "ana-web/sip:ana@127.0.0.1:5060;transport=ws"),)),
    ("Newstate", ()),
    ("DialState", (("DialStatus", "RINGING"),)),
    ("DeviceStateChange", ()),
    ("QueueMemberStatus", ()),
    ("Newstate", ()),
    ("DialEnd", (("DialStatus", "ANSWER"),)),
    (
        "Newexten",
        (("Extension", "s"), ("Application", "Set"), ("AppData", "LOCKED=${TRYLOCK(hl-PJSIP/trunk-00000002)}")),
    ),
    ("DeviceStateChange", ()),
    ("QueueMemberStatus", ()),
)
_TALK: tuple[tuple[str, _Headers], ...] = (
    ("QueueCallerLeave", (("Queue", "broadband"), ("Position", "1"), ("Count", "2"))),
    ("AgentConnect", (("Queue", "broadband"), ("Interface", "PJSIP/ana-web"), ("RingTime", "3"), ("HoldTime", "21"))),
    ("MusicOnHoldStop", ()),
    ("BridgeCreate", ()),
)
_BRIDGE = (
    ("BridgeUniqueid", "7a6f4f7e-58a5-4d2c-9f0d-6f7a1a0c9a31"),
    ("BridgeType", "basic"),
    ("BridgeTechnology", "simple_bridge"),
    ("BridgeCreator", "<unknown>"),
    ("BridgeName", "<unknown>"),
    ("BridgeNumChannels", "2"),
    ("BridgeVideoSourceMode", "none"),
)


def call(n: int) -> list[bytes]:
    """The 53 events of the `n`th call, each with the empty line that ends it."""
    caller, agent = f"1795316288.{2 * n}", f"hl-{n}-1-1"
    name = _NAMES[n % len(_NAMES)]
    events: list[bytes] = []

    def of_caller(event: str, own: _Headers = (), before: _Headers = ()) -> None:
        state = "4" if event == "Newchannel" else "6"
        channel = f"PJSIP/trunk-{n:08x}"
        events.append(_channel_event(event, channel, state, f"8529{n % 10**7:07d}", name, caller, own, before, n))

    def of_agent(event: str, own: _Headers = (), before: _Headers = ()) -> None:
        state = {"Newchannel": "0", "Newstate": "6" if len(events) > 24 else "5"}.get(event, "6")
        channel = f"PJSIP/ana-web-{n:08x}"
        events.append(_channel_event(event, channel, state, "8001", "Ana 陳", agent, own, before, n))

    for event, own in _CALLER:
        of_caller(event, own)
    for event, own in _AGENT:
        if event == "DeviceStateChange":
            events.append(_event(event, "call,all", (("Device", "PJSIP/ana-web"), ("State", "INUSE"))))
        elif event == "QueueMemberStatus":
            events.append(_member(n))
        else:
            of_agent(event, own)
    for event, own in _TALK:
        if event == "BridgeCreate":
            events.append(_event(event, "call,all", _BRIDGE))
        else:
            of_caller(event, own)
    of_agent("BridgeEnter", before=_BRIDGE)
    of_caller("BridgeEnter", before=_BRIDGE)
    events.append(_originate_response(n, agent))
    for k in range(2):
        of_agent("VarSet", (("Variable", "BRIDGEPEER"), ("Value", f"PJSIP/trunk-{n:08x}")))
        of_caller("VarSet", (("Variable", "RTPAUDIOQOS"), ("Value", f"ssrc={n};themssrc={k};lp=0;rxjitter=0.0001")))
    of_agent("Hold", (("MusicClass", "default"),))
    of_caller("MusicOnHoldStart", (("Class", "default"),))
    of_agent("Unhold")
    of_caller("MusicOnHoldStop")
    of_agent("HangupRequest")
    of_agent("BridgeLeave", before=_BRIDGE)
    of_caller("BridgeLeave", before=_BRIDGE)
    events.append(_event("BridgeDestroy", "call,all", _BRIDGE))
    of_agent("Hangup", (("Cause", "16"), ("Cause-txt", "Normal Clearing"), ("TechCause", "")))
    events.append(_member(n))
    of_caller(
        "Newexten", (("Extension", "c-1-2"), ("Application", "AGI"), ("AppData", "agi://127.0.0.1:4573/after,c-1-2"))
    )
    of_caller("HangupRequest")
    of_caller("SoftHangupRequest", (("Cause", "16"),))
    of_caller("Hangup", (("Cause", "16"), ("Cause-txt", "Normal Clearing"), ("TechCause", "")))
    events.append(_event("PeerStatus", "system,all", _peer(n)))
    return events


def stream(events: int) -> Iterator[bytes]:
    """At least `events` events, whole calls."""
    n = made = 0
    while made < events:
        blocks = call(n)
        made += len(blocks)
        n += 1
        yield from blocks


def _event(name: str, classes: str, headers: _Headers) -> bytes:
    lines = [f"Event: {name}", f"Privilege: {classes}", *(f"{header}: {value}" for header, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _channel_event(
    event: str,
    channel: str,
    state: str,
    number: str,
    name: str,
    uniqueid: str,
    own: _Headers,
    before: _Headers,
    n: int,
) -> bytes:
    described = {"0": "Down", "4": "Ring", "5": "Ringing", "6": "Up"}[state]
    headers = (
        *before,
        ("Channel", channel),
        ("ChannelState", state),
        ("ChannelStateDesc", described),
        ("CallerIDNum", number),
        ("CallerIDName", name),
        ("ConnectedLineNum", "<unknown>"),
        ("ConnectedLineName", "<unknown>"),
        ("Language", "cmn"),
        ("AccountCode", ""),
        ("Context", "hotline-in"),
        ("Exten", "85230001000"),
        ("Priority", "3"),
        ("Uniqueid", uniqueid),
        ("Linkedid", f"1795316288.{2 * n}"),
        ("ChanVariable", f"HL_ID=c-1795316288-{2 * n}"),
        ("ChanVariable", f"HL_OFFER={f'c-1795316288-{2 * n}.1' if uniqueid.startswith('hl-') else ''}"),
        *own,
    )
    return _event(event, "dialplan,all" if event in ("VarSet", "Newexten") else "call,all", headers)


def _member(n: int) -> bytes:
    headers = (
        ("Queue", _QUEUES[n % len(_QUEUES)]),
        ("MemberName", "Ana 陳"),
        ("Interface", "PJSIP/ana-web"),
        ("StateInterface", "PJSIP/ana-web"),
        ("Membership", "dynamic"),
        ("Penalty", "0"),
        ("CallsTaken", str(n % 97)),
        ("LastCall", "1795316288"),
        ("LastPause", "0"),
        ("LoginTime", "1795310000"),
        ("InCall", "1"),
        ("Status", "2"),
        ("Paused", "0"),
        ("PausedReason", ""),
        ("Ringinuse", "0"),
        ("Wrapuptime", "0"),
    )
    return _event("QueueMemberStatus", "agent,all", headers)


def _originate_response(n: int, agent: str) -> bytes:
    headers = (
        ("ActionID", f"action/5d1f3c1e-8a1b-4d5b-9c58-1f2b5b1b7f01/1/{n}"),
        ("Response", "Success"),
        ("Channel", f"PJSIP/ana-web-{n:08x}"),
        ("Context", "hotline-leg"),
        ("Exten", "s"),
        ("Reason", "4"),
        ("Uniqueid", agent),
        ("CallerIDNum", "85290000000"),
        ("CallerIDName", "王小明"),
    )
    return _event("OriginateResponse", "call,all", headers)


def _peer(n: int) -> _Headers:
    status = "Unreachable" if n % 2 else "Reachable"
    return (("ChannelType", "PJSIP"), ("Peer", f"PJSIP/agent{n % 50}-web"), ("PeerStatus", status))
