"""Text work at the desk: what agents do with messages that callers left. What came of it is seen over `/live`."""

from typing import Any

from cti.core.ids import InteractionId, Ms
from cti.core.piece import PieceState
from cti.core.queue import room_for, takes_text
from cti.core.text_inputs import PieceDeclined, PieceFinished, PieceGivenAway, PieceOpened, PiecePutBack, PiecePutOff
from cti.core.world import Piece
from cti.store.views import PieceLine, Pop
from cti.web.bodies import Done, FinishPiece, KeepPiece, Transfer
from cti.web.call import Call, SentFile
from cti.web.ports import History, Loop, Pops
from cti.web.problems import Refusal, missing
from cti.web.records import Records

LATEST_MS = 31 * 24 * 3600 * 1000
"""Nothing is kept for later than a month."""


class TextApi:
    """One's own pieces, and recordings for whoever may read the history."""

    def __init__(self, loop: Loop, history: History, records: Records, pops: Pops) -> None:
        self._loop = loop
        self._history = history
        self._records = records
        self._pops = pops

    async def piece(self, call: Call[None, None]) -> PieceLine:
        name = InteractionId(call.path["id"])
        line = await self._history.piece(name)
        if line is None:
            raise missing("piece of work", name)
        return line

    async def pop(self, call: Call[None, None]) -> Pop:
        """Who left it, with everything known about them."""
        piece = self._loop.world.pieces.get(InteractionId(call.path["id"]))
        if piece is None:
            raise missing("open piece of work", call.path["id"])
        await self._records.allow(call.who, piece.id)
        return self._pops.get(piece.id) or await self._history.pop(piece.caller, piece.id)

    async def recording(self, call: Call[None, None]) -> SentFile:
        """For agents, as mails and their attachments are: the timeline of a customer has it, too."""
        file = await self._history.recording(InteractionId(call.path["id"]))
        if file is None:
            raise Refusal(
                404,
                "no-recording",
                "There is no recording of this, or none any more.",
                "Nothing: it was erased, or its file was taken out of the data folder.",
                "id",
            )
        return SentFile(file, "audio/wav")

    async def open(self, call: Call[None, None]) -> Done:
        piece = self._own(call)
        own = self._loop.world.agents.get(call.agent)
        if piece.state is PieceState.LATER and (own is None or not room_for(self._loop.world, own, piece.kind)):
            raise Refusal(409, "no-room", "You have as much in hand as you may.", "Finish one first, or put one back.")
        self._loop.submit(PieceOpened(agent=call.agent, piece=piece.id))
        return Done()

    async def decline(self, call: Call[None, None]) -> Done:
        piece = self._own(call)
        if piece.state is not PieceState.OFFERED:
            raise Refusal(409, "opened", "It is opened already.", "Put it back in line instead.", "id")
        self._loop.submit(PieceDeclined(agent=call.agent, piece=piece.id))
        return Done()

    async def back(self, call: Call[None, None]) -> Done:
        self._loop.submit(PiecePutBack(agent=call.agent, piece=self._own(call).id))
        return Done()

    async def give(self, call: Call[Transfer, None]) -> Done:
        piece, ask, world = self._opened(call), call.body, self._loop.world
        if (ask.agent is None) == (ask.queue is None):
            raise Refusal(422, "one-target", "It goes to one colleague or one queue.", "Give one of the two.")
        if ask.queue is not None and world.queue(ask.queue) is None:
            raise Refusal(
                422, "no-such-queue", "The site has no such queue.", "Take one from the desk's view.", where="$.queue"
            )
        colleague = world.agents.get(ask.agent) if ask.agent is not None else None
        if ask.agent is not None and (
            colleague is None or ask.agent == call.agent or piece.kind not in takes_text(world, colleague)
        ):
            raise Refusal(
                409,
                "not-free",
                "This colleague can't take it now.",
                "Choose somebody who is ready and has room, or a queue; it stays with you meanwhile.",
                where="$.agent",
            )
        self._loop.submit(PieceGivenAway(agent=call.agent, piece=piece.id, to=ask.agent, queue=ask.queue))
        return Done()

    async def later(self, call: Call[KeepPiece, None]) -> Done:
        piece, until, now = self._opened(call), call.body.until, self._loop.now()
        if not now < until <= now + LATEST_MS:
            raise Refusal(422, "no-such-time", "Later is a time in the next 31 days.", "Give such a time.", "$.until")
        self._loop.submit(PiecePutOff(agent=call.agent, piece=piece.id, until=Ms(until)))
        return Done()

    async def done(self, call: Call[FinishPiece, None]) -> Done:
        """The note and the customer are kept first."""
        piece, ask, site = self._opened(call), call.body, self._loop.world.site
        if ask.outcome is not None and ask.outcome not in {o.id for o in (site.outcomes if site else ())}:
            raise Refusal(
                422,
                "no-such-outcome",
                "The site has no such outcome.",
                "Take one from the desk's view.",
                where="$.outcome",
            )
        await self._records.keep(call.who, piece.id, ask.note, ask.customer)
        self._loop.submit(PieceFinished(agent=call.agent, piece=piece.id, outcome=ask.outcome))
        return Done()

    def _own(self, call: Call[Any, None]) -> Piece:
        """The piece in the address, if it is on this agent's own desk."""
        piece = self._loop.world.pieces.get(InteractionId(call.path["id"]))
        if piece is None or piece.agent != call.agent:
            raise Refusal(409, "not-yours", "This is not on your desk.", "Nothing: the desk shows what is.", "id")
        return piece

    def _opened(self, call: Call[Any, None]) -> Piece:
        piece = self._own(call)
        if piece.state is PieceState.OFFERED:
            raise Refusal(409, "not-opened", "It is not opened yet.", "Open it first, or leave it to others.", "id")
        return piece
