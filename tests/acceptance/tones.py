"""Prompts as tones: what a caller on a real Asterisk is told, and in which order, without a recogniser."""

import math
import struct
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path

from cti.robots import sound
from cti.robots.phone import Call

_OTHER = 200
_LENGTH_S = 0.3
_LONG_S = 4.0
"""Of those in whose middle something happens."""
_SURE = 6
"""Frames of one tone after each other; music has none so long."""


class Tones:
    """Every prompt of a language is a tone, those that matter one of their own: prompt, or its beginning -> hertz."""

    def __init__(self, pitches: Mapping[str, int], long: Sequence[str] = ()) -> None:
        """`long`: those that last for seconds."""
        self._pitches = pitches
        self._long = {pitches[name] for name in long}
        self.names = list(pitches)

    def lay(self, prompts: Path, language: str, more: Sequence[str] = ()) -> None:
        """Take the place of the prompts that are linked at `prompts`; `more`: some that are not among them."""
        spoken = prompts.resolve()
        prompts.unlink()
        mine = prompts / language
        mine.mkdir(parents=True)
        for hertz in {_OTHER, *self._pitches.values()}:
            with wave.open(str(prompts / f"{hertz}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(8000)
                rate = math.tau * hertz / 8000
                length = round(8000 * (_LONG_S if hertz in self._long else _LENGTH_S))
                tone = (round(8000 * math.sin(rate * n)) for n in range(length))
                file.writeframes(b"".join(struct.pack("<h", sample) for sample in tone))
        for folder in spoken.iterdir():
            if folder.is_dir() and folder.name != language:
                (prompts / folder.name).symlink_to(folder)
        for name in {*(file.stem for file in (spoken / language).glob("*.wav")), *more}:
            (mine / f"{name}.wav").symlink_to(prompts / f"{self._of(name)}.wav")

    def listen(self, call: Call) -> list[str]:
        """What a call hears from now on, as it is heard."""
        heard: list[str] = []
        last, times = "", 0

        def audio(data: bytes) -> None:
            nonlocal last, times
            waves = sound.crossings(data)
            now = next((name for name, hertz in self._pitches.items() if abs(waves - hertz / 25) <= 1), "")
            times = times + 1 if now == last else 1
            last = now
            if now and times == _SURE:
                heard.append(now)

        call.media.on_audio = audio
        return heard

    def _of(self, prompt: str) -> int:
        return next((hertz for name, hertz in self._pitches.items() if prompt.startswith(name)), _OTHER)
