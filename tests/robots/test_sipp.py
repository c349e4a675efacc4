"""sipp for an ordinary user: a copy of their own that may send raw packets, or the words that make one."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from cti.robots import sipp
from cti.setup.problem import SetupProblem

GRANTED = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)
EVERYTHING = "CapEff:\t000001ffffffffff\nCapAmb:\t0000000000000000\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t0\n"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ordinary user of a machine with sipp; gives where the copy will be."""
    installed = tmp_path / "bin" / "sipp"
    installed.parent.mkdir()
    installed.write_text("#!/bin/sh\n")
    installed.chmod(0o755)
    status = tmp_path / "status"
    status.write_text(EVERYTHING)
    granted: set[Path] = set()

    def getxattr(path: Path, name: str) -> bytes:
        if path not in granted:
            raise OSError
        return GRANTED

    def run(command: list[str], **options: object) -> None:
        assert command[:3] == ["sudo", "setcap", "cap_net_raw+ep"]
        granted.add(Path(command[3]))

    programs = {"sipp": str(installed), "setcap": "/sbin/setcap", "sudo": "/bin/sudo"}
    monkeypatch.setattr(shutil, "which", lambda name, path=None: programs.get(name))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "getxattr", getxattr)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sipp, "STATUS", status)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hotline" / "sipp"


def test_an_ordinary_user_gets_a_copy_that_may_and_keeps_it(user: Path) -> None:
    assert sipp.program() != user
    sipp.ensure(print)
    assert sipp.program() == user
    assert user.stat().st_mode & 0o077 == 0, "nobody else is to have the right"
    made = user.stat().st_ino
    sipp.ensure(print)
    assert user.stat().st_ino == made


def test_a_new_sipp_of_the_machine_needs_a_new_copy(user: Path, tmp_path: Path) -> None:
    sipp.ensure(print)
    (tmp_path / "bin" / "sipp").write_text("#!/bin/sh\n# newer\n")
    assert sipp.program() != user


def test_without_sudo_the_words_for_root_are_told(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None if name == "sudo" else found(name))
    with pytest.raises(SetupProblem, match=f"setcap cap_net_raw\\+ep {user}"):
        sipp.ensure(print)


@pytest.mark.parametrize("who", [0, 1000])
def test_where_nobody_may_that_is_said(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: who)
    (tmp_path / "status").write_text(EVERYTHING.replace("1ffffffffff", "1ffffffdfff"))
    with pytest.raises(SetupProblem, match="CAP_NET_RAW is taken away"):
        sipp.ensure(print)


def test_root_needs_nothing(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    sipp.ensure(print)
    assert not user.exists()
