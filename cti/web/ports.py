"""What the web needs of the other parts. `cti.app` hands the real ones in; nothing here knows how they work."""

from collections.abc import Collection, MutableMapping, Sequence
from typing import Protocol

from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId, Language, Ms, Phone
from cti.core.inputs import Input
from cti.core.routing import Routing
from cti.core.site import Site
from cti.core.text_routing import TextRouting
from cti.core.world import World
from cti.ingest.report import ReadAgain
from cti.store.erase import Erased
from cti.store.identity import Identities
from cti.store.identity_views import Identity, MergePreview
from cti.store.lists import Only
from cti.store.person import Whose
from cti.store.reads import Keyed
from cti.store.vault import Recording
from cti.store.views import (
    Abandoned,
    About,
    AgentDay,
    AgentNote,
    CallLine,
    CallNote,
    CaseHit,
    CaseLine,
    CaseSuggestion,
    CaseView,
    CustomerHit,
    DuePromise,
    Entry,
    Message,
    Person,
    PieceLine,
    Pop,
    PromiseLine,
)
from cti.store.visits import Told
from cti.web.aside_bodies import AsideMails, UnreadList
from cti.web.incident_bodies import Dictated
from kb.article import Article
from kb.search import Found
from kb.trends import Hot

Pops = MutableMapping[InteractionId, Pop]
"""The pops of interactions that are open or on a desk; `Live.pop_changed` says when one came or changed."""


class Loop(Protocol):
    """The one inbox, the one clock, and the world to read."""

    @property
    def world(self) -> World: ...

    @property
    def routing(self) -> Routing:
        """Who waits, who is free and why, as of the newest record."""

    @property
    def text(self) -> TextRouting:
        """The same of text work."""

    def submit(self, said: Input) -> None:
        """Put an input into the inbox. Never blocks."""

    def now(self) -> Ms: ...


