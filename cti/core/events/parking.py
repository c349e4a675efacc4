"""Parked callers: in nobody's hands, with music, until a colleague or the agent who parked them fetches them."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, InteractionId, Ms


class Parked(Fact, frozen=True):
    """`agent` parked the caller, whose talk has ended; they are offered back at `until`."""

    interaction: InteractionId
    agent: AgentId
    until: Ms


class ParkEnded(Fact, frozen=True):
    """`how`: `fetched` (`by` this agent, who is offered them), `over` (it was long enough: offered back, or in line),
    `met` (they talk with somebody, seen late), `caller_gone`."""

    interaction: InteractionId
    agent: AgentId
    """Who parked them."""
    how: str
    by: AgentId | None = None
    parked: Ms = Ms(0)
    """How long they were."""
