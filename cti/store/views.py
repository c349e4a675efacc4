"""What the pop shows: one caller's history as a screen wants it, read in one go.

`Pop` is made at the INVITE (`history.pop`) and kept until the call is over; times are `Ms`.
"""

from msgspec import Struct

from cti.core.ids import AgentId, CustomerId, IdentifierId, InteractionId, Ms, OutcomeId, QueueId
from cti.core.site import Texts
from cti.store.reach import Way
from cti.store.web_views import WebVisit


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the timeline, whatever the channel."""

    id: str
    kind: str
    """`call`, `message` (left by a caller), `mail`, `chat`, `sms`, `search`, `form`, `visit`, `order`."""
    at: Ms
    title: str
    text: str = ""
    inbound: bool = True
    language: str | None = None
    agent: str | None = None
    """The agent's name."""
    lasted: Ms | None = None
    waited: Ms | None = None
    path: tuple[Texts, ...] = ()
    """The menu choices of a call."""
    solved: bool | None = None
    mark: str = ""
    """What went badly: `no_reply`, `nothing_found`, `abandoned`, `missed`; `message`: one was left; empty: nothing."""
    case: str | None = None
    web: WebVisit | None = None
    """Of a visit of the site's own web sites."""
    recorded: bool = False
    """A recording of a call's talks is there to be heard."""


class CaseLine(Struct, frozen=True, kw_only=True):
    id: str
    title: str
    state: str
    opened: Ms
    owner: str | None = None
    """The owner's agent id."""
    priority: int = 0
    """-1 low, 0, 1 high, 2 urgent."""
    due: Ms | None = None
    closed: Ms | None = None
    solved: bool | None = None
    """As it was closed; null: it is open, or nobody has said."""
    reopened: int = 0
    """How often it came again after it was closed."""


class PromiseLine(Struct, frozen=True, kw_only=True):
    id: str
    what: str
    due: Ms
    made: Ms
    by: str | None
    """Agent id."""
    case: str | None = None


class DuePromise(Struct, frozen=True, kw_only=True):
    """An open promise of anybody's."""

    id: str
    what: str
    due: Ms
    made: Ms
    by: AgentId | None
    customer: CustomerId
    name: str
    """The customer's."""


class Answer(Struct, frozen=True, kw_only=True):
    """An article of the knowledge base that fits, with the reason it does."""

    article: str
    version: int
    title: str
    summary: str
    why: str
    """What it was found from: `search`, `menu`, `case` or `mail`."""
    language: str


class Station(Struct, frozen=True, kw_only=True):
    """A station on the rail "how they got here": at most three before the wait, which the screen adds."""

    kind: str
    title: str
    detail: str
    """What went badly, as in `Entry.mark`, or `not_solved`; empty: nothing."""
    at: Ms
    bad: bool = False


class Person(Struct, frozen=True, kw_only=True):
    """One who may be calling."""

    customer: CustomerId
    name: str
    language: str | None = None
    tier: str = ""
    tags: tuple[str, ...] = ()
    calls: int = 0
    of_calls: int = 0
    """This person made `calls` of the `of_calls` calls from this number."""
    recent: int = 0
    """Contacts within five days."""
    counts: dict[str, int] = {}
    """Entries in all, by kind."""
    timeline: tuple[Entry, ...] = ()
    """The newest twenty."""
    cases: tuple[CaseLine, ...] = ()
    """Open ones."""
    promises: tuple[PromiseLine, ...] = ()
    """Open ones."""
    rail: tuple[Station, ...] = ()
    answers: tuple[Answer, ...] = ()
    numbers: tuple[str, ...] = ()
    """Telephone numbers, as people write them, the one seen last first. Only of a customer who was asked for."""


class AgentNote(Struct, frozen=True, kw_only=True):
    """What an agent has written about this call."""

    agent: AgentId
    name: str
    text: str


