"""What is asked and said of mails that no person wrote, and of what could not be read."""

from cti.core.ids import CustomerId
from cti.ingest.report import Kept, ReadAgain
from cti.store.views import Message
from cti.web.bodies import Ask, Limit, Reply


class AsideQuery(Ask, frozen=True):
    customer: CustomerId | None = None
    """Only those that this customer sent."""
    before: str | None = None
    limit: Limit = 20


class AsideMails(Reply, frozen=True):
    """Mails that make no line of the timeline, newest first."""

    mails: tuple[Message, ...]
    next: str | None
    count: int | None
    """How many there are in all; told with the first page only."""


class UnreadQuery(Ask, frozen=True):
    before: str | None = None
    limit: Limit = 50


class UnreadList(Reply, frozen=True):
    """What could not be read, newest first."""

    unread: tuple[Kept, ...]
    next: str | None
    count: int
    """How many there are in all."""
    again: ReadAgain
