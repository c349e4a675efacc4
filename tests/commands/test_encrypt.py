"""`hotline encrypt`: on for a folder with things in it, a new key, off again; told by doctor, kept by a backup."""

import json
import os
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.cli import main
from cti.setup import secrets
from cti.setup.settings import Settings, put_settings
from cti.store import sealing
from cti.store.database import Store
from cti.store.vault import sealed
from tests.conftest import PROJECT

VOICE = b"RIFF of a voice"
PICTURE = b"a picture of a red light"


@pytest.fixture
def data(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an attachment, and an old recording."""
    folder = tmp_path / "data"
    (folder / "messages").mkdir(parents=True)
    (folder / "hotline.db").write_bytes(migrated_file.read_bytes())
    put_settings(folder / "settings.toml", {})
    secrets.ensure(folder / "secrets.toml", ())
    (folder / "site.toml").write_text((PROJECT / "tests" / "site.toml").read_text())
    file = folder / "messages" / "c-1.wav"
    file.write_bytes(VOICE)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    store = Store.open(Settings.load(folder).database_url)
    put = sa.text("INSERT INTO attachments (hash, size, body) VALUES ('a', 1, :body)")
    store.write(lambda c: c.execute(put, {"body": PICTURE}))
    store.close()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["encrypt", *arguments])
    return code, capsys.readouterr().out


def test_on_renewed_and_off(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--data", str(data))
    file, keys = data / "messages" / "c-1.wav", tmp_path / "config" / "hotline" / "keys.toml"
    code, shown = said(capsys, "status", *place)
    assert (code, "Encryption is off" in shown) == (0, True)
    assert main(["encrypt", "renew", *place]) == 2
    code, shown = said(capsys, "on", *place)
    assert (code, "1 attachments and 1 recordings" in shown, f"The keys are in {keys}" in shown) == (0, True, True)
    assert keys.stat().st_mode & 0o77 == 0
    assert not file.exists()
    assert VOICE not in sealed(file).read_bytes()
    assert said(capsys, "on", *place)[0] == 0
    code, shown = said(capsys, "status", "--json", *place)
    status = json.loads(shown)
    assert (code, status["encrypt"], status["plain_attachments"]) == (0, True, 0)
    assert status["attachments"] == status["recordings"] == {status["newest"]: 1}
    # A backup holds what is encrypted, and no key.
    assert main(["backup", str(tmp_path / "b.tar.gz"), *place]) == 0
    assert f"not in it, but in {keys}" in capsys.readouterr().out
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        assert "messages/c-1.wav.sealed" in archive.getnames()
        assert not any("keys" in name or name.endswith("c-1.wav") for name in archive.getnames())
    assert said(capsys, "renew", *place)[0] == 0
    again = json.loads(said(capsys, "status", "--json", *place)[1])
    assert again["newest"] != status["newest"]
    assert again["recordings"] == {again["newest"]: 1}
    assert [finding.ok for finding in sealing.diagnose(data)] == [True]
    assert said(capsys, "off", *place)[0] == 0
    assert (file.read_bytes(), keys.exists()) == (VOICE, True)
    assert said(capsys, "status", *place)[0] == 0


def test_a_key_that_is_lost_is_told_and_never_replaced_in_silence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--data", str(data))
    keys = tmp_path / "usb" / "keys"
    assert main(["encrypt", "on", "--keys", str(data / "keys"), *place]) == 2
    assert "outside" in capsys.readouterr().err
    assert main(["encrypt", "on", "--keys", str(keys), *place]) == 0
    assert main(["encrypt", "on", "--keys", str(tmp_path / "other"), *place]) == 2
    keys.rename(tmp_path / "lost")
    for action in ("on", "renew", "off"):
        assert main(["encrypt", action, *place]) in (1, 2), action
    assert sealed(data / "messages" / "c-1.wav").exists()
    (found,) = sealing.diagnose(data)
    assert (found.ok, str(keys) in found.found) == (False, True)
