"""The match as a person would write it down: look at everybody, every time. What the router has to equal."""

from collections import Counter
from math import inf

from msgspec import Struct

from cti.core.ids import AgentId, InteractionId, Ms, QueueId
from cti.core.requirement import Requirement, first_stage, shortfall
from cti.core.site import Policy, Skills
from cti.core.sparing import LOOKED_AT
from cti.core.waiting import MINUTE


class _Agent(Struct):
    id: AgentId
    skills: Skills
    since: Ms
    busy: float
    kinds: frozenset[str]
    without: frozenset[QueueId]


class _Caller(Struct):
    id: InteractionId
    asked: Requirement
    since: Ms
    priority: int
    preferred: AgentId | None
    until: Ms
    reserved: bool = False

    @property
    def rank(self) -> tuple[int, Ms, InteractionId]:
        return (self.since - self.priority * MINUTE, self.since, self.id)


class Scan:
    """The same facts and questions as `Router`."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, _Agent] = {}
        self.callers: dict[InteractionId, _Caller] = {}

    def add_agent(
        self,
        agent: AgentId,
        skills: Skills,
        since: Ms,
        busy: float = 0.0,
        kinds: frozenset[str] = frozenset({"call"}),
        without: frozenset[QueueId] = frozenset(),
    ) -> None:
        self.agents[agent] = _Agent(agent, skills, since, busy, kinds, without)

    def remove_agent(self, agent: AgentId) -> None:
        self.agents.pop(agent, None)

    def arrive(
        self,
        interaction: InteractionId,
        requirement: Requirement,
        since: Ms,
        priority: int = 0,
        preferred: AgentId | None = None,
        until: Ms = Ms(0),  # noqa: B008
    ) -> None:
        self.callers[interaction] = _Caller(interaction, requirement, since, priority, preferred, until)

    def leave(self, interaction: InteractionId) -> None:
        self.callers.pop(interaction, None)

    def position(self, interaction: InteractionId) -> int | None:
        caller = self.callers.get(interaction)
        if caller is None:
            return None
        return sum(c.rank <= caller.rank for c in self.callers.values() if c.asked.queue == caller.asked.queue)

    def able(self, caller: _Caller, agent: _Agent, now: Ms) -> bool:
        """Whether the agent may serve the caller now."""
        if caller.asked.kind not in agent.kinds or caller.asked.queue in agent.without:
            return False
        if caller.preferred is not None and now < caller.until:
            return agent.id == caller.preferred and first_stage(agent.skills, caller.asked) is not None
        reached = [stage for stage in caller.asked.stages if caller.since + stage.after <= now]
        return any(shortfall(agent.skills, stage.needed) is None for stage in reached)

    def next_match(self, now: Ms) -> tuple[InteractionId, AgentId] | None:
        for caller in sorted(self.callers.values(), key=lambda c: c.rank):
            fit = [agent for agent in self.agents.values() if self.able(caller, agent, now)]
            if fit and not caller.reserved:
                chosen = min(fit, key=lambda a: (a.id != caller.preferred, *_key(caller.asked, a)))
                if caller.asked.policy is Policy.SCARCE_FIRST and chosen.id != caller.preferred:
                    chosen = self.spared(caller, fit)
                caller.reserved = True
                del self.agents[chosen.id]
                return caller.id, chosen.id
        return None

    def spared(self, caller: _Caller, fit: list[_Agent]) -> _Agent:
        """Of the longest idle of those with the fewest skills, whose others are the least scarce among the free."""
        fewest = min(len(agent.skills) for agent in fit)
        alike = sorted((a for a in fit if len(a.skills) == fewest), key=lambda a: (a.since, a.id))[:LOOKED_AT]
        needed = {skill for skill, _ in caller.asked.stages[0].needed}
        having = Counter(skill for agent in self.agents.values() for skill in agent.skills)
        return max(alike, key=lambda a: min((having[s] for s in a.skills if s not in needed), default=inf))


def _key(asked: Requirement, agent: _Agent) -> tuple[float, Ms, AgentId]:
    by = {
        Policy.LONGEST_IDLE: 0.0,
        Policy.BEST_MATCH: -float(sum(agent.skills.get(skill, 0) for skill, _ in asked.stages[0].needed)),
        Policy.LEAST_OCCUPIED: agent.busy,
        Policy.SCARCE_FIRST: float(len(agent.skills)),
    }[asked.policy]
    return (by, agent.since, agent.id)
