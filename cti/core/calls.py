"""What follows from what happens to a call: the actions of the interaction's table.

Ghosts: a hang-up that collides with `Bridge()` is lost inside Asterisk and the agent would talk to nobody for ever. AMI
then shows HangupRequest and after it BridgeEnter for the caller: on that order both are hung up at once.
"""

from collections.abc import Callable

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.commands import HangUp, Steer, TakeOver
from cti.core.events import Why
from cti.core.ids import AgentId, BridgeId, ChannelId, Language, Ms, QueueId, SkillId
from cti.core.interaction import TABLE, Do, No, Signal
from cti.core.offers import offer_to
from cti.core.overflow import Way, way_on_entry, way_out
from cti.core.queue import available
from cti.core.site import Texts
from cti.core.staff import free, put, release, wrap_up
from cti.core.telling import came_out
from cti.core.turn import Turn
from cti.core.world import Interaction, Leg

ELSEWHERE = 26
"""Q.850 "non-selected user clearing": a phone shows no missed call for it."""
NORMAL = 16
REFUSED = frozenset({17, 21})
"""Q.850 user busy, call rejected: the agent's phone said no."""
NO_ANSWER = frozenset({18, 19})


class Detail:
    """What comes with a signal; each signal uses some of it."""

    def __init__(
        self,
        *,
        channel: ChannelId | None = None,
        leg: Leg | None = None,
        how: str = "",
        language: Language | None = None,
        label: Texts | None = None,
        queue: QueueId | None = None,
        skills: dict[SkillId, int] | None = None,
        priority: int = 0,
        agent: AgentId | None = None,
        yes: bool = False,
        by: str = "unknown",
    ) -> None:
        self.channel = channel
        self.leg = leg
        self.how = how
        self.language = language
        self.label = label or {}
        self.queue = queue
        self.skills = skills or {}
        self.priority = priority
        self.agent = agent
        self.yes = yes
        self.by = by


def signal(turn: Turn, interaction: Interaction, what: Signal, detail: Detail) -> Do | No:
    """Something happened to an interaction: look it up in the table, do it, and say what was done."""
    action = TABLE[interaction.state][what]
    if isinstance(action, Do):
        _ACTIONS[action](turn, interaction, detail)
    return action


