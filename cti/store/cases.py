"""A case from its opening to its end: changed, closed and, when it comes again, reopened."""

import re
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, text

from cti.core.ids import AgentId, CustomerId, Ms
from cti.store import case_moves, case_words, reads, records
from cti.store.identity import name_key
from cti.store.reader import Reader
from cti.store.views import CaseLine, CaseSuggestion, CaseView

_LINES = 100
_REOPEN = "UPDATE cases SET state = 'open', closed = NULL, solved = NULL, due = :due, reopened = reopened + 1"
_AGAIN = text(
    f"{_REOPEN} WHERE id = :id AND state = 'closed' AND merged_into IS NULL AND closed < :came"
    " AND closed >= :came - :within"
)
_LIKELY = 2
"""So many words in common, and a contact looks like a case."""
_LOGGED = ("state", "priority", "due", "owner")
_LATIN = re.compile(r"[a-z0-9]{3,}")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_COMMON = (
    "the and for you not with this that have has was are but from your our can will about still again please thank"
    " thanks hello dear regards 一个 我们 你们 您好 你好 谢谢 謝謝 可以 没有 沒有 这个 這個"
)
_EMPTY = frozenset(_COMMON.split())
"""Words that every text has."""


def open_case(
    connection: Connection,
    customer: str,
    title: str,
    owner: AgentId | None,
    interaction: str | None,
    at: Ms,
    *,
    due: Ms | None = None,
    priority: int = 0,
) -> CaseLine:
    """Open a case. Raises `LookupError` naming a customer there isn't."""
    if not records.customer_exists(connection, customer):
        raise LookupError(f"there is no customer {customer}")
    id_ = connection.execute(
        text(
            "INSERT INTO cases (customer, title, state, opened, owner, due, priority)"
            " VALUES (:customer, :title, 'open', :at, :owner, :due, :priority) RETURNING id"
        ),
        {"customer": customer, "title": title, "at": at, "owner": owner or "", "due": due, "priority": priority},
    ).scalar_one()
    case_words.index(connection, [(id_, title)])
    if interaction is not None:
        records.annotate(connection, interaction, at, case=id_)
    return CaseLine(id=str(id_), title=title, state="open", opened=at, owner=owner, due=due, priority=priority)


def close_case(connection: Connection, case: str, at: Ms, who: str, *, solved: bool = True) -> bool:
    """Close a case. False: there is no such open case."""
    done = connection.execute(
        text("UPDATE cases SET state = 'closed', closed = :at, solved = :solved WHERE id = :id AND state <> 'closed'"),
        {"id": number(case), "at": at, "solved": solved},
    )
    if done.rowcount == 1:
        records.noted(connection, at, who, "case_closed", case, "solved" if solved else "not solved")
    return done.rowcount == 1


def change(
    connection: Connection,
    case: str,
    at: Ms,
    who: str,
    *,
    title: str | None = None,
    state: str | None = None,
    priority: int | None = None,
    due: Ms | None = None,
    owner: AgentId | None = None,
) -> bool:
    """Change an open case; what is None stays. Its open promises go with it to a new owner. False: no such case."""
    given = {"title": title, "state": state, "priority": priority, "due": due, "owner": owner, "id": number(case)}
    done = connection.execute(
        text(
            "UPDATE cases SET title = coalesce(:title, title), state = coalesce(:state, state),"
            " priority = coalesce(:priority, priority), due = coalesce(:due, due), owner = coalesce(:owner, owner)"
            " WHERE id = :id AND state <> 'closed'"
        ),
        given,
    )
    if done.rowcount != 1:
        return False
    if title is not None:
        case_words.index(connection, [(number(case), title)])
    if owner is not None:
        connection.execute(text("UPDATE promises SET agent = :owner WHERE case_id = :id AND state = 'open'"), given)
    # The title is the customer's own matter: what was said stays out of the log.
    changed = ", ".join(f"{name} {given[name]}" for name in _LOGGED if given[name] is not None)
    records.noted(connection, at, who, "case_changed", case, changed or "title")
    return True


