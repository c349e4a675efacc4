"""An inverted index in memory: terms -> the documents that hold them, ranked by BM25 over weighted fields.

Documents come and go one at a time and the index is always the same as one built anew from what it holds.
Scores do not look at average lengths (they would shift with every document): a field has a usual length instead.

Ranking is BM25F (Robertson, Zaragoza, Taylor 2004). A search reads the longest lists last and only for documents
that can still reach the best `limit` (MaxScore: Turtle and Flood 1995), which keeps common words cheap.
A word nobody ever wrote is taken for the known ones spelt like it.
"""

import heapq
import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kb.words import CONCEPT, Term, is_han

K1 = 2.0
B = 0.8
NEAR_WEIGHT = 0.6
NEAR_ENOUGH = 0.5
"""Dice coefficient of two words' letter triples from which on one may be the other misspelt."""
_NEAR_LENGTH = 4
"""Shorter words have too few triples to tell."""
_LONG = 5_000
"""Fewer postings than this are read faster than anything is thought about them."""
_SCAN = 8
"""A list up to so many times longer than the documents looked for is read faster than it is searched."""
UNKNOWN_PAIR = 0.5
"""Most pairs of Chinese characters that nobody wrote are the seam between two words, not a word that is missing."""
_CONCEPT_FIT = 0.5
"""Meaning the same makes up for half a missing word when judging whether a document answers."""


class Field(NamedTuple):
    """A part of a document: its terms, how much it counts, and how many terms such a part usually has."""

    terms: Sequence[Term]
    weight: float
    usual: int


class Scored(NamedTuple):
    """A document found. `fit` is between 0 and 1: how much of what was asked stands in it."""

    key: str
    score: float
    fit: float


class _Postings:
    """One term's documents in ascending order, each with its impact: the saturated weight of the term there."""

    __slots__ = ("documents", "impacts", "top")

    def __init__(self) -> None:
        self.documents = array("I")
        self.impacts = array("f")
        self.top = 0.0
        """An upper bound of the impacts."""

    def add(self, document: int, impact: float) -> None:
        self.documents.append(document)
        self.impacts.append(impact)
        self.top = max(self.top, impact)

    def remove(self, document: int) -> None:
        at = bisect_left(self.documents, document)
        del self.documents[at]
        del self.impacts[at]

    def impact(self, document: int) -> float:
        at = bisect_left(self.documents, document)
        if at < len(self.documents) and self.documents[at] == document:
            return self.impacts[at]
        return 0.0


class _Source(NamedTuple):
    factor: float
    term: str
    postings: _Postings


class _List(NamedTuple):
    """What one term of a question reads: its own postings or those of its near words, each with a factor."""

    bound: float
    worth: float
    """What the whole word is worth; a factor reaches it only for the word itself."""
    concept: bool
    length: int
    """Postings to read."""
    sources: tuple[_Source, ...]
    """The strongest first."""


