"""`hotline audit`: who did what."""

import argparse
from datetime import UTC, datetime

import msgspec

from cti.commands import _options
from cti.commands.agents import opened


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "audit", help="who did what: sign-ins, tokens, exports, erasing", description="The newest lines, oldest first."
    )
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (50)")
    parser.add_argument("--who", metavar="ID", help="only what this agent did; 'command line' is one, too")
    parser.add_argument("--about", metavar="ID", help="only about this customer, call, token or address")
    _options.add_data(parser)
    _options.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print it."""
    with opened(_options.settings(args)) as accounts:
        lines = accounts.audit(max(0, args.limit), args.who, args.about)
    if args.json:
        print(msgspec.json.encode(lines).decode())
        return 0
    for line in lines:
        at = datetime.fromtimestamp(line.at / 1000, UTC).astimezone().isoformat(timespec="seconds")
        print(f"{at}  {line.who:14} {line.what:20} {line.about}  {line.detail}".rstrip())
    return 0
