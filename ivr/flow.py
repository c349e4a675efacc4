"""What a flow is: its nodes, its words and its limits, as `dialplans/flows/*.toml` writes them.

The structs are the file format: msgspec decodes a table into them and refuses unknown keys by name. What every node and
setting means to the person who writes a flow stands in `docs/reference/flows.md`; a test keeps the two together.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

Language = Literal["cmn", "yue", "en"]
"""A language callers hear: Mandarin, Cantonese, English."""

LANGUAGES: tuple[Language, ...] = ("cmn", "yue", "en")

KEYS = "0123456789*#"
"""Every key of a phone."""

PERSON_KEY = "0"
"""Reaches a person from everywhere unless a menu gives it another meaning."""

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
"""Of a node or a prompt. It is part of file names and of positions, so it is plain."""

Key = Annotated[str, Meta(pattern=r"^[0-9*#]$")]
Words = dict[Language, str]

TEXTS = ("en", "zh-Hans", "zh-Hant")
"""The languages of the screens, which are not those of callers."""

Texts = dict[Annotated[str, Meta(pattern=f"^({'|'.join(TEXTS)})$")], Annotated[str, Meta(min_length=1, max_length=40)]]
"""What people read there."""
Seconds = Annotated[float, Meta(ge=0, le=60)]


class _Node(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class Play(_Node, frozen=True, kw_only=True, tag="play"):
    """Says a prompt and goes on. A key cuts it where somebody can take the key."""

    prompt: Name
    to: Name
    cut: bool = True
    """False: said to its end (a legal notice); keys are kept all the same."""


class AskLanguage(_Node, frozen=True, kw_only=True, tag="language"):
    """The language question, put only while the caller's language is not known."""

    prompt: Name
    """Each language's words say only its own key."""
    choices: dict[Key, Language]
    to: Name
    always: bool = False
    """Asked even when the language is known: for a menu choice that changes it."""
    wait_s: Seconds = 4.0


class Choice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One key of a menu."""

    label: Texts
    """What the agent reads in the caller's path, in the agent's own language."""
    prompt: Name
    to: Name


class Menu(_Node, frozen=True, kw_only=True, tag="menu"):
    """A question with a key for each answer, in the order they are said."""

    prompt: Name | None = None
    """Said before the choices."""
    choices: dict[Key, Choice]
    wait_s: Seconds = 5.0
    """Silence after the last choice for so long counts as no key."""
    wrong: Name = "wrong-key"
    silent: Name = "no-key"


class Collect(_Node, frozen=True, kw_only=True, tag="collect"):
    """Takes a number typed by the caller. It stays in the session: never in a journal, a log or a position."""

    prompt: Name
    name: Name
    """What later nodes call it."""
    to: Name
    least: Annotated[int, Meta(ge=2, le=32)]
    """At least two: a lone 0 asks for a person."""
    most: Annotated[int, Meta(ge=2, le=32)]
    """The number is complete at so many digits; before, `#` or a pause ends it and `*` begins it anew."""
    wait_s: Seconds = 6.0
    between_s: Seconds = 3.0
    wrong: Name = "wrong-number"
    silent: Name = "no-key"


class Recognise(_Node, frozen=True, kw_only=True, tag="recognise"):
    """Asks for an account number, and for a PIN where wanted. Kept as `Collect`'s number is."""

    to: Name
    """Once there is a customer with that account number (and that PIN)."""
    otherwise: Name
    """No number was typed, nothing matched it, or nobody could tell in time."""
    prompt: Name = "account-number"
    ask_pin: bool = True
    """False: the account number alone is enough."""
    pin_prompt: Name = "account-pin"
    least: Annotated[int, Meta(ge=2, le=32)] = 4
    """Of the account number."""
    most: Annotated[int, Meta(ge=2, le=32)] = 12
    wait_s: Seconds = 6.0
    between_s: Seconds = 3.0
    wrong: Name = "account-wrong"
    go_on: Name = "account-go-on"
    """After the second number that matched nothing."""


class Branch(_Node, frozen=True, kw_only=True, tag="branch"):
    """Goes on by what is known, without a word."""

    on: Literal["hours", "known", "tier", "number", "typed"]
    cases: dict[str, Name]
    """For `hours`: `open`, `closed`. For `known`: `yes`, `no`. Else the values themselves."""
    otherwise: Name | None = None
    """For every value that is no case."""
    name: Name | None = None
    """For `typed`: which collected number."""
    hours: dict[str, str] | None = None
    """For `hours`: opening hours of this branch alone, written as in `site.toml`; none: the site's."""
    queue: str | None = None
    """For `hours`: whether this queue is open, by its calendar and by hand, instead of the site."""


class Say(_Node, frozen=True, kw_only=True, tag="say"):
    """Says a value in the caller's language."""

    what: Literal["number", "digits", "money", "date", "time", "moment"]
    value: str
    """`now`, `opens` (when the site opens next), `number` (the one dialled), `typed.<name>`, or the value itself."""
    to: Name
    currency: Literal["CNY", "HKD", "USD"] = "HKD"


class Route(_Node, frozen=True, kw_only=True, tag="route"):
    """Puts the caller in line for a person. From here on nothing a caller hears delays the connection."""

    queue: str
    skills: dict[str, int] = {}
    """Minimum levels on top of the queue's own and the language."""
    priority: int = 0
    """Minutes of waiting this caller is ahead."""
    prompt: Name = "connecting"


