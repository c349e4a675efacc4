"""HTTP itself: from a request to a handler's call and back, for every route of the table in the same way."""

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Struct

from cti.store.vault import VaultError
from cti.web import files, pages
from cti.web.auth import Gate
from cti.web.bodies import Problem
from cti.web.call import Call, Route, Sent, SentFile
from cti.web.cors import Cors, Origins
from cti.web.problems import Refusal, invalid, response

log = logging.getLogger(__name__)

_GONE = 499
"""What nginx writes down where a browser has closed its connection before the answer."""
_PART = 200
"""Longest part of an address that stands for an id."""
Answered = Callable[[str, int], None]


def application(routes: Sequence[Route], gate: Gate, answered: Answered, origins: Origins) -> web.Application:
    """The web application; `answered` hears route and status of every answer, `origins` says whose pages may ask."""
    app = web.Application(middlewares=[_problems(answered)])
    cors = Cors([route.path for route in routes if route.pages], origins)

    async def dress(request: web.Request, response: web.StreamResponse) -> None:
        pages.dress(request, response)
        cors.dress(request, response)

    app.on_response_prepare.append(dress)
    for route in routes:
        if route.pages:
            app.router.add_route("OPTIONS", route.path, cors.may)
        answer = _Serve(route, gate).answer
        if route.method == "GET" and route.socket is None:
            app.router.add_get(route.path, answer)  # takes HEAD, too
        else:
            app.router.add_route(route.method, route.path, answer)
    pages.add(app)
    return app


class _Serve:
    """One route's way in and out."""

    def __init__(self, route: Route, gate: Gate) -> None:
        self._route: Final = route
        self._gate: Final = gate

    async def answer(self, request: web.Request) -> web.StreamResponse:
        route = self._route
        who = await self._gate.who(request)
        self._gate.check(route, request, who)
        if route.socket is not None:
            return await route.socket(request, who)
        assert route.handler is not None
        call: Call[Any, Any] = Call(
            asked_by=who,
            body=await _body(request, route) if route.ask is not None else None,
            query=_query(request, route.query) if route.query is not None else None,
            path=_path(request),
            headers=request.headers,
            address=request.remote or "",
        )
        said = await route.handler(call)
        if isinstance(said, SentFile):
            return await files.send(request, said)
        return self._render(said if isinstance(said, Sent) else Sent(said))

    def _render(self, sent: Sent) -> web.Response:
        body = sent.body if isinstance(sent.body, bytes) else msgspec.json.encode(sent.body)
        answer = web.Response(
            status=sent.status,
            body=body,
            headers={"Content-Type": sent.content_type, "Cache-Control": "no-store"},
        )
        if sent.content_type in ("application/octet-stream", "application/zip"):
            answer.headers["Content-Disposition"] = "attachment"
        if sent.cookie is not None:
            self._gate.set_cookie(answer, *sent.cookie)
        return answer


def _path(request: web.Request) -> dict[str, str]:
    for name, value in request.match_info.items():
        if len(value) > _PART or not value.isprintable():
            raise Refusal(422, "not-understood", f"This is no {name}.", "Use the id as it was given.", name)
    return dict(request.match_info)


async def _body(request: web.Request, route: Route) -> Struct:
    # A page that is left can send plain text only: anything else it would have to ask for first.
    if request.content_type != "application/json" and not (route.pages and request.content_type == "text/plain"):
        raise Refusal(
            415, "not-json", "The body is not JSON.", "Send JSON with Content-Type: application/json.", "Content-Type"
        )
    assert route.ask is not None
    try:
        return msgspec.json.decode(await request.clone(client_max_size=route.longest).read(), type=route.ask)
    except msgspec.DecodeError as error:
        raise invalid(error, "body") from None
    except RecursionError:
        raise Refusal(400, "not-understood", "The body is nested too deeply.", "Send what the route takes.") from None


def _query(request: web.Request, query: type[Struct]) -> Struct:
    values = {name: request.query.getall(name) for name in request.query}
    if any(len(value) > 1 for value in values.values()):
        raise Refusal(422, "not-understood", "A name stands twice in the query.", "Say it once.", "query")
    try:
        return msgspec.convert({name: value[0] for name, value in values.items()}, query, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error, "query") from None


def _problems(answered: Answered) -> Any:
    """Whatever goes wrong becomes a problem that says what to do; what we did not foresee goes to the log."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        answer: web.StreamResponse
        try:
            answer = await handler(request)
        except Refusal as refusal:
            answer = response(refusal.problem, refusal.headers)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            answer = response(_of_http(request, error), _kept(error))
        except ConnectionError:
            if request.transport is not None and not request.transport.is_closing():
                raise
            # The browser has gone in the middle: nobody is there to read an answer, and nothing is wrong here.
            return web.Response(status=_GONE)
        except VaultError as error:
            log.error("%s", error)
            todo = "Tell whoever runs Hotline: its log and 'hotline doctor' say why."
            answer = response(Problem(type="locked", title="This can't be decrypted.", status=503, todo=todo))
        except Exception:
            # The caller gets a name to ask for; the log has the rest.
            name = secrets.token_hex(4)
            log.exception("%s %s failed (%s)", request.method, request.path, name)
            answer = response(
                Problem(
                    type="our-fault",
                    title=f"Hotline failed at this ({name}).",
                    status=500,
                    todo=f"Try again. If it lasts, look for {name} in the log and report it.",
                )
            )
        answered(_named(request), answer.status)
        return answer

    return middleware


def _of_http(request: web.Request, error: web.HTTPException) -> Problem:
    match error.status:
        case 404:
            title, todo = f"There is nothing at {request.path[:_PART]}.", "See /api/v1/openapi.json for what there is."
        case 405:
            title, todo = f"{request.method} does nothing here.", f"Use {error.headers.get('Allow', 'another method')}."
        case 413:
            title, todo = "The body is too long.", "Send less at a time."
        case _:
            title, todo = f"{error.reason}.", "See /api/v1/openapi.json for how to ask."
    return Problem(type=error.reason.lower().replace(" ", "-"), title=title, status=error.status, todo=todo)


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}


def _named(request: web.Request) -> str:
    """The route as it is written in the table, so that metrics do not grow with ids."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "nothing"
