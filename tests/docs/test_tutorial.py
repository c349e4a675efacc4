"""The tutorial's and the README's commands are real, and the tutorial's work one after another."""

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from cti.cli import parser
from cti.core import inputs as i
from cti.core.ids import AgentId, ChannelId, InteractionId, Language, QueueId, SkillId
from cti.core.interaction import State
from cti.setup.asterisk import AsteriskInstall
from cti.setup.site import load
from ivr.engine import Connect
from tests.conftest import PROJECT
from tests.core.play import Play
from tests.ivr.play import Caller, shipped
from tests.setup.test_up import Up

PAGES = ("README.md", "docs/tutorial.md")


def commands(page: str) -> list[list[str]]:
    """The words of every `./hotline` line in the page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (PROJECT / page).read_text(), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert lines
    assert all(line.startswith("./hotline ") for line in lines), lines
    return [line.split()[1:] for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    for words in commands(page):
        parser(words[0]).parse_args(words)


@pytest.mark.parametrize("language", "123")
@pytest.mark.parametrize("topic", "12340")
def test_every_choice_of_step_4_reaches_the_agent_of_step_3(language: str, topic: str) -> None:
    site = load(PROJECT / "example/site.toml")
    caller = Caller(shipped().flows[site.numbers[0].flow])
    caller.does(language)
    caller.does(topic)
    asks = caller.step.do
    assert isinstance(asks, Connect)
    play = Play()
    play.say(i.SiteLoaded(site=site))
    play.say(i.AgentReady(agent=AgentId("ana")))
    play.say(
        i.CallArrived(
            interaction=InteractionId("c"), channel=ChannelId("c"), number=site.numbers[0].number, caller=None
        )
    )
    play.say(
        i.RouteAsked(
            interaction=InteractionId("c"),
            queue=QueueId(asks.queue),
            skills={SkillId(skill): level for skill, level in asks.skills.items()},
            language=Language(caller.step.caller.language),
        )
    )
    assert play.world.interactions[InteractionId("c")].state is State.OFFERED, (
        f"{asks.queue}: nobody is offered the call"
    )


@pytest.mark.asterisk
@pytest.mark.timeout(400)
async def test_a_stranger_can_follow_it(asterisk_install: AsteriskInstall, short_folder: Path) -> None:
    first, *rest = commands("docs/tutorial.md")
    assert first == ["up"]
    up = Up(short_folder / "tutorial", asterisk_install)
    await up.start()
    try:
        for words in rest:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "cti.cli", *words),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=PROJECT,
                env={**os.environ, **up.environment, "HOTLINE_DATA": str(up.data)},
            )
            async with asyncio.timeout(120):
                # Two minutes of robots are for people to look at.
                said = await (_cut_short(process) if words[0] == "demo" else process.communicate())
            wanted = 130 if words[0] == "demo" else 0
            assert process.returncode == wanted, f"{' '.join(words)}: {said}"
            if words[0] == "demo":
                assert _working(up) == [], "the robots have signed out"
    finally:
        await up.end()


async def _cut_short(demo: asyncio.subprocess.Process) -> str:
    """Ends it, as a shell script would, when a robot talks with a caller; gives what it said."""
    assert demo.stdout is not None
    said = ""
    while line := (await demo.stdout.readline()).decode():
        said += line
        if " answers" in line:
            demo.terminate()
    await demo.wait()
    return said


def _working(up: Up) -> list[str]:
    """Who is signed in, as the wallboard shows it."""
    command = [sys.executable, "-P", "-m", "cti.cli", "tokens", "add", "TV", "--json", "--data", str(up.data)]
    token = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=PROJECT).stdout)["token"]
    request = urllib.request.Request(
        f"http://127.0.0.1:{up.http}/api/v1/wallboard", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return [agent["agent"] for agent in json.load(answer)["agents"] if agent["state"] != "signed_out"]
