"""The flow engine: where a caller stands, and what happened -> what to do next. Pure.

`begin` or `resume` gives the first `Step`; the caller's session does what `Step.do` says, reports what happened to
`step`, and so on. Keys are taken strictly one after the other, whenever they come: typed during a prompt, between two,
or long before they are asked for, the same keys lead to the same place. A caller who presses on and on is handed to a
person after `PATIENCE` choices, so every call comes to an end.

The position is opaque text for others: kept in the journal it lets a caller go on after a restart of ours. It never
holds a key the caller typed.
"""

from msgspec import Struct
from msgspec.structs import replace

from ivr import facts
from ivr.actions import Action as Action
from ivr.actions import Connect as Connect
from ivr.actions import Finish as Finish
from ivr.actions import Happened as Happened
from ivr.actions import Hear as Hear
from ivr.actions import Heard as Heard
from ivr.actions import LookedUp as LookedUp
from ivr.actions import LookUp as LookUp
from ivr.actions import Piece as Piece
from ivr.actions import Record as Record
from ivr.actions import Recorded as Recorded
from ivr.facts import Facts
from ivr.flow import (
    KEYS,
    PERSON_KEY,
    AskLanguage,
    Branch,
    Collect,
    Flow,
    Flows,
    Hangup,
    Language,
    Menu,
    Message,
    Node,
    Play,
    Recognise,
    Route,
    Say,
    Texts,
    first_route,
)

TRIES = 2
"""So many times nothing or a wrong key at one question, and the caller gets a person."""

PIN_MOST = 8
"""A PIN is complete at so many digits; before, `#` or a pause ends it."""

MESSAGE_S = 120
"""The longest message for a queue that takes nobody."""

PATIENCE = 24
"""Choices in one call after which the caller gets a person; half as many again and the call is ended."""


class Caller(Struct, frozen=True):
    """Where a caller stands. What was typed never leaves the session."""

    flow: Flow
    language: Language
    known: bool
    """The language is the caller's own, not the site's default."""
    node: str
    tries: int = 0
    choices: int = 0
    left_message: bool = False
    typed: str = ""
    """Keys nobody has taken yet."""
    digits: str = ""
    """Of the number being collected."""
    account: str = ""
    """While the PIN to it is asked for."""
    claim: LookUp | None = None
    """To be looked up."""
    collected: dict[str, str] = {}
    announced: bool = False
    """At a message: the caller has heard that one can be left."""

    @property
    def position(self) -> str:
        """To be kept and given to `resume`."""
        flags = "m" if self.left_message else "-"
        return f"{self.flow.id}/{self.node}/{self.tries}/{self.choices}/{flags}"


class Move(Struct, frozen=True):
    """A step of the flow was reached; `label` says what the caller chose, empty: nothing."""

    position: str
    label: Texts = {}


class Step(Struct, frozen=True):
    """What follows from what happened."""

    caller: Caller
    do: Action
    moves: tuple[Move, ...] = ()
    chosen: Language | None = None
    """The language the caller has just chosen."""


def begin(flow: Flow, language: str | None, default: str, facts: Facts) -> Step:
    """A new call. `language` as known from history; `default` is spoken until one is."""
    speak, known = _language(flow, language, default)
    return _Walk(Caller(flow, speak, known, flow.start), facts, new=True).go()


def resume(flows: Flows, fallback: Flow, position: str, language: str | None, default: str, facts: Facts) -> Step:
    """Go on at `position`: the question is put again. A position the flows no longer have begins `fallback` anew."""
    parts = position.split("/")
    flow = flows.flows.get(parts[0])
    if flow is None or len(parts) != 5 or parts[1] not in flow.nodes:
        return begin(fallback, language, default, facts)
    speak, known = _language(flow, language, default)
    tries, choices = (int(part) if part.isascii() and part.isdigit() else 0 for part in parts[2:4])
    caller = Caller(flow, speak, known, parts[1], tries, choices, parts[4] == "m")
    return _Walk(caller, facts).go()


