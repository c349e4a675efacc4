"""The lint finds what makes a flow hard on callers, and counts the seconds."""

from pathlib import Path

import pytest

from ivr.lint import CHOOSE_S, Finding, Lengths, Report, lint
from ivr.load import load
from tests.ivr.play import SHIPPED

FLOW = """
title = "T"
start = "language"
person = "anybody"
languages = ["cmn", "en"]
person_within_s = 20

[nodes.language]
kind = "language"
prompt = "language"
choices = { 1 = "cmn", 2 = "en" }
to = "topic"

[nodes.topic]
kind = "menu"
prompt = "welcome"
[nodes.topic.choices.1]
label = { en = "Bills", zh-Hans = "账单", zh-Hant = "帳單" }
prompt = "bills"
to = "bills"
[nodes.topic.choices.0]
label = { en = "A person", zh-Hans = "人工", zh-Hant = "服務員" }
prompt = "person"
to = "anybody"

[nodes.bills]
kind = "route"
queue = "billing"

[nodes.anybody]
kind = "route"
queue = "support"

[prompts.language]
cmn = "普通话请按1"
en = "For English, press 2"
[prompts.welcome]
cmn = "您好"
en = "Hello"
[prompts.bills]
cmn = "账单请按一"
en = "For bills, press 1"
[prompts.person]
cmn = "人工请按0"
en = "For a person, press zero"
"""


class Fixed(Lengths):
    """Every prompt lasts two seconds, but for those said to be missing."""

    def __init__(self, seconds: float = 2.0, missing: str = "") -> None:
        super().__init__(Path("/nowhere"))
        self._seconds = seconds
        self._missing = missing

    def of(self, language: str, prompt: str) -> float | None:
        return None if self._missing and prompt == self._missing else self._seconds


def check(tmp_path: Path, text: str = FLOW, lengths: Lengths | None = None, queues: str = "support billing") -> Report:
    (tmp_path / "system.toml").write_text((SHIPPED / "system.toml").read_text())
    (tmp_path / "t.toml").write_text(text)
    return lint(load(tmp_path), lengths or Fixed(), queues=queues.split(), numbers={"1": "t"})


def found(report: Report) -> str:
    return "\n".join(f"{one.where}: {one.what}" for one in report.findings)


def test_a_good_flow_has_no_findings_and_its_seconds(tmp_path: Path) -> None:
    report = check(tmp_path)
    assert report.findings == ()
    bills, person = report.leaves
    assert (bills.way, bills.end, bills.person, bills.levels) == (("1 Bills",), "queue billing", True, 1)
    # The language question is time (two seconds for each language up to one's own), not a level.
    assert bills.seconds == {"cmn": 2 + CHOOSE_S + 4 + CHOOSE_S, "en": 4 + CHOOSE_S + 4 + CHOOSE_S}
    assert bills.known == {"cmn": 4 + CHOOSE_S, "en": 4 + CHOOSE_S}
    assert person.seconds["en"] == bills.seconds["en"] + 2


def test_a_person_too_late_is_found(tmp_path: Path) -> None:
    report = check(tmp_path, lengths=Fixed(4.0))
    assert "0 A person: a person only after 22.0 s in 'en'; the limit of this flow is 20 s" in found(report)
    relaxed = FLOW.replace("person_within_s = 20", "person_within_s = 30")
    assert check(tmp_path, relaxed, Fixed(4.0)).ok


DEEPER = """
[nodes.level2]
kind = "menu"
[nodes.level2.choices.1]
label = { en = "A" }
prompt = "bills"
to = "level3"
[nodes.level3]
kind = "menu"
[nodes.level3.choices.1]
label = { en = "B" }
prompt = "bills"
to = "bills"
"""

