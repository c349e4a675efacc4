"""What callers meet in the shipped flows, as tables; and what holds for every flow and every row of keys."""

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import engine
from ivr.engine import PATIENCE, Connect, Finish, Hear, Heard, Record, Recorded, Step
from ivr.facts import Facts, Shut
from ivr.flow import KEYS, LANGUAGES, Flow
from ivr.load import load
from tests.examples import examples
from tests.ivr.play import SHIPPED, Caller, facts, heard, over, shipped, table

FLOWS = shipped()
MAIN = FLOWS.flows["main"]

LANGUAGE = "cmn:main-language yue:main-language en:main-language"
SAID = ("welcome", "for-internet", "for-billing", "for-sales", "for-mobile", "for-person")


def menu(language: str) -> str:
    return " ".join(f"{language}:main-{prompt}" for prompt in SAID)


SCENARIOS = {
    "asked for the language, then one menu": f"""
              | {LANGUAGE}
        1     | {menu("cmn")}
        2     | -> billing [cmn:connecting]
        """,
    "keys typed ahead are all taken": f"""
              | {LANGUAGE}
        24    | -> mobile [yue:connecting]
        """,
    "a wrong key, then the right one": f"""
              | {LANGUAGE}
        3     | {menu("en")}
        7     | en:wrong-key {menu("en")}
        1     | -> support [en:connecting]
        """,
    "a wrong key with the right one behind it": f"""
              | {LANGUAGE}
        3     | {menu("en")}
        71    | -> support [en:connecting]
        """,
    "no key, then the right one": f"""
              | {LANGUAGE}
        3     | {menu("en")}
        -     | en:no-key {menu("en")}
        3     | -> sales [en:connecting]
        """,
    "two times nothing is a person": f"""
              | {LANGUAGE}
        2     | {menu("yue")}
        -     | yue:no-key {menu("yue")}
        -     | -> support [yue:to-person]
        """,
    "nothing, then a wrong key, is a person too": f"""
              | {LANGUAGE}
        2     | {menu("yue")}
        -     | yue:no-key {menu("yue")}
        9     | -> support [yue:to-person]
        """,
    "nothing at the language question is a person, in the site's language": f"""
              | {LANGUAGE}
        -     | en:no-key {LANGUAGE}
        -     | -> support [en:to-person]
        """,
    "0 at the language question is a person at once": f"""
              | {LANGUAGE}
        0     | -> support [en:connecting]
        """,
    "0 in the menu is a person": f"""
              | {LANGUAGE}
        30    | -> support [en:connecting]
        """,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str) -> None:
    rows = table(SCENARIOS[name])
    caller = Caller(MAIN)
    assert caller.lines == [rows[0][1]]
    for presses, hears in rows[1:]:
        assert caller.does(presses) == hears


def test_a_caller_whose_language_is_known_is_not_asked() -> None:
    caller = Caller(MAIN, "yue")
    assert caller.lines == [menu("yue")]
    assert caller.does("1") == "-> support [yue:connecting]"
    assert caller.path == ["Internet"]


def test_a_number_without_a_menu_leads_straight_to_its_queue() -> None:
    caller = Caller(FLOWS.flows["direct"])
    assert caller.lines == ["-> support [en:connecting]"]
    gold = Caller(FLOWS.flows["direct"], "cmn", tier="gold").step.do
    assert isinstance(gold, Connect)
    assert gold.priority == 5


def test_out_of_hours_a_message_can_be_left() -> None:
    rows = table(f"""
              | {LANGUAGE}
        1     | cmn:main-closed
        -     | cmn:say-weekday-0 cmn:say-early cmn:say-hour-8
        -     | cmn:main-message
        -     | (records)
        rec   | cmn:main-message-kept
        -     | end: message [cmn:goodbye]
        """)
    caller = Caller(MAIN, open=False, opens=datetime(2026, 11, 30, 8))
    assert caller.lines == [rows[0][1]]
    for presses, hears in rows[1:]:
        assert caller.does(presses) == hears
    assert Caller(MAIN, "en", open=False).lines == ["en:main-closed"]


def test_nobody_is_promised_while_closed() -> None:
    caller = Caller(MAIN, open=False)
    caller.does("-")
    assert caller.does("-") == "en:main-message"


def test_no_message_is_told_from_one() -> None:
    caller = Caller(MAIN, "en", open=False)
    for presses in ("-", "-", "-", "norec", "-"):
        last = caller.does(presses)
    assert last == "end: closed [en:goodbye]"


