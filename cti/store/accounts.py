"""Who may come in: agents' passwords, sessions and API tokens, and the audit log. Nothing here is kept in the clear."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from msgspec import Struct
from sqlalchemy import Connection, Row

from cti.core.ids import AgentId, Ms
from cti.store.database import Store
from cti.store.history import wall_clock
from cti.store.tables import audit, passwords, tokens

T = TypeVar("T")

_USED_EVERY_MS = 60_000
"""How exactly the last use of a key is known; a write for each request would be too many."""
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$8T8oHjXJ2Xxo1rmoQZ1KwmeFZSBjQf4GkOK2bT0oQzE"
"""A hash no password fits: checked for people who don't exist, so that they can't be told from those who do."""


class StoredKey(Struct, frozen=True, kw_only=True):
    """A session or an API token; its secret is kept nowhere."""

    id: str
    agent: AgentId
    role: str
    label: str
    made: Ms
    until: Ms | None
    used: Ms | None


class Noted(Struct, frozen=True, kw_only=True):
    """A line of the audit log: who did what, to whom or what."""

    id: int
    at: Ms
    who: str
    """An agent's id, `guest`, or `command line`."""
    what: str
    about: str
    detail: str


class Accounts:
    """Every call leaves the loop's thread: argon2 takes tens of milliseconds on purpose."""

    def __init__(self, store: Store, *, now: Callable[[], Ms] = wall_clock) -> None:
        self._store = store
        self._now = now
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(2, "accounts")

    async def password_right(self, agent: AgentId | None, password: str) -> bool:
        """Whether it is this agent's password. Takes as long for somebody who does not exist (None)."""
        return await self._run(lambda: self.check_password(agent, password))

    def check_password(self, agent: AgentId | None, password: str) -> bool:
        """`password_right`, in the caller's thread."""
        wanted = sa.select(passwords.c.hash).where(passwords.c.agent == agent)
        known: str | None = self._store.read(lambda c: c.execute(wanted).scalar()) if agent is not None else None
        try:
            right = self._hasher.verify(known or _NOBODY, password)
        except (Argon2Error, InvalidHashError):
            return False
        return right and known is not None

    async def set_password(self, agent: AgentId, password: str) -> None:
        """Set or change it."""
        await self._run(lambda: self.put_password(agent, password))

    def put_password(self, agent: AgentId, password: str) -> None:
        """`set_password`, in the caller's thread."""
        row = {"agent": agent, "hash": self._hasher.hash(password), "changed": self._now()}

        def write(connection: Connection) -> None:
            connection.execute(passwords.delete().where(passwords.c.agent == agent))
            connection.execute(passwords.insert().values(row))

        self._store.write(write)

    def has_password(self, agent: AgentId) -> bool:
        """Whether the agent can sign in at all. In the caller's thread."""
        wanted = sa.select(passwords.c.agent).where(passwords.c.agent == agent)
        return self._store.read(lambda c: c.execute(wanted).first()) is not None

    async def make_key(self, agent: AgentId, role: str, label: str, until: Ms | None) -> tuple[StoredKey, str]:
        """A new key and its secret, which is shown this once."""
        secret = secrets.token_urlsafe(32)
        key = StoredKey(
            id=secrets.token_hex(6), agent=agent, role=role, label=label, made=self._now(), until=until, used=None
        )
        row = {
            "id": key.id,
            "hash": _digest(secret),
            "name": label,
            "agent": agent,
            "role": role,
            "created": key.made,
            "expires": until,
        }
        await self._run(lambda: self._execute(tokens.insert().values(row)))
        return key, secret

    async def key(self, secret: str) -> StoredKey | None:
        """The key of this secret; None when there is none, or it is past its time."""
        return await self._run(lambda: self._key(secret))

    def _key(self, secret: str) -> StoredKey | None:
        wanted = sa.select(tokens).where(tokens.c.hash == _digest(secret))
        row = self._store.read(lambda c: c.execute(wanted).first())
        if row is None:
            return None
        key, now = _read(row), self._now()
        if key.until is not None and key.until <= now:
            self._execute(tokens.delete().where(tokens.c.id == key.id))
            return None
        if key.used is None or now - key.used > _USED_EVERY_MS:
            self._execute(tokens.update().where(tokens.c.id == key.id).values(last_used=now))
        return key

    async def keys(self) -> Sequence[StoredKey]:
        """All that are good now, oldest first."""
        good = sa.or_(tokens.c.expires.is_(None), tokens.c.expires > self._now())
        wanted = sa.select(tokens).where(good).order_by(tokens.c.created, tokens.c.id)
        rows = await self._run(lambda: self._store.read(lambda c: c.execute(wanted).all()))
        return [_read(row) for row in rows]

    async def drop_key(self, id: str) -> bool:
        """Make it worthless. False: there is no such key."""
        drop = tokens.delete().where(tokens.c.id == id)
        return await self._run(lambda: self._execute(drop)) > 0

    async def note(self, who: str, what: str, about: str = "", detail: str = "") -> None:
        """Write a line of the audit log."""
        row = {"at": self._now(), "who": who, "what": what, "about": about, "detail": detail}
        await self._run(lambda: self._execute(audit.insert().values(row)))

    def audit(self, newest: int, who: str | None = None, about: str | None = None) -> list[Noted]:
        """The newest lines of the audit log, oldest first. In the caller's thread."""
        wanted = sa.select(audit).order_by(audit.c.id.desc()).limit(newest)
        if who is not None:
            wanted = wanted.where(audit.c.who == who)
        if about is not None:
            wanted = wanted.where(audit.c.about == about)
        rows = self._store.read(lambda c: c.execute(wanted).all())
        return [Noted(**row._mapping) for row in reversed(rows)]

    def _execute(self, change: sa.UpdateBase) -> int:
        """One change in a transaction of its own; gives the number of rows."""
        return self._store.write(lambda c: c.execute(change).rowcount)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Finish what is being written. The store stays open."""
        self._threads.shutdown()


def _digest(secret: str) -> str:
    # A plain hash is enough: a secret of 256 random bits can't be guessed from a list.
    return hashlib.sha256(secret.encode()).hexdigest()


def _read(row: Row[Any]) -> StoredKey:
    return StoredKey(
        id=row.id,
        agent=AgentId(row.agent),
        role=row.role,
        label=row.name,
        made=Ms(row.created),
        until=Ms(row.expires) if row.expires is not None else None,
        used=Ms(row.last_used) if row.last_used is not None else None,
    )
