"""A running web server over a real loop, a real switchboard and a real store; only Asterisk is played."""

import asyncio
import contextlib
import functools
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import sqlalchemy as sa
from aiohttp import web
from yarl import URL

from cti.core.commands import Command
from cti.core.events import Record
from cti.core.ids import (
    AgentId,
    BridgeId,
    ChannelId,
    InteractionId,
    Language,
    Ms,
    OutcomeId,
    Phone,
    QueueId,
    ReasonId,
    SkillId,
)
from cti.core.incidents import recorded
from cti.core.inputs import (
    AgentReady,
    AgentSignedIn,
    AsteriskUp,
    BridgeEntered,
    CallArrived,
    ChannelGone,
    ChannelUp,
    DeskConnected,
    Input,
    RouteAsked,
    SiteLoaded,
)
from cti.core.site import Agent, Number, OutcomeKind, Queue, Reason, Site
from cti.dictation import Dictations
from cti.loop import Loop
from cti.outside import Outside
from cti.sorting import Sorting
from cti.store.accounts import Accounts
from cti.store.database import Store
from cti.store.history import History
from cti.store.identity import Identities
from cti.store.records import CustomerRow, InteractionRow, Seen, link, put_customers, put_interactions, see
from cti.store.sentences import Sentences
from cti.store.tables import calls
from cti.store.vault import Vault
from cti.store.views import Pop
from cti.web.app import Web, WebConfig
from cti.web.auth import COOKIE, SESSION
from kb.article import Article
from kb.search import KnowledgeBase
from kb.trends import Hot
from tests import postgres
from tests.passwords import give_password
from tests.web.rereading import Rereading

PASSWORD = "a good long password"
NUMBER = "+44 7700 900143"

SITE = Site(
    name={"en": "Test site"},
    zone="Asia/Hong_Kong",
    region="HK",
    queues=(
        Queue(id=QueueId("support"), name={"en": "Support"}, skills={SkillId("net"): 2}, survey=False),
        Queue(id=QueueId("billing"), name={"en": "Billing"}, skills={SkillId("money"): 1}),
    ),
    agents=(
        Agent(id=AgentId("ana"), name="Ana Lindqvist", work_number="8001", nickname="Ana", skills={SkillId("net"): 5}),
        Agent(id=AgentId("bo"), name="Bo Tan", work_number="8002", skills={SkillId("net"): 3}),
        Agent(id=AgentId("sue"), name="Sue", work_number="8100", role="supervisor", desk_phone=True),
        Agent(id=AgentId("root"), name="Root", work_number="8900", role="administrator"),
    ),
    numbers=(
        Number(number="28000000", flow="main", name={"en": "Hotline"}),
        Number(number="28000001", flow="main", name={"en": "Billing"}),
    ),
    reasons=(Reason(id=ReasonId("lunch"), name={"en": "Lunch"}),),
    outcomes=(OutcomeKind(id=OutcomeId("solved"), name={"en": "Solved"}, closes=True),),
)

ARTICLES = (
    Article(
        id="red-light",
        language="en",
        title="Red light after a power cut",
        summary="Reset the white fibre box. It takes 40 seconds.",
        body="1. Unplug the small white box.\n2. Wait.",
        tags=("internet",),
        questions=("Why is there a red light on my router?",),
    ),
    Article(
        id="invoice", language="en", title="Read your invoice", summary="It has three parts.", body="First the sum."
    ),
)


class MemoryJournal:
    """Commits in the next turn of the loop, as the real one does a little later."""

    def __init__(self) -> None:
        self.committed: Callable[[int], None] = lambda seq: None

    def append(self, records: Sequence[Record]) -> None:
        asyncio.get_running_loop().call_soon(self.committed, records[-1].seq)

    def save_snapshot(self, seq: int, body: bytes) -> None: ...

    def load(self, after_seq: int = 0) -> Iterator[Record]:
        return iter(())

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        return None


