"""Commands become actions, and their failures inputs."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from msgspec.structs import replace

from cti.ami.actions import AmiActions, originate, originate_outside
from cti.ami.link import Address, AmiLink
from cti.core.commands import (
    FallbackMember,
    Greet,
    HangUp,
    Leg,
    PauseRecording,
    RingAgent,
    RingOutside,
    Steer,
    TakeOver,
)
from cti.core.ids import IdentifierId
from cti.core.inputs import RingFailed
from tests.ami.events import ONE, block, event
from tests.ami.scripted import Request, ScriptedAmi, ident
from tests.ami.test_link import FAST, Heard, up
from tests.conftest import eventually

RING = RingAgent(
    offer="c-1.1",
    interaction="c-1",
    caller=ONE,
    agent="ana",
    legs=(Leg(phone="ana-web", channel="leg-1"), Leg(phone="ana-desk", channel="leg-2")),
    timeout_s=15,
    language="cmn",
    auto_answer=False,
)


async def number(to: IdentifierId) -> tuple[str, str]:
    """`tel:0` may not be called, `tel:x` can't be read."""
    if to == "tel:x":
        raise OSError("no disk")
    return ("", "not_allowed") if to == "tel:0" else ("+85223456789", "")


class Setup:
    """A scripted manager, a link that is up, the caller's channel, and the actions."""

    def __init__(self, server: ScriptedAmi, link: AmiLink, heard: Heard) -> None:
        self.server = server
        self.link = link
        self.heard = heard
        self.actions = AmiActions(
            link,
            heard,
            lambda interaction: ("+85291234567", '王 "x" <y>\r\nEvil: 1'),
            number,
            lambda interaction: f"/kept/{interaction}.wav",
        )


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
    heard.inputs.clear()
    setup = Setup(server, link, heard)
    yield setup
    await setup.actions.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.stop()


def response(result: str, reason: str) -> Callable[[Request], bytes]:
    def answer(request: Request) -> bytes:
        queued = block("Response: Success", ident(request), "Message: Originate successfully queued")
        return queued + block("Event: OriginateResponse", ident(request), f"Response: {result}", f"Reason: {reason}")

    return answer


async def test_each_phone_is_rung_with_a_leg_of_our_own_name(ready: Setup) -> None:
    ready.server.answers["Originate"] = response("Success", "4")
    ready.actions.carry_out(RING)
    first, second = await ready.server.until_asked("Originate", 2)
    assert (first["Channel"], second["Channel"]) == (["PJSIP/ana-web"], ["PJSIP/ana-desk"])
    assert (first["ChannelId"], second["ChannelId"]) == (["leg-1"], ["leg-2"])
    assert first["Context"] == ["hotline-leg"]
    assert first["Exten"] == ["s"]
    assert first["Priority"] == ["1"]
    assert first["Async"] == ["true"]
    assert first["Timeout"] == ["15000"]
    assert first["CallerID"] == ['"王 x y  Evil: 1" <+85291234567>']
    assert "Evil" not in first
    assert set(first["Variable"]) == {
        "HL_ID=c-1",
        "HL_OFFER=c-1.1",
        # By name, for Bridge() takes a Uniqueid by prefix: 1.2 would match 1.21.
        "HL_TARGET=PJSIP/trunk-00000002",
        "HL_LANGUAGE=cmn",
        "PJSIP_HEADER(add,X-Hotline-Offer)=c-1.1",
    }
    await asyncio.sleep(0.05)
    assert ready.heard.inputs == []


OUTSIDE = RingOutside(
    interaction="o-1",
    channel="o-1.t1",
    to="tel:1",
    role="customer",
    target=ONE,
    number="28000000",
    trunk="provider",
    language="cmn",
    timeout_s=45,
)


