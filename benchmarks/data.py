"""A made-up history of any size, for the other benches: written in bulk, row by row, in the order of the table.

`python -m benchmarks.data --interactions 1000000 --database sqlite:////tmp/hotline.db` makes one to keep;
`./hotline bench data` makes one, reads pops out of it, and says how long both took.
"""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import uvloop
from msgspec import Struct
from sqlalchemy import text

from benchmarks.frame import Figure, Options, Report, Stopwatch, percentile
from cti.core.ids import IdentifierId, Ms
from cti.setup import postgres
from cti.store.case_words import words_of
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities

INTERACTIONS = 1_000_000
QUICK_INTERACTIONS = 20_000
KEY = b"benchmark"
END = Ms(1_795_000_000_000)
_DAY_MS = 86_400_000
_PER_CUSTOMER = 10
_SHARED = 50
"""One number in so many belongs to two people."""
_LOOKUPS = 3000

_NAMES = (
    "Whitcombe",
    "Okafor",
    "Bell",
    "Raman",
    "Marini",
    "Haddad",
    "Lindqvist",
    "王建国",
    "陈美玲",
    "林嘉欣",
    "黃詠詩",
    "周海涛",
)
_WORDS = {
    "call": ("", "Moved to Fibre 500, same price for a year", "线路检测正常，已重置路由器", "換咗新卡，開機要舊 PIN"),
    "mail": (
        "Still no connection upstairs",
        "Invoice for November, charged twice",
        "合同到期，想续约两年",
        "換卡後要輸入舊 PIN",
    ),
    "search": ("red light router storm", "move house", "路由器 红灯", "夜晚網速慢"),
    "visit": ("What the lights mean", "指示灯说明", "只有晚上網速慢", "End a contract"),
    "chat": ("No internet since the storm", "打雷后无法上网", "換卡後要輸入舊 PIN", "Which cable do I need?"),
    "order": ("Fibre 500, 12 months", "Second set-top box", "Wi-Fi 6 路由器", "光纖 1000M"),
}
_TABLES = ("customers", "identifiers", "links", "tags", "cases", "case_words", "promises", "interactions", "tallies")
_BY_TEL = ("call", "call", "call", "call", "chat")
_BY_MAIL = ("mail", "mail", "search", "search", "visit", "order")
_COLUMNS = (
    "owner, at, id, kind, title, text, inbound, language, agent, agent_name, lasted, waited, path, solved, mark, source"
)
_CHUNK = 50_000
"""Rows of the timeline that are made and written at a time."""

Said = Callable[[str], None]
"""Told how far it has come."""


class Made(Struct, frozen=True):
    """What was made, and where to begin looking."""

    interactions: int
    customers: int
    seconds: float
    callers: tuple[IdentifierId, ...]
    """Some of the numbers, drawn by chance: every so often one is shared."""
    numbers: tuple[str, ...]
    """The same as E.164."""


class Rows(Struct, frozen=True):
    """Rows of one table, in the order of its key."""

    table: str
    columns: str
    rows: Sequence[tuple[object, ...]]


def make(
    store: Store,
    interactions: int = INTERACTIONS,
    key: bytes = KEY,
    seed: int = 1,
    said: Said = lambda line: None,
) -> Made:
    """Fill an empty store. The same numbers and seed give the same history. Raises `RuntimeError` if it isn't empty."""
    began = time.monotonic()
    if store.read(lambda connection: connection.execute(text("SELECT 1 FROM interactions LIMIT 1")).first()):
        raise RuntimeError(f"{store.shown} holds a history already")
    store.close()
    tables = _told(_tables(Identities(key, "HK"), interactions, random.Random(seed)), interactions, said)
    if store.path is None:
        _into_postgres(store.url, tables, said)
    else:
        # Half a history is none: whoever finds the file by its name finds all of it.
        part = store.path.rename(store.path.with_name(f"{store.path.name}.part"))
        _into_sqlite(part, tables, said)
        part.rename(store.path)
    return looked_up(interactions, key, seconds=time.monotonic() - began)


def _told(tables: Iterable[Rows], interactions: int, said: Said) -> Iterator[Rows]:
    done = tenths = 0
    for each in tables:
        yield each
        if each.table == "interactions":
            done += len(each.rows)
            if done * 10 // interactions > tenths:
                tenths = done * 10 // interactions
                said(f"{done:,} of {interactions:,} interactions")


