"""History as a fold of the journal: every record counted exactly once, in a thread of its own.

What a batch of records changes and how far the journal has been read are written in ONE transaction, so a crash at any
moment neither loses nor doubles anything. `rebuild` forgets all of it and folds again from the first record; what
people said about a call (`annotations`) is kept apart and comes back by itself.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeGuard

from msgspec import Struct, structs
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from cti.core import events as ev
from cti.core.dialling import NOT_REACHED
from cti.core.events import Record
from cti.core.ids import OUTWARD, Ms
from cti.core.site import in_all
from cti.store import paths, text_work
from cti.store.cases import not_solved
from cti.store.database import Store
from cti.store.journal import Journal, JournalError
from cti.store.records import NOBODY, InteractionRow, link, put_interactions, sole_customers
from cti.store.text_work import PieceRow

_NAME = "history"
_SOURCE = "journal"
_BATCH = 500
_REMEMBERED = 5000
_GATHER_S = 0.25
"""Between two folds. A call is twenty records within moments, and each commit would cost a transaction here, too."""
_RETRY_S = 1.0
_QUARTER_MS = 900_000
_MARKS = {
    "abandoned": "abandoned",
    "abandoned_again": "abandoned",
    "message": "message",
    **dict.fromkeys(("lost", "callback_missed", "not_reached", *NOT_REACHED), "missed"),
}
_PROMISED_MS = 24 * 3600 * 1000
"""Within a day somebody sees to a customer whom no callback reached."""
_CALL_BACK = {
    "en": "Call back: asked for it, and not reached in {n} tries",
    "cmn": "回电：客户要求回电，试了 {n} 次没有接通",
    "yue": "回電：客戶要求回電，試了 {n} 次未能接通",
}

Due = Callable[[Ms, int], Ms | None]
"""By when something of a priority is to be solved that begins at a time."""

_log = logging.getLogger(__name__)


class _Call(Struct):
    """A call as far as it has come; the columns of `calls`."""

    interaction: str
    at: Ms
    caller: str | None
    number: str
    language: str | None
    first_seq: int
    last_seq: int
    queue: str = ""
    agent: str = ""
    state: str = "open"
    waited: int = 0
    talked: int = 0
    path: str = ""
    outcome: str = ""
    solved: bool | None = None
    recognised: str = ""


_COLUMNS = _Call.__struct_fields__
_PUT_CALL = text(
    f"INSERT INTO calls ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"
    f" ON CONFLICT (interaction) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)
_GET_CALL = text(f"SELECT {', '.join(_COLUMNS)} FROM calls WHERE interaction = :id")
_ARRIVED = text(
    f"INSERT INTO arrivals (quarter, source, n) VALUES (:quarter, '{_SOURCE}', :n)"
    " ON CONFLICT (quarter, source) DO UPDATE SET n = arrivals.n + excluded.n"
)
_SPOKE = text("UPDATE identifiers SET language = :language WHERE id = :id")
_NAMED = text(
    "INSERT INTO agent_names (agent, name) VALUES (:agent, :name)"
    " ON CONFLICT (agent) DO UPDATE SET name = excluded.name"
)
# Once: what an agent says later, or takes back, is not said again when the journal is folded anew.
_PROVED = text(
    "INSERT INTO annotations (interaction, customer, at) VALUES (:interaction, :customer, :at)"
    " ON CONFLICT (interaction) DO NOTHING"
)
# An agent may have confirmed the customer before the call's own line was here to be linked.
_LINKED = text(
    f"""
    INSERT INTO links (identifier, customer, source, since)
    SELECT i.owner, a.customer, 'agent', a.at FROM interactions i JOIN annotations a ON a.interaction = i.id
    WHERE i.id = :id AND a.customer IS NOT NULL AND i.owner <> '{NOBODY}' AND i.owner NOT LIKE 'customer:%'
    ON CONFLICT (identifier, customer) DO NOTHING
    """
)
_ERASED = text("SELECT identifier, at FROM erased WHERE identifier IN :callers").bindparams(
    bindparam("callers", expanding=True)
)
_KNOWN = text("SELECT interaction FROM calls WHERE interaction IN :ids").bindparams(bindparam("ids", expanding=True))
_PROMISED = text(
    "INSERT INTO promises (customer, interaction, what, due, made, agent, state, source)"
    " VALUES (:customer, :interaction, :what, :due, :at, :agent, 'open', :source) ON CONFLICT (source) DO NOTHING"
)
_ADVANCE = text(
    "INSERT INTO positions (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"
)


class Fold:
    """Folds records into the history tables. Not thread-safe; one user at a time."""

    def __init__(self, due: Due = lambda at, priority: None) -> None:
        """`due`: of a case that is opened again."""
        self._due = due
        self._told = 0
        """Up to there records are folded anew: what they once made of people's cases was made then."""
        self._calls: dict[str, _Call] = {}
        self._pieces: dict[str, PieceRow] = {}
        self._names: dict[str, str] | None = None

    def position(self, connection: Connection) -> int:
        """The `seq` up to which everything is folded."""
        found = connection.execute(text("SELECT seq FROM positions WHERE name = :name"), {"name": _NAME}).scalar()
        return int(found or 0)

    def rebase(self, connection: Connection, journal: Journal) -> int:
        """Go back to before the journal's first call that is not in the history; gives the new position.

        For a journal that ends before the position: a new one, an older copy, or another site's.
        """
        position = 0
        for batch in _batches(journal, 0):
            opened = [(record.seq, str(event.interaction)) for record in batch if _opens(event := record.event)]
            known = (
                set(connection.execute(_KNOWN, {"ids": [call for _, call in opened]}).scalars()) if opened else set()
            )
            first = next((seq for seq, call in opened if call not in known), None)
            position = batch[-1].seq if first is None else first - 1
            if first is not None:
                break
        connection.execute(_ADVANCE, {"name": _NAME, "seq": position})
        return position

    def fold(self, connection: Connection, records: Iterable[Record]) -> int:
        """Fold records that follow the position, inside the caller's transaction; gives the new position.

        If the transaction fails, `forget` must be called.
        """
        position = self.position(connection)
        touched: dict[str, _Call] = {}
        handled: dict[str, PieceRow] = {}
        arrived: dict[int, int] = {}
        spoke: dict[str, str] = {}
        missed: list[tuple[_Call, ev.CallbackMissed, Ms]] = []
        proved: list[tuple[_Call, ev.CallerKnown, Ms]] = []
        unsolved: list[tuple[str, Ms]] = []
        for record in records:
            if record.seq <= position:
                continue
            position = record.seq
            event = record.event
            match event:
                case ev.SiteInForce(site=site):
                    named = {str(agent.id): agent.name for agent in site.agents}
                    connection.execute(_NAMED, [{"agent": agent, "name": name} for agent, name in named.items()])
                    self._names = None
                    continue
                case ev.InteractionOpened(channel_kind="call"):
                    call = _opened(record.seq, record.at, event)
                    self._calls[call.interaction] = call
                    if event.direction == "in":
                        arrived[record.at // _QUARTER_MS] = arrived.get(record.at // _QUARTER_MS, 0) + 1
                case _ if (name := getattr(event, "piece", None)) is not None:
                    if (piece := self._piece(connection, record, name)) is not None:
                        handled[name] = piece
                    continue
                case _:
                    interaction = getattr(event, "interaction", None)
                    if interaction is None or (found := self._call(connection, interaction)) is None:
                        continue
                    call = found
                    _apply(call, event)
                    if isinstance(event, ev.CallbackMissed):
                        missed.append((call, event, record.at))
                    if isinstance(event, ev.CallerKnown) and event.how == "pin":
                        proved.append((call, event, record.at))
                    if isinstance(event, ev.Judged) and not event.solved and record.seq > self._told:
                        unsolved.append((call.interaction, record.at))
                    call.last_seq = record.seq
            touched[call.interaction] = call
            if call.language and call.caller and isinstance(event, ev.LanguageSet | ev.InteractionOpened):
                spoke[call.caller] = call.language
        _prove(connection, proved)
        self._write(connection, list(touched.values()))
        _promise(connection, missed)
        for interaction, at in unsolved:
            not_solved(connection, interaction, at, partial(self._due, at))
        self._write_pieces(connection, list(handled.values()))
        if arrived:
            connection.execute(_ARRIVED, [{"quarter": quarter, "n": n} for quarter, n in arrived.items()])
        if spoke:
            connection.execute(_SPOKE, [{"id": caller, "language": language} for caller, language in spoke.items()])
        connection.execute(_ADVANCE, {"name": _NAME, "seq": position})
        self._trim()
        return position

    def forget(self) -> None:
        """Drop what is remembered: the tables hold the truth."""
        self._calls.clear()
        self._pieces.clear()
        self._names = None

    def clear(self, connection: Connection) -> None:
        """Empty everything this fold has ever written."""
        self.forget()
        self._told = max(self._told, self.position(connection))
        connection.execute(text("DELETE FROM interactions WHERE source = :source"), {"source": _SOURCE})
        connection.execute(text("DELETE FROM arrivals WHERE source = :source"), {"source": _SOURCE})
        for table in ("calls", "pieces", "agent_names"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE identifiers SET language = NULL"))
        connection.execute(_ADVANCE, {"name": _NAME, "seq": 0})

    def _call(self, connection: Connection, interaction: str) -> _Call | None:
        call = self._calls.get(interaction)
        if call is None:
            row = connection.execute(_GET_CALL, {"id": interaction}).first()
            if row is None:
                return None
            call = self._calls[interaction] = _Call(**row._mapping)
        return call

    def _piece(self, connection: Connection, record: Record, name: str) -> PieceRow | None:
        """The piece a record is about, with what it says; None: one that history has never heard of."""
        if isinstance(record.event, ev.PieceArrived):
            self._pieces[name] = text_work.opened(record, record.event)
            return self._pieces[name]
        piece = self._pieces.get(name) or text_work.known(connection, name)
        if piece is not None:
            self._pieces[name] = piece
            text_work.told(piece, record)
        return piece

    def _write_pieces(self, connection: Connection, pieces: list[PieceRow]) -> None:
        if not pieces:
            return
        _leave_out_the_erased(connection, pieces)
        text_work.put(connection, pieces)
        put_interactions(connection, [text_work.line(piece, self._name(connection, piece.agent)) for piece in pieces])
        connection.execute(_LINKED, [{"id": piece.piece} for piece in pieces])

    def _write(self, connection: Connection, calls: list[_Call]) -> None:
        if not calls:
            return
        _leave_out_the_erased(connection, calls)
        connection.execute(_PUT_CALL, [structs.asdict(call) for call in calls])
        put_interactions(connection, [self._line(connection, call) for call in calls])
        connection.execute(_LINKED, [{"id": call.interaction} for call in calls])

    def _name(self, connection: Connection, agent: str) -> str:
        if self._names is None:
            rows = connection.execute(text("SELECT agent, name FROM agent_names"))
            self._names = {row.agent: row.name for row in rows}
        return self._names.get(agent, agent)

    def _line(self, connection: Connection, call: _Call) -> InteractionRow:
        return InteractionRow(
            owner=call.caller or NOBODY,
            at=call.at,
            id=call.interaction,
            kind="call",
            language=call.language,
            agent=call.agent,
            agent_name=self._name(connection, call.agent),
            lasted=call.talked or None,
            waited=call.waited or None,
            path=call.path,
            inbound=not call.interaction.startswith(OUTWARD),
            solved=call.solved,
            mark=_MARKS.get(call.state, ""),
            source=_SOURCE,
        )

    def _trim(self) -> None:
        for kept in (self._calls, self._pieces):
            for interaction in list(islice(kept, max(0, len(kept) - _REMEMBERED))):
                del kept[interaction]


def _promise(connection: Connection, missed: list[tuple[_Call, ev.CallbackMissed, Ms]]) -> None:
    """What no callback brought about is a promise with an owner; folded again it is the same one."""
    for call, event, at in missed:
        if call.caller is None:
            continue
        customers = sole_customers(connection, [call.caller])
        connection.execute(
            _PROMISED,
            {
                "customer": customers.get(call.caller, call.caller),
                "interaction": call.interaction,
                "what": _CALL_BACK.get(call.language or "en", _CALL_BACK["en"]).format(n=event.tries),
                "due": at + _PROMISED_MS,
                "at": at,
                "agent": event.owner or "",
                "source": f"callback:{call.interaction}",
            },
        )


def _prove(connection: Connection, proved: list[tuple[_Call, ev.CallerKnown, Ms]]) -> None:
    """Whose PIN was right made that call, and may be reached at its number, unless a person has said otherwise."""
    for call, event, at in proved:
        customer = sole_customers(connection, [event.account]).get(event.account)
        if customer is None:
            continue
        row = {"interaction": call.interaction, "customer": customer, "at": at}
        if connection.execute(_PROVED, row).rowcount and call.caller is not None:
            link(connection, [(call.caller, customer)], "pin", at, audited=True)


def _leave_out_the_erased(connection: Connection, calls: Sequence[_Call | PieceRow]) -> None:
    """The journal still has the id of a caller who was erased since: those calls and pieces are nobody's."""
    callers = list({call.caller for call in calls if call.caller is not None})
    erased: dict[str, int] = {}
    for start in range(0, len(callers), 500):
        rows = connection.execute(_ERASED, {"callers": callers[start : start + 500]})
        erased.update({row.identifier: row.at for row in rows})
    for call in calls:
        if call.caller is not None and call.at <= erased.get(call.caller, -1):
            call.caller = None


def _opens(event: ev.Event) -> TypeGuard[ev.InteractionOpened]:
    return isinstance(event, ev.InteractionOpened) and event.channel_kind == "call"


def _opened(seq: int, at: Ms, event: ev.InteractionOpened) -> _Call:
    return _Call(
        interaction=event.interaction,
        at=at,
        caller=event.caller,
        number=event.number,
        language=event.language,
        first_seq=seq,
        last_seq=seq,
    )


def _apply(call: _Call, event: ev.Event) -> None:
    match event:
        case ev.LanguageSet(language=language):
            call.language = language
        case ev.CallerKnown(how=how):
            call.recognised = how
        case ev.FlowPosition(label=label) if label:
            call.path = paths.extended(call.path, in_all(label))
        case ev.CallbackBooked(to=to):
            call.caller = call.caller or to
        case ev.Queued(queue=queue):
            call.queue = queue
        case ev.Dialled(agent=agent) if agent is not None and not call.talked:
            call.agent = agent
        case ev.DialEnded(how=how) if call.interaction.startswith(OUTWARD) and not call.talked:
            call.state = how
        case ev.Connected(agent=agent, waited=waited):
            call.agent = agent
            call.waited = call.waited or waited
        case ev.ServedElsewhere(waited=waited):
            call.waited = call.waited or waited
        case ev.TalkEnded(talked=talked) | ev.OutsideEnded(talked=talked):
            call.talked += talked
        case ev.Judged(solved=solved):
            call.solved = solved
        case ev.WrappedUp(outcome=outcome):
            # After a transfer two agents wrap one call up; who says nothing takes nothing back.
            call.outcome = outcome or call.outcome
        case ev.MessageLeft():
            # Also after its end, of one who hung up while speaking.
            call.state = "message"
        case ev.AnswerHeard(solved=True):
            call.solved = True
        case ev.FlowFinished(waited=waited):
            call.waited = call.waited or waited
        case ev.InteractionEnded(how=how, queue=queue, waited=waited):
            if how != "not_reached" or call.state == "open":
                call.state = how
            call.queue = call.queue or queue or ""
            call.waited = call.waited or waited
        case _:
            pass  # the rest of a call's life changes no line of the history


def _batches(journal: Journal, after: int) -> Iterator[list[Record]]:
    records = journal.load(after)
    while batch := list(islice(records, _BATCH)):
        yield batch


class Projector:
    """Keeps the history in step with the journal. `wake` it after each commit; it never holds anybody up."""

    def __init__(self, store: Store, journal: Journal, due: Due = lambda at, priority: None) -> None:
        self._store = store
        self._journal = journal
        self._fold = Fold(due)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._compared = False
        self._thread: threading.Thread | None = None
        self._tell: Callable[[int], None] = lambda seq: None

    def start(self, on_folded: Callable[[int], None] | None = None) -> None:
        """Begin, with whatever the journal has that history lacks. `on_folded(seq)` is called on the running loop."""
        if on_folded is not None:
            loop = asyncio.get_running_loop()

            def tell(seq: int) -> None:
                # The loop may be closed by now when the process is ending: then nobody is left to be told.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(on_folded, seq)

            self._tell = tell
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """The journal has grown. Any thread may say so."""
        self._wake.set()

    def close(self) -> None:
        """Fold what is there and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def catch_up(self) -> int:
        """Fold everything the journal holds, now, in this thread; gives the position. Not beside a running thread."""
        position = self._store.read(self._fold.position)
        if not self._compared:
            position = self._within(position)
            self._compared = True
        for batch in _batches(self._journal, position):
            position = self._store.write(partial(self._fold.fold, records=batch))
        return position

    def rebuild(self) -> int:
        """Make the history anew from the first record; gives the position. Not beside a running thread."""
        self._store.write(self._fold.clear)
        return self.catch_up()

    def _within(self, position: int) -> int:
        """The position, or a new one if the journal ends before it: its new calls would be passed over for ever."""
        last = self._journal.last_seq()
        if position <= last:
            return position
        again = self._store.write(lambda connection: self._fold.rebase(connection, self._journal))
        _log.error(
            "the journal ends at record %d, but the history has been told up to %d: this journal is new, an older copy,"
            " or another site's. Every call in it from record %d on is added to the history; calls that only the"
            " missing journal had stay as the history has them. See docs/howto/copy.md",
            last,
            position,
            again + 1,
        )
        return again

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            closing = self._closing.is_set()
            pause_s = _GATHER_S
            try:
                self._tell(self.catch_up())
            except (SQLAlchemyError, OSError, JournalError) as error:
                self._fold.forget()
                _log.error("history can't be written (%s); calls are not touched, trying again", error)
                pause_s = _RETRY_S
                self._wake.set()
            if closing:
                return
            self._closing.wait(pause_s)
