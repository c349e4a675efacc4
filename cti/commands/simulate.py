"""`hotline simulate`: what a day would be like with these callers, this staff and these rules."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cti.commands import _options
from cti.core.site import Site
from cti.setup import resources, site
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_postgres
from cti.simulate import outcome, scenario
from cti.simulate.load import Load
from cti.simulate.outcome import Outcome
from cti.simulate.page import line_figures, page, theory, written
from cti.simulate.replay import Replay, ReplayError
from cti.simulate.scenario import Change, ScenarioError
from cti.simulate.tally import Day, Tally
from cti.simulate.theory import Pooled
from cti.simulate.words import LANGUAGES
from cti.store.days import around
from cti.store.journal import Journal, JournalError


class _Plan(NamedTuple):
    """What is to be run, and what stands beside it."""

    title: str
    zone: str
    settings: list[tuple[str, list[Load]]]
    past: Outcome | None = None
    """What really happened."""
    known: Pooled | None = None


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "simulate", help="run a day on a virtual clock, with other staff, skills or rules; without SCENARIO: list them"
    )
    parser.add_argument("scenario", nargs="?", metavar="SCENARIO", help="a scenario file, or the name of one shipped")
    parser.add_argument(
        "--replay", type=_date, metavar="DAY", help="run a day of the data folder's journal again: 2026-11-20"
    )
    parser.add_argument(
        "--with",
        dest="changes",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the same callers with the staff, skills and rules of this file beside; may be given several times",
    )
    parser.add_argument("--runs", type=_positive, metavar="N", help="so many independent runs instead of the file's")
    parser.add_argument("--seed", type=int, metavar="N", help="draw with this seed instead of the file's")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write curves and tables as an HTML page")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language of the page")
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("no date; write it as 2026-11-20") from None


def run(args: argparse.Namespace) -> int:
    """Do it; 0: done. Raises SetupProblem for what can't be."""
    if args.scenario is None and args.replay is None:
        return _list(args.json)
    if args.scenario is not None and args.replay is not None:
        raise SetupProblem("Give a scenario or --replay DAY, not both.")
    try:
        plan = _replay(args) if args.replay is not None else _scenario(args)
    except (ReplayError, JournalError) as error:
        raise SetupProblem(str(error)) from None
    found = [] if plan.past is None else [plan.past]
    found += [Outcome.of(name, _days(name, loads)) for name, loads in plan.settings]
    if args.page is not None:
        try:
            args.page.write_text(page(plan.title, plan.zone, found, plan.known, args.lang), encoding="utf-8")
        except OSError as error:
            raise SetupProblem(f"{args.page} can't be written: {error.strerror}.") from None
    if args.json:
        settings = [outcome.as_data(each) for each in found]
        print(msgspec.json.encode({"title": plan.title, "settings": settings, "theory": plan.known}).decode())
    else:
        _show(plan, found)
    return 0


def _days(name: str, loads: Sequence[Load]) -> Iterator[Day]:
    """One run after the other; whoever sits before it sees how far it is."""
    live = sys.stderr.isatty()
    for number, load in enumerate(loads, 1):
        if live:
            print(f"\r\x1b[K{name}: run {number} of {len(loads)}", end="", file=sys.stderr, flush=True)
        yield outcome.simulate(load)
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# --- what is to be run


def _shipped() -> dict[str, Path]:
    return {file.stem: file for file in sorted((resources.folder("example") / "simulate").glob("*.toml"))}


def _list(as_json: bool) -> int:
    rows = [{"name": name, "title": _read(file).title} for name, file in _shipped().items()]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        width = max(len(row["name"]) for row in rows)
        for row in rows:
            print(f"{row['name'].ljust(width)}  {row['title']}")
    return 0


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SetupProblem(f"{file} can't be read: {error.strerror}.") from None


def _read(file: Path) -> scenario.Scenario:
    try:
        return scenario.read(_bytes(file))
    except ScenarioError as error:
        raise SetupProblem(f"{file}: {error}") from None


def _beside(file: Path, named: str) -> Site | None:
    """The site file that a scenario or a change names."""
    return site.load(file.parent / named) if named else None


def _scenario(args: argparse.Namespace) -> _Plan:
    shipped = _shipped()
    file = Path(args.scenario)
    if not file.exists() and args.scenario in shipped:
        file = shipped[args.scenario]
    said = _read(file)
    if args.seed is not None:
        said = msgspec.structs.replace(said, seed=args.seed)
    base = _beside(file, said.site)
    try:
        loads = [scenario.load(said, base, number) for number in range(args.runs or said.runs)]
        known = scenario.known_answer(said)
    except ScenarioError as error:
        raise SetupProblem(f"{file}: {error}") from None
    return _Plan(said.title, loads[0].site.zone, [("simulated", loads), *_changed(args.changes, loads)], known=known)


def _journal(data: Path) -> str:
    """Where the journal of a data folder is. A file may be looked at without the rest of the folder."""
    file = data / "journal.db"
    place = Settings.load(data).journal if (data / "settings.toml").exists() else str(file)
    if not is_postgres(place) and not file.exists():
        raise SetupProblem(f"There is no journal {file}. Give the data folder with --data.")
    return place


def _replay(args: argparse.Namespace) -> _Plan:
    replay = Replay(args.replay.isoformat())
    with Journal.open(_journal(_options.data_folder(args))) as journal:
        replay.follow(around(journal, args.replay))
    loads = [replay.load((args.seed or 1) + number) for number in range(args.runs or 1)]
    tally = Tally(loads[0].begins, loads[0].ends)
    for at, event in replay.records:
        tally.see(at, event)
    past = Outcome.of("that day", [tally.day()])
    settings = [("replayed", loads), *_changed(args.changes, loads)]
    return _Plan(args.replay.isoformat(), loads[0].site.zone, settings, past=past)


def _changed(files: Sequence[Path], loads: Sequence[Load]) -> list[tuple[str, list[Load]]]:
    settings: list[tuple[str, list[Load]]] = []
    for file in files:
        try:
            change: Change = scenario.read_change(_bytes(file))
            other = _beside(file, change.site)
            changed = [scenario.changed(load, change, other) for load in loads]
        except ScenarioError as error:
            raise SetupProblem(f"{file}: {error}") from None
        settings.append((change.title or file.stem, changed))
    return settings


# --- how it is shown


def _show(plan: _Plan, found: Sequence[Outcome]) -> None:
    print(plan.title)
    print()
    head = ["", *(each.name for each in found)]
    columns = [each.figures() for each in found]
    rows = [head] + [[figures[0].name, *map(written, figures)] for figures in zip(*columns, strict=True)]
    if plan.known is not None:
        known = theory(plan.known)
        rows = [[row[0], known.get(row[0], "") if n else "theory", *row[1:]] for n, row in enumerate(rows)]
    _table(rows)
    for each in found:
        if len(each.all.kinds) > 1:
            print()
            lines = [line for _, line in sorted(each.all.kinds.items())]
            heads = [each.name, *(figure.name for figure in line_figures(lines[0]))]
            _table([heads, *([line.name, *map(written, line_figures(line))] for line in lines)])
            worst = each.all.worst
            if worst is not None:
                print(f"Longest wait: {worst[0]}, {worst[1]:.2f} times the mean.")


def _table(rows: Sequence[Sequence[Any]]) -> None:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells).rstrip())
