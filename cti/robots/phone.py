"""A robot's telephone: registers, calls, is called, presses keys, and counts what it hears. UDP, own address."""

import asyncio
import secrets
from collections.abc import Callable

from cti.robots import sip
from cti.robots.media import Media
from cti.robots.sip import Message

_LAST_S = 5.0
"""How long an ended call is remembered, for what is repeated."""


class Call:
    """One call of a robot. Futures say when things happened; `asyncio.timeout` around them is the deadline."""

    def __init__(self, phone: "Phone", call_id: str, local: str, remote: str, target: str) -> None:
        loop = asyncio.get_running_loop()
        self.phone = phone
        self.call_id = call_id
        self.local = local
        """Our From or To, with tag."""
        self.remote = remote
        self.target = target
        """Where requests go: the other side's Contact."""
        self.invite: Message | None = None
        """Set on incoming calls."""
        self.cseq = 1
        self.tag = secrets.token_hex(4)
        self.ringing = asyncio.Event()
        self.up: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[str] = loop.create_future()
        """Ends with who ended it: `us`, `them`, or the refusing status line."""
        self.media = Media(phone.address)
        self.on_hold = False
        self.reinvite: tuple[int, bool] | None = None
        """The re-INVITE that has no final answer yet: its CSeq, and whether it holds."""
        self.reason = ""
        """Why the other side ended it, in its words (RFC 3326)."""
        self.picked_up = False
        """We have said 200: a CANCEL comes too late, and a BYE will follow (RFC 3261, 9.2)."""
        self.hanging_up = False
        """Hung up between an INVITE's 200 and its ACK: the BYE follows as soon as it may (RFC 3261, 15)."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Of the INVITE, for tests that look at what a phone is told."""
        return list(self.invite.headers) if self.invite else []

    def answer(self) -> None:
        """Pick up (incoming calls)."""
        if self.invite is not None and not self.up.done() and not self.over.done():
            body = sip.sdp(self.phone.address, self.media.port)
            self.picked_up = True
            self.phone.respond(self.invite, "200 OK", self.tag, body)

    def decline(self, status: str = "486 Busy Here") -> None:
        """Refuse an incoming call."""
        if self.invite is not None and not self.over.done():
            self.phone.respond(self.invite, status, self.tag)
            self._end("us")

    def hang_up(self) -> None:
        """End it: BYE when it is up, CANCEL when it still rings at the other side."""
        if self.over.done():
            return
        if self.up.done():
            self.phone.request("BYE", self)
        elif self.invite is None:
            self.phone.cancel(self)
            # Its 200 may be on the way already.
            self.hanging_up = True
        elif self.picked_up:
            self.hanging_up = True
        else:
            self.decline("603 Decline")
            return
        self._end("us")

    def hold(self, held: bool) -> None:
        """Re-INVITE to hold or resume; after the one before it has its answer (RFC 3261, 14.1)."""
        self.on_hold = held
        if self.reinvite is None:
            self._reinvite()

    def refer(self, number: str) -> None:
        """Send the other side to a number, as a phone's transfer button does (RFC 3515)."""
        self.phone.request("REFER", self, refer_to=f"<sip:{number}@hotline>")

    def refer_to(self, other: "Call") -> None:
        """Bring the other sides of this call and another of the phone together: attended transfer (RFC 3891)."""
        self.phone.request("REFER", self, refer_to=sip.replacing(other.call_id, other.local, other.remote))

    def _reinvite(self) -> None:
        body = sip.sdp(self.phone.address, self.media.port)
        if self.on_hold:
            body = body.replace("a=sendrecv", "a=sendonly")
        self.reinvite = (self.cseq + 1, self.on_hold)
        self.phone.request("INVITE", self, body)

    def reinvited(self, cseq: int, status: int) -> None:
        """Told by the phone: the final answer to a re-INVITE, acknowledged."""
        if self.reinvite is None or self.reinvite[0] != cseq or self.over.done():
            return
        if status == 491:
            # Both sides asked in the same moment; who did not choose the Call-ID tries again first (RFC 3261, 14.1).
            least = 2.1 if self.invite is None else 0.01
            asyncio.get_running_loop().call_later(least + secrets.randbelow(190) / 100, self._again)
            return
        held = self.reinvite[1]
        self.reinvite = None
        if status < 300 and held != self.on_hold:
            self._reinvite()

    def _again(self) -> None:
        if not self.over.done():
            self._reinvite()

    async def press(self, keys: str, gap_s: float = 0.08) -> None:
        """Press keys one after another (RFC 4733)."""
        for key in keys:
            await self.media.press(key)
            await asyncio.sleep(gap_s)

    def _end(self, how: str) -> None:
        if not self.over.done():
            self.over.set_result(how)
        if not self.up.done():
            self.up.cancel()
        self.media.stop()
        self.phone.forget(self)

    def ended(self, how: str) -> None:
        """Told by the phone that the other side ended it."""
        self._end(how)


