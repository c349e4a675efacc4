"""The two WebSockets: live screens, and the browser's SIP. Both end with the session they were opened by."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from cti.core.events import PhoneSeen, Record
from cti.core.ids import AgentId, Phone
from cti.web.auth import role_of
from cti.web.bodies import Role
from cti.web.call import RANK, Who
from cti.web.guest import Leases
from cti.web.limits import Limit
from cti.web.live import AnyRoom, Live, Viewer, frame
from cti.web.ports import Loop
from cti.web.problems import Refusal
from cti.web.sip import Gate
from cti.web.sip_proxy import SipProxy
from cti.web.views import Again, FromScreen, Refused, ScreenBeat

log = logging.getLogger(__name__)

MAY: dict[type[Any], tuple[Role, frozenset[str]]] = {
    ScreenBeat: ("agent", frozenset({"desk"})),
    Again: ("agent", frozenset({"desk", "wallboard"})),
}
"""Message of a screen -> the least role for it, and the views on which it means something."""

_PING_S = 20.0
_LONGEST = 4096
_BURST, _EVERY_MS = 40, 100
GOING_AWAY = 1001
SIGNED_OUT = 4401
"""Close code: the session has ended; connecting again needs a new one."""

_decode = msgspec.json.Decoder(FromScreen).decode


ELSEWHERE = 4409
"""Close code: another window of this agent has the phone, and keeps it until it is asked to let go."""


GONE_S = 1.0
"""Asterisk notices in milliseconds that a phone's connection is no more."""


class _Line:
    """The connection by which a window of an agent's has the browser's phone."""

    def __init__(self, window: str, ended: asyncio.Event) -> None:
        self.window = window
        self.ended = ended
        self.taken = False


def _end(line: _Line) -> None:
    line.taken = True
    line.ended.set()


