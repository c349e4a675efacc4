"""Site, day, process and Asterisk, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core import vanishing
from cti.core.events import site as e
from cti.core.events.base import Fact
from cti.core.folds.shared import HALF_HOUR
from cti.core.ids import Ms
from cti.core.incidents import EVERYWHERE
from cti.core.world import AgentNow, IncidentNow, Switch, Today, World


def _site(world: World, event: e.SiteInForce, at: Ms) -> None:
    world.site = event.site
    known = {agent.id for agent in event.site.agents}
    for agent in event.site.agents:
        if agent.id not in world.agents:
            world.agents[agent.id] = AgentNow(id=agent.id, since=at)
    for gone in [a for a, now in world.agents.items() if a not in known and now.interaction is None and not now.work]:
        del world.agents[gone]
    world.switches = {q: switch for q, switch in world.switches.items() if q in event.site.queue_by_id}
    known_queues = {EVERYWHERE, *event.site.queue_by_id}
    world.incidents = {q: incident for q, incident in world.incidents.items() if q in known_queues}


def _day(world: World, event: e.DayStarted, at: Ms) -> None:
    slots = max(1, (event.end - event.start) // HALF_HOUR)
    world.today = Today(day=event.day, start=event.start, end=event.end, half_hours=[0] * slots)


def _bridge_started(world: World, event: e.BridgeStarted, at: Ms) -> None:
    world.asterisk = False


def _asterisk_seen(world: World, event: e.AsteriskSeen, at: Ms) -> None:
    world.asterisk = True
    world.booted = event.booted
    vanishing.not_heard_of(world, at)


def _asterisk_lost(world: World, event: e.AsteriskLost, at: Ms) -> None:
    world.asterisk = False


def _closed(world: World, event: e.QueueClosed, at: Ms) -> None:
    before = world.switches.get(event.queue)
    world.switches[event.queue] = Switch(event.closing, event.by, before.since if before is not None else at)


def _reopened(world: World, event: e.QueueReopened, at: Ms) -> None:
    world.switches.pop(event.queue, None)


def _incident(world: World, event: e.IncidentSet, at: Ms) -> None:
    world.incidents[event.queue or EVERYWHERE] = IncidentNow(event.incident, event.by, at, event.until, event.sentences)


def _lifted(world: World, event: e.IncidentLifted, at: Ms) -> None:
    world.incidents.pop(event.queue or EVERYWHERE, None)


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.SiteInForce: _site,
    e.DayStarted: _day,
    e.BridgeStarted: _bridge_started,
    e.AsteriskSeen: _asterisk_seen,
    e.AsteriskLost: _asterisk_lost,
    e.QueueClosed: _closed,
    e.QueueReopened: _reopened,
    e.IncidentSet: _incident,
    e.IncidentLifted: _lifted,
}
