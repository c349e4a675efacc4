"""A small server with Hotline's addresses and scripted answers, to look at wallboard and help site in a real browser.

It sends what `cti.web.views` and `cti.web.bodies` say, made with those very structs, so a field that is renamed there
breaks here. Nothing of the bridge runs.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

import agent_desktop
from cti.core.ids import AgentId, Ms, QueueId, ReasonId
from cti.core.site import Reason
from cti.web import pages
from cti.web.api_kb import hit_of
from cti.web.bodies import ArticleHits, ArticleView, Done, GuestCall, Me, PublicNumber, PublicSite, Role
from cti.web.views import AgentTile, Beat, Change, QueueView, Snapshot, TodayView, WaitView, WallboardView
from kb.search import KnowledgeBase
from tests.browser.exchange import Exchange

STATIC = Path(os.environ.get("HOTLINE_STATIC", agent_desktop.STATIC))

START = Ms(1795485738000)
"""2026-11-24 10:02:18 in Hong Kong: a Tuesday."""

TOKEN = "read-token-of-the-tv"


def queue(
    id: str, en: str, hans: str, hant: str, waiting: int, waited_s: int, ready: int, level: tuple[int, int, int]
) -> QueueView:
    within, answered, abandoned = level
    return QueueView(
        id=QueueId(id),
        name={"en": en, "zh-Hans": hans, "zh-Hant": hant},
        waiting=waiting,
        longest_since=Ms(START - waited_s * 1000) if waiting else None,
        limit_s=120,
        ready=ready,
        answered=answered,
        abandoned=abandoned,
        within=within,
        wait=None if ready else WaitView(low=Ms(95_000), middle=Ms(170_000), high=Ms(610_000), least=1, most=15),
        told=answered,
        kept=answered * 7 // 8,
    )


def agent(name: str, number: int, state: str, s: int, reason: str | None = None) -> AgentTile:
    return AgentTile(
        agent=AgentId(f"a{number}"),
        name=name,
        work_number=str(number),
        state=state,
        reason=reason,
        since=Ms(START - s * 1000),
    )


TEAM = (
    agent("Bo Tan", 8002, "talking", 331),
    agent("陳思敏", 8003, "talking", 142),
    agent("Ana Lindqvist", 8001, "offered", 4),
    agent("Nadia Kerr", 8005, "wrap_up", 31),
    agent("Samir Aziz", 8004, "ready", 52),
    agent("王芳", 8006, "ready", 12),
    agent("Jon Ek", 8007, "not_ready", 760, "lunch"),
    agent("Grace Leung", 8100, "not_ready", 4210, "rona"),
    agent("Kim Park", 8008, "signed_out", 90_000),
)

_FIRST = ("Ana", "Bo", "Cara", "Dai", "Elif", "Finn", "Grace", "Hana", "Ivo", "Jon", "Kira", "Liam", "Mei", "Nadia")
_LAST = ("Lindqvist", "Tan", "Aziz", "Kerr", "Ek", "Leung", "Novak", "Okafor", "Petersen", "Quispe", "Ruiz")
_NAMES = ["陳思敏", "王芳", "李家豪", "黃美玲", "张伟", "刘洋"]


def crowd(n: int) -> tuple[AgentTile, ...]:
    """Agents for a big room: most of them talking, every state there."""
    states = ["talking"] * 9 + ["ringing"] + ["wrap_up"] * 3 + ["ready"] * 5 + ["not_ready"] * 3
    out = []
    for i in range(n):
        name = _NAMES[i % 6] if i % 7 == 3 else f"{_FIRST[i % 14]} {_LAST[(i * 7) % 11]}"
        state = states[(i * 5) % len(states)]
        out.append(
            agent(
                name,
                8000 + i,
                state,
                7 + (i * 211) % 2900 + (i == 14) * 5000,
                "lunch" if state == "not_ready" else None,
            )
        )
    return tuple(out)


def half_hours(values: dict[int, float], size: int = 48) -> list[float]:
    return [values.get(i, 0) for i in range(size)]


CALLS = [int(n) for n in half_hours({15: 5, 16: 15, 17: 26, 18: 48, 19: 57, 20: 4})]
USUAL = half_hours(
    dict(enumerate([4, 14, 25, 33, 38, 37, 31, 26, 29, 31, 30, 27, 24, 20, 16, 18, 21, 17, 12, 7, 4], start=15))
)

TODAY = TodayView(
    day="2026-11-24",
    arrived=155,
    answered=146,
    abandoned=5,
    within=125,
    service_level_s=20,
    service_level_goal=80,
    waited_answered=Ms(146 * 17_400),
    talked=Ms(146 * 240_000),
    solved=88,
    not_solved=14,
    per_half_hour=tuple(CALLS),
    usual_half_hour=tuple(USUAL),
    half_abandoned_by=Ms(48_000),
)

WALL = WallboardView(
    site={"en": "Harbour Broadband", "zh-Hans": "海港宽频", "zh-Hant": "海港寬頻"},
    zone="Asia/Hong_Kong",
    queues=(
        queue("support", "Support", "技术支持", "技術支援", 3, 134, 0, (58, 74, 2)),
        queue("billing", "Billing", "账单", "帳單", 1, 22, 1, (30, 31, 1)),
        queue("sales", "Sales", "销售", "銷售", 0, 0, 2, (20, 21, 0)),
        queue("mobile", "Mobile", "手机服务", "流動通訊", 2, 48, 1, (17, 20, 2)),
    ),
    agents=TEAM,
    today=TODAY,
    asterisk=True,
    waiting=6,
    longest_since=Ms(START - 134_000),
    longest_queue=QueueId("support"),
    reasons=(Reason(id=ReasonId("lunch"), name={"en": "Lunch", "zh-Hans": "午饭", "zh-Hant": "午膳"}),),
)


def person(role: Role) -> Me:
    """Who is signed in on the page."""
    return Me(
        agent=AgentId("sue"),
        name="Sue",
        nickname="",
        work_number="8100",
        role=role,
        csrf="token",
        until=None,
    )


class Stage:
    """The server. `url` is where it is; what it plays is changed while a page looks at it."""

    def __init__(self) -> None:
        self.wall = WALL
        self.beats = True
        self.open = True
        """False: no new live connections."""
        self.signed_in = True
        self.requests: list[tuple[str, dict[str, object]]] = []
        """What pages posted: path and body."""
        self.answers: dict[str, tuple[int, object]] = {"/wallboard": (200, {}), "/session": (200, person("agent"))}
        """Path (without query; with `POST ` before it if not GET) -> status and body, or what makes the body."""
        self.exchange = Exchange()
        self.url = ""
        self._seq = 0
        self._epoch = time.monotonic()
        self._sockets: set[web.WebSocketResponse] = set()

    def now(self) -> Ms:
        """A clock far from the browser's own, so that a screen that used its own would show it."""
        return Ms(START + int((time.monotonic() - self._epoch) * 1000))

    async def __aenter__(self) -> "Stage":
        app = web.Application()
        app.router.add_get("/api/v1/live", self._live)
        app.router.add_get("/api/v1/sip", self.exchange.serve)
        app.router.add_route("*", "/api/v1/{path:.*}", self._api)
        pages.add(app, STATIC)
        app.on_response_prepare.append(_dress)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = cast(asyncio.Server, site._server).sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._beating.cancel()
        await self.cut()
        await self._runner.cleanup()

    async def pause(self) -> None:
        """A moment for what is on its way."""
        await asyncio.sleep(0.05)

    async def show(self, **fields: object) -> None:
        """Change fields of the wallboard, as the live room does."""
        self.wall = msgspec.structs.replace(self.wall, **fields)
        self._seq += 1
        await self._send(
            Change(seq=self._seq, now=self.now(), set=cast(dict[str, object], msgspec.to_builtins(fields)))
        )

    async def cut(self) -> None:
        """All live connections end."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _send(self, message: Change | Beat) -> None:
        text = msgspec.json.encode(message).decode()
        for socket in list(self._sockets):
            if not socket.closed:
                await socket.send_str(text)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self.beats:
                await self._send(Beat(seq=self._seq, now=self.now()))

    def _admits(self, request: web.Request) -> bool:
        offered = request.headers.get("Sec-WebSocket-Protocol", "") + request.headers.get("Authorization", "")
        if "earer" in offered:
            return TOKEN in offered
        return self.signed_in

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if not self.open:
            raise web.HTTPServiceUnavailable
        if not self._admits(request):
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse(protocols=("hotline",))
        await socket.prepare(request)
        view = cast(dict[str, object], msgspec.to_builtins(self.wall))
        await socket.send_str(
            msgspec.json.encode(Snapshot(epoch="e1", seq=self._seq, now=self.now(), view=view)).decode()
        )
        self._sockets.add(socket)
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
        self._sockets.discard(socket)
        return socket

    async def _api(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        if path not in self.answers and path.startswith("/kb/articles/"):
            path = "/kb/articles"
        if request.method != "GET":
            body = await request.json() if request.can_read_body else {}
            self.requests.append((f"{request.method} {path}", body))
        if path == "/wallboard" and not self._admits(request):
            return _json(401, {"type": "not-signed-in", "title": "Nobody is signed in.", "status": 401})
        key = path if request.method == "GET" else f"{request.method} {path}"
        status, answer = self.answers.get(key, (404, {"type": "none", "title": "No such address.", "status": 404}))
        return _json(status, answer(request) if callable(answer) else answer)


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


async def _dress(request: web.Request, response: web.StreamResponse) -> None:
    """The real server's headers: what its policy forbids is an error on the console, and fails the test."""
    pages.dress(request, response)


