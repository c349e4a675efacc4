"""One call, end to end: journal, timeline, wallboard and API agree on every number."""

import asyncio

import pytest

from cti.core import events as e
from cti.robots import sound
from tests.acceptance.house import House, until

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(300)]


async def test_a_call_is_answered_wrapped_up_and_judged(house: House) -> None:
    desk = await house.agent("a0")
    await desk.ready()
    caller = await house.call("28000001", "+85291234567")
    await asyncio.wait_for(caller.up, 10)
    # Neither speaks: what both hear once they are connected is the agent's number, which keeps no key from anybody.
    caller.media.frame = sound.SILENCE
    talk = await desk.picks_up()
    talk.media.frame = sound.SILENCE
    await until(lambda: any(isinstance(r.event, e.Connected) for r in house.journal()), 10, "both are in the bridge")
    both = [asyncio.wait_for(one.media.hears(one.media.loud + 25), 10) for one in (talk, caller)]
    await asyncio.gather(*both)
    await talk.press("7")
    await until(lambda: caller.media.keys == "7", 0.5, "a key arrives while the number is said")
    for one in (talk, caller):
        one.media.frame = sound.tone()
    await asyncio.gather(*(asyncio.wait_for(one.media.hears(one.media.loud + 50), 10) for one in (talk, caller)))
    talk.hang_up()
    await until(lambda: any(isinstance(r.event, e.SurveyOpened) for r in house.journal()), 10, "the survey begins")
    await caller.press("1")
    await until(lambda: any(isinstance(r.event, e.Judged) for r in house.journal()), 15, "the caller's word is taken")
    assert await asyncio.wait_for(caller.over, 30) == "them"
    calls = await desk.get("/interactions")
    interaction = calls["calls"][0]["interaction"]
    await desk.post(f"/interactions/{interaction}/wrap-up", {"outcome": "solved", "note": "All is well", "ready": True})

    async def in_history() -> bool:
        line = (await desk.get("/interactions"))["calls"][0]
        return bool(line["state"] == "answered" and line["note"] == "All is well" and line["outcome"] == "solved")

    await until(in_history, 10, "history has the call")
    story = [r.event for r in house.journal()]
    connected = next(event for event in story if isinstance(event, e.Connected))
    talked = next(event for event in story if isinstance(event, e.TalkEnded))
    line = (await desk.get("/interactions"))["calls"][0]
    assert line["waited"] == connected.waited
    assert line["talked"] == talked.talked
    assert line["solved"] is True
    assert line["display"] == "+852 9123 4567"
    opened = next(event for event in story if isinstance(event, e.InteractionOpened))
    [entry] = (await desk.get(f"/customers/{opened.caller}/timeline"))["entries"]
    assert (entry["id"], entry["kind"], entry["text"]) == (interaction, "call", "All is well")
    assert (entry["waited"], entry["lasted"], entry["solved"]) == (connected.waited, talked.talked, True)
    today = (await desk.get("/wallboard"))["today"]
    assert (today["arrived"], today["answered"], today["abandoned"], today["within"]) == (1, 1, 0, 1)
    assert (today["waited_answered"], today["talked"]) == (connected.waited, talked.talked)
    assert (today["solved"], today["not_solved"]) == (1, 0)
    assert [event.state for event in story if isinstance(event, e.AgentStateSet)][-1] == "ready"
    legs = {event.channel for event in story if isinstance(event, e.LegStarted)}
    assert {event.channel for event in story if isinstance(event, e.LegGone)} == legs, (
        "and nothing of who said the number"
    )


async def test_not_answered_goes_to_the_next_agent_and_the_caller_hears_nothing_of_it(house: House) -> None:
    first, second = await house.agent("a0", "127.0.0.20"), await house.agent("a1", "127.0.0.21")
    await first.ready()
    caller = await house.call("28000001", "+85291234568")
    await asyncio.wait_for(first.calls.get(), 10)
    await second.ready()
    talk = await second.picks_up(within=20)
    await asyncio.wait_for(talk.media.hears(20), 10)
    assert not caller.over.done()
    ended = [r.event for r in house.journal() if isinstance(r.event, e.OfferEnded)]
    assert [(event.agent, event.how) for event in ended] == [("a0", "rona")]
    await until(lambda: first.phone is not None and all(c.over.done() for c in first.phone.calls.values()), 10)
    caller.hang_up()
    assert await asyncio.wait_for(talk.over, 10) == "them"
    await house.left_nothing(second, "answered")


async def test_a_caller_who_leaves_while_it_rings_stops_the_ringing(house: House) -> None:
    desk = await house.agent("a0")
    await desk.ready()
    caller = await house.call("28000001", "+85291234569")
    ringing = await asyncio.wait_for(desk.calls.get(), 10)
    await asyncio.wait_for(caller.up, 10)
    caller.hang_up()
    assert await asyncio.wait_for(ringing.over, 10) == "them"
    await until(lambda: isinstance(house.journal()[-1].event, e.LegGone), 10)
    states = [r.event.state for r in house.journal() if isinstance(r.event, e.AgentStateSet)]
    assert states[-1] == "ready"
    await house.left_nothing(desk, "abandoned")


async def test_who_says_not_solved_has_their_case_open_again(house: House) -> None:
    desk = await house.agent("a0")
    await desk.ready()
    caller = await house.call("28000001", "+85291234567")
    talk = await desk.picks_up()
    await until(lambda: any(isinstance(r.event, e.Connected) for r in house.journal()), 10, "both are in the bridge")
    opened = next(r.event for r in house.journal() if isinstance(r.event, e.InteractionOpened))
    about = {"customer": opened.caller, "title": "No light", "interaction": opened.interaction}
    case = (await desk.post("/cases", about))["id"]
    await desk.post(f"/cases/{case}/close")
    talk.hang_up()
    await until(lambda: any(isinstance(r.event, e.SurveyOpened) for r in house.journal()), 10, "the survey begins")
    await caller.press("2")
    assert await asyncio.wait_for(caller.over, 30) == "them"

    async def open_again() -> bool:
        found = (await desk.get(f"/cases/{case}"))["case"]
        if found["state"] != "open":
            return False
        assert (found["owner"], found["reopened"], found["due"] is not None) == ("a0", 1, True)
        return True

    await until(open_again, 10, "the case is open again, with its owner")
    assert [one["id"] for one in (await desk.get("/cases"))["cases"]] == [case]
