"""A caller leaves a message: simply, where there is nobody to wait for; heard again and confirmed, from the line."""

from cti.agi.ports import Ports
from cti.agi.server import CallGone
from cti.agi.voice import Recorded, Voice
from cti.core.ids import IdentifierId, InteractionId, Ms, QueueId
from cti.core.inputs import MessageSent
from cti.core.site import Skills
from cti.store.views import CallerFacts
from ivr.engine import MESSAGE_S

KEY_MS = 5000
TRIES = 2
"""So often it is asked for words, or for a key, in vain."""


async def review(voice: Voice, words: str, file: str) -> str:
    """What to do with a recording, which 1 lets them hear: `#` take it, `2` again, `*` leave it, empty: no answer."""
    asked = 0
    while asked < TRIES:
        key = await voice.say(words, wait_ms=KEY_MS)
        if key == "1":
            key = await voice.play(file)
        if key in {"#", "2", "*"}:
            return key
        asked += not key
    return ""


class Messages:
    """Records, and tells the core what was recorded and whether the caller has sent it.

    A caller who hangs up after speaking has sent it, but a recording ends alike when an agent's leg takes them away:
    so the core is told of every recording, and knows itself when the caller is gone. `known`: what is known of the
    caller by now, by an account number that they keyed, too; None: what the number tells is read.
    """

    def __init__(
        self,
        voice: Voice,
        ports: Ports,
        interaction: InteractionId,
        caller: IdentifierId | None,
        known: CallerFacts | None = None,
    ) -> None:
        self._voice = voice
        self._ports = ports
        self._interaction = interaction
        self._caller = caller
        self._file = ports.message_file(interaction)
        self._known = known
        if known is None:
            # Read while they speak; nobody waits for it.
            self._facts = ports.facts(caller)
            self._facts.add_done_callback(lambda read: read.cancelled() or read.exception())

    async def simply(self, most_s: int, queue: QueueId | None, skills: Skills) -> bool:
        """Record; what was said is sent. Whether anything was."""
        recorded = await self._voice.record(self._file, most_s, "#")
        if recorded.ms:
            self._tell(recorded.ms, queue, skills, sent=not recorded.gone)
        if recorded.gone:
            raise CallGone
        return recorded.ms > 0

    async def from_line(self, queue: QueueId | None) -> str:
        """Record, let it be heard again, ask whether to send it. Empty: sent; else what to tell those in line."""
        words: tuple[str, ...] = ("message-record",)
        for _ in range(TRIES):
            while (recorded := await self._recorded(words, queue)) is not None and recorded.ms:
                match await review(self._voice, "message-review", self._file):
                    case "#":
                        self._tell(recorded.ms, queue, {}, sent=True)
                        return ""
                    case "2":
                        self._tell(Ms(0), queue, {}, sent=False)
                        words = ()
                    case "*":
                        self._tell(Ms(0), queue, {}, sent=False)
                        return "still-in-line"
                    case _:
                        return "message-unsent"
            if recorded is None:
                break
            words = ("message-empty", "message-record")
        return "still-in-line"

    async def _recorded(self, words: tuple[str, ...], queue: QueueId | None) -> Recorded | None:
        """What they said, which from now on hanging up sends; None: they want to go back to the line."""
        if await self._voice.say(*words) == "*":
            return None
        recorded = await self._voice.record(self._file, MESSAGE_S, "#*")
        if recorded.ms and (recorded.gone or recorded.key != "*"):
            self._tell(recorded.ms, queue, {}, sent=False)
        if recorded.gone:
            raise CallGone
        return None if recorded.key == "*" else recorded

    def _tell(self, ms: Ms, queue: QueueId | None, skills: Skills, *, sent: bool) -> None:
        known = self._read()
        wanted = {"promised": known.promised, "case_owner": known.case_owner, "last_agent": known.last_agent}
        self._ports.submit(
            MessageSent(
                interaction=self._interaction,
                ms=ms,
                sent=sent,
                caller=self._caller,
                queue=queue,
                skills=skills,
                language=self._voice.language,
                wanted={name: agent for name, agent in wanted.items() if agent is not None},
                tier=known.tier,
            )
        )

    def _read(self) -> CallerFacts:
        """What is known of the caller, as far as that has been read."""
        if self._known is not None:
            return self._known
        if not self._facts.done() or self._facts.cancelled() or self._facts.exception() is not None:
            return CallerFacts(identifier=self._caller)
        return self._facts.result()
