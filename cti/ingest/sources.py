"""Rows of outside tables, a batch after the other, from a file or a database, never all at once."""

import csv
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import make_url

from cti.ingest import parquet
from cti.ingest.mapping import Map
from cti.ingest.report import IngestError
from cti.ingest.watermark import Value
from cti.mail.charsets import encoding_of, guess

Cells = Mapping[str, object]
SIZE = 20_000
"""Rows in a batch; each becomes one transaction: half a second in which no other process writes."""
_SAMPLE = 1_000_000


class Broken(Struct, frozen=True):
    """What stands where a row should be, and why it is none."""

    place: str
    raw: str
    reason: str


class Batch(ABC):
    """Some rows that came one after the other, and where each of them stands."""

    def __init__(self, source: str, numbers: Sequence[int | str], broken: list[Broken]) -> None:
        self._source = source
        self._numbers = numbers
        self.broken = broken

    def __len__(self) -> int:
        return len(self._numbers)

    def place(self, n: int) -> str:
        """Where the `n`th row stands."""
        return f"{self._source} {self._numbers[n]}"

    def places(self) -> Iterable[str]:
        """Where all of them stand, to be walked through once; no cell of theirs is kept for it."""
        source = self._source
        return (f"{source} {number}" for number in self._numbers)

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """The columns of its first row."""

    @abstractmethod
    def column(self, name: str) -> Sequence[object]:
        """The cell of every row under a name; None where there is none."""

    @abstractmethod
    def cells(self, n: int) -> Cells:
        """The `n`th row as a whole."""


class Grid(Batch):
    """Rows that all have the same columns."""

    def __init__(
        self,
        source: str,
        numbers: Sequence[int | str],
        broken: list[Broken],
        names: Sequence[str],
        rows: Sequence[Sequence[object]],
    ) -> None:
        super().__init__(source, numbers, broken)
        self._names = names
        self._columns = dict(zip(names, zip(*rows, strict=True), strict=bool(rows)))

    @property
    def names(self) -> Sequence[str]:
        return self._names

    def column(self, name: str) -> Sequence[object]:
        return self._columns.get(name) or (None,) * len(self)

    def cells(self, n: int) -> Cells:
        return {name: column[n] for name, column in self._columns.items()}

    def mend(self) -> None:
        """Read again, by its looks, what is in another encoding than the rest of its file."""
        for name, column in self._columns.items():
            whole = "".join(cast("Sequence[str]", column))
            if not (whole.isascii() or whole.isprintable()):
                self._columns[name] = tuple(_mended(str(cell)) for cell in column)


class Objects(Batch):
    """Rows of which each names its own columns."""

    def __init__(self, source: str, numbers: Sequence[int], broken: list[Broken], rows: Sequence[Cells]) -> None:
        super().__init__(source, numbers, broken)
        self._rows = rows

    @property
    def names(self) -> Sequence[str]:
        return list(self._rows[0])

    def column(self, name: str) -> Sequence[object]:
        return [cells.get(name) for cells in self._rows]

    def cells(self, n: int) -> Cells:
        return self._rows[n]


def batches(source: str, map_: Map, size: int = SIZE, since: Value | None = None) -> Iterator[Batch]:
    """The rows of a file (CSV, JSON lines or Parquet, by its name's end) or a database's URL. Raises `IngestError`.

    `since`: only those of a database whose watermark is not below it. A map that names columns the first row lacks is
    wrong as a whole.
    """
    looked = False
    for batch in _batches(source, map_, size, since):
        if not looked and len(batch):
            looked = True
            if missing := columns(map_, batch.names):
                there = ", ".join(sorted(batch.names))
                raise IngestError(f"{batch.place(0)}: no column {', '.join(missing)}; there are {there}")
        yield batch


def _batches(source: str, map_: Map, size: int, since: Value | None) -> Iterator[Batch]:
    if "://" in source:
        return _database(source, map_, size, since)
    path = Path(source)
    if not path.is_file():
        raise IngestError(
            f"{source} is neither a file nor a database's URL: name a CSV, JSON lines or Parquet file, or postgresql://host/name"
        )
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return _json_lines(path, map_, size)
    if path.suffix.lower() in (".parquet", ".pq"):
        return _parquet(path, size)
    return _csv(path, map_, size)


def columns(map_: Map, there: Sequence[str]) -> list[str]:
    """Columns the map names and a row lacks."""
    wanted: set[str] = set()
    for name in map_.columns.__struct_fields__:
        field = getattr(map_.columns, name)
        if isinstance(field, str):
            wanted.add(field)
        elif field is not None and field.column:
            wanted.add(field.column)
    return sorted(wanted - set(there))


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


