"""Which calls of a timeline have a recording of their talks: as far as the file is there, whatever became of others."""

from pathlib import Path

from msgspec.structs import replace

from cti.core.ids import OUTWARD
from cti.store.vault import is_kept, talk_of
from cti.store.views import Entry, Person

_OURS = ("c-", OUTWARD)


def marked(folder: Path | None, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The same lines, those marked that can be heard. Blocks: each call of ours is looked for in the folder."""
    if folder is None:
        return entries
    return tuple(replace(entry, recorded=True) if _is_recorded(folder, entry) else entry for entry in entries)


def of_person(folder: Path | None, person: Person) -> Person:
    """The same with their timeline."""
    return replace(person, timeline=marked(folder, person.timeline)) if folder is not None else person


def _is_recorded(folder: Path, entry: Entry) -> bool:
    talked = entry.kind == "call" and bool(entry.lasted) and entry.id.startswith(_OURS)
    return talked and is_kept(folder, talk_of(entry.id))