class Client:
    """One browser or program. `csrf` is sent once signed in."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.csrf = ""
        self.token = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> tuple[int, Any]:
        """Status and decoded body."""
        sent = dict(headers or {})
        if self.csrf and "X-CSRF" not in sent:
            sent["X-CSRF"] = self.csrf
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = raw
        if data is None and body is not None:
            data = msgspec.json.encode(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        async with self.http.request(method, self._base + path, data=data, headers=sent) as response:
            text = await response.read()
            with contextlib.suppress(msgspec.DecodeError):
                return response.status, msgspec.json.decode(text)
            return response.status, text

    async def good(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """The body of an answer that must be a good one."""
        status, answer = await self.ask(method, path, body, headers)
        assert status < 300, f"{method} {path}: {status} {answer}"
        return answer

    async def bad(self, status: int, method: str, path: str, body: object = None, **more: Any) -> Any:
        """The problem of an answer that must fail so, and say what to do."""
        got, answer = await self.ask(method, path, body, **more)
        assert got == status, f"{method} {path}: {got} {answer}"
        assert answer["status"] == status
        assert answer["title"].endswith((".", "!"))
        assert answer["todo"], "a problem must say what to do"
        assert "Traceback" not in str(answer)
        return answer

    async def sign_in(self, name: str) -> Any:
        me = await self.good("POST", "/api/v1/session", {"name": name, "password": PASSWORD})
        self.csrf = me["csrf"]
        return me

    async def live(self, view: str, **more: Any) -> aiohttp.ClientWebSocketResponse:
        return await self.http.ws_connect(f"{self._base}/api/v1/live?view={view}", **more)


class Rig:
    """The server and everything under it."""

    def __init__(
        self,
        loop: Loop,
        web: Web,
        history: History,
        accounts: Accounts,
        store: Store,
        pops: dict[InteractionId, Pop],
        sentences: Sentences,
        dictations: Dictations,
    ) -> None:
        self.loop = loop
        self.web = web
        self.history = history
        self.accounts = accounts
        self.store = store
        self.pops = pops
        self.sentences = sentences
        self.dictations = dictations
        self.telephones: list[tuple[str, str, str]] = []
        """Those that were rung for a sentence: which, the sentence's id, its language."""
        self.sorting: Sorting
        self.rereading: Rereading
        self.picks_up = True
        self.commands: list[Command] = []
        self.inputs: list[Input] = []
        self.clients: list[Client] = []
        self.ahead = 0
        """Milliseconds the clock has been put forward."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    def client(self) -> Client:
        client = Client(self.base)
        self.clients.append(client)
        return client

    async def signed_in(self, name: str) -> Client:
        """A client with a session; made without the password, which only Ana has."""
        client = self.client()
        until = Ms(self.loop.now() + 3600_000)
        _, secret = await self.accounts.make_key(AgentId(name), SESSION, "test", until)
        client.http.cookie_jar.update_cookies({COOKIE: secret}, URL(self.base))
        client.csrf = (await client.good("GET", "/api/v1/session"))["csrf"]
        await self.say(AgentSignedIn(agent=AgentId(name)))
        return client

    async def say(self, *said: Input) -> None:
        """Submit inputs, and wait until viewers have heard what came of them."""
        for each in said:
            self.loop.submit(each)
        for _ in range(3):
            await asyncio.sleep(0)

    async def waiting_call(self, call: str = "c-1", queue: str = "support") -> None:
        """A caller comes and waits."""
        await self.say(
            CallArrived(
                interaction=InteractionId(call), channel=ChannelId(f"ch-{call}"), number="28000000", caller=None
            ),
            RouteAsked(interaction=InteractionId(call), queue=QueueId(queue)),
        )

    async def talking(self, call: str = "c-1") -> None:
        """The agent who was offered the call answers."""
        it = self.loop.world.interactions[InteractionId(call)]
        assert it.offer is not None
        leg = it.offer.legs[0]
        await self.say(
            ChannelUp(channel=leg),
            BridgeEntered(channel=leg, bridge=BridgeId("b")),
            BridgeEntered(channel=it.channel, bridge=BridgeId("b")),
        )

    async def over(self, call: str = "c-1") -> None:
        """The caller hangs up."""
        it = self.loop.world.interactions[InteractionId(call)]
        leg = it.agent_channel
        await self.say(ChannelGone(channel=it.channel, cause=16))
        if leg is not None:
            await self.say(ChannelGone(channel=leg, cause=16))


async def hot(language: str | None, limit: int) -> list[Hot]:
    return [
        Hot(question="Red light", article="red-light", times=42, usual=3.0, rising=True),
        Hot(question="Refund", article=None, times=11, usual=9.0, rising=False),
    ][:limit]


BOTH = pytest.mark.parametrize("rig", ["sqlite", "postgresql"], indirect=True)
"""For tests of what is read from the store or written to it: once on each kind of database. Others: on SQLite."""


@pytest.fixture(scope="session")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which Ana has a password."""
    path = tmp_path_factory.mktemp("accounts") / "hotline.db"
    store = Store.open(f"sqlite:///{path}")
    settle(store)
    store.close()
    return path


def settle(store: Store) -> None:
    """Let Ana have a password, and the site its customers."""
    give_password(store, [AgentId("ana")], PASSWORD)
    store.write(people)


