"""Scenario files: what they say comes true, what can't be is named, and a change changes nothing else."""

from pathlib import Path

import pytest

from cti.core.ids import Ms, QueueId, SkillId
from cti.setup import resources
from cti.simulate import scenario
from cti.simulate.load import Load
from cti.simulate.scenario import ScenarioError
from cti.simulate.staff import Group, StaffError, staffed
from tests.simulate.small import START, site

SHIPPED = sorted((resources.folder("example") / "simulate").glob("*.toml"))
HOUR = 3_600_000

BASE = """
title = "Base"
begins = "09:00"
ends = "12:00"
zone = "Asia/Hong_Kong"
[[queues]]
id = "support"
name = { en = "Support" }
[[groups]]
name = "front"
count = 2
[[calls]]
name = "support"
queue = "support"
per_hour = 60
talk = { mean_s = 60 }
"""
MORE = """
[[calls]]
name = "sales"
queue = "support"
by_half_hour = [0, 30, 0, 0, 5]
talk = { kind = "constant", mean_s = 60 }
language = "en"
"""


def made(text: str = BASE, run: int = 0) -> Load:
    return scenario.load(scenario.read(text.encode()), None, run)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_scenario_that_is_shipped_can_be_run(file: Path) -> None:
    said = scenario.read(file.read_bytes())
    of = scenario.load(said, None, 0)
    assert of.callers
    assert of.shifts
    assert {caller.queue for caller in of.callers} <= {queue.id for queue in of.site.queues}
    assert (scenario.known_answer(said) is not None) == bool(said.theory)


def test_the_large_day_has_twenty_thousand_calls() -> None:
    said = scenario.read((resources.folder("example") / "simulate/day.toml").read_bytes())
    assert sum(sum(calls.by_half_hour) for calls in said.calls) == 20_000


def test_the_same_seed_draws_the_same_callers_and_one_type_leaves_the_others_alone() -> None:
    first, again, other = made(), made(), made(run=1)
    assert first == again
    assert first.callers != other.callers
    with_more = made(BASE + MORE)
    assert len(with_more.callers) > len(first.callers)
    assert [(c.at, c.talk) for c in with_more.callers if c.kind == "support"] == [(c.at, c.talk) for c in first.callers]


def test_calls_come_when_the_half_hours_say() -> None:
    of = made(BASE + MORE)
    sales = [caller for caller in of.callers if caller.kind == "sales"]
    slots = {(caller.at - of.begins) // (HOUR // 2) for caller in sales}
    assert slots == {1, 4}
    assert {(caller.talk, caller.language) for caller in sales} == {(60_000, "en")}
    assert of.ends - of.begins == 3 * HOUR
    assert 120 < len(of.callers) - len(sales) < 240


@pytest.mark.parametrize(
    ("kind", "cv", "expected"), [("exponential", 1.0, 1.0), ("lognormal", 0.5, 0.5), ("gamma", 2.0, 2.0)]
)
def test_times_have_the_mean_and_the_spread_that_were_asked_for(kind: str, cv: float, expected: float) -> None:
    from random import Random
    from statistics import fmean, pstdev

    from cti.simulate.chance import Spread

    chance = Random(5)
    drawn = [Spread(100, kind, cv).draw(chance) / 1000 for _ in range(20_000)]  # type: ignore[arg-type]
    assert fmean(drawn) == pytest.approx(100, rel=0.05)
    assert pstdev(drawn) / fmean(drawn) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE.replace("per_hour = 60\n", ""), "per_hour or by_half_hour"),
        (BASE.replace("per_hour", "per_minute"), "per_minute"),
        (BASE.replace('queue = "support"', 'queue = "sales"'), "sales"),
        (BASE.replace("12:00", "08:00"), "not after"),
        (BASE.replace("12:00", "25:00"), "ends"),
        (BASE.replace("count = 2", ""), "count, staff and agents"),
        (BASE.replace("count = 2", 'agents = ["bo"]'), "no agent 'bo'"),
        (BASE.replace("count = 2", 'staff = [1]\nworks = ["09:00-10:00"]'), "take works away"),
        (BASE.replace("count = 2", 'count = 1\nworks = ["18:00-09:00"]'), "ends before"),
        (BASE.replace("Asia/Hong_Kong", "Asia/Nowhere"), "Asia/Nowhere"),
        (BASE.replace("title", 'day = "2026-02-31"\ntitle'), "2026-02-31"),
        (BASE + 'theory = "erlang-b"', "theory"),
        (BASE.replace("title", "warm_up_min = 300\ntitle"), "leaves nothing"),
        ("title = ", "Mend"),
    ],
)
def test_what_can_not_be_is_named(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        made(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE.replace("title", 'theory = "erlang-c"\ntitle'), None),
        (BASE.replace("title", 'theory = "erlang-a"\ntitle'), "patience"),
        (BASE.replace("title", 'theory = "erlang-c"\ntitle').replace("= 60\n", "= 600\n"), "steady state"),
        (BASE.replace("title", 'theory = "erlang-c"\ntitle').replace("= 60\n", "= 0\n"), "talks that last"),
        ((BASE + MORE).replace("title", 'theory = "erlang-c"\ntitle', 1), "constant rates"),
    ],
)
def test_a_known_answer_is_given_only_where_there_is_one(text: str, said: str | None) -> None:
    asked = scenario.read(text.encode())
    if said is None:
        known = scenario.known_answer(asked)
        assert known is not None
        assert known.occupancy == pytest.approx(0.5)
    else:
        with pytest.raises(ScenarioError, match=said):
            scenario.known_answer(asked)


