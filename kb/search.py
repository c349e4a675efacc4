"""The knowledge base: articles in, answers out, in the language of the person who asks."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from kb import article as articles
from kb import thesaurus, words
from kb.article import Article, ArticleError
from kb.index import Field, Index
from kb.words import Term

FITS = 0.25
"""From this fit on an article is an answer; below it is at best a guess. Set where the out-of-scope questions of
CLINC150 part best from the others (`benchmarks/kb.py` prints both sides)."""
NEAR = 0.05
"""Below this fit an article is not worth showing even as a guess."""

_READ_BY = {"cmn": "zh-Hans", "yue": "zh-Hant"}
"""Who hears this language reads that one."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """An article found. `fit`: 0..1, how much of the question it holds; `score`: only good for comparing."""

    article: Article
    score: float
    fit: float


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a search. No `hits` means: nothing found, and that is to be said so."""

    words: str
    language: str | None
    hits: tuple[Hit, ...]
    """Articles that fit, best first."""
    guesses: tuple[Hit, ...] = ()
    """Weaker ones, best first; with no hits, what may be shown under "perhaps"."""

    @property
    def nothing(self) -> bool:
        """Whether nothing was found."""
        return not self.hits


class KnowledgeBase:
    """All articles, each language in an index of its own (rare in English is not rare in Chinese)."""

    def __init__(self, articles: Iterable[Article] = (), same: Iterable[Sequence[str]] = ()) -> None:
        """`same`: groups of words that mean the same on this site, beside the general ones."""
        self._thesaurus = thesaurus.Thesaurus([*thesaurus.general(), *same])
        self._indexes: dict[str, Index] = {}
        self._articles: dict[tuple[str, str], Article] = {}
        for each in articles:
            self.put(each)

    @classmethod
    def load(cls, folder: Path) -> tuple["KnowledgeBase", list[ArticleError]]:
        """Everything in a folder, and the files that could not be used. Raises ArticleError if there is no folder."""
        good, errors = articles.read_folder(folder)
        same: list[list[str]] = []
        try:
            same = thesaurus.load(folder / "words.toml")
        except ArticleError as error:
            errors.append(error)
        return cls(good, same), errors

    def __len__(self) -> int:
        return len(self._articles)

    def put(self, article: Article) -> None:
        """Add an article, or replace what stood under its id and language."""
        self._articles[article.id, article.language] = article
        index = self._indexes.setdefault(article.language, Index())
        terms = self._thesaurus.terms
        index.add(
            article.id,
            (
                Field(terms(article.title), 3.0, 10),
                *(Field(terms(question), 2.0, 10) for question in article.questions),
                Field(terms(" ".join(article.tags)), 1.0, 5),
                Field(terms(article.summary), 1.5, 25),
                Field(terms(article.body), 1.0, 150),
            ),
        )

    def remove(self, id: str, language: str) -> None:
        """Take an article out; one that is not there is no error."""
        if self._articles.pop((id, language), None) is not None:
            self._indexes[language].remove(id)

    def languages(self) -> set[str]:
        """What may be asked for: languages that have articles, and those people hear."""
        return {language for _, language in self._articles} | {
            heard for heard, read in _READ_BY.items() if read in self._indexes
        }

    def get(self, id: str, language: str | None = None) -> Article | None:
        """An article in this language, else in the one nearest to it."""
        for each in self._order(language, None):
            found = self._articles.get((id, each))
            if found is not None:
                return found
        return None

    def exact(self, id: str, language: str) -> Article | None:
        """An article in exactly this language."""
        return self._articles.get((id, language))

    def all(self, language: str | None = None) -> list[Article]:
        """Every article (in one language), by id and language."""
        wanted = _READ_BY.get(language, language) if language else None
        return [a for key, a in sorted(self._articles.items()) if wanted is None or a.language == wanted]

    def terms(self, text: str) -> list[Term]:
        """What a text is searched by."""
        return self._thesaurus.terms(text)

    def search(self, text: str, language: str | None = None, limit: int = 10) -> Found:
        """The articles that answer a question, at most `limit` hits and guesses together.

        `language`: `en`, `zh-Hans`, `zh-Hant`, or what a caller hears: `cmn`, `yue`. It is asked first, and together
        with it the languages of the question's script if that is another (English words from who reads Chinese) or if
        no language is given; the others only if nothing fits. An article is found once, in the language wanted.
        """
        terms = self._thesaurus.terms(text)
        order = self._order(language, text)
        chinese = words.is_han(text)
        same_script = language is not None and order[:1] and order[0].startswith("zh") == chinese
        first = order[:1] if same_script else [e for e in order if e == order[0] or e.startswith("zh") == chinese]
        guesses: tuple[Hit, ...] = ()
        for asked in (first, *([each] for each in order if each not in first)):
            found = self._ask(asked, terms, limit)
            good = tuple(hit for hit in found if hit.fit >= FITS)
            weaker = tuple(hit for hit in found if NEAR <= hit.fit < FITS)
            if good:
                return Found(words=text, language=language, hits=good, guesses=weaker)
            guesses = guesses or weaker
        return Found(words=text, language=language, hits=(), guesses=guesses)

    def _ask(self, languages: Sequence[str], terms: Sequence[Term], limit: int) -> list[Hit]:
        best: dict[str, Hit] = {}
        for each in languages:
            for scored in self._indexes[each].search(terms, limit):
                known = best.get(scored.key)
                if known is None or scored.score > known.score:
                    # found better in another script: the text shown stays in the language that came first
                    article = known.article if known else self._articles[scored.key, each]
                    best[scored.key] = Hit(article=article, score=scored.score, fit=scored.fit)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.article.id))[:limit]

    def _order(self, language: str | None, text: str | None) -> list[str]:
        """Languages to ask, best first: the one wanted, then those of the same script, then the others."""
        if language is not None:
            wanted = _READ_BY.get(language, language)
        elif text is not None and words.is_han(text):
            wanted = "zh-Hant" if words.is_traditional(text) else "zh-Hans"
        else:
            wanted = "en"
        return sorted(self._indexes, key=lambda each: (each != wanted, each[:2] != wanted[:2], each))
