"""Opening hours of a flow."""

from datetime import datetime

import pytest

from ivr import hours

WEEK = {"mon": "09:00-13:00,14:00-18:00", "fri": "22:00-02:00", "sun": "00:00-24:00"}


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 08:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 13:00", False),
        ("2026-11-23 17:59", True),
        ("2026-11-24 10:00", False),
        ("2026-11-27 23:00", True),
        ("2026-11-28 01:59", True),
        ("2026-11-28 02:00", False),
        ("2026-11-29 23:59", True),
    ],
)
def test_open(moment: str, is_open: bool) -> None:
    assert hours.is_open(WEEK, datetime.fromisoformat(moment)) is is_open


def test_no_hours_at_all_is_always_open() -> None:
    assert hours.is_open({}, datetime(2026, 11, 24, 3))


@pytest.mark.parametrize("wrong", [{"monday": "09:00-18:00"}, {"mon": "9-18"}, {"mon": "09:00-24:30"}, {"mon": ""}])
def test_wrong_hours_are_told(wrong: dict[str, str]) -> None:
    assert hours.check(wrong)
    assert hours.check(WEEK) is None