def test_a_change_of_rules_keeps_callers_and_staff() -> None:
    of = made()
    change = scenario.read_change(b'[[queues]]\nid = "support"\nname = { en = "S" }\nskills = { net = 3 }')
    other = scenario.changed(of, change, None)
    assert other.callers == of.callers
    assert other.shifts == of.shifts
    assert [queue.skills for queue in other.site.queues] == [{SkillId("net"): 3}]


def test_a_change_of_staff_is_all_the_staff_there_is() -> None:
    of = made()
    other = scenario.changed(of, scenario.read_change(b'[[groups]]\nname = "x"\ncount = 5'), None)
    assert other.callers == of.callers
    assert len(other.shifts) == len(other.site.agents) == 5
    assert {queue.id for queue in other.site.queues} == {QueueId("support")}
    with pytest.raises(ScenarioError, match="calls"):
        scenario.read_change(b"[[calls]]")


def test_another_site_keeps_the_hours_of_those_who_are_still_there() -> None:
    of = scenario.load(scenario.read(BASE.replace('[[groups]]\nname = "front"\ncount = 2', "").encode()), site(3), 0)
    assert len(of.shifts) == 3
    other = scenario.changed(of, scenario.Change(), site(2))
    assert [shift.agent for shift in other.shifts] == ["a0", "a1"]


def test_staff_by_half_hour_works_and_breaks_follow_one_after_the_other() -> None:
    pauses = 'breaks = [{ minutes = 10, between = "09:30-10:00" }]'
    of = made(BASE.replace("count = 2", f"staff = [2, 3, 1]\n{pauses}"))
    spans = [
        (str(shift.agent), (shift.begins - START) // 60_000, ((shift.ends or 0) - START) // 60_000)
        for shift in of.shifts
    ]
    assert spans == [("front-001", 0, 90), ("front-002", 0, 60), ("front-003", 30, 60)]
    rests = [(rest.at - START) // 60_000 for shift in of.shifts for rest in shift.breaks]
    assert rests == [30, 40, 50]
    of = made(BASE.replace("count = 2", 'count = 1\nworks = ["09:00-10:00", "11:00-24:00"]'))
    assert [((shift.ends or 0) - START) // HOUR for shift in of.shifts] == [1, 15]


def test_nobody_is_in_two_groups() -> None:
    groups = (Group(name="x", agents=site(1).agents[0:1] and ("a0",)), Group(name="y", agents=("a0",)))
    with pytest.raises(StaffError, match="two groups: a0"):
        staffed(site(1), groups, START, Ms(START + HOUR))
