"""`hotline doctor` tries each connection of a running hotline as its peer would, and tells it in words."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from cti.setup import connections
from cti.setup.finding import Finding
from cti.setup.settings import Secrets, Settings
from tests.conftest import free_ports

HEALTH = {"ok": True, "asterisk": True, "journal": True, "version": "1.2", "epoch": "e", "up_s": 180}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    http, sip, ami, agi, ws = free_ports(5)
    return Settings(
        data=tmp_path,
        secrets=Secrets(site_key="", session_key="", ami_user="", ami_secret=""),
        http_port=http,
        sip_port=sip,
        ami_port=ami,
        agi_port=agi,
        ws_port=ws,
        database_url="sqlite:///x",
    )


async def look(settings: Settings) -> dict[str, Finding]:
    return {found.what.partition(" (")[0]: found for found in await connections.connections(settings)}


@contextlib.asynccontextmanager
async def served(port: int, says: bytes) -> AsyncIterator[None]:
    """A server that says one thing to everybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            await reader.read(4096)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    yield
    server.close()


class Exchange(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert data.startswith(b"OPTIONS sip:")
        self.transport.sendto(b"SIP/2.0 401 Unauthorized\r\n\r\n", addr)


def http(body: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def test_all_that_answers_is_green(settings: Settings) -> None:
    running = asyncio.get_running_loop()
    exchange, _ = await running.create_datagram_endpoint(Exchange, local_addr=("127.0.0.1", settings.sip_port))
    async with (
        served(settings.http_port, http(json.dumps(HEALTH))),
        served(settings.ami_port, b"Asterisk Call Manager/11.0.0\r\n"),
        served(settings.agi_port, b""),
        served(settings.ws_port, b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    ):
        found = await look(settings)
    exchange.close()
    assert all(each.ok and not each.cure for each in found.values()), found
    assert "{" not in found["Bridge"].found, "words, not JSON"
    assert set(found) == {"Bridge", "Asterisk's manager", "Callers' sessions", "SIP", "Browsers' phones"}


async def test_all_that_is_silent_is_red_and_has_a_cure(settings: Settings) -> None:
    found = await look(settings)
    assert all(not each.ok and each.cure for each in found.values()), found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (json.dumps({**HEALTH, "ok": False, "asterisk": False}), "sees no Asterisk"),
        (json.dumps({**HEALTH, "ok": False, "journal": False}), "journal can't be written"),
        ("<html>It works!</html>", "no bridge"),
    ],
)
async def test_a_bridge_that_answers_may_still_be_unwell(settings: Settings, said: str, words: str) -> None:
    async with served(settings.http_port, http(said)):
        found = (await look(settings))["Bridge"]
    assert not found.ok
    assert words in found.found
    assert found.cure


async def test_another_program_on_our_port_is_told(settings: Settings) -> None:
    async with served(settings.ami_port, b"220 mail.example ESMTP\r\n"):
        found = (await look(settings))["Asterisk's manager"]
    assert not found.ok
    assert "220 mail.example" in found.found


@pytest.mark.parametrize(("bind", "ok"), [("127.0.0.1", True), ("0.0.0.0", True), ("192.0.2.1", False)])
def test_an_address_that_is_not_ours_is_red(settings: Settings, bind: str, ok: bool) -> None:
    moved = msgspec.structs.replace(settings, bind=bind)
    found = connections.address(moved)
    assert found.ok is ok
    assert ("--bind ADDR" in found.cure) is not ok
