"""`apply(world, event, at)`: folds one fact into the world. The only code that changes a world.

It never fails on an event we once wrote: a fact about something we no longer know changes nothing.
"""

from collections.abc import Callable
from typing import Any

from cti.core import events as e
from cti.core.agent import WORKING, AgentState
from cti.core.estimate import MINUTE, Pace
from cti.core.ids import InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.site import in_all
from cti.core.world import AgentNow, Foreseen, Interaction, Leg, Offer, QueueToday, Switch, Today, Told, World

HALF_HOUR = 30 * 60 * 1000
TOMBSTONES = 512
ASK_AGAIN = 100
"""A hang-up takes a few milliseconds. One that took longer is asked for again, then at twice the age, and so on."""
ASK_AGAIN_MOST = 10_000


def apply(world: World, event: e.Event, at: Ms) -> None:
    """Fold `event`, which happened at `at`, into `world` in place."""
    _FOLDS[type(event)](world, event, at)


def _site(world: World, event: e.SiteInForce, at: Ms) -> None:
    world.site = event.site
    known = {agent.id for agent in event.site.agents}
    for agent in event.site.agents:
        if agent.id not in world.agents:
            world.agents[agent.id] = AgentNow(id=agent.id, since=at)
    for gone in [a for a, now in world.agents.items() if a not in known and now.interaction is None]:
        del world.agents[gone]
    world.switches = {q: switch for q, switch in world.switches.items() if q in event.site.queue_by_id}


