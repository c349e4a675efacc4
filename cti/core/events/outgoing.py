"""Calls to the outside: those agents make, callbacks, callers given to a number. Numbers are ids here, too."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Ms


class CallbackBooked(Fact, frozen=True):
    """The caller wants to be called back at `to`, not before `at` (None: when their turn comes)."""

    interaction: InteractionId
    to: IdentifierId
    at: Ms | None
    first: str
    """Whose phone rings first: `agent` or `customer`."""


class PlaceKept(Fact, frozen=True):
    """The caller has hung up; their place in line stays."""

    interaction: InteractionId


class CallbackDue(Fact, frozen=True):
    """From now on they are called as soon as it is their turn; `until`: the end of opening hours."""

    interaction: InteractionId
    until: Ms | None


class CallbackPutOff(Fact, frozen=True):
    """Not called before `until`: closed until then, not wished for, or just tried."""

    interaction: InteractionId
    until: Ms


class Dialled(Fact, frozen=True):
    """A number outside is called. `purpose`: `call` (an agent's), `callback`, `transfer` or `consult` (asked first;
    `interaction` is the consultation)."""

    interaction: InteractionId
    channel: ChannelId
    to: IdentifierId
    purpose: str
    agent: AgentId | None
    """Who calls, asks, or gave the caller away; None: nobody is on the line yet."""
    agent_channel: ChannelId | None
    until: Ms
    """When it is given up."""


class DialEnded(Fact, frozen=True):
    """It came to nothing. `how`: `busy`, `no_answer`, `refused`, `wrong_number`, `congestion`, `unreachable`,
    `not_allowed` (by the site's list), `machine` (an answering machine, says the agent), `cancelled` (by the agent, or
    by who waited for it), `merged` (the customer called meanwhile), `lost` (it was never rung, or ended while we were
    away)."""

    interaction: InteractionId
    channel: ChannelId
    agent: AgentId | None
    how: str
    purpose: str = ""
    """As in `Dialled`."""


class CallbackMerged(Fact, frozen=True):
    """They called again while the callback stood: the call `into` has its place, and nobody calls them."""

    interaction: InteractionId
    into: InteractionId


class CallbackMissed(Fact, frozen=True):
    """Every try was in vain: it is a promise of `owner`'s now."""

    interaction: InteractionId
    tries: int
    owner: AgentId | None


class ConnectedOutside(Fact, frozen=True):
    """The caller is in one bridge with somebody outside, whom `agent` gave them to."""

    interaction: InteractionId
    agent: AgentId
    channel: ChannelId
    waited: Ms


class OutsideEnded(Fact, frozen=True):
    """That talk is over."""

    interaction: InteractionId
    channel: ChannelId
    talked: Ms
