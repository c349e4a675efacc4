"""A caller in line asks to be called back: where, and when. The place is kept; what they key in stays here.

A number becomes an identifier before anybody hears of it: no digit enters an event or a log.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from cti.agi.ports import Ports
from cti.agi.voice import Voice
from cti.core.hours import at_clock, half_hours
from cti.core.ids import IdentifierId, InteractionId, Ms, QueueId
from cti.core.inputs import CallbackAsked
from ivr import say

KEY_MS = 6000
"""After the last words."""
BETWEEN_MS = 4000
"""Between two digits; so long a silence ends a number, too."""
TRIES = 2
"""So often nothing or something wrong at one question, and they are back in line."""
LONGEST = 20
"""Digits of a number."""


class Callback:
    """The questions before a callback."""

    def __init__(
        self,
        voice: Voice,
        ports: Ports,
        interaction: InteractionId,
        queue: QueueId | None,
        own: IdentifierId | None,
    ) -> None:
        """`own`: the number they call from, if it can be called."""
        self._voice = voice
        self._ports = ports
        self._interaction = interaction
        self._site = ports.site()
        self._queue = self._site.queue_by_id.get(queue) if queue is not None else None
        self._own = own

    async def book(self) -> tuple[str, ...]:
        """The words that say they are to be called back; none: they are back in line."""
        if self._own is None:
            return await self._elsewhere()
        for _ in range(TRIES):
            key = await self._voice.say(
                "callback-this", "callback-other", "callback-later", "star-back", wait_ms=KEY_MS
            )
            match key:
                case "1":
                    return self._ask(self._own, None)
                case "2":
                    return await self._elsewhere()
                case "3":
                    return await self._later(self._own)
                case "*":
                    break
        return ()

    async def _elsewhere(self) -> tuple[str, ...]:
        """At another number, as soon as it is their turn or at a chosen time."""
        to, key = await self._number()
        if to is None:
            return ()
        return await self._later(to) if key == "3" else self._ask(to, None)

    async def _later(self, to: IdentifierId) -> tuple[str, ...]:
        at = await self._time()
        return () if at is None else self._ask(to, at)

    def _ask(self, to: IdentifierId, at: Ms | None) -> tuple[str, ...]:
        self._ports.submit(CallbackAsked(interaction=self._interaction, to=to, at=at))
        return ("callback-booked",) if at is None else ("callback-booked-at", *self._moment(at))

    # --- where

    async def _number(self) -> tuple[IdentifierId | None, str]:
        """Another number, said back and confirmed by `1`, or by `3` for a time of theirs; None: back to the line.

        One that is nobody's by its country's plan was most likely mistyped, and is refused. Who keys the very same
        again knows better than the plan, which is older than the newest numbers.
        """
        refused: tuple[str, ...] = ()
        doubted = ""
        for _ in range(TRIES):
            digits = await self._digits((*refused, "callback-number", "star-back"), LONGEST)
            if digits is None:
                return None, ""
            refused = ()
            if not digits:
                continue
            to = self._ports.callee(digits)
            if to is None or (digits != doubted and self._ports.doubtful(digits)):
                refused, doubted = ("callback-wrong-number",), digits
                continue
            key = await self._read_back(digits)
            if key != "2":
                return (to if key in {"1", "3"} else None), key
        if refused:
            await self._voice.say(*refused)
        return None, ""

    async def _read_back(self, digits: str) -> str:
        """`1` right, `2` again, `3` right, and at a time of theirs; else back to the line."""
        key = ""
        for _ in range(TRIES):
            said = say.digits(digits, self._voice.spoken)
            choices = ("callback-right", "callback-later", "star-back")
            key = await self._voice.say("callback-read-back", *said, *choices, wait_ms=KEY_MS)
            if key in {"1", "2", "3", "*"}:
                return key
        return key

    async def _digits(self, words: tuple[str, ...], most: int, begun: str = "") -> str | None:
        """What is keyed in, up to `#`, a silence, or `most` digits; None: `*`."""
        keyed = begun
        key = await self._voice.say(*words, wait_ms=KEY_MS)
        while key and key != "#":
            if key == "*":
                return None
            keyed += key
            if len(keyed) == most:
                break
            key = await self._voice.key(BETWEEN_MS)
        return keyed

    # --- when

    async def _time(self) -> Ms | None:
        """A time at which it is open, said and confirmed; None: back to the line."""
        now = self._ports.now()
        offered = half_hours(self._site, now, self._queue)
        if not offered:
            await self._voice.say("callback-no-hours")
            return None
        at, asked = offered[0], 0
        words: tuple[str, ...] = ("callback-at",)
        while asked < TRIES:
            key = await self._voice.say(*words, *self._moment(at), "callback-hours", "star-back", wait_ms=KEY_MS)
            words = ("callback-at",)
            match key:
                case "#":
                    return at
                case "*":
                    return None
                case "4":
                    at = next((one for one in reversed(offered) if one < at), at)
                case "6":
                    at = next((one for one in offered if one > at), at)
                case "0" | "1" | "2":
                    keyed = await self._digits((), 4, key)
                    if keyed is None:
                        return None
                    found = _clock(keyed)
                    then = at_clock(self._site, now, self._queue, *found) if found is not None else None
                    if then is None:
                        asked += 1
                        words = ("callback-closed-then", "callback-at")
                    at = then or at
                case _:
                    asked += 1
        return None

    def _moment(self, at: Ms) -> tuple[str, ...]:
        zone = ZoneInfo(self._site.zone)
        today = datetime.fromtimestamp(self._ports.now() / 1000, zone).date()
        return say.moment(datetime.fromtimestamp(at / 1000, zone), self._voice.spoken, today)


def _clock(keyed: str) -> tuple[int, int] | None:
    """Hour and minute of `HHMM`."""
    if len(keyed) != 4:
        return None
    hour, minute = int(keyed[:2]), int(keyed[2:])
    return (hour, minute) if hour < 24 and minute < 60 else None
