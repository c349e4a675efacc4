"""Reports: what a day came to."""

import asyncio
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cti.core.ids import Ms
from cti.simulate.report import COUNTED, DayReport, report, span
from cti.web.bodies import DayQuery
from cti.web.call import Call
from cti.web.ports import History, Loop
from cti.web.problems import Refusal

_DAY_MS = 24 * 3_600_000


class ReportsApi:
    """Figures of a day, folded from the journal when they are asked for, one at a time."""

    def __init__(self, loop: Loop, history: History) -> None:
        self._loop = loop
        self._history = history
        self._one = asyncio.Lock()

    async def day(self, call: Call[None, DayQuery]) -> DayReport:
        site, now = self._loop.world.site, self._loop.now()
        zone = site.zone if site is not None else "UTC"
        today = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
        try:
            day = date.fromisoformat(call.query.day) if call.query.day else today
            begins, ends = span(day, zone)
        except ValueError as error:
            raise Refusal(422, "no-such-day", f"{error}".capitalize() + ".", "Write it as 2026-11-20.", "day") from None
        if begins >= now:
            raise Refusal(422, "no-such-day", f"{day} has not begun.", "Ask for a day that has.", "day")
        async with self._one:
            records = await self._history.of_kinds(COUNTED, Ms(begins - _DAY_MS), ends)
            return await asyncio.to_thread(report, day, zone, records, now)
