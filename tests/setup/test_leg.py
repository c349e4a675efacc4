"""The agent's leg and the way back from a talk, on a real Asterisk."""

import asyncio

import pytest

from cti.robots.phone import Call, Phone
from tests.conftest import RunningAsterisk, eventually
from tests.setup.conftest import Dial
from tests.setup.standin import Agi, Bridge, ended, next_ring, opened, phone_of

pytestmark = pytest.mark.asterisk


class Manager:
    """Originates legs as the bridge does."""

    def __init__(self, asterisk: RunningAsterisk) -> None:
        self._settings = asterisk.settings
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> "Manager":
        _, self._writer = await asyncio.open_connection("127.0.0.1", self._settings.ami_port)
        secrets = self._settings.secrets
        self.send({"Action": "Login", "Username": secrets.ami_user, "Secret": secrets.ami_secret})
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writer is not None
        self._writer.close()
        await self._writer.wait_closed()

    def ring(self, phone: str, session: Agi) -> None:
        environment = session.environment
        self.send(
            {
                "Action": "Originate",
                "Channel": f"PJSIP/{phone}",
                "Context": "hotline-leg",
                "Exten": "s",
                "Priority": "1",
                "Async": "true",
                "Variable": f"HL_ID={environment['agi_arg_1']},HL_TARGET={environment['agi_channel']},HL_LANGUAGE=en",
            }
        )

    def send(self, headers: dict[str, str]) -> None:
        assert self._writer is not None
        self._writer.write(("".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode())


async def waiting(bridge: Bridge, dial: Dial) -> tuple[Call, Agi]:
    """A caller who has been picked up and hears music."""
    caller = await dial("28000000", "91234567")
    session = await bridge.call()
    await session.command("ANSWER")
    await session.command("SET MUSIC ON")
    session.begin_command("WAIT FOR DIGIT 60000")
    return caller, session


async def talk(caller: Call, ring: Call) -> None:
    """Both hear each other's tone."""
    async with asyncio.timeout(10):
        await ring.up
        await ring.media.hears(ring.media.loud + 25)
        await caller.media.hears(caller.media.loud + 25)


async def test_of_two_phones_that_answer_one_gets_the_caller(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    async with opened(phone_of(asterisk, "bo-desk", "127.0.0.22")) as bo, Manager(asterisk) as manager:
        await bo.register()
        caller, session = await waiting(bridge, dial)
        rings = [asyncio.create_task(next_ring(phone)) for phone in (ana, bo)]
        await asyncio.sleep(0)
        for phone in ("ana-desk", "bo-desk"):
            manager.ring(phone, session)
        first, second = [await ring for ring in rings]
        first.answer()
        second.answer()
        done, _ = await asyncio.wait([first.over, second.over], timeout=5, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1, "the loser's phone is let go"
        winner = second if first.over.done() else first
        await talk(caller, winner)
        assert not caller.over.done()


async def test_a_leg_that_comes_late_hangs_up_and_robs_nobody(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    async with opened(phone_of(asterisk, "bo-desk", "127.0.0.22")) as bo, Manager(asterisk) as manager:
        await bo.register()
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        first = await next_ring(ana)
        first.answer()
        await talk(caller, first)
        manager.ring("bo-desk", session)
        late = await next_ring(bo)
        late.answer()
        assert await ended(late) == "them"
        await talk(caller, first)


async def test_who_answers_a_little_too_soon_gets_the_caller_each_time(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    """A colleague's phone that answers by itself may be quicker than the end of the talk before."""
    async with opened(phone_of(asterisk, "bo-desk", "127.0.0.22")) as bo, Manager(asterisk) as manager:
        await bo.register()
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        before = await next_ring(ana)
        before.answer()
        await talk(caller, before)
        for phone, name in ((bo, "bo-desk"), (ana, "ana-desk"), (bo, "bo-desk")):
            manager.ring(name, session)
            ring = await next_ring(phone)
            ring.answer()
            await asyncio.sleep(0.05)
            before.hang_up()
            await talk(caller, ring)
            before = ring


async def test_every_talk_ends_in_the_same_place(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    """Three talks in a row: a pull moves where the caller goes on, and a third one used to skip a line."""
    async with Manager(asterisk) as manager:
        caller, session = await waiting(bridge, dial)
        interaction = session.environment["agi_arg_1"]
        for round_ in range(3):
            manager.ring("ana-desk", session)
            ring = await next_ring(ana)
            ring.answer()
            await talk(caller, ring)
            ring.hang_up()
            after = await bridge.call()
            assert after.environment["agi_network_script"] == "after", f"talk {round_ + 1}"
            assert after.environment["agi_arg_1"] == interaction
            assert after.environment["agi_arg_2"] == "28000000"
            # Back in line: the core would not let a caller go whose talk failed.
            await after.command("SET VARIABLE HL_DONE wait")
            after.close()
            session = await bridge.call()
            assert session.environment["agi_network_script"] == "call"
            assert session.environment["agi_arg_1"] == interaction
            await session.command("SET MUSIC ON")
            session.begin_command("WAIT FOR DIGIT 60000")
        assert not caller.over.done()


async def test_after_a_talk_nobody_is_kept_when_the_bridge_is_away(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    async with Manager(asterisk) as manager:
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        ring = await next_ring(ana)
        ring.answer()
        await talk(caller, ring)
        await bridge.down()
        await talk(caller, ring)
        ring.hang_up()
        assert await ended(caller, 15) == "them"


async def test_a_caller_who_left_is_not_answered(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    async with Manager(asterisk) as manager:
        caller, session = await waiting(bridge, dial)
        manager.ring("ana-desk", session)
        ring = await next_ring(ana)
        caller.hang_up()
        session.close()

        async def left() -> bool:
            return session.environment["agi_channel"] not in await asterisk.cli("core show channels concise")

        await eventually(left, "the caller's channel is gone")
        ring.answer()
        assert await ended(ring) == "them"
