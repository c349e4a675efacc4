"""What is known of a customer: wishes and tags as agents said them, and how they are best reached."""

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from cti.core.ids import AgentId, CustomerId, IdentifierId, Ms
from cti.core.site import Quiet
from cti.store import understanding
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identifier, Identities
from cti.store.lists import Only
from cti.store.projector import Fold
from cti.store.records import CustomerRow, InteractionRow, Seen, link, put_customers, put_interactions, put_tags, see
from cti.store.records import note as keep_note
from tests.store.conftest import DAY, NOW, SITE, answered_call, records_of
from tests.store.test_abandoned import own_call

ANA, KIM = AgentId("ana"), CustomerId("kim")
HOUR = 3_600_000
# A Wednesday, 18:26 in Hong Kong.
TUESDAY_9 = NOW - NOW % DAY - DAY + HOUR + 10 * 60_000


@pytest.fixture
def kim(store: Store, identities: Identities) -> Identifier:
    tel = identities.phone("9123 4567")
    assert tel is not None

    def write(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW)])
        put_customers(connection, [CustomerRow(id="kim", at=NOW, name="Kim", tier="gold")])
        link(connection, [(tel.id, "kim")], "crm", NOW)

    store.write(write)
    return tel


def sms(n: int, owner: str, at: int, answered: bool) -> list[InteractionRow]:
    out = InteractionRow(owner=owner, at=Ms(at), id=f"s{n}", kind="sms", inbound=False)
    back = InteractionRow(owner=owner, at=Ms(at + HOUR), id=f"r{n}", kind="sms")
    return [out, back] if answered else [out]


async def test_the_best_way_is_told_with_what_it_was_learned_from(
    history: History, store: Store, kim: Identifier
) -> None:
    weeks = [TUESDAY_9 - 7 * DAY * n for n in range(1, 11)]
    rows = [row for n, at in enumerate(weeks) for row in sms(n, kim.id, at, answered=n >= 2)]
    calls = [own_call(n, kim.id, NOW - n * DAY - HOUR, reached=n == 3) for n in range(1, 6)]

    def write(connection: sa.Connection) -> None:
        put_interactions(connection, rows)
        Fold().fold(connection, records_of(calls))

    store.write(write)
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    first, second = about.ways
    assert (first.channel, first.weekday, first.hour, first.answered, first.tries) == ("sms", 1, 9, 8, 10)
    assert (second.channel, second.answered, second.tries, second.own) == ("call", 1, 5, True)
    assert first.chance > second.chance
    assert (about.facts.contacts, about.facts.since) == (23, weeks[-1])


async def test_all_open_promises_are_counted_and_the_next_is_one_that_can_still_be_kept(
    history: History, store: Store, kim: Identifier
) -> None:
    put = sa.text(
        "INSERT INTO promises (customer, what, due, made, agent, state) VALUES ('kim', 'x', :due, :at, 'ana', 'open')"
    )
    dues = [NOW + (n - 3) * HOUR for n in range(25)]
    store.write(lambda connection: connection.execute(put, [{"due": due, "at": NOW - DAY} for due in dues]))
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    facts = about.facts
    assert (facts.promises, facts.promises_late, facts.next_promise) == (25, 3, NOW)


async def test_the_call_one_is_in_is_no_contact_one_had(history: History, store: Store, kim: Identifier) -> None:
    calls = [answered_call(1, kim.id, NOW - DAY), answered_call(2, kim.id, NOW - 60_000)[:5]]
    store.write(lambda connection: Fold().fold(connection, records_of(calls)))
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    assert about.facts.contacts == 1
    assert about.facts.last is not None
    assert about.facts.last.id == "c-1"


async def test_a_mail_is_answered_by_a_person_within_three_days(
    history: History, store: Store, kim: Identifier
) -> None:
    put = sa.text(
        "INSERT INTO messages (id, interaction, at, inbound, loose, auto)"
        " VALUES (:id, :thread, :at, :inbound, false, :auto)"
    )
    told = [  # thread, hours ago, theirs, by a machine
        ("t1", 200, False, ""), ("t1", 190, True, "auto_reply"), ("t1", 150, True, ""),
        ("t2", 300, False, ""), ("t2", 100, True, ""),
        ("t3", 5, False, ""),
    ]  # fmt: skip

    def write(connection: sa.Connection) -> None:
        for n, (thread, ago, inbound, auto) in enumerate(told):
            given = {"id": f"m{n}", "thread": thread, "at": NOW - ago * HOUR, "inbound": inbound, "auto": auto}
            connection.execute(put, given)
        lines = [InteractionRow(owner=kim.id, at=Ms(NOW - n), id=f"t{n}", kind="mail") for n in (1, 2, 3)]
        put_interactions(connection, lines)

    store.write(write)
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    # The third may still be answered.
    assert [(way.channel, way.answered, way.tries) for way in about.ways] == [("mail", 1, 2)]


async def test_a_stranger_is_reached_as_others_are(history: History, store: Store, identities: Identities) -> None:
    others = [identities.phone(f"9123 {n:04}") for n in range(60)]
    rows = [row for n, one in enumerate(others) if one for row in sms(n, one.id, TUESDAY_9 - (n + 2) * DAY, n % 4 != 0)]
    fresh = identities.phone("6000 0000")
    assert fresh is not None

    def write(connection: sa.Connection) -> None:
        see(connection, [Seen(fresh, NOW)])
        put_interactions(connection, rows)

    store.write(write)
    about = await history.knowing.about(CustomerId(fresh.id), SITE)
    assert about is not None
    (way,) = about.ways
    assert (way.channel, way.own, way.tries) == ("sms", False, 60)
    assert 60 < way.chance < 85


