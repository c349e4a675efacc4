"""The browser's way to a real Asterisk: registering as oneself, calling the hotline as a guest, and nothing else."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cti.outside import Outside
from cti.web.app import Web, WebConfig
from kb.search import KnowledgeBase
from tests.conftest import RunningAsterisk
from tests.web.conftest import Client, Rig, hot

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def web(rig: Rig, asterisk: RunningAsterisk) -> AsyncIterator[Web]:
    """A second server beside the rig's, in front of the real Asterisk."""
    settings = asterisk.settings
    config = WebConfig(
        bind="127.0.0.1",
        port=0,
        host="127.0.0.1",
        ws_port=settings.ws_port,
        session_key=b"k" * 32,
        phone_secrets=settings.secrets.phone_secrets,
        guests=2,
        version="0",
    )
    made = Web(
        config,
        rig.loop,
        rig.history,
        rig.accounts,
        KnowledgeBase(),
        hot,
        {},
        lambda: True,
        Outside(rig.loop, rig.history),
        rig.sentences,
        rig.dictations,
        rig.sorting,
    )
    await made.start()
    yield made
    await made.stop()


class Softphone:
    """As much of a browser's phone as it takes to be answered."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, user: str, password: str) -> None:
        self._socket = socket
        self._user = user
        self._password = password
        self._cseq = 0

    async def request(self, method: str, uri: str, to: str, sender: str | None = None) -> str:
        """Send it, with credentials once asked for them; the first answer that is not 100 or a challenge."""
        challenge = await self._once(method, uri, to, sender, "")
        if not challenge.startswith(("SIP/2.0 401", "SIP/2.0 407")):
            return challenge
        realm, nonce = (re.search(rf'{name}="([^"]+)"', challenge) for name in ("realm", "nonce"))
        assert realm is not None
        assert nonce is not None
        answer = digest(
            digest(self._user, realm[1], self._password), nonce[1], "00000001", "c", "auth", digest(method, uri)
        )
        return await self._once(
            method,
            uri,
            to,
            sender,
            f'Authorization: Digest algorithm=MD5, username="{self._user}", realm="{realm[1]}", nonce="{nonce[1]}", '
            f'uri="{uri}", response="{answer}", qop=auth, cnonce="c", nc=00000001\r\n',
        )

    async def _once(self, method: str, uri: str, to: str, sender: str | None, extra: str) -> str:
        self._cseq += 1
        await self._socket.send_str(
            f"{method} {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/WS abc.invalid;branch=z9hG4bK{self._cseq}\r\n"
            "Max-Forwards: 69\r\n"
            f"To: <{to}>\r\n"
            f"From: <sip:{sender or self._user}@127.0.0.1>;tag=x\r\n"
            f"Call-ID: {method}-{id(self)}\r\n"
            f"CSeq: {self._cseq} {method}\r\n"
            f"Contact: <sip:r4nd0m@abc.invalid;transport=ws>\r\n{extra}"
            "Content-Length: 0\r\n\r\n"
        )
        async with asyncio.timeout(10):
            while True:
                answer = await self._socket.receive_str()
                if answer.startswith("SIP/2.0 ") and not answer.startswith("SIP/2.0 100"):
                    return answer


def digest(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


async def test_an_agents_browser_registers_and_only_as_itself(rig: Rig, web: Web, asterisk: RunningAsterisk) -> None:
    client = await rig.signed_in("ana")
    mine = Client(f"http://127.0.0.1:{web.port}")
    mine.http.cookie_jar.update_cookies({c.key: c.value for c in client.http.cookie_jar})
    try:
        given = await mine.good("GET", "/api/v1/phone")
        socket = await mine.http.ws_connect(f"http://127.0.0.1:{web.port}{given['ws']}", protocols=("sip",))
        phone = Softphone(socket, given["user"], given["password"])
        registered = await phone.request("REGISTER", "sip:127.0.0.1", given["uri"])
        assert registered.startswith("SIP/2.0 200"), registered
        assert "ana-web" in await asterisk.cli("pjsip show contacts")
        other = await phone.request("REGISTER", "sip:127.0.0.1", "sip:bo-web@127.0.0.1", sender="bo-web")
        assert other.startswith("SIP/2.0 403 Not allowed from here")
    finally:
        await mine.http.close()


async def test_a_guests_browser_reaches_the_hotline_and_nothing_else(
    rig: Rig, web: Web, asterisk: RunningAsterisk
) -> None:
    page = Client(f"http://127.0.0.1:{web.port}")
    try:
        lease = await page.good("POST", "/api/v1/guest/call", {"number": "28000000"})
        socket = await page.http.ws_connect(f"http://127.0.0.1:{web.port}{lease['ws']}", protocols=("sip",))
        phone = Softphone(socket, lease["user"], lease["password"])
        elsewhere = await phone.request("INVITE", "sip:ana-web@127.0.0.1", "sip:ana-web@127.0.0.1")
        assert elsewhere.startswith("SIP/2.0 403 Not allowed from here")
        called = await phone.request("INVITE", "sip:28000000@127.0.0.1", "sip:28000000@127.0.0.1")
        assert called.startswith("SIP/2.0 200"), called
        (line,) = [c for c in (await asterisk.cli("core show channels concise")).splitlines() if "guest-1" in c]
        channel, context, *_ = fields = line.split("!")
        assert (channel.partition("-0")[0], context) == ("PJSIP/guest-1", "hotline-run")
        assert fields[7] == "", "what a browser says of itself is nobody's number"
    finally:
        await page.http.close()
