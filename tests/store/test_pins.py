"""Who calls by what they keyed: PINs, what a call with one says of its number, and what the pop shows."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import text

from cti.core import events as ev
from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId, Ms
from cti.store import pins
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.pins import LOCKED_MS, TRIES
from cti.store.projector import Fold
from cti.store.reads import Keyed
from cti.store.records import CustomerRow, Seen, link, put_customers, see
from cti.store.views import OpenPromise
from tests.passwords import LITTLE
from tests.store.conftest import NOW, answered_call, records_of

ANA, ELEANOR, FRED = AgentId("ana"), CustomerId("eleanor"), CustomerId("fred")
ACCOUNT, PIN = "ac 123456", "4321"


@pytest.fixture(autouse=True)
def _little(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the first of these, which has them as hard to guess as they are."""
    if request.function is not test_a_pin_tells_who_calls_and_nobody_can_read_it:
        monkeypatch.setattr(pins, "_N", LITTLE)


@pytest.fixture(autouse=True)
def known(store: Store, identities: Identities) -> IdentifierId:
    """Eleanor has the account; nobody has the telephone."""
    account, tel = identities.account(ACCOUNT), identities.phone("91234567")
    assert account is not None
    assert tel is not None

    def write(connection: sa.Connection) -> None:
        rows = [CustomerRow(id=one, at=NOW, name=one.title(), tier="gold", source="crm") for one in (ELEANOR, FRED)]
        put_customers(connection, rows)
        see(connection, [Seen(account, NOW), Seen(tel, NOW)])
        link(connection, [(account.id, ELEANOR)], "crm", NOW)

    store.write(write)
    return account.id


def audited(store: Store) -> list[str]:
    return store.read(lambda c: list(c.execute(text("SELECT what FROM audit ORDER BY id")).scalars()))


async def test_a_pin_tells_who_calls_and_nobody_can_read_it(
    history: History, store: Store, known: IdentifierId
) -> None:
    assert await history.pins.set(ELEANOR, PIN, ANA)
    claim = await history.pins.check("AC123456", PIN)
    assert (claim.how, claim.account, claim.matched) == ("pin", known, True)
    assert claim.facts is not None
    assert claim.facts.tier == "gold"
    wrong = await history.pins.check(ACCOUNT, "4322")
    assert (wrong.how, wrong.account, wrong.matched, wrong.facts) == ("wrong_pin", known, False, None)
    every = store.read(
        lambda c: [
            repr(tuple(row)) for name in ("pins", "audit") for row in c.execute(text(f"SELECT * FROM {name}")).all()
        ]
    )
    assert not any(re.search(r"\b4321\b", row) for row in every)
    assert any("scrypt:16384:8:1:" in row for row in every), "guessing them takes its time"
    assert audited(store) == ["pin_set"]


async def test_without_a_pin_the_account_number_alone_is_known_as_that(history: History) -> None:
    assert (await history.pins.check(ACCOUNT, PIN)).how == "account"
    await history.pins.set(ELEANOR, PIN, ANA)
    assert (await history.pins.check(ACCOUNT, "")).how == "account"
    assert (await history.pins.check("999999", PIN)).how == ""
    assert (await history.pins.check("", PIN)).how == ""


async def test_five_wrong_ones_lock_it_for_a_day_and_setting_it_anew_unlocks(
    store: Store, identities: Identities
) -> None:
    now = [NOW]
    history = History(store, identities, now=lambda: now[0])
    try:
        await history.pins.set(ELEANOR, PIN, ANA)
        for _ in range(TRIES - 1):
            assert (await history.pins.check(ACCOUNT, "0000")).how == "wrong_pin"
        assert (await history.pins.check(ACCOUNT, PIN)).how == "pin"
        for _ in range(TRIES):
            assert (await history.pins.check(ACCOUNT, "0000")).how == "wrong_pin"
        assert (await history.pins.check(ACCOUNT, PIN)).how == "locked"
        assert (await history.people.identity(ELEANOR)).pin.locked  # type: ignore[union-attr]
        now[0] = Ms(NOW + LOCKED_MS + 1)
        assert (await history.pins.check(ACCOUNT, PIN)).how == "pin"
        for _ in range(TRIES):
            await history.pins.check(ACCOUNT, "0000")
        await history.pins.set(ELEANOR, "55555", ANA)
        assert (await history.pins.check(ACCOUNT, "55555")).how == "pin"
    finally:
        history.close()


