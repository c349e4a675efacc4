"""Outside tables as they really come: wrong encodings, odd times, broken rows; twice, and mended."""

import json
import os
import sqlite3
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cti.core.ids import CustomerId
from cti.ingest.mapping import Map, load_map
from cti.ingest.report import IngestError, Report, list_kept
from cti.ingest.tables import ingest_table, preview
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from tests.store.conftest import NOW

SHARED = Path(os.environ.get("HOTLINE_SHARED", Path(__file__).parents[3] / "shared")) / "testdata/web"
ZONE = ZoneInfo("Asia/Hong_Kong")

SEARCHES = """
name = "searches"
kind = "search"
zone = "Asia/Hong_Kong"
[columns]
key = "id"
at = "when"
title = "words"
account = "customer"
device = "browser"
mark = { column = "hits", map = { "0" = "nothing_found", "*" = "" } }
"""

CUSTOMERS = """
name = "crm"
kind = "customer"
[columns]
key = "no"
name = "name"
account = "no"
tel = "phone"
mail = "mail"
tier = "tier"
language = { column = "lang", map = { zh = "cmn", hk = "yue", "*" = "en" } }
tags = "tags"
"""


def mapped(tmp_path: Path, text: str) -> Map:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return load_map(path)


def lines(store: Store, columns: str = "id, at, title, mark") -> list[tuple[object, ...]]:
    query = sa.text(f"SELECT {columns} FROM interactions ORDER BY id")
    return store.read(lambda c: [tuple(row) for row in c.execute(query)])


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=ZONE).timestamp() * 1000)  # type: ignore[arg-type]


ROWS = (
    "id,when,words,customer,browser,hits\n"
    "1,2026-11-24 09:39,路由器 红灯,C100,b1,0\n"
    "2,2026/11/24 09:41:05,“red light”,,b1,3\n"
)


# How a file is read has nothing to do with where its rows go.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5hkscs", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_any_encoding_and_with_any_delimiter(
    store: Store, identities: Identities, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = ROWS.replace("“red light”", "slow").replace(",", delimiter)
    if encoding == "big5hkscs":
        text = text.replace("红灯", "紅燈為什麼一直亮")
    path = tmp_path / "searches.csv"
    path.write_bytes(text.encode(encoding))
    report = ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW)
    assert report == Report(source="searches", read=2, new=2)
    (first, second) = lines(store)
    assert first[:2] == ("searches:1", ms(2026, 11, 24, 9, 39))
    assert str(first[2]).startswith("路由器 ")
    assert first[3] == "nothing_found"
    assert second == ("searches:2", ms(2026, 11, 24, 9, 41, 5), "slow", "")


def test_twice_is_once_and_a_changed_row_is_changed(store: Store, identities: Identities, tmp_path: Path) -> None:
    path = tmp_path / "searches.csv"
    path.write_text(ROWS, encoding="utf-8")
    map_ = mapped(tmp_path, SEARCHES)
    ingest_table(store, identities, map_, str(path), NOW)
    before = lines(store)
    ingest_table(store, identities, map_, str(path), NOW)
    assert lines(store) == before
    path.write_text(ROWS.replace("2026-11-24 09:39", "2026-11-23 08:00"), encoding="utf-8")
    ingest_table(store, identities, map_, str(path), NOW)
    assert lines(store) == [("searches:1", ms(2026, 11, 23, 8, 0), "路由器 红灯", "nothing_found"), before[1]]


