"""Rows of outside tables, one after the other, from a file or a database, never all at once."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import make_url

from cti.ingest.mapping import Map
from cti.ingest.report import IngestError
from cti.mail.charsets import encoding_of, guess

Cells = Mapping[str, object]
_SAMPLE = 1_000_000
_FETCH = 1000


class Row(Struct, frozen=True):
    """A row, or what stands where one should be: then `reason` says why it is none."""

    place: str
    cells: Cells
    raw: str = ""
    reason: str = ""


def rows(source: str, map_: Map) -> Iterator[Row]:
    """The rows of a file (CSV, or JSON lines by its name's end) or a database's URL. Raises `IngestError`."""
    if "://" in source:
        return _database(source, map_)
    path = Path(source)
    if not path.is_file():
        raise IngestError(
            f"{source} is neither a file nor a database's URL: name a CSV or JSON lines file, or postgresql://host/name"
        )
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return _json_lines(path, map_)
    return _csv(path, map_)


def columns(map_: Map, cells: Cells) -> list[str]:
    """Columns the map names and the row lacks."""
    wanted: set[str] = set()
    for name in map_.columns.__struct_fields__:
        field = getattr(map_.columns, name)
        if isinstance(field, str):
            wanted.add(field)
        elif field is not None and field.column:
            wanted.add(field.column)
    return sorted(wanted - set(cells))


def _encoding(path: Path, map_: Map) -> str:
    if map_.encoding:
        return map_.encoding
    with path.open("rb") as file:
        return encoding_of(file.read(_SAMPLE))


def _lines(path: Path, map_: Map) -> Iterator[str]:
    encoding = _encoding(path, map_)
    try:
        # Bytes that don't fit the file's encoding are found again in the cell, and read there by their looks.
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
            for line in file:
                yield line.replace("\x00", "") if "\x00" in line else line
    except (LookupError, UnicodeError) as error:
        raise IngestError(f"{path}: encoding {encoding!r} can't be used: {error}") from error


def _mended(text: str) -> str:
    if text.isascii() or text.isprintable():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return guess(text.encode("utf-8", "surrogateescape"))
    return text


def _csv(path: Path, map_: Map) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    lines = _lines(path, map_)
    first = next(lines, None)
    if first is None:
        raise IngestError(f"{path} is empty")
    delimiter = map_.delimiter or max(",;\t|", key=first.count)
    header: list[str] = list(map_.header)

    reader = csv.reader(chain((first,), lines), delimiter=delimiter)
    named = f"{path}, line "
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(f"{named}{line}", {}, "", f"this is no CSV: {error}")
            line = reader.line_num + 1
            continue
        if cells is None:
            return
        place = f"{named}{line}"
        line = reader.line_num + 1
        whole = "".join(cells)
        if not whole.isascii():
            cells = [_mended(cell) for cell in cells]
        if not whole or whole.isspace():
            continue
        if not header:
            header = [cell.strip().removeprefix("\ufeff") for cell in cells]
            continue
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(header):
            reason = f"it has {len(cells)} cells, the first line names {len(header)}"
            yield Row(place, {}, delimiter.join(cells), reason)
            continue
        cells += [""] * (len(header) - len(cells))
        yield Row(place, dict(zip(header, cells, strict=True)))


def _json_lines(path: Path, map_: Map) -> Iterator[Row]:
    for number, line in enumerate(_lines(path, map_), start=1):
        text = _mended(line).strip().removeprefix("\ufeff")
        if not text:
            continue
        place = f"{path}, line {number}"
        try:
            value = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            yield Row(place, {}, text, f"this is no JSON: {error}")
            continue
        if isinstance(value, dict):
            yield Row(place, _flat(value))
        else:
            yield Row(place, {}, text, "a line must be one object: {...}")


def _flat(value: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, object]:
    """Objects in objects as `outer.inner`."""
    flat: dict[str, object] = {}
    for name, inner in value.items():
        if isinstance(inner, dict) and depth < 5:
            flat.update(_flat(inner, f"{prefix}{name}.", depth + 1))
        elif isinstance(inner, list):
            flat[prefix + name] = ";".join(str(one) for one in inner)
        else:
            flat[prefix + name] = inner
    return flat


def _database(source: str, map_: Map) -> Iterator[Row]:
    try:
        url = make_url(source)
    except sa.exc.ArgumentError as error:
        raise IngestError(
            "this is no database's URL: write postgresql://user@host/name, sqlite:////file, ..."
        ) from error
    if not map_.query and not map_.table:
        raise IngestError("for a database the map must say `table` or `query`")
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    shown = url.render_as_string()  # without the password
    try:
        for number, cells in enumerate(_read(url, map_), start=1):
            yield Row(f"{shown}, row {number}", cells)
    except (sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise IngestError(f"{shown}: no driver for this database is installed ({error})") from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise IngestError(f"{shown} can't be read: {reason}") from error


def _statement(map_: Map) -> sa.Executable:
    if map_.query:
        return sa.text(map_.query)
    schema, _, name = map_.table.rpartition(".")
    return sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None))


def _read(url: sa.URL, map_: Map) -> Iterator[Cells]:
    engine = sa.create_engine(url)
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=_FETCH) as connection:
            for row in connection.execute(_statement(map_)):
                yield dict(row._mapping)
    finally:
        engine.dispose()