async def test_taken_away_and_refused(history: History, store: Store) -> None:
    assert not await history.pins.remove(ELEANOR, ANA)
    await history.pins.set(ELEANOR, PIN, ANA)
    assert (await history.people.identity(ELEANOR)).pin is not None  # type: ignore[union-attr]
    assert await history.pins.remove(ELEANOR, ANA)
    assert (await history.pins.check(ACCOUNT, PIN)).how == "account"
    assert not await history.pins.set(CustomerId("nobody"), PIN, ANA)
    with pytest.raises(ValueError, match="four to eight"):
        await history.pins.set(ELEANOR, "12", ANA)
    assert audited(store) == ["pin_set", "pin_removed"]


async def test_of_two_who_were_merged_the_pin_set_last_counts_and_an_undo_gives_each_their_own(
    store: Store, identities: Identities
) -> None:
    now = [NOW]
    history = History(store, identities, now=lambda: now[0])
    try:
        await history.pins.set(ELEANOR, PIN, ANA)
        now[0] = Ms(NOW + 1)
        await history.pins.set(FRED, "7777", ANA)
        merge, _ = await history.people.merge(FRED, ELEANOR, ANA)
        assert (await history.pins.check(ACCOUNT, "7777")).how == "pin"
        assert await history.people.undo(merge, ANA) == FRED
        assert (await history.pins.check(ACCOUNT, "7777")).how == "wrong_pin"
        assert (await history.pins.check(ACCOUNT, PIN)).how == "pin"
    finally:
        history.close()


async def test_of_an_account_that_two_share_no_pin_tells_who_it_is(
    history: History, store: Store, known: IdentifierId
) -> None:
    await history.pins.set(ELEANOR, PIN, ANA)
    store.write(lambda c: link(c, [(known, FRED)], "crm", NOW))
    assert (await history.pins.check(ACCOUNT, PIN)).how == "account"
    pop = await history.pop(None, None, Keyed(known, "account"))
    assert (pop.how, pop.shared, {one.customer for one in pop.people}) == ("account", 2, {ELEANOR, FRED})


async def test_the_pop_says_by_what_a_caller_is_recognised(
    history: History, store: Store, identities: Identities, known: IdentifierId
) -> None:
    tel = history.remember("91234567")
    pop = await history.pop(tel)
    assert (pop.how, pop.people) == ("", ())
    assert tel is not None
    store.write(lambda c: link(c, [(tel, FRED)], "crm", NOW))
    pop = await history.pop(tel)
    assert (pop.how, pop.shared) == ("number", 1)
    pop = await history.pop(tel, None, Keyed(known, "wrong_pin"))
    assert (pop.how, [one.customer for one in pop.people]) == ("wrong_pin", [FRED])
    # A number that is keyed is no proof: whoever is known by the telephone can still be chosen.
    pop = await history.pop(tel, None, Keyed(known, "account"))
    assert (pop.how, pop.shared, [one.customer for one in pop.people]) == ("account", 1, [ELEANOR, FRED])
    pop = await history.pop(tel, None, Keyed(known, "pin"))
    assert (pop.how, pop.shared, [one.customer for one in pop.people]) == ("pin", 1, [ELEANOR])
    assert pop.display == "+852 9123 4567"
    assert (await history.pop(None, None, Keyed(known, "pin"))).people[0].customer == ELEANOR
    device = history.remember_visitor("v-1")
    assert device is not None
    store.write(lambda c: link(c, [(device, FRED)], "crm", NOW))
    assert (await history.pop(device)).how == "browser"
    store.write(lambda c: link(c, [(device, ELEANOR)], "web", NOW))
    pop = await history.pop(device)
    assert (pop.how, pop.shared) == ("sign_in", 2)


def keyed_call(n: int, caller: IdentifierId | None, account: IdentifierId, how: str) -> list[Record]:
    call = answered_call(n, caller, NOW + n)
    said = (call[0][0] + 500, ev.CallerKnown(interaction=InteractionId(f"c-{n}"), account=account, how=how))
    return records_of([[call[0], said, *call[1:]]])


def links_of(store: Store, identifier: str) -> dict[str, str]:
    asked = text("SELECT customer, source FROM links WHERE identifier = :id AND ended IS NULL")
    return store.read(lambda c: {row.customer: row.source for row in c.execute(asked, {"id": identifier})})