def test_bad_rows_are_kept_with_row_and_column_and_let_go_when_mended(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.csv"
    bad = ROWS + "3,31/02/2026,x,C1,,1\n4,2026-11-24,x,,,1\n5,2026-11-24,x,C1,b,1,too,many\n"
    path.write_text(bad, encoding="utf-8")
    map_ = mapped(tmp_path, SEARCHES)
    report = ingest_table(store, identities, map_, str(path), NOW)
    assert (report.read, report.new, report.kept) == (5, 2, 3)
    kept = {one.place: one.reason for one in store.read(list_kept)}
    assert "column when: '31/02/2026' is no time" in kept[f"{path}, line 4"]
    assert "nobody's row" in kept[f"{path}, line 5"]
    assert "8 cells" in kept[f"{path}, line 6"]
    mended = bad.replace("31/02/2026", "2026-02-28").replace("x,,,1", "x,C2,,1").replace(",too,many", "")
    path.write_text(mended, encoding="utf-8")
    assert ingest_table(store, identities, map_, str(path), NOW).kept == 0
    assert store.read(list_kept) == []
    assert len(lines(store)) == 5


def test_a_cell_in_another_encoding_than_its_file_is_still_read(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.csv"
    filler = "".join(f"{n},2026-11-24,宽带安装,C{n},,1\n" for n in range(10, 60))
    foreign = "7,2026-11-24,路由器一直亮红灯怎么办,C7,,0\n".encode("gbk")
    path.write_bytes(ROWS.encode() + filler.encode() + foreign)
    assert ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW).kept == 0
    assert [line[2] for line in lines(store) if line[0] == "searches:7"] == ["路由器一直亮红灯怎么办"]


def test_json_lines(store: Store, identities: Identities, tmp_path: Path) -> None:
    path = tmp_path / "searches.jsonl"
    rows = [
        {"id": 1, "when": 1795484340, "words": "红灯", "customer": "C1", "browser": None, "hits": 0},
        {"id": 2, "when": 1795484340123, "words": "x\ud800y", "customer": 100.0, "browser": "b", "hits": 2},
    ]
    text = "\n".join(json.dumps(row) for row in rows) + '\n{"broken\n[1]\n\n'
    path.write_text(text, encoding="utf-8")
    report = ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW)
    assert (report.new, report.kept) == (2, 2)
    assert lines(store, "at, title") == [(1795484340000, "红灯"), (1795484340123, "x?y")]
    assert {one.place.rpartition(" ")[2] for one in store.read(list_kept)} == {"3", "4"}


