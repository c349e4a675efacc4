"""The dialplan of a consultation on a real Asterisk: whoever is left alone talks with the caller, whoever hangs up."""

import asyncio
from typing import NamedTuple

import pytest

from cti.agi.server import AgiCall
from cti.core.commands import HangUp, Join, Leg, MoveAsker, RingAgent, SetAside, TakeOver
from cti.core.ids import AgentId, ChannelId, InteractionId, Language, OfferId
from cti.core.ids import Phone as PhoneId
from cti.robots.phone import Call
from tests.interop.conftest import Exchange

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

ASKER, COLLEAGUE = ChannelId("asker"), ChannelId("colleague")


class Three(NamedTuple):
    """A caller in our session again, an agent who hears a tone, and a colleague's phone that rings."""

    caller: Call
    agent: Call
    colleague: Call
    session: AgiCall


async def picks_up(calls: "asyncio.Queue[Call]", answer: bool = True) -> Call:
    call = await asyncio.wait_for(calls.get(), 10)
    if answer:
        call.answer()
        await asyncio.wait_for(call.up, 10)
    return call


async def hear_each_other(*calls: Call) -> None:
    for call in calls:
        await asyncio.wait_for(call.media.hears(call.media.loud + 20), 10)


def ring(exchange: Exchange, session: AgiCall, leg: ChannelId, phone: str, asker: ChannelId | None = None) -> None:
    interaction = InteractionId(session.args[0])
    exchange.actions.carry_out(
        RingAgent(
            offer=OfferId(f"{interaction}.{leg}"),
            interaction=interaction,
            caller=session.channel,
            agent=AgentId("any"),
            legs=(Leg(phone=PhoneId(phone), channel=leg),),
            timeout_s=15,
            language=Language("en"),
            auto_answer=False,
            asker=asker,
        )
    )


async def three(exchange: Exchange) -> Three:
    ringing: dict[str, asyncio.Queue[Call]] = {}
    for name in ("ana-desk", "bo-desk"):
        ringing[name] = asyncio.Queue()
        phone = await exchange.agent(name)
        phone.on_call = ringing[name].put_nowait
    caller, session = await exchange.caller()
    ring(exchange, session, ASKER, "ana-desk")
    agent = await picks_up(ringing["ana-desk"])
    await hear_each_other(caller, agent)
    before = len(exchange.sessions)
    exchange.actions.carry_out(
        SetAside(interaction=InteractionId(session.args[0]), caller=session.channel, agent_channel=ASKER)
    )
    again = await exchange.until(lambda: next(iter(exchange.sessions[before:]), None), "the caller is back with us")
    assert again.script == "call"
    ring(exchange, session, COLLEAGUE, "bo-desk", asker=ASKER)
    return Three(caller, agent, await picks_up(ringing["bo-desk"], answer=False), session)


@pytest.fixture
async def asked(exchange: Exchange) -> Three:
    return await three(exchange)


async def taken_over(exchange: Exchange, asked: Three) -> None:
    before, interaction = len(exchange.sessions), InteractionId(asked.session.args[0])
    exchange.actions.carry_out(TakeOver(interaction=interaction, channel=asked.session.channel))
    await exchange.until(lambda: next(iter(exchange.sessions[before:]), None), "the caller is back with us")


async def answered(asked: Three) -> None:
    asked.colleague.answer()
    await asyncio.wait_for(asked.colleague.up, 10)
    await hear_each_other(asked.agent, asked.colleague)


async def test_the_agent_hangs_up_while_they_talk_and_the_colleague_has_the_caller(asked: Three) -> None:
    await answered(asked)
    asked.agent.hang_up()
    await hear_each_other(asked.caller, asked.colleague)
    asked.colleague.hang_up()


async def test_the_agent_hangs_up_while_it_rings_and_the_colleague_has_the_caller(
    exchange: Exchange, asked: Three
) -> None:
    asked.agent.hang_up()
    await exchange.until(lambda: None if ASKER in exchange.link.names else True, "the agent's leg is gone")
    asked.colleague.answer()
    await hear_each_other(asked.caller, asked.colleague)
    asked.caller.hang_up()


async def test_the_colleague_hangs_up_and_the_agent_has_the_caller_back(exchange: Exchange, asked: Three) -> None:
    await answered(asked)
    asked.colleague.hang_up()
    await hear_each_other(asked.caller, asked.agent)
    # And once more out of it, to us: the agent does not go and fetch them.
    await taken_over(exchange, asked)
    assert await asyncio.wait_for(asked.agent.over, 10) == "them"
    asked.caller.hang_up()


async def test_nobody_comes_and_the_agent_goes_back_by_a_key(exchange: Exchange, asked: Three) -> None:
    asked.colleague.decline()
    exchange.actions.carry_out(MoveAsker(channel=ASKER, to="nobody"))
    await asyncio.wait_for(asked.agent.media.hears(asked.agent.media.loud + 20), 10)
    exchange.actions.carry_out(MoveAsker(channel=ASKER, to="back"))
    await hear_each_other(asked.caller, asked.agent)
    asked.caller.hang_up()


async def test_who_took_the_caller_back_is_not_fetched_by_a_colleague_who_answers_too_late(
    exchange: Exchange, asked: Three
) -> None:
    exchange.actions.carry_out(MoveAsker(channel=ASKER, to="back"))
    await hear_each_other(asked.caller, asked.agent)
    asked.colleague.answer()
    assert await asyncio.wait_for(asked.colleague.over, 10) == "them"
    await hear_each_other(asked.caller, asked.agent)
    asked.agent.hang_up()


async def test_a_colleague_who_is_quicker_than_the_agent_is_not_turned_away(exchange: Exchange, asked: Three) -> None:
    async def asks(value: str) -> None:
        await exchange.link.action("Setvar", {"Channel": ASKER, "Variable": "HL_ASKS", "Value": value})

    await asks("")
    asked.colleague.answer()
    await asyncio.wait_for(asked.colleague.up, 5)
    await asyncio.sleep(0.5)  # so long it took the agent to get there, on a busy machine
    await asks("1")
    await hear_each_other(asked.agent, asked.colleague)
    asked.caller.hang_up()


@pytest.mark.parametrize("leaves", ["agent", "colleague"])
async def test_all_three_talk_and_whoever_of_the_agents_leaves_the_others_go_on(
    exchange: Exchange, asked: Three, leaves: str
) -> None:
    await answered(asked)
    exchange.actions.carry_out(Join(caller=asked.session.channel, agent_channel=ASKER, colleague_channel=COLLEAGUE))
    await hear_each_other(asked.caller, asked.agent, asked.colleague)
    gone, stays = (asked.agent, asked.colleague) if leaves == "agent" else (asked.colleague, asked.agent)
    if leaves == "agent":
        gone.hang_up()
    else:
        exchange.actions.carry_out(HangUp(channel=COLLEAGUE))
    await asyncio.wait_for(gone.over, 10)
    await hear_each_other(asked.caller, stays)
    # Out of the conference, to us: nobody goes and fetches them.
    await taken_over(exchange, asked)
    assert await asyncio.wait_for(stays.over, 10) == "them"
    assert not asked.caller.over.done()
    asked.caller.hang_up()
