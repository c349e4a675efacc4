"""A site moved, backed up and restored: what comes out is what went in, whatever database it was in."""

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.cli import main
from cti.commands import _options
from cti.core.events import Record
from cti.core.ids import Phone
from cti.setup import secrets
from cti.setup.settings import Settings, put_settings
from cti.setup.supervise import alone
from cti.store.copy import has_rows
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.journal import Journal
from tests.conftest import PROJECT
from tests.postgres import Server
from tests.store.conftest import many_calls
from tests.store.filled import everything, fill

RECORDS = many_calls(8)
"""More than the history made by `fill` has folded: a journal is never behind its history."""


def write(settings: Settings, records: list[Record]) -> None:
    async def append() -> None:
        done = asyncio.Event()
        with Journal.open(settings.journal) as journal:
            journal.start(lambda seq: done.set() if seq == records[-1].seq else None, lambda text: None)
            journal.append(records)
            async with asyncio.timeout(10):
                await done.wait()

    asyncio.run(append())


def site(data: Path, url: str = "") -> Settings:
    """A data folder with a history, a journal, and a recording."""
    data.mkdir()
    put_settings(data / "settings.toml", {"http_port": 18080, **({"database_url": url} if url else {})})
    secrets.ensure(data / "secrets.toml", [Phone("ana-web")])
    shutil.copy(PROJECT / "tests" / "site.toml", data / "site.toml")
    (data / "messages" / "deep").mkdir(parents=True)
    (data / "messages" / "deep" / "c-1.wav").write_bytes(b"RIFF\0")
    (data / "logs").mkdir()
    (data / "logs" / "bridge.log").write_text("nobody needs it")
    (data / "asterisk-root" / "usr").mkdir(parents=True)
    (data / "asterisk-root" / "usr" / "asterisk").write_bytes(b"\x7fELF")
    settings = Settings.load(data)
    store = Store.open(settings.database_url)
    fill(store, Identities(b"a key of the site", "HK"))
    store.close()
    write(settings, RECORDS)
    return settings


def contents(data: Path) -> tuple[dict[str, list[tuple[object, ...]]], list[Record], dict[str, bytes]]:
    """History, journal and files of a data folder."""
    settings = Settings.load(data)
    store = Store.open(settings.database_url)
    history = everything(store)
    store.close()
    with Journal.open(settings.journal) as journal:
        records = list(journal.load())
    names = ("secrets.toml", "site.toml", "messages/deep/c-1.wav")
    return history, records, {name: (data / name).read_bytes() for name in names}