def test_a_queue_may_have_hours_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_text((SHIPPED / "system.toml").read_text())
    (tmp_path / "own.toml").write_text("""
        title = "Own"
        start = "open"
        person = "help"
        nodes.open = { kind = "branch", on = "hours", queue = "support", cases = { open = "help", closed = "shut" } }
        nodes.help = { kind = "route", queue = "support" }
        nodes.shut = { kind = "hangup", how = "closed" }
    """)
    flow = load(tmp_path).flows["own"]
    assert Caller(flow, "en", open=False).lines == ["-> support [en:connecting]"]
    assert Caller(flow, "en", closed=frozenset({"support"})).lines == ["end: closed [en:goodbye]"]


@pytest.mark.parametrize(
    ("shut", "presses", "hears"),
    [
        (Shut("queue-closed"), [], "end: closed [en:queue-closed en:goodbye]"),
        (Shut("queue-closed", to="sales"), [], "-> support [en:queue-closed]"),
        (Shut("queue-closed", message=True), [], "en:queue-closed"),
        (Shut("queue-closed", message=True), ["-"], "(records)"),
        (Shut("queue-closed", message=True), ["1"], "(records)"),
        (Shut("queue-closed", message=True), ["-", "rec"], "end: message [en:goodbye]"),
        (Shut("queue-closed", message=True), ["-", "norec"], "end: closed [en:goodbye]"),
    ],
)
def test_a_queue_that_takes_nobody_says_so(shut: Shut, presses: list[str], hears: str) -> None:
    caller = Caller(FLOWS.flows["direct"], "en", shut={"support": shut})
    for press in presses:
        caller.does(press)
    assert heard(caller.step) == hears


def test_nobody_is_promised_a_person_of_a_queue_that_takes_nobody() -> None:
    caller = Caller(MAIN, "en", shut={"support": Shut("queue-evacuation")})
    assert caller.does("0") == "end: closed [en:queue-evacuation en:goodbye]"


def test_the_path_the_agent_reads_is_what_the_caller_chose() -> None:
    caller = Caller(MAIN)
    caller.does("1")
    caller.does("4")
    assert caller.path == ["Mobile"]
    assert caller.moves[-1].position.startswith("main/mobile/")


# --- every node x every input


def every_caller() -> list[tuple[str, str]]:
    return [(flow.id, node) for flow in FLOWS.flows.values() for node in flow.nodes]


@pytest.mark.parametrize(("flow", "node"), every_caller())
@pytest.mark.parametrize("language", [None, "cmn", "yue", "en"])
@pytest.mark.parametrize("is_open", [True, False])
def test_every_node_takes_every_input(flow: str, node: str, language: str | None, is_open: bool) -> None:
    known = facts(open=is_open)
    at = engine.resume(FLOWS, MAIN, f"{flow}/{node}/0/0/-", language, "en", known)
    inputs = [Recorded(True), Recorded(False)] if isinstance(at.do, Record) else [Heard(), *map(Heard, KEYS)]
    for happened in [] if over(at) else inputs:
        after = engine.step(at.caller, happened, known)
        assert after.caller.node in after.caller.flow.nodes
        assert heard(after)


# --- properties

keys = st.text(KEYS, max_size=4)
behaviour = st.lists(st.one_of(st.just(""), keys), max_size=12)
languages = st.sampled_from([None, *LANGUAGES])
opening = st.booleans()


def lead(step: Step, presses: list[str], known: Facts, limit: int = 400) -> tuple[Step, int]:
    """Answer with `presses` over and over until the call is routed or over."""
    steps = 0
    while not over(step) and steps < limit:
        press = presses[steps % len(presses)] if presses else ""
        happened = Recorded(bool(press)) if isinstance(step.do, Record) else Heard(press)
        step = engine.step(step.caller, happened, known)
        steps += 1
    return step, steps


@given(behaviour, languages, opening, st.sampled_from(sorted(FLOWS.flows)))
@examples(300)
def test_whatever_is_pressed_the_caller_reaches_a_person_or_an_end(
    presses: list[str], language: str | None, is_open: bool, flow: str
) -> None:
    known = facts(open=is_open)
    step, steps = lead(engine.begin(FLOWS.flows[flow], language, "en", known), presses, known)
    assert over(step)
    # Between two choices there are at most a few announcements.
    assert steps <= PATIENCE * 8


@given(st.text("123456789*#", min_size=1, max_size=10), st.data())
@examples(200)
def test_when_keys_come_makes_no_difference(typed: str, data: st.DataObject) -> None:
    """All at once or one by one, the same keys lead to the same place: none is eaten, none counts twice."""
    known = facts()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(typed)), max_size=3)))
    parts = [typed[a:b] for a, b in zip([0, *cuts], [*cuts, len(typed)], strict=True) if a < b]

    def play(chunks: list[str]) -> tuple[str, list[str]]:
        step = engine.begin(MAIN, None, "en", known)
        labels = [move.label["en"] for move in step.moves if move.label]
        for chunk in chunks:
            if over(step):
                break
            step = engine.step(step.caller, Heard(chunk), known)
            labels += [move.label["en"] for move in step.moves if move.label]
        return f"{step.caller.node} {step.caller.language} {step.caller.tries} {type(step.do).__name__}", labels

    assert play(parts) == play(list(typed))


