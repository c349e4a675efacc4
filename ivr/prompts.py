"""Build every prompt as a sound file: words -> speech -> trimmed, even in loudness, 8 kHz mono 16 bit.

A recording `recorded/<language>/<prompt>.wav` replaces the made voice. What a sound is made of (words, voice, readings
or the recording's bytes, and this builder's version) is hashed; only what changed is made anew. An agent's greeting is
joined from the sounds of `work-number` and the digits, recorded or made.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import msgspec
from msgspec import Struct

from ivr import say, sounds
from ivr.flow import LANGUAGES, Flows, Language
from ivr.speech import Part, SpeechError, parts, speak

with warnings.catch_warnings():
    # pydub warns at import when there is no ffmpeg; wav needs none. Its regular expressions warn on Python 3.12.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

VERSION = 1
"""Part of every hash: raise it when the same words shall sound otherwise."""

LOUDNESS = -20.0
"""dBFS, mean."""
PEAK = -3.0
"""dBFS: no sound is amplified past it."""
EDGE_MS = 40
"""Silence left at both ends of a prompt."""
JOIN_MS = 30
"""Silence between joined sounds, on top of what is left at their edges."""

MANIFEST = "prompts.json"

Progress = Callable[[int, int, str], None]
"""(done, of how many, which)"""


class PromptsError(Exception):
    """Prompts that could not be built; one line each, with what to do."""


class Words(Struct, frozen=True):
    """A prompt to be spoken."""

    parts: tuple[Part, ...]


class Recording(Struct, frozen=True):
    """A prompt that somebody recorded."""

    file: Path
    digest: str


class Joined(Struct, frozen=True):
    """A prompt put together from other prompts of the same language."""

    prompts: tuple[str, ...]


Recipe = Words | Recording | Joined
Name = tuple[Language, str]


class Built(Struct, frozen=True):
    """What a build did."""

    made: int
    kept: int
    removed: int


def texts(flows: Flows) -> dict[Name, str]:
    """The words of every prompt a caller may hear: the flows', the system's, and all pieces of spoken values."""
    languages = [one for one in LANGUAGES if any(one in flow.languages for flow in flows.flows.values())]
    found: dict[Name, str] = {}
    for flow in flows.flows.values():
        for name, words in flow.prompts.items():
            found.update({(language, flow.prompt(name)): text for language, text in words.items()})
    for name, words in flows.system.prompts.items():
        found.update({(language, name): text for language, text in words.items()})
    for language in languages:
        found.update({(language, name): text for name, text in say.pieces(language).items()})
    return {name: text for name, text in found.items() if name[0] in languages}


def build(
    flows: Flows,
    work_numbers: Iterable[str],
    folder: Path,
    recorded: Path,
    *,
    more: Mapping[Name, str] | None = None,
    progress: Progress | None = None,
    jobs: int | None = None,
) -> Built:
    """Make what is missing or changed in the sounds folder `folder`, and remove what nobody uses any more.

    `more`: words of others that callers hear, beside those of `texts`; languages that no flow speaks are left out.

    Raises:
        PromptsError: some prompts could not be made; all others have been.
    """
    recipes, failures = _recipes(flows, more or {}, tuple(work_numbers), recorded)
    digests = _digests(recipes)
    manifest = folder / sounds.FOLDER / MANIFEST
    before = _read(manifest)
    after: dict[str, str] = {}
    todo: list[Name] = []
    for name in recipes:
        key = sounds.sound(*name)
        if before.get(key) == digests[name] and sounds.path(folder, *name).is_file():
            after[key] = digests[name]
        else:
            todo.append(name)
    resampler = _resampler() if todo else None
    made = done = 0
    try:
        for name, failure in _make(todo, recipes, folder, resampler, jobs or os.cpu_count() or 1) if resampler else ():
            if failure is None:
                made += 1
                after[sounds.sound(*name)] = digests[name]
            else:
                failures.append(_failed(name, failure))
            done += 1
            if progress is not None:
                progress(done, len(todo), sounds.sound(*name))
        removed = 0
        for key in before.keys() - {sounds.sound(*name) for name in recipes}:
            folder.joinpath(f"{key}.wav").unlink(missing_ok=True)
            removed += 1
    finally:
        # What is made stays made, also when a person interrupts the rest.
        if before != after:
            _write(manifest, after)
    if failures:
        raise PromptsError("\n".join(failures))
    return Built(made, len(recipes) - made, removed)


# --- what is to be made


def _recipes(
    flows: Flows, more: Mapping[Name, str], work_numbers: tuple[str, ...], recorded: Path
) -> tuple[dict[Name, Recipe], list[str]]:
    """How each prompt is made, and those that can't be."""
    recipes: dict[Name, Recipe] = {}
    failures: list[str] = []
    words = texts(flows)
    speaks = {language for language, _ in words}
    words |= {name: text for name, text in more.items() if name[0] in speaks}
    greetings = {
        (language, say.greeting(number)): Joined(("work-number", *say.digits(number, language)))
        for language in dict.fromkeys(language for language, _ in words)
        for number in work_numbers
    }
    for language in dict.fromkeys(language for language, _ in words):
        for number in work_numbers:
            # No made voice for these: where nobody has recorded the name, it is not said.
            file = recorded / language / f"{say.agent(number)}.wav"
            if file.is_file():
                recipes[language, say.agent(number)] = Recording(file, hashlib.blake2b(file.read_bytes()).hexdigest())
    for name in (*words, *greetings):
        language, prompt = name
        file = recorded / language / f"{prompt}.wav"
        if file.is_file():
            recipes[name] = Recording(file, hashlib.blake2b(file.read_bytes()).hexdigest())
        elif name in greetings:
            recipes[name] = greetings[name]
        else:
            try:
                recipes[name] = Words(parts(words[name], language, flows.system.readings.get(language, {})))
            except SpeechError as error:
                failures.append(_failed(name, str(error)))
    return recipes, failures