def _day(world: World, event: e.DayStarted, at: Ms) -> None:
    slots = max(1, (event.end - event.start) // HALF_HOUR)
    world.today = Today(day=event.day, start=event.start, end=event.end, half_hours=[0] * slots)


def _bridge_started(world: World, event: e.BridgeStarted, at: Ms) -> None:
    world.asterisk = False


def _asterisk_seen(world: World, event: e.AsteriskSeen, at: Ms) -> None:
    world.asterisk = True
    world.booted = event.booted


def _asterisk_lost(world: World, event: e.AsteriskLost, at: Ms) -> None:
    world.asterisk = False


def _opened(world: World, event: e.InteractionOpened, at: Ms) -> None:
    world.interactions[event.interaction] = Interaction(
        id=event.interaction,
        kind=event.channel_kind,
        channel=event.channel,
        number=event.number,
        caller=event.caller,
        language=event.language,
        opened=at,
    )
    today = world.today
    today.arrived += 1
    slot = (at - today.start) // HALF_HOUR
    if 0 <= slot < len(today.half_hours):
        today.half_hours[slot] += 1


def _reattached(world: World, event: e.CallerReattached, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.channel = event.channel


def _language(world: World, event: e.LanguageSet, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.language = event.language


def _position(world: World, event: e.FlowPosition, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.position = event.position
        if event.label:
            interaction.path.append(in_all(event.label))


def _counters(world: World, queue: QueueId | None) -> QueueToday:
    return world.today.queues.setdefault(queue or QueueId(""), QueueToday())


def _pace(world: World, queue: QueueId | None) -> Pace:
    return world.paces.setdefault(queue or QueueId(""), Pace())


def _queued(world: World, event: e.Queued, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    if not event.again:
        _counters(world, event.queue).arrived += 1
        interaction.since = event.since
    if event.queue != interaction.queue:
        interaction.foreseen = interaction.told = None
    interaction.state = State.WAITING
    interaction.queue = event.queue
    interaction.skills = event.skills
    interaction.priority = event.priority
    interaction.preferred = event.preferred
    interaction.preferred_as = event.preferred_as
    interaction.kept_until = event.kept_until
    interaction.language = event.language or interaction.language
    interaction.offer = None


def _raised(world: World, event: e.PriorityRaised, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.raised = event.raised


def _overflowed(world: World, event: e.Overflowed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.overflowed = True
        interaction.closing = event.closing


def _closed(world: World, event: e.QueueClosed, at: Ms) -> None:
    before = world.switches.get(event.queue)
    world.switches[event.queue] = Switch(event.closing, event.by, before.since if before is not None else at)


def _reopened(world: World, event: e.QueueReopened, at: Ms) -> None:
    world.switches.pop(event.queue, None)


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
    pace = _pace(world, event.queue)
    interaction = world.interactions.get(event.interaction)
    foreseen = interaction.foreseen if interaction is not None else None
    if foreseen is not None and event.waited is not None:
        pace.compare(foreseen.modelled, foreseen.low, foreseen.high, event.waited, gave_up=event.gave_up)
    if event.kept is not None:
        pace.judge(event.kept)
        counters = _counters(world, event.queue)
        counters.told += 1
        counters.kept += event.kept


def _offered(world: World, event: e.Offered, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.state = State.OFFERED
    interaction.offers += 1
    interaction.why = event.why
    interaction.offer = Offer(
        id=event.offer, agent=event.agent, legs=list(event.legs), at=at, until=event.until, why=event.why
    )
    for channel, phone in event.legs.items():
        world.legs[channel] = Leg(
            channel=channel, interaction=event.interaction, phone=phone, offer=event.offer, started=False
        )


def _offer_ended(world: World, event: e.OfferEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is not None and interaction.offer is not None and interaction.offer.id == event.offer:
        interaction.offer = None
        if interaction.state is State.OFFERED:
            interaction.state = State.WAITING


def _connected(world: World, event: e.Connected, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    if interaction.connected is None:
        interaction.waited = event.waited
        counters = _counters(world, interaction.queue)
        counters.answered += 1
        counters.waited_answered = Ms(counters.waited_answered + event.waited)
        pace = _pace(world, interaction.queue)
        pace.waited(event.waited, gave_up=False)
        if interaction.offer is not None:
            pace.ring.take(at - interaction.offer.at)
        queue = world.queue(interaction.queue)
        if queue is not None and event.waited <= queue.service_level_s * 1000:
            counters.within += 1
    interaction.state = State.TALKING
    interaction.offer = None
    interaction.agent = event.agent
    interaction.agent_channel = event.agent_channel
    interaction.connected = at
    interaction.parted = None
    interaction.held = None
    interaction.given_to = None
    interaction.foreseen = interaction.told = None


def _held(world: World, event: e.Held, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.held = at


def _resumed(world: World, event: e.Resumed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.held = None


def _moved(world: World, event: e.AgentMoved, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.agent_channel = event.agent_channel
        interaction.held = None


def _talk_ended(world: World, event: e.TalkEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.state = State.AFTER
    interaction.parted = at
    interaction.held = None
    interaction.agent_channel = None
    counters = _counters(world, interaction.queue)
    counters.talked = Ms(counters.talked + event.talked)
    _pace(world, interaction.queue).talk.take(event.talked)


def _transferred(world: World, event: e.Transferred, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    interaction.given_by, interaction.given_to = event.agent, event.to
    # An agent has said where they are to be served; waiting long elsewhere is no reason to move them on.
    interaction.overflowed = True


def _transfer_failed(world: World, event: e.TransferFailed, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.given_to = None


def _flow_finished(world: World, event: e.FlowFinished, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.flow_end = event.how


def _survey(world: World, event: e.SurveyOpened, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.surveyed = True


def _judged(world: World, event: e.Judged, at: Ms) -> None:
    if interaction := world.interactions.get(event.interaction):
        interaction.judged = event.solved
    if event.solved:
        world.today.solved += 1
    else:
        world.today.not_solved += 1


def _ended(world: World, event: e.InteractionEnded, at: Ms) -> None:
    interaction = world.interactions.get(event.interaction)
    if interaction is None:
        return
    if event.how == "abandoned":
        _counters(world, event.queue).abandoned += 1
        world.today.abandoned_after.append(event.waited)
        _pace(world, event.queue).waited(event.waited, gave_up=True)
    interaction.state = State.ENDED
    interaction.offer = None
    _forget(world, event.interaction)


def _forget(world: World, interaction: InteractionId) -> None:
    """Drop an ended interaction unless an agent still works on it."""
    known = world.interactions.get(interaction)
    if known is None or known.state is not State.ENDED:
        return
    if not any(agent.interaction == interaction for agent in world.agents.values()):
        del world.interactions[interaction]


def _agent(world: World, event: e.AgentStateSet, at: Ms) -> None:
    agent = world.agents.setdefault(event.agent, AgentNow(id=event.agent))
    before = agent.interaction
    state = AgentState(event.state)
    if agent.state is AgentState.WRAP_UP and state is not AgentState.WRAP_UP:
        wrapped = world.interactions.get(before) if before is not None else None
        if wrapped is not None:
            _pace(world, wrapped.queue).wrap.take(at - agent.since)
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
    agent.state = state
    agent.reason = event.reason
    agent.interaction = event.interaction
    agent.until = event.until
    if state in (AgentState.NOT_READY, AgentState.SIGNED_OUT, AgentState.READY):
        agent.next_reason = None
        agent.desk_until = None
    if before is not None and before != event.interaction:
        _forget(world, before)


def _next(world: World, event: e.NotReadyNext, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        agent.next_reason = event.reason


def _taken(world: World, event: e.QueueTaken, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        others = {*agent.opted_out} - {event.queue}
        agent.opted_out = tuple(sorted(others if event.takes else {*others, event.queue}))


def _desk(world: World, event: e.DeskSeen, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        agent.desk = event.present
        agent.desk_until = event.until


def _phone(world: World, event: e.PhoneSeen, at: Ms) -> None:
    world.phones[event.phone] = event.reachable


def _nothing(world: World, event: e.Event, at: Ms) -> None:
    """A fact for history and people; the world does not change by it."""


def _leg_started(world: World, event: e.LegStarted, at: Ms) -> None:
    leg = world.legs.get(event.channel)
    if leg is None:
        world.legs[event.channel] = Leg(channel=event.channel, interaction=event.interaction, phone=event.phone)
    else:
        leg.started = True


def _leg_up(world: World, event: e.LegUp, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.up = True
        leg.started = True


def _leg_bridged(world: World, event: e.LegBridged, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.bridge = event.bridge


def _leg_ending(world: World, event: e.LegEnding, at: Ms) -> None:
    if leg := world.legs.get(event.channel):
        leg.asked = leg.asked if leg.ending else at
        leg.ending = True
        leg.ask_again = Ms(at + min(max(ASK_AGAIN, at - leg.asked), ASK_AGAIN_MOST))


def _leg_gone(world: World, event: e.LegGone, at: Ms) -> None:
    world.legs.pop(event.channel, None)
    if len(world.gone) >= TOMBSTONES:
        world.gone = dict(list(world.gone.items())[TOMBSTONES // 2 :])
    world.gone[event.channel] = at


_FOLDS: dict[type[e.Event], Callable[[World, Any, Ms], None]] = {
    e.SiteInForce: _site,
    e.DayStarted: _day,
    e.BridgeStarted: _bridge_started,
    e.AsteriskSeen: _asterisk_seen,
    e.AsteriskLost: _asterisk_lost,
    e.QueueClosed: _closed,
    e.QueueReopened: _reopened,
    e.InteractionOpened: _opened,
    e.CallerReattached: _reattached,
    e.LanguageSet: _language,
    e.FlowPosition: _position,
    e.Queued: _queued,
    e.PriorityRaised: _raised,
    e.Overflowed: _overflowed,
    e.WaitForeseen: _foreseen,
    e.WaitTold: _told,
    e.WaitCameOut: _came_out,
    e.Offered: _offered,
    e.OfferEnded: _offer_ended,
    e.Connected: _connected,
    e.Held: _held,
    e.Resumed: _resumed,
    e.AgentMoved: _moved,
    e.TalkEnded: _talk_ended,
    e.Transferred: _transferred,
    e.TransferFailed: _transfer_failed,
    e.FlowFinished: _flow_finished,
    e.SurveyOpened: _survey,
    e.Judged: _judged,
    e.InteractionEnded: _ended,
    e.AgentStateSet: _agent,
    e.NotReadyNext: _next,
    e.QueueTaken: _taken,
    e.DeskSeen: _desk,
    e.PhoneSeen: _phone,
    e.WrappedUp: _nothing,
    e.LegStarted: _leg_started,
    e.LegUp: _leg_up,
    e.LegBridged: _leg_bridged,
    e.LegEnding: _leg_ending,
    e.LegGone: _leg_gone,
    e.Repaired: _nothing,
}
