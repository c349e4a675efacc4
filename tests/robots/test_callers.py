"""The caller made with sipp does what its scenario says."""

import asyncio
from pathlib import Path

import pytest

from cti.robots.callers import Caller, dial, speech
from cti.robots.phone import Call, Phone

pytestmark = pytest.mark.asterisk


@pytest.fixture
async def hotline() -> Phone:
    phone = Phone("hotline", "", "127.0.0.1", ("127.0.0.12", 0))
    await phone.open()
    return phone


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
