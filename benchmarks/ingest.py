"""How fast outside tables and mail become history: rows and mails a second, beside the driver's own bulk load.

The table: orders and questions of 100,000 customers, whose accounts are known before; each row names an account and a
telephone number in one of the shapes people write. *With identity* both are normalised, noted as seen, resolved and
linked; *without* a row names its customer and nothing is resolved. The driver's own way stands beside it: `csv`, one
`executemany` into a staging table, one upsert out of it into a table with our columns, indexes and triggers.

Every run is a process of its own, kept to one core.
"""

import csv
import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.child import run_alone
from benchmarks.data import END
from benchmarks.frame import Figure, Options, Report, Stopwatch, interleave
from cti.ingest import collector
from cti.ingest.mailbox import Found
from cti.ingest.mails import MailStore, Own, put_mails
from cti.ingest.mapping import Fields, Map
from cti.ingest.tables import ingest_table
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.records import CustomerRow, Seen, link, put_customers, see

ROWS = 1_000_000
QUICK_ROWS = 10_000
MAILS = 10_000
QUICK_MAILS = 200
_ROUNDS = 3
_PER_CUSTOMER = 10
_TITLES = ("Fibre 500, 12 months", "路由器一直亮红灯", "Second set-top box", "Invoice for November, charged twice")
_WORDS = (
    "the router shows a red light since the storm and upstairs the connection is slow in the evening please send an"
    " engineer or tell me which cable to check the invoice of november was charged twice as well"
)
_PEER = """
    INSERT INTO interactions (owner, at, id, kind, title, text, inbound, language, source)
    SELECT 'customer:' || customer, at, 'orders:' || id, 'order', title, '', 1, language, 'orders' FROM staging
    WHERE true
    ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, at = excluded.at, kind = excluded.kind,
        title = excluded.title, text = excluded.text, inbound = excluded.inbound, language = excluded.language,
        source = excluded.source
    """


def run(options: Options) -> Report:
    """Tables beside the driver, then mails."""
    watch = Stopwatch()
    rows, mails = (QUICK_ROWS, QUICK_MAILS) if options.quick else (ROWS, MAILS)
    rounds = 1 if options.quick else _ROUNDS
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        _write_table(Path(folder, "orders.csv"), rows)
        names = ("with identity", "without identity", "the driver alone", "mails")
        found = interleave(rounds, {name: partial(run_alone, "ingest", name, folder, rows, mails) for name in names})
    ours, bare, peer, mail = (found[name] for name in names)
    shown = f"{rows:,} rows"
    return Report(
        bench="ingest",
        seconds=watch.seconds,
        figures=(
            Figure(f"{shown} with identity", round(ours["per second"]), "rows/s", 20_000),
            Figure(f"{shown} without identity, times the driver alone", _ratio(bare, peer), "x", 0.5),
            Figure("mails", round(mail["per second"]), "mails/s", 300),
            # What a million rows take beyond a tenth of them: nothing, if memory is flat.
            Figure("memory grown after the first tenth", round(ours["grown MB"], 1), "MB", 64, "lower"),
            Figure("rows and mails that are missing", sum(one["missing"] for one in found.values()), "", 0, "lower"),
        ),
        peers=tuple({"name": name, **row} for name, row in found.items()),
    )


def _ratio(ours: Mapping[str, Any], peer: Mapping[str, Any]) -> float:
    return round(float(ours["per second"]) / float(peer["per second"]), 2)


def _write_table(path: Path, rows: int) -> None:
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "created", "title", "customer_no", "phone", "lang"))
        for n in range(rows):
            who = chance.randrange(max(1, rows // _PER_CUSTOMER))
            number = f"{90_000_000 + who}"
            day = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 29):02}"
            when = f"{day} {chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
            shape = (number, f"+852 {number[:4]} {number[4:]}")[who % 2]
            writer.writerow((n, when, _TITLES[n & 3], f"C{who}", shape, ("en", "cmn", "yue")[who % 3]))


