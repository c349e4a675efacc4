"""The knowledge base as the bridge holds it: loaded anew while in use, and counting what is asked."""

import shutil
from pathlib import Path

from cti.core.ids import QueueId
from cti.knowledge import Knowledge

EXAMPLE = Path(__file__).resolve().parents[1] / "example" / "kb"


async def test_hot_questions_are_what_writers_expect_until_people_ask() -> None:
    knowledge = Knowledge(EXAMPLE)
    assert [h.article for h in await knowledge.hot("zh-Hant", 2)] == ["red-light", "engineer-visit"]
    for _ in range(3):
        knowledge.search("漫遊收費", "zh-Hant")
    top = await knowledge.hot("zh-Hant", 2)
    assert [h.article for h in top] == ["roaming", "red-light"]
    assert top[0].times == 3


async def test_a_spoilt_file_leaves_its_article_as_it_was_and_a_deleted_one_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(EXAMPLE, folder)
    knowledge = Knowledge(folder)
    (folder / "en" / "roaming.md").write_text("spoilt", "utf-8")
    (folder / "en" / "pay-bill.md").unlink()
    (folder / "words.toml").write_text("same = 3", "utf-8")
    knowledge.reload()
    roaming = knowledge.get("roaming", "en")
    assert roaming is not None
    assert roaming.title.startswith("Roaming")
    paid = knowledge.get("pay-bill", "en")
    assert paid is None or paid.language != "en"


def test_no_folder_is_an_empty_knowledge_base(tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path / "nowhere")
    assert knowledge.search("red light").nothing
    assert knowledge.answers([("search", "red light")], "en") == ()


def test_what_a_caller_did_on_the_way_finds_answers_with_the_reason() -> None:
    found = Knowledge(EXAMPLE).answers([("search", "red light router storm"), ("menu", "Internet")], "en")
    assert (found[0].article, found[0].why, found[0].language) == ("red-light", "search", "en")


def test_what_is_read_to_callers_has_a_phone_text_and_fits_their_queue_and_language() -> None:
    knowledge = Knowledge(EXAMPLE)
    [red] = knowledge.spoken(QueueId("support"), "yue")
    assert red.article == "red-light"
    assert knowledge.spoken(QueueId("billing"), "yue") == ()
    words = knowledge.prompts()
    assert words["yue", red.question] == "停電或打雷後亮紅燈"
    assert words["en", red.answer].startswith("Find the small white fibre box")
    # Sounds of both scripts: Mandarin reads the simplified text, Cantonese the traditional one.
    assert {language for language, _ in words} == {"cmn", "yue", "en"}
