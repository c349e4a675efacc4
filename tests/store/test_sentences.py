"""Recordings for callers: kept by what they hold, and no longer than needed."""

import io
import os
import time
import wave
from pathlib import Path

from cti.store.sentences import KEPT_S, Sentences


def sound(sample: int) -> bytes:
    """A second of one sample."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(sample.to_bytes(2, "little") * 8000)
    return file.getvalue()


def test_the_same_words_are_kept_once_and_found_without_suffix(tmp_path: Path) -> None:
    sentences = Sentences(tmp_path)
    name = sentences.keep(sound(1), ())
    assert sentences.keep(sound(1), ()) == name
    assert sentences.sound(name) == str(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [f"{name}.wav"]


def test_names_that_are_none_lead_nowhere(tmp_path: Path) -> None:
    sentences = Sentences(tmp_path / "in")
    (tmp_path / "secret.wav").write_bytes(b"x")
    assert sentences.sound("../secret") == ""
    assert sentences.sound("") == ""


def test_what_is_no_longer_told_goes_after_a_day(tmp_path: Path) -> None:
    sentences = Sentences(tmp_path)
    told, old, new = (sentences.keep(sound(n), ()) for n in (1, 2, 3))
    before = time.time() - KEPT_S - 60
    for name in (told, old):
        os.utime(tmp_path / f"{name}.wav", (before, before))
    sentences.keep(sound(4), {told})
    assert [bool(sentences.sound(name)) for name in (told, old, new)] == [True, False, True]
