"""A process that brings things in is killed with SIGKILL; a second run ends with the tables of one that was not."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.store.database import Store
from cti.store.tables import metadata
from tests.conftest import PROJECT, MakeDatabase
from tests.ingest.killed import OWN
from tests.ingest.test_again import SHOP, Shop
from tests.ingest.test_mails import HER, write

ROWS = 200
MAILS = 60
KILLS = 4
"""So often, from the first statement to the last commit, a process is killed."""


@pytest.fixture
def table(tmp_path: Path) -> tuple[str, str, str]:
    """Orders of somebody else's database, read by a watermark, with some that can't be read."""
    shop = Shop(tmp_path / "shop.db")
    shop.orders((n, "some day" if n % 50 == 7 else "2026-11-24", f"Cable {n}", f"C{n % 17}", n) for n in range(ROWS))
    map_ = tmp_path / "orders.toml"
    map_.write_text(SHOP, encoding="utf-8")
    return "table", shop.url, str(map_)


@pytest.fixture
def mail(tmp_path: Path) -> tuple[str, str, str]:
    """Threads of three, some of them joined by the last mail only, an attachment to all, and some that are no mails."""
    folder = tmp_path / "mail"
    for n in range(MAILS):
        thread, turn = n % (MAILS // 3), n // (MAILS // 3)
        path = write(
            folder,
            f"{n:03}.eml",
            f"Words of {n}, call me at +852 9{thread:03} 0000.",
            sender=f"Us <{OWN}>" if turn == 1 else HER.replace("eleanor", f"eleanor{thread}"),
            to=HER.replace("eleanor", f"eleanor{thread}") if turn == 1 else OWN,
            subject=f"Matter {n}",
            Message_ID=f"<{n}@test>",
            References=f"<{thread}@test> <{n - MAILS // 3}@test>" if turn == 2 else f"<x{n}@test>",
        )
        if turn == 0:
            raw = path.read_bytes().replace(
                b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: image/png; name=light.png"
            )
            path.write_bytes(raw if n % 2 else b"\0 no mail at all" * n)
    return "mail", str(folder), "-"


@pytest.mark.parametrize("what", ["table", "mail"])
def test_a_second_run_ends_with_the_same_tables(
    make_database: MakeDatabase, request: pytest.FixtureRequest, what: str
) -> None:
    given: tuple[str, str, str] = request.getfixturevalue(what)
    whole, *cut = [make_database() for _ in range(1 + KILLS)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.killed", *given, whole, *cut],
        check=True,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    rows = [int(line) for line in done.stdout.split()]
    assert rows[0] == 0
    assert len(set(rows)) > 2, "it was to be killed between batches, too"
    expected = everything(whole)
    assert expected["interactions"]
    assert expected["kept"]
    for n, url in enumerate(cut):
        assert everything(url) == expected, f"killed for the {n + 1}. time of {KILLS}"


def everything(url: str) -> dict[str, list[str]]:
    """Every row of every table; numbers that a database gives by itself may differ."""
    store = Store.open(url)
    try:
        found = {}
        for table in metadata.sorted_tables:
            names = [column.name for column in table.columns if not (column.name == "id" and table.name == "kept")]
            query = sa.text(f"SELECT {', '.join(names)} FROM {table.name}")
            found[table.name] = sorted(
                repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
                for row in store.read(lambda c, query=query: c.execute(query).all())  # type: ignore[misc]
            )
        return found
    finally:
        store.close()
