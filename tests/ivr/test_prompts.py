"""Prompts are built from words or recordings, only what changed, and as Asterisk wants them."""

import math
import shutil
import wave
from array import array
from pathlib import Path

import pytest

from ivr import prompts, sounds
from ivr.flow import Flows
from ivr.load import load
from ivr.speech import SpeechError, parts, speak
from tests.ivr.play import SHIPPED

needs_voice = pytest.mark.skipif(
    not shutil.which("espeak-ng") or not shutil.which("sox"), reason="needs espeak-ng and sox: apt-get install them"
)

SMALL = """
title = "T"
start = "person"
person = "person"
languages = ["cmn"]
[nodes.person]
kind = "route"
queue = "support"
prompt = "hello"
[prompts.hello]
cmn = "您好，欢迎。"
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one flow, with a handful of spoken values instead of hundreds."""
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "system.toml").write_text((SHIPPED / "system.toml").read_text())
    (folder / "t.toml").write_text(SMALL)
    digits = {f"say-digit-{n}": han for n, han in enumerate("零幺二三四五六七八九")}
    monkeypatch.setattr("ivr.say.pieces", lambda language: digits)
    return folder


class Builder:
    def __init__(self, flows: Path, tmp_path: Path) -> None:
        self.flows = flows
        self.sounds = tmp_path / "sounds"
        self.recorded = tmp_path / "recorded"
        self.progress: list[str] = []

    def __call__(self) -> prompts.Built:
        self.progress = []
        return prompts.build(
            load(self.flows),
            ["8001"],
            self.sounds,
            self.recorded,
            progress=lambda done, of, which: self.progress.append(which),
        )

    def file(self, prompt: str) -> Path:
        return sounds.path(self.sounds, "cmn", prompt)

    def record(self, prompt: str, hz: int = 440, seconds: float = 0.5, rate: int = 44100) -> None:
        file = self.recorded / "cmn" / f"{prompt}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        tone = array("h", (int(9000 * math.sin(math.tau * hz * n / rate)) for n in range(int(rate * seconds))))
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, rate, len(tone), "NONE", ""))
            out.writeframes(tone.tobytes())


@pytest.fixture
def build(small: Path, tmp_path: Path) -> Builder:
    return Builder(small, tmp_path)


@needs_voice
def test_only_what_changed_is_built_again(build: Builder) -> None:
    first = build()
    assert first.kept == 0
    assert first.made == len(build.progress) == len(sounds.existing(build.sounds))
    assert build() == prompts.Built(0, first.made, 0)
    flow = build.flows / "t.toml"
    flow.write_text(SMALL.replace("您好", "你好"))
    assert build().made == 1
    assert build.progress == ["hotline/cmn/t-hello"]
    build.file("t-hello").unlink()
    assert build().made == 1
    flow.write_text(SMALL.replace("hello", "hi"))
    assert build() == prompts.Built(1, first.made - 1, 1)
    assert not build.file("t-hello").exists()


@needs_voice
def test_a_prompt_is_what_asterisk_plays(build: Builder) -> None:
    build()
    with wave.open(str(build.file("t-hello"))) as made:
        assert (made.getframerate(), made.getnchannels(), made.getsampwidth()) == (8000, 1, 2)
        samples = array("h", made.readframes(made.getnframes()))
    assert 0.5 < len(samples) / 8000 < 3
    # Trimmed, but for a breath at both ends; even in loudness; nothing clipped.
    quiet = [abs(sample) < 400 for sample in samples]
    assert all(quiet[:160])
    assert not all(quiet[160:1200])
    loudness = 20 * math.log10(math.sqrt(sum(s * s for s in samples) / len(samples)) / 32768)
    assert -25 < loudness < -17
    assert max(map(abs, samples)) < 32000


@needs_voice
def test_a_recording_replaces_the_made_voice_and_goes_into_the_greeting(build: Builder) -> None:
    build()
    before = sounds.seconds(build.file("greeting-8001"))
    build.record("work-number")
    assert build().made == 2
    assert set(build.progress) == {"hotline/cmn/work-number", "hotline/cmn/greeting-8001"}
    assert sounds.seconds(build.file("greeting-8001")) != before
    length = sounds.seconds(build.file("work-number"))
    assert length is not None
    assert abs(length - 0.58) < 0.03
    build.recorded.joinpath("cmn", "work-number.wav").unlink()
    assert build().made == 2
    assert sounds.seconds(build.file("greeting-8001")) == before


@needs_voice
def test_a_broken_recording_is_told_and_the_rest_is_built(build: Builder) -> None:
    build.record("goodbye")
    build.recorded.joinpath("cmn", "goodbye.wav").write_bytes(b"no sound at all")
    with pytest.raises(prompts.PromptsError, match=r"goodbye \(cmn\): .*goodbye.wav is no wav file"):
        build()
    assert build.file("t-hello").exists()
    assert not build.file("goodbye").exists()


@pytest.mark.parametrize("language", ["cmn", "yue"])
def test_a_character_the_voice_cannot_read_is_told(language: str) -> None:
    with pytest.raises(SpeechError, match=r"cannot read 'ꙮ'.*\[readings\]"):
        parts("您好ꙮ", language, {})


def test_without_a_resampler_the_cure_is_told(build: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(prompts.PromptsError, match="apt-get install sox"):
        build()


@pytest.mark.parametrize(
    ("language", "words", "spoken"),
    [
        # By words, not by characters: 行 is háng in a bank, 重 chóng in Chongqing.
        ("cmn", "银行，重庆", ["cmn-latn-pinyin: yin2 hang2 , chong2 qing4"]),
        ("cmn", "请按1。", ["cmn-latn-pinyin: qing3 an4 1."]),
        ("cmn", "您的 Wi-Fi 密码", ["cmn-latn-pinyin: nin2 de5", "en: Wi-Fi", "cmn-latn-pinyin: mi4 ma3"]),
        ("cmn", "请重拨", ["cmn-latn-pinyin: qing3 chong2 bo1"]),
        ("yue", "廣東話請按2", ["yue-latn-jyutping: 廣東話請按2"]),
        ("yue", "朝早六點", ["yue-latn-jyutping: ziu1 zou2 六點"]),
        ("en", "For English, press 3.", ["en: For English, press 3."]),
        ("cmn", "", []),
    ],
)
def test_words_are_written_as_the_voice_reads_them(language: str, words: str, spoken: list[str]) -> None:
    readings = load(SHIPPED).system.readings
    cut = parts(words, language, readings.get(language, {}))  # type: ignore[call-overload]
    assert [f"{part.voice}: {part.text}" for part in cut] == spoken


@needs_voice
def test_the_voices_read_every_shipped_word() -> None:
    """No character of a shipped prompt is spelled in English by a Chinese voice."""
    flows: Flows = load(SHIPPED)
    chinese: dict[str, list[str]] = {"cmn": [], "yue": []}
    for (language, _), words in prompts.texts(flows).items():
        if language in chinese:
            chinese[language].append(words)
    for language, every in chinese.items():
        readings = flows.system.readings.get(language, {})  # type: ignore[call-overload]
        for part in parts("。".join(every), language, readings):
            speak(part, Path("/dev/null"))


def test_a_missing_voice_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechError, match="apt-get install espeak-ng"):
        speak(parts("hello", "en", {})[0], tmp_path / "x.wav")
