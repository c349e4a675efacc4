"""The line as supervisors see and change it."""

from cti.core.ids import InteractionId
from cti.core.inputs import PrioritySet
from cti.core.interaction import State
from cti.core.piece import PieceState
from cti.web.bodies import Done, InLine, Line, Priority, TextInLine
from cti.web.call import Call
from cti.web.ports import Accounts, Loop, Pops
from cti.web.problems import Refusal


class LineApi:
    """Who waits, and who is put ahead. Every change is in the journal and the audit log."""

    def __init__(self, loop: Loop, accounts: Accounts, pops: Pops) -> None:
        self._loop = loop
        self._accounts = accounts
        self._pops = pops

    async def line(self, call: Call[None, None]) -> Line:
        world = self._loop.world
        line = [each.id for each in self._loop.routing.router.line()]
        # Put off, they are in nobody's way, and yet they are in line.
        line += [name for name in world.callbacks if name not in line]
        waiting = (world.interactions.get(each) for each in line)
        return Line(
            waiting=tuple(
                InLine(
                    interaction=it.id,
                    queue=it.queue,
                    since=it.since,
                    language=it.language,
                    raised=it.raised,
                    offered=it.offer.agent if it.offer is not None else None,
                    callback=it.callback is not None,
                    not_before=it.callback.until if it.callback is not None and not it.callback.due else None,
                    calls=pop.callback if (pop := self._pops.get(it.id)) is not None else "",
                )
                for it in waiting
                if it is not None and it.about is None
            ),
            text=tuple(
                TextInLine(
                    piece=piece.id,
                    kind=piece.kind,
                    queue=piece.queue,
                    since=piece.since,
                    language=piece.language,
                    raised=piece.raised,
                )
                for each in self._loop.text.router.line()
                if (piece := world.pieces.get(each.id)) is not None
            ),
        )

    async def set_priority(self, call: Call[Priority, None]) -> Done:
        interaction = InteractionId(call.path["id"])
        it = self._loop.world.interactions.get(interaction)
        piece = self._loop.world.pieces.get(interaction)
        called = it is not None and it.state in (State.WAITING, State.OFFERED)
        if not called and (piece is None or piece.state is not PieceState.WAITING):
            raise Refusal(409, "not-waiting", "This is not in line.", "Nothing: take one from GET /line.", "id")
        minutes = call.body.minutes
        self._loop.submit(PrioritySet(interaction=interaction, raised=minutes, by=call.agent))
        await self._accounts.note(call.agent, "priority_set", about=interaction, detail=str(minutes))
        return Done()
