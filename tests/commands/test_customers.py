"""`hotline customers` and `hotline audit`: found, handed out, erased, and noted."""

import json
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from cti.cli import main
from cti.store import person
from cti.store.database import Store
from tests.commands.test_backup import site
from tests.store.filled import everything


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return site(tmp_path / "data").data


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_from_the_question_to_the_answer_and_away(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["customers", "find", "eleanor", "whit", "--data", str(data)]) == 0
    assert said(capsys).startswith("eleanor ")
    assert main(["customers", "find", "nobody", "--data", str(data)]) == 1

    file = data.parent / "eleanor.zip"
    assert main(["customers", "export", "eleanor", str(file), "--data", str(data)]) == 0
    assert "Eleanor Whitcombe" in said(capsys)
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("person.json"))["customer"] == "eleanor"
    assert main(["customers", "export", "eleanor", str(file), "--data", str(data)]) == 2
    assert "is there already" in capsys.readouterr().err

    store = Store.open(f"sqlite:///{data}/hotline.db")
    before = everything(store)
    assert main(["customers", "erase", "eleanor", "--data", str(data)]) == 1
    assert "--yes" in said(capsys)
    assert everything(store) == before
    assert main(["customers", "erase", "eleanor", "--yes", "--data", str(data), "--json"]) == 0
    assert json.loads(said(capsys))["identifiers"] == 1
    assert "eleanor" not in {row[0] for row in everything(store)["customers"]}
    store.close()
    for command in (["erase", "eleanor", "--yes"], ["export", "eleanor", str(data / "no.zip")]):
        assert main(["customers", *command, "--data", str(data)]) == 1
        assert "There is no customer" in capsys.readouterr().err
    assert not (data / "no.zip").exists()

    assert main(["audit", "--about", "eleanor", "--data", str(data), "--json"]) == 0
    lines = json.loads(said(capsys))
    assert [(line["who"], line["what"]) for line in lines] == [
        ("command line", "customer_exported"),
        ("command line", "customer_erased"),
    ]
    assert main(["audit", "--data", str(data), "--limit", "1"]) == 0
    assert "customer_erased" in said(capsys)
    assert main(["audit", "--data", str(data), "--who", "ana"]) == 0
    assert "signed_in" in said(capsys)


def test_an_export_that_fails_leaves_no_half_of_it(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(found: object, db: object, vault: object, recordings: object, into: BinaryIO) -> None:
        into.write(b"PK")
        raise OSError(28, "No space left on device")

    file = data.parent / "eleanor.zip"
    monkeypatch.setattr(person, "pack", full)
    assert main(["customers", "export", "eleanor", str(file), "--data", str(data)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert not file.exists()


def test_an_identifier_of_somebody_is_no_customer(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(f"sqlite:///{data}/hotline.db")
    tel = next(str(row[0]) for row in everything(store)["links"] if str(row[0]).startswith("tel:"))
    store.close()
    assert main(["customers", "erase", tel, "--yes", "--data", str(data)]) == 2
    assert "name the customer" in capsys.readouterr().err


def test_two_made_one_and_two_again(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["customers", "merge", "eleanor", "daniel", "--data", str(data)]
    assert main(command) == 1
    shown = said(capsys)
    assert "together: eleanor, Eleanor Whitcombe: " in shown
    assert "--yes" in shown
    assert main([*command, "--yes", "--json"]) == 0
    merge = json.loads(said(capsys))["merge"]
    assert main([*command, "--yes"]) == 1
    assert "one person already" in capsys.readouterr().err
    assert main(["customers", "find", "daniel", "--data", str(data)]) == 0
    assert said(capsys).startswith("eleanor ")
    assert main(["customers", "suggest", "daniel", "--data", str(data)]) == 0
    assert f"merge {merge}: daniel Daniel W., by command line" in said(capsys)
    assert main(["customers", "undo", merge, "--data", str(data)]) == 0
    assert said(capsys) == "eleanor and daniel are two again.\n"
    assert main(["customers", "undo", merge, "--data", str(data)]) == 1
    assert main(["customers", "merge", "eleanor", "nobody", "--data", str(data)]) == 1
    assert "There is no customer 'nobody'" in capsys.readouterr().err


def test_who_may_be_one_person_is_told_with_the_reason(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(f"sqlite:///{data}/hotline.db")
    stranger = sa.text("SELECT caller FROM calls WHERE interaction = 'c-2'")
    wrote = sa.text("UPDATE mentions SET identifier = :stranger")
    store.write(lambda c: c.execute(wrote, {"stranger": c.execute(stranger).scalar()}))
    store.close()
    assert main(["customers", "suggest", "--data", str(data)]) == 0
    lines = said(capsys).splitlines()
    assert lines[0].startswith("eleanor and tel:")
    assert lines[1] == "    the first wrote +852 9123 4567 in a mail, which is the second's"
    assert main(["customers", "suggest", "--reread", "--json", "--data", str(data)]) == 0
    (one,) = json.loads(said(capsys))
    assert one["suggestion"]["evidence"][0]["kind"] == "wrote"
