"""Who is calling: a number of the network's, or the browser that a guest phone was lent to."""

import asyncio
from pathlib import Path

import pytest

from cti.core.events import CallbackBooked, Record
from cti.core.ids import ChannelId, InteractionId, QueueId
from cti.core.inputs import CallArrived, CallbackAsked, RouteAsked
from cti.reception import Reception
from cti.store.views import Pop
from ivr.load import load
from tests.ivr.play import SHIPPED
from tests.web.conftest import Rig, exchange, hashed, journal_trouble, rig  # noqa: F401

VISITOR, OTHER = "0123456789abcdef" * 2, "f" * 32
IN_VAIN = "my cat ate the cable"


@pytest.fixture
def reception(rig: Rig, tmp_path: Path) -> Reception:  # noqa: F811
    made = Reception(
        rig.loop, rig.history, load(SHIPPED), tmp_path, tmp_path, rig.sentences, lambda queue, language: ()
    )
    made.visitor_of = rig.web.visitor_of
    return made


async def line(rig: Rig, visitor: str | None) -> str:  # noqa: F811
    """Borrow a phone as a visitor, and call with it; gives the phone."""
    page = rig.client()
    lease = await page.good("POST", "/api/v1/guest/call", {} if visitor is None else {"visitor": visitor})
    socket = await page.http.ws_connect(f"{rig.base}{lease['ws']}", protocols=("sip",))
    assert not socket.closed
    return str(lease["user"])


async def popped(reception: Reception, call: str, channel: str, number: str = "") -> Pop:
    """What the desk shows of a call."""
    found: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    reception.pop_changed = lambda interaction: found.set_result(None)
    caller = reception.identify(number, channel)
    reception.submit(
        CallArrived(interaction=InteractionId(call), channel=ChannelId(call), number="28000000", caller=caller)
    )
    async with asyncio.timeout(10):
        await found
    return reception.pops[InteractionId(call)]


async def test_a_call_from_the_page_pops_what_was_searched_in_vain(rig: Rig, reception: Reception) -> None:  # noqa: F811
    search = {"visitor": VISITOR, "q": IN_VAIN, "lang": "en"}
    await rig.client().good("POST", "/api/v1/visits/search", search)
    pop = await popped(reception, "c-7", f"PJSIP/{await line(rig, VISITOR)}-00000001")
    assert pop.identifier is not None
    assert pop.identifier.startswith("device:"), "the desk calls it a call from the page"
    [person] = pop.people
    assert [(entry.kind, entry.title, entry.mark) for entry in person.timeline] == [
        ("search", IN_VAIN, "nothing_found")
    ]
    assert VISITOR not in repr(pop), "whoever knows the number could call as this visitor"


async def test_nobody_else_s_call_shows_it(rig: Rig, reception: Reception) -> None:  # noqa: F811
    search = {"visitor": VISITOR, "q": IN_VAIN, "lang": "en"}
    await rig.client().good("POST", "/api/v1/visits/search", search)
    other, nameless = await line(rig, OTHER), await line(rig, None)
    for n, channel in enumerate((f"PJSIP/{other}-00000001", f"PJSIP/{nameless}-00000002", "PJSIP/local-00000003")):
        assert (await popped(reception, f"c-{n}", channel)).people == ()


async def test_a_line_tells_nobody_before_a_page_calls_with_it_nor_after(rig: Rig, reception: Reception) -> None:  # noqa: F811
    page = rig.client()
    lease = await page.good("POST", "/api/v1/guest/call", {"visitor": VISITOR})
    channel = f"PJSIP/{lease['user']}-00000001"
    assert reception.identify("", channel) is None
    socket = await page.http.ws_connect(f"{rig.base}{lease['ws']}", protocols=("sip",))
    assert reception.identify("", channel) is not None
    await page.good("DELETE", "/api/v1/guest/call", headers={"X-Guest": lease["token"]})
    assert reception.identify("", channel) is None
    await socket.close()


async def test_a_number_of_the_network_s_is_known_by_itself(rig: Rig, reception: Reception) -> None:  # noqa: F811
    pop = await popped(reception, "c-8", "PJSIP/local-00000003", "+44 7700 900143")
    assert sorted(person.name for person in pop.people) == ["Daniel W.", "Eleanor Whitcombe"]


async def test_who_withheld_their_number_is_looked_up_by_the_one_they_want_to_be_called_at(
    rig: Rig,  # noqa: F811
    reception: Reception,
) -> None:
    call = InteractionId("c-9")
    assert (await popped(reception, call, "PJSIP/local-00000003")).people == ()
    to = reception.identify("+44 7700 900143", "PJSIP/local-00000003")
    assert to is not None
    found: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    reception.pop_changed = lambda interaction: found.set_result(None)
    await rig.say(
        RouteAsked(interaction=call, queue=QueueId("support")), CallbackAsked(interaction=call, to=to, at=None)
    )
    booked = CallbackBooked(interaction=call, to=to, at=None, first="agent")
    reception.on_records([Record(1, rig.loop.now(), booked)])
    async with asyncio.timeout(10):
        await found
    assert sorted(person.name for person in reception.pops[call].people) == ["Daniel W.", "Eleanor Whitcombe"]
    assert reception.pops[call].callback == ""


async def test_whoever_is_called_back_at_another_number_is_shown_with_it(rig: Rig, reception: Reception) -> None:  # noqa: F811
    call = InteractionId("c-10")
    await popped(reception, call, "PJSIP/local-00000003", "+44 7700 900143")
    await rig.say(RouteAsked(interaction=call, queue=QueueId("support")))
    for number, shown in (("+852 6123 4567", "+852 6123 4567"), ("+44 7700 900143", "")):
        to = reception.identify(number, "PJSIP/local-00000003")
        assert to is not None
        found: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reception.pop_changed = lambda interaction, found=found: found.set_result(None)  # type: ignore[misc]
        await rig.say(CallbackAsked(interaction=call, to=to, at=None))
        booked = CallbackBooked(interaction=call, to=to, at=None, first="agent")
        reception.on_records([Record(1, rig.loop.now(), booked)])
        async with asyncio.timeout(10):
            await found
        pop = reception.pops[call]
        assert (pop.callback, pop.display, len(pop.people)) == (shown, "+44 7700 900143", 2)