class Sockets:
    """Serves both, and can end those of one session or lease."""

    def __init__(self, loop: Loop, live: Live, proxy: SipProxy) -> None:
        self._loop = loop
        self._live = live
        self._proxy = proxy
        self._open: dict[str, set[asyncio.Event]] = {}
        self._lines: dict[AgentId, _Line] = {}
        self._leaving: dict[Phone, asyncio.Event] = {}
        """Phones that let go of their window: set when Asterisk has said so."""
        self._stopping = False

    def stop(self) -> None:
        """The server stops: end them all."""
        self._stopping = True
        for key in self._open:
            self.close(key)

    def close(self, key: str) -> None:
        """A session, token or lease has ended: so do its sockets."""
        for ended in self._open.get(key, ()):
            ended.set()

    async def live(self, request: web.Request, who: Who | None) -> web.StreamResponse:
        """`/api/v1/live?view=desk|wallboard`."""
        view = request.query.get("view", "desk")
        if who is None or view not in ("desk", "wallboard"):
            raise Refusal(422, "no-such-view", "There is no such view.", "One of: desk, wallboard.", "view")
        if view == "desk" and RANK[who.role] < RANK["agent"]:
            raise Refusal(403, "role", "A desk needs the role agent.", "Ask for view=wallboard, or sign in.")
        socket = web.WebSocketResponse(protocols=("hotline",), heartbeat=_PING_S, compress=False, max_msg_size=_LONGEST)
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        viewer = Viewer(transport, request.query.get("window", ""))
        room: AnyRoom = self._live.join_desk(who.agent, viewer) if view == "desk" else self._live.join_wallboard(viewer)
        with self._ending(who.key, who.until) as ended:
            listening = asyncio.create_task(self._listen(socket, who, view, room, viewer))
            ending = asyncio.create_task(ended.wait())
            try:
                await asyncio.wait((listening, ending), return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._live.leave(room, viewer)
                over = ended.is_set()
                listening.cancel()
                ending.cancel()
                for result in await asyncio.gather(listening, ending, return_exceptions=True):
                    if isinstance(result, Exception) and not isinstance(result, ConnectionError):
                        log.error("a screen of %s ended: %r", who.agent, result)
        await socket.close(code=GOING_AWAY if self._stopping else SIGNED_OUT if over else 1000)
        return socket

    async def _listen(self, socket: web.WebSocketResponse, who: Who, view: str, room: AnyRoom, viewer: Viewer) -> None:
        limit = Limit(_BURST, _EVERY_MS)
        async for message in socket:
            if message.type is not WSMsgType.TEXT or limit.wait("", self._loop.now()):
                await socket.close(code=1008, message=b"text, and not so much of it")
                return
            profile = self._loop.world.profile(who.agent)
            if profile is None:
                return
            try:
                said = _decode(message.data)
            except msgspec.DecodeError as error:
                self._refuse(viewer, f"not understood: {error}")
                continue
            role, views = MAY[type(said)]
            if view not in views or RANK[role_of(profile)] < RANK[role]:
                self._refuse(viewer, f"{message.data[:80]} is not for {role_of(profile)} on {view}")
            elif isinstance(said, ScreenBeat):
                self._live.pulse.beat(who.agent, viewer, said.seq)
            else:
                self._live.resync(room, viewer)

    def _refuse(self, viewer: Viewer, what: str) -> None:
        viewer.send(frame(msgspec.json.encode(Refused(what=what))), self._loop.now())

    async def sip(self, request: web.Request, who: Who | None, leases: Leases) -> web.StreamResponse:
        """`/api/v1/sip`: an agent by the session, a guest by the lease's token."""
        token = request.query.get("guest", "")
        if token:
            return await self._guest(request, token, leases)
        if who is None:
            raise Refusal(401, "not-signed-in", "Nobody is signed in.", "Sign in first, or lease a guest's line.")
        with self._ending(who.key, who.until) as ended:
            line = _Line(request.query.get("window", ""), ended)
            if not self._take_line(who.agent, line):
                socket = web.WebSocketResponse(protocols=("sip",))
                await socket.prepare(request)
                await socket.close(code=ELSEWHERE)
                return socket
            try:
                gate = Gate(f"{who.agent}-web", None)
                return await self._proxy.serve(request, gate, ended, code=lambda: ELSEWHERE if line.taken else 1000)
            finally:
                self._leave_line(who.agent, line)

    def _take_line(self, agent: AgentId, line: _Line) -> bool:
        """A phone is in one window, and stays there until that lets go: a tab that was only duplicated, or forgotten,
        must not take it away. The same window may have lost its connection without our knowing."""
        before = self._lines.get(agent)
        if before is not None and before.window != line.window:
            return False
        if before is not None:
            _end(before)
        self._lines[agent] = line
        self._live.pulse.phone_in(agent, line.window)
        return True

    async def release(self, agent: AgentId) -> bool:
        """The agent wants the browser's phone in another window: what rings on it rings there, as soon as it is there.
        False: not while they talk on it."""
        line, phone, world = self._lines.get(agent), Phone(f"{agent}-web"), self._loop.world
        if line is None:
            return True
        legs = [leg for leg in world.legs.values() if leg.phone == phone]
        if any(leg.up for leg in legs):
            return False
        _end(line)
        self._leave_line(agent, line)
        self._live.pulse.present(agent)
        if legs:
            # Were it there again before Asterisk has seen it go, nobody would ring it anew.
            gone = self._leaving.setdefault(phone, asyncio.Event())
            if not world.phones.get(phone):
                gone.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(gone.wait(), GONE_S)
            self._leaving.pop(phone, None)
        return True

    def on_records(self, records: Sequence[Record]) -> None:
        """Whoever waits for a phone to be gone hears that it is."""
        for record in records if self._leaving else ():
            seen = record.event
            if isinstance(seen, PhoneSeen) and not seen.reachable and seen.phone in self._leaving:
                self._leaving[seen.phone].set()

    def _leave_line(self, agent: AgentId, line: _Line) -> None:
        if self._lines.get(agent) is line:
            del self._lines[agent]
            self._live.pulse.phone_in(agent, None)

    async def _guest(self, request: web.Request, token: str, leases: Leases) -> web.StreamResponse:
        lease = leases.take(token, self._loop.now())
        with self._ending(token, None) as ended:
            try:
                return await self._proxy.serve(
                    request,
                    Gate(lease.phone, self._numbers()),
                    ended,
                    begun=lambda: leases.begun(token, self._loop.now()),
                )
            finally:
                leases.give_back(token)

    def _numbers(self) -> frozenset[str]:
        site = self._loop.world.site
        return frozenset(n.number for n in site.numbers) if site else frozenset()

    @contextmanager
    def _ending(self, key: str, until: int | None) -> Iterator[asyncio.Event]:
        """An event that is set when the session, token or lease ends."""
        ended = asyncio.Event()
        timer = None
        if until is not None:
            timer = asyncio.get_running_loop().call_later((until - self._loop.now()) / 1000, ended.set)
        self._open.setdefault(key, set()).add(ended)
        try:
            yield ended
        finally:
            if timer is not None:
                timer.cancel()
            self._open[key].discard(ended)
            if not self._open[key]:
                del self._open[key]
