"""What `hotline.js` tells from the pages of the site's own web sites.

Anybody can send anything here, under any name: bodies are bounded, what is wrong is named, what is right is kept. Who
a visitor is counts only as the web site's own server has signed it.
"""

import re
import secrets
from collections.abc import Iterator

import msgspec

from cti.core.ids import Ms
from cti.core.website import Website, is_secret
from cti.store.identity import Identifier, Identities
from cti.store.visitors import Busy
from cti.store.visits import Item, SignIn, Told, clean, line_id
from cti.web.call import Call
from cti.web.limits import Limit
from cti.web.ports import History, Loop
from cti.web.problems import Refusal
from cti.web.signed import BadToken, Signatures
from cti.web.visit_bodies import (
    FormSent,
    NotTaken,
    PageSeen,
    Searched,
    SignedIn,
    Tagged,
    VisitItem,
    VisitTaken,
    VisitTold,
)

_OLDEST_MS = 24 * 3_600_000
"""A page that could not send keeps what was done for a while."""
_CLOCKS_MS = 60_000
"""A browser's clock that is not further off is believed."""
_TITLE, _WORDS, _PLACE, _FIELD, _FORM = 200, 200, 500, 2000, 8000


class WebsiteApi:
    """Visits of web sites."""

    def __init__(self, loop: Loop, history: History, signatures: Signatures) -> None:
        self._loop = loop
        self._visitors = history.visitors
        self._signatures = signatures
        # An office may be one address; a browser sends a few batches a page.
        self._by_address = Limit(burst=120, every_ms=100)
        self._by_visitor = Limit(burst=30, every_ms=1_000)

    @property
    def settings(self) -> Website:
        """Those in force."""
        site = self._loop.world.site
        return Website() if site is None else site.web

    async def told(self, call: Call[VisitTold, None]) -> VisitTaken:
        """Keep what was done; the answer waits for the history, nothing else does."""
        settings, batch = self.settings, call.body
        self._allowed(call, settings)
        device = self._visitors.identities.device(batch.visitor)
        if device is None:
            raise Refusal(422, "not-understood", "This is no visitor.", "Send 32 hex digits.", "$.visitor")
        now = self._loop.now()
        items: list[Item] = []
        sign_ins: list[SignIn] = []
        refused: list[NotTaken] = []
        for n, raw in enumerate(batch.items):
            try:
                each = msgspec.json.decode(raw, type=VisitItem)
                at = _at(each.at, batch.sent, now)
                if isinstance(each, SignedIn):
                    sign_ins.append(self._signed(each, settings, batch.visitor, at, now))
                items.append(_item(each, settings, at))
            except (msgspec.DecodeError, BadToken, RecursionError) as error:
                why, _, where = str(error).partition(" - at `$")
                refused.append(NotTaken(where=f"$.items[{n}]{where.rstrip('`')}", why=why))
        if items:
            told = Told(
                visit=line_id(batch.visitor, batch.visit),
                visitor=device,
                items=tuple(items),
                sign_ins=tuple(sign_ins),
            )
            try:
                await self._visitors.put(told)
            except Busy:
                raise _later(503, "busy", "Too much is told at once.", 5_000) from None
        return VisitTaken(taken=len(items), not_taken=tuple(refused))

    def _allowed(self, call: Call[VisitTold, None], settings: Website) -> None:
        origin = call.headers.get("Origin", "")
        if origin not in settings.origins:
            raise Refusal(
                403,
                "other-site",
                f"Pages of {origin[:200] or 'nowhere'} may not tell of visits.",
                "Add the origin to web.origins in site.toml.",
                "Origin",
            )
        if settings.consent and not call.body.consent:
            raise Refusal(
                403,
                "no-consent",
                "The visitor has not agreed.",
                "Call hotline.consent(true) when they have, or set web.consent = false.",
                "$.consent",
            )
        now = self._loop.now()
        if wait := self._by_address.wait(call.address, now) or self._by_visitor.wait(call.body.visitor, now):
            raise _later(429, "try-later", "Too many visits at once.", wait)

    def _signed(self, said: SignedIn, settings: Website, visitor: str, at: Ms, now: Ms) -> SignIn:
        """Who it is. Raises BadToken."""
        claims = self._signatures.claims(said.token, settings.audience, visitor, now)
        identities: Identities = self._visitors.identities
        account = identities.account(claims.sub)
        if account is None:
            raise BadToken("sub is no account")
        proved: list[Identifier] = []
        merely_said: list[Identifier] = []
        for found, checked in (
            (identities.mail(claims.email), claims.email_verified),
            (identities.phone(claims.phone_number), claims.phone_number_verified),
        ):
            if found is not None:
                (proved if checked else merely_said).append(found)
        name = clean(claims.name, _TITLE)
        return SignIn(at=at, account=account, name=name, proved=tuple(proved), said=tuple(merely_said))


def _at(at: Ms, sent: Ms, now: Ms) -> Ms:
    """A time of the browser's clock by ours: what it says, unless that clock is wrong."""
    off = now - sent
    mine = at if abs(off) <= _CLOCKS_MS else at + off
    return Ms(max(now - _OLDEST_MS, min(mine, now)))


def _item(each: VisitItem, settings: Website, at: Ms) -> Item:
    if isinstance(each, SignedIn):
        return Item(at=at, id=each.id, kind="sign_in")
    words = clean(each.words, _WORDS)
    if not words and not isinstance(each, PageSeen):
        raise msgspec.ValidationError("There is no word in it - at `$.words`")
    if isinstance(each, Tagged):
        return Item(at=at, id=each.id, kind="tag" if each.so else "untag", words=words)
    place = clean(re.split(r"[?#]", each.place, maxsplit=1)[0], _PLACE)
    if isinstance(each, FormSent):
        body = "\n".join(_fields(each, settings))[:_FORM]
        return Item(at=at, id=each.id, kind="form", words=words, place=place, body=body)
    if isinstance(each, Searched):
        return Item(at=at, id=each.id, kind="search", words=words, place=place, found=each.found)
    return Item(at=at, id=each.id, kind="page", words=words, place=place)


def _fields(form: FormSent, settings: Website) -> Iterator[str]:
    for name in settings.forms.get(form.words, ()):
        value = clean(form.fields.get(name, ""), _FIELD)
        if value and not is_secret(name):
            yield f"{name}: {value}"


def _later(status: int, type: str, title: str, wait: int) -> Refusal:
    seconds = max(1, -(-wait // 1000)) + secrets.randbelow(3)
    return Refusal(status, type, title, f"Try again in {seconds} s.", headers={"Retry-After": str(seconds)})
