"""`hotline why`: a call's story from the journal alone."""

import asyncio
import contextlib
import json
import shutil
from pathlib import Path

import pytest

from cti.cli import main
from cti.commands.why import fact
from cti.core import inputs as i
from cti.core.events import Record, Why
from cti.core.ids import AgentId, Phone
from cti.core.site import Policy
from cti.setup import secrets
from cti.setup import site as site_file
from cti.setup.settings import Settings, put_settings
from cti.store.database import Store
from cti.store.journal import Journal
from cti.store.projector import Projector
from tests.core.play import START, Play

SITE = Path(__file__).parents[1] / "site.toml"
STORY = """
    0   | bo not-ready lunch    |
    0   | A calls               |
    1   | A chooses net         |
    1   | A asks support        |
    2   | ana ready             |
    17  | time passes           |
    20  | bo ready              |
    22  | A.2 enters b          |
    22  | A enters b            |
    92  | A gone                |
    100 | B calls               |
    100 | B asks support cmn    |
"""


GIVEN_ON = """
    0   | ana ready             |
    1   | A calls               |
    1   | A asks support        |
    2   | A.1 enters b          |
    2   | A enters b            |
    3   | bo ready              |
    6   | ana gives A to bo     |
    7   | bo declines A.2       |
    9   | A.3 enters c          |
    9   | A enters c            |
    20  | ana gives A queue support |
    25  | A gone                |
"""


@pytest.fixture
def data(tmp_path: Path, database_url: str) -> Path:
    """A data folder whose journal tells of one call that is over and one that waits."""
    return told(tmp_path, database_url, STORY)


def told(tmp_path: Path, database_url: str, story: str) -> Path:
    put_settings(tmp_path / "settings.toml", {"database_url": database_url})
    secrets.ensure(tmp_path / "secrets.toml", [Phone("ana-web")])
    shutil.copy(SITE, tmp_path / "site.toml")
    play = Play()
    play.say(i.SiteLoaded(site=site_file.load(SITE)))
    play.table(story)

    async def write() -> None:
        journal = Journal.open(Settings.load(tmp_path).journal)
        journal.start(lambda seq: None, lambda trouble: None)
        journal.append([Record(seq, at, event) for seq, (at, event) in enumerate(play.records, 1)])
        await asyncio.to_thread(journal.close)

    asyncio.run(write())
    return tmp_path


def test_the_story_of_a_call_says_who_was_asked_and_why(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "A", "--data", str(data)]) == 0
    assert (
        capsys.readouterr().out
        == """\
A, 15 January 2027
16:00:00  called 28000000
16:00:01  chose net
16:00:01  in line for Support
16:00:02  offered to Ana Lindqvist
          - Ana Lindqvist has what is asked for: internet 5
          - Ana Lindqvist was free for 0 s
          - Ana Lindqvist was the only one free
          - Bo Tan: not ready
16:00:17  Ana Lindqvist: not answered
16:00:20  offered to Bo Tan
          - Bo Tan has what is asked for: internet 5
          - Bo Tan was free for 0 s
          - Bo Tan was the only one free
          - Ana Lindqvist: not ready
16:00:22  talking with Bo Tan
16:01:32  the talk ended; the caller hung up
16:01:32  ended: after a talk
What the wait was:
16:00:01 - 16:00:02  nobody with internet 1 at work
16:00:02 - 16:00:17  Ana Lindqvist was called: not answered
16:00:17 - 16:00:20  nobody with internet 1 at work
16:00:20 - 16:00:22  Bo Tan was called: answered
"""
    )


