"""Closed queues: by hand, as a supervisor's switch says, or by the calendar. Questions only."""

import msgspec
from msgspec import Struct

from cti.core.hours import Rule, is_open, opens, rule
from cti.core.ids import Ms, QueueId
from cti.core.interaction import State
from cti.core.site import CLOSINGS, Closing, Queue
from cti.core.world import Interaction, World


def by_hand(world: World, queue: QueueId | None) -> Closing | None:
    """How this queue is closed by hand; None: it is not. A closing deleted meanwhile still closes."""
    switch = world.switches.get(queue) if queue is not None else None
    if switch is None or world.site is None or queue not in world.site.queue_by_id:
        return None
    return world.site.closing_by_id.get(switch.closing, CLOSINGS[0])


def closing_of(world: World, queue: Queue, now: Ms) -> Closing | None:
    """What becomes of one who asks for this queue now; None: they are put in line."""
    closing = by_hand(world, queue.id)
    if closing is not None or world.site is None:
        return closing
    out_of_hours, on_holidays = queue.out_of_hours, queue.on_holidays or queue.out_of_hours
    if (out_of_hours is None and on_holidays is None) or is_open(world.site, now, queue):
        return None
    name = on_holidays if rule(world.site, now, queue) is Rule.HOLIDAY else out_of_hours
    return world.site.closing_by_id.get(name) if name is not None else None


def is_closed(world: World, queue: Queue, now: Ms) -> bool:
    """Whether it is closed, by hand or by its calendar."""
    return by_hand(world, queue.id) is not None or (world.site is not None and not is_open(world.site, now, queue))


def refuge(world: World, closing: Closing, now: Ms) -> QueueId | None:
    """The queue that callers of a closed one go to: none is sent from one closed queue to another."""
    queue = world.queue(closing.to)
    return queue.id if queue is not None and not is_closed(world, queue, now) else None


def ousted(world: World, it: Interaction) -> Closing | None:
    """How a caller in line is turned away: the queue was closed by hand, those in line too, or they are out of line."""
    if it.state is not State.WAITING:
        return None
    if it.away and world.site is not None:
        return world.site.closing_by_id.get(it.closing or CLOSINGS[0].id, CLOSINGS[0])
    closing = by_hand(world, it.queue)
    return closing if closing is not None and closing.waiting else None


class Shut(Struct, frozen=True):
    """A caller who is turned away from a queue."""

    closing: Closing
    to: QueueId | None
    """Where they go, or have gone."""

    @property
    def leads_out(self) -> bool:
        """Whether they go to another site; they ask the core first (`ElsewhereAsked`)."""
        return self.to is None and self.closing.leads_out


def turned(world: World, it: Interaction, now: Ms) -> Shut | None:
    """What a caller in line has to be told of closed queues: theirs, or the one they were moved from; None: nothing."""
    closing = ousted(world, it)
    if closing is not None:
        if it.elsewhere:
            return Shut(msgspec.structs.replace(closing, site="", number="", to=None), None)
        return Shut(closing, refuge(world, closing, now))
    if it.closing is None or world.site is None:
        return None
    return Shut(world.site.closing_by_id.get(it.closing, CLOSINGS[0]), it.queue)


class Doors(Struct, frozen=True):
    """What is open at a moment."""

    open: bool
    """The site is."""
    opens: Ms | None
    """When it next does."""
    closed: frozenset[QueueId]
    shut: dict[QueueId, Shut]
    """Queues that take nobody, and what becomes of those who ask for them."""


def doors(world: World, now: Ms) -> Doors:
    """For the flows of callers."""
    if world.site is None:
        return Doors(True, None, frozenset(), {})
    shut = {}
    for queue in world.site.queues:
        closing = closing_of(world, queue, now)
        if closing is not None:
            shut[queue.id] = Shut(closing, refuge(world, closing, now))
    closed = frozenset(queue.id for queue in world.site.queues if is_closed(world, queue, now))
    return Doors(is_open(world.site, now), opens(world.site, now), closed, shut)
