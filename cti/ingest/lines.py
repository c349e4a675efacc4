"""Rows of a table as lines of the timeline, some of them in each transaction."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from cti.core.ids import Ms
from cti.ingest.mapping import Map
from cti.ingest.rows import Reads
from cti.store import mentions
from cti.store.identity import Identities
from cti.store.records import bulk, put_lines

_CONFIRM = text(
    "INSERT INTO annotations (interaction, customer, at) VALUES (:id, :customer, :at)"
    " ON CONFLICT (interaction) DO NOTHING"
)
_OWNER, _AT, _ID = range(3)
"""Where they stand in a row."""
Row = tuple[Any, ...]


class Lines:
    """Rows in the `order` of the timeline's table, no id twice."""

    def __init__(self, reads: Reads, order: Sequence[int], map_: Map, identities: Identities, now: Ms) -> None:
        self._map = map_
        self._identities = identities
        self._now = now
        named = map_.columns
        columns: dict[str, Iterable[object]] = {
            "owner": reads.whose(),
            "at": reads.at,
            "id": [f"{map_.name}:{key}" for key in reads.key],
            **reads.more,
        }
        if named.title is not None:
            columns["title"] = reads.title
        if named.language is not None:
            columns["language"] = reads.language
        if named.agent is not None:
            columns["agent_name"] = reads.agent
        if named.case is not None:
            columns["case_id"] = reads.case
        self._columns = list(columns)
        rows: list[Row] = list(zip(*columns.values(), strict=True))
        self._rows = list(map(rows.__getitem__, order))
        self._confirmed = self._named(reads, rows)

    def _named(self, reads: Reads, rows: Sequence[Row]) -> dict[str, str]:
        """Of whom a row that also has an identifier says that it was them."""
        if self._map.columns.customer is None:
            return {}
        who = zip(rows, reads.customer, reads.owner, strict=True)
        return {row[_ID]: customer for row, customer, owner in who if customer and owner}

    def parts(self, size: int) -> list[list[Row]]:
        """All of them, `size` at a time; one that is empty if there are none."""
        return [self._rows[begin : begin + size] for begin in range(0, len(self._rows), size)] or [[]]

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write a part of them."""
        if self._confirmed:
            # What an agent has said already stays.
            confirmed = [
                {"id": row[_ID], "customer": customer, "at": self._now}
                for row in rows
                if (customer := self._confirmed.get(row[_ID]))
            ]
            bulk(connection, _CONFIRM, confirmed)
        put_lines(connection, self._columns, rows, {"kind": self._map.kind, "source": self._map.name})
        if self._map.kind in mentions.WRITTEN:
            mentions.note(connection, self._identities, self._written(rows))

    def _written(self, rows: Sequence[Row]) -> Iterator[mentions.Written]:
        """What people wrote in them."""
        told = [self._columns.index(name) for name in ("title", "text") if name in self._columns]
        for row in rows:
            words = "\n".join(row[n] for n in told)
            yield mentions.Written(row[_OWNER], row[_ID], row[_AT], words)
