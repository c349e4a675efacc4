"""Why a decision fell as it did, as facts that screens and `hotline why` say in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from cti.core.events import Why
from cti.core.ids import AgentId, Ms
from cti.core.requirement import Needed, Stage, first_stage, shortfall, stage_at
from cti.core.site import Skills
from cti.core.waiting import Waiting, Worker

EXPLAINED = 6
"""So many agents passed over are named with a reason."""


class Colleague(Struct, frozen=True, kw_only=True):
    """An agent who is not free, as far as a person asks: `state` as in `AgentStateSet`, and when it ends by itself."""

    agent: AgentId
    skills: Skills
    state: str
    until: Ms | None = None


def why(
    waiting: Waiting, worker: Worker, now: Ms, idle: Sequence[tuple[Ms, AgentId]], free: Mapping[AgentId, Worker]
) -> tuple[Why, ...]:
    """Why this agent, and why not those free for longer. `free`: who is filed; `idle`: the same, longest idle first."""
    stages = waiting.group.requirement.stages
    waited = now - waiting.since
    stage = stages[-1] if waited >= stages[-1].after else stages[stage_at(waiting.group.requirement, waited)]
    found = _chosen(worker, stage, now)
    if waiting.preferred == worker.id:
        found.append(Why(code="preferred", agent=worker.id, args={"as": waiting.preferred_as}))
    if len(free) == (worker.id in free):
        found.append(Why(code="only_one", agent=worker.id))
    if idle:
        own = (worker.since, worker.id)
        for each in idle[:EXPLAINED]:
            if each >= own:
                break
            short = shortfall(free[each[1]].skills, stage.needed)
            if short is not None:
                found.append(_short(each[1], short.skill, short.has, short.needs))
    return tuple(found)


def swapped(waiting: Waiting, worker: Worker, now: Ms, spared: AgentId | None) -> tuple[Why, ...]:
    """Why this agent, where agents were swapped for more callers to be served; `spared` serves another instead."""
    asked = waiting.group.requirement
    found = _chosen(worker, asked.stages[stage_at(asked, now - waiting.since)], now)
    if spared is not None:
        found.append(Why(code="spared", agent=spared))
    return tuple(found)


def _chosen(worker: Worker, stage: Stage, now: Ms) -> list[Why]:
    has = worker.skills.get
    levels: dict[str, int | str] = {}
    for skill, _ in stage.needed:
        levels[skill] = has(skill, 0)
    found = [
        Why(code="skills", agent=worker.id, args=levels),
        Why(code="idle", agent=worker.id, args={"ms": now - worker.since}),
    ]
    if stage.after:
        found.append(Why(code="ring", args={"after_s": stage.after // 1000}))
    return found


def busy(colleagues: Iterable[Colleague], needed: Needed, now: Ms) -> tuple[Why, ...]:
    """Who has what is needed, but is at something else; at most `EXPLAINED` of them."""
    able = (_state(each, now) for each in colleagues if shortfall(each.skills, needed) is None)
    return tuple(islice(able, EXPLAINED))


def explain_interaction(
    waiting: Waiting, now: Ms, free: Iterable[Worker], others: Iterable[Colleague]
) -> tuple[Why, ...]:
    """Why this interaction still waits: agent by agent, free ones first, what is missing or what they are at."""
    asked = waiting.group.requirement
    stage = asked.stages[stage_at(asked, now - waiting.since)]
    found = [Why(code="ring", args={"after_s": stage.after // 1000})] if stage.after else []
    if waiting.kept and waiting.preferred is not None:
        args: dict[str, int | str] = {"as": waiting.preferred_as, "ms": max(0, waiting.until - now)}
        found.append(Why(code="preferred", agent=waiting.preferred, args=args))
    workers, colleagues = list(free), list(others)
    known = [worker.skills for worker in workers] + [each.skills for each in colleagues]
    if all(first_stage(skills, asked) is None for skills in known):
        found.append(Why(code="nobody"))
    for worker in workers:
        short = shortfall(worker.skills, stage.needed)
        if short is not None:
            found.append(_short(worker.id, short.skill, short.has, short.needs))
    for other in colleagues:
        short = shortfall(other.skills, stage.needed)
        if short is not None:
            found.append(_short(other.agent, short.skill, short.has, short.needs))
        else:
            found.append(_state(other, now))
    return tuple(found)


def explain_agent(worker: Worker, now: Ms, line: Iterable[Waiting], free: Iterable[Worker]) -> tuple[Why, ...]:
    """Why this free agent gets nothing: what those who wait need, and who is free for longer.

    `line`: who waits, first first; `free`: free agents, longest idle first.
    """
    found: list[Why] = []
    for waiting in line:
        asked = waiting.group.requirement
        short = shortfall(worker.skills, asked.stages[stage_at(asked, now - waiting.since)].needed)
        reason = None if short is None else _short(worker.id, short.skill, short.has, short.needs)
        if reason is not None and reason not in found:
            found.append(reason)
    for other in free:
        if other.id == worker.id:
            break
        found.append(Why(code="longer_idle", agent=other.id, args={"ms": now - other.since}))
    return tuple(found[:EXPLAINED])


def _short(agent: AgentId, skill: str, has: int, needs: int) -> Why:
    return Why(code="skipped_skill", agent=agent, args={"skill": skill, "has": has, "needs": needs})


def _state(other: Colleague, now: Ms) -> Why:
    left = max(0, other.until - now) if other.until is not None else 0
    return Why(code="skipped_state", agent=other.agent, args={"state": other.state, "ms": left})
