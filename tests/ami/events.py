"""Events as Asterisk 22.10 writes them, for tests to change."""

ONE = "1795316288.2"


def event(
    kind: str, *own: str, channel: str = ONE, number: str = "85291234567", name: str = "Ann", before: str = ""
) -> bytes:
    """A channel's event, with the empty line at its end; `own` are its last lines."""
    lines = [
        f"Event: {kind}",
        "Privilege: call,all",
        *([before] if before else []),
        "Channel: PJSIP/trunk-00000002",
        "ChannelState: 6",
        "ChannelStateDesc: Up",
        f"CallerIDNum: {number}",
        f"CallerIDName: {name}",
        "ConnectedLineNum: <unknown>",
        "ConnectedLineName: <unknown>",
        "Language: en",
        "AccountCode: ",
        "Context: hotline-in",
        "Exten: 100",
        "Priority: 1",
        f"Uniqueid: {channel}",
        f"Linkedid: {channel}",
        "ChanVariable: HL_ID=c-1795316288-2",
        "ChanVariable: HL_OFFER=",
        *own,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def dial_state(status: str, number: str = "85291234567") -> bytes:
    """How far a call of ours to a phone is."""
    return block(
        "Event: DialState",
        "Privilege: call,all",
        "DestChannel: PJSIP/ana-desk-00000001",
        "DestChannelState: 0",
        "DestChannelStateDesc: Down",
        "DestCallerIDNum: <unknown>",
        "DestCallerIDName: <unknown>",
        f"DestConnectedLineNum: {number}",
        "DestConnectedLineName: <unknown>",
        "DestLanguage: en",
        "DestAccountCode: ",
        "DestContext: hotline-agents",
        "DestExten: ",
        "DestPriority: 1",
        "DestUniqueid: c-1.1.0",
        "DestLinkedid: c-1.1.0",
        "DestChanVariable: HL_ID=c-1",
        "DestChanVariable: HL_OFFER=c-1.1",
        f"DialStatus: {status}",
    )


def block(*lines: str) -> bytes:
    """A message of these lines."""
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
