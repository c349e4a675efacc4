"""The menu choices of a call as one column keeps them: a line each, its words in every language side by side.

A line of one word is how calls were kept before choices had several languages; it is shown to everybody as it is.
"""

from functools import lru_cache

from cti.core.site import Texts, in_all

_LANGUAGES = ("en", "zh-Hans", "zh-Hant")
"""Of the screens, in the order of the columns; a new one goes to the end."""


def extended(column: str, choice: Texts) -> str:
    """The column with one more choice."""
    words = (" ".join(choice.get(language, "").split()) for language in _LANGUAGES)
    line = "\t".join(words).rstrip("\t")
    return f"{column}\n{line}" if column else line


@lru_cache(maxsize=4096)
def choices(column: str) -> tuple[Texts, ...]:
    """What the column holds. Menus are few, so most have been read before; nobody changes what is given."""
    return tuple(_texts(line) for line in column.split("\n")) if column else ()


def _texts(line: str) -> Texts:
    if "\t" not in line:
        return in_all(line)
    return {language: text for language, text in zip(_LANGUAGES, line.split("\t"), strict=False) if text}
