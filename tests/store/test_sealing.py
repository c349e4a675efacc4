"""Attachments and recordings made encrypted and plain again: nothing lost, nothing half-done, nothing readable left."""

import datetime
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from cti.setup import keys
from cti.setup.keys import Key
from cti.setup.secrets import ensure
from cti.setup.settings import Settings, put_settings
from cti.store import sealing
from cti.store.database import Store
from cti.store.sealed import CHUNK, seal
from cti.store.vault import Vault, VaultError, sealed
from tests.conftest import PROJECT

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
OLD = 1_700_000_000
PICTURE = b"\x89PNG a picture of a router" * 4000
VOICE = b"RIFF" + os.urandom(CHUNK + 40)


class Site:
    """A data folder with keys beside it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.data = folder / "data"
        self.file = folder / "keys.toml"
        self.data.mkdir()
        ensure(self.data / "secrets.toml", ())
        keys.add(self.file, self.data, NOW)
        self._url = url
        self.set(encrypt=False)
        self.settings = Settings.load(self.data)
        self.settings.recordings.mkdir()
        self.vault = Vault(self.data)
        self.store = Store.open(url)

    def set(self, *, encrypt: bool) -> None:
        values = {"database_url": self._url, "encrypt": encrypt, "key_file": str(self.file)}
        put_settings(self.data / "settings.toml", values)

    def recorded(self, call: str, body: bytes = VOICE, at: int = OLD) -> Path:
        file = self.settings.recordings / f"{call}.wav"
        file.write_bytes(body)
        os.utime(file, (at, at))
        return file

    def attach(self, digest: str, body: bytes) -> None:
        key, kept = self.vault.put(digest, body)
        put = sa.text("INSERT INTO attachments (hash, size, key, body) VALUES (:h, :s, :k, :b)")
        self.store.write(lambda c: c.execute(put, {"h": digest, "s": len(body), "k": key, "b": kept}))

    def attached(self, digest: str) -> bytes | None:
        db = self.store.driver()
        try:
            return self.vault.attachment(db, digest)
        finally:
            db.close()

    def heard(self, call: str) -> bytes | None:
        found = self.vault.recording(self.settings.recordings, call)
        if found is None:
            return None
        try:
            return found.read(0, found.size)
        finally:
            found.close()

    def work(self) -> sealing.Done:
        return sealing.work(self.store, self.vault, self.settings.recordings)

    def files(self) -> list[str]:
        return sorted(file.name for file in self.settings.recordings.iterdir())


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    made = Site(tmp_path, database_url)
    yield made
    made.store.close()


def test_on_with_a_new_key_and_off_again_everything_stays_what_it_was(site: Site) -> None:
    for n in range(110):
        site.attach(f"{n:03}", b"%d" % n + PICTURE[:50])
    site.attach("big", PICTURE)
    file = site.recorded("c-1")
    site.recorded("c-2", b"")
    site.set(encrypt=True)
    done = site.work()
    assert (done.attachments, done.recordings, done.troubles) == (111, 2, [])
    assert site.files() == ["c-1.wav.sealed", "c-2.wav.sealed"]
    assert VOICE[:100] not in sealed(file).read_bytes()
    assert sealed(file).stat().st_mtime == OLD
    assert (site.heard("c-1"), site.heard("c-2"), site.heard("c-3")) == (VOICE, b"", None)
    bodies = site.store.read(lambda c: list(c.execute(sa.text("SELECT body FROM attachments")).scalars()))
    assert not any(PICTURE[:20] in bytes(body) for body in bodies)
    if site.store.path is not None:
        assert PICTURE[:20] not in site.store.path.read_bytes()
    # What comes now is encrypted at once, and nothing is to be done any more.
    site.attach("new", PICTURE)
    assert site.work() == sealing.Done()
    first = keys.read(site.file, site.data).keys[0]
    newest = keys.add(site.file, site.data, NOW).keys[-1]
    assert site.attached("big") == PICTURE
    site.recorded("c-3")
    assert site.work().attachments == 112
    count = sealing.count(site.store, site.settings.recordings)
    assert (count.attachments, count.recordings) == ({newest.id: 112}, {newest.id: 3})
    assert first.id not in count.attachments
    site.set(encrypt=False)
    done = site.work()
    assert (done.attachments, done.recordings, done.troubles) == (112, 3, [])
    assert site.files() == ["c-1.wav", "c-2.wav", "c-3.wav"]
    assert (file.read_bytes(), file.stat().st_mtime) == (VOICE, OLD)
    assert [site.attached(one) for one in ("007", "big", "new")] == [b"7" + PICTURE[:50], PICTURE, PICTURE]
    assert sealing.count(site.store, site.settings.recordings).plain_attachments == 112


# Files are the same on any database.
only_files = pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)


@only_files
def test_a_recording_that_may_still_be_written_stays_plain_until_it_is_whole(site: Site) -> None:
    site.set(encrypt=True)
    file = site.recorded("c-1", at=int(datetime.datetime.now().timestamp()))
    assert site.work().waiting == 1
    assert site.files() == ["c-1.wav"]
    os.utime(file, (OLD, OLD))
    assert site.work().recordings == 1
    # Recorded anew under the same name: that one counts, and takes the place of the other.
    site.recorded("c-1", b"RIFF anew", at=int(datetime.datetime.now().timestamp()))
    assert site.work().waiting == 1
    assert site.heard("c-1") == b"RIFF anew"
    os.utime(file, (OLD, OLD))
    assert site.work().recordings == 1
    assert (site.heard("c-1"), site.files()) == (b"RIFF anew", ["c-1.wav.sealed"])


@only_files
def test_recorded_anew_while_it_is_encrypted_the_new_one_stays(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.set(encrypt=True)
    file = site.recorded("c-1")

    def slow(key: Key, name: str, plain: Iterator[bytes], into: BinaryIO) -> None:
        seal(key, name, plain, into)
        file.write_bytes(b"RIFF anew")

    monkeypatch.setattr("cti.store.sealing.seal", slow)
    assert site.work().waiting == 1
    assert site.heard("c-1") == b"RIFF anew"
    assert file.read_bytes() == b"RIFF anew"


@only_files
def test_killed_at_every_step_every_recording_is_whole(site: Site) -> None:
    site.store.close()
    site.recorded("c-1")
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.sealing_killed", str(site.data)],
        check=True,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    assert int(done.stdout) > 30
    assert site.files() == ["c-1.wav"]
    assert (site.settings.recordings / "c-1.wav").read_bytes() == VOICE


@only_files
def test_without_its_key_nothing_is_kept_plain_and_nothing_is_lost(site: Site) -> None:
    site.set(encrypt=True)
    site.attach("a", PICTURE)
    site.recorded("c-1")
    site.work()
    whole = site.file.read_text()
    site.file.unlink()
    for refused in (
        lambda: site.attached("a"),
        lambda: site.heard("c-1"),
        lambda: site.attach("b", PICTURE),
        site.work,
    ):
        with pytest.raises(VaultError, match=r"key file .*keys.toml can't be used"):
            refused()
    assert not sealing.diagnose(site.data)[0].ok
    # Other keys: it is said which one is missing, and what can be read is.
    keys.add(site.file, site.data, NOW)
    site.attach("b", PICTURE)
    done = site.work()
    assert (done.attachments, done.recordings, len(done.troubles)) == (0, 0, 2)
    assert "which is not in the key file" in done.troubles[0]
    found = sealing.diagnose(site.data)[0]
    assert (found.ok, "are missing" in found.found) == (False, True)
    site.file.write_text(whole + site.file.read_text())
    assert (site.attached("a"), site.attached("b"), site.heard("c-1")) == (PICTURE, PICTURE, VOICE)
    assert sealing.diagnose(site.data)[0].ok


@only_files
def test_a_recording_that_was_changed_or_cut_is_told_and_stays(site: Site) -> None:
    site.set(encrypt=True)
    files = [sealed(site.recorded(call)) for call in ("c-1", "c-2", "c-3")]
    site.work()
    files[0].write_bytes(files[0].read_bytes()[:-1])
    files[1].write_bytes(files[2].read_bytes())
    for call in ("c-1", "c-2"):
        with pytest.raises(VaultError, match=f"{call}.wav can't be decrypted: it was changed or cut"):
            site.heard(call)
    site.set(encrypt=False)
    done = site.work()
    assert (done.recordings, len(done.troubles)) == (1, 2)
    assert site.files() == ["c-1.wav.sealed", "c-2.wav.sealed", "c-3.wav"]
