"""Words -> speech, with espeak-ng: which voice reads what, and in which script it must be written for that voice.

Mandarin: espeak-ng 1.51's `cmn` takes Hanzi for English. `cmn-latn-pinyin` reads them, but character by character
(银行 as yín xíng), so Hanzi become pinyin first, by whole words (pypinyin). Cantonese: `yue-latn-jyutping` reads Hanzi
by words, and Jyutping where a reading is given. Both voices would read Latin words as if they were pinyin or Jyutping:
such words are spoken by the English voice, and the parts joined.
"""

import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

VOICES = {"cmn": "cmn-latn-pinyin", "yue": "yue-latn-jyutping", "en": "en"}
SPEEDS = {"cmn": 175, "yue": 175, "en": 165}
"""Words a minute, as espeak-ng counts them."""

_SOUND = re.compile(r"[a-zü]+[1-6](?: +[a-zü]+[1-6])*")
"""A reading that was put in: pinyin or Jyutping."""
_LATIN = re.compile(r"[A-Za-z][A-Za-z' .&-]*[A-Za-z]|[A-Za-z]")
_MARKS = str.maketrans("。、“”《》「」", ".,      ")
_READABLE = re.compile(r"[\x20-\x7eü\u3400-\u9fff]*")
"""What the Chinese voices read; anything else they spell as a code point."""


class SpeechError(Exception):
    """Words that could not be spoken; the text says which, and what to do."""


class Part(Struct, frozen=True):
    """Words for one voice, written as that voice reads them."""

    voice: str
    speed: int
    text: str


def parts(words: str, language: str, readings: Mapping[str, str]) -> tuple[Part, ...]:
    """Cut words into parts for the voices. `readings`: words -> their sound in this language.

    Raises:
        SpeechError: a character no voice can read.
    """
    if language == "en":
        return (_part("en", words),)
    return tuple(_chinese_parts(words, language, readings))


def _chinese_parts(words: str, language: str, readings: Mapping[str, str]) -> Iterator[Part]:
    for word in sorted(readings, key=len, reverse=True):
        words = words.replace(word, f" {readings[word]} ")
    words = unicodedata.normalize("NFKC", words).translate(_MARKS)
    own = ""
    for text, english in _runs(words):
        if english:
            if own.strip(" ,.?!;:"):
                yield _part(language, own)
            own = ""
            yield _part("en", text)
        else:
            own += _readable(_pinyin(text) if language == "cmn" else text)
    if own.strip(" ,.?!;:"):
        yield _part(language, own)


def _runs(words: str) -> Iterator[tuple[str, bool]]:
    """(text, whether it is English), in order."""
    at = 0
    while at < len(words):
        sound = _SOUND.match(words, at)
        latin = _LATIN.match(words, at)
        if sound:
            yield sound[0], False
            at = sound.end()
        elif latin:
            yield latin[0], True
            at = latin.end()
        else:
            end = at + 1
            while end < len(words) and not words[end].isascii():
                end += 1
            yield words[at:end], False
            at = end


def _readable(text: str) -> str:
    end = _READABLE.match(text)
    if end is not None and end.end() < len(text):
        raise SpeechError(
            f"the voice cannot read '{text[end.end()]}'. Use another word, or give its sound in [readings] of "
            "system.toml"
        )
    return text


def _pinyin(text: str) -> str:
    if text.isascii():
        return text
    # Its dictionaries take a second to load, and only whoever makes prompts needs them.
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    return f" {' '.join(syllables)} "


def _part(language: str, text: str) -> Part:
    return Part(VOICES[language], SPEEDS[language], re.sub(r"\s+", " ", text).strip())


def speak(part: Part, to: Path) -> None:
    """Make a wav file (22,050 Hz, mono, 16 bit).

    Raises:
        SpeechError: espeak-ng is missing or failed.
    """
    command = ["espeak-ng", "-v", part.voice, "-s", str(part.speed), "-w", str(to), "--stdin"]
    try:
        done = subprocess.run(command, input=part.text.encode(), capture_output=True, check=False)
    except FileNotFoundError:
        raise SpeechError("espeak-ng is not installed. Install it: apt-get install espeak-ng") from None
    if done.returncode or not to.exists():
        raise SpeechError(f"espeak-ng could not say '{part.text}': {done.stderr.decode(errors='replace').strip()}")
