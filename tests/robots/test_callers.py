"""The caller made with sipp does what its scenario says."""

import asyncio
from pathlib import Path

import pytest

from cti.robots.callers import Caller, dial, speech, why
from cti.robots.phone import Call, Phone


@pytest.fixture
async def hotline() -> Phone:
    phone = Phone("hotline", "", "127.0.0.1", ("127.0.0.12", 0))
    await phone.open()
    return phone


@pytest.mark.asterisk
async def test_a_caller_speaks_presses_keys_and_hangs_up(tmp_path: Path, hotline: Phone) -> None:
    came: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
    hotline.on_call = came.set_result
    caller = Caller(number="+85251234567", keys=((300, "3"), (400, "1")), later="2", every_ms=700, patience_ms=2000)
    said = await speech("hello there", "en", tmp_path)
    try:
        async with asyncio.timeout(20):
            call = asyncio.ensure_future(
                dial(caller, "28000000", ("127.0.0.1", hotline.port), "127.0.0.12", tmp_path, said)
            )
            incoming = await came
            hotline.server = ("127.0.0.12", int(incoming.invite.header("Via").split(":")[1].split(";")[0]))  # type: ignore[union-attr]
            incoming.answer()
            assert await incoming.over == "them"
            assert await call == 0
            assert incoming.media.keys == "312"
            assert incoming.media.loud > 20
    finally:
        hotline.close()


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ("", None),
        ("receive timeout on message caller:17, jumping to label 18", None),
        ("unexpected message: while expecting '100' (index 1), received 'SIP/2.0 404 Not Found\r\nVia: x", "404"),
        ("unexpected message: while expecting '200' (index 24), received 'SIP/2.0 481 Gone\r\nVia: x", None),
        ("Aborting call on UDP retransmission timeout for Call-ID '1'", "no answer"),
        ("Can't create raw IPv4 socket (need to run as root?)", "raw packets"),
    ],
)
def test_why_a_call_came_to_nothing(tmp_path: Path, said: str, because: str | None) -> None:
    caller = Caller(number="+85251234567")
    (tmp_path / "85251234567.log").write_text(said)
    found = why(caller, tmp_path)
    assert (found is None) if because is None else (found is not None and because in found)
