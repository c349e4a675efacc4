"""Rows of a Parquet file, where pyarrow is installed (it is large, and few sites need it)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cti.ingest.report import IngestError

_DEEP = 5
"""So many objects in objects become columns of their own, `outer.inner`."""


def read(path: Path, size: int) -> Iterator[tuple[Sequence[str], Sequence[Sequence[object]]]]:
    """Its columns' names and at most `size` rows, a batch after the other. Raises `IngestError`."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise IngestError(
            f"{path}: reading Parquet needs pyarrow, which is not installed: pip install pyarrow, or export CSV"
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            for some in file.iter_batches(size):
                table = pyarrow.Table.from_batches([some])
                for _ in range(_DEEP):
                    table = table.flatten()
                yield table.column_names, list(zip(*(_cells(column) for column in table.columns), strict=True))
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        raise IngestError(f"{path} can't be read as Parquet: {error}") from error


def _cells(column: Any) -> Sequence[object]:
    """A column as Python has it; what Python has no value for is text, so that its row alone is wrong and kept."""
    from pyarrow import binary, string, types

    column = _plain(column)
    try:
        found = column.to_pylist()
    except (ValueError, OverflowError):
        worded = types.is_string(column.type) or types.is_large_string(column.type)
        return list(column.cast(binary() if worded else string()).to_pylist())
    return [";".join(map(str, one)) if isinstance(one, list) else one for one in found]


def _plain(column: Any) -> Any:
    """The same without what Python can't take: dictionaries, nanoseconds, names of zones (the instants are UTC's)."""
    from pyarrow import duration, time64, timestamp, types

    kind = column.type
    if types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    fine = getattr(kind, "unit", None) == "ns"
    if types.is_timestamp(kind) and (fine or kind.tz):
        # Rounded down: nobody's call began in the nanosecond.
        return column.cast(timestamp("us" if fine else kind.unit, kind.tz and "UTC"), safe=False)
    if fine:
        return column.cast(time64("us") if types.is_time(kind) else duration("us"), safe=False)
    return column
