"""`docs/reference/cli.md` and the command line name the same commands, options and arguments."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti import cli

DOCUMENT = (Path(__file__).parents[2] / "docs/reference/cli.md").read_text()
EVERYWHERE = {"--help", "-h"}


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be given: `hotline agents list` -> its parser."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield parser.prog, parser
    for action in nested:
        for below in action.choices.values():
            yield from commands(below)


def sections() -> dict[str, str]:
    """Heading -> what stands below it; a command's own part begins with what its group's heading says of all."""
    found: dict[str, str] = {}
    group = ""
    for heading, title, body in re.findall(r"^(##+) (hotline [^\n]+)\n(.*?)(?=^##|\Z)", DOCUMENT, re.M | re.S):
        if heading == "##":
            group = body
            found[title] = body
        else:
            found[title] = group + body
    return found


WORDS = sections()
COMMANDS = dict(commands(cli.parser()))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    assert name in WORDS, f"docs/reference/cli.md has no heading '{name}'"
    said = set(re.findall(r"`(-{0,2}[A-Za-z][\w-]*)", WORDS[name]))
    for action in COMMANDS[name]._actions:
        for option in set(action.option_strings) - EVERYWHERE:
            assert option in said, f"{name}: {option} is not documented"
        if not action.option_strings:
            names = set(action.choices) if action.choices else {str(action.metavar or action.dest)}
            assert names <= said, f"{name}: {names - said} is not documented"


def test_nothing_is_documented_that_is_not_there() -> None:
    groups = {name.rsplit(" ", 1)[0] for name in COMMANDS}
    assert set(WORDS) <= set(COMMANDS) | groups
    for name, text in WORDS.items():
        known = {
            option
            for command, parser in COMMANDS.items()
            if command == name or command.startswith(f"{name} ")
            for action in parser._actions
            for option in action.option_strings
        }
        promised = set(re.findall(r"^\| `(--[\w-]+)", text, re.M))
        assert promised <= known, f"{name}: {promised - known} is documented and not there"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    for action in COMMANDS[name]._actions:
        assert action.help or not action.option_strings, f"{name} {action.option_strings}: no help"


def test_all_that_read_can_be_read_by_programs() -> None:
    acting = {"hotline up", "hotline reload", "hotline test", "hotline demo"}
    for name, parser in COMMANDS.items():
        if name not in acting:
            assert any("--json" in action.option_strings for action in parser._actions), f"{name} has no --json"


def test_an_unknown_command_and_a_missing_folder_are_said_on_standard_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["nonsense"])
    assert ended.value.code == 2
    assert "nonsense" in capsys.readouterr().err
    assert cli.main(["agents", "list", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("hotline: ")
    assert "hotline up" in said.err
