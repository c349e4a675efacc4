"""The command line: `hotline COMMAND ...`. Each command is a module of `cti.commands`."""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from cti import commands
from cti.setup.problem import SetupProblem

EXIT_CODES = "Exit codes: 0 done; 1 looked, and something is wrong or not there; 2 could not be done, and why."


def names() -> list[str]:
    """Every command there is."""
    return sorted(module.name for module in pkgutil.iter_modules(commands.__path__) if not module.name.startswith("_"))


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line; with `only`, that one command of it, so that one need not wait for all to be imported."""
    top = argparse.ArgumentParser(
        prog="hotline", description="A telephony-first contact centre.", epilog=EXIT_CODES, allow_abbrev=False
    )
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in [only] if only else names():
        importlib.import_module(f"cti.commands.{name}").add(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the answer."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    args = parser(given[0] if given and given[0] in names() else None).parse_args(given)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except SetupProblem as problem:
        print(f"hotline: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output (head, less) has gone; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
