"""Who asks: sessions of people, tokens of programs, and what each may do.

A session and a token are both keys: random secrets of which only a hash is kept. Roles are read from the site in
force at every request, so that a change of role, or of who works here, holds at once.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct

from cti.core.ids import AgentId, Ms
from cti.core.site import Agent
from cti.web.bodies import Role
from cti.web.call import RANK, Route, Who
from cti.web.limits import Limit
from cti.web.ports import Accounts, Key, Loop
from cti.web.problems import Refusal

COOKIE = "hotline"
SESSION_MS = 12 * 3600_000
"""A long shift; then one signs in anew."""
SESSION = "session"
"""The role under which sessions are kept: it takes on whatever role its agent has at the moment."""
_REMEMBER_MS = 60_000
"""A key is looked up in the store again after so long: when it was taken away by another process."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = "bearer."


class _Known(Struct, frozen=True):
    key: Key | None
    until: Ms


class Gate:
    """Lets requests in. `secret`: signs CSRF tokens."""

    def __init__(self, loop: Loop, accounts: Accounts, secret: bytes, secure: bool) -> None:
        self._loop = loop
        self._accounts = accounts
        self._secret = secret
        self._secure = secure
        self._known: dict[str, _Known] = {}
        self._by_address = Limit(burst=20, every_ms=6_000)
        self._by_name = Limit(burst=5, every_ms=30_000)
        self._wrong_keys = Limit(burst=50, every_ms=2_000)
        self._hashing = asyncio.Semaphore(2)

    # --- every request

    async def who(self, request: web.Request) -> Who | None:
        """Who this request is of; None: nobody we know."""
        cookie = request.cookies.get(COOKIE, "")
        bearer = bearer_of(request.headers)
        secret = bearer or cookie
        if not secret:
            return None
        key = await self._key(secret, request.remote or "")
        if key is None or (key.role == SESSION) is bool(bearer):
            return None
        profile = self._loop.world.profile(key.agent)
        if profile is None:
            return None
        return Who(
            agent=key.agent,
            role=least(role_of(profile), key.role),
            key=key.id,
            until=key.until,
            csrf="" if bearer else self.csrf(key.id),
        )

    def check(self, route: Route, request: web.Request, who: Who | None) -> None:
        """Raise Refusal unless `who` may use the route in this way."""
        if route.role is not None:
            if who is None:
                raise Refusal(
                    401,
                    "not-signed-in",
                    "Nobody is signed in, or the session has ended.",
                    "Sign in (POST /api/v1/session), or send an API token: Authorization: Bearer TOKEN.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            if RANK[who.role] < RANK[route.role]:
                raise Refusal(
                    403,
                    "role",
                    f"This needs the role {route.role}; {who.agent} has {who.role}.",
                    "Ask somebody with that role, or have it changed in site.toml.",
                )
        if not route.pages and (route.socket is not None or request.method not in _SAFE):
            self._same_site(request)
        if (
            route.role is not None
            and who is not None
            and who.csrf
            and request.method not in _SAFE
            and not hmac.compare_digest(request.headers.get("X-CSRF", "").encode(), who.csrf.encode())
        ):
            raise Refusal(
                403,
                "csrf",
                "The request does not carry this session's CSRF token.",
                "Send what GET /api/v1/session calls csrf as header X-CSRF.",
                where="X-CSRF",
            )

    def _same_site(self, request: web.Request) -> None:
        """A browser says which page asks; a page of another site gets nothing, cookies or not."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2].lower() != request.host.lower():
            raise Refusal(
                403, "other-site", f"A page of {origin} may not do this.", "Use Hotline's own pages.", "Origin"
            )

    def csrf(self, key: str) -> str:
        """The CSRF token of a session."""
        return hmac.new(self._secret, f"csrf:{key}".encode(), hashlib.sha256).hexdigest()[:32]

    # --- sessions

    async def sign_in(self, name: str, password: str, address: str) -> tuple[Who, str]:
        """Prove who one is by work number or id. Gives the session's secret, too. Raises Refusal."""
        now = self._loop.now()
        wait = self._by_address.wait(address, now) or self._by_name.wait(name.lower(), now)
        if wait:
            seconds = -(-wait // 1000)
            raise Refusal(
                429,
                "try-later",
                "Too many tries.",
                f"Try again in {seconds} s. A forgotten password: hotline agents password ID.",
                headers={"Retry-After": str(seconds)},
            )
        profile = self._find(name)
        async with self._hashing:
            right = await self._accounts.password_right(profile.id if profile else None, password)
        if profile is None or not right:
            await self._accounts.note(name, "sign_in_failed", about=address)
            raise Refusal(
                401,
                "wrong-password",
                "No agent has this name and password.",
                "Type the work number or id and the password again. Forgotten: hotline agents password ID.",
            )
        self._by_name.forgive(name.lower())
        until = Ms(now + SESSION_MS)
        key, secret = await self._accounts.make_key(profile.id, SESSION, f"session from {address}", until)
        self._remember(secret, key)
        await self._accounts.note(profile.id, "signed_in", about=address)
        who = Who(agent=profile.id, role=role_of(profile), key=key.id, until=until, csrf=self.csrf(key.id))
        return who, secret

    async def drop(self, key: str) -> bool:
        """End a session, or take a token away. False: there is no such key."""
        self._known = {hashed: known for hashed, known in self._known.items() if known.key and known.key.id != key}
        return await self._accounts.drop_key(key)

    async def sessions(self, agent: AgentId) -> list[Key]:
        """An agent's sessions that have not ended."""
        now = self._loop.now()
        return [
            key
            for key in await self._accounts.keys()
            if key.agent == agent and key.role == SESSION and (key.until is None or key.until > now)
        ]

    async def change_password(self, who: Who, old: str, new: str) -> list[str]:
        """Set one's own password; all other sessions of this agent end, and are given back. Raises Refusal."""
        now = self._loop.now()
        if self._by_name.wait(who.agent, now):
            raise Refusal(429, "try-later", "Too many tries.", "Try again in half a minute.")
        async with self._hashing:
            right = await self._accounts.password_right(who.agent, old)
        if not right:
            raise Refusal(422, "wrong-password", "The old password is not right.", "Type it again.", "$.old")
        async with self._hashing:
            await self._accounts.set_password(who.agent, new)
        ended = [session.id for session in await self.sessions(who.agent) if session.id != who.key]
        for session in ended:
            await self.drop(session)
        await self._accounts.note(who.agent, "password_changed")
        return ended

    def set_cookie(self, answer: web.Response, secret: str, seconds: int) -> None:
        """Give the browser a session's secret, out of reach of scripts and other sites; an empty one takes it away."""
        answer.set_cookie(
            COOKIE, secret, max_age=seconds, path="/", httponly=True, secure=self._secure, samesite="Strict"
        )

    # --- inside

    async def _key(self, secret: str, address: str) -> Key | None:
        now = self._loop.now()
        hashed = hash_of(secret)
        known = self._known.get(hashed)
        if known is None or known.until <= now:
            if self._wrong_keys.wait(address, now):
                raise Refusal(429, "try-later", "Too many tries.", "Try again in a few seconds.")
            key = await self._accounts.key(secret)
            if key is None:
                self._known.pop(hashed, None)
                return None
            self._wrong_keys.forgive(address)
            known = self._remember(secret, key)
        if known.key is None or (known.key.until is not None and known.key.until <= now):
            return None
        return known.key

    def _remember(self, secret: str, key: Key) -> _Known:
        now = self._loop.now()
        if len(self._known) > 10_000:
            self._known.clear()
        known = self._known[hash_of(secret)] = _Known(key, Ms(now + _REMEMBER_MS))
        return known

    def _find(self, name: str) -> Agent | None:
        site = self._loop.world.site
        return next((a for a in (site.agents if site else ()) if name in (a.id, a.work_number)), None)


def bearer_of(headers: Mapping[str, str]) -> str:
    """The API token of a request; a browser's WebSocket can carry it only among its subprotocols."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    offered = (p.strip() for p in headers.get("Sec-WebSocket-Protocol", "").split(","))
    return next((p.removeprefix(_BEARER) for p in offered if p.startswith(_BEARER)), "")


def hash_of(secret: str) -> str:
    """Keys are random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def role_of(profile: Agent) -> Role:
    """The role of an agent as the site has it; an unknown word is the least."""
    return next((role for role in RANK if role == profile.role), "agent")


def least(own: Role, key: str) -> Role:
    """The lesser of an agent's own role and that of the key used."""
    of_key = next((role for role in RANK if role == key), own)
    return own if RANK[own] <= RANK[of_key] else of_key
