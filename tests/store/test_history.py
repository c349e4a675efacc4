"""What the pop says of a caller: the right person, an honest "maybe", the newest of every channel."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identifier, Identities
from cti.store.lists import Only
from cti.store.projector import Fold
from cti.store.records import (
    CustomerRow,
    InteractionRow,
    Seen,
    link,
    put_customers,
    put_interactions,
    put_tags,
    see,
)
from cti.store.views import AgentDay, Answer, CallNote
from tests.store.conftest import DAY, NOW, answered_call, records_of

NUMBER = "+44 7700 900143"


def identifier(identities: Identities, kind: str, raw: str) -> Identifier:
    found = identities.maker(kind)(raw)
    assert found is not None
    return found


@pytest.fixture
def eleanor(store: Store, identities: Identities) -> Identifier:
    """Eleanor and Daniel share a telephone; she has written and searched, too."""
    tel = identifier(identities, "tel", NUMBER)
    mail = identifier(identities, "mail", "eleanor.w@mail.example")
    device = identifier(identities, "device", "browser-1")

    def fill(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW), Seen(mail, NOW, "Eleanor W"), Seen(device, NOW)])
        put_customers(
            connection,
            [
                CustomerRow(id="eleanor", at=NOW, name="Eleanor Whitcombe", language="en", tier="gold"),
                CustomerRow(id="daniel", at=NOW, name="Daniel W.", language="en"),
            ],
        )
        link(connection, [(tel.id, "eleanor"), (mail.id, "eleanor"), (device.id, "eleanor")], "test", NOW)
        link(connection, [(tel.id, "daniel")], "test", NOW)
        put_tags(connection, [("eleanor", "Works from home"), ("eleanor", "Fibre 500")], "test")
        put_interactions(
            connection,
            [
                InteractionRow(
                    owner=device.id, at=Ms(NOW - 1000), id="s1", kind="search", title="red light", mark="nothing_found"
                ),
                InteractionRow(
                    owner=mail.id, at=Ms(NOW - DAY), id="m1", kind="mail", title="Still no connection", mark="no_reply"
                ),
                InteractionRow(owner=mail.id, at=Ms(NOW - 30 * DAY), id="m2", kind="mail", title="Thanks"),
            ],
        )
        calls = [answered_call(n, tel.id, NOW - (10 + n) * DAY) for n in range(11)]
        Fold().fold(connection, records_of(calls))

    store.write(fill)
    return tel


async def confirm_all(history: History) -> None:
    for n in range(11):
        who = "eleanor" if n < 9 else "daniel"
        assert await history.confirm(InteractionId(f"c-{n}"), CustomerId(who))


async def test_a_shared_number_is_an_honest_maybe(history: History, eleanor: Identifier) -> None:
    await confirm_all(history)
    pop = await history.pop(eleanor.id)
    assert pop.display == NUMBER
    assert [(p.name, p.calls, p.of_calls) for p in pop.people] == [("Eleanor Whitcombe", 9, 11), ("Daniel W.", 2, 11)]
    first, second = pop.people
    assert (first.language, first.tier, first.tags) == ("en", "gold", ("Fibre 500", "Works from home"))
    assert first.counts == {"call": 9, "mail": 2, "search": 1}
    assert second.counts == {"call": 2}
    assert first.recent == 2
    assert [line.id for line in first.timeline][:3] == ["s1", "m1", "c-0"]
    assert [(s.kind, s.title, s.detail, s.bad) for s in first.rail] == [
        ("mail", "Still no connection", "no_reply", True),
        ("search", "red light", "nothing_found", True),
    ]
    assert second.rail == ()


async def test_calls_nobody_has_confirmed_are_shown_with_everybody_who_shares_the_number(
    history: History, eleanor: Identifier
) -> None:
    pop = await history.pop(eleanor.id)
    assert [p.counts["call"] for p in pop.people] == [11, 11]
    assert [(p.calls, p.of_calls) for p in pop.people] == [(0, 0), (0, 0)]


async def test_the_call_itself_is_left_out_of_its_own_pop(history: History, eleanor: Identifier) -> None:
    pop = await history.pop(eleanor.id, InteractionId("c-0"))
    assert "c-0" not in {line.id for line in pop.people[0].timeline}
    assert pop.people[0].counts["call"] == 10
    alone = await history.customer(CustomerId("eleanor"), besides=InteractionId("c-0"))
    assert alone is not None
    assert "c-0" not in [line.id for line in alone.timeline]


async def test_a_number_of_one_person_needs_no_maybe(history: History, store: Store, eleanor: Identifier) -> None:
    store.write(lambda c: c.execute(sa.text("DELETE FROM links WHERE customer = 'daniel'")))
    (person,) = (await history.pop(eleanor.id)).people
    assert (person.name, person.calls, person.of_calls) == ("Eleanor Whitcombe", 11, 11)


async def test_facts_for_the_flow(history: History, eleanor: Identifier) -> None:
    facts = await history.facts("0044 7700 900143"[2:])
    assert facts.identifier == eleanor.id
    # She chose Cantonese on this number last time, whatever her record says.
    assert (facts.known, facts.language, facts.tier, facts.people) == (True, "yue", "", 2)
    unknown = await history.facts("9999 8888")
    assert (unknown.known, unknown.language, unknown.people) == (False, None, 0)
    assert (await history.facts("anonymous")).identifier is None


async def test_facts_name_the_agent_of_the_last_call_that_was_answered(
    history: History, store: Store, eleanor: Identifier
) -> None:
    def talked(call: str, agent: str) -> None:
        change = sa.text("UPDATE interactions SET agent = :agent WHERE id = :call")
        store.write(lambda c: c.execute(change, {"agent": agent, "call": call}))

    number = "0044 7700 900143"[2:]
    talked("c-1", "bo")
    assert (await history.facts(number)).last_agent == "ana"
    talked("c-0", "")
    assert (await history.facts(number)).last_agent == "bo"
    assert (await history.facts("9999 8888")).last_agent is None


async def test_facts_name_whoever_has_the_case_and_whoever_promised(
    history: History, store: Store, eleanor: Identifier
) -> None:
    for row in (
        "INSERT INTO cases (customer, title, state, opened, owner) VALUES ('daniel', 'Old', 'open', 1, 'bo')",
        "INSERT INTO cases (customer, title, state, opened, owner) VALUES ('eleanor', 'Done', 'closed', 99, 'eve')",
        "INSERT INTO cases (customer, title, state, opened, owner) VALUES ('eleanor', 'Line', 'open', 50, 'ana')",
        "INSERT INTO promises (customer, what, due, made, agent, state) VALUES ('eleanor', 'A', 1, 1, 'eve', 'kept')",
        "INSERT INTO promises (customer, what, due, made, agent, state) VALUES ('eleanor', 'B', 9, 1, 'cy', 'open')",
    ):
        store.write(lambda c, row=row: c.execute(sa.text(row)))
    number = "0044 7700 900143"[2:]
    shared = await history.facts(number)
    assert (shared.case_owner, shared.promised) == (None, None)  # two people: nobody knows which of them calls
    store.write(lambda c: c.execute(sa.text("DELETE FROM links WHERE customer = 'daniel'")))
    facts = await history.facts(number)
    assert (facts.case_owner, facts.promised) == ("ana", "cy")


async def test_a_stranger_s_number_is_shown_and_later_calls_are_one_person_s(
    history: History, store: Store, identities: Identities
) -> None:
    number = history.remember("9123 4567")
    assert number is not None
    pop = await history.pop(number)
    assert (pop.display, pop.people) == ("+852 9123 4567", ())
    # Writes go one after another: when this one is done, the number is written, too.
    assert not await history.confirm(InteractionId("c-5"), CustomerId("nobody-there"))
    store.write(lambda connection: Fold().fold(connection, records_of([answered_call(5, number)])))
    (person,) = (await history.pop(number)).people
    assert (person.customer, person.name, person.counts) == (number, "", {"call": 1})
    assert await history.customer(CustomerId(number)) is not None
    assert await history.confirm(InteractionId("c-5"), CustomerId(number))
    assert (await history.pop(None)).display == ""


async def test_confirming_somebody_new_links_the_number_and_taking_it_back_unlinks(
    history: History, store: Store, identities: Identities
) -> None:
    number = history.remember("9123 4567")
    assert number is not None
    store.write(lambda c: put_customers(c, [CustomerRow(id="kim", at=NOW, name="Kim")]))
    store.write(lambda connection: Fold().fold(connection, records_of([answered_call(5, number)])))
    assert not await history.confirm(InteractionId("c-5"), CustomerId("nobody-there"))
    assert await history.confirm(InteractionId("c-5"), CustomerId("kim"))
    assert [p.name for p in (await history.pop(number)).people] == ["Kim"]
    assert await history.confirm(InteractionId("c-5"), None)
    assert [p.customer for p in (await history.pop(number)).people] == [number]


async def test_two_agents_write_about_one_call_and_neither_loses_a_word(history: History, store: Store) -> None:
    store.write(lambda connection: Fold().fold(connection, records_of([answered_call(6, None)])))
    call = InteractionId("c-6")

    async def write(agent: str, words: str) -> None:
        await history.note(CallNote(interaction=call, agent=AgentId(agent), text=words))

    await write("ana", "Wants the invoice")
    await write("bo", "Invoice")
    await write("ana", "Wants the invoice of May")
    await write("bo", "Invoice sent")
    line = await history.call(call)
    assert line is not None
    assert line.note == "Wants the invoice of May\nInvoice sent"
    assert [(note.agent, note.text) for note in await history.notes(call)] == [
        ("ana", "Wants the invoice of May"),
        ("bo", "Invoice sent"),
    ]
    assert await history.notes(InteractionId("c-7")) == ()


async def test_a_withheld_call_confirmed_by_the_agent_joins_the_customer_s_line(history: History, store: Store) -> None:
    store.write(lambda c: put_customers(c, [CustomerRow(id="kim", at=NOW, name="Kim")]))
    store.write(lambda connection: Fold().fold(connection, records_of([answered_call(6, None)])))
    await history.note(
        CallNote(interaction=InteractionId("c-6"), agent=AgentId("ana"), text="新号码", customer=CustomerId("kim"))
    )
    kim = await history.customer(CustomerId("kim"))
    assert kim is not None
    assert [(line.id, line.text, line.solved) for line in kim.timeline] == [("c-6", "新号码", True)]
    lines, _ = await history.calls(customer=CustomerId("kim"))
    assert [(line.interaction, line.display, line.customer_name, line.note) for line in lines] == [
        ("c-6", "", "Kim", "新号码")
    ]


async def test_the_timeline_pages_through_every_channel_without_a_gap(history: History, eleanor: Identifier) -> None:
    seen: list[str] = []
    before: str | None = None
    for _ in range(10):
        page, before = await history.timeline(CustomerId("eleanor"), before, 3)
        seen += [line.id for line in page]
        if before is None:
            break
    assert seen == ["s1", "m1", *(f"c-{n}" for n in range(11)), "m2"]
    only, _ = await history.timeline(CustomerId("eleanor"), None, 10, Only(kinds=("mail",)))
    assert [line.id for line in only] == ["m1", "m2"]
    with pytest.raises(ValueError, match="no place in a list"):
        await history.timeline(CustomerId("eleanor"), "nonsense")


async def test_calls_are_listed_newest_first_by_agent_and_page(history: History, eleanor: Identifier) -> None:
    first, cursor = await history.calls(limit=4)
    assert [line.interaction for line in first] == ["c-0", "c-1", "c-2", "c-3"]
    second, _ = await history.calls(cursor, 4)
    assert [line.interaction for line in second] == ["c-4", "c-5", "c-6", "c-7"]
    assert first[0].display == NUMBER
    assert (await history.calls(agent=AgentId("bo")))[0] == ()
    assert len((await history.calls(agent=AgentId("ana")))[0]) == 11


async def test_cases_and_promises_are_in_the_pop_until_done(history: History, eleanor: Identifier) -> None:
    who = CustomerId("eleanor")
    case = await history.cases.open(who, "No internet since the storm", AgentId("ana"), InteractionId("c-1"))
    promise = await history.promise(who, "Engineer confirmed", Ms(NOW + 7_200_000), AgentId("ana"), case.id)
    person = (await history.pop(eleanor.id)).people[0]
    assert person.cases == (case,)
    assert person.promises == (promise,)
    assert {line.case for line in person.timeline if line.id == "c-1"} == {case.id}
    assert await history.promises(AgentId("ana")) == (promise,)
    assert await history.end_promise(promise.id, kept=True)
    assert not await history.end_promise(promise.id, kept=True)
    assert await history.end_promise(promise.id, kept=None), "said by mistake"
    assert await history.promises(AgentId("ana")) == (promise,)
    assert not await history.end_promise(promise.id, kept=None), "it is open"
    assert await history.end_promise(promise.id, kept=True)
    assert await history.cases.close(case.id, AgentId("ana"))
    assert not await history.cases.close("not a case", AgentId("ana"))
    person = (await history.pop(eleanor.id)).people[0]
    assert (person.cases, person.promises) == ((), ())
    with pytest.raises(LookupError, match="no customer"):
        await history.promise(CustomerId("x"), "what", NOW, AgentId("ana"))
    with pytest.raises(LookupError, match="no case 99"):
        await history.promise(who, "what", NOW, AgentId("ana"), "99")


@pytest.mark.parametrize(
    "query", ["Whitcombe, no", "eleanor", "ELEANOR W", "combe", NUMBER, "0143", "eleanor.w@mail.example"]
)
async def test_search_finds_by_name_number_and_address(history: History, eleanor: Identifier, query: str) -> None:
    hits = await history.search(query)
    if query == "Whitcombe, no":
        assert hits == ()
    else:
        (hit,) = [hit for hit in hits if hit.customer == "eleanor"]
        assert hit.last == NOW - 1000


async def test_search_finds_a_case_and_shields_against_wildcards(history: History, eleanor: Identifier) -> None:
    case = await history.cases.open(CustomerId("daniel"), "Bill", None)
    (hit,) = await history.search(f"#{case.id}")
    assert (hit.customer, hit.detail) == ("daniel", "Bill")
    assert await history.search("%") == ()
    assert await history.search("  ") == ()


async def test_answers_come_from_what_is_open(store: Store, identities: Identities, eleanor: Identifier) -> None:
    asked: list[object] = []

    def answers(texts: object, language: str | None) -> tuple[Answer, ...]:
        asked.append((texts, language))
        return (Answer(article="a", version=1, title="t", summary="s", why="search", language="en"),)

    history = History(store, identities, answers=answers, now=lambda: NOW)
    await history.cases.open(CustomerId("eleanor"), "No internet", None)
    pop = await history.pop(eleanor.id)
    assert [len(person.answers) for person in pop.people] == [1, 0]
    assert asked == [([("search", "red light"), ("mail", "Still no connection"), ("case", "No internet")], "en")]
    history.close()


async def test_an_agents_day_counts_every_call_since_the_sites_midnight(history: History, store: Store) -> None:
    midnight = (NOW // 1000 + 8 * 3600) // 86400 * 86_400_000 - 8 * 3_600_000
    calls = [answered_call(n, None, midnight + n * 10_000, solved=(True, False, None)[n % 3]) for n in range(60)]
    calls += [answered_call(60, None, midnight - 1), answered_call(61, None, midnight, agent="bo")]
    calls.append(answered_call(62, None, midnight, abandoned=True))
    store.write(lambda connection: Fold().fold(connection, records_of(calls)))
    day = await history.agent_day(AgentId("ana"))
    lines = (await history.calls(limit=100, agent=AgentId("ana")))[0]
    assert (day.answered, day.judged, day.solved) == (60, 40, 20)
    assert day.talked == sum(line.talked for line in lines if line.at >= midnight)
    assert await history.agent_day(AgentId("nobody")) == AgentDay(answered=0, talked=Ms(0), judged=0, solved=0)


async def test_what_is_usual_on_this_weekday(history: History, store: Store) -> None:
    assert await history.usual_half_hours() == ()
    week = 7 * DAY
    slot = NOW // 1_800_000 * 1_800_000
    calls = [answered_call(n, "tel:a", slot - weeks * week + n) for n, weeks in enumerate([1, 1, 1, 2])]
    store.write(lambda connection: Fold().fold(connection, records_of(calls)))
    usual = await history.usual_half_hours()
    assert len(usual) == 48
    assert sum(usual) == 2.0
    local = (NOW // 1000 + 8 * 3600) % 86400 // 1800
    assert usual[local] == 2.0


@pytest.mark.parametrize(("day", "slots"), [((2026, 10, 25), 50), ((2026, 3, 29), 46), ((2026, 10, 26), 48)])
async def test_days_on_which_clocks_change_are_as_long_as_they_are(
    store: Store, identities: Identities, day: tuple[int, int, int], slots: int
) -> None:
    london = ZoneInfo("Europe/London")
    now = Ms(int(datetime(*day, 12, tzinfo=london).timestamp() * 1000))
    nine = datetime(*day, 9, tzinfo=london)
    calls = [
        answered_call(weeks, None, int((nine - timedelta(weeks=weeks)).timestamp() * 1000)) for weeks in (1, 2, 3, 4)
    ]
    store.write(lambda connection: Fold().fold(connection, records_of(calls)))
    history = History(store, identities, zone=lambda: "Europe/London", now=lambda: now)
    usual = await history.usual_half_hours()
    history.close()
    assert len(usual) == slots
    # Nine by the clock on the wall, though one of the weeks had another offset from UTC.
    assert [n for n, calls_then in enumerate(usual) if calls_then] == [18 + (slots - 48)]
