"""Every key of a mapping file, and every option of the command, is in the reference; its example works."""

import argparse
import re
import tomllib
from pathlib import Path

import msgspec

from cti.commands import ingest
from cti.core.mailboxes import Mail, MailAccount, OAuth
from cti.core.site import OutsideTable
from cti.ingest.mapping import KINDS, Fields, Map, load_map

REFERENCE = (Path(__file__).parents[2] / "docs/reference/ingest.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", REFERENCE, re.DOTALL)
NAMED = set(re.findall(r"`([\w.]+)`", REFERENCE))


def test_every_key_is_documented() -> None:
    assert {field.name for field in msgspec.structs.fields(Map)} - NAMED == set()
    assert {field.name for field in msgspec.structs.fields(Fields)} - NAMED == set()
    assert set(KINDS) - NAMED == set()


def test_every_option_is_documented() -> None:
    parser = argparse.ArgumentParser()
    ingest.add(parser.add_subparsers())
    options = set(re.findall(r"--[a-z-]+", _help(parser)))
    assert options - {"--help"} - set(re.findall(r"--[a-z-]+", REFERENCE)) == set()


def _help(parser: argparse.ArgumentParser) -> str:
    inner = [
        child
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for child in action.choices.values()
    ]
    return parser.format_help() + "".join(map(_help, inner))


def test_the_example_mapping_works(tmp_path: Path) -> None:
    _, _, example, _ = EXAMPLES
    (tmp_path / "map.toml").write_text(example, encoding="utf-8")
    assert load_map(tmp_path / "map.toml").kind == "search"


def test_the_example_account_works_and_every_setting_of_one_is_documented() -> None:
    account, signing_in, _, _ = EXAMPLES
    mail = msgspec.convert(tomllib.loads(account)["mail"], Mail)
    assert mail.accounts[0].folders == ("INBOX", "Sent")
    (by,) = msgspec.convert(tomllib.loads(signing_in)["mail"], Mail).accounts
    assert by.oauth is not None
    assert by.oauth.grant == "client_credentials"
    settings = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text("utf-8")
    told = set(re.findall(r"`(?:mail\.)?(\w+)`", settings.partition("[[mail.accounts]]")[2]))
    assert {field.name for struct in (MailAccount, OAuth) for field in msgspec.structs.fields(struct)} - told == set()
    assert "own" in told


def test_the_example_table_works_and_every_setting_of_one_is_documented() -> None:
    _, _, _, table = EXAMPLES
    (made,) = msgspec.convert(tomllib.loads(table)["tables"], tuple[OutsideTable, ...])
    assert made.every_min == 15
    settings = (Path(__file__).parents[2] / "docs/reference/settings.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", settings.partition("[[tables]]")[2]))
    assert {field.name for field in msgspec.structs.fields(OutsideTable)} - told == set()
