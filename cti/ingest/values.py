"""A cell into a value: texts, times, numbers, yes and no, with errors that name the column."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.ingest.mapping import Field, Map
from cti.ingest.sources import Batch
from cti.mail.body import html_text

_YES = {"1", "true", "t", "yes", "y", "solved", "是", "已解决", "已解決"}
_NO = {"0", "false", "f", "no", "n", "not_solved", "否", "未解决", "未解決"}
_HOUR = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:", re.ASCII)
_HOURS = 50_000
"""How many are remembered: six years."""
_MINUTES = {
    f":{minute:02}{second}": (minute * 60 + int(second[1:] or 0)) * 1000
    for minute in range(60)
    for second in ("", *(f":{second:02}" for second in range(60)))
}
"""What stands after the hour -> milliseconds."""
_EPOCH_S = re.compile(r"\d{9,11}(\.\d+)?")
_EPOCH_MS = re.compile(r"1\d{12}")
_CHINESE_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?\s*(.*)")
_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M", "%Y%m%d%H%M%S")


T = TypeVar("T")


class CellError(Exception):
    """A value that can't be read; the text names its column."""


Errors = dict[int, str]
"""Which row can't be read, and why; its first reason counts."""


class Reader:
    """Reads the fields of one mapping out of batches of rows, a whole column at a time: there may be millions."""

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._zone = ZoneInfo(map_.zone)
        self._hours: dict[str, int | None] = {}

    def texts(self, batch: Batch, name: str, errors: Errors) -> list[str]:
        """A field of every row as text; empty where the map or the row has nothing."""
        field: Field | None = getattr(self._map.columns, name)
        if field is None:
            return [""] * len(batch)
        if isinstance(field, str):
            return _texts(batch.column(field))
        if field.template:
            found = [_filled(name, field.template, batch, n, errors) for n in range(len(batch))]
        elif field.column:
            found = _texts(batch.column(field.column))
        else:
            return [field.value] * len(batch)
        if field.html:
            forms = _texts(batch.column(field.html))
            found = [
                html_text(words).strip() if "html" in form.lower() else words
                for words, form in zip(found, forms, strict=True)
            ]
        if not field.map:
            return found
        known, other = field.map, field.map.get("*")
        if other is None:
            return [known.get(written, written).strip() for written in found]
        return [known.get(written, other).strip() for written in found]

    def times(self, batch: Batch, name: str, errors: Errors) -> list[Ms]:
        """A field of every row as a time."""
        field: Field | None = getattr(self._map.columns, name)
        values = batch.column(field) if isinstance(field, str) else self.texts(batch, name, errors)
        hours, minutes = self._hours, _MINUTES
        found = []
        for n, value in enumerate(values):
            if type(value) is str:
                hour, rest = hours.get(value[:13]), minutes.get(value[13:])
                if hour is not None and rest is not None:
                    found.append(Ms(hour + rest))
                    continue
            try:
                found.append(self._time(value))
            except (ValueError, OverflowError):
                where = field if isinstance(field, str) else name
                hint = "" if self._map.time_format else "; if all times are like this, say `time_format` in the map"
                errors.setdefault(n, f"column {where}: {cell_text(value)!r} is no time{hint}")
                found.append(Ms(0))
        return found

    def moments(self, batch: Batch, name: str, errors: Errors) -> list[Ms | None]:
        """A field of every row as a time; None where the map or the row has none."""
        if getattr(self._map.columns, name) is None:
            return [None] * len(batch)
        wrong: Errors = {}
        written, found = self.texts(batch, name, errors), self.times(batch, name, wrong)
        for n, reason in wrong.items():
            if written[n]:
                errors.setdefault(n, reason)
        return [at if words else None for words, at in zip(written, found, strict=True)]

    def _time(self, value: object) -> Ms:
        if isinstance(value, datetime):
            return _ms(value if value.tzinfo else value.replace(tzinfo=self._zone))
        if isinstance(value, date):
            return _ms(datetime.combine(value, time(), self._zone))
        written = cell_text(value)
        if not self._map.time_format and _HOUR.match(written):
            self._learn(written[:13])
        return self._parsed(written)

    def _learn(self, hour: str) -> None:
        """Remember when an hour began: most times of a table differ only in minutes and seconds."""
        if hour in self._hours:
            return
        if len(self._hours) > _HOURS:
            self._hours.clear()
        try:
            first = datetime.fromisoformat(hour).replace(tzinfo=self._zone)
            last = first.replace(minute=59, second=59)
        except ValueError:
            return
        even = first.utcoffset() == last.utcoffset()  # else the clocks change within it
        self._hours[hour] = _ms(first) if even else None

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


def converted(written: list[str], name: str, convert: Callable[[str, str], T | None], errors: Errors) -> list[T | None]:
    """Every text through `convert(text, name)`; the same text once. None where there is none or it can't be read."""
    known: dict[str, T | None] = {}
    wrong: dict[str, str] = {}
    for one in dict.fromkeys(written):
        try:
            known[one] = convert(one, name)
        except CellError as error:
            known[one] = None
            wrong[one] = str(error)
    if wrong:
        for n, one in enumerate(written):
            if one in wrong:
                errors.setdefault(n, wrong[one])
    return [known[one] for one in written]


def _texts(values: Sequence[object]) -> list[str]:
    try:
        "".join(values).encode()  # type: ignore[arg-type]
    except (TypeError, UnicodeEncodeError):
        return [cell_text(value) for value in values]
    return list(map(str.strip, values))  # type: ignore[arg-type]


def _filled(name: str, template: str, batch: Batch, n: int, errors: Errors) -> str:
    try:
        return template.format_map({key: cell_text(value) for key, value in batch.cells(n).items()}).strip()
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        errors.setdefault(n, f"column for {name}: the template {template!r} does not fit: {error}")
        return ""


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
