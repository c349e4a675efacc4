"""The history is the fold of the journal: whatever is killed, retried or rebuilt, each call is there once."""

import asyncio
import random
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, InteractionId
from cti.store.database import Store
from cti.store.history import History
from cti.store.journal import Journal
from cti.store.projector import Fold, Projector
from cti.store.records import CustomerRow, put_customers
from cti.store.views import CallNote
from tests.conftest import MakeDatabase
from tests.store.conftest import INTERNET, NOW, answered_call, many_calls, records_of

TABLES = ("calls", "interactions", "arrivals", "agent_names", "tallies", "identifiers")


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    def look(connection: sa.Connection) -> dict[str, list[tuple[object, ...]]]:
        return {
            table: sorted((tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table}"))), key=repr)
            for table in TABLES
        }

    return store.read(look)


async def write_journal(place: str, records: list[Record]) -> Journal:
    journal = Journal.open(place)
    done = asyncio.Event()
    journal.start(lambda seq: done.set() if seq == records[-1].seq else None, lambda text: None)
    journal.append(records)
    async with asyncio.timeout(10):
        await done.wait()
    return journal


def test_any_cut_into_batches_with_crashes_between_gives_the_same(make_database: MakeDatabase) -> None:
    records = many_calls(60)
    whole = Store.open(make_database())
    whole.write(lambda connection: Fold().fold(connection, records))
    for seed in range(3):
        chance = random.Random(seed)
        store = Store.open(make_database())
        fold = Fold()
        position = 0
        while position < records[-1].seq:
            batch = records[position : position + chance.randrange(1, 40)]
            if chance.random() < 0.3:  # the process dies before the commit

                def crash(connection: sa.Connection, batch: list[Record] = batch, fold: Fold = fold) -> None:
                    fold.fold(connection, batch)
                    raise KeyboardInterrupt

                with pytest.raises(KeyboardInterrupt):
                    store.write(crash)
                fold = Fold()
            position = store.write(lambda c, batch=batch, fold=fold: fold.fold(c, batch))
            # What was folded comes again, as after a restart that reads from too far back.
            store.write(lambda c, batch=batch, fold=fold: fold.fold(c, batch))
        assert everything(store) == everything(whole)
        store.close()
    whole.close()


async def test_a_rebuild_gives_what_was_there_notes_and_people_included(
    journal_place: str, store: Store, history: History
) -> None:
    records = many_calls(40)
    store.write(lambda c: put_customers(c, [CustomerRow(id="kim", at=NOW, name="Kim")]))
    with await write_journal(journal_place, records) as journal:
        projector = Projector(store, journal)
        assert projector.catch_up() == records[-1].seq
        known = InteractionId("c-1")
        await history.note(
            CallNote(interaction=known, agent=AgentId("ana"), text="升级到 500M", customer=CustomerId("kim"))
        )
        case = await history.cases.open(CustomerId("kim"), "No line", None, known)
        before = everything(store)
        assert projector.rebuild() == records[-1].seq
        assert everything(store) == before
    call = await history.call(known)
    assert call is not None
    assert (call.note, call.customer, call.customer_name) == ("升级到 500M", "kim", "Kim")
    (entry,) = [line for line in (await history.timeline(CustomerId("kim")))[0] if line.id == known]
    assert (entry.text, entry.case) == ("升级到 500M", case.id)


async def test_a_call_is_in_the_history_within_a_second_of_its_end(
    journal_place: str, store: Store, history: History
) -> None:
    folded = asyncio.Event()
    records = records_of([answered_call(7, "tel:a")])
    journal = Journal.open(journal_place)
    projector = Projector(store, journal)
    projector.start(lambda seq: folded.set() if seq == records[-1].seq else None)
    journal.start(lambda seq: projector.wake(), lambda text: None)
    journal.append(records)
    async with asyncio.timeout(1):
        await folded.wait()
    call = await history.call(InteractionId("c-7"))
    projector.close()
    journal.close()
    assert call is not None
    assert (call.state, call.agent, call.queue) == ("answered", "ana", "support")
    # Kept before choices had several languages: shown as it is.
    assert call.path == (INTERNET, {"en": "No line"})
    assert (call.waited, call.talked, call.solved, call.outcome, call.language) == (6500, 60000, True, "solved", "yue")


async def test_records_that_come_one_by_one_are_folded_together(journal_place: str, store: Store) -> None:
    """Each commit wakes the fold; a transaction for each would cost more than all else that is done for a call."""
    records = records_of([answered_call(7, "tel:a")])
    told: list[int] = []
    done = asyncio.Event()

    def folded(seq: int) -> None:
        told.append(seq)
        if seq == records[-1].seq:
            done.set()

    journal = Journal.open(journal_place)
    projector = Projector(store, journal)
    projector.start(folded)
    committed: asyncio.Queue[int] = asyncio.Queue()

    def commit(seq: int) -> None:
        committed.put_nowait(seq)
        projector.wake()

    journal.start(commit, lambda text: None)
    for record in records:
        journal.append([record])
        await committed.get()
    async with asyncio.timeout(10):
        await done.wait()
    projector.close()
    journal.close()
    assert len(told) < len(records)


async def test_the_story_of_a_call_is_its_own_records_only(journal_place: str, store: Store, history: History) -> None:
    records = records_of([answered_call(n, "tel:a", NOW - n) for n in (1, 11, 12)])
    with await write_journal(journal_place, records) as journal:
        Projector(store, journal).catch_up()
        teller = History(store, history._identities, journal=journal)
        story = await teller.story(InteractionId("c-1"))
        teller.close()
        assert [record.event for record in story] == [
            record.event for record in records if getattr(record.event, "interaction", None) == "c-1"
        ]
        assert len(story) == 10


async def test_a_note_written_before_the_fold_came_is_kept(store: Store, history: History) -> None:
    store.write(lambda c: put_customers(c, [CustomerRow(id="kim", at=NOW, name="Kim")]))
    await history.note(
        CallNote(interaction=InteractionId("c-3"), agent=AgentId("ana"), text="early", customer=CustomerId("kim"))
    )
    store.write(lambda connection: Fold().fold(connection, records_of([answered_call(3, "tel:a")])))
    entries, _ = await history.timeline(CustomerId("kim"))
    assert [(entry.id, entry.text, entry.agent) for entry in entries] == [("c-3", "early", "Ana Lindqvist")]


async def told_up_to(store: Store, folder: Path, records: list[Record]) -> None:
    with await write_journal(str(folder / "told.db"), records) as journal:
        Projector(store, journal).catch_up()


def calls_in(store: Store) -> set[str]:
    return {str(row[0]) for row in everything(store)["calls"]}


async def test_calls_after_the_journal_was_lost_are_in_the_history(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await told_up_to(store, tmp_path, many_calls(40))
    before = calls_in(store)
    with await write_journal(str(tmp_path / "new.db"), records_of([answered_call(900, "tel:a")])) as journal:
        Projector(store, journal).catch_up()
    assert calls_in(store) == before | {"c-900"}
    assert "the journal ends at record" in caplog.text


async def test_an_older_copy_of_the_journal_loses_no_call_and_counts_none_twice(store: Store, tmp_path: Path) -> None:
    records = many_calls(40)
    await told_up_to(store, tmp_path, records)
    before = everything(store)
    older = records[: len(records) // 2]
    with await write_journal(str(tmp_path / "older.db"), older) as journal:
        assert Projector(store, journal).catch_up() == older[-1].seq
    assert everything(store) == before
    more = [
        msgspec.structs.replace(one, seq=older[-1].seq + n + 1)
        for n, one in enumerate(records_of([answered_call(901, None)]))
    ]
    with await write_journal(str(tmp_path / "older.db"), more) as journal:
        Projector(store, journal).catch_up()
    assert calls_in(store) == {str(row[0]) for row in before["calls"]} | {"c-901"}


async def test_a_journal_in_step_with_the_history_is_left_alone(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    records = many_calls(10)
    await told_up_to(store, tmp_path, records)
    with await write_journal(str(tmp_path / "same.db"), records) as journal:
        assert Projector(store, journal).catch_up() == records[-1].seq
    assert caplog.text == ""
