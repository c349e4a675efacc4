"""What a screen shows, made from the world. Pure: no clock, nothing kept, nothing changed.

`TOUCHES` says which fields of a view an event can change; `live` makes only those anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from statistics import median_low

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.outlook import Outlook
from cti.core.queue import available, served_by, without
from cti.core.reasons import facts
from cti.core.recorded import Recorded
from cti.core.site import Agent, Queue
from cti.core.world import AgentNow, Interaction, QueueToday, World
from cti.store.views import DuePromise, Pop
from cti.web import parked, reserved, text_views
from cti.web.consults import consultation, consults_with
from cti.web.queue_state import closed, told_of, wait
from cti.web.views import (
    AgentTile,
    CallView,
    ClosedView,
    ClosingView,
    DeskView,
    GivenTo,
    IncidentView,
    IncidentWay,
    MeView,
    NoticeView,
    PhoneView,
    PromiseTile,
    QueueChoice,
    QueueView,
    TodayView,
    WaitView,
    WallboardView,
)


class Part(StrEnum):
    """What changes together on the screens."""

    OWN = "own"
    """A desk's agent and the call there: sent at once."""
    LINE = "line"
    """Queues and who waits."""
    AGENTS = "agents"
    TODAY = "today"
    PARKED = "parked"
    """Shown on many desks: sent at once, too."""
    SITE = "site"
    LINK = "link"


_O, _L, _A, _T, _P, _K = Part.OWN, Part.LINE, Part.AGENTS, Part.TODAY, Part.PARKED, Part.LINK
_NOTHING: frozenset[Part] = frozenset()

TOUCHES: dict[type[e.Event], frozenset[Part]] = {
    e.SiteInForce: frozenset(Part),
    e.DayStarted: frozenset({_L, _T}),
    e.BridgeStarted: frozenset({_K}),
    e.AsteriskSeen: frozenset({_K}),
    e.AsteriskLost: frozenset({_K}),
    e.QueueClosed: frozenset({_L}),
    e.QueueReopened: frozenset({_L}),
    e.IncidentSet: frozenset({_L}),
    e.IncidentLifted: frozenset({_L}),
    e.InteractionOpened: frozenset({_T}),
    e.CallerReattached: _NOTHING,
    e.LanguageSet: frozenset({_O, _L}),
    e.CallerKnown: _NOTHING,
    e.FlowPosition: frozenset({_O}),
    e.Queued: frozenset({_O, _L}),
    e.PriorityRaised: _NOTHING,
    e.HelpGiven: _NOTHING,
    e.Overflowed: _NOTHING,
    e.TurnedAway: frozenset({_L}),
    e.WayOffered: _NOTHING,
    e.SentElsewhere: _NOTHING,
    e.ServedElsewhere: _NOTHING,
    e.CameBack: frozenset({_L}),
    e.IncidentHeard: _NOTHING,
    e.WaitForeseen: _NOTHING,
    e.WaitTold: _NOTHING,
    e.WaitCameOut: frozenset({_L}),
    e.Offered: frozenset({_O, _L}),
    e.OfferEnded: frozenset({_O, _L}),
    e.Connected: frozenset({_O, _L, _T}),
    e.Held: frozenset({_O}),
    e.Resumed: frozenset({_O}),
    e.AgentMoved: frozenset({_O}),
    e.TalkEnded: frozenset({_O, _L, _T}),
    e.Transferred: frozenset({_O}),
    e.TransferFailed: frozenset({_O}),
    e.CallbackBooked: frozenset({_O, _L}),
    e.PlaceKept: frozenset({_O, _L, _T}),
    e.CallbackDue: frozenset({_L}),
    e.CallbackPutOff: frozenset({_O, _L}),
    e.Dialled: frozenset({_O, _L, _A}),
    e.DialEnded: frozenset({_O, _L, _A, _T}),
    e.CallbackMerged: frozenset({_L}),
    e.CallbackMissed: frozenset({_L}),
    e.ConnectedOutside: frozenset({_O, _T}),
    e.OutsideEnded: frozenset({_O}),
    e.AnswerHeard: frozenset({_T}),
    e.MessageSpoken: _NOTHING,
    e.MessageLeft: _NOTHING,
    e.FlowFinished: frozenset({_O, _L}),
    e.ConsultBegun: frozenset({_O}),
    e.ConsultAnswered: frozenset({_O, _A}),
    e.ConsultReached: frozenset({_O}),
    e.ConferenceBegun: frozenset({_O}),
    e.ConsultEnded: frozenset({_O, _A}),
    e.CallerRejoined: frozenset({_O}),
    e.OfferMoved: frozenset({_O, _L, _A}),
    e.OutsideMoved: frozenset({_O}),
    e.Parked: frozenset({_P, _L}),
    e.ParkEnded: frozenset({_P, _L}),
    e.RecordingBegun: frozenset({_O, _A}),
    e.RecordingPaused: frozenset({_O, _A}),
    e.RecordingResumed: frozenset({_O, _A}),
    e.RecordingFailed: frozenset({_O, _A}),
    e.SurveyOpened: _NOTHING,
    e.Judged: frozenset({_O, _T}),
    e.InteractionEnded: frozenset({_O, _L, _T}),
    e.AgentStateSet: frozenset({_O, _L, _A}),
    e.NotReadyNext: frozenset({_O, _L}),
    e.QueueTaken: frozenset({_O, _L}),
    e.DeskAnswers: frozenset({_O, _L, _A}),
    e.DeskSeen: frozenset({_O, _L, _A}),
    e.PhoneSeen: frozenset({_O}),
    e.WrappedUp: _NOTHING,
    e.PieceArrived: _NOTHING,
    e.PieceRaised: _NOTHING,
    e.PieceQueued: frozenset({_O, _L}),
    e.PieceOffered: frozenset({_O, _L}),
    e.PieceTaken: frozenset({_O, _L}),
    e.PieceKept: frozenset({_O}),
    e.PieceGiven: _NOTHING,
    e.PieceEnded: frozenset({_O, _L}),
    e.TextPaused: _NOTHING,
    e.LegStarted: _NOTHING,
    e.LegReached: _NOTHING,
    e.LegRinging: frozenset({_O, _A}),
    e.LegUp: _NOTHING,
    e.LegBridged: _NOTHING,
    e.LegEnding: frozenset({_O, _A}),
    e.LegGone: frozenset({_O, _A}),
    e.Repaired: _NOTHING,
}


