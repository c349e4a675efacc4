"""What visitors of the help site searched, and whether an answer solved it, becomes history."""

from sqlalchemy import text

from tests.web.conftest import BOTH, Rig

VISITOR = "0123456789abcdef" * 2


def lines(rig: Rig) -> list[tuple[str, str, str, bool | None]]:
    """What the history has from the help site: kind, words, mark, judgement."""
    statement = text("SELECT kind, title, mark, solved FROM interactions WHERE source = 'web' ORDER BY kind, title")
    rows = rig.history._store.read(lambda connection: connection.execute(statement).fetchall())
    return [(row.kind, row.title, row.mark, None if row.solved is None else bool(row.solved)) for row in rows]


async def search(rig: Rig, words: str) -> None:
    await rig.client().good("POST", "/api/v1/visits/search", {"visitor": VISITOR, "q": words, "lang": "en"})


@BOTH
async def test_what_was_searched_in_vain_is_told_from_what_was_found(rig: Rig) -> None:
    await search(rig, "red light")
    await search(rig, "my cat ate the cable")
    assert lines(rig) == [
        ("search", "my cat ate the cable", "nothing_found", None),
        ("search", "red light", "", None),
    ]


async def test_the_same_words_on_one_day_are_one_line(rig: Rig) -> None:
    await search(rig, "my cat ate the cable")
    await search(rig, "My cat ate the cable ")
    assert len(lines(rig)) == 1


async def test_spaces_are_no_search(rig: Rig) -> None:
    asked = {"visitor": VISITOR, "q": " \u3000 ", "lang": "en"}
    assert (await rig.client().bad(422, "POST", "/api/v1/visits/search", asked))["where"] == "$.q"
    assert lines(rig) == []


@BOTH
async def test_the_last_judgement_of_an_answer_counts(rig: Rig) -> None:
    client = rig.client()
    for solved in (True, False):
        body = {"visitor": VISITOR, "article": "red-light", "lang": "en", "solved": solved}
        await client.good("POST", "/api/v1/visits/judgement", body)
    assert lines(rig) == [("visit", "Red light after a power cut", "", False)]


async def test_only_an_answer_there_is_can_be_judged(rig: Rig) -> None:
    body = {"visitor": VISITOR, "article": "no-such", "lang": "en", "solved": True}
    await rig.client().bad(404, "POST", "/api/v1/visits/judgement", body)
    assert lines(rig) == []


async def test_a_page_cannot_name_a_visitor_as_it_likes_nor_say_what_was_found(rig: Rig) -> None:
    client = rig.client()
    good = {"visitor": VISITOR, "q": "red light", "lang": "en"}
    for wrong in ({"visitor": "eleanor"}, {"visitor": ""}, {"q": ""}, {"q": "x" * 201}, {"lang": "xx"}, {"found": 3}):
        await client.bad(422, "POST", "/api/v1/visits/search", {**good, **wrong})
    await client.bad(403, "POST", "/api/v1/visits/search", good, headers={"Origin": "https://other.example"})
    assert lines(rig) == []


async def test_one_address_cannot_fill_the_history(rig: Rig) -> None:
    client = rig.client()
    answers = [
        (await client.ask("POST", "/api/v1/visits/search", {"visitor": VISITOR, "q": f"words {n}", "lang": "en"}))[0]
        for n in range(40)
    ]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert len(lines(rig)) < 40
