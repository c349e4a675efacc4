"""The router of text work beside a world: the same match as for calls, other agents free and other things waiting.

Pieces wait in line by the same rules: skills and rings, priority and minutes waited, one agent at a time, no
head-of-line blocking. Neither Asterisk nor a phone is needed.
"""

from collections.abc import Iterable

from cti.core.agent import AgentState
from cti.core.events import Why
from cti.core.ids import AgentId, InteractionId, Ms
from cti.core.piece import CHANNELS, Channel, PieceState
from cti.core.queue import asked_for, held_up, takes_text, without, worth_waiting_for
from cti.core.reasons import Colleague, ahead
from cti.core.router import Router
from cti.core.waiting import Match
from cti.core.world import AgentNow, World


class TextRouting:
    """Asks the router what the world's facts come to. Nothing in it is saved: the world is the truth."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._router = Router()
        self._kept: dict[AgentId, dict[InteractionId, None]] = {}
        """Pieces in line, by the agent they are kept for."""
        self._keeper: dict[InteractionId, AgentId] = {}
        self.refresh(world.agents, world.pieces)

    @property
    def router(self) -> Router:
        """For positions and explanations."""
        return self._router

    def refresh(self, agents: Iterable[AgentId], pieces: Iterable[InteractionId]) -> None:
        """Take what has become of these from the world."""
        due = dict.fromkeys(pieces)
        for agent in agents:
            self._agent(agent)
            due |= self._kept.get(agent, {})
        for piece in due:
            self._piece(piece)

    def matches(self, now: Ms) -> list[Match]:
        """The pieces to show now, and to whom. What they name must be refreshed afterwards."""
        return self._router.matches(now)

    def wake_at(self, now: Ms) -> Ms | None:
        """When time alone may make a match possible."""
        return self._router.wake_at(now)

    def why_waiting(self, piece: InteractionId, now: Ms) -> tuple[Why, ...]:
        """Why nobody has this piece yet, agent by agent; nothing, if it does not wait."""
        waiting = self._world.pieces.get(piece)
        if waiting is None or waiting.state is not PieceState.WAITING:
            return ()
        channel = CHANNELS[waiting.kind]
        others = (self._colleague(agent, channel, now) for agent in self._world.agents.values())
        facts = self._router.explain_interaction(piece, now, [one for one in others if one is not None])
        return facts + ahead(waiting.tier, waiting.tier_minutes) if facts else facts

    def why_no_work(self, agent: AgentId, now: Ms) -> tuple[Why, ...]:
        """Why this agent gets no messages."""
        own = self._world.agents.get(agent)
        if own is None or own.state is not AgentState.READY:
            state = own.state if own is not None else AgentState.SIGNED_OUT
            args: dict[str, int | str] = {"state": state.value, "reason": (own.reason if own else None) or ""}
            return (Why(code="own_state", agent=agent, args=args),)
        held = held_up(self._world, own, Channel.MAIL, now)
        if held is not None:
            return (held,)
        found = self._router.explain_agent(agent, now)
        waits = any(piece.state is PieceState.WAITING for piece in self._world.pieces.values())
        return found if waits else (Why(code="nobody_waits"), *found)

    def _colleague(self, agent: AgentNow, channel: Channel, now: Ms) -> Colleague | None:
        """An agent who is signed in and can't be shown a piece of this channel."""
        profile = self._world.profile(agent.id)
        ready = agent.state is AgentState.READY
        held = held_up(self._world, agent, channel, now) if ready else None
        if profile is None or agent.state is AgentState.SIGNED_OUT or (ready and held is None):
            return None
        return Colleague(
            agent=agent.id,
            skills=profile.skills,
            state=agent.state.value,
            until=agent.until,
            without=without(self._world, agent),
            held_up=held,
        )

    def _agent(self, agent: AgentId) -> None:
        now, profile = self._world.agents.get(agent), self._world.profile(agent)
        if profile is None:
            self._router.forget_agent(agent)
            return
        kinds = takes_text(self._world, now) if now is not None else frozenset()
        if now is None or not kinds:
            self._router.remove_agent(agent)
            return
        since = max(now.idle_since, now.text_idle_since)
        out = without(self._world, now)
        self._router.add_agent(agent, profile.skills, since, now.share_worked, kinds=frozenset(kinds), without=out)

    def _piece(self, name: InteractionId) -> None:
        keeper = self._keeper.pop(name, None)
        if keeper is not None:
            self._kept[keeper].pop(name)
        piece = self._world.pieces.get(name)
        if piece is None or piece.state is not PieceState.WAITING:
            self._router.leave(name)
            return
        if piece.preferred is not None:
            self._keeper[name] = piece.preferred
            self._kept.setdefault(piece.preferred, {})[name] = None
        asked = asked_for(self._world, piece)
        preferred = piece.preferred if worth_waiting_for(self._world, piece.preferred, asked) else None
        queue = self._world.queue(piece.queue)
        priority = piece.priority + piece.raised + (queue.priority if queue is not None else 0)
        self._router.arrive(name, asked, piece.since, priority, preferred, piece.kept_until, piece.preferred_as)
