"""What follows from what happens to text work: the actions of the piece's table, and what agents say about pieces."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from cti.core import events as e
from cti.core import text_inputs as i
from cti.core.agent import AWAY, AgentState
from cti.core.events import Grounds, Why
from cti.core.ids import AgentId, InteractionId, Ms, OutcomeId, QueueId
from cti.core.inputs import Input
from cti.core.piece import TABLE, PieceDo, PieceNo, PieceSignal, PieceState
from cti.core.queue import room_for, takes_text
from cti.core.reasons import ahead
from cti.core.site import Capacity
from cti.core.text_routing import TextRouting
from cti.core.turn import Turn
from cti.core.world import AgentNow, Piece, World

DESK_AWAY = 600_000
"""Without a desk for so long, an agent's pieces go to others."""
KEPT_FIRST = 900_000
"""So long, once its time has come, a piece waits for the agent who kept it for later."""


class PieceDetail(Struct, frozen=True, kw_only=True):
    """What comes with a signal; each uses some of it."""

    agent: AgentId | None = None
    queue: QueueId | None = None
    until: Ms | None = None
    outcome: OutcomeId | None = None


_BARE = PieceDetail()


def signal(turn: Turn, piece: Piece, what: PieceSignal, detail: PieceDetail = _BARE) -> PieceDo | PieceNo:
    """Something happened to a piece: look it up in the table, do it, and say what was done."""
    action = TABLE[piece.state][what]
    if isinstance(action, PieceDo):
        _ACTIONS[action](turn, piece, detail)
    return action


def leave_message(turn: Turn, left: e.MessageLeft) -> None:
    """A caller has left a message: a piece of text work of the queue it was left for.

    One for no queue is the site's first queue's: somebody has to hear it.
    """
    world = turn.world
    turn.emit(left)
    call = world.interactions.get(left.interaction)
    piece = message_of(left.interaction)
    queue = left.queue or next((each.id for each in (world.site.queues if world.site is not None else ())), None)
    if piece in world.pieces or queue is None:
        return
    preferred, preferred_as, kept_until = _preferred(turn, queue, left.wanted)
    in_line = call is not None and call.queue is not None
    minutes = world.site.tiers.get(left.tier, 0) if world.site is not None and not in_line else 0
    priority, tier = minutes, left.tier if minutes else ""
    if call is not None and in_line:
        priority, tier, minutes = call.priority, call.tier, call.tier_minutes
    turn.emit(
        e.PieceArrived(
            piece=piece,
            kind="message",
            about=left.interaction,
            caller=left.caller,
            number=call.number if call is not None else "",
            language=left.language,
            length=left.ms,
        )
    )
    turn.emit(
        e.PieceQueued(
            piece=piece,
            queue=queue,
            skills=left.skills,
            priority=priority,
            tier=tier,
            tier_minutes=minutes,
            language=left.language,
            since=turn.now,
            preferred=preferred,
            preferred_as=preferred_as,
            kept_until=kept_until,
        )
    )


def _preferred(turn: Turn, queue: QueueId, wanted: Mapping[str, AgentId]) -> tuple[AgentId | None, str, Ms]:
    """For whom a new piece is kept, as what, until when: the dearest who is at work, else the dearest there is."""
    rules = turn.world.queue(queue)
    if rules is None or not rules.text_kept_s:
        return None, "", Ms(0)
    known = [(agent, name) for name in rules.kept_s if (agent := wanted.get(name)) and turn.world.profile(agent)]
    at_work = (one for one in known if (now := turn.world.agents.get(one[0])) is not None and now.state not in AWAY)
    agent, name = next(at_work, known[0] if known else (None, ""))
    return agent, name, Ms(turn.now + rules.text_kept_s * 1000) if agent is not None else Ms(0)


def message_of(call: InteractionId) -> InteractionId:
    """The piece that is the message left in this call."""
    return InteractionId(f"{call}-message")


# --- what is shown to whom


