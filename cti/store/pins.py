"""PINs of customers, for callers who key their account number: kept as salted hashes, tried a few times only.

A PIN has few digits, so the slow hash alone would not keep it from whoever has the database: what is hashed is a digest
that takes the site's key as well, which is not in there.
"""

import asyncio
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection, bindparam, text

from cti.core.ids import AgentId, CustomerId, IdentifierId, Ms
from cti.store import reads
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.identity_views import PinLine
from cti.store.people import Threads
from cti.store.reader import Reader
from cti.store.records import customer_exists, noted
from cti.store.views import CallerFacts

TRIES = 5
"""Wrong PINs one after the other, of all calls; then none is looked at for a while."""
LOCKED_MS = 24 * 3600 * 1000
_PIN = re.compile(r"[0-9]{4,8}")
_SALT_BYTES = 16
_LOOK = 500
# RFC 7914: 16 MB and some tens of milliseconds for each try.
_N, _R, _P = 2**14, 8, 1

_PUT = text(
    "INSERT INTO pins (customer, hash, changed, who) VALUES (:customer, :hash, :at, :who)"
    " ON CONFLICT (customer) DO UPDATE SET hash = excluded.hash, changed = excluded.changed, who = excluded.who,"
    " failed = 0, tried = NULL"
)
# An empty hash stands for a PIN that a person took away: a table that brings it again does not give it back.
_DROP = text(
    "UPDATE pins SET hash = '', changed = :at, who = :who, failed = 0, tried = NULL"
    " WHERE customer IN :people AND hash <> ''"
).bindparams(bindparam("people", expanding=True))
_HELD = text("SELECT customer, hash, who FROM pins WHERE customer IN :people").bindparams(
    bindparam("people", expanding=True)
)
# What a person here has set or taken away since stays.
_BRING = text(
    "INSERT INTO pins (customer, hash, changed, who) VALUES (:customer, :hash, :at, :who)"
    " ON CONFLICT (customer) DO UPDATE SET hash = excluded.hash, changed = excluded.changed, failed = 0, tried = NULL"
    " WHERE pins.who = excluded.who"
)
# Counted before it is looked at: two calls at a time have no more tries than one.
_TRY = text(
    "UPDATE pins SET failed = CASE WHEN failed >= :tries THEN 1 ELSE failed + 1 END, tried = :now"
    " WHERE customer = :customer AND hash <> '' AND (failed < :tries OR tried < :now - :locked)"
    " RETURNING hash, failed"
)
_RIGHT = text("UPDATE pins SET failed = 0, tried = NULL WHERE customer = :customer AND hash = :hash")


class Claim(Struct, frozen=True, kw_only=True):
    """What came of an account number, and a PIN, that a caller keyed."""

    how: str
    """`pin`, `account`, `wrong_pin` or `locked`, as in `CallerRecognised`; empty: there is no such account."""
    account: IdentifierId | None = None
    facts: CallerFacts | None = None
    """Of whoever has the account, when it counts as theirs."""

    @property
    def matched(self) -> bool:
        """Whether it counts as theirs."""
        return self.how in reads.PROVING


class Pins:
    """Sets PINs and checks what callers key. One with the history whose threads it uses."""

    def __init__(self, threads: Threads, identities: Identities, now: Callable[[], Ms]) -> None:
        self._threads = threads
        self._identities = identities
        self._now = now

    async def set(self, customer: CustomerId, pin: str, by: AgentId) -> bool:
        """Give a customer a PIN in place of any other. False: there is no such customer.

        Raises `ValueError` for one that is not four to eight digits.
        """
        if not is_pin(pin):
            raise ValueError("A PIN has four to eight digits.")
        made = await asyncio.to_thread(_made, self._identities.keyed(pin))
        now = self._now()
        return await self._threads.write(lambda c: _put(c, customer, made, by, now))

    async def remove(self, customer: CustomerId, by: AgentId) -> bool:
        """Take a customer's PIN away. False: there was none."""
        now = self._now()
        who = await self._threads.read(lambda db: reads.who_is(db, customer))
        return who is not None and await self._threads.write(lambda c: _drop(c, who.id, who.members, by, now))

    async def check(self, account: str, pin: str) -> Claim:
        """Whose account number that is, and whether the PIN is theirs. `pin` may be empty."""
        found = self._identities.account(account)
        if found is None:
            return Claim(how="")
        facts, customer = await self._threads.read(lambda db: _whose(db, found.id))
        if facts is None:
            return Claim(how="")
        if customer is None or not pin:
            return Claim(how="account", account=found.id, facts=facts)
        now = self._now()
        held = await self._threads.write(lambda c: _try(c, customer, now))
        if held is None:
            return Claim(how="locked", account=found.id)
        if not await asyncio.to_thread(_is_right, held, self._identities.keyed(pin)):
            return Claim(how="wrong_pin", account=found.id)
        await self._threads.write(lambda c: c.execute(_RIGHT, {"customer": customer, "hash": held}))
        return Claim(how="pin", account=found.id, facts=facts)


