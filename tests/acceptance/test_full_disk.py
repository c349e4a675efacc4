"""The disk is full while a caller leaves a message: nobody is told that it was kept, and the call goes on."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cti.core import events as e
from tests.acceptance.house import House, until
from tests.acceptance.test_message import any_queued, ended, opened

pytestmark = [pytest.mark.asterisk, pytest.mark.timeout(120)]

ROOM = 16_384
"""Bytes: a second of speech."""


@pytest.fixture
def small_disk(house: House) -> Iterator[Path]:
    """A file system of its own for messages, with hardly any room."""
    folder = house.settings.data / "messages"
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small disk can't be mounted here: that needs root")
    yield folder
    # Asterisk may have the file open until its channel is gone.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_message_that_the_disk_does_not_take_is_not_kept(house: House, small_disk: Path) -> None:
    caller = await house.call("28000001", "+85291234504", "127.0.0.3")
    await asyncio.wait_for(caller.up, 10)
    await until(lambda: bool(opened(house)) and any_queued(house, 0), 10, "they are in line")
    await caller.press("21")
    await until(lambda: any(file.stat().st_size > 0 for file in small_disk.iterdir()), 20, "the disk is filled")
    # They stay in line, Asterisk goes on, and so do we.
    desk = await house.agent("a0")
    await desk.ready()
    talk = await desk.picks_up()
    await asyncio.wait_for(caller.media.hears(caller.media.loud + 20), 10)
    talk.hang_up()
    caller.hang_up()
    await until(lambda: ended(house, opened(house)[0]) == "answered", 10, "the talk is over")
    assert not [r for r in house.journal() if isinstance(r.event, e.MessageSpoken | e.MessageLeft)]
