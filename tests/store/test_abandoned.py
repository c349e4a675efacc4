"""Callers who left: on the list until they call again, are reached, or somebody has seen to it."""

from sqlalchemy import Connection

from cti.core import events as ev
from cti.core.ids import AgentId, BridgeId, ChannelId, CustomerId, IdentifierId, InteractionId, Ms, OfferId
from cti.store import records
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.projector import Fold
from tests.store.conftest import DAY, NOW, answered_call, records_of

HOUR = 3_600_000


def own_call(n: int, to: str, at: int, reached: bool) -> list[tuple[int, ev.Event]]:
    """An agent calls somebody outside."""
    id_, agent = InteractionId(f"o-{n}"), AgentId("ana")
    story: list[tuple[int, ev.Event]] = [
        (
            0,
            ev.InteractionOpened(
                interaction=id_,
                channel_kind="call",
                channel=ChannelId(""),
                number="28000000",
                caller=IdentifierId(to),
                language=None,
                direction="out",
            ),
        ),
        (
            1000,
            ev.Dialled(
                interaction=id_,
                channel=ChannelId(f"o-{n}.t1"),
                to=IdentifierId(to),
                purpose="call",
                agent=agent,
                agent_channel=ChannelId("x"),
                until=Ms(at + 60_000),
            ),
        ),
    ]
    if reached:
        connected = ev.Connected(
            interaction=id_,
            agent=agent,
            offer=OfferId(f"o-{n}.1"),
            agent_channel=ChannelId("x"),
            bridge=BridgeId("b"),
            waited=Ms(0),
        )
        story += [(5000, connected), (9000, ev.TalkEnded(interaction=id_, agent=agent, talked=Ms(4000), by="agent"))]
    else:
        story.append((5000, ev.DialEnded(interaction=id_, channel=ChannelId(f"o-{n}.t1"), agent=agent, how="busy")))
    story.append((10000, ev.InteractionEnded(interaction=id_, how="answered" if reached else "not_reached")))
    return [(at + offset, event) for offset, event in story]


def seen(store: Store, identities: Identities, number: str) -> str:
    found = identities.phone(number)
    assert found is not None
    store.write(lambda connection: records.see(connection, [records.Seen(found, Ms(NOW))]))
    return found.id


async def test_who_left_is_listed_until_reached(store: Store, history: History, identities: Identities) -> None:
    eve, bob, kim = (seen(store, identities, f"+8529123456{n}") for n in range(3))
    calls = [
        answered_call(1, eve, NOW - 5 * HOUR, abandoned=True),
        answered_call(2, bob, NOW - 4 * HOUR, abandoned=True),
        answered_call(3, kim, NOW - 3 * HOUR, abandoned=True),
        answered_call(4, None, NOW - 3 * HOUR, abandoned=True),
        answered_call(5, kim, NOW - 2 * HOUR),
        answered_call(6, bob, NOW - 9 * DAY, abandoned=True),
        own_call(7, eve, NOW - HOUR, reached=False),
    ]
    store.write(lambda connection: Fold().fold(connection, records_of(calls)))
    found = await history.abandoned()
    assert [(each.interaction, each.number, each.tries) for each in found] == [
        ("c-2", "+852 9123 4561", 0),
        ("c-1", "+852 9123 4560", 1),
    ]
    assert (found[0].waited, found[0].queue) == (16500, "support")

    assert await history.handle_abandoned(InteractionId("c-2"), AgentId("bo"))
    assert [(each.interaction, each.handled_by) for each in await history.abandoned()] == [("c-2", "bo"), ("c-1", None)]
    assert await history.handle_abandoned(InteractionId("c-2"), None)
    assert [each.handled_by for each in await history.abandoned()] == [None, None]
    assert not await history.handle_abandoned(InteractionId("c-5"), AgentId("bo")), "that one was answered"

    store.write(lambda connection: Fold().fold(connection, records_of([*calls, own_call(8, eve, NOW - 100, True)])))
    assert [each.interaction for each in await history.abandoned()] == ["c-2"]


async def test_a_number_of_two_people_names_neither(store: Store, history: History, identities: Identities) -> None:
    shared = identities.phone("+85291234560")
    assert shared is not None

    def write(connection: Connection) -> None:
        records.put_customers(
            connection, [records.CustomerRow(id=name, at=NOW, name=name.title()) for name in ("daniel", "eleanor")]
        )
        records.see(connection, [records.Seen(shared, Ms(NOW), name="Daniel W.")])
        records.link(connection, [(shared.id, "daniel"), (shared.id, "eleanor")], "test", NOW)
        Fold().fold(connection, records_of([answered_call(1, shared.id, NOW - HOUR, abandoned=True)]))

    store.write(write)
    [left] = await history.abandoned()
    assert (left.number, left.name, left.customer) == ("+852 9123 4560", "", shared.id)


async def test_own_calls_are_the_customers_and_not_arrivals(
    store: Store, history: History, identities: Identities
) -> None:
    eve = seen(store, identities, "+85291234560")
    story = records_of([own_call(1, eve, NOW - HOUR, True), own_call(2, eve, NOW - 2 * HOUR, False)])
    store.write(lambda connection: Fold().fold(connection, story))
    lines, _ = await history.calls()
    assert [(line.state, line.outgoing, line.display, line.agent) for line in lines] == [
        ("answered", True, "+852 9123 4560", "ana"),
        ("busy", True, "+852 9123 4560", "ana"),
    ]
    entries, _ = await history.timeline(CustomerId(eve))
    assert [(entry.inbound, entry.mark) for entry in entries] == [(False, ""), (False, "missed")]
    assert store.read(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM arrivals").scalar()) == 0


async def test_a_callback_in_vain_is_one_promise_however_often_it_is_folded(
    store: Store, history: History, identities: Identities
) -> None:
    eve = seen(store, identities, "+85291234560")
    call = answered_call(1, eve, NOW - HOUR)[:5]
    missed = ev.CallbackMissed(interaction=InteractionId("c-1"), tries=3, owner=AgentId("bo"))
    ended = ev.InteractionEnded(interaction=InteractionId("c-1"), how="callback_missed")
    story = records_of([[*call, (NOW - 1000, missed), (NOW - 1000, ended)]])
    store.write(lambda connection: Fold().fold(connection, story))
    store.write(Fold().clear)
    store.write(lambda connection: Fold().fold(connection, story))
    (promise,) = await history.promises(AgentId("bo"))
    assert "3" in promise.what
    assert promise.due > NOW
    assert await history.promises(AgentId("ana")) == ()


async def test_who_withheld_their_number_and_asked_for_a_callback_is_who_was_to_be_called(
    store: Store, history: History, identities: Identities
) -> None:
    eve = seen(store, identities, "+85291234560")
    call = answered_call(1, None, NOW - HOUR)[:5]
    id_ = InteractionId("c-1")
    booked = ev.CallbackBooked(interaction=id_, to=IdentifierId(eve), at=None, first="agent")
    missed = ev.CallbackMissed(interaction=id_, tries=3, owner=AgentId("bo"))
    ended = ev.InteractionEnded(interaction=id_, how="callback_missed")
    story = [*call, (NOW - 2000, booked), (NOW - 1000, missed), (NOW - 1000, ended)]
    store.write(lambda connection: Fold().fold(connection, records_of([story])))
    assert len(await history.promises(AgentId("bo"))) == 1, "somebody sees to them"
    entries, _ = await history.timeline(CustomerId(eve))
    assert [entry.id for entry in entries] == ["c-1"]
