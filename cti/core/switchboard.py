"""`step(world, input, now)`: one input in, facts and wishes out. The heart, and pure.

It turns what shells saw of channels into signals to interactions and agents, whose tables say what follows; then timers
that are due, then the match. Inputs about things we don't know change nothing and are not errors. Who takes many inputs
keeps an `Index` beside the world, or every step would look at everybody.
"""

from collections.abc import Callable
from typing import Any

from cti.core import callbacks, calls, channels, consult, meanwhile, outward, pieces, recording, second_line, staff
from cti.core import events as e
from cti.core import inputs as i
from cti.core.channels import gone
from cti.core.consult_table import Happening
from cti.core.hours import day_of
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms
from cti.core.incidents import EVERYWHERE
from cti.core.index import Index
from cti.core.interaction import Signal, State
from cti.core.offers import call_ahead, offer
from cti.core.overflow import by_estimate, overflow_at
from cti.core.piece import PieceState
from cti.core.reconcile import reconcile
from cti.core.silence import silent_offer
from cti.core.talks import Detail, steer
from cti.core.telling import foresee, tell
from cti.core.timers import Kind
from cti.core.transfer import who_has
from cti.core.turn import Outcome, Turn
from cti.core.world import World


def step(world: World, said: i.Input, now: Ms, index: Index | None = None) -> Outcome:
    """Take one input at `now`. `world` is moved on by the events returned, and by nothing else.

    `index` is that of this world, kept from step to step; without one it is made for this step.
    """
    turn = Turn(world, now)
    beside = index or Index(world)
    take(turn, said, beside)
    return Outcome(turn.events, turn.commands, beside.wake_at(now))


def take(turn: Turn, said: i.Input, index: Index) -> None:
    """The same, with the turn in the caller's hand: what was decided before a failure is not lost.

    After a failure the index is made anew: the router may have given away what was never offered.
    """
    try:
        if turn.world.site is not None and turn.now >= turn.world.today.end:
            start_day(turn)
        _HANDLERS[type(said)](turn, said)
        followed = _follow(turn, index, 0)
        while expire(turn, index):  # what is due may make something else due at once
            followed = _follow(turn, index, followed)
        offer(turn, index.routing)
        if isinstance(said, i.RouteAsked):
            foresee(turn, said.interaction)
        followed = _follow(turn, index, followed)
        if turn.world.pieces:
            # After the calls, which come before text work: whoever has just been given one is not free for it.
            pieces.offer(turn, index.text)
            _follow(turn, index, followed)
    except BaseException:
        index.spoil()
        raise


def _follow(turn: Turn, index: Index, since: int) -> int:
    """Bring the index up to the turn's events; gives their number."""
    if len(turn.events) > since:
        index.follow(turn.events[since:])
    return len(turn.events)


def start_day(turn: Turn) -> None:
    """Midnight in the site's zone: counters begin again."""
    if turn.world.site is not None:
        day, start, end = day_of(turn.world.site.zone, turn.now)
        turn.emit(e.DayStarted(day=day, start=start, end=end))


def expire(turn: Turn, index: Index) -> bool:
    """Everything whose time has come; whether there was anything."""
    world = turn.world
    due = index.timers.due(turn.now)
    for kind, of in due:
        if kind is Kind.OFFER and (it := world.interactions.get(InteractionId(of))) is not None:
            calls.signal(turn, it, Signal.OFFER_EXPIRED, Detail())
        elif kind is Kind.AGENT and (agent := world.agents.get(AgentId(of))) is not None:
            staff.expire(turn, agent)
            pieces.expire_agent(turn, agent)
        elif kind is Kind.CALLBACK and (it := world.interactions.get(InteractionId(of))) is not None:
            calls.signal(turn, it, Signal.DUE, Detail())
        elif kind is Kind.LEAD and (it := world.interactions.get(InteractionId(of))) is not None:
            call_ahead(turn, it)
            index.timers.set((kind, of), callbacks.lead_at(world, it, turn.now))
        elif kind is Kind.OVERFLOW and (it := world.interactions.get(InteractionId(of))) is not None:
            calls.signal(turn, it, Signal.OVERDUE, Detail())
            index.timers.set((kind, of), overflow_at(world, it, turn.now))
        elif kind is Kind.LEG and (leg := world.legs.get(ChannelId(of))) is not None:
            channels.expire(turn, leg)
        elif kind is Kind.UNHEARD and (leg := world.legs.get(ChannelId(of))) is not None:
            channels.unheard(turn, leg)
        elif kind is Kind.SILENCE and (silent := silent_offer(world, AgentId(of))) is not None:
            calls.signal(turn, silent[0], Signal.LEG_LOST, Detail(how="silent"))
        elif kind is Kind.PIECE and (piece := world.pieces.get(InteractionId(of))) is not None:
            pieces.expire(turn, piece)
    return bool(due)


