"""A store to bring things into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cti.store.database import Store
from cti.store.identity import Identities
from tests.store.conftest import NOW

__all__ = ["NOW"]


@pytest.fixture
def identities() -> Identities:
    return Identities(b"a key of the site", "HK")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path}/hotline.db")
    yield opened
    opened.close()
