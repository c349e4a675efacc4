"""What the API takes and gives about customers: who is whose, what they want solved, what was promised.

As in `bodies`: requests refuse unknown fields and values out of bounds; times are `Ms`.
"""

from typing import Annotated, Literal

from msgspec import Meta

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store.erase import Erased
from cti.store.views import CaseLine, CaseSuggestion, DuePromise, PromiseLine
from cti.web.bodies import Ask, Reply, ShortText

CasePriority = Annotated[int, Meta(ge=-1, le=2)]
"""-1 low, 0, 1 high, 2 urgent."""


# --- who is whose


class LinkAsk(Ask, frozen=True):
    kind: Literal["tel", "mail", "account"]
    value: ShortText


class OtherQuery(Ask, frozen=True):
    other: CustomerId


class MergeAsk(Ask, frozen=True):
    other: CustomerId
    """Who is the same person, and is shown as this customer from then on; or an identifier that is nobody's."""


class Merged(Reply, frozen=True):
    merge: str
    """`POST /merges/{id}/undo` takes it back."""
    customer: CustomerId


class PinAsk(Ask, frozen=True):
    pin: Annotated[str, Meta(pattern="^[0-9]{4,8}$")]
    """Takes the place of any other. It is never shown again."""


# --- erasing one


class EraseQuery(Ask, frozen=True):
    mark: str | None = None
    """Of the `Erasure` that was looked at: nobody else goes."""


class Erasure(Reply, frozen=True):
    """What erasing somebody would take away, as of now."""

    goes: Erased
    mark: str
    """Another one once they are made of other records, numbers or addresses."""
    talking: int
    """Calls with them that are under way or wrapped up: until they are over nobody can be erased."""
    waiting: int
    """Callbacks and messages of theirs that wait for somebody: afterwards nobody can see to them."""


# --- what is known of a customer

Channel = Literal["call", "sms", "mail", "chat"]
Minute = Annotated[int, Meta(ge=0, le=1440)]
"""Of the site's day."""


class WishAsk(Ask, frozen=True):
    """How a customer wants to be reached; takes the place of what stood there."""

    channel: Channel | None = None
    """They would rather be reached by this."""
    never: Annotated[tuple[Channel, ...], Meta(max_length=4)] = ()
    begins: Minute = 0
    ends: Minute = 1440
    """Before `begins`: over midnight."""
    note: Annotated[str, Meta(max_length=2000)] = ""
    """What whoever speaks with them should know."""


class TagAsk(Ask, frozen=True):
    tag: Annotated[str, Meta(min_length=1, max_length=60)]


class CustomerChange(Ask, frozen=True):
    """What is null stays; what is empty is not known any more."""

    language: Annotated[str, Meta(max_length=20)] | None = None
    tier: Annotated[str, Meta(max_length=40)] | None = None


# --- cases and promises


class NewPromise(Ask, frozen=True):
    customer: CustomerId
    what: ShortText
    due: Ms
    case: str | None = None
    interaction: InteractionId | None = None
    """The call it was made in."""


class PromiseEnd(Ask, frozen=True):
    kept: bool | None
    """False: withdrawn. Null: neither, after all; within an hour."""


class Promises(Reply, frozen=True):
    promises: tuple[PromiseLine, ...]


class DuePromises(Reply, frozen=True):
    promises: tuple[DuePromise, ...]


class NewCase(Ask, frozen=True):
    customer: CustomerId
    title: ShortText
    interaction: InteractionId | None = None
    """The call it came up in."""
    priority: CasePriority = 0


class IntoCase(Ask, frozen=True):
    case: ShortText


class CaseChange(Ask, frozen=True):
    """What is null stays."""

    title: ShortText | None = None
    state: Literal["open", "waiting"] | None = None
    """`waiting`: for the customer."""
    priority: CasePriority | None = None
    """Another priority gives another `due`, unless that is given, too."""
    due: Ms | None = None
    owner: AgentId | None = None
    """Open promises of the case go along."""


class CloseQuery(Ask, frozen=True):
    solved: bool = True


class CaseMergeAsk(Ask, frozen=True):
    other: ShortText


class CaseMoved(Reply, frozen=True):
    move: str
    """`POST /case-moves/{id}/undo` takes it back."""
    case: str
    """The case that stays."""


class CaseSplit(Ask, frozen=True):
    title: ShortText
    interactions: Annotated[tuple[InteractionId, ...], Meta(min_length=1, max_length=100)]
    """Contacts of the case that are about something else."""


class CaseList(Reply, frozen=True):
    cases: tuple[CaseLine, ...]


class CaseSuggestions(Reply, frozen=True):
    cases: tuple[CaseSuggestion, ...]