def _csv(path: Path, map_: Map, size: int) -> Iterator[Batch]:
    csv.field_size_limit(sys.maxsize)
    lines = _lines(path, map_)
    first = next(lines, None)
    if first is None:
        raise IngestError(f"{path} is empty")
    delimiter = map_.delimiter or max(",;\t|", key=first.count)
    header: list[str] = list(map_.header)
    reader = csv.reader(chain((first,), lines), delimiter=delimiter)
    named = f"{path}, line"
    if not header:
        first_row = next((cells for cells in reader if not _blank(cells)), [])
        header = [_mended(cell).strip().removeprefix("\ufeff") for cell in first_row]
    width = len(header)
    while True:
        line = reader.line_num + 1
        found: list[list[str]] = []
        numbers: list[int] = []
        broken: list[Broken] = []
        try:
            for cells in islice(reader, size):
                found.append(cells)
                numbers.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            broken.append(Broken(f"{named} {line}", "", f"this is no CSV: {error}"))
        if not found and not broken:
            return
        if any(map(width.__ne__, map(len, found))) or not all(map(str.strip, map(itemgetter(0), found))):
            found, numbers, uneven = _evened(found, numbers, width, delimiter, named)
            broken = [*uneven, *broken]
        batch = Grid(named, numbers, broken, header, found)
        batch.mend()
        yield batch


def _evened(
    rows: Sequence[list[str]], lines: Sequence[int], width: int, delimiter: str, named: str
) -> tuple[list[list[str]], list[int], list[Broken]]:
    """Rows of one width with the lines they begin on, and those that have too many cells; blank ones are none."""
    found: list[list[str]] = []
    numbers: list[int] = []
    broken: list[Broken] = []
    for cells, line in zip(rows, lines, strict=True):
        if _blank(cells):
            continue
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            raw = delimiter.join(map(_mended, cells))
            broken.append(Broken(f"{named} {line}", raw, f"it has {len(cells)} cells, the first line names {width}"))
        else:
            found.append(cells + [""] * (width - len(cells)))
            numbers.append(line)
    return found, numbers, broken


def _blank(cells: Sequence[str]) -> bool:
    whole = "".join(cells)
    return not whole or whole.isspace()


def _json_lines(path: Path, map_: Map, size: int) -> Iterator[Batch]:
    named = f"{path}, line"
    numbered = enumerate(_lines(path, map_), start=1)
    while some := list(islice(numbered, size)):
        found: list[Cells] = []
        numbers: list[int] = []
        broken: list[Broken] = []
        for number, line in some:
            text = _mended(line).strip().removeprefix("\ufeff")
            if not text:
                continue
            try:
                value = json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                broken.append(Broken(f"{named} {number}", text, f"this is no JSON: {error}"))
                continue
            if isinstance(value, dict):
                found.append(_flat(value))
                numbers.append(number)
            else:
                broken.append(Broken(f"{named} {number}", text, "a line must be one object: {...}"))
        yield Objects(named, numbers, broken, found)


def _parquet(path: Path, size: int) -> Iterator[Batch]:
    done = 0
    for names, rows in parquet.read(path, size):
        yield Grid(f"{path}, row", range(done + 1, done + len(rows) + 1), [], names, rows)
        done += len(rows)


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


def _database(source: str, map_: Map, size: int, since: Value | None) -> Iterator[Batch]:
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
        for names, rows in _read(url, map_, size, since):
            yield Grid(f"{shown},", _places(map_, names, rows), [], names, rows)
    except (sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise IngestError(f"{shown}: no driver for this database is installed ({error})") from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise IngestError(f"{shown} can't be read: {reason}") from error


def _places(map_: Map, names: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Where rows of a database stand: a number would be another row's when it is read from a watermark on."""
    field = map_.columns.key
    key = field if isinstance(field, str) or field is None else field.column
    if key and key in names:
        n = names.index(key)
        return [f"{key} {row[n]}" for row in rows]
    return [f"row {blake2b(repr(tuple(row)).encode('utf-8', 'replace'), digest_size=6).hexdigest()}" for row in rows]


def _statement(map_: Map, quote: Callable[[str], str], since: Value | None) -> sa.TextClause:
    schema, _, name = map_.table.rpartition(".")
    table = f"({map_.query}) wanted" if map_.query else ".".join(quote(part) for part in (schema, name) if part)
    if not map_.watermark:
        return sa.text(map_.query or f"SELECT * FROM {table}")
    column = quote(map_.watermark)
    # From the same value on: two rows may have been changed in the same second.
    newer = "" if since is None else f" WHERE {column} >= :since"
    statement = sa.text(f"SELECT * FROM {table}{newer} ORDER BY {column}")
    # Without a type, or SQLAlchemy casts it to one: PostgreSQL compares no time with a VARCHAR.
    return statement if since is None else statement.bindparams(sa.bindparam("since", since, sa.types.NullType()))


def _read(
    url: sa.URL, map_: Map, size: int, since: Value | None
) -> Iterator[tuple[list[str], Sequence[Sequence[object]]]]:
    engine = sa.create_engine(url)
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=size) as connection:
            result = connection.execute(_statement(map_, engine.dialect.identifier_preparer.quote, since))
            names = list(result.keys())
            for rows in result.partitions(size):
                yield names, rows
    finally:
        engine.dispose()
