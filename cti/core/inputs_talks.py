"""Inputs about a caller whom an agent gives on: to a colleague, a queue or a number outside, at once or asked first."""

from msgspec import Struct

from cti.core.ids import AgentId, ChannelId, IdentifierId, InteractionId, QueueId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class TransferAsked(_Input, frozen=True):
    """The agent gives the caller to a colleague (`to`), to a queue or to a number outside, which the site allows."""

    agent: AgentId
    interaction: InteractionId
    to: AgentId | None = None
    queue: QueueId | None = None
    outside: IdentifierId | None = None


class ConsultAsked(_Input, frozen=True):
    """The agent sets the caller aside and asks a colleague (`to`), a queue or a number outside first; one of them."""

    agent: AgentId
    interaction: InteractionId
    to: AgentId | None = None
    queue: QueueId | None = None
    outside: IdentifierId | None = None


class ConsultEnds(_Input, frozen=True):
    """What the agent who asked wants of the consultation: `back` (to the caller, without the colleague), `complete`
    (the colleague has the caller) or `join` (all three talk)."""

    agent: AgentId
    interaction: InteractionId
    how: str


class ColleagueDialled(_Input, frozen=True):
    """An agent's phone calls by itself, on a line that is none of ours; answered by the command `DirectPhone`."""

    channel: ChannelId
    name: str
    """Such as `PJSIP/ana-desk-0000002a`: whose phone it is."""
    dialled: str
    """A colleague's work number, or anything."""


class ParkAsked(_Input, frozen=True):
    """The agent parks the caller."""

    agent: AgentId
    interaction: InteractionId


class RecallAsked(_Input, frozen=True):
    """The agent takes a caller back whom they gave away and nobody has answered, or fetches one who is parked."""

    agent: AgentId
    interaction: InteractionId
