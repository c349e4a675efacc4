"""Whom rows of a table name: noted as seen, looked up, and linked to the customer that another of theirs belongs to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any, TypeVar

from sqlalchemy import Connection

from cti.core.ids import Ms
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.rows import Reads
from cti.store.erase import erasures
from cti.store.identity import Identifier
from cti.store.records import SeenRow, link_many, see_many, sole_customers

T = TypeVar("T")
Write = Callable[[Callable[[Connection], Any]], Any]
"""Does some work in a transaction: one of its own, or one that is there already."""
_AT_A_TIME = 2
"""Times as many people as rows that are written in one transaction: there is less of each."""


class People:
    """Everybody whom some rows name; looked at in an `order` in which the same people follow one another."""

    def __init__(self, reads: Reads, order: Sequence[int], map_: Map, now: Ms, size: int) -> None:
        self._map = map_
        self._now = now
        self._many = size * _AT_A_TIME
        self._ids = [_in_order(column, order) for column in reads.ids]
        self._customer = _in_order(reads.customer, order)
        at = _in_order(reads.at, order)
        names = _in_order(reads.name, order) if map_.columns.name is not None else None
        self._seen = _seen(self._ids, at, names, reads.identifiers)
        self._erasures: tuple[int, int] | None = None
        """As they were when the first of them were noted."""

    def note(self, write: Write) -> list[str]:
        """Note that they were seen, and link them; gives the customer of each row, empty: nobody we know.

        Of lines that link nobody it is only what they name.
        """
        for begin in range(0, len(self._seen), self._many):
            write(partial(self._see, rows=self._seen[begin : begin + self._many]))
        if not self._map.link and self._map.kind in HISTORY_KINDS:
            return self._customer
        whose: list[str] = write(self._resolve)
        return whose

    def stay(self, connection: Connection) -> None:
        """Note them once more if somebody was erased since: the lines that come have nobody else to belong to."""
        if self._erasures is not None and erasures(connection) != self._erasures:
            self._erasures = None
            self.note(lambda work: work(connection))

    def _see(self, connection: Connection, rows: Sequence[SeenRow]) -> None:
        if self._erasures is None:
            self._erasures = erasures(connection)
        see_many(connection, rows)

    def _resolve(self, connection: Connection) -> list[str]:
        """Look up whose they are, and link those who are nobody's yet."""
        customers = sole_customers(connection, [one[0] for one in self._seen])
        known = [list(map(customers.get, column, repeat(""))) for column in self._ids]
        whose = self._customer
        for others in known:
            whose = [customer or other for customer, other in zip(whose, others, strict=True)]
        if self._map.link or self._map.kind == "customer":
            link_many(connection, set(self._links(known, whose)), self._map.name, self._now)
        return whose

    def _links(self, known: Sequence[list[str]], whose: list[str]) -> Iterator[tuple[str, str]]:
        for column, others in zip(self._ids, known, strict=True):
            if others != whose:  # as they are when a table comes again
                for one, customer, other in zip(column, whose, others, strict=True):
                    if customer != other and one and customer:
                        yield one, customer


def _in_order(column: list[T], order: Sequence[int]) -> list[T]:
    return list(map(column.__getitem__, order))


def _seen(
    columns: Sequence[list[str]],
    times: list[Ms],
    names: list[str] | None,
    identifiers: Sequence[Mapping[str, Identifier]],
) -> list[SeenRow]:
    """Every identifier once, with when it was first and last in these rows, and its newest name.

    In the order of the table: neighbours share a page.
    """
    first: dict[str, Ms] = {}
    last: dict[str, Ms] = {}
    newest: dict[str, tuple[Ms, str]] = {}
    for ids in columns:
        for id_, at in zip(ids, times, strict=True):
            known = first.setdefault(id_, at)
            if at < known:
                first[id_] = at
                last.setdefault(id_, known)
            elif at > known and at > last.get(id_, known):
                last[id_] = at
        if names is not None:
            for id_, at, name in zip(ids, times, names, strict=True):
                if name:
                    newest[id_] = max(newest.get(id_, (at, name)), (at, name))
    first.pop("", None)
    made: dict[str, Identifier] = {}
    for several in identifiers:
        made.update(several)
    ids = sorted(first)
    shown = [newest[id_][1][:200] if id_ in newest else "" for id_ in ids] if newest else repeat("")
    return [
        (id_, one.kind, one.value, one.raw, name, at, last.get(id_, at))
        for id_, one, name, at in zip(ids, map(made.__getitem__, ids), shown, map(first.__getitem__, ids), strict=False)
    ]