def _failed(name: Name, why: str) -> str:
    return f"{name[1]} ({name[0]}): {why}"


def _digests(recipes: Mapping[Name, Recipe]) -> dict[Name, str]:
    found: dict[Name, str] = {}

    def digest(name: Name) -> str:
        if name not in found:
            recipe = recipes.get(name)
            basis: object = None
            match recipe:
                case Words():
                    basis = recipe.parts
                case Recording():
                    basis = recipe.digest
                case Joined():
                    basis = [digest((name[0], prompt)) for prompt in recipe.prompts]
            settings = (VERSION, LOUDNESS, PEAK, EDGE_MS, JOIN_MS)
            found[name] = hashlib.blake2b(msgspec.json.encode((settings, basis)), digest_size=16).hexdigest()
        return found[name]

    for name in recipes:
        digest(name)
    return found


# --- making


def _make(
    todo: list[Name], recipes: Mapping[Name, Recipe], folder: Path, resampler: "Resampler", jobs: int
) -> Iterator[tuple[Name, str | None]]:
    """Each prompt as it is done, with what went wrong; joined ones after all others."""
    with tempfile.TemporaryDirectory(prefix="hotline-prompts-") as temporary, ThreadPoolExecutor(jobs) as pool:
        maker = _Maker(recipes, folder, Path(temporary), resampler)
        for joined in (False, True):
            running: dict[Future[None], Name] = {}
            names = [name for name in todo if isinstance(recipes[name], Joined) is joined]
            try:
                for name in names:
                    running[pool.submit(maker.make, name)] = name
                waiting: set[Future[None]] = set(running)
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        error = future.exception()
                        if error is None or isinstance(error, SpeechError | PromptsError):
                            yield running[future], None if error is None else str(error)
                        else:
                            raise error
            finally:
                for future in running:
                    future.cancel()


