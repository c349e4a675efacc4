"""FastAGI: how many commands a second a server gets through, 50 calls at once, the same bytes for everybody.

A turn here is what a caller waits for between two prompts: Asterisk's answer in, the next command out.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.agi_client import Run
from benchmarks.agi_client import run as play
from benchmarks.agi_contenders import CONTENDERS
from benchmarks.child import child
from benchmarks.frame import Figure, Options, Report, Stopwatch, interleave

SESSIONS = 50
COMMANDS = 503
QUICK_COMMANDS = 103


def run(options: Options) -> Report:
    """Measure every contender; the goal is 3.5 times panoramisk's commands a second."""
    watch = Stopwatch()
    with TemporaryDirectory() as folder:
        client = _build(Path(folder))
        rows = interleave(
            options.rounds,
            {
                name: partial(_measure, name, client, QUICK_COMMANDS if options.quick else COMMANDS)
                for name in CONTENDERS
            },
        )
    ours, theirs = rows["hotline"], rows["panoramisk"]
    different = sum(row["digest"] not in (ours["digest"], None) for row in rows.values())
    figures = (
        Figure("commands per second, times panoramisk", ours["commands_s"] / theirs["commands_s"], "x", 3.5),
        Figure("CPU per command, panoramisk's over ours", theirs["cpu_us"] / ours["cpu_us"], "x"),
        Figure("commands per second", ours["commands_s"], "1/s"),
        Figure("CPU per command", ours["cpu_us"], "us", None, "lower"),
        Figure("contenders that sent other bytes", different, "", 0, "lower"),
    )
    peers = [_row(name, row, theirs) for name, row in rows.items()]
    return Report("agi", watch.seconds, figures, tuple(peers))


def _build(folder: Path) -> Path | None:
    """The client in C, where there is a compiler. One in Python is slower than our server, and so hides its speed."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source = Path(__file__).with_name("agi_client.c")
    made = folder / "agi_client"
    done = subprocess.run([compiler, "-O2", "-o", str(made), str(source)], capture_output=True, check=False)
    return made if done.returncode == 0 else None


def _row(name: str, row: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    speed = row["commands_s"]
    times = None if speed is None else speed / base["commands_s"]
    return {"name": name, "commands_s": speed, "x panoramisk": times, "cpu_us": row["cpu_us"], "note": row["note"]}


def _measure(name: str, client: Path | None, commands: int) -> dict[str, Any]:
    """One run of one server, in a fresh process: first two calls to compare bytes, then fifty to measure."""
    try:
        with child("agi_contenders", name, commands) as server:
            ready = server.read()
            digest = play(ready["port"], 2).digest
            found = play(ready["port"], SESSIONS) if client is None else _play_fast(client, ready["port"])
            used = server.finish()["cpu"] - ready["cpu"]
    except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
        return {"commands_s": None, "cpu_us": None, "digest": None, "note": f"did not run: {problem}"[:100]}
    cpu_us = used / (found.commands * (SESSIONS + 2) / SESSIONS) * 1e6
    note = "" if client is not None else "no C compiler: the client is the limit"
    return {"commands_s": found.commands / found.seconds, "cpu_us": cpu_us, "digest": digest, "note": note}


def _play_fast(client: Path, port: int) -> Run:
    done = subprocess.run([client, str(port), str(SESSIONS)], capture_output=True, text=True, check=True, timeout=60)
    said = json.loads(done.stdout)
    return Run(said["seconds"], said["commands"], "")
