"""Sentences for callers, spoken into a supervisor's telephone: it rings, they speak and hear it, and keep it or not."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from cti.core.ids import AgentId, Language, Ms, Phone
from cti.store.accounts import Accounts
from cti.store.sentences import Sentences
from cti.web.incident_bodies import Dictated
from ivr import sounds

T = TypeVar("T")

log = logging.getLogger(__name__)

FORGOTTEN_MS = 60 * 60 * 1000
"""So long the screen may ask what became of one."""

Ring = Callable[[Phone, str, Language], Awaitable[bool]]
"""Lets a telephone ring for a sentence; whether it was picked up."""


class _Dictation:
    """One sentence on its way from a telephone."""

    def __init__(self, all_of_them: "Dictations", name: str, by: AgentId, language: Language, at: Ms) -> None:
        self.by = by
        self.at = at
        self.now = Dictated(id=name, state="called")
        self._language = language
        self._all = all_of_them
        self._kept: asyncio.Future[bool] | None = None

    @property
    def language(self) -> Language:
        return self._language

    @property
    def file(self) -> str:
        return str(self._all.folder / self.now.id)

    @property
    def over_with(self) -> bool:
        """Whether nothing more comes of it."""
        return self.now.state not in ("called", "speaks")

    def begun(self) -> None:
        self.now = Dictated(id=self.now.id, state="speaks")

    def unanswered(self) -> None:
        """Nobody picked up."""
        if self.now.state == "called":
            self.now = Dictated(id=self.now.id, state="unanswered")

    def keep(self) -> asyncio.Future[bool]:
        # The telephone may be hung up while it is written.
        self._kept = self._all.spawn(self._all.take(self))
        return self._kept

    def over(self) -> None:
        if self._kept is None and not self.over_with:
            self.now = Dictated(id=self.now.id, state="dropped")
            self._all.spawn(self._all.throw_away(self))


class Dictations:
    """Those that are under way, and what became of the last ones."""

    def __init__(
        self,
        folder: Path,
        sentences: Sentences,
        accounts: Accounts,
        needed: Callable[[], Collection[str]],
        now: Callable[[], Ms],
        ring: Ring,
    ) -> None:
        """`folder`: where Asterisk records; what a crash left there goes. `needed`: sentences that are told now. Raises
        OSError."""
        self.folder = folder
        self._accounts = accounts
        self._sentences = sentences
        self._needed = needed
        self._now = now
        self._ring = ring
        self._known: dict[str, _Dictation] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.wav"):
            left.unlink(missing_ok=True)

    def ring(self, by: AgentId, phone: Phone, language: Language) -> Dictated:
        """Let the telephone ring; one who has not ended yet is told of that one."""
        self._known = {name: one for name, one in self._known.items() if one.at > self._now() - FORGOTTEN_MS}
        for known in self._known.values():
            if known.by == by and not known.over_with:
                return known.now
        name = secrets.token_hex(8)
        made = self._known[name] = _Dictation(self, name, by, language, self._now())
        self.spawn(self._let_ring(made, phone))
        return made.now

    def look(self, name: str, by: AgentId) -> Dictated | None:
        """How far one of theirs is."""
        found = self._known.get(name)
        return found.now if found is not None and found.by == by else None

    def expected(self, name: str) -> _Dictation | None:
        """The one for which a telephone rings."""
        found = self._known.get(name)
        return found if found is not None and found.now.state == "called" else None

    async def take(self, one: _Dictation) -> bool:
        """Keep what was recorded among the sentences; whether it could be."""
        needed, name = self._needed(), one.now.id
        try:
            sentence, ms = await asyncio.to_thread(self._take, Path(f"{one.file}.wav"), needed)
        except (OSError, ValueError) as problem:
            log.warning("a sentence spoken into a telephone could not be kept: %s", problem)
            one.now = Dictated(id=name, state="dropped")
            return False
        one.now = Dictated(id=name, state="kept", sentence=sentence, ms=ms)
        await self._accounts.note(one.by, "sentence_recorded", about=sentence)
        return True

    def _take(self, file: Path, needed: Collection[str]) -> tuple[str, Ms]:
        ms = Ms(sounds.recorded_ms(file))
        try:
            return self._sentences.keep(file.read_bytes(), needed), ms
        finally:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    async def throw_away(self, one: _Dictation) -> None:
        """Nobody wants it."""
        await asyncio.to_thread(Path(f"{one.file}.wav").unlink, missing_ok=True)

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Do it, whoever hangs up."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Stop what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _let_ring(self, made: _Dictation, phone: Phone) -> None:
        if not await self._ring(phone, made.now.id, made.language):
            made.unanswered()
