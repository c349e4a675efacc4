"""The router beside a world: after any story it decides what the switchboard's own plain match decides."""

from typing import Any

import pytest
from hypothesis import given, settings

from cti.core import switchboard
from cti.core.events import Offered
from cti.core.ids import AgentId, InteractionId
from cti.core.match import match as plain_match
from cti.core.queue import position
from cti.core.routing import Routing
from cti.core.turn import Turn
from tests.core.play import Play
from tests.core.test_invariants import STORY


class _Beside:
    """Stands where the switchboard calls its match, and compares."""

    def __init__(self, play: Play) -> None:
        self.followed = Routing(play.world)
        self.offers = 0

    def __call__(self, turn: Turn) -> None:
        for event in turn.events:
            self.followed.follow(event)
        fresh = Routing(turn.world)
        for caller in turn.world.interactions:
            assert self.followed.router.position(caller) == position(turn.world, caller)
        expected = _decide(fresh, turn)
        assert _decide(self.followed, turn) == expected
        before = len(turn.events)
        plain_match(turn)
        offered = [event for event in turn.events[before:] if isinstance(event, Offered)]
        assert [(event.interaction, event.agent) for event in offered] == expected
        self.offers += len(offered)
        for event in turn.events[before:]:
            self.followed.follow(event)


def _decide(routing: Routing, turn: Turn) -> list[tuple[InteractionId, AgentId]]:
    found: list[tuple[InteractionId, AgentId]] = []
    while turn.world.asterisk and (match := routing.router.next_match(turn.now)) is not None:
        found.append((match.interaction, match.agent))
    return found


@given(STORY)
@settings(max_examples=60, deadline=None)
def test_in_any_story_the_router_offers_what_the_plain_match_offers(story: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        play = Play()
        patch.setattr(switchboard, "match", _Beside(play))
        for (who, what), pause in story:
            play.now = type(play.now)(play.now + pause * 1000)
            play.say(play.understand(f"{who} {what}"))


def test_who_is_not_free_is_named_with_what_they_are_at() -> None:
    play = Play()
    for row in ("ana ready", "A calls", "A asks support"):
        play.say(play.understand(row))
    others = Routing(play.world).others()
    assert [(each.agent, each.state) for each in others] == [("ana", "reserved"), ("bo", "not_ready")]
