"""docs/reference/flows.md names every node, every setting and every system prompt; and no others."""

import re
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from ivr.flow import SYSTEM_PROMPTS, Choice, Flow, Node, System

DOC = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "flows.md").read_text("utf-8")
NODES = {node.__struct_config__.tag: node for node in get_args(Node)}


def section(heading: str) -> str:
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#|\Z)", DOC, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/reference/flows.md has no section '{heading}'"
    return found[1]


def settings(text: str) -> set[str]:
    """What stands first in the rows of a section's tables."""
    return {
        name for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    }


@pytest.mark.parametrize("kind", sorted(NODES))
def test_a_node_and_all_its_settings_are_documented(kind: str) -> None:
    wanted = {field.name for field in fields(NODES[kind])}
    if kind == "menu":
        wanted |= {field.name for field in fields(Choice)}
    assert settings(section(f"### {kind}")) == wanted


def test_no_node_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^### (\w+)$", DOC, re.MULTILINE)) == set(NODES)


def test_a_flows_own_settings_are_documented() -> None:
    assert settings(section("## The file")) == {field.name for field in fields(Flow)} - {"id"}


def test_system_settings_and_prompts_are_documented() -> None:
    assert settings(section("## system.toml")) == {field.name for field in fields(System)} | set(SYSTEM_PROMPTS)


@pytest.mark.parametrize("kind", sorted(NODES))
def test_defaults_are_documented_as_they_are(kind: str) -> None:
    for field in fields(NODES[kind]):
        if isinstance(field.default, int | float | str) and not isinstance(field.default, bool):
            row = re.search(rf"^\| `{field.name}` \|.*$", section(f"### {kind}"), re.MULTILINE)
            assert row is not None
            shown = f"{field.default:g}" if isinstance(field.default, int | float) else f"`{field.default}`"
            assert f"| {shown} |" in row[0]
