"""What a crash, a full disk and a second process may do to the journal: nothing that was promised is lost."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.core.events import AgentStateSet, BridgeStarted, InteractionEnded, Queued, Record
from cti.core.ids import AgentId, InteractionId, Language, Ms, QueueId, SkillId
from cti.setup.settings import is_postgres
from cti.store.journal import Journal, JournalError
from tests.postgres import Server


class Told:
    """What the journal told its owner, and a way to wait for more."""

    def __init__(self) -> None:
        self.committed: list[int] = []
        self.trouble: list[str | None] = []
        self._news = asyncio.Event()

    def on_committed(self, seq: int) -> None:
        self.committed.append(seq)
        self._news.set()

    def on_trouble(self, text: str | None) -> None:
        self.trouble.append(text)
        self._news.set()

    async def until(self, seq: int) -> None:
        async with asyncio.timeout(10):
            while not self.committed or self.committed[-1] < seq:
                self._news.clear()
                await self._news.wait()


def record(seq: int) -> Record:
    return Record(seq, Ms(1_800_000_000_000 + seq), AgentStateSet(agent=AgentId("ana"), state="ready"))


async def test_what_was_appended_is_read_back_equal(journal_place: str) -> None:
    told = Told()
    queued = Queued(
        interaction=InteractionId("c-1"),
        queue=QueueId("技术支持"),
        skills={SkillId("cmn"): 3, SkillId("internet"): 1},
        priority=1,
        language=Language("cmn"),
        since=Ms(5),
    )
    with Journal.open(journal_place) as journal:
        journal.start(told.on_committed, told.on_trouble)
        records = [Record(1, Ms(1), BridgeStarted()), Record(2, Ms(2), queued)]
        journal.append(records)
        await told.until(2)
        assert list(journal.load(0)) == records
        assert list(journal.load(1)) == records[1:]
        assert journal.last_seq() == 2
    assert told.trouble == []


async def test_a_burst_is_committed_in_few_transactions_and_in_order(journal_place: str) -> None:
    told = Told()
    with Journal.open(journal_place) as journal:
        journal.start(told.on_committed, told.on_trouble)
        for seq in range(1, 2001):
            journal.append([record(seq)])
        await told.until(2000)
        assert [item.seq for item in journal.load()] == list(range(1, 2001))
    assert told.committed == sorted(told.committed)
    assert len(told.committed) < 200, "one fsync per record"


async def test_a_snapshot_never_runs_ahead_of_the_records_before_it(journal_place: str) -> None:
    told = Told()
    with Journal.open(journal_place) as journal:
        assert journal.latest_snapshot() is None
        journal.start(told.on_committed, told.on_trouble)
        for seq in range(1, 6):
            journal.append([record(seq)])
            journal.save_snapshot(seq, b"world %d" % seq)
        await told.until(5)
    with Journal.open(journal_place) as again:
        assert again.latest_snapshot() == (5, b"world 5")
        assert again.last_seq() == 5


async def test_a_second_bridge_on_the_same_journal_is_refused(journal_place: str) -> None:
    told = Told()
    with Journal.open(journal_place) as first:
        first.start(told.on_committed, told.on_trouble)
        second = Journal.open(journal_place)
        with pytest.raises(JournalError, match="another bridge"):
            second.start(told.on_committed, told.on_trouble)
        assert list(second.load()) == []
        second.close()
    with Journal.open(journal_place) as third:
        third.start(told.on_committed, told.on_trouble)


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database at all, and long enough to be one" * 100)
    with pytest.raises(JournalError, match=r"journal\.db"):
        Journal.open(path)


async def test_a_record_that_cannot_be_understood_is_named(journal_place: str) -> None:
    with Journal.open(journal_place) as journal:
        url = journal_place if is_postgres(journal_place) else f"sqlite:///{journal_place}"
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.exec_driver_sql("""INSERT INTO event VALUES (7, 1, '{"type":"NeverHeardOf"}')""")
        engine.dispose()
        with pytest.raises(JournalError, match="record 7"):
            list(journal.load())


KILLED = """
import asyncio, sys
from cti.core.events import AgentStateSet, Record
from cti.setup.settings import is_postgres
from cti.store.journal import Journal

