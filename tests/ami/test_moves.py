"""A channel is moved once at a time, and until Asterisk does it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cti.ami.link import Address, AmiLink
from cti.ami.moves import Moves
from cti.core.commands import Join, MoveAsker, SetAside, TakeOver
from tests.ami.events import ONE, block, event
from tests.ami.scripted import Request, ScriptedAmi, ident
from tests.ami.test_link import FAST, Heard, up
from tests.conftest import eventually

ASIDE = SetAside(interaction="c-1", caller=ONE, agent_channel="leg-1")


class Setup:
    """A scripted manager, a link that is up, the caller's channel, and the moves."""

    def __init__(self, server: ScriptedAmi, link: AmiLink) -> None:
        self.server = server
        self.moves = Moves(link)


@pytest.fixture
async def ready() -> AsyncIterator[Setup]:
    server, heard = ScriptedAmi(), Heard()
    await server.start()
    link = AmiLink(Address("127.0.0.1", server.port, "hotline", "x"), heard, FAST)
    task = asyncio.create_task(link.run())
    await up(link)
    server.send(event("Newchannel"))
    await heard.until(lambda inputs: ONE in link.names)
    server.requests.clear()
    setup = Setup(server, link)
    yield setup
    await setup.moves.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.stop()


class Refuses:
    """Refuses so many moves in Asterisk's words, then takes the next."""

    def __init__(self, times: int, why: str) -> None:
        self.times = times
        self.why = why

    def __call__(self, request: Request) -> bytes:
        self.times -= 1
        if self.times >= 0:
            return block("Response: Error", ident(request), f"Message: {self.why}")
        return block("Response: Success", ident(request), "Message: Redirect successful")


async def test_nobody_came_before_the_two_had_parted(ready: Setup) -> None:
    """The colleague declines at once: the agent is first set aside, and then hears that nobody comes."""
    ready.moves.carry_out(ASIDE)
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="nobody"))
    aside, nobody = await ready.server.until_asked("Redirect", 2)
    assert (aside["Channel"], aside["ExtraChannel"]) == ([ONE], ["leg-1"])
    assert (aside["Exten"], aside["ExtraExten"]) == (["s"], ["ask"])
    assert (nobody["Channel"], nobody["Exten"]) == (["leg-1"], ["nobody"])
    said = [(request["Variable"], request["Value"]) for request in ready.server.asked("Setvar")]
    assert said[0] == (["HL_ASKS"], [""]), "whom the last consultation let go must not turn away the next colleague"
    assert len(said) == 4


async def test_who_is_still_on_the_way_is_asked_again(ready: Setup) -> None:
    ready.server.answers["Redirect"] = Refuses(3, "Redirect failed, channel not up.")
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="nobody"))
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="back"))
    asked = await ready.server.until_asked("Redirect", 5)
    assert [request["Exten"] for request in asked] == [["nobody"]] * 4 + [["back"]]


async def test_who_is_gone_is_not_asked_again(ready: Setup) -> None:
    ready.server.answers["Redirect"] = Refuses(9, "Channel does not exist: leg-1")
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="nobody"))
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="back"))
    asked = await ready.server.until_asked("Redirect", 2)
    assert [request["Exten"] for request in asked] == [["nobody"], ["back"]]


async def test_a_channel_that_never_gets_there_is_given_up(
    ready: Setup, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cti.ami.moves._GIVE_UP_S", 0.05)
    ready.server.answers["Redirect"] = Refuses(99, "Redirect failed, channel not up.")
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="nobody"))
    ready.moves.carry_out(TakeOver(interaction="c-1", channel=ONE))
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="back"))

    async def back() -> bool:
        return ["back"] in [request["Exten"] for request in ready.server.asked("Redirect")]

    await eventually(back, "the next move is made")
    assert "leg-1 is not moved to hotline-consult" in caplog.text


async def test_others_wait_for_nobody(ready: Setup) -> None:
    ready.server.answers["Redirect"] = None
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="nobody"))
    await ready.server.until_asked("Redirect")
    ready.moves.carry_out(TakeOver(interaction="c-1", channel=ONE))
    asked = await ready.server.until_asked("Redirect", 2)
    assert (asked[1]["Channel"], asked[1]["Context"]) == ([ONE], ["hotline-run"])


async def test_all_three_of_a_conference_are_in_its_order(ready: Setup) -> None:
    ready.server.answers["Redirect"] = Refuses(1, "Redirect failed, channel not up.")
    ready.moves.carry_out(MoveAsker(channel="leg-1", to="back"))
    ready.moves.carry_out(Join(caller=ONE, agent_channel="leg-2", colleague_channel="leg-1"))
    asked = await ready.server.until_asked("Redirect", 2)
    assert [request["Channel"] for request in asked] == [["leg-1"], ["leg-1"]]