def step(caller: Caller, happened: Happened, facts: Facts) -> Step:
    """What happened after the last step's action -> the next step."""
    walk = _Walk(caller, facts)
    if isinstance(happened, Recorded):
        node = caller.flow.nodes[caller.node]
        walk.caller = replace(caller, left_message=caller.left_message or happened.kept)
        if isinstance(node, Message):
            walk.chose(node.to)
        if isinstance(node, Route):
            return walk.done(walk.turned_away())
        return walk.go()
    keys = "".join(key for key in happened.keys if key in KEYS)
    walk.caller = replace(caller, typed=caller.typed + keys)
    if isinstance(happened, LookedUp):
        walk.looked_up(happened.matched)
    else:
        walk.heard(silence=not keys)
    return walk.go()


def spoken(flow: Flow, language: str | None, default: str) -> Language:
    """What this flow speaks to a caller of `language`: that, or `default`, or the flow's first."""
    return next((one for wish in (language, default) for one in flow.languages if one == wish), flow.languages[0])


def _language(flow: Flow, language: str | None, default: str) -> tuple[Language, bool]:
    return spoken(flow, language, default), language in flow.languages


class _Walk:
    """One run of the engine, from what happened to the next action."""

    def __init__(self, caller: Caller, facts: Facts, new: bool = False) -> None:
        self.caller = caller
        self.facts = facts
        self.words: list[Piece] = []
        """To be said before whatever is said next."""
        self.moves: list[Move] = []
        """The caller's choices on this run."""
        self.chosen: Language | None = None
        self.new = new
        self.before = caller.position

    # --- moving

    def enter(self, node: str) -> None:
        self.caller = replace(self.caller, node=node, tries=0, digits="", account="", claim=None, announced=False)

    def chose(self, node: str, label: Texts | None = None) -> None:
        """The caller did something that leads to `node`."""
        self.caller = replace(self.caller, choices=self.caller.choices + 1)
        if self.caller.choices >= PATIENCE:
            self.person()
            return
        self.enter(node)
        if label:
            self.moves.append(Move(self.caller.position, label))

    def person(self) -> None:
        self.enter(self.caller.flow.person)
        node = self.caller.flow.nodes[self.caller.node]
        while isinstance(node, Branch):
            self.enter(self.branch(node))
            node = self.caller.flow.nodes[self.caller.node]
        # While closed there may be only a message: no promise of a person then.
        self.words = [self.piece("to-person")] if isinstance(node, Route) else []

    def take(self) -> str:
        key, rest = self.caller.typed[0], self.caller.typed[1:]
        self.caller = replace(self.caller, typed=rest)
        return key

    # --- what happened at the node where the caller rests

    def heard(self, silence: bool) -> None:
        node = self.caller.flow.nodes[self.caller.node]
        match node:
            case Play() | Say():
                self.enter(node.to)
            case Collect() if silence:
                if self.caller.digits:
                    self.number_ended(node)
                else:
                    self.failed(node.silent)
            case Recognise() if silence:
                self.claimed(node)
            case Menu() if silence:
                self.failed(node.silent)
            case AskLanguage() if silence:
                self.failed("no-key")
            case _:
                # A key: `go` takes it.
                pass

    def failed(self, prompt: str) -> None:
        """A wrong key or none: words and the question again, then a person."""
        tries = self.caller.tries + 1
        if tries >= TRIES:
            self.caller = replace(self.caller, choices=self.caller.choices + 1)
            self.person()
            return
        self.caller = replace(self.caller, tries=tries, digits="")
        self.words = [self.piece(prompt)]

    def number_ended(self, node: Collect) -> None:
        digits = self.caller.digits
        if digits == PERSON_KEY:
            self.chose(self.caller.flow.person)
        elif node.least <= len(digits) <= node.most:
            self.caller = replace(self.caller, collected={**self.caller.collected, node.name: digits})
            self.chose(node.to)
        else:
            self.failed(node.wrong)

    def claimed(self, node: Recognise) -> None:
        """An account number or a PIN was typed, or neither."""
        digits, account = self.caller.digits, self.caller.account
        if digits == PERSON_KEY:
            self.chose(self.caller.flow.person)
        elif account:
            self.caller = replace(self.caller, claim=LookUp(account, digits))
        elif not digits:
            # Nobody is held up for a number they don't have at hand.
            self.chose(node.otherwise)
        elif len(digits) < node.least:
            self.mismatch(node)
        elif node.ask_pin:
            self.caller = replace(self.caller, account=digits, digits="")
        else:
            self.caller = replace(self.caller, claim=LookUp(digits, ""))

    def looked_up(self, matched: bool | None) -> None:
        node = self.caller.flow.nodes[self.caller.node]
        if isinstance(node, Recognise) and matched is False:
            self.mismatch(node)
        elif isinstance(node, Recognise):
            self.chose(node.to if matched else node.otherwise)

    def mismatch(self, node: Recognise) -> None:
        """The same words whatever was wrong: they tell nobody which accounts there are."""
        tries = self.caller.tries + 1
        if tries < TRIES:
            self.caller = replace(self.caller, tries=tries, digits="", account="", claim=None)
            self.words = [self.piece(node.wrong)]
        else:
            self.chose(node.otherwise)
            self.words = self.words or [self.piece(node.go_on)]

    # --- from node to node, until the caller hears something or is asked

    def go(self) -> Step:
        # A loop that asks nothing and says nothing is refused by the loader, so this ends.
        while True:
            if self.caller.choices >= PATIENCE * 3 // 2:
                return self.done(Finish("hangup", self.say("goodbye")))
            node = self.caller.flow.nodes[self.caller.node]
            action = self.at(node)
            if action is not None:
                return self.done(action)

    def done(self, action: Action) -> Step:
        position = self.caller.position
        if self.moves:
            self.moves[-1] = Move(position, self.moves[-1].label)
        elif self.new or position != self.before:
            self.moves.append(Move(position))
        return Step(self.caller, action, tuple(self.moves), self.chosen)

    def at(self, node: Node) -> Action | None:
        """The action at this node, or None when the caller has moved on."""
        match node:
            case Play():
                wanted = self.taken_next(node.to)
                if self.caller.typed and node.cut and wanted:
                    self.enter(node.to)
                    return None
                return Hear(self.say(node.prompt), cut=node.cut and wanted)
            case Say():
                wanted = self.taken_next(node.to)
                pieces = self.value(node)
                if not pieces or (self.caller.typed and wanted):
                    self.enter(node.to)
                    return None
                return Hear((*self.flush(), *pieces), cut=wanted)
            case Branch():
                self.enter(self.branch(node))
                return None
            case AskLanguage():
                return self.ask_language(node)
            case Menu():
                return self.menu(node)
            case Collect():
                return self.collect(node, node.prompt)
            case Recognise() if self.caller.claim is not None:
                return self.caller.claim
            case Recognise():
                return self.collect(node, node.pin_prompt if self.caller.account else node.prompt)
            case Message():
                return self.message(node)
            case Route():
                return self.route(node)
            case Hangup():
                how = "message" if self.caller.left_message else node.how
                return Finish(how, self.say(node.prompt))

    def route(self, node: Route) -> Action:
        """Nobody is left to take what is still typed: it is not kept from anybody."""
        shut = self.facts.shut.get(node.queue)
        if shut is None:
            return Connect(node.queue, node.skills, node.priority, self.flush() or self.say(node.prompt))
        self.words.clear()
        words = self.say(shut.prompt)
        if shut.to is not None:
            return Connect(node.queue, node.skills, node.priority, words)
        if not shut.message:
            return self.turned_away(*words)
        if self.caller.announced:
            return Record(MESSAGE_S, node.queue, node.skills)
        self.caller = replace(self.caller, announced=True)
        return Hear(words)

    def turned_away(self, *words: Piece) -> Finish:
        return Finish("message" if self.caller.left_message else "closed", (*words, *self.say("goodbye")))

    def ask_language(self, node: AskLanguage) -> Action | None:
        if self.caller.known and not node.always:
            self.enter(node.to)
            return None
        if not self.caller.typed:
            asked = (Piece(language, self.caller.flow.prompt(node.prompt)) for language in node.choices.values())
            return Hear((*self.flush(), *asked), _ms(node.wait_s))
        self.words.clear()
        key = self.take()
        if key in node.choices:
            self.chosen = node.choices[key]
            self.caller = replace(self.caller, language=self.chosen, known=True)
            self.chose(node.to)
        elif key == PERSON_KEY:
            self.chose(self.caller.flow.person)
        else:
            self.failed("wrong-key")
        return None

    def menu(self, node: Menu) -> Action | None:
        if not self.caller.typed:
            prompts = [choice.prompt for choice in node.choices.values()]
            if node.prompt is not None:
                prompts.insert(0, node.prompt)
            return Hear(self.say(*prompts), _ms(node.wait_s))
        self.words.clear()
        key = self.take()
        choice = node.choices.get(key)
        if choice is not None:
            self.chose(choice.to, choice.label)
        elif key == PERSON_KEY:
            self.chose(self.caller.flow.person)
        else:
            self.failed(node.wrong)
        return None

    def collect(self, node: Collect | Recognise, prompt: str) -> Action | None:
        if not self.caller.typed:
            if self.caller.digits:
                return Hear((), _ms(node.between_s))
            return Hear(self.say(prompt), _ms(node.wait_s))
        self.words.clear()
        key = self.take()
        if key == "*":
            self.chose(self.caller.node)
            return None
        if key != "#":
            self.caller = replace(self.caller, digits=self.caller.digits + key)
            most = PIN_MOST if self.caller.account else node.most
            if len(self.caller.digits) < most:
                return None
        if isinstance(node, Recognise):
            self.claimed(node)
        else:
            self.number_ended(node)
        return None

    def message(self, node: Message) -> Action | None:
        if not self.caller.typed:
            if self.caller.announced:
                return self.record(node)
            self.caller = replace(self.caller, announced=True)
            return Hear(self.say(node.prompt))
        self.words.clear()
        if self.take() == PERSON_KEY:
            self.chose(self.caller.flow.person)
            return None
        return self.record(node)

    def record(self, node: Message) -> Record:
        """For the queue that is named, else for that of the person whom 0 reaches when it is open."""
        if node.queue is not None:
            return Record(node.most_s, node.queue)
        route = first_route(self.caller.flow)
        return Record(node.most_s, route.queue, route.skills) if route is not None else Record(node.most_s)

    # --- what is known, what is said

    def branch(self, node: Branch) -> str:
        return facts.branch(self.caller.flow, node, self.facts, self.caller.collected)

    def taken_next(self, name: str) -> bool:
        """Whether, from this node on, a key is asked for before the call is routed or ended."""
        return facts.asks_next(self.caller.flow, name, self.caller.known, self.facts, self.caller.collected)

    def value(self, node: Say) -> tuple[Piece, ...]:
        language = self.caller.language
        return tuple(Piece(language, each) for each in facts.spoken(node, self.facts, self.caller.collected, language))

    def piece(self, prompt: str) -> Piece:
        return Piece(self.caller.language, self.caller.flow.prompt(prompt))

    def say(self, *prompts: str) -> tuple[Piece, ...]:
        return (*self.flush(), *(self.piece(prompt) for prompt in prompts))

    def flush(self) -> tuple[Piece, ...]:
        words = tuple(self.words)
        self.words.clear()
        return words


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
