"""Articles: what the knowledge base knows, one Markdown file per article and language.

A file `<folder>/<language>/<id>.md` begins with TOML between two lines of `+++`; the text follows:

    +++
    title = "Red light after a power cut or storm"
    summary = "Reset the white fibre box, not the router. It takes 40 seconds."
    tags = ["internet", "fault"]
    queues = ["support"]
    questions = ["Why is there a red light on my router?"]
    version = 3
    +++
    1. Unplug the small white box...

The same id in another language's folder is the same article, translated.
"""

import re
from pathlib import Path

import msgspec


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article in one language. `queues` are the ids of queues whose callers ask this."""

    id: str
    language: str
    """`en`, `zh-Hans`, `zh-Hant`: the language of the text."""
    title: str
    summary: str
    """The answer in a sentence or two, fit to be read out."""
    body: str
    """Markdown."""
    version: int = 1
    tags: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    """How people ask for it, in their own words."""
    often: int = 0
    """How often a day it is asked, as its writer guesses: ranks hot questions until there are counts."""
    phone: str = ""
    """The answer as it is read to callers in line, in plain sentences; empty: it is not."""


class ArticleError(ValueError):
    """A file that cannot be used: which, why, and what to do about it."""

    def __init__(self, path: Path, problem: str, cure: str) -> None:
        super().__init__(f"{path}: {problem}. To do: {cure}.")
        self.path = path
        self.problem = problem
        self.cure = cure


class _Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    summary: str
    version: int = 1
    tags: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    often: int = 0
    phone: str = ""


_FENCE = "+++"
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def parse(text: str, path: Path) -> Article:
    """The article in a file's text; its id and language are the names of the file and of its folder.

    Raises ArticleError.
    """
    if not _ID.match(path.stem):
        raise ArticleError(path, f"{path.stem!r} is no article id", "rename it to small letters, digits and hyphens")
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise ArticleError(path, "the first line is not +++", "begin with +++, then title and summary, then +++")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if end is None:
        raise ArticleError(path, "the line +++ after title and summary is missing", "add it above the text")
    try:
        front = msgspec.toml.decode("\n".join(lines[1:end]), type=_Front)
    except msgspec.DecodeError as error:  # a ValidationError says which field
        raise ArticleError(
            path, f"what stands between the +++ lines is wrong ({error})", "correct that line"
        ) from error
    body = "\n".join(lines[end + 1 :]).strip()
    for name, value in (("title", front.title), ("summary", front.summary), ("text", body)):
        if not value.strip():
            raise ArticleError(path, f"the {name} is empty", f"write the {name}")
    if front.version < 1:
        raise ArticleError(path, f"there is no version {front.version}", "count from 1, one more with every change")
    return Article(
        id=path.stem,
        language=path.parent.name,
        title=front.title.strip(),
        summary=front.summary.strip(),
        body=body,
        version=front.version,
        tags=front.tags,
        queues=front.queues,
        questions=front.questions,
        often=front.often,
        phone=front.phone.strip(),
    )


def read(path: Path) -> Article:
    """The article in a file. Raises ArticleError, also when the file is not UTF-8 or cannot be opened."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(path, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    except OSError as error:
        raise ArticleError(path, error.strerror or str(error), "make the file readable for this user") from error
    return parse(text, path)


def read_folder(folder: Path) -> tuple[list[Article], list[ArticleError]]:
    """Every `<language>/<id>.md` under a folder, sorted, and what was wrong with those left out.

    One bad file never hides the others. Raises ArticleError if the folder itself is not there.
    """
    if not folder.is_dir():
        raise ArticleError(folder, "there is no such folder", "give the folder that holds en/, zh-Hans/, ...")
    articles: list[Article] = []
    errors: list[ArticleError] = []
    for path in sorted(folder.glob("*/*.md")):
        try:
            articles.append(read(path))
        except ArticleError as error:
            errors.append(error)
    return articles, errors
