"""Outside tables that come again and again: only what is new, what is gone, by the clock; and long ones in batches."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cti.core.ids import Ms
from cti.core.site import OutsideTable
from cti.ingest.mapping import load_map
from cti.ingest.report import IngestError, Report, list_kept
from cti.ingest.schedule import Schedule
from cti.ingest.sources import Batch, batches
from cti.ingest.tables import TableIngest, ingest_table, put_rows
from cti.ingest.watermark import reached
from cti.store.database import Store
from cti.store.erase import erase
from cti.store.identity import Identities
from tests.ingest.test_tables import CUSTOMERS, ROWS, SEARCHES, lines, mapped
from tests.store.conftest import NOW

SHOP = """
name = "orders"
kind = "order"
table = "orders"
watermark = "changed"
[columns]
key = "id"
at = "made"
title = "what"
account = "customer"
"""
CASES = """
name = "tickets"
kind = "case"
deletes = true
columns = { key = "no", customer = "who", title = "what", at = "on" }
"""
PROMISES = """
name = "promised"
kind = "promise"
deletes = true
columns = { key = "no", customer = "who", title = "what", at = "on", due = "on" }
"""


class Shop:
    """A database of somebody else's."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._db = sqlite3.connect(path)
        self._db.execute("CREATE TABLE orders (id, made, what, customer, changed)")

    def order(self, number: int, what: str, changed: object) -> None:
        self._db.execute("DELETE FROM orders WHERE id = ?", (number,))
        self._db.execute("INSERT INTO orders VALUES (?, '2026-11-24', ?, 'C1', ?)", (number, what, changed))
        self._db.commit()

    def orders(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Many at once, as (number, made, what, customer, changed)."""
        self._db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
        self._db.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.db")


@pytest.mark.parametrize("changes", [(1, 2, 3), ("2026-11-24 09:00:00", "2026-11-24 09:00:01", "2026-11-25 00:00:00")])
def test_a_watermark_asks_for_what_is_new_or_changed_only(
    store: Store, identities: Identities, tmp_path: Path, shop: Shop, changes: tuple[object, ...]
) -> None:
    map_ = mapped(tmp_path, SHOP)

    def again(**how: bool) -> Report:
        return ingest_table(store, identities, map_, shop.url, NOW, **how)  # type: ignore[arg-type]

    shop.order(1, "Fibre 500", changes[0])
    shop.order(2, "Router", changes[1])
    assert again().new == 2
    # The newest comes once more: another row may have been changed in the same moment.
    assert again().new == 1
    shop.order(1, "Fibre 1000", changes[2])
    shop.order(3, "Cable", changes[1])
    assert again().new == 3
    assert [line[2] for line in lines(store)] == ["Fibre 1000", "Router", "Cable"]
    assert again(again=True).new == 3


def test_the_watermark_moves_with_the_rows_it_stands_for(
    store: Store, identities: Identities, tmp_path: Path, shop: Shop
) -> None:
    map_ = mapped(tmp_path, SHOP)
    shop.orders((n, "2026-11-24", f"Cable {n}", f"C{n % 7}", n) for n in range(40))

    def stop(_report: Report) -> None:
        raise KeyboardInterrupt

    def put(after: int, end: BaseException) -> tuple[int, object]:
        """Stopped by `end` after some batches of three: how many rows are there, and how far the table is read."""

        def some() -> Iterator[Batch]:
            yield from islice(batches(shop.url, map_, 3), after)
            raise end

        with pytest.raises(type(end)):
            put_rows(store, TableIngest(identities, map_, NOW, size=3), some(), map_.name)
        return len(lines(store)), store.read(lambda c: reached(c, map_.name))

    # Ten batches are sorted and written together. Stopped after the first part of them, all of them come once more.
    with pytest.raises(KeyboardInterrupt):
        ingest_table(store, identities, map_, shop.url, NOW, stop, size=3)
    assert put(0, KeyboardInterrupt()) == (3, None)
    assert put(11, KeyboardInterrupt()) == (30, 29)
    # Where reading can't go on, what was read before stays.
    assert put(12, IngestError("the line is cut")) == (36, 35)
    assert ingest_table(store, identities, map_, shop.url, NOW, size=3).new == 5
    assert len(lines(store)) == 40


def test_behind_a_watermark_what_was_kept_is_tried_again_when_the_map_is_mended(
    store: Store, identities: Identities, tmp_path: Path, shop: Shop
) -> None:
    shop.orders((n, f"24.11.2026 0{n}:00" if n < 3 else "some day", f"Cable {n}", "C1", n) for n in range(4))
    map_ = mapped(tmp_path, SHOP)
    assert ingest_table(store, identities, map_, shop.url, NOW).kept == 4
    # Nothing of it is new, and yet it is not forgotten: what is wrong with it is told each time.
    assert ingest_table(store, identities, map_, shop.url, NOW).kept == 5
    mended = mapped(tmp_path, 'time_format = "%d.%m.%Y %H:%M"\n' + SHOP)
    shop.orders([(4, "24.11.2026 04:00", "Router", "C1", 9)])
    report = ingest_table(store, identities, mended, shop.url, NOW)
    assert (report.new, report.kept) == (4, 2)
    assert [line[2] for line in lines(store)] == ["Cable 0", "Cable 1", "Cable 2", "Router"]
    (kept,) = store.read(list_kept)
    assert kept.place.endswith("id 3")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SHOP.replace('table = "orders"', ""), "`watermark` is for databases"),
        (SHOP.replace('key = "id"', "").replace("watermark", "deletes = true\nwatermark"), "`deletes` needs a `key`"),
        ("deletes = true\n" + CUSTOMERS, "hotline erase"),
    ],
)
def test_a_map_that_asks_for_the_impossible_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        mapped(tmp_path, text)


def test_rows_that_are_gone_go_here_and_others_stay(store: Store, identities: Identities, tmp_path: Path) -> None:
    path = tmp_path / "searches.csv"
    more = ROWS + "3,2026-11-24,slow,C1,b,1\n"
    path.write_text(more, encoding="utf-8")
    map_ = mapped(tmp_path, "deletes = true\n" + SEARCHES)
    other = mapped(tmp_path, SEARCHES.replace('"searches"', '"searches-old"'))
    ingest_table(store, identities, other, str(path), NOW)
    assert ingest_table(store, identities, map_, str(path), NOW).gone == 0
    path.write_text(ROWS, encoding="utf-8")
    assert ingest_table(store, identities, map_, str(path), NOW, size=1).gone == 1
    there = [line[0] for line in lines(store)]
    assert there == ["searches-old:1", "searches-old:2", "searches-old:3", "searches:1", "searches:2"]
    # A row that can't be read may be any; a file that is empty is an accident.
    path.write_text(ROWS.replace("1,2026-11-24 09:39", "1,some day"), encoding="utf-8")
    report = ingest_table(store, identities, map_, str(path), NOW)
    assert (report.kept, report.gone) == (1, 0)
    path.write_text(ROWS.splitlines()[0] + "\n", encoding="utf-8")
    assert ingest_table(store, identities, map_, str(path), NOW).gone == 0
    assert len(lines(store)) == 5


def test_what_was_written_in_a_row_goes_with_it(store: Store, identities: Identities, tmp_path: Path) -> None:
    path = tmp_path / "forms.csv"
    rows = ["no,who,on,what\n", *(f"{n},C{n},2026-11-24,Call me at 9123 456{n}\n" for n in range(3))]
    path.write_text("".join(rows), encoding="utf-8")
    map_ = mapped(
        tmp_path,
        'name = "forms"\nkind = "form"\ndeletes = true\nzone = "Asia/Hong_Kong"\n'
        'columns = { key = "no", account = "who", at = "on", text = "what" }\n',
    )
    ingest_table(store, identities, map_, str(path), NOW)
    path.write_text("".join(rows[:3]), encoding="utf-8")
    assert ingest_table(store, identities, map_, str(path), NOW).gone == 1
    query = sa.text("SELECT shown FROM mentions ORDER BY interaction")
    assert store.read(lambda c: list(c.execute(query).scalars())) == ["+852 9123 4560", "+852 9123 4561"]


def test_cases_and_promises_that_are_gone_are_ended_not_deleted(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    for text in (CASES, PROMISES):
        map_ = mapped(tmp_path, text)
        path.write_text("no,who,what,on\n1,C1,No line,2026-11-24\n2,C1,Bill,2026-11-24\n", encoding="utf-8")
        ingest_table(store, identities, map_, str(path), NOW)
        path.write_text("no,who,what,on\n2,C1,Bill,2026-11-24\n", encoding="utf-8")
        assert ingest_table(store, identities, map_, str(path), NOW).gone == 1
        assert ingest_table(store, identities, map_, str(path), NOW).gone == 0
    query = sa.text("SELECT state FROM cases UNION ALL SELECT state FROM promises ORDER BY 1")
    assert store.read(lambda c: list(c.execute(query).scalars())) == ["closed", "open", "open", "withdrawn"]


def test_long_tables_come_in_batches_and_the_same_key_twice_is_one_row(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.csv"
    rows = [f"{n % 40},{1795000000 + n},words {n},C{n % 7},b{n % 9},{n % 3}" for n in range(100)]
    rows[70] = "70,never,x,C1,b,1"
    rows[90] = '90,2026-11-24,"over\ntwo lines",C1,b,1'
    path.write_text("id,when,words,customer,browser,hits\n\n" + "\n".join(rows) + "\n", encoding="utf-8")
    map_ = mapped(tmp_path, SEARCHES)
    wholes = []
    for size in (7, 50, 1000):
        report = ingest_table(store, identities, map_, str(path), NOW, size=size)
        assert (report.read, report.new, report.kept) == (100, 99, 1)
        assert [one.place for one in store.read(list_kept)] == [f"{path}, line 73"]
        wholes.append(
            [
                store.read(lambda c, t=table: sorted(map(tuple, c.execute(sa.text(f"SELECT * FROM {t}")))))
                for table in ("interactions", "identifiers", "tallies")
            ]
        )
    assert wholes[0] == wholes[1] == wholes[2]
    assert len(wholes[0][0]) == 41


# How a time is read has nothing to do with where it is stored.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Asia/Hong_Kong", "America/St_Johns"])
def test_times_are_right_in_every_hour_in_which_clocks_change(
    store: Store, identities: Identities, tmp_path: Path, zone: str
) -> None:
    days = ("2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04", "2026-03-08", "2026-11-01", "2006-04-02")
    written = [f"{day} {h:02}:{m:02}:07" for day in days for h in range(4) for m in (0, 1, 29, 30, 31, 59)] * 2
    path = tmp_path / "searches.csv"
    path.write_text(
        "id,when,words,customer,browser,hits\n" + "".join(f"{n:04},{when},x,C1,,1\n" for n, when in enumerate(written)),
        encoding="utf-8",
    )
    map_ = mapped(tmp_path, SEARCHES.replace("Asia/Hong_Kong", zone))
    ingest_table(store, identities, map_, str(path), NOW)
    place = ZoneInfo(zone)
    expected = [int(datetime.fromisoformat(when).replace(tzinfo=place).timestamp() * 1000) for when in written]
    assert [line[1] for line in lines(store)] == expected


def schedule(
    store: Store, identities: Identities, folder: Path, *tables: OutsideTable, now: Callable[[], Ms]
) -> Schedule:
    return Schedule(store, identities, tables, {"shop": "secret"}, folder, now)


def test_the_site_s_tables_are_read_by_the_clock_and_one_that_fails_stops_no_other(
    store: Store, identities: Identities, tmp_path: Path, shop: Shop
) -> None:
    shop.order(1, "Fibre 500", 1)
    (tmp_path / "orders.toml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "searches.toml").write_text(SEARCHES, encoding="utf-8")
    (tmp_path / "searches.csv").write_text(ROWS, encoding="utf-8")
    stop = threading.Event()
    asked = []

    def now() -> Ms:
        asked.append(1)
        if len(asked) == 2:
            stop.set()
        return NOW

    tables = (
        OutsideTable("gone", "no-such.toml", "nothing.csv"),
        OutsideTable("shop", "orders.toml", shop.url),
        OutsideTable("searches", "searches.toml", "searches.csv"),
    )
    schedule(store, identities, tmp_path, *tables, now=now).follow(stop)
    assert [line[0] for line in lines(store)] == ["orders:1", "searches:1", "searches:2"]
    assert load_map(tmp_path / "orders.toml").watermark == "changed"


def test_who_is_erased_between_two_transactions_is_there_again_with_the_lines_that_name_them(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    """Else nobody could look these lines up, nor erase them."""
    shop = Shop(tmp_path / "shop.db")
    map_ = mapped(tmp_path, SHOP)
    shop.orders((n, "2026-11-24", f"Cable {n}", f"C{n}", n) for n in range(9))
    done: list[Report] = []
    for report in TableIngest(identities, map_, NOW, size=3).put(store, batches(shop.url, map_, 3)):
        done.append(report)
        if len(done) == 1:
            with contextlib.closing(store.driver()) as db:
                known = [one.id for n in range(9) if (one := identities.account(f"C{n}")) is not None]
                for one in known:
                    assert erase(store, db, one, "ana", NOW, None) is not None
    count = "SELECT count(*) FROM interactions WHERE owner IN (SELECT id FROM identifiers)"
    assert len(done) == 3
    assert store.read(lambda c: c.exec_driver_sql(count).scalar_one()) == 6
