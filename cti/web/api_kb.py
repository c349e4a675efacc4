"""The knowledge base, for agents and for the help site, and the one search over everything."""

from cti.web.bodies import ArticleHit, ArticleHits, ArticleView, Found, LanguageQuery, SearchQuery
from cti.web.call import Call
from cti.web.limits import Limit
from cti.web.ports import History, Kb, Loop
from cti.web.problems import Refusal, missing
from kb.article import Article


class KbApi:
    """Answers."""

    def __init__(self, loop: Loop, kb: Kb, history: History) -> None:
        self._loop = loop
        self._kb = kb
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
        self._bound(call)
        return ArticleHits(articles=tuple(hit_of(a) for a in self._kb.hot(call.query.lang, call.query.limit)))

    async def everything(self, call: Call[None, SearchQuery]) -> Found:
        customers = await self._history.search(call.query.q, call.query.limit)
        return Found(customers=tuple(customers), articles=self._articles(call.query))

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
