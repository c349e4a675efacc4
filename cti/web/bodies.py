"""What the API takes and gives: every request and reply under `/api/v1` that is not a view of `views` or the store.

Requests (`Ask`) refuse unknown fields and values out of bounds when they are decoded, once, at the edge.
Times are `Ms`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cti.core.events import Why
from cti.core.ids import AgentId, ClosingId, CustomerId, InteractionId, Ms, OutcomeId, QueueId, ReasonId
from cti.core.piece import PieceKind
from cti.core.site import Texts
from cti.store.views import CallLine, CaseHit, CustomerHit, Entry, Message

Role = Literal["viewer", "agent", "supervisor", "administrator"]
"""Each can do what the one before it can. `viewer`: sees the wallboard, nothing else, as a TV does by its token."""

ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Note = Annotated[str, Meta(max_length=8000)]


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request."""


class Reply(Struct, frozen=True, kw_only=True):
    """The body of an answer."""


# --- session


class SignIn(Ask, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    """Agent id or work number."""
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class NewPassword(Ask, frozen=True):
    old: Annotated[str, Meta(min_length=1, max_length=256)]
    new: Annotated[str, Meta(min_length=10, max_length=256)]


class Me(Reply, frozen=True):
    """Who is signed in."""

    agent: AgentId
    name: str
    nickname: str
    work_number: str
    role: Role
    csrf: str
    """Goes back as header `X-CSRF` on every request that changes something. Empty for API tokens, which need none."""
    until: Ms | None
    """When the session ends by itself; None: an API token without an end."""


class BrowserPhone(Reply, frozen=True):
    """What the browser's softphone registers with."""

    ws: str
    """Path of the SIP WebSocket on this very host."""
    uri: str
    """Such as `sip:ana-web@hotline`."""
    user: str
    password: str
    display: str
    echo: str
    """Dialled for the sound check: the exchange sends back what it hears."""


class NewToken(Ask, frozen=True):
    label: Annotated[str, Meta(min_length=1, max_length=80)]
    role: Role = "agent"
    """Never more than the one who makes it has."""
    days: Annotated[int, Meta(ge=1, le=3650)] | None = 365
    """None: no end."""


class TokenLine(Reply, frozen=True):
    """An API token as listed: never the token itself, of which only a hash is kept."""

    id: str
    label: str
    agent: AgentId
    role: Role
    made: Ms
    until: Ms | None
    used: Ms | None


class MadeToken(Reply, frozen=True):
    token: str
    """Shown this once."""
    line: TokenLine


class Tokens(Reply, frozen=True):
    tokens: tuple[TokenLine, ...]


# --- agents and their calls


class AgentStateAsk(Ask, frozen=True):
    state: Literal["ready", "not_ready"]
    reason: ReasonId | None = None
    """Needed for `not_ready`. While talking it takes effect when the talk ends."""


class QueueTakes(Ask, frozen=True):
    takes: bool
    """False: no calls of this queue for the rest of the shift."""


class Extend(Ask, frozen=True):
    by_s: Annotated[int, Meta(ge=1, le=600)] = 15


class NoWork(Reply, frozen=True):
    """Why one gets no calls."""

    why: tuple[Why, ...]
    text: tuple[Why, ...] = ()
    """Why no messages."""


class Transfer(Ask, frozen=True):
    """One of the three: a colleague, who must be ready, a queue, where the caller keeps place and skills, or a number
    outside, in any form."""

    agent: AgentId | None = None
    queue: QueueId | None = None
    number: str | None = None


class Consult(Ask, frozen=True):
    """One of the three: a colleague, who must be ready, a queue, of which the router picks somebody, or a number
    outside, in any form."""

    agent: AgentId | None = None
    queue: QueueId | None = None
    number: str | None = None


class ConsultThen(Ask, frozen=True):
    then: Literal["back", "complete", "join"]
    """`back`: the caller again, without the colleague; `complete`: the colleague has the caller; `join`: all three."""


class WrapUp(Ask, frozen=True):
    outcome: OutcomeId | None = None
    note: Note = ""
    customer: CustomerId | None = None
    """Whom the agent talked with, when it was confirmed."""
    ready: bool = True
    """Ready for the next one; else not ready."""


class KeepPiece(Ask, frozen=True):
    until: Ms
    """In the next 31 days."""


class FinishPiece(Ask, frozen=True):
    outcome: OutcomeId | None = None
    note: Note = ""
    customer: CustomerId | None = None
    """Whose it was, when it was confirmed."""


class NoteAsk(Ask, frozen=True):
    note: Note


class ConfirmCustomer(Ask, frozen=True):
    customer: CustomerId | None
    """None: left open again."""


class Priority(Ask, frozen=True):
    minutes: Annotated[int, Meta(ge=0, le=1440)]
    """So many minutes of waiting ahead, beside what flow and queue give. 0 takes it back."""


class InLine(Reply, frozen=True):
    """A caller who waits."""

    interaction: InteractionId
    queue: QueueId | None
    since: Ms
    language: str | None
    raised: int
    """Minutes ahead, set by hand."""
    offered: AgentId | None
    """Whose phone rings for them."""
    callback: bool = False
    """Not on the phone: they will be called back."""
    not_before: Ms | None = None
    """Of a callback: when it is their turn at the earliest."""
    calls: str = ""
    """Of a callback: the number that will be called, where it is another than their own."""


class TextInLine(Reply, frozen=True):
    """A piece of text work that waits."""

    piece: InteractionId
    kind: PieceKind
    queue: QueueId | None
    since: Ms
    language: str | None
    raised: int
    """Minutes ahead, set by hand."""


class Line(Reply, frozen=True):
    waiting: tuple[InLine, ...]
    """Next first, over all queues."""
    text: tuple[TextInLine, ...] = ()
    """The same of text work."""


class CloseQueues(Ask, frozen=True):
    """By hand, until they are opened again."""

    closing: ClosingId
    """Why, and what becomes of their callers: one of the site's."""
    queues: tuple[QueueId, ...] | None = None
    """None: all of them."""


class OpenQueues(Ask, frozen=True):
    """Again: their calendars hold."""

    queues: tuple[QueueId, ...] | None = None
    """None: all of them."""


class Messages(Reply, frozen=True):
    """The mails of one thread."""

    messages: tuple[Message, ...]


class Story(Reply, frozen=True):
    """Why a call went where it went: one fact a line, from the journal."""

    interaction: InteractionId
    lines: tuple["StoryLine", ...]
    waits: tuple[Why, ...] = ()
    """While it waits: agent by agent, why nobody has it yet."""


class StoryLine(Reply, frozen=True):
    at: Ms
    kind: str
    """The event's name, such as `Queued`, `Offered`, `OfferEnded`, `Connected`, `InteractionEnded`."""
    agent: AgentId | None = None
    queue: QueueId | None = None
    detail: str = ""
    """How it ended, where in the menus, what was repaired."""
    chosen: Texts = {}
    """What the caller chose there."""
    why: tuple[Why, ...] = ()
    from_file: bool = False
    """We were away; how long it took is by Asterisk's CEL file."""


# --- history


class TimelinePage(Reply, frozen=True):
    entries: tuple[Entry, ...]
    """Newest first."""
    next: str | None
    """Goes back as `before` for the next page; None: that was all."""


class Calls(Reply, frozen=True):
    calls: tuple[CallLine, ...]
    next: str | None


class Found(Reply, frozen=True):
    """What one search over everything found."""

    customers: tuple[CustomerHit, ...]
    more: bool
    """It fits still more customers."""
    cases: tuple[CaseHit, ...]
    articles: tuple["ArticleHit", ...]


class CallsQuery(Ask, frozen=True):
    before: str | None = None
    limit: Limit = 50
    agent: AgentId | None = None
    customer: CustomerId | None = None


class TimelineQuery(Ask, frozen=True):
    before: str | None = None
    limit: Limit = 50
    kind: Annotated[str, Meta(max_length=100)] | None = None
    """Only entries of this kind, such as `mail`, or of several joined by commas."""
    q: Annotated[str, Meta(max_length=200)] = ""
    """Only entries that hold all of these words, mails in full."""
    since: Ms | None = None
    until: Ms | None = None
    """Before then."""
    queue: QueueId | None = None
    solved: bool | None = None
    """Only what somebody has judged so."""
    case: str | None = None


class SearchQuery(Ask, frozen=True):
    q: Annotated[str, Meta(min_length=1, max_length=200)]
    lang: str | None = None
    """Language wanted for articles: `en`, `zh-Hans`, `zh-Hant`, or what a caller hears."""
    limit: Limit = 10


class LanguageQuery(Ask, frozen=True):
    lang: str | None = None
    limit: Limit = 10


# --- knowledge base


class ArticleHit(Reply, frozen=True):
    article: str
    version: int
    language: str
    title: str
    summary: str
    """The answer in one or two sentences, ready to read out or insert."""
    fits: bool = True
    """False: only a guess, shown under "perhaps"."""
    times: int = 0
    """Among hot questions: how often it was asked of late."""
    rising: bool = False
    """Asked clearly more often than usual."""


class ArticleHits(Reply, frozen=True):
    articles: tuple[ArticleHit, ...]


class ArticleView(Reply, frozen=True):
    article: str
    version: int
    language: str
    title: str
    summary: str
    text: str
    """Markdown: paragraphs, lists, headings, bold, links. No HTML: what looks like it is text."""
    tags: tuple[str, ...]


# --- visitors of the help site

Visitor = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
"""A random number of 128 bits that a browser keeps: whoever knows it can call as this visitor, so it is never shown."""


class VisitSearch(Ask, frozen=True):
    """Words that a visitor searched for and stayed with."""

    visitor: Visitor
    q: Annotated[str, Meta(min_length=1, max_length=200)]
    lang: Literal["en", "zh-Hans", "zh-Hant"]


class VisitJudgement(Ask, frozen=True):
    """Whether an article solved the matter."""

    visitor: Visitor
    article: ShortText
    lang: Literal["en", "zh-Hans", "zh-Hant"]
    solved: bool


# --- guests


class PublicNumber(Reply, frozen=True):
    number: str
    name: Texts


class PublicSite(Reply, frozen=True):
    """What anybody may know before signing in: for the help site and the sign-in page."""

    name: Texts
    zone: str
    numbers: tuple[PublicNumber, ...]
    open: bool
    """Whether people answer at this moment."""
    open_hours: dict[str, str]
    """`mon`..`sun` -> `HH:MM-HH:MM,...`; empty: always."""
    other_days: dict[str, str]
    """The next two weeks' holidays and exceptions: ISO date -> hours, or `closed`."""
    guest_calls: bool
    """Whether calling from the page is possible."""


class GuestCallAsk(Ask, frozen=True):
    number: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    """One of the hotline's; None: the first."""
    visitor: Visitor | None = None
    """The browser's, so that the agent sees what was searched; None: a new one."""


class GuestCall(Reply, frozen=True):
    """A lease of a guest phone: good for one call, from this moment."""

    ws: str
    """Path of the SIP WebSocket with the lease's token."""
    uri: str
    user: str
    password: str
    number: str
    """To dial."""
    token: str
    """Header `X-Guest` of `DELETE /guest/call`."""
    until: Ms
    """A call must have begun by then."""


# --- the process


class Problem(Reply, frozen=True):
    """RFC 9457: what went wrong, where, and what to do about it."""

    type: str
    """A name for programs, such as `no-such-interaction`."""
    title: str
    """One sentence for people."""
    status: int
    where: str = ""
    """The field, header or part of the address that is meant, such as `$.reason`."""
    todo: str = ""
    """What to do."""


class Health(Reply, frozen=True):
    """`ok`: the bridge runs and sees Asterisk and its journal."""

    ok: bool
    asterisk: bool
    journal: bool
    version: str
    epoch: str
    up_s: int


class Done(Reply, frozen=True):
    """It was accepted; what came of it arrives over `/live`."""

    ok: bool = True
