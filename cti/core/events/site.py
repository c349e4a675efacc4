"""What is in force: the site, the day, our own process, Asterisk, queues closed by hand."""

from msgspec import field

from cti.core.events.base import Fact
from cti.core.ids import AgentId, ClosingId, IncidentId, Language, Ms, QueueId
from cti.core.site import Site


class DayStarted(Fact, frozen=True):
    """A day in the site's zone: counters begin again. `end` may be 23 or 25 hours after `start`."""

    day: str
    start: Ms
    end: Ms


class SiteInForce(Fact, frozen=True):
    site: Site


class BridgeStarted(Fact, frozen=True):
    """Our own process began."""


class AsteriskSeen(Fact, frozen=True):
    """The AMI link is up and its snapshot has been reconciled."""

    booted: Ms


class AsteriskLost(Fact, frozen=True):
    """The AMI link is gone; what follows about calls is unknown until `AsteriskSeen`."""


class QueueClosed(Fact, frozen=True):
    """By hand: `closing` says why, what callers are told and where they go. Again for a closed one: another closing."""

    queue: QueueId
    closing: ClosingId
    by: AgentId


class IncidentSet(Fact, frozen=True):
    """By hand: until then callers hear this sentence, those of a queue or (None) of the whole site."""

    incident: IncidentId
    queue: QueueId | None
    until: Ms
    by: AgentId
    sentences: dict[Language, str] = field(default_factory=dict)
    """Said in place of the incident's own prompt, for callers of a language: ids of recordings."""


class IncidentLifted(Fact, frozen=True):
    """By hand, before its time."""

    queue: QueueId | None
    by: AgentId


class QueueReopened(Fact, frozen=True):
    """By hand; its calendar holds again."""

    queue: QueueId
    by: AgentId
