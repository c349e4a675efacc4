"""The exchange's end of an agent's line, small enough to read: SIP over WebSocket (RFC 3261, RFC 7118).

One call at a time. It rings the desk, takes the answer, hears holds and hang-ups, and is the echo of the sound check.
The voice goes over real WebRTC to a second page of the same browser.
"""

import asyncio
import re
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web
from playwright.async_api import Page

from cti.web.sockets import ELSEWHERE

_GATHER = "while (peer.iceGatheringState !== 'complete') await new Promise((go) => setTimeout(go, 20));"

OFFER = f"""async () => {{
  const peer = window.peer = new RTCPeerConnection();
  const stream = await navigator.mediaDevices.getUserMedia({{ audio: true }});
  for (const track of stream.getTracks()) peer.addTrack(track, stream);
  await peer.setLocalDescription(await peer.createOffer());
  {_GATHER}
  return peer.localDescription.sdp;
}}"""

ANSWERED = """(sdp) => window.peer.setRemoteDescription({ type: "answer", sdp })"""

ECHO = f"""async (sdp) => {{
  const peer = new RTCPeerConnection();
  await peer.setRemoteDescription({{ type: "offer", sdp }});
  // A remote track is silent in Web Audio until an element plays it.
  const sounds = new AudioContext();
  for (const way of peer.getTransceivers()) {{
    const heard = new MediaStream([way.receiver.track]);
    Object.assign(new Audio(), {{ srcObject: heard, muted: true }}).play();
    const out = sounds.createMediaStreamDestination();
    sounds.createMediaStreamSource(heard).connect(out);
    way.direction = "sendrecv";
    await way.sender.replaceTrack(out.stream.getAudioTracks()[0]);
  }}
  await peer.setLocalDescription(await peer.createAnswer());
  {_GATHER}
  return peer.localDescription.sdp;
}}"""

AGAIN = f"""async (sdp) => {{
  const peer = window.peer;
  await peer.setRemoteDescription({{ type: "offer", sdp }});
  await peer.setLocalDescription(await peer.createAnswer());
  {_GATHER}
  return peer.localDescription.sdp;
}}"""


@dataclass
class Call:
    """A call to the desk, as the exchange knows it."""

    id: str
    status: int = 0
    """Of the desk's last final answer to the INVITE."""
    holds: list[bool] = field(default_factory=list)
    ended: bool = False


