"""What is kept beside a world so that nobody looks at everybody: the routers of calls and of text work, the timers."""

from collections.abc import Iterable

from cti.core import callbacks
from cti.core import events as e
from cti.core.agent import AgentState
from cti.core.ids import AgentId, ChannelId, InteractionId, Ms
from cti.core.overflow import overflow_at
from cti.core.pieces import agent_due
from cti.core.routing import Routing
from cti.core.silence import silent_offer
from cti.core.text_routing import TextRouting
from cti.core.timers import Kind, Timers
from cti.core.vanishing import holding_on, ringing_on
from cti.core.world import World

_EVERYTHING = (e.SiteInForce, e.BridgeStarted, e.AsteriskSeen, e.AsteriskLost, e.QueueClosed, e.QueueReopened)
"""After these, more may have changed than they name."""


class Index:
    """Follows the facts of one world. Never saved: the world is the truth, and this is made from it at any time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: tuple[Routing, Timers] | None = None
        self._text: TextRouting | None = None

    @property
    def routing(self) -> Routing:
        """Who waits, who is free, and who gets whom."""
        return self._parts()[0]

    @property
    def text(self) -> TextRouting:
        """The same for text work. Made when there is some: a site without it does not pay for it."""
        if self._text is None:
            self._text = TextRouting(self._world)
        return self._text

    @property
    def timers(self) -> Timers:
        """What happens by itself, but for rings that widen and the end of the day."""
        return self._parts()[1]

    def follow(self, events: Iterable[e.Event]) -> None:
        """These have been applied to the world: what they name may be free, busy, waiting, due or gone by it."""
        agents: dict[AgentId, None] = {}
        interactions: dict[InteractionId, None] = {}
        channels: dict[ChannelId, None] = {}
        pieces: dict[InteractionId, None] = {}
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
            consult: InteractionId | None = getattr(event, "consult", None)
            if consult is not None:
                interactions[consult] = None
            channel: ChannelId | None = getattr(event, "channel", None)
            if channel is not None:
                channels[channel] = None
            piece: InteractionId | None = getattr(event, "piece", None)
            if piece is not None:
                pieces[piece] = None
            if isinstance(event, e.PhoneSeen):
                if (owner := self._world.owner(event.phone)) is not None:
                    agents[owner] = None
                legs = (*ringing_on(self._world, event.phone), *holding_on(self._world, event.phone))
                channels.update(dict.fromkeys(leg.channel for leg in legs))
        routing, timers = self._parts()
        routing.refresh(agents, interactions, channels)
        if self._text is not None:
            self._text.refresh(agents, pieces)
        self._time(timers, agents, interactions, channels, pieces)

    def spoil(self) -> None:
        """It may be wrong: it is made anew from the world when it is needed next."""
        self._made = self._text = None

    def wake_at(self, now: Ms) -> Ms | None:
        """The next time something happens by itself."""
        routing, timers = self._parts()
        times = [timers.next(), routing.wake_at(now), self._world.today.end if self._world.site is not None else None]
        if self._world.pieces:
            times.append(self.text.wake_at(now))
        return min((at for at in times if at is not None), default=None)

    def _parts(self) -> tuple[Routing, Timers]:
        if self._made is None:
            world = self._world
            routing, timers = Routing(world), Timers()
            self._time(timers, world.agents, world.interactions, world.legs, world.pieces)
            self._made = routing, timers
        return self._made

    def _time(
        self,
        timers: Timers,
        agents: Iterable[AgentId],
        interactions: Iterable[InteractionId],
        channels: Iterable[ChannelId],
        pieces: Iterable[InteractionId],
    ) -> None:
        world = self._world
        for agent in agents:
            timers.set((Kind.AGENT, agent), _agent_due(world, agent))
            silent = silent_offer(world, agent)
            timers.set((Kind.SILENCE, agent), silent[1] if silent is not None else None)
        for interaction in interactions:
            it = world.interactions.get(interaction)
            timers.set((Kind.OFFER, interaction), it.offer.until if it is not None and it.offer is not None else None)
            timers.set((Kind.CALLBACK, interaction), callbacks.timer(it) if it is not None else None)
            timers.set((Kind.LEAD, interaction), callbacks.lead_at(world, it) if it is not None else None)
            timers.set((Kind.OVERFLOW, interaction), overflow_at(world, it) if it is not None else None)
        for channel in channels:
            leg = world.legs.get(channel)
            timers.set((Kind.LEG, channel), leg.ask_again if leg is not None and world.asterisk else None)
            timers.set(
                (Kind.UNHEARD, channel), leg.rings_by or leg.back_by if leg is not None and world.asterisk else None
            )
        for name in pieces:
            piece = world.pieces.get(name)
            timers.set((Kind.PIECE, name), piece.until if piece is not None else None)


def _agent_due(world: World, agent: AgentId) -> Ms | None:
    now = world.agents.get(agent)
    if now is None:
        return None
    ends = now.until if now.state is AgentState.WRAP_UP else None
    return min((at for at in (ends, now.desk_until, agent_due(now)) if at is not None), default=None)
