"""Text work, folded into the world."""

from collections.abc import Callable
from typing import Any, cast

from cti.core.events import pieces as e
from cti.core.events.base import Fact
from cti.core.folds.shared import counters_of
from cti.core.ids import AgentId, Ms
from cti.core.piece import PieceKind, PieceState
from cti.core.world import AgentNow, Piece, World


def _arrived(world: World, event: e.PieceArrived, at: Ms) -> None:
    world.pieces[event.piece] = Piece(
        id=event.piece,
        kind=cast(PieceKind, event.kind),
        about=event.about,
        caller=event.caller,
        number=event.number,
        language=event.language,
        length=event.length,
        opened=at,
    )


def _queued(world: World, event: e.PieceQueued, at: Ms) -> None:
    piece = world.pieces.get(event.piece)
    if piece is None:
        return
    if not event.again:
        counters_of(world, event.queue).text_arrived += 1
    _hand_back(world, piece, at)
    piece.state = PieceState.WAITING
    piece.agent = piece.until = None
    piece.queue = event.queue
    piece.skills = event.skills
    piece.priority = event.priority
    piece.tier, piece.tier_minutes = event.tier, event.tier_minutes
    piece.language = event.language or piece.language
    piece.since = event.since
    piece.preferred = event.preferred
    piece.preferred_as = event.preferred_as
    piece.kept_until = event.kept_until


def _raised(world: World, event: e.PieceRaised, at: Ms) -> None:
    if piece := world.pieces.get(event.piece):
        piece.raised = event.raised


def _offered(world: World, event: e.PieceOffered, at: Ms) -> None:
    piece = world.pieces.get(event.piece)
    if piece is None:
        return
    agent = _hand_to(world, piece, event.agent, at)
    agent.unopened = piece.id
    piece.state = PieceState.OFFERED
    piece.until = event.until
    piece.at = at
    piece.why, piece.grounds = event.why, event.grounds


def _taken(world: World, event: e.PieceTaken, at: Ms) -> None:
    piece = world.pieces.get(event.piece)
    if piece is None:
        return
    if event.first:
        counters = counters_of(world, piece.queue)
        counters.text_opened += 1
        queue = world.queue(piece.queue)
        counters.text_within += queue is not None and event.waited <= queue.text_level_s * 1000
    agent = _hand_to(world, piece, event.agent, at)
    if agent.unopened == piece.id:
        agent.unopened = None
    piece.state = PieceState.OPEN
    piece.until = None
    piece.at = at
    piece.answered = True


def _kept(world: World, event: e.PieceKept, at: Ms) -> None:
    piece = world.pieces.get(event.piece)
    if piece is None:
        return
    _hand_back(world, piece, at)
    world.agents.setdefault(event.agent, AgentNow(id=event.agent)).later.append(piece.id)
    piece.state = PieceState.LATER
    piece.until = event.until
    piece.at = at


def _given(world: World, event: e.PieceGiven, at: Ms) -> None:
    if piece := world.pieces.get(event.piece):
        piece.given_by = event.agent


def _ended(world: World, event: e.PieceEnded, at: Ms) -> None:
    piece = world.pieces.pop(event.piece, None)
    if piece is not None:
        counters_of(world, piece.queue).text_done += 1
        _hand_back(world, piece, at)


def _paused(world: World, event: e.TextPaused, at: Ms) -> None:
    if agent := world.agents.get(event.agent):
        agent.text_paused = event.until


def _hand_to(world: World, piece: Piece, to: AgentId, at: Ms) -> AgentNow:
    """In this agent's hand, and in nobody else's."""
    if piece.agent != to or piece.state is PieceState.LATER:
        _hand_back(world, piece, at)
    agent = world.agents.setdefault(to, AgentNow(id=to))
    agent.work[piece.id] = piece.kind
    piece.agent = to
    return agent


def _hand_back(world: World, piece: Piece, at: Ms) -> None:
    """Out of its agent's hand, or kept by them no more: who it was still stands in the piece."""
    agent = world.agents.get(piece.agent) if piece.agent is not None else None
    if agent is None:
        return
    if piece.id in agent.later:
        agent.later.remove(piece.id)
    if agent.work.pop(piece.id, None) is None:
        return
    agent.text_idle_since = at
    if agent.unopened == piece.id:
        agent.unopened = None


FOLDS: dict[type[Fact], Callable[[World, Any, Ms], None]] = {
    e.PieceArrived: _arrived,
    e.PieceQueued: _queued,
    e.PieceRaised: _raised,
    e.PieceOffered: _offered,
    e.PieceTaken: _taken,
    e.PieceKept: _kept,
    e.PieceGiven: _given,
    e.PieceEnded: _ended,
    e.TextPaused: _paused,
}
