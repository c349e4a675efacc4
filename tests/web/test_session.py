"""Signing in and out, CSRF, tokens, limits."""

import msgspec

from cti.core.inputs import AgentSignedIn, AgentSignedOut
from tests.web.conftest import BOTH, PASSWORD, Rig


@BOTH
async def test_sign_in_by_work_number_and_out_again(rig: Rig) -> None:
    client = rig.client()
    await client.bad(401, "GET", "/api/v1/session")
    me = await client.sign_in("8001")
    assert (me["agent"], me["name"], me["role"]) == ("ana", "Ana Lindqvist", "agent")
    assert (await client.good("GET", "/api/v1/session")) == me
    assert rig.inputs[-1] == AgentSignedIn(agent="ana")
    await client.good("DELETE", "/api/v1/session")
    assert rig.inputs[-1] == AgentSignedOut(agent="ana")
    await client.bad(401, "GET", "/api/v1/session")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(rig: Rig) -> None:
    client = rig.client()
    async with client.http.post(rig.base + "/api/v1/session", json={"name": "ana", "password": PASSWORD}) as response:
        cookie = response.headers["Set-Cookie"]
        assert response.headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


async def test_a_stolen_cookie_is_worth_nothing_after_signing_out(rig: Rig) -> None:
    client, thief = await rig.signed_in("ana"), rig.client()
    thief.http.cookie_jar.update_cookies({"hotline": next(c.value for c in client.http.cookie_jar)})
    await thief.good("GET", "/api/v1/session")
    await client.good("DELETE", "/api/v1/session")
    await thief.bad(401, "GET", "/api/v1/session")


async def test_the_agent_stays_signed_in_while_another_session_lasts(rig: Rig) -> None:
    first, second = await rig.signed_in("ana"), await rig.signed_in("ana")
    await first.good("DELETE", "/api/v1/session")
    assert not any(isinstance(said, AgentSignedOut) for said in rig.inputs)
    await second.good("DELETE", "/api/v1/session")
    assert isinstance(rig.inputs[-1], AgentSignedOut)


@BOTH
async def test_wrong_names_and_passwords_get_the_same_answer_and_then_have_to_wait(rig: Rig) -> None:
    client = rig.client()
    unknown = await client.bad(401, "POST", "/api/v1/session", {"name": "nobody", "password": "x"})
    wrong = await client.bad(401, "POST", "/api/v1/session", {"name": "ana", "password": "x"})
    assert unknown == wrong
    for _ in range(4):
        await client.bad(401, "POST", "/api/v1/session", {"name": "ana", "password": "x"})
    problem = await client.bad(429, "POST", "/api/v1/session", {"name": "ana", "password": PASSWORD})
    assert "hotline agents password" in problem["todo"]


async def test_changes_need_the_csrf_token(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    for wrong in ("", "0" * 32, "ü"):
        problem = await client.bad(403, "POST", "/api/v1/agent/state", {"state": "ready"}, headers={"X-CSRF": wrong})
        assert problem["where"] == "X-CSRF"
    await client.good("POST", "/api/v1/agent/state", {"state": "ready"})


async def test_a_page_of_another_site_gets_nothing(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    headers = {"Origin": "https://elsewhere.example"}
    problem = await client.bad(403, "POST", "/api/v1/agent/state", {"state": "ready"}, headers=headers)
    assert problem["type"] == "other-site"
    await client.bad(403, "GET", "/api/v1/live?view=desk", headers=headers)
    await client.good("POST", "/api/v1/agent/state", {"state": "ready"}, headers={"Origin": rig.base})


@BOTH
async def test_a_token_works_without_csrf_is_listed_without_its_secret_and_can_be_taken_away(rig: Rig) -> None:
    client, program = await rig.signed_in("ana"), rig.client()
    made = await client.good("POST", "/api/v1/tokens", {"label": "wallboard in the hall"})
    program.token = made["token"]
    await program.good("GET", "/api/v1/wallboard")
    await program.good("POST", "/api/v1/agent/state", {"state": "ready"})
    listed = await client.good("GET", "/api/v1/tokens")
    assert [line["label"] for line in listed["tokens"]] == ["wallboard in the hall"]
    assert made["token"] not in msgspec.json.encode(listed).decode()
    await client.good("DELETE", f"/api/v1/tokens/{made['line']['id']}")
    await program.bad(401, "GET", "/api/v1/wallboard")


async def test_nobody_makes_a_token_above_their_own_role_or_takes_away_anothers(rig: Rig) -> None:
    agent, root = await rig.signed_in("ana"), await rig.signed_in("root")
    problem = await agent.bad(403, "POST", "/api/v1/tokens", {"label": "x", "role": "supervisor"})
    assert problem["where"] == "$.role"
    made = await root.good("POST", "/api/v1/tokens", {"label": "metrics", "role": "supervisor"})
    await agent.bad(404, "DELETE", f"/api/v1/tokens/{made['line']['id']}")
    assert (await agent.good("GET", "/api/v1/tokens"))["tokens"] == []
    program = rig.client()
    program.token = made["token"]
    await program.good("GET", "/metrics")


async def test_a_session_is_no_token_and_a_token_is_no_session(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    cookie = next(c.value for c in client.http.cookie_jar)
    program = rig.client()
    program.token = cookie
    await program.bad(401, "GET", "/api/v1/session")
    made = await client.good("POST", "/api/v1/tokens", {"label": "x"})
    browser = rig.client()
    browser.http.cookie_jar.update_cookies({"hotline": made["token"]})
    await browser.bad(401, "GET", "/api/v1/session")


@BOTH
async def test_changing_the_password_ends_all_other_sessions(rig: Rig) -> None:
    here, elsewhere = await rig.signed_in("ana"), await rig.signed_in("ana")
    problem = await here.bad(422, "POST", "/api/v1/session/password", {"old": "no", "new": "another good one"})
    assert problem["where"] == "$.old"
    await here.bad(422, "POST", "/api/v1/session/password", {"old": PASSWORD, "new": "short"})
    await here.good("POST", "/api/v1/session/password", {"old": PASSWORD, "new": "another good one"})
    await here.good("GET", "/api/v1/session")
    await elsewhere.bad(401, "GET", "/api/v1/session")


async def test_the_browsers_phone_is_ones_own(rig: Rig) -> None:
    client = await rig.signed_in("ana")
    phone = await client.good("GET", "/api/v1/phone")
    assert phone["user"] == "ana-web"
    assert phone["uri"] == "sip:ana-web@hotline.example"
    assert phone["password"] == "secret-ana-web"
    await (await rig.signed_in("sue")).bad(503, "GET", "/api/v1/phone")


async def test_a_viewers_token_sees_the_wallboard_and_nothing_else(rig: Rig) -> None:
    signed_in, tv = await rig.signed_in("root"), rig.client()
    tv.token = (await signed_in.good("POST", "/api/v1/tokens", {"label": "TV", "role": "viewer"}))["token"]
    assert (await tv.good("GET", "/api/v1/wallboard"))["asterisk"] is True
    async with await tv.live("wallboard", protocols=("hotline", f"bearer.{tv.token}")) as socket:
        assert (await socket.receive_json())["type"] == "snapshot"
    await tv.bad(403, "POST", "/api/v1/agent/state", {"state": "ready"})
    await tv.bad(403, "GET", "/api/v1/search?q=eleanor")
    await tv.bad(403, "POST", "/api/v1/tokens", {"label": "more"})
    await tv.bad(403, "GET", "/api/v1/live?view=desk")
