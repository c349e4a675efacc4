"""Our link, actions and FastAGI server on a real Asterisk."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from cti.ami.actions import ANSWER_BY_ITSELF
from cti.core.commands import FallbackMember, HangUp
from cti.core.ids import ChannelId
from cti.core.inputs import (
    AsteriskDown,
    AsteriskUp,
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    ChannelRinging,
    ChannelStarted,
    ChannelUp,
    HangupRequested,
    HoldChanged,
    Input,
    PhoneReachable,
    RingFailed,
)
from cti.robots.phone import Call, Phone
from tests.conftest import eventually
from tests.interop.conftest import Exchange

pytestmark = pytest.mark.asterisk

T = TypeVar("T")


def first(heard: list[Input], kind: type[T], check: Callable[[T], bool]) -> T | None:
    return next((said for said in heard if isinstance(said, kind) and check(said)), None)


async def rings(phone: Phone) -> "asyncio.Future[Call]":
    """The next call this phone gets."""
    future: asyncio.Future[Call] = asyncio.get_running_loop().create_future()

    def rang(call: Call) -> None:
        if not future.done():
            future.set_result(call)

    phone.on_call = rang
    return future


async def answered(future: "asyncio.Future[Call]") -> Call:
    async with asyncio.timeout(10):
        call = await future
        call.answer()
        await call.up
    return call


async def test_the_self_check_finds_nothing_wrong(exchange: Exchange) -> None:
    """Pitfall 14, against the rights and events that our own manager.conf gives."""
    assert exchange.link.complaint == ""
    up = exchange.heard[0]
    assert isinstance(up, AsteriskUp)
    assert up.booted > 1_600_000_000_000
    assert first(exchange.heard, PhoneReachable, lambda said: said.phone == "bo-web") is not None
    assert not any(isinstance(said, ChannelStarted) for said in exchange.heard), "the check's own channel is not told"


async def test_a_call_from_ring_to_end(exchange: Exchange) -> None:
    """An offer rings a phone with our leg's name, the leg bridges itself, and every step is told in order."""
    phone = await exchange.agent("bo-desk")
    await exchange.told(PhoneReachable(phone="bo-desk", reachable=True))
    ringing = await rings(phone)
    _, session = await exchange.caller(name="王小明")
    exchange.ring(session, "leg-a", auto=True)
    call = await answered(ringing)
    headers = dict(call.headers)
    assert {name: headers[name] for name in ANSWER_BY_ITSELF} == ANSWER_BY_ITSELF
    assert headers["X-Hotline-Offer"] == f"{session.args[0]}.leg-a"
    assert "85291234567" in headers["From"]

    leg, channel = ChannelId("leg-a"), session.channel
    ours = await exchange.until(
        lambda: first(exchange.heard, BridgeEntered, lambda s: s.channel == leg), "the leg's bridge"
    )
    theirs = await exchange.until(
        lambda: first(exchange.heard, BridgeEntered, lambda s: s.channel == channel), "the caller's bridge"
    )
    assert ours.bridge == theirs.bridge
    assert ours.interaction == theirs.interaction == session.args[0]
    assert ours.name.startswith("PJSIP/bo-desk-")
    call.hold(True)
    await exchange.told(HoldChanged(channel=leg, held=True))
    call.hold(False)
    await exchange.told(HoldChanged(channel=leg, held=False))

    call.hang_up()
    await exchange.told(BridgeLeft(channel=leg, bridge=ours.bridge))
    await exchange.until(lambda: first(exchange.heard, ChannelGone, lambda s: s.channel == leg), "the leg's end")
    after = await exchange.until(
        lambda: next((one for one in exchange.sessions if one.script == "after"), None), "what comes after the talk"
    )
    assert after.args[0] == session.args[0]
    await exchange.until(lambda: first(exchange.heard, ChannelGone, lambda s: s.channel == channel), "the caller's end")
    of_leg = [type(said) for said in exchange.heard if getattr(said, "channel", None) == leg]
    assert of_leg[:4] == [ChannelStarted, ChannelRinging, ChannelUp, BridgeEntered]
    assert of_leg[-1] is ChannelGone
    assert leg not in exchange.link.names
    assert channel not in exchange.link.names


async def test_what_a_phone_that_is_not_answered_says(exchange: Exchange) -> None:
    phone = await exchange.agent("bo-desk")
    ringing = await rings(phone)
    _, session = await exchange.caller()
    exchange.ring(session, "leg-b", timeout_s=1)
    await ringing
    failed = await exchange.until(
        lambda: first(exchange.heard, RingFailed, lambda s: s.channel == "leg-b"), "time over"
    )
    assert failed.offer == f"{session.args[0]}.leg-b"
    exchange.ring(session, "leg-c", phone="ana-web")
    await exchange.until(lambda: first(exchange.heard, RingFailed, lambda s: s.channel == "leg-c"), "nobody registered")
    assert not session.gone, "the caller heard nothing of it"


async def test_a_second_originate_of_the_same_leg_is_refused(exchange: Exchange) -> None:
    """A retry can not ring twice: Asterisk refuses a ChannelId that lives."""
    phone = await exchange.agent("bo-desk")
    ringing = await rings(phone)
    _, session = await exchange.caller()
    exchange.ring(session, "leg-d")
    await ringing
    exchange.ring(session, "leg-d")
    await exchange.until(lambda: first(exchange.heard, RingFailed, lambda s: s.channel == "leg-d"), "the refusal")
    exchange.actions.carry_out(HangUp(channel=ChannelId("leg-d"), cause=26))
    await exchange.until(lambda: first(exchange.heard, ChannelGone, lambda s: s.channel == "leg-d"), "the leg's end")


