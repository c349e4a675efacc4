"""Calls of the PBX before Hotline, as its files and tables tell them: calls as rows, and what must come out."""

import csv
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cti.ingest.pbx import Source, owner_of
from cti.ingest.pbx_calls import CallsReport, Known, ingest_calls
from cti.ingest.report import IngestError, list_kept
from cti.store.database import Store
from cti.store.identity import Identities
from tests.conftest import MakeDatabase
from tests.store.conftest import NOW

ZONE = "Asia/Hong_Kong"
KNOWN = Known(own=frozenset({"+85231000000"}), names={"ana": "Ana Lindqvist", "1002": "Bo"})

CDR_ROWS = (
    # from, to, its channel, the other channel, began, answered, ended, disposition, uniqueid
    ("91234567", "31000000", "trunk-00000001", "ana-00000002", "09:00:00", "09:00:10", "09:02:00", "ANSWERED", "1.1"),
    ("1001", "91234567", "ana-00000003", "trunk-00000004", "10:00:00", "10:00:20", "10:01:00", "ANSWERED", "1.3"),
    ("1001", "1002", "ana-00000005", "bo-00000006", "10:30:00", "10:30:20", "10:31:00", "ANSWERED", "1.5"),
    ("+447700900143", "31000000", "trunk-00000007", "", "11:00:00", "", "11:00:30", "NO ANSWER", "1.7"),
    ("anonymous", "31000000", "trunk-00000008", "1002-00000009", "12:00:00", "12:00:05", "12:00:15", "ANSWERED", "1.8"),
    ("85231000000", "91234567", "ana-0000000a", "", "13:00:00", "", "13:00:30", "NO ANSWER", "1.9"),
    ("91234567", "31000000", "trunk-0000000b", "ana-0000000c", "14:00:00", "14:00:10", "14:01:10", "ANSWERED", "1.11"),
    ("91234567", "1002", "trunk-0000000b", "1002-0000000d", "14:01:10", "14:01:10", "14:03:15", "ANSWERED", "1.11"),
)