def of_agent(world: World, agent: AgentId) -> InteractionId | None:
    """The interaction on this agent's desk."""
    now = world.agents.get(agent)
    return now.interaction if now else None


def on_desk(world: World, agent: AgentId) -> tuple[InteractionId, ...]:
    """The call on this agent's desk, and the text work."""
    now = world.agents.get(agent)
    if now is None:
        return ()
    return (*((now.interaction,) if now.interaction is not None else ()), *now.work, *now.later)


# --- the desk


def desk(
    world: World,
    agent: AgentId,
    pops: Mapping[InteractionId, Pop],
    notices: tuple[NoticeView, ...],
    promises: tuple[DuePromise, ...] = (),
) -> DeskView:
    """Everything one desk shows."""
    site, interaction = world.site, of_agent(world, agent)
    return DeskView(
        me=me(world, agent),
        queues=queues(world),
        call=call(world, agent),
        pop=pops.get(interaction) if interaction is not None else None,
        notices=notices,
        work=text_views.work(world, agent, pops),
        parked=parked.shown(world, agent, pops),
        reasons=site.reasons if site else (),
        outcomes=site.outcomes if site else (),
        closings=closings(world, agent),
        incidents=incidents(world, agent),
        promises=promises,
        asterisk=world.asterisk,
    )


def me(world: World, agent: AgentId) -> MeView:
    """The agent whose desk it is; one who was deleted meanwhile is signed out and has no phones."""
    now = world.agents.get(agent) or AgentNow(id=agent)
    profile = world.profile(agent) or Agent(id=agent, name=agent, work_number="")
    return MeView(
        agent=agent,
        name=profile.name,
        nickname=profile.nickname,
        work_number=profile.work_number,
        role=profile.role,
        state=now.state.value,
        reason=now.reason,
        since=now.since,
        until=now.until,
        next_reason=now.next_reason,
        silent=now.desk_silent is not None,
        phones=tuple(PhoneView(phone=phone, reachable=world.phones.get(phone, False)) for phone in profile.phones),
        calls_out=calls_out(world, profile),
        choices=tuple(
            QueueChoice(queue=queue.id, takes=queue.id not in now.opted_out)
            for queue in (world.site.queues if world.site else ())
            if queue.opt_out and served_by(profile, queue)
        ),
    )


def calls_out(world: World, profile: Agent) -> str:
    """Whether an agent may call numbers outside, or why not."""
    site = world.site
    if site is None or not site.calls_out:
        return "off"
    return "yes" if site.may_call(profile) else "not_allowed"


def incidents(world: World, agent: AgentId) -> tuple[IncidentWay, ...]:
    """What this agent can have callers told: supervisors can."""
    profile = world.profile(agent)
    if world.site is None or profile is None or profile.role == "agent":
        return ()
    return tuple(IncidentWay(id=one.id, name=one.name) for one in world.site.incident_by_id.values())


