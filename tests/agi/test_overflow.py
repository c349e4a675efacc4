"""Callers in line whom the core sends elsewhere, or invites to something else, on paper."""

from msgspec.structs import replace

from cti.agi.ports import Resume
from cti.core.closings import Shut
from cti.core.ids import ClosingId, Language, QueueId
from cti.core.inputs import ElsewhereAsked, RouteAsked
from cti.core.site import Closing, Outgoing, Queue
from cti.core.world import Switch
from tests.agi.paper import SITE, Paper, World

TWIN = Closing(id=ClosingId("twin"), name={}, prompt="queue-evacuation", site="sip:200@127.0.0.9", waiting=True)


def in_line() -> World:
    world = World()
    world.known = Resume(state="waiting", position="", language=Language("en"), queue=QueueId("support"))
    return world


async def test_who_is_turned_away_to_another_site_is_told_and_given_to_the_dialplan() -> None:
    world = in_line()
    world.away = Shut(TWIN, None)
    world.to = "elsewhere"
    paper = Paper(world)
    await paper.run()
    assert "ElsewhereAsked" in world.kinds()
    assert paper.heard[-1] == "en/queue-evacuation"
    assert paper.sent[-3:] == [
        "SET VARIABLE HL_ELSEWHERE sip:200@127.0.0.9",
        'SET VARIABLE HL_SHOWN ""',
        "SET VARIABLE HL_DONE elsewhere",
    ]


async def test_another_site_by_its_number_is_dialled_over_the_trunk_and_sees_the_hotlines() -> None:
    world = in_line()
    world.sites = replace(SITE, outgoing=Outgoing(trunk="out", number="28000000"))
    world.away = Shut(replace(TWIN, site="", number="+85220000200"), None)
    world.to = "elsewhere"
    paper = Paper(world)
    await paper.run()
    assert paper.sent[-3:] == [
        "SET VARIABLE HL_ELSEWHERE +85220000200@trunk-out",
        "SET VARIABLE HL_SHOWN 28000000",
        "SET VARIABLE HL_DONE elsewhere",
    ]


async def test_who_has_no_reason_to_go_any_more_waits_on() -> None:
    world = in_line()
    world.away = Shut(TWIN, None)
    world.to = "wait"
    submit = world.submit

    def and_open(said: object) -> None:
        submit(said)  # type: ignore[arg-type]
        if isinstance(said, ElsewhereAsked):
            world.away = None

    world.submit = and_open  # type: ignore[method-assign,assignment]
    paper = Paper(world)
    await paper.run(16)
    assert not any("HL_DONE" in line for line in paper.sent)
    assert paper.heard.count("en/queue-evacuation") == 1
    assert paper.heard[-1].startswith(("SET MUSIC ON", "WAIT FOR DIGIT"))


async def test_a_queue_closed_for_another_site_routes_and_says_the_words_once() -> None:
    world = World()
    world.sites = replace(SITE, closings=(TWIN,))
    world.switches = {QueueId("support"): Switch(TWIN.id, by="eve", since=0)}  # type: ignore[arg-type]
    world.away = Shut(TWIN, None)
    world.to = "elsewhere"
    paper = Paper(world, number="28000001")
    await paper.run()
    assert world.said(RouteAsked).queue == "support"
    assert [one for one in paper.heard if "queue" in one] == ["en/queue-evacuation"]
    assert paper.sent[-1] == "SET VARIABLE HL_DONE elsewhere"


async def test_an_invitation_is_said_once_with_its_key() -> None:
    world = in_line()
    world.invitations = ("message", "callback")
    world.new = None
    paper = Paper(world)
    await paper.run(30)
    assert paper.heard.count("en/offer-message") == 1
    # This site can't call back, and promises nothing.
    assert "en/offer-callback" not in paper.heard


async def test_a_queue_without_a_key_for_it_invites_to_nothing() -> None:
    world = in_line()
    room = replace(Queue(id=QueueId("support"), name={}).room, keys={"3": "answers"})
    world.sites = replace(SITE, queues=(replace(SITE.queues[0], room=room), *SITE.queues[1:]))
    world.invitations = ("message",)
    paper = Paper(world)
    await paper.run(20)
    assert "en/offer-message" not in paper.heard
