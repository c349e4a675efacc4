"""The line, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core.estimate import MINUTE
from cti.core.events import waits as e
from cti.core.events.base import Fact
from cti.core.folds.shared import counters_of, pace_of
from cti.core.ids import Ms
from cti.core.interaction import State
from cti.core.world import Foreseen, Told, World


def _queued(world: World, event: e.Queued, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    if not event.again:
        interaction.since = event.since
        if event.instead_of is None:
            counters_of(world, event.queue).arrived += 1
    if interaction.state is State.DIALLING and interaction.callback is not None:
        interaction.callback.reached = at
    if event.queue != interaction.queue:
        interaction.foreseen = interaction.told = None
    interaction.state = State.WAITING
    interaction.away = False
    interaction.queue = event.queue
    interaction.skills = event.skills
    interaction.priority = event.priority
    if event.tier:
        interaction.tier, interaction.tier_minutes = event.tier, event.tier_minutes
    interaction.preferred = event.preferred
    interaction.preferred_as = event.preferred_as
    interaction.kept_until = event.kept_until
    interaction.language = event.language or interaction.language
    interaction.offer = None


def _raised(world: World, event: e.PriorityRaised, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.raised = event.raised


def _helped(world: World, event: e.HelpGiven, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.priority += event.minutes
        interaction.helped = True


def _overflowed(world: World, event: e.Overflowed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.overflowed = True
        interaction.closing = event.closing


def _turned_away(world: World, event: e.TurnedAway, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.overflowed = True
        interaction.closing = event.closing
        interaction.away = True


def _invited(world: World, event: e.WayOffered, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.invited = (*interaction.invited, event.what)


def _sent_elsewhere(world: World, event: e.SentElsewhere, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.closing = event.closing
        interaction.away = True
        interaction.elsewhere = "sent"


def _served_elsewhere(world: World, event: e.ServedElsewhere, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.elsewhere = "served"


def _came_back(world: World, event: e.CameBack, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.elsewhere = "failed"
        interaction.away = not event.in_line
        if event.in_line:
            interaction.closing = None


def _incident_heard(world: World, event: e.IncidentHeard, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.heard = (*interaction.heard, (event.incident, event.since))


def _foreseen(world: World, event: e.WaitForeseen, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        world.foreseen_at = at
        interaction.foreseen = Foreseen(at, event.modelled, event.low, event.middle, event.high)


def _told(world: World, event: e.WaitTold, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    told = interaction.told or Told(place=event.place)
    told.place = event.place
    if event.least is not None:
        told.least, told.most, told.agents = event.least, event.most, event.agents
        until = Ms(at + event.most * MINUTE) if event.most is not None else None
        if event.why or told.until is None:
            told.until = until
        elif until is not None:
            told.until = min(told.until, until)
        if told.by is None:
            told.by = until
    interaction.told = told


def _came_out(world: World, event: e.WaitCameOut, at: Ms) -> None:
    pace = pace_of(world, event.queue)
    interaction = world.interactions.get(event.interaction)
    foreseen = interaction.foreseen if interaction is not None else None
    if foreseen is not None and event.waited is not None:
        pace.compare(foreseen.modelled, foreseen.low, foreseen.high, event.waited, gave_up=event.gave_up)
    if event.kept is not None:
        pace.judge(event.kept)
        counters = counters_of(world, event.queue)
        counters.told += 1
        counters.kept += event.kept


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.Queued: _queued,
    e.PriorityRaised: _raised,
    e.HelpGiven: _helped,
    e.Overflowed: _overflowed,
    e.TurnedAway: _turned_away,
    e.WayOffered: _invited,
    e.SentElsewhere: _sent_elsewhere,
    e.ServedElsewhere: _served_elsewhere,
    e.CameBack: _came_back,
    e.IncidentHeard: _incident_heard,
    e.WaitForeseen: _foreseen,
    e.WaitTold: _told,
    e.WaitCameOut: _came_out,
}
