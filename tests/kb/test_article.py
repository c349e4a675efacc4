"""Articles from files, and what is said about files that are wrong."""

from pathlib import Path

import pytest

from kb.article import ArticleError, parse, read, read_folder

GOOD = """+++
title = "Red light"
summary = "Reset the box."
tags = ["internet"]
queues = ["support"]
questions = ["Why is it red?"]
version = 3
often = 5
+++
1. Unplug it.

+++ is no fence here
"""


def test_an_article_takes_its_id_and_language_from_where_it_lies() -> None:
    article = parse(GOOD, Path("kb/zh-Hant/red-light.md"))
    assert (article.id, article.language, article.version, article.often) == ("red-light", "zh-Hant", 3, 5)
    assert article.queues == ("support",)
    assert article.body == "1. Unplug it.\n\n+++ is no fence here"


def test_a_byte_order_mark_and_windows_line_ends_are_no_harm() -> None:
    assert parse("\ufeff" + GOOD.replace("\n", "\r\n"), Path("en/a.md")).title == "Red light"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("en/Red Light.md", GOOD, "rename it"),
        ("en/a.md", "title = 1", "begin with +++"),
        ("en/a.md", "", "begin with +++"),
        ("en/a.md", '+++\ntitle = "x"\n', "is missing"),
        ("en/a.md", '+++\ntitle = "x"\n+++\ntext', "summary"),
        ("en/a.md", '+++\ntitle = "x"\nsummary = "y"\ncolour = "red"\n+++\ntext', "colour"),
        ("en/a.md", '+++\ntitle = "x\nsummary = "y"\n+++\ntext', "is wrong (Illegal"),
        ("en/a.md", '+++\ntitle = "x"\nsummary = "y"\n+++\n \n', "the text is empty"),
        ("en/a.md", '+++\ntitle = " "\nsummary = "y"\n+++\ntext', "the title is empty"),
        ("en/a.md", '+++\ntitle = "x"\nsummary = "y"\nversion = 0\n+++\ntext', "version 0"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_cure(name: str, text: str, said: str) -> None:
    with pytest.raises(ArticleError) as caught:
        parse(text, Path(name))
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")
    assert "To do: " in str(caught.value)


def test_one_bad_file_hides_no_good_one(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "good.md").write_text(GOOD, "utf-8")
    (tmp_path / "en" / "bad.md").write_bytes(b"+++\n\xff\xfe")
    articles, errors = read_folder(tmp_path)
    assert [a.id for a in articles] == ["good"]
    assert [(e.path.name, e.cure) for e in errors] == [("bad.md", "save the file as UTF-8")]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(ArticleError, match="No such file"):
        read(tmp_path / "en" / "a.md")