async def test_a_caller_who_leaves_is_told_before_the_end(exchange: Exchange) -> None:
    caller, session = await exchange.caller()
    caller.hang_up()
    await exchange.until(lambda: first(exchange.heard, ChannelGone, lambda s: s.channel == session.channel), "the end")
    kinds = [type(said) for said in exchange.heard if getattr(said, "channel", None) == session.channel]
    assert HangupRequested in kinds
    assert kinds[-1] is ChannelGone
    await exchange.until(lambda: True if session.gone else None, "the session's end")


async def test_after_a_cut_the_snapshot_has_the_talk(exchange: Exchange) -> None:
    """Pitfalls 9 to 12: a link that is cut in the middle of a talk knows it again."""
    phone = await exchange.agent("bo-desk")
    ringing = await rings(phone)
    _, session = await exchange.caller()
    exchange.ring(session, "leg-e")
    await answered(ringing)
    entered = await exchange.until(
        lambda: first(exchange.heard, BridgeEntered, lambda s: s.channel == session.channel), "the bridge"
    )
    await exchange.until(lambda: first(exchange.heard, BridgeEntered, lambda s: s.channel == "leg-e"), "both in it")
    exchange.heard.clear()
    exchange.relay.cut()
    up = await exchange.until(lambda: first(exchange.heard, AsteriskUp, lambda s: True), "the link again")
    assert exchange.heard[0] == AsteriskDown()
    now = {channel.channel: channel for channel in up.channels}
    assert set(now) == {session.channel, "leg-e"}
    for channel in now.values():
        assert channel.up
        assert channel.bridge == entered.bridge
        assert channel.interaction == session.args[0]
    assert now[session.channel].name == exchange.link.names[session.channel]


FORGED = "1%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20{victim}%0d%0a%0d%0aX"


async def test_a_caller_cannot_forge_events_of_another_call(exchange: Exchange) -> None:
    """Pitfall 2: line ends in the number of a From header do reach AMI (Asterisk 22.10)."""
    _, victim = await exchange.caller()
    attacker = await exchange.phone(FORGED.format(victim=victim.channel), "127.0.0.6")
    before = exchange.link.decoder.strange_count if exchange.link.decoder else 0
    call = await attacker.call("28000000")

    async def noticed() -> bool:
        decoder = exchange.link.decoder
        return call.over.done() or (decoder is not None and decoder.strange_count > before)

    await eventually(noticed, "the forgery noticed or the call refused")
    call.hang_up()
    await exchange.until(lambda: True if call.over.done() else None, "the attacker's end")
    exchange.actions.carry_out(HangUp(channel=victim.channel))
    await exchange.until(lambda: first(exchange.heard, ChannelGone, lambda s: s.channel == victim.channel), "the end")
    gone = [said for said in exchange.heard if isinstance(said, ChannelGone) and said.channel == victim.channel]
    assert len(gone) == 1
    assert gone[0].cause != 0, "the real one"


async def test_a_caller_cannot_take_another_calls_name(exchange: Exchange) -> None:
    """Pitfall 42: line ends in a number reach the AGI environment as well, before our own arguments."""
    _, victim = await exchange.caller()
    attacker = await exchange.phone(f"1%0aagi_arg_1%3a%20{victim.args[0]}", "127.0.0.6")
    call = await attacker.call("28000000")
    async with asyncio.timeout(20):
        await asyncio.wait({call.up, call.over}, return_when=asyncio.FIRST_COMPLETED)
    assert [one.args[0] for one in exchange.sessions].count(victim.args[0]) == 1
    call.hang_up()


async def test_names_are_read_as_they_were_meant(exchange: Exchange) -> None:
    """Pitfall 1, on the real escapes."""
    name = "O'Brien 王小明?"
    _, session = await exchange.caller(name=name)
    rows = await exchange.link.action("CoreShowChannels", listed=True)
    row = next(row for row in rows if row.get("Uniqueid") == session.channel)
    assert row.get("CallerIDName") != name, "Asterisk escapes it"
    assert row.text("CallerIDName") == name
    assert row.variables()["HL_ID"] == session.args[0]


async def test_which_asterisk_it_is_is_known(exchange: Exchange) -> None:
    assert "Asterisk {}.{}.".format(*exchange.link.release) in await exchange.asterisk.cli("core show version")


async def test_the_fallback_queue_follows(exchange: Exchange) -> None:
    async def shows(*words: str) -> bool:
        shown = await exchange.asterisk.cli("queue show hl-support")
        return all(word in shown for word in words)

    async def shows_nobody() -> bool:
        return not await shows("bo-desk")

    def member(ready: bool, present: bool = True) -> FallbackMember:
        return FallbackMember(agent="bo", phone="bo-desk", queues=("support",), ready=ready, present=present)

    exchange.actions.carry_out(member(ready=False))
    await eventually(lambda: shows("PJSIP/bo-desk", "paused"), "a paused member")
    exchange.actions.carry_out(member(ready=True))

    async def unpaused() -> bool:
        return await shows("PJSIP/bo-desk") and not await shows("paused")

    await eventually(unpaused, "a member who is ready")
    exchange.actions.carry_out(member(ready=True, present=False))
    await eventually(shows_nobody, "no member")
