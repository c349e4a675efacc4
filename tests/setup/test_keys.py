"""The key file: outside the data folder, for its owner only, and never guessed."""

import datetime
from pathlib import Path

import pytest

from cti.setup import keys
from cti.setup.settings import SettingsError

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_a_new_key_comes_last_and_the_old_ones_stay(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "config" / "keys.toml"
    first = keys.add(file, data, NOW).newest
    assert first is not None
    assert file.stat().st_mode & 0o777 == 0o600
    both = keys.add(file, data, NOW)
    assert keys.read(file, data) == both
    assert [len(key.raw) for key in both.keys] == [32, 32]
    assert both.keys[0] == first
    assert both.newest != first
    assert both.find(first.id) == first
    assert both.find("00") is None
    assert first.secret not in first.id


def test_what_is_wrong_with_it_is_said(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="outside"):
        keys.add(data / "keys.toml", data, NOW)
    inside = tmp_path / "link"
    inside.symlink_to(data)
    with pytest.raises(SettingsError, match="outside"):
        keys.read(inside / "keys.toml", data)
    file = tmp_path / "keys.toml"
    with pytest.raises(SettingsError, match="No such file"):
        keys.read(file, data)
    keys.add(file, data, NOW)
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod go="):
        keys.read(file, data)
    file.chmod(0o600)
    for damaged in (
        "",
        "[[keys]]\nmade = 1",
        '[[keys]]\nmade = ""\nsecret = "0g"',
        '[[keys]]\nmade = ""\nsecret = "00"',
    ):
        file.write_text(damaged)
        with pytest.raises(SettingsError, match="damaged"):
            keys.read(file, data)
