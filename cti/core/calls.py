"""What follows from what happens to a call: the actions of the interaction's table.

Ghosts: a hang-up that collides with `Bridge()` is lost inside Asterisk and the agent would talk to nobody for ever. AMI
then shows HangupRequest and after it BridgeEnter for the caller: on that order both are hung up at once.
"""

from collections.abc import Callable

from cti.core import callbacks, consult, outward, parking, passing
from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.closings import closing_of, ousted, turned
from cti.core.commands import Greet, HangUp
from cti.core.consult_table import Happening
from cti.core.ids import AgentId, BridgeId, ChannelId, Ms
from cti.core.interaction import TABLE, Do, No, Signal, State
from cti.core.overflow import Way, way_on_entry, way_out
from cti.core.pieces import leave_message
from cti.core.staff import free, put
from cti.core.talks import (
    ELSEWHERE,
    NORMAL,
    Detail,
    cut_off,
    end_offer,
    end_talk,
    enter_line,
    hang_up_legs,
    line_up,
    steer,
)
from cti.core.telling import came_out
from cti.core.transfer import pass_on, recall, refused, transfer
from cti.core.turn import Turn
from cti.core.world import Interaction, Leg

WAITED_FOR = 15 * 60_000
"""So long, in milliseconds, a caller waits at most for the agent they chose to wait for; then anybody may have them."""


def signal(turn: Turn, interaction: Interaction, what: Signal, detail: Detail) -> Do | No:
    """Something happened to an interaction: look it up in the table, do it, and say what was done."""
    action = TABLE[interaction.state][what]
    if isinstance(action, Do):
        _ACTIONS[action](turn, interaction, detail)
    return action


