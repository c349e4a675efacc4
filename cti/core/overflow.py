"""Overflow: when a queue's callers go to another's line. Questions only; `calls` moves them."""

from cti.core.agent import AgentState
from cti.core.ids import Ms, QueueId
from cti.core.interaction import State
from cti.core.queue import served_by
from cti.core.site import Overflow
from cti.core.world import Interaction, World

_AWAY = frozenset({AgentState.SIGNED_OUT, AgentState.NOT_READY})


def overflow_of(world: World, it: Interaction) -> Overflow | None:
    """Where this caller may be moved to; None: nowhere, or they were moved already."""
    queue = world.queue(it.queue)
    rule = queue.overflow if queue is not None and not it.overflowed else None
    return rule if rule is not None and world.queue(rule.to) is not None else None


def overflow_at(world: World, it: Interaction) -> Ms | None:
    """When this caller will have waited too long; nobody is moved while a phone rings for them."""
    rule = overflow_of(world, it)
    if rule is None or not rule.after_s or it.state is not State.WAITING:
        return None
    return Ms(it.since + rule.after_s * 1000)


def crowded(world: World, queue: QueueId, rule: Overflow) -> bool:
    """Whether there are more callers in line than the rule allows for those at work."""
    known = world.queue(queue)
    if not rule.per_agent or known is None:
        return False
    waiting = sum(
        it.queue == queue and it.state in (State.WAITING, State.OFFERED) for it in world.interactions.values()
    )
    at_work = sum(
        (profile := world.profile(agent.id)) is not None and served_by(profile, known)
        for agent in world.agents.values()
        if agent.state not in _AWAY
    )
    return waiting > rule.per_agent * at_work
