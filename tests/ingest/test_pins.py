"""PINs out of an outside table: in force at once, never readable again, and what people here say of them holds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cti.core.ids import AgentId, CustomerId
from cti.ingest.report import IngestError, list_kept
from cti.ingest.tables import ingest_table, preview
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.pins import TRIES
from tests.ingest.test_tables import CUSTOMERS, mapped
from tests.passwords import LITTLE
from tests.store.conftest import NOW
from tests.store.filled import everything

ANA = AgentId("ana")
MAP = CUSTOMERS + 'pin = "secret"\n'
HEADER = "no,name,phone,mail,tier,lang,tags,secret\n"
ROWS = HEADER + "C1,Eleanor,,,,,,907431\nC2,Fred,,,,,,00429157\nC3,Kim,,,,,,\n"


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cti.store.pins._N", LITTLE)


@pytest.fixture
async def history(store: Store, identities: Identities) -> AsyncIterator[History]:
    made = History(store, identities, now=lambda: NOW)
    yield made
    made.close()


class Crm:
    """The table, brought in again and again."""

    def __init__(self, store: Store, identities: Identities, folder: Path) -> None:
        self._into = store, identities, mapped(folder, MAP)
        self._path = folder / "crm.csv"

    def says(self, rows: str) -> int:
        """Bring it in; how many rows could not be read."""
        self._path.write_text(rows, encoding="utf-8")
        return ingest_table(*self._into, str(self._path), NOW).kept


@pytest.fixture
def crm(store: Store, identities: Identities, tmp_path: Path) -> Crm:
    return Crm(store, identities, tmp_path)


async def how(history: History, account: str, pin: str) -> str:
    return (await history.pins.check(account, pin)).how


async def test_they_are_in_force_and_stand_nowhere(
    crm: Crm, store: Store, identities: Identities, tmp_path: Path, history: History
) -> None:
    broken = "C4,Lee,,,,,,74\nC5,Ann,,,,,,907432,too,many\nC6,,,,,,,\n,Nobody,,,,,,907433\n"
    assert crm.says(ROWS + broken) == 3
    assert [await how(history, "C1", pin) for pin in ("907431", "00429157")] == ["pin", "wrong_pin"]
    assert [await how(history, account, "00429157") for account in ("C2", "C3")] == ["pin", "account"]
    reasons = [one.reason for one in store.read(list_kept)]
    assert "column secret: a PIN has four to eight digits" in reasons
    assert not [pin for pin in ("907431", "907432", "907433", "00429157") if pin in repr(everything(store))]
    shown = preview(identities, mapped(tmp_path, MAP), str(tmp_path / "crm.csv"), NOW)
    assert "'pin': 'set'" in shown[0][1]
    assert "907431" not in repr(shown)


async def test_again_they_stay_or_change_and_tries_are_not_given_back(crm: Crm, store: Store, history: History) -> None:
    crm.says(ROWS)
    before = everything(store)["pins"]
    wrong = sa.text("UPDATE pins SET failed = :tries, tried = :now")
    store.write(lambda c: c.execute(wrong, {"tries": TRIES, "now": NOW}))
    crm.says(ROWS)
    assert await how(history, "C1", "907431") == "locked"
    assert [row[1] for row in everything(store)["pins"]] == [row[1] for row in before]
    crm.says(ROWS.replace("907431", "123123"))
    assert [await how(history, "C1", pin) for pin in ("907431", "123123")] == ["wrong_pin", "pin"]
    log = [row[2:5] for row in everything(store)["audit"]]
    assert log.count(("table:crm", "pin_set", "C1")) == 2
    # A cell that is empty now says nothing.
    crm.says(ROWS.replace("907431", ""))
    assert await how(history, "C1", "123123") == "pin"


async def test_what_a_person_here_set_or_took_away_stays(crm: Crm, history: History) -> None:
    crm.says(ROWS)
    await history.pins.set(CustomerId("C1"), "5555", ANA)
    assert await history.pins.remove(CustomerId("C2"), ANA)
    assert not await history.pins.remove(CustomerId("C2"), ANA)
    crm.says(ROWS)
    assert [await how(history, "C1", pin) for pin in ("5555", "907431")] == ["pin", "wrong_pin"]
    assert await how(history, "C2", "00429157") == "account"
    assert (await history.people.identity(CustomerId("C2"))).pin is None  # type: ignore[union-attr]
    assert await history.pins.set(CustomerId("C2"), "00429157", ANA)
    assert await how(history, "C2", "00429157") == "pin"


@pytest.mark.parametrize("wrong", ['pin = { value = "1234" }', 'pin = { template = "{no}" }'])
def test_one_pin_for_everybody_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(IngestError, match="`pin` is a column"):
        mapped(tmp_path, CUSTOMERS + wrong)
