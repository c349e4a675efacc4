"""Every known way to break has a row in the reference, and every test named there exists."""

import ast
import re
from functools import lru_cache

from tests.conftest import PROJECT

PAGE = (PROJECT / "docs" / "reference" / "pitfalls.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)


@lru_cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_pitfall_has_its_row() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 52))
    for number, _, here, shown in ROWS:
        assert "::" in shown or (shown == "–" and len(here) > 40), f"{number} has neither a test nor a reason"


def test_every_test_named_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) >= 51
    assert PAGE.count("::") == len(named) + 1, "one stands in the introduction, and every other is a whole name"
    missing = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]
    assert not missing