class Pop(Struct, frozen=True, kw_only=True):
    """Everything known about a caller. Several `people`: the number is shared, and nobody has guessed."""

    identifier: IdentifierId | None
    display: str
    """The number as people write it; empty: withheld, or a call from the help site's page (an `identifier` that begins
    with `device:`)."""
    people: tuple[Person, ...] = ()
    """Most likely first; none: never heard of."""
    how: str = ""
    """By what they are recognised: `number`, `browser` (a call from a page), `sign_in` (somebody signed in on that
    browser), `account` (its number was keyed), `pin` (with the right PIN); `wrong_pin` and `locked`: by the number, for
    the PIN that was keyed was wrong, or there had been too many wrong ones. Empty: nobody is."""
    shared: int = 0
    """How many people have that number, browser or account."""
    notes: tuple[AgentNote, ...] = ()
    """Of a call that was transferred: what agents have written about it so far."""
    callback: str = ""
    """The number at which they asked to be called back, as people write it, where it is another one than `display`."""


class OpenPromise(Struct, frozen=True, kw_only=True):
    """What a caller was promised, as far as it can be spoken."""

    by: AgentId | None
    due: Ms
    call: bool
    """To call them back."""


class CallerFacts(Struct, frozen=True, kw_only=True):
    """What a flow may branch on, known within milliseconds of the INVITE."""

    identifier: IdentifierId | None
    known: bool = False
    language: str | None = None
    tier: str = ""
    people: int = 0
    last_agent: AgentId | None = None
    """Who talked last on this number, or with its one owner."""
    case_owner: AgentId | None = None
    """Whose the newest open case of the one owner is."""
    promised: AgentId | None = None
    """Who promised the one owner what is due first."""
    promise: OpenPromise | None = None
    """What that is. None, too, where several people have the number: it is nobody else's business."""


class CallNote(Struct, frozen=True, kw_only=True):
    """What the agent wrote about an interaction in wrap-up."""

    interaction: InteractionId
    agent: AgentId
    text: str
    customer: CustomerId | None = None
    """Whom the agent confirmed; None: left open."""


class CallLine(Struct, frozen=True, kw_only=True):
    """One call as history knows it, folded from the journal."""

    interaction: InteractionId
    at: Ms
    number: str
    """The hotline number that was dialled."""
    display: str
    """The caller's number as people write it; empty: withheld, erased or none (`from_page`)."""
    from_page: bool = False
    """It came from the help site's page."""
    language: str | None
    queue: QueueId | None
    agent: AgentId | None
    """The last who talked."""
    state: str
    """`open` or how it ended: `answered`, `abandoned`, `abandoned_again`, `left_menu`, `message` (left one), `answer`
    (heard one, and needed no more), `flow`, `elsewhere` (another site had them), `lost`, `merged` (they
    called again before they were called back), `callback_missed`; of a call of ours that came to nothing `busy`,
    `no_answer`, `refused`, `wrong_number`, `congestion`, `unreachable`, `not_allowed`, `cancelled`, `not_reached`."""
    outgoing: bool = False
    """We called."""
    waited: Ms
    talked: Ms
    path: tuple[Texts, ...] = ()
    outcome: OutcomeId | None = None
    solved: bool | None = None
    customer: CustomerId | None = None
    """Confirmed by the agent, or proved by a PIN."""
    customer_name: str = ""
    note: str = ""
    recognised: str = ""
    """What came of the account number they keyed: `pin` (with the right one), `account` (without one), `wrong_pin`,
    `locked`; empty: none was keyed."""


class Abandoned(Struct, frozen=True, kw_only=True):
    """A caller who left before anybody had them, and has neither called again nor been reached since."""

    interaction: InteractionId
    at: Ms
    waited: Ms
    queue: QueueId | None
    language: str | None
    number: str
    """As people write it."""
    name: str
    """Empty: not known, or several people's number."""
    customer: CustomerId
    tries: int
    """Calls to them since, in vain."""
    handled_by: AgentId | None
    """Who has seen to it."""
    handled: Ms | None


class PieceLine(Struct, frozen=True, kw_only=True):
    """One piece of text work as history knows it, folded from the journal."""

    piece: InteractionId
    kind: str
    """`message`."""
    about: InteractionId | None
    """The call it was left in."""
    at: Ms
    number: str
    """The hotline number that was dialled."""
    language: str | None
    queue: QueueId | None
    agent: AgentId | None
    """The last who opened it."""
    state: str
    """`open`, or how it ended: `done`."""
    waited: Ms
    """Until it was opened first."""
    length: Ms
    """Of the recording."""
    outcome: OutcomeId | None = None


