"""What agents say about text work: inputs, like those of `inputs`, which has them all."""

from msgspec import Struct

from cti.core.ids import AgentId, InteractionId, Ms, OutcomeId, QueueId


class _Input(Struct, frozen=True, tag=True, kw_only=True):
    pass


class PieceOpened(_Input, frozen=True):
    """The agent opens what is on the desk, or what they had kept for later."""

    agent: AgentId
    piece: InteractionId


class PieceDeclined(_Input, frozen=True):
    """Not opened: for others."""

    agent: AgentId
    piece: InteractionId


class PiecePutBack(_Input, frozen=True):
    """Back in line, for others."""

    agent: AgentId
    piece: InteractionId


class PieceGivenAway(_Input, frozen=True):
    """To a colleague (`to`) or to a queue; one of the two."""

    agent: AgentId
    piece: InteractionId
    to: AgentId | None = None
    queue: QueueId | None = None


class PiecePutOff(_Input, frozen=True):
    """Kept for later."""

    agent: AgentId
    piece: InteractionId
    until: Ms


class PieceFinished(_Input, frozen=True):
    """What came of it. The note is kept in a table, not here."""

    agent: AgentId
    piece: InteractionId
    outcome: OutcomeId | None
