"""Is a flow good to its callers? Levels, choices, the way to a person, words in every language, and seconds.

Every way through a flow is walked for a caller who listens to the end of the option needed, with the real lengths of
the prompts. The question about the language counts as time, not as a level. `CHOOSE_S` goes by at every question.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ivr import say, sounds
from ivr.engine import PIN_MOST
from ivr.flow import (
    PERSON_KEY,
    TEXTS,
    AskLanguage,
    Branch,
    Collect,
    Flow,
    Flows,
    Hangup,
    Language,
    Menu,
    Message,
    Play,
    Recognise,
    Route,
    Say,
    Texts,
    Words,
    spoken,
    targets,
)

LEVELS = 2
CHOICES = 5
CHOOSE_S = 1.0
"""Seconds a caller takes to press a key once the option has been said."""
DIGIT_S = 0.5
"""Seconds for each digit of a number typed in."""
WAYS = 2000
"""More ways than this through one flow are not walked: no caller could be sure of such a flow either."""

_KEY_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": dict(zip("0123456789*#", (("0", "zero"), ("1", "one"), ("2", "two"), ("3", "three"), ("4", "four"),
                   ("5", "five"), ("6", "six"), ("7", "seven"), ("8", "eight"), ("9", "nine"), ("star", "*"),
                   ("hash", "pound", "#")), strict=True)),
    "cmn": dict(zip("0123456789*#", (*((str(n), han) for n, han in enumerate("零一二三四五六七八九")), ("星", "*"),
                    ("井", "#")), strict=True)),
}  # fmt: skip
_KEY_WORDS["yue"] = _KEY_WORDS["cmn"]


class Finding(Struct, frozen=True):
    """One thing to mend."""

    flow: str
    where: str
    what: str


class Leaf(Struct, frozen=True):
    """One way through a flow."""

    flow: str
    way: tuple[str, ...]
    """Branch cases and choices, as a person would tell them."""
    end: str
    """`queue <id>`, `message` or `hangup`."""
    person: bool
    levels: int
    seconds: dict[Language, float]
    """From the pick-up to this end, for a caller who is asked for the language."""
    known: dict[Language, float]
    """The same for one whose language is known."""


class Report(Struct, frozen=True):
    """What the lint found."""

    findings: tuple[Finding, ...]
    leaves: tuple[Leaf, ...]

    @property
    def ok(self) -> bool:
        return not self.findings


class Lengths:
    """Seconds of prompts, from their files. A missing one is noted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str], float | None] = {}

    def of(self, language: str, prompt: str) -> float | None:
        key = (language, prompt)
        if key not in self._known:
            self._known[key] = sounds.seconds(sounds.path(self._folder, language, prompt))
        return self._known[key]


