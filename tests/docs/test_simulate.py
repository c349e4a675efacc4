"""Every key of a scenario is in the reference, and every figure; the how-to's change file works."""

import re
from pathlib import Path

import msgspec
import pytest

from cti.simulate.chance import Spread
from cti.simulate.outcome import FIGURES
from cti.simulate.scenario import Calls, Change, Scenario, read_change
from cti.simulate.staff import Group, Pause
from cti.simulate.theory import Pooled

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference/simulate.md").read_text("utf-8")


@pytest.mark.parametrize("struct", [Scenario, Change, Calls, Group, Pause, Spread, Pooled], ids=lambda it: it.__name__)
def test_every_key_is_documented(struct: type[msgspec.Struct]) -> None:
    named = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"`([^`]+)`", REFERENCE))))
    assert {field.name for field in msgspec.structs.fields(struct)} - named == set()


def test_every_figure_that_is_not_a_count_has_its_formula() -> None:
    rows = set(re.findall(r"^\| ([^|`]+) \|", REFERENCE, re.MULTILINE))
    assert {name for name, unit, _ in FIGURES if unit != "calls"} - rows <= {"90 % answered within"}


def test_the_change_file_of_the_how_to_works() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (DOCS / "howto/staffing.md").read_text("utf-8"), re.DOTALL)
    assert [group.works for group in read_change(example.encode()).groups] == [("09:00-18:00",), ("17:00-22:00",)]