def looked_up(interactions: int, key: bytes = KEY, seconds: float = 0.0) -> Made:
    """What `make` says of a history of this size that was made before."""
    count = max(1, interactions // _PER_CUSTOMER)
    identities, chance = Identities(key, "HK"), random.Random(2)
    drawn = [chance.randrange(count) for _ in range(_LOOKUPS)]
    return Made(
        interactions=interactions,
        customers=count,
        seconds=seconds,
        callers=tuple(identities.of_normal("tel", _number(n)).id for n in drawn),
        numbers=tuple(_number(n) for n in drawn),
    )


def _into_sqlite(path: Path, tables: Iterable[Rows], said: Said) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    # A file that is thrown away when this fails needs no journal, and indexes are quicker made at the end.
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-512000", "temp_store=MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    marks = ", ".join("?" * len(_TABLES))
    later = f"SELECT name, type, sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL"
    put_off = [row for row in db.execute(later, _TABLES).fetchall() if row[1] in ("index", "trigger")]
    for name, kind, _ in put_off:
        db.execute(f"DROP {kind} {name}")
    db.execute("BEGIN")
    for each in tables:
        marks = ", ".join("?" * (each.columns.count(",") + 1))
        db.executemany(f"INSERT INTO {each.table} ({each.columns}) VALUES ({marks})", each.rows)
    db.execute("COMMIT")
    said("indexes")
    for _, _, sql in put_off:
        db.execute(sql)
    db.execute("PRAGMA journal_mode=WAL")
    db.close()


def _into_postgres(url: str, tables: Iterable[Rows], said: Said) -> None:
    with postgres.connect(url) as db, db.transaction():
        put_off = db.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[])"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            (list(_TABLES),),
        ).fetchall()
        for name, _ in put_off:
            db.execute(f"DROP INDEX {name}".encode())
        # FREEZE, which a table that is emptied beforehand allows: no reader has to go over the rows again.
        db.execute(f"TRUNCATE {', '.join(_TABLES)}".encode())
        db.execute("ALTER TABLE interactions DISABLE TRIGGER USER")
        db.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for each in tables:
            with db.cursor().copy(f"COPY {each.table} ({each.columns}) FROM STDIN (FREEZE)".encode()) as copy:
                for row in each.rows:
                    copy.write_row(row)
        said("indexes")
        for _, made in put_off:
            db.execute(made.encode())
        db.execute("ALTER TABLE interactions ENABLE TRIGGER USER")
        db.execute("ANALYZE")


