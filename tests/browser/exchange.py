"""A telephone exchange small enough to read: SIP over WebSocket for one call at a time (RFC 3261, RFC 7118).

The media's other end is a second page of the same browser, so voice and keys go over real WebRTC. No Asterisk runs.
"""

import re
from collections.abc import Awaitable, Callable

from aiohttp import WSMsgType, web

Answer = Callable[[str], Awaitable[str]]
"""An SDP offer in, an SDP answer out."""

PEER = """async (offer) => {
  const peer = new RTCPeerConnection();
  window.peer = peer;
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of stream.getTracks()) peer.addTrack(track, stream);
  await peer.setRemoteDescription({ type: "offer", sdp: offer });
  await peer.setLocalDescription(await peer.createAnswer());
  while (peer.iceGatheringState !== "complete") await new Promise((go) => setTimeout(go, 20));
  return peer.localDescription.sdp;
}"""
"""Run in the second page: answers an offer with its own (made) microphone."""


class Exchange:
    """Answers INVITEs. `status` other than 200 refuses them; `hold_back` lets one ring on."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer
        self.status = 200
        self.hold_back = False
        self.heard: list[str] = []
        """Methods of the requests that came, in order."""
        self._socket: web.WebSocketResponse | None = None
        self._invite = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket's handler."""
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self._socket = socket
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.strip():
                await self._take(message.data)
        return socket

    async def hang_up(self) -> None:
        """The other side ends the call."""
        contact = re.search(r"<([^>]+)>", _header(self._invite, "Contact"))
        assert contact is not None
        assert self._socket is not None
        await self._socket.send_str(
            f"BYE {contact[1]} SIP/2.0\r\nVia: SIP/2.0/WS exchange.invalid;branch=z9hG4bKbye\r\nMax-Forwards: 70\r\n"
            f"From: {_header(self._invite, 'To')};tag=exchange\r\nTo: {_header(self._invite, 'From')}\r\n"
            f"Call-ID: {_header(self._invite, 'Call-ID')}\r\nCSeq: 7 BYE\r\nContent-Length: 0\r\n\r\n"
        )

    async def _take(self, text: str) -> None:
        if text.startswith("SIP/2.0"):
            return
        method = text.partition(" ")[0]
        self.heard.append(method)
        if method == "INVITE":
            self._invite = text
            await self._reply(text, "100 Trying")
            if self.hold_back:
                return
            if self.status != 200 or self.answer is None:
                await self._reply(text, f"{self.status} No")
                return
            sdp = await self.answer(text.partition("\r\n\r\n")[2])
            await self._reply(text, "200 OK", sdp)
        elif method == "CANCEL":
            await self._reply(text, "200 OK")
            await self._reply(self._invite, "487 Request Terminated")
        elif method != "ACK":
            await self._reply(text, "200 OK")

    async def _reply(self, request: str, status: str, sdp: str = "") -> None:
        assert self._socket is not None
        to = _header(request, "To")
        tagged = to if ";tag=" in to or status.startswith("100") else f"{to};tag=exchange"
        body = sdp.encode()
        head = [
            f"SIP/2.0 {status}",
            *(f"Via: {via}" for via in _headers(request, "Via")),
            f"From: {_header(request, 'From')}",
            f"To: {tagged}",
            f"Call-ID: {_header(request, 'Call-ID')}",
            f"CSeq: {_header(request, 'CSeq')}",
            "Contact: <sip:hotline@exchange.invalid;transport=ws>",
            *(["Content-Type: application/sdp"] if sdp else []),
            f"Content-Length: {len(body)}",
        ]
        if not self._socket.closed:
            await self._socket.send_str("\r\n".join(head) + "\r\n\r\n" + sdp)


def _headers(message: str, name: str) -> list[str]:
    head = message.partition("\r\n\r\n")[0]
    return re.findall(rf"(?im)^{name}:[ \t]*(.*?)\r?$", head)


def _header(message: str, name: str) -> str:
    found = _headers(message, name)
    return found[0] if found else ""
