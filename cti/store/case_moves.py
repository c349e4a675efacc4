"""Two cases made one and one made two, and each of that taken back: what went where is written down as it goes."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from cti.core.ids import AgentId, Ms
from cti.store import records
from cti.store.reader import Reader
from cti.store.views import CaseMove

_NOTE = text(
    "INSERT INTO case_moves (how, kept, gone, interactions, promises, state, at, who)"
    " VALUES (:how, :kept, :gone, :interactions, :promises, :state, :at, :who) RETURNING id"
)
_INSIDE = text(
    "SELECT id FROM interactions WHERE case_id = :case"
    " UNION SELECT interaction FROM annotations WHERE case_id = :case ORDER BY 1"
)
# Those that had been made one with it before go along, and those made one with them.
_ALONG = text(
    "WITH RECURSIVE along (id) AS (SELECT CAST(:gone AS bigint) UNION SELECT m.gone FROM case_moves m"
    " JOIN along ON m.kept = along.id WHERE (m.how = 'merge') = (m.undone IS NULL))"
    " UPDATE cases SET merged_into = :gone WHERE merged_into = :now AND id IN (SELECT id FROM along)"
)
_LEFT = text(
    "SELECT s.kept, s.gone FROM case_moves s JOIN cases g ON g.id = s.gone"
    " WHERE s.how = 'split' AND s.undone IS NOT NULL AND g.merged_into IS NULL ORDER BY s.id"
)
_STAYS_OPEN = text(
    "UPDATE cases SET state = 'open', closed = NULL, solved = NULL WHERE id = :kept AND state = 'closed'"
    " AND EXISTS (SELECT 1 FROM cases o WHERE o.id = :gone AND o.state <> 'closed')"
)


def merge(connection: Connection, kept: int, gone: int, at: Ms, who: str) -> int:
    """Make one case of two; gives what `undo` needs. All goes to `kept`, and whoever names `gone` means it.

    Raises `LookupError` when one of them is not open, or they are one already.
    """
    found = connection.execute(
        text("SELECT id, state FROM cases WHERE id IN (:kept, :gone) AND state <> 'closed'"),
        {"kept": kept, "gone": gone},
    ).all()
    if len(found) != 2:
        raise LookupError(f"{kept} and {gone} are not two open cases")
    move = _noted(connection, "merge", kept, gone, at, who, next(row.state for row in found if row.id == gone))
    _join(connection, kept, gone, at)
    records.noted(connection, at, who, "cases_merged", str(kept), str(gone))
    return move


def split(connection: Connection, case: int, made: int, interactions: Sequence[str], at: Ms, who: str) -> int:
    """Give contacts of a case to another, which was made for them.

    Raises `LookupError` when a contact is not in the case.
    """
    inside = set(connection.execute(_INSIDE, {"case": case}).scalars())
    for one in interactions:
        if one not in inside:
            raise LookupError(f"{one} is not in case {case}")
    _put(connection, interactions, made, at)
    move = connection.execute(
        _NOTE, _row("split", case, made, at, who) | {"interactions": "\n".join(interactions), "promises": ""}
    ).scalar_one()
    records.noted(connection, at, who, "case_split", str(case), str(made))
    return int(move)


def undo(connection: Connection, move: int, at: Ms, who: str) -> int | None:
    """Take a merge or a split back; gives the case that stays. None: no such one is in force.

    Of a merge, what came from the other case goes back to it, unless somebody has put it elsewhere since. A split is
    undone by making both one again, with all that came to them; one of them that has become part of a third case since
    gives back what it took, and no more.
    """
    row = connection.execute(
        text("SELECT how, kept, gone, interactions, promises, state FROM case_moves WHERE id = :id AND undone IS NULL"),
        {"id": move},
    ).first()
    if row is None:
        return None
    now = _meant(connection, row.kept)
    other = _meant(connection, row.gone)
    if row.how == "merge":
        _part(connection, now, row, at)
    elif other in (now, row.gone):
        _join(connection, now, other, at)
    else:
        _give_back(connection, other, now, row, at)
    connection.execute(text("UPDATE case_moves SET undone = :at WHERE id = :id"), {"at": at, "id": move})
    # What was split off and put back stays so, also when a merge it was part of is undone after that.
    for kept, gone in connection.execute(_LEFT).all():
        _join(connection, _meant(connection, kept), gone, at)
    records.noted(connection, at, who, "case_move_undone", str(now), str(row.gone))
    return now


def of_case(db: Reader, case: int) -> Iterator[CaseMove]:
    """What made a case what it is and can be undone, newest first."""
    for id_, how, kept, gone, title, interactions, at, who in db.execute(
        "SELECT m.id, m.how, m.kept, m.gone, o.title, m.interactions, m.at, m.who FROM case_moves m"
        " JOIN cases o ON o.id = CASE WHEN m.kept = ? THEN m.gone ELSE m.kept END"
        " WHERE (m.kept = ? OR (m.gone = ? AND m.how = 'split')) AND m.undone IS NULL ORDER BY m.id DESC",
        (case, case, case),
    ).fetchall():
        yield CaseMove(
            id=str(id_),
            how=how,
            other=str(gone if kept == case else kept),
            title=title,
            contacts=len(interactions.splitlines()),
            at=at,
            by=AgentId(who),
        )


def _give_back(connection: Connection, giver: int, taker: int, move: Any, at: Ms) -> None:
    """What a move took goes from one case to the other, as far as it is still there."""
    inside = set(connection.execute(_INSIDE, {"case": giver}).scalars())
    _put(connection, [one for one in move.interactions.splitlines() if one in inside], taker, at)
    promises = [int(one) for one in move.promises.split()]
    connection.execute(
        text("UPDATE promises SET case_id = :taker WHERE id IN :ids AND case_id = :giver").bindparams(
            bindparam("ids", expanding=True)
        ),
        {"taker": taker, "ids": promises, "giver": giver},
    )


def _part(connection: Connection, now: int, move: Any, at: Ms) -> None:
    _give_back(connection, now, move.gone, move, at)
    connection.execute(
        text("UPDATE cases SET state = :state, closed = NULL, merged_into = NULL WHERE id = :gone"),
        {"state": move.state, "gone": move.gone},
    )
    connection.execute(_ALONG, {"gone": move.gone, "now": now})


def _join(connection: Connection, kept: int, gone: int, at: Ms) -> None:
    if kept == gone:
        return
    given = {"kept": kept, "gone": gone, "at": at}
    for table in ("annotations", "interactions", "promises"):
        connection.execute(text(f"UPDATE {table} SET case_id = :kept WHERE case_id = :gone"), given)
    connection.execute(_STAYS_OPEN, given)
    connection.execute(
        text("UPDATE cases SET state = 'closed', closed = :at, merged_into = :kept WHERE id = :gone"), given
    )
    connection.execute(text("UPDATE cases SET merged_into = :kept WHERE merged_into = :gone"), given)


def _noted(connection: Connection, how: str, kept: int, gone: int, at: Ms, who: str, state: str) -> int:
    promises = connection.execute(text("SELECT id FROM promises WHERE case_id = :gone ORDER BY id"), {"gone": gone})
    given = _row(how, kept, gone, at, who) | {
        "interactions": "\n".join(connection.execute(_INSIDE, {"case": gone}).scalars()),
        "promises": " ".join(str(one) for one in promises.scalars()),
        "state": state,
    }
    return int(connection.execute(_NOTE, given).scalar_one())


def _row(how: str, kept: int, gone: int, at: Ms, who: str) -> dict[str, Any]:
    return {"how": how, "kept": kept, "gone": gone, "at": at, "who": who, "state": ""}


def _put(connection: Connection, interactions: Sequence[str], case: int, at: Ms) -> None:
    for one in interactions:
        records.annotate(connection, one, at, case=case)


def _meant(connection: Connection, case: int) -> int:
    """The case it was merged into, if it was."""
    found = connection.execute(text("SELECT merged_into FROM cases WHERE id = :id"), {"id": case}).scalar()
    return case if found is None else int(found)
