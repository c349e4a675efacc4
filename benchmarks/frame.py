"""What every bench shares: figures with goals, facts about the machine, fair rounds, and how a report is shown.

Peers run in the same process tree, in the same minute, interleaved with ours; what counts is the median of the rounds.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

ROUNDS = 5


class Options(Struct, frozen=True):
    """How a bench is asked to run."""

    quick: bool = False
    """A rough answer in under 20 seconds."""

    @property
    def rounds(self) -> int:
        return 1 if self.quick else ROUNDS


class Figure(Struct, frozen=True):
    """One measured number, and what it has to reach."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["higher", "lower"] = "higher"

    @property
    def ok(self) -> bool | None:
        """Whether the goal is reached; None: there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


class Report(Struct, frozen=True):
    """What one bench found."""

    bench: str
    seconds: float
    figures: tuple[Figure, ...]
    peers: tuple[Mapping[str, Any], ...] = ()
    """One row for each contender, ours first; every row has the same keys."""

    def as_json(self) -> str:
        """One JSON object on one line."""
        figures = [
            {
                "name": figure.name,
                "value": figure.value,
                "unit": figure.unit,
                "goal": figure.goal,
                "better": figure.better,
                "ok": figure.ok,
            }
            for figure in self.figures
        ]
        body = {
            "bench": self.bench,
            "machine": machine(),
            "seconds": round(self.seconds, 1),
            "figures": figures,
            "peers": {str(row["name"]): {key: row[key] for key in row if key != "name"} for row in self.peers},
        }
        return json.dumps(body, ensure_ascii=False)

    def as_text(self) -> str:
        """A table for people."""
        facts = machine()
        lines = [f"{self.bench}: {facts['cpus']} x {facts['cpu']}, Python {facts['python']}, {self.seconds:.0f} s", ""]
        rows = [["figure", "value", "unit", "goal", ""]]
        for figure in self.figures:
            goal = "" if figure.goal is None else f"{'>=' if figure.better == 'higher' else '<='} {number(figure.goal)}"
            verdict = {None: "", True: "ok", False: "MISSED"}[figure.ok]
            rows.append([figure.name, number(figure.value), figure.unit, goal, verdict])
        lines += _table(rows)
        if self.peers:
            head = list(self.peers[0])
            lines += ["", *_table([head, *([_cell(row.get(key)) for key in head] for row in self.peers)])]
        return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu(),
        "cpus": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def interleave(rounds: int, contenders: Mapping[str, Callable[[], Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Run every contender once a round, beginning with another one each time; the median of each number they give.

    Values that are no numbers must be the same in every round, or are shown as the last round's.
    """
    names = list(contenders)
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(contenders[name]())
    return {name: _median(rows) for name, rows in found.items()}


def _median(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key in rows[-1]:
        values = [row[key] for row in rows if row.get(key) is not None]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        out[key] = statistics.median(numbers) if numbers and len(numbers) == len(values) else rows[-1][key]
    return out


def percentile(values: Sequence[float], per_cent: float) -> float:
    """The smallest value that at least `per_cent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * per_cent // 100).__trunc__() - 1))]


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start


def number(value: float) -> str:
    """As people read it: 12,345 or 12.3 or 0.0123."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
