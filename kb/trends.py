"""Hot questions: what is asked most, what is asked more than usual, and what has no article yet.

Counting is the history's business; here counts come in and an order comes out.
"""

import math
from collections.abc import Iterable

import msgspec

from kb.search import Found, KnowledgeBase

RISING = 3.0
"""Standard deviations above the usual count from which on a question is rising."""

ANSWERS = 0.45
"""Searching may be generous; calling a question answered may not, or nobody writes the article that is missing."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question in the span looked at: how often now, and how often in such a span usually."""

    text: str
    """In the customer's words."""
    article: str | None = None
    """The id of the article that was the answer (`answer_of`); None: there was none."""
    times: int = 1
    usual: float = 0.0


class Hot(msgspec.Struct, frozen=True, kw_only=True):
    """A hot question. Without `article` there is no answer yet: somebody should write it."""

    question: str
    article: str | None
    times: int
    usual: float
    rising: bool


def answer_of(found: Found) -> str | None:
    """The id of the article that a search may be said to be answered by."""
    best = found.hits[0] if found.hits else None
    return best.article.id if best is not None and best.fit >= ANSWERS else None


def hot(asked: Iterable[Asked], kb: KnowledgeBase, language: str | None = None, limit: int = 5) -> list[Hot]:
    """The hottest questions first.

    Different words for one question are counted together: those with the same answer, and those without one that come
    down to the same terms. Ranked by how often they are asked, and twice that if rising. Nothing is searched here.
    """
    groups: dict[str, list[Asked]] = {}
    for each in asked:
        if each.times > 0:
            known = each.article is not None and kb.get(each.article, language) is not None
            key = f"article:{each.article}" if known else "words:" + " ".join(_gist(kb, each.text))
            groups.setdefault(key, []).append(each)
    ranked = [_sum_up(group, kb, language) for group in groups.values()]
    ranked.sort(key=lambda each: (-each.times * (2 if each.rising else 1), each.question))
    return ranked[:limit]


def _gist(kb: KnowledgeBase, text: str) -> list[str]:
    """The terms that say something, in an order that does not depend on the sentence."""
    terms = kb.terms(text)
    return sorted({t.text for t in terms if t.weight >= 1.0}) or sorted({t.text for t in terms})


def _sum_up(group: list[Asked], kb: KnowledgeBase, language: str | None) -> Hot:
    times = sum(each.times for each in group)
    usual = sum(each.usual for each in group)
    found = kb.get(group[0].article, language) if group[0].article is not None else None
    commonest = min(group, key=lambda each: (-each.times, each.text))
    return Hot(
        question=found.title if found else commonest.text,
        article=found.id if found else None,
        times=times,
        usual=usual,
        # a count that comes by chance has its mean as its variance (Poisson); +1 keeps a single call from being news
        rising=times - usual > RISING * math.sqrt(usual + 1),
    )
