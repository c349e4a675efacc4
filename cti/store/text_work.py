"""Text work in the history: messages that callers left, folded from the journal beside the calls, and read again."""

from msgspec import Struct, structs
from sqlalchemy import Connection, text

from cti.core import events as ev
from cti.core.events import Record
from cti.core.ids import AgentId, InteractionId, Ms, OutcomeId, QueueId
from cti.store.reader import Reader
from cti.store.records import NOBODY, InteractionRow
from cti.store.vault import talk_of
from cti.store.views import PieceLine

_SOURCE = "journal"


class PieceRow(Struct):
    """A piece as far as it has come; the columns of `pieces`."""

    piece: str
    kind: str
    about: str | None
    at: Ms
    caller: str | None
    number: str
    language: str | None
    length: int
    first_seq: int
    last_seq: int
    queue: str = ""
    agent: str = ""
    state: str = "open"
    waited: int = 0
    outcome: str = ""


_COLUMNS = PieceRow.__struct_fields__
_PUT = text(
    f"INSERT INTO pieces ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"
    f" ON CONFLICT (piece) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)
_GET = text(f"SELECT {', '.join(_COLUMNS)} FROM pieces WHERE piece = :id")


def opened(record: Record, event: ev.PieceArrived) -> PieceRow:
    """A piece as it comes."""
    return PieceRow(
        piece=event.piece,
        kind=event.kind,
        about=event.about,
        at=record.at,
        caller=event.caller,
        number=event.number,
        language=event.language,
        length=event.length,
        first_seq=record.seq,
        last_seq=record.seq,
    )


def told(piece: PieceRow, record: Record) -> None:
    """What a record says about it."""
    piece.last_seq = record.seq
    match record.event:
        case ev.PieceQueued(queue=queue):
            piece.queue = queue
        case ev.PieceTaken(agent=agent, waited=waited, first=first):
            piece.agent = agent
            if first:
                piece.waited = waited
        case ev.PieceEnded(agent=agent, how=how, outcome=outcome):
            piece.agent, piece.state, piece.outcome = agent, how, outcome or ""
        case _:
            pass  # on whose desk it was meanwhile is in the journal


def known(connection: Connection, piece: str) -> PieceRow | None:
    """A piece as it was kept last; None: there is none."""
    row = connection.execute(_GET, {"id": piece}).first()
    return PieceRow(**row._mapping) if row is not None else None


def put(connection: Connection, pieces: list[PieceRow]) -> None:
    """Keep pieces as they are now."""
    if pieces:
        connection.execute(_PUT, [structs.asdict(piece) for piece in pieces])


def line(piece: PieceRow, agent_name: str) -> InteractionRow:
    """A piece as a line of the timeline."""
    return InteractionRow(
        owner=piece.caller or NOBODY,
        at=piece.at,
        id=piece.piece,
        kind=piece.kind,
        language=piece.language,
        agent=piece.agent,
        agent_name=agent_name,
        lasted=piece.length or None,
        waited=piece.waited or None,
        source=_SOURCE,
    )


def piece_line(db: Reader, piece: str) -> PieceLine | None:
    """One piece as a screen or a program wants it; None: there is none."""
    row = db.execute(
        "SELECT piece, kind, about, at, number, language, queue, agent, state, waited, length, outcome"
        " FROM pieces WHERE piece = ?",
        (piece,),
    ).fetchone()
    if row is None:
        return None
    id_, kind, about, at, number, language, queue, agent, state, waited, length, outcome = row
    return PieceLine(
        piece=InteractionId(id_),
        kind=kind,
        about=InteractionId(about) if about else None,
        at=Ms(at),
        number=number,
        language=language,
        queue=QueueId(queue) if queue else None,
        agent=AgentId(agent) if agent else None,
        state=state,
        waited=Ms(waited),
        length=Ms(length),
        outcome=OutcomeId(outcome) if outcome else None,
    )


def span(db: Reader, interaction: str) -> tuple[int, int] | None:
    """From which to which record the journal tells of a call or a piece; None: the history knows of neither."""
    row = db.execute(
        "SELECT first_seq, last_seq FROM calls WHERE interaction = ?"
        " UNION ALL SELECT first_seq, last_seq FROM pieces WHERE piece = ?",
        (interaction, interaction),
    ).fetchone()
    return (row[0], row[1]) if row is not None else None


def recorded_as(db: Reader, name: str) -> str | None:
    """The name of a recording: of a message that is the call in which it was left; None: no such message or call."""
    row = db.execute("SELECT about FROM pieces WHERE piece = ?", (name,)).fetchone()
    if row is not None:
        return row[0] or None
    call = db.execute("SELECT 1 FROM calls WHERE interaction = ?", (name,)).fetchone()
    return talk_of(name) if call is not None else None