def closings(world: World, agent: AgentId) -> tuple[ClosingView, ...]:
    """How this agent can close queues: supervisors can."""
    profile = world.profile(agent)
    if world.site is None or profile is None or profile.role == "agent":
        return ()
    return tuple(
        ClosingView(id=closing.id, name=closing.name, waiting=closing.waiting)
        for closing in world.site.closing_by_id.values()
    )


_PHASES = {AgentState.RESERVED: reserved.OFFERED, AgentState.TALKING: "talking", AgentState.WRAP_UP: "wrap_up"}


def call(world: World, agent: AgentId) -> CallView | None:
    """The call on the desk, from the reservation to the end of wrap-up."""
    now = world.agents.get(agent)
    if now is None or now.interaction is None or now.state not in _PHASES:
        return None
    interaction = world.interactions.get(now.interaction)
    if interaction is None:
        return None
    asked = world.consult(interaction)
    # A colleague who is asked has the call on the desk, and a talk of their own.
    own = interaction if asked is None or interaction.agent == agent else asked
    offer = own.offer if own.offer is not None and own.offer.agent == agent else None
    mine = own.agent == agent and own.given_to is None
    phase, since, until = _PHASES[now.state], now.since, now.until
    waited = interaction.waited
    if phase == reserved.OFFERED and offer is not None:
        since, until, waited = offer.at, offer.until, Ms(offer.at - interaction.waits_since)
        phase = reserved.phase(world, interaction, offer)
        if interaction.state is State.DIALLING:
            since = now.since
        if phase in ("dialling", "talking"):
            until = None
    elif phase == "talking":
        since, until = own.connected or now.since, None
        if own.held is not None:
            phase, since = "held", own.held
    return CallView(
        interaction=interaction.id,
        phase=phase,
        direction=interaction.direction,
        callback=interaction.callback is not None or interaction.called_back is not None,
        missed=interaction.missed,
        offer=offer.id if offer else None,
        until=until,
        queue=interaction.queue,
        number=interaction.number,
        language=interaction.language,
        arrived=interaction.opened,
        waited=waited,
        since=since,
        connected=own.connected if own.agent == agent else None,
        path=tuple(interaction.path),
        why=facts(offer.grounds, offer.why) if offer else facts(own.grounds, own.why) if mine else (),
        judged=interaction.judged,
        given_to=_given_to(world, interaction, agent) if phase == "wrap_up" else None,
        given_by=interaction.given_by if interaction.given_by != agent else None,
        consult=consultation(world, interaction) if phase != "wrap_up" else None,
        recorded=_recorded(own),
    )


def _recorded(interaction: Interaction | None) -> str:
    """How it stands with the recording of a talk; `no` while they don't talk, for nothing is kept then."""
    if interaction is None or interaction.state is not State.TALKING:
        return Recorded.NO.value
    return interaction.recorded.value


def _given_to(world: World, interaction: Interaction, agent: AgentId) -> GivenTo | None:
    """Where a caller is whom this agent gave away and nobody has answered."""
    if interaction.given_by != agent or interaction.state not in (State.WAITING, State.OFFERED, State.PASSING):
        return None
    outside = interaction.state is State.PASSING
    heard = interaction.given_to is not None and reserved.rings(world, interaction.offer)
    return GivenTo(agent=interaction.given_to, queue=interaction.queue, outside=outside, rings=heard)


# --- what all screens share


def waiting(world: World) -> dict[QueueId, list[Interaction]]:
    """Queue -> those who wait in it (also while a phone rings for them)."""
    line: dict[QueueId, list[Interaction]] = {}
    for interaction in world.interactions.values():
        known = (
            interaction.state in (State.WAITING, State.OFFERED) and interaction.about is None and not interaction.away
        )
        if known and interaction.queue is not None and interaction.channel:
            line.setdefault(interaction.queue, []).append(interaction)
    return line


def to_call_back(world: World) -> Counter[QueueId]:
    """Queue -> how many of its line are not on the phone and will be called back."""
    found = (world.interactions[name] for name in world.callbacks)
    return Counter(
        it.queue
        for it in found
        if it.queue is not None and it.callback and it.callback.released is not None and it.callback.reached is None
    )


