"""Cases: due by service time, looked like, put together and taken apart, and open again when they come again."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store import due
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.records import CustomerRow, InteractionRow, Seen, link, put_customers, put_interactions, see
from tests.store.conftest import DAY, NOW, SITE

ANA, BO = AgentId("ana"), AgentId("bo")
KIM = CustomerId("kim")
OFFICE = replace(
    SITE,
    zone="Asia/Hong_Kong",
    open_hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-13:00,14:00-18:00"),
    exceptions={"2026-11-24": "closed"},
)


def at(when: str) -> Ms:
    """A moment by the clock of Hong Kong."""
    return Ms(round(datetime.fromisoformat(f"{when}+08:00").astimezone(UTC).timestamp() * 1000))


@pytest.mark.parametrize(
    ("now", "hours", "then"),
    [
        ("2026-11-23T09:30", 2, "2026-11-23T11:30"),
        ("2026-11-23T12:30", 2, "2026-11-23T15:30"),  # over lunch
        ("2026-11-23T17:00", 4, "2026-11-25T12:00"),  # the day between is closed
        ("2026-11-21T11:00", 1, "2026-11-23T10:00"),  # from a Saturday on
        ("2026-11-20T10:00", 8, "2026-11-23T10:00"),  # over a weekend
        ("2026-11-23T09:00", 4, "2026-11-23T13:00"),
        ("2026-11-23T09:00", 0, "2026-11-23T09:00"),
    ],
)
def test_only_hours_of_opening_count(now: str, hours: int, then: str) -> None:
    assert due.after(OFFICE, at(now), hours) == at(then)


def test_a_site_without_hours_is_always_open_and_one_that_never_opens_counts_as_open() -> None:
    assert due.after(SITE, NOW, 24) == NOW + DAY
    never = replace(OFFICE, open_hours={"mon": "closed"}, exceptions={})
    assert due.after(never, NOW, 24) == NOW + DAY


@pytest.fixture
def kim(store: Store, identities: Identities) -> None:
    """Kim calls, writes and shares a telephone with Lee: some of it before what the tests do with cases, some after."""
    tel, mail = identities.phone("9123 4567"), identities.mail("kim@mail.example")
    assert tel is not None
    assert mail is not None

    def fill(connection: sa.Connection) -> None:
        see(connection, [Seen(tel, NOW), Seen(mail, NOW)])
        put_customers(connection, [CustomerRow(id=id_, at=NOW, name=id_.title()) for id_ in ("kim", "lee")])
        link(connection, [(tel.id, "kim"), (tel.id, "lee"), (mail.id, "kim")], "crm", NOW)
        lines = [
            ("c-1", tel.id, "call", "", ""),
            ("m-1", mail.id, "mail", "Router has a red light", "Still the red light since the storm."),
            ("m-2", mail.id, "mail", "路由器红灯", "暴风雨以后一直是红灯"),
            ("m-3", mail.id, "mail", "My invoice", "It is too high."),
        ]
        rows = [
            InteractionRow(owner=owner, at=Ms(NOW + 10 - n), id=id_, kind=kind, title=title, text=words)
            for n, (id_, owner, kind, title, words) in enumerate(lines)
        ]
        before = replace(rows[1], id="before", at=Ms(NOW - 1))
        put_interactions(connection, [*rows, before])

    store.write(fill)


async def looks_like(history: History, interaction: str) -> list[tuple[str, tuple[str, ...], bool]]:
    found = await history.cases.suggested(InteractionId(interaction), 7 * DAY)
    return [(one.case.title, one.words, one.reopens) for one in found]


async def test_a_new_contact_finds_the_case_it_looks_like(history: History, kim: None) -> None:
    await history.cases.open(KIM, "Red light on the router", ANA)
    await history.cases.open(KIM, "路由器亮红灯", ANA)
    await history.cases.open(CustomerId("lee"), "Red light on the router", ANA)
    assert await looks_like(history, "m-1") == [("Red light on the router", ("light", "red", "router"), False)]
    assert await looks_like(history, "m-2") == [("路由器亮红灯", ("由器", "红灯", "路由"), False)]
    assert await looks_like(history, "m-3") == []
    assert await looks_like(history, "nothing") == []


async def test_what_comes_again_within_days_was_not_solved(history: History, kim: None) -> None:
    case = await history.cases.open(KIM, "Red light on the router", ANA, due=NOW)
    assert await history.cases.close(case.id, AgentId("ana"), solved=True)
    (found,) = await looks_like(history, "m-1")
    assert found[2]
    assert await history.cases.put(InteractionId("m-1"), case.id, AgentId("ana"), repeat=7 * DAY, due=Ms(NOW + 5))
    view = await history.cases.view(case.id)
    assert view is not None
    again = view.case
    assert (again.state, again.solved, again.owner, again.reopened, again.due) == ("open", None, "ana", 1, NOW + 5)
    assert ([one.id for one in view.entries], view.customer, view.name) == (["m-1"], "kim", "Kim")
    # What had come before it was closed is no repeat.
    await history.cases.close(case.id, AgentId("ana"))
    (found,) = await looks_like(history, "before")
    assert not found[2]
    assert await history.cases.put(InteractionId("before"), case.id, AgentId("ana"), repeat=7 * DAY)
    view = await history.cases.view(case.id)
    assert view is not None
    assert (view.case.state, view.case.reopened) == ("closed", 1)
    assert await history.cases.reopen(case.id, ANA, None)
    # What was closed longer ago stays closed, and what is in a case looks like no other.
    await history.cases.close(case.id, AgentId("ana"), solved=False)
    assert await history.cases.put(InteractionId("m-2"), case.id, AgentId("ana"), repeat=-1)
    assert await looks_like(history, "m-2") == []
    view = await history.cases.view(case.id)
    assert view is not None
    assert (view.case.state, view.case.solved, view.case.closed) == ("closed", False, NOW)
    assert await history.cases.reopen(case.id, BO, None)
    assert not await history.cases.reopen(case.id, BO, None)
    assert not await history.cases.put(InteractionId("m-2"), "no case", AgentId("ana"))


async def test_a_case_of_an_address_is_shown_with_whose_that_is(
    history: History, kim: None, identities: Identities
) -> None:
    mail, tel = identities.mail("kim@mail.example"), identities.phone("9123 4567")
    assert mail is not None
    assert tel is not None
    whose = []
    for identifier in (mail, tel):
        case = await history.cases.open(CustomerId(identifier.id), "Red light", ANA)
        view = await history.cases.view(case.id)
        assert view is not None
        whose.append((view.customer, view.name))
    # The telephone is two people's, and nobody says which of them it is.
    assert whose == [("kim", "Kim"), (tel.id, "")]


async def test_a_case_that_changes_hands_takes_its_promises_along(history: History, kim: None, store: Store) -> None:
    case = await history.cases.open(KIM, "No line", ANA, InteractionId("c-1"), due=Ms(NOW + 9), priority=1)
    other = await history.cases.open(KIM, "Bill", ANA, due=Ms(NOW + 1))
    await history.promise(KIM, "call back", NOW, ANA, case.id)
    await history.promise(KIM, "send the bill", NOW, ANA, other.id)
    assert [one.title for one in await history.cases.owned(ANA)] == ["Bill", "No line"]
    assert await history.cases.change(case.id, ANA, owner=BO, priority=2, due=Ms(NOW + 4), state="waiting")
    assert [one.what for one in await history.promises(ANA)] == ["send the bill"]
    assert [one.what for one in await history.promises(BO)] == ["call back"]
    (his,) = await history.cases.owned(BO)
    assert (his.state, his.priority, his.due, his.title) == ("waiting", 2, NOW + 4, "No line")
    await history.cases.close(case.id, AgentId("ana"))
    assert not await history.cases.change(case.id, ANA, title="too late")
    log = store.read(lambda c: c.execute(sa.text("SELECT who, what, detail FROM audit")).all())
    assert [tuple(row) for row in log] == [
        ("ana", "case_changed", f"state waiting, priority 2, due {NOW + 4}, owner bo"),
        ("ana", "case_closed", "solved"),
    ]


async def test_two_cases_become_one_and_one_becomes_two(history: History, kim: None) -> None:
    first = await history.cases.open(KIM, "Red light", ANA)
    second = await history.cases.open(KIM, "Router", BO)
    for interaction, case in (("m-1", first), ("m-2", second), ("m-3", second)):
        assert await history.cases.put(InteractionId(interaction), case.id, AgentId("ana"))
    await history.promise(KIM, "call back", NOW, BO, second.id)
    await history.cases.merge(first.id, second.id, ANA)
    # Whoever names the one that is gone means the one that stays.
    view = await history.cases.view(second.id)
    assert view is not None
    assert (view.case.id, {one.id for one in view.entries}) == (first.id, {"m-1", "m-2", "m-3"})
    assert [one.what for one in view.promises] == ["call back"]
    assert await history.cases.put(InteractionId("c-1"), second.id, AgentId("ana"))
    with pytest.raises(LookupError):
        await history.cases.merge(first.id, second.id, ANA)
    with pytest.raises(LookupError):
        await history.cases.merge(first.id, first.id, ANA)
    assert not await history.cases.reopen(second.id, ANA, None)
    bill = await history.cases.split(first.id, "Bill", [InteractionId("m-3")], ANA, Ms(NOW + 7))
    assert (bill.owner, bill.due) == ("ana", NOW + 7)
    parts = [await history.cases.view(one.id) for one in (first, bill)]
    assert [{one.id for one in part.entries} for part in parts if part is not None] == [{"c-1", "m-1", "m-2"}, {"m-3"}]
    with pytest.raises(LookupError):
        await history.cases.split(first.id, "Bill", [InteractionId("m-3")], ANA, None)
    assert await history.cases.view("99") is None


async def test_two_cases_made_one_are_two_again_as_they_were(history: History, kim: None) -> None:
    first = await history.cases.open(KIM, "Red light", ANA)
    second = await history.cases.open(KIM, "Router", BO)
    third = await history.cases.open(KIM, "Cable", BO)
    for interaction, case in (("m-1", first), ("m-2", second), ("m-3", third)):
        await history.cases.put(InteractionId(interaction), case.id, AgentId("ana"))
    await history.promise(KIM, "call back", NOW, BO, second.id)
    await history.cases.change(second.id, BO, state="waiting")
    before = [await history.cases.view(one.id) for one in (first, second, third)]
    inner = await history.cases.merge(second.id, third.id, ANA)
    outer = await history.cases.merge(first.id, second.id, ANA)
    view = await history.cases.view(third.id)
    assert view is not None
    assert view.case.id == first.id
    assert [(one.how, one.other, one.title, one.contacts, one.by) for one in view.moves] == [
        ("merge", second.id, "Router", 2, "ana")
    ]
    await history.cases.put(InteractionId("c-1"), second.id, AgentId("ana"))  # which means the first by now
    assert await history.cases.undo(outer, BO) == first.id
    assert await history.cases.undo(outer, BO) is None
    views = [await history.cases.view(one.id) for one in (first, second, third)]
    assert [(one.case.id, {line.id for line in one.entries}) for one in views if one is not None] == [
        (first.id, {"c-1", "m-1"}),
        (second.id, {"m-2", "m-3"}),
        (second.id, {"m-2", "m-3"}),
    ]
    assert views[1] is not None
    assert (views[1].case.state, [one.what for one in views[1].promises]) == ("waiting", ["call back"])
    assert await history.cases.undo(inner, BO) == second.id
    assert [await history.cases.view(one.id) for one in (second, third)] == before[1:]
    assert await history.cases.undo("none", BO) is None


async def test_a_case_made_two_is_one_again_with_what_came_since(history: History, kim: None) -> None:
    case = await history.cases.open(KIM, "Red light", ANA)
    for interaction in ("m-1", "m-2"):
        await history.cases.put(InteractionId(interaction), case.id, AgentId("ana"))
    made = await history.cases.split(case.id, "Bill", [InteractionId("m-2")], ANA, None)
    await history.cases.put(InteractionId("m-3"), made.id, AgentId("ana"))
    view = await history.cases.view(made.id)
    assert view is not None
    (move,) = view.moves
    assert (move.how, move.other, move.title, move.contacts) == ("split", case.id, "Red light", 1)
    assert await history.cases.undo(move.id, ANA) == case.id
    view = await history.cases.view(made.id)
    assert view is not None
    assert (view.case.id, {one.id for one in view.entries}, view.moves) == (case.id, {"m-1", "m-2", "m-3"}, ())


async def test_what_was_put_elsewhere_since_stays_there(history: History, kim: None) -> None:
    first, second = await history.cases.open(KIM, "A", ANA), await history.cases.open(KIM, "B", ANA)
    other = await history.cases.open(KIM, "C", ANA)
    for interaction in ("m-1", "m-2"):
        await history.cases.put(InteractionId(interaction), second.id, AgentId("ana"))
    move = await history.cases.merge(first.id, second.id, ANA)
    await history.cases.put(InteractionId("m-1"), other.id, AgentId("ana"))
    await history.cases.undo(move, ANA)
    views = [await history.cases.view(one.id) for one in (second, other)]
    assert [{line.id for line in one.entries} for one in views if one is not None] == [{"m-2"}, {"m-1"}]