@pytest.fixture
def databases(postgres_server: Server) -> Iterator[tuple[str, str]]:
    with postgres_server.database() as one, postgres_server.database() as other:
        yield one, other


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
def test_a_restored_site_is_the_site(
    here: str, there: str, tmp_path: Path, databases: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar.gz"
    settings = site(old, databases[0] if here == "postgresql" else "")
    before = contents(old)
    with alone(settings.data), Journal.open(settings.journal) as running:
        running.hold()  # while calls go on
        assert main(["backup", str(file), "--data", str(old), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["records"] == RECORDS[-1].seq
    assert told["rows"]["customers"] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "old" / "logs") == ["bridge.log"]
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if name.startswith(("logs", "asterisk"))]
        assert {entry.mode & 0o077 for entry in archive} == {0}
    url = databases[1] if there == "postgresql" else f"sqlite:///{new}/hotline.db"
    assert main(["restore", str(file), "--data", str(new), "--database", url]) == 0
    assert contents(new) == before
    kept = Settings.load(new)
    assert (kept.http_port, kept.database_url) == (18080, url)
    assert (new / "settings.toml").stat().st_mode & 0o777 == 0o600
    assert bool(list(new.glob("*.db"))) == (there == "sqlite")
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"


@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
def test_a_backup_made_while_others_write_is_of_one_moment(
    here: str, tmp_path: Path, databases: tuple[str, str]
) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar.gz"
    settings = site(old, databases[0] if here == "postgresql" else "")
    tag = sa.text("INSERT INTO tags (customer, tag, word, source) VALUES ('daniel', :n, :n, 'beside')")
    gone = sa.text("INSERT INTO erased VALUES (:n, 1)")
    began, enough = threading.Event(), threading.Event()

    def write_on() -> None:
        with contextlib.closing(Store.open(settings.database_url)) as store:
            for n in itertools.count():
                both = {"n": f"beside {n}"}
                store.write(lambda c, both=both: (c.execute(gone, both), c.execute(tag, both)))  # type: ignore[misc]
                if n == 5:
                    began.set()
                if enough.is_set():
                    return

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert began.wait(20)
        assert main(["backup", str(file), "--data", str(old)]) == 0
    finally:
        enough.set()
        writer.join(20)
    assert main(["restore", str(file), "--data", str(new), "--database", f"sqlite:///{new}/hotline.db"]) == 0
    history, records, _ = contents(new)
    tags = {row[1] for row in history["tags"] if "beside" in row}
    erased = {row[0] for row in history["erased"] if str(row[0]).startswith("beside")}
    assert tags == erased
    assert len(tags) >= 6
    assert records == RECORDS


def test_a_backup_goes_back_to_where_it_was(tmp_path: Path, databases: tuple[str, str]) -> None:
    """Without a word about the database; one that is in use stays as it is."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar.gz"
    site(old)
    assert main(["backup", str(file), "--data", str(old)]) == 0
    assert main(["restore", str(file), "--data", str(new)]) == 0
    assert Settings.load(new).database_url == f"sqlite:///{new}/hotline.db"
    assert contents(new) == contents(old)


def test_what_cannot_be_backed_up_or_restored_is_said_and_changes_nothing(
    tmp_path: Path, databases: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    old, file = tmp_path / "old", tmp_path / "backup.tar.gz"
    site(old, databases[0])
    assert main(["backup", str(file), "--data", str(old)]) == 0
    before = contents(old)
    assert main(["backup", str(file), "--data", str(old)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", str(file), "--data", str(old)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert main(["restore", str(file), "--data", str(tmp_path / "new")]) == 2
    assert "--database URL" in capsys.readouterr().err
    assert contents(old) == before
    assert main(["backup", str(old / "mine.tar.gz"), "--data", str(old)]) == 2
    assert "choose a place outside" in capsys.readouterr().err
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(file.read_bytes()[:3000])
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as archive:
        archive.add(old / "site.toml", "site.toml")
    for wrong in (broken, other, tmp_path / "none", old / "site.toml"):
        assert main(["restore", str(wrong), "--data", str(tmp_path / "new")]) == 2
        assert str(wrong) in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.gz", "broken.tar.gz", "old", "other.tar.gz"]


@pytest.mark.parametrize("kind", ["above", "link"])
def test_what_no_backup_holds_is_not_unpacked(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site(tmp_path / "old")
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    assert main(["backup", str(good), "--data", str(tmp_path / "old")]) == 0
    with tarfile.open(good) as source, tarfile.open(bad, "w") as archive:
        first = source.next()
        assert first is not None
        archive.addfile(first, source.extractfile(first))
        entry = tarfile.TarInfo("../above" if kind == "above" else "link")
        if kind == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(entry)
    assert main(["restore", str(bad), "--data", str(tmp_path / "new")]) == 2
    assert "no backup of Hotline's" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar", "good.tar", "old"]


def test_a_move_that_would_lose_something_is_refused_and_changes_nothing(
    tmp_path: Path, databases: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    old = site(data)
    move = ["db", "move", old.database_url, databases[0], "--data", str(data)]
    store = Store.open(old.database_url)
    imported = sa.text("INSERT INTO tags (customer, tag, word, source) VALUES ('daniel', 'vip', 'VIP', 'import')")

    def meanwhile(name: str, done: int, whole: int) -> None:
        if name == "messages":
            store.write(lambda c: c.execute(imported))

    monkeypatch.setattr(_options, "silent", meanwhile)
    assert main(move) == 2
    assert "let every import end" in capsys.readouterr().err
    assert not has_rows(databases[0])
    monkeypatch.undo()

    store.write(lambda c: c.execute(sa.text("UPDATE positions SET seq = 9999")))
    store.close()
    before = contents(data)
    assert main(move) == 2
    assert "of record 9999" in capsys.readouterr().err
    assert contents(data) == before
    assert Settings.load(data) == old


def test_a_moved_site_is_the_site(
    tmp_path: Path, databases: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    old = site(data)
    before = contents(data)
    move = ["db", "move", old.database_url, databases[0], "--data", str(data)]
    with alone(old.data):
        assert main(move) == 2
    assert "runs on" in capsys.readouterr().err
    with Journal.open(old.journal) as used:
        used.hold()
        assert main(move) == 2
    assert "another bridge" in capsys.readouterr().err
    assert main([*move, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["records"] == RECORDS[-1].seq
    assert told["rows"] == {name: len(rows) for name, rows in before[0].items()}
    moved = Settings.load(data)
    assert (moved.database_url, moved.journal, moved.http_port) == (databases[0], databases[0], 18080)
    assert (data / "settings.toml").stat().st_mode & 0o777 == 0o600
    assert contents(data) == before
    assert main(["db", "move", old.database_url, databases[0]]) == 2
    assert "is not empty" in capsys.readouterr().err
    # Files that no data folder uses any more can be moved, too.
    assert main(["db", "move", old.database_url, databases[1]]) == 0
    assert "No data folder uses" in capsys.readouterr().out


def test_another_database_for_a_folder_that_has_a_history_is_refused(
    tmp_path: Path, databases: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    settings = site(data)
    assert main(["up", "--data", str(data), "--database", databases[0]]) == 2
    assert f"hotline db move {settings.database_url} URL" in capsys.readouterr().err
    assert Settings.load(data) == settings
    new = tmp_path / "new"
    assert main(["up", "--data", str(new), "--database", "postgresql://hotline@127.0.0.1:1/x"]) == 2
    assert "can't read postgresql://" in capsys.readouterr().err
    assert not (new / "settings.toml").exists(), "a mistake in the address is not kept"