def people(connection: sa.Connection) -> None:
    """Eleanor and Daniel share a telephone; Eleanor searched in vain an hour ago."""
    identities = Identities(b"key", "HK")
    tel = identities.phone(NUMBER)
    assert tel is not None
    now = Ms(time.time_ns() // 1_000_000)
    see(connection, [Seen(tel, now)])
    put_customers(
        connection,
        [
            CustomerRow(id="eleanor", at=now, name="Eleanor Whitcombe", language="en", tier="gold"),
            CustomerRow(id="daniel", at=now, name="Daniel W."),
        ],
    )
    link(connection, [(tel.id, "eleanor"), (tel.id, "daniel")], "test", now)
    call = {"interaction": "c-old", "at": now - 7200_000, "caller": tel.id, "agent": "ana", "state": "answered"}
    connection.execute(calls.insert().values(**call, waited=9000, talked=60_000, first_seq=1, last_seq=9))
    put_interactions(
        connection,
        [
            InteractionRow(
                owner=tel.id, at=Ms(now - 3600_000), id="s-1", kind="search", title="red light", mark="nothing_found"
            )
        ],
    )


class Exchange:
    """Asterisk's SIP WebSocket: hears what is let through, and may speak."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.sockets: list[web.WebSocketResponse] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            self.heard.put_nowait(str(message.data))
        return socket

    async def hear(self) -> str:
        async with asyncio.timeout(10):
            return await self.heard.get()


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    made = Exchange()
    app = web.Application()
    app.router.add_get("/ws", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
def journal_trouble() -> list[str]:
    """What stops the journal; empty: nothing."""
    return []


@functools.cache
def answers() -> KnowledgeBase:
    """Nobody changes it: made once."""
    return KnowledgeBase(ARTICLES)


@contextlib.contextmanager
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The store of one test, on the kind of database that `BOTH` says."""
    if getattr(request, "param", "sqlite") == "postgresql":
        server: postgres.Server = request.getfixturevalue("postgres_server")
        with server.database() as url, contextlib.closing(Store.open(url)) as store:
            settle(store)
            yield store
    else:
        path = tmp_path / "hotline.db"
        shutil.copy(request.getfixturevalue("hashed"), path)
        with contextlib.closing(Store.open(f"sqlite:///{path}")) as store:
            yield store


@pytest.fixture
async def rig(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    journal_trouble: list[str],
    exchange: Exchange,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Rig]:
    monkeypatch.setattr("cti.web.live.BEAT_S", 0.1)
    kept = contextlib.ExitStack()
    store = kept.enter_context(opened(request, tmp_path))
    vault, messages = Vault(tmp_path), tmp_path / "messages"
    history = History(store, Identities(b"key", "HK"), zone=lambda: SITE.zone, recordings=messages, vault=vault)
    accounts = Accounts(store)
    journal = MemoryJournal()
    commands: list[Command] = []
    loop = Loop(journal, commands.append)
    journal.committed = loop.committed
    pops: dict[InteractionId, Pop] = {}
    phones = {Phone(name): f"secret-{name}" for name in ("ana-web", "bo-web", "guest-1", "guest-2")}
    config = WebConfig(
        bind="127.0.0.1",
        port=0,
        host="hotline.example",
        ws_port=exchange.port,
        session_key=b"k" * 32,
        phone_secrets=phones,
        guests=2,
        version="0.1.0",
    )
    outside = Outside(loop, history)
    sentences = Sentences(tmp_path / "sentences")

    async def ring(phone: Phone, name: str, language: Language) -> bool:
        made.telephones.append((phone, name, language))
        return made.picks_up

    dictations = Dictations(tmp_path / "dictated", sentences, accounts, lambda: recorded(loop.world), loop.now, ring)

    rereading = Rereading(store, tmp_path)
    sorting = Sorting(store, history, Identities(b"key", "HK"), vault, lambda: loop.world.site, rereading, loop.now)
    server = Web(
        config,
        loop,
        history,
        accounts,
        answers(),
        hot,
        pops,
        lambda: not journal_trouble,
        outside,
        sentences,
        dictations,
        sorting,
    )
    loop.subscribe(server.on_records)
    await server.start()
    made = Rig(loop, server, history, accounts, store, pops, sentences, dictations)
    made.commands = commands
    made.sorting, made.rereading = sorting, rereading
    submit = loop.submit

    def noted(said: Input) -> None:
        made.inputs.append(said)
        submit(said)

    loop.submit = noted  # type: ignore[method-assign]
    await made.say(SiteLoaded(site=SITE), AsteriskUp(channels=(), booted=Ms(1)))
    yield made
    for client in made.clients:
        await client.http.close()
    await sorting.close()
    await server.stop()
    loop.close()
    accounts.close()
    history.close()
    kept.close()


async def heard(socket: aiohttp.ClientWebSocketResponse, want: Callable[[Any], bool], seconds: float = 10) -> Any:
    """The first message that is wanted; others before it are passed over."""
    async with asyncio.timeout(seconds):
        while True:
            message = msgspec.json.decode((await socket.receive_str()).encode())
            if want(message):
                return message


def ready(*agents: str) -> list[Input]:
    """Desks open, agents ready."""
    return [
        each
        for agent in agents
        for each in (
            AgentSignedIn(agent=AgentId(agent)),
            DeskConnected(agent=AgentId(agent)),
            AgentReady(agent=AgentId(agent)),
        )
    ]
