"""What the benches say of themselves, and the quick ones' answers with --quick. How fast it was is not asked here."""

import json
import subprocess
import sys
from importlib import import_module

import pytest

from benchmarks.agi_contenders import commands
from benchmarks.ami import other_splits
from benchmarks.ami_stream import call
from benchmarks.frame import Figure, Report, interleave, number, percentile
from benchmarks.registry import BENCHES
from cti.ami.translate import KINDS
from cti.setup.packages import postgres_programs
from tests.conftest import PROJECT

pytestmark = pytest.mark.slow


def hotline(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cti.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=110,
        check=False,
    )


def test_a_figure_is_judged_by_its_goal() -> None:
    assert Figure("a", 10, "x", 10).ok is True
    assert Figure("a", 9.99, "x", 10).ok is False
    assert Figure("a", 30, "ms", 30, "lower").ok is True
    assert Figure("a", 31, "ms", 30, "lower").ok is False
    assert Figure("a", 31, "ms").ok is None


def test_a_report_is_for_programs_and_for_people() -> None:
    peers = ({"name": "ours", "speed": 12.0}, {"name": "theirs", "speed": None})
    report = Report("x", 1.25, (Figure("speed", 12, "x", 10), Figure("rest", 1.5, "us", 1, "lower")), peers)
    said = json.loads(report.as_json())
    assert said["bench"] == "x"
    assert said["figures"][0] == {"name": "speed", "value": 12, "unit": "x", "goal": 10, "better": "higher", "ok": True}
    assert said["figures"][1]["ok"] is False
    assert said["peers"] == {"ours": {"speed": 12.0}, "theirs": {"speed": None}}
    assert said["machine"]["cpus"] >= 1
    text = report.as_text()
    assert ">= 10" in text
    assert "MISSED" in text
    assert "theirs" in text


def test_rounds_are_interleaved_and_give_medians() -> None:
    order: list[str] = []
    values = iter([1.0, 5.0, 2.0, 9.0, 100.0, 6.0])

    def run(name: str) -> dict[str, object]:
        order.append(name)
        return {"value": next(values), "note": name}

    found = interleave(3, {"a": lambda: run("a"), "b": lambda: run("b")})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": {"value": 9.0, "note": "a"}, "b": {"value": 5.0, "note": "b"}}


def test_numbers_and_percentiles_as_people_read_them() -> None:
    assert [number(value) for value in (12345.6, 10, 1.234, 0.01234)] == ["12,346", "10", "1.23", "0.0123"]
    assert percentile([4, 1, 3, 2], 50) == 2
    assert percentile(list(range(1, 101)), 99) == 99
    assert percentile([7], 99) == 7


def test_the_stream_is_shaped_like_asterisks() -> None:
    events = call(3)
    assert len(events) == 53
    assert 400 < sum(map(len, events)) / len(events) < 480
    recording = {b"MixMonitorStart", b"MixMonitorMute"}  # this call's queue keeps none
    there = {kind for kind in KINDS if any(event.startswith(b"Event: " + kind + b"\r\n") for event in events)}
    assert there == set(KINDS) - recording
    assert all(event.endswith(b"\r\n\r\n") for event in events)
    assert len(commands(503)) == 503


def test_no_split_of_the_stream_changes_what_is_understood() -> None:
    assert other_splits() == 0


def test_the_list_names_every_bench_and_what_it_needs() -> None:
    listed = hotline("bench")
    assert listed.returncode == 0
    for bench in BENCHES:
        assert f"{bench.name} " in listed.stdout
        assert bench.needs in listed.stdout
    assert hotline("bench", "nosuch").returncode == 2


def test_every_bench_can_be_run_and_is_explained() -> None:
    page = (PROJECT / "docs/reference/benchmarks.md").read_text(encoding="utf-8")
    for bench in BENCHES:
        assert callable(import_module(f"benchmarks.{bench.name}").run)
        assert f"\n## {bench.name}\n" in page


def test_a_quick_history_is_read() -> None:
    done = hotline("bench", "data", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure["value"] for figure in json.loads(done.stdout)["figures"]}
    assert 0 < figures["pop as the loop awaits it, p50"] <= figures["pop as the loop awaits it, p99"]


def test_a_quick_history_is_read_on_both_databases() -> None:
    if postgres_programs() is None:
        pytest.skip("needs a PostgreSQL server: './hotline test' installs it, or apt-get install postgresql")
    done = hotline("bench", "history", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure["value"] for figure in json.loads(done.stdout)["figures"]}
    for kind in ("SQLite", "PostgreSQL"):
        assert figures[f"{kind}: look-ups that found nobody"] == 0
        assert figures[f"{kind}: p50 over the driver's own"] > 0
        assert figures[f"{kind}: writes/s that went on"] > 0


def test_a_quick_estimate_is_judged_on_every_day() -> None:
    done = hotline("bench", "estimate", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    figures = {figure["name"]: figure["value"] for figure in said["figures"]}
    for day in said["peers"]:
        # The same callers by the same seed, whatever the machine.
        assert 0.7 < figures[f"{day}: 80 % range right, above 78 %"] < 0.9
        assert figures[f"{day}: over LES"] < 1


@pytest.mark.parametrize("name", ["ami", "agi"])
def test_a_quick_run_gives_right_outputs(name: str) -> None:
    done = hotline("bench", name, "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in said["figures"]}
    goals = [figure for figure in said["figures"] if figure["goal"] is not None and figure["unit"] == "x"]
    assert len(goals) == 1
    assert goals[0]["value"] > 0
    # Not how fast, but that all understood, or sent, the same.
    alike = [figure for figure in figures.values() if figure["goal"] == 0]
    assert alike
    assert all(figure["ok"] for figure in alike)
    assert set(said["peers"]) >= {"hotline", "panoramisk", "pyst2"}


def test_the_quick_run_of_skills_gives_ratios_to_the_limit_of_the_same_callers() -> None:
    done = hotline("bench", "skills", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in said["figures"]}
    assert [figure["goal"] for figure in said["figures"]] == [1.2, None, 1.3, 1.05, None, 1.3]
    # Fewer skills never help: the same callers in one line for all wait least, but for chance.
    assert 0.9 < figures["three-skills: ASA over the limit"]["value"] < 2
    assert 0.9 < figures["two-skills: ASA over the limit"]["value"] < 4
    for name in ("two-skills", "three-skills"):
        assert said["peers"][name]["calls"] == said["peers"][f"one line, callers of {name}"]["calls"] > 1000


def test_a_quick_ingest_loses_nothing() -> None:
    done = hotline("bench", "ingest", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in said["figures"]}
    assert figures["rows and mails that are missing"]["value"] == 0
    assert set(said["peers"]) == {"with identity", "without identity", "the driver alone", "mails"}
    assert all(row["per second"] > 0 for row in said["peers"].values())


@pytest.mark.asterisk
def test_quick_calls_are_all_served_on_both_sides() -> None:
    done = hotline("bench", "calls", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    figures = {figure["name"]: figure["value"] for figure in said["figures"]}
    assert figures["CPU a call without its voice, over app_queue's"] > 0
    assert figures["answer -> bridge, p50"] <= figures["answer -> bridge, p99"]
    for side in ("hotline", "app_queue"):
        assert said["peers"][side]["served"] == said["peers"][side]["calls"] == 8
        assert said["peers"][side]["Asterisk ms"] > 0
    assert said["peers"]["hotline"]["left"] == 0
    assert said["peers"]["hotline"]["bridge ms"] > 0 == said["peers"]["app_queue"]["bridge ms"]