@given(behaviour, languages, opening)
@examples(200)
def test_a_caller_goes_on_where_the_journal_says_after_a_restart(
    presses: list[str], language: str | None, is_open: bool
) -> None:
    known = facts(open=is_open)
    step = engine.begin(MAIN, language, "en", known)
    position = step.moves[-1].position
    for press in presses:
        if over(step):
            break
        happened = Recorded(bool(press)) if isinstance(step.do, Record) else Heard(press)
        step = engine.step(step.caller, happened, known)
        position = step.moves[-1].position if step.moves else position
    spoken = step.caller.language if step.caller.known else None
    again = engine.resume(FLOWS, MAIN, position, spoken, "en", known)
    assert again.caller.node == step.caller.node
    assert again.caller.language == step.caller.language
    assert again.caller.choices == step.caller.choices
    assert type(again.do) is type(step.do) or isinstance(step.do, Record)


@given(st.text(max_size=60))
def test_any_text_is_taken_as_a_position(text: str) -> None:
    assert engine.resume(FLOWS, MAIN, text, None, "en", facts()).caller.flow.nodes


def test_a_position_holds_no_key_the_caller_typed() -> None:
    caller = Caller(COLLECT)
    caller.does("98765")
    assert "98765" not in caller.step.caller.position
    assert all("9" not in move.position for move in caller.moves)


# --- parts the shipped flows do without

COLLECT_TOML = """
title = "Extension"
start = "notice"
person = "anybody"
languages = ["en"]

[nodes.notice]
kind = "play"
prompt = "notice"
cut = false
to = "number"

[nodes.number]
kind = "collect"
prompt = "number"
name = "extension"
least = 3
most = 5
to = "which"

[nodes.which]
kind = "branch"
on = "typed"
name = "extension"
cases = { 9876 = "known" }
otherwise = "repeat"

[nodes.repeat]
kind = "say"
what = "digits"
value = "typed.extension"
to = "number"

[nodes.known]
kind = "route"
queue = "billing"
skills = { en = 3 }

[nodes.anybody]
kind = "route"
queue = "support"

[prompts.notice]
en = "Calls are recorded."
[prompts.number]
en = "Please type the extension."
"""


def _collect() -> Flow:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "extension.toml").write_text(COLLECT_TOML)
        (Path(folder) / "system.toml").write_text((SHIPPED / "system.toml").read_text())
        return load(Path(folder)).flows["extension"]


COLLECT = _collect()

NUMBERS_TYPED = {
    "the number is complete at its longest": (["-", "12345"], "en:say-digit-1 en:say-digit-2 en:say-digit-3"),
    "or with hash": (["-", "9876", "#"], "-> billing [en:connecting]"),
    "or with a pause": (["-", "9876", "-"], "-> billing [en:connecting]"),
    "a lone 0 and a pause is a person": (["-", "0", "-"], "-> support [en:connecting]"),
    "a star begins anew": (["-", "11*9876#"], "-> billing [en:connecting]"),
    "too short is told": (["-", "12#"], "en:wrong-number en:extension-number"),
    "too short twice is a person": (["-", "12#", "1#"], "-> support [en:to-person]"),
    "nothing twice is a person": (["-", "-", "-"], "-> support [en:to-person]"),
    "typed during the notice": (["9876#"], "-> billing [en:connecting]"),
}


@pytest.mark.parametrize("name", NUMBERS_TYPED)
def test_a_number_is_collected(name: str) -> None:
    presses, last = NUMBERS_TYPED[name]
    caller = Caller(COLLECT)
    for press in presses:
        said = caller.does(press)
    assert said.startswith(last)


def test_a_notice_is_said_to_its_end_and_keeps_the_keys() -> None:
    caller = Caller(COLLECT)
    assert isinstance(caller.step.do, Hear)
    assert not caller.step.do.cut


def test_what_is_about_to_end_the_call_is_not_cut_by_a_stray_key() -> None:
    step = engine.resume(FLOWS, MAIN, "main/message-kept/0/0/m", "en", "en", facts())
    assert isinstance(step.do, Hear)
    assert not step.do.cut
    last = engine.step(step.caller, Heard("55"), facts())
    assert isinstance(last.do, Finish)
