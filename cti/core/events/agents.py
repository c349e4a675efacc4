"""Agents, their states, desks and phones."""

from cti.core.events.base import Fact
from cti.core.ids import AgentId, InteractionId, Ms, OutcomeId, Phone, QueueId, ReasonId


class AgentStateSet(Fact, frozen=True):
    """`state`: `signed_out`, `not_ready`, `ready`, `reserved`, `talking`, `wrap_up`."""

    agent: AgentId
    state: str
    reason: ReasonId | None = None
    interaction: InteractionId | None = None
    until: Ms | None = None
    """When a wrap-up ends by itself."""


class NotReadyNext(Fact, frozen=True):
    """Asked for while busy: not ready with this reason as soon as the work ends (None: withdrawn)."""

    agent: AgentId
    reason: ReasonId | None


class QueueTaken(Fact, frozen=True):
    """The agent opted out of a queue (`takes` false), for this shift; or takes its calls again."""

    agent: AgentId
    queue: QueueId
    takes: bool


class DeskSeen(Fact, frozen=True):
    agent: AgentId
    present: bool
    until: Ms | None = None
    """After a restart, not present yet: the time by which it must be back."""


class DeskAnswers(Fact, frozen=True):
    """The agent's desk, which is there, does not answer (`answers` false); or does again."""

    agent: AgentId
    answers: bool


class PhoneSeen(Fact, frozen=True):
    phone: Phone
    reachable: bool


class WrappedUp(Fact, frozen=True):
    """The agent said what came of it."""

    interaction: InteractionId
    agent: AgentId
    outcome: OutcomeId | None
