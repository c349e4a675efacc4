"""A bridge that can go away, callers of the trunk, and an agent's desk phone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk, eventually
from tests.setup.standin import Bridge, opened, phone_of


@pytest.fixture
async def bridge(asterisk: RunningAsterisk) -> AsyncIterator[Bridge]:
    made = Bridge(asterisk.settings.agi_port)
    await made.up()
    yield made
    await made.down()


Dial = Callable[[str, str], Awaitable[Call]]


@pytest.fixture
async def dial(asterisk: RunningAsterisk, bridge: Bridge) -> AsyncIterator[Dial]:
    """Calls a number from a trunk's address, with a caller's number of one's own."""
    phones: list[Phone] = []

    async def go(number: str, says: str = "91234567") -> Call:
        phone = Phone(says, "", f"127.0.0.{2 + len(phones)}", ("127.0.0.1", asterisk.settings.sip_port))
        phones.append(phone)
        await phone.open()
        return await phone.call(number)

    yield go
    for phone in phones:
        for call in list(phone.calls.values()):
            call.hang_up()
    # A channel stays for as long as its AGI connection does.
    await bridge.down()

    async def quiet() -> bool:
        return "0 active calls" in await asterisk.cli("core show channels")

    try:
        await eventually(quiet, "every call has ended")
    finally:
        for phone in phones:
            phone.close()
        await asyncio.sleep(0)


@pytest.fixture
async def ana(asterisk: RunningAsterisk) -> AsyncIterator[Phone]:
    """Ana's desk phone, registered."""
    async with opened(phone_of(asterisk, "ana-desk", "127.0.0.21")) as phone:
        await phone.register()
        yield phone
