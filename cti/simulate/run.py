"""The run: callers call, phones ring, agents answer, talk and go, on a clock of their own.

What decides is `cti.core.switchboard`, as in the bridge. Here is only what stands around it there: Asterisk and people.
They say what AMI, the callers' sessions and the desks would say, and do what the core wishes. Of the wait callers hear
once, on entry, where it was foreseen. Nothing waits: the clock
jumps to whatever comes next. What people and phones never do here: decline, hold, lose their desk.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from cti.core import commands as c
from cti.core import events as e
from cti.core import inputs as i
from cti.core.agent import AgentState
from cti.core.estimate import Estimate, Range, spoken
from cti.core.ids import AgentId, BridgeId, ChannelId, InteractionId, Ms, QueueId, ReasonId
from cti.core.index import Index
from cti.core.switchboard import step
from cti.core.world import World
from cti.simulate.load import Break, Caller, Load, Shift

BREAK = ReasonId("break")
BACK = Ms(30_000)
"""Who was taken off because a call rang out says Ready again after so long."""
PATIENCE = 24 * 3_600_000
"""So long after the last call at most: callers nobody can serve would wait for ever."""

See = Callable[[Ms, e.Event], None]


def run(load: Load, see: See) -> None:
    """Run it to its end; `see` is told every fact in order, as the journal would be."""
    _Run(load, see).go()


class _Run:
    def __init__(self, load: Load, see: See) -> None:
        self._load = load
        self._see = see
        self._world = World()
        self._index = Index(self._world)
        self._now = load.begins
        self._wake: Ms | None = None
        """When the core wants to be woken."""
        self._todo: list[tuple[Ms, int, Callable[[Any], None], Any]] = []
        self._count = 0
        self._callers = {caller.id: caller for caller in load.callers}
        self._offers: dict[ChannelId, c.RingAgent] = {}
        """By the leg that will be answered: what rings."""
        self._breaks: dict[AgentId, Break] = {}
        """Asked for, not begun."""
        self._here: set[AgentId] = set()

    def go(self) -> None:
        """To the end."""
        self._say(i.SiteLoaded(site=self._load.site))
        self._say(i.AsteriskUp(channels=(), booted=Ms(1)))
        for shift in self._load.shifts:
            if shift.ends is None or shift.ends > self._load.begins:
                self._at(shift.begins, self._begin, shift)
        for caller in self._load.callers:
            self._at(caller.at, self._call, caller)
        while (at := self._next()) is not None:
            if self._todo and self._todo[0][0] <= at:
                self._now, _, do, about = heappop(self._todo)
                do(about)
            else:
                self._now = at
                self._say(i.Wake())

    def _next(self) -> Ms | None:
        """When something happens next; None: nothing will any more."""
        first = self._todo[0][0] if self._todo else None
        if first is not None and first <= self._now:
            return first
        if first is None and not (self._world.interactions and self._here):
            return None
        at = min((at for at in (first, self._wake) if at is not None), default=None)
        return at if at is not None and at < self._load.ends + PATIENCE else None

    def _at(self, at: Ms, do: Callable[[Any], None], about: Any) -> None:
        self._count += 1
        heappush(self._todo, (max(at, self._now), self._count, do, about))

    def _after(self, delay: Ms, do: Callable[[Any], None], about: Any) -> None:
        self._at(Ms(self._now + delay), do, about)

    def _say(self, said: i.Input) -> None:
        outcome = step(self._world, said, self._now, self._index)
        self._wake = outcome.wake_at
        for event in outcome.events:
            self._see(self._now, event)
            follow = _FOLLOW.get(type(event))
            if follow is not None:
                follow(self, event)
        for command in outcome.commands:
            if isinstance(command, c.RingAgent):
                self._ring(command)
            elif isinstance(command, c.HangUp):
                self._offers.pop(command.channel, None)
                self._after(Ms(0), self._gone, command.channel)

    # --- callers

    def _call(self, caller: Caller) -> None:
        channel = _channel(caller.id)
        self._say(i.CallArrived(interaction=caller.id, channel=channel, number="", caller=None))
        self._say(
            i.RouteAsked(
                interaction=caller.id,
                queue=caller.queue,
                skills=caller.skills,
                priority=caller.priority,
                language=caller.language,
                last_agent=caller.last_agent,
            )
        )
        if caller.patience is not None:
            self._after(caller.patience, self._give_up, caller.id)

    def _give_up(self, caller: InteractionId) -> None:
        it = self._world.interactions.get(caller)
        if it is not None and it.connected is None:
            self._gone(it.channel)

    def _connected(self, event: e.Connected) -> None:
        self._after(self._callers[event.interaction].talk, self._gone, _channel(event.interaction))

    def _gone(self, channel: ChannelId) -> None:
        if channel in self._world.legs:
            self._say(i.ChannelGone(channel=channel, cause=16))

    def _told(self, event: e.WaitForeseen) -> None:
        """What the session would say of it."""
        it = self._world.interactions[event.interaction]
        pace = self._world.paces.get(it.queue or QueueId(""))
        estimate = Estimate(event.modelled, event.middle, event.low, event.middle, event.high)
        said = spoken(estimate, pace.score if pace is not None else None)
        if said is not None:
            self._after(Ms(0), self._hears, (event.interaction, said))

    def _hears(self, about: tuple[InteractionId, Range]) -> None:
        caller, said = about
        self._say(i.WaitSaid(interaction=caller, place=1, least=said.least, most=said.most, agents=1, why=""))

    # --- phones

    def _ring(self, ring: c.RingAgent) -> None:
        first = ring.legs[0].channel
        self._offers[first] = ring
        self._after(self._callers[ring.interaction].answer, self._pick_up, first)

    def _pick_up(self, leg: ChannelId) -> None:
        ring = self._offers.pop(leg, None)
        if ring is not None and ring.caller is not None:
            bridge = BridgeId(ring.offer)
            self._say(i.BridgeEntered(channel=leg, bridge=bridge))
            self._say(i.BridgeEntered(channel=ring.caller, bridge=bridge))

    # --- agents

    def _begin(self, shift: Shift) -> None:
        agent = shift.agent
        self._here.add(agent)
        self._say(i.AgentSignedIn(agent=agent))
        self._say(i.DeskConnected(agent=agent))
        breaks = shift.breaks
        if breaks and breaks[0].at <= self._now:
            self._after(breaks[0].lasts, self._ready, (agent, self._now))
            breaks = breaks[1:]
        else:
            self._say(i.AgentReady(agent=agent))
        for each in breaks:
            self._at(each.at, self._rest, (agent, each))
        if shift.ends is not None:
            self._at(shift.ends, self._leave, agent)

    def _leave(self, agent: AgentId) -> None:
        self._here.discard(agent)
        self._say(i.AgentSignedOut(agent=agent))

    def _rest(self, about: tuple[AgentId, Break]) -> None:
        agent, wanted = about
        if agent in self._here:
            self._breaks[agent] = wanted
            self._say(i.AgentNotReady(agent=agent, reason=BREAK))

    def _ready(self, about: tuple[AgentId, Ms]) -> None:
        """The end of what began at that time, unless something else has begun since."""
        agent, began = about
        now = self._world.agents[agent]
        if now.state is AgentState.NOT_READY and now.since == began:
            self._say(i.AgentReady(agent=agent))

    def _agent(self, event: e.AgentStateSet) -> None:
        if event.state == AgentState.WRAP_UP and event.interaction is not None:
            lasts = self._callers[event.interaction].wrap_up
            if lasts is not None and (event.until is None or self._now + lasts < event.until):
                self._after(lasts, self._wrapped, (event.agent, event.interaction))
        elif event.state == AgentState.NOT_READY and event.reason == BREAK:
            wanted = self._breaks.pop(event.agent, None)
            if wanted is not None:
                self._after(wanted.lasts, self._ready, (event.agent, self._now))
        elif event.state == AgentState.NOT_READY and event.reason != "signed_in":
            self._after(BACK, self._ready, (event.agent, self._now))

    def _wrapped(self, about: tuple[AgentId, InteractionId]) -> None:
        agent, interaction = about
        if self._world.agents[agent].interaction == interaction:
            self._say(i.WrapUpDone(agent=agent, interaction=interaction, outcome=None))


_FOLLOW: dict[type[e.Event], Callable[[_Run, Any], None]] = {
    e.Connected: _Run._connected,
    e.AgentStateSet: _Run._agent,
    e.WaitForeseen: _Run._told,
}


def _channel(caller: InteractionId) -> ChannelId:
    return ChannelId(f"{caller}-caller")
