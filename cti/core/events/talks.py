"""Offers and talks, and how they pass from one agent to another."""

from cti.core.events.base import Fact, Grounds, Why
from cti.core.ids import AgentId, BridgeId, ChannelId, IdentifierId, InteractionId, Ms, OfferId, Phone, QueueId


class Offered(Fact, frozen=True):
    """One agent is reserved; desks pop now, phones ring next."""

    interaction: InteractionId
    offer: OfferId
    agent: AgentId
    legs: dict[ChannelId, Phone]
    until: Ms
    why: tuple[Why, ...]
    """What else there is to say: the customer's tier, who could have served too but was busy, who gave it."""
    grounds: Grounds | None = None
    """Why this agent, and why not others who were free. None: not the router's choice; of old, it is all in `why`."""


class OfferEnded(Fact, frozen=True):
    """Without a talk. `how`: `rona`, `declined`, `unreachable`, `caller_gone`, `withdrawn`, `silent` (it
    rang in a page that did not answer), `not_reached` (the agent answered, but not who was called then)."""

    interaction: InteractionId
    offer: OfferId
    agent: AgentId
    how: str


class Connected(Fact, frozen=True):
    """Caller and agent are in one bridge."""

    interaction: InteractionId
    agent: AgentId
    offer: OfferId | None
    """None: connected by the fallback queue, found when we came back."""
    agent_channel: ChannelId
    bridge: BridgeId
    waited: Ms
    """From entering the line to here; after a transfer, from the end of the talk before."""
    from_file: bool = False
    """We were away; `waited` is to when it began by Asterisk's CEL file, not to now."""


class Held(Fact, frozen=True):
    interaction: InteractionId


class Resumed(Fact, frozen=True):
    interaction: InteractionId


class AgentMoved(Fact, frozen=True):
    """The agent's end of the talk is another channel now: a desk loaded anew took its own call over."""

    interaction: InteractionId
    agent: AgentId
    agent_channel: ChannelId


class TalkEnded(Fact, frozen=True):
    """`by`: `agent`, `caller`, `transfer` or `unknown` (it ended while we were away)."""

    interaction: InteractionId
    agent: AgentId
    talked: Ms
    by: str
    from_file: bool = False
    """We were away; `talked` is by Asterisk's CEL file."""


class Transferred(Fact, frozen=True):
    """An agent gives the caller to a colleague or to a queue's line; `TalkEnded` and `Queued` follow, place kept.

    To a number outside: `TalkEnded` and `Dialled` follow. With none of the three, the agent's phone dialled nobody's
    number; `TransferFailed` follows.
    """

    interaction: InteractionId
    agent: AgentId
    to: AgentId | None = None
    queue: QueueId | None = None
    outside: IdentifierId | None = None


class TransferFailed(Fact, frozen=True):
    """The colleague did not take the caller, who goes back to the agent, or in line when the agent is not free.

    `how`: as in `OfferEnded`; `not_free` (the colleague was not, when it was asked: a talk the desk wanted to transfer
    went on); `nobody` (the agent's phone dialled a number that is no colleague's); `recalled` (by the agent); of a
    number outside as in `DialEnded`, or `not_allowed`.
    """

    interaction: InteractionId
    agent: AgentId
    to: AgentId | None
    how: str
