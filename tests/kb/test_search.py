"""Searching the example's articles as people do, in three languages; and saying so when there is nothing."""

from pathlib import Path

import pytest

from kb.article import Article
from kb.search import KnowledgeBase
from kb.suggest import Clue, suggest
from kb.trends import Asked, answer_of, hot

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLE = PROJECT / "example" / "kb"
QUESTIONS = [line.split("\t") for line in (PROJECT / "tests" / "kb" / "questions.tsv").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    loaded, errors = KnowledgeBase.load(EXAMPLE)
    assert errors == []
    return loaded


def _found(kb: KnowledgeBase, text: str, language: str | None = None) -> list[str]:
    return [hit.article.id for hit in kb.search(text, language).hits]


def test_every_article_is_there_in_three_languages_with_the_same_version(kb: KnowledgeBase) -> None:
    english = kb.all("en")
    assert len(english) >= 15
    for article in english:
        for language in ("zh-Hans", "zh-Hant"):
            other = kb.exact(article.id, language)
            assert other is not None, (article.id, language)
            assert (other.version, other.queues, other.often) == (article.version, article.queues, article.often)


def test_an_article_is_found_by_its_own_title_and_questions(kb: KnowledgeBase) -> None:
    for article in kb.all():
        for text in (article.title, *article.questions):
            assert article.id in _found(kb, text, article.language)[:2], (article.language, text)


@pytest.mark.parametrize(
    ("language", "first", "five"), [("en", 0.6, 0.8), ("zh-Hans", 0.8, 0.9), ("zh-Hant", 0.8, 0.9)]
)
def test_questions_in_other_words_find_their_article(
    kb: KnowledgeBase, language: str, first: float, five: float
) -> None:
    asked = [(article, text) for lang, article, text in QUESTIONS if lang == language]
    at_first = in_five = 0
    for article, text in asked:
        found = kb.search(text, language, 5)
        ids = [hit.article.id for hit in (*found.hits, *found.guesses)]
        at_first += ids[:1] == [article]
        in_five += article in ids
    assert at_first >= first * len(asked)
    assert in_five >= five * len(asked)


def test_questions_about_something_else_find_nothing(kb: KnowledgeBase) -> None:
    outside = [text for language, _, text in QUESTIONS if language == "-"]
    assert sum(kb.search(text).nothing for text in outside) >= 0.8 * len(outside)
    assert kb.search("pizza").nothing
    assert kb.search("").nothing
    assert kb.search("?!").hits == ()


def test_each_reads_their_own_language(kb: KnowledgeBase) -> None:
    for language, caller, text in (
        ("zh-Hant", "yue", "搬屋寬頻"),
        ("zh-Hans", "cmn", "搬家宽带"),
        ("en", "en", "moving house"),
    ):
        for asked in (language, caller, None):
            hit = kb.search(text, asked).hits[0]
            assert (hit.article.id, hit.article.language) == ("moving-house", language)


def test_who_reads_chinese_and_asks_in_english_is_answered(kb: KnowledgeBase) -> None:
    hit = kb.search("moving house", "zh-Hant").hits[0]
    assert (hit.article.id, hit.article.language) == ("moving-house", "en")
    # found in both, it is shown in the language that is read
    assert kb.search("eSIM", "yue").hits[0].article.language == "zh-Hant"


def test_an_article_not_translated_is_shown_in_the_nearest_language() -> None:
    kb = KnowledgeBase(
        [
            Article(id="a", language="zh-Hans", title="退款多久到账", summary="七天", body="七天"),
            Article(id="a", language="en", title="Refunds", summary="Seven days", body="Seven days"),
        ]
    )
    shown = kb.get("a", "zh-Hant")
    assert shown is not None
    assert shown.language == "zh-Hans"
    assert kb.get("b", "en") is None


def test_a_change_is_found_at_once_and_a_removed_article_no_more(kb: KnowledgeBase) -> None:
    mine = KnowledgeBase(kb.all("en"))
    assert mine.search("carrier pigeon").nothing
    pigeon = Article(id="pigeon", language="en", title="Carrier pigeons", summary="None.", body="We keep none.")
    mine.put(pigeon)
    assert _found(mine, "carrier pigeon") == ["pigeon"]
    mine.remove("pigeon", "en")
    mine.remove("pigeon", "en")
    assert mine.search("carrier pigeon").nothing


def test_what_the_caller_did_on_the_way_suggests_the_answer(kb: KnowledgeBase) -> None:
    found = suggest(
        kb,
        [
            Clue(kind="search", text="red light router storm"),
            Clue(kind="mail", text="Still no connection since the power cut"),
            Clue(kind="menu", text="Internet › No line"),
        ],
        "en",
        queue="support",
    )
    assert (found[0].article.id, found[0].why, found[0].text) == ("red-light", "search", "red light router storm")
    assert len(found) == 3
    assert [s.strength for s in found] == sorted((s.strength for s in found), reverse=True)
    assert suggest(kb, [Clue(kind="search", text="pizza")], "en", queue="support") == []


def test_an_article_read_in_vain_is_not_suggested_first(kb: KnowledgeBase) -> None:
    clues = [Clue(kind="search", text="red light router")]
    assert suggest(kb, clues, "en")[0].article.id == "red-light"
    assert suggest(kb, clues, "en", read=["red-light"])[0].article.id != "red-light"


def test_different_words_for_one_question_are_counted_together(kb: KnowledgeBase) -> None:
    counts = {
        "red light": (20, 5),
        "router is red": (12, 0),
        "wifi password": (25, 25),
        "carrier pigeon?": (7, 0),
        "Pigeon carriers": (4, 0),
        "never asked": (0, 0),
    }
    top = hot(
        [
            Asked(text=text, article=answer_of(kb.search(text, "en")), times=times, usual=usual)
            for text, (times, usual) in counts.items()
        ],
        kb,
        "en",
    )
    assert [(h.article, h.times, h.rising) for h in top] == [
        ("red-light", 32, True),
        ("wifi-password", 25, False),
        (None, 11, True),
    ]
    assert top[2].question == "carrier pigeon?"
    assert hot([Asked(text="red light", article="red-light", times=1)], kb, "en")[0].rising is False


def test_an_article_deleted_since_is_no_answer_any_more(kb: KnowledgeBase) -> None:
    top = hot([Asked(text="fax rates", article="fax", times=9)], kb, "en")
    assert [(h.question, h.article) for h in top] == [("fax rates", None)]
