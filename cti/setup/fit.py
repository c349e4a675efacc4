"""Do site and flows fit together? Each is checked by itself where it is read; here, what one says of the other."""

import re
from collections.abc import Iterable
from pathlib import Path

from cti.core.site import Site
from cti.setup import resources, site
from cti.setup.problem import SetupProblem
from ivr import load
from ivr.flow import Flow, Flows, Message, Route


def read_flows(data: Path) -> Flows:
    """The flows in force. Raises SetupProblem with every mistake in them."""
    try:
        return load.load(resources.flows(data))
    except load.FlowError as error:
        raise SetupProblem(f"The flows can't be used: {error}") from None


def check(in_force: Site, site_file: Path, data: Path) -> Flows:
    """The flows in force, all that the site's numbers need.

    Raises SetupProblem with every mistake: file, line, what, and the cure.
    """
    flows = read_flows(data)
    wrong = problems(in_force, site_file, flows, resources.flows(data))
    if wrong:
        raise SetupProblem("Site and flows don't fit together:\n" + "\n".join(wrong))
    return flows


def read(site_file: Path, data: Path) -> tuple[Site, Flows]:
    """Site and flows, which fit together. Raises SetupProblem."""
    in_force = site.load(site_file)
    return in_force, check(in_force, site_file, data)


def problems(in_force: Site, site_file: Path, flows: Flows, folder: Path) -> list[str]:
    """Every mistake, one line each. Flows that no number leads to are nobody's trouble."""
    wrong = []
    used: dict[str, Flow] = {}
    for place, number in enumerate(in_force.numbers):
        flow = flows.flows.get(number.flow)
        if flow is None:
            wrong.append(
                f"{site_file}:{_line(site_file, place)}: number {number.number}: there is no flow '{number.flow}'."
                f" Write {_any(flows.flows)}, or {folder / number.flow}.toml."
            )
        else:
            used[flow.id] = flow
    for flow in used.values():
        file = folder / f"{flow.id}.toml"
        for name, node in flow.nodes.items():
            named = node.queue if isinstance(node, Route | Message) else None
            if named is not None and named not in in_force.queue_by_id:
                where = f"nodes.{name}.queue"
                wrong.append(
                    f"{file}:{load.line_of(file, where)}: {where}: the site has no queue '{named}'."
                    f" Write {_any(queue.id for queue in in_force.queues)}, or add [[queues]] to {site_file}."
                )
    return wrong


def _any(names: Iterable[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def _line(site_file: Path, place: int) -> int:
    """The line of the flow of the number at this place, or of the number, or of what holds them all."""
    best, tables, inside = 1, -1, False
    for line, text in enumerate(site_file.read_text("utf-8").splitlines(), 1):
        if header := re.match(r"\s*(\[+)([^\]]+)\]+", text):
            inside = header[2].strip() == "numbers"
            tables += inside
            if inside and tables == place:
                best = line
        elif re.match(r"\s*numbers\s*=", text):
            best = line
        elif inside and tables == place and re.match(r"\s*flow\s*=", text):
            return line
    return best