class Phone(asyncio.DatagramProtocol):
    """A SIP user agent of one robot, on its own loopback address."""

    def __init__(self, user: str, password: str, address: str, server: tuple[str, int]) -> None:
        self.user = user
        self.password = password
        self.address = address
        self.server = server
        self.port = 0
        self.calls: dict[str, Call] = {}
        self.on_call: Callable[[Call], None] | None = None
        """Called with every incoming call, which rings already."""
        self.rings_with = "180 Ringing"
        """What it says of an incoming call beside Trying; empty: nothing."""
        self.plays_early = False
        """With that it says where it takes in voice: early media."""
        self._transport: asyncio.DatagramTransport | None = None
        self._waiting: dict[tuple[str, str], asyncio.Future[Message]] = {}
        self._late: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, port: int = 0) -> None:
        """Bind; nothing is said to anybody yet. `port`: for one whom others must find; 0: any."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, port))
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """Drop everything without a word (what is up is left up: a phone that lost its power)."""
        for call in list(self.calls.values()):
            call.media.close()
        for task in self._tasks:
            task.cancel()
        for timer in self._late:
            timer.cancel()
        if self._transport is not None:
            self._transport.close()

    @property
    def uri(self) -> str:
        return f"sip:{self.user}@{self.server[0]}:{self.server[1]}"

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.address}:{self.port}>"

    async def register(self, expires: int = 600) -> None:
        """Register, answering the challenge. Raises ConnectionError when refused, TimeoutError without an answer."""
        call_id, tag = secrets.token_hex(8), secrets.token_hex(4)
        server = f"sip:{self.server[0]}:{self.server[1]}"
        authorization: list[tuple[str, str]] = []
        for cseq in (1, 2):
            headers = [
                ("From", f"<{self.uri}>;tag={tag}"),
                ("To", f"<{self.uri}>"),
                ("Call-ID", call_id),
                ("CSeq", f"{cseq} REGISTER"),
                ("Contact", self.contact),
                ("Expires", str(expires)),
                *authorization,
            ]
            reply = await self._ask("REGISTER", server, headers, call_id)
            if reply.status == 200:
                return
            challenge = reply.header("WWW-Authenticate")
            if reply.status != 401 or not challenge or authorization:
                raise ConnectionError(f"{self.user} could not register: {reply.status}")
            value = sip.digest(challenge, "REGISTER", server, self.user, self.password)
            authorization = [("Authorization", value)]

    async def call(self, number: str, name: str = "") -> Call:
        """Dial `number`; gives the call as soon as the INVITE is out."""
        target = f"sip:{number}@{self.server[0]}:{self.server[1]}"
        tag = secrets.token_hex(4)
        shown = f'"{name}" ' if name else ""
        call = Call(self, secrets.token_hex(10), f"{shown}<{self.uri}>;tag={tag}", f"<{target}>", target)
        call.tag = tag
        await call.media.open()
        self.calls[call.call_id] = call
        self.request("INVITE", call, sip.sdp(self.address, call.media.port))
        return call

    # --- going out

    def request(
        self,
        method: str,
        call: Call,
        body: str = "",
        authorization: tuple[str, str] | None = None,
        refer_to: str = "",
    ) -> None:
        """A request within a call (or the one that begins it)."""
        if method != "ACK":
            call.cseq += 1
        headers = [
            ("From", call.local),
            ("To", call.remote),
            ("Call-ID", call.call_id),
            ("CSeq", f"{call.cseq} {method}"),
            ("Contact", self.contact),
        ]
        if authorization:
            headers.append(authorization)
        if refer_to:
            headers.append(("Refer-To", refer_to))
        if body:
            headers.append(("Content-Type", "application/sdp"))
        self._send(f"{method} {call.target} SIP/2.0", headers, body)

    def cancel(self, call: Call) -> None:
        # As the INVITE was: without the tag that came since (RFC 3261, 9.1).
        to = ("To", call.remote.partition(";tag=")[0])
        headers = [("From", call.local), to, ("Call-ID", call.call_id), ("CSeq", f"{call.cseq} CANCEL")]
        self._send(f"CANCEL {call.target} SIP/2.0", headers, "", branch=f"z9hG4bK{call.call_id}{call.cseq}")

    def _send(self, first: str, headers: list[tuple[str, str]], body: str = "", branch: str = "") -> None:
        values = dict(headers)
        branch = branch or f"z9hG4bK{values['Call-ID']}{values['CSeq'].split()[0]}"
        if first.startswith("ACK"):
            branch += "a"
        via = ("Via", f"SIP/2.0/UDP {self.address}:{self.port};branch={branch};rport")
        self._write(sip.build(first, [via, ("Max-Forwards", "70"), *headers], body))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, self.server)

    async def _ask(self, method: str, uri: str, headers: list[tuple[str, str]], call_id: str) -> Message:
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        key = (call_id, dict(headers)["CSeq"])
        self._waiting[key] = future
        self._send(f"{method} {uri} SIP/2.0", headers)
        try:
            async with asyncio.timeout(5):
                return await future
        finally:
            self._waiting.pop(key, None)

    def respond(self, request: Message, status: str, tag: str, body: str = "") -> None:
        """Answer a request."""
        more = [("Contact", self.contact)]
        if body:
            more.append(("Content-Type", "application/sdp"))
        self._write(sip.answer(request, status, tag, more, body))

    def forget(self, call: Call) -> None:
        """
        Keep an ended call for a moment, for what is repeated about it. Its port stays open meanwhile: a closed one on
        loopback answers every packet with an error, which wakes a channel that no phone behind a NAT would wake.
        """

        def drop() -> None:
            self.calls.pop(call.call_id, None)
            call.media.close()
            self._late.discard(timer)

        timer = asyncio.get_running_loop().call_later(_LAST_S, drop)
        self._late.add(timer)

    # --- coming in

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = sip.parse(data)
        if message is None:
            return
        if message.status:
            self._response(message)
        else:
            self._request(message)

    def error_received(self, exc: Exception) -> None:
        """Asterisk is not there; whoever waits for an answer has a deadline."""

    def _response(self, message: Message) -> None:
        waiting = self._waiting.get((message.call_id, message.header("CSeq")))
        if waiting is not None and not waiting.done() and message.status >= 200:
            waiting.set_result(message)
        call = self.calls.get(message.call_id)
        if call is None or message.cseq[1] != "INVITE":
            return
        if message.status in (180, 183):
            call.remote = message.header("To")
            call.ringing.set()
        elif message.status == 200:
            self._accepted(call, message)
            call.reinvited(message.cseq[0], message.status)
        elif message.status in (401, 407) and not call.up.done():
            self._acknowledge_refusal(call, message)
            challenge = message.header("WWW-Authenticate") or message.header("Proxy-Authenticate")
            name = "Authorization" if message.status == 401 else "Proxy-Authorization"
            value = sip.digest(challenge, "INVITE", call.target, self.user, self.password)
            self.request("INVITE", call, sip.sdp(self.address, call.media.port), (name, value))
        elif message.status >= 300:
            self._acknowledge_refusal(call, message)
            if call.reinvite is not None and message.status not in (408, 481):
                # A refused re-INVITE leaves the call as it was (RFC 3261, 14.1).
                call.reinvited(message.cseq[0], message.status)
            else:
                call.ended(str(message.status))

    def _accepted(self, call: Call, message: Message) -> None:
        call.remote = message.header("To")
        contact = message.header("Contact")
        if contact:
            call.target = contact.strip("<>").split(">")[0]
        headers = [("From", call.local), ("To", call.remote), ("Call-ID", call.call_id)]
        headers.append(("CSeq", f"{message.cseq[0]} ACK"))
        self._send(f"ACK {call.target} SIP/2.0", headers)
        if call.hanging_up:
            self._bye_at_last(call)
            return
        call.media.send_to(sip.media(message.body))
        if not call.up.done():
            call.up.set_result(None)

    def _bye_at_last(self, call: Call) -> None:
        call.hanging_up = False
        self.request("BYE", call)

    def _acknowledge_refusal(self, call: Call, message: Message) -> None:
        headers = [
            ("From", call.local),
            ("To", message.header("To")),
            ("Call-ID", call.call_id),
            ("CSeq", f"{message.cseq[0]} ACK"),
        ]
        branch = f"z9hG4bK{call.call_id}{message.cseq[0]}"
        via = ("Via", f"SIP/2.0/UDP {self.address}:{self.port};branch={branch};rport")
        self._write(sip.build(f"ACK {call.target} SIP/2.0", [via, ("Max-Forwards", "70"), *headers]))

    def _request(self, message: Message) -> None:
        call = self.calls.get(message.call_id)
        match message.method:
            case "INVITE" if call is None:
                task = asyncio.get_running_loop().create_task(self._invited(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "INVITE" if call is not None and call.up.done() and not call.up.cancelled():
                call.media.send_to(sip.media(message.body))
                self.respond(message, "200 OK", call.tag, sip.sdp(self.address, call.media.port))
            case "ACK" if call is not None and call.hanging_up:
                self._bye_at_last(call)
            case "ACK":
                if call is not None and not call.up.done() and call.invite is not None:
                    call.media.send_to(sip.media(call.invite.body))
                    call.up.set_result(None)
            case "CANCEL" if call is not None and call.picked_up:
                self.respond(message, "200 OK", call.tag)
            case "BYE" | "CANCEL":
                tag = call.tag if call is not None else "gone"
                self.respond(message, "200 OK", tag)
                if call is not None:
                    call.reason = message.header("Reason")
                    if message.method == "CANCEL" and call.invite is not None:
                        self.respond(call.invite, "487 Request Terminated", call.tag)
                    call.ended("them")
            case _:
                self.respond(message, "200 OK", call.tag if call is not None else "robot")

    async def _invited(self, message: Message) -> None:
        self._write(sip.answer(message, "100 Trying", ""))
        contact = message.header("Contact").strip("<>").split(">")[0]
        call = Call(self, message.call_id, "", message.header("From"), contact)
        call.local = f"{message.header('To')};tag={call.tag}"
        call.invite = message
        self.calls[call.call_id] = call
        await call.media.open()
        if self.rings_with:
            body = sip.sdp(self.address, call.media.port) if self.plays_early else ""
            self.respond(message, self.rings_with, call.tag, body)
        call.ringing.set()
        if self.on_call is not None:
            self.on_call(call)
