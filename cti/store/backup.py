"""A backup: one file that holds a site whole, made while calls go on, and a data folder made from it again.

It is a compressed tar: first `backup.json` (what is in it), then history and journal as SQLite files whatever database
they come from, then the data folder's own files. So a backup of a PostgreSQL site can be restored into SQLite, and the
other way round. The journal is copied after the history: what happened in between is folded in at the next start.
"""

import contextlib
import os
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from cti.setup.settings import Settings, is_postgres, put_settings, read_toml
from cti.store.copy import Progress, copy_tables, count_rows, has_rows, snapshot_file
from cti.store.database import Store, sqlite_file
from cti.store.journal import Journal

_FORMAT = 1
_ABOUT = "backup.json"
_HISTORY, _JOURNAL = "hotline.db", "journal.db"
_MADE_ANEW = ("run", "logs", "etc", "sounds", "asterisk", "asterisk-root")
"""Folders `hotline up` makes by itself: pid files, rendered settings, prompts, an Asterisk."""
_DATABASES = (".db", ".db-wal", ".db-shm", ".lock")


class BackupError(Exception):
    """It can't be made or restored; the text says what to do."""


class About(Struct, frozen=True, kw_only=True):
    """What a backup says about itself."""

    format: int
    made: str
    """ISO 8601, UTC."""
    version: str
    """Of the Hotline that made it."""
    rows: dict[str, int]
    """Rows of each table of the history."""
    records: int
    """The journal's newest record."""


def backup(settings: Settings, file: Path, version: str, now: datetime, progress: Progress) -> About:
    """Make a backup of a data folder and its database, readable by its owner only. Raises `BackupError`."""
    if file.exists():
        raise BackupError(f"{file} is there already: give another name")
    if not file.parent.is_dir():
        raise BackupError(f"{file.parent} is no folder")
    if file.is_relative_to(settings.data.resolve()):
        raise BackupError(f"{file} would be in the folder it is a backup of: choose a place outside, best another disk")
    unfinished = file.with_name(f"{file.name}.unfinished")
    with tempfile.TemporaryDirectory(prefix=".hotline-backup-", dir=file.parent) as place:
        folder = Path(place)
        rows, records = _copy_databases(settings, folder, progress)
        about = About(
            format=_FORMAT,
            made=now.astimezone(UTC).isoformat(timespec="seconds"),
            version=version,
            rows=rows,
            records=records,
        )
        (folder / _ABOUT).write_bytes(msgspec.json.encode(about))
        try:
            # Opened with its final mode: there is no moment in which others could read it.
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                # Level 1: the databases shrink to a fifth, as fast as most disks write.
                with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1, dereference=True) as archive:
                    for name in (_ABOUT, _HISTORY, _JOURNAL):
                        archive.add(folder / name, name, filter=_private)
                    listed: set[Path] = set()
                    # Twice: a recording that is gone since it was listed has been encrypted, and has another name now.
                    for _ in range(2):
                        for path in [one for one in _files(settings.data) if one not in listed]:
                            listed.add(path)
                            with contextlib.suppress(FileNotFoundError):
                                name = str(path.relative_to(settings.data))
                                archive.add(path, name, recursive=False, filter=_private)
                out.flush()
                os.fsync(out.fileno())
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    return about


def _copy_databases(settings: Settings, folder: Path, progress: Progress) -> tuple[dict[str, int], int]:
    history, journal = folder / _HISTORY, folder / _JOURNAL
    if is_postgres(settings.database_url):
        with contextlib.ExitStack() as opened:
            source = opened.enter_context(contextlib.closing(Store.open(settings.database_url)))
            target = opened.enter_context(contextlib.closing(Store.open(f"sqlite:///{history}")))
            rows = copy_tables(source, target, progress)
        with Journal.open(settings.journal) as live, Journal.open(journal) as copy:
            records = live.copy_into(copy)
    else:
        snapshot_file(sqlite_file(settings.database_url), history)
        rows = count_rows(f"sqlite:///{history}")
        snapshot_file(Path(settings.journal), journal)
        with Journal.open(journal) as copy:
            records = copy.last_seq()
    return rows, records


def _files(data: Path) -> Iterator[Path]:
    """Everything of a data folder that isn't made anew and is no database."""
    for entry in sorted(data.iterdir()):
        if entry.name in _MADE_ANEW or entry.name.endswith(_DATABASES):
            continue
        yield entry
        if entry.is_dir():
            yield from sorted(entry.rglob("*"))