class _Maker:
    """Makes one prompt at a time, in as many threads as there are; most of the time is spent in other programs."""

    def __init__(self, recipes: Mapping[Name, Recipe], folder: Path, temporary: Path, resampler: "Resampler") -> None:
        self._recipes = recipes
        self._folder = folder
        self._temporary = temporary
        self._resampler = resampler

    def make(self, name: Name) -> None:
        recipe = self._recipes[name]
        stem = f"{name[0]}-{name[1]}"
        match recipe:
            case Words():
                spoken = [self._speak(part, f"{stem}-{n}") for n, part in enumerate(recipe.parts)]
                if not spoken:
                    raise PromptsError("no words. Write some in the flow, or record it")
                sound = even(join(spoken))
            case Recording():
                sound = even(trim(_open(recipe.file).set_channels(1)))
            case Joined():
                # Through the files, so that a greeting is made of the recordings where there are some.
                sound = join([trim(_open(sounds.path(self._folder, name[0], one)), 0) for one in recipe.prompts])
        edited = self._temporary / f"{stem}.wav"
        with edited.open("wb+") as out:
            sound.export(out, format="wav")
        target = sounds.path(self._folder, *name)
        target.parent.mkdir(parents=True, exist_ok=True)
        narrow = self._temporary / f"{stem}-8k.wav"
        self._resampler(edited, narrow)
        edited.unlink()
        # A caller may be listening to the old one: the new one takes its place whole.
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(narrow, beside)
        os.replace(beside, target)
        narrow.unlink()

    def _speak(self, part: Part, stem: str) -> AudioSegment:
        file = self._temporary / f"{stem}.wav"
        speak(part, file)
        sound = trim(_open(file))
        file.unlink()
        return sound


def _open(file: Path) -> AudioSegment:
    try:
        # From memory: given a path, pydub leaves its file open.
        return AudioSegment.from_wav(io.BytesIO(file.read_bytes()))
    except Exception as error:
        # pydub lets wave's, struct's and its own errors through alike.
        raise PromptsError(f"{file} is no wav file ({error}). Save it as wav, or remove it") from None


def trim(sound: AudioSegment, edge_ms: int = EDGE_MS) -> AudioSegment:
    """Cut the silence at both ends down to `edge_ms`. "Silence" is 40 dB below the sound's own loudness."""
    threshold = max(sound.dBFS - 40.0, -60.0)
    first = detect_leading_silence(sound, threshold, 5)
    last = len(sound) - detect_leading_silence(sound.reverse(), threshold, 5)
    if first >= last:
        return sound
    silence = AudioSegment.silent(edge_ms, sound.frame_rate)
    return silence + sound[first:last] + silence


def even(sound: AudioSegment) -> AudioSegment:
    """The same loudness for every prompt, without clipping."""
    if sound.max_dBFS == float("-inf"):
        return sound
    return sound.apply_gain(min(LOUDNESS - sound.dBFS, PEAK - sound.max_dBFS))


def join(parts: list[AudioSegment]) -> AudioSegment:
    """One after the other, with a short breath between."""
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + AudioSegment.silent(JOIN_MS, joined.frame_rate) + part
    return joined


# --- 8 kHz: never by pydub's own set_frame_rate, which aliases

Resampler = Callable[[Path, Path], None]


def _resampler() -> Resampler:
    if shutil.which("sox"):
        return lambda source, target: _run(
            ["sox", "-G", str(source), "-r", "8000", "-c", "1", "-b", "16", str(target), "rate", "-v"]
        )
    if shutil.which("ffmpeg"):
        narrow = ["-ar", "8000", "-ac", "1", "-c:a", "pcm_s16le"]
        return lambda source, target: _run(["ffmpeg", "-y", "-v", "error", "-i", str(source), *narrow, str(target)])
    raise PromptsError("neither sox nor ffmpeg is installed. Install one: apt-get install sox")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise PromptsError(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()}")


# --- the manifest: sound -> what it was made of


def _read(manifest: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(manifest.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Damaged: everything is made anew, which mends it.
        return {}


def _write(manifest: Path, digests: Mapping[str, str]) -> None:
    manifest.parent.mkdir(parents=True, exist_ok=True)
    beside = manifest.with_name(f".{manifest.name}.new")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(digests.items())))))
    os.replace(beside, manifest)
