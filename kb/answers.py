"""What screens ask of the knowledge base, in one object that can be handed about and loaded anew while in use."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from kb import trends
from kb.article import Article, ArticleError
from kb.search import Found, KnowledgeBase
from kb.suggest import Clue, Suggestion, suggest
from kb.trends import Asked


class Answers:
    """A knowledge base and what is asked of it at the moment."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._asked: tuple[Asked, ...] = ()

    @property
    def articles(self) -> KnowledgeBase:
        """The knowledge base in force."""
        return self._kb

    def reload(self, folder: Path) -> list[ArticleError]:
        """Read the articles again; a file with errors leaves its article as it was.

        Raises ArticleError if there is no folder.
        """
        new, errors = KnowledgeBase.load(folder)
        for error in errors:
            kept = self._kb.exact(error.path.stem, error.path.parent.name)
            if kept is not None:
                new.put(kept)
        self._kb = new
        return errors

    def search(self, text: str, language: str | None = None, limit: int = 10) -> Found:
        """See KnowledgeBase.search."""
        return self._kb.search(text, language, limit)

    def get(self, id: str, language: str | None = None) -> Article | None:
        """See KnowledgeBase.get."""
        return self._kb.get(id, language)

    def suggest(
        self,
        clues: Iterable[Clue],
        language: str | None = None,
        queue: str | None = None,
        read: Sequence[str] = (),
        limit: int = 3,
    ) -> list[Suggestion]:
        """See `kb.suggest.suggest`."""
        return suggest(self._kb, clues, language, queue, read, limit)

    def count(self, asked: Iterable[Asked]) -> None:
        """What was asked in the span that counts as now, in place of what was said before."""
        self._asked = tuple(asked)

    def hot(self, language: str | None = None, limit: int = 5) -> list[Article]:
        """The articles asked most, hottest first: by the counts, then by their writers' own guess."""
        ids = [each.article for each in trends.hot(self._asked, self._kb, language, limit=len(self._asked))]
        guessed = sorted((a for a in self._kb.all() if a.often), key=lambda a: (-a.often, a.id))
        ids += [article.id for article in guessed]
        found = (self._kb.get(id, language) for id in dict.fromkeys(ids) if id is not None)
        return [article for article in found if article is not None][:limit]
