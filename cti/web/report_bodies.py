"""What reports are asked by and answer with."""

from cti.core.account import Stretch
from cti.core.events import Why
from cti.core.ids import InteractionId
from cti.web.bodies import Ask, Reply


class Waits(Reply, frozen=True):
    """Why a caller waited so long: stretches that come to the wait."""

    interaction: InteractionId
    stretches: tuple[Stretch, ...]
    ahead: tuple[Why, ...] = ()
    """What put them ahead of others: the customer's tier."""


class DayQuery(Ask, frozen=True):
    day: str = ""
    """A local date such as `2026-11-20`; empty: today."""
