"""What two ways of writing the same thing have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import words
from kb.thesaurus import Thesaurus, general


def _texts(text: str) -> set[str]:
    return {term.text for term in words.terms(text)}


@pytest.mark.parametrize(
    "alike",
    [
        ("charge", "charges", "charged", "charging"),
        ("bill", "bills", "billing", "billed"),
        ("apply", "applies", "applied", "applying"),
        ("stop", "stopped", "stopping"),
        ("box", "box"),
    ],
)
def test_endings_make_no_difference(alike: tuple[str, ...]) -> None:
    assert len({words.stem(word) for word in alike}) == 1


@pytest.mark.parametrize("word", ["bus", "is", "5g", "news", "sim", "gas", "this"])
def test_short_words_and_numbers_stay_what_they_are(word: str) -> None:
    assert words.stem(word) in (word, word.rstrip("s"))
    assert words.stem(word)


def test_simplified_and_traditional_are_one() -> None:
    assert _texts("路由器亮紅燈") == _texts("路由器亮红灯")
    assert _texts("帳單") == _texts("账单") == _texts("賬單") == _texts("帐单")
    assert _texts("甚麼時候回覆") == _texts("什么时候回复")
    assert words.is_traditional("寬頻")
    assert not words.is_traditional("宽带")


def test_chinese_is_cut_into_pairs_and_single_characters() -> None:
    assert {"宽带", "带费", "宽", "带", "费"} <= _texts("宽带费")
    assert _texts("费") == {"费"}
    assert _texts("5G套餐") == {"5g", "套餐", "套", "餐"}


def test_compatible_forms_and_case_are_one() -> None:
    assert _texts("ＷｉＦｉ") == _texts("wifi")
    assert "wifi" in _texts("Wi-Fi")
    assert _texts("don't") == _texts("don’t")


def test_words_that_say_little_count_little() -> None:
    weights = {term.text: term.weight for term in words.terms("how do I pay")}
    assert weights["pay"] > weights["how"]


THESAURUS = Thesaurus(general())


@given(st.text(max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    for term in THESAURUS.terms(text):
        assert term.text
        assert 0 < term.weight <= 1


@given(st.text(alphabet="停電後亮紅燈帳單wifi -'", max_size=40))
def test_terms_do_not_depend_on_how_it_was_written(text: str) -> None:
    assert words.terms(text) == words.terms(words.fold(text))


def test_different_words_for_one_thing_share_a_term() -> None:
    thesaurus = Thesaurus([["fee", "how much", "多少钱", "收费"], ["cancel"]])

    def concepts(text: str) -> set[str]:
        return {term.text for term in thesaurus.terms(text) if term.text.startswith(words.CONCEPT)}

    assert concepts("How much is it?") == concepts("the fees") == concepts("這個多少錢") == {"=0"}
    assert concepts("how is it, much?") == set()
    assert concepts("cancelled") == {"=1"}