def lint(
    flows: Flows,
    lengths: Lengths,
    *,
    queues: Iterable[str] | None = None,
    numbers: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Report:
    """Check all flows. `queues`: the site's; `numbers`: hotline number -> flow; `said`: who else -> prompt.

    None: not known, not checked.
    """
    findings: list[Finding] = []
    leaves: list[Leaf] = []
    known_queues = None if queues is None else frozenset(queues)
    findings += _system(flows, lengths)
    for number, name in (numbers or {}).items():
        if name not in flows.flows:
            findings.append(
                Finding("", f"number {number}", f"no flow '{name}'. Flows are {', '.join(sorted(flows.flows))}")
            )
    for who, prompt in (said or {}).items():
        if prompt not in flows.system.prompts:
            what = f"no prompt '{prompt}'. Add [prompts.{prompt}] to system.toml with its words, or mend the name"
            findings.append(Finding("", who, what))
    for flow in flows.flows.values():
        findings += _words(flow, flows, lengths)
        findings += _shape(flow, known_queues)
        findings += _person(flow)
        ways = _Ways(flow, lengths)
        for way in ways.walk():
            leaves.append(way)
            findings += _limits(flow, way)
        if ways.too_many:
            findings.append(Finding(flow.id, "", f"more than {WAYS} ways through it. Make it simpler"))
    return Report(tuple(dict.fromkeys(findings)), tuple(leaves))


# --- words


def shown(label: Texts) -> str:
    """A choice as the lint names it."""
    return next((label[text] for text in TEXTS if label.get(text)), "")


def _missing(flow: str, where: str, language: str, words: Words | Texts) -> Finding:
    kept = next(iter(words.values()), "")
    return Finding(flow, where, f"no words in '{language}'" + (f" for '{kept}'" if kept else "") + ". Translate it")


def _unbuilt(flow: str, files: list[tuple[str, str]], lengths: Lengths) -> Iterator[Finding]:
    """One finding for all, for before the first build it is hundreds."""
    missing = [sounds.sound(language, file) for language, file in files if lengths.of(language, file) is None]
    if missing:
        what = f"{len(missing)} of its prompts are not built, such as {missing[0]}. Run: hotline ivr prompts"
        yield Finding(flow, "prompts", what)


def _system(flows: Flows, lengths: Lengths) -> Iterator[Finding]:
    languages = sorted({language for flow in flows.flows.values() for language in flow.languages})
    files: list[tuple[str, str]] = []
    for name, words in flows.system.prompts.items():
        for language in languages:
            if words.get(language, "").strip():
                files.append((language, name))
            else:
                yield _missing("system", f"prompts.{name}", language, words)
    files += [(language, name) for language in languages for name in say.pieces(language)]
    yield from _unbuilt("system", files, lengths)


def _words(flow: Flow, flows: Flows, lengths: Lengths) -> Iterator[Finding]:
    files: list[tuple[str, str]] = []
    used = {prompt for node in flow.nodes.values() for _, prompt in spoken(node)}
    for name, words in flow.prompts.items():
        where = f"prompts.{name}"
        if name not in used:
            yield Finding(flow.id, where, "no node says it. Remove it, or use it")
        for language in flow.languages:
            if words.get(language, "").strip():
                files.append((language, flow.prompt(name)))
            else:
                yield _missing(flow.id, where, language, words)
    yield from _unbuilt(flow.id, files, lengths)
    for name, node in flow.nodes.items():
        where = f"nodes.{name}.choices"
        if isinstance(node, Menu):
            for key, choice in node.choices.items():
                for text in TEXTS:
                    if not choice.label.get(text, "").strip():
                        yield _missing(flow.id, f"{where}.{key}.label", text, choice.label)
                for language in flow.languages:
                    yield from _says_key(flow, flows, f"{where}.{key}", key, language, choice.prompt)
        elif isinstance(node, AskLanguage):
            for key, language in node.choices.items():
                yield from _says_key(flow, flows, f"{where}.{key}", key, language, node.prompt)


def _says_key(flow: Flow, flows: Flows, where: str, key: str, language: str, prompt: str) -> Iterator[Finding]:
    words = flow.prompts.get(prompt, flows.system.prompts.get(prompt, {}))
    text = {str(one): spelt for one, spelt in words.items()}.get(language, "")
    if text and not any(word in text.lower() for word in _KEY_WORDS[language][key]):
        yield Finding(flow.id, where, f"the words '{text}' do not say key {key}. Mend the words or the key")


# --- shape


def _shape(flow: Flow, queues: frozenset[str] | None) -> Iterator[Finding]:
    reached = _reached(flow, flow.start) | _reached(flow, flow.person)
    for name, node in flow.nodes.items():
        where = f"nodes.{name}"
        if name not in reached:
            yield Finding(flow.id, where, "no caller ever comes here. Remove it, or lead somebody to it")
        if isinstance(node, Menu) and len(node.choices) > CHOICES:
            what = f"{len(node.choices)} choices; callers keep {CHOICES} in mind. Join some, or ask less"
            yield Finding(flow.id, where, what)
        named = node.queue if isinstance(node, Route | Branch | Message) else None
        if named is not None and queues is not None and named not in queues:
            known = ", ".join(sorted(queues)) or "none"
            yield Finding(flow.id, f"{where}.queue", f"no queue '{named}'. The site has {known}")
    # A node with a way on that never ends: every one must be able to come to a person or an end.
    ends = {name for name, node in flow.nodes.items() if isinstance(node, Route | Hangup)}
    changed = True
    while changed:
        more = {name for name, node in flow.nodes.items() if any(to in ends for _, to in targets(node))} - ends
        ends |= more
        changed = bool(more)
    for name in flow.nodes:
        if name not in ends:
            yield Finding(flow.id, f"nodes.{name}", "a dead end: no way from here to a person or an end. Add one")


def _reached(flow: Flow, start: str) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [to for _, to in targets(flow.nodes[name])]
    return found


# --- a person


def _person(flow: Flow) -> Iterator[Finding]:
    """0 must lead to a person from every node at which a caller may press it; when closed, to a message at least."""
    for closed, starts in ((False, [flow.start, flow.person]), (True, [flow.start, flow.person])):
        for name in _reached_when(flow, starts, closed):
            node = flow.nodes[name]
            key0 = flow.person
            if isinstance(node, Menu) and PERSON_KEY in node.choices:
                key0 = node.choices[PERSON_KEY].to
            elif isinstance(node, AskLanguage) and PERSON_KEY in node.choices:
                yield Finding(flow.id, f"nodes.{name}.choices.0", "0 is for a person. Choose another key")
                continue
            elif not isinstance(node, Menu | AskLanguage | Collect | Recognise | Message):
                continue
            if not _is_person(flow, key0, closed):
                what = "0 does not lead to a person from here"
                what += " while open" if not closed else ", nor to a message while closed"
                yield Finding(flow.id, f"nodes.{name}", f"{what}. Lead 'person' or the choice 0 to a route")


def _next(flow: Flow, name: str, closed: bool) -> list[str]:
    node = flow.nodes[name]
    if isinstance(node, Branch) and node.on == "hours":
        to = node.cases.get("closed" if closed else "open", node.otherwise)
        return [] if to is None else [to]
    return [to for _, to in targets(node)]


def _reached_when(flow: Flow, starts: list[str], closed: bool) -> list[str]:
    found: dict[str, None] = {}
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = None
            todo += _next(flow, name, closed)
    return list(found)


def _is_person(flow: Flow, name: str, closed: bool, seen: frozenset[str] = frozenset()) -> bool:
    """Whether every way from here comes to a person without a question (closed: or to a message, or an end)."""
    node = flow.nodes[name]
    if isinstance(node, Route) or (closed and isinstance(node, Message | Hangup)):
        return True
    if name in seen or not isinstance(node, Play | Say | Branch):
        return False
    ways = _next(flow, name, closed)
    return bool(ways) and all(_is_person(flow, to, closed, seen | {name}) for to in ways)


# --- seconds


def _limits(flow: Flow, leaf: Leaf) -> Iterator[Finding]:
    way = " > ".join(leaf.way) or "straight"
    if leaf.levels > LEVELS:
        yield Finding(flow.id, way, f"{leaf.levels} levels of menus; at most {LEVELS}. Ask less")
    if leaf.person:
        for language, seconds in leaf.seconds.items():
            if seconds > flow.person_within_s:
                yield Finding(
                    flow.id,
                    way,
                    f"a person only after {seconds:.1f} s in '{language}'; the limit of this flow is "
                    f"{flow.person_within_s:g} s. Shorten the words, or move the option forward",
                )


class _At(Struct, frozen=True):
    """One way on its way."""

    node: str
    way: tuple[str, ...]
    path: tuple[str, ...]
    levels: int
    closed: bool | None = None
    """What the branches on the site's hours said so far."""


class _Ways:
    def __init__(self, flow: Flow, lengths: Lengths) -> None:
        self.flow = flow
        self.lengths = lengths
        self.too_many = False
        self._walked = 0

    def walk(self) -> Iterator[Leaf]:
        nothing: dict[Language, float] = dict.fromkeys(self.flow.languages, 0.0)
        yield from self._from(_At(self.flow.start, (), (), 0), nothing, nothing)

    def _from(self, at: _At, asked: dict[Language, float], known: dict[Language, float]) -> Iterator[Leaf]:
        """`asked`, `known`: seconds so far."""
        if at.node in at.path:
            # Back where the caller has been: no new way.
            return
        if self._walked >= WAYS:
            self.too_many = True
            return
        node = self.flow.nodes[at.node]
        path = (*at.path, at.node)

        def on(to: str, *label: str, levels: int = 0) -> _At:
            return _At(to, (*at.way, *label), path, at.levels + levels, at.closed)

        match node:
            case Route():
                yield self._leaf(at, f"queue {node.queue}", True, asked, known)
            case Hangup():
                said = [node.prompt]
                yield self._leaf(at, "hangup", False, self._say(asked, said), self._say(known, said))
            case Message():
                said = [node.prompt]
                yield self._leaf(at, "message", False, self._say(asked, said), self._say(known, said))
            case Play():
                yield from self._from(on(node.to), self._say(asked, [node.prompt]), self._say(known, [node.prompt]))
            case Say():
                yield from self._from(on(node.to), self._value(asked, node), self._value(known, node))
            case Branch():
                for case, to, closed in self._cases(node, at.closed):
                    yield from self._from(replace(on(to, f"({node.on}: {case})"), closed=closed), asked, known)
            case AskLanguage():
                heard = self._languages(node, asked)
                yield from self._from(on(node.to), heard, self._languages(node, known) if node.always else known)
            case Menu():
                said = [node.prompt] if node.prompt is not None else []
                for key, choice in node.choices.items():
                    said = [*said, choice.prompt]
                    then = on(choice.to, f"{key} {shown(choice.label)}", levels=1)
                    yield from self._from(then, self._say(asked, said, CHOOSE_S), self._say(known, said, CHOOSE_S))
            case Collect():
                typed = CHOOSE_S + node.most * DIGIT_S
                then = on(node.to, f"({node.name})")
                yield from self._from(
                    then, self._say(asked, [node.prompt], typed), self._say(known, [node.prompt], typed)
                )
            case Recognise():
                keyed = CHOOSE_S + node.most * DIGIT_S
                said = [node.prompt]
                if node.ask_pin:
                    keyed += CHOOSE_S + PIN_MOST * DIGIT_S
                    said.append(node.pin_prompt)
                for label, to in (("recognised", node.to), ("not recognised", node.otherwise)):
                    then = on(to, f"({label})")
                    yield from self._from(then, self._say(asked, said, keyed), self._say(known, said, keyed))

    def _cases(self, node: Branch, closed: bool | None) -> Iterator[tuple[str, str, bool | None]]:
        """(case, where it leads, whether the site is closed then). A site is not open and closed in one call."""
        cases = dict(node.cases)
        if node.on == "hours":
            for case in ("open", "closed"):
                to = cases.get(case, node.otherwise)
                own = node.hours is not None or node.queue is not None
                if to is not None and (own or closed is None or closed is (case == "closed")):
                    yield case, to, closed if own else case == "closed"
            return
        if node.otherwise is not None:
            cases["else"] = node.otherwise
        for case, to in cases.items():
            yield case, to, closed

    def _leaf(
        self, at: _At, end: str, person: bool, asked: dict[Language, float], known: dict[Language, float]
    ) -> Leaf:
        self._walked += 1
        return Leaf(self.flow.id, at.way, end, person, at.levels, asked, known)

    def _length(self, language: Language, prompt: str) -> float:
        # A prompt that is missing has a finding of its own.
        return self.lengths.of(language, self.flow.prompt(prompt)) or 0.0

    def _say(self, so_far: dict[Language, float], prompts: list[str], more: float = 0.0) -> dict[Language, float]:
        return {
            language: seconds + sum(self._length(language, prompt) for prompt in prompts) + more
            for language, seconds in so_far.items()
        }

    def _languages(self, node: AskLanguage, so_far: dict[Language, float]) -> dict[Language, float]:
        """Each language is reached when its own words have been said. One without a key hears them all."""
        ends: dict[Language, float] = {}
        total = 0.0
        for language in node.choices.values():
            total += self._length(language, node.prompt)
            ends.setdefault(language, total + CHOOSE_S)
        return {one: seconds + ends.get(one, total + node.wait_s) for one, seconds in so_far.items()}

    def _value(self, so_far: dict[Language, float], node: Say) -> dict[Language, float]:
        """A long value of its kind stands for all."""
        noon = datetime(2026, 11, 22, 12, 0)
        sample: datetime | str = noon + timedelta(days=8, hours=-1, minutes=27)
        if node.what not in ("date", "time", "moment"):
            sample = node.value if node.value[0].isdigit() else "12345678"
        return {
            language: seconds
            + sum(
                self.lengths.of(language, prompt) or 0.0
                for prompt in say.value(node.what, sample, language, today=noon.date(), currency=node.currency)
            )
            for language, seconds in so_far.items()
        }