async def test_what_they_wish_holds_before_what_was_learned(history: History, store: Store, kim: Identifier) -> None:
    rows = [row for n in range(4) for row in sms(n, kim.id, TUESDAY_9 - 7 * DAY * (n + 1), answered=True)]
    store.write(lambda c: put_interactions(c, rows))
    said = {"channel": "mail", "never": ("sms",), "begins": 600, "ends": 720, "note": "Hard of hearing"}
    assert await history.knowing.wish(KIM, ANA, **said)  # type: ignore[arg-type]
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    assert about.wishes is not None
    assert (about.wishes.channel, about.wishes.never, about.wishes.note) == ("mail", ("sms",), "Hard of hearing")
    assert about.ways == ()
    assert about.unwanted == "not_now"
    assert await history.knowing.unwanted(kim.id, SITE) == "not_now"
    assert await history.knowing.wish(KIM, ANA, channel="", never=("call",), begins=0, ends=1440, note="")
    assert await history.knowing.unwanted(kim.id, SITE) == "never"
    assert await history.knowing.unwanted(IdentifierId("tel:other"), SITE) == ""
    quiet = replace(SITE, quiet=Quiet(hours="18:00-08:00"))
    assert await history.knowing.unwanted(IdentifierId("tel:other"), quiet) == "quiet"
    assert not await history.knowing.wish(CustomerId("nobody"), ANA, channel="", never=(), begins=0, ends=0, note="")
    log = store.read(lambda c: c.execute(sa.text("SELECT who, what, detail FROM audit ORDER BY id")).all())
    assert [tuple(row) for row in log] == [
        ("ana", "customer_wish", "channel mail, never sms, begins 600, ends 720"),
        ("ana", "customer_wish", "never call, begins 0, ends 1440"),
    ]


async def test_a_tag_taken_away_stays_away_until_a_person_gives_it_again(
    history: History, store: Store, kim: Identifier
) -> None:
    store.write(lambda c: put_tags(c, [("kim", "VIP")], "crm"))
    assert await history.knowing.tag(KIM, "Works nights", ANA)
    assert [one.customer for one in await history.search("works NIGHTS")] == ["kim"]
    assert await history.knowing.untag(KIM, "VIP", ANA)
    assert not await history.knowing.untag(KIM, "VIP", ANA)
    store.write(lambda c: put_tags(c, [("kim", "VIP")], "crm"))
    person = await history.customer(KIM)
    assert person is not None
    assert person.tags == ("Works nights",)
    assert await history.search("vip") == ()
    assert await history.knowing.tag(KIM, "VIP", ANA)
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    assert [(one.tag, one.source) for one in about.tags] == [("VIP", "agent:ana"), ("Works nights", "agent:ana")]
    assert not await history.knowing.tag(CustomerId("nobody"), "VIP", ANA)


async def test_language_and_tier_are_said_by_agents(history: History, kim: Identifier) -> None:
    assert await history.knowing.change(KIM, ANA, language="yue", tier=None)
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    assert (about.language, about.tier) == ("yue", "gold")
    assert await history.knowing.change(KIM, ANA, language="", tier="")
    about = await history.knowing.about(KIM, SITE)
    assert about is not None
    assert (about.language, about.tier) == (None, "")
    assert not await history.knowing.change(CustomerId("nobody"), ANA, language="yue", tier=None)
    assert await history.knowing.about(CustomerId("nobody"), SITE) is None


async def test_the_timeline_is_narrowed_by_everything_at_once(history: History, store: Store, kim: Identifier) -> None:
    calls = [answered_call(n, kim.id, NOW - n * DAY, solved=n % 2 == 0) for n in range(1, 5)]

    def write(connection: sa.Connection) -> None:
        Fold().fold(connection, records_of(calls))
        put_interactions(connection, [InteractionRow(owner=kim.id, at=Ms(NOW - HOUR), id="m", kind="mail")])
        keep_note(connection, "c-1", "ana", "a red light", NOW)

    store.write(write)
    case = await history.cases.open(KIM, "Red light", ANA)
    await history.cases.put(calls[0][0][1].interaction, case.id, AgentId("ana"))  # type: ignore[union-attr]

    async def found(**only: object) -> list[str]:
        return [line.id for line in (await history.timeline(KIM, only=Only(**only)))[0]]  # type: ignore[arg-type]

    assert await found() == ["m", "c-1", "c-2", "c-3", "c-4"]
    assert await found(kinds=("mail", "chat")) == ["m"]
    assert await found(queue="support") == ["c-1", "c-2", "c-3", "c-4"]
    assert await found(queue="sales") == []
    assert await found(solved=True) == ["c-2", "c-4"]
    assert await found(solved=False, since=Ms(NOW - 2 * DAY)) == ["c-1"]
    assert await found(until=Ms(NOW - 3 * DAY + 1)) == ["c-3", "c-4"]
    assert await found(case=case.id) == ["c-1"]
    assert await found(case="none") == []
    assert await found(queue="support", words="red", solved=False, case=case.id) == ["c-1"]


def test_the_sample_goes_round_the_end(store: Store, identities: Identities) -> None:
    others = [identities.phone(f"9123 {n:04}") for n in range(40)]
    rows = [row for n, one in enumerate(others) if one for row in sms(n, one.id, TUESDAY_9 - n * DAY, True)]
    store.write(lambda c: put_interactions(c, rows))
    db = store.driver()
    for day in range(5):  # from another place each day
        found = understanding.sample(db, SITE.zone, Ms(NOW + day * DAY), 0)
        assert [len(tries) for tries in found.values()] == [40]
    db.close()
