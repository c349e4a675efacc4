"""Two robots talk without a server between them: what one sends, the other understands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cti.robots import sip, sound
from cti.robots.phone import Call, Phone
from cti.robots.sip import Message


@asynccontextmanager
async def two_phones() -> AsyncIterator[tuple[Phone, Phone, asyncio.Future[Call]]]:
    """A caller, a callee, and the first call that comes to the callee."""
    callee = Phone("bo", "", "127.0.0.1", ("127.0.0.1", 9))
    await callee.open()
    caller = Phone("ana", "", "127.0.0.1", ("127.0.0.1", callee.port))
    await caller.open()
    callee.server = ("127.0.0.1", caller.port)
    came: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
    callee.on_call = came.set_result
    try:
        yield caller, callee, came
    finally:
        caller.close()
        callee.close()


async def test_a_call_between_two_robots() -> None:
    async with two_phones() as (caller, _, came), asyncio.timeout(10):
        out = await caller.call("bo", "Ana")
        incoming = await came
        await out.ringing.wait()
        incoming.answer()
        await out.up
        await incoming.up
        await out.media.hears(5)
        await incoming.media.hears(5)
        out.hang_up()
        assert await incoming.over == "them"
        assert await out.over == "us"


@pytest.mark.parametrize("who", ["caller", "callee"])
async def test_who_hangs_up_while_the_answer_is_on_its_way_says_so_after_it(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CANCEL that crosses the 200, and a BYE that may not go before the ACK, would leave the other side in a call."""
    said_so = asyncio.Event()
    respond = Phone.respond

    def listen(phone: Phone, request: Message, status: str, tag: str, body: str = "") -> None:
        if request.method == "BYE":
            said_so.set()
        respond(phone, request, status, tag, body)

    monkeypatch.setattr(Phone, "respond", listen)
    async with two_phones() as (caller, _, came), asyncio.timeout(10):
        out = await caller.call("bo")
        incoming = await came
        incoming.answer()
        (out if who == "caller" else incoming).hang_up()
        assert await out.over == ("us" if who == "caller" else "them")
        assert await incoming.over == ("them" if who == "caller" else "us")
        await said_so.wait()


def test_mu_law_of_the_standard() -> None:
    assert [sound.ulaw(s) for s in (0, -1, 32767, -32768, 1000)] == [0xFF, 0x7F, 0x80, 0x00, 0xCE]


def test_a_key_is_seven_packets_of_one_event() -> None:
    packets = sound.key_packets("5", 10, 1000, 7)
    assert len(packets) == 7
    assert {p[12] for p in packets} == {5}
    assert [p[13] >> 7 for p in packets] == [0, 0, 0, 0, 1, 1, 1]


def test_digest_as_in_the_rfc() -> None:
    challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"'
    value = sip.digest(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life")
    assert 'response="670fd8c2df070c60b045671b8b24ff02"' in value


def test_noise_is_no_message() -> None:
    for noise in (b"", b"\r\n\r\n", b"\x00\xff", b"SIP/2.0 abc", b"HELLO"):
        assert sip.parse(noise) is None
