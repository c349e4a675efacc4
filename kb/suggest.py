"""Answers that fit, before anybody asks: from what the customer did on the way here.

A search in vain, the choices in the menu, the subject of a mail without an answer: each is a search of the
knowledge base. What several of them point to comes first, and every suggestion says what it was found from.
"""

from collections.abc import Iterable, Sequence

import msgspec

from kb.article import Article
from kb.search import KnowledgeBase

WEIGHTS = {"search": 1.0, "mail": 0.9, "case": 0.9, "menu": 0.6}
"""A customer's own words say more than a choice among five."""
_QUEUE = 0.15
"""An article of the caller's queue is a little likelier than one that is not; never enough alone."""
_READ = 0.5
"""An article the customer has read already did not help, or there would be no call."""


class Clue(msgspec.Struct, frozen=True, kw_only=True):
    """Something the customer did or wrote. `kind`: `search`, `mail`, `case` or `menu`."""

    kind: str
    text: str


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An article, the clue that speaks for it most, and how strongly all of them do."""

    article: Article
    why: str
    """The kind of the strongest clue."""
    text: str
    """That clue's own words."""
    strength: float


def suggest(
    kb: KnowledgeBase,
    clues: Iterable[Clue],
    language: str | None = None,
    queue: str | None = None,
    read: Sequence[str] = (),
    limit: int = 3,
) -> list[Suggestion]:
    """The articles that fit best, strongest first; none, if no clue finds an answer.

    `language`: the agent's or the caller's; `queue`: where the caller waits; `read`: ids of articles the customer
    looked at without success.
    """
    best: dict[str, Suggestion] = {}
    missed: dict[str, float] = {}
    for clue in clues:
        weight = WEIGHTS.get(clue.kind, 0.5)
        hits = kb.search(clue.text, language, limit=5).hits
        for hit in hits:
            # fit says whether it answers at all, score which of those that do answers best
            strength = weight * hit.fit * hit.score / hits[0].score
            known = best.get(hit.article.id)
            if known is None or strength > known.strength:
                best[hit.article.id] = Suggestion(article=hit.article, why=clue.kind, text=clue.text, strength=strength)
            missed[hit.article.id] = missed.get(hit.article.id, 1.0) * (1 - strength)
    ranked: list[Suggestion] = []
    for id, suggestion in best.items():
        strength = 1 - missed[id]  # as if every clue were independent: two weak ones make a fair one
        if queue is not None and queue in suggestion.article.queues:
            strength += _QUEUE * (1 - strength)
        if id in read:
            strength *= _READ
        ranked.append(msgspec.structs.replace(suggestion, strength=strength))
    ranked.sort(key=lambda each: (-each.strength, each.article.id))
    return ranked[:limit]
