"""A caller's ears and keys: what every part of a session says and hears by. No decision is made here."""

import logging
from collections.abc import Awaitable

from cti.agi.ports import Ports
from cti.agi.server import AgiCall, CallGone
from cti.agi.wire import Reply
from cti.core.ids import Language, Ms
from ivr import engine, sounds
from ivr.engine import Piece
from ivr.flow import KEYS, Flow
from ivr.flow import Language as Spoken

log = logging.getLogger(__name__)

SPOKEN_MS = 1500
"""A recording shorter than this is no message. (Of one that silence ended, Asterisk leaves a second of silence.)"""

SILENCE_S = 5
"""Silence that ends a message."""

SAMPLES = 8
"""Of a recording, in a millisecond."""


CUT_MS = 1000
"""A recording of which more than this is missing on the disk was cut: what is there is all that is kept."""


class Recorded:
    """What came of recording: how long it is (0: nothing was said), the key that ended it, whether the caller left.

    `on_disk`: as much as the disk has; None: not known.
    """

    def __init__(self, reply: Reply, on_disk: Ms | None = None) -> None:
        spoken = (reply.endpos or 0) // SAMPLES
        if on_disk is not None and on_disk < spoken - CUT_MS:
            log.error("of a message of %.1f s the disk has %.1f s: is it full?", spoken / 1000, on_disk / 1000)
            spoken = on_disk
        self.ms = Ms(spoken if spoken >= SPOKEN_MS else 0)
        self.key = reply.key
        self.gone = reply.hung_up
        """Hung up, or taken to an agent: nothing here tells which."""


class Voice:
    """One caller's channel, in the language they speak."""

    def __init__(self, call: AgiCall, ports: Ports, flow: Flow, default: Language) -> None:
        self.call = call
        self.language: Language | None = None
        """The caller's own; None: not known yet."""
        self._ports = ports
        self._prompts = ports.prompts()
        self._flow = flow
        self._default = default
        self._told = ""
        """The language the dialplan knows of."""

    @property
    def spoken(self) -> Spoken:
        """What is spoken to them."""
        return engine.spoken(self._flow, self.language, self._default)

    def own(self, *prompts: str) -> tuple[Piece, ...]:
        """Prompts in the caller's language."""
        return tuple(Piece(self.spoken, prompt) for prompt in prompts)

    def has(self, prompt: str) -> bool:
        """Whether it exists in the caller's language."""
        return sounds.sound(self.spoken, prompt) in self._prompts

    async def say(self, *prompts: str, wait_ms: int = 0) -> str:
        """Say these and wait so long for a key; the first key ends both and is returned."""
        return (await self.hear(engine.Hear(self.own(*prompts), wait_ms))).keys

    async def hear(self, do: engine.Hear) -> engine.Heard:
        """Say the pieces and wait for a key, as `Hear` asks."""
        keys = ""
        for piece in do.pieces:
            file = piece.recording or sounds.sound(piece.language, piece.prompt)
            if not piece.recording and file not in self._prompts:
                log.error("prompt %s is missing. Run: hotline ivr prompts", file)
                continue
            reply = await self.do(self.call.stream_file(file, KEYS))
            while reply.key:
                keys += reply.key
                if do.cut:
                    return engine.Heard(keys)
                # Not to be cut: go on where the key stopped it.
                reply = await self.do(self.call.stream_file(file, KEYS, reply.endpos or 0))
        if keys or not do.wait_ms:
            return engine.Heard(keys)
        return engine.Heard(await self.key(do.wait_ms))

    async def key(self, wait_ms: int) -> str:
        """The next key, empty: none came in time."""
        return (await self.do(self.call.wait_for_digit(wait_ms))).key

    async def play(self, file: str) -> str:
        """Play a file of ours that is no prompt; the key that ended it."""
        return (await self.do(self.call.stream_file(file, KEYS))).key

    async def record(self, file: str, most_s: int, keys: str) -> Recorded:
        """Record until one of the keys, silence, `most_s`, or the caller's leaving."""
        reply = await self.call.record_file(file, "wav", keys, most_s * 1000, silence_s=SILENCE_S)
        # Who has hung up is gone in a moment, and has left a message only if that is told before.
        return Recorded(reply, None if reply.hung_up else await self._ports.on_disk(file))

    async def answer(self) -> None:
        await self.do(self.call.answer())

    async def say_language(self) -> None:
        """For the dialplan, should it have to speak in our place."""
        if self.spoken != self._told:
            self._told = self.spoken
            await self.do(self.call.set_variable("HL_LANGUAGE", self.spoken))

    async def say_and_leave(self, *prompts: str) -> None:
        """The last words; then the dialplan hangs up."""
        await self.hear_and_leave(self.own(*prompts))

    async def hear_and_leave(self, pieces: tuple[Piece, ...]) -> None:
        """The same with pieces."""
        await self.hear(engine.Hear(pieces, cut=False))
        await self.do(self.call.set_variable("HL_DONE", "bye"))

    async def do(self, asked: Awaitable[Reply]) -> Reply:
        """One command. A refused one ends the session, and the dialplan comes back: never a loop of refusals."""
        reply = await asked
        if reply.hung_up:
            raise CallGone
        if not reply.ok:
            raise RuntimeError(f"Asterisk refused a command: {reply.code} {reply.data}")
        return reply
