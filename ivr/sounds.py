"""Where prompts are kept as sound files, which of them exist, and how long they last.

A prompt is `hotline/<language>/<name>.wav` in Asterisk's sounds folder: 8 kHz, mono, 16 bit.
"""

import wave
from collections.abc import Iterable
from pathlib import Path

FOLDER = "hotline"

_HEADER = 44
_BYTES_A_MS = 16
"""Of a wav file as Asterisk writes it: 8 kHz, mono, 16 bit."""


def sound(language: str, prompt: str) -> str:
    """How Asterisk is told to play a prompt: a path in its sounds folder, without suffix."""
    return f"{FOLDER}/{language}/{prompt}"


def path(sounds: Path, language: str, prompt: str) -> Path:
    """The file of a prompt in the sounds folder."""
    return sounds / FOLDER / language / f"{prompt}.wav"


def existing(sounds: Path) -> frozenset[str]:
    """Every prompt there is, as Asterisk is told to play it. Asterisk answers a missing file like a hang-up."""
    found: Iterable[Path] = (sounds / FOLDER).glob("*/*.wav")
    return frozenset(sound(file.parent.name, file.stem) for file in found)


def recorded_ms(file: Path) -> int:
    """How long a recording of Asterisk's is by the room it takes, for the header of one that a full disk cut may say
    anything; 0: there is none."""
    try:
        return max(0, file.stat().st_size - _HEADER) // _BYTES_A_MS
    except OSError:
        return 0


def seconds(file: Path) -> float | None:
    """How long a sound lasts; None: it is missing or no wav file."""
    try:
        with wave.open(str(file)) as sound_file:
            return float(sound_file.getnframes() / sound_file.getframerate())
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return None
