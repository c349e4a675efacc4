"""Sees that of talks that should be recorded something is kept; else their agents are told. No call waits for it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cti.core.events import CallerRejoined, ConferenceBegun, Connected, Record
from cti.core.ids import InteractionId
from cti.core.inputs import Input, RecordingLost, RecordingStarted
from cti.core.interaction import State
from cti.core.recorded import Recorded
from cti.core.world import Interaction, World

LOOK_S = 10.0
"""Between two looks at the files: Asterisk writes by 64 KB, which are four seconds."""
_KEEPS = (Recorded.ON, Recorded.PAUSED)
log = logging.getLogger(__name__)


class Recorder:
    """Looks whether the files grow. Asterisk says that it records and no more: not that a disk is full."""

    def __init__(
        self,
        world: Callable[[], World],
        submit: Callable[[Input], None],
        talk_file: Callable[[InteractionId], str],
        look_s: float = LOOK_S,
    ) -> None:
        self._world = world
        self._submit = submit
        self._talk_file = talk_file
        self._look_s = look_s
        self._sizes: dict[InteractionId, int | None] = {}
        """Of the talks that are looked after: bytes of the file at the last look; None: not looked at yet."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with the talks that go on."""
        open_now = self._world().interactions.items()
        self._sizes = {id_: None for id_, it in open_now if it.state is State.TALKING and it.recorded in _KEEPS}
        self._task = asyncio.create_task(self._looks())

    def on_records(self, records: Sequence[Record]) -> None:
        """Told of everything that happens."""
        for record in records:
            match record.event:
                case Connected(interaction=interaction, offer=offer) if offer is not None:
                    # One that the plain queue began is not: nobody could tell the caller.
                    self._look_after(interaction)
                case CallerRejoined(interaction=interaction) | ConferenceBegun(interaction=interaction):
                    self._look_after(interaction)
                case _:
                    pass

    def _look_after(self, interaction: InteractionId) -> None:
        it = self._world().interactions.get(interaction)
        if it is not None and (it.recorded in _KEEPS or self._asked(it)):
            self._sizes[interaction] = None

    def _asked(self, it: Interaction) -> bool:
        queue = self._world().queue(it.queue)
        return queue is not None and queue.record

    async def look(self) -> None:
        """Tell of each talk whose recording did not grow since the last look, or does so although nobody has said."""
        files = {interaction: Path(self._talk_file(interaction)) for interaction in self._sizes}
        sizes = await asyncio.to_thread(_sizes, files.values())
        for (interaction, file), size in zip(files.items(), sizes, strict=True):
            it = self._world().interactions.get(interaction)
            if it is None or it.state is not State.TALKING:
                self._sizes.pop(interaction, None)
                continue
            before = self._sizes.get(interaction)
            self._sizes[interaction] = size
            if before is None:
                continue
            if size > before and it.recorded not in _KEEPS:
                self._submit(RecordingStarted(channel=it.channel))
            elif size <= before and it.recorded is not Recorded.FAILED:
                log.error("call %s should be recorded, and nothing is kept in %s", interaction, file)
                self._submit(RecordingLost(interaction=interaction))

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            await self.look()

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


def _sizes(files: Iterable[Path]) -> list[int]:
    return [_size(file) for file in files]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
