"""Callbacks: the caller may hang up, the place in line stays, and we call when it is their turn."""

from cti.core import events as e
from cti.core.closings import by_hand
from cti.core.dialling import drop
from cti.core.hours import closes, is_open, opens, quiet_until
from cti.core.ids import AgentId, IdentifierId, InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.site import Callbacks
from cti.core.talks import Detail, end_offer
from cti.core.turn import Turn
from cti.core.world import Callback, Interaction, World

LOOK_MS = 5000
"""So often it is asked whether somebody's turn is near enough to call them."""
SOON = 30_000
"""Until the next try, when the last one was nobody's fault but ours."""


def book(turn: Turn, it: Interaction, d: Detail) -> None:
    """Asked for by the caller, who may hang up from now on. A withheld number must come with another one."""
    to = d.to or it.caller
    if to is None or it.connected is not None or turn.world.site is None:
        return
    if is_away(it) or (it.callback is not None and (it.callback.to, it.callback.at) == (to, d.at)):
        return
    first = _rules(turn.world, it).first
    turn.emit(e.CallbackBooked(interaction=it.id, to=to, at=d.at, first=first))


def is_away(it: Interaction) -> bool:
    """Whether the caller is no longer on the line by which they came."""
    return (it.callback is not None and it.callback.released is not None) or (
        it.direction == "out" and not it.connected
    )


def hung_up(turn: Turn, it: Interaction) -> None:
    """They did: now, or after we had called them and they did not wait for the agent."""
    if it.callback is None:
        return
    if it.callback.released is None:
        turn.emit(e.PlaceKept(interaction=it.id))
        time(turn, it, Detail())
    else:
        turn.emit(e.DialEnded(interaction=it.id, channel=it.channel, agent=None, how="refused", purpose="callback"))
        again(turn, it, "refused")


def on_the_phone(it: Interaction, callback: Callback, when: Ms) -> Ms:
    """How much of their wait they spent on the phone: until they hung up, and after we had called them."""
    again = when - callback.reached if callback.reached is not None else 0
    return Ms(max(0, (callback.released or when) - it.since) + callback.held_on + max(0, again))


def time(turn: Turn, it: Interaction, d: Detail) -> None:
    """Whether they may be called now. Nobody is called out of hours."""
    callback, site = it.callback, turn.world.site
    if callback is None or callback.released is None or it.channel or site is None:
        return
    queue = turn.world.queue(it.queue)
    wanted = turn.now
    if not callback.due:
        wanted = max(wanted, callback.at or wanted, callback.until or wanted)
    if not is_open(site, wanted, queue):
        opening = opens(site, wanted, queue)
        if opening is None:
            miss(turn, it)
            return
        wanted = quiet_until(site, opening)
    if wanted > turn.now:
        turn.emit(e.CallbackPutOff(interaction=it.id, until=wanted))
    else:
        turn.emit(e.CallbackDue(interaction=it.id, until=closes(site, turn.now, queue)))


def again(turn: Turn, it: Interaction, how: str) -> None:
    """They were not reached: later once more, or a promise."""
    callback, rules = it.callback, _rules(turn.world, it)
    if callback is None:
        return
    if callback.tries >= rules.tries or how in ("wrong_number", "not_allowed"):
        miss(turn, it)
        return
    pause = SOON if how in ("cancelled", "lost") else rules.every_s * 1000
    until = Ms(turn.now + pause)
    # The first call is at the time they asked for; those after it are our own idea.
    site = turn.world.site
    turn.emit(e.CallbackPutOff(interaction=it.id, until=until if site is None else quiet_until(site, until)))


def miss(turn: Turn, it: Interaction) -> None:
    """Nobody calls them any more by themselves: somebody has to see to it."""
    callback = it.callback
    if callback is None:
        return
    owner = _rules(turn.world, it).owner or callback.tried_by or _first_supervisor(turn.world)
    turn.emit(e.CallbackMissed(interaction=it.id, tries=callback.tries, owner=owner))
    waited = on_the_phone(it, callback, turn.when)
    turn.emit(e.InteractionEnded(interaction=it.id, how="callback_missed", queue=it.queue, waited=waited))


def standing(world: World, caller: IdentifierId | None, queue: QueueId | None) -> Interaction | None:
    """The callback in this queue's line of somebody who calls again."""
    for name in world.callbacks if caller is not None else ():
        it = world.interactions[name]
        callback = it.callback
        if callback is None or callback.released is None or it.queue != queue or it.connected is not None:
            continue
        if caller in (callback.to, it.caller) and not (it.channel and it.state is not State.DIALLING):
            return it
    return None


def merge(turn: Turn, old: Interaction, into: InteractionId) -> None:
    """They have called themselves: the callback is over, its place is the new call's."""
    if old.state is State.DIALLING:
        drop(turn, old.channel)
        agent = old.offer.agent if old.offer is not None else None
        turn.emit(e.DialEnded(interaction=old.id, channel=old.channel, agent=agent, how="merged", purpose="callback"))
    end_offer(turn, old, "withdrawn")
    turn.emit(e.CallbackMerged(interaction=old.id, into=into))
    turn.emit(e.InteractionEnded(interaction=old.id, how="merged", queue=old.queue))


def at_turn(it: Interaction) -> bool:
    """Whether it is the customer's phone that rings when their turn comes."""
    return it.callback is not None and it.callback.first == "customer" and not it.channel


def put_back(world: World, interaction: InteractionId) -> bool:
    """Whether a match for them came to no offer, as their own phone rings first: the agent is free for others."""
    it = world.interactions.get(interaction)
    if it is None:
        return True  # nobody can call them any more
    return it.callback is not None and it.callback.first == "customer" and it.state is not State.OFFERED


def in_line(world: World, it: Interaction) -> bool:
    """Whether they have a place: on the phone, or to be called back as soon as it is their turn."""
    callback = it.callback
    if it.state is State.DIALLING:
        return callback is not None
    if it.state not in (State.WAITING, State.OFFERED):
        return False
    if it.channel:
        return not it.away
    # Closed by hand: who is not on the line can wait until it opens.
    return callback is not None and callback.due and by_hand(world, it.queue) is None


def timer(it: Interaction) -> Ms | None:
    """When it has to be looked at whether they may be called."""
    if it.callback is None or it.state is not State.WAITING or it.channel:
        return None
    return it.callback.until


def lead_at(world: World, it: Interaction, after: Ms | None = None) -> Ms | None:
    """When, later than `after`, to look whether they are to be called before their turn; None: that is not asked."""
    callback = it.callback
    if callback is None or not at_turn(it) or not _rules(world, it).lead_s or callback.released is None:
        return None
    if it.state is not State.WAITING or not in_line(world, it):
        return None
    looks = (after - callback.released) // LOOK_MS if after is not None else 0
    return Ms(callback.released + (max(0, looks) + 1) * LOOK_MS)


def lead(world: World, it: Interaction) -> Ms:
    """How long before their turn, at most, they are called."""
    return Ms(_rules(world, it).lead_s * 1000)


def _rules(world: World, it: Interaction) -> Callbacks:
    queue = world.queue(it.queue)
    return queue.callbacks if queue is not None else Callbacks()


def _first_supervisor(world: World) -> AgentId | None:
    agents = world.site.agents if world.site is not None else ()
    return next((agent.id for agent in agents if agent.role != "agent"), None)
