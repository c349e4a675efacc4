"""The scenario file: who calls, who works, and by which rules; and what becomes of it, a `Load`.

A change file (`--with`) says the same things about staff and rules and nothing of calls: what it names takes the place
of what was there.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from cti.core.ids import InteractionId, Language, Ms, QueueId
from cti.core.site import Queue, Site, Skills
from cti.simulate.chance import Spread, poisson
from cti.simulate.load import Caller, Load
from cti.simulate.staff import Group, StaffError, staffed
from cti.simulate.tally import SLOT
from cti.simulate.theory import Pooled, erlang_a, erlang_c

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Rate = Annotated[float, Meta(ge=0)]


class ScenarioError(Exception):
    """The file says something that can't be; the text says what."""


class Calls(Struct, frozen=True, forbid_unknown_fields=True):
    """One type of call."""

    name: str
    queue: QueueId
    talk: Spread
    per_hour: Rate | None = None
    by_half_hour: tuple[Rate, ...] = ()
    """Expected calls in each half hour from `begins` on; instead of `per_hour`."""
    wrap_up: Spread | None = None
    """None: the queue's `wrap_up_s`. Never longer than that."""
    patience: Spread | None = None
    """None: nobody gives up."""
    answer: Spread = Spread(0, "constant")
    """How long the phone rings before the agent picks up."""
    skills: Skills = {}
    priority: int = 0
    language: Language | None = None


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """Other staff, skills or rules."""

    title: str = ""
    site: str = ""
    """A site file, beside this one: its queues and agents."""
    queues: tuple[Queue, ...] = ()
    groups: tuple[Group, ...] = ()
    """All who work, if there is one."""


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario file."""

    title: str
    calls: tuple[Calls, ...]
    ends: Clock = "24:00"
    begins: Clock = "00:00"
    day: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")] = "2026-03-02"
    zone: str = "UTC"
    seed: int = 1
    runs: Annotated[int, Meta(ge=1)] = 1
    warm_up_min: Annotated[int, Meta(ge=0)] = 0
    site: str = ""
    queues: tuple[Queue, ...] = ()
    groups: tuple[Group, ...] = ()
    theory: Literal["", "erlang-c", "erlang-a"] = ""
    """The known answer to show beside: of one line for all, with constant rates and exponential times."""


def read(body: bytes) -> Scenario:
    """The scenario in these bytes. Raises ScenarioError."""
    try:
        scenario = msgspec.toml.decode(body, type=Scenario)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{error}. Mend that line.") from None
    for calls in scenario.calls:
        if (calls.per_hour is None) == (not calls.by_half_hour):
            raise ScenarioError(f"Calls {calls.name!r} need per_hour or by_half_hour, one of them.")
    return scenario


def read_change(body: bytes) -> Change:
    """The change in these bytes. Raises ScenarioError."""
    try:
        return msgspec.toml.decode(body, type=Change)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{error}. Mend that line.") from None


def span(scenario: Scenario, zone: str) -> tuple[Ms, Ms]:
    """Begin and end of the simulated time."""
    begins, ends = (_clock(scenario.day, clock, zone) for clock in (scenario.begins, scenario.ends))
    if ends <= begins:
        raise ScenarioError(f"It ends at {scenario.ends}, which is not after {scenario.begins}.")
    return begins, ends


def _clock(day: str, clock: str, zone: str) -> Ms:
    """A time of that local day."""
    hours, minutes = (int(part) for part in clock.split(":"))
    try:
        local = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        raise ScenarioError(f"There is no day {day!r}, or no zone {zone!r}.") from None
    return Ms(round((local + timedelta(hours=hours, minutes=minutes)).timestamp() * 1000))


def load(scenario: Scenario, site: Site | None, run: int) -> Load:
    """Run number `run` (0, 1, ...) of a scenario, ready to go; `site` is the one the scenario names."""
    base = site or Site(name={"en": scenario.title}, zone=scenario.zone, region="HK", queues=(), agents=(), numbers=())
    begins, ends = span(scenario, base.zone)
    counted = Ms(begins + scenario.warm_up_min * 60_000)
    if counted >= ends:
        raise ScenarioError(f"warm_up_min {scenario.warm_up_min} leaves nothing to count.")
    empty = Load(base, (), (), begins, ends, counted)
    plan = changed(empty, Change(queues=scenario.queues, groups=scenario.groups), None)
    known = {queue.id for queue in plan.site.queues}
    for calls in scenario.calls:
        if calls.queue not in known:
            raise ScenarioError(f"Calls {calls.name!r} ask for a queue {calls.queue!r} that there is not.")
    if not plan.shifts:
        plan = msgspec.structs.replace(plan, shifts=staffed(base, (), begins, ends)[1])
    return msgspec.structs.replace(plan, callers=_callers(scenario, run, begins, ends))


def _callers(scenario: Scenario, run: int, begins: Ms, ends: Ms) -> tuple[Caller, ...]:
    """Everybody who will call. Each type has a generator of its own: another type's rate does not change its calls."""
    drawn: list[tuple[Ms, int, int, Calls, Ms, Ms | None, Ms | None, Ms]] = []
    for index, calls in enumerate(scenario.calls):
        chance = Random(f"{scenario.seed}/{run}/{calls.name}")
        for number, at in enumerate(poisson(chance, _slots(calls, begins, ends))):
            talk = calls.talk.draw(chance)
            wrap_up = calls.wrap_up.draw(chance) if calls.wrap_up else None
            patience = calls.patience.draw(chance) if calls.patience else None
            drawn.append((at, index, number, calls, talk, wrap_up, patience, calls.answer.draw(chance)))
    drawn.sort(key=lambda each: each[:3])
    return tuple(
        Caller(
            id=InteractionId(f"c{place:07}"),
            at=at,
            kind=calls.name,
            queue=calls.queue,
            talk=talk,
            wrap_up=wrap_up,
            patience=patience,
            answer=answer,
            skills=calls.skills,
            priority=calls.priority,
            language=calls.language,
        )
        for place, (at, _, _, calls, talk, wrap_up, patience, answer) in enumerate(drawn)
    )


