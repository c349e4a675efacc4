"""The recording of a caller's talks, begun in line, before the first of them, and the words that tell of it."""

from cti.agi.ports import Ports
from cti.agi.voice import Voice
from cti.core.ids import InteractionId
from ivr import engine

_TRIES = 2
"""So often it is said to somebody who presses keys meanwhile; then at the start of the talk."""


class RecordingNotice:
    """One caller's. It is Asterisk that records, on their channel: only while they are bridged with somebody, whoever
    that is, and on through a restart of ours. The channel's `HL_NOTICE` says how far we are: `due`, until they have
    heard it all, or `said`. An agent's leg that finds it `due` has it said to both, so no connection waits for it.
    """

    def __init__(self, voice: Voice, ports: Ports, interaction: InteractionId, *, known: bool) -> None:
        """`known`: they have heard it."""
        self._voice = voice
        self._ports = ports
        self._interaction = interaction
        self._known = known
        self._tries = 0
        self.due = False
        """It is to be said."""

    async def record(self) -> None:
        """Have Asterisk record from the next talk on, unless it does."""
        noted = (await self._voice.do(self._voice.call.get_variable("HL_NOTICE"))).data
        if not noted:
            await self._voice.do(self._voice.call.set_variable("HL_NOTICE", "due"))
            # a: what there is of earlier talks of this call stays; b: only while bridged.
            await self._voice.do(self._voice.call.exec_("MixMonitor", self._ports.talk_file(self._interaction), "ab"))
        if self._known and noted != "said":
            await self._voice.do(self._voice.call.set_variable("HL_NOTICE", "said"))
        self.due = not self._known and noted != "said"

    async def say(self) -> str:
        """Say it; the key that cut it."""
        self._tries += 1
        key = (await self._voice.hear(engine.Hear(self._voice.own("call-recorded")))).keys
        if not key:
            await self._voice.do(self._voice.call.set_variable("HL_NOTICE", "said"))
        self._known = not key
        self.due = bool(key) and self._tries < _TRIES
        return key
