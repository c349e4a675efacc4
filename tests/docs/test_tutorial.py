"""The tutorial's and the README's commands are real, and the tutorial's work one after another."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from cti.cli import parser
from cti.setup.asterisk import AsteriskInstall
from tests.conftest import PROJECT
from tests.setup.test_up import Up

PAGES = ("README.md", "docs/tutorial.md")


def commands(page: str) -> list[list[str]]:
    """The words of every `./hotline` line in the page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / page).read_text(), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert lines
    assert all(line.startswith("./hotline ") for line in lines), lines
    return [line.split()[1:] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    for words in commands(page):
        parser(words[0]).parse_args(words)


@pytest.mark.asterisk
@pytest.mark.timeout(400)
async def test_a_stranger_can_follow_it(asterisk_install: AsteriskInstall, short_folder: Path) -> None:
    first, *rest = commands("docs/tutorial.md")
    assert first == ["up"]
    up = Up(short_folder / "tutorial", asterisk_install)
    await up.start()
    try:
        for words in rest:
            # Two minutes of robots are for people to look at.
            given = ["0.3" if words[n - 1] == "--minutes" else word for n, word in enumerate(words)]
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "cti.cli", *given),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=PROJECT,
                env={**os.environ, **up.environment, "HOTLINE_DATA": str(up.data)},
            )
            async with asyncio.timeout(120):
                said, _ = await process.communicate()
            assert process.returncode == 0, f"{' '.join(words)}: {said.decode()}"
    finally:
        await up.end()
