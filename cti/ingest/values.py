"""A cell into a value: texts, times, numbers, yes and no, with errors that name the column."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.ingest.mapping import Field, Map
from cti.ingest.sources import Cells

_YES = {"1", "true", "t", "yes", "y", "solved", "是", "已解决", "已解決"}
_NO = {"0", "false", "f", "no", "n", "not_solved", "否", "未解决", "未解決"}
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?\s*(.*)")
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M", "%Y%m%d%H%M%S")


class CellError(Exception):
    """A value that can't be read; the text names its column."""


class Reader:
    """Reads the fields of one mapping out of rows."""

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._zone = ZoneInfo(map_.zone)
        self._get = {
            name: _getter(name, field)
            for name in map_.columns.__struct_fields__
            if (field := getattr(map_.columns, name)) is not None
        }

    def text(self, cells: Cells, name: str) -> str:
        """The field as text; empty when there is none. Raises `CellError`."""
        get = self._get.get(name)
        return "" if get is None else get(cells)

    def time(self, cells: Cells, name: str) -> Ms:
        """The field as a time. Raises `CellError`."""
        field: Field | None = getattr(self._map.columns, name)
        value = cells.get(field) if isinstance(field, str) else None
        if isinstance(value, datetime):
            return _ms(value if value.tzinfo else value.replace(tzinfo=self._zone))
        if isinstance(value, date):
            return _ms(datetime.combine(value, time(), self._zone))
        written = self.text(cells, name)
        try:
            return self._parsed(written)
        except (ValueError, OverflowError) as error:
            where = field if isinstance(field, str) else name
            hint = "" if self._map.time_format else "; if all times are like this, say `time_format` in the map"
            raise CellError(f"column {where}: {written!r} is no time{hint}") from error

    def seconds(self, cells: Cells, name: str) -> int | None:
        """A duration in seconds or as `h:mm:ss`, in milliseconds; None when there is none. Raises `CellError`."""
        written = self.text(cells, name).strip()
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

    def truth(self, cells: Cells, name: str) -> bool | None:
        """Yes or no; None when there is nothing. Raises `CellError`."""
        written = self.text(cells, name).strip().lower()
        if not written:
            return None
        if written in _YES:
            return True
        if written in _NO:
            return False
        raise CellError(f"column for {name}: {written!r} is neither yes nor no")

    def number(self, cells: Cells, name: str) -> int | None:
        """A whole number, with or without `#`; None when there is nothing. Raises `CellError`."""
        written = self.text(cells, name).strip().lstrip("#")
        if not written:
            return None
        if not written.isdecimal() or len(written) > 17:
            raise CellError(f"column for {name}: {written!r} is no number")
        return int(written)

    def _parsed(self, written: str) -> Ms:
        written = written.strip()
        if self._map.time_format:
            found = datetime.strptime(written, self._map.time_format)
            return _ms(found if found.tzinfo else found.replace(tzinfo=self._zone))
        if re.fullmatch(r"\d{9,11}(\.\d+)?", written):
            return Ms(int(float(written) * 1000))
        if re.fullmatch(r"1\d{12}", written):
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


def _getter(name: str, field: Field) -> Callable[[Cells], str]:
    """How the text of a field is got out of a row; decided once, for there may be millions of rows."""
    if isinstance(field, str):
        return partial(_cell, field)
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
    return _text(cells.get(column))


def _constant(value: str, _cells: Cells) -> str:
    return value


def _filled(name: str, template: str, cells: Cells) -> str:
    try:
        return template.format_map({key: _text(value) for key, value in cells.items()})
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise CellError(f"column for {name}: the template {template!r} does not fit: {error}") from error


def _ms(moment: datetime) -> Ms:
    return Ms(int(moment.timestamp() * 1000))


def _text(value: object) -> str:
    if isinstance(value, str):
        # A lone surrogate (JSON can spell one) is no character, and no database takes it.
        return value.strip() if value.isascii() else value.strip().encode("utf-8", "replace").decode("utf-8")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).strip()