def _slots(calls: Calls, begins: Ms, ends: Ms) -> list[tuple[Ms, Ms, float]]:
    if calls.per_hour is not None:
        return [(begins, ends, calls.per_hour)]
    starts = [Ms(begins + n * SLOT) for n in range(len(calls.by_half_hour))]
    return [
        (at, min(Ms(at + SLOT), ends), count * 2)
        for at, count in zip(starts, calls.by_half_hour, strict=True)
        if at < ends
    ]


def changed(load: Load, change: Change, site: Site | None) -> Load:
    """The same callers with other staff, skills or rules; `site` is the one the change names.

    Raises ScenarioError.
    """
    now = site or load.site
    if change.queues:
        named = {queue.id: queue for queue in change.queues}
        kept = [named.pop(queue.id, queue) for queue in now.queues]
        now = msgspec.structs.replace(now, queues=(*kept, *named.values()))
    known = {agent.id for agent in now.agents}
    shifts = tuple(shift for shift in load.shifts if shift.agent in known)
    if change.groups:
        try:
            agents, shifts = staffed(now, change.groups, load.begins, load.ends)
        except StaffError as error:
            raise ScenarioError(str(error)) from None
        now = msgspec.structs.replace(now, agents=agents)
    return msgspec.structs.replace(load, site=now, shifts=shifts)


def known_answer(scenario: Scenario) -> Pooled | None:
    """What theory says of the scenario with one line for all. Raises ScenarioError where it says nothing."""
    if not scenario.theory:
        return None
    if any(calls.per_hour is None for calls in scenario.calls) or any(
        group.staff or group.works or group.agents for group in scenario.groups
    ):
        raise ScenarioError("A known answer needs constant rates (per_hour) and constant staff (count).")
    rate = sum(calls.per_hour or 0.0 for calls in scenario.calls) / 3600
    load = sum((calls.per_hour or 0.0) * calls.talk.mean_s for calls in scenario.calls) / 3600
    if not load:
        raise ScenarioError("A known answer needs calls, and talks that last.")
    talk = load / rate
    servers = sum(group.count for group in scenario.groups)
    patience = next((calls.patience for calls in scenario.calls if calls.patience), None)
    limits = {queue.service_level_s for queue in scenario.queues}
    try:
        if scenario.theory == "erlang-c":
            return erlang_c(rate, talk, servers, limits.pop() if len(limits) == 1 else None)
        if patience is None:
            raise ScenarioError("Erlang A needs a patience.")
        return erlang_a(rate, talk, servers, patience.mean_s)
    except ValueError as error:
        raise ScenarioError(f"There is no steady state: {error}.") from None
