"""`hotline demo`: robot callers over real SIP and robot agents who answer, so that the wallboard lives."""

import argparse
import asyncio
import contextlib
import ipaddress
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice

import aiohttp

from cti.commands import _options
from cti.core.ids import Ms, Phone
from cti.core.site import Agent, Number, Site
from cti.robots import cast, crowd, sipp
from cti.setup import fit
from cti.setup import site as site_file
from cti.setup.packages import install, missing
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.store.accounts import Accounts
from cti.store.database import Store, StoreError
from cti.web.auth import SESSION

_PROGRAMS = {"espeak-ng": "espeak-ng", "sox": "sox"}
_LABEL = "demo"
_LAST_CALL_S = 600
"""What robots stay for beyond the time callers dial: more than the longest call."""
_AGENTS = 6


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "demo",
        help="robot callers and robot agents on a running hotline",
        description="Robots dial and answer over real SIP on this machine, while 'hotline up' runs. They take the "
        "places of agents with a desk phone, let the last call come to its end, and sign out. "
        "Exit code 1: a call came to nothing.",
    )
    parser.add_argument("--rate", type=float, default=6, metavar="N", help="calls a minute (6)")
    parser.add_argument("--minutes", type=float, default=2, metavar="N", help="how long callers dial (2)")
    parser.add_argument(
        "--agents", type=int, default=_AGENTS, metavar="N", help=f"at most so many robot agents ({_AGENTS})"
    )
    parser.add_argument("--number", metavar="NUMBER", help="the hotline number to dial (the site's first)")
    _options.add_data(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demonstration to its end, or to Ctrl-C or SIGTERM; 1: a call came to nothing."""
    settings = _options.settings(args)
    if not 0 < args.rate <= 120 or not 0 < args.minutes <= 120 or args.agents < 1:
        raise SetupProblem("--rate and --minutes are more than 0 and at most 120, --agents is at least 1.")
    site = site_file.load(settings.site_file)
    number = _number(site, args.number)
    flow = fit.read_flows(settings.data).flows.get(number.flow)
    if flow is None:
        raise SetupProblem(f"The number {number.number} has no flow: 'hotline doctor' says more.")
    wanted = cast.wishes(flow)
    agents = cast.choose(site, wanted, args.agents)
    if not agents:
        raise SetupProblem("no agent of the site has desk_phone = true, so there is no phone for a robot.")
    kinds = [crowd.Chance(wish=wish, weight=cast.able(site, agents, wish)) for wish in wanted]
    kinds = [kind for kind in kinds if kind.weight]
    if not kinds:
        raise SetupProblem(
            f"no agent with a desk phone can serve the callers of {number.number}: give them skills in site.toml."
        )
    addresses = _trunk_addresses(site)
    asyncio.run(_check(settings))
    install(missing(_PROGRAMS), "Robot callers", _say)
    sipp.ensure(_say)
    try:
        return asyncio.run(_demo(settings, site, agents, number.number, addresses, kinds, args))
    except asyncio.CancelledError:
        return 130


def _number(site: Site, wanted: str | None) -> Number:
    """The number to dial: the one wanted, with or without its '+', or the site's first."""
    if not site.numbers:
        raise SetupProblem("The site has no number to dial: add [[numbers]] to site.toml.")
    if wanted is None:
        return site.numbers[0]
    found = next((one for one in site.numbers if one.number.lstrip("+") == wanted.lstrip("+")), None)
    if found is None:
        there_are = ", ".join(one.number for one in site.numbers)
        raise SetupProblem(f"{wanted} is no number of this hotline. Its numbers are: {there_are}.")
    return found


async def _demo(
    settings: Settings,
    site: Site,
    agents: Sequence[Agent],
    number: str,
    addresses: Sequence[str],
    kinds: Sequence[crowd.Chance],
    args: argparse.Namespace,
) -> int:
    _end_like_ctrl_c()
    lifetime_s = args.minutes * 60 + _LAST_CALL_S
    api, sip = f"{_local(settings)}/api/v1", (_host(settings), settings.sip_port)
    outcomes = [outcome.id for outcome in site.outcomes]
    opened: list[crowd.RobotAgent] = []
    try:
        for n, robot in enumerate(await _robots(settings, agents, lifetime_s)):
            opened.append(crowd.RobotAgent(robot, api, sip, f"127.0.0.{40 + n}", outcomes, _say))
            await opened[-1].start(lifetime_s)
        names = ", ".join(agent.id for agent in agents)
        _say(f"{len(opened)} robot agents are ready: {names}. Watch {settings.url}/wallboard")
        tally = await crowd.call_in(number, addresses, sip, kinds, args.rate, args.minutes, _say)
    except (ConnectionError, TimeoutError) as error:
        raise SetupProblem(f"the robots could not begin: {error}. 'hotline doctor' says what is wrong.") from None
    finally:
        _say("The robots sign out")
        await asyncio.gather(*(agent.leave() for agent in opened))
        await asyncio.gather(*(agent.stop() for agent in opened))
        await _drop_sessions(settings)
    _say(f"{tally.dialled} callers have called")
    if tally.failures:
        _say(f"{len(tally.failures)} calls came to nothing, the first: {tally.failures[0]}")
    return 1 if tally.failures else 0


def _end_like_ctrl_c() -> None:
    """SIGTERM, and Ctrl-C even where a shell has switched it off for what runs behind."""
    running, demo = asyncio.get_running_loop(), asyncio.current_task()
    assert demo is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, demo.cancel)


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
            '[[trunks]] id = "robots", addresses = ["127.0.0.2/31"], and run \'hotline reload\'.'
        )
    return found


@contextlib.contextmanager
def _accounts(settings: Settings) -> Iterator[Accounts]:
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


async def _robots(settings: Settings, agents: Sequence[Agent], lifetime_s: float) -> list[crowd.Robot]:
    """Robots for these agents, each with a session of its own that ends by itself if nobody ends it."""
    robots = []
    await _drop_sessions(settings)
    with _accounts(settings) as accounts:
        for agent in agents:
            until = Ms(time.time_ns() // 1_000_000 + round(lifetime_s * 1000))
            _, session = await accounts.make_key(agent.id, SESSION, _LABEL, until)
            phone = Phone(f"{agent.id}-desk")
            secret = settings.secrets.phone_secrets.get(phone)
            if secret is None:
                raise SetupProblem(f"{phone} has no secret yet: run 'hotline reload'.")
            robots.append(crowd.Robot(agent=agent.id, phone=phone, secret=secret, session=session))
    return robots


async def _drop_sessions(settings: Settings) -> None:
    """Ends what robots could not end themselves, those of a demonstration that was killed too."""
    with _accounts(settings) as accounts:
        for key in await accounts.keys():
            if key.role == SESSION and key.label == _LABEL:
                await accounts.drop_key(key.id)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
