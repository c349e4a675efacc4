"""What a caller chose in the menus, as one column keeps it."""

from hypothesis import given
from hypothesis import strategies as st

from cti.store.paths import choices, extended

words = st.text("abc 上网\"'", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
choice = st.fixed_dictionaries({"en": words}, optional={"zh-Hans": words, "zh-Hant": words})


@given(st.lists(choice, max_size=4))
def test_choices_are_read_as_they_were_made(made: list[dict[str, str]]) -> None:
    column = ""
    for one in made:
        column = extended(column, one)
    assert list(choices(column)) == made


def test_a_word_missing_in_one_language_leaves_the_others_where_they_are() -> None:
    assert choices(extended("", {"zh-Hant": "上網"})) == ({"zh-Hant": "上網"},)


def test_choices_kept_in_one_language_are_shown_as_they_are() -> None:
    column = extended("Internet\nNo line", {"en": "Back", "zh-Hans": "返回", "zh-Hant": "返回"})
    assert choices(column)[:2] == ({"en": "Internet"}, {"en": "No line"})


def test_no_line_or_tab_in_a_word_makes_another_choice() -> None:
    assert choices(extended("", {"en": "a\tb\nc", "zh-Hans": "x"})) == ({"en": "a b c", "zh-Hans": "x"},)
