"""Why a decision fell as it did, as facts that screens and `hotline why` say in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from cti.core.events import Grounds, Why
from cti.core.ids import AgentId, Ms, QueueId
from cti.core.requirement import Needed, Requirement, first_stage, shortfall, stage_at
from cti.core.site import Policy, Skills
from cti.core.waiting import Waiting, Worker

EXPLAINED = 6
"""So many agents passed over are named with a reason."""


class Colleague(Struct, frozen=True, kw_only=True):
    """An agent who is not free, as far as a person asks: `state` as in `AgentStateSet`, and when it ends by itself."""

    agent: AgentId
    skills: Skills
    state: str
    until: Ms | None = None
    without: frozenset[QueueId] = frozenset()
    """Queues they have opted out of."""
    held_up: Why | None = None
    """Why they are given nothing though they are ready, such as chats in hand."""


def ahead(tier: str, minutes: int) -> tuple[Why, ...]:
    """That a customer's tier puts them ahead of others; nothing, if it does not."""
    return (Why(code="tier", args={"tier": tier, "minutes": minutes}),) if tier else ()


def grounds(
    waiting: Waiting, worker: Worker, now: Ms, idle: Sequence[tuple[Ms, AgentId]], free: Mapping[AgentId, Worker]
) -> Grounds:
    """Why this agent, and why not those free for longer. `free`: who is filed; `idle`: the same, longest idle first."""
    asked, waited = waiting.group.requirement, now - waiting.since
    stage = asked.stages[-1]
    if waited < stage.after:
        stage = asked.stages[stage_at(asked, waited)]
    preferred = waiting.preferred_as if waiting.preferred is not None and waiting.preferred == worker.id else None
    if not free or (len(free) == 1 and worker.id in free):
        return Grounds(worker.id, worker.skills, stage, now - worker.since, preferred, True)
    passed: list[Why] = []
    own = (worker.since, worker.id)
    for each in idle[:EXPLAINED]:
        if each >= own:
            break
        unable = _unable(free[each[1]], asked.queue, stage.needed)
        if unable is not None:
            passed.append(unable)
        elif preferred is None and asked.policy is not Policy.LONGEST_IDLE:
            passed.append(Why(code="by_policy", agent=each[1], args={"policy": asked.policy.value}))
    return Grounds(worker.id, worker.skills, stage, now - worker.since, preferred, False, tuple(passed))


def swapped(waiting: Waiting, worker: Worker, now: Ms, spared: AgentId | None) -> Grounds:
    """Why this agent, where agents were swapped for more callers to be served; `spared` serves another instead."""
    asked = waiting.group.requirement
    stage = asked.stages[stage_at(asked, now - waiting.since)]
    return Grounds(worker.id, worker.skills, stage, now - worker.since, spared=spared)


def facts(found: Grounds | None, more: tuple[Why, ...]) -> tuple[Why, ...]:
    """All the facts of an offer, one by one: those of the router's choice, and what else there is to say."""
    if found is None:
        return more
    agent, stage = found.agent, found.stage
    levels: dict[str, int | str] = {skill: found.skills.get(skill, 0) for skill, _ in stage.needed}
    one_by_one = [Why(code="skills", agent=agent, args=levels), Why(code="idle", agent=agent, args={"ms": found.idle})]
    if stage.after:
        one_by_one.append(Why(code="ring", args={"after_s": stage.after // 1000}))
    if found.preferred is not None:
        one_by_one.append(Why(code="preferred", agent=agent, args={"as": found.preferred}))
    if found.only_one:
        one_by_one.append(Why(code="only_one", agent=agent))
    if found.spared is not None:
        one_by_one.append(Why(code="spared", agent=found.spared))
    return (*one_by_one, *found.passed, *more)


def busy(colleagues: Iterable[Colleague], asked: Requirement, waited: int, now: Ms) -> tuple[Why, ...]:
    """Who could serve it after so long a wait, but is at something else; at most `EXPLAINED` of them."""
    needed = asked.stages[stage_at(asked, waited)].needed
    able = (_state(each, now) for each in colleagues if _unable(each, asked.queue, needed) is None)
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
    known: list[Worker | Colleague] = [*workers, *colleagues]
    if all(asked.queue in each.without or first_stage(each.skills, asked) is None for each in known):
        found.append(Why(code="nobody"))
    found += [passed for each in workers if (passed := _unable(each, asked.queue, stage.needed)) is not None]
    found += [_unable(each, asked.queue, stage.needed) or _state(each, now) for each in colleagues]
    return tuple(found)


def explain_agent(worker: Worker, now: Ms, line: Iterable[Waiting], free: Iterable[Worker]) -> tuple[Why, ...]:
    """Why this free agent gets nothing: what those who wait need, and who is free for longer.

    `line`: who waits, first first; `free`: free agents, longest idle first.
    """
    found: list[Why] = []
    for waiting in line:
        asked = waiting.group.requirement
        reason = _unable(worker, asked.queue, asked.stages[stage_at(asked, now - waiting.since)].needed)
        if reason is not None and reason not in found:
            found.append(reason)
    for other in free:
        if other.id == worker.id:
            break
        found.append(Why(code="longer_idle", agent=other.id, args={"ms": now - other.since}))
    return tuple(found[:EXPLAINED])


def _unable(one: Worker | Colleague, queue: QueueId, needed: Needed) -> Why | None:
    """Why somebody can't be given work of this queue that needs these levels; None: they can."""
    agent = one.agent if isinstance(one, Colleague) else one.id
    short = shortfall(one.skills, needed)
    if short is not None:
        args: dict[str, int | str] = {"skill": short.skill, "has": short.has, "needs": short.needs}
        return Why(code="skipped_skill", agent=agent, args=args)
    return Why(code="opted_out", agent=agent, args={"queue": queue}) if queue in one.without else None


def _state(other: Colleague, now: Ms) -> Why:
    if other.held_up is not None:
        return other.held_up
    left = max(0, other.until - now) if other.until is not None else 0
    return Why(code="skipped_state", agent=other.agent, args={"state": other.state, "ms": left})
