"""`hotline reload`: put changed site, flows, prompts and articles in force while calls go on."""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from cti.commands import _options
from cti.commands.up import build_prompts
from cti.core.site import Site
from cti.setup import asterisk, fit
from cti.setup.asterisk import AsteriskProcess
from cti.setup.prepare import Options, Prepared, prepare
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from cti.setup.supervise import holder

_ASTERISK = (
    "module reload res_pjsip.so",
    "module reload app_queue.so",
    "module reload res_musiconhold.so",
    "dialplan reload",
)
"""What a site changes: phones and trunks, queues, music, numbers. None of it touches a call."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "reload",
        help="put changed site, flows and articles in force, while calls go on",
        description="Check the site and the flows, make missing prompts, and tell the running hotline. A mistake is "
        "named and changes nothing. (Ports and addresses need a new start.)",
    )
    _options.add_data(parser)
    parser.add_argument("--site", type=Path, metavar="FILE", help="the site file to put in force")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; raises SetupProblem when no hotline runs on the folder, or for a mistake in what it reads."""
    settings = _options.settings(args)
    running = holder(settings)
    if running is None:
        raise SetupProblem(f"No hotline runs on {settings.data}. 'hotline up' starts one, with all that is new.")
    # Nothing is fetched while calls go on.
    install = asterisk.last_run(settings.data)
    if install is None:
        raise SetupProblem(f"Hotline on {settings.data} is still starting. Try again when it is up.")
    prepared = prepare(settings.data, Options(site=args.site), print, install, check=_fits)
    build_prompts(prepared.settings, prepared.site, print)
    asyncio.run(_tell_asterisk(prepared))
    if prepared.settings.secrets == settings.secrets:
        os.kill(running, signal.SIGHUP)
        print("Reloaded; calls go on")
    else:
        os.kill(running, signal.SIGUSR1)
        print("Reloaded; there are new phones, so the bridge starts anew. Calls go on")
    return 0


def _fits(settings: Settings, site: Site, site_file: Path) -> None:
    fit.check(site, site_file, settings.data)


async def _tell_asterisk(prepared: Prepared) -> None:
    asterisk = AsteriskProcess(prepared.settings, prepared.install)
    for command in _ASTERISK:
        await asterisk.cli(command)
