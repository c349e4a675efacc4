"""`hotline demo` refuses what can't be shown, before anybody dials."""

import shutil
from pathlib import Path

import pytest

from cti.cli import main
from cti.setup import resources, secrets


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text("")
    secrets.ensure(tmp_path / "secrets.toml", [])
    shutil.copy(resources.folder("example") / "site.toml", tmp_path / "site.toml")
    return tmp_path


def refused(data: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["demo", "--data", str(data), *words]) == 2
    return capsys.readouterr().err


def test_a_number_that_is_not_ours_is_refused_with_those_that_are(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(data, capsys, "--number", "1234")
    assert "1234 is no number of this hotline" in said
    assert "28000000, 28000001" in said


def test_without_a_phone_for_a_robot_that_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = data / "site.toml"
    site.write_text(site.read_text().replace("desk_phone = true", "desk_phone = false"))
    assert "desk_phone = true" in refused(data, capsys)


def test_a_number_without_a_flow_is_told_to_the_doctor(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = data / "site.toml"
    site.write_text(site.read_text().replace('flow = "main"', 'flow = "nope"'))
    assert "hotline doctor" in refused(data, capsys)
