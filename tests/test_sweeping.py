"""Once a day, after three in the night by the site's clock, and when the bridge was off then: as soon as it is back."""

from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from cti.core.ids import Ms
from cti.core.keeping import Retention
from cti.loop import Loop
from cti.store.database import Store
from cti.sweeping import Sweeping
from tests.store.conftest import SITE

HOUR = 3_600_000
MIDNIGHT = 1_794_931_200_000  # in Hong Kong, UTC+8: 16:00 the day before


class _World:
    site = replace(SITE, retention=Retention(audit=30, visits=0))


class _Loop:
    world = _World()

    def __init__(self) -> None:
        self.at = Ms(MIDNIGHT)

    def now(self) -> Ms:
        return self.at


@pytest.fixture
def sqlite(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/h.db")


async def test_it_is_done_once_a_night(sqlite: Store, tmp_path: Path) -> None:
    assert MIDNIGHT % (24 * HOUR) == 16 * HOUR
    put = sa.text("INSERT INTO audit (at, who, what) VALUES (1, 'ana', 'signed_in')")
    sqlite.write(lambda c: c.execute(put))
    loop = _Loop()
    sweeping = Sweeping(cast(Loop, loop), sqlite, tmp_path)
    assert await sweeping.look() is None  # midnight: still too early
    loop.at = Ms(MIDNIGHT + 3 * HOUR)
    assert await sweeping.look() == {"audit": 1}
    loop.at = Ms(MIDNIGHT + 23 * HOUR)
    assert await sweeping.look() is None
    loop.at = Ms(MIDNIGHT + 30 * HOUR)
    assert await sweeping.look() == {"audit": 0}
    sqlite.close()


async def test_nothing_is_looked_at_where_everything_is_kept(
    sqlite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_World, "site", replace(SITE, retention=Retention(visits=0)))
    loop = _Loop()
    loop.at = Ms(MIDNIGHT + 5 * HOUR)
    assert await Sweeping(cast(Loop, loop), sqlite, tmp_path).look() is None
    sqlite.close()
