"""`hotline agents`: who works here, the settings of their SIP phones, new passwords."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cti.commands import _options
from cti.commands.up import new_password
from cti.core.ids import AgentId, Phone
from cti.core.site import Agent, Site
from cti.setup import site as site_file
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings, is_loopback
from cti.store.accounts import Accounts
from cti.store.database import Store, StoreError
from cti.web.auth import SESSION

_SHORTEST = 10


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("agents", help="list agents, show a phone's settings, set a password")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="who works here, their roles and phones")
    phone = actions.add_parser("phone", help="what an agent's SIP phone is set to")
    password = actions.add_parser(
        "password",
        help="give an agent a new password and print it once",
        description="Gives an agent a new password and ends their sessions.",
    )
    password.add_argument("--stdin", action="store_true", help="read the password from standard input")
    for action in (phone, password):
        action.add_argument("id", metavar="ID", help="the agent's id or work number")
    for action in (listing, phone, password):
        _options.add_data(action)
        _options.add_json(action)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: there is no such agent."""
    settings = _options.settings(args)
    site = site_file.load(settings.site_file)
    if args.action == "list":
        return _list(settings, site, args.json)
    agent = next((a for a in site.agents if args.id in (a.id, a.work_number)), None)
    if agent is None:
        print(f"There is no agent '{args.id}'. 'hotline agents list' names them all.", file=sys.stderr)
        return 1
    if args.action == "phone":
        return _phone(settings, agent, args.json)
    return _password(settings, agent, args.stdin, args.json)


@contextmanager
def opened(settings: Settings) -> Iterator[Accounts]:
    """The accounts of a data folder, opened and closed again."""
    try:
        store = Store.open(settings.database_url)
    except StoreError as error:
        raise SetupProblem(str(error)) from None
    accounts = Accounts(store)
    try:
        yield accounts
    finally:
        accounts.close()
        store.close()


def _list(settings: Settings, site: Site, as_json: bool) -> int:
    with opened(settings) as accounts:
        rows = [
            {
                "id": agent.id,
                "name": agent.name,
                "work_number": agent.work_number,
                "role": agent.role,
                "phones": list(agent.phones),
                "skills": agent.skills,
                "password": accounts.has_password(agent.id),
            }
            for agent in site.agents
        ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for agent, row in zip(site.agents, rows, strict=True):
        note = "" if row["password"] else "  no password yet"
        print(f"{agent.id:16} {agent.work_number:6} {agent.role:14} {agent.name}  ({', '.join(agent.phones)}){note}")
    return 0


def _phone(settings: Settings, agent: Agent, as_json: bool) -> int:
    if not agent.desk_phone:
        raise SetupProblem(
            f"{agent.id} has only the browser's phone. Write desk_phone = true for them in {settings.site_file} "
            "and run 'hotline reload'."
        )
    phone = Phone(f"{agent.id}-desk")
    secret = settings.secrets.phone_secrets.get(phone)
    if secret is None:
        raise SetupProblem(f"{phone} has no secret yet: run 'hotline reload'.")
    rows = {
        "server": settings.host,
        "port": settings.sip_port,
        "transport": "UDP or TCP",
        "user": phone,
        "password": secret,
        "codecs": "Opus, G.722, G.711",
        "dtmf": "RFC 4733",
    }
    if as_json:
        print(json.dumps(rows))
    else:
        for name, value in rows.items():
            print(f"{name:10} {value}")
        print("Dial *43 on it: the exchange sends back what it hears.")
        if is_loopback(settings.bind):
            print("Only phones on this machine reach it: start with 'hotline up --bind ADDR' for others.")
    return 0


def _password(settings: Settings, agent: Agent, from_stdin: bool, as_json: bool) -> int:
    password = sys.stdin.readline().rstrip("\n") if from_stdin else new_password()
    if len(password) < _SHORTEST:
        raise SetupProblem(f"A password has at least {_SHORTEST} characters.")
    with opened(settings) as accounts:
        accounts.put_password(agent.id, password)
        asyncio.run(_end_sessions(accounts, agent.id))
    shown = None if from_stdin else password
    if as_json:
        print(json.dumps({"agent": agent.id, "password": shown}))
    elif shown is not None:
        print(f"{agent.id} signs in with {shown}   (shown this once)")
    else:
        print(f"{agent.id} has the new password.")
    return 0


async def _end_sessions(accounts: Accounts, agent: AgentId) -> None:
    """Whoever knew the old password is out; a running bridge sees it within a minute."""
    for key in await accounts.keys():
        if key.agent == agent and key.role == SESSION:
            await accounts.drop_key(key.id)
    await accounts.note("command line", "password_set", about=agent)
