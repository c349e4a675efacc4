"""Calls from the help site: a guest phone is lent for one call, then taken back.

There are a few guest phones (`guest-1`...); Asterisk knows them from loopback only, so a lease's token, shown to our
SIP proxy, is the one way to use them. Bounded three ways: tries per address, leases per address, phones in all.
"""

import secrets
from collections.abc import Callable

import msgspec
from msgspec import Struct

from cti.core.ids import Ms, Phone
from cti.web.limits import Limit
from cti.web.problems import Refusal

BEGIN_MS = 60_000
"""A lease whose call has not begun by then is taken back."""
LONGEST_MS = 4 * 3600_000
"""And no call from the page lasts longer."""
PER_ADDRESS = 3
"""Phones one address may have at the same time."""


class Lease(Struct, frozen=True, kw_only=True):
    phone: Phone
    token: str
    address: str
    number: str
    """The one it was made for."""
    visitor: str
    """Whose browser it was lent to."""
    until: Ms
    in_use: bool = False
    """A page has connected with it."""


class Leases:
    """Which guest phone is lent to whom. `phones`: all there are; `ended` hears the token of each lease that ends."""

    def __init__(self, phones: tuple[Phone, ...], limit: Limit, ended: Callable[[str], None]) -> None:
        self._phones = phones
        self._limit = limit
        self._ended = ended
        self._by_token: dict[str, Lease] = {}

    @property
    def lent(self) -> int:
        """How many are in use."""
        return len(self._by_token)

    @property
    def phones(self) -> int:
        """How many there are."""
        return len(self._phones)

    def lend(self, address: str, number: str, visitor: str, now: Ms) -> Lease:
        """Lend a phone to a visitor for one call. Raises Refusal when this address or everybody has had enough."""
        if wait := self._limit.wait(address, now):
            raise _later("called-often", f"{address} has called often just now.", wait)
        self.expire(now)
        taken = {lease.phone for lease in self._by_token.values()}
        free = [phone for phone in self._phones if phone not in taken]
        own = sum(1 for lease in self._by_token.values() if lease.address == address)
        if not free or own >= PER_ADDRESS:
            raise _later("no-line", "All lines for calls from this page are taken.", 10_000)
        lease = Lease(
            phone=free[0],
            token=secrets.token_urlsafe(24),
            address=address,
            number=number,
            visitor=visitor,
            until=Ms(now + BEGIN_MS),
        )
        self._by_token[lease.token] = lease
        return lease

    def take(self, token: str, now: Ms) -> Lease:
        """A page connects with a lease; each connects once. Raises Refusal."""
        lease = self._by_token.get(token)
        if lease is None or lease.until <= now or lease.in_use:
            raise Refusal(
                403,
                "no-lease",
                "This line is not yours any more.",
                "Ask for a new one: POST /api/v1/guest/call.",
                "guest",
            )
        self._by_token[token] = msgspec.structs.replace(lease, in_use=True)
        return lease

    def visitor_of(self, phone: Phone) -> str | None:
        """Who calls from a phone; None: no page has connected with it."""
        return next((one.visitor for one in self._by_token.values() if one.phone == phone and one.in_use), None)

    def begun(self, token: str, now: Ms) -> None:
        """The call has begun: from now on it may last."""
        if (lease := self._by_token.get(token)) is not None:
            self._by_token[token] = msgspec.structs.replace(lease, until=Ms(now + LONGEST_MS))

    def give_back(self, token: str) -> None:
        """Take a phone back; one that was given back already is no error."""
        if self._by_token.pop(token, None) is not None:
            self._ended(token)

    def expire(self, now: Ms) -> None:
        """Take back what is past its time."""
        for token in [t for t, lease in self._by_token.items() if lease.until <= now]:
            self.give_back(token)


def _later(type: str, title: str, wait: int) -> Refusal:
    seconds = max(1, -(-wait // 1000))
    return Refusal(
        429, type, title, f"Try again in {seconds} s, or dial the number.", headers={"Retry-After": str(seconds)}
    )
