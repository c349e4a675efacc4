"""Rows of a table that could not be read, tried once more: behind a watermark they come no other way."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection, text

from cti.ingest.mapping import Map, secret_column
from cti.ingest.sources import Cells, Objects
from cti.store.database import Store

_SOME = 500
_KEPT = text("SELECT id, place, body FROM kept WHERE source = :source AND id > :after ORDER BY id LIMIT :some")


class _Kept(Struct):
    place: str
    cells: Cells


class Again(Objects):
    """Rows as they were kept, each where it stood."""

    def __init__(self, kept: Sequence[_Kept]) -> None:
        super().__init__("", range(len(kept)), [], [one.cells for one in kept])
        self._places = [one.place for one in kept]

    def place(self, n: int) -> str:
        return self._places[n]

    def places(self) -> Iterable[str]:
        return self._places


def kept_rows(store: Store, map_: Map) -> Iterator[Again]:
    """What is kept of a table, some rows at a time; but for rows that were cut, and those of which a secret was left
    out."""
    after = 0
    while not secret_column(map_):
        rows = store.read(partial(_some, source=map_.name, after=after))
        if not rows:
            return
        after = rows[-1][0]
        if whole := [_Kept(place, cells) for _, place, body in rows if (cells := _cells(body)) is not None]:
            yield Again(whole)


def _some(connection: Connection, source: str, after: int) -> list[tuple[int, str, bytes]]:
    given = {"source": source, "after": after, "some": _SOME}
    return [(row.id, row.place, bytes(row.body)) for row in connection.execute(_KEPT, given)]


def _cells(body: bytes) -> Cells | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found else None
