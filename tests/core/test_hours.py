"""Opening hours, holidays and exceptions, on days of every length."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cti.core.hours import Rule, at_clock, half_hours, is_open, opens, other_days, quiet_until, rule
from cti.core.ids import Ms, QueueId
from cti.core.site import Calendar, Queue, Quiet, Site
from tests.examples import examples

WEEK = {"mon": "09:00-13:00,14:00-18:00", "fri": "22:00-02:00", "sun": "00:00-24:00"}
SITE = Site(
    name={},
    zone="Asia/Hong_Kong",
    region="HK",
    queues=(),
    agents=(),
    numbers=(),
    open_hours=WEEK,
    holidays="HK",
    holiday_dates={"HK": ("2026-12-25", "2026-12-28"), "DE": ("2026-11-23",)},
    exceptions={"2026-12-21": "10:00-12:00", "2026-12-27": "closed"},
)
BERLIN = replace(SITE, zone="Europe/Berlin", open_hours={}, holidays="", exceptions={})


def at(text: str, zone: str = "Asia/Hong_Kong", fold: int = 0) -> Ms:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return Ms(round(local.timestamp() * 1000))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 13:00", False),
        ("2026-11-23 17:59", True),
        ("2026-11-24 10:00", False),
        ("2026-11-27 23:00", True),
        ("2026-11-28 01:59", True),  # Friday's hours
        ("2026-11-28 02:00", False),
        ("2026-11-29 23:59", True),
        ("2026-12-21 09:30", False),  # an exception
        ("2026-12-21 10:00", True),
        ("2026-12-27 12:00", False),  # a Sunday closed by an exception
        ("2026-12-28 10:00", False),  # a holiday
        ("2026-12-25 23:00", False),
    ],
)
def test_open(moment: str, expected: bool) -> None:
    assert is_open(SITE, at(moment)) is expected


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23 08:00", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-23 14:00"),
        ("2026-11-23 18:00", "2026-11-27 22:00"),
        ("2026-11-29 12:00", "2026-11-30 09:00"),
        ("2026-12-20 12:00", "2026-12-21 10:00"),
        ("2026-12-21 12:00", "2027-01-01 22:00"),  # past holidays and a Sunday that is closed
    ],
)
def test_when_it_opens_next(now: str, then: str) -> None:
    assert opens(SITE, at(now)) == at(then)


def test_who_never_opens_opens_never() -> None:
    assert opens(replace(SITE, open_hours={"mon": "closed"}, exceptions={}), at("2026-11-23 09:00")) is None


def test_without_hours_it_is_always_open_but_on_holidays_and_exceptions() -> None:
    always = replace(SITE, open_hours={})
    assert is_open(always, at("2026-11-24 03:00"))
    assert not is_open(always, at("2026-12-25 12:00"))
    assert not is_open(always, at("2026-12-27 12:00"))
    assert is_open(replace(always, holiday_hours="10:00-16:00"), at("2026-12-25 12:00"))


def test_days_that_do_not_go_by_the_week() -> None:
    assert other_days(SITE, at("2026-12-20 23:00"), 9) == {
        "2026-12-21": "10:00-12:00",
        "2026-12-25": "closed",
        "2026-12-27": "closed",
        "2026-12-28": "closed",
    }


def test_what_says_so() -> None:
    assert rule(SITE, at("2026-11-24 03:00")) is Rule.WEEK
    assert rule(SITE, at("2026-12-25 03:00")) is Rule.HOLIDAY
    assert rule(SITE, at("2026-12-27 03:00")) is Rule.EXCEPTION


def test_a_queue_has_of_its_own_what_it_says_and_the_rest_of_the_site() -> None:
    def queue(**own: object) -> Queue:
        return Queue(id=QueueId("q"), name={}, calendar=Calendar(**own))  # type: ignore[arg-type]

    assert is_open(SITE, at("2026-11-23 10:00"), Queue(id=QueueId("q"), name={}))
    early = queue(open_hours={"mon": "07:00-08:00"})
    assert is_open(SITE, at("2026-11-23 07:30"), early)
    assert not is_open(SITE, at("2026-11-23 10:00"), early)
    assert not is_open(SITE, at("2026-12-28 07:30"), early)  # the site's holiday
    assert is_open(SITE, at("2026-12-28 07:30"), queue(open_hours={"mon": "07:00-08:00"}, holidays="none"))
    assert not is_open(SITE, at("2026-11-23 10:00"), queue(holidays="DE"))
    assert is_open(SITE, at("2026-12-25 11:00"), queue(holiday_hours="11:00-12:00"))
    assert is_open(SITE, at("2026-12-27 12:00"), queue(exceptions={"2026-12-27": "11:00-13:00"}))
    assert not is_open(SITE, at("2026-12-21 09:30"), queue(exceptions={"2026-12-27": "11:00-13:00"}))
    london = queue(zone="Europe/London")
    assert not is_open(SITE, at("2026-11-23 10:00"), london)
    assert is_open(SITE, at("2026-11-23 10:00", "Europe/London"), london)


# Berlin's clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25 October.


def minutes_open(site: Site, day: str) -> int:
    """So many minutes of a local day it is open, counted on the clock that knows no summer time."""
    begin = at(f"{day} 00:00", site.zone)
    local = (Ms(begin + n * 60_000) for n in range(26 * 60))
    same = [m for m in local if datetime.fromtimestamp(m / 1000, ZoneInfo(site.zone)).date().isoformat() == day]
    return sum(is_open(site, m) for m in same)


@pytest.mark.parametrize(
    ("day", "hours", "minutes"),
    [
        ("2026-03-29", "00:00-24:00", 23 * 60),
        ("2026-03-29", "01:00-04:00", 120),
        ("2026-03-29", "02:30-04:00", 60),  # begins in the hour left out: when it is left out
        ("2026-03-29", "01:00-02:30", 60),
        ("2026-03-29", "02:10-02:50", 0),
        ("2026-03-29", "09:00-17:00", 8 * 60),
        ("2026-10-25", "00:00-24:00", 25 * 60),
        ("2026-10-25", "01:00-04:00", 4 * 60),
        ("2026-10-25", "02:30-04:00", 150),  # from the first half past two
        ("2026-10-25", "00:00-02:30", 150),  # to the first half past two
        ("2026-10-25", "00:00-02:30,02:30-24:00", 25 * 60),
        ("2026-10-25", "09:00-17:00", 8 * 60),
    ],
)
def test_days_of_23_and_25_hours(day: str, hours: str, minutes: int) -> None:
    assert minutes_open(replace(BERLIN, open_hours={"sun": hours}), day) == minutes


def test_when_it_opens_on_such_days() -> None:
    site = replace(BERLIN, open_hours={"sun": "02:30-04:00"})
    assert opens(site, at("2026-03-28 12:00", site.zone)) == at("2026-03-29 03:00", site.zone)
    assert opens(site, at("2026-10-24 12:00", site.zone)) == at("2026-10-25 02:30", site.zone)
    assert opens(site, at("2026-10-25 02:45", site.zone)) == at("2026-11-01 02:30", site.zone)


def test_half_hours_to_be_called_at() -> None:
    site = replace(BERLIN, open_hours={"mon": "09:15-11:00", "tue": "10:00-10:30"})
    found = half_hours(site, at("2026-11-23 09:20", site.zone))
    assert found[:3] == (
        at("2026-11-23 10:00", site.zone),  # half past nine is less than a quarter of an hour away
        at("2026-11-23 10:30", site.zone),
        at("2026-11-24 10:00", site.zone),
    )
    assert all(is_open(site, one) for one in found)
    assert len(found) == 3, "within a week"
    always = replace(BERLIN, open_hours={})
    assert len(half_hours(always, found[0])) == 48
    assert half_hours(replace(BERLIN, open_hours={"mon": "closed"}), found[0]) == ()


def test_a_time_of_the_clock_is_the_next_at_which_it_is_open() -> None:
    site = replace(BERLIN, open_hours={"mon": "09:00-18:00", "fri": "09:00-12:00"})
    monday = at("2026-11-23 10:00", site.zone)
    assert at_clock(site, monday, None, 11, 5) == at("2026-11-23 11:05", site.zone)
    assert at_clock(site, monday, None, 9, 30) == at("2026-11-27 09:30", site.zone)
    assert at_clock(site, monday, None, 17, 0) == at("2026-11-23 17:00", site.zone)
    assert at_clock(site, monday, None, 23, 0) is None


hour = st.integers(0, 23).map(lambda n: f"{n:02}:30")


@given(
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Hong_Kong"]),
    hour,
    hour,
    st.data(),
)
@examples(150)
def test_it_opens_when_it_says(zone: str, begin: str, end: str, data: st.DataObject) -> None:
    """Open never begins but at the moment that was told, whatever the clocks do."""
    site = replace(BERLIN, zone=zone, open_hours={"sat": f"{begin}-{end}", "sun": f"{begin}-{end}"})
    now = Ms(at("2018-01-01 00:00") + data.draw(st.integers(0, 10**9)) * 60)
    then = opens(site, now)
    assert then is not None
    assert then > now
    assert is_open(site, then)
    if not is_open(site, now):
        between = data.draw(st.integers(now, then - 1))
        assert not is_open(site, Ms(between))


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        ("", "2026-11-23 23:00", "2026-11-23 23:00"),
        ("21:00-08:00", "2026-11-23 20:59", "2026-11-23 20:59"),
        ("21:00-08:00", "2026-11-23 21:00", "2026-11-24 08:00"),
        ("21:00-08:00", "2026-11-24 07:59", "2026-11-24 08:00"),
        ("21:00-08:00", "2026-11-24 08:00", "2026-11-24 08:00"),
        ("13:00-14:00,14:00-15:00", "2026-11-23 13:30", "2026-11-23 15:00"),
    ],
)
def test_nobody_is_called_before_quiet_hours_end(hours: str, now: str, then: str) -> None:
    assert quiet_until(replace(SITE, quiet=Quiet(hours=hours)), at(now)) == at(then)
