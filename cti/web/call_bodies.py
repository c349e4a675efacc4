"""What the API takes and gives about calls to the outside and callers who left; see `bodies`."""

from typing import Annotated

from msgspec import Meta

from cti.core.ids import InteractionId
from cti.store.views import Abandoned
from cti.web.bodies import Ask, Reply


class NewCall(Ask, frozen=True):
    """Whom to call."""

    number: Annotated[str, Meta(min_length=1, max_length=100)]
    """In any form people write numbers in."""
    anyway: bool = False
    """Also when they asked not to be called, or it is a time of quiet. It is in the audit log."""


class NewCallMade(Reply, frozen=True):
    """What came of it is told over `/live`."""

    interaction: InteractionId


class AbandonedList(Reply, frozen=True):
    """Who left and has not been served since, newest first."""

    callers: tuple[Abandoned, ...]


class Handled(Ask, frozen=True):
    done: bool = True
    """False: not yet, after all."""
