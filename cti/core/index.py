"""What is kept beside a world so that nobody looks at everybody: the router and the timers."""

from collections.abc import Iterable

from cti.core import callbacks
from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms
from cti.core.overflow import overflow_at
from cti.core.routing import Routing
from cti.core.timers import Kind, Timers
from cti.core.world import World

_EVERYTHING = (e.SiteInForce, e.BridgeStarted, e.AsteriskSeen, e.AsteriskLost, e.QueueClosed, e.QueueReopened)
"""After these, more may have changed than they name."""


class Index:
    """Follows the facts of one world. Never saved: the world is the truth, and this is made from it at any time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: tuple[Routing, Timers] | None = None

    @property
    def routing(self) -> Routing:
        """Who waits, who is free, and who gets whom."""
        return self._parts()[0]

    @property
    def timers(self) -> Timers:
        """What happens by itself, but for rings that widen and the end of the day."""
        return self._parts()[1]

    def follow(self, events: Iterable[e.Event]) -> None:
        """These have been applied to the world: what they name may be free, busy, waiting, due or gone by it."""
        agents: dict[AgentId, None] = {}
        interactions: dict[InteractionId, None] = {}
        channels: dict[ChannelId, None] = {}
        for event in events:
            if isinstance(event, _EVERYTHING):
                self.spoil()
                return
            agent: AgentId | None = getattr(event, "agent", None)
            if agent is not None:
                agents[agent] = None
            interaction: InteractionId | None = getattr(event, "interaction", None)
            if interaction is not None:
                interactions[interaction] = None
            channel: ChannelId | None = getattr(event, "channel", None)
            if channel is not None:
                channels[channel] = None
        routing, timers = self._parts()
        routing.refresh(agents, interactions, channels)
        self._time(timers, agents, interactions, channels)

    def spoil(self) -> None:
        """It may be wrong: it is made anew from the world when it is needed next."""
        self._made = None

    def wake_at(self, now: Ms) -> Ms | None:
        """The next time something happens by itself."""
        routing, timers = self._parts()
        times = [timers.next(), routing.wake_at(now), self._world.today.end if self._world.site is not None else None]
        return min((at for at in times if at is not None), default=None)

    def _parts(self) -> tuple[Routing, Timers]:
        if self._made is None:
            world = self._world
            routing, timers = Routing(world), Timers()
            self._time(timers, world.agents, world.interactions, world.legs)
            self._made = routing, timers
        return self._made

    def _time(
        self,
        timers: Timers,
        agents: Iterable[AgentId],
        interactions: Iterable[InteractionId],
        channels: Iterable[ChannelId],
    ) -> None:
        world = self._world
        for agent in agents:
            timers.set((Kind.AGENT, agent), _agent_due(world, agent))
        for interaction in interactions:
            it = world.interactions.get(interaction)
            timers.set((Kind.OFFER, interaction), it.offer.until if it is not None and it.offer is not None else None)
            timers.set((Kind.CALLBACK, interaction), callbacks.timer(it) if it is not None else None)
            timers.set((Kind.OVERFLOW, interaction), overflow_at(world, it) if it is not None else None)
        for channel in channels:
            leg = world.legs.get(channel)
            timers.set((Kind.LEG, channel), leg.ask_again if leg is not None and world.asterisk else None)


def _agent_due(world: World, agent: AgentId) -> Ms | None:
    now = world.agents.get(agent)
    if now is None:
        return None
    ends = now.until if now.state is AgentState.WRAP_UP else None
    return min((at for at in (ends, now.desk_until) if at is not None), default=None)
