"""Errors in flow files say file, line and place, and what to do."""

from pathlib import Path

import pytest

from ivr.load import FlowError, load
from tests.ivr.play import SHIPPED

GOOD = """\
title = "T"
start = "ask"
person = "person"
languages = ["en"]

[nodes.ask]
kind = "menu"
prompt = "what"

[nodes.ask.choices.1]
label = { en = "One" }
prompt = "one"
to = "person"

[nodes.person]
kind = "route"
queue = "support"

[prompts.what]
en = "What?"

[prompts.one]
en = "Press 1."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "system.toml").write_text((SHIPPED / "system.toml").read_text())
    return tmp_path


def refused(folder: Path, text: str) -> str:
    (folder / "t.toml").write_text(text)
    with pytest.raises(FlowError) as error:
        load(folder)
    return str(error.value).replace(f"{folder}/", "")


def test_a_good_flow_is_read(folder: Path) -> None:
    (folder / "t.toml").write_text(GOOD)
    flow = load(folder).flows["t"]
    assert flow.prompt("what") == "t-what"
    assert flow.prompt("connecting") == "connecting"
    assert flow.person_within_s == 20


def test_the_shipped_flows_are_read() -> None:
    assert set(load(SHIPPED).flows) == {"main", "direct"}


CASES = {
    "not TOML": ("title = ", 'title = "T" "', "t.toml:1: not TOML"),
    "a node of no kind": ('kind = "route"', 'kind = "rout"', "t.toml:16: nodes.person.kind: Invalid value 'rout'"),
    "a setting that is none": ('queue = "support"', 'que = "x"', "t.toml:"),
    "a missing setting": ('label = { en = "One" }\n', "", "t.toml:10: nodes.ask.choices.1: 'label' is missing. Add it"),
    "an unknown setting": ('prompt = "one"', 'promt = "one"', "t.toml:12: nodes.ask.choices.1.promt"),
    "a choice for one language only": ('{ en = "One" }', '"One"', "t.toml:11: nodes.ask.choices.1.label: Expected"),
    "a language no screen has": ("{ en = ", "{ yue = ", "label: a name in this table can't be so: screens have"),
    "a wrong type": ('to = "person"', "to = 3", "t.toml:13: nodes.ask.choices.1.to: Expected 'str', got 'int'"),
    "no such node": ('to = "person"', 'to = "persons"', "t.toml:13: nodes.ask.choices.1.to: no node 'persons'."),
    "no such start": ('start = "ask"', 'start = "aks"', "t.toml:2: start: no node 'aks'. Nodes are ask, person"),
    "no such prompt": ('prompt = "one"', 'prompt = "won"', "t.toml:12: nodes.ask.choices.1.prompt: no prompt 'won'."),
    "no such language": (
        'en = "What?"',
        'fr = "Quoi?"',
        "t.toml:19: prompts.what: a name in this table can't be so: there are the languages",
    ),
    "a key that is none": (
        "choices.1]",
        "choices.12]",
        "t.toml:6: nodes.ask.choices: a name in this table can't be so: a phone has the keys",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told(folder: Path, name: str) -> None:
    old, new, told = CASES[name]
    assert old in GOOD
    assert told in refused(folder, GOOD.replace(old, new, 1))


def test_every_problem_is_told_at_once(folder: Path) -> None:
    told = refused(folder, GOOD.replace('prompt = "one"', 'prompt = "won"').replace('to = "person"', 'to = "nobody"'))
    assert len(told.splitlines()) == 2


def test_a_circle_nobody_is_asked_in_is_refused(folder: Path) -> None:
    circle = (
        GOOD
        + '\n[nodes.a]\nkind = "play"\nprompt = "what"\nto = "b"\n[nodes.b]\nkind = "play"\nprompt = "what"\nto = "a"\n'
    )
    assert "round here for ever" in refused(folder, circle)


def test_branches_must_go_on_whatever_the_value(folder: Path) -> None:
    half = GOOD + '\n[nodes.b]\nkind = "branch"\non = "hours"\ncases = { open = "ask" }\n'
    assert "no way on when 'hours' is 'closed'" in refused(folder, half)
    tier = GOOD + '\n[nodes.b]\nkind = "branch"\non = "tier"\ncases = { gold = "ask" }\n'
    assert "Add 'otherwise'" in refused(folder, tier)


def test_a_folder_without_system_words_is_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"system.toml: missing"):
        load(tmp_path)
    (tmp_path / "system.toml").write_text("[prompts.goodbye]\nen = 'Bye'\n")
    with pytest.raises(FlowError, match=r"prompt 'connecting' is missing"):
        load(tmp_path)
