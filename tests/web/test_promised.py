"""Promises on the screens: reminders for their owner, what is overdue for supervisors, tiles on the wallboard; live."""

import asyncio
from typing import Any

from msgspec.structs import replace

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.core.site import Agent
from cti.core.world import World
from cti.store.identity import Identities
from cti.store.views import DuePromise
from cti.web import promised
from tests.conftest import eventually
from tests.store.conftest import SITE
from tests.web.conftest import BOTH, NUMBER, Rig, ready

NOW = Ms(1_800_000_000_000)
MINUTE = 60_000
ANA, SUE = AgentId("ana"), AgentId("sue")


def due(id_: str, by: str | None, minutes: int) -> DuePromise:
    return DuePromise(
        id=id_,
        what="send the bill",
        due=Ms(NOW + minutes * MINUTE),
        made=NOW,
        by=AgentId(by) if by is not None else None,
        customer=CustomerId("eleanor"),
        name="Eleanor",
    )


def test_owners_are_reminded_before_and_supervisors_told_after() -> None:
    supervisor = Agent(id=SUE, name="Sue", work_number="8100", role="supervisor")
    world = World(site=replace(SITE, agents=(*SITE.agents, supervisor)))
    all_ = [due("1", "bo", -5), due("2", None, -1), due("3", "ana", 29), due("4", "ana", 31), due("5", "sue", 10)]
    shown = {one: [p.id for p in promised.reminders(world, AgentId(one), all_, NOW)] for one in ("ana", "bo", "sue")}
    assert shown == {"ana": ["3"], "bo": ["1"], "sue": ["1", "2", "5"]}
    later = promised.reminders(world, ANA, all_, Ms(NOW + 2 * MINUTE))
    assert [one.id for one in later] == ["3", "4"]


def test_nobody_s_own_promise_is_lost_behind_what_is_overdue() -> None:
    supervisor = Agent(id=SUE, name="Sue", work_number="8100", role="supervisor")
    world = World(site=replace(SITE, agents=(*SITE.agents, supervisor)))
    late = [due(str(n), "bo", n - 100) for n in range(50)]
    shown = promised.reminders(world, SUE, [*late, due("own", "sue", 10)], NOW)
    assert shown[-1].id == "own"


def test_the_wall_shows_the_next_hours_and_not_what_it_is() -> None:
    tiles = promised.tiles([due("1", "bo", -5), due("2", "ana", 239), due("3", "ana", 241)], NOW)
    assert [(one.id, one.by, one.name) for one in tiles] == [("1", "bo", "Eleanor"), ("2", "ana", "Eleanor")]
    assert "bill" not in repr(tiles)


@BOTH
async def test_a_promise_is_on_desk_and_wallboard_at_once_and_gone_when_kept(rig: Rig) -> None:
    ana, sue = await rig.signed_in("ana"), await rig.signed_in("sue")
    screen = await ana.live("desk")
    await screen.receive_json(timeout=10)
    soon = rig.loop.now() + 10 * MINUTE
    made = await ana.good("POST", "/api/v1/promises", {"customer": "eleanor", "what": "send the bill", "due": soon})

    async def tells() -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while True:
                message = await screen.receive_json()
                if "promises" in message.get("set", {}):
                    found: list[dict[str, Any]] = message["set"]["promises"]
                    return found

    assert [(one["id"], one["what"], one["by"]) for one in await tells()] == [(made["id"], "send the bill", "ana")]
    wall = await sue.good("GET", "/api/v1/wallboard")
    tiles = wall["promises"]
    assert wall["promises_in_all"] == 1
    assert [(one["id"], one["by"], one["due"]) for one in tiles] == [(made["id"], "ana", soon)]
    await ana.good("POST", f"/api/v1/promises/{made['id']}/end", {"kept": True})
    assert await tells() == []
    await screen.close()


async def test_all_that_is_due_is_counted_and_everybody_is_reminded_of_their_own(rig: Rig) -> None:
    now = rig.loop.now()
    for n in range(130):
        await rig.history.promise(CustomerId("eleanor"), f"late {n}", Ms(now - 1000 + n), AgentId("bo"))
    await rig.history.promise(CustomerId("eleanor"), "much later", Ms(now + promised.AHEAD_MS + MINUTE), AgentId("bo"))
    ana, sue = await rig.signed_in("ana"), await rig.signed_in("sue")
    body = {"customer": "eleanor", "what": "send the bill", "due": now + 10 * MINUTE}
    made = await ana.good("POST", "/api/v1/promises", body)

    async def reminded() -> bool:
        screen = await ana.live("desk")
        view = (await screen.receive_json(timeout=10))["view"]
        await screen.close()
        return [one["id"] for one in view["promises"]] == [made["id"]]

    await eventually(reminded, "ana is reminded of her own")
    assert (await sue.good("GET", "/api/v1/wallboard"))["promises_in_all"] == 131


async def test_a_promise_made_in_a_talk_is_in_the_pop_of_whoever_has_the_caller_next(rig: Rig) -> None:
    ana = await rig.signed_in("ana")
    await rig.say(*ready("ana"))
    await rig.waiting_call()
    call = InteractionId("c-1")
    tel = Identities(b"key", "HK").phone(NUMBER)
    assert tel is not None
    caller = tel.id
    rig.pops[call] = await rig.history.pop(caller, call)
    ask = {"customer": "eleanor", "what": "send the bill", "due": rig.loop.now() + MINUTE, "interaction": call}
    await ana.good("POST", "/api/v1/promises", ask)
    fresh = await rig.history.pop(caller, call)
    for pop in (rig.pops[call], fresh):
        eleanor = next(one for one in pop.people if one.customer == "eleanor")
        assert "send the bill" in [one.what for one in eleanor.promises]