def offer(turn: Turn, routing: TextRouting) -> None:
    """Show every piece that can be shown now."""
    for match in routing.matches(turn.now):
        piece = turn.world.pieces[match.interaction]
        _show(turn, piece, match.agent, ahead(piece.tier, piece.tier_minutes), match.grounds)


def _show(turn: Turn, piece: Piece, to: AgentId, why: tuple[Why, ...], grounds: Grounds | None = None) -> None:
    until = Ms(turn.now + _capacity(turn.world).open_s * 1000)
    turn.emit(e.PieceOffered(piece=piece.id, agent=to, until=until, why=why, grounds=grounds))


# --- agents who come and go


def called_away(turn: Turn, agent: AgentNow) -> None:
    """The agent has a call, or is not ready any more: what they have not opened goes to another, the rest stays."""
    _tell_all(turn, agent, PieceSignal.CALLED_AWAY)


def left(turn: Turn, agent: AgentNow) -> None:
    """The agent has gone: everything in hand goes back in line."""
    _tell_all(turn, agent, PieceSignal.LEFT)


def _tell_all(turn: Turn, agent: AgentNow, what: PieceSignal) -> None:
    for name in list(agent.work):
        if (piece := turn.world.pieces.get(name)) is not None:
            signal(turn, piece, what)


def agent_due(agent: AgentNow) -> Ms | None:
    """When text work changes for an agent by itself: the end of a pause, or of waiting for the desk."""
    gone = Ms(agent.desk_gone + DESK_AWAY) if agent.work and agent.desk_gone is not None else None
    return min((at for at in (agent.text_paused, gone) if at is not None), default=None)


def expire_agent(turn: Turn, agent: AgentNow) -> None:
    """What `agent_due` said, if it is time."""
    if agent.text_paused is not None and agent.text_paused <= turn.now:
        turn.emit(e.TextPaused(agent=agent.id, until=None))
    if agent.work and agent.desk_gone is not None and agent.desk_gone + DESK_AWAY <= turn.now:
        left(turn, agent)


def expire(turn: Turn, piece: Piece) -> None:
    """A piece not opened in time, or one whose later has come."""
    if piece.until is not None and piece.until <= turn.now:
        signal(turn, piece, PieceSignal.DUE if piece.state is PieceState.LATER else PieceSignal.UNOPENED)


# --- the actions


def _line_up(turn: Turn, piece: Piece, how: str, d: PieceDetail = _BARE) -> None:
    """In line where it was; `d.agent`: kept for this one first."""
    if piece.queue is None:
        return
    kept_until = Ms(turn.now + KEPT_FIRST) if d.agent is not None else Ms(0)
    preferred, preferred_as = d.agent, how if d.agent is not None else ""
    if how == "called_away" and piece.preferred == piece.agent:
        # They have not said no: once they are back, it is still theirs first.
        preferred, preferred_as, kept_until = piece.preferred, piece.preferred_as, piece.kept_until
    turn.emit(
        e.PieceQueued(
            piece=piece.id,
            queue=d.queue or piece.queue,
            skills=piece.skills,
            priority=piece.priority,
            tier=piece.tier,
            tier_minutes=piece.tier_minutes,
            language=piece.language,
            since=piece.since,
            again=True,
            how=how,
            agent=piece.agent,
            preferred=preferred,
            preferred_as=preferred_as,
            kept_until=kept_until,
        )
    )


def _pause(turn: Turn, agent: AgentId | None) -> None:
    """Or the same piece would come back to them at once."""
    if agent is not None:
        until = Ms(turn.now + _capacity(turn.world).again_s * 1000)
        turn.emit(e.TextPaused(agent=agent, until=until))


def _capacity(world: World) -> Capacity:
    return world.site.capacity if world.site is not None else Capacity()


