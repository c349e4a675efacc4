"""`hotline tokens`: made, listed, taken away."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from cti.cli import main
from cti.core.ids import Phone
from cti.setup import secrets
from cti.setup.settings import Settings
from cti.store.accounts import Accounts, StoredKey
from cti.store.database import Store

SITE = Path(__file__).parents[1] / "site.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text("")
    secrets.ensure(tmp_path / "secrets.toml", [Phone("ana-web")])
    shutil.copy(SITE, tmp_path / "site.toml")
    return tmp_path


def key_of(data: Path, secret: str) -> StoredKey | None:
    store = Store.open(Settings.load(data).database_url)
    accounts = Accounts(store)
    try:
        return asyncio.run(accounts.key(secret))
    finally:
        accounts.close()
        store.close()


def made(data: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, str]:
    assert main(["tokens", "add", "TV", *more, "--data", str(data), "--json"]) == 0
    told: dict[str, str] = json.loads(capsys.readouterr().out)
    return told


def test_a_token_for_a_tv_sees_the_wallboard_and_nothing_else(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = made(data, capsys)
    key = key_of(data, told["token"])
    assert key is not None
    assert (key.role, key.agent, key.label) == ("viewer", "admin", "TV")
    assert told["wallboard"] == f"{Settings.load(data).url}/wallboard#token={told['token']}"


def test_it_may_act_for_somebody_and_have_no_end(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = made(data, capsys, "--role", "agent", "--agent", "8001", "--days", "0")
    key = key_of(data, told["token"])
    assert key is not None
    assert (key.role, key.agent, key.until) == ("agent", "ana", None)


def test_list_shows_no_secret_and_drop_makes_it_worthless(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = made(data, capsys)
    assert main(["tokens", "list", "--data", str(data)]) == 0
    shown = capsys.readouterr().out
    assert told["id"] in shown
    assert told["token"] not in shown
    assert main(["tokens", "drop", told["id"], "--data", str(data)]) == 0
    assert key_of(data, told["token"]) is None
    assert main(["tokens", "drop", told["id"], "--data", str(data)]) == 1


def test_nobody_and_nothing_are_refused_with_what_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tokens", "add", "TV", "--agent", "zoe", "--data", str(data)]) == 2
    assert "hotline agents list" in capsys.readouterr().err
    assert main(["tokens", "add", " ", "--data", str(data)]) == 2


def test_an_empty_list_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tokens", "list", "--data", str(data)]) == 0
    assert "hotline tokens add" in capsys.readouterr().out
    assert main(["tokens", "list", "--data", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
