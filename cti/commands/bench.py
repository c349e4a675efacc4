"""`hotline bench`: measure Hotline beside its peers. The benches themselves are in `benchmarks/`."""

import argparse
import json
import sys


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("bench", help="measure, beside the peers; without NAME: list the benches")
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="a rough answer in under 20 seconds")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; the exit code: 0 measured (whatever the figures say), 2 it could not run."""
    try:
        from benchmarks.frame import Options
        from benchmarks.registry import BENCHES, find
    except ModuleNotFoundError:
        print("The benches are not part of the installed package: run ./hotline bench in the source.", file=sys.stderr)
        return 2
    if args.name is None:
        if args.json:
            rows = [{"name": bench.name, "summary": bench.summary, "needs": bench.needs} for bench in BENCHES]
            print(json.dumps(rows))
        else:
            width = max(len(bench.name) for bench in BENCHES)
            for bench in BENCHES:
                print(f"{bench.name.ljust(width)}  {bench.summary}. Needs {bench.needs}.")
        return 0
    chosen = find(args.name)
    if chosen is None:
        names = ", ".join(each.name for each in BENCHES)
        print(f"There is no bench {args.name!r}. There are: {names}.", file=sys.stderr)
        return 2
    try:
        report = chosen.run(Options(quick=args.quick))
    except (OSError, RuntimeError) as problem:
        why = str(problem) or type(problem).__name__
        print(f"bench {chosen.name} could not run: {why}. It needs {chosen.needs}.", file=sys.stderr)
        return 2
    print(report.as_json() if args.json else report.as_text())
    return 0
