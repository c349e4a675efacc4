"""When a queue's callers go to another's line: too long, too many, closed. Questions only; `calls` moves them."""

from typing import NamedTuple

from cti.core.agent import AgentState
from cti.core.closings import by_hand, closing_of, is_closed, ousted, refuge
from cti.core.ids import ClosingId, Ms, QueueId
from cti.core.interaction import State
from cti.core.queue import served_by, without
from cti.core.site import Overflow
from cti.core.world import Interaction, World

_AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.NOT_READY})


class Way(NamedTuple):
    """Where a caller goes."""

    to: QueueId
    why: str
    """As in `Overflowed`."""
    closing: ClosingId | None = None
    """How the queue they leave is closed."""


def way_on_entry(world: World, it: Interaction, now: Ms) -> Way | None:
    """For one who has just been put in line; None: they stay."""
    queue = world.queue(it.queue)
    closing = closing_of(world, queue, now) if queue is not None else None
    if closing is not None and (to := refuge(world, closing, now)) is not None:
        return Way(to, "closed", closing.id)
    rule = _rule(world, it, now)
    if rule is not None and it.queue is not None and _crowded(world, it.queue, rule):
        return Way(rule.to, "callers")
    return None


def way_out(world: World, it: Interaction, now: Ms) -> Way | None:
    """For one in line whose time has come (`overflow_at`); None: they stay."""
    closing = ousted(world, it)
    if closing is not None:
        to = refuge(world, closing, now)
        return Way(to, "closed", closing.id) if to is not None else None
    rule = _rule(world, it, now)
    return Way(rule.to, "wait") if rule is not None and now - it.since >= rule.after_s * 1000 else None


def overflow_at(world: World, it: Interaction) -> Ms | None:
    """When it is time to look whether a caller in line goes elsewhere; nobody does while a phone rings for them."""
    if it.state is not State.WAITING:
        return None
    closing = ousted(world, it)
    if closing is not None:
        # To one that a hand has closed nobody goes; it opens by hand, too, and then this is asked again.
        return it.since if world.queue(closing.to) is not None and by_hand(world, closing.to) is None else None
    queue = world.queue(it.queue)
    rule = queue.overflow if queue is not None and not it.overflowed else None
    return Ms(it.since + rule.after_s * 1000) if rule is not None and rule.after_s else None


def _rule(world: World, it: Interaction, now: Ms) -> Overflow | None:
    """The queue's rule, for a caller who was not moved before, to a queue that is there and open."""
    queue = world.queue(it.queue)
    rule = queue.overflow if queue is not None and not it.overflowed else None
    to = world.queue(rule.to) if rule is not None else None
    return rule if to is not None and not is_closed(world, to, now) else None


def _crowded(world: World, queue: QueueId, rule: Overflow) -> bool:
    """Whether there are more callers in line than the rule allows for those at work."""
    known = world.queue(queue)
    if not rule.per_agent or known is None:
        return False
    waiting = sum(
        it.queue == queue and it.state in (State.WAITING, State.OFFERED) for it in world.interactions.values()
    )
    at_work = sum(
        (profile := world.profile(agent.id)) is not None
        and served_by(profile, known)
        and queue not in without(world, agent)
        for agent in world.agents.values()
        if agent.state not in _AWAY
    )
    return waiting > rule.per_agent * at_work
