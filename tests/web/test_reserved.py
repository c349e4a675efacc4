"""A phone that was called rings on the screens once it has said so, and not before: desks, wallboard, all at once."""

from typing import Any

import pytest

from cti.core.ids import AgentId, Ms
from cti.web.live import Live
from tests.web.test_live import PlayLoop, Screen

STORIES = {
    "one phone": """
        ana ready             | ana ready
        A calls               |
        A asks support        | ana offered
        A.1 starts            | ana offered
        A.1 rings             | ana ringing
        A.1 up                | ana ringing
        A.1 enters b          | ana ringing
        A enters b            | ana talking
    """,
    "a phone without power": """
        ana ready             |
        A calls               |
        A asks support        | ana offered
        A.1 starts            | ana offered
        4 passes              | ana not_ready unreachable
    """,
    "one that is there and does not say that it rings": """
        ana ready             |
        A calls               |
        A asks support        |
        A.1 starts            |
        A.1 reached           | ana offered
        4 passes              | ana offered
        A.1 rings             | ana ringing
    """,
    "two phones: as soon as one of them rings, and as long": """
        bo ready              |
        A calls               |
        A asks support        | bo offered
        A.1 starts            |
        A.1.1 starts          | bo offered
        A.1.1 rings           | bo ringing
        A.1 rings             | bo ringing
        A.1.1 gone 21         | bo ringing
    """,
    "two phones: the one that rang declines, and the other has said nothing": """
        bo ready              |
        A calls               |
        A asks support        |
        A.1 starts            |
        A.1.1 starts          |
        A.1 rings             | bo ringing
        A.1 gone 21           | bo offered
        A.1.1 rings           | bo ringing
    """,
    "the next agent's phone": """
        ana ready             |
        A calls               |
        A asks support        |
        A.1 starts            |
        A.1 rings             | ana ringing
        bo ready              |
        ana declines A.1      | ana not_ready declined; bo offered
        A.2.1 starts          | bo offered
        A.2.1 rings           | bo ringing
    """,
    "an agent calls somebody outside": """
        ana ready             |
        ana dials X tel:1     | ana offered
        X.1 starts            | ana offered
        X.1 rings             | ana ringing
        X.1 up                | ana dialling
        X.t1 starts           | ana dialling
        X.t1 up               | ana dialling
        X.t1 enters b         |
        X.1 enters b          | ana talking
    """,
    "given to a colleague: who gave sees when it rings there": """
        ana ready             |
        A calls               |
        A asks support        |
        A enters b            |
        A.1 enters b          | ana talking
        bo ready              |
        ana gives A to bo     | ana wrap_up called; bo offered
        A.2 starts            | ana wrap_up called; bo offered
        A.2 rings             | ana wrap_up rings; bo ringing
        A.2 gone 21           | ana wrap_up called; bo offered
        A.2.1 gone 21         | ana offered; bo not_ready declined
    """,
    "asked about a call: who asks sees when it rings there": """
        ana ready             |
        A calls               |
        A asks support        |
        A enters b            |
        A.1 enters b          |
        bo ready              |
        ana consults A to bo  | ana talking called; bo offered
        A.2 starts            | ana talking called; bo offered
        A.2 rings             | ana talking rings; bo ringing
        A leaves b            |
        A.1 leaves b          | ana talking rings; bo ringing
        A.2 enters c          |
        A.1 enters c          | ana talking; bo talking
    """,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_the_screens_say_at_once_how_far_it_is(story: str) -> None:
    loop = PlayLoop()
    live = Live(loop, {}, "e")
    loop.on_records = live.on_records
    desks = {agent: Screen() for agent in (AgentId("ana"), AgentId("bo"))}
    wall = Screen()
    for agent, screen in desks.items():
        live.join_desk(agent, screen.viewer)
    live.join_wallboard(wall.viewer)
    for row in story.strip().splitlines():
        what, _, expected = (part.strip() for part in row.partition("|"))
        if what.endswith("passes"):
            loop.play.now = Ms(loop.play.now + int(what.split()[0]) * 1000)
        loop.submit(loop.play.understand(what))
        seen = {agent: _own(screen.read()) for agent, screen in desks.items()}
        live.flush()
        tiles = {tile["agent"]: tile for tile in wall.read()["agents"]}
        for one in expected.split("; ") if expected else ():
            agent, state, *more = one.split()
            assert seen[AgentId(agent)] == (state, *more), row
            assert tiles[agent]["state"] == state, row
            assert state != "not_ready" or tiles[agent]["reason"] == more[0], row


def _own(view: dict[str, Any]) -> tuple[str, ...]:
    """The state that a desk shows, and how far it is with a colleague."""
    me, call = view["me"], view["call"]
    if call is None:
        return (me["state"], *([me["reason"]] if me["reason"] is not None else []))
    other = call["given_to"] or (call["consult"] if (call["consult"] or {}).get("step") == "asking" else None)
    mine = other is not None and call["phase"] not in ("offered", "ringing")
    return (call["phase"], *([("called", "rings")[other["rings"]]] if mine else []))
