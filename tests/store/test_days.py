"""A day is found in a long journal, with what was in force when it began."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from cti.core.events import AsteriskLost, PhoneSeen, Record, SiteInForce
from cti.core.ids import Ms, Phone
from cti.store.days import around
from cti.store.journal import Journal
from tests.core.places import site

DAY = 24 * 3_600_000
FIRST = Ms(1_772_409_600_000)
"""2026-03-02, midnight UTC."""


async def kept(path: Path, records: list[Record]) -> Journal:
    done = asyncio.Event()
    journal = Journal.open(path)
    journal.start(lambda seq: done.set() if seq == records[-1].seq else None, lambda trouble: None)
    journal.append(records)
    async with asyncio.timeout(10):
        await done.wait()
    journal.close()
    return journal


@pytest.mark.parametrize("day", [0, 1, 5, 9])
async def test_only_the_day_and_the_one_before_are_given(tmp_path: Path, day: int) -> None:
    events = [(FIRST, SiteInForce(site=site()))]
    for hour in range(10 * 24):
        seen = PhoneSeen(phone=Phone(f"p{hour}"), reachable=True) if hour % 2 else AsteriskLost()
        events.append((Ms(FIRST + hour * 3_600_000 + 1), seen))
    records = [Record(seq, at, event) for seq, (at, event) in enumerate(events, 1)]
    journal = await kept(tmp_path / "journal.db", records)
    given = list(around(journal, date(2026, 3, 2 + day)))
    assert isinstance(given[0].event, SiteInForce)
    begins = FIRST + day * DAY
    rest = given[1:] if day >= 2 else given
    assert rest == [record for record in records if record.at >= begins - 38 * 3_600_000]


async def test_a_journal_without_a_site_and_a_day_after_its_end(tmp_path: Path) -> None:
    journal = await kept(tmp_path / "journal.db", [Record(1, FIRST, AsteriskLost())])
    assert [record.seq for record in around(journal, date(2026, 3, 2))] == [1]
    assert list(around(journal, date(2026, 3, 9))) == []
