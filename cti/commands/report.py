"""`hotline report`: a day in figures, by queue and half hour, read from the journal."""

import argparse
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from cti.commands import _options
from cti.core.ids import Ms
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.simulate.report import COUNTED, DayReport, Figures, HalfHour, report, span
from cti.store.days import of_kinds
from cti.store.history import wall_clock
from cti.store.journal import Journal, JournalError

_HEAD = ("", "calls", "answered", "abandoned", "service level", "ASA", "told right", "in range")
_DAY_MS = 24 * 3_600_000


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "report",
        help="a day in figures, by queue and half hour",
        description="Counts a day from the journal: calls, answers, service level, waits, and how often callers were "
        "told right. No hotline need run.",
    )
    parser.add_argument("day", nargs="?", type=_date, metavar="DAY", help="such as 2026-11-20 (default: today)")
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("no date; write it as 2026-11-20") from None


def run(args: argparse.Namespace) -> int:
    """Do it. Raises SetupProblem."""
    settings = _options.settings(args)
    zone = site_file.load(settings.site_file).zone
    now = wall_clock()
    day = args.day or datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
    try:
        begins, ends = span(day, zone)
        with Journal.open(settings.journal) as journal:
            found = report(day, zone, of_kinds(journal, COUNTED, Ms(begins - _DAY_MS), ends), now)
    except (ValueError, JournalError) as error:
        raise SetupProblem(f"{error}.") from None
    print(msgspec.json.encode(found).decode() if args.json else "\n".join(as_text(found)))
    return 0


def as_text(found: DayReport) -> list[str]:
    """Tables: the day by queue, then by half hour."""
    queues = [("all", found.figures), *((each.queue, each.figures) for each in found.queues)]
    lines = [found.day, "", *_table([(name, *_cells(figures)) for name, figures in queues]), ""]
    lines += _table([(_clock(each.at, found.zone), *_cells(each.figures)) for each in found.half_hours])
    return [*lines, "", _work(found.half_hours)]


def _work(half_hours: Sequence[HalfHour]) -> str:
    duty = sum(each.staff or 0 for each in half_hours)
    busy = sum((each.staff or 0) * (each.occupancy or 0) for each in half_hours)
    return f"Agents' time: {duty / 2:.1f} h with work or ready, {_share(busy, duty)} of it work."


def _cells(of: Figures) -> tuple[str, ...]:
    return (
        f"{of.calls:,}",
        f"{of.answered:,}",
        f"{of.abandoned:,}",
        _share(of.within, of.answered + of.abandoned),
        f"{of.asa / 1000:.1f} s" if of.asa is not None else "–",
        f"{_share(of.kept, of.told)}{f' of {of.told:,}' if of.told else ''}",
        _share(of.in_range, of.foreseen),
    )


def _share(part: float, of: float) -> str:
    return f"{part / of * 100:.1f} %" if of else "–"


def _clock(at: Ms, zone: str) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%H:%M")


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    all_rows = [_HEAD, *rows]
    widths = [max(len(row[place]) for row in all_rows) for place in range(len(_HEAD))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in all_rows
    ]
