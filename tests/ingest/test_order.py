"""Tables in any order, in batches of any size, some of them twice: what people see of everybody is the same."""

import contextlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.ingest.mapping import load_map
from cti.ingest.tables import ingest_table
from cti.store import pops, reads, suggest
from cti.store.database import Store
from cti.store.identity import Identities
from tests.examples import examples
from tests.store.conftest import NOW

IDENTITIES = Identities(b"a key of the site", "HK")
WHO = ("C1", "C2", "C3")
TELS = ("9123 4560", "9123 4561", "+44 7700 900143")
MAPS = {
    "customers": 'kind = "customer"\n[columns]\nkey = "a"\nname = "a"\naccount = "a"\ntel = "b"\ntags = "c"\n',
    "calls": 'kind = "call"\n[columns]\nkey = "n"\nat = "at"\ntel = "b"\ncustomer = "a"\ntitle = "c"\n',
    "forms": 'kind = "form"\n[columns]\nkey = "n"\nat = "at"\naccount = "a"\ntel = "b"\ntext = "c"\n',
    "cases": 'kind = "case"\n[columns]\nkey = "n"\ncase = "n"\nat = "at"\naccount = "a"\ntel = "b"\ntitle = "c"\n',
    "promises": 'kind = "promise"\n[columns]\nkey = "n"\nat = "at"\ndue = "at"\ntel = "b"\ntitle = "c"\n',
}
Rows = Sequence[tuple[str, str, str]]


def rows(who: Sequence[str], tels: Sequence[str], words: Sequence[str]) -> st.SearchStrategy[Rows]:
    return st.lists(
        st.tuples(st.sampled_from(who), st.sampled_from(tels), st.sampled_from(words)), min_size=1, max_size=5
    )


def some_of(name: str) -> st.SearchStrategy[Rows]:
    """What each table may say; of one customer, the same twice."""
    match name:
        case "customers":
            return rows(WHO, TELS, ["vip"]).map(lambda found: list({row[0]: row for row in found}.values()))
        case "promises":
            return rows([""], TELS, ["call back", "send the bill"])
        case "calls":
            return rows(["", *WHO], TELS, ["No line", "Bill"])
        case _:
            return rows(["", *WHO], ["", *TELS], ["Call 9123 4561", "红灯"]).map(
                # One of both: a case that names two stands with whoever is known by one of them when it comes.
                lambda found: [(who, "" if who else tel or TELS[0], words) for who, tel, words in found]
            )


def seen(store: Store) -> dict[str, object]:
    """What people see, by every id and number."""
    found: dict[str, object] = {}
    with contextlib.closing(store.driver()) as db:
        for one in WHO:
            who = reads.who_is(db, one)
            found[one] = who and (pops.person(db, who, NOW), suggest.identity(db, one))
        known = [IDENTITIES.phone(tel) for tel in TELS] + [IDENTITIES.account(one) for one in WHO]
        for identifier in known:
            assert identifier is not None
            found[identifier.id] = pops.pop(db, identifier.id, None, NOW)
    return found


@settings(examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables=st.fixed_dictionaries({name: some_of(name) for name in MAPS}), data=st.data())
def test_order_does_not_matter(
    tmp_path: Path, migrated_file: Path, tables: dict[str, Rows], data: st.DataObject
) -> None:
    maps = {}
    for name, columns in MAPS.items():
        (tmp_path / f"{name}.toml").write_text(f'name = "{name}"\n{columns}', encoding="utf-8")
        maps[name] = load_map(tmp_path / f"{name}.toml")
        lines = [f"{n},{(NOW - n) // 1000 * 1000},{','.join(row)}" for n, row in enumerate(tables[name], start=1)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["n,at,a,b,c", *lines]) + "\n", encoding="utf-8")

    def brought(order: Sequence[str], size: Callable[[], int]) -> dict[str, object]:
        shutil.copy(migrated_file, tmp_path / "tried.db")
        with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/tried.db")) as store:
            for name in order:
                source = str(tmp_path / f"{name}.csv")
                assert ingest_table(store, IDENTITIES, maps[name], source, NOW, size=size()).kept == 0
            return seen(store)

    order = data.draw(st.permutations(list(MAPS)))
    again = data.draw(st.lists(st.sampled_from(list(MAPS)), max_size=3))
    mixed = brought([*order, *again], lambda: data.draw(st.integers(1, 4)))
    assert mixed == brought(list(MAPS), lambda: 1000)