async def test_a_call_with_the_pin_is_theirs_and_links_its_number_once(
    history: History, store: Store, known: IdentifierId
) -> None:
    tel = history.remember("91234567")
    assert tel is not None
    records = keyed_call(1, tel, known, "pin")
    store.write(lambda c: Fold().fold(c, records))
    assert links_of(store, tel) == {ELEANOR: "pin"}
    noted = sa.text("SELECT who, about, detail FROM audit WHERE what = 'identifier_linked'")
    assert [tuple(row) for row in store.read(lambda c: c.execute(noted).all())] == [("pin", ELEANOR, tel)]
    call = await history.call(InteractionId("c-1"))
    assert call is not None
    assert (call.recognised, call.customer) == ("pin", ELEANOR)
    # An agent who heard somebody else takes the link along, and a fold of everything anew does not bring it back.
    await history.confirm(InteractionId("c-1"), FRED)
    assert links_of(store, tel) == {FRED: "agent"}

    def again(connection: sa.Connection) -> None:
        fold = Fold()
        fold.clear(connection)
        fold.fold(connection, records)

    store.write(again)
    assert links_of(store, tel) == {FRED: "agent"}
    call = await history.call(InteractionId("c-1"))
    assert call is not None
    assert (call.recognised, call.customer) == ("pin", FRED)


@pytest.mark.parametrize("how", ["account", "wrong_pin", "locked"])
async def test_an_account_number_without_the_pin_links_nothing(
    history: History, store: Store, known: IdentifierId, how: str
) -> None:
    tel = history.remember("91234567")
    assert tel is not None
    store.write(lambda c: Fold().fold(c, keyed_call(2, tel, known, how)))
    assert links_of(store, tel) == {}
    call = await history.call(InteractionId("c-2"))
    assert call is not None
    assert (call.recognised, call.customer) == (how, None)


async def test_a_number_that_a_person_said_is_not_theirs_stays_so(
    history: History, store: Store, known: IdentifierId
) -> None:
    tel = await history.people.link(ELEANOR, "tel", "91234567", ANA)
    assert tel is not None
    assert await history.people.unlink(ELEANOR, tel, ANA)
    store.write(lambda c: Fold().fold(c, keyed_call(3, tel, known, "pin")))
    assert links_of(store, tel) == {}


async def test_a_withheld_number_with_the_pin_stands_in_their_timeline(
    history: History, store: Store, known: IdentifierId
) -> None:
    store.write(lambda c: Fold().fold(c, keyed_call(4, None, known, "pin")))
    lines, _ = await history.timeline(ELEANOR)
    assert [line.id for line in lines] == ["c-4"]


async def test_erasing_takes_the_pin_along(history: History, store: Store) -> None:
    await history.pins.set(ELEANOR, PIN, ANA)
    assert await history.erase(ELEANOR, "ana")
    assert store.read(lambda c: c.execute(text("SELECT count(*) FROM pins")).scalar()) == 0


def test_hashing_makes_another_of_the_same_pin_every_time_and_needs_the_sites_key(identities: Identities) -> None:
    one, other = pins._made(identities.keyed(PIN)), pins._made(identities.keyed(PIN))
    assert one != other
    assert pins._is_right(one, identities.keyed(PIN))
    assert not pins._is_right(one, Identities(b"another site's key", "HK").keyed(PIN))


async def test_what_was_promised_is_told_to_whom_it_was_promised_alone(
    history: History, store: Store, known: IdentifierId
) -> None:
    due = Ms(NOW + 3600_000)
    await history.promise(ELEANOR, "send the bill", due, ANA)
    tel = history.remember("91234567")
    assert tel is not None
    assert (await history.facts_of(tel)).promise is None
    store.write(lambda c: link(c, [(tel, ELEANOR)], "crm", NOW))
    told = (await history.facts_of(tel)).promise
    assert told == OpenPromise(by=ANA, due=due, call=False)
    # Several have the number: it is nobody else's business, until an account is keyed.
    store.write(lambda c: link(c, [(tel, FRED)], "crm", NOW))
    assert (await history.facts_of(tel)).promise is None
    claim = await history.pins.check(ACCOUNT, "")
    assert claim.facts is not None
    assert claim.facts.promise == told
