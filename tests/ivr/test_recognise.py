"""A caller keys an account number and a PIN: what they hear, what is looked up, and where it leads."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import engine
from ivr.engine import Connect, Heard, LookedUp, LookUp, Step
from ivr.flow import Flow, Flows
from ivr.load import FlowError, load
from tests.examples import examples
from tests.ivr.play import SHIPPED, Caller, facts, over, table

TOML = """
title = "Accounts"
start = "who"
person = "anybody"
languages = ["en"]
person_within_s = 60

[nodes.who]
kind = "recognise"
to = "known"
otherwise = "stranger"

[nodes.known]
kind = "route"
queue = "billing"

[nodes.stranger]
kind = "route"
queue = "support"

[nodes.anybody]
kind = "route"
queue = "sales"
"""


def flow(toml: str = TOML) -> Flow:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "accounts.toml").write_text(toml)
        (Path(folder) / "system.toml").write_text((SHIPPED / "system.toml").read_text())
        return load(Path(folder)).flows["accounts"]


FLOW = flow()
SHORT = flow(TOML.replace('otherwise = "stranger"', 'otherwise = "stranger"\nask_pin = false'))

SCENARIOS = {
    "account number and PIN": """
               | en:account-number
        123456 | ...
        #      | en:account-pin
        4321#  | (looks up 123456 4321)
        is     | -> billing [en:connecting]
        """,
    "typed ahead, all in one": """
                     | en:account-number
        123456#4321# | (looks up 123456 4321)
        is           | -> billing [en:connecting]
        """,
    "complete without hash, at the most digits": """
                       | en:account-number
        123456789012   | en:account-pin
        12345678       | (looks up 123456789012 12345678)
        is             | -> billing [en:connecting]
        """,
    "a pause ends both": """
               | en:account-number
        123456 | ...
        -      | en:account-pin
        4321   | ...
        -      | (looks up 123456 4321)
        is     | -> billing [en:connecting]
        """,
    "no PIN": """
                | en:account-number
        123456# | en:account-pin
        #       | (looks up 123456)
        is      | -> billing [en:connecting]
        """,
    "no number at hand": """
                | en:account-number
        #       | -> support [en:connecting]
        """,
    "nothing pressed": """
                | en:account-number
        -       | -> support [en:connecting]
        """,
    "wrong, then right": """
                | en:account-number
        123456# | en:account-pin
        1111#   | (looks up 123456 1111)
        not     | en:account-wrong en:account-number
        123456#4321# | (looks up 123456 4321)
        is      | -> billing [en:connecting]
        """,
    "wrong twice goes on": """
                | en:account-number
        123456#1111# | (looks up 123456 1111)
        not     | en:account-wrong en:account-number
        123456#1111# | (looks up 123456 1111)
        not     | -> support [en:account-go-on]
        """,
    "too short is as wrong as any": """
                | en:account-number
        12#     | en:account-wrong en:account-number
        12#     | -> support [en:account-go-on]
        """,
    "nobody can tell in time": """
                | en:account-number
        123456#4321# | (looks up 123456 4321)
        late    | -> support [en:connecting]
        """,
    "a star begins anew, a lone 0 is a person": """
                | en:account-number
        99*123456# | en:account-pin
        *       | en:account-number
        0       | ...
        #       | -> sales [en:connecting]
        """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_a_caller_meets(name: str) -> None:
    (_, first), *rest = table(SCENARIOS[name])
    caller = Caller(FLOW)
    assert caller.lines[0] == first
    for presses, hears in rest:
        assert caller.does(presses) == hears, caller.lines


def test_the_number_alone_is_asked_for_where_that_is_enough() -> None:
    caller = Caller(SHORT)
    assert caller.does("123456#") == "(looks up 123456)"
    assert caller.does("is").startswith("-> billing")


def test_keys_pressed_while_it_is_looked_up_are_kept() -> None:
    with_menu = TOML.replace('to = "known"', 'to = "which"').replace(
        "[nodes.known]",
        '[nodes.which]\nkind = "menu"\n[nodes.which.choices.7]\nlabel = { en = "Bills" }\nprompt = "seven"\n'
        'to = "known"\n[nodes.known]',
    )
    walked = Caller(flow(with_menu + '[prompts.seven]\nen = "Press seven."\n'))
    walked.does("123456#4321#")
    step = engine.step(walked.step.caller, LookedUp(True, "7"), facts())
    assert isinstance(step.do, Connect)
    assert step.do.queue == "billing"


def test_after_a_restart_the_question_is_put_again_and_nothing_typed_is_known() -> None:
    caller = Caller(FLOW)
    caller.does("123456#")
    position = caller.step.caller.position
    assert "123456" not in position
    again = engine.resume(Flows({FLOW.id: FLOW}, load(SHIPPED).system), FLOW, position, "en", "en", facts())
    assert (again.caller.account, again.caller.digits) == ("", "")
    assert not isinstance(again.do, LookUp)


def test_least_and_most_digits_must_fit() -> None:
    with pytest.raises(FlowError, match="Turn them round"):
        flow(TOML.replace('to = "known"', 'to = "known"\nleast = 9\nmost = 5'))


KEYS = st.text("0123456789*#", max_size=24)


def _run(start: Step, presses: list[str]) -> tuple[list[LookUp], Step]:
    """Every look-up finds nothing; silence once the keys are over."""
    asked: list[LookUp] = []
    step, rest = start, [*presses]
    for _ in range(60):
        if over(step):
            break
        if isinstance(step.do, LookUp):
            asked.append(step.do)
            step = engine.step(step.caller, LookedUp(False), facts())
            continue
        step = engine.step(step.caller, Heard(rest.pop(0) if rest else ""), facts())
    return asked, step


@examples(60)
@given(KEYS, st.integers(0, 24))
def test_however_keys_come_the_same_is_looked_up_and_the_call_goes_on(keys: str, cut: int) -> None:
    start = engine.begin(FLOW, "en", "en", facts())
    whole, end = _run(start, [keys] if keys else [])
    parts, same = _run(start, [part for part in (keys[:cut], keys[cut:]) if part])
    assert over(end)
    assert whole == parts
    assert end.do == same.do
    for move in end.moves:
        assert not any(look.account in move.position for look in whole)
