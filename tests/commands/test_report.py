"""`hotline report`: a day's figures from the journal alone."""

import json
from datetime import date
from pathlib import Path

import pytest

from cti.cli import main
from cti.core.events import InteractionEnded, Queued, Record
from cti.core.ids import InteractionId, Ms, QueueId
from cti.simulate.report import report, span
from tests.commands.test_why import STORY, told


def test_a_day_by_queue_and_half_hour(
    tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = told(tmp_path, database_url, STORY)
    assert main(["report", "2027-01-15", "--data", str(data)]) == 2  # it has not begun
    capsys.readouterr()
    monkeypatch.setattr("cti.commands.report.wall_clock", lambda: span(date(2027, 1, 15), "Asia/Hong_Kong")[1])
    assert main(["report", "2027-01-15", "--data", str(data)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["all", "2", "1", "0", "0.0", "%", "21.0", "s", "–", "–"] in lines
    assert ["support", "2", "1", "0", "0.0", "%", "21.0", "s", "–", "–"] in lines
    assert ["16:00", "2", "1", "0", "0.0", "%", "21.0", "s", "–", "–"] in lines
    assert main(["report", "2027-01-15", "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["day"], found["figures"]["calls"], found["queues"][0]["queue"]) == ("2027-01-15", 2, "support")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_on_which_clocks_change_have_all_their_half_hours(day: str, hours: int) -> None:
    begins, ends = span(date.fromisoformat(day), "Europe/London")
    assert ends - begins == hours * 3_600_000
    assert report(date.fromisoformat(day), "Europe/London", [], ends).ends == ends
    with pytest.raises(ValueError, match="not begun"):
        report(date.fromisoformat(day), "Europe/London", [], begins)


def test_who_gave_up_in_this_very_millisecond_is_counted() -> None:
    begins, _ = span(date(2026, 6, 1), "UTC")
    now, call, queue = Ms(begins + 3_600_000), InteractionId("c-1"), QueueId("support")
    records = [
        Record(
            1,
            Ms(now - 5000),
            Queued(interaction=call, queue=queue, skills={}, priority=0, language=None, since=Ms(now - 5000)),
        ),
        Record(2, now, InteractionEnded(interaction=call, how="abandoned", queue=queue, waited=Ms(5000))),
    ]
    found = report(date(2026, 6, 1), "UTC", records, now)
    assert (found.figures.calls, found.figures.abandoned, found.ends) == (1, 1, now)
