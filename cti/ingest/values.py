"""A cell into a value: texts, times, numbers, yes and no, with errors that name the column."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.ingest.mapping import Column, Field, Map
from cti.ingest.sources import Cells

_YES = {"1", "true", "t", "yes", "y", "solved", "是", "已解决", "已解決"}
_NO = {"0", "false", "f", "no", "n", "not_solved", "否", "未解决", "未解決"}
_EPOCH_S = re.compile(r"\d{9,11}(\.\d+)?")
_EPOCH_MS = re.compile(r"1\d{12}")
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?\s*(.*)")
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M", "%Y%m%d%H%M%S")


class CellError(Exception):
    """A value that can't be read; the text names its column."""


class Reader:
    """Reads the fields of one mapping out of rows."""

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._zone = ZoneInfo(map_.zone)
        fields = {
            name: field for name in map_.columns.__struct_fields__ if (field := getattr(map_.columns, name)) is not None
        }
        # What is just a column is read in one sweep: there may be millions of rows.
        self._plain = [(name, field) for name, field in fields.items() if isinstance(field, str)]
        self._made = [(name, _getter(name, field)) for name, field in fields.items() if isinstance(field, Column)]

    def texts(self, cells: Cells) -> dict[str, str]:
        """Every field the map names, as text; empty where the row has nothing. Raises `CellError`."""
        found = {
            # Most cells are short ASCII texts.
            name: value.strip() if type(value := cells.get(column)) is str and value.isascii() else cell_text(value)
            for name, column in self._plain
        }
        for name, get in self._made:
            found[name] = get(cells).strip()
        return found

    def time(self, cells: Cells, texts: dict[str, str], name: str) -> Ms:
        """The field as a time. Raises `CellError`."""
        field: Field | None = getattr(self._map.columns, name)
        value = cells.get(field) if isinstance(field, str) else None
        if isinstance(value, datetime):
            return _ms(value if value.tzinfo else value.replace(tzinfo=self._zone))
        if isinstance(value, date):
            return _ms(datetime.combine(value, time(), self._zone))
        written = texts.get(name, "")
        try:
            return self._parsed(written)
        except (ValueError, OverflowError) as error:
            where = field if isinstance(field, str) else name
            hint = "" if self._map.time_format else "; if all times are like this, say `time_format` in the map"
            raise CellError(f"column {where}: {written!r} is no time{hint}") from error

    def _parsed(self, written: str) -> Ms:
        if self._map.time_format:
            found = datetime.strptime(written, self._map.time_format)
            return _ms(found if found.tzinfo else found.replace(tzinfo=self._zone))
        if written[4:5] != "-":  # most are 2026-11-24, and need not be asked whether they are something else
            if _EPOCH_S.fullmatch(written):
                return Ms(int(float(written) * 1000))
            if _EPOCH_MS.fullmatch(written):
                return Ms(int(written))
            if chinese := _CHINESE_DATE.fullmatch(written):
                written = f"{chinese[1]}/{int(chinese[2]):02}/{int(chinese[3]):02} {chinese[4]}".strip()
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            for shape in _FORMATS:
                try:
                    found = datetime.strptime(written, shape)
                    break
                except ValueError:
                    continue
            else:
                raise
        return _ms(found if found.tzinfo else found.replace(tzinfo=self._zone))


def seconds(written: str, name: str) -> int | None:
    """A duration in seconds or as `h:mm:ss`, in milliseconds; None when there is none. Raises `CellError`."""
    if not written:
        return None
    try:
        total = 0.0
        for piece in written.split(":"):
            total = total * 60 + float(piece)
        if not 0 <= total < 1e9:
            raise ValueError(written)
        return int(total * 1000)
    except ValueError as error:
        raise CellError(f"column for {name}: {written!r} is no duration in seconds") from error


def truth(written: str, name: str) -> bool | None:
    """Yes or no; None when there is nothing. Raises `CellError`."""
    if not written:
        return None
    folded = written.lower()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise CellError(f"column for {name}: {written!r} is neither yes nor no")


def number(written: str, name: str) -> int | None:
    """A whole number, with or without `#`; None when there is nothing. Raises `CellError`."""
    digits = written.lstrip("#")
    if not digits:
        return None
    if not digits.isdecimal() or len(digits) > 17:
        raise CellError(f"column for {name}: {digits!r} is no number")
    return int(digits)


def _getter(name: str, field: Column) -> Callable[[Cells], str]:
    """How the text of a field is got out of a row; decided once."""
    found: Callable[[Cells], str]
    if field.template:
        found = partial(_filled, name, field.template)
    elif field.column:
        found = partial(_cell, field.column)
    else:
        found = partial(_constant, field.value)
    if not field.map:
        return found
    known, other = field.map, field.map.get("*")

    def translated(cells: Cells) -> str:
        written = found(cells)
        return known.get(written, written if other is None else other)

    return translated


def _cell(column: str, cells: Cells) -> str:
    return cell_text(cells.get(column))


def _constant(value: str, _cells: Cells) -> str:
    return value


def _filled(name: str, template: str, cells: Cells) -> str:
    try:
        return template.format_map({key: cell_text(value) for key, value in cells.items()})
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise CellError(f"column for {name}: the template {template!r} does not fit: {error}") from error


def _ms(moment: datetime) -> Ms:
    return Ms(int(moment.timestamp() * 1000))


def cell_text(value: object) -> str:
    """A cell as text, without spaces around it."""
    if isinstance(value, str):
        # A lone surrogate (JSON can spell one) is no character, and no database takes it.
        return value.strip() if value.isascii() else value.strip().encode("utf-8", "replace").decode("utf-8")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).strip()
