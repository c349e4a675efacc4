"""`hotline kb`, as a person and as a program reads it."""

import argparse
import json
from pathlib import Path

import pytest

from cti.commands import kb


@pytest.fixture(autouse=True)
def _no_site_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_DATA", str(tmp_path / "none"))


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    kb.add(parser.add_subparsers())
    return kb.run(parser.parse_args(["kb", *words]))


def test_a_search_shows_titles_and_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("search", "red", "light") == 0
    out = capsys.readouterr().out
    assert "Red light after a power cut or storm" in out
    assert "Reset the small white fibre box" in out


def test_nothing_found_is_said_and_is_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("search", "pizza") == 1
    assert capsys.readouterr().out == "Nothing found for “pizza”.\n"


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("search", "搬屋", "--lang", "zh-Hant", "--json", "--limit", "1") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["hits"][0]["article"] == "moving-house"
    assert _run("list", "--lang", "en", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"article", "language", "version", "title", "queues"} == set(listed["articles"][0])
    assert listed["errors"] == []


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kb" / "en").mkdir(parents=True)
    (tmp_path / "kb" / "en" / "bad.md").write_text("x", "utf-8")
    assert _run("list", "--data", str(tmp_path)) == 1
    assert "bad.md" in capsys.readouterr().err
    assert _run("search", "x", "--data", str(tmp_path / "nowhere")) == 2
    assert "no such folder" in capsys.readouterr().err


def test_a_language_nobody_writes_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for action in (["search", "red"], ["list"]):
        assert _run(*action, "--lang", "xx") == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert "'xx'" in said.err
        assert "zh-Hant" in said.err
    assert _run("search", "紅燈", "--lang", "yue") == 0