async def main():
    journal = Journal.open(sys.argv[1])
    journal.start(lambda seq: print(seq, flush=True), lambda text: None)
    for seq in range(journal.last_seq() + 1, 1_000_000):
        journal.append([Record(seq, seq, AgentStateSet(agent="ana", state="ready"))])
        await asyncio.sleep(0)

asyncio.run(main())
"""


def test_kill_9_loses_only_what_was_not_reported(journal_place: str) -> None:
    chance = random.Random(2)
    journal = Journal.open(journal_place)
    for _ in range(2 if is_postgres(journal_place) else 4):
        before = journal.last_seq()
        child = subprocess.Popen([sys.executable, "-c", KILLED, journal_place], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        reported = int(child.stdout.readline())
        time.sleep(chance.uniform(0.0, 0.15))
        child.kill()
        rest = child.stdout.read().splitlines()
        child.stdout.close()
        child.wait()
        # The last line may be cut; one that is whole was told to everybody.
        reported = max([reported, *map(int, rest[:-1])])
        kept = [item.seq for item in journal.load()]
        assert kept == list(range(1, len(kept) + 1)), "a hole or a doubled record"
        assert len(kept) >= reported > before
    journal.close()


FULL = """
import asyncio, resource, sys
from cti.core.events import InteractionEnded, Record
from cti.setup.settings import is_postgres
from cti.store.journal import Journal

async def main():
    journal = Journal.open(sys.argv[1])
    troubles, committed = [], []
    journal.start(committed.append, troubles.append)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    for seq in range(1, 5001):
        journal.append([Record(seq, seq, InteractionEnded(interaction=f"c-{seq:0100}", how="answered"))])
        if seq % 100 == 0:
            await asyncio.sleep(0.001)
    async with asyncio.timeout(10):
        while not troubles:
            await asyncio.sleep(0.01)
    assert not committed or committed[-1] < 5000
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    async with asyncio.timeout(10):
        while not committed or committed[-1] < 5000:
            await asyncio.sleep(0.01)
    assert troubles[-1] is None, troubles
    journal.close()
    print(troubles[0])

asyncio.run(main())
"""


def test_a_full_disk_is_reported_tried_again_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "can't be written" in done.stdout
    assert "records wait" in done.stdout
    kept = list(Journal.open(path).load())
    assert [item.seq for item in kept] == list(range(1, 5001))
    assert isinstance(kept[-1].event, InteractionEnded)


async def test_a_server_that_goes_away_in_the_middle_costs_no_record_and_doubles_none(postgres_server: Server) -> None:
    told = Told()
    with postgres_server.database() as url:
        journal = Journal.open(url)
        journal.start(told.on_committed, told.on_trouble)
        for seq in range(1, 301):
            journal.append([record(seq)])
            if seq % 100 == 0:
                await asyncio.to_thread(postgres_server.drop_connections)
        await told.until(300)
        assert [item.seq for item in journal.load()] == list(range(1, 301))
        assert told.trouble
        assert told.trouble[-1] is None
        journal.close()


async def test_what_was_committed_unheard_is_not_written_twice(postgres_server: Server) -> None:
    """The connection breaks after the commit and before its answer: the batch comes again."""
    told = Told()
    with postgres_server.database() as url:
        with Journal.open(url) as journal:
            journal.start(told.on_committed, told.on_trouble)
            journal.append([record(1), record(2)])
            await told.until(2)
        with Journal.open(url) as journal:
            journal.start(told.on_committed, told.on_trouble)
            journal.append([record(1), record(2), record(3)])
            await told.until(3)
            assert [item.seq for item in journal.load()] == [1, 2, 3]
    assert told.trouble == []
