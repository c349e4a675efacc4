"""A server that only pretends: the built screens, canned answers, a live view that a test moves by hand.

It stands for the bridge in tests of the screens alone: no journal, no Asterisk. Calls go through `line.Line`.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

import agent_desktop
from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.ingest.report import ReadAgain
from cti.store.views import Abandoned, AgentDay, CaseHit, CustomerHit, PromiseLine
from cti.web import pages
from cti.web.bodies import (
    ArticleHit,
    ArticleHits,
    ArticleView,
    BrowserPhone,
    Calls,
    Found,
    Me,
    Problem,
    PublicSite,
)
from cti.web.call_bodies import AbandonedList
from cti.web.people_bodies import CaseMoved, CaseSuggestions, Merged, Promises
from cti.web.views import Beat, Change, DeskView, Snapshot, TodayView, WallboardView
from tests.browser import hand, letters, people, scenes
from tests.browser.line import Line

STATIC = Path(os.environ.get("HOTLINE_STATIC", agent_desktop.STATIC))


class Stub:
    """One desk's server. `show` sends a scene to every open desk; `asked` holds what screens sent, oldest first."""

    def __init__(self) -> None:
        self.signed_in = True
        self.away = False
        """Refuses live connections."""
        self.view: DeskView = scenes.scene("not_ready")
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.seq = 0
        self.line = Line()
        self.recording: bytes | None = hand.sound()
        """Of every message; None: it is gone."""
        self.reached = False
        """Colleagues have called back everybody who left."""
        self.again = ReadAgain()
        """How far it is with reading again what could not be read."""
        self.unread: set[str] = set()
        """What can't be read."""
        self.promises: tuple[PromiseLine, ...] = ()
        """What the agent has promised in another window."""
        self.refused: dict[tuple[str, str], Problem] = {}
        """What is answered with a problem, by method and path."""
        self.held: set[str] = set()
        """What is not answered while it stands here, by path."""
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        app = web.Application(middlewares=[_headers])
        app.router.add_get("/api/v1/live", self._live)
        app.router.add_get("/api/v1/sip", self.line.serve)
        app.router.add_route("*", "/api/v1/{path:.*}", self._api)
        pages.add(app, STATIC)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.away = True
        await self.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    async def cut(self) -> None:
        """Cut every live connection."""
        for socket in list(self._sockets):
            await socket.close()

    async def show(self, name: str | DeskView) -> None:
        """Move every desk to a scene, as numbered changes."""
        view = scenes.scene(name) if isinstance(name, str) else name
        before, self.view = self.view, view
        changed = {f: getattr(view, f) for f in view.__struct_fields__ if getattr(view, f) != getattr(before, f)}
        self.seq += 1
        await self._send(Change(seq=self.seq, now=Ms(scenes.now()), set=changed))

    async def pause(self) -> None:
        """A moment for what is on its way."""
        await asyncio.sleep(0.05)

    async def _send(self, message: object) -> None:
        text = msgspec.json.encode(message).decode()
        for socket in list(self._sockets):
            if not socket.closed:
                await socket.send_str(text)

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        if self.away:
            raise web.HTTPServiceUnavailable
        if not self.signed_in:
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        own = request.query["view"] == "desk"
        view = self.view if own else wallboard()
        plain = msgspec.json.decode(msgspec.json.encode(view))
        if own:
            self._sockets.add(socket)
        snapshot = Snapshot(epoch="e1", seq=self.seq, now=Ms(scenes.now()), view=plain)
        await socket.send_str(msgspec.json.encode(snapshot).decode())
        beats = asyncio.create_task(self._beat(socket))
        async for _ in socket:
            pass
        beats.cancel()
        self._sockets.discard(socket)
        return socket

    async def _beat(self, socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            await asyncio.sleep(1)
            await socket.send_str(msgspec.json.encode(Beat(seq=self.seq, now=Ms(scenes.now()))).decode())

    async def _api(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        body = await request.json() if request.can_read_body else {}
        if request.method != "GET":
            self.asked.append((request.method, path, body))
        if path == "/session" and request.method == "POST":
            self.signed_in = body["password"] == "right"
        if path == "/session" and request.method == "DELETE":
            self.signed_in = False
            return _answer({"ok": True})
        if path == "/session/password" and body["old"] != "right":
            wrong = {"type": "wrong-password", "title": "The old password is not right.", "status": 422}
            return web.json_response(wrong, status=422)
        if not self.signed_in and path not in ("/site",):
            return web.json_response({"type": "signed-out", "title": "Nobody is signed in.", "status": 401}, status=401)
        while path in self.held:
            await self.pause()
        if problem := self.refused.get((request.method, path)):
            return web.json_response(msgspec.to_builtins(problem), status=problem.status)
        if path.endswith("/export"):
            return web.Response(body=people.EXPORT, content_type="application/zip")
        if path.startswith("/work/") and path.endswith("/recording"):
            return web.Response(status=200 if self.recording else 404, body=self.recording, content_type="audio/wav")
        if path.startswith("/attachments/"):
            saved = {"Content-Disposition": "attachment"}
            return web.Response(body=letters.DRAWING, content_type="application/octet-stream", headers=saved)
        if path.endswith("/timeline") and request.query.get("q") == "storm":
            return _answer(letters.found(request.query.get("before")))
        if path in self.unread:
            return web.json_response({"type": "busy", "title": "Not now.", "status": 503}, status=503)
        if path == "/promises" and request.method == "GET" and self.promises:
            return _answer(Promises(promises=self.promises))
        if path == "/unread":
            return _answer(letters.unread(request.query.get("before"), self.again))
        if path == "/unread/again":
            if request.method == "POST":
                self.again = ReadAgain(running=True, begun=Ms(scenes.now()), of=3, read=1, kept=1)
            return _answer(self.again)
        if path == "/abandoned" and self.reached:
            return _answer(AbandonedList(callers=()))
        return _answer(canned(request.method, path))


def canned(method: str, path: str) -> object:
    """What the server would say."""
    mine = scenes.me("not_ready")
    if path == "/session":
        return Me(
            agent=mine.agent, name=mine.name, nickname="Ana", work_number="8001", role="agent", csrf="token", until=None
        )
    if path == "/site":
        return PublicSite(
            name={"en": "Harbour Broadband", "zh-Hans": "港湾宽带", "zh-Hant": "港灣寬頻"},
            zone="Europe/London",
            numbers=(),
            open=True,
            open_hours={},
            other_days={},
            guest_calls=True,
        )
    if path == "/phone":
        return BrowserPhone(
            ws="/api/v1/sip",
            uri="sip:ana-web@hotline",
            user="ana-web",
            password="secret",
            display="8001",
            echo="sip:*43@hotline",
        )
    if path == "/agent/today":
        return AgentDay(answered=63, talked=Ms(63 * 208_000), judged=3, solved=2)
    if path == "/interactions":
        return Calls(calls=scenes.calls(), next=None)
    if path == "/abandoned":
        left = Abandoned(
            interaction=InteractionId("c-left"),
            at=scenes.ms(scenes.HOUR),
            waited=Ms(143_000),
            queue=scenes.queues()[0].id,
            language="en",
            number="+44 7700 900177",
            name="",
            customer=CustomerId("tel:9"),
            tries=1,
            handled_by=None,
            handled=None,
        )
        return AbandonedList(
            callers=(
                left,
                msgspec.structs.replace(
                    left, interaction=InteractionId("c-2"), handled_by=AgentId("bo"), handled=scenes.ms(60_000)
                ),
            )
        )
    if path == "/promises" and method == "GET":
        return Promises(
            promises=(
                PromiseLine(
                    id="p1",
                    what="Confirm engineer, E. Whitcombe",
                    due=Ms(scenes.now() + 7_100_000),
                    made=scenes.ms(scenes.HOUR),
                    by=AgentId("ana"),
                    case="4827",
                ),
                PromiseLine(
                    id="p2",
                    what="给 Rosa Marini 发新合同",
                    due=Ms(scenes.now() + 25_000_000),
                    made=scenes.ms(scenes.HOUR),
                    by=AgentId("ana"),
                    case=None,
                ),
            )
        )
    if path.startswith("/work/") and path.endswith("/pop"):
        return hand.left_by()
    if path == "/promises":
        return PromiseLine(
            id="p9",
            what="new one",
            due=Ms(scenes.now() + scenes.HOUR),
            made=Ms(scenes.now()),
            by=AgentId("ana"),
            case=None,
        )
    if path in ("/kb/hot", "/kb/search"):
        return ArticleHits(articles=hits())
    if path.startswith("/kb/articles/"):
        return ArticleView(
            article="power-cut",
            version=3,
            language="en",
            title="Red light after a power cut or storm",
            summary="Reset the fibre box, not the router: 40 s.",
            text="## Steps\n\n1. Pull the plug of the small white box.\n2. Wait **30 seconds**.\n3. Plug it in again.",
            tags=(),
        )
    if path == "/search":
        hit = CustomerHit(
            customer=CustomerId("k-1"), name="Eleanor Whitcombe", detail="+44 7700 900143", last=scenes.ms(scenes.DAY)
        )
        case = CaseHit(case=people.own_cases().cases[0], customer=CustomerId("k-2"), name="Rosa Marini")
        return Found(customers=(hit,), more=True, cases=(case,), articles=hits()[:2])
    if path == "/mails/aside":
        return letters.aside()
    if path.endswith("/messages"):
        return letters.thread()
    if path.endswith("/timeline"):
        return {"entries": [], "next": None}
    if path.endswith("/about"):
        return people.about()
    if path.endswith("/identity"):
        return people.identity()
    if path == "/cases" and method == "GET":
        return people.own_cases()
    if path.startswith("/cases/") and method == "GET":
        return people.case()
    if path.startswith("/case-moves/"):
        return CaseMoved(move="5", case="4827")
    if path.endswith("/merge"):
        return people.preview() if method == "GET" else Merged(merge="7", customer=CustomerId("k-1"))
    if path.endswith("/erasure"):
        return people.erasure()
    if path.startswith("/customers/") and method == "DELETE":
        return people.erasure().goes
    if path.startswith("/customers/"):
        return scenes.eleanor()
    if path.endswith("/cases"):
        return CaseSuggestions(cases=people.looks_like())
    return {"ok": True}


def hits() -> tuple[ArticleHit, ...]:
    def hit(article: str, title: str, summary: str, language: str = "en") -> ArticleHit:
        return ArticleHit(article=article, version=1, language=language, title=title, summary=summary, fits=True)

    return (
        hit("power-cut", "Red light after a power cut or storm", "Reset the fibre box, not the router: 40 s"),
        hit("visit", "Book or move an engineer’s visit", "Mornings or afternoons, from tomorrow on"),
        hit("refund", "退款多久到账", "三到五个工作日", "zh-Hans"),
    )


def wallboard() -> WallboardView:
    return WallboardView(
        site={"en": "Harbour Broadband"},
        zone="Europe/London",
        queues=scenes.queues(),
        agents=scenes.tiles(),
        today=TodayView(
            day="2026-11-24",
            arrived=151,
            answered=140,
            abandoned=5,
            within=120,
            service_level_s=20,
            service_level_goal=80,
            waited_answered=Ms(2_000_000),
            talked=Ms(30_000_000),
            solved=90,
            not_solved=14,
            per_half_hour=(0,) * 48,
            usual_half_hour=(),
            half_abandoned_by=None,
        ),
        asterisk=True,
        waiting=4,
        longest_since=scenes.ms(134_000),
        longest_queue=None,
        reasons=scenes.REASONS,
    )


def _answer(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


@web.middleware
async def _headers(request: web.Request, handler: Any) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    if not response.prepared:
        pages.dress(request, response)
    return response