# --- the process and its configuration


def _site(turn: Turn, said: i.SiteLoaded) -> None:
    if turn.world.site == said.site:
        return
    first = turn.world.site is None
    for agent in turn.world.agents.values():
        if agent.work and agent.id not in said.site.agent_by_id:
            pieces.left(turn, agent)
    turn.emit(e.SiteInForce(site=said.site))
    if first:
        start_day(turn)
    for name in list(turn.world.callbacks):
        _about(turn, name, Signal.DUE, Detail())  # hours may have changed
    for agent in turn.world.agents.values():
        staff.fallback(turn, agent)


def _started(turn: Turn, said: i.Started) -> None:
    turn.emit(e.BridgeStarted())
    staff.restarted(turn)


def _wake(turn: Turn, said: i.Wake) -> None:
    """Timers are looked at after every input."""


# --- the caller's session


def _arrived(turn: Turn, said: i.CallArrived) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and said.channel != it.channel and it.channel in turn.world.legs:
        # What `Bridge()` left behind of the caller (`HUSK`) ran on to us, under their name; they are where they were.
        return
    if it is not None:
        calls.signal(turn, it, Signal.RETURNED, Detail(channel=said.channel))
    else:
        turn.emit(
            e.InteractionOpened(
                interaction=said.interaction,
                channel_kind="call",
                channel=said.channel,
                number=said.number,
                caller=said.caller,
                language=said.language,
            )
        )
    if said.channel not in turn.world.legs:
        turn.emit(e.LegStarted(channel=said.channel, interaction=said.interaction, phone=None))
        if said.channel in turn.world.gone:
            gone(turn, said.channel, 0)


def _about(turn: Turn, interaction: InteractionId, what: Signal, detail: Detail) -> None:
    it = turn.world.interactions.get(interaction)
    if it is not None:
        calls.signal(turn, it, what, detail)


def _language(turn: Turn, said: i.LanguageChosen) -> None:
    _about(turn, said.interaction, Signal.LANGUAGE, Detail(language=said.language))


def _recognised(turn: Turn, said: i.CallerRecognised) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.state is not State.ENDED and (it.account, it.recognised) != (said.account, said.how):
        turn.emit(e.CallerKnown(interaction=it.id, account=said.account, how=said.how))


def _moved(turn: Turn, said: i.FlowMoved) -> None:
    _about(turn, said.interaction, Signal.MOVED, Detail(how=said.position, label=said.label))


def _route(turn: Turn, said: i.RouteAsked) -> None:
    site = turn.world.site
    ahead = site.tiers.get(said.tier, 0) if site is not None else 0
    wanted = {"promised": said.promised, "case_owner": said.case_owner, "last_agent": said.last_agent}
    detail = Detail(
        queue=said.queue,
        skills=dict(said.skills),
        priority=said.priority + ahead,
        tier=said.tier if ahead else "",
        tier_minutes=ahead,
        language=said.language,
        wanted={name: agent for name, agent in wanted.items() if agent is not None},
    )
    _about(turn, said.interaction, Signal.ROUTED, detail)


def _priority(turn: Turn, said: i.PrioritySet) -> None:
    piece = turn.world.pieces.get(said.interaction)
    if piece is not None and piece.state is PieceState.WAITING and piece.raised != said.raised:
        turn.emit(e.PieceRaised(piece=piece.id, raised=said.raised, by=said.by))
    _about(turn, said.interaction, Signal.RAISED, Detail(priority=said.raised, agent=said.by))


