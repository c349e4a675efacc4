"""Passwords and PINs of tests' people. A real hash takes long on purpose; these take next to no time."""

from collections.abc import Sequence

import sqlalchemy as sa
from argon2 import PasswordHasher

from cti.core.ids import AgentId
from cti.store.database import Store
from cti.store.tables import passwords

_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Checking is as quick, in any process: how much work it is stands in the hash."""


LITTLE = 16
"""In place of `cti.store.pins._N`, in tests that ask what PINs do and not how hard they are to guess."""


def give_password(store: Store, agents: Sequence[AgentId], password: str) -> None:
    """Each of them gets it, unless they have one."""
    made = _HASHER.hash(password)

    def write(connection: sa.Connection) -> None:
        there = set(connection.execute(sa.select(passwords.c.agent)).scalars())
        rows = [{"agent": agent, "hash": made, "changed": 0} for agent in agents if agent not in there]
        if rows:
            connection.execute(passwords.insert(), rows)

    store.write(write)
