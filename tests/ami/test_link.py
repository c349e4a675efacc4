"""The link against a scripted manager: it comes up, stays honest, and comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest

from cti.ami.link import Address, AmiLink, LinkDown, NoAnswer, Pace, Refused
from cti.core.inputs import AsteriskDown, AsteriskUp, ChannelGone, ChannelStarted, ChannelUp, Input
from tests.ami.events import ONE, block, event
from tests.ami.scripted import Request, ScriptedAmi, ident

FAST = Pace(deadline=10, ping=0.1, boot=10, retry=0.01, retry_cap=0.05)
"""A busy machine may keep a test waiting, and its link must not break meanwhile."""
HASTY = Pace(deadline=0.3, ping=0.1, boot=0.3, retry=0.01, retry_cap=0.05)
"""For answers that don't come."""


class Heard:
    """What the core was told, and a way to wait for more."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self._news = asyncio.Event()

    def __call__(self, said: Input) -> None:
        self.inputs.append(said)
        self._news.set()

    async def until(self, check: Callable[[list[Input]], bool]) -> list[Input]:
        async with asyncio.timeout(10):
            while not check(self.inputs):
                self._news.clear()
                await self._news.wait()
        return self.inputs

    def ups(self) -> int:
        return sum(isinstance(said, AsteriskUp) for said in self.inputs)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedAmi]:
    scripted = ScriptedAmi()
    await scripted.start()
    yield scripted
    await scripted.stop()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def pace() -> Pace:
    return FAST


@pytest.fixture
async def link(server: ScriptedAmi, heard: Heard, pace: Pace) -> AsyncIterator[AmiLink]:
    made = AmiLink(Address("127.0.0.1", server.port, "hotline", "s3cret"), heard, pace)
    task = asyncio.create_task(made.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def up(link: AmiLink) -> None:
    async with asyncio.timeout(10):
        await link.wait_up()


async def test_it_logs_in_checks_and_tells_what_there_is(server: ScriptedAmi, link: AmiLink, heard: Heard) -> None:
    await up(link)
    assert server.asked("Login")[0]["Username"] == ["hotline"]
    assert [type(said) for said in heard.inputs] == [AsteriskUp]
    assert link.complaint == ""
    assert link.up


async def test_an_input_that_cannot_be_taken_costs_only_itself(
    server: ScriptedAmi, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    """Pitfalls 9 and 10: nothing that goes wrong with an event may drop the link."""

    def submit(said: Input) -> None:
        if isinstance(said, ChannelUp):
            raise RuntimeError("a bug in the core")
        heard(said)

    link = AmiLink(Address("127.0.0.1", server.port, "hotline", "x"), submit, FAST)
    task = asyncio.create_task(link.run())
    await up(link)
    server.send(event("Newstate") + event("Hangup", "Cause: 16"))
    await heard.until(lambda inputs: ChannelGone(channel=ONE, cause=16) in inputs)
    assert link.up
    assert "a bug in the core" in caplog.text
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_during_the_snapshot_follow_it(server: ScriptedAmi, link: AmiLink, heard: Heard) -> None:
    """Pitfall 11: a channel that ends while the list is being written is not left behind."""

    def channels(request: Request) -> bytes:
        begin = block("Response: Success", ident(request), "EventList: start", "Message: Channels will follow")
        row = event("CoreShowChannel", "BridgeId: ", "Application: AGI").replace(
            b"Event: CoreShowChannel\r\n", f"Event: CoreShowChannel\r\n{ident(request)}\r\n".encode()
        )
        gone = event("Hangup", "Cause: 16")
        end = block("Event: CoreShowChannelsComplete", ident(request), "EventList: Complete", "ListItems: 1")
        return begin + event("Newchannel", channel="17.9") + row + gone + end

    server.answers["CoreShowChannels"] = channels
    await up(link)
    await heard.until(lambda inputs: len(inputs) == 3)
    first, second, third = heard.inputs
    assert isinstance(first, AsteriskUp)
    assert [channel.channel for channel in first.channels] == [ONE]
    assert isinstance(second, ChannelStarted)
    assert second.channel == "17.9"
    assert third == ChannelGone(channel=ONE, cause=16)
    assert link.names == {"17.9": "PJSIP/trunk-00000002"}


async def test_after_a_cut_it_comes_back_and_asks_anew(server: ScriptedAmi, link: AmiLink, heard: Heard) -> None:
    """Pitfalls 9, 10: being cut is normal."""
    await up(link)
    for times in (2, 3, 4):
        server.cut()
        await heard.until(lambda inputs, times=times: heard.ups() == times)
    kinds = [type(said) for said in heard.inputs]
    assert kinds == [AsteriskUp, AsteriskDown] * 3 + [AsteriskUp]


async def test_a_server_that_is_away_is_tried_until_it_is_there(heard: Heard) -> None:
    server = ScriptedAmi()
    await server.start()
    port = server.port
    await server.stop()
    link = AmiLink(Address("127.0.0.1", port, "hotline", "x"), heard, FAST)
    task = asyncio.create_task(link.run())
    await heard.until(lambda inputs: AsteriskDown() in inputs)
    await asyncio.sleep(0.1)
    assert heard.inputs == [AsteriskDown()], "told once, however often it is tried"
    assert "127.0.0.1" in link.complaint
    await server.start(port)
    await up(link)
    assert link.complaint == ""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.stop()


@pytest.mark.parametrize("pace", [HASTY])
async def test_a_dead_silent_socket_is_found_by_the_ping(server: ScriptedAmi, link: AmiLink, heard: Heard) -> None:
    """Pitfall 10: a ping has a deadline."""
    await up(link)
    server.answers["Ping"] = None
    await heard.until(lambda inputs: AsteriskDown() in inputs)
    del server.answers["Ping"]
    await heard.until(lambda inputs: heard.ups() == 2)


async def test_answers_are_paired_by_action_id_alone(server: ScriptedAmi, link: AmiLink) -> None:
    """Pitfall 8: orphans, and answers in another order."""
    await up(link)
    held: list[Request] = []

    def hold(request: Request) -> bytes:
        held.append(request)
        if len(held) < 2:
            return block("Response: Success", "ActionID: nobody/1", "Value: orphan")
        return b"".join(
            block("Response: Success", ident(one), f"Value: {one['Variable'][0]}") for one in reversed(held)
        )

    server.answers["GetVar"] = hold
    first = asyncio.create_task(link.action("GetVar", {"Variable": "first"}))
    second = asyncio.create_task(link.action("GetVar", {"Variable": "second"}))
    assert (await first)[0].get("Value") == "first"
    assert (await second)[0].get("Value") == "second"


async def test_an_action_without_answer_ends_at_its_deadline_and_leaves_nothing(
    server: ScriptedAmi, link: AmiLink
) -> None:
    """Pitfall 8."""
    await up(link)
    server.answers["Silence"] = None
    with pytest.raises(NoAnswer, match="Silence"):
        await link.action("Silence", deadline_s=0.05)
    request = server.asked("Silence")[0]
    server.send(block("Response: Success", ident(request)))
    assert (await link.action("Ping"))[0].get("Response") == "Success"


async def test_a_lost_link_fails_what_is_under_way_at_once(
    server: ScriptedAmi, link: AmiLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await up(link)
    server.answers["Silence"] = None
    waiting = asyncio.create_task(link.action("Silence", {"CallerID": "91234567"}, deadline_s=60))
    await server.until_asked("Silence")
    server.cut()
    with pytest.raises(LinkDown):
        await waiting
    await up(link)
    assert "91234567" not in caplog.text, "a caller's number is not for the log"
    assert len(server.asked("Silence")) == 1, "and it is not sent again by itself"


async def test_refusals_carry_asterisks_words(server: ScriptedAmi, link: AmiLink) -> None:
    await up(link)
    server.answers["Hangup"] = lambda request: block("Response: Error", ident(request), "Message: No such channel")
    server.answers["QueueStatus"] = lambda request: block(
        "Response: Error", ident(request), "Message: Permission denied"
    )
    with pytest.raises(Refused, match="No such channel"):
        await link.action("Hangup", {"Channel": "x"})
    with pytest.raises(Refused, match="Permission denied"):
        await link.action("QueueStatus", listed=True)


async def test_no_value_of_an_action_begins_a_header(server: ScriptedAmi, link: AmiLink) -> None:
    """Pitfall 5, at the one place where actions are written."""
    await up(link)
    evil = "x\r\nAction: Originate\r\n\r\nAction: Command\ny"
    await link.action("Hangup", {"Channel": evil, "Variable": [evil, "b=c"]})
    (request,) = server.asked("Hangup")
    assert request["Channel"] == ["x  Action: Originate    Action: Command y"]
    assert request["Variable"] == ["x  Action: Originate    Action: Command y", "b=c"]
    assert not server.asked("Command")


async def test_a_wrong_password_is_told_in_words(server: ScriptedAmi, link: AmiLink) -> None:
    server.answers["Login"] = lambda request: block("Response: Error", ident(request), "Message: Authentication failed")
    await server.until_asked("Login", 2)
    assert "Authentication failed" in link.complaint
    assert not link.up


@pytest.mark.parametrize("pace", [HASTY])
@pytest.mark.parametrize(
    ("action", "answer", "complaint"),
    [
        ("Login", lambda request: block("Response: Success", ident(request)), "class `system`"),
        (
            "Originate",
            lambda request: block("Response: Error", ident(request), "Message: Permission denied"),
            "class `originate`",
        ),
        (
            "Originate",
            lambda request: block("Response: Success", ident(request), "Message: Originate successfully queued"),
            "class `call`",
        ),
        (
            "Originate",
            lambda request: (
                block("Response: Success", ident(request), "Message: Originate successfully queued")
                + block("Event: OriginateResponse", ident(request), "Response: Failure", "Reason: 0")
            ),
            "Newchannel or Hangup event: see `disabledevents`",
        ),
    ],
)
async def test_missing_event_classes_are_found_at_the_start(
    server: ScriptedAmi, link: AmiLink, action: str, answer: Callable[[Request], bytes], complaint: str
) -> None:
    """Pitfall 14: the link provokes the events it lives on, and says what does not come."""
    server.answers[action] = answer
    await up(link)
    assert complaint in link.complaint


async def test_hostile_events_are_counted_and_the_link_stays(
    server: ScriptedAmi, link: AmiLink, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    await up(link)
    caplog.set_level(logging.WARNING)
    forged = event("Hangup", "Cause: 16", number="1\r\n\r\nEvent: Hangup\r\nUniqueid: 17.1")
    for _ in range(100):
        server.send(forged * 50 + b"\xff\x00garbage\r\n\r\n" * 50)
    server.send(event("Hangup", "Cause: 21"))
    await heard.until(lambda inputs: ChannelGone(channel=ONE, cause=21) in inputs)
    assert [said for said in heard.inputs if isinstance(said, ChannelGone)] == [ChannelGone(channel=ONE, cause=21)]
    assert link.decoder is not None
    assert link.decoder.strange_count == 15_000
    assert link.up
    assert len(caplog.records) < 20, "a flood must not fill the log"
