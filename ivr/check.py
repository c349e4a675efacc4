"""What a flow must have before a caller may enter it: every name it uses exists, every way goes on.

The loader refuses a flow with any of these problems, so the engine never meets them. Whether a flow is good to callers
is the lint's question, not this one.
"""

from collections.abc import Iterator

from ivr import hours
from ivr.flow import (
    SYSTEM_PROMPTS,
    AskLanguage,
    Branch,
    Collect,
    Flow,
    Menu,
    Message,
    Node,
    Recognise,
    Say,
    System,
    spoken,
    targets,
)

RESERVED = ("say", "greeting", "system")
"""No flow's name, for prompt files begin with these."""

_CASES = {"hours": {"open", "closed"}, "known": {"yes", "no"}}
_VALUES = ("now", "opens", "number")

Problem = tuple[str, str]
"""(where: a dotted path in the file, what is wrong and what to do)"""


def system_problems(system: System) -> Iterator[Problem]:
    for name in SYSTEM_PROMPTS:
        if name not in system.prompts:
            yield "prompts", f"prompt '{name}' is missing; every site needs it. Add [prompts.{name}]"


def flow_problems(flow: Flow, system: System) -> Iterator[Problem]:
    """Everything that would lead a caller nowhere."""
    if flow.id in RESERVED:
        yield "", f"'{flow.id}' can't be a flow's name. Rename the file"
    if not flow.languages:
        yield "languages", "no language. Name at least one of cmn, yue, en"
    for setting, name in (("start", flow.start), ("person", flow.person)):
        if name not in flow.nodes:
            yield setting, _no_node(flow, name)
    for name, node in flow.nodes.items():
        where = f"nodes.{name}"
        for setting, to in targets(node):
            if to not in flow.nodes:
                yield f"{where}.{setting}", _no_node(flow, to)
        for setting, prompt in spoken(node):
            if prompt not in flow.prompts and prompt not in system.prompts:
                yield (
                    f"{where}.{setting}",
                    f"no prompt '{prompt}'. Add [prompts.{prompt}] with its words, or mend the name",
                )
        for setting, what in _node_problems(flow, node):
            yield f"{where}.{setting}" if setting else where, what
    if all(to in flow.nodes for node in flow.nodes.values() for _, to in targets(node)):
        yield from _circles(flow)


def _node_problems(flow: Flow, node: Node) -> Iterator[Problem]:
    match node:
        case Menu() if not node.choices:
            yield "choices", "a menu without choices. Add at least one"
        case AskLanguage():
            if not node.choices:
                yield "choices", "no language to choose. Add at least one"
            for key, language in node.choices.items():
                if language not in flow.languages:
                    yield f"choices.{key}", f"'{language}' is none of the flow's languages. Add it to 'languages'"
        case Collect() | Recognise() if node.least > node.most:
            yield "least", f"at least {node.least} but at most {node.most} digits. Turn them round"
        case Branch():
            yield from _branch_problems(flow, node)
        case Say():
            kind, dot, name = node.value.partition(".")
            if dot and kind == "typed" and name not in _collected(flow):
                yield "value", f"nothing is collected as '{name}'. Mend the name, or add a collect node"
            if node.value in ("now", "opens") and node.what not in ("date", "time", "moment"):
                yield "what", f"'{node.value}' is a time. Say it as date, time or moment"
            if not node.value:
                yield "value", f"nothing to say. Write one of {', '.join(_VALUES)}, typed.<name>, or the value itself"
        case _:
            return


def _branch_problems(flow: Flow, node: Branch) -> Iterator[Problem]:
    wanted = _CASES.get(node.on)
    if wanted is not None:
        for extra in node.cases.keys() - wanted:
            yield (
                f"cases.{extra}",
                f"'{extra}' never happens. The cases of '{node.on}' are {' and '.join(sorted(wanted))}",
            )
        if node.otherwise is None:
            for missing in sorted(wanted - node.cases.keys()):
                yield "cases", f"no way on when '{node.on}' is '{missing}'. Add that case, or 'otherwise'"
    elif node.otherwise is None:
        yield "", "no way on for other values. Add 'otherwise'"
    if node.on == "typed" and node.name not in _collected(flow):
        yield "name", f"nothing is collected as '{node.name}'. Name what a collect node collects"
    if node.queue is not None and (node.on != "hours" or node.hours is not None):
        yield "queue", "a queue belongs to a branch on hours that has none of its own. Remove it"
    if node.hours is not None:
        if node.on != "hours":
            yield "hours", "hours belong to a branch on hours. Remove them"
        elif problem := hours.check(node.hours):
            yield "hours", problem


def _collected(flow: Flow) -> set[str]:
    return {node.name for node in flow.nodes.values() if isinstance(node, Collect)}


def _no_node(flow: Flow, name: str) -> str:
    return f"no node '{name}'. Nodes are {', '.join(flow.nodes) or 'none yet'}"


def _circles(flow: Flow) -> Iterator[Problem]:
    """Rounds a caller could go without ever being asked anything."""
    passed: set[str] = set()
    for begin in flow.nodes:
        path: list[str] = []
        stack = [(begin, 0)]
        while stack:
            name, depth = stack.pop()
            del path[depth:]
            if name in path:
                yield f"nodes.{name}", "a caller would go round here for ever: nothing asks them. Lead one way out"
                return
            node = flow.nodes[name]
            asks = isinstance(node, Menu | Collect | Recognise | Message) or (
                isinstance(node, AskLanguage) and node.always
            )
            if asks or name in passed:
                continue
            path.append(name)
            stack.extend((to, depth + 1) for _, to in targets(node))
        passed.add(begin)
