"""One row of an outside table, read by its mapping: everything that can go wrong goes wrong here, before writing."""

import re
from hashlib import blake2b

from msgspec import Struct

from cti.core.ids import Ms
from cti.ingest.mails import snippet
from cti.ingest.mapping import HISTORY_KINDS, Map
from cti.ingest.sources import Cells, Row
from cti.ingest.values import CellError, Reader, number, seconds, truth
from cti.store.identity import Identifier, Identities
from cti.store.records import CustomerRow, InteractionRow

_OWNERS = ("account", "mail", "tel", "device")
"""Whose row it is, surest first, when it names several."""
_STATES = {"case": ("open", "waiting", "closed"), "promise": ("open", "kept", "withdrawn")}


class Read(Struct):
    """A row read in full, so that nothing can go wrong any more when it is written."""

    key: str
    at: Ms
    identifiers: list[Identifier]
    customer: str
    name: str
    title: str
    agent: str
    case: int | None
    due: Ms
    state: str
    person: CustomerRow | None = None
    tags: tuple[str, ...] = ()
    line: InteractionRow | None = None


class RowReader:
    """Reads rows by one mapping. `shift_ms` moves every time in them, for examples that must look alive."""

    def __init__(self, identities: Identities, map_: Map, now: Ms, shift_ms: int = 0) -> None:
        self._map = map_
        self._reader = Reader(map_)
        self._now = now
        self._shift = shift_ms
        self._owners = [(name, identities.maker(name)) for name in _OWNERS if getattr(map_.columns, name) is not None]

    def read(self, row: Row) -> Read:
        """A row as what it is to become. Raises `CellError` with the reason why it can't be."""
        if row.reason:
            raise CellError(row.reason)
        cells, kind = row.cells, self._map.kind
        texts = self._reader.texts(cells)
        key = texts.get("key") or _fingerprint(cells)
        if len(key) > 200:
            key = _fingerprint({"key": key})
        identifiers = []
        for name, identify in self._owners:
            if (raw := texts[name]) and (identifier := identify(raw)) is not None:
                identifiers.append(identifier)
        customer = texts.get("key" if kind == "customer" else "customer", "").replace(":", "-")
        if not identifiers and not customer:
            raise CellError("no tel, mail, account, device or customer in it can be read: nobody's row")
        state = texts.get("state") or "open"
        if kind in _STATES and state not in _STATES[kind]:
            raise CellError(f"column for state: {state!r}; it can be {', '.join(_STATES[kind])}")
        read = Read(
            key=key,
            at=self._time(cells, texts, "at") if self._map.columns.at is not None else self._now,
            identifiers=identifiers,
            customer=customer,
            name=texts.get("name", ""),
            title=texts.get("title", "")[:500],
            agent=texts.get("agent", ""),
            case=number(texts.get("case", ""), "case"),
            due=self._time(cells, texts, "due") if kind == "promise" else Ms(0),
            state=state,
        )
        if kind == "customer":
            read.tags = tuple(tag for one in re.split("[;；]", texts.get("tags", "")) if (tag := one.strip()))
            read.person = CustomerRow(
                id=customer,
                at=read.at,
                name=read.name,
                language=texts.get("language") or None,
                tier=texts.get("tier", ""),
                source=self._map.name,
            )
        elif kind in HISTORY_KINDS:
            read.line = self._line(texts, read)
        return read

    def _time(self, cells: Cells, texts: dict[str, str], name: str) -> Ms:
        return Ms(self._reader.time(cells, texts, name) + self._shift)

    def _line(self, texts: dict[str, str], read: Read) -> InteractionRow:
        return InteractionRow(
            owner=read.identifiers[0].id if read.identifiers else f"customer:{read.customer}",
            at=read.at,
            id=f"{self._map.name}:{read.key}",
            kind=self._map.kind,
            title=read.title,
            text=snippet(words) if (words := texts.get("text")) else "",
            inbound=truth(texts.get("inbound", ""), "inbound") is not False,
            language=texts.get("language") or None,
            agent_name=read.agent,
            lasted=seconds(texts.get("lasted_s", ""), "lasted_s"),
            waited=seconds(texts.get("waited_s", ""), "waited_s"),
            solved=truth(texts.get("solved", ""), "solved"),
            mark=texts.get("mark", ""),
            case_id=read.case,
            source=self._map.name,
        )


def _fingerprint(cells: Cells) -> str:
    digest = blake2b(digest_size=15)
    for name in sorted(cells):
        digest.update(f"{name}\0{cells[name]}\0".encode("utf-8", "replace"))
    return digest.hexdigest()