def is_pin(written: str) -> bool:
    """Whether it can be one."""
    return _PIN.fullmatch(written) is not None


def to_bring(store: Store, identities: Identities, wanted: Mapping[str, str], source: str) -> dict[str, str]:
    """Customer -> hash, of the PINs that `source` says and that are not in force yet. Blocks.

    Left out are those whom a person here has given a PIN, or taken it away. Each PIN takes some hundredths of a second.
    """
    held: dict[str, tuple[str, str]] = {}
    people = list(wanted)
    for first in range(0, len(people), _LOOK):
        held.update(store.read(partial(_held, people[first : first + _LOOK])))

    def hashed(customer: str) -> str | None:
        made, who = held.get(customer, ("", source))
        secret = identities.keyed(wanted[customer])
        return None if who != source or (made and _is_right(made, secret)) else _made(secret)

    # Hashing lets go of Python's lock: every core takes part.
    with ThreadPoolExecutor(os.cpu_count(), "pins") as pool:
        return {customer: made for customer, made in zip(people, pool.map(hashed, people), strict=True) if made}


def _held(people: Sequence[str], connection: Connection) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in connection.execute(_HELD, {"people": people})}


def bring(connection: Connection, made: Mapping[str, str], source: str, now: Ms) -> None:
    """Put PINs in force that `to_bring` has made; a person's word since then holds."""
    for customer, hash_ in made.items():
        given = {"customer": customer, "hash": hash_, "at": now, "who": source}
        if connection.execute(_BRING, given).rowcount == 1:
            noted(connection, now, source, "pin_set", customer)


def line(db: Reader, members: Sequence[str]) -> PinLine | None:
    """Since when a customer has a PIN, on whose word; None: they have none."""
    marks = ", ".join("?" * len(members))
    row = db.execute(
        f"SELECT changed, who, failed FROM pins WHERE customer IN ({marks}) AND hash <> ''"
        " ORDER BY changed DESC LIMIT 1",
        members,
    ).fetchone()
    return None if row is None else PinLine(since=row[0], by=row[1], locked=row[2] >= TRIES)


def _whose(db: Reader, account: IdentifierId) -> tuple[CallerFacts | None, str | None]:
    """What a flow may know of who has an account (None: nobody has it), and whose PIN it takes, if one is set.

    Of several who share it nobody knows which it is: no PIN tells.
    """
    people = reads.people_of(db, account)
    if not people:
        return None, None
    facts = reads.facts(db, account)
    if len(people) > 1:
        return facts, None
    members = people[0].members
    marks = ", ".join("?" * len(members))
    # Of two who were merged the PIN set last; an undone merge leaves each their own.
    row = db.execute(
        f"SELECT customer FROM pins WHERE customer IN ({marks}) AND hash <> '' ORDER BY changed DESC, customer LIMIT 1",
        members,
    ).fetchone()
    return facts, row[0] if row else None


def _put(connection: Connection, customer: str, made: str, by: AgentId, now: Ms) -> bool:
    if reads.is_identifier(customer) or not customer_exists(connection, customer):
        return False
    connection.execute(_PUT, {"customer": customer, "hash": made, "at": now, "who": by})
    noted(connection, now, by, "pin_set", customer)
    return True


def _drop(connection: Connection, customer: str, members: Sequence[str], by: AgentId, now: Ms) -> bool:
    gone = connection.execute(_DROP, {"people": list(members), "at": now, "who": by}).rowcount > 0
    if gone:
        noted(connection, now, by, "pin_removed", customer)
    return gone


def _try(connection: Connection, customer: str, now: Ms) -> str | None:
    """The hash to hold a PIN against, as one more try that failed so far; None: there were too many."""
    given = {"customer": customer, "now": now, "tries": TRIES, "locked": LOCKED_MS}
    row = connection.execute(_TRY, given).first()
    if row is None:
        return None
    if row.failed == TRIES:
        noted(connection, now, "hotline", "pin_last_try", customer)
    return str(row.hash)


def _made(secret: bytes) -> str:
    salt = os.urandom(_SALT_BYTES)
    return f"scrypt:{_N}:{_R}:{_P}:{salt.hex()}:{_hash(secret, salt, _N, _R, _P).hex()}"


def _is_right(made: str, secret: bytes) -> bool:
    _, n, r, p, salt, wanted = made.split(":")
    return hmac.compare_digest(_hash(secret, bytes.fromhex(salt), int(n), int(r), int(p)), bytes.fromhex(wanted))


def _hash(secret: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=64 * 1024 * 1024, dklen=32)
