"""Rows of an outside table, read by its mapping: everything that can go wrong goes wrong here, before writing."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from typing import Any

from msgspec import Struct

from cti.core.ids import Ms
from cti.ingest.mails import snippet
from cti.ingest.mapping import HISTORY_KINDS, Map, secret_column
from cti.ingest.sources import Batch, Broken, Cells
from cti.ingest.values import Errors, Reader, cell_text, converted, number, seconds, truth
from cti.store.identity import Identifier, Identities
from cti.store.pins import is_pin

_OWNERS = ("account", "mail", "tel", "device")
"""Whose row it is, surest first, when it names several."""
_STATES = {"case": ("open", "waiting", "closed"), "promise": ("open", "kept", "withdrawn")}
_MORE = ("text", "mark", "lasted_s", "waited_s", "solved", "inbound")
_LONGEST_KEY = 200
_KNOWN = 131_072
"""Identifiers of a kind that are remembered."""


class Reads(Struct):
    """Rows read in full, so that nothing can go wrong any more when they are written: a list for each field.

    Most fields are not named by a map. Those share one list, which is put in order once for all of them.
    """

    key: list[str]
    at: list[Ms]
    ids: list[list[str]]
    """Of identifiers, a list for each kind that the map names, the surest first; empty: none."""
    identifiers: list[Mapping[str, Identifier]]
    """Where those of a kind are found by their ids, and more."""
    owner: list[str]
    """The id of the surest of each row; empty: none."""
    customer: list[str]
    """The customer that a row names; empty: none."""
    name: list[str]
    title: list[str]
    agent: list[str]
    case: list[int | None]
    due: list[Ms]
    state: list[str]
    closed: list[Ms | None]
    language: list[str | None]
    tier: list[str]
    tags: list[str]
    pin: list[str]
    more: dict[str, list[object]]
    """What else a line of the timeline has, by the columns of its table."""

    def __len__(self) -> int:
        return len(self.key)

    def whose(self) -> list[str]:
        """Under which owner each stands in the history."""
        return [owner or f"customer:{customer}" for owner, customer in zip(self.owner, self.customer, strict=True)]

    def at_rows(self, chosen: Sequence[int]) -> "Reads":
        """Only some of them, in that order."""
        return _each([self], lambda columns: list(map(columns[0].__getitem__, chosen)))

    @classmethod
    def joined(cls, several: Sequence["Reads"]) -> "Reads":
        """All of them, as they came one after the other by the same mapping."""
        return several[0] if len(several) == 1 else _each(several, lambda columns: list(chain.from_iterable(columns)))


def _each(several: Sequence[Reads], made: Callable[[Sequence[list[Any]]], list[Any]]) -> Reads:
    """What `made` makes of each column of theirs; of one that several fields share once."""
    done: dict[tuple[int, ...], list[Any]] = {}

    def once(columns: Sequence[list[Any]]) -> list[Any]:
        same = tuple(map(id, columns))
        if same not in done:
            done[same] = made(columns)
        return done[same]

    nested = ("ids", "identifiers", "more")
    plain = [name for name in Reads.__struct_fields__ if name not in nested]
    return Reads(
        ids=[once(columns) for columns in zip(*(one.ids for one in several), strict=True)],
        identifiers=list({id(known): known for one in several for known in one.identifiers}.values()),
        more={name: once([one.more[name] for one in several]) for name in several[0].more},
        **{name: once([getattr(one, name) for one in several]) for name in plain},
    )


class _Remembered(dict[str, str]):
    """The ids of identifiers by how they were written: the same people come again and again."""

    def __init__(self, make: Callable[[str], Identifier | None]) -> None:
        super().__init__()
        self._make = make
        self.made: dict[str, Identifier] = {}
        """All of them by their ids."""

    def __missing__(self, written: str) -> str:
        made = self._make(written)
        if made is not None:
            # What was made first stays: so does the way in which it was written.
            made = self.made.setdefault(made.id, made)
        id_ = self[written] = "" if made is None else made.id
        return id_

    def of(self, column: Sequence[str]) -> list[str]:
        """The id of each; empty: it is none."""
        if len(self) > _KNOWN:
            self.clear()
            self.made = {}  # not cleared: rows that are still to be written are looked up there
        return list(map(self.__getitem__, column))


class RowReader:
    """Reads rows by one mapping. `shift_ms` moves every time in them, for examples that must look alive."""

    def __init__(self, identities: Identities, map_: Map, now: Ms, shift_ms: int = 0) -> None:
        self._map = map_
        self._reader = Reader(map_)
        self._now = now
        self._shift = shift_ms
        self._owners = [
            (name, _Remembered(identities.maker(name))) for name in _OWNERS if getattr(map_.columns, name) is not None
        ]

    def read(self, batch: Batch) -> tuple[Reads, Iterable[str], list[Broken]]:
        """What the rows of a batch are to become, where they stand, and those that can't be read, with the reason."""
        errors: Errors = {}
        reads = self._read(batch, errors)
        secret = secret_column(self._map)
        broken = [Broken(batch.place(n), _written(batch.cells(n), secret), errors[n]) for n in sorted(errors)]
        # Where its columns can't be told apart, nothing of a row is kept if there is a secret in it.
        lost = [Broken(one.place, "", one.reason) for one in batch.broken] if secret else batch.broken
        places = batch.places()
        if errors:
            fine = [n for n in range(len(batch)) if n not in errors]
            reads, places = reads.at_rows(fine), [batch.place(n) for n in fine]
        return reads, places, [*lost, *broken]

    def _read(self, batch: Batch, errors: Errors) -> Reads:
        empty = [""] * len(batch)
        nothing: list[Any] = [None] * len(batch)

        def named(name: str) -> bool:
            return getattr(self._map.columns, name) is not None

        def texts(name: str) -> list[str]:
            return self._reader.texts(batch, name, errors) if named(name) else empty

        kind = self._map.kind
        ids = [remembered.of(texts(name)) for name, remembered in self._owners]
        owner = ids[0] if ids else empty
        for others in ids[1:]:
            owner = [known or one for known, one in zip(owner, others, strict=True)]
        customer = texts("key" if kind == "customer" else "customer")
        if customer is not empty:
            customer = [one.replace(":", "-") for one in customer]
        for n, (known, other) in enumerate(() if all(owner) else zip(owner, customer, strict=True)):
            if not known and not other:
                errors.setdefault(n, "no tel, mail, account, device or customer in it can be read: nobody's row")
        return Reads(
            key=self._keys(batch, texts("key")),
            at=self._times(batch, "at", errors) if self._map.columns.at is not None else [self._now] * len(batch),
            ids=ids,
            identifiers=[remembered.made for _, remembered in self._owners],
            owner=owner,
            customer=customer,
            name=texts("name"),
            title=[title[:500] for title in texts("title")] if named("title") else empty,
            agent=texts("agent"),
            case=converted(texts("case"), "case", number, errors) if named("case") else nothing,
            due=self._times(batch, "due", errors) if kind == "promise" else [Ms(0)] * len(batch),
            state=self._states(texts("state"), errors),
            closed=self._closed(batch, errors) if named("closed") else nothing,
            language=[one or None for one in texts("language")] if named("language") else nothing,
            tier=texts("tier"),
            tags=texts("tags"),
            pin=self._pins(texts("pin"), errors),
            more=self._more(batch, errors) if kind in HISTORY_KINDS else {},
        )

    def _more(self, batch: Batch, errors: Errors) -> dict[str, list[object]]:
        """What only lines have, as far as the map names it; the rest of a line stays as the table makes it."""
        named = {name for name in _MORE if getattr(self._map.columns, name) is not None}
        more: dict[str, list[object]] = {}
        for name in sorted(named):
            written = self._reader.texts(batch, name, errors)
            match name:
                case "text":
                    more["text"] = [snippet(words) if words else "" for words in written]
                case "mark":
                    more["mark"] = list(written)
                case "lasted_s" | "waited_s":
                    more[name.removesuffix("_s")] = list(converted(written, name, seconds, errors))
                case _:
                    more[name] = list(converted(written, name, truth, errors))
        # What is not said to have gone out came in.
        more["inbound"] = [one is not False for one in more.get("inbound", [None] * len(batch))]
        return more

    def _times(self, batch: Batch, name: str, errors: Errors) -> list[Ms]:
        found = self._reader.times(batch, name, errors)
        return [Ms(at + self._shift) for at in found] if self._shift else found

    def _closed(self, batch: Batch, errors: Errors) -> list[Ms | None]:
        return [at and Ms(at + self._shift) for at in self._reader.moments(batch, "closed", errors)]

    def _states(self, written: list[str], errors: Errors) -> list[str]:
        known = _STATES.get(self._map.kind, ())
        found = [state or "open" for state in written]
        for n, state in enumerate(found if known else ()):
            if state not in known:
                errors.setdefault(n, f"column for state: {state!r}; it can be {', '.join(known)}")
        return found

    def _pins(self, written: list[str], errors: Errors) -> list[str]:
        for n, pin in enumerate(written):
            if pin and not is_pin(pin):
                errors.setdefault(n, f"column {secret_column(self._map)}: a PIN has four to eight digits")
        return written

    def _keys(self, batch: Batch, written: list[str]) -> list[str]:
        if not all(written):
            written = [key or _fingerprint(batch.cells(n)) for n, key in enumerate(written)]
        return [key if len(key) <= _LONGEST_KEY else _fingerprint({"key": key}) for key in written]


def tags_of(written: str) -> list[str]:
    """Several tags, parted by `;`."""
    return [tag for one in re.split("[;；]", written) if (tag := one.strip())]


def _written(cells: Cells, secret: str) -> str:
    shown = {name: cell for name, cell in cells.items() if name != secret}
    return json.dumps(shown, ensure_ascii=False, default=cell_text)


def _fingerprint(cells: Cells) -> str:
    digest = blake2b(digest_size=15)
    for name in sorted(cells):
        digest.update(f"{name}\0{cells[name]}\0".encode("utf-8", "replace"))
    return digest.hexdigest()
