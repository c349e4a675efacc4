"""`hotline ivr`: build the prompts of the flows, and check what the flows ask of callers."""

import argparse
import sys
from pathlib import Path

import msgspec

from cti.commands import _options
from cti.core.site import Site
from cti.knowledge import Knowledge
from cti.setup import resources, site
from cti.setup.problem import SetupProblem
from ivr.flow import Flow, Flows
from ivr.lint import CHOOSE_S, Leaf, Lengths, Report, lint
from ivr.load import FlowError, load
from ivr.prompts import PromptsError, build


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("ivr", help="build the prompts of the flows, check the flows")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    prompts = actions.add_parser("prompts", help="make the sound of every prompt that is missing or has changed")
    check = actions.add_parser(
        "lint", help="check the flows and count a caller's seconds; exit code 1: something is to be mended"
    )
    for each in (prompts, check):
        _options.add_data(each)
        each.add_argument("--flows", type=Path, metavar="DIR", help="another folder of flows than the one in force")
        _options.add_json(each)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do it; 1: something is to be mended."""
    data = _options.data_folder(args)
    try:
        flows = load(args.flows or resources.flows(data))
    except FlowError as error:
        raise SetupProblem(f"The flows can't be used:\n{error}") from None
    if args.action == "prompts":
        return _prompts(flows, _site(data), data, args.json)
    return _lint(flows, _site(data), data, args.json)


def _site(data: Path) -> Site:
    """The site in force, or the example's where no data folder has been made yet."""
    own = data / "site.toml"
    return site.load(own if own.exists() else resources.folder("example") / "site.toml")


# --- prompts


def _prompts(flows: Flows, in_force: Site, data: Path, as_json: bool) -> int:
    live = sys.stderr.isatty()

    def progress(done: int, of: int, which: str) -> None:
        if live:
            print(f"\r\x1b[K{done} of {of} prompts  {which}", end="", file=sys.stderr, flush=True)
        elif done == of or done % 200 == 0:
            print(f"{done} of {of} prompts", file=sys.stderr)

    numbers = [agent.work_number for agent in in_force.agents]
    try:
        articles = Knowledge(data / "kb").prompts()
        built = build(flows, numbers, data / "sounds", data / "recorded", more=articles, progress=progress)
    except PromptsError as error:
        print(f"{chr(10) if live else ''}{error}", file=sys.stderr)
        return 1
    if live and built.made:
        print(file=sys.stderr)
    if as_json:
        print(msgspec.json.encode(built).decode())
    else:
        print(f"{built.made} prompts made, {built.kept} already there, {built.removed} removed.")
    return 0


# --- lint


def _lint(flows: Flows, in_force: Site, data: Path, as_json: bool) -> int:
    report = lint(
        flows,
        Lengths(data / "sounds"),
        queues=[queue.id for queue in in_force.queues],
        numbers={number.number: number.flow for number in in_force.numbers},
        said=_said(in_force),
    )
    if as_json:
        answer = {"ok": report.ok, "choose_s": CHOOSE_S, "findings": report.findings, "leaves": report.leaves}
        print(msgspec.json.encode(answer).decode())
    else:
        for flow in flows.flows.values():
            _show(flow, [leaf for leaf in report.leaves if leaf.flow == flow.id])
        _findings(report)
    return 0 if report.ok else 1


def _said(in_force: Site) -> dict[str, str]:
    """Who but flows says which of `system.toml`'s prompts."""
    found = {f"closing {one.id}": one.prompt for one in in_force.closing_by_id.values()}
    found |= {f"incident {one.id}": one.prompt for one in in_force.incident_by_id.values()}
    for queue in in_force.queues:
        found |= {f"queue {queue.id}, announce {n}": prompt for n, prompt in enumerate(queue.room.announce, 1)}
    return found


def _show(flow: Flow, leaves: list[Leaf]) -> None:
    """Seconds first, for the ways are of any length and script."""
    print(f"{flow.id}: {flow.title}. A person within {flow.person_within_s:g} s.")
    print(f"  {'language asked':^{7 * len(flow.languages)}}   {'language known':^{7 * len(flow.languages)}}")
    names = "".join(f"{language:>7}" for language in flow.languages)
    print(f"  {names}   {names}   ends at           way")
    for leaf in leaves:
        asked = "".join(f"{leaf.seconds[language]:7.1f}" for language in flow.languages)
        known = "".join(f"{leaf.known[language]:7.1f}" for language in flow.languages)
        print(f"  {asked}   {known}   {leaf.end:<16}  {' > '.join(leaf.way) or 'straight'}")
    persons = [leaf for leaf in leaves if leaf.person]
    if persons:
        last = max(max(leaf.seconds.values()) for leaf in persons)
        print(f"  A person after {last:.1f} s at the latest, {CHOOSE_S:g} s to choose at every question included.")
    print()


def _findings(report: Report) -> None:
    for found in report.findings:
        place = ": ".join(part for part in (found.flow, found.where) if part)
        print(f"{place}: {found.what}")
    print(f"{len(report.findings)} to mend." if report.findings else "Nothing to mend.")
