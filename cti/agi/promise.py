"""What a caller in line was promised: who, by when, when that agent may be free. Nothing is said that is not known."""

from datetime import datetime
from zoneinfo import ZoneInfo

from cti.agi.ports import Ports
from cti.agi.voice import Voice
from cti.core.awaited import Awaited
from cti.core.ids import InteractionId
from cti.store.views import OpenPromise
from ivr import say
from ivr.engine import Piece


class Promise:
    """One caller's open promise, as far as it can be spoken."""

    def __init__(self, voice: Voice, ports: Ports, interaction: InteractionId, promise: OpenPromise) -> None:
        self._voice = voice
        self._ports = ports
        self._interaction = interaction
        self.promise = promise

    def told(self) -> tuple[Piece, ...]:
        """The sentences; nothing of an agent who is free, for they answer at once."""
        who = self.whom()
        language, zone = self._voice.spoken, ZoneInfo(self._ports.site().zone)
        now, due = (
            datetime.fromtimestamp(at / 1000, zone).replace(tzinfo=None) for at in (self._ports.now(), self.promise.due)
        )
        prompts = [
            self._name(who),
            "promise-call" if self.promise.call else "promise-due",
            *say.moment(due, language, now.date()),
        ]
        if due < now:
            prompts.append("promise-late")
        if who is not None and not who.here:
            prompts.append("promise-away")
        elif who is not None and not who.free and who.wait is not None:
            wait = say.wait(who.wait.least, who.wait.most, language)
            prompts += ("promise-wait", *wait) if wait else ()
        return self._voice.own(*prompts)

    def whom(self) -> Awaited | None:
        """What is known of the agent who promised; None: nobody in particular, or nobody who is still with us."""
        by = self.promise.by
        return self._ports.awaited(self._interaction, by) if by is not None else None

    def _name(self, who: Awaited | None) -> str:
        """The agent's own recording, where there is one."""
        recorded = say.agent(who.work_number) if who is not None else ""
        return recorded if recorded and self._voice.has(recorded) else "promise-colleague"