def _private(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's name goes into it, and nothing in it is for others."""
    entry.mode &= stat.S_IRWXU
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def restore(file: Path, data: Path, database: str | None, progress: Progress) -> About:
    """Make the data folder `data` from a backup; into the database `database`, else where the history was.

    `data` must be new or empty, and so must a PostgreSQL database. Raises `BackupError`, `StoreError`, `JournalError`.
    """
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise BackupError(f"{data} is not empty: give a new folder with --data, or put this one aside")
    inside = data / _HISTORY
    if database is not None and not is_postgres(database) and sqlite_file(database) != inside:
        raise BackupError(f"a restored history is in PostgreSQL or in its data folder: give sqlite:///{inside}")
    data.parent.mkdir(parents=True, exist_ok=True)
    # A neighbour of the final place: it takes that place in one step, and only when it is whole.
    folder = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    try:
        about = _unpack(file, folder)
        values = read_toml(folder / "settings.toml")
        url = database or str(values.get("database_url", ""))
        if is_postgres(url):
            _fill(url, folder, about, progress)
            values["database_url"] = url
        else:
            # Wherever the files were before: a restored folder has its own inside.
            values.pop("database_url", None)
            _counted(f"sqlite:///{folder / _HISTORY}", about)
        put_settings(folder / "settings.toml", values)
        if data.exists():
            data.rmdir()
        folder.replace(data)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return about


def _unpack(file: Path, folder: Path) -> About:
    try:
        with tarfile.open(file, "r:*") as archive:
            first = archive.next()
            if first is None or first.name != _ABOUT or (body := archive.extractfile(first)) is None:
                raise BackupError(f"{file} is no backup of Hotline's")
            about = msgspec.json.decode(body.read(), type=About)
            if about.format != _FORMAT:
                raise BackupError(f"{file} was made by a newer Hotline ({about.version}): restore it with that one")
            for entry in archive:
                _extract(archive, entry, folder)
    except (tarfile.TarError, msgspec.DecodeError, OSError, EOFError) as error:
        raise BackupError(f"{file} can't be read: {error}") from error
    (folder / _ABOUT).unlink()
    for name in ("settings.toml", "secrets.toml", "site.toml", _HISTORY, _JOURNAL):
        if not (folder / name).exists():
            raise BackupError(f"{file} is not whole: {name} is missing")
    return about


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    """Put one file or folder into `folder`, and nowhere else; `extractall` has its filter only since Python 3.11.4."""
    path = folder / entry.name
    if not path.resolve().is_relative_to(folder.resolve()) or not (entry.isfile() or entry.isdir()):
        raise BackupError(f"{entry.name!r} in it is not of a data folder: it is no backup of Hotline's")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if entry.isdir():
        path.mkdir(mode=0o700, exist_ok=True)
        return
    body = archive.extractfile(entry)
    handle = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR | entry.mode & stat.S_IRWXU
    )
    with os.fdopen(handle, "wb") as out:
        if body is not None:
            shutil.copyfileobj(body, out, 1 << 20)
    os.utime(path, (entry.mtime, entry.mtime))


def _fill(url: str, folder: Path, about: About, progress: Progress) -> None:
    """Put history and journal into an empty PostgreSQL database, and take the files away."""
    if has_rows(url):
        raise BackupError("the database is not empty: give a new one with --database URL")
    history, journal = folder / _HISTORY, folder / _JOURNAL
    with Journal.open(journal) as source, Journal.open(url) as target:
        source.copy_into(target)
    with contextlib.closing(Store.open(f"sqlite:///{history}")) as old, contextlib.closing(Store.open(url)) as new:
        copied = copy_tables(old, new, progress)
    if any(copied[name] != count for name, count in about.rows.items()):
        raise BackupError("other rows have arrived than the backup says it holds; don't use what was restored")
    for name in (_HISTORY, _JOURNAL):
        for each in folder.glob(f"{name}*"):
            each.unlink()
    (folder / _JOURNAL).with_suffix(".lock").unlink(missing_ok=True)


def _counted(url: str, about: About) -> None:
    """Migrates it, too, when an older Hotline made it."""
    Store.open(url).close()
    found = count_rows(url)
    if any(found[name] != count for name, count in about.rows.items()):
        raise BackupError("the backup holds other rows than it says: it is damaged")
