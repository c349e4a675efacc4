"""How far a table has been read, so that only what is new or changed since is asked for.

It is written in the transaction of the rows it stands for: a stop at any moment loses nothing and repeats little.
"""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, text

from cti.core.ids import Ms

Value = int | float | str
_UPSERT = text(
    "INSERT INTO positions (name, seq) VALUES (:name, :seq) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"
)


def reached(connection: Connection, table: str) -> Value | None:
    """The newest value read of a table's watermark; None: nothing yet."""
    found = connection.execute(
        text("SELECT name FROM positions WHERE name >= :low AND name < :high"), _span(table)
    ).scalar()
    if found is None:
        return None
    value: Value = json.loads(str(found).removeprefix(_prefix(table)))
    return value


def newest(values: Sequence[object]) -> Value | None:
    """The last of them that says something: rows come in the order of their watermark."""
    for value in reversed(values):
        if value is None or value == "":
            continue
        # What JSON does not have is given back to its database as text, which every one of them reads as what it was.
        return value if isinstance(value, int | float | str) and not isinstance(value, bool) else str(value)
    return None


def move(connection: Connection, table: str, value: Value | None, now: Ms) -> None:
    """Everything up to `value` is read. None: it is to be read from the beginning."""
    connection.execute(text("DELETE FROM positions WHERE name >= :low AND name < :high"), _span(table))
    if value is not None:
        name = _prefix(table) + json.dumps(value, ensure_ascii=False)
        connection.execute(_UPSERT, {"name": name, "seq": now})


def _prefix(table: str) -> str:
    return f"table:{table}:"  # a table's name holds no colon


def _span(table: str) -> dict[str, str]:
    return {"low": _prefix(table), "high": f"table:{table};"}
