"""The bridge encrypts a recording when its call is over and nobody touches it any more."""

import datetime
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from cti.loop import Loop
from cti.sealing import Sealing
from cti.setup import keys, secrets
from cti.setup.settings import put_settings
from cti.store import sealing
from cti.store.database import Store
from cti.store.vault import Vault

HOUR_AGO = datetime.datetime.now().timestamp() - 3600


class _World:
    interactions = {"c-2": None}  # noqa: RUF012


class _Loop:
    world = _World()


@pytest.fixture
def store(tmp_path: Path, migrated_file: Path) -> Iterator[Store]:
    shutil.copy(migrated_file, tmp_path / "h.db")
    opened = Store.open(f"sqlite:///{tmp_path}/h.db")
    yield opened
    opened.close()


async def test_a_call_that_goes_on_keeps_its_recording_plain(tmp_path: Path, store: Store) -> None:
    data, folder = tmp_path / "data", tmp_path / "data" / "messages"
    folder.mkdir(parents=True)
    secrets.ensure(data / "secrets.toml", ())
    keys.add(tmp_path / "keys.toml", data, datetime.datetime.now(datetime.UTC))
    put_settings(data / "settings.toml", {"encrypt": True, "key_file": str(tmp_path / "keys.toml")})
    for call in ("c-1", "c-2", "c-3"):
        (folder / f"{call}.wav").write_bytes(b"RIFF")
    (folder / "c-2.talks.wav").write_bytes(b"RIFF")
    for call in ("c-1", "c-2", "c-2.talks"):
        os.utime(folder / f"{call}.wav", (HOUR_AGO, HOUR_AGO))
    tending = Sealing(cast(Loop, _Loop()), store, Vault(data), folder)
    assert await tending.look() == sealing.Done(recordings=1, waiting=3)
    assert sorted(file.name for file in folder.iterdir()) == ["c-1.wav.sealed", "c-2.talks.wav", "c-2.wav", "c-3.wav"]
    # The bridge ends: what is under way is broken off after the one thing it is at.
    put_settings(data / "settings.toml", {"encrypt": False, "key_file": str(tmp_path / "keys.toml")})
    await tending.close()
    assert await tending.look() == sealing.Done()
