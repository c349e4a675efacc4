"""One request on its way to a handler, and one line of the table of routes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiohttp import web
from msgspec import Struct

from cti.core.ids import AgentId, Ms
from cti.store.vault import Recording
from cti.web.bodies import Role
from cti.web.problems import Refusal

RANK: dict[Role, int] = {"viewer": 0, "agent": 1, "supervisor": 2, "administrator": 3}


class Who(Struct, frozen=True, kw_only=True):
    """Who asks, as far as they proved it."""

    agent: AgentId
    role: Role
    key: str
    """Id of the session or token."""
    until: Ms | None
    """When that ends; None: never by itself."""
    csrf: str
    """What `X-CSRF` must be; empty: an API token, which no other site can make a browser send."""


B = TypeVar("B")
Q = TypeVar("Q")


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """A request, decoded and allowed. `B`: its body, `Q`: its query; None where a route has none."""

    asked_by: Who | None
    body: B
    query: Q
    path: Mapping[str, str]
    headers: Mapping[str, str]
    address: str
    """Of the browser, or of the proxy in front of us."""

    @property
    def who(self) -> Who:
        """Who asks, on routes that only people signed in reach."""
        if self.asked_by is None:
            raise Refusal(401, "not-signed-in", "Nobody is signed in.", "Sign in first.")
        return self.asked_by

    @property
    def agent(self) -> AgentId:
        return self.who.agent


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that is more than a body of status 200."""

    body: Struct | bytes
    status: int = 200
    content_type: str = "application/json"
    cookie: tuple[str, int] | None = None
    """The session's secret and its seconds to live; an empty secret takes the cookie away."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A reply that is a file of the data folder; parts of it can be asked for (`Range`). It is closed when sent."""

    file: Recording
    content_type: str


Handler = Callable[[Call[Any, Any]], Awaitable[Struct | Sent | SentFile]]
Socket = Callable[[web.Request, Who | None], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table: OpenAPI, the checks of roles and the documents are made from it."""

    method: str
    path: str
    """`{name}` stands for one part of the address."""
    role: Role | None
    """The least one needed; None: anybody."""
    summary: str
    handler: Handler | None = None
    socket: Socket | None = None
    """In place of `handler`: a WebSocket."""
    ask: type[Struct] | None = None
    query: type[Struct] | None = None
    reply: type[Struct] | None = None
    """None: not JSON."""
    pages: bool = False
    """Asked by pages of other sites, which the handler tells apart; what they send need not be called JSON."""
    longest: int = 256 * 1024
    """Bytes that the body may have."""
