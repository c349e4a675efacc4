"""Visits of web sites: one line each, whatever the order; joined to the customer, also backwards; forgotten in time."""

import asyncio
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cti.core.ids import AgentId, CustomerId, IdentifierId, Ms
from cti.core.keeping import Retention
from cti.store import reads, records, retention
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identifier, Identities
from cti.store.visitors import Busy, Visitors
from cti.store.visits import Item, SignIn, Told, clean, line_id, put
from tests.store.conftest import DAY, NOW, SITE

IDENTITIES = Identities(b"a key of the site", "HK")
BROWSER = "ab" * 16


def device(browser: str = BROWSER) -> Identifier:
    found = IDENTITIES.device(browser)
    assert found is not None
    return found


def account(name: str) -> Identifier:
    found = IDENTITIES.account(name)
    assert found is not None
    return found


def told(*items: Item, visit: str = "v1", browser: str = BROWSER, sign_ins: Sequence[SignIn] = ()) -> Told:
    return Told(visit=line_id(browser, visit), visitor=device(browser), items=items, sign_ins=tuple(sign_ins))


def page(n: int, **more: Any) -> Item:
    return Item(at=Ms(NOW - 60_000 + n * 1000), id=f"page{n:04}", kind="page", words=f"Page {n}", **more)


def search(n: int, words: str, found: int | None) -> Item:
    return Item(at=Ms(NOW - 60_000 + n * 1000), id=f"search{n:04}", kind="search", words=words, found=found)


def tag(n: int, words: str, kind: str = "tag") -> Item:
    return Item(at=Ms(NOW - 60_000 + n * 1000), id=f"tag{n:05}", kind=kind, words=words)


def signed(at: int = NOW) -> Item:
    return Item(at=Ms(at), id="signed01", kind="sign_in")


def keep(store: Store, *tells: Told) -> None:
    store.write(lambda c: put(c, IDENTITIES, tells))


def rows(store: Store, table: str) -> list[tuple[Any, ...]]:
    return store.read(lambda c: sorted(tuple(row) for row in c.execute(text(f"SELECT * FROM {table}"))))


def customer(store: Store, id_: str, *known: Identifier) -> None:
    def write(c: Any) -> None:
        records.put_customers(c, [records.CustomerRow(id=id_, at=NOW, name=id_.title())])
        records.see(c, [records.Seen(one, NOW) for one in known])
        records.link(c, [(one.id, id_) for one in known], "test", NOW)

    store.write(write)


async def test_a_visit_is_one_line_that_says_what_was_searched_in_vain(store: Store, history: History) -> None:
    keep(store, told(page(0), page(1), search(2, "router red light", 0), search(3, "router", 4), page(4)))
    found = await history.pop(IdentifierId(device().id))
    (line,) = found.people[0].timeline
    assert (line.kind, line.title, line.mark, line.lasted) == ("search", "router red light", "nothing_found", 4000)
    assert line.web is not None
    assert line.web.pages == 3
    assert [(step.words, step.found) for step in line.web.steps] == [("router red light", 0), ("router", 4)]
    assert found.people[0].rail[0].title == "router red light"


async def test_a_visit_without_a_search_is_called_as_its_last_page(store: Store, history: History) -> None:
    keep(store, told(page(0), page(1)))
    (line,) = (await history.pop(IdentifierId(device().id))).people[0].timeline
    assert (line.kind, line.title, line.mark) == ("visit", "Page 1", "")
    assert found_rail(await history.pop(IdentifierId(device().id))) == []


def found_rail(pop: Any) -> list[str]:
    return [station.title for station in pop.people[0].rail]


