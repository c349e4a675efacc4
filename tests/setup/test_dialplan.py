"""The dialplan on a real Asterisk: what a caller meets while the bridge is there, away, or dying."""

import asyncio
import csv
import json
import time

import pytest

from cti.robots.phone import Phone
from cti.setup import resources
from tests.conftest import RunningAsterisk, StartAsterisk, eventually
from tests.setup.conftest import Dial
from tests.setup.standin import Bridge, ended, next_ring, opened, phone_of

pytestmark = pytest.mark.asterisk


def test_asterisk_has_nothing_to_complain_about(start_asterisk: StartAsterisk) -> None:
    """With the site that newcomers get."""
    fresh = start_asterisk(resources.folder("example") / "site.toml")
    log = (fresh.settings.logs / "asterisk" / "messages.log").read_text()
    complaints = [line for line in log.splitlines() if "WARNING" in line or "ERROR" in line]
    assert complaints == []
    printed = (fresh.settings.logs / "asterisk.log").read_text()
    assert "ERROR" not in printed
    assert "WARNING" not in printed


async def test_a_call_reaches_the_bridge_with_its_id_and_the_number(bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    agi = await bridge.call()
    uniqueid = agi.environment["agi_uniqueid"]
    assert agi.environment["agi_network_script"] == "call"
    assert agi.environment["agi_arg_1"] == f"c-{uniqueid.replace('.', '-')}"
    assert agi.environment["agi_arg_2"] == "28000000"
    assert agi.environment["agi_callerid"] == "91234567"
    assert not call.up.done(), "nobody answers before the bridge does"
    arrived = int(await agi.variable("HL_ARRIVED"))
    assert abs(arrived - time.time() * 1000) < 5000
    await agi.command("ANSWER")
    async with asyncio.timeout(10):
        await call.up
    await agi.command("SET VARIABLE HL_DONE bye")
    agi.close()
    assert await ended(call) == "them"


@pytest.mark.parametrize("dialled", ["85228000001", "+85228000001"])
async def test_a_number_is_known_with_and_without_plus(bridge: Bridge, dial: Dial, dialled: str) -> None:
    await dial(dialled, "91234567")
    agi = await bridge.call()
    assert agi.environment["agi_arg_2"] == "+85228000001"


async def test_a_trunk_reaches_no_other_number(dial: Dial) -> None:
    for number in ("8001", "ana-desk", "0085290000000", "s", "h", "*43"):
        assert "404" in await ended(await dial(number, "91234567")), number


async def test_a_stranger_is_no_endpoint(asterisk: RunningAsterisk, bridge: Bridge) -> None:
    async with opened(phone_of(asterisk, "91234567", "127.0.0.31")) as phone:
        call = await phone.call("28000000")
        # The same peer's next request is answered after the call was.
        with pytest.raises(ConnectionError):
            await phone.register()
        assert not call.ringing.is_set()
        assert not call.up.done()
        assert bridge.calls.empty()


async def test_browsers_and_guests_logins_are_worth_nothing_over_plain_sip(asterisk: RunningAsterisk) -> None:
    """Only our own web server, on loopback, may bring them; elsewhere the password does not help."""
    for name in ("guest-1", "ana-web"):
        async with opened(phone_of(asterisk, name, "127.0.0.32")) as phone:
            with pytest.raises((ConnectionError, TimeoutError)):
                await phone.register()


async def test_a_bridge_that_dies_finds_the_caller_again(bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    first = await bridge.call()
    await first.command("ANSWER")
    await bridge.down()
    await asyncio.sleep(1.2)
    await bridge.up()
    again = await bridge.call(2)
    assert again.environment["agi_arg_1"] == first.environment["agi_arg_1"]
    assert not call.over.done()


async def test_the_wait_for_a_bridge_is_music(bridge: Bridge, dial: Dial) -> None:
    await bridge.down()
    call = await dial("28000000", "91234567")
    async with asyncio.timeout(10):
        await call.up
        await call.media.hears(20)


async def test_without_a_bridge_callers_wait_in_a_plain_queue_in_order_of_arrival(
    asterisk: RunningAsterisk, bridge: Bridge, dial: Dial, ana: Phone
) -> None:
    """The later caller enters the queue first, and still the earlier one is served first."""
    callers, sessions = [], []
    for number in ("91110001", "91110002"):
        callers.append(await dial("28000000", number))
        sessions.append(await bridge.call())
        await sessions[-1].command("ANSWER")
        await sessions[-1].command("SET VARIABLE HL_QUEUE billing")
        await asyncio.sleep(0.2)
    first, second = callers
    await bridge.down(keep=sessions[0])
    lost = time.monotonic()

    async def queued(count: int) -> bool:
        return f"has {count} calls" in await asterisk.cli("queue show hl-billing")

    await eventually(lambda: queued(1), "the later caller waits in the queue", 14)
    assert time.monotonic() - lost > 9
    later = sessions[1].environment["agi_channel"]
    assert "HL_TOLD=1" in await asterisk.cli(f"core show channel {later}"), "the emergency script has run"
    await bridge.down()
    await eventually(lambda: queued(2), "both callers wait in the queue", 14)
    await asterisk.cli("queue add member PJSIP/ana-desk to hl-billing")
    try:
        ring = await next_ring(ana)
        assert "91110001" in ring.invite.header("From") if ring.invite else False
        ring.answer()
        async with asyncio.timeout(10):
            await ring.up
        await ring.media.hears(10)
        # The talk ends; the bridge is back by then and is asked what follows.
        await bridge.up()
        ring.hang_up()
        after = await bridge.call()
        assert after.environment["agi_network_script"] == "after"
        assert after.environment["agi_arg_1"] == sessions[0].environment["agi_arg_1"]
        await after.command("SET VARIABLE HL_DONE bye")
        after.close()
        assert await ended(first) == "them"
        assert not second.over.done()
    finally:
        await asterisk.cli("queue remove member PJSIP/ana-desk from hl-billing")


async def test_the_end_of_a_call_is_in_the_cel_file(asterisk: RunningAsterisk, bridge: Bridge, dial: Dial) -> None:
    call = await dial("28000000", "91234567")
    agi = await bridge.call()
    await agi.command("ANSWER")
    async with asyncio.timeout(10):
        await call.up
    call.hang_up()
    agi.close()
    interaction, uniqueid = agi.environment["agi_arg_1"], agi.environment["agi_uniqueid"]
    rows: list[list[str]] = []

    async def written() -> bool:
        rows[:] = [row for row in csv.reader(asterisk.settings.cel_file.read_text().splitlines()) if row[2] == uniqueid]
        return any(row[0] == "HANGUP" for row in rows)

    await eventually(written, "the hang-up is in the file")
    ended = next(row for row in rows if row[0] == "HANGUP")
    assert ended[3] == interaction
    assert abs(float(ended[1]) - time.time()) < 10
    assert "hangupcause" in json.loads(ended[6])
