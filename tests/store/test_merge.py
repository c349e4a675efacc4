"""Who is whose: a merge undone leaves no trace, and no order of what is said or brought in matters."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store import merge, person, pops, reads, suggest
from cti.store.cases import open_case
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identifier, Identities
from cti.store.records import CustomerRow, InteractionRow, Seen, link, put_customers, put_interactions, put_tags, see
from cti.store.tables import metadata
from tests.examples import examples
from tests.store.conftest import NOW

IDENTITIES = Identities(b"a key of the site", "HK")
TELS = [IDENTITIES.of_normal("tel", f"+8529000000{n}") for n in range(3)]
MAILS = [IDENTITIES.of_normal("mail", f"m{n}@mail.example") for n in range(3)]
KNOWN = [*TELS, *MAILS]
CUSTOMERS = ["a", "b", "c", "d"]

Step = Callable[[sa.Connection], object]


class RolledBackError(Exception):
    """Nothing of an example stays."""


class Within:
    """A `Reader` of what a transaction has written so far."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        return self._connection.exec_driver_sql(sql, tuple(parameters))

    def close(self) -> None: ...


def tables(connection: sa.Connection) -> dict[str, list[str]]:
    """Every row but of what was noted."""
    return {
        table.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
        for table in metadata.sorted_tables
        if table.name not in ("audit", "merges")
    }


def shown(connection: sa.Connection) -> dict[str, object]:
    """What people see of everybody, by any of their ids or numbers."""
    db = Within(connection)
    seen: dict[str, object] = {}
    for one in CUSTOMERS:
        who = reads.who_is(db, one)
        assert who is not None
        seen[one] = (pops.person(db, who, NOW), suggest.identity(db, one), person.whose(db, one))
    for identifier in KNOWN:
        seen[identifier.id] = pops.pop(db, identifier.id, None, NOW)
    return seen


def base(connection: sa.Connection) -> None:
    put_customers(connection, [CustomerRow(id=one, at=NOW, name=f"Name {one}", source="test") for one in CUSTOMERS])


pieces = st.one_of(
    st.tuples(st.just("link"), st.sampled_from(KNOWN), st.sampled_from(CUSTOMERS)),
    st.tuples(st.just("line"), st.integers(0, 9), st.sampled_from(KNOWN)),
    st.tuples(st.just("own line"), st.integers(10, 19), st.sampled_from(CUSTOMERS)),
    st.tuples(st.just("seen"), st.integers(0, 9), st.sampled_from(KNOWN)),
    st.tuples(st.just("tag"), st.sampled_from(["vip", "fibre"]), st.sampled_from(CUSTOMERS)),
)


def bring(piece: tuple[Any, ...]) -> Step:
    """One thing that an import may bring."""

    def work(connection: sa.Connection) -> None:
        match piece:
            case ("link", identifier, customer):
                see(connection, [Seen(identifier, NOW)])
                link(connection, [(identifier.id, customer)], "table", NOW)
            case ("line", n, identifier):
                see(connection, [Seen(identifier, NOW)])
                line = InteractionRow(owner=identifier.id, at=Ms(NOW - n), id=f"{identifier.value} {n}", kind="mail")
                put_interactions(connection, [line])
            case ("own line", n, customer):
                line = InteractionRow(owner=f"customer:{customer}", at=Ms(NOW - n), id=f"{customer} {n}", kind="order")
                put_interactions(connection, [line])
            case ("seen", n, identifier):
                see(connection, [Seen(identifier, Ms(NOW - 1000 * n))])
            case (_, tag, customer):
                put_tags(connection, [(customer, tag)], "table")

    return work


def attempt_merge(connection: sa.Connection, kept: str, gone: str) -> int | None:
    try:
        return merge.merge(connection, kept, gone, "ana", NOW)[0]
    except (ValueError, LookupError):
        return None  # one already, or an identifier that is somebody's


def tried(store: Store, work: Step) -> None:
    """Do `work` and take everything back."""

    def write(connection: sa.Connection) -> None:
        work(connection)
        raise RolledBackError

    with pytest.raises(RolledBackError):
        store.write(write)