def put_in_case(
    connection: Connection, interaction: str, case: str, at: Ms, who: str, *, repeat: int = 0, due: Ms | None = None
) -> bool:
    """Say that an interaction is about a case. False: there is no such case.

    A case whose customer came again within `repeat` milliseconds after it was closed was not solved, whatever was said:
    it is open again, with its owner, and due by `due`. What had come before changes nothing.
    """
    found = _kept(connection, number(case))
    if found is None:
        return False
    records.annotate(connection, interaction, at, case=found)
    came = connection.execute(text("SELECT at FROM interactions WHERE id = :id"), {"id": interaction}).scalar()
    given = {"id": found, "due": due, "came": at if came is None else came, "within": repeat}
    if connection.execute(_AGAIN, given).rowcount == 1:
        records.noted(connection, at, who, "case_reopened", str(found), interaction)
    return True


def came_again(connection: Connection, interaction: str, came: Ms, repeat: int, due: Callable[[], Ms]) -> None:
    """A contact that was put into a case goes on: a case closed at most `repeat` milliseconds before is open again.

    `due`: by when it is to be solved then.
    """
    case = connection.execute(
        text(
            "SELECT c.id FROM annotations a JOIN cases n ON n.id = a.case_id"
            " JOIN cases c ON c.id = coalesce(n.merged_into, n.id)"
            " WHERE a.interaction = :id AND c.state = 'closed' AND c.closed < :came"
        ),
        {"id": interaction, "came": came},
    ).scalar()
    if case is None:
        return
    given = {"id": case, "due": due(), "came": came, "within": repeat}
    if connection.execute(_AGAIN, given).rowcount == 1:
        records.noted(connection, came, "hotline", "case_reopened", str(case), interaction)


def not_solved(connection: Connection, interaction: str, at: Ms, due: Callable[[int], Ms | None]) -> None:
    """The customer said at `at` that a call had not solved it: its case, closed since that call began, is open again.

    `due`: by when a case of such a priority is to be solved then. What somebody closes after that word stays closed, so
    the same word may be told again.
    """
    found = connection.execute(
        text(
            "SELECT c.id, c.priority FROM annotations a JOIN interactions i ON i.id = a.interaction"
            " JOIN cases n ON n.id = a.case_id JOIN cases c ON c.id = coalesce(n.merged_into, n.id)"
            " WHERE a.interaction = :id AND c.state = 'closed' AND c.closed BETWEEN i.at AND :at"
        ),
        {"id": interaction, "at": at},
    ).first()
    if found is not None:
        connection.execute(text(f"{_REOPEN} WHERE id = :id"), {"id": found.id, "due": due(found.priority)})
        records.noted(connection, at, "caller", "case_reopened", str(found.id), interaction)


def reopen(connection: Connection, case: str, at: Ms, who: str, due: Ms | None) -> bool:
    """Open a closed case again, with its owner. False: there is no such closed case."""
    done = connection.execute(
        text(f"{_REOPEN} WHERE id = :id AND state = 'closed' AND merged_into IS NULL"),
        {"id": number(case), "due": due},
    )
    if done.rowcount == 1:
        records.noted(connection, at, who, "case_reopened", case)
    return done.rowcount == 1


def split_case(
    connection: Connection, case: str, title: str, interactions: Sequence[str], at: Ms, who: str, due: Ms | None
) -> CaseLine:
    """Some contacts of a case are about something else: they get a case of their own, with its customer and owner.

    Raises `LookupError` when there is no such case or a contact is not in it.
    """
    row = connection.execute(
        text("SELECT customer, owner, priority FROM cases WHERE id = :id"), {"id": number(case)}
    ).first()
    if row is None:
        raise LookupError(f"there is no case {case}")
    owner = AgentId(row.owner) if row.owner else None
    made = open_case(connection, row.customer, title, owner, None, at, due=due, priority=row.priority)
    case_moves.split(connection, number(case), number(made.id), interactions, at, who)
    return made


def _kept(connection: Connection, case: int) -> int | None:
    """The case that is meant: the one it was merged into, if it was. None: there is none."""
    row = connection.execute(text("SELECT coalesce(merged_into, id) FROM cases WHERE id = :id"), {"id": case}).first()
    return None if row is None else int(row[0])


def number(id_: str) -> int:
    """A case's or promise's id as the table has it; -1, which no row has, if it can't be one."""
    return int(id_) if id_.isdecimal() and len(id_) < 18 else -1


