"""`hotline ivr` from the command line."""

import json
import shutil
import wave
from pathlib import Path

import pytest

from cti.cli import main
from ivr import prompts, sounds
from ivr.load import load
from tests.ivr.play import SHIPPED


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with flows of its own, and a second of silence for every prompt."""
    shutil.copytree(SHIPPED, tmp_path / "flows")
    for language, name in prompts.texts(load(SHIPPED)):
        file = sounds.path(tmp_path / "sounds", language, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 8000, 8000, "NONE", ""))
            out.writeframes(bytes(16000))
    return tmp_path


def test_lint_shows_the_seconds_to_every_end(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", "lint", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert "(hours: open) > 1 Internet" in said
    # Three languages and one second to choose, the welcome and five choices and one more.
    assert "A person after 11.0 s at the latest" in said
    assert said.endswith("Nothing to mend.\n")


def test_lint_for_programs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ivr", "lint", "--data", str(data), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    person = next(leaf for leaf in answer["leaves"] if leaf["way"][-2:] == ["0 A person", "(hours: open)"])
    assert person["seconds"] == {"cmn": 9.0, "yue": 10.0, "en": 11.0}


def test_lint_fails_with_what_to_mend(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = data / "flows" / "main.toml"
    flow.write_text(flow.read_text().replace('title = "Main line"', 'title = "Main line"\nperson_within_s = 10'))
    assert main(["ivr", "lint", "--data", str(data)]) == 1
    assert "a person only after 11.0 s in 'en'" in capsys.readouterr().out


def test_a_broken_flow_is_told_with_its_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = data / "flows" / "main.toml"
    flow.write_text(flow.read_text().replace('start = "open"', 'start = "opne"'))
    assert main(["ivr", "lint", "--data", str(data)]) == 2
    assert "main.toml:5: start: no node 'opne'" in capsys.readouterr().err


def test_prompts_that_cannot_be_made_are_told(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert main(["ivr", "prompts", "--data", str(data)]) == 1
    assert "apt-get install sox" in capsys.readouterr().err
