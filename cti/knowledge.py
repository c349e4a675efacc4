"""The knowledge base as the other parts use it: searches, articles, hot questions, and answers that fit a caller."""

import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cti.agi.ports import SpokenAnswer
from cti.core.ids import QueueId
from cti.store.views import Answer
from ivr.flow import Language
from kb.article import Article
from kb.search import Found, KnowledgeBase
from kb.suggest import Clue, suggest
from kb.trends import Asked, Hot, answer_of, hot

log = logging.getLogger(__name__)

SPEAKS: dict[str, Language] = {"zh-Hans": "cmn", "zh-Hant": "yue", "en": "en"}
"""An article's language -> the one it is read out in."""
READS: dict[str, str] = {spoken: written for written, spoken in SPEAKS.items()}

_READ_OUT = 20
"""So many hot questions are looked at for those that can be read out."""
_ASKED = 2000
"""So many different questions are counted; the rarest half is dropped when there are more."""
_COUNTED = 200
"""Of which the commonest are looked at for what is hot."""


class Knowledge:
    """One folder of articles. `reload` after a change; reading never waits."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kb = KnowledgeBase()
        self._asked: Counter[tuple[str, str | None]] = Counter()
        """How often each question was asked, and the article that answered it."""
        self.reload()

    def reload(self) -> None:
        """Read the folder anew. A file that can't be used is said so in the log and leaves its article as it was."""
        if not self._folder.is_dir():
            self._kb = KnowledgeBase()
            return
        new, errors = KnowledgeBase.load(self._folder)
        for error in errors:
            log.error("article not taken: %s", error)
            kept = self._kb.exact(error.path.stem, error.path.parent.name)
            if kept is not None:
                new.put(kept)
        self._kb = new

    def search(self, text: str, language: str | None = None, limit: int = 10) -> Found:
        """Articles that fit a question; what is asked is counted for `hot`."""
        found = self._kb.search(text, language, limit)
        question = " ".join(text.split())[:120]
        if question:
            self._asked[question, answer_of(found)] += 1
            if len(self._asked) > _ASKED:
                self._asked = Counter(dict(self._asked.most_common(_ASKED // 2)))
        return found

    def get(self, id: str, language: str | None = None) -> Article | None:
        """One article, in the language or the nearest there is."""
        return self._kb.get(id, language)

    async def hot(self, language: str | None, limit: int) -> Sequence[Hot]:
        """What is asked most at the moment; where too little has been asked, what the articles' writers expect."""
        return self._hot(language, limit)

    def spoken(self, queue: QueueId | None, language: str) -> tuple[SpokenAnswer, ...]:
        """What callers of a queue ask most at the moment and can be told, hottest first. `language`: a caller's."""
        written = READS.get(language)
        articles = (self._kb.exact(one.article or "", written or "") for one in self._hot(written, _READ_OUT))
        return tuple(
            SpokenAnswer(article=found.id, question=_question(found.id), answer=_answer(found.id))
            for found in articles
            if found is not None and found.phone and (not found.queues or queue in found.queues)
        )

    def prompts(self) -> dict[tuple[Language, str], str]:
        """The words that are read out, by language and prompt: to be made into sounds."""
        found: dict[tuple[Language, str], str] = {}
        for article in self._kb.all(None):
            language = SPEAKS.get(article.language)
            if article.phone and language is not None:
                found[language, _question(article.id)] = article.title
                found[language, _answer(article.id)] = article.phone
        return found

    def _hot(self, language: str | None, limit: int) -> list[Hot]:
        commonest = self._asked.most_common(_COUNTED)
        asked = [Asked(text=text, article=article, times=times) for (text, article), times in commonest]
        found = [one for one in hot(asked, self._kb, language, limit) if one.article is not None]
        known = {one.article for one in found}
        expected = sorted(self._kb.all(language), key=lambda article: (-article.often, article.id))
        rest = (article for article in expected if article.id not in known)
        for article in rest:
            if len(found) >= limit:
                break
            found.append(Hot(question=article.title, article=article.id, times=0, usual=0.0, rising=False))
        return found

    def answers(self, asked: Sequence[tuple[str, str]], language: str | None) -> tuple[Answer, ...]:
        """Articles that fit what a caller did before, as the pop shows them. Any thread may ask."""
        clues = [Clue(kind=kind, text=text) for kind, text in asked]
        return tuple(
            Answer(
                article=found.article.id,
                version=found.article.version,
                title=found.article.title,
                summary=found.article.summary,
                why=found.why,
                language=found.article.language,
            )
            for found in suggest(self._kb, clues, language)
        )


def _question(article: str) -> str:
    """The prompt of an article's title."""
    return f"article-{article}-question"


def _answer(article: str) -> str:
    return f"article-{article}-answer"