def _switched(turn: Turn, said: i.QueueSwitched) -> None:
    world = turn.world
    switch = world.switches.get(said.queue)
    if said.closing is None:
        if switch is not None:
            turn.emit(e.QueueReopened(queue=said.queue, by=said.by))
    elif world.queue(said.queue) is not None and (switch is None or switch.closing != said.closing):
        turn.emit(e.QueueClosed(queue=said.queue, closing=said.closing, by=said.by))


def _elsewhere(turn: Turn, said: i.ElsewhereAsked) -> None:
    _about(turn, said.interaction, Signal.AWAY, Detail(channel=said.channel))


def _incident(turn: Turn, said: i.IncidentSwitched) -> None:
    world = turn.world
    there = world.incidents.get(said.queue or EVERYWHERE)
    if said.incident is None:
        if there is not None and there.until > turn.now:
            turn.emit(e.IncidentLifted(queue=said.queue, by=said.by))
        return
    known = said.queue is None or world.queue(said.queue) is not None
    asked = (said.incident, said.until, said.sentences)
    new = there is None or (there.incident, there.until, there.sentences) != asked
    if known and new and said.until > turn.now:
        turn.emit(
            e.IncidentSet(
                incident=said.incident, queue=said.queue, until=said.until, by=said.by, sentences=said.sentences
            )
        )


def _incident_said(turn: Turn, said: i.IncidentSaid) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and (said.incident, said.since) not in it.heard:
        turn.emit(e.IncidentHeard(interaction=it.id, incident=said.incident, since=said.since))


def _wait_said(turn: Turn, said: i.WaitSaid) -> None:
    tell(turn, said)
    it = turn.world.interactions.get(said.interaction)
    if it is not None and by_estimate(turn.world, it):
        calls.signal(turn, it, Signal.OVERDUE, Detail())


def _callback(turn: Turn, said: i.CallbackAsked) -> None:
    _about(turn, said.interaction, Signal.CALLBACK, Detail(to=said.to, at=said.at))


def _message(turn: Turn, said: i.MessageSent) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is None or it.state is State.ENDED:
        # Who hangs up at the end of speaking may be gone before the session has told of it. The message is kept.
        if not said.ms:
            return
        pieces.leave_message(
            turn,
            e.MessageLeft(
                interaction=said.interaction,
                queue=said.queue,
                skills=said.skills,
                language=said.language,
                ms=said.ms,
                caller=said.caller,
                wanted=said.wanted,
                tier=said.tier,
            ),
        )
        return
    detail = Detail(
        queue=said.queue,
        skills=dict(said.skills),
        language=said.language,
        ms=said.ms,
        yes=said.sent,
        wanted=dict(said.wanted),
        tier=said.tier,
    )
    calls.signal(turn, it, Signal.MESSAGE, detail)


def _heard(turn: Turn, said: i.ArticleHeard) -> None:
    _about(turn, said.interaction, Signal.HEARD, Detail(how=said.article, solved=said.solved))


def _help(turn: Turn, said: i.HelpAsked) -> None:
    _about(turn, said.interaction, Signal.HELP, Detail())


def _wait_for(turn: Turn, said: i.WaitForAsked) -> None:
    _about(turn, said.interaction, Signal.CHOSE, Detail(agent=said.agent))


def _flow_ended(turn: Turn, said: i.FlowEnded) -> None:
    _about(turn, said.interaction, Signal.FLOW_ENDED, Detail(how=said.how))


def _after(turn: Turn, said: i.AfterReached) -> None:
    _about(turn, said.interaction, Signal.AFTER, Detail(channel=said.channel))


def _sent_away(turn: Turn, said: i.SentAway) -> None:
    to = who_has(turn.world, said.dialled)
    it = turn.world.interactions.get(said.interaction)
    leg = turn.world.legs.get(said.channel)
    if it is not None and leg is not None and leg.phone is not None:
        # In a consultation the phone of one agent sent the other away: that leg ends, and the rest as its end does.
        steer(turn, it, Detail(channel=said.channel), "goodbye")
    else:
        _about(turn, said.interaction, Signal.SENT_AWAY, Detail(channel=said.channel, agent=to))


