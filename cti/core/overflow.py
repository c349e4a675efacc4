"""When callers go another way than their queue's line: too long, too many, closed. Questions only; `calls` acts."""

from typing import NamedTuple

from cti.core.agent import AWAY
from cti.core.closings import by_hand, closing_of, is_closed, ousted, refuge
from cti.core.ids import ClosingId, Ms, QueueId
from cti.core.interaction import State
from cti.core.outlook import Outlook
from cti.core.queue import served_by, without
from cti.core.site import Closing, Overflow
from cti.core.world import Interaction, World

LOOK_MS = 20_000
"""So often it is asked whether what a caller in line has to expect has become too long; beside each time that they are
told of it."""


class Way(NamedTuple):
    """Another way for a caller: into a queue's line, or out of every line, or something they may choose."""

    why: str
    """As in `Overflowed`."""
    to: QueueId | None = None
    closing: ClosingId | None = None
    """How the queue they leave is closed, or as good as closed; without `to` they are out of line."""
    offer: str = ""
    """They keep their place."""


def way_on_entry(world: World, it: Interaction, now: Ms) -> Way | None:
    """For one who has just been put in line; None: they stay. To be asked again after each."""
    queue = world.queue(it.queue)
    if it.away or queue is None:
        return None
    closing = closing_of(world, queue, now)
    if closing is not None and (way := _closed(world, it, closing, "closed", now)) is not None:
        return way
    return _way(world, it, now, entering=True)


def way_out(world: World, it: Interaction, now: Ms) -> Way | None:
    """For one in line whose time has come (`overflow_at`); None: they stay."""
    closing = ousted(world, it)
    if closing is None:
        return _way(world, it, now, entering=False)
    to = refuge(world, closing, now) if not it.elsewhere else None
    return Way("closed", to, closing.id) if to is not None else None


def overflow_at(world: World, it: Interaction, after: Ms | None = None) -> Ms | None:
    """When, later than `after`, it is time to look whether a caller in line, or parked, goes another way.

    Nobody does while a phone rings for them.
    """
    if it.park is not None:
        return it.park.until if after is None or it.park.until > after else None
    if it.state is not State.WAITING or it.elsewhere:
        return None
    closing = ousted(world, it)
    queue = world.queue(it.queue)
    if closing is not None:
        # To one that a hand has closed nobody goes; it opens by hand, too, and then this is asked again.
        leads = world.queue(closing.to) is not None and by_hand(world, closing.to) is None
        times = [it.since] if leads else []
    else:
        rules = queue.overflows if queue is not None else ()
        times = [Ms(it.since + rule.after_s * 1000) for rule in rules if rule.after_s and _unused(it, rule)]
        if by_estimate(world, it):
            looks = (after - it.since) // LOOK_MS if after is not None else 0
            times.append(Ms(it.since + (max(0, looks) + 1) * LOOK_MS))
    return min((at for at in times if after is None or at > after), default=None)


def by_estimate(world: World, it: Interaction) -> bool:
    """Whether it depends on the estimate if this caller goes another way."""
    queue = world.queue(it.queue)
    return queue is not None and any(rule.estimate_s and _unused(it, rule) for rule in queue.overflows)


def _way(world: World, it: Interaction, now: Ms, *, entering: bool) -> Way | None:
    """Of the queue's rules, the first that holds and leads somewhere."""
    queue = world.queue(it.queue)
    for rule in queue.overflows if queue is not None else ():
        if not _unused(it, rule):
            continue
        way = _leads(world, it, rule, now)
        why = _holds(world, it, rule, now, entering=entering) if way is not None else ""
        if way is not None and why:
            return way._replace(why=why)
    return None


def _unused(it: Interaction, rule: Overflow) -> bool:
    return rule.offer not in it.invited if rule.offer else not it.overflowed


def _leads(world: World, it: Interaction, rule: Overflow, now: Ms) -> Way | None:
    """Where a rule leads; None: nowhere, as things are. Who is to be called back hears no words and presses no key."""
    if not it.channel and rule.to is None:
        return None
    if rule.offer:
        return Way("", offer=rule.offer)
    if rule.closing is not None and world.site is not None:
        closing = world.site.closing_by_id.get(rule.closing)
        return _closed(world, it, closing, "", now, message=True) if closing is not None else None
    to = world.queue(rule.to)
    return Way("", to.id) if to is not None and not is_closed(world, to, now) else None


def _closed(world: World, it: Interaction, closing: Closing, why: str, now: Ms, *, message: bool = False) -> Way | None:
    """To the closing's queue, else out of line for its site or its `message`; None: neither, they stay."""
    to = refuge(world, closing, now)
    if to is not None and to != it.queue:
        return Way(why, to, closing.id)
    if (closing.leads_out and not it.elsewhere) or (message and closing.then == "message"):
        return Way(why, None, closing.id)
    return None


def _holds(world: World, it: Interaction, rule: Overflow, now: Ms, *, entering: bool) -> str:
    """Why a rule is to be followed now; empty: it is not."""
    if not entering and rule.after_s and now - it.since >= rule.after_s * 1000:
        return "wait"
    if entering and it.queue is not None and _crowded(world, it.queue, rule):
        return "callers"
    pace = world.paces.get(it.queue or QueueId(""))
    if rule.estimate_s and pace is not None and pace.ready:
        prospect = Outlook(world).of(it.id, now)
        if prospect is not None and prospect.estimate.middle > rule.estimate_s * 1000:
            return "estimate"
    return ""


def _crowded(world: World, queue: QueueId, rule: Overflow) -> bool:
    """Whether there are more callers in line than the rule allows for those at work."""
    known = world.queue(queue)
    if not rule.per_agent or known is None:
        return False
    waiting = sum(
        it.queue == queue and not it.away and it.state in (State.WAITING, State.OFFERED)
        for it in world.interactions.values()
    )
    at_work = sum(
        (profile := world.profile(agent.id)) is not None
        and served_by(profile, known)
        and queue not in without(world, agent)
        for agent in world.agents.values()
        if agent.state not in AWAY
    )
    return waiting > rule.per_agent * at_work
