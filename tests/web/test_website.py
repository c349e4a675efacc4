"""What pages of the site's own web sites tell: taken from its origins only, item by item, and never too much."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from cti.core.inputs import SiteLoaded
from cti.core.website import Website
from cti.store.identity import Identities
from cti.web.pages import SCRIPT_PATH
from tests.web.conftest import BOTH, NUMBER, SITE, Client, Rig
from tests.web.test_signed import KEY, token

ADDRESS = "/api/v1/website/visits"
SHOP = {"Origin": "https://shop.example", "Content-Type": "text/plain;charset=UTF-8"}
VISITOR, VISIT = "0123456789abcdef" * 2, "fedcba9876543210" * 2


@pytest.fixture
async def shop(rig: Rig) -> Client:
    """A page of the shop, whose site keeps two fields of one form."""
    web = Website(origins=("https://shop.example",), forms={"contact": ("topic", "message")})
    await rig.say(SiteLoaded(site=msgspec.structs.replace(SITE, web=web)))
    rig.web.reload({"k": f"hs256:{KEY.hex()}"})
    return rig.client()


def batch(rig: Rig, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    now = rig.loop.now()
    filled = [{"id": f"item{n:04}", "at": now - 1000 + n, **item} for n, item in enumerate(items)]
    return {"visitor": VISITOR, "visit": VISIT, "sent": now, "consent": True, "items": filled, **more}


PAGE = {"kind": "page", "words": "Help", "place": "/help?mail=e@mail.example#top"}


def kept(rig: Rig) -> list[tuple[Any, ...]]:
    statement = text("SELECT kind, words, place, found, body FROM visit_items ORDER BY id")
    return rig.store.read(lambda c: [tuple(row) for row in c.execute(statement)])


@BOTH
async def test_what_was_done_is_kept_once(rig: Rig, shop: Client) -> None:
    body = batch(
        rig,
        PAGE,
        {"kind": "search", "words": "router red light", "found": 0},
        {"kind": "form", "words": "contact", "fields": {"topic": "bill", "message": "a\nb", "age": "9"}},
    )
    for _ in range(2):
        assert await told(shop, body) == {"taken": 3, "not_taken": []}
    assert kept(rig) == [
        ("page", "Help", "/help", None, ""),
        ("search", "router red light", "", 0, ""),
        ("form", "contact", "", None, "topic: bill\nmessage: a b"),
    ]


async def told(client: Client, body: object, headers: dict[str, str] | None = None) -> Any:
    return await client.good("POST", ADDRESS, body, headers=headers or SHOP)


@BOTH
async def test_what_is_right_of_a_batch_is_kept(rig: Rig, shop: Client) -> None:
    wrong: list[Any] = [
        {"kind": "search", "words": "", "id": "wrong001"},
        {"kind": "search", "words": "x", "found": -1, "id": "wrong002"},
        {"kind": "order", "id": "wrong003"},
        {"kind": "page", "id": "../etc/passwd"},
        {"kind": "sign_in", "token": "a.b.c", "id": "wrong004"},
        {"kind": "tag", "words": "x" * 61, "id": "wrong005"},
        # Sent by hand: hotline.js would not.
        {"kind": "search", "words": " \t\u3000 ", "id": "wrong006"},
        {"kind": "tag", "words": "\u200b ", "id": "wrong007"},
        {"kind": "form", "words": "  ", "id": "wrong008"},
    ]
    body = batch(rig, PAGE, *wrong)
    body["items"] += ["a word", 7]
    answer = await told(shop, body)
    assert answer["taken"] == 1
    assert [one["where"] for one in answer["not_taken"]] == [
        "$.items[1].words",
        "$.items[2].found",
        "$.items[3].kind",
        "$.items[4].id",
        "$.items[5]",
        *(f"$.items[{n}].words" for n in (6, 7, 8, 9)),
        "$.items[10]",
        "$.items[11]",
    ]
    assert all(one["why"] for one in answer["not_taken"])
    assert len(kept(rig)) == 1


async def test_only_pages_of_the_sites_origins_may_tell(rig: Rig, shop: Client) -> None:
    body = batch(rig, PAGE)
    for origin in ("https://other.example", "https://shop.example.evil.example", "null", ""):
        headers = {**SHOP, "Origin": origin}
        async with shop.http.post(rig.base + ADDRESS, data=msgspec.json.encode(body), headers=headers) as answer:
            assert answer.status == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert kept(rig) == []


async def test_a_browser_lets_the_page_ask_and_read_the_answer(rig: Rig, shop: Client) -> None:
    async with shop.http.options(rig.base + ADDRESS, headers={"Origin": "https://shop.example"}) as may:
        assert may.status == 204
        assert may.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert may.headers["Access-Control-Allow-Methods"] == "POST"
    async with shop.http.post(rig.base + ADDRESS, data=b"{", headers=SHOP) as answer:
        assert answer.status == 400
        assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    async with shop.http.options(rig.base + "/api/v1/site", headers={"Origin": "https://shop.example"}) as other:
        assert "Access-Control-Allow-Origin" not in other.headers


async def test_nothing_is_taken_before_the_visitor_agrees(rig: Rig, shop: Client) -> None:
    problem = await shop.bad(403, "POST", ADDRESS, batch(rig, PAGE, consent=False), headers=SHOP)
    assert problem["type"] == "no-consent"
    assert kept(rig) == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, b"\xff\xfe"),
        (400, b'{"visitor": '),
        (422, b"[]"),
        (422, b'{"visitor": "eleanor"}'),
        (413, b'{"visitor": "' + b"x" * 70_000 + b'"}'),
        (422, b"[" * 60_000),
        (400, b'{"visitor": "%s", "items": [' % (b"a" * 32) + b"[" * 50_000),
    ],
)
async def test_a_hostile_body_is_told_what_is_wrong(shop: Client, status: int, body: bytes) -> None:
    await shop.bad(status, "POST", ADDRESS, raw=body, headers=SHOP)


async def test_one_visitor_cannot_fill_the_history(rig: Rig, shop: Client) -> None:
    answers = [(await shop.ask("POST", ADDRESS, batch(rig, PAGE), SHOP))[0] for _ in range(40)]
    assert answers[0] == 200
    assert answers[-1] == 429
    too_many = batch(rig, *([PAGE] * 51), visitor="f" * 32)
    await shop.bad(422, "POST", ADDRESS, too_many, headers=SHOP)


async def test_a_browsers_wrong_clock_is_put_right(rig: Rig, shop: Client) -> None:
    body = batch(rig, PAGE)
    year = 365 * 24 * 3_600_000
    body["sent"] += year
    body["items"][0]["at"] += year
    await told(shop, body)
    at = rig.store.read(lambda c: c.execute(text("SELECT at FROM visit_items")).scalar_one())
    assert abs(at - rig.loop.now()) < 60_000


@BOTH
async def test_a_visitor_tags_themselves(rig: Rig, shop: Client) -> None:
    body = batch(
        rig, {"kind": "tag", "words": "prefers\ne-mail"}, {"kind": "tag", "words": "prefers calls", "so": False}
    )
    assert await told(shop, body) == {"taken": 2, "not_taken": []}
    assert kept(rig) == [("tag", "prefers e-mail", "", None, ""), ("untag", "prefers calls", "", None, "")]


@BOTH
async def test_a_signed_visitor_is_joined_to_the_customer(rig: Rig, shop: Client) -> None:
    tel = Identities(b"key", "HK").phone("+44 7700 900199")
    assert tel is not None
    await told(shop, batch(rig, PAGE))
    signed = token(now=rig.loop.now(), phone_number="+44 7700 900199", phone_number_verified=True, name="Ana")
    answer = await told(shop, batch(rig, {"kind": "sign_in", "token": signed, "id": "signin01"}, visit="a" * 32))
    assert answer["taken"] == 1
    pop = await rig.history.pop(tel.id)
    assert [one.name for one in pop.people] == ["Ana"]
    assert {line.title for line in pop.people[0].timeline} == {"Help", ""}
    agent = await rig.signed_in("ana")
    shown = await agent.good("GET", f"/api/v1/customers/{pop.people[0].customer}/timeline")
    assert {step["kind"] for line in shown["entries"] for step in line["web"]["steps"]} == {"sign_in"}
    assert shown["entries"][0]["web"]["pages"] + shown["entries"][1]["web"]["pages"] == 1


async def test_another_browser_with_the_same_token_stays_unknown(rig: Rig, shop: Client) -> None:
    signed = {"kind": "sign_in", "token": token(now=rig.loop.now())}
    assert (await told(shop, batch(rig, signed)))["taken"] == 1
    answer = await told(shop, batch(rig, signed, visitor="b" * 32))
    assert (answer["taken"], len(answer["not_taken"])) == (0, 1)


async def test_the_script_may_be_kept_for_ever_by_its_version(rig: Rig) -> None:
    client = rig.client()
    for path, cached in ((SCRIPT_PATH, "immutable"), ("/web/000000000000/hotline.js", "no-cache")):
        async with client.http.get(rig.base + path) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/javascript"
            assert cached in answer.headers["Cache-Control"]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert b"hotline" in await answer.read()


async def test_a_number_of_a_customer_is_not_shown_to_pages(rig: Rig, shop: Client) -> None:
    assert NUMBER not in str(await told(shop, batch(rig, PAGE)))
