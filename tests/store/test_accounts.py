"""Passwords and keys."""

import pytest
import sqlalchemy as sa

from cti.core.ids import AgentId, Ms
from cti.store.accounts import Accounts
from cti.store.database import Store
from cti.store.tables import metadata

ANA = AgentId("ana")


# Hashing takes seconds, wherever the hash is kept.
@pytest.mark.parametrize("make_database", ["sqlite"], indirect=True)
async def test_only_the_right_password_is_right(store: Store) -> None:
    accounts = Accounts(store)
    assert not accounts.has_password(ANA)
    await accounts.set_password(ANA, "first")
    await accounts.set_password(ANA, "correct horse")
    assert accounts.has_password(ANA)
    assert await accounts.password_right(ANA, "correct horse")
    assert not await accounts.password_right(ANA, "first")
    assert not await accounts.password_right(AgentId("nobody"), "correct horse")
    assert not await accounts.password_right(None, "")
    accounts.close()


async def test_a_key_is_good_until_its_end_or_until_it_is_dropped(store: Store) -> None:
    time = [Ms(1000)]
    accounts = Accounts(store, now=lambda: time[0])
    key, secret = await accounts.make_key(ANA, "agent", "desk", Ms(5000))
    time[0] = Ms(1001)
    lasting, other = await accounts.make_key(ANA, "supervisor", "wallboard", None)
    found = await accounts.key(secret)
    assert found is not None
    assert (found.agent, found.role, found.label) == (ANA, "agent", "desk")
    assert [k.id for k in await accounts.keys()] == [key.id, lasting.id]
    time[0] = Ms(5000)
    assert await accounts.key(secret) is None
    assert await accounts.drop_key(lasting.id)
    assert not await accounts.drop_key(lasting.id)
    assert await accounts.key(other) is None
    assert await accounts.key("guess") is None
    accounts.close()


async def test_no_secret_is_kept_in_the_clear(store: Store) -> None:
    accounts = Accounts(store)
    await accounts.set_password(ANA, "correct horse")
    _, secret = await accounts.make_key(ANA, "agent", "desk", None)
    await accounts.note("ana", "signed in", detail="from 127.0.0.1")
    accounts.close()
    kept = _everything(store)
    assert b"correct horse" not in kept
    assert secret.encode() not in kept
    assert b"signed in" in kept


def _everything(store: Store) -> bytes:
    """Every value of every table; an SQLite file's bytes, which hold what was overwritten, too."""
    rows = [store.read(lambda c, t=table: c.execute(sa.select(t)).all()) for table in metadata.sorted_tables]  # type: ignore[misc]
    files = [] if store.path is None else store.path.parent.glob(f"{store.path.name}*")
    return repr(rows).encode() + b"".join(file.read_bytes() for file in files)
