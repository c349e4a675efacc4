"""The index: as one built anew after every change, ranked as a plain scan ranks."""

import math

from hypothesis import given
from hypothesis import strategies as st

from kb import index as index_module
from kb.index import K1, B, Field, Index
from kb.words import Term
from tests.examples import examples

WORDS = ["red", "light", "router", "bill", "paid", "roam", "光纤", "账单", "=1"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)
FIELDS = st.lists(st.tuples(TEXTS, st.sampled_from([1.0, 3.0])), min_size=1, max_size=3)
KEYS = st.sampled_from(["a", "b", "c", "d", "e", "f"])
CHANGES = st.lists(st.tuples(KEYS, st.none() | FIELDS), max_size=20)
QUESTION = st.lists(
    st.tuples(st.sampled_from([*WORDS, "unknown"]), st.sampled_from([1.0, 0.3])), min_size=1, max_size=6
)


def _fields(raw: list[tuple[list[str], float]]) -> tuple[Field, ...]:
    return tuple(Field([Term(word, 1.0) for word in texts], weight, 5) for texts, weight in raw)


def _built(documents: dict[str, list[tuple[list[str], float]]]) -> Index:
    index = Index()
    for key, raw in documents.items():
        index.add(key, _fields(raw))
    return index


def _scan(documents: dict[str, list[tuple[list[str], float]]], question: list[Term]) -> dict[str, float]:
    """BM25F as its formula says, a document at a time."""

    def impact(raw: list[tuple[list[str], float]], word: str) -> float:
        weight = sum(w * texts.count(word) / (1 - B + B * len(texts) / 5) for texts, w in raw)
        return weight / (weight + K1)

    weights: dict[str, float] = {}
    for term in question:
        weights[term.text] = max(term.weight, weights.get(term.text, 0.0))
    scores: dict[str, float] = {}
    for key, raw in documents.items():
        for word, weight in weights.items():
            holding = sum(any(word in texts for texts, _ in each) for each in documents.values())
            rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            scores[key] = scores.get(key, 0.0) + weight * rarity * impact(raw, word)
    return {key: score for key, score in scores.items() if score > 0}


@examples(80)
@given(CHANGES, QUESTION, st.integers(1, 4), st.booleans())
def test_after_any_changes_it_finds_what_a_plain_scan_finds(
    changes: list[tuple[str, list[tuple[list[str], float]] | None]],
    asked: list[tuple[str, float]],
    limit: int,
    closing: bool,
) -> None:
    index = Index()
    documents: dict[str, list[tuple[list[str], float]]] = {}
    for key, raw in changes:
        if raw is None:
            index.remove(key)
            documents.pop(key, None)
        else:
            index.add(key, _fields(raw))
            documents[key] = raw
    question = [Term(word, weight) for word, weight in asked]
    long = index_module._LONG
    index_module._LONG = 0 if closing else long  # so that small lists take the way of long ones too
    try:
        found = index.search(question, limit)
    finally:
        index_module._LONG = long
    expected = _scan(documents, question)
    best = sorted(expected.values(), reverse=True)[:limit]
    assert len(found) == len(best)
    for each, score in zip(found, best, strict=True):
        assert math.isclose(each.score, score, rel_tol=1e-5)
        assert math.isclose(each.score, expected[each.key], rel_tol=1e-5)
        assert 0 <= each.fit <= 1
    assert [e.key for e in _built(documents).search(question, limit)] == [e.key for e in found]


def test_equal_documents_come_in_the_order_of_their_keys() -> None:
    index = _built({key: [(["red"], 1.0)] for key in "cab"})
    assert [each.key for each in index.search([Term("red", 1.0)])] == ["a", "b", "c"]


def test_a_misspelt_word_finds_what_was_meant_and_a_known_one_only_itself() -> None:
    index = _built({"visit": [(["engineer"], 1.0)], "engine": [(["engines"], 1.0)], "bill": [(["bill"], 1.0)]})
    assert index.search([Term("engneer", 1.0)])[0].key == "visit"
    assert [each.key for each in index.search([Term("engineer", 1.0)])] == ["visit"]
    index.remove("visit")
    assert "visit" not in [each.key for each in index.search([Term("engneer", 1.0)])]


def test_fit_says_how_much_of_the_question_stands_in_a_document() -> None:
    index = _built({"a": [(["red", "light"], 1.0)], "b": [(["bill"], 1.0)]})
    assert index.search([Term("red", 1.0), Term("light", 1.0)])[0].fit == 1.0
    assert index.search([Term("red", 1.0), Term("pizza", 1.0), Term("oven", 1.0)])[0].fit < 0.4
    assert index.search([Term("pizza", 1.0)]) == []
    assert index.search([]) == []
