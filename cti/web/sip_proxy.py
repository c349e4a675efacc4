"""The browser's SIP: `wss://host/api/v1/sip` here, a loopback WebSocket to Asterisk behind it (RFC 7118).

Browsers so need one port and one certificate, and Asterisk's own HTTP server never leaves loopback. Every message
from a browser goes through `sip.Gate`.
"""

import asyncio
import logging
from collections.abc import Callable

import aiohttp
from aiohttp import WSMsgType, web

from cti.core.ids import Ms
from cti.web import sip
from cti.web.limits import Limit
from cti.web.problems import Refusal
from cti.web.sip import Gate, Malformed, Verdict

log = logging.getLogger(__name__)

_PING_S = 30.0
_BURST, _EVERY_MS = 200, 20
"""SIP messages of one connection: a call needs about ten, a key press one."""


class SipProxy:
    """Connects browsers to Asterisk. `port`: of Asterisk's HTTP server on loopback."""

    def __init__(self, port: int, now: Callable[[], Ms]) -> None:
        self._url = f"ws://127.0.0.1:{port}/ws"
        self._now = now
        self._client: aiohttp.ClientSession | None = None
        self.connected = 0
        """Browsers with a SIP connection."""

    async def start(self) -> None:
        """Make ready to connect."""
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(connect=5))

    async def close(self) -> None:
        """Let go of every connection."""
        if self._client is not None:
            await self._client.close()

    async def serve(
        self,
        request: web.Request,
        gate: Gate,
        ended: asyncio.Event,
        begun: Callable[[], None] = lambda: None,
        code: Callable[[], int] = lambda: 1000,
    ) -> web.WebSocketResponse:
        """Carry one browser's SIP until either side ends or `ended` is set. `begun` hears of each call it makes; `code`
        is asked at the end how to close."""
        upstream = await self._connect()
        async with upstream:
            browser = web.WebSocketResponse(
                protocols=("sip",), heartbeat=_PING_S, compress=False, max_msg_size=sip.LONGEST
            )
            await browser.prepare(request)
            self.connected += 1
            tasks = [
                asyncio.create_task(self._up(browser, upstream, gate, begun)),
                asyncio.create_task(self._down(browser, upstream, gate)),
                asyncio.create_task(ended.wait()),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.connected -= 1
                for task in tasks:
                    task.cancel()
                for result in await asyncio.gather(*tasks, return_exceptions=True):
                    if isinstance(result, Exception) and not isinstance(result, ConnectionError):
                        log.warning("SIP connection of %s ended: %s", request.remote, result)
                # A page that is frozen says no goodbye for seconds, and Asterisk would ring it meanwhile.
                await asyncio.gather(upstream.close(), browser.close(code=code()))
        return browser

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        if self._client is None:
            raise RuntimeError("start() first")
        try:
            return await self._client.ws_connect(self._url, protocols=("sip",), max_msg_size=sip.LONGEST, compress=0)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("no SIP connection to Asterisk at %s: %s", self._url, error)
            raise Refusal(
                503,
                "no-asterisk",
                "The exchange does not answer.",
                "Wait: the screen tries again. If it lasts, run 'hotline doctor'.",
                headers={"Retry-After": "2"},
            ) from None

    async def _up(
        self,
        browser: web.WebSocketResponse,
        upstream: aiohttp.ClientWebSocketResponse,
        gate: Gate,
        begun: Callable[[], None],
    ) -> None:
        """Browser to Asterisk."""
        limit = Limit(_BURST, _EVERY_MS)
        async for message in browser:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY) or limit.wait("", self._now()):
                await browser.close(code=1008, message=b"too much at once")
                return
            text = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
            if not text.strip("\r\n"):
                # Keep-alive of RFC 5626: double CRLF is answered with one.
                await browser.send_str("\r\n")
                continue
            try:
                parsed = sip.parse(text)
            except Malformed as error:
                await browser.close(code=1008, message=str(error).encode())
                return
            verdict = gate.judge(parsed)
            if verdict is Verdict.PASS:
                called, gate.called = gate.called, False
                if called:
                    begun()
                await upstream.send_str(text)
            elif verdict is Verdict.REFUSE:
                await browser.send_str(sip.forbidden(parsed))

    async def _down(
        self, browser: web.WebSocketResponse, upstream: aiohttp.ClientWebSocketResponse, gate: Gate
    ) -> None:
        """Asterisk to browser."""
        async for message in upstream:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                text = message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")
                gate.heard(text)
                await browser.send_str(text)