async def test_a_form_is_a_contact_of_its_own(store: Store, history: History) -> None:
    form = Item(at=NOW, id="form0001", kind="form", words="contact", body="topic: bill\nphone: +44 7700 900143")
    keep(store, told(page(0), form))
    lines = (await history.pop(IdentifierId(device().id))).people[0].timeline
    assert {(line.kind, line.title, line.text) for line in lines} == {
        ("form", "contact", "topic: bill\nphone: +44 7700 900143"),
        ("visit", "Page 0", ""),
    }
    assert [row[3] for row in rows(store, "mentions")] == ["+44 7700 900143"], "evidence, not a link"
    assert rows(store, "links") == []


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """For all examples: a new file for each would take ten times as long."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('visits')}/hotline.db")
    yield store
    store.close()


ITEMS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["page", "search", "form"]), st.integers(0, 2)), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None)
@given(ITEMS, st.randoms(use_true_random=False), st.booleans())
def test_neither_order_nor_doubling_of_batches_matters(
    one_store: Store, made: list[tuple[int, str, int]], chance: random.Random, signs_in: bool
) -> None:
    items = [
        Item(at=Ms(NOW + at), id=f"item{n:04}", kind=kind, words=f"w{n}", found=found if kind == "search" else None)
        for n, (at, kind, found) in enumerate(made)
    ]
    tells = [told(item, visit=f"v{n % 2}") for n, item in enumerate(items)]
    if signs_in:
        who = SignIn(at=NOW, account=account("A1"), name="Ana", proved=(mail("a@b.example"),))
        tells.append(told(signed(), visit="v0", sign_ins=[who]))
    again = tells + chance.sample(tells, len(tells) // 2)
    chance.shuffle(again)
    outcomes = []
    for order in (tells, again):
        wipe(one_store)
        step = chance.randint(1, 4)
        for first in range(0, len(order), step):
            keep(one_store, *order[first : first + step])
        tables = ("interactions", "tallies", "visits", "visit_items", "links", "customers", "identifiers")
        outcomes.append({name: rows(one_store, name) for name in tables})
    assert outcomes[0] == outcomes[1]


def wipe(store: Store) -> None:
    """Nothing of the example before is left."""
    names = ("interactions", "tallies", "visits", "visit_items", "links", "customers", "identifiers", "annotations")

    def write(c: Any) -> None:
        for name in names:
            c.execute(text(f"DELETE FROM {name}"))

    store.write(write)


def mail(address: str) -> Identifier:
    found = IDENTITIES.mail(address)
    assert found is not None
    return found


def phone(number: str) -> Identifier:
    found = IDENTITIES.phone(number)
    assert found is not None
    return found


async def test_a_sign_in_joins_what_was_seen_before_it(store: Store, history: History) -> None:
    tel = phone("+44 7700 900143")
    customer(store, "eleanor", tel, account("A-77"))
    keep(store, told(search(0, "router red light", 0), visit="before"))
    assert (await history.pop(tel.id)).people[0].timeline == ()
    keep(store, told(page(9), signed(), visit="now", sign_ins=[SignIn(at=NOW, account=account("a-77"))]))
    person = (await history.pop(tel.id)).people[0]
    assert person.customer == "eleanor"
    assert [line.title for line in person.timeline] == ["Page 9", "router red light"]
    assert person.rail[0].title == "router red light"


async def test_what_the_site_has_proved_finds_the_customer_and_is_theirs_from_then_on(
    store: Store, history: History
) -> None:
    customer(store, "eleanor", mail("e@mail.example"))
    who = SignIn(at=NOW, account=account("A1"), proved=(mail("e@mail.example"), phone("+44 7700 900143")))
    keep(store, told(page(0), signed(), sign_ins=[who]))
    for identifier in (account("A1"), phone("+44 7700 900143"), device()):
        assert [one.customer for one in (await history.pop(identifier.id)).people] == ["eleanor"]
    linked = [
        ("web", "identifier_linked", "eleanor", one.id) for one in (account("A1"), device(), phone("+447700900143"))
    ]
    assert [row[2:6] for row in rows(store, "audit")] == linked
    keep(store, told(page(1), signed(), visit="another", sign_ins=[who]))
    assert len(rows(store, "audit")) == 3


async def test_what_it_was_only_told_is_evidence_and_no_more(store: Store, history: History) -> None:
    customer(store, "eleanor", mail("e@mail.example"))
    who = SignIn(at=NOW, account=account("A1"), name="E. Whitcombe", said=(mail("e@mail.example"),))
    keep(store, told(page(0), signed(), sign_ins=[who]))
    (made,) = (await history.pop(device().id)).people
    assert (made.name, made.customer == "eleanor") == ("E. Whitcombe", False)
    identity = await history.people.identity(made.customer)
    assert identity is not None
    assert [one.other.customer for one in identity.suggestions] == [CustomerId("eleanor")]


async def test_two_who_the_proof_names_are_not_guessed_between(store: Store, history: History) -> None:
    customer(store, "eleanor", mail("e@mail.example"))
    customer(store, "daniel", phone("+44 7700 900143"))
    who = SignIn(at=NOW, account=account("A1"), proved=(mail("e@mail.example"), phone("+44 7700 900143")))
    keep(store, told(page(0), signed(), sign_ins=[who]))
    (made,) = (await history.pop(device().id)).people
    assert made.customer not in ("eleanor", "daniel")


async def test_an_account_of_several_is_shown_as_choices(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    customer(store, "daniel", account("A1"))
    keep(store, told(page(0), signed(), sign_ins=[SignIn(at=NOW, account=account("A1"))]))
    assert {one.customer for one in (await history.pop(device().id)).people} == {"eleanor", "daniel"}


async def test_on_a_browser_of_two_a_visit_is_whose_who_signed_in(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    customer(store, "daniel", account("A2"))
    keep(store, told(page(0), signed(), visit="hers", sign_ins=[SignIn(at=NOW, account=account("A1"))]))
    keep(store, told(page(1), signed(), visit="his", sign_ins=[SignIn(at=NOW, account=account("A2"))]))
    keep(store, told(page(2), visit="whose"))
    people = {one.customer: {line.title for line in one.timeline} for one in (await history.pop(device().id)).people}
    assert people == {"eleanor": {"Page 0", "Page 2"}, "daniel": {"Page 1", "Page 2"}}


async def test_a_visit_in_which_two_signed_in_is_of_nobody_in_particular(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    customer(store, "daniel", account("A2"))
    for name in ("A1", "A2"):
        keep(store, told(page(0), signed(), sign_ins=[SignIn(at=NOW, account=account(name))]))
    people = (await history.pop(device().id)).people
    assert [len(one.timeline) for one in people] == [1, 1]
    assert store.read(lambda c: c.execute(text("SELECT customer FROM interactions")).scalar()) is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_customers_tag_themselves_and_the_last_word_holds(
    store: Store, history: History, order: Sequence[int]
) -> None:
    customer(store, "eleanor", account("A1"))
    sign_in = SignIn(at=NOW, account=account("A1"))
    said = [
        told(tag(1, "slow reply"), tag(2, "prefers e-mail"), signed(), visit="first", sign_ins=[sign_in]),
        told(tag(3, "prefers e-mail", kind="untag"), signed(), visit="second", sign_ins=[sign_in]),
        told(tag(4, "prefers e-mail"), tag(5, "slow reply", kind="untag"), signed(), visit="third", sign_ins=[sign_in]),
    ]
    for n in (*order, *order):
        keep(store, said[n])
    assert await own_words(history) == [("prefers e-mail", "customer")]
    (visit,) = (one for one in await timeline(history) if one.id == said[0].visit)
    assert [(step.kind, step.words) for step in visit.web.steps][:2] == [
        ("tag", "slow reply"),
        ("tag", "prefers e-mail"),
    ]


async def test_what_agents_say_is_not_a_customers_to_take_away(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    eleanor, ana, sign_ins = CustomerId("eleanor"), AgentId("ana"), [SignIn(at=NOW, account=account("A1"))]
    assert await history.knowing.tag(eleanor, "VIP", ana)
    keep(store, told(tag(1, "VIP", kind="untag"), tag(2, "slow reply"), signed(), sign_ins=sign_ins))
    assert await own_words(history) == [("VIP", "agent:ana"), ("slow reply", "customer")]
    assert [row[2:5] for row in rows(store, "audit") if row[2] != "web"] == [
        ("ana", "customer_tagged", "eleanor"),
        ("customer", "customer_tagged", "eleanor"),
    ]
    # An agent takes a customer's word away: the same visit told again does not bring it back.
    assert await history.knowing.untag(eleanor, "slow reply", ana)
    keep(store, told(tag(1, "VIP", kind="untag"), tag(2, "slow reply"), signed(), sign_ins=sign_ins))
    assert await own_words(history) == [("VIP", "agent:ana")]


async def test_whoever_did_not_sign_in_tags_nobody(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"), device())
    keep(store, told(tag(1, "slow reply")))
    assert await own_words(history) == []
    assert [step.words for one in await timeline(history) for step in one.web.steps] == ["slow reply"]


async def test_nobody_gives_themselves_tags_without_end(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    items = [tag(n, f"tag {n}") for n in range(60)]
    keep(store, told(*items, signed(), sign_ins=[SignIn(at=NOW, account=account("A1"))]))
    assert len(await own_words(history)) == 50


async def timeline(history: History) -> Sequence[Any]:
    (person,) = (await history.pop(device().id)).people
    return person.timeline


async def own_words(history: History) -> list[tuple[str, str]]:
    about = await history.knowing.about(CustomerId("eleanor"), SITE)
    assert about is not None
    return [(one.tag, one.source) for one in about.tags]


async def test_who_was_unlinked_by_a_person_is_not_linked_again_by_a_sign_in(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    sign_in = told(page(0), signed(), sign_ins=[SignIn(at=NOW, account=account("A1"))])
    keep(store, sign_in)
    assert await history.people.unlink(CustomerId("eleanor"), device().id, "ana")  # type: ignore[arg-type]
    keep(store, sign_in)
    who = store.read(lambda c: c.execute(text("SELECT ended FROM links WHERE identifier = :id"), {"id": device().id}))
    assert who.scalar() is not None


def test_old_visits_are_forgotten_and_contacts_stay(store: Store) -> None:
    form = Item(at=Ms(NOW - 9 * DAY), id="form0001", kind="form", words="contact", body="topic: bill")
    keep(store, told(form, visit="old"), told(search(0, "router", 0), visit="new", browser="cd" * 16))
    old = Item(at=Ms(NOW - 9 * DAY), id="page0001", kind="page", words="Old")
    noted = told(old, visit="noted", browser="ef" * 16)
    keep(store, told(old, visit="gone", browser="12" * 16), noted)
    store.write(lambda c: records.annotate(c, noted.visit, NOW, words="called about it"))
    week = Retention(visits=7)
    db = store.driver()
    assert retention.due(db, week, None, NOW) == {"visits": 3}
    db.close()
    assert retention.sweep(store, week, None, NOW, "test") == {"visits": 3}
    assert retention.sweep(store, week, None, NOW, "test") == {"visits": 0}
    left = store.read(lambda c: sorted(c.execute(text("SELECT title FROM interactions")).scalars()))
    assert left == ["Old", "contact", "router"]
    assert len(rows(store, "visit_items")) == 1
    assert device("12" * 16).id not in {row[0] for row in rows(store, "identifiers")}


async def test_a_person_is_given_and_loses_all_they_did(store: Store, history: History) -> None:
    customer(store, "eleanor", account("A1"))
    done = [page(0, place="/help"), search(1, "red light", 0), signed()]
    keep(store, told(*done, sign_ins=[SignIn(at=NOW, account=account("A1"))]))
    packed = await history.export(CustomerId("eleanor"))
    assert packed is not None
    person = zipfile.ZipFile(io.BytesIO(packed)).read("person.json").decode()
    assert all(words in person for words in ("/help", "red light", "sign_in"))
    await history.erase(CustomerId("eleanor"), "root")
    everything = str([rows(store, name) for name in ("interactions", "visits", "visit_items", "identifiers", "links")])
    assert "red light" not in everything
    assert BROWSER not in everything


def test_one_visit_does_not_fill_the_history(store: Store) -> None:
    for batch in range(10):
        keep(store, told(*(page(batch * 50 + n) for n in range(50))))
    assert len(rows(store, "visit_items")) <= 350


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("a\x00b\nc", "a b c"),
        ("pay 4111 1111 1111 1111 now", "pay … now"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("+8613912345678", "+8613912345678"),
        ("x" * 30, "x" * 10),
    ],
)
def test_words_are_one_line_and_no_card(words: str, kept: str) -> None:
    assert clean(words, 10 if words.startswith("xx") else 200) == kept


class SlowThreads:
    """Threads of a history whose database takes its time, and does not take everything."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.transactions = 0

    async def read(self, look: Any) -> Any: ...

    async def write(self, work: Any) -> Any:
        await self.go.wait()
        self.transactions += 1
        return work(None)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowThreads]:
    def pretend(connection: object, identities: object, tells: Sequence[Told]) -> None:
        if any(not one.items for one in tells):
            raise RuntimeError("this can't be written")

    monkeypatch.setattr("cti.store.visitors.put", pretend)
    return SlowThreads()


async def test_batches_that_wait_are_written_together_and_not_without_end(slow: SlowThreads) -> None:
    visitors = Visitors(slow, IDENTITIES)
    waiting = [asyncio.create_task(visitors.put(told(page(0)))) for _ in range(450)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    slow.go.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(one, Busy) for one in outcomes) == 50
    assert outcomes.count(None) == 400
    assert slow.transactions <= 5


async def test_what_cannot_be_written_is_nobody_elses_loss(slow: SlowThreads) -> None:
    visitors = Visitors(slow, IDENTITIES)
    waiting = [asyncio.create_task(visitors.put(told(*items))) for items in ([page(0)], [], [page(1)])]
    slow.go.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in outcomes] == [type(None), RuntimeError, type(None)]


def test_devices_come_last_when_a_customer_has_many(store: Store) -> None:
    tel = phone("+44 7700 900143")
    customer(store, "eleanor", tel, *(device(f"{n:032x}") for n in range(60)))
    db = store.driver()
    try:
        who = reads.who_is(db, "eleanor")
        assert who is not None
        assert reads.owners_of(db, who)[0] == tel.id
    finally:
        db.close()
