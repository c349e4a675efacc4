"""`hotline demo`: robot callers over real SIP and robot agents who answer, so that the wallboard lives."""

import argparse
import asyncio
import ipaddress
import sys
import time
from itertools import islice

import aiohttp

from cti.commands import _options
from cti.core.ids import Ms, Phone
from cti.core.site import Site
from cti.robots import crowd
from cti.setup import site as site_file
from cti.setup.packages import install, missing
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.accounts import Accounts
from cti.store.database import Store, StoreError

_PROGRAMS = {"sipp": "sip-tester", "espeak-ng": "espeak-ng", "sox": "sox"}
_KEY_MS = 3_600_000


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "demo",
        help="robot callers and robot agents on a running hotline",
        description="Robots dial and answer over real SIP on this machine, while 'hotline up' runs. They take the "
        "places of agents with a desk phone and are gone at the end.",
    )
    parser.add_argument("--rate", type=float, default=6, metavar="N", help="calls a minute (6)")
    parser.add_argument("--minutes", type=float, default=2, metavar="N", help="how long (2)")
    parser.add_argument("--agents", type=int, default=4, metavar="N", help="at most so many robot agents (4)")
    parser.add_argument("--number", metavar="NUMBER", help="the hotline number to dial (the site's first)")
    _options.add_data(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demonstration to its end, or to Ctrl-C."""
    settings = _options.settings(args)
    if not 0 < args.rate <= 120 or not 0 < args.minutes <= 120:
        raise SetupProblem("--rate and --minutes are more than 0 and at most 120: a demonstration, not a load test.")
    install(missing(_PROGRAMS), "robot callers", _say)
    return asyncio.run(_demo(settings, args))


async def _demo(settings: Settings, args: argparse.Namespace) -> int:
    site = site_file.load(settings.site_file)
    number = args.number or next((one.number for one in site.numbers), None)
    if number is None:
        raise SetupProblem(f"{settings.site_file} has no number to dial.")
    await _check(settings)
    addresses = _trunk_addresses(site)
    robots = await _robots(settings, site, args.agents)
    api, sip = f"{_local(settings)}/api/v1", (_host(settings), settings.sip_port)
    outcomes = [outcome.id for outcome in site.outcomes]
    agents = [crowd.RobotAgent(robot, api, sip, f"127.0.0.{40 + n}", outcomes, _say) for n, robot in enumerate(robots)]
    reason = site.reasons[0].id if site.reasons else "away"
    try:
        for agent in agents:
            await agent.start()
        _say(f"{len(agents)} robot agents are ready. Watch {settings.url}/wallboard")
        dialled = await crowd.call_in(number, addresses, sip, args.rate, args.minutes, _say)
    except (ConnectionError, TimeoutError) as error:
        raise SetupProblem(f"the robots could not begin: {error}. 'hotline doctor' says what is wrong.") from None
    finally:
        for agent in agents:
            await agent.stop(reason)
        await _drop(settings, {robot.token for robot in robots})
    _say(f"{dialled} callers have called")
    return 0


async def _check(settings: Settings) -> None:
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http,
            http.get(f"{_local(settings)}/healthz") as answer,
        ):
            if answer.status == 200:
                return
    except aiohttp.ClientError:
        pass
    raise SetupProblem(f"no hotline runs on {settings.url}. Start it with 'hotline up' in another terminal.")


def _host(settings: Settings) -> str:
    return "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind


def _local(settings: Settings) -> str:
    return f"{'https' if settings.tls else 'http'}://{_host(settings)}:{settings.http_port}"


def _trunk_addresses(site: Site) -> list[str]:
    """Loopback addresses that a trunk of the site stands for: from them robots may dial."""
    found: list[str] = []
    for trunk in site.trunks:
        for address in trunk.addresses:
            network = ipaddress.ip_network(address, strict=False)
            if network.is_loopback:
                found += [str(host) for host in islice(network, 16)]
    if not found:
        raise SetupProblem(
            "no trunk of the site has a loopback address, so robots can't dial in. Add to site.toml: "
            '[[trunks]] id = "robots", addresses = ["127.0.0.2/31"], and run \'hotline up\' again.'
        )
    return found


async def _robots(settings: Settings, site: Site, most: int) -> list[crowd.Robot]:
    """Agents with a desk phone, each with a key for an hour."""
    chosen = [agent for agent in site.agents if agent.desk_phone][:most]
    if not chosen:
        raise SetupProblem("no agent of the site has desk_phone = true, so there is no phone for a robot.")
    try:
        store = Store.open(settings.database_url)
    except StoreError as error:
        raise SetupProblem(str(error)) from None
    accounts = Accounts(store)
    robots = []
    for agent in chosen:
        until = Ms(time.time_ns() // 1_000_000 + _KEY_MS)
        _, token = await accounts.make_key(agent.id, "agent", "demo", until)
        phone = Phone(f"{agent.id}-desk")
        secret = settings.secrets.phone_secrets[phone]
        robots.append(crowd.Robot(agent=agent.id, phone=phone, secret=secret, token=token))
    accounts.close()
    store.close()
    return robots


async def _drop(settings: Settings, tokens: set[str]) -> None:
    store = Store.open(settings.database_url)
    accounts = Accounts(store)
    for token in tokens:
        key = await accounts.key(token)
        if key is not None:
            await accounts.drop_key(key.id)
    accounts.close()
    store.close()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
