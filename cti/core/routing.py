"""The router beside a world: kept in step with the facts, and made anew from the world at any time."""

from collections.abc import Iterable

from cti.core import reasons
from cti.core.agent import AgentState
from cti.core.callbacks import in_line
from cti.core.closings import ousted
from cti.core.events import Why
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms
from cti.core.interaction import State
from cti.core.piece import Channel
from cti.core.queue import asked_for, available, held_up, without, worth_waiting_for
from cti.core.reasons import Colleague
from cti.core.router import Router
from cti.core.waiting import Match
from cti.core.world import AgentNow, Interaction, World

BUSY_LOOKED_AT = 50
"""Of so many colleagues it is told whether they could have served a caller but were busy: enough for a person, and as
cheap with ten thousand agents."""


class Routing:
    """Asks the router what the world's facts come to. Nothing in it is saved: the world is the truth."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._router = Router()
        self._waiting: dict[InteractionId, tuple[ChannelId, AgentId | None]] = {}
        """Who waits: the channel, and the agent they would rather have."""
        self._channels: dict[ChannelId, InteractionId] = {}
        self._kept: dict[AgentId, dict[InteractionId, None]] = {}
        self.refresh(world.agents, world.interactions, ())

    @property
    def router(self) -> Router:
        """For positions and explanations."""
        return self._router

    def refresh(
        self, agents: Iterable[AgentId], interactions: Iterable[InteractionId], channels: Iterable[ChannelId]
    ) -> None:
        """Take what has become of these from the world."""
        due = dict.fromkeys(interactions)
        for agent in agents:
            self._agent(agent)
            due |= self._kept.get(agent, {})
        for channel in channels:
            if channel in self._channels:
                due[self._channels[channel]] = None
        for interaction in due:
            self._interaction(interaction)

    def matches(self, now: Ms) -> list[Match]:
        """The offers to make now; none while Asterisk is away. What they name must be refreshed afterwards."""
        return self._router.matches(now) if self._world.asterisk else []

    def wake_at(self, now: Ms) -> Ms | None:
        """When time alone may make a match possible."""
        return self._router.wake_at(now) if self._world.asterisk else None

    def others(self) -> list[Colleague]:
        """Everybody signed in who is not free, for explanations."""
        return [found for agent in self._world.agents.values() if (found := self._colleague(agent)) is not None]

    def busy(self, match: Match, now: Ms) -> tuple[Why, ...]:
        """Who could have served the matched one too, but was at something else: the preferred agent first."""
        it = self._world.interactions[match.interaction]
        asked = asked_for(self._world, it)
        names = [it.preferred] if it.preferred is not None and it.preferred != match.agent else []
        names += [name for name, _ in zip(self._world.agents, range(BUSY_LOOKED_AT), strict=False)]
        agents = (self._world.agents[name] for name in dict.fromkeys(names) if name in self._world.agents)
        colleagues = (found for agent in agents if (found := self._colleague(agent)) is not None)
        return reasons.busy((each for each in colleagues if each.agent != match.agent), asked, now - it.since, now)

    def why_waiting(self, interaction: InteractionId, now: Ms) -> tuple[Why, ...]:
        """Why nobody has this caller yet, agent by agent; nothing, if they don't wait."""
        it = self._world.interactions.get(interaction)
        closing = ousted(self._world, it) if it is not None else None
        if closing is not None:
            return (Why(code="queue_closed", args={"closing": closing.id}),)
        facts = self._router.explain_interaction(interaction, now, self.others())
        return facts + reasons.ahead(it.tier, it.tier_minutes) if facts and it is not None else facts

    def why_no_work(self, agent: AgentId, now: Ms) -> tuple[Why, ...]:
        """Why this agent gets no calls."""
        own = self._world.agents.get(agent)
        if own is None or own.state is not AgentState.READY:
            state = own.state if own is not None else AgentState.SIGNED_OUT
            args: dict[str, int | str] = {
                "state": state.value,
                "reason": (own.reason if own is not None else None) or "",
            }
            return (Why(code="own_state", agent=agent, args=args),)
        if not self._world.asterisk:
            return (Why(code="asterisk_away"),)
        if not available(self._world, own):
            return (held_up(self._world, own, Channel.VOICE, now) or Why(code="no_phone", agent=agent),)
        found = self._router.explain_agent(agent, now)
        return found if self._waiting else (Why(code="nobody_waits"), *found)

    def _colleague(self, agent: AgentNow) -> Colleague | None:
        """An agent who is signed in and not free."""
        profile = self._world.profile(agent.id)
        if profile is None or agent.state is AgentState.SIGNED_OUT or available(self._world, agent):
            return None
        return Colleague(
            agent=agent.id,
            skills=profile.skills,
            state=agent.state.value,
            until=agent.until,
            without=without(self._world, agent),
            held_up=held_up(self._world, agent, Channel.VOICE, agent.since)
            if agent.work or agent.desk_silent is not None
            else None,
        )

    def _agent(self, agent: AgentId) -> None:
        now = self._world.agents.get(agent)
        profile = self._world.profile(agent)
        if profile is None:
            self._router.forget_agent(agent)
        elif now is None or not available(self._world, now):
            self._router.remove_agent(agent)
        else:
            out = without(self._world, now)
            self._router.add_agent(agent, profile.skills, now.idle_since, now.share_worked, without=out)

    def _interaction(self, interaction: InteractionId) -> None:
        self._forget(interaction)
        it = self._world.interactions.get(interaction)
        if it is None or not in_line(self._world, it):
            self._router.leave(interaction)
            return
        self._waiting[interaction] = (it.channel, it.preferred)
        if it.channel:
            self._channels[it.channel] = interaction
        if it.preferred is not None:
            self._kept.setdefault(it.preferred, {})[interaction] = None
        asked = asked_for(self._world, it)
        preferred = it.preferred if worth_waiting_for(self._world, it.preferred, asked) else None
        queue = self._world.queue(it.queue)
        priority = it.priority + it.raised + (queue.priority if queue is not None else 0)
        self._router.arrive(interaction, asked, it.since, priority, preferred, it.kept_until, it.preferred_as)
        if it.state is not State.WAITING or self._leaves(it) or ousted(self._world, it) is not None:
            self._router.set_aside(interaction)

    def _leaves(self, it: Interaction) -> bool:
        """Whether they are on the line, but not for long: hanging up, or about to, for they will be called back."""
        leg = self._world.legs.get(it.channel)
        if not it.channel:
            return False
        return leg is None or leg.ending or (it.callback is not None and it.callback.released is None)

    def _forget(self, interaction: InteractionId) -> None:
        channel, agent = self._waiting.pop(interaction, (None, None))
        if channel:
            self._channels.pop(channel, None)
        if agent is not None:
            self._kept[agent].pop(interaction)
            if not self._kept[agent]:
                del self._kept[agent]