def _take(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    agent = turn.world.agents.get(piece.agent) if piece.agent is not None else None
    if agent is None or (piece.state is PieceState.LATER and not room_for(turn.world, agent, piece.kind)):
        return
    if agent.text_paused is not None:
        turn.emit(e.TextPaused(agent=agent.id, until=None))
    waited = Ms(max(0, turn.now - piece.since))
    turn.emit(e.PieceTaken(piece=piece.id, agent=agent.id, waited=waited, first=not piece.answered))


def _decline(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _pause(turn, piece.agent)
    _line_up(turn, piece, "declined")


def _miss(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _pause(turn, piece.agent)
    _line_up(turn, piece, "unopened")


def _withdraw(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _line_up(turn, piece, "called_away")


def _return(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _pause(turn, piece.agent)
    _line_up(turn, piece, "returned")


def _release(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _line_up(turn, piece, "left")


def _give(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    """To a colleague past the line, whatever the queue asks for; one who has no room now is not given it."""
    world, by = turn.world, piece.agent
    colleague = world.agents.get(d.agent) if d.agent is not None else None
    if by is None:
        return
    if d.queue is not None and world.queue(d.queue) is not None:
        turn.emit(e.PieceGiven(piece=piece.id, agent=by, queue=d.queue))
        _line_up(turn, piece, "given", PieceDetail(queue=d.queue))
    elif colleague is not None and colleague.id != by and piece.kind in takes_text(world, colleague):
        turn.emit(e.PieceGiven(piece=piece.id, agent=by, to=colleague.id))
        _show(turn, piece, colleague.id, (Why(code="preferred", agent=colleague.id, args={"as": "transfer"}),))


def _keep(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    if piece.agent is not None and d.until is not None and d.until > turn.now:
        turn.emit(e.PieceKept(piece=piece.id, agent=piece.agent, until=d.until))


def _resume(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    _line_up(turn, piece, "later", PieceDetail(agent=piece.agent))


def _finish(turn: Turn, piece: Piece, d: PieceDetail) -> None:
    if piece.agent is not None:
        turn.emit(e.PieceEnded(piece=piece.id, agent=piece.agent, how="done", outcome=d.outcome))


_ACTIONS: dict[PieceDo, Callable[[Turn, Piece, PieceDetail], None]] = {
    PieceDo.TAKE: _take,
    PieceDo.DECLINE: _decline,
    PieceDo.MISS: _miss,
    PieceDo.WITHDRAW: _withdraw,
    PieceDo.RETURN: _return,
    PieceDo.RELEASE: _release,
    PieceDo.GIVE: _give,
    PieceDo.KEEP: _keep,
    PieceDo.RESUME: _resume,
    PieceDo.FINISH: _finish,
}


# --- what is said to us


def _own(turn: Turn, agent: AgentId, piece: InteractionId, what: PieceSignal, d: PieceDetail = _BARE) -> None:
    """An agent who is at work says something about a piece of theirs."""
    known, now = turn.world.pieces.get(piece), turn.world.agents.get(agent)
    if known is not None and known.agent == agent and now is not None and now.state is not AgentState.SIGNED_OUT:
        signal(turn, known, what, d)


def _opened(turn: Turn, said: i.PieceOpened) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.OPENED)


def _declined(turn: Turn, said: i.PieceDeclined) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.DECLINED)


def _put_back(turn: Turn, said: i.PiecePutBack) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.PUT_BACK)


def _given_away(turn: Turn, said: i.PieceGivenAway) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.GIVEN, PieceDetail(agent=said.to, queue=said.queue))


def _put_off(turn: Turn, said: i.PiecePutOff) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.PUT_OFF, PieceDetail(until=said.until))


def _finished(turn: Turn, said: i.PieceFinished) -> None:
    _own(turn, said.agent, said.piece, PieceSignal.FINISHED, PieceDetail(outcome=said.outcome))


HANDLERS: dict[type[Input], Callable[[Turn, Any], None]] = {
    i.PieceOpened: _opened,
    i.PieceDeclined: _declined,
    i.PiecePutBack: _put_back,
    i.PieceGivenAway: _given_away,
    i.PiecePutOff: _put_off,
    i.PieceFinished: _finished,
}
