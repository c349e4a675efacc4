"""A history copied from one kind of database into the other is the same history."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.store.copy import copy_tables, has_rows
from cti.store.database import Store, StoreError
from cti.store.identity import Identities
from cti.store.journal import Journal
from cti.store.tables import metadata
from tests.postgres import Server
from tests.store.conftest import many_calls
from tests.store.filled import everything, fill


def quiet(name: str, done: int, whole: int) -> None:
    """Progress nobody looks at."""


def test_there_and_back_nothing_is_lost(postgres_server: Server, identities: Identities, tmp_path: Path) -> None:
    with postgres_server.database() as url:
        assert not has_rows(url)
        assert not has_rows(f"sqlite:///{tmp_path}/first.db")
        first, second = Store.open(f"sqlite:///{tmp_path}/first.db"), Store.open(url)
        third = Store.open(f"sqlite:///{tmp_path}/third.db")
        fill(first, identities)
        before = everything(first)
        assert all(before.values()), "something in every table"
        told: dict[str, tuple[int, int]] = {}
        counts = copy_tables(first, second, lambda name, done, whole: told.update({name: (done, whole)}))
        assert counts == {name: len(rows) for name, rows in before.items()}
        assert told == {name: (n, n) for name, n in counts.items()}
        assert has_rows(url)
        assert copy_tables(second, third, quiet) == counts
        assert everything(second) == before
        assert everything(third) == before
        for store in (second, third):
            # What counts and numbers by itself goes on where it was.
            new = store.write(
                lambda c: c.execute(
                    sa.text("INSERT INTO audit (at, who, what) VALUES (1, 'bo', 'signed_in') RETURNING id")
                ).scalar_one()
            )
            assert new > max(row[0] for row in before["audit"])  # type: ignore[type-var]
            store.write(lambda c: c.execute(sa.text("DELETE FROM interactions WHERE kind = 'mail'")))
            assert not [row for row in everything(store)["tallies"] if "mail" in row]
        for store in (first, second, third):
            store.close()


def test_rows_that_are_there_are_neither_mixed_nor_lost(
    database_url: str, identities: Identities, tmp_path: Path
) -> None:
    source, target = Store.open(f"sqlite:///{tmp_path}/source.db"), Store.open(database_url)
    fill(source, identities)
    target.write(lambda c: c.execute(sa.text("INSERT INTO positions VALUES ('history', 1)")))
    with pytest.raises(StoreError, match="not empty"):
        copy_tables(source, target, quiet)
    assert {name: rows for name, rows in everything(target).items() if rows} == {"positions": [("history", 1)]}
    source.close()
    target.close()


def test_a_copy_broken_off_leaves_nothing(database_url: str, identities: Identities, tmp_path: Path) -> None:
    source, target = Store.open(f"sqlite:///{tmp_path}/source.db"), Store.open(database_url)
    fill(source, identities)

    def stop(name: str, done: int, whole: int) -> None:
        if name == "messages":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_tables(source, target, stop)
    assert not any(everything(target).values())
    copy_tables(source, target, quiet)
    assert everything(target) == everything(source)
    source.close()
    target.close()


async def test_a_journal_is_copied_whole_and_again_over_a_broken_attempt(journal_place: str, tmp_path: Path) -> None:
    records = many_calls(20)
    done = asyncio.Event()
    with Journal.open(tmp_path / "source.db") as source:
        source.start(lambda seq: done.set() if seq == records[-1].seq else None, lambda text: None)
        source.append(records)
        source.save_snapshot(records[-1].seq, b"a world")
        async with asyncio.timeout(10):
            await done.wait()
        with Journal.open(journal_place) as left:
            left.start(lambda seq: None, lambda text: None)
            left.append(records[:3])
        with Journal.open(journal_place) as target:
            assert source.copy_into(target) == records[-1].seq
            assert list(target.load()) == records
            assert target.latest_snapshot() == (records[-1].seq, b"a world")


def test_every_table_can_be_copied() -> None:
    """The copy goes by the tables' names and columns as they stand; a name that needs quoting would break it."""
    quoted: Callable[[str], bool] = sa.dialects.postgresql.dialect().identifier_preparer._requires_quotes
    names = [table.name for table in metadata.sorted_tables]
    names += [column.name for table in metadata.sorted_tables for column in table.columns]
    assert [name for name in names if quoted(name)] == []
