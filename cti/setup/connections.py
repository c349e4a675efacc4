"""What answers while a hotline runs: each connection is tried as its peer would, and told in words with the cure."""

import asyncio
import contextlib
import ipaddress
import secrets
import socket

import msgspec
from msgspec import Struct

from cti.setup.finding import Finding
from cti.setup.settings import Settings, bracket
from cti.setup.supervise import answers

_PATIENCE_S = 2.0


class _Health(Struct):
    """The body of `/healthz`."""

    asterisk: bool
    journal: bool
    version: str = ""
    up_s: int = 0


async def connections(settings: Settings) -> list[Finding]:
    """Every connection of a hotline that runs."""
    return list(
        await asyncio.gather(_bridge(settings), _manager(settings), _sessions(settings), _sip(settings), _ws(settings))
    )


def address(settings: Settings) -> Finding:
    """Where people find it: an address this machine has."""
    bare = settings.bind.strip("[]")
    found = f"{settings.url}, SIP on port {settings.sip_port}"
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((bare, 0))
    except OSError as error:
        cure = "Give one of this machine's with 'hotline up --bind ADDR'."
        return Finding("Address", False, f"{settings.bind} can't be served on: {error.strerror}", cure)
    if bare != "localhost" and ipaddress.ip_address(bare).is_loopback:
        found += "; on this machine only, 'hotline up --bind ADDR' opens it to others"
    return Finding("Address", True, found)


async def _bridge(settings: Settings) -> Finding:
    log, asterisk_log = settings.logs / "bridge.log", settings.logs / "asterisk.log"
    said = await answers(settings)
    if said is None:
        return Finding("Bridge", False, f"no answer on {settings.url}", f"See {log}.")
    try:
        health = msgspec.json.decode(said, type=_Health)
    except msgspec.DecodeError:
        cure = f"Port {settings.http_port} may be another program's: give another with --http PORT. See {log}."
        return Finding("Bridge", False, "what answers is no bridge", cure)
    if not health.asterisk:
        cure = f"One that ended is started again by itself; if one is stuck, end hotline. See {asterisk_log}."
        return Finding("Bridge", False, "it runs, but sees no Asterisk: no call can come in", cure)
    if not health.journal:
        cure = f"Make room on the disk of {settings.data}; {log} says what went wrong."
        return Finding("Bridge", False, "its journal can't be written: what happens now would be forgotten", cure)
    return Finding(
        "Bridge", True, f"version {health.version}, for {health.up_s // 60} min; sees Asterisk and its journal"
    )


async def _manager(settings: Settings) -> Finding:
    said = (await _ask(settings.ami_port, b"", b"\n")).decode(errors="replace").strip()
    if said.startswith("Asterisk Call Manager"):
        return Finding("Asterisk's manager", True, said)
    found = f"no answer on port {settings.ami_port}" if not said else f"port {settings.ami_port} says '{said[:60]}'"
    cure = f"See {settings.logs / 'asterisk.log'}; if another program has the port, give another with --ami PORT."
    return Finding("Asterisk's manager", False, found, cure)


async def _sessions(settings: Settings) -> Finding:
    """Where Asterisk brings callers to the bridge."""
    if await _opens(settings.agi_port):
        return Finding("Callers' sessions (AGI)", True, f"port {settings.agi_port}")
    cure = f"Callers hear music and then the fallback queue. See {settings.logs / 'bridge.log'}."
    return Finding("Callers' sessions (AGI)", False, f"no answer on port {settings.agi_port}", cure)


async def _sip(settings: Settings) -> Finding:
    """Asked as a phone asks whether its server is there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)
    if await _options(host, settings.sip_port):
        return Finding("SIP", True, f"answers on {bracket(host)}:{settings.sip_port}")
    cure = f"No phone and no trunk reaches us. See {settings.logs / 'asterisk' / 'messages.log'}."
    return Finding("SIP", False, f"no answer on {bracket(host)}:{settings.sip_port}", cure)


async def _ws(settings: Settings) -> Finding:
    """The way of browsers' phones: our web server hands them on to this port."""
    key = secrets.token_urlsafe(12)
    ask = (
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
    )
    said = (await _ask(settings.ws_port, ask.encode(), b"\r\n")).decode(errors="replace").strip()
    if " 101 " in f"{said} ":
        return Finding("Browsers' phones (WebSocket)", True, f"port {settings.ws_port}")
    found = f"port {settings.ws_port} says '{said[:60]}'" if said else f"no answer on port {settings.ws_port}"
    cure = f"No browser can talk. See {settings.logs / 'asterisk' / 'messages.log'}."
    return Finding("Browsers' phones (WebSocket)", False, found, cure)


async def _opens(port: int) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
    return False


async def _ask(port: int, say: bytes, end: bytes) -> bytes:
    """What a port of loopback answers, up to `end`; empty: nothing."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(say)
                return await reader.readuntil(end)
            finally:
                writer.close()
    return b""


class _Heard(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there."""
        if not self.answer.done():
            self.answer.set_result(b"")


async def _options(host: str, port: int) -> bool:
    """Whether an OPTIONS gets any answer (RFC 3261): a stranger is refused, and that is one."""
    heard: _Heard
    with contextlib.suppress(OSError, TimeoutError):
        transport, heard = await asyncio.get_running_loop().create_datagram_endpoint(_Heard, remote_addr=(host, port))
        try:
            own, at = transport.get_extra_info("sockname")[:2]
            here, there, mark = f"{bracket(own)}:{at}", f"{bracket(host)}:{port}", secrets.token_hex(8)
            transport.sendto(
                f"OPTIONS sip:{there} SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK{mark}\r\n"
                f"From: <sip:doctor@{here}>;tag={mark}\r\nTo: <sip:{there}>\r\nCall-ID: {mark}\r\nCSeq: 1 OPTIONS\r\n"
                f"Contact: <sip:doctor@{here}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode()
            )
            async with asyncio.timeout(_PATIENCE_S):
                return (await heard.answer).startswith(b"SIP/2.0 ")
        finally:
            transport.close()
    return False