def _reattach(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.channel is not None:
        turn.emit(e.CallerReattached(interaction=it.id, channel=d.channel))


def _set_language(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.language is not None and d.language != it.language:
        turn.emit(e.LanguageSet(interaction=it.id, language=d.language))


def _move(turn: Turn, it: Interaction, d: Detail) -> None:
    turn.emit(e.FlowPosition(interaction=it.id, position=d.how, label=d.label))


def _queue(turn: Turn, it: Interaction, d: Detail) -> None:
    again = bool(it.since)
    _queued(turn, it, d, again)
    _go(turn, it, way_on_entry(turn.world, it, turn.now))


def _requeue(turn: Turn, it: Interaction, d: Detail) -> None:
    _queued(turn, it, d, True)


def _queued(turn: Turn, it: Interaction, d: Detail, again: bool) -> None:
    if d.queue is None:
        return
    since = it.since if again else turn.now
    queue = turn.world.queue(d.queue)
    keep_s = queue.prefer_last_s if queue is not None and turn.world.profile(d.agent or AgentId("")) else 0
    turn.emit(
        e.Queued(
            interaction=it.id,
            queue=d.queue,
            skills=d.skills,
            priority=d.priority,
            language=d.language,
            since=since,
            again=again,
            preferred=d.agent if keep_s else None,
            preferred_as="last_agent" if keep_s else "",
            kept_until=Ms(since + keep_s * 1000) if keep_s else Ms(0),
        )
    )


def _raise(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.agent is not None and d.priority != it.raised:
        turn.emit(e.PriorityRaised(interaction=it.id, raised=d.priority, by=d.agent))


def _overflow(turn: Turn, it: Interaction, d: Detail) -> None:
    _go(turn, it, way_out(turn.world, it, turn.now))


def _go(turn: Turn, it: Interaction, way: Way | None) -> None:
    if way is not None and it.queue is not None:
        waited = Ms(turn.now - it.since)
        turn.emit(
            e.Overflowed(interaction=it.id, queue=it.queue, to=way.to, why=way.why, waited=waited, closing=way.closing)
        )
        moved = Detail(queue=way.to, skills=it.skills, priority=it.priority, language=it.language, agent=it.preferred)
        _queued(turn, it, moved, True)


def _note_end(turn: Turn, it: Interaction, d: Detail) -> None:
    turn.emit(e.FlowFinished(interaction=it.id, how=d.how))


def end_offer(turn: Turn, it: Interaction, how: str, spare: ChannelId | None = None) -> None:
    """The standing offer is over without a talk: legs (but `spare`) are hung up, the agent released."""
    offer = it.offer
    if offer is None:
        return
    turn.emit(e.OfferEnded(interaction=it.id, offer=offer.id, agent=offer.agent, how=how))
    cause = NORMAL if how in ("rona", "declined", "unreachable") else ELSEWHERE
    hang_up_legs(turn, offer.legs, cause, spare)
    release(turn, offer.agent, how)


def hang_up_legs(turn: Turn, legs: list[ChannelId], cause: int, spare: ChannelId | None = None) -> None:
    """Wish away every leg that still exists."""
    for channel in legs:
        if channel != spare and channel in turn.world.legs:
            turn.wish(HangUp(channel=channel, cause=cause))


def _decline(turn: Turn, it: Interaction, d: Detail) -> None:
    _refused(turn, it, "declined")


def _expire(turn: Turn, it: Interaction, d: Detail) -> None:
    _refused(turn, it, "rona")


def _fail(turn: Turn, it: Interaction, d: Detail) -> None:
    _refused(turn, it, d.how or "unreachable")


def _refused(turn: Turn, it: Interaction, how: str) -> None:
    """No talk came of the offer. Who was given to this very agent goes back to who gave them, if that one is free."""
    end_offer(turn, it, how)
    take_back(turn, it, how)


def take_back(turn: Turn, it: Interaction, how: str, *, ring: bool = True) -> None:
    """The colleague did not take the caller, who goes back to who gave them away, else in the line of before.

    The giver's wrap-up is over by it: there is nothing to write down yet. `ring`: whether to offer them to the giver.
    """
    by, to = it.given_by, it.given_to
    if by is not None and to is not None:
        _give_back(turn, it, by, to, how, ring)


def _give_back(turn: Turn, it: Interaction, by: AgentId, to: AgentId | None, how: str, ring: bool) -> None:
    turn.emit(e.TransferFailed(interaction=it.id, agent=by, to=to, how=how))
    giver = turn.world.agents.get(by)
    if giver is not None and giver.state is AgentState.WRAP_UP and giver.interaction == it.id:
        free(turn, giver)
    if ring and giver is not None and available(turn.world, giver) and not _leaving(turn, it):
        _hand_over(turn, it, giver.id, "transfer_back")
    else:
        _line_up(turn, it)


def _hand_over(turn: Turn, it: Interaction, agent: AgentId, preferred_as: str) -> None:
    """Offer them to this agent, who is free, past the line and whatever the queue asks for."""
    _line_up(turn, it, agent, preferred_as)
    offer_to(turn, it, agent, (Why(code="preferred", agent=agent, args={"as": preferred_as}),))


def _line_up(turn: Turn, it: Interaction, agent: AgentId | None = None, preferred_as: str = "") -> None:
    """In line where they are, with the old place; `agent` is being offered them."""
    if it.queue is None:
        return
    turn.emit(
        e.Queued(
            interaction=it.id,
            queue=it.queue,
            skills=it.skills,
            priority=it.priority,
            language=it.language,
            since=it.since,
            again=True,
            preferred=agent,
            preferred_as=preferred_as,
            kept_until=turn.now if agent is not None else Ms(0),
        )
    )


def _transfer(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge at once: the caller hears music in our session while others ring.

    A colleague who is no longer free is no reason to end the talk.
    """
    by, world = it.agent, turn.world
    colleague = world.agents.get(d.agent) if d.agent is not None else None
    queue = it.queue if d.agent is not None else d.queue
    if by is None or not world.asterisk or world.queue(queue) is None or _leaving(turn, it):
        return
    if d.agent is not None and (colleague is None or not available(world, colleague)):
        turn.emit(e.TransferFailed(interaction=it.id, agent=by, to=d.agent, how="not_free"))
        return
    turn.emit(e.Transferred(interaction=it.id, agent=by, to=d.agent, queue=d.queue))
    # Before the hang-up: the agent's end would send the caller to the survey's context first.
    turn.wish(TakeOver(interaction=it.id, channel=it.channel))
    _end_talk(turn, it, Detail(by="transfer"))
    if colleague is not None:
        _hand_over(turn, it, colleague.id, "transfer")
    else:
        _queued(turn, it, Detail(queue=queue, skills=it.skills, priority=it.priority, language=it.language), True)


def _pass_on(turn: Turn, it: Interaction, d: Detail) -> None:
    """Asterisk has moved the caller already, whoever it was that the phone dialled: nobody there, then back."""
    by, world = it.agent, turn.world
    if it.connected is not None and it.parted is None:
        _end_talk(turn, it, Detail(by="transfer"))
    if by is not None and world.queue(it.queue) is not None:
        colleague = world.agents.get(d.agent) if d.agent is not None else None
        turn.emit(e.Transferred(interaction=it.id, agent=by, to=d.agent))
        if colleague is not None and available(world, colleague) and world.asterisk and not _leaving(turn, it):
            _hand_over(turn, it, colleague.id, "transfer")
        else:
            _give_back(turn, it, by, d.agent, "nobody" if colleague is None else "not_free", world.asterisk)
    _steer(turn, it, d, "wait")


def _recall(turn: Turn, it: Interaction, d: Detail) -> None:
    """Only to somebody who is free for them: an agent with another call by now leaves them where they are."""
    giver = turn.world.agents.get(d.agent) if d.agent is not None else None
    if giver is None or giver.id != it.given_by or not turn.world.asterisk:
        return
    wraps = giver.state is AgentState.WRAP_UP and giver.interaction == it.id and giver.next_reason is None
    if wraps or available(turn.world, giver):
        end_offer(turn, it, "withdrawn")
        _give_back(turn, it, giver.id, it.given_to, "recalled", True)


def _leaving(turn: Turn, it: Interaction) -> bool:
    caller = turn.world.legs.get(it.channel)
    return caller is None or caller.ending


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
    legs: list[ChannelId] = offer.legs if offer is not None else []
    if offer is not None and offer.agent != agent.id:
        end_offer(turn, it, "withdrawn", spare=leg.channel)
        legs = []
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


def _end_talk(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.agent is None or it.connected is None:
        return
    agent_channel = it.agent_channel
    talked = Ms(max(0, turn.when - it.connected))
    turn.emit(e.TalkEnded(interaction=it.id, agent=it.agent, talked=talked, by=_ended_by(turn, it, d)))
    if agent_channel is not None and agent_channel in turn.world.legs:
        turn.wish(HangUp(channel=agent_channel, cause=NORMAL))
    agent = turn.world.agents.get(it.agent)
    if agent is not None and agent.interaction == it.id:
        queue = turn.world.queue(it.queue)
        wrap_up(turn, agent, it.id, queue.wrap_up_s if queue else 30)


def _ended_by(turn: Turn, it: Interaction, d: Detail) -> str:
    if d.by == "transfer":
        return d.by
    if _leaving(turn, it):
        return "caller"
    agent = turn.world.legs.get(it.agent_channel) if it.agent_channel is not None else None
    if agent is None or agent.ending:
        return "agent"
    return d.by


def _toggle_hold(turn: Turn, it: Interaction, d: Detail) -> None:
    if d.yes and it.held is None:
        turn.emit(e.Held(interaction=it.id))
    elif not d.yes and it.held is not None:
        turn.emit(e.Resumed(interaction=it.id))


def _hang_up_agent(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.agent_channel is not None:
        turn.wish(HangUp(channel=it.agent_channel, cause=NORMAL))


def _steer_survey(turn: Turn, it: Interaction, d: Detail) -> None:
    """Out of the bridge. AMI may be a moment behind the dialplan: a talk still open is over by now."""
    if it.connected is not None and it.parted is None:
        _end_talk(turn, it, Detail(by="agent"))
    queue = turn.world.queue(it.queue)
    ask = it.connected is not None and it.judged is None and (queue is None or queue.survey)
    if ask and not it.surveyed:
        turn.emit(e.SurveyOpened(interaction=it.id))
    _steer(turn, it, d, "survey" if ask else "goodbye")


def _steer_wait(turn: Turn, it: Interaction, d: Detail) -> None:
    _steer(turn, it, d, "wait")


def _steer(turn: Turn, it: Interaction, d: Detail, to: str) -> None:
    turn.wish(Steer(interaction=it.id, channel=d.channel or it.channel, to=to))


def _judge(turn: Turn, it: Interaction, d: Detail) -> None:
    if it.judged is None:
        turn.emit(e.Judged(interaction=it.id, solved=d.yes))


def _end(turn: Turn, it: Interaction, how: str) -> None:
    waited = Ms(0)
    if how == "abandoned":
        how = "abandoned_again" if it.connected is not None else how
        waited = _waited(turn, it)
        came_out(turn, it, gave_up=True)
    turn.emit(e.InteractionEnded(interaction=it.id, how=how, queue=it.queue, waited=waited))


def _waited(turn: Turn, it: Interaction) -> Ms:
    """How long they have waited for this talk: place and priority are older after a transfer."""
    return Ms(max(0, turn.when - it.waits_since)) if it.since else Ms(0)


def _leave_menu(turn: Turn, it: Interaction, d: Detail) -> None:
    _end(turn, it, "flow" if it.flow_end else "left_menu")


def _abandon(turn: Turn, it: Interaction, d: Detail) -> None:
    _end(turn, it, "flow" if it.flow_end else "abandoned")


def _withdraw(turn: Turn, it: Interaction, d: Detail) -> None:
    end_offer(turn, it, "caller_gone")
    _end(turn, it, "abandoned")


def _end_lost_talk(turn: Turn, it: Interaction, d: Detail) -> None:
    _end_talk(turn, it, d)
    _end(turn, it, "answered")


def _end_after(turn: Turn, it: Interaction, d: Detail) -> None:
    _end(turn, it, "answered" if it.connected is not None else "flow")


def agent_free(turn: Turn, agent: AgentId) -> None:
    """Reconcile found an agent busy with nothing."""
    now = turn.world.agents.get(agent)
    if now is not None:
        free(turn, now)


_ACTIONS: dict[Do, Callable[[Turn, Interaction, Detail], None]] = {
    Do.REATTACH: _reattach,
    Do.SET_LANGUAGE: _set_language,
    Do.MOVE: _move,
    Do.QUEUE: _queue,
    Do.REQUEUE: _requeue,
    Do.RAISE: _raise,
    Do.OVERFLOW: _overflow,
    Do.NOTE_END: _note_end,
    Do.DECLINE: _decline,
    Do.EXPIRE: _expire,
    Do.FAIL: _fail,
    Do.CONNECT: _connect,
    Do.END_TALK: _end_talk,
    Do.TOGGLE_HOLD: _toggle_hold,
    Do.HANG_UP_AGENT: _hang_up_agent,
    Do.TRANSFER: _transfer,
    Do.PASS_ON: _pass_on,
    Do.TAKE_BACK: _recall,
    Do.STEER_SURVEY: _steer_survey,
    Do.STEER_WAIT: _steer_wait,
    Do.JUDGE: _judge,
    Do.LEAVE_MENU: _leave_menu,
    Do.ABANDON: _abandon,
    Do.WITHDRAW: _withdraw,
    Do.END_LOST_TALK: _end_lost_talk,
    Do.END: _end_after,
}