SITE = PublicSite(
    name={"en": "Harbour Broadband", "zh-Hans": "海港宽频", "zh-Hant": "海港寬頻"},
    zone="Asia/Hong_Kong",
    numbers=(
        PublicNumber(number="28000000", name={"en": "Main line", "zh-Hans": "总机热线", "zh-Hant": "總機熱線"}),
        PublicNumber(
            number="28000001", name={"en": "Support, no menu", "zh-Hans": "技术支持直线", "zh-Hant": "技術支援直線"}
        ),
    ),
    open=True,
    open_hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "07:00-23:00"),
    other_days={},
    guest_calls=True,
)

LEASE = GuestCall(
    ws="/api/v1/sip?guest=lease",
    uri="sip:guest-1@hotline",
    user="guest-1",
    password="secret",
    number="28000000",
    token="lease",
    until=Ms(START + 60_000),
)

EXAMPLE = Path(__file__).parents[2] / "example" / "kb"
HOT = ("red-light", "engineer-visit", "bill-higher", "slow-in-the-evening", "moving-house", "roaming")


def help_site(stage: Stage) -> None:
    """The help site's answers: the example's articles, found by the real search."""
    kb, _ = KnowledgeBase.load(EXAMPLE)

    def search(request: web.Request) -> ArticleHits:
        found = kb.search(request.query["q"], request.query["lang"], 8)
        return ArticleHits(
            articles=(*(hit_of(h.article) for h in found.hits), *(hit_of(h.article, fits=False) for h in found.guesses))
        )

    def article(request: web.Request) -> ArticleView | None:
        it = kb.get(request.path.rpartition("/")[2], request.query["lang"])
        if it is None:
            raise web.HTTPNotFound
        return ArticleView(
            article=it.id,
            version=it.version,
            language=it.language,
            title=it.title,
            summary=it.summary,
            text=it.body,
            tags=it.tags,
        )

    def hot(request: web.Request) -> ArticleHits:
        articles = [kb.get(id, request.query["lang"]) for id in HOT]
        return ArticleHits(articles=tuple(hit_of(a) for a in articles if a))

    stage.answers |= {
        "/site": (200, SITE),
        "/kb/search": (200, search),
        "/kb/articles": (200, article),
        "/kb/hot": (200, hot),
        "POST /guest/call": (201, LEASE),
        "DELETE /guest/call": (200, Done()),
        "POST /visits/search": (200, Done()),
        "POST /visits/judgement": (200, Done()),
    }


__all__: Sequence[str] = ["TODAY", "TOKEN", "WALL", "Stage", "agent", "crowd", "half_hours", "queue"]
