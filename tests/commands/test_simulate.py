"""`hotline simulate` as people and programs use it."""

import asyncio
import json
from pathlib import Path

import pytest

from cti import cli
from cti.core.ids import Phone
from cti.setup import secrets
from cti.setup.settings import put_settings
from cti.store.journal import Journal
from tests.postgres import Server
from tests.simulate.test_replay import busy_day, journal

SCENARIO = """
title = "A short morning"
ends = "01:00"
[[queues]]
id = "support"
name = { en = "Support" }
wrap_up_s = 10
[[groups]]
name = "front"
count = 2
[[calls]]
name = "support"
queue = "support"
per_hour = 60
talk = { mean_s = 100 }
patience = { mean_s = 60 }
"""
MORE = """
title = "one more"
[[groups]]
name = "front"
count = 3
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "more.toml").write_text(MORE)
    file = tmp_path / "morning.toml"
    file.write_text(SCENARIO)
    return file


def figures(said: str) -> dict[str, dict[str, float]]:
    settings = json.loads(said)["settings"]
    return {each["name"]: {figure["name"]: figure["value"] for figure in each["figures"]} for each in settings}


def test_without_a_scenario_it_lists_those_that_are_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["simulate"]) == 0
    assert "erlang-c" in capsys.readouterr().out
    assert cli.main(["simulate", "--json"]) == 0
    names = {row["name"] for row in json.loads(capsys.readouterr().out)}
    assert names >= {"day", "erlang-a", "erlang-c", "three-skills", "two-skills"}


def test_a_change_stands_beside_on_the_same_callers(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = ["--with", str(tmp_path / "more.toml")]
    assert cli.main(["simulate", str(scenario), *changed, "--json", "--runs", "2"]) == 0
    found = figures(capsys.readouterr().out)
    assert set(found) == {"simulated", "one more"}
    assert found["simulated"]["calls"] == found["one more"]["calls"] > 80
    assert found["simulated"]["ASA"] > found["one more"]["ASA"]
    page = tmp_path / "page.html"
    assert cli.main(["simulate", str(scenario), *changed, "--page", str(page), "--lang", "zh-Hant"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("A short morning\n")
    assert "one more" in said
    assert "輪候" in page.read_text(encoding="utf-8")


def test_a_seed_of_ones_own_draws_other_callers(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for seed in ("1", "2", "1"):
        assert cli.main(["simulate", str(scenario), "--seed", seed, "--json"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[2] != said[1]


async def _keep(place: Path | str) -> None:
    records = journal(busy_day())
    done = asyncio.Event()
    with Journal.open(place) as kept:
        kept.start(lambda seq: done.set() if seq == records[-1].seq else None, lambda trouble: None)
        kept.append(records)
        async with asyncio.timeout(10):
            await done.wait()


def _alike(found: dict[str, dict[str, float]]) -> None:
    """What callers are told of the wait is worked out anew, from talks that are learned anew; all else is the same."""
    told = [found[day].pop("told right") for day in ("that day", "replayed")]
    assert abs(told[0] - told[1]) < 0.05
    assert found["that day"] == found["replayed"]


def test_a_journaled_day_is_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_keep(tmp_path / "journal.db"))
    change = tmp_path / "many.toml"
    change.write_text('[[groups]]\nname = "x"\ncount = 9\nskills = { net = 1 }\n')
    asked = ["simulate", "--replay", "2026-03-02", "--data", str(tmp_path), "--with", str(change), "--json"]
    assert cli.main(asked) == 0
    found = figures(capsys.readouterr().out)
    _alike(found)
    assert found["many"]["abandoned"] < found["that day"]["abandoned"]
    assert found["many"]["calls"] == found["that day"]["calls"]


def test_a_journal_in_postgresql_is_found_by_the_settings(
    tmp_path: Path, postgres_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.ensure(tmp_path / "secrets.toml", [Phone("ana-web")])
    with postgres_server.database() as url:
        put_settings(tmp_path / "settings.toml", {"database_url": url})
        asyncio.run(_keep(url))
        assert cli.main(["simulate", "--replay", "2026-03-02", "--data", str(tmp_path), "--json"]) == 0
    _alike(figures(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("asked", "cure"),
    [
        (["nosuch"], "can't be read"),
        (["--replay", "2026-03-02", "--data", "nowhere"], "--data"),
        (["erlang-c", "--replay", "2026-03-02"], "not both"),
        (["erlang-c", "--with", "nosuch.toml"], "nosuch.toml"),
    ],
)
def test_what_can_not_be_done_is_said_on_standard_error(
    asked: list[str], cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["simulate", *asked]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("hotline: ")
    assert cure in said.err


def test_a_day_that_is_no_date_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["simulate", "--replay", "tuesday"])
    assert "2026-11-20" in capsys.readouterr().err


def test_a_mistake_in_a_file_names_the_file(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for right, wrong in (("per_hour", "per_minute"), ('queue = "support"', 'queue = "sales"')):
        scenario.write_text(SCENARIO.replace(right, wrong))
        assert cli.main(["simulate", str(scenario)]) == 2
        said = capsys.readouterr().err
        assert "morning.toml" in said
        assert wrong.split('"')[-2 if '"' in wrong else 0] in said
