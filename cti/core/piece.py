"""The life of a piece of text work: a message a caller left, later a mail or a chat. The table is data.

A piece is not a call: nothing rings, and its agent may have several. Calls keep their own table (`interaction`), which
knows nothing of pieces; the two meet in an agent's capacity (`queue`).
"""

from enum import StrEnum
from typing import Literal

PieceKind = Literal["message", "mail", "chat"]


class Channel(StrEnum):
    """Kinds of work that share one capacity of an agent."""

    VOICE = "voice"
    """One at a time. It interrupts mail."""
    CHAT = "chat"
    """Several at a time; while there is one, no call is offered."""
    MAIL = "mail"
    """Several at a time, whatever else the agent does."""


CHANNELS: dict[PieceKind, Channel] = {"message": Channel.MAIL, "mail": Channel.MAIL, "chat": Channel.CHAT}
KINDS: dict[Channel, frozenset[PieceKind]] = {
    channel: frozenset(kind for kind, of in CHANNELS.items() if of is channel) for channel in Channel
}


class PieceState(StrEnum):
    """Where a piece is. One that has ended is history."""

    WAITING = "waiting"
    OFFERED = "offered"
    """On an agent's desk, not opened yet."""
    OPEN = "open"
    """In the agent's hand."""
    LATER = "later"
    """Kept by the agent until a time; takes no room meanwhile."""


class PieceSignal(StrEnum):
    OPENED = "agent opens it"
    DECLINED = "agent leaves it to others"
    UNOPENED = "not opened in time"
    CALLED_AWAY = "its agent has a call, or is not ready"
    LEFT = "its agent has gone"
    """Signed out, without a desk for long, or no longer of the site."""
    PUT_BACK = "agent puts it back"
    GIVEN = "agent gives it away"
    """To a colleague or a queue."""
    PUT_OFF = "agent keeps it for later"
    DUE = "the time it was kept for has come"
    FINISHED = "agent finishes it"


class PieceDo(StrEnum):
    TAKE = "in the agent's hand"
    DECLINE = "back in line, place kept; the agent is not asked for a while"
    MISS = "back in line, place kept; the agent is not asked for a while, and stays ready"
    WITHDRAW = "back in line, place kept"
    RETURN = "put back in line, place kept; the agent is not asked for a while"
    RELEASE = "back in line, place kept: the agent has gone"
    GIVE = "shown to the colleague, or in the other queue's line"
    KEEP = "kept by the agent until then"
    RESUME = "back in line, place kept, for the agent who kept it first"
    FINISH = "end"


class PieceNo(StrEnum):
    LATE = "late: the piece has moved on"
    EARLY = "not opened yet"
    SAME = "already so"
    STAYS = "it stays with the agent"


TABLE: dict[PieceState, dict[PieceSignal, PieceDo | PieceNo]] = {
    PieceState.WAITING: dict.fromkeys(PieceSignal, PieceNo.LATE),
    PieceState.OFFERED: {
        PieceSignal.OPENED: PieceDo.TAKE,
        PieceSignal.DECLINED: PieceDo.DECLINE,
        PieceSignal.UNOPENED: PieceDo.MISS,
        PieceSignal.CALLED_AWAY: PieceDo.WITHDRAW,
        PieceSignal.LEFT: PieceDo.WITHDRAW,
        PieceSignal.PUT_BACK: PieceDo.DECLINE,
        PieceSignal.GIVEN: PieceNo.EARLY,
        PieceSignal.PUT_OFF: PieceNo.EARLY,
        PieceSignal.DUE: PieceNo.LATE,
        PieceSignal.FINISHED: PieceNo.EARLY,
    },
    PieceState.OPEN: {
        PieceSignal.OPENED: PieceNo.SAME,
        PieceSignal.DECLINED: PieceNo.LATE,
        PieceSignal.UNOPENED: PieceNo.LATE,
        PieceSignal.CALLED_AWAY: PieceNo.STAYS,
        PieceSignal.LEFT: PieceDo.RELEASE,
        PieceSignal.PUT_BACK: PieceDo.RETURN,
        PieceSignal.GIVEN: PieceDo.GIVE,
        PieceSignal.PUT_OFF: PieceDo.KEEP,
        PieceSignal.DUE: PieceNo.LATE,
        PieceSignal.FINISHED: PieceDo.FINISH,
    },
    PieceState.LATER: {
        PieceSignal.OPENED: PieceDo.TAKE,
        PieceSignal.DECLINED: PieceNo.LATE,
        PieceSignal.UNOPENED: PieceNo.LATE,
        PieceSignal.CALLED_AWAY: PieceNo.STAYS,
        PieceSignal.LEFT: PieceNo.STAYS,
        PieceSignal.PUT_BACK: PieceDo.RETURN,
        PieceSignal.GIVEN: PieceDo.GIVE,
        PieceSignal.PUT_OFF: PieceDo.KEEP,
        PieceSignal.DUE: PieceDo.RESUME,
        PieceSignal.FINISHED: PieceDo.FINISH,
    },
}
