"""A file has one subject, and at most 500 lines; who reads it can hold it in the head."""

from collections.abc import Iterator
from pathlib import Path

from tests.conftest import PROJECT

MOST = 500
FOLDERS = (
    *("cti", "ivr", "kb", "tests", "benchmarks", "dialplans", "asterisk-conf", "example"),
    *("agent_desktop/src", "agent_desktop/tests", "agent_desktop/scripts"),
)
WRITTEN = {".py", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".c", ".conf", ".j2", ".toml"}
MADE_BY = "// Made by "
"""How a file begins that a program writes."""


def files() -> Iterator[Path]:
    """Every file that people write."""
    for folder in FOLDERS:
        yield from (path for path in sorted((PROJECT / folder).rglob("*")) if path.suffix in WRITTEN)


def test_no_file_is_too_long() -> None:
    long = {}
    for path in files():
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > MOST and not text.startswith(MADE_BY):
            long[str(path.relative_to(PROJECT))] = lines
    assert long == {}, "split them by subject"
