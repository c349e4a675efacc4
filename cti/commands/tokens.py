"""`hotline tokens`: keys for programs and for wallboards on a TV."""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime

from cti.commands import _options
from cti.commands.agents import opened
from cti.core.ids import Ms
from cti.core.site import Agent, Site
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.history import wall_clock
from cti.web.auth import SESSION
from cti.web.call import RANK

_DAY_MS = 24 * 3600 * 1000


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("tokens", help="make, list and take away keys for programs and wallboards")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    make = actions.add_parser(
        "add",
        help="make a token and print it once",
        description="Makes a token and prints it once, with the address a TV opens. Without options it sees the "
        "wallboard and nothing else, for a year.",
    )
    make.add_argument("label", metavar="LABEL", help="what it is for, such as TV")
    make.add_argument("--role", choices=list(RANK), default="viewer", help="what it may do (viewer)")
    make.add_argument("--agent", metavar="ID", help="for whom it acts (the first administrator)")
    make.add_argument("--days", type=int, default=365, metavar="N", help="how long it holds (365); 0: no end")
    listing = actions.add_parser("list", help="every token: what for, for whom, last used")
    drop = actions.add_parser("drop", help="take a token away; a running server knows within a minute")
    drop.add_argument("id", metavar="ID", help="as 'hotline tokens list' shows it")
    for action in (make, listing, drop):
        _options.add_data(action)
        _options.add_json(action)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: there is no such token."""
    settings = _options.settings(args)
    if args.action == "list":
        return _list(settings, args.json)
    if args.action == "drop":
        return _drop(settings, args.id, args.json)
    return _add(settings, _owner(site_file.load(settings.site_file), args.agent), args)


def _owner(site: Site, wanted: str | None) -> Agent:
    """The agent a token acts for."""
    if wanted is None:
        found = next((agent for agent in site.agents if agent.role == "administrator"), None)
        if found is None:
            raise SetupProblem("The site has no administrator: say for whom with --agent ID.")
        return found
    found = next((agent for agent in site.agents if wanted in (agent.id, agent.work_number)), None)
    if found is None:
        raise SetupProblem(f"There is no agent '{wanted}'. 'hotline agents list' names them all.")
    return found


def _add(settings: Settings, owner: Agent, args: argparse.Namespace) -> int:
    if args.days < 0 or not args.label.strip():
        raise SetupProblem("A token needs a label, and days that are not below 0.")
    until = Ms(wall_clock() + args.days * _DAY_MS) if args.days else None
    with opened(settings) as kept:

        async def make() -> tuple[str, str]:
            key, secret = await kept.make_key(owner.id, args.role, args.label.strip(), until)
            await kept.note("command line", "token_made", about=owner.id, detail=f"{key.id} {args.role}")
            return key.id, secret

        id, secret = asyncio.run(make())
    wallboard = f"{settings.url}/wallboard#token={secret}"
    if args.json:
        print(json.dumps({"id": id, "token": secret, "agent": owner.id, "role": args.role, "wallboard": wallboard}))
    else:
        print(f"token      {secret}   (shown this once)\nid         {id}\nwallboard  {wallboard}")
    return 0


def _list(settings: Settings, as_json: bool) -> int:
    with opened(settings) as kept:
        keys = [key for key in asyncio.run(kept.keys()) if key.role != SESSION]
    if as_json:
        rows = [
            {"id": k.id, "label": k.label, "agent": k.agent, "role": k.role, "until": k.until, "used": k.used}
            for k in keys
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    if not keys:
        print("There are no tokens. 'hotline tokens add LABEL' makes one.")
    for key in keys:
        print(f"{key.id}  {key.role:14} {key.agent:16} until {_day(key.until)}  used {_day(key.used)}  {key.label}")
    return 0


def _drop(settings: Settings, id: str, as_json: bool) -> int:
    with opened(settings) as kept:

        async def drop() -> bool:
            if all(key.id != id or key.role == SESSION for key in await kept.keys()):
                return False
            await kept.note("command line", "token_dropped", about=id)
            return await kept.drop_key(id)

        dropped = asyncio.run(drop())
    if as_json:
        print(json.dumps({"dropped": dropped}))
    elif not dropped:
        print(f"There is no token '{id}'. 'hotline tokens list' names them all.", file=sys.stderr)
    return 0 if dropped else 1


def _day(at: Ms | None) -> str:
    return "-         " if at is None else datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")