def cdr(day: str = "2026-11-20") -> str:
    """The rows as cdr_csv writes them."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    for src, dst, channel, other, *times, disposition, unique in CDR_ROWS:
        began, answered, ended = (datetime.fromisoformat(f"{day} {time}") if time else None for time in times)
        assert began is not None
        assert ended is not None
        spans = ((ended - began).seconds, (ended - answered).seconds if answered else 0)
        dialled = f"PJSIP/{other}" if other else ""
        row = ("", src, dst, "in", f'"Mei" <{src}>', f"PJSIP/{channel}", dialled, "Dial", "PJSIP/ana,30")
        writer.writerow((*row, began, answered or "", ended, *spans, disposition, "DOCUMENTATION", unique, ""))
    return out.getvalue()


QUEUE = """1763600400|NONE|NONE|NONE|QUEUESTART|
1763600400|2.1|support|NONE|ENTERQUEUE||91234567|1
1763600430|2.1|support|PJSIP/ana|CONNECT|30|2.2|5
1763600490|2.1|support|PJSIP/ana|COMPLETECALLER|30|60|1
1763600500|2.5|support|NONE|ENTERQUEUE||+447700900143|1
1763600545|2.5|support|NONE|ABANDON|1|1|45
1763600600|2.7|support|NONE|ENTERQUEUE||91234567|1
1763600610|2.7|support|Agent/1002|CONNECT|10|2.8|5
1763600640|2.7|support|Agent/1002|BLINDTRANSFER|1003|agents|10|30|1
"""

CEL_ROWS = (
    # event, seconds, number, exten, channel, uniqueid, linkedid
    ("CHAN_START", 0, "91234567", "31000000", "PJSIP/trunk-00000001", "3.1", "3.1"),
    ("CHAN_START", 5, "", "", "PJSIP/ana-00000002", "3.2", "3.1"),
    ("BRIDGE_ENTER", 20, "", "", "PJSIP/ana-00000002", "3.2", "3.1"),
    ("BRIDGE_ENTER", 20, "91234567", "", "PJSIP/trunk-00000001", "3.1", "3.1"),
    ("BRIDGE_EXIT", 80, "", "", "PJSIP/ana-00000002", "3.2", "3.1"),
    ("CHAN_START", 80, "", "", "PJSIP/1002-00000003", "3.3", "3.1"),
    ("BRIDGE_ENTER", 85, "", "", "PJSIP/1002-00000003", "3.3", "3.1"),
    ("BRIDGE_EXIT", 115, "", "", "PJSIP/1002-00000003", "3.3", "3.1"),
    ("LINKEDID_END", 116, "", "", "PJSIP/trunk-00000001", "3.1", "3.1"),
)
CEL = "".join(
    f'"{event}","{1763600400 + seconds}.000000","","{number}","","","","{exten}","in","{channel}","","","3","",'
    f'"{unique}","{linked}","","","",""\n'
    for event, seconds, number, exten, channel, unique, linked in CEL_ROWS
)


def file(tmp_path: Path, text: str, name: str = "log") -> str:
    path = tmp_path / name
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return str(path)


def ingest(store: Store, identities: Identities, *sources: str, table: str = "") -> CallsReport:
    opened = [Source(source, ZONE, table) for source in sources]
    return ingest_calls(store, identities, opened, "pbx", KNOWN, NOW)


def told(store: Store) -> list[str]:
    """Each call in a line: who, which way, waited, talked, with whom."""
    query = sa.text(
        "SELECT i.at, coalesce(d.value, i.owner), i.inbound, i.waited, i.lasted, i.agent_name, i.mark, i.text, i.path"
        " FROM interactions i LEFT JOIN identifiers d ON d.id = i.owner ORDER BY i.at, i.id"
    )
    lines = []
    for at, who, inbound, waited, lasted, agent, mark, words, path in store.read(lambda c: list(c.execute(query))):
        when = datetime.fromtimestamp(at / 1000, ZoneInfo(ZONE)).strftime("%H:%M")
        waits = "-" if waited is None else waited // 1000
        way = "in" if inbound else "out"
        lines.append(f"{when} {way} {who} waited {waits} talked {lasted // 1000} {agent}|{mark}|{words}|{path}")
    return lines


CDR_TOLD = [
    "09:00 in +85291234567 waited 10 talked 110 Ana Lindqvist|||",
    "10:00 out +85291234567 waited - talked 40 Ana Lindqvist|||",
    "11:00 in +447700900143 waited 30 talked 0 |missed||",
    "12:00 in nobody waited 5 talked 10 Bo|||",
    "13:00 out +85291234567 waited - talked 0 |||",
    "14:00 in +85291234567 waited 10 talked 185 Bo||Ana Lindqvist 1:00 → Bo 2:05|",
]


def test_cdr_files_tell_who_called_whom_and_which_talks_there_were(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = file(tmp_path, cdr())
    for _ in range(2):
        report = ingest(store, identities, path)
        assert (report.read, report.new, report.inside, report.kept) == (8, 6, 1, 0)
        assert told(store) == CDR_TOLD


def test_the_order_of_cdr_custom_and_a_line_of_names_are_known(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    row = '"x" <91234567>,91234567,31000000,in,PJSIP/trunk-00000001,PJSIP/ana-00000002,Dial,,2026-11-20 09:00:00,'
    row += "2026-11-20 09:00:10,2026-11-20 09:02:00,120,110,ANSWERED,DOCUMENTATION,,1.1,,7\n"
    ingest(store, identities, file(tmp_path, row))
    assert told(store) == CDR_TOLD[:1]
    names = "calldate,src,dst,channel,dstchannel,duration,billsec,disposition,uniqueid,linkedid\n"
    row = "2026-11-20 09:00:00,91234567,31000000,PJSIP/trunk-00000001,PJSIP/ana-00000002,120,110,ANSWERED,9.9,1.1\n"
    ingest(store, identities, file(tmp_path, names + row))
    assert told(store) == CDR_TOLD[:1]


def test_queue_log_tells_waits_those_who_gave_up_and_transfers(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    report = ingest(store, identities, file(tmp_path, QUEUE))
    assert (report.new, report.inside, report.kept) == (3, 0, 0)
    assert [line.partition(" in ")[2] for line in told(store)] == [
        "+85291234567 waited 30 talked 60 Ana Lindqvist|||support",
        "+447700900143 waited 45 talked 0 |abandoned||support",
        "+85291234567 waited 10 talked 30 Bo|||support",
    ]


def test_cel_tells_every_part_of_a_talk(store: Store, identities: Identities, tmp_path: Path) -> None:
    ingest(store, identities, file(tmp_path, CEL))
    assert [line.partition(" in ")[2] for line in told(store)] == [
        "+85291234567 waited 20 talked 90 Bo||Ana Lindqvist 1:00 → Bo 0:30|"
    ]


def test_sources_together_tell_more_than_each_and_order_does_not_matter(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    # The CDR's talk begins when the PBX answered; the queue knows how much of it was waiting.
    at = datetime.fromtimestamp(1763600400, ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M:%S")
    row = '"","91234567","31000000","in","","PJSIP/trunk-00000001","PJSIP/ana-00000002","Queue","support",'
    row += f'"{at}","{at}","{at}",90,90,"ANSWERED","DOCUMENTATION","2.1",""\n'
    paths = [file(tmp_path, row, "Master.csv"), file(tmp_path, QUEUE, "queue_log")]
    expected = "+85291234567 waited 30 talked 60 Ana Lindqvist|||support"
    for order in (paths, paths[::-1]):
        assert ingest(store, identities, *order).new == 3
        assert told(store)[0].partition(" in ")[2] == expected


def pbx_tables(url: str) -> None:
    """CDR, CEL and queue_log as Asterisk writes them into tables, and one that is none of them."""
    zone = ZoneInfo(ZONE)
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:

        def table(name: str, columns: str, rows: list[tuple[object, ...]]) -> None:
            connection.execute(sa.text(f"CREATE TABLE {name} ({columns})"))
            marks = ", ".join(f":c{n}" for n in range(len(rows[0])))
            given = [{f"c{n}": cell for n, cell in enumerate(row)} for row in rows]
            connection.execute(sa.text(f"INSERT INTO {name} VALUES ({marks})"), given)

        def times(*written: str) -> list[datetime | None]:
            return [datetime.fromisoformat(f"2026-11-20 {one}") if one else None for one in written]

        cdr = []
        for src, dst, channel, other, *when, disposition, unique in CDR_ROWS:
            began, answered, ended = times(*when)
            assert began is not None
            assert ended is not None
            spans = (ended - began).seconds, (ended - answered).seconds if answered else 0
            cdr.append((began, src, dst, f"PJSIP/{channel}", other and f"PJSIP/{other}", *spans, disposition, unique))
        columns = (
            "calldate timestamp, src text, dst text, channel text, dstchannel text, duration integer, billsec integer"
        )
        table("cdr", f"{columns}, disposition text, uniqueid text", cdr)
        cel = [
            (event, datetime.fromtimestamp(1763600400 + seconds, zone).replace(tzinfo=None), *rest)
            for event, seconds, *rest in CEL_ROWS
        ]
        columns = "eventtype text, eventtime timestamp, cid_num text, exten text, channame text, uniqueid text"
        table("cel", f"{columns}, linkedid text", cel)
        queue = [tuple(row.split("|", 5)) for row in QUEUE.splitlines()]
        columns = "time text, callid text, queuename text, agent text, event text"
        table("queue_log", f"{columns}, data text", queue)
        parts = [(*row[:5], *(row[5].split("|") + [""] * 5)[:5]) for row in queue]
        table("queue_parts", f"{columns}, {', '.join(f'data{n} text' for n in range(1, 6))}", parts)
        table("other", "x integer", [(1,)])
    engine.dispose()


def test_tables_are_told_apart_by_their_columns(
    store: Store, identities: Identities, make_database: MakeDatabase
) -> None:
    url = make_database(empty=True)
    pbx_tables(url)
    report = ingest(store, identities, url, table="cdr")
    assert (report.new, report.inside, report.kept) == (6, 1, 0)
    assert told(store) == CDR_TOLD
    assert ingest(store, identities, url, table="cel").new == 1
    assert ingest(store, identities, url, table="queue_log").new == 3
    lines = told(store)
    assert len(lines) == 10
    assert ingest(store, identities, url, table="queue_parts").new == 3
    assert told(store) == lines
    with pytest.raises(IngestError, match="no table of CDR, CEL or queue_log"):
        ingest(store, identities, url, table="other")
    with pytest.raises(IngestError, match="--table"):
        ingest(store, identities, url)


def test_rows_that_can_t_be_read_are_kept_and_other_files_refused(
    store: Store, identities: Identities, tmp_path: Path
) -> None:
    path = file(tmp_path, cdr().replace("2026-11-20 11:00:00", "some day"))
    report = ingest(store, identities, path)
    assert (report.new, report.kept) == (5, 1)
    (kept,) = store.read(list_kept)
    assert kept.place == f"{path}, line 4"
    assert "'some day' is no time" in kept.reason
    assert ingest(store, identities, file(tmp_path, cdr())).kept == 0
    assert store.read(list_kept) == []
    with pytest.raises(IngestError, match="no CDR, CEL or queue_log"):
        ingest(store, identities, file(tmp_path, "name,phone\nx,1\n"))
    with pytest.raises(IngestError, match="can't be read"):
        ingest(store, identities, str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("PJSIP/ana-0000001f", "ana"),
        ("SIP/front-desk-0000001f", "front-desk"),
        ("Local/1001@agents-00000003;1", "1001"),
        ("Local/1001@from-queue/n", "1001"),
        ("Agent/1001", "1001"),
        ("ana", "ana"),
        ("NONE", "NONE"),
    ],
)
def test_whose_channel_it_is(channel: str, name: str) -> None:
    assert owner_of(channel) == name