class AgentDay(Struct, frozen=True, kw_only=True):
    """What one agent did today: the calls since the site's midnight on which this agent was the last who talked."""

    answered: int
    talked: Ms
    """In all of them together."""
    judged: int
    """Callers who said whether it was solved."""
    solved: int
    """Those who said it was."""


class CustomerHit(Struct, frozen=True, kw_only=True):
    """One customer a search found."""

    customer: CustomerId
    name: str
    detail: str
    """What matched, as people write it: a number, an address, an account."""
    last: Ms | None
    """Last contact."""


class CaseHit(Struct, frozen=True, kw_only=True):
    """One case a search found."""

    case: CaseLine
    customer: CustomerId
    name: str
    """The customer's."""


class CaseMove(Struct, frozen=True, kw_only=True):
    """Two cases made one, or one made two, which can be undone."""

    id: str
    how: str
    """`merge` or `split`."""
    other: str
    """The other case: the one merged into this, or the one that contacts went to or came from."""
    title: str
    """The other's."""
    contacts: int
    """That went from one to the other."""
    at: Ms
    by: AgentId


class CaseView(Struct, frozen=True, kw_only=True):
    """A case in full."""

    case: CaseLine
    customer: CustomerId
    name: str
    """The customer's."""
    entries: tuple[Entry, ...]
    """Contacts about it, on every channel, newest first; the last hundred."""
    promises: tuple[PromiseLine, ...]
    """Open ones."""
    moves: tuple[CaseMove, ...] = ()
    """What it was made of, newest first."""


class CaseSuggestion(Struct, frozen=True, kw_only=True):
    """A case that a contact looks like."""

    case: CaseLine
    words: tuple[str, ...]
    """What both speak of."""
    reopens: bool
    """It was closed a short while ago, and would be open again."""


class Wishes(Struct, frozen=True, kw_only=True):
    """How a customer wants to be reached, as they told an agent."""

    channel: str = ""
    """`call`, `sms`, `mail` or `chat`; empty: they have not said."""
    never: tuple[str, ...] = ()
    """Channels they do not want."""
    begins: int = 0
    """From this minute of the site's day."""
    ends: int = 1440
    """To this one; before `begins`: over midnight."""
    note: str = ""
    """What whoever speaks with them should know."""
    by: AgentId
    """Who wrote it down."""
    at: Ms


class Tag(Struct, frozen=True, kw_only=True):
    """What is known to be so of a customer."""

    tag: str
    source: str
    """On whose word: an import's name, `agent:<id>`, or `customer`: their own."""


class Facts(Struct, frozen=True, kw_only=True):
    """What a summary of a customer is made from: counted, never guessed."""

    since: Ms | None
    """First contact."""
    contacts: int
    """Those that are over, and so is `last`."""
    last: Entry | None
    unsolved: int
    """Of the last twenty contacts, those judged not solved."""
    judged: int
    """Of the last twenty, those judged at all."""
    cases: int
    """Open ones."""
    cases_late: int
    promises: int
    """Open ones."""
    promises_late: int
    next_promise: Ms | None
    """When what is due next is due; none, where all are overdue."""


class About(Struct, frozen=True, kw_only=True):
    """What is known of a customer beside their contacts."""

    customer: CustomerId
    language: str | None
    tier: str
    tags: tuple[Tag, ...]
    wishes: Wishes | None
    ways: tuple[Way, ...]
    """How they are best reached, with the evidence; the best first."""
    unwanted: str
    """Why they should not be called now: `never` (they said so), `not_now` (outside of their times), `quiet` (the
    site's quiet hours); empty: nothing."""
    facts: Facts


class Attached(Struct, frozen=True, kw_only=True):
    """Something attached to a mail."""

    name: str
    type: str
    size: int
    """Bytes."""
    digest: str
    """`history.attachment(digest)` gives the bytes."""


class Message(Struct, frozen=True, kw_only=True):
    """One mail of a thread."""

    id: str
    at: Ms
    inbound: bool
    author: str
    recipients: str
    subject: str
    text: str
    """What was written, without what was only quoted."""
    quoted: str
    auto: str
    """`bounce`, `auto_reply`, `receipt`, `list`, `loop` or `spam`; empty: a person wrote it."""
    language: str | None
    problems: tuple[str, ...] = ()
    """What was odd about it, for people."""
    attachments: tuple[Attached, ...] = ()