async def test_a_number_outside_is_rung_over_the_trunk_for_the_agents_channel(ready: Setup) -> None:
    ready.server.answers["Originate"] = response("Success", "4")
    ready.actions.carry_out(OUTSIDE)
    asked = await ready.server.until_asked("Originate")
    asked = asked[-1] if isinstance(asked, list) else asked
    assert asked["Channel"] == ["PJSIP/+85223456789@trunk-provider"]
    assert (asked["ChannelId"], asked["Context"], asked["Timeout"]) == (["o-1.t1"], ["hotline-called"], ["45000"])
    assert (asked["CallerID"], asked["Account"]) == (["<28000000>"], ["o-1"])
    assert set(asked["Variable"]) == {
        "HL_ID=o-1",
        "HL_TARGET=PJSIP/trunk-00000002",
        "HL_LANGUAGE=cmn",
        "HL_NUMBER=28000000",
        "CALLERID(num)=+85223456789",
    }


@pytest.mark.parametrize(("to", "how"), [("tel:0", "not_allowed"), ("tel:x", "unreachable")])
async def test_who_may_not_be_called_or_not_found_is_told(ready: Setup, to: str, how: str) -> None:
    ready.actions.carry_out(replace(OUTSIDE, to=to, target=None))
    inputs = await ready.heard.until(lambda inputs: len(inputs) == 1)
    assert inputs == [RingFailed(offer=None, channel="o-1.t1", reason=how, how=how)]
    assert [request for request in ready.server.requests if request["Action"] == ["Originate"]] == []


async def test_an_agent_who_is_to_hear_it_ring_waits_in_a_context_of_its_own() -> None:
    headers = originate(replace(RING, caller=None), RING.legs[0], "", ("", ""))
    assert headers["Context"] == "hotline-dial"


async def test_what_is_dialled_can_be_nothing_but_a_number() -> None:
    headers = originate_outside(OUTSIDE, "+1&Local/9@evil,x\r\nAction: x", "PJSIP/a-1")
    assert headers["Channel"] == "PJSIP/+19@trunk-provider"


async def test_who_is_asked_outside_is_told_both_channels_and_goes_where_a_colleague_does() -> None:
    headers = originate_outside(replace(OUTSIDE, role="asked", then=ONE), "+85223456789", "PJSIP/a-1", "PJSIP/c-1")
    assert (headers["Context"], headers["Exten"]) == ("hotline-consult", "colleague")
    assert {"HL_TARGET=PJSIP/a-1", "HL_NEXT=PJSIP/c-1"} <= set(headers["Variable"])


async def test_who_is_called_and_recorded_has_the_file_and_is_to_hear_so(ready: Setup) -> None:
    ready.server.answers["Originate"] = response("Success", "4")
    ready.actions.carry_out(replace(OUTSIDE, record=True))
    asked = await ready.server.until_asked("Originate")
    asked = asked[-1] if isinstance(asked, list) else asked
    assert {"HL_RECORDING=/kept/o-1.wav", "HL_NOTICE=due"} <= set(asked["Variable"])


async def test_a_recording_is_paused_and_resumed_on_the_callers_channel(ready: Setup) -> None:
    for pause, state in ((True, "1"), (False, "0")):
        ready.server.requests.clear()
        ready.actions.carry_out(PauseRecording(channel=ONE, pause=pause))
        asked = await ready.server.until_asked("MixMonitorMute")
        asked = asked[-1] if isinstance(asked, list) else asked
        assert asked["Channel"] == ["PJSIP/trunk-00000002"]
        assert (asked["Direction"], asked["State"]) == (["both"], [state])


async def test_an_auto_answer_is_asked_of_the_phone() -> None:
    headers = originate(replace(RING, auto_answer=True), RING.legs[0], "PJSIP/x-1", ("", ""))
    assert "PJSIP_HEADER(add,X-Hotline-Answer)=auto" in headers["Variable"]
    headers = originate(RING, RING.legs[0], "PJSIP/x-1", ("", ""))
    assert not any("nswer" in variable for variable in headers["Variable"])


async def test_a_value_with_commas_stays_one_variable() -> None:
    headers = originate(replace(RING, language='1,HL_ID=c-9"('), RING.legs[0], "PJSIP/x-1", ("", ""))
    assert 'HL_LANGUAGE=1\\,HL_ID=c-9\\"\\(' in headers["Variable"]