class Index:
    """Documents under keys, found by terms. Not for several threads at once."""

    def __init__(self) -> None:
        self._postings: dict[str, _Postings] = {}
        self._numbers: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._terms: dict[int, tuple[str, ...]] = {}
        self._next = 0
        self._triples: dict[str, set[str]] = {}
        self._near: dict[str, tuple[tuple[str, float], ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: str) -> bool:
        return key in self._numbers

    def add(self, key: str, fields: Iterable[Field]) -> None:
        """Put a document in, in place of an older one of the same key."""
        self.remove(key)
        weights: dict[str, float] = {}
        for field in fields:
            norm = 1 - B + B * len(field.terms) / field.usual
            for term in field.terms:
                weights[term.text] = weights.get(term.text, 0.0) + field.weight / norm
        number = self._next
        self._next += 1
        self._numbers[key] = number
        self._keys[number] = key
        self._terms[number] = tuple(weights)
        for text, weight in weights.items():
            postings = self._postings.get(text)
            if postings is None:
                postings = self._postings[text] = _Postings()
                self._learn(text)
            postings.add(number, weight / (weight + K1))

    def remove(self, key: str) -> None:
        """Take a document out; one that is not there is no error."""
        number = self._numbers.pop(key, None)
        if number is None:
            return
        del self._keys[number]
        for term in self._terms.pop(number):
            postings = self._postings[term]
            postings.remove(number)
            if not postings.documents:
                del self._postings[term]
                self._forget(term)

    def search(self, terms: Sequence[Term], limit: int = 10) -> list[Scored]:
        """The best documents for a question's terms, best first; equal ones in the order of their keys."""
        weights: dict[str, float] = {}
        for term in terms:
            weights[term.text] = max(term.weight, weights.get(term.text, 0.0))
        lists = [self._read(term, weight) for term, weight in weights.items()]
        lists.sort(key=lambda each: -each.bound)
        scores = self._scores(lists, limit)
        best = heapq.nsmallest(limit, scores.items(), key=lambda item: (-item[1], self._keys[item[0]]))
        asked = sum(each.worth for each in lists if not each.concept)
        return [Scored(self._keys[number], score, self._fit(lists, asked, number)) for number, score in best]

    def _fit(self, lists: Sequence[_List], asked: float, number: int) -> float:
        """The share of the question's words, by their weight, that stand in a document."""
        held = set(self._terms[number])
        there = 0.0
        for each in lists:
            for source in each.sources:
                if source.term in held:
                    there += source.factor * _CONCEPT_FIT if each.concept else source.factor
                    break
        return min(1.0, there / asked) if asked else 0.0

    def _scores(self, lists: Sequence[_List], limit: int) -> dict[int, float]:
        scores: dict[int, float] = {}
        left = sum(each.bound for each in lists)
        unread = sum(each.length for each in lists)
        closed = False
        for each in lists:
            if unread > _LONG and _may_close(scores, limit, left):
                floor = heapq.nlargest(limit, scores.values())[-1]
                if floor > left:  # nobody new can still reach the best: only those who already might are looked at
                    scores = {number: score for number, score in scores.items() if score + left >= floor}
                    closed = True
            if closed:
                self._complete(each, scores)
            else:
                self._accumulate(each, scores)
            left -= each.bound
            unread -= each.length
        return scores

    @staticmethod
    def _complete(each: _List, scores: dict[int, float]) -> None:
        if len(each.sources) == 1:
            factor, _, postings = each.sources[0]
            if each.length <= _SCAN * len(scores):
                for number, impact in zip(postings.documents, postings.impacts, strict=True):
                    if number in scores:
                        scores[number] += factor * impact
            else:
                for number in scores:
                    scores[number] += factor * postings.impact(number)
            return
        for number in scores:
            scores[number] += max((s.factor * s.postings.impact(number) for s in each.sources), default=0.0)

    @staticmethod
    def _accumulate(each: _List, scores: dict[int, float]) -> None:
        get = scores.get
        if len(each.sources) == 1:
            factor, _, postings = each.sources[0]
            for number, impact in zip(postings.documents, postings.impacts, strict=True):
                scores[number] = get(number, 0.0) + factor * impact
            return
        best: dict[int, float] = {}
        for factor, _, postings in each.sources:
            for number, impact in zip(postings.documents, postings.impacts, strict=True):
                if factor * impact > best.get(number, 0.0):
                    best[number] = factor * impact
        for number, value in best.items():
            scores[number] = get(number, 0.0) + value

    def _read(self, term: str, weight: float) -> _List:
        concept = term.startswith(CONCEPT)
        own = self._postings.get(term)
        if own is not None:
            worth = weight * self._rarity(own)
            return _List(worth * own.top, worth, concept, len(own.documents), (_Source(worth, term, own),))
        near = [(likeness, other, self._postings[other]) for other, likeness in self.near(term)]
        # misspelt, it is worth what the word meant is worth; never heard of, more than any word we know
        worth = weight * max((self._rarity(found) for _, _, found in near), default=self._rarity(None))
        if is_han(term) and len(term) > 1:
            worth *= UNKNOWN_PAIR
        sources = [_Source(weight * NEAR_WEIGHT * alike * self._rarity(p), other, p) for alike, other, p in near]
        sources.sort(key=lambda source: -source.factor)
        bound = max((source.factor * source.postings.top for source in sources), default=0.0)
        return _List(bound, worth, concept, sum(len(p.documents) for _, _, p in near), tuple(sources))

    def _rarity(self, postings: _Postings | None) -> float:
        """The weight of a term by how few documents hold it; of an unknown one, the highest there is."""
        found = len(postings.documents) if postings is not None else 0
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    # --- words spelt alike

    def near(self, term: str) -> tuple[tuple[str, float], ...]:
        """Known words spelt like this one, with their likeness (0..1), most alike first."""
        if not _spelt(term):
            return ()
        known = self._near.get(term)
        if known is None:
            known = self._near[term] = self._find_near(term)
        return known

    def _find_near(self, term: str) -> tuple[tuple[str, float], ...]:
        mine = _triples(term)
        shared: dict[str, int] = {}
        for triple in mine:
            for other in self._triples.get(triple, ()):
                shared[other] = shared.get(other, 0) + 1
        shared.pop(term, None)
        alike = ((other, 2 * count / (len(mine) + len(_triples(other)))) for other, count in shared.items())
        return tuple(sorted((a for a in alike if a[1] >= NEAR_ENOUGH), key=lambda a: (-a[1], a[0]))[:8])

    def _learn(self, term: str) -> None:
        if _spelt(term):
            for triple in _triples(term):
                self._triples.setdefault(triple, set()).add(term)
            self._near.clear()

    def _forget(self, term: str) -> None:
        if _spelt(term):
            for triple in _triples(term):
                self._triples[triple].discard(term)
            self._near.clear()


def _may_close(scores: dict[int, float], limit: int, left: float) -> bool:
    """A cheap look before the dear one: can the `limit`-th best be above what is left to get?"""
    return len(scores) >= limit and max(scores.values()) > left


def _spelt(term: str) -> bool:
    return len(term) >= _NEAR_LENGTH and term.isascii() and term.isalpha()


def _triples(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[i : i + 3] for i in range(len(framed) - 2)}
