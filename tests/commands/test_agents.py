"""`hotline agents`: who works here, phones, passwords."""

import asyncio
import io
import json
import shutil
from pathlib import Path

import pytest

from cti.cli import main
from cti.core.ids import AgentId, Phone
from cti.setup import secrets
from cti.setup.settings import Settings
from cti.store.accounts import Accounts
from cti.store.database import Store

SITE = Path(__file__).parents[1] / "site.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text("")
    secrets.ensure(tmp_path / "secrets.toml", [Phone("ana-web"), Phone("ana-desk")])
    shutil.copy(SITE, tmp_path / "site.toml")
    return tmp_path


def accounts_of(data: Path) -> tuple[Store, Accounts]:
    store = Store.open(Settings.load(data).database_url)
    return store, Accounts(store)


def test_list_names_everybody(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agents", "list", "--data", str(data), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["id"], row["role"], row["password"]) for row in rows] == [
        ("ana", "agent", False),
        ("bo", "agent", False),
        ("admin", "administrator", False),
    ]
    assert main(["agents", "list", "--data", str(data)]) == 0
    assert "no password yet" in capsys.readouterr().out


def test_phone_prints_what_a_phone_needs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agents", "phone", "8001", "--data", str(data), "--json"]) == 0
    phone = json.loads(capsys.readouterr().out)
    assert (phone["user"], phone["port"]) == ("ana-desk", 5060)
    assert phone["password"] == Settings.load(data).secrets.phone_secrets[Phone("ana-desk")]


def test_a_new_password_works_and_ends_sessions(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, accounts = accounts_of(data)
    _, secret = asyncio.run(accounts.make_key(AgentId("ana"), "session", "x", None))
    assert main(["agents", "password", "ana", "--data", str(data), "--json"]) == 0
    password = json.loads(capsys.readouterr().out)["password"]
    assert accounts.check_password(AgentId("ana"), password)
    assert asyncio.run(accounts.key(secret)) is None
    accounts.close()
    store.close()


def test_a_password_of_ones_own(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["agents", "password", "ana", "--stdin", "--data", str(data)]) == 2
    assert "at least 10" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    assert main(["agents", "password", "ana", "--stdin", "--data", str(data)]) == 0
    assert "correct horse" not in capsys.readouterr().out
    store, accounts = accounts_of(data)
    assert accounts.check_password(AgentId("ana"), "correct horse battery")
    accounts.close()
    store.close()


def test_refusals_say_what_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agents", "phone", "nobody", "--data", str(data)]) == 1
    assert "agents list" in capsys.readouterr().err
    assert main(["agents", "phone", "admin", "--data", str(data)]) == 2
    assert "desk_phone = true" in capsys.readouterr().err


def test_a_phone_elsewhere_needs_another_address(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agents", "phone", "ana", "--data", str(data)]) == 0
    assert "--bind ADDR" in capsys.readouterr().out
    (data / "settings.toml").write_text('bind = "0.0.0.0"\n')
    assert main(["agents", "phone", "ana", "--data", str(data)]) == 0
    assert "--bind" not in capsys.readouterr().out
    assert main(["agents", "phone", "admin", "--data", str(data)]) == 2
    assert "hotline reload" in capsys.readouterr().err