def _survey(turn: Turn, said: i.SurveyAnswered) -> None:
    _about(turn, said.interaction, Signal.JUDGED, Detail(yes=said.solved))


# --- agents about calls


def _declined(turn: Turn, said: i.OfferDeclined) -> None:
    found = turn.world.offer(said.offer)
    if found is not None and found[1].agent == said.agent:
        calls.signal(turn, found[0], Signal.DECLINED, Detail())


def _hang_up_asked(turn: Turn, said: i.HangUpAsked) -> None:
    it = turn.world.interactions.get(said.interaction)
    agent = turn.world.agents.get(said.agent)
    if it is None or agent is None or agent.interaction != it.id:
        return
    # After a transfer the one who gave the caller away may still wrap up what is another's call by now.
    for one in (it, turn.world.consult(it)):
        if one is not None and said.agent == (one.offer.agent if one.offer is not None else one.agent):
            calls.signal(turn, one, Signal.HANGUP_ASKED, Detail())
            return


def _transfer_asked(turn: Turn, said: i.TransferAsked) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.agent == said.agent:
        calls.signal(turn, it, Signal.GIVEN, Detail(agent=said.to, queue=said.queue, to=said.outside))


def _machine(turn: Turn, said: i.MachineAnswered) -> None:
    it = turn.world.interactions.get(said.interaction)
    who = (it.offer.agent if it.offer is not None else it.agent) if it is not None else None
    if who == said.agent:
        _about(turn, said.interaction, Signal.MACHINE, Detail(agent=said.agent, how="machine"))


def _consult_asked(turn: Turn, said: i.ConsultAsked) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.agent == said.agent:
        calls.signal(turn, it, Signal.ASKS, Detail(agent=said.to, queue=said.queue, to=said.outside))


def _consult_ends(turn: Turn, said: i.ConsultEnds) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.agent == said.agent and said.how in _CONSULT_ENDS:
        consult.signal(turn, it, _CONSULT_ENDS[said.how])


_CONSULT_ENDS = {"back": Happening.BACK_ASKED, "complete": Happening.HANDOVER_ASKED, "join": Happening.JOIN_ASKED}


def _park_asked(turn: Turn, said: i.ParkAsked) -> None:
    it = turn.world.interactions.get(said.interaction)
    if it is not None and it.agent == said.agent:
        calls.signal(turn, it, Signal.PARKS, Detail())


def _recall_asked(turn: Turn, said: i.RecallAsked) -> None:
    _about(turn, said.interaction, Signal.RECALLED, Detail(agent=said.agent))


_HANDLERS: dict[type[i.Input], Callable[[Turn, Any], None]] = {
    i.SiteLoaded: _site,
    i.Started: _started,
    i.Wake: _wake,
    i.AsteriskUp: reconcile,
    i.CallArrived: _arrived,
    i.LanguageChosen: _language,
    i.CallerRecognised: _recognised,
    i.FlowMoved: _moved,
    i.RouteAsked: _route,
    i.PrioritySet: _priority,
    i.QueueSwitched: _switched,
    i.ElsewhereAsked: _elsewhere,
    i.IncidentSwitched: _incident,
    i.IncidentSaid: _incident_said,
    i.WaitSaid: _wait_said,
    i.CallbackAsked: _callback,
    i.MessageSent: _message,
    i.ArticleHeard: _heard,
    i.HelpAsked: _help,
    i.WaitForAsked: _wait_for,
    i.FlowEnded: _flow_ended,
    i.CallAsked: outward.call_asked,
    i.MachineAnswered: _machine,
    i.AfterReached: _after,
    i.SentAway: _sent_away,
    i.SurveyAnswered: _survey,
    i.ServedMeanwhile: meanwhile.served,
    i.OfferDeclined: _declined,
    i.HangUpAsked: _hang_up_asked,
    i.TransferAsked: _transfer_asked,
    i.ConsultAsked: _consult_asked,
    i.ConsultEnds: _consult_ends,
    i.ColleagueDialled: second_line.dialled,
    i.ParkAsked: _park_asked,
    i.RecallAsked: _recall_asked,
    **channels.HANDLERS,
    **staff.HANDLERS,
    **pieces.HANDLERS,
    **recording.HANDLERS,
}
