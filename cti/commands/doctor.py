"""`hotline doctor`: every requirement and connection, green or red, with the cure."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.ingest import mailroom
from cti.setup import fit, site
from cti.setup.diagnose import diagnose
from cti.setup.finding import Finding
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store import sealing


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "doctor",
        help="check every requirement and connection, and say what to do",
        description="Look at this machine and a data folder, running or not. Exit code 1: something needs a cure.",
    )
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look and tell."""
    data = _options.data_folder(args)
    findings = asyncio.run(diagnose(data)) + _numbers(data) + mailroom.diagnose(data) + sealing.diagnose(data)
    if args.json:
        print(json.dumps(msgspec.to_builtins(findings), ensure_ascii=False))
    else:
        colour = sys.stdout.isatty()
        for finding in findings:
            print(_line(finding, colour))
    return 0 if all(finding.ok for finding in findings) else 1


def _numbers(data: Path) -> list[Finding]:
    """Every number and the flow that answers it."""
    try:
        in_force = site.load(Settings.load(data).site_file)
    except SetupProblem:
        return []  # said already
    try:
        fit.check(in_force, data / "site.toml", data)
    except SetupProblem as problem:
        return [Finding("Numbers", False, "a caller would be lost", str(problem))]
    if not in_force.numbers:
        return [Finding("Numbers", False, "none: nobody can call", "Add [[numbers]] to site.toml.")]
    return [Finding("Numbers", True, ", ".join(f"{each.number} -> {each.flow}" for each in in_force.numbers))]


def _line(finding: Finding, colour: bool) -> str:
    mark = "ok " if finding.ok else "BAD"
    if colour:
        mark = f"\x1b[{32 if finding.ok else 31}m{mark}\x1b[0m"
    cure = f"\n     {finding.cure}" if finding.cure else ""
    return f"{mark}  {finding.what}: {finding.found}{cure}"