# --- reading


def view(db: Reader, case: str) -> CaseView | None:
    """A case with every contact about it, newest first, and what was promised. None: there is no such case."""
    row = db.execute(
        f"SELECT customer, {reads.CASE} FROM cases"
        " WHERE id = (SELECT coalesce(merged_into, id) FROM cases WHERE id = ?)",
        (number(case),),
    ).fetchone()
    if row is None:
        return None
    customer, line = row[0], reads.case_line(row[1:])
    who = reads.whose(db, customer)
    id_ = number(line.id)
    lines = db.execute(
        f"SELECT {reads.ENTRY} FROM interactions WHERE case_id = ? ORDER BY at DESC, id DESC LIMIT ?", (id_, _LINES)
    ).fetchall()
    promises = db.execute(
        "SELECT id, what, due, made, agent, case_id FROM promises WHERE case_id = ? AND state = 'open' ORDER BY due",
        (id_,),
    ).fetchall()
    return CaseView(
        case=line,
        customer=CustomerId(customer if who is None else who.id),
        name="" if who is None else who.name,
        entries=tuple(map(reads.entry, lines)),
        promises=tuple(reads.promise_line(*one) for one in promises),
        moves=tuple(case_moves.of_case(db, id_)),
    )


def owned(db: Reader, agent: str) -> tuple[CaseLine, ...]:
    """An agent's open cases, what is due next first."""
    rows = db.execute(
        f"SELECT {reads.CASE} FROM cases WHERE owner = ? AND state <> 'closed'"
        " ORDER BY due IS NULL, due, priority DESC, id LIMIT 200",
        (agent,),
    )
    return tuple(map(reads.case_line, rows.fetchall()))


def is_line(db: Reader, interaction: str) -> bool:
    """Whether the history has a contact, on whatever channel."""
    return db.execute("SELECT 1 FROM interactions WHERE id = ?", (interaction,)).fetchone() is not None


def suggested(db: Reader, interaction: str, since: Ms) -> tuple[CaseSuggestion, ...]:
    """Cases of this contact's customer that it looks like, likeliest first: open, or closed after `since`."""
    row = db.execute(
        "SELECT owner, customer, title, text, path, case_id, at FROM interactions WHERE id = ?", (interaction,)
    ).fetchone()
    if row is None or row[5] is not None:
        return ()
    owner, customer, title, words, path, _, came = row
    said = _words(title, words, path)
    whose = [*_persons(db, customer or owner)]
    found = []
    for one in whose:
        for case in db.execute(
            f"SELECT {reads.CASE} FROM cases WHERE customer IN ({', '.join('?' * len(one))}) AND merged_into IS NULL"
            " AND (state <> 'closed' OR closed >= ?) ORDER BY opened DESC LIMIT 20",
            (*one, since),
        ).fetchall():
            line = reads.case_line(case)
            about = _words(line.title)
            for other in db.execute(
                "SELECT title, text, path FROM interactions WHERE case_id = ? ORDER BY at DESC LIMIT 10",
                (number(line.id),),
            ).fetchall():
                about |= _words(*other)
            shared = said & about
            if len(shared) >= _LIKELY:
                again = line.closed is not None and line.closed < came
                found.append(CaseSuggestion(case=line, words=tuple(sorted(shared)), reopens=again))
    return tuple(sorted(found, key=lambda one: (-len(one.words), one.reopens, one.case.id)))


def _persons(db: Reader, customer: str) -> Iterator[list[str]]:
    """Ids that cases may stand under: of the customer, or of everybody who may have called."""
    people = [] if (who := reads.who_is(db, customer.removeprefix("customer:"))) is None else [who]
    if reads.is_identifier(customer):
        people = reads.people_of(db, customer) or people
    for one in people[:8]:
        yield [*one.members, *reads.owners_of(db, one)]


def _words(*texts: str) -> set[str]:
    """What a text is about, for comparing: its words, of Chinese each two characters that follow each other."""
    found: set[str] = set()
    for each in texts:
        key = name_key(each)
        found.update(_LATIN.findall(key))
        for run in _HAN.findall(key):
            found.update(run[n : n + 2] for n in range(len(run) - 1))
    return found - _EMPTY