def _tables(identities: Identities, interactions: int, chance: random.Random) -> Iterator[Rows]:
    count = max(1, interactions // _PER_CUSTOMER)
    tels = [identities.of_normal("tel", _number(n)) for n in range(count)]
    mails = [identities.of_normal("mail", f"customer{n}@mail.example") for n in range(count)]
    yield Rows(
        "customers",
        "id, name, name_key, language, tier, created, updated",
        [
            (f"B{n}", name, name.casefold(), ("en", "cmn", "yue")[n % 3], ("", "", "silver", "gold")[n % 4], END, END)
            for n in range(count)
            if (name := f"{_NAMES[n % len(_NAMES)]} {n}")
        ],
    )
    yield Rows(
        "identifiers",
        "id, kind, value, first_seen, last_seen",
        sorted((one.id, one.kind, one.value, END - 900 * _DAY_MS, END) for one in (*tels, *mails)),
    )
    links = [(one.id, f"B{n}", END) for ones in (tels, mails) for n, one in enumerate(ones)]
    links += [(tels[n].id, f"B{(n + 1) % count}", END) for n in range(0, count, _SHARED) if count > 1]
    yield Rows("links", "identifier, customer, since", sorted(links))
    yield Rows("tags", "customer, tag", [(f"B{n}", "Fibre 500") for n in range(0, count, 2)])
    title, cases = "No internet since the storm", list(enumerate(range(0, count, 10), start=1))
    yield Rows(
        "cases",
        "id, customer, title, state, opened, owner",
        [(id_, f"B{n}", title, "open", END - n % 9 * _DAY_MS, "ana") for id_, n in cases],
    )
    words = [(word, id_) for word in sorted(words_of(title)) for id_, _ in cases]
    yield Rows("case_words", "word, case_id", words)
    yield Rows(
        "promises",
        "customer, what, due, made, agent, state",
        [(f"B{n}", "Call back", END + _DAY_MS, END - _DAY_MS, "ana", "open") for n in range(0, count, 50)],
    )
    owners = sorted([(one.id, _BY_TEL) for one in tels] + [(one.id, _BY_MAIL) for one in mails])
    lines: list[tuple[object, ...]] = []
    tallies: list[tuple[object, ...]] = []
    for owner, these in _rows(owners, interactions, chance):
        lines += these
        # As the triggers would keep them, which are off meanwhile.
        tallies += ((owner, "", kind, n) for kind, n in sorted(Counter(line[3] for line in these).items()))
        if len(lines) >= _CHUNK:
            yield Rows("interactions", _COLUMNS, lines)
            yield Rows("tallies", "owner, customer, kind, n", tallies)
            lines, tallies = [], []
    yield Rows("interactions", _COLUMNS, lines)
    yield Rows("tallies", "owner, customer, kind, n", tallies)


def _number(n: int) -> str:
    return f"+8529{n:07}" if n < 10_000_000 else f"+8526{n - 10_000_000:07}"


def _rows(
    owners: Sequence[tuple[IdentifierId, tuple[str, ...]]], count: int, chance: random.Random
) -> Iterator[tuple[IdentifierId, list[tuple[object, ...]]]]:
    """`count` rows in the order of the table's key: by owner, then by time. Some owners have many, most have few."""
    made = 0
    rolled = chance.random
    for place, (owner, kinds) in enumerate(owners):
        left = len(owners) - place
        share = (count - made) / left
        n = count - made if left == 1 else min(count - made, int(share * (0.3 + 1.4 * rolled()) + rolled()))
        if place % 997 == 0:
            n = min(count - made, n * 40)
        step = 800 * _DAY_MS // (n + 1)
        at = END - 800 * _DAY_MS
        rows: list[tuple[object, ...]] = []
        for _ in range(n):
            at += int(step * (0.5 + rolled())) + 1
            kind = kinds[int(rolled() * len(kinds))]
            words = _WORDS[kind][made & 3]
            call = kind == "call"
            rows.append(
                (
                    owner,
                    min(at, END),
                    f"bench-{made}",
                    kind,
                    "" if call else words,
                    words if call else "",
                    1,
                    ("en", "en", "cmn", "yue")[made & 3],
                    "ana" if call else "",
                    "Ana Lindqvist" if call else "",
                    180_000 if call else None,
                    20_000 if call else None,
                    "Internet\nNo line" if call else "",
                    (None, 1, 1, 0)[made & 3] if call else None,
                    "nothing_found" if kind == "search" and made % 5 == 0 else "",
                    "bench",
                )
            )
            made += 1
        yield owner, rows


async def _pops(store: Store, made: Made) -> list[float]:
    history = History(store, Identities(KEY, "HK"), now=lambda: END)
    took = []
    for caller in made.callers:
        began = time.perf_counter()
        await history.pop(caller)
        took.append((time.perf_counter() - began) * 1e6)
    history.close()
    return took


def run(options: Options) -> Report:
    """Make a history and read pops out of it, as the event loop awaits them."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        store = Store.open(f"sqlite:///{folder}/hotline.db")
        made = make(store, QUICK_INTERACTIONS if options.quick else INTERACTIONS)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_pops(store, made))  # the first time fills the caches
            took = runner.run(_pops(store, made))
        size = Path(folder, "hotline.db").stat().st_size / 1e6
        store.close()
    name = f"{made.interactions // 1000}k interactions"
    return Report(
        bench="data",
        seconds=watch.seconds,
        figures=(
            Figure(f"{name}: made in", made.seconds, "s", 60.0, "lower"),
            Figure("size", size, "MB"),
            Figure("pop as the loop awaits it, p50", percentile(took, 50), "us", 1000.0, "lower"),
            Figure("pop as the loop awaits it, p99", percentile(took, 99), "us"),
        ),
    )


def main() -> None:
    """Make a history to keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=INTERACTIONS, metavar="N")
    parser.add_argument(
        "--database",
        required=True,
        metavar="URL",
        help="sqlite:////path/to/hotline.db, made if new, or postgresql://user@host/name",
    )
    parser.add_argument("--key", default=KEY.hex(), metavar="HEX", help="the site's key, as in secrets.toml")
    args = parser.parse_args()
    store = Store.open(args.database)
    made = make(store, args.interactions, bytes.fromhex(args.key), said=lambda line: print(line, flush=True))
    store.close()
    print(f"{made.interactions} interactions of {made.customers} customers in {made.seconds:.1f} s")


if __name__ == "__main__":
    main()
