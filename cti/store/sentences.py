"""What supervisors have said for callers: one recording a language, as long as the incident it tells of is known."""

import hashlib
import io
import time
import wave
from collections.abc import Collection
from pathlib import Path

RATE = 8000
"""What Asterisk plays a `.wav` at."""
LEAST_MS, MOST_MS = 500, 30_000
KEPT_S = 24 * 3600
"""One that nothing names stays so long: it may have been recorded for an incident that is not set yet."""


class Sentences:
    """A folder of WAV files, each named by what it holds."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, sound: bytes, in_force: Collection[str]) -> str:
        """Keep a recording; its id. Those that nothing names any more go. Blocking.

        Raises ValueError, in words, for anything but half a second to half a minute of 16-bit PCM, mono, 8000 Hz.
        """
        frames = _frames(sound)
        name = hashlib.sha256(frames).hexdigest()[:24]
        for old in self._folder.glob("*.wav"):
            if old.stem not in in_force and time.time() - old.stat().st_mtime > KEPT_S:
                old.unlink(missing_ok=True)
        with wave.open(str(self._folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(frames)
        return name

    def sound(self, name: str) -> str:
        """Its path, without suffix, as Asterisk is told to play it; empty: there is none (any more)."""
        known = name.isalnum() and (self._folder / f"{name}.wav").is_file()
        return str(self._folder / name) if known else ""


def _frames(sound: bytes) -> bytes:
    """The samples alone: what else a file may hold is not kept."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            kind = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames: bytes = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"It is no WAV file: {error}.") from error
    if kind != (1, 2, RATE):
        raise ValueError(f"It has {kind[0]} channels of {8 * kind[1]} bits at {kind[2]} Hz.")
    ms = len(frames) * 1000 // (2 * RATE)
    if not LEAST_MS <= ms <= MOST_MS:
        raise ValueError(f"It is {ms / 1000:.1f} s long.")
    return frames
