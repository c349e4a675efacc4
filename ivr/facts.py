"""What flows may go by: the facts of one call, and what a branch or a spoken value makes of them."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from ivr import hours, say
from ivr.flow import AskLanguage, Branch, Collect, Flow, Hangup, Language, Menu, Message, Play, Recognise, Route, Say


class Shut(Struct, frozen=True):
    """What becomes of a caller who is led to a queue that takes nobody."""

    prompt: str
    to: str | None = None
    """Another queue; the core puts them in its line."""
    message: bool = False
    """Where there is no other: whether a message can be left."""


class Facts(Struct, frozen=True):
    """What branches and spoken values go by."""

    number: str
    """The hotline number that was dialled."""
    now: datetime
    """The site's local time."""
    known: bool = False
    tier: str = ""
    open: bool = True
    """The site is."""
    opens: datetime | None = None
    """When it next does, in its local time."""
    closed: frozenset[str] = frozenset()
    """Queues that are, by their calendars or by hand."""
    shut: Mapping[str, Shut] = {}
    """Queues that take nobody, and what becomes of those who are led there."""


def case(node: Branch, facts: Facts, collected: Mapping[str, str]) -> str:
    """The value that a branch's cases are named by."""
    match node.on:
        case "hours":
            if node.queue is not None:
                is_open = node.queue not in facts.closed
            else:
                is_open = facts.open if node.hours is None else hours.is_open(node.hours, facts.now)
            return "open" if is_open else "closed"
        case "known":
            return "yes" if facts.known else "no"
        case "tier":
            return facts.tier
        case "number":
            return facts.number
        case "typed":
            return collected.get(node.name or "", "")


def branch(flow: Flow, node: Branch, facts: Facts, collected: Mapping[str, str]) -> str:
    """Where a branch leads. The loader refuses one that has neither the case nor an `otherwise`."""
    return node.cases.get(case(node, facts, collected)) or node.otherwise or flow.person


def asks_next(flow: Flow, name: str, language_known: bool, facts: Facts, collected: Mapping[str, str]) -> bool:
    """Whether, from this node on, a key is asked for before the call is routed or ended."""
    for _ in range(len(flow.nodes)):
        node = flow.nodes[name]
        match node:
            case Menu() | Collect() | Recognise() | Message():
                return True
            case AskLanguage():
                if node.always or not language_known:
                    return True
                name = node.to
            case Play() | Say():
                name = node.to
            case Branch():
                name = branch(flow, node, facts, collected)
            case Route() | Hangup():
                return False
    return False


def spoken(node: Say, facts: Facts, collected: Mapping[str, str], language: Language) -> tuple[str, ...]:
    """The prompts that say a value."""
    kind, _, name = node.value.partition(".")
    now: datetime | None = facts.now
    text = node.value
    if kind == "opens":
        now = facts.opens
    elif kind == "number":
        text = facts.number
    elif kind == "typed":
        text = collected.get(name, "")
    value = text if kind not in ("now", "opens") else now
    return tuple(say.value(node.what, value, language, today=facts.now.date(), currency=node.currency))
