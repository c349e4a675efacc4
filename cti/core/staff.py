"""What agents say and what becomes of them: the actions of the agent's table."""

from collections.abc import Callable

from cti.core import agent as a
from cti.core import events as e
from cti.core import inputs as i
from cti.core import pieces
from cti.core.agent import AgentDo, AgentNo, AgentSignal, AgentState
from cti.core.commands import FallbackMember
from cti.core.ids import AgentId, InteractionId, Ms, ReasonId
from cti.core.queue import desk_phone_there, served_by, without
from cti.core.turn import Turn
from cti.core.world import AgentNow

DESK_GRACE = 20_000
"""After a restart of ours, desks have so long to come back before their agents are taken off."""

REASONED = {
    "rona": a.RONA,
    "declined": a.DECLINED,
    "unreachable": a.UNREACHABLE,
}
"""How an offer ended -> why its agent is not ready now; other ends leave the agent ready."""


def signal(turn: Turn, agent: AgentId, what: AgentSignal, reason: ReasonId | None = None, ready: bool = True) -> None:
    """Something happened to an agent: look it up in the table and do it."""
    now = turn.world.agents.get(agent)
    if now is None:
        return
    match a.TABLE[now.state][what]:
        case AgentNo():
            return
        case AgentDo.TO_READY:
            settle(turn, now)
            put(turn, now, AgentState.READY)
        case AgentDo.TO_NOT_READY:
            put(turn, now, AgentState.NOT_READY, reason or ReasonId(a.SIGNED_IN))
        case AgentDo.TO_SIGNED_OUT:
            settle(turn, now)
            put(turn, now, AgentState.SIGNED_OUT)
        case AgentDo.AFTERWARDS:
            _afterwards(turn, now, reason)
        case AgentDo.STAY_READY:
            _afterwards(turn, now, None)
        case AgentDo.LOSE:
            put(turn, now, AgentState.NOT_READY, ReasonId(a.DESK_LOST))
        case AgentDo.FINISH:
            if ready:
                free(turn, now)
            else:
                put(turn, now, AgentState.NOT_READY, now.next_reason or ReasonId("away"))
        case AgentDo.EXTEND:
            """Done by `extend`, which knows by how much."""


def _afterwards(turn: Turn, agent: AgentNow, reason: ReasonId | None) -> None:
    before = _rung(turn, agent)
    turn.emit(e.NotReadyNext(agent=agent.id, reason=reason))
    if _rung(turn, agent) != before:
        fallback(turn, agent)


def settle(turn: Turn, agent: AgentNow) -> None:
    """A wrap-up left without a word is still an end of it, for history's sake."""
    if agent.state is AgentState.WRAP_UP and agent.interaction is not None:
        turn.emit(e.WrappedUp(interaction=agent.interaction, agent=agent.id, outcome=None))


def put(
    turn: Turn,
    agent: AgentNow,
    state: AgentState,
    reason: ReasonId | None = None,
    interaction: InteractionId | None = None,
    until: Ms | None = None,
) -> None:
    """Set an agent's state, and keep the fallback queue in step."""
    present = state is not AgentState.SIGNED_OUT
    before = (_rung(turn, agent), agent.state is not AgentState.SIGNED_OUT)
    turn.emit(e.AgentStateSet(agent=agent.id, state=state, reason=reason, interaction=interaction, until=until))
    if (_rung(turn, agent), present) != before:
        fallback(turn, agent)
    if agent.work and state is not AgentState.READY:
        (pieces.called_away if present else pieces.left)(turn, agent)


def _rung(turn: Turn, agent: AgentNow) -> bool:
    """
    Whether the plain queue may ring this agent. It rings no phone that is in use (`ringinuse = no`), so who is in a
    call need not be taken out of it, unless a second phone of theirs would ring: to say so costs more than the rest.
    """
    if agent.state is AgentState.READY:
        return True
    profile = turn.world.profile(agent.id)
    if agent.state not in (AgentState.RESERVED, AgentState.TALKING) or agent.next_reason is not None or profile is None:
        return False
    return sum(turn.world.phones.get(phone, False) for phone in profile.phones) < 2


def fallback(turn: Turn, agent: AgentNow) -> None:
    """Tell Asterisk's plain queue whether it may ring this agent when we are away."""
    profile = turn.world.profile(agent.id)
    if profile is None or turn.world.site is None or not turn.world.asterisk:
        return
    left = without(turn.world, agent)
    queues = tuple(q.id for q in turn.world.site.queues if served_by(profile, q) and q.id not in left)
    for phone in profile.phones:
        turn.wish(
            FallbackMember(
                agent=agent.id,
                phone=phone,
                queues=queues,
                ready=_rung(turn, agent),
                present=agent.state is not AgentState.SIGNED_OUT,
            )
        )


def free(turn: Turn, agent: AgentNow) -> None:
    """The work is done: ready, unless something else was asked for meanwhile."""
    if agent.next_reason == a.SIGNED_OUT:
        put(turn, agent, AgentState.SIGNED_OUT)
    elif agent.next_reason is not None:
        put(turn, agent, AgentState.NOT_READY, agent.next_reason)
    else:
        put(turn, agent, AgentState.READY)


def release(turn: Turn, agent: AgentId, how: str) -> None:
    """An offer came to nothing; `how` says whether the agent stays ready (see `REASONED`)."""
    now = turn.world.agents.get(agent)
    if now is None or now.state is not AgentState.RESERVED:
        return
    if how in REASONED and now.next_reason is None:
        put(turn, now, AgentState.NOT_READY, ReasonId(REASONED[how]))
    else:
        free(turn, now)


