"""Text work as screens show it: what is on one desk, and what waits in each queue. Pure, like `project`."""

from collections.abc import Mapping

from msgspec import Struct

from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.piece import PieceState
from cti.core.reasons import facts
from cti.core.world import Piece, World
from cti.store.views import Pop
from cti.web.views import WorkView

_ORDER = (PieceState.OFFERED, PieceState.OPEN, PieceState.LATER)


class TextLine(Struct):
    """The text work of one queue."""

    waiting: int = 0
    since: Ms | None = None
    """Begin of the longest wait in line."""
    in_hand: int = 0


NONE = TextLine()


def lines(world: World) -> dict[QueueId, TextLine]:
    """Queue -> its text work, where there is some."""
    found: dict[QueueId, TextLine] = {}
    for piece in world.pieces.values():
        if piece.queue is None:
            continue
        line = found.setdefault(piece.queue, TextLine())
        if piece.state is PieceState.WAITING:
            line.waiting += 1
            line.since = piece.since if line.since is None else min(line.since, piece.since)
        else:
            line.in_hand += 1
    return found


def work(world: World, agent: AgentId, pops: Mapping[InteractionId, Pop]) -> tuple[WorkView, ...]:
    """The pieces on an agent's desk: unopened first, then longest waiting; kept for later last."""
    now = world.agents.get(agent)
    if now is None or not (now.work or now.later):
        return ()
    known = (world.pieces.get(name) for name in (*now.work, *now.later))
    pieces = sorted((one for one in known if one is not None), key=lambda p: (_ORDER.index(p.state), p.since, p.id))
    return tuple(_view(piece, pops.get(piece.id)) for piece in pieces)


def _view(piece: Piece, pop: Pop | None) -> WorkView:
    return WorkView(
        piece=piece.id,
        kind=piece.kind,
        state=piece.state.value,
        queue=piece.queue,
        number=piece.number,
        language=piece.language,
        since=piece.since,
        at=piece.at,
        until=piece.until,
        length=piece.length,
        about=piece.about,
        name=pop.people[0].name if pop is not None and len(pop.people) == 1 else "",
        display=pop.display if pop is not None else "",
        why=facts(piece.grounds, piece.why),
        given_by=piece.given_by,
    )
