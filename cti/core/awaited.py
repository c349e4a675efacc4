"""The agent who promised a caller something: whether they are here, and when they may be free. Questions only."""

from math import ceil

from msgspec import Struct

from cti.core.agent import AWAY, AgentState
from cti.core.estimate import MINUTE, Range, estimate, spoken
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.queue import asked_for, available, without
from cti.core.requirement import first_stage
from cti.core.world import AgentNow, World


class Awaited(Struct, frozen=True, kw_only=True):
    """What can be said of an agent to a caller in line."""

    work_number: str
    here: bool
    """At work, and will take calls of this queue after what they do now."""
    free: bool
    """Now."""
    wait: Range | None = None
    """Until they may be free; None: nobody knows, or others wait for them as well."""
    kept: bool = False
    """The caller is kept for them at the moment."""


def awaited(world: World, interaction: InteractionId, agent: AgentId, now: Ms) -> Awaited | None:
    """What is known of an agent for a caller in line; None: there is no such agent any more, or no such caller."""
    it, profile, own = world.interactions.get(interaction), world.profile(agent), world.agents.get(agent)
    queue = world.queue(it.queue) if it is not None else None
    if it is None or profile is None or queue is None:
        return None
    asked = asked_for(world, it)
    here = (
        own is not None
        and own.state not in AWAY
        and own.next_reason is None
        and queue.id not in without(world, own)
        and first_stage(profile.skills, asked) is not None
    )
    if own is None or not here:
        return Awaited(work_number=profile.work_number, here=False, free=False)
    return Awaited(
        work_number=profile.work_number,
        here=True,
        free=available(world, own),
        wait=_wait(world, own, interaction, now),
        kept=it.preferred == agent and now < it.kept_until,
    )


def _wait(world: World, own: AgentNow, interaction: InteractionId, now: Ms) -> Range | None:
    for other in world.interactions.values():
        if other.id != interaction and other.preferred == own.id and now < other.kept_until:
            return None
    if own.state is AgentState.WRAP_UP and own.until is not None:
        most = ceil(max(0, own.until - now) / MINUTE)
        return Range(0, most) if 0 < most <= _WRAP_UP_MOST else None
    with_them = world.interactions.get(own.interaction) if own.interaction is not None else None
    pace = world.paces.get((with_them.queue if with_them is not None else None) or QueueId(""))
    if own.state not in (AgentState.TALKING, AgentState.RESERVED) or pace is None or not pace.ready:
        return None
    # A talk has no memory: however long it has been, it may go on for as long as any.
    return spoken(estimate(pace, 0.0, 1.0, pace.talk.value + pace.wrap.value), pace.score)


_WRAP_UP_MOST = 10
"""Minutes that all have words."""