class Message(_Node, frozen=True, kw_only=True, tag="message"):
    """Announces that a message can be left, records it, goes on."""

    prompt: Name
    to: Name
    queue: str | None = None
    """Whose work it is to hear it; none: that of the person whom 0 reaches."""
    most_s: Annotated[int, Meta(ge=5, le=600)] = 120


class Hangup(_Node, frozen=True, kw_only=True, tag="hangup"):
    """Says goodbye and hangs up."""

    prompt: Name = "goodbye"
    how: Literal["hangup", "closed"] = "hangup"
    """What history notes; a message left on the way is noted by itself."""


Node = Play | AskLanguage | Menu | Collect | Recognise | Branch | Say | Route | Message | Hangup


class Flow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One flow: what a caller of a number meets from the pick-up to a person or an end."""

    id: Name
    """The file's name."""
    title: str
    start: Name
    person: Name
    """Where 0, and two times nothing or a wrong key, lead: a `route`, or a `branch` with a `route` behind it."""
    languages: tuple[Language, ...] = LANGUAGES
    person_within_s: Annotated[float, Meta(gt=0)] = 20.0
    """The lint fails when a caller who listens to the end of the option needed reaches a person later."""
    nodes: dict[Name, Node]
    prompts: dict[Name, Words] = {}

    def prompt(self, name: str) -> str:
        """The file of a prompt: the flow's own before the system's of that name."""
        return f"{self.id}-{name}" if name in self.prompts else name


class System(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`system.toml`: the words every flow, the waiting room and the survey use."""

    prompts: dict[Name, Words]
    readings: dict[Language, dict[str, str]] = {}
    """Words the voice would read wrongly -> their sound: pinyin for Mandarin (`chong2 bo1`), Jyutping for Cantonese."""


class Flows(Struct, frozen=True):
    """Everything callers can be led through."""

    flows: dict[str, Flow]
    system: System


SYSTEM_PROMPTS = (
    "connecting",
    "to-person",
    "wrong-key",
    "wrong-number",
    "no-key",
    "survey",
    "survey-thanks",
    "goodbye",
    "thanks",
    "trouble",
    "work-number",
    "wait-colleague",
    "wait-overtaken",
    "wait-longer",
    "press",
    "star-back",
    "still-in-line",
    "offer-callback",
    "offer-message",
    "offer-answers",
    "offer-priority",
    "help-given",
    "message-record",
    "message-review",
    "message-empty",
    "message-unsent",
    "message-sent",
    "dictation-record",
    "dictation-review",
    "dictation-kept",
    "dictation-dropped",
    "answers-which",
    "answers-solved",
    "callback-this",
    "callback-other",
    "callback-later",
    "callback-number",
    "callback-wrong-number",
    "callback-read-back",
    "callback-right",
    "callback-at",
    "callback-hours",
    "callback-closed-then",
    "callback-no-hours",
    "callback-booked",
    "callback-booked-at",
    "callback-here",
    "call-recorded",
    "incident-disturbance",
    "incident-many-calls",
    "account-number",
    "account-pin",
    "account-wrong",
    "account-go-on",
    "promise-colleague",
    "promise-due",
    "promise-call",
    "promise-late",
    "promise-away",
    "promise-wait",
    "offer-promised",
    "offer-anybody",
    "wait-promised",
    "wait-anybody",
    "queue-closed",
    "queue-evacuation",
    "queue-full",
)
"""What `system.toml` must have, for code and dialplan speak these by name."""


def targets(node: Node) -> Iterator[tuple[str, str]]:
    """Where a node can lead: (setting, node name)."""
    match node:
        case Menu():
            for key, choice in node.choices.items():
                yield f"choices.{key}.to", choice.to
        case Branch():
            for case, to in node.cases.items():
                yield f"cases.{case}", to
            if node.otherwise is not None:
                yield "otherwise", node.otherwise
        case Recognise():
            yield "to", node.to
            yield "otherwise", node.otherwise
        case Route() | Hangup():
            return
        case _:
            yield "to", node.to


def spoken(node: Node) -> Iterator[tuple[str, str]]:
    """The prompts a node may say: (setting, prompt name)."""
    match node:
        case Menu():
            if node.prompt is not None:
                yield "prompt", node.prompt
            for key, choice in node.choices.items():
                yield f"choices.{key}.prompt", choice.prompt
            yield "wrong", node.wrong
            yield "silent", node.silent
        case Collect():
            yield "prompt", node.prompt
            yield "wrong", node.wrong
            yield "silent", node.silent
        case Recognise():
            yield "prompt", node.prompt
            if node.ask_pin:
                yield "pin_prompt", node.pin_prompt
            yield "wrong", node.wrong
            yield "go_on", node.go_on
        case Branch() | Say():
            return
        case _:
            yield "prompt", node.prompt


def first_route(flow: Flow) -> Route | None:
    """The way to a person that 0 takes, whatever the hour."""
    todo, seen = [flow.person], set[str]()
    while todo:
        name = todo.pop(0)
        node = flow.nodes.get(name)
        if isinstance(node, Route):
            return node
        if isinstance(node, Branch) and name not in seen:
            seen.add(name)
            todo += [to for _, to in targets(node)]
    return None
