"""However long a table is, no more of it is in memory than a few batches; and so with calls of a PBX."""

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cti.ingest.pbx import Source
from cti.ingest.pbx_calls import ingest_calls
from cti.ingest.sources import batches
from cti.ingest.tables import ingest_table
from cti.store.database import Store
from cti.store.identity import Identities
from tests.ingest.test_pbx import KNOWN, ZONE
from tests.ingest.test_tables import SEARCHES, mapped
from tests.store.conftest import NOW

FEW, MANY, SIZE = 800, 4_800, 80
"""Rows of a short table, of a long one, and of a batch; ten batches are written together."""


def table(store: Store, identities: Identities, folder: Path, rows: int) -> None:
    """Its rows are held against those of the last time, too."""
    path = folder / f"{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("id,when,words,customer,browser,hits\n")
        file.writelines(f"{n},{1795000000 + n},{'light ' * 9}{n},C{n % 50},b{n % 70},{n % 3}\n" for n in range(rows))
    map_ = mapped(folder, "deletes = true\nlink = true\n" + SEARCHES)
    report = ingest_table(store, identities, map_, str(path), NOW, size=SIZE)
    assert (report.new, report.kept) == (rows, 0)


def calls(store: Store, identities: Identities, folder: Path, rows: int) -> None:
    path = folder / f"{rows}.log"
    with path.open("w", encoding="utf-8") as file:
        for n in range(rows // 4):
            at, who = 1763600400 + n * 60, 91230000 + n % 50
            file.write(f"{at}|{n}.1|support|NONE|ENTERQUEUE||{who}|1\n{at + 30}|{n}.1|support|ana|CONNECT|30|x|5\n")
            file.write(f"{at + 50}|{n}.1|support|ana|COMPLETECALLER|30|20|1\n{at + 55}|NONE|NONE|NONE|CONFIGRELOAD|\n")
    assert ingest_calls(store, identities, [Source(str(path), ZONE)], "pbx", KNOWN, NOW).new == rows // 4


# What is read has nothing to do with where it goes.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("bring_in", [table, calls])
def test_memory_stays_flat(
    store: Store,
    identities: Identities,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bring_in: Callable[[Store, Identities, Path, int], None],
) -> None:
    # Whatever takes some at a time takes few, for thousands of rows are to stand for millions.
    monkeypatch.setattr("cti.ingest.sources._SAMPLE", 1000)
    monkeypatch.setattr("cti.ingest.gone._BATCH", SIZE)
    monkeypatch.setattr("cti.ingest.pbx.batches", partial(batches, size=SIZE))
    monkeypatch.setattr("cti.ingest.pbx_calls.SIZE", SIZE)
    bring_in(store, identities, tmp_path, SIZE)  # what is made once
    peaks = []
    tracemalloc.start()
    try:
        for rows in (FEW, MANY):
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            bring_in(store, identities, tmp_path, rows)
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0], peaks