class Line:
    """`media`: the page that is the other side's phone; None: calls ring and can't be answered."""

    def __init__(self) -> None:
        self.media: Page | None = None
        self.call: Call | None = None
        self.replaces = ""
        """The header of the last call that takes another one's place."""
        self.changed = asyncio.Condition()
        self.connections = 0
        """So often a desk has connected."""
        self._socket: web.WebSocketResponse | None = None
        self._contact = ""
        self._remote = ""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """The WebSocket's handler."""
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self._socket = socket
        self.connections += 1
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.strip():
                await self._take(message.data)
                async with self.changed:
                    self.changed.notify_all()
        return socket

    async def until(self, what: str) -> None:
        """Wait until the call is `answered`, `held`, `resumed`, `replaced` or `ended`."""

        def so() -> bool:
            call = self.call
            if call is None:
                return False
            return {
                "answered": call.status == 200,
                "held": call.holds[-1:] == [True],
                "replaced": self.replaces.startswith(f"{call.id};"),
                "resumed": call.holds[-1:] == [False],
                "ended": call.ended or call.status >= 300,
            }[what]

        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(so)

    async def ring(self, offer: str, auto: bool = False) -> Call:
        """Ring the desk for an offer, as Asterisk would."""
        assert self.media is not None
        sdp = str(await self.media.evaluate(OFFER))
        self.call = Call(id=f"call-{offer}")
        extra = f"X-Hotline-Offer: {offer}\r\n" + ("X-Hotline-Answer: auto\r\n" if auto else "")
        await self._request("INVITE", 1, f"{extra}Content-Type: application/sdp\r\n", sdp)
        return self.call

    async def take_away(self) -> None:
        """Another window of the agent's connects: the server ends this one's line so."""
        if self._socket is not None:
            await self._socket.close(code=ELSEWHERE)

    async def hang_up(self) -> None:
        """The exchange ends the call."""
        assert self.call is not None
        self.call.ended = True
        await self._request("BYE", 2)

    async def cancel(self) -> None:
        """It rings no more."""
        await self._request("CANCEL", 1)

    async def _request(self, method: str, number: int, extra: str = "", body: str = "") -> None:
        assert self.call is not None
        await self._send(
            f"{method} {self._contact} SIP/2.0\r\n"
            f"Via: SIP/2.0/WS exchange.invalid;branch=z9hG4bK-{self.call.id}-{number}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:hotline@exchange.invalid>;tag=exchange\r\nTo: {self._remote or f'<{self._contact}>'}\r\n"
            f"Call-ID: {self.call.id}\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:hotline@exchange.invalid;transport=ws>\r\n{extra}"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )

    async def _take(self, text: str) -> None:
        head, _, body = text.partition("\r\n\r\n")
        if head.startswith("SIP/2.0"):
            await self._answered(head, body)
            return
        method = head.partition(" ")[0]
        if method == "REGISTER":
            found = re.search(r"<([^>]+)>", header(head, "Contact"))
            self._contact = found[1] if found else ""
            await self._reply(head, "200 OK", f"Contact: {header(head, 'Contact')}\r\nExpires: 120\r\n")
        elif method == "INVITE":
            await self._invited(head, body)
        elif method == "BYE":
            if self.call is not None and header(head, "Call-ID") == self.call.id:
                self.call.ended = True
            await self._reply(head, "200 OK")
        elif method != "ACK":
            await self._reply(head, "200 OK")

    async def _answered(self, head: str, body: str) -> None:
        call = self.call
        if call is None or "INVITE" not in header(head, "CSeq") or head[8:9] == "1":
            return
        self._remote = header(head, "To")
        call.status = int(head.split()[1])
        if call.status == 200 and self.media is not None and body:
            await self.media.evaluate(ANSWERED, body)
        await self._request("ACK", 1)
        if call.status != 200:
            self._remote = ""

    async def _invited(self, head: str, body: str) -> None:
        """A call to the echo or in another one's place, or a change (hold, resume) of the call that stands."""
        self.replaces = header(head, "Replaces")
        if self.media is None:
            await self._reply(head, "480 Nobody here")
            return
        mine = self.call is not None and header(head, "Call-ID") == self.call.id
        if mine and self.call is not None:
            self.call.holds.append("a=sendonly" in body or "a=inactive" in body)
        sdp = str(await self.media.evaluate(AGAIN if mine else ECHO, body))
        extra = "Contact: <sip:hotline@exchange.invalid;transport=ws>\r\nContent-Type: application/sdp\r\n"
        await self._reply(head, "200 OK", extra, sdp)

    async def _reply(self, request: str, status: str, extra: str = "", body: str = "") -> None:
        to = header(request, "To")
        tagged = to if ";tag=" in to else f"{to};tag=exchange"
        vias = "".join(f"Via: {via}\r\n" for via in re.findall(r"(?im)^Via:[ \t]*(.*?)\r?$", request))
        await self._send(
            f"SIP/2.0 {status}\r\n{vias}From: {header(request, 'From')}\r\nTo: {tagged}\r\n"
            f"Call-ID: {header(request, 'Call-ID')}\r\nCSeq: {header(request, 'CSeq')}\r\n{extra}"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        )

    async def _send(self, text: str) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_str(text)


def header(head: str, name: str) -> str:
    """A header of a SIP message; empty if it has none."""
    found = re.search(rf"(?im)^{name}:[ \t]*(.*?)\r?$", head)
    return found[1] if found else ""
