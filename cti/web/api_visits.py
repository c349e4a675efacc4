"""What visitors of the help site tell: the words they searched for, and whether an answer solved the matter.

Nobody signs in for it. A visitor is a random number that one browser keeps; the history knows it as a device, so an
import that learns whose browser it is makes the searches part of that customer's timeline.
"""

from cti.web.bodies import Done, VisitJudgement, VisitSearch
from cti.web.call import Call
from cti.web.limits import Limit
from cti.web.ports import History, Kb, Loop
from cti.web.problems import Refusal, missing


class VisitsApi:
    """Searches and judgements from the help site."""

    def __init__(self, loop: Loop, kb: Kb, history: History) -> None:
        self._loop = loop
        self._kb = kb
        self._history = history
        self._limit = Limit(burst=30, every_ms=2_000)

    async def searched(self, call: Call[VisitSearch, None]) -> Done:
        """Whether something was found is looked up here: a page can't claim it."""
        self._bound(call.address)
        ask = call.body
        if not ask.q.strip():
            raise Refusal(422, "not-understood", "There is no word in it.", "Send what was searched.", "$.q")
        nothing = self._kb.search(ask.q, ask.lang, 1).nothing
        await self._history.visited(
            ask.visitor, "search", ask.q.strip(), ask.lang, mark="nothing_found" if nothing else ""
        )
        return Done()

    async def judged(self, call: Call[VisitJudgement, None]) -> Done:
        self._bound(call.address)
        ask = call.body
        article = self._kb.get(ask.article, ask.lang)
        if article is None:
            raise missing("article", ask.article)
        await self._history.visited(ask.visitor, "visit", article.title, article.language, solved=ask.solved)
        return Done()

    def _bound(self, address: str) -> None:
        if wait := self._limit.wait(address, self._loop.now()):
            seconds = -(-wait // 1000)
            raise Refusal(
                429,
                "try-later",
                "Too many visits at once.",
                f"Try again in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