def wrap_up(turn: Turn, agent: AgentNow, interaction: InteractionId, seconds: int) -> None:
    """The talk is over; time to write it down."""
    until = Ms(turn.now + seconds * 1000)
    put(turn, agent, AgentState.WRAP_UP, interaction=interaction, until=until)
    if seconds <= 0:
        signal(turn, agent.id, AgentSignal.EXPIRED)


def _sign_in(turn: Turn, said: i.AgentSignedIn) -> None:
    signal(turn, said.agent, AgentSignal.SIGN_IN, ReasonId(a.SIGNED_IN))


def _sign_out(turn: Turn, said: i.AgentSignedOut) -> None:
    signal(turn, said.agent, AgentSignal.SIGN_OUT, ReasonId(a.SIGNED_OUT))


def _ready(turn: Turn, said: i.AgentReady) -> None:
    signal(turn, said.agent, AgentSignal.READY)


def _not_ready(turn: Turn, said: i.AgentNotReady) -> None:
    signal(turn, said.agent, AgentSignal.NOT_READY, said.reason)


def _choose(turn: Turn, said: i.QueueChosen) -> None:
    agent, queue = turn.world.agents.get(said.agent), turn.world.queue(said.queue)
    if agent is None or queue is None or agent.state is AgentState.SIGNED_OUT:
        return
    if said.takes == (said.queue in agent.opted_out) and (said.takes or queue.opt_out):
        turn.emit(e.QueueTaken(agent=said.agent, queue=said.queue, takes=said.takes))
        fallback(turn, agent)


def _desk_connected(turn: Turn, said: i.DeskConnected) -> None:
    agent = turn.world.agents.get(said.agent)
    if agent is not None and not agent.desk:
        turn.emit(e.DeskSeen(agent=said.agent, present=True))
        if agent.next_reason == a.DESK_LOST:
            _afterwards(turn, agent, None)
    elif agent is not None and agent.desk_silent is not None:
        turn.emit(e.DeskAnswers(agent=said.agent, answers=True))


def _desk_silent(turn: Turn, said: i.DeskSilent) -> None:
    agent = turn.world.agents.get(said.agent)
    if agent is not None and agent.desk_answers:
        turn.emit(e.DeskAnswers(agent=said.agent, answers=False))


def _desk_lost(turn: Turn, said: i.DeskLost) -> None:
    lose_desk(turn, said.agent)


def lose_desk(turn: Turn, agent: AgentId) -> None:
    """No desk any more: without a phone of its own, nothing can ring for this agent."""
    now = turn.world.agents.get(agent)
    profile = turn.world.profile(agent)
    if now is None or not (now.desk or now.desk_until):
        return
    turn.emit(e.DeskSeen(agent=agent, present=False))
    pieces.called_away(turn, now)
    if profile is not None and not desk_phone_there(turn.world, profile):
        signal(turn, agent, AgentSignal.DESK_LOST, ReasonId(a.DESK_LOST))


def _extend(turn: Turn, said: i.WrapUpExtended) -> None:
    agent = turn.world.agents.get(said.agent)
    if agent is None or a.TABLE[agent.state][AgentSignal.EXTEND] is not AgentDo.EXTEND or agent.until is None:
        return
    until = Ms(max(agent.until, turn.now) + max(0, min(said.by_s, 3600)) * 1000)
    put(turn, agent, AgentState.WRAP_UP, interaction=agent.interaction, until=until)


def _wrapped(turn: Turn, said: i.WrapUpDone) -> None:
    agent = turn.world.agents.get(said.agent)
    if agent is None:
        return
    turn.emit(e.WrappedUp(interaction=said.interaction, agent=said.agent, outcome=said.outcome))
    if agent.state is AgentState.WRAP_UP and agent.interaction == said.interaction:
        signal(turn, said.agent, AgentSignal.WRAPPED, ready=said.ready)


def phone_seen(turn: Turn, said: i.PhoneReachable) -> None:
    """A phone has come or gone."""
    owner = turn.world.owner(said.phone)
    if owner is None or turn.world.phones.get(said.phone) == said.reachable:
        return
    agent = turn.world.agents.get(owner)
    before = agent is not None and _rung(turn, agent)
    turn.emit(e.PhoneSeen(phone=said.phone, reachable=said.reachable))
    if agent is not None and _rung(turn, agent) != before:
        fallback(turn, agent)


def restarted(turn: Turn) -> None:
    """Our process is new: no desk is connected, and each has a while to come back."""
    for agent in turn.world.agents.values():
        if agent.state is not AgentState.SIGNED_OUT:
            turn.emit(e.DeskSeen(agent=agent.id, present=False, until=Ms(turn.now + DESK_GRACE)))


def expire(turn: Turn, agent: AgentNow) -> None:
    """A wrap-up whose time is over, a desk that did not come back."""
    if agent.until is not None and agent.until <= turn.now and agent.state is AgentState.WRAP_UP:
        settle(turn, agent)
        signal(turn, agent.id, AgentSignal.EXPIRED)
    if agent.desk_until is not None and agent.desk_until <= turn.now:
        lose_desk(turn, agent.id)


HANDLERS: dict[type[i.Input], Callable[..., None]] = {
    i.AgentSignedIn: _sign_in,
    i.AgentSignedOut: _sign_out,
    i.AgentReady: _ready,
    i.AgentNotReady: _not_ready,
    i.QueueChosen: _choose,
    i.DeskConnected: _desk_connected,
    i.DeskSilent: _desk_silent,
    i.DeskLost: _desk_lost,
    i.WrapUpExtended: _extend,
    i.WrapUpDone: _wrapped,
}
