"""A caller on paper: leads the flow engine through keys and silences, and writes down what happens as a table."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ivr import engine
from ivr.engine import Connect, Finish, Hear, Heard, LookedUp, LookUp, Record, Recorded, Step
from ivr.facts import Facts
from ivr.flow import Flow, Flows
from ivr.load import load

SHIPPED = Path(__file__).resolve().parents[2] / "dialplans" / "flows"

OPEN = datetime(2026, 11, 24, 10, 30)
"""A Tuesday morning."""


def shipped() -> Flows:
    return load(SHIPPED)


def facts(**more: object) -> Facts:
    return Facts(**{"number": "28000000", "now": OPEN, **more})  # type: ignore[arg-type]


def heard(step: Step) -> str:
    """The action, as a line of a table."""
    do = step.do
    pieces = " ".join(f"{piece.language}:{piece.prompt}" for piece in getattr(do, "pieces", ()))
    match do:
        case Hear():
            return pieces or "..."
        case Connect():
            return f"-> {do.queue} [{pieces}]"
        case Record():
            return "(records)"
        case LookUp():
            return " ".join(["(looks up", do.account, *([do.pin] if do.pin else [])]) + ")"
        case Finish():
            return f"end: {do.how} [{pieces}]"


def over(step: Step) -> bool:
    return isinstance(step.do, Connect | Finish)


class Caller:
    """Answers each action with the next of `presses`: keys, `-` for silence, `rec` for a message, `norec` for none, and
    a look-up with `is`, `not` or `late`."""

    def __init__(self, flow: Flow, language: str | None = None, **more: object) -> None:
        self.facts = facts(**more)
        self.step = engine.begin(flow, language, "en", self.facts)
        self.lines = [heard(self.step)]
        self.moves = list(self.step.moves)

    def does(self, presses: str) -> str:
        told = {"is": LookedUp(True), "not": LookedUp(False), "late": LookedUp(None)}
        made = {"-": Heard(), "rec": Recorded(True), "norec": Recorded(False), **told}
        happened = made.get(presses, Heard(presses))
        self.step = engine.step(self.step.caller, happened, self.facts)
        self.moves += self.step.moves
        self.lines.append(f"{presses} => {heard(self.step)}")
        return heard(self.step)

    @property
    def path(self) -> list[str]:
        return [move.label["en"] for move in self.moves if move.label]


def table(text: str) -> list[tuple[str, str]]:
    """Lines `presses | hears` of a scenario."""
    return list(_rows(text))


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.strip().splitlines():
        presses, _, hears = line.partition("|")
        yield presses.strip(), hears.strip()