class Key(Protocol):
    """A session or an API token; its secret is kept nowhere."""

    @property
    def id(self) -> str: ...

    @property
    def agent(self) -> AgentId: ...

    @property
    def role(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def made(self) -> Ms: ...

    @property
    def until(self) -> Ms | None: ...

    @property
    def used(self) -> Ms | None: ...


class Dictations(Protocol):
    """Sentences for callers that supervisors speak into their telephones."""

    def ring(self, by: AgentId, phone: Phone, language: Language) -> Dictated:
        """Let the telephone ring; one who has not ended yet is told of that one."""

    def look(self, name: str, by: AgentId) -> Dictated | None:
        """How far one of theirs is; None: there is none."""


class Accounts(Protocol):
    """Passwords, keys and the audit log. Every call leaves the loop's thread."""

    async def password_right(self, agent: AgentId | None, password: str) -> bool:
        """Takes as long for somebody who does not exist (None)."""

    async def set_password(self, agent: AgentId, password: str) -> None: ...

    async def make_key(self, agent: AgentId, role: str, label: str, until: Ms | None) -> tuple[Key, str]:
        """A new key and its secret."""

    async def key(self, secret: str) -> Key | None: ...

    async def keys(self) -> Sequence[Key]: ...

    async def drop_key(self, id: str) -> bool:
        """False: there is no such key."""

    async def note(self, who: str, what: str, about: str = "", detail: str = "") -> None:
        """Write a line of the audit log."""


class Sentences(Protocol):
    """What supervisors have said for callers."""

    def keep(self, sound: bytes, in_force: Collection[str]) -> str:
        """Its id; `in_force`: those that are still needed. Blocking. Raises ValueError, in words, for a wrong file."""

    def sound(self, name: str) -> str:
        """Where it is; empty: there is none (any more)."""


class Kb(Protocol):
    """The knowledge base, in memory."""

    def search(self, text: str, language: str | None = None, limit: int = 10) -> Found: ...

    def get(self, id: str, language: str | None = None) -> Article | None: ...


class HotQuestions(Protocol):
    """What is asked most at the moment, hottest first (see `kb.trends.hot`)."""

    async def __call__(self, language: str | None, limit: int) -> Sequence[Hot]: ...


class Numbers(Protocol):
    """Numbers outside, as somebody dials them."""

    def name(self, number: str) -> tuple[IdentifierId | None, str]:
        """(who is called, why not), one of the two."""

    def in_the_way(self, agent: AgentId) -> str:
        """Why this agent can't call anybody now; empty: nothing."""

    def in_the_way_of_transfers(self, agent: AgentId) -> str:
        """The same for one who is in a talk and gives the caller away."""


class People(Protocol):
    """Who is whose; every change is audited. Every call leaves the loop's thread."""

    async def identity(self, customer: CustomerId) -> Identity | None:
        """How a customer is known again, and who may be the same person."""

    async def preview(self, kept: CustomerId, gone: CustomerId) -> MergePreview | None:
        """What a merge would make of two. None: one of them is not there, or they are one already."""

    async def merge(self, kept: CustomerId, gone: CustomerId, by: AgentId) -> tuple[str, CustomerId]:
        """The merge's id, and whom they are shown as.

        Raises LookupError for no such customer, ValueError when they are one already.
        """

    async def undo(self, id: str, by: AgentId) -> CustomerId | None:
        """Whom it had been merged into. None: no such merge is in force."""

    async def tell_apart(self, one: CustomerId, other: CustomerId, by: AgentId) -> None: ...

    async def link(self, customer: CustomerId, kind: str, value: str, by: AgentId) -> IdentifierId | None:
        """None: the value can't be one. Raises LookupError for no such customer."""

    async def unlink(self, customer: CustomerId, identifier: IdentifierId, by: AgentId) -> bool:
        """False: it was not theirs."""


class Pins(Protocol):
    """By which callers prove who they are; every change is audited. Every call leaves the loop's thread."""

    async def set(self, customer: CustomerId, pin: str, by: AgentId) -> bool:
        """False: there is no such customer. Raises ValueError for one that can't be a PIN."""

    async def remove(self, customer: CustomerId, by: AgentId) -> bool:
        """False: there was none."""


class Cases(Protocol):
    """What customers want solved. Every call leaves the loop's thread."""

    async def open(
        self,
        customer: CustomerId,
        title: str,
        owner: AgentId | None,
        interaction: InteractionId | None = None,
        *,
        due: Ms | None = None,
        priority: int = 0,
    ) -> CaseLine:
        """Raises LookupError naming a customer there isn't."""

    async def close(self, case: str, by: AgentId, *, solved: bool = True) -> bool:
        """False: there is no such open case."""

    async def change(
        self,
        case: str,
        by: AgentId,
        *,
        title: str | None = None,
        state: str | None = None,
        priority: int | None = None,
        due: Ms | None = None,
        owner: AgentId | None = None,
    ) -> bool:
        """What is None stays; promises go with the case to a new owner. False: there is no such open case."""

    async def put(
        self, interaction: InteractionId, case: str, by: AgentId, *, repeat: int = 0, due: Ms | None = None
    ) -> bool:
        """One closed within `repeat` ms is open again, due by `due`. False: there is no such case."""

    async def reopen(self, case: str, by: AgentId, due: Ms | None) -> bool:
        """False: there is no such closed case."""

    async def merge(self, kept: str, gone: str, by: AgentId) -> str:
        """The move's id. Raises LookupError when they are not two open cases."""

    async def undo(self, move: str, by: AgentId) -> str | None:
        """The case that stays. None: no such merge or split is in force."""

    async def split(
        self, case: str, title: str, interactions: Sequence[InteractionId], by: AgentId, due: Ms | None
    ) -> CaseLine:
        """Raises LookupError when the contacts are not in it."""

    async def search(self, query: str, customers: Sequence[CustomerId], limit: int) -> Sequence[CaseHit]:
        """By number or by words of their titles, then open ones of these customers."""

    async def view(self, case: str) -> CaseView | None: ...

    async def owned(self, agent: AgentId) -> Sequence[CaseLine]: ...

    async def suggested(self, interaction: InteractionId, repeat: int) -> Sequence[CaseSuggestion]: ...

    async def is_line(self, interaction: InteractionId) -> bool:
        """Whether the history has a contact, on whatever channel."""


class Visitors(Protocol):
    """Visits of web sites. Every call leaves the loop's thread."""

    @property
    def identities(self) -> Identities: ...

    async def put(self, told: Told) -> None:
        """Keep what a batch tells; twice does no harm. Raises `cti.store.visitors.Busy`."""


class Knowing(Protocol):
    """What is known of a customer beside their contacts. Every call leaves the loop's thread."""

    async def about(self, customer: CustomerId, site: Site) -> About | None: ...

    async def unwanted(self, number: IdentifierId, site: Site) -> str:
        """Why whoever has this number should not be called now: `never`, `not_now`, `quiet`; empty: nothing."""

    async def wish(
        self,
        customer: CustomerId,
        by: AgentId,
        *,
        channel: str,
        never: Sequence[str],
        begins: int,
        ends: int,
        note: str,
    ) -> bool:
        """False: there is no such customer."""

    async def tag(self, customer: CustomerId, word: str, by: AgentId) -> bool:
        """False: there is no such customer."""

    async def untag(self, customer: CustomerId, word: str, by: AgentId) -> bool:
        """False: there was no such tag."""

    async def change(self, customer: CustomerId, by: AgentId, *, language: str | None, tier: str | None) -> bool:
        """False: there is no such customer."""


class Sorting(Protocol):
    """Mails that no person wrote, and what could not be read. Every call leaves the loop's thread."""

    async def aside(self, customer: CustomerId | None, before: str | None, limit: int) -> AsideMails | None:
        """Such mails, newest first; None: no such customer. ValueError: bad place."""

    async def from_person(self, mail: str, by: AgentId) -> bool:
        """A person wrote it. False: no such mail is set aside."""

    async def unread(self, before: str | None, limit: int) -> UnreadList:
        """Newest first. ValueError: bad place."""

    async def body(self, id: int) -> bytes | None: ...

    async def forget(self, id: int, by: AgentId) -> bool: ...

    def again(self) -> ReadAgain:
        """How far it is with reading once more what could not be read, or what came of it last."""

    def read_again(self) -> ReadAgain:
        """Begin with it, unless it runs already."""


class History(Protocol):
    """Past interactions and customers. Every call leaves the loop's thread."""

    @property
    def people(self) -> People: ...

    @property
    def pins(self) -> Pins: ...

    @property
    def cases(self) -> Cases: ...

    @property
    def visitors(self) -> Visitors: ...

    @property
    def knowing(self) -> Knowing: ...

    async def customer(self, customer: CustomerId, besides: InteractionId | None = None) -> Person | None:
        """One customer in full; `besides`: a call that is left out."""

    async def timeline(
        self, customer: CustomerId, before: str | None, limit: int, only: Only
    ) -> tuple[Sequence[Entry], str | None]:
        """A page of the timeline, newest first, and where the next one begins. Raises ValueError for a bad `before`."""

    async def call(self, interaction: InteractionId) -> CallLine | None: ...

    async def pop(
        self, identifier: IdentifierId | None, interaction: InteractionId | None = None, keyed: Keyed | None = None
    ) -> Pop:
        """Everything known about a caller; `interaction` is left out of it."""

    async def piece(self, piece: InteractionId) -> PieceLine | None: ...

    async def recording(self, piece: InteractionId) -> Recording | None:
        """A message, open; None: there is none, or none any more. Raises `VaultError`."""

    async def calls(
        self, before: str | None, limit: int, agent: AgentId | None, customer: CustomerId | None
    ) -> tuple[Sequence[CallLine], str | None]:
        """Calls, newest first, and where the next page begins. Raises ValueError for a bad `before`."""

    async def agent_day(self, agent: AgentId) -> AgentDay:
        """What this agent did today."""

    async def abandoned(self) -> Sequence[Abandoned]:
        """Callers of the last days who left before anybody had them, and were not served since."""

    async def handle_abandoned(self, interaction: InteractionId, agent: AgentId | None) -> bool:
        """An agent has seen to it; None takes it back. False: nobody left that call."""

    async def search(self, query: str, limit: int) -> Sequence[CustomerHit]: ...

    async def note(self, note: CallNote) -> None:
        """Keep what the agent wrote; again replaces their own."""

    async def notes(self, interaction: InteractionId) -> Sequence[AgentNote]:
        """What agents have written about an interaction."""

    async def confirm(self, interaction: InteractionId, customer: CustomerId | None) -> bool:
        """Say who it was. False: no such customer."""

    async def messages(self, interaction: str) -> Sequence[Message]:
        """The mails of a thread, oldest first."""

    async def attachment(self, digest: str) -> bytes | None: ...

    async def promises(self, agent: AgentId) -> Sequence[PromiseLine]:
        """What this agent has promised and not yet kept, by due time."""

    async def promises_due(self) -> Sequence[DuePromise]:
        """Everybody's open promises, by due time."""

    async def promises_soon(self, until: Ms) -> tuple[Sequence[DuePromise], int]:
        """Everybody's open promises that are due by `until`, a thousand at most, and how many there are."""

    async def promise(
        self, customer: CustomerId, what: str, due: Ms, by: AgentId, case: str | None = None
    ) -> PromiseLine:
        """Make a promise to a customer. Raises LookupError naming a customer or case there isn't."""

    async def end_promise(self, promise: str, kept: bool | None) -> bool:
        """It was kept, or withdrawn; None: neither, after all. False: there is no such promise to say it of."""

    async def visited(
        self, visitor: str, kind: str, title: str, language: str, *, mark: str = "", solved: bool | None = None
    ) -> None:
        """Note what a visitor of the help site did. The same on the same day is noted once."""

    async def export(self, customer: CustomerId) -> bytes | None:
        """Everything about one person, as a zip. Raises LookupError for an identifier that belongs to customers."""

    async def whose(self, customer: CustomerId) -> Whose | None:
        """What is one person's. Raises LookupError as `export` does."""

    async def erasure(self, customer: CustomerId) -> Erased | None:
        """What `erase` would take away. Raises LookupError as `export` does."""

    async def erase(self, customer: CustomerId, by: str, mark: str | None = None) -> Erased | None:
        """Erase one person, and say so in the audit log.

        Raises LookupError as `export` does, and `AnotherNow` when `mark` is not theirs any more.
        """

    async def story(self, interaction: InteractionId) -> Sequence[Record]:
        """The journal's records of one interaction, in order."""

    async def beside(self, interaction: InteractionId) -> Sequence[Record]:
        """The same, and what its waits are explained by (`core.account`)."""

    async def of_kinds(self, kinds: Sequence[str], begins: Ms, ends: Ms) -> Sequence[Record]:
        """The journal's records of these kinds of event between two times, after the site in force."""

    async def usual_half_hours(self) -> tuple[float, ...]:
        """Calls per half hour on this weekday: the mean of the last four weeks; empty: not enough history."""
