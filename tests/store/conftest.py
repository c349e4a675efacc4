"""A store, a journal and made-up calls for the tests of the store."""

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cti.core import events as ev
from cti.core.events import Record
from cti.core.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    IdentifierId,
    InteractionId,
    Language,
    Ms,
    OfferId,
    OutcomeId,
    QueueId,
)
from cti.core.site import Agent, Number, Queue, Site
from cti.setup.settings import is_postgres
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities

DAY = 24 * 3600 * 1000
NOW = Ms(1_795_000_000_000)

SITE = Site(
    name={"en": "Test"},
    zone="Asia/Hong_Kong",
    region="HK",
    queues=(Queue(id=QueueId("support"), name={"en": "Support"}),),
    agents=(
        Agent(id=AgentId("ana"), name="Ana Lindqvist", work_number="8001"),
        Agent(id=AgentId("bo"), name="Bo Tan", work_number="8002"),
    ),
    numbers=(Number(number="28000000", flow="main", name={"en": "Main"}),),
)


@pytest.fixture
def identities() -> Identities:
    return Identities(b"a key of the site", "HK")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def journal_place(database_url: str, tmp_path: Path) -> str:
    """Where a journal of this test's own may be: beside the history's database, or in it."""
    return database_url if is_postgres(database_url) else str(tmp_path / "journal.db")


@pytest.fixture
async def history(store: Store, identities: Identities) -> AsyncIterator[History]:
    made = History(store, identities, zone=lambda: SITE.zone, now=lambda: NOW)
    yield made
    made.close()


INTERNET = {"en": "Internet", "zh-Hans": "上网", "zh-Hant": "上網"}


def answered_call(
    n: int,
    caller: str | None,
    at: int = NOW - DAY,
    *,
    agent: str = "ana",
    solved: bool | None = True,
    abandoned: bool = False,
) -> list[tuple[int, ev.Event]]:
    """The events of one call, with their times: menu, wait, talk, survey, wrap-up."""
    id_ = InteractionId(f"c-{n}")
    offer = OfferId(f"c-{n}.1")
    made: list[tuple[int, ev.Event]] = [
        (
            0,
            ev.InteractionOpened(
                interaction=id_,
                channel_kind="call",
                channel=ChannelId(f"{n}.1"),
                number="28000000",
                caller=None if caller is None else IdentifierId(caller),
                language=None,
            ),
        ),
        (1000, ev.LanguageSet(interaction=id_, language=Language("yue"))),
        (2000, ev.FlowPosition(interaction=id_, position="main:3", label=INTERNET)),
        (3000, ev.FlowPosition(interaction=id_, position="net:1", label="No line")),
        (
            3500,
            ev.Queued(
                interaction=id_,
                queue=QueueId("support"),
                skills={},
                priority=0,
                language=Language("yue"),
                since=Ms(at + 3500),
            ),
        ),
    ]
    if abandoned:
        made.append((20000, ev.InteractionEnded(interaction=id_, how="abandoned", waited=Ms(16500))))
    else:
        made += [
            (
                10000,
                ev.Connected(
                    interaction=id_,
                    agent=AgentId(agent),
                    offer=offer,
                    agent_channel=ChannelId(f"{offer}-web"),
                    bridge=BridgeId("b"),
                    waited=Ms(6500),
                ),
            ),
            (70000, ev.TalkEnded(interaction=id_, agent=AgentId(agent), talked=Ms(60000), by="caller")),
        ]
        if solved is not None:
            made.append((72000, ev.Judged(interaction=id_, solved=solved)))
        made += [
            (73000, ev.InteractionEnded(interaction=id_, how="answered")),
            (75000, ev.WrappedUp(interaction=id_, agent=AgentId(agent), outcome=OutcomeId("solved"))),
        ]
    return [(at + offset, event) for offset, event in made]


def left_message(call: str, caller: str, at: int) -> list[tuple[int, ev.Event]]:
    """A message left in a call, opened by Ana and finished, with their times."""
    piece, ana = InteractionId(f"{call}-message"), AgentId("ana")
    made: list[tuple[int, ev.Event]] = [
        (
            80_000,
            ev.PieceArrived(
                piece=piece,
                kind="message",
                about=InteractionId(call),
                caller=IdentifierId(caller),
                number="28000000",
                language=Language("yue"),
                length=Ms(9000),
            ),
        ),
        (
            80_000,
            ev.PieceQueued(
                piece=piece,
                queue=QueueId("support"),
                skills={},
                priority=0,
                language=Language("yue"),
                since=Ms(at + 80_000),
            ),
        ),
        (90_000, ev.PieceOffered(piece=piece, agent=ana, until=Ms(at + 150_000), why=())),
        (95_000, ev.PieceTaken(piece=piece, agent=ana, waited=Ms(15_000), first=True)),
        (99_000, ev.PieceEnded(piece=piece, agent=ana, how="done", outcome=OutcomeId("solved"))),
    ]
    return [(at + offset, event) for offset, event in made]


def records_of(calls: list[list[tuple[int, ev.Event]]]) -> list[Record]:
    """Calls that overlap as they would, numbered in the order of time, the site first."""
    events = sorted((item for call in calls for item in call), key=lambda item: item[0])
    return [
        Record(seq, Ms(at), event) for seq, (at, event) in enumerate([(0, ev.SiteInForce(site=SITE)), *events], start=1)
    ]


def many_calls(count: int, seed: int = 1) -> list[Record]:
    """Records of `count` calls of a few callers, every ending among them."""
    chance = random.Random(seed)
    return records_of(
        [
            answered_call(
                n,
                chance.choice([None, "tel:a", "tel:b", "tel:c"]),
                NOW - 3 * DAY + chance.randrange(2 * DAY),
                agent=chance.choice(["ana", "bo"]),
                solved=chance.choice([None, True, False]),
                abandoned=chance.random() < 0.2,
            )
            for n in range(count)
        ]
    )