some = settings(examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
people = st.one_of(st.sampled_from(CUSTOMERS), st.sampled_from([one.id for one in KNOWN]))
merges = st.lists(st.tuples(people, people), min_size=1, max_size=6)


@pytest.fixture
def once(tmp_path: Path) -> Iterator[Store]:
    """For hundreds of examples: both kinds of database know the few statements there are from the tests below."""
    opened = Store.open(f"sqlite:///{tmp_path}/hotline.db")
    yield opened
    opened.close()


@some
@given(brought=st.lists(pieces, max_size=15), pairs=merges, data=st.data())
def test_merges_undone_in_any_order_leave_no_trace(
    once: Store, brought: list[tuple[Any, ...]], pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    def work(connection: sa.Connection) -> None:
        base(connection)
        see(connection, [Seen(one, NOW) for one in KNOWN])
        for piece in brought:
            bring(piece)(connection)
        before, seen = tables(connection), shown(connection)
        done = [id_ for pair in pairs if (id_ := attempt_merge(connection, *pair)) is not None]
        for id_ in data.draw(st.permutations(done)):
            assert merge.undo(connection, id_, "bo", NOW) is not None
            assert merge.undo(connection, id_, "bo", NOW) is None
        assert tables(connection) == before
        assert shown(connection) == seen

    tried(once, work)


@some
@given(brought=st.lists(pieces, max_size=12), pairs=merges, data=st.data())
def test_the_order_of_imports_and_merges_does_not_matter(
    once: Store, brought: list[tuple[Any, ...]], pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    customers_only = [(a, b) for a, b in pairs if a in CUSTOMERS and b in CUSTOMERS]
    mixed = data.draw(st.permutations(brought))
    after = data.draw(st.integers(0, len(mixed)))
    results: list[dict[str, object]] = []

    def in_order(connection: sa.Connection) -> None:
        base(connection)
        for piece in brought:
            bring(piece)(connection)
        for pair in customers_only:
            attempt_merge(connection, *pair)
        results.append(shown(connection))

    def mixed_up(connection: sa.Connection) -> None:
        base(connection)
        for piece in mixed[:after]:
            bring(piece)(connection)
        for pair in customers_only:
            attempt_merge(connection, *pair)
        for piece in [*mixed[after:], *mixed]:  # and some of it a second time
            bring(piece)(connection)
        results.append(shown(connection))

    tried(once, in_order)
    tried(once, mixed_up)
    # A merge has a number of its own in each run.
    first, second = (repr(one) for one in results)
    assert re.sub(r"MergeLine\(id='\d+'", "", first) == re.sub(r"MergeLine\(id='\d+'", "", second)


@pytest.fixture
def two(store: Store, identities: Identities) -> tuple[Identifier, Identifier]:
    """Eleanor by telephone and Eleanor by mail, whom nobody has told to be one."""
    tel, mail = identities.phone("+44 7700 900143"), identities.mail("eleanor.w@mail.example")
    assert tel is not None
    assert mail is not None

    def fill(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW), Seen(mail, NOW, "Eleanor W")])
        put_customers(
            connection,
            [
                CustomerRow(id="eleanor", at=NOW, name="Eleanor Whitcombe", tier="gold"),
                CustomerRow(id="web-7", at=NOW, name="E. Whitcombe", language="en"),
            ],
        )
        link(connection, [(tel.id, "eleanor")], "crm", NOW)
        link(connection, [(mail.id, "web-7")], "shop", NOW)
        put_tags(connection, [("web-7", "Works from home")], "shop")
        put_interactions(
            connection,
            [
                InteractionRow(owner=tel.id, at=Ms(NOW - 10), id="c-1", kind="call"),
                InteractionRow(owner=mail.id, at=Ms(NOW - 20), id="m-1", kind="mail", title="No light"),
            ],
        )
        open_case(connection, "web-7", "No light", AgentId("ana"), "m-1", NOW)

    store.write(fill)
    return tel, mail


async def test_two_who_are_merged_are_one_everywhere(
    history: History, store: Store, two: tuple[Identifier, Identifier]
) -> None:
    tel, mail = two
    preview = await history.people.preview(CustomerId("eleanor"), CustomerId("web-7"))
    assert preview is not None
    assert (preview.kept.counts, preview.gone.counts) == ({"call": 1}, {"mail": 1})
    assert preview.together.counts == {"call": 1, "mail": 1}
    assert (preview.together.name, preview.together.language, preview.together.tier) == (
        "Eleanor Whitcombe",
        "en",
        "gold",
    )
    assert preview.together.tags == ("Works from home",)
    id_, shown_as = await history.people.merge(CustomerId("eleanor"), CustomerId("web-7"), AgentId("ana"))
    assert shown_as == "eleanor"
    for each in (tel, mail):
        (one,) = (await history.pop(each.id)).people
        assert (one.customer, one.name, one.language) == ("eleanor", "Eleanor Whitcombe", "en")
        assert [line.id for line in one.timeline] == ["c-1", "m-1"]
        assert [case.title for case in one.cases] == ["No light"]
    (hit,) = await history.search("e. whitc")
    assert hit.customer == "eleanor"
    assert (await history.facts("+44 7700 900143")).people == 1
    identity = await history.people.identity(CustomerId("web-7"))
    assert identity is not None
    assert identity.customer == "eleanor"
    assert {(one.display, one.source) for one in identity.identifiers} == {
        ("+44 7700 900143", "crm"),
        ("eleanor.w@mail.example", "shop"),
    }
    assert [(one.gone, one.name, one.by) for one in identity.merges] == [("web-7", "E. Whitcombe", "ana")]
    with pytest.raises(ValueError, match="already"):
        await history.people.merge(CustomerId("web-7"), CustomerId("eleanor"), AgentId("ana"))
    with pytest.raises(LookupError):
        await history.people.merge(CustomerId("eleanor"), CustomerId("nobody"), AgentId("ana"))
    assert await history.people.undo(id_, AgentId("bo")) == "eleanor"
    assert await history.people.undo(id_, AgentId("bo")) is None
    (one,) = (await history.pop(mail.id)).people
    assert (one.customer, [line.id for line in one.timeline]) == ("web-7", ["m-1"])
    log = store.read(lambda c: c.execute(sa.text("SELECT who, what, about, detail FROM audit ORDER BY id")).all())
    assert [tuple(row) for row in log] == [
        ("ana", "customers_merged", "eleanor", "web-7"),
        ("bo", "merge_undone", "eleanor", "web-7"),
    ]


async def test_a_number_nobody_has_joins_a_customer_and_leaves_again(
    history: History, store: Store, identities: Identities, two: tuple[Identifier, Identifier]
) -> None:
    strange = identities.phone("+852 9123 4567")
    other = identities.mail("somebody@mail.example")
    assert strange is not None
    assert other is not None
    store.write(lambda c: see(c, [Seen(strange, NOW, "E."), Seen(other, NOW)]))
    id_, shown_as = await history.people.merge(CustomerId(strange.id), CustomerId("eleanor"), AgentId("ana"))
    assert shown_as == "eleanor"
    assert [one.customer for one in (await history.pop(strange.id)).people] == ["eleanor"]
    await history.people.undo(id_, AgentId("ana"))
    id_, new = await history.people.merge(CustomerId(strange.id), CustomerId(other.id), AgentId("ana"))
    both = await history.people.identity(new)
    assert both is not None
    assert {one.id for one in both.identifiers} == {strange.id, other.id}
    # An agent says since then that a call was theirs: that word stays when the merge goes.
    call = InteractionRow(owner=strange.id, at=NOW, id="c-9", kind="call")
    store.write(lambda c: put_interactions(c, [call]))
    assert await history.confirm(InteractionId("c-9"), new)
    await history.people.undo(id_, AgentId("ana"))
    left = await history.people.identity(new)
    assert left is not None
    assert [(one.id, one.source) for one in left.identifiers] == [(strange.id, "agent")]


async def test_what_a_person_unlinks_no_import_links_again(
    history: History, store: Store, two: tuple[Identifier, Identifier]
) -> None:
    tel, _ = two
    ana, eleanor = AgentId("ana"), CustomerId("eleanor")
    assert await history.people.unlink(eleanor, tel.id, ana)
    assert not await history.people.unlink(eleanor, tel.id, ana)
    store.write(lambda c: link(c, [(tel.id, "eleanor")], "crm", NOW))
    (stranger,) = (await history.pop(tel.id)).people
    assert stranger.customer == tel.id
    assert (await history.facts("+44 7700 900143")).people == 0
    assert await history.people.link(eleanor, "tel", "0044 7700 900143", ana) == tel.id
    assert [one.customer for one in (await history.pop(tel.id)).people] == ["eleanor"]
    assert await history.people.link(eleanor, "tel", "anonymous", ana) is None
    with pytest.raises(LookupError):
        await history.people.link(CustomerId("nobody"), "tel", "9123 4567", ana)


async def test_how_sure_a_number_is_follows_what_agents_confirm(
    history: History, store: Store, two: tuple[Identifier, Identifier]
) -> None:
    tel, _ = two

    async def sure() -> dict[str, tuple[int, int]]:
        found = {}
        for one in ("eleanor", "web-7"):
            identity = await history.people.identity(CustomerId(one))
            assert identity is not None
            found[one] = next(
                ((line.confidence, line.shared) for line in identity.identifiers if line.id == tel.id), (0, 0)
            )
        return found

    assert await sure() == {"eleanor": (90, 0), "web-7": (0, 0)}
    store.write(lambda c: link(c, [(tel.id, "web-7")], "shop", NOW))
    assert await sure() == {"eleanor": (45, 1), "web-7": (45, 1)}
    assert await history.confirm(InteractionId("c-1"), CustomerId("eleanor"))
    assert await sure() == {"eleanor": (63, 1), "web-7": (30, 1)}
