"""Where mails lie: a file, a folder of files, a Maildir, an mbox. Gives the bytes of one after the other."""

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from cti.core.ids import Ms
from cti.ingest.report import IngestError

TOO_BIG = 100_000_000
"""Bytes; no honest mail is bigger."""
_BLOCK = 1_000_000
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_FROM = re.compile(rb"^From \S*.*\d\d?:\d\d")


class Found(Struct, frozen=True):
    """A mail, or what lies where one was looked for. `reason` says why there are no bytes to parse."""

    place: str
    raw: bytes
    modified: Ms
    reason: str = ""
    spam: bool = False
    """Whether it lay among the junk."""
    only: bool = False
    """Whether these bytes are the only copy: if they can't be read, all of them are kept."""


def mails(path: Path) -> Iterator[Found]:
    """Every mail at `path`. Raises `IngestError` when there is nothing to look at."""
    if not path.exists():
        raise IngestError(f"{path} does not exist: name a .eml, a folder of them, a Maildir or an mbox")
    try:
        yield from _folder(path) if path.is_dir() else _file(path)
    except PermissionError as error:
        raise IngestError(f"{error.filename} may not be read by this user: run as its owner, or chmod it") from error


def _folder(path: Path) -> Iterator[Found]:
    if (path / "cur").is_dir() and (path / "new").is_dir():
        # tmp holds mails that are still being delivered (maildir(5)).
        for folder in (path / "cur", path / "new"):
            for file in sorted(folder.iterdir()):
                if file.is_file():
                    yield _whole(file)
        rest = [entry for entry in sorted(path.iterdir()) if entry.is_dir() and entry.name.startswith(".")]
    else:
        rest = [entry for entry in sorted(path.iterdir()) if not entry.name.startswith(".")]
    for entry in rest:
        if entry.is_symlink() and entry.is_dir():
            continue  # could lead in a circle
        if entry.is_dir():
            yield from _folder(entry)
        elif entry.is_file():
            yield from _file(entry)


def _file(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        first = file.readline(200)
    if _FROM.match(first):
        yield from _mbox(path)
    else:
        yield _whole(path)


def _whole(path: Path) -> Found:
    about = path.stat()
    modified = Ms(int(about.st_mtime * 1000))
    # A Maildir's file changes its name with its flags; what stands before the colon does not.
    place = str(path.parent / path.name.partition(":2,")[0])
    if about.st_size > TOO_BIG:
        return Found(place, b"", modified, f"{about.st_size // 1_000_000} MB is too big for a mail")
    return Found(place, path.read_bytes(), modified)


def _mbox(path: Path) -> Iterator[Found]:
    """The mails of an mbox: each begins with a `From ` line after a blank one; `>From` inside is unquoted."""
    modified = Ms(int(path.stat().st_mtime * 1000))
    lines: list[bytes] = []
    size = start = position = 0
    blank = True
    with path.open("rb") as file:
        while line := file.readline(_BLOCK):
            if blank and line.startswith(b"From ") and _FROM.match(line) and position:
                yield _one(path, start, lines, size, modified)
                lines, size, start = [], 0, position
            if size <= TOO_BIG:
                lines.append(line)
            size += len(line)
            position += len(line)
            blank = line in (b"\n", b"\r\n")
    yield _one(path, start, lines, size, modified)


def _one(path: Path, start: int, lines: list[bytes], size: int, modified: Ms) -> Found:
    place = f"{path}, byte {start}"
    if size > TOO_BIG:
        return Found(place, b"", modified, f"{size // 1_000_000} MB is too big for a mail")
    raw = b"".join(lines)
    return Found(place, _QUOTED_FROM.sub(rb"\1", raw), modified)