WRONG = {
    "three levels": (FLOW.replace('to = "bills"', 'to = "level2"', 1) + DEEPER, "3 levels of menus; at most 2"),
    "a translation missing": (
        FLOW.replace('en = "Hello"\n', ""),
        "prompts.welcome: no words in 'en' for '您好'. Translate",
    ),
    "a choice agents of one language can't read": (
        FLOW.replace(', zh-Hant = "帳單"', ""),
        "nodes.topic.choices.1.label: no words in 'zh-Hant' for 'Bills'. Translate",
    ),
    "a key the words do not say": (
        FLOW.replace("For bills, press 1", "For bills, press 7"),
        "nodes.topic.choices.1: the words 'For bills, press 7' do not say key 1",
    ),
    "a node nobody reaches": (FLOW + '\n[nodes.x]\nkind = "hangup"\n', "nodes.x: no caller ever comes here"),
    "words nobody says": (FLOW + '\n[prompts.x]\ncmn = "x"\nen = "x"\n', "prompts.x: no node says it"),
    "an unknown queue": (FLOW.replace("billing", "bling"), "nodes.bills.queue: no queue 'bling'. The site has billing"),
    "0 that is no person": (
        FLOW.replace('prompt = "person"\nto = "anybody"', 'prompt = "person"\nto = "bye"')
        + '\n[nodes.bye]\nkind = "hangup"\n',
        "nodes.topic: 0 does not lead to a person from here",
    ),
    "a person who is a menu": (FLOW.replace('person = "anybody"', 'person = "topic"', 1), "does not lead to a person"),
    "0 as a language": (FLOW.replace('{ 1 = "cmn", 2 = "en" }', '{ 0 = "cmn", 2 = "en" }'), "0 is for a person"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_hard_on_callers_is_found(tmp_path: Path, name: str) -> None:
    text, told = WRONG[name]
    assert text != FLOW
    assert told in found(check(tmp_path, text))


def test_six_choices_are_too_many(tmp_path: Path) -> None:
    more = "".join(
        f'[nodes.topic.choices.{key}]\nlabel.en = "x"\nprompt = "bills"\nto = "bills"\n' for key in ("2", "3", "4", "5")
    )
    text = FLOW.replace("[nodes.bills]", f"{more}[nodes.bills]", 1)
    assert "6 choices; callers keep 5 in mind" in found(check(tmp_path, text))


def test_a_dead_end_is_found(tmp_path: Path) -> None:
    ring = FLOW.replace('to = "bills"', 'to = "ring"', 1) + (
        '[nodes.ring]\nkind = "menu"\n[nodes.ring.choices.1]\nlabel = { en = "x" }\nprompt = "bills"\nto = "ring"\n'
    )
    assert "nodes.ring: a dead end" in found(check(tmp_path, ring))


def test_a_prompt_that_is_not_built_is_found(tmp_path: Path) -> None:
    report = check(tmp_path, lengths=Fixed(missing="t-welcome"))
    assert "2 of its prompts are not built, such as hotline/cmn/t-welcome. Run: hotline ivr prompts" in found(report)
    report = check(tmp_path, lengths=Fixed(missing="say-42"))
    assert "2 of its prompts are not built, such as hotline/cmn/say-42" in found(report)


def test_a_number_of_no_flow_is_found(tmp_path: Path) -> None:
    check(tmp_path)
    report = lint(load(tmp_path), Fixed(), numbers={"28000000": "mian"})
    assert report.findings == (Finding("", "number 28000000", "no flow 'mian'. Flows are t"),)


def test_the_shipped_flows_are_good_to_callers() -> None:
    report = lint(load(SHIPPED), Fixed(1.6), queues=["support", "billing", "sales", "mobile"])
    assert found(report) == ""
    assert {leaf.end for leaf in report.leaves if leaf.person} == {
        "queue support",
        "queue billing",
        "queue sales",
        "queue mobile",
    }
    # A site is not open and closed in the same call.
    assert not any("(hours: open)" in leaf.way and "(hours: closed)" in leaf.way for leaf in report.leaves)