def queues(world: World) -> tuple[QueueView, ...]:
    """Every queue of the site, in the site's order."""
    if world.site is None:
        return ()
    line, later = waiting(world), to_call_back(world)
    text, laid = text_views.lines(world), parked.lines(world)
    outlook = Outlook(world)
    ready = [
        (agent, without(world, now))
        for agent in world.site.agents
        if (now := world.agents.get(agent.id)) and available(world, now)
    ]
    return tuple(
        _queue(
            queue,
            line.get(queue.id, []),
            later[queue.id],
            ready,
            world.today.queues.get(queue.id) or QueueToday(),
            wait(world, outlook, queue),
            closed(world, queue),
            text.get(queue.id, text_views.NONE),
            told_of(world, queue),
            laid.get(queue.id, (0, None)),
        )
        for queue in world.site.queues
    )


def _queue(
    queue: Queue,
    line: list[Interaction],
    later: int,
    ready: Iterable[tuple[Agent, frozenset[QueueId]]],
    today: QueueToday,
    wait: WaitView | None,
    closed: ClosedView | None,
    text: text_views.TextLine,
    incidents: tuple[IncidentView, ...],
    laid: tuple[int, Ms | None],
) -> QueueView:
    return QueueView(
        id=queue.id,
        name=queue.name,
        waiting=len(line),
        callbacks=later,
        longest_since=min((i.waits_since for i in line), default=None),
        limit_s=queue.limit_s,
        ready=sum(1 for agent, left in ready if queue.id not in left and served_by(agent, queue)),
        answered=today.answered,
        abandoned=today.abandoned,
        within=today.within,
        service_level_s=queue.service_level_s,
        service_level_goal=queue.service_level_goal,
        wait=wait,
        told=today.told,
        kept=today.kept,
        closed=closed,
        text_waiting=text.waiting,
        text_since=text.since,
        text_in_hand=text.in_hand,
        text_level_s=queue.text_level_s,
        text_opened=today.text_opened,
        text_within=today.text_within,
        incidents=incidents,
        parked=laid[0],
        parked_since=laid[1],
    )


# --- the wallboard


def wallboard(world: World, usual: tuple[float, ...], promises: tuple[PromiseTile, ...] = ()) -> WallboardView:
    """Everything a wallboard shows. `usual`: calls per half hour on this weekday, from history, as `promises` are."""
    site = world.site
    number, longest, queue = line_total(world)
    return WallboardView(
        site=site.name if site else {},
        zone=site.zone if site else "UTC",
        queues=queues(world),
        agents=tiles(world),
        today=today(world, usual),
        asterisk=world.asterisk,
        waiting=number,
        longest_since=longest,
        longest_queue=queue,
        promises=promises,
        reasons=site.reasons if site else (),
    )


def line_total(world: World) -> tuple[int, Ms | None, QueueId | None]:
    """How many wait in all, since when the longest, and where that one does."""
    everybody = [i for line in waiting(world).values() for i in line]
    longest = min(everybody, key=lambda i: (i.waits_since, i.id), default=None)
    return len(everybody), longest.waits_since if longest else None, longest.queue if longest else None


def tiles(world: World) -> tuple[AgentTile, ...]:
    """Everybody who can be given work, in the site's order: an administrator without a skill is none of them."""
    if world.site is None:
        return ()
    return tuple(
        AgentTile(
            agent=agent.id,
            name=agent.name,
            work_number=agent.work_number,
            state=reserved.state(world, now),
            reason=now.reason,
            since=now.since,
            consult=consults_with(world, now),
            recorded=_recorded(world.interactions.get(now.interaction)) if now.interaction is not None else "no",
            silent=now.desk_silent is not None and not agent.desk_phone,
        )
        for agent in world.site.agents
        if (agent.skills or agent.role == "agent") and (now := world.agents.get(agent.id)) is not None
    )


def today(world: World, usual: tuple[float, ...]) -> TodayView:
    """Today's counters over all queues. Each call counts by its own queue's service level."""
    counters = list(world.today.queues.values())
    levels = Counter((q.service_level_s, q.service_level_goal) for q in (world.site.queues if world.site else ()))
    seconds, goal = levels.most_common(1)[0][0] if levels else (20, 80)
    left = world.today.abandoned_after
    return TodayView(
        day=world.today.day,
        arrived=world.today.arrived,
        answered=sum(c.answered for c in counters),
        abandoned=sum(c.abandoned for c in counters),
        within=sum(c.within for c in counters),
        service_level_s=seconds,
        service_level_goal=goal,
        waited_answered=Ms(sum(c.waited_answered for c in counters)),
        talked=Ms(sum(c.talked for c in counters)),
        solved=world.today.solved,
        not_solved=world.today.not_solved,
        per_half_hour=tuple(world.today.half_hours),
        usual_half_hour=usual,
        half_abandoned_by=Ms(median_low(left)) if left else None,
    )