def test_a_database_by_table_or_query(store: Store, identities: Identities, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "web.db")
    db.execute("CREATE TABLE search (id, 'when' TIMESTAMP, words, customer, browser, hits)")
    db.execute("INSERT INTO search VALUES (1, '2026-11-24 09:39', '红灯', 'C1', NULL, 0)")
    db.commit()
    db.close()
    url = f"sqlite:///{tmp_path}/web.db"
    ingest_table(store, identities, mapped(tmp_path, 'table = "search"\n' + SEARCHES), url, NOW)
    expected = [("searches:1", ms(2026, 11, 24, 9, 39), "红灯", "nothing_found")]
    assert lines(store) == expected
    query = "query = \"SELECT *, '9' AS more FROM search\"\n"
    ingest_table(store, identities, mapped(tmp_path, query + SEARCHES), url, NOW)
    assert lines(store) == expected
    with pytest.raises(IngestError, match="no such table"):
        ingest_table(store, identities, mapped(tmp_path, 'table = "gone"\n' + SEARCHES), url, NOW)
    with pytest.raises(IngestError, match="say `table` or `query`"):
        ingest_table(store, identities, mapped(tmp_path, SEARCHES), url, NOW)
    map_ = mapped(tmp_path, 'table = "t"\n' + SEARCHES)
    with pytest.raises(IngestError, match="no driver") as told:
        ingest_table(store, identities, map_, "oracle://me:secret@host/x", NOW)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SEARCHES.replace('kind = "search"', 'kind = "serach"'), "'serach'; it can be call, mail"),
        (SEARCHES.replace("title =", "titel ="), "unknown field `titel`"),
        (SEARCHES.replace('at = "when"', ""), "must name at"),
        (SEARCHES.replace('account = "customer"', "").replace('device = "browser"', ""), "whose row is it"),
        ("name = ", "map.toml is wrong"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(IngestError, match=says):
        mapped(tmp_path, text)


def test_a_map_that_names_columns_there_aren_t_is_refused_as_a_whole(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = tmp_path / "searches.csv"
    path.write_text(ROWS.replace("words", "word"), encoding="utf-8")
    with pytest.raises(IngestError, match="no column words; there are browser, customer, hits"):
        ingest_table(store, identities, mapped(tmp_path, SEARCHES), str(path), NOW)
    with pytest.raises(IngestError, match="neither a file nor"):
        ingest_table(store, identities, mapped(tmp_path, SEARCHES), "gone.csv", NOW)


async def test_customers_are_known_by_every_identifier_and_rows_join_them(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    crm = tmp_path / "crm.csv"
    crm.write_text(
        "no,name,phone,mail,tier,lang,tags\n"
        "C100,Eleanor Whitcombe,+44 7700 900143,eleanor.w@mail.example,gold,en,Works from home;Fibre 500\n"
        "C101,Daniel W.,+44 7700 900143,,,en,\n"
        "C102,林嘉欣,9123 4567,,,hk,喜歡短訊\n",
        encoding="utf-8",
    )
    searches = tmp_path / "searches.csv"
    searches.write_text(ROWS, encoding="utf-8")
    ingest_table(store, identities, mapped(tmp_path, CUSTOMERS), str(crm), NOW)
    # The second search was made before she signed in on the same browser.
    map_ = mapped(tmp_path, "link = true\n" + SEARCHES)
    for _ in range(2):
        ingest_table(store, identities, map_, str(searches), NOW)
        ingest_table(store, identities, mapped(tmp_path, CUSTOMERS), str(crm), NOW)
    history = History(store, identities, now=lambda: NOW)
    tel = identities.phone("+447700900143")
    assert tel is not None
    people = (await history.pop(tel.id)).people
    assert {person.name for person in people} == {"Eleanor Whitcombe", "Daniel W."}
    eleanor = await history.customer(CustomerId("C100"))
    assert eleanor is not None
    assert (eleanor.tier, eleanor.tags) == ("gold", ("Fibre 500", "Works from home"))
    assert {line.title for line in eleanor.timeline} == {"路由器 红灯", "“red light”"}
    kin = await history.customer(CustomerId("C102"))
    assert kin is not None
    assert kin.language == "yue"
    history.close()


def test_cases_and_promises(store: Store, identities: Identities, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "no,who,what,on,by\n4827,C100,No internet,2026-11-20,ana\n4828,C100,Bill,2026-11-21,\n", encoding="utf-8"
    )
    cases = """
    name = "cases"
    kind = "case"
    columns = { key = "no", case = "no", customer = "who", title = "what", at = "on", agent = "by" }
    """
    store.write(
        lambda c: c.execute(
            sa.text("INSERT INTO cases (id, customer, title, state, opened) VALUES (4828, 'x', 'ours', 'open', 1)")
        )
    )
    for _ in range(2):
        ingest_table(store, identities, mapped(tmp_path, cases), str(tmp_path / "cases.csv"), NOW)
    query = sa.text("SELECT id, customer, title, owner FROM cases ORDER BY id")
    found = store.read(lambda c: [tuple(row) for row in c.execute(query)])
    assert found == [(4827, "C100", "No internet", "ana"), (4828, "x", "ours", ""), (4829, "C100", "Bill", "")]
    (tmp_path / "promises.csv").write_text("no,who,what,on,due\n1,C100,Call back,2026-11-20,2026-11-24\n")
    promises = """
    name = "promises"
    kind = "promise"
    columns = { key = "no", customer = "who", title = "what", at = "on", due = "due", agent = { value = "ana" } }
    """
    for _ in range(2):
        ingest_table(store, identities, mapped(tmp_path, promises), str(tmp_path / "promises.csv"), NOW)
    assert store.read(lambda c: c.execute(sa.text("SELECT count(*) FROM promises")).scalar_one()) == 1


def test_a_preview_writes_nothing(store: Store, identities: Identities, tmp_path: Path) -> None:
    path = tmp_path / "searches.csv"
    path.write_text(ROWS + "3,never,x,C1,,1\n", encoding="utf-8")
    shown = [made for _, made in preview(identities, mapped(tmp_path, SEARCHES), str(path), NOW)]
    assert "search of account C100, device b1 at 2026-11-24T01:39:00+00:00" in shown[0]
    assert shown[2].startswith("kept unread: column when")
    assert lines(store) == []


def test_outside_csv_files(store: Store, identities: Identities, tmp_path: Path) -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there (set HOTLINE_SHARED)")
    spanish = """
    name = "contacts"
    kind = "customer"
    columns = { key = "telefono", tel = "telefono", name = "Nombre de él o ella" }
    """
    path = next(SHARED.rglob("planilla-ejemplo-3*.csv"))
    report = ingest_table(store, identities, mapped(tmp_path, spanish), str(path), NOW)
    assert (report.new, report.kept) == (3, 0)
    pipes = """
    name = "pipes"
    kind = "customer"
    header = ["tel", "name", "n", "flag"]
    columns = { key = "tel", tel = "tel", name = "name" }
    """
    path = next(SHARED.rglob("planilla-ejemplo-5.csv"))
    assert ingest_table(store, identities, mapped(tmp_path, pipes), str(path), NOW).new == 4
    path = next(SHARED.rglob("planilla-ejemplo-4.csv"))
    with pytest.raises(IngestError, match="is empty"):
        ingest_table(store, identities, mapped(tmp_path, pipes), str(path), NOW)