def test_the_story_of_a_call_that_was_given_on(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", "A", "--data", str(told(tmp_path, database_url, GIVEN_ON))]) == 0
    said = capsys.readouterr().out
    assert (
        said[said.index("16:00:06") :]
        == """\
16:00:06  Ana Lindqvist transfers the caller to Bo Tan
16:00:06  the talk ended; Ana Lindqvist gave the caller on
16:00:06  in line for Support, kept for Bo Tan, to whom they were transferred
16:00:06  offered to Bo Tan
          - Bo Tan was given this caller by a colleague
16:00:07  Bo Tan: declined
16:00:07  the transfer to Bo Tan failed: declined
16:00:07  in line for Support, kept for Ana Lindqvist, who had transferred them
16:00:07  offered to Ana Lindqvist
          - Ana Lindqvist had given this caller to a colleague, who did not take the call
16:00:09  talking with Ana Lindqvist
16:00:20  Ana Lindqvist transfers the caller to the line for Support
16:00:20  the talk ended; Ana Lindqvist gave the caller on
16:00:20  in line for Support
16:00:25  ended: gave up waiting for the next agent
What the wait was:
16:00:01 - 16:00:02  Ana Lindqvist was called: answered
16:00:06 - 16:00:07  Bo Tan was called: declined
16:00:07 - 16:00:09  Ana Lindqvist was called: answered
16:00:20 - 16:00:25  busy: the only one who can serve this caller
"""
    )


def test_who_still_waits_is_told_what_for(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.commands.why.wall_clock", lambda: START + 101_000)
    assert main(["why", "B", "--data", str(data)]) == 0
    assert capsys.readouterr().out.endswith("""\
16:01:40  in line for Support
What the wait was:
16:01:40 - 16:01:41  busy: the only one who can serve this caller
Still waiting:
          - Ana Lindqvist: Mandarin 0, 1 needed
          - Bo Tan: wrap up for 21 s more
""")


def test_programs_get_the_same_as_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "B", "--json", "--data", str(data)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["interaction"] == "B"
    assert [line["kind"] for line in told["lines"]] == ["InteractionOpened", "Queued"]
    assert told["waits"]


def test_a_call_that_never_was(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "nobody", "--data", str(data)]) == 1
    assert "no call 'nobody'" in capsys.readouterr().err


def test_without_an_id_it_is_the_newest_call(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "--data", str(data)]) == 1
    assert capsys.readouterr().err == "There is no call yet.\n"
    settings = Settings.load(data)
    with Journal.open(settings.journal) as journal, contextlib.closing(Store.open(settings.database_url)) as store:
        Projector(store, journal).catch_up()
    assert main(["why", "--data", str(data)]) == 0
    assert capsys.readouterr().out.startswith("B, 15 January 2027\n")


LEFT = """
    0   | A calls                  |
    1   | A records 9000 sent      |
    2   | A gone                   |
    3   | ana ready                |
    63  | time passes              |
    70  | A message-ahead 5        |
"""


def test_the_story_of_a_message_that_waits(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.commands.why.wall_clock", lambda: START + 101_000)
    assert main(["why", "A-message", "--data", str(told(tmp_path, database_url, LEFT))]) == 0
    assert (
        capsys.readouterr().out
        == """\
A-message, 15 January 2027
16:00:01  a message of 9 s was left
16:00:01  the message is in line for Support
16:00:03  shown to Ana Lindqvist
          - Ana Lindqvist has what is asked for: internet 5
          - Ana Lindqvist was free for 0 s
          - Ana Lindqvist was the only one free
16:01:03  the message is in line for Support: Ana Lindqvist did not open it in time
16:01:10  put 5 minutes ahead by eve
Still waiting:
          - Ana Lindqvist left one to others, and is asked again in 1 min 22 s
          - Bo Tan: not ready
"""
    )


def test_a_tier_is_named_with_what_it_gives() -> None:
    assert fact(Why(code="tier", args={"tier": "gold", "minutes": 2}), {}) == "gold: +2 minutes"


@pytest.mark.parametrize("policy", [policy for policy in Policy if policy is not Policy.LONGEST_IDLE])
def test_every_policy_says_why_it_passed_over_somebody(policy: Policy) -> None:
    words = fact(Why(code="by_policy", agent=AgentId("bo"), args={"policy": policy.value}), {AgentId("bo"): "Bo Tan"})
    assert words.startswith("Bo Tan was free for longer; ")
