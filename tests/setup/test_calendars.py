"""Calendars of a site file: mistakes are named, holidays filled in."""

from pathlib import Path

import msgspec
import pytest

from cti.core.hours import is_open
from cti.core.ids import Ms
from cti.core.site import Calendar, Queue, Site
from cti.setup import calendars, site
from cti.setup.problem import SetupProblem

FILE = Path(__file__).parents[1] / "site.toml"


def changed(tmp_path: Path, top: str = "", queue: str = "") -> Path:
    """The tests' site with lines at the top, and lines in its first queue."""
    text = FILE.read_text().replace("[[queues]]", f"[[queues]]\n{queue}", 1)
    file = tmp_path / "site.toml"
    file.write_text(f"{top}\n{text}")
    return file


@pytest.mark.parametrize(
    ("top", "queue", "says"),
    [
        ('open_hours = { monday = "09:00-18:00" }', "", "Opening hours of 'monday'"),
        ('open_hours = { mon = "9-18" }', "", "Opening hours of 'mon'"),
        ('open_hours = { mon = "09:00-24:30" }', "", "Opening hours of 'mon'"),
        ('holiday_hours = "open"', "", "holiday_hours 'open'"),
        ('exceptions = { "24.12.2026" = "closed" }', "", "Exception '24.12.2026'"),
        ('exceptions = { "2026-12-24" = "half" }', "", "Exception '2026-12-24'"),
        ('holidays = "XX"', "", "holidays of 'XX'"),
        ('holidays = "GB-XX"', "", "holidays of 'GB-XX'"),
        ("", 'calendar = { zone = "Mars/Base" }', "'Mars/Base' is no time zone"),
        ("", 'calendar = { open_hours = { mon = "25:00-26:00" } }', "Queue support: Opening hours of 'mon'"),
        ("", 'calendar = { holidays = "XX" }', "holidays of 'XX'"),
        ("", 'out_of_hours = "lunch"', "out_of_hours 'lunch' is no closing; there are closed, evacuation"),
        ('closings = [{ id = "fire", name = { en = "Fire" }, to = "nowhere" }]', "", "'nowhere', which is no queue"),
        ('closings = [{ id = "Fire!", name = { en = "Fire" } }]', "", "'Fire!' may hold only"),
        ('closings = [{ id = "fire", name = { en = "Fire" }, then = "sing" }]', "", "closings"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, top: str, queue: str, says: str) -> None:
    with pytest.raises(SetupProblem) as refused:
        site.load(changed(tmp_path, top, queue))
    assert says in str(refused.value)
    assert "Policies" not in str(refused.value)


def test_holidays_are_filled_in_for_whoever_keeps_some(tmp_path: Path) -> None:
    top = 'holidays = "HK"\nexceptions = { "2026-12-24" = "09:00-13:00" }\nopen_hours = { fri = "22:00-02:00" }'
    file = changed(tmp_path, top, 'calendar = { holidays = "GB-SCT" }\nout_of_hours = "evacuation"')
    found = calendars.with_holidays(msgspec.toml.decode(file.read_bytes(), type=Site), 2026)
    assert {"2026-12-25", "2026-10-01", "2030-12-25"} <= set(found.holiday_dates["HK"])
    assert "2026-11-30" in found.holiday_dates["GB-SCT"]  # St Andrew's
    assert set(site.load(file).holiday_dates) == {"HK", "GB-SCT"}


def test_dates_written_by_hand_hold_as_they_are() -> None:
    own = Site(
        name={},
        zone="UTC",
        region="HK",
        queues=(Queue(id="q", name={}, calendar=Calendar(holidays="none")),),  # type: ignore[arg-type]
        agents=(),
        numbers=(),
        holidays="XX",
        holiday_dates={"XX": ("2026-11-22",)},
    )
    assert calendars.with_holidays(own) == own
    assert not is_open(own, Ms(1_795_348_800_000))
    assert is_open(own, Ms(1_795_348_800_000), own.queues[0])
