"""A day of a journal, run again: as it was it comes out as it was, and with more staff people wait less."""

import msgspec
import pytest

from cti.core import events as e
from cti.core.events import Record
from cti.core.ids import AgentId, Ms
from cti.simulate import scenario
from cti.simulate.load import Load
from cti.simulate.outcome import simulate
from cti.simulate.replay import Replay, ReplayError
from tests.simulate.small import START, caller, crowd, facts, load, shift, site


def journal(of: Load) -> list[Record]:
    return [Record(seq, at, event) for seq, (at, event) in enumerate(facts(of), 1)]


def replayed(records: list[Record], day: str = "2026-03-02", seed: int = 1) -> Load:
    replay = Replay(day)
    replay.follow(records)
    return replay.load(seed)


def ends(of: Load) -> list[tuple[str, int, str, int]]:
    """How every wait ended."""
    found: list[tuple[str, int, str, int]] = []
    for at, event in facts(of):
        if isinstance(event, e.Connected):
            found.append((event.interaction, at, event.agent, event.waited))
        elif isinstance(event, e.InteractionEnded) and event.how == "abandoned":
            found.append((event.interaction, at, "", event.waited))
    return found


def busy_day() -> Load:
    """With patience, ringing, wrap-up, breaks and ends of shifts."""
    callers = [
        msgspec.structs.replace(
            each, patience=Ms(30_000 + 1_000 * (n % 90)), answer=Ms(500 * (n % 7)), wrap_up=Ms(100 * n)
        )
        for n, each in enumerate(crowd(150, 3.3 / 60, 60))
    ]
    shifts = [shift(0, 0, None, (600, 300)), shift(1, -60, 1200), shift(1, 1500), shift(2, 0, 1800, (0, 20))]
    return load(site(3, wrap_up_s=30), callers, shifts, 3600)


def test_a_day_replayed_as_it_was_is_the_day_again() -> None:
    of = busy_day()
    then = ends(of)
    assert {"", "a0", "a1", "a2"} == {agent for _, _, agent, _ in then}
    assert ends(replayed(journal(of))) == then


def test_with_other_staff_the_same_callers_wait_otherwise() -> None:
    again = replayed(journal(busy_day()))
    more = scenario.changed(
        again, scenario.read_change(b'[[groups]]\nname = "x"\ncount = 8\nskills = { net = 1 }'), None
    )
    assert more.callers == again.callers
    then, now = simulate(again), simulate(more)
    assert now.total.calls == then.total.calls
    assert now.total.abandoned < then.total.abandoned
    assert (now.total.asa_s or 0) < (then.total.asa_s or 0)


def test_with_other_skills_the_hours_stay_the_days() -> None:
    again = replayed(journal(busy_day()))
    only_one = msgspec.structs.replace(
        again.site,
        agents=tuple(
            msgspec.structs.replace(agent, skills={}) if agent.id != "a0" else agent for agent in again.site.agents
        ),
    )
    less = scenario.changed(again, scenario.Change(), only_one)
    assert (less.callers, less.shifts) == (again.callers, again.shifts)
    assert {agent for _, _, agent, _ in ends(less)} == {"", "a0"}
    assert simulate(less).total.abandoned > simulate(again).total.abandoned


def test_with_other_rules_staff_and_callers_stay_the_days() -> None:
    again = replayed(journal(busy_day()))
    rules = b'[[queues]]\nid = "support"\nname = { en = "S" }\nskills = { net = 1 }\nwrap_up_s = 0'
    quick = scenario.changed(again, scenario.read_change(rules), None)
    assert (quick.callers, quick.shifts, quick.site.agents) == (again.callers, again.shifts, again.site.agents)
    assert simulate(quick).total.abandoned < simulate(again).total.abandoned


def test_patience_of_those_answered_is_as_long_as_the_day_says() -> None:
    of = busy_day()
    again = replayed(journal(of))
    waited = {interaction: waited for interaction, _, agent, waited in ends(of) if agent}
    left = len(of.callers) - len(waited)
    assert left
    total = sum(wait for _, _, _, wait in ends(of))
    more = [c.patience - waited[c.id] for c in again.callers if c.id in waited and c.patience is not None]
    assert len(more) == len(waited)
    # The mean of that many exponential times is within four standard errors.
    assert sum(more) / len(more) == pytest.approx(total / left, rel=4 / len(more) ** 0.5)
    assert replayed(journal(of), seed=1) == again
    assert replayed(journal(of), seed=2) != again


def test_where_nobody_gave_up_nobody_will() -> None:
    again = replayed(journal(load(site(1), [caller(1, 0, 30), caller(2, 10, 30)], [shift(0)])))
    assert [each.patience for each in again.callers] == [None, None]


def test_who_is_at_work_at_midnight_is_at_work_when_the_day_begins() -> None:
    late = [caller(1, 14.9 * 3600, 1200), caller(2, 15.6 * 3600, 60)]
    records = journal(load(site(1), late, [shift(0, 14 * 3600, 16 * 3600)], 16 * 3600))
    again = replayed(records, "2026-03-03")
    assert [each.id for each in again.callers] == ["c002"]
    assert [(each.agent, each.begins) for each in again.shifts] == [("a0", START + 15 * 3600_000)]
    before = replayed(records)
    assert [each.id for each in before.callers] == ["c001"]
    assert [each.ends is not None for each in before.shifts] == [True]


def test_a_day_that_has_nothing_to_go_by_is_said() -> None:
    records = journal(load(site(1), [caller(1, 0, 30)], [shift(0)]))
    with pytest.raises(ReplayError, match="nothing of 2026-03-01"):
        replayed(records, "2026-03-01")
    nobody = journal(load(site(1), [caller(1, 0, 30, patience=Ms(5_000))], []))
    with pytest.raises(ReplayError, match="nobody was answered"):
        replayed(nobody)
    assert AgentId("a0") not in {each.agent for each in replayed(records).shifts if each.ends is None}
