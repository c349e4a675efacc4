"""The knowledge base, for agents and for the help site, and the one search over everything."""

import msgspec

from cti.core.ids import Ms
from cti.web.bodies import ArticleHit, ArticleHits, ArticleView, Found, LanguageQuery, SearchQuery
from cti.web.call import Call
from cti.web.limits import Limit
from cti.web.ports import History, HotQuestions, Kb, Loop
from cti.web.problems import Refusal, missing
from kb.article import Article

_KEPT_MS = 60_000
_LANGUAGES = 64
"""Answers to "what is hot" kept at most; anybody may ask for any language and number."""


class KbApi:
    """Answers."""

    def __init__(self, loop: Loop, kb: Kb, hot: HotQuestions, history: History) -> None:
        self._loop = loop
        self._kb = kb
        self._hot = hot
        self._kept: dict[tuple[str | None, int], tuple[Ms, ArticleHits]] = {}
        self._history = history
        self._public = Limit(burst=60, every_ms=250)

    async def search(self, call: Call[None, SearchQuery]) -> ArticleHits:
        self._bound(call)
        return ArticleHits(articles=self._articles(call.query))

    async def article(self, call: Call[None, LanguageQuery]) -> ArticleView:
        self._bound(call)
        article = self._kb.get(call.path["id"], call.query.lang)
        if article is None:
            raise missing("article", call.path["id"])
        return ArticleView(
            article=article.id,
            version=article.version,
            language=article.language,
            title=article.title,
            summary=article.summary,
            text=article.body,
            tags=article.tags,
        )

    async def hot(self, call: Call[None, LanguageQuery]) -> ArticleHits:
        """Hot questions that have an answer, counted anew once a minute."""
        self._bound(call)
        now, asked = self._loop.now(), (call.query.lang, call.query.limit)
        kept = self._kept.get(asked)
        if kept is not None and now - kept[0] < _KEPT_MS:
            return kept[1]
        found = [
            (each, self._kb.get(each.article, call.query.lang)) for each in await self._hot(*asked) if each.article
        ]
        hits = ArticleHits(
            articles=tuple(
                msgspec.structs.replace(hit_of(article), times=each.times, rising=each.rising)
                for each, article in found
                if article is not None
            )
        )
        if len(self._kept) >= _LANGUAGES:
            self._kept.clear()
        self._kept[asked] = (now, hits)
        return hits

    async def everything(self, call: Call[None, SearchQuery]) -> Found:
        query = call.query
        known = await self._history.search(query.q, query.limit + 1)
        customers, more = tuple(known[: query.limit]), len(known) > query.limit
        cases = await self._history.cases.search(query.q, [one.customer for one in customers], query.limit)
        return Found(customers=customers, more=more, cases=tuple(cases), articles=self._articles(query))

    def _articles(self, query: SearchQuery) -> tuple[ArticleHit, ...]:
        found = self._kb.search(query.q, query.lang, query.limit)
        return (
            *(hit_of(hit.article) for hit in found.hits),
            *(hit_of(hit.article, fits=False) for hit in found.guesses),
        )

    def _bound(self, call: Call[None, SearchQuery] | Call[None, LanguageQuery]) -> None:
        """These answer anybody, so each address gets a bounded share."""
        if call.asked_by is None and (wait := self._public.wait(call.address, self._loop.now())):
            raise Refusal(
                429,
                "try-later",
                "Too many searches at once.",
                "Try again in a second.",
                headers={"Retry-After": str(-(-wait // 1000))},
            )


def hit_of(article: Article, fits: bool = True) -> ArticleHit:
    """An article as it is listed."""
    return ArticleHit(
        article=article.id,
        version=article.version,
        language=article.language,
        title=article.title,
        summary=article.summary,
        fits=fits,
    )
