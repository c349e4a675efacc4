"""HTTPS and WSS, as everywhere but on loopback."""

import asyncio
import datetime
import ssl
from pathlib import Path

import msgspec

from cti.outside import Outside
from cti.setup import certificate
from cti.web.app import Web, WebConfig
from kb.search import KnowledgeBase
from tests.web.conftest import PASSWORD, Client, Rig, hot


async def test_over_tls_the_cookie_is_secure_and_screens_are_live(rig: Rig, tmp_path: Path) -> None:
    pem, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.ensure(pem, key, ["127.0.0.1"], datetime.datetime.now(datetime.UTC))
    config = WebConfig(
        bind="127.0.0.1",
        port=0,
        host="127.0.0.1",
        ws_port=1,
        session_key=b"k",
        phone_secrets={},
        guests=0,
        version="0",
        certificate=pem,
        private_key=key,
    )
    web = Web(
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
    await web.start()
    base = f"https://127.0.0.1:{web.port}"
    trusted = ssl.create_default_context(cafile=str(pem))
    client = Client(base)
    try:
        body = {"name": "ana", "password": PASSWORD}
        async with client.http.post(base + "/api/v1/session", json=body, ssl=trusted) as response:
            assert response.status == 200
            assert "Secure" in response.headers["Set-Cookie"]
        screen = await client.live("wallboard", ssl=trusted)
        assert msgspec.json.decode(await screen.receive_str())["type"] == "snapshot"
        renewed = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=390)
        assert certificate.ensure(pem, key, ["127.0.0.1"], renewed)
        web.reload({})
        assert await served(web.port) == pem.read_text()
    finally:
        await client.http.close()
        await web.stop()


async def served(port: int) -> str:
    return await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))
