"""The help site: what anybody may know, and a call from the page."""

import secrets
from collections.abc import Mapping

from cti.core.hours import is_open, other_days
from cti.core.ids import Phone
from cti.core.site import Site
from cti.web.api_session import SIP_PATH
from cti.web.bodies import Done, GuestCall, GuestCallAsk, PublicNumber, PublicSite
from cti.web.call import Call, Sent
from cti.web.guest import Leases
from cti.web.ports import Accounts, Loop
from cti.web.problems import Refusal

OTHER_DAYS = 14
"""So many days ahead are told, for pages that stay open."""


class GuestApi:
    """For people who are not signed in."""

    def __init__(
        self, loop: Loop, leases: Leases, accounts: Accounts, phone_secrets: Mapping[Phone, str], host: str
    ) -> None:
        self._loop = loop
        self._leases = leases
        self._accounts = accounts
        self._phone_secrets = phone_secrets
        self._host = host

    async def site(self, call: Call[None, None]) -> PublicSite:
        site = self._site()
        return PublicSite(
            name=site.name,
            zone=site.zone,
            numbers=tuple(PublicNumber(number=n.number, name=n.name) for n in site.numbers),
            open=is_open(site, self._loop.now()),
            open_hours=site.open_hours,
            other_days=other_days(site, self._loop.now(), OTHER_DAYS),
            guest_calls=self._leases.phones > 0 and bool(site.numbers) and self._loop.world.asterisk,
        )

    async def call(self, call: Call[GuestCallAsk, None]) -> Sent:
        site, wanted = self._site(), call.body.number
        numbers = [n.number for n in site.numbers]
        if not numbers or (wanted is not None and wanted not in numbers):
            raise Refusal(
                422, "no-such-number", "The hotline has no such number.", f"One of: {', '.join(numbers)}.", "$.number"
            )
        if not self._loop.world.asterisk:
            raise Refusal(503, "no-asterisk", "Calls from the page do not work at the moment.", "Dial the number.")
        lease = self._leases.lend(
            # Without one it is a browser that nobody has seen before.
            call.address,
            wanted or numbers[0],
            call.body.visitor or secrets.token_hex(16),
            self._loop.now(),
        )
        await self._accounts.note("guest", "guest_call", about=call.address, detail=lease.phone)
        return Sent(
            GuestCall(
                ws=f"{SIP_PATH}?guest={lease.token}",
                uri=f"sip:{lease.phone}@{self._host}",
                user=lease.phone,
                password=self._phone_secrets[lease.phone],
                number=lease.number,
                token=lease.token,
                until=lease.until,
            ),
            status=201,
        )

    async def end(self, call: Call[None, None]) -> Done:
        """Ending what has ended already is no error: pages do it as they close."""
        self._leases.give_back(call.headers.get("X-Guest", ""))
        return Done()

    def _site(self) -> Site:
        site = self._loop.world.site
        if site is None:
            raise Refusal(503, "no-site", "No site is loaded yet.", "Wait a moment; then run 'hotline doctor'.")
        return site
