"""Fetching an Asterisk takes a minute or two: what is done is told meanwhile, and what went wrong at the end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cti.setup import packages, root
from cti.setup.problem import SetupProblem


@pytest.fixture
def mmdebstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in on the path; the test writes what it does, with the folder to make as `$2`."""
    script = tmp_path / "bin" / "mmdebstrap"
    script.parent.mkdir()
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    monkeypatch.setattr(packages, "install", lambda *needed: None)
    monkeypatch.setattr(root, "_sources", lambda: [("sid", "http://mirror.example", "main")])
    monkeypatch.setattr(root, "_TELL_S", 0.1)
    return script


def _does(script: Path, what: str) -> None:
    script.write_text('#!/bin/sh\nfor word; do case "$word" in /*) root=$word;; esac; done\n' + what)
    script.chmod(0o755)


def test_how_far_it_is_is_told(mmdebstrap: Path, tmp_path: Path) -> None:
    _does(
        mmdebstrap,
        "mkdir -p $root/usr/sbin $root/usr/share/asterisk\n"
        "head -c 3000000 /dev/zero > $root/usr/sbin/asterisk; sleep 0.5\n",
    )
    said: list[str] = []
    root.make(tmp_path / "root", said.append)
    assert said[0].startswith("Fetching Asterisk from sid")
    assert "3 MB" in said[-1]
    assert root.is_ready(tmp_path / "root")
    told = len(said)
    root.make(tmp_path / "root", said.append)
    assert len(said) == told, "nothing is fetched twice"


def test_what_went_wrong_is_told_with_the_cure(mmdebstrap: Path, tmp_path: Path) -> None:
    _does(mmdebstrap, "echo 'E: no such suite' >&2; exit 1\n")
    with pytest.raises(SetupProblem, match=r"sid: E: no such suite.*Check the network"):
        root.make(tmp_path / "root", print)
    assert not (tmp_path / "root").exists()


def test_two_at_once_fetch_it_once(mmdebstrap: Path, tmp_path: Path) -> None:
    _does(
        mmdebstrap,
        f"echo begun >> {tmp_path}/runs; mkdir -p $root/usr/sbin $root/usr/share/asterisk; sleep 0.5\n"
        "touch $root/usr/sbin/asterisk\n",
    )
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: root.make(tmp_path / "root", print), range(2)))
    assert (tmp_path / "runs").read_text() == "begun\n"
    assert root.is_ready(tmp_path / "root")
