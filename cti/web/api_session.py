"""Signing in and out, the browser's phone, passwords, API tokens."""

from collections.abc import Awaitable, Callable, Mapping

from cti.core.ids import AgentId, Ms, Phone
from cti.core.inputs import AgentSignedIn, AgentSignedOut
from cti.web import auth
from cti.web.bodies import (
    BrowserPhone,
    Done,
    MadeToken,
    Me,
    NewPassword,
    NewToken,
    SignIn,
    TokenLine,
    Tokens,
)
from cti.web.call import RANK, Call, Sent, Who
from cti.web.live import Live
from cti.web.ports import Accounts, Key, Loop
from cti.web.problems import Refusal, missing

SIP_PATH = "/api/v1/sip"
ECHO = "*43"
"""The extension that sends back what it hears (`dialplans`, context `hotline-agent`)."""
_DAY_MS = 86_400_000


class SessionApi:
    """Who one is here. `closed` hears of every session that has ended; `release` lets go of a browser phone."""

    def __init__(
        self,
        loop: Loop,
        gate: auth.Gate,
        accounts: Accounts,
        live: Live,
        phone_secrets: Mapping[Phone, str],
        host: str,
        closed: Callable[[str], None],
        release: Callable[[AgentId], Awaitable[bool]],
    ) -> None:
        self._loop = loop
        self._gate = gate
        self._accounts = accounts
        self._live = live
        self._phone_secrets = phone_secrets
        self._host = host
        self._closed = closed
        self._release = release

    async def sign_in(self, call: Call[SignIn, None]) -> Sent:
        who, secret = await self._gate.sign_in(call.body.name, call.body.password, call.address)
        self._loop.submit(AgentSignedIn(agent=who.agent))
        return Sent(self._me(who), cookie=(secret, auth.SESSION_MS // 1000))

    async def me(self, call: Call[None, None]) -> Me:
        return self._me(call.who)

    async def sign_out(self, call: Call[None, None]) -> Sent:
        """The agent is signed out with their last session; an API token can't sign anybody out."""
        who = call.who
        if not who.csrf:
            raise Refusal(409, "no-session", "An API token has no session.", "Take the token away to end it.")
        await self._gate.drop(who.key)
        self._closed(who.key)
        if not await self._gate.sessions(who.agent):
            self._live.pulse.forget(who.agent)
            self._loop.submit(AgentSignedOut(agent=who.agent))
        await self._accounts.note(who.agent, "signed_out", about=call.address)
        return Sent(Done(), cookie=("", 0))

    async def change_password(self, call: Call[NewPassword, None]) -> Done:
        ended = await self._gate.change_password(call.who, call.body.old, call.body.new)
        for session in ended:
            self._closed(session)
        return Done()

    async def phone(self, call: Call[None, None]) -> BrowserPhone:
        who = call.who
        profile = self._loop.world.profile(who.agent)
        phone = Phone(f"{who.agent}-web")
        secret = self._phone_secrets.get(phone)
        if profile is None or secret is None:
            raise Refusal(
                503,
                "no-phone",
                f"The exchange has no phone {phone} yet.",
                "It is made when the site is loaded: restart with 'hotline up'.",
            )
        return BrowserPhone(
            ws=SIP_PATH,
            uri=f"sip:{phone}@{self._host}",
            user=phone,
            password=secret,
            display=profile.nickname or profile.name,
            echo=ECHO,
        )

    async def release_phone(self, call: Call[None, None]) -> Done:
        if not await self._release(call.agent):
            raise Refusal(409, "call-under-way", "There is a talk on the phone.", "End it first, or go on there.")
        return Done()

    async def tokens(self, call: Call[None, None]) -> Tokens:
        """One's own; an administrator's list has everybody's."""
        everybody = call.who.role == "administrator"
        keys = await self._accounts.keys()
        return Tokens(
            tokens=tuple(
                line_of(key) for key in keys if key.role != auth.SESSION and (everybody or key.agent == call.agent)
            )
        )

    async def make_token(self, call: Call[NewToken, None]) -> Sent:
        who, ask = call.who, call.body
        if RANK[ask.role] > RANK[who.role]:
            raise Refusal(
                403, "role", f"{who.agent} has the role {who.role}.", "Ask for that role or a lesser one.", "$.role"
            )
        until = Ms(self._loop.now() + ask.days * _DAY_MS) if ask.days is not None else None
        key, secret = await self._accounts.make_key(who.agent, ask.role, ask.label, until)
        await self._accounts.note(who.agent, "token_made", about=key.id, detail=f"{ask.role}: {ask.label}")
        return Sent(MadeToken(token=secret, line=line_of(key)), status=201)

    async def drop_token(self, call: Call[None, None]) -> Done:
        id = call.path["id"]
        keys = [k for k in await self._accounts.keys() if k.id == id and k.role != auth.SESSION]
        if not keys or (keys[0].agent != call.agent and call.who.role != "administrator"):
            raise missing("token", id)
        await self._gate.drop(id)
        self._closed(id)
        await self._accounts.note(call.agent, "token_dropped", about=id)
        return Done()

    def _me(self, who: Who) -> Me:
        profile = self._loop.world.profile(who.agent)
        if profile is None:
            raise missing("agent", AgentId(who.agent))
        return Me(
            agent=who.agent,
            name=profile.name,
            nickname=profile.nickname,
            work_number=profile.work_number,
            role=who.role,
            csrf=who.csrf,
            until=who.until,
        )


def line_of(key: Key) -> TokenLine:
    """A key as it is listed."""
    return TokenLine(
        id=key.id,
        label=key.label,
        agent=key.agent,
        role=next((role for role in RANK if role == key.role), "agent"),
        made=key.made,
        until=key.until,
        used=key.used,
    )