async def test_a_work_number_is_said_into_the_talk_of_the_agents_leg(ready: Setup) -> None:
    ready.actions.carry_out(Greet(channel=ONE, work_number="8001", language="cmn"))
    [asked] = await ready.server.until_asked("Originate", 1)
    assert (asked["Channel"], asked["Application"]) == (["Local/s@hotline-greeting/n"], ["ChanSpy"])
    assert asked["Data"] == ["PJSIP/trunk-00000002,qBES"]
    assert asked["Variable"] == ["HL_WITH=PJSIP/trunk-00000002,HL_GREETING=8001,HL_LANGUAGE=cmn"]
    assert asked["ChannelId"] == [f"hl-greeting-{ONE}"], "one for each talk, and nobody's call"


@pytest.mark.parametrize("release", [(20, 21), (22, 11), (23, 5)])
async def test_where_a_whisper_does_harm_no_work_number_is_said(
    ready: Setup, release: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    ready.link.release = release
    ready.actions.carry_out(Greet(channel=ONE, work_number="8001", language="cmn"))
    ready.actions.carry_out(RING)
    asked = await ready.server.until_asked("Originate", 2)
    assert not [one for one in asked if one["Channel"] == ["Local/s@hotline-greeting/n"]]
    assert f"No work number is said: Asterisk {release[0]}.{release[1]}" in caplog.text


async def test_a_phone_that_does_not_ring_is_told(ready: Setup) -> None:
    ready.server.answers["Originate"] = response("Failure", "0")
    ready.actions.carry_out(RING)
    inputs = await ready.heard.until(lambda inputs: len(inputs) == 2)
    assert inputs[0] == RingFailed(offer="c-1.1", channel="leg-1", reason="Originate failed, reason 0")


async def test_a_refused_leg_is_told_with_asterisks_words(ready: Setup) -> None:
    words = "ChannelId is not unique"
    ready.server.answers["Originate"] = lambda request: block("Response: Error", ident(request), f"Message: {words}")
    ready.actions.carry_out(RING)
    inputs = await ready.heard.until(lambda inputs: len(inputs) == 2)
    assert all(isinstance(said, RingFailed) and words in said.reason for said in inputs)


async def test_a_caller_whom_ami_has_not_told_of_yet_is_waited_for(ready: Setup) -> None:
    """The caller's FastAGI session can be quicker than the channel's first event: no agent may be blamed for that."""
    ready.server.answers["Originate"] = response("Success", "4")
    ready.actions.carry_out(replace(RING, caller="17.5"))
    await asyncio.sleep(0.02)
    assert not ready.server.asked("Originate")
    ready.server.send(event("Newchannel", channel="17.5"))
    await ready.server.until_asked("Originate", 2)
    assert not [said for said in ready.heard.inputs if isinstance(said, RingFailed)]


async def test_nobody_is_rung_for_a_caller_who_is_gone(ready: Setup) -> None:
    ready.actions.carry_out(replace(RING, caller="17.99"))
    inputs = await ready.heard.until(lambda inputs: len(inputs) == 2)
    assert all(isinstance(said, RingFailed) for said in inputs)
    assert not ready.server.asked("Originate")


async def test_hang_up_and_take_over(ready: Setup) -> None:
    ready.actions.carry_out(HangUp(channel="leg-1", cause=26))
    ready.actions.carry_out(TakeOver(interaction="c-1", channel=ONE))
    ready.actions.carry_out(Steer(interaction="c-1", channel=ONE, to="survey"))
    (hangup,) = await ready.server.until_asked("Hangup")
    (redirect,) = await ready.server.until_asked("Redirect")
    assert (hangup["Channel"], hangup["Cause"]) == (["leg-1"], ["26"])
    assert (redirect["Channel"], redirect["Context"], redirect["Exten"], redirect["Priority"]) == (
        [ONE],
        ["hotline-run"],
        ["s"],
        ["1"],
    )


async def test_a_wish_without_a_link_is_dropped(ready: Setup) -> None:
    await ready.server.stop()
    await ready.heard.until(lambda inputs: bool(inputs))
    ready.heard.inputs.clear()
    ready.actions.carry_out(RING)
    ready.actions.carry_out(HangUp(channel="leg-1"))
    ready.actions.carry_out(FallbackMember(agent="ana", phone="ana-web", queues=("a",), ready=True, present=True))
    await asyncio.sleep(0.05)
    assert not ready.server.asked("Originate")


class Queues:
    """Asterisk's side of the fallback queues."""

    def __init__(self, server: ScriptedAmi, members: dict[tuple[str, str], bool]) -> None:
        self.members = members
        server.answers["QueueStatus"] = self._status
        server.answers["QueueAdd"] = self._add
        server.answers["QueuePause"] = self._pause
        server.answers["QueueRemove"] = self._remove

    def _status(self, request: Request) -> bytes:
        rows = [
            block("Event: QueueMember", ident(request), f"Queue: {queue}", f"Location: {where}", "Paused: 0")
            for queue, where in self.members
        ]
        begin = block("Response: Success", ident(request), "EventList: start", "Message: Queue status will follow")
        return begin + b"".join(rows) + block("Event: QueueStatusComplete", ident(request), "EventList: Complete")

    def _add(self, request: Request) -> bytes:
        self.members[request["Queue"][0], request["Interface"][0]] = request["Paused"] == ["false"]
        return block("Response: Success", ident(request), "Message: Added interface to queue")

    def _pause(self, request: Request) -> bytes:
        for queue, where in self.members:
            if where == request["Interface"][0]:
                self.members[queue, where] = request["Paused"] == ["false"]
        return block("Response: Success", ident(request), "Message: Interface paused successfully")

    def _remove(self, request: Request) -> bytes:
        del self.members[request["Queue"][0], request["Interface"][0]]
        return block("Response: Success", ident(request), "Message: Removed interface from queue")


async def settled(queues: Queues, expected: dict[tuple[str, str], bool]) -> None:
    async def check() -> bool:
        return queues.members == expected

    await eventually(check, f"members {expected}")


def member(phone: str, *names: str, ready: bool = True, present: bool = True) -> FallbackMember:
    return FallbackMember(agent=phone.partition("-")[0], phone=phone, queues=names, ready=ready, present=present)


async def test_the_fallback_queues_follow_the_agents(ready: Setup) -> None:
    """Pitfalls 13, 31, 32: who left is taken away, nobody is added and then paused, one interface for one phone."""
    queues = Queues(
        ready.server,
        {("hl-billing", "PJSIP/ana-web"): True, ("hl-billing", "PJSIP/left-web"): True, ("other", "PJSIP/x"): True},
    )
    other = {("other", "PJSIP/x"): True}
    ready.actions.carry_out(member("ana-web", "broadband", ready=False))
    ready.actions.carry_out(member("bo-web", "broadband", "billing"))
    await settled(
        queues,
        {
            **other,
            ("hl-broadband", "PJSIP/ana-web"): False,
            ("hl-broadband", "PJSIP/bo-web"): True,
            ("hl-billing", "PJSIP/bo-web"): True,
        },
    )
    assert ready.server.asked("QueueAdd")[0]["Paused"] == ["true"]
    ready.actions.carry_out(member("ana-web", "broadband"))
    ready.actions.carry_out(member("bo-web", present=False))
    await settled(queues, {**other, ("hl-broadband", "PJSIP/ana-web"): True})
    assert len(ready.server.asked("QueueStatus")) == 1


async def test_a_pause_is_said_once_and_for_all_queues(ready: Setup) -> None:
    queues = Queues(ready.server, {})
    ready.actions.carry_out(member("ana-web", "broadband", "billing"))
    both = [("hl-broadband", "PJSIP/ana-web"), ("hl-billing", "PJSIP/ana-web")]
    await settled(queues, dict.fromkeys(both, True))
    for _ in range(2):  # reserved, then talking
        ready.actions.carry_out(member("ana-web", "broadband", "billing", ready=False))
        await settled(queues, dict.fromkeys(both, False))
    ready.actions.carry_out(member("ana-web", "broadband", "billing"))
    await settled(queues, dict.fromkeys(both, True))
    assert [one["Paused"] for one in ready.server.asked("QueuePause")] == [["true"], ["false"]]
    assert all("Queue" not in one for one in ready.server.asked("QueuePause"))
    # Into one more queue while on a break: those they were in hear of the break, the new one begins with it.
    ready.actions.carry_out(member("ana-web", "broadband", "billing", "sales", ready=False))
    await settled(queues, dict.fromkeys([*both, ("hl-sales", "PJSIP/ana-web")], False))
