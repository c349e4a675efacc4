"""A store to bring things into, and a mail server to bring them from."""

from collections.abc import Iterator

import pytest

from cti.store.database import Store
from cti.store.identity import Identities
from tests.conftest import free_ports
from tests.ingest import dovecot
from tests.store.conftest import NOW

__all__ = ["NOW"]


@pytest.fixture
def identities() -> Identities:
    return Identities(b"a key of the site", "HK")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def server() -> Iterator[dovecot.Dovecot]:
    try:
        with dovecot.running(*free_ports(2)) as running:
            yield running
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def box(server: dovecot.Dovecot) -> dovecot.Dovecot:
    """The server with nothing in its mailbox, and with its own folders only."""
    server.empty()
    return server
