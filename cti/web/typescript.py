"""Writes the screens' types from the structs they are sent, so that the two can never differ.

`python -m cti.web.typescript` writes `agent_desktop/src/shared/types.ts`; a test fails while that file is stale.
"""

import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

import msgspec

from cti.simulate import report
from cti.store import identity_views
from cti.store import views as store_views
from cti.web import aside_bodies, bodies, call_bodies, describe, incident_bodies, people_bodies, report_bodies, views

TARGET = Path(__file__).parents[2] / "agent_desktop" / "src" / "shared" / "types.ts"

HEAD = """\
// Made by `python -m cti.web.typescript` from the server's structs. Change those, then make this anew.
"""

GENERIC = {
    (views.Snapshot, "view"): "V",
    (views.Change, "set"): "Partial<V>",
}
"""Fields that hold a view of the connection's own kind: Python sends any, a screen knows which."""

PLAIN: dict[object, str] = {
    bytes: "string",
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    object: "unknown",
}


def structs_of(module: types.ModuleType) -> list[type[msgspec.Struct]]:
    """The structs a module defines, in the order they are written."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == module.__name__
        and value not in (bodies.Ask, bodies.Reply)
    ]


class Writer:
    """Collects declarations; every struct and id met on the way is declared too."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._done: dict[type[msgspec.Struct], str] = {}

    def type_of(self, hint: Any) -> str:
        """A hint in TypeScript."""
        if hint in PLAIN:
            return PLAIN[hint]
        if isinstance(hint, NewType):
            name = hint.__name__
            self._ids[name] = self.type_of(hint.__supertype__)
            return name
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            self.add(hint)
            return hint.__name__
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self.type_of(args[0])
        if origin is Literal:
            return " | ".join(f'"{value}"' for value in args)
        if origin in (Union, types.UnionType):
            return " | ".join(dict.fromkeys(self.type_of(arg) for arg in args))
        if origin in (tuple, list, frozenset):
            inner = self.type_of(args[0])
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        if origin is dict:
            return f"Record<{self.type_of(args[0])}, {self.type_of(args[1])}>"
        raise TypeError(f"no TypeScript for {hint!r}")

    def add(self, struct: type[msgspec.Struct]) -> None:
        """Declare a struct, once."""
        if struct in self._done:
            return
        self._done[struct] = ""
        docs, needed, asked = describe.field_docs(struct), describe.needed(struct), issubclass(struct, bodies.Ask)
        lines = [*comment(describe.struct_doc(struct), "")]
        generic = any(owner is struct for owner, _ in GENERIC)
        lines.append(f"export interface {struct.__name__}{'<V>' if generic else ''} {{")
        config = struct.__struct_config__
        if config.tag is not None:
            lines.append(f'  {config.tag_field}: "{config.tag}";')
        for name, hint in describe.hints(struct).items():
            if typing.get_origin(hint) is typing.ClassVar or name not in struct.__struct_fields__:
                continue
            lines += comment(docs.get(name, ""), "  ")
            mark = "?" if asked and name not in needed else ""
            lines.append(f"  {name}{mark}: {GENERIC.get((struct, name)) or self.type_of(hint)};")
        lines.append("}")
        self._done[struct] = "\n".join(lines)

    def text(self) -> str:
        """The whole file."""
        ids = "\n".join(f"export type {name} = {plain};" for name, plain in sorted(self._ids.items()))
        unions = (
            "/** What comes over `/api/v1/live`. */\n"
            f"export type FromServer<V> = {members(views.FromServer)};\n\n"
            "/** What goes there. */\n"
            f"export type FromScreen = {members(views.FromScreen)};"
        )
        return "\n\n".join([HEAD.rstrip(), ids, *self._done.values(), unions]) + "\n"


def members(union: Any) -> str:
    """A union's structs by name, generic ones with their parameter."""
    return " | ".join(
        f"{s.__name__}<V>" if any(owner is s for owner, _ in GENERIC) else s.__name__ for s in get_args(union)
    )


def comment(text: str, indent: str) -> list[str]:
    """A doc comment; nothing for nothing."""
    return [f"{indent}/** {text.replace('*/', '* /')} */"] if text else []


def write(
    modules: Iterable[types.ModuleType] = (
        views,
        store_views,
        identity_views,
        bodies,
        people_bodies,
        aside_bodies,
        call_bodies,
        incident_bodies,
        report,
        report_bodies,
    ),
) -> str:
    """The file's text."""
    writer = Writer()
    for module in modules:
        for struct in structs_of(module):
            writer.add(struct)
    return writer.text()


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(write(), encoding="utf-8")
