"""A robot agent that leaves is given no more calls, and signs out when the hotline has seen its last one end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cti.robots import crowd
from cti.robots.crowd import Robot, RobotAgent
from cti.robots.phone import Phone


class Bridge:
    """What a robot asks of the API. The end of a talk reaches it late, as on a busy machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.states = iter(["reserved", *["talking"] * 30, "wrap_up"])

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v1")
        if path == "/agent/why":
            state = next(self.states, "wrap_up")
            self.asked.append(state)
            return web.json_response({"why": [{"code": "own_state", "args": {"state": state}}], "text": []})
        self.asked.append(f"{request.method} {path}")
        return web.json_response({"csrf": "token", "ok": True})


@pytest.fixture
async def bridge() -> AsyncIterator[tuple[Bridge, str]]:
    made = Bridge()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, f"http://127.0.0.1:{runner.addresses[0][1]}/api/v1"
    await runner.cleanup()


async def test_a_robot_that_leaves_declines_what_rings_and_signs_out_when_its_call_is_over(
    bridge: tuple[Bridge, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, api = bridge
    monkeypatch.setattr(crowd, "_ASK_S", 0)

    async def registered(_phone: Phone, _seconds: int = 600) -> None:
        """No registrar here."""

    monkeypatch.setattr(Phone, "register", registered)
    caller = Phone("hotline", "", "127.0.0.1", ("127.0.0.1", 9))
    await caller.open()
    said: list[str] = []
    robot = Robot(agent="bo", phone="bo-desk", secret="", session="secret")
    agent = RobotAgent(robot, api, ("127.0.0.1", caller.port), "127.0.0.1", (), said.append)
    await agent.start(60)
    caller.server = ("127.0.0.1", agent._phone.port)
    async with asyncio.timeout(20):
        first = await caller.call("bo")
        await first.up
        ringing = await caller.call("bo")
        await ringing.ringing.wait()
        await agent.leave()
        assert "486" in await ringing.over
        # One more that was under way to it.
        late = await caller.call("bo")
        assert "486" in await late.over
        assert not first.over.done()
        await agent.stop()
        assert await first.over == "them"
    caller.close()
    assert said == ["bo answers"]
    begin = made.asked.index("POST /agent/state", made.asked.index("POST /agent/state") + 1)
    assert made.asked[begin + 1 :] == ["reserved", *["talking"] * 30, "wrap_up", "DELETE /session"]
