"""Parquet files, of every kind of column that other programs write, and broken ones."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow
import pytest
from pyarrow import parquet

from cti.ingest.report import IngestError, Report, list_kept
from cti.ingest.sources import batches
from cti.ingest.tables import ingest_table
from cti.ingest.values import cell_text
from cti.store.database import Store
from cti.store.identity import Identities
from tests.ingest.test_tables import SEARCHES, lines, mapped
from tests.store.conftest import NOW

AT = datetime(2026, 11, 24, 9, 39, tzinfo=ZoneInfo("Asia/Hong_Kong"))
SINCE_1970 = int(AT.timestamp())
UNREADABLE_DAY = 9 * 10**17
"""In microseconds since 1970: the year 30489, which Python has no date for."""


def read(tmp_path: Path, **given: Any) -> dict[str, list[object]]:
    """What is read of these columns, in batches of two."""
    path = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table(given), path)
    columns = "columns = { key = 'at', at = 'at', title = 'at', account = 'at' }"
    wanted = mapped(tmp_path, SEARCHES.split("[columns]")[0] + columns)
    found: dict[str, list[object]] = {}
    for batch in batches(str(path), wanted, size=2):
        for name in batch.names:
            found.setdefault(name, []).extend(batch.column(name))
    return found


def not_utf_8(count: int) -> pyarrow.Array:
    """Strings that say they are UTF-8 and are not, as old exporters wrote them."""
    offsets = pyarrow.array(range(0, 2 * count + 1, 2), pyarrow.int32()).buffers()[1]
    return pyarrow.Array.from_buffers(pyarrow.string(), count, [None, offsets, pyarrow.py_buffer(b"\xffx" * count)])


def test_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "searches.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(IngestError, match="pip install pyarrow"):
        next(batches(str(path), mapped(tmp_path, SEARCHES)))


def test_rows_come_in_with_objects_in_objects_and_their_own_zone(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.parquet"
    when = AT.replace(tzinfo=None)
    who = [None, {"customer": "C1"}, {"customer": None}, {"customer": "C1"}, None]
    rows = [{"id": n, "when": when, "words": "红灯", "who": who[n], "browser": "b1", "hits": 0} for n in range(5)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    map_ = mapped(tmp_path, SEARCHES.replace('"customer"', '"who.customer"'))
    assert ingest_table(store, identities, map_, str(path), NOW, size=2) == Report(source="searches", read=5, new=5)
    assert lines(store)[4] == ("searches:4", SINCE_1970 * 1000, "红灯", "nothing_found")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IngestError, match="can't be read as Parquet"):
        ingest_table(store, identities, map_, str(path), NOW)
    assert len(lines(store)) == 5


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Hong_Kong", "+08:00", "Mars/Base"])
def test_a_time_with_a_zone_is_that_instant(tmp_path: Path, unit: str, zone: str) -> None:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    # One nanosecond more is what Python's datetime can't hold.
    raw = [SINCE_1970 * per_second + (unit == "ns"), None]
    found = read(tmp_path, at=pyarrow.array(raw, pyarrow.timestamp(unit, zone)))
    assert found == {"at": [AT, None]}


def test_every_other_kind_of_column_is_a_value_or_text(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        at=pyarrow.array([SINCE_1970 * 10**9 + 1] * 3, pyarrow.timestamp("ns")),
        day=pyarrow.array([date(2026, 11, 24), None, date(1969, 12, 31)]),
        paid=pyarrow.array([Decimal("12.50"), Decimal("-0.01"), None], pyarrow.decimal128(9, 2)),
        tier=pyarrow.array(["gold", None, "gold"]).dictionary_encode(),
        seen=pyarrow.array([SINCE_1970 * 10**3] * 3, pyarrow.timestamp("ms", "UTC")).dictionary_encode(),
        tags=pyarrow.array([["a", "b"], [], None]),
        none=pyarrow.nulls(3),
        big=pyarrow.array(["x", None, "z"], pyarrow.large_string()),
        raw=pyarrow.array([b"\xe7\xba\xa2", b"", None]),
        took=pyarrow.array([1_500_000_001] * 3, pyarrow.duration("ns")),
        clock=pyarrow.array([34_740_000_000_001] * 3, pyarrow.time64("ns")),
        outer=pyarrow.array([{"inner": {"deep": 1}}, {"inner": None}, None]),
        wrong=not_utf_8(3),
    )
    texts = {name: [cell_text(value) for value in values] for name, values in found.items()}
    assert found["at"][0] == datetime.fromtimestamp(SINCE_1970, UTC).replace(tzinfo=None)
    assert found["seen"] == [AT] * 3
    assert texts["day"] == ["2026-11-24", "", "1969-12-31"]
    assert texts["paid"] == ["12.50", "-0.01", ""]
    assert texts["tier"] == ["gold", "", "gold"]
    assert texts["tags"] == ["a;b", "", ""]
    assert texts["none"] == ["", "", ""]
    assert texts["big"] == ["x", "", "z"]
    assert texts["raw"] == ["红", "", ""]
    assert texts["took"] == ["0:00:01.500000"] * 3
    assert texts["clock"] == ["09:39:00"] * 3
    assert texts["outer.inner.deep"] == ["1", "", ""]
    assert texts["wrong"] == ["�x"] * 3


def test_a_row_whose_time_no_calendar_has_is_kept_and_the_others_come_in(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.parquet"
    given = {
        "id": pyarrow.array([1, 2]),
        "when": pyarrow.array([UNREADABLE_DAY, SINCE_1970 * 10**6], pyarrow.timestamp("us", "UTC")),
        **{name: pyarrow.array(["x", "x"]) for name in ("words", "customer", "browser", "hits")},
    }
    parquet.write_table(pyarrow.table(given), path)
    report = ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW)
    assert (report.new, report.kept) == (1, 1)
    assert [line[:2] for line in lines(store)] == [("searches:2", SINCE_1970 * 1000)]
    assert "30489" in store.read(list_kept)[0].reason


def test_a_file_that_breaks_off_in_the_middle_keeps_what_came_before(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.parquet"
    rows = [
        {"id": n, "when": AT, "words": f"word {n}", "customer": "C1", "browser": "b", "hits": 0} for n in range(2000)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=1000, compression="gzip")
    written = bytearray(path.read_bytes())
    with parquet.ParquetFile(path) as file:
        begins = file.metadata.row_group(1).column(0).data_page_offset
    written[begins : begins + 40] = b"\xff" * 40
    path.write_bytes(written)
    with pytest.raises(IngestError, match="can't be read as Parquet"):
        ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW, size=1000)
    assert len(lines(store)) == 1000