def _measured(name: str, folder: Path, rows: int, mails: int) -> Mapping[str, Any]:
    """One contender, in this process."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(dir=folder) as place:
        store = Store.open(f"sqlite:///{place}/hotline.db")
        collector.keep_out_of_the_way()  # as `hotline ingest` does
        try:
            if name == "mails":
                return _mails(store, mails)
            if name == "the driver alone":
                return _driver(store, folder / "orders.csv", rows)
            return _table(store, folder / "orders.csv", rows, name == "with identity")
        finally:
            store.close()


def _table(store: Store, source: Path, rows: int, identity: bool) -> Mapping[str, Any]:
    identities = Identities(b"benchmark", "HK")
    who = {"account": "customer_no", "tel": "phone"} if identity else {"customer": "customer_no"}
    fields = Fields(key="id", at="created", title="title", language="lang", **who)
    map_ = Map(name="orders", kind="order", zone="Asia/Hong_Kong", link=identity, columns=fields)
    if identity:
        _know_customers(store, identities, max(1, rows // _PER_CUSTOMER))
    memory: list[float] = []

    def progress(report: Any) -> None:
        if report.read >= rows // 10 and not memory:
            memory.append(_resident())

    began, cpu = time.perf_counter(), time.process_time()
    report = ingest_table(store, identities, map_, str(source), END, progress)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return {
        "per second": rows / took,
        "per CPU second": rows / used,
        "grown MB": max(0.0, _resident() - memory[0]) if memory else 0.0,
        "missing": rows - report.new + rows - _count(store, "interactions"),
    }


def _know_customers(store: Store, identities: Identities, count: int) -> None:
    accounts = [identities.maker("account")(f"C{n}") for n in range(count)]
    known = [(one, f"C{n}") for n, one in enumerate(accounts) if one is not None]
    store.write(lambda c: put_customers(c, [CustomerRow(id=name, at=END, name=name) for _, name in known]))
    store.write(lambda c: see(c, [Seen(one, END) for one, _ in known]))
    store.write(lambda c: link(c, [(one.id, name) for one, name in known], "bench", END))


def _driver(store: Store, source: Path, rows: int) -> Mapping[str, Any]:
    assert store.path is not None
    db = sqlite3.connect(store.path, isolation_level=None)
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA cache_size=-32000")
    db.execute("CREATE TEMP TABLE staging (id, at, title, customer, phone, language)")
    began, cpu = time.perf_counter(), time.process_time()
    with source.open(newline="", encoding="utf-8") as file:
        lines = csv.reader(file)
        next(lines)
        db.execute("BEGIN")
        db.executemany("INSERT INTO staging VALUES (?, unixepoch(?) * 1000, ?, ?, ?, ?)", lines)
        db.execute(_PEER)
        db.execute("COMMIT")
    took, used = time.perf_counter() - began, time.process_time() - cpu
    db.close()
    return {
        "per second": rows / took,
        "per CPU second": rows / used,
        "grown MB": 0.0,
        "missing": rows - _count(store, "interactions"),
    }


def _mails(store: Store, mails: int) -> Mapping[str, Any]:
    found = list(_made_mails(mails))
    into = MailStore(Identities(b"benchmark", "HK"), Own(["harbour.example"]))
    began, cpu = time.perf_counter(), time.process_time()
    put_mails(store, into, iter(found), "bench", END)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    threads = -(-mails // 5)
    return {
        "per second": mails / took,
        "per CPU second": mails / used,
        "grown MB": 0.0,
        "missing": mails - _count(store, "messages") + abs(threads - _count(store, "interactions")),
    }


def _made_mails(count: int) -> Iterator[Found]:
    """Threads of five, theirs and ours in turn: quotes, signatures, Chinese, HTML beside it, every tenth a picture."""
    chance = random.Random(1)
    known = _WORDS.split()
    for n in range(count):
        who, turn = divmod(n, 5)
        hers, us = f"Customer {who} <customer{who}@mail.example>", "Support <support@harbour.example>"
        message = EmailMessage()
        message["From"], message["To"] = (us, hers) if turn % 2 else (hers, us)
        message["Subject"] = ("Re: " if turn else "") + f"Matter {who}"
        message["Date"] = f"Mon, {1 + n % 28:02} Jun 2026 {n % 24:02}:51:00 +0800"
        message["Message-ID"] = f"<{n}@bench>"
        if turn:
            message["References"] = " ".join(f"<{k}@bench>" for k in range(who * 5, n))
        words = " ".join(chance.choices(known, k=120))
        old = " ".join(chance.choices(known, k=60))
        message.set_content(f"{words}\n路由器一直亮红灯\n\nOn Friday somebody wrote:\n> {old}\n-- \nEleanor\n")
        if n % 2:
            html = f"<html><body><p>{words}</p><blockquote>{old}</blockquote></body></html>"
            message.add_alternative(html, subtype="html")
        if n % 10 == 0:
            message.add_attachment(chance.randbytes(20_000), maintype="image", subtype="jpeg", filename="红灯.jpg")
        yield Found(f"mail {n}", message.as_bytes(), END)


def _count(store: Store, table: str) -> int:
    return int(store.read(lambda c: c.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()))


def _resident() -> float:
    """Megabytes of memory in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
