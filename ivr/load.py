"""Read `dialplans/flows/*.toml` into structs. Errors say file and line, the place in it, and what to do."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from ivr import check
from ivr.flow import Choice, Flow, Flows, Node, System, Words

SYSTEM_FILE = "system.toml"

T = TypeVar("T")

_KEYS = {
    "choices": "a phone has the keys 0 to 9, * and #",
    "nodes": "names are of a-z, 0-9 and '-', and begin with a letter",
    "prompts": "names are of a-z, 0-9 and '-', and begin with a letter",
    "label": "screens have the languages en, zh-Hans and zh-Hant",
}


class FlowError(Exception):
    """Flows that no caller can be led through. The text has one line for each problem: `file:line: place: what`."""


def load(folder: Path) -> Flows:
    """All flows of a folder and its `system.toml`.

    Raises:
        FlowError: with every problem found, not only the first.
    """
    system_file = folder / SYSTEM_FILE
    if not system_file.is_file():
        raise FlowError(f"{system_file}: missing. A folder of flows needs it: the words every flow uses are in it")
    problems: list[str] = []
    system: System | None = None
    try:
        source = _Source(system_file)
        problems += source.words()
        system = source.convert(source.raw, System, ()) if not problems else None
        if system is not None:
            problems += (source.line(where, what) for where, what in check.system_problems(system))
    except FlowError as error:
        problems.append(str(error))
    flows: dict[str, Flow] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == SYSTEM_FILE:
            continue
        try:
            source = _Source(path)
            flow = _flow(source)
            if system is not None:
                problems += (source.line(where, what) for where, what in check.flow_problems(flow, system))
            flows[flow.id] = flow
        except FlowError as error:
            problems.append(str(error))
    if problems or system is None:
        raise FlowError("\n".join(problems))
    if not flows:
        raise FlowError(f"{folder}: no flow in it. Add one, such as main.toml")
    return Flows(flows, system)


def line_of(file: Path, where: str) -> int:
    """The line of a flow file on which a dotted place stands, such as `nodes.sales.queue`. Raises FlowError."""
    return _Source(file).line_of(tuple(where.split(".")))


def _flow(source: "_Source") -> Flow:
    raw = {"id": source.path.stem, **source.raw}
    problems: list[str] = []
    nodes: dict[str, object] = raw.get("nodes", {})
    if isinstance(nodes, dict):
        for name, node in nodes.items():
            try:
                source.node(node, ("nodes", name))
            except FlowError as error:
                problems.append(str(error))
    problems += source.words()
    if problems:
        raise FlowError("\n".join(problems))
    return source.convert(raw, Flow, ())


class _Source:
    """One TOML file, and where in it things stand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text("utf-8")
            self.raw: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
            line = f":{found[1]}" if found else ""
            what = re.sub(r" \(at .*\)", "", str(error))
            raise FlowError(f"{path}{line}: not TOML: {what}. Mend that line") from None
        except UnicodeDecodeError:
            raise FlowError(f"{path}: not UTF-8. Save it as UTF-8") from None
        except OSError as error:
            raise FlowError(f"{path}: {error.strerror}. Check that the file exists and may be read") from None

    def convert(self, raw: object, to: type[T], place: tuple[str, ...]) -> T:
        try:
            return msgspec.convert(raw, to)
        except msgspec.ValidationError as error:
            self._refuse(str(error), raw, place)

    def node(self, raw: object, place: tuple[str, ...]) -> None:
        """Check one node alone, so that the error can name it; and its choices, one by one."""
        if isinstance(raw, dict) and raw.get("kind") == "menu" and isinstance(raw.get("choices"), dict):
            for key, choice in raw["choices"].items():
                self.convert(choice, Choice, (*place, "choices", key))
        try:
            msgspec.convert(raw, Node)
        except msgspec.ValidationError as error:
            self._refuse(str(error), raw, place)

    def words(self) -> list[str]:
        """What is wrong with the prompts, each checked alone."""
        problems: list[str] = []
        prompts = self.raw.get("prompts", {})
        for name, words in prompts.items() if isinstance(prompts, dict) else ():
            try:
                self.convert(words, Words, ("prompts", name))
            except FlowError as error:
                problems.append(str(error))
        return problems

    def line(self, where: str, what: str) -> str:
        place = tuple(where.split(".")) if where else ()
        return f"{self.path}:{self.line_of(place)}: {where + ': ' if where else ''}{what}"

    def line_of(self, place: tuple[str, ...]) -> int:
        """The line of a dotted place, or of the nearest thing around it."""
        best, best_line = 0, 1
        for number, names in self._lines():
            same = 0
            for one, other in zip(names, place, strict=False):
                if one != other:
                    break
                same += 1
            if same == len(names) and same > best:
                best, best_line = same, number
        return best_line

    def _lines(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        table: tuple[str, ...] = ()
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[+([^\]]+)\]+", line):
                table = _names(header[1])
                yield number, table
            elif key := re.match(r"\s*([A-Za-z0-9_.\"'*#-]+)\s*=", line):
                yield number, (*table, *_names(key[1]))

    def _refuse(self, error: str, raw: object, place: tuple[str, ...]) -> NoReturn:
        what, _, path = error.partition(" - at `")
        if path.startswith("key` in "):
            # A key of a table, not its value.
            what = _KEYS.get(path.rpartition(".")[2].rstrip("`"), "there are the languages cmn, yue and en")
            what = f"a name in this table can't be so: {what}"
            path = path.removeprefix("key` in ")
        steps = re.findall(r"[A-Za-z_]+|\[\.\.\.\]|\[\d+\]", path.rstrip("`"))
        missing = re.fullmatch(r"Object missing required field `(\w+)`", what)
        unknown = re.fullmatch(r"Object contains unknown field `(\w+)`", what)
        where = [*place, *(step for step in steps if not step.startswith("["))]
        if missing:
            what = f"'{missing[1]}' is missing. Add it"
        elif unknown:
            where.append(unknown[1])
            what = f"'{unknown[1]}' is no setting here. Remove it or mend its name"
        else:
            what = f"{what.replace('`', chr(39))}. See docs/reference/flows.md"
        raise FlowError(self.line(".".join(where), what))


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in dotted.split("."))
