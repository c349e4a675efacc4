"""The table of routes as a whole: roles, hostile requests, documents. A new route is tested by being in the table."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.web import bodies, call_bodies, people_bodies, typescript
from cti.web.call import RANK, Route
from cti.web.problems import Refusal
from cti.web.server import _query
from tests.examples import examples
from tests.web.conftest import BOTH, Rig

ROLES = {"agent": "ana", "supervisor": "sue", "administrator": "root"}


def filled(route: Route) -> str:
    return re.sub(r"\{\w+\}", "nothing-here", route.path)


@BOTH
async def test_every_route_asks_for_its_role_and_lets_those_in_who_have_it(rig: Rig) -> None:
    nobody = rig.client()
    people = {role: await rig.signed_in(name) for role, name in ROLES.items()}
    for route in rig.web.routes:
        if route.path.endswith("/session") and route.method != "GET":
            continue
        body = {} if route.ask is not None else None
        status, answer = await nobody.ask(route.method, filled(route), body)
        if route.role is not None:
            assert (status, answer["type"]) == (401, "not-signed-in"), route.path
        else:
            assert status != 403, route.path
        for role, client in people.items():
            if route.socket is not None:
                continue
            status, answer = await client.ask(route.method, filled(route), body)
            low = route.role is not None and RANK[role] < RANK[route.role]  # type: ignore[index]
            assert (status == 403 and answer["type"] == "role") is low, f"{role}: {route.method} {route.path} {status}"
            assert status != 401, route.path
            assert status < 500 or status == 503, f"{route.method} {route.path}: {answer}"


async def test_every_change_needs_the_csrf_token(rig: Rig) -> None:
    client = await rig.signed_in("root")
    for route in rig.web.routes:
        if route.method != "GET" and route.role is not None:
            status, answer = await client.ask(route.method, filled(route), {}, headers={"X-CSRF": "wrong"})
            assert (status, answer["type"]) == (403, "csrf"), route.path


HOSTILE: list[bytes] = [
    b"",
    b"[",
    b"null",
    b"[]",
    b'"x"',
    b"1e999",
    b"\xff\xfe",
    b'{"\\u0000": 1}',
    b"[" * 100_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b'{"state": "ready", "extra": 1}',
    b'{"name": 5, "password": []}',
]


@BOTH
async def test_hostile_bodies_are_refused_with_a_problem(rig: Rig) -> None:
    client = await rig.signed_in("root")
    for route in rig.web.routes:
        if route.ask is None or route.path.endswith("/session"):
            continue
        for raw in HOSTILE:
            status, answer = await client.ask(route.method, filled(route), raw=raw)
            assert status in ((400, 413, 422) if route.pages else (400, 422)), (
                f"{route.path} {raw[:20]!r}: {status} {answer}"
            )
            assert answer["todo"]
    await client.bad(415, "POST", "/api/v1/agent/state", raw=b"state=ready", headers={"Content-Type": "text/plain"})
    await client.bad(413, "POST", "/api/v1/agent/state", raw=b" " * 300_000)


async def test_a_probe_may_ask_for_the_head_alone(rig: Rig) -> None:
    for path in ("/healthz", "/api/v1/site", "/"):
        async with rig.client().http.head(rig.base + path) as response:
            assert response.status == 200
            assert await response.read() == b""


@BOTH
async def test_hostile_addresses(rig: Rig) -> None:
    client = await rig.signed_in("root")
    for part in ("x" * 500, "%00", "%0d%0aSet-Cookie:a", "..%2f..%2fetc%2fpasswd", "'; DROP TABLE customers;--", "%ff"):
        status, _ = await client.ask("GET", f"/api/v1/customers/{part}")
        assert status in (404, 422), part
        status, _ = await client.ask("GET", f"/assets/{part}")
        assert status in (403, 404), part
    await client.bad(422, "GET", "/api/v1/search?q=a&q=b")
    await client.bad(422, "GET", "/api/v1/search")
    await client.bad(422, "GET", "/api/v1/search?q=a&limit=100000")
    await client.bad(422, "GET", "/api/v1/search?q=a&more=1")
    assert (await client.good("GET", "/api/v1/search?q=%27%22%3Cscript%3E%25"))["customers"] == []
    await client.bad(404, "GET", "/nowhere")
    problem = await client.bad(405, "PUT", "/api/v1/session")
    assert "POST" in problem["todo"]


TEXT = st.text(max_size=30)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
FLAT = PLAIN | st.lists(PLAIN, max_size=4) | st.dictionaries(TEXT, PLAIN, max_size=4)
JSON = FLAT | st.lists(FLAT, max_size=2) | st.dictionaries(TEXT, FLAT, max_size=2)
ASKS = [
    value
    for value in (*vars(bodies).values(), *vars(call_bodies).values(), *vars(people_bodies).values())
    if isinstance(value, type) and issubclass(value, bodies.Ask) and value is not bodies.Ask
]


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.__name__)
def test_requests_take_what_they_say_or_refuse_it(ask: type[msgspec.Struct]) -> None:
    names = st.sampled_from(ask.__struct_fields__) | TEXT

    @given(st.dictionaries(names, JSON, max_size=5))
    @examples(25)
    def check(body: dict[str, Any]) -> None:
        try:
            made = msgspec.json.decode(msgspec.json.encode(body), type=ask)
        except msgspec.ValidationError:
            return
        assert set(body) <= set(ask.__struct_fields__)
        assert msgspec.json.decode(msgspec.json.encode(made), type=ask) == made

    check()


async def test_what_we_did_not_foresee_has_a_name_in_the_log_and_no_trace_outside(
    rig: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*args: object) -> None:
        raise ValueError("the secret is 42")

    client = await rig.signed_in("ana")
    monkeypatch.setattr(rig.history, "customer", broken)
    problem = await client.bad(500, "GET", "/api/v1/customers/eleanor")
    name = re.search(r"\((\w+)\)", problem["title"])
    assert name is not None
    assert name[1] in caplog.text
    assert "secret" not in str(problem)


async def test_openapi_has_every_route_with_its_structs(rig: Rig) -> None:
    document = await rig.client().good("GET", "/api/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    for route in rig.web.routes:
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["summary"] == route.summary
        assert operation["x-role"] == (route.role or "anybody")
        if route.ask is not None:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert schema["$ref"].endswith(f"/{route.ask.__name__}")
    names = [o["operationId"] for path in document["paths"].values() for o in path.values()]
    assert len(names) == len(set(names))
    for reference in re.findall(r'"#/components/schemas/(\w+)"', msgspec.json.encode(document).decode()):
        assert reference in document["components"]["schemas"]
    state = document["components"]["schemas"]["AgentStateAsk"]
    assert state["properties"]["reason"]["description"].startswith("Needed for")


def test_the_screens_types_are_those_of_the_structs() -> None:
    written = typescript.TARGET.read_text(encoding="utf-8")
    assert written == typescript.write(), "stale: run `python -m cti.web.typescript`"


def test_typescript_says_what_it_can_not_write() -> None:
    class Odd(msgspec.Struct):
        x: set[int] | complex

    with pytest.raises(TypeError, match=r"complex|set"):
        typescript.Writer().add(Odd)


async def test_pages_and_answers_carry_strict_headers(rig: Rig) -> None:
    client = rig.client()
    for path in ("/", "/desk", "/wallboard", "/healthz", "/api/v1/site", "/nowhere"):
        async with client.http.get(rig.base + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'")
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "aiohttp" not in response.headers["Server"]
            assert "immutable" not in response.headers["Cache-Control"]
            if response.content_type == "text/html":
                assert "script-src 'self'" in policy
                text = await response.text()
                assert not re.search(r"""(src|href)=["']?(https?:)?//""", text), "no outside address"
                for asset in re.findall(r'"(/assets/[^"]+)"', text)[:2]:
                    async with client.http.get(rig.base + asset) as file:
                        assert file.status == 200
                        assert "immutable" in file.headers["Cache-Control"]


def test_a_twice_said_name_is_refused() -> None:
    class Request:
        from multidict import MultiDict

        query = MultiDict([("q", "a"), ("q", "b")])

    with pytest.raises(Refusal):
        _query(Request(), bodies.SearchQuery)  # type: ignore[arg-type]
