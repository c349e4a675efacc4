"""A manager that says what a busy Asterisk says: `python -m benchmarks.ami_server EVENTS`.

It logs everybody in, answers what a bridge asks after a connect, and on the action `UserEvent` sends the whole stream
in 64 KiB writes. Prints its port; serves until stdin closes.
"""

import re
import socket
import sys
import threading

from benchmarks.ami_stream import BANNER, stream
from benchmarks.child import say

CHUNK = 65536
LAST = (
    b"Event: PeerStatus\r\nPrivilege: system,all\r\nChannelType: PJSIP\r\nPeer: PJSIP/the-last-one\r\n"
    b"PeerStatus: Reachable\r\n\r\n"
)
_BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 9\r\nLastReload: 9\r\nStatus: Fully Booted\r\n\r\n"
_HEADER = re.compile(rb"^(\w+): ([^\r\n]*)", re.MULTILINE)


def answer(request: bytes) -> bytes:
    """What Asterisk answers to one action, as far as a bridge needs it to come up."""
    asked: dict[bytes, bytes] = dict(_HEADER.findall(request))
    ident = b"ActionID: " + asked.get(b"ActionID", b"") + b"\r\n"
    name = asked[b"Action"]
    done = b"Response: Success\r\n" + ident + b"Message: done\r\n\r\n"
    if name == b"Login":
        return done + _BOOTED
    if name == b"CoreStatus":
        return (
            b"Response: Success\r\n" + ident + b"CoreStartupDate: 2026-11-22\r\nCoreStartupTime: 02:57:13\r\n"
            b"CoreCurrentCalls: 0\r\n\r\n"
        )
    if name == b"Originate":
        queued = b"Response: Success\r\n" + ident + b"Message: Originate successfully queued\r\n\r\n"
        ended = (
            b"Event: OriginateResponse\r\nPrivilege: call,all\r\n" + ident + b"Response: Failure\r\nReason: 0\r\n\r\n"
        )
        return queued + _probe(b"Newchannel", asked[b"ChannelId"]) + ended + _probe(b"Hangup", asked[b"ChannelId"])
    if name in _LISTS:
        begin = b"Response: Success\r\n" + ident + b"EventList: start\r\nMessage: a list will follow\r\n\r\n"
        return begin + b"Event: " + _LISTS[name] + b"\r\n" + ident + b"EventList: Complete\r\nListItems: 0\r\n\r\n"
    return done


_LISTS = {
    b"CoreShowChannels": b"CoreShowChannelsComplete",
    b"DeviceStateList": b"DeviceStateListComplete",
    b"QueueStatus": b"QueueStatusComplete",
}


def _probe(event: bytes, channel: bytes) -> bytes:
    return (
        b"Event: %b\r\nPrivilege: call,all\r\nChannel: Local/none@hl-probe-check-00000000;1\r\nChannelState: 0\r\n"
        b"ChannelStateDesc: Down\r\nCallerIDNum: <unknown>\r\nCallerIDName: <unknown>\r\n"
        b"ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"
        b"Context: default\r\nExten: none\r\nPriority: 1\r\nUniqueid: %b\r\nLinkedid: %b\r\n\r\n"
        % (event, channel, channel)
    )


def serve(connection: socket.socket, data: bytes) -> None:
    """One manager session."""
    with connection:
        connection.sendall(BANNER)
        rest = b""
        while received := connection.recv(CHUNK):
            *requests, rest = (rest + received).split(b"\r\n\r\n")
            for request in requests:
                connection.sendall(answer(request))
                if b"Action: UserEvent" in request:
                    for start in range(0, len(data), CHUNK):
                        connection.sendall(data[start : start + CHUNK])


def main() -> None:
    """Serve until stdin closes."""
    data = b"".join(stream(int(sys.argv[1]))) + LAST
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, data), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    say({"port": listener.getsockname()[1], "events": data.count(b"\r\n\r\n"), "bytes": len(data)})
    sys.stdin.read()
    say({})


if __name__ == "__main__":
    main()
