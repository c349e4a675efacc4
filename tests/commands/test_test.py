"""`hotline test`: what it installs, and what it does without."""

import argparse
import shutil
import subprocess
from pathlib import Path

import pytest

from cti.commands import test as command
from cti.robots import sipp
from cti.setup import packages

NOTHING = argparse.Namespace(what="all", only=["--version"])


@pytest.fixture(autouse=True)
def nothing_else_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "missing", lambda programs, beside="": [])
    monkeypatch.setattr(command, "_has_chinese_letters", lambda: True)
    monkeypatch.setattr(sipp, "ensure", lambda say: None)


def test_without_postgresql_and_a_way_to_get_it_the_other_tests_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    which = shutil.which
    monkeypatch.setattr(packages, "postgres_programs", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "apt-get" else which(name))
    assert command.run(NOTHING) == 0
    said = capfd.readouterr()
    assert "needs postgresql" in said.out
    assert "tests of PostgreSQL are skipped" in said.out
    assert "pytest" in said.out + said.err


def test_postgresql_is_installed_where_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By apt, as on a fresh Debian; a stand-in for it notes what it was asked."""
    asked = tmp_path / "asked"
    for name in ("apt-get", "sudo"):
        program = tmp_path / name
        run = 'exec "$@"' if name == "sudo" else f'echo "$*" >> {asked}'
        program.write_text(f"#!/bin/sh\n{run}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(packages, "postgres_programs", lambda: None)
    assert command.run(NOTHING) == 0
    lines = asked.read_text().splitlines()
    assert lines[0].endswith("update")
    assert lines[1].endswith("install -y --no-install-recommends postgresql")


def test_debian_keeps_the_server_where_it_is_looked_for() -> None:
    """Of the machine this runs on: `initdb` and `postgres` are found together, or not at all."""
    folder = packages.postgres_programs()
    if folder is None:
        pytest.skip("needs a PostgreSQL server: './hotline test' installs it, or apt-get install postgresql")
    said = subprocess.run([folder / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    assert "PostgreSQL" in said
