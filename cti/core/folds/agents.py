"""Agents, their desks and phones, folded into the world."""

from collections.abc import Callable
from typing import Any

from cti.core import vanishing
from cti.core.agent import WORKING, AgentState
from cti.core.events import agents as e
from cti.core.events.base import Fact
from cti.core.folds.shared import forget, pace_of
from cti.core.ids import Ms
from cti.core.world import AgentNow, World


def _agent(world: World, event: e.AgentStateSet, at: Ms) -> None:
    agent = world.agents.setdefault(event.agent, AgentNow(id=event.agent))
    before = agent.interaction
    state = AgentState(event.state)
    if agent.state is AgentState.WRAP_UP and state is not AgentState.WRAP_UP:
        wrapped = world.interactions.get(before) if before is not None else None
        if wrapped is not None and wrapped.direction == "in":
            pace_of(world, wrapped.queue).wrap.take(at - agent.since)
    if state is not agent.state or event.reason != agent.reason or state is AgentState.TALKING:
        if agent.state in WORKING:
            agent.worked = Ms(agent.worked + at - agent.since)
        if agent.state is AgentState.SIGNED_OUT:
            agent.shift_since, agent.worked = at, Ms(0)
        agent.since = at
    if state is AgentState.READY and agent.state is not AgentState.RESERVED:
        agent.idle_since = at
    if state is AgentState.SIGNED_OUT:
        agent.opted_out = ()
        agent.text_paused = None
    agent.state = state
    agent.reason = event.reason
    agent.interaction = event.interaction
    agent.until = event.until
    if state in (AgentState.NOT_READY, AgentState.SIGNED_OUT, AgentState.READY):
        agent.next_reason = None
        agent.desk_until = None
    if before is not None and before != event.interaction:
        forget(world, before)


def _next(world: World, event: e.NotReadyNext, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        agent.next_reason = event.reason


def _taken(world: World, event: e.QueueTaken, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        others = {*agent.opted_out} - {event.queue}
        agent.opted_out = tuple(sorted(others if event.takes else {*others, event.queue}))


def _desk(world: World, event: e.DeskSeen, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        if event.present:
            agent.desk_gone = None
        elif agent.desk_gone is None:
            agent.desk_gone = at
        agent.desk = event.present
        agent.desk_silent = None
        agent.desk_until = event.until


def _answers(world: World, event: e.DeskAnswers, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        agent.desk_silent = None if event.answers else at


def _phone(world: World, event: e.PhoneSeen, at: Ms) -> None:
    world.phones[event.phone] = event.reachable
    vanishing.note(world, event.phone, event.reachable, at)


def _nothing(world: World, event: Fact, at: Ms) -> None:
    """A fact for history and people; the world does not change by it."""


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.AgentStateSet: _agent,
    e.NotReadyNext: _next,
    e.QueueTaken: _taken,
    e.DeskSeen: _desk,
    e.DeskAnswers: _answers,
    e.PhoneSeen: _phone,
    e.WrappedUp: _nothing,
}
