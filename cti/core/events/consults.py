"""An agent asks a colleague about a call: `interaction` is the call, `consult` the consultation, which has an offer of
its own and ends by being a transfer, a conference or nothing."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, Ms, OfferId, QueueId


class ConsultBegun(Fact, frozen=True):
    """A colleague is asked; the caller is set aside, with music. `Offered` of `consult` follows."""

    interaction: InteractionId
    consult: InteractionId
    agent: AgentId
    agent_channel: ChannelId
    to: AgentId | None = None
    """The colleague; None: somebody of `queue`."""
    queue: QueueId | None = None
    outside: IdentifierId | None = None
    """Or a number outside; `Dialled` of `consult` follows."""
    by_phone: bool = False
    """The agent's phone has dialled the colleague on a second line, `agent_channel`; the caller stays in the bridge
    with the first, on hold."""


class ConsultAnswered(Fact, frozen=True):
    """The two agents talk. `agent` is the colleague."""

    interaction: InteractionId
    consult: InteractionId
    agent: AgentId
    agent_channel: ChannelId


class ConsultReached(Fact, frozen=True):
    """The agent talks with somebody at the number outside."""

    interaction: InteractionId
    consult: InteractionId
    channel: ChannelId


class ConferenceBegun(Fact, frozen=True):
    """The caller has joined the two agents."""

    interaction: InteractionId
    consult: InteractionId


class ConsultEnded(Fact, frozen=True):
    """`how`: as in `OfferEnded`, of a number outside as in `DialEnded`; `left` (who was asked hung up or was let go),
    `given` (they have the caller, or will: `Transferred` follows), `caller_gone`, `over` (the call was given on or
    ended)."""

    interaction: InteractionId
    consult: InteractionId
    agent: AgentId
    """Who asked."""
    to: AgentId | None
    """The colleague, if it came to one."""
    how: str
    talked: Ms = Ms(0)
    """How long the agents did."""


class CallerRejoined(Fact, frozen=True):
    """The agent talks with the caller again, whom they had set aside."""

    interaction: InteractionId
    agent: AgentId


class OfferMoved(Fact, frozen=True):
    """The colleague of a consultation gets the caller, for the agent who asked has left: their phone rings on, or
    their leg, if they talked (`talking`), fetches the caller by itself."""

    interaction: InteractionId
    offer: OfferId
    agent: AgentId
    legs: tuple[ChannelId, ...]
    until: Ms
    talking: bool


class OutsideMoved(Fact, frozen=True):
    """Somebody outside who was asked gets the caller, for the agent who asked has left: their phone rings on, or their
    leg fetches the caller by itself. `ConnectedOutside` follows."""

    interaction: InteractionId
    agent: AgentId
    channel: ChannelId