def _reattach(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.channel != d.channel and callbacks.is_away(it):
        # The session's first word, after the channel's last: they have hung up, and keep their place.
        return
    if d.channel is not None:
        turn.emit(e.CallerReattached(interaction=it.id, channel=d.channel))
    if it.elsewhere == "sent":
        queue = turn.world.queue(it.queue)
        closed = queue is not None and closing_of(turn.world, queue, turn.now) is not None
        turn.emit(e.CameBack(interaction=it.id, in_line=not closed))


def _set_language(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.language is not None and d.language != it.language:
        turn.emit(e.LanguageSet(interaction=it.id, language=d.language))


def _move(turn: Turn, it: Interaction, d: Detail) -> None:
    turn.emit(e.FlowPosition(interaction=it.id, position=d.how, label=d.label))


def _queue(turn: Turn, it: Interaction, d: Detail) -> None:
    again = bool(it.since)
    d.instead_of = None if again else callbacks.standing(turn.world, it.caller, d.queue)
    if d.instead_of is not None:
        callbacks.merge(turn, d.instead_of, it.id)
    enter_line(turn, it, d, again)
    while (way := way_on_entry(turn.world, it, turn.now)) is not None:
        _go(turn, it, way)


def _requeue(turn: Turn, it: Interaction, d: Detail) -> None:
    enter_line(turn, it, d, True)


def _raise(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.agent is not None and d.priority != it.raised:
        turn.emit(e.PriorityRaised(interaction=it.id, raised=d.priority, by=d.agent))


def _overflow(turn: Turn, it: Interaction, d: Detail) -> None:
    way = way_out(turn.world, it, turn.now)
    if way is not None:
        _go(turn, it, way)


def _go(turn: Turn, it: Interaction, way: Way) -> None:
    if it.queue is None:
        return
    waited = Ms(turn.now - it.since)
    if way.to is not None:
        turn.emit(
            e.Overflowed(interaction=it.id, queue=it.queue, to=way.to, why=way.why, waited=waited, closing=way.closing)
        )
        wanted = {it.preferred_as: it.preferred} if it.preferred is not None else {}
        moved = Detail(queue=way.to, skills=it.skills, priority=it.priority, language=it.language, wanted=wanted)
        enter_line(turn, it, moved, True)
    elif way.closing is not None:
        turn.emit(e.TurnedAway(interaction=it.id, queue=it.queue, closing=way.closing, why=way.why, waited=waited))
    else:
        turn.emit(e.WayOffered(interaction=it.id, queue=it.queue, what=way.offer, why=way.why, waited=waited))


def _send_elsewhere(turn: Turn, it: Interaction, d: Detail) -> None:
    """Asked first, for an agent may have come free, or the queue been opened, while the caller heard the words."""
    shut = turned(turn.world, it, turn.now)
    if shut is not None and shut.leads_out and ousted(turn.world, it) is not None:
        turn.emit(e.SentElsewhere(interaction=it.id, closing=shut.closing.id))
        steer(turn, it, d, "elsewhere")
    else:
        steer(turn, it, d, "wait")


def served_elsewhere(turn: Turn, it: Interaction) -> None:
    """The caller is in a bridge that is none of ours: somebody at the other site has answered."""
    if it.state is State.WAITING and it.elsewhere == "sent":
        turn.emit(e.ServedElsewhere(interaction=it.id, queue=it.queue, waited=_waited(turn, it)))


def _note_end(turn: Turn, it: Interaction, d: Detail) -> None:
    turn.emit(e.FlowFinished(interaction=it.id, how=d.how))


def _leave_line(turn: Turn, it: Interaction, d: Detail) -> None:
    """The caller has what they need, or it is closed: the place goes to the next."""
    end_offer(turn, it, "caller_gone")
    if d.how != "closed":
        came_out(turn, it, gave_up=True)
    turn.emit(e.FlowFinished(interaction=it.id, how=d.how, queue=it.queue, waited=_waited(turn, it)))


def _help(turn: Turn, it: Interaction, d: Detail) -> None:
    queue = turn.world.queue(it.queue)
    if queue is not None and queue.room.help_minutes and not it.helped:
        turn.emit(e.HelpGiven(interaction=it.id, minutes=queue.room.help_minutes))


def _keep_for(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.away or (d.agent is not None and turn.world.profile(d.agent) is None):
        return
    line_up(turn, it, d.agent, "promised" if d.agent is not None else "", keep=WAITED_FOR)


def _keep_message(turn: Turn, it: Interaction, d: Detail) -> None:
    in_line = it.state in (State.WAITING, State.OFFERED)
    queue, skills = (it.queue, it.skills) if in_line else (d.queue, d.skills)
    tier = d.tier if it.queue is None else ""
    if d.yes:
        leave_message(
            turn,
            e.MessageLeft(
                interaction=it.id,
                queue=queue,
                skills=skills,
                language=it.language or d.language,
                ms=d.ms,
                caller=it.caller,
                wanted=d.wanted,
                tier=tier,
            ),
        )
    elif d.ms != (it.spoken.ms if it.spoken is not None else 0):
        turn.emit(e.MessageSpoken(interaction=it.id, ms=d.ms, queue=queue, skills=skills, wanted=d.wanted, tier=tier))


def _note_answer(turn: Turn, it: Interaction, d: Detail) -> None:
    turn.emit(e.AnswerHeard(interaction=it.id, article=d.how, solved=d.solved))


def _decline(turn: Turn, it: Interaction, d: Detail) -> None:
    # Who takes their own call back has refused nobody's.
    own = it.direction == "out" and it.connected is None
    _refused(turn, it, "withdrawn" if own else "declined")


def _expire(turn: Turn, it: Interaction, d: Detail) -> None:
    _refused(turn, it, "rona")


def _fail(turn: Turn, it: Interaction, d: Detail) -> None:
    _refused(turn, it, d.how or "unreachable")


def _refused(turn: Turn, it: Interaction, how: str) -> None:
    end_offer(turn, it, how)
    refused(turn, it, how)
    outward.not_begun(turn, it)


def _connect(turn: Turn, it: Interaction, d: Detail) -> None:
    leg = d.leg
    agent_id = turn.world.owner(leg.phone) if leg is not None and leg.phone is not None else None
    agent = turn.world.agents.get(agent_id) if agent_id is not None else None
    if leg is None or agent is None:
        return
    if agent.interaction is not None and agent.interaction != it.id and agent.state is not AgentState.WRAP_UP:
        turn.emit(e.Repaired(what="second call for a busy agent hung up", interaction=it.id, agent=agent.id))
        turn.wish(HangUp(channel=leg.channel, cause=ELSEWHERE))
        return
    offer = it.offer
    # Not of the plain queue's making, nor somebody whom the agent has heard ring or was asked about.
    ours = leg.offer is not None and it.state is not State.DIALLING and (offer is None or not offer.talking)
    legs: list[ChannelId] = offer.legs if offer is not None else []
    if offer is not None and offer.agent != agent.id:
        end_offer(turn, it, "withdrawn", spare=leg.channel)
        legs = []
    passing.stop(turn, it, "cancelled")
    parking.stop(turn, it, "met")
    waited = _waited(turn, it)
    came_out(turn, it, gave_up=False)
    turn.emit(
        e.Connected(
            interaction=it.id,
            agent=agent.id,
            offer=leg.offer,
            agent_channel=leg.channel,
            bridge=leg.bridge or BridgeId(""),
            waited=waited,
        )
    )
    put(turn, agent, AgentState.TALKING, interaction=it.id)
    hang_up_legs(turn, legs, ELSEWHERE, spare=leg.channel)
    if ours:
        _greet(turn, it, agent.id, leg)


def _greet(turn: Turn, it: Interaction, agent: AgentId, leg: Leg) -> None:
    """What a caller hears of who answers; not of a talk that is only found, for it has begun a while ago."""
    queue, profile, site = turn.world.queue(it.queue), turn.world.profile(agent), turn.world.site
    language = it.language or (site.default_language if site is not None else None)
    if profile is None or language is None or turn.when != turn.now or (queue is not None and not queue.greeting):
        return
    turn.wish(Greet(channel=leg.channel, work_number=profile.work_number, language=language))


def _toggle_hold(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.yes and it.held is None:
        turn.emit(e.Held(interaction=it.id))
    elif not d.yes and it.held is not None:
        turn.emit(e.Resumed(interaction=it.id))


def _hang_up_agent(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.agent_channel is not None:
        turn.wish(HangUp(channel=it.agent_channel, cause=NORMAL))


def _end_talk(turn: Turn, it: Interaction, d: Detail) -> None:
    cut = cut_off(turn, it)
    end_talk(turn, it, d)
    if cut:
        line_up(turn, it)


def _steer_survey(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge. AMI may be a moment behind the dialplan: a talk still open is over by now."""
    if consult.beside(turn.world, it):
        # The agent's phone has let go of the caller while it calls a colleague, who has them from here on.
        consult.signal(turn, it, Happening.AGENT_LEFT)
        steer(turn, it, d, "wait")
        return
    if it.connected is not None and it.parted is None:
        passing.end(turn, it, d)
        _end_talk(turn, it, Detail(by="agent"))
        if it.state is State.WAITING:
            steer(turn, it, d, "wait")
            return
    queue = turn.world.queue(it.queue)
    asked = it.direction == "in" and (queue is None or queue.survey)
    ask = asked and it.connected is not None and it.judged is None
    if ask and not it.surveyed:
        turn.emit(e.SurveyOpened(interaction=it.id))
    steer(turn, it, d, "survey" if ask else "goodbye")


def _steer_wait(turn: Turn, it: Interaction, d: Detail) -> None:
    steer(turn, it, d, "wait")


def _judge(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.judged is None:
        turn.emit(e.Judged(interaction=it.id, solved=d.yes))


def _end(turn: Turn, it: Interaction, how: str) -> None:
    waited = Ms(0)
    if it.spoken is not None:
        # Who hangs up when they have said what they wanted has left a message.
        spoken = it.spoken
        said = Detail(
            queue=spoken.queue, skills=spoken.skills, ms=spoken.ms, yes=True, wanted=spoken.wanted, tier=spoken.tier
        )
        _keep_message(turn, it, said)
        how = "message"
        if it.state in (State.WAITING, State.OFFERED):
            _leave_line(turn, it, Detail(how=how))
            waited = _waited(turn, it)
    elif how == "abandoned":
        how = "abandoned_again" if it.connected is not None else how
        waited = _waited(turn, it)
        came_out(turn, it, gave_up=True)
    turn.emit(
        e.InteractionEnded(interaction=it.id, how=how, queue=it.queue, waited=waited, from_file=turn.when != turn.now)
    )


def _waited(turn: Turn, it: Interaction) -> Ms:
    """How long they have waited for this talk: place and priority are older after a transfer."""
    if it.callback is not None and it.callback.released is not None:
        return callbacks.on_the_phone(it, it.callback, turn.when)
    if it.direction == "out" and it.connected is None:
        return Ms(0)
    return Ms(max(0, turn.when - it.waits_since)) if it.since else Ms(0)


def _leave_menu(turn: Turn, it: Interaction, d: Detail) -> None:
    _end(turn, it, it.flow_end if it.flow_end in _HELPED else "flow" if it.flow_end else "left_menu")


def _abandon(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.callback is not None:
        callbacks.hung_up(turn, it)
        return
    _end(turn, it, "flow" if it.flow_end else "elsewhere" if it.elsewhere == "served" else "abandoned")


def _withdraw(turn: Turn, it: Interaction, d: Detail) -> None:
    end_offer(turn, it, "caller_gone")
    if it.callback is not None:
        callbacks.hung_up(turn, it)
        return
    _end(turn, it, "abandoned")


def _abandon_parked(turn: Turn, it: Interaction, d: Detail) -> None:
    parking.stop(turn, it, "caller_gone")
    _end(turn, it, "abandoned")


def _end_lost_talk(turn: Turn, it: Interaction, d: Detail) -> None:
    end_talk(turn, it, d)
    _end(turn, it, "answered")


def _transfer(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.to is not None:
        passing.give_outside(turn, it, d)
    else:
        transfer(turn, it, d)


def _leave_outside(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.state is State.OUTSIDE:
        passing.end(turn, it, d)
        _end(turn, it, "answered")
    else:
        passing.stop(turn, it, "cancelled")
        _end(turn, it, "abandoned")


def _end_after(turn: Turn, it: Interaction, d: Detail) -> None:
    _end(turn, it, "answered" if it.connected is not None else "flow")


def agent_free(turn: Turn, agent: AgentId) -> None:
    """Reconcile found an agent busy with nothing."""
    now = turn.world.agents.get(agent)
    if now is not None:
        free(turn, now)


_HELPED = frozenset({"message", "answer"})
"""Ends of a flow that are the end of the call, too, in history: the caller got something."""

_ACTIONS: dict[Do, Callable[[Turn, Interaction, Detail], None]] = {
    Do.REATTACH: _reattach,
    Do.SET_LANGUAGE: _set_language,
    Do.MOVE: _move,
    Do.QUEUE: _queue,
    Do.REQUEUE: _requeue,
    Do.RAISE: _raise,
    Do.OVERFLOW: _overflow,
    Do.SEND_ELSEWHERE: _send_elsewhere,
    Do.HELP: _help,
    Do.KEEP_FOR: _keep_for,
    Do.KEEP_MESSAGE: _keep_message,
    Do.NOTE_ANSWER: _note_answer,
    Do.NOTE_END: _note_end,
    Do.LEAVE_LINE: _leave_line,
    Do.DECLINE: _decline,
    Do.EXPIRE: _expire,
    Do.FAIL: _fail,
    Do.CONNECT: _connect,
    Do.END_TALK: _end_talk,
    Do.TOGGLE_HOLD: _toggle_hold,
    Do.HANG_UP_AGENT: _hang_up_agent,
    Do.TRANSFER: _transfer,
    Do.BOOK: callbacks.book,
    Do.TIME: callbacks.time,
    Do.DIAL: outward.picked_up,
    Do.LINE_UP: outward.answered,
    Do.NOT_REACHED: outward.not_reached,
    Do.CANCEL: outward.cancel,
    Do.CALL_LATER: outward.call_later,
    Do.CONNECT_OUTSIDE: passing.connect,
    Do.END_OUTSIDE: passing.end,
    Do.PASS_BACK: passing.pass_back,
    Do.LEAVE_OUTSIDE: _leave_outside,
    Do.PASS_ON: pass_on,
    Do.CONSULT: consult.ask,
    Do.GO_ON: consult.go_on,
    Do.TAKE_BACK: recall,
    Do.PARK: parking.park,
    Do.FETCH: parking.fetch,
    Do.UNPARK: parking.give_back,
    Do.ABANDON_PARKED: _abandon_parked,
    Do.STEER_SURVEY: _steer_survey,
    Do.STEER_WAIT: _steer_wait,
    Do.JUDGE: _judge,
    Do.LEAVE_MENU: _leave_menu,
    Do.ABANDON: _abandon,
    Do.WITHDRAW: _withdraw,
    Do.END_LOST_TALK: _end_lost_talk,
    Do.END: _end_after,
}
