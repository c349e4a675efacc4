"""The router beside a world: kept in step with the facts, event by event, and made anew from the world at any time."""

from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms, QueueId
from cti.core.interaction import State
from cti.core.queue import available
from cti.core.reasons import Colleague
from cti.core.requirement import requirement
from cti.core.router import Router
from cti.core.site import Queue
from cti.core.waiting import Match
from cti.core.world import World

_EVERYTHING = (e.SiteInForce, e.BridgeStarted, e.AsteriskSeen)
"""After these, more may have changed than they name."""


class Routing:
    """Asks the router what the world's facts come to. Nothing in it is saved: the world is the truth."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._router = Router()
        self._agents: set[AgentId] = set()
        self._waiting: dict[InteractionId, ChannelId] = {}
        self._channels: dict[ChannelId, InteractionId] = {}
        """Whose channel each is, of those who wait."""
        self.refresh()

    @property
    def router(self) -> Router:
        """For positions and explanations."""
        return self._router

    def refresh(self) -> None:
        """Take everything from the world."""
        for agent in {*self._agents, *self._world.agents}:
            self._agent(agent)
        for interaction in {*self._waiting, *self._world.interactions}:
            self._interaction(interaction)

    def follow(self, event: e.Event) -> None:
        """An event has been applied to the world: what it names may be free, busy, waiting or gone by it."""
        if isinstance(event, _EVERYTHING):
            self.refresh()
            return
        agent: AgentId | None = getattr(event, "agent", None)
        if agent is not None:
            self._agent(agent)
        interaction: InteractionId | None = getattr(event, "interaction", None)
        if interaction is not None:
            self._interaction(interaction)
        channel: ChannelId | None = getattr(event, "channel", None)
        if channel is not None and channel in self._channels:
            self._interaction(self._channels[channel])

    def matches(self, now: Ms) -> list[Match]:
        """The offers to make now; none while Asterisk is away."""
        return self._router.matches(now) if self._world.asterisk else []

    def wake_at(self, now: Ms) -> Ms | None:
        """When time alone may make a match possible."""
        return self._router.wake_at(now)

    def others(self) -> list[Colleague]:
        """Everybody signed in who is not free, for explanations."""
        found: list[Colleague] = []
        for agent in self._world.agents.values():
            profile = self._world.profile(agent.id)
            if profile is not None and agent.state is not AgentState.SIGNED_OUT and not available(self._world, agent):
                found.append(
                    Colleague(agent=agent.id, skills=profile.skills, state=agent.state.value, until=agent.until)
                )
        return found

    def _agent(self, agent: AgentId) -> None:
        now = self._world.agents.get(agent)
        profile = self._world.profile(agent)
        if profile is None:
            self._router.forget_agent(agent)
        elif now is None or not available(self._world, now):
            self._router.remove_agent(agent)
        else:
            self._router.add_agent(agent, profile.skills, now.idle_since)
        self._agents.add(agent)

    def _interaction(self, interaction: InteractionId) -> None:
        self._channels.pop(self._waiting.pop(interaction, ChannelId("")), None)
        it = self._world.interactions.get(interaction)
        if it is None or it.state not in (State.WAITING, State.OFFERED):
            self._router.leave(interaction)
            return
        self._waiting[interaction] = it.channel
        self._channels[it.channel] = interaction
        queue = self._world.queue(it.queue) or Queue(id=it.queue or QueueId(""), name={})
        asked = requirement(queue, it.skills, it.language, it.kind)
        self._router.arrive(interaction, asked, it.since, it.priority + queue.priority)
        leg = self._world.legs.get(it.channel)
        if it.state is State.OFFERED or leg is None or leg.ending:
            self._router.set_aside(interaction)
