"""What is asked and said of mails that no person wrote, and of what could not be read."""

from cti.core.ids import CustomerId
from cti.ingest.report import Kept
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


class UnreadList(Reply, frozen=True):
    """What could not be read, newest first, at most 200."""

    unread: tuple[Kept, ...]


class ReadAgain(Reply, frozen=True):
    """What came of reading it once more."""

    read: int
    kept: int
    """These still can't be read."""
