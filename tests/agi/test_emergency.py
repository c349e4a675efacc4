"""The script Asterisk starts when the bridge is away, spoken to as Asterisk would."""

import subprocess
import sys
from pathlib import Path

import pytest

from cti.agi.emergency import choose

QUEUES = ["support", "billing", "sales"]


@pytest.mark.parametrize(
    ("wanted", "members", "queue"),
    [
        ("billing", {"billing": 1, "support": 2}, "billing"),
        ("billing", {"billing": 0, "support": 2}, "support"),
        ("billing", {"sales": 1}, "sales"),
        ("billing", {}, "billing"),
        ("", {}, "support"),
        ("", {"sales": 1}, "sales"),
        ("gone", {}, "gone"),
    ],
)
def test_a_queue_that_somebody_serves(wanted: str, members: dict[str, int], queue: str) -> None:
    assert choose(wanted, QUEUES, members) == queue


def run(prompts: Path, answers: list[str], name: bytes = b"Ana") -> tuple[list[str], int]:
    """What the script says to an Asterisk that answers so, and its exit code."""
    environment = b"agi_network: no\nagi_calleridname: " + name + b"\nagi_channel: PJSIP/trunk-1\n\n"
    said = environment + "".join(f"{answer}\n" for answer in answers).encode()
    done = subprocess.run(
        [sys.executable, "-m", "cti.agi.emergency", str(prompts), "support&billing", "billing"],
        input=said,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert done.stderr == b"", done.stderr
    return done.stdout.decode().splitlines(), done.returncode


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    for language in ("cmn", "yue", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "trouble.wav").write_bytes(b"RIFF")
    return tmp_path


def test_a_caller_hears_why_in_their_language_once(prompts: Path) -> None:
    one = "200 result=1"
    lines, code = run(prompts, [f"{one} (2)", f"{one} (0)", one, "200 result=0", one, f"{one} (yue)", "200 result=0"])
    assert code == 0
    assert any("HL_QUEUE" in line and "support" in line for line in lines)
    spoken = [line for line in lines if line.startswith("STREAM FILE")]
    assert len(spoken) == 1
    assert f"{prompts}/yue/trouble" in spoken[0]
    lines, _ = run(prompts, [f"{one} (2)", f"{one} (0)", one, f"{one} (1)"])
    assert not any(line.startswith("STREAM FILE") for line in lines)


def test_a_caller_not_asked_yet_hears_every_language(prompts: Path) -> None:
    one, none = "200 result=1", "200 result=0"
    lines, code = run(prompts, [f"{one} (2)", f"{one} (0)", one, none, one, none, none, none, none])
    assert code == 0
    assert sum(line.startswith("STREAM FILE") for line in lines) == 3


def test_a_name_in_any_encoding_and_a_caller_who_left_stop_nothing(prompts: Path) -> None:
    lines, code = run(prompts, ["200 result=-1 (hangup)"], name=b"Jos\xe9 \xff")
    assert code == 1
    assert len(lines) == 1
