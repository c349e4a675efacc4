"""What a screen shows of who is whose: identifiers, merges and who may be the same person."""

from msgspec import Struct

from cti.core.ids import CustomerId, IdentifierId, Ms
from cti.store.views import CustomerHit


class IdentifierLine(Struct, frozen=True, kw_only=True):
    """One way a customer is known again."""

    id: IdentifierId
    kind: str
    """`tel`, `mail`, `account` or `device`."""
    display: str
    """As people write it; empty: a browser."""
    source: str
    """On whose word: an import's name, `agent` (in a call), `agent:<id>`, `merge:<id>`; empty: it is nobody else's."""
    first_seen: Ms
    last_seen: Ms
    confidence: int
    """Of a hundred contacts from there, how many would be this customer's by what is known: calls that agents have
    confirmed, and how many share it."""
    shared: int
    """How many other customers have it, too."""


class PinLine(Struct, frozen=True, kw_only=True):
    """That a customer has a PIN for calls, and nothing of the PIN itself."""

    since: Ms
    by: str
    """The agent who set it."""
    locked: bool
    """After too many wrong ones in a row it is not looked at for a day, or until it is set anew."""


class MergeLine(Struct, frozen=True, kw_only=True):
    """A merge in force, which can be undone."""

    id: str
    gone: str
    """The customer's id that was merged, or an identifier's."""
    name: str
    at: Ms
    by: str
    """Agent id, or `command line`."""


class Evidence(Struct, frozen=True, kw_only=True):
    """A reason to think that two customers are one person."""

    kind: str
    """`same`: both have it. `wrote`: the customer wrote it, and it is the other's. `written`: the other wrote it, and
    it is the customer's. `both_wrote`: both wrote it. `name`: their names are alike, which alone is no reason."""
    what: str
    """The number, address or account; the name."""
    source: str = ""
    """Kind of the contact in which it was written: `mail`, `form`, `chat`, `sms`."""
    at: Ms | None = None
    """When it was written."""


class Suggestion(Struct, frozen=True, kw_only=True):
    """Somebody who may be the same person."""

    other: CustomerHit
    evidence: tuple[Evidence, ...]


class Identity(Struct, frozen=True, kw_only=True):
    """How a customer is known again, and who may be the same person."""

    customer: CustomerId
    identifiers: tuple[IdentifierLine, ...]
    merges: tuple[MergeLine, ...]
    """Newest first."""
    suggestions: tuple[Suggestion, ...]
    """The best proven first."""
    pin: PinLine | None = None
    """For callers who key their account number; null: none is set."""


class MergeSide(Struct, frozen=True, kw_only=True):
    """A customer before or after a merge."""

    customer: CustomerId
    name: str
    language: str | None
    tier: str
    tags: tuple[str, ...]
    identifiers: tuple[str, ...]
    """As people write them; browsers are left out."""
    counts: dict[str, int]
    """Contacts by kind."""
    cases: int
    promises: int


class MergePreview(Struct, frozen=True, kw_only=True):
    """What a merge would make of two customers."""

    kept: MergeSide
    gone: MergeSide
    together: MergeSide
