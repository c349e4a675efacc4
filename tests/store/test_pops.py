"""The pop is the same whichever way the database is asked: one thing after another, or all at once."""

import random
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from cti.core.ids import AgentId, InteractionId, Ms
from cti.store import merge, pops
from cti.store.cases import close_case, open_case
from cti.store.database import Store
from cti.store.identity import Identities
from cti.store.promises import promise
from cti.store.reader import PostgresReader, Reader, Rows
from cti.store.reads import Keyed
from cti.store.records import (
    CustomerRow,
    InteractionRow,
    Seen,
    confirm,
    link,
    put_customers,
    put_interactions,
    put_tags,
    see,
)
from tests.postgres import Server
from tests.store.conftest import NOW

IDENTITIES = Identities(b"a key of the site", "HK")
NUMBERS = [IDENTITIES.of_normal("tel", f"+85290000{n:03}") for n in range(20)]
DEVICES = [IDENTITIES.of_normal("device", f"browser {n}") for n in range(40)]
ACCOUNTS = [IDENTITIES.of_normal("account", f"A{n}") for n in range(3)]
KEYED = [None, *(Keyed(one.id, how) for one in ACCOUNTS for how in ("pin", "account", "wrong_pin"))]
CUSTOMERS = [f"c{n}" for n in range(24)]


class OneByOne:
    """A reader that nobody would take for a server's."""

    def __init__(self, db: Reader) -> None:
        self._db = db

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        return self._db.execute(sql, parameters)

    def close(self) -> None:
        self._db.close()


def fill(connection: sa.Connection, chance: random.Random) -> None:
    """A switchboard of twelve, numbers of one and of a few, of nobody; merged people, some of them twice."""
    see(connection, [Seen(one, Ms(NOW - n), "Somebody" if n % 2 else "") for n, one in enumerate((*NUMBERS, *DEVICES))])
    put_customers(
        connection,
        [
            CustomerRow(
                id=id_, at=Ms(NOW - n), name=f"Name {n}" if n % 4 else "", language=("en", None)[n % 2], tier="gold"
            )
            for n, id_ in enumerate(CUSTOMERS)
        ],
    )
    put_tags(
        connection, [(id_, chance.choice(["vip", "fibre", "长期"])) for id_ in CUSTOMERS for _ in range(2)], "test"
    )
    for n, id_ in enumerate(CUSTOMERS):
        since = Ms(NOW - chance.randrange(4))
        known = [NUMBERS[0]] if n < 12 else []
        known += [*chance.sample(NUMBERS[:15], 2), *(DEVICES if n == 3 else DEVICES[:1])]
        link(connection, [(one.id, id_) for one in known], "test", since)
    kinds = ["call", "mail", "chat", "visit"]
    link(connection, [(ACCOUNTS[0].id, "c5"), (ACCOUNTS[1].id, "c6"), (ACCOUNTS[1].id, "c20")], "test", NOW)
    link(connection, [(DEVICES[1].id, "c9")], "web", NOW)
    put_interactions(
        connection,
        [
            InteractionRow(
                owner=chance.choice([*(one.id for one in NUMBERS[:18]), DEVICES[0].id, "customer:c5"]),
                at=Ms(NOW - chance.randrange(9 * 86_400_000)),
                id=f"i{n}",
                kind=chance.choice(kinds),
                title='He said "你好"\n\t\\',
                inbound=bool(n % 3),
                lasted=Ms(n) if n % 2 else None,
                mark=chance.choice(["", "missed"]),
                solved=chance.choice([None, True, False]),
            )
            for n in range(1200)
        ],
    )
    for n in range(150):
        confirm(connection, f"i{n}", chance.choice(CUSTOMERS), NOW)
    for n in range(30):
        case = open_case(connection, chance.choice(CUSTOMERS), f"Case {n}", AgentId("ana"), None, Ms(NOW - n))
        promise(connection, chance.choice([*CUSTOMERS, NUMBERS[18].id]), "call", Ms(NOW + n), AgentId("bo"), None, NOW)
        if n % 3 == 0:
            close_case(connection, case.id, NOW, "ana")
    for gone, kept in (("c1", "c0"), ("c2", "c0"), ("c0", "c7"), ("c20", "c4"), (NUMBERS[19].id, "c21")):
        merge.merge(connection, kept, gone, "ana", NOW)
    merge.end_link(connection, NUMBERS[0].id, "c9", "ana", NOW)


def test_both_ways_show_the_same(postgres_server: Server) -> None:
    with postgres_server.database() as url:
        store = Store.open(url)
        store.write(lambda connection: fill(connection, random.Random(5)))
        db = store.driver()
        assert isinstance(db, PostgresReader)
        shown = []
        unheard_of = IDENTITIES.of_normal("tel", "+85299999999")
        for caller in (*(one.id for one in (*NUMBERS, *DEVICES[:2], unheard_of)), None):
            for besides, keyed in [
                (InteractionId("i3"), None),
                (InteractionId("i700"), None),
                *((None, k) for k in KEYED),
            ]:
                at_once = pops.pop(db, caller, besides, NOW, keyed)
                assert pops.pop(OneByOne(db), caller, besides, NOW, keyed) == at_once
                shown.append(at_once)
        db.close()
        store.close()
    # All of it was there to be compared.
    assert {each.how for each in shown} == {"", "number", "browser", "sign_in", "pin", "account", "wrong_pin"}
    people = [one for each in shown for one in each.people]
    assert {len(each.people) for each in shown} >= {0, 1, 8}
    assert any(one.cases for one in people)
    assert any(one.promises for one in people)
    assert any(one.rail for one in people)
    assert any(len(one.timeline) == pops.TIMELINE for one in people)
    assert any(one.customer.startswith("tel:") for one in people)
    assert any(one.customer == "c7" and one.name == "Name 7" for one in people)
