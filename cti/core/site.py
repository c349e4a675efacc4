"""What the site is: queues, agents, numbers and the words for them. In force by an event, or replay would lie.

The structs are the shape of `site.toml` too (msgspec decodes it); unknown keys are refused there by name.
Texts a person sees are keyed by interface language (`en`, `zh-Hans`, `zh-Hant`).
"""

from enum import StrEnum
from functools import cached_property
from typing import Literal

from msgspec import Struct

from cti.core.ids import AgentId, ClosingId, Language, OutcomeId, Phone, QueueId, ReasonId, SkillId

Texts = dict[str, str]
Skills = dict[SkillId, int]


def in_all(text: str | Texts) -> Texts:
    """A text written before it had several languages is shown to everybody as it is."""
    if isinstance(text, str):
        return {"en": text} if text else {}
    return text


class Ring(Struct, frozen=True, forbid_unknown_fields=True):
    """From `after_s` seconds of waiting on, these minimum levels (1..10) are enough."""

    after_s: int
    skills: Skills


class Policy(StrEnum):
    """Which of several free agents who can serve it gets an interaction; ties by longest idle, then by id."""

    LONGEST_IDLE = "longest_idle"
    BEST_MATCH = "best_match"
    """Highest levels in what is asked for."""
    LEAST_OCCUPIED = "least_occupied"
    """Smallest share of the shift worked."""
    SCARCE_FIRST = "scarce_first"
    """Fewest skills: the flexible one stays free for whom only they can serve."""


class Overflow(Struct, frozen=True, forbid_unknown_fields=True):
    """When callers go another way than the line of their queue; one of `to`, `closing` and `offer` says which.

    Each caller is moved once at most, and offered each thing once.
    """

    to: QueueId | None = None
    """To another queue's line, where they keep their place."""
    closing: ClosingId | None = None
    """As if the queue were closed this way: to a message, another site, another queue, with its words."""
    offer: Literal["", "callback", "message"] = ""
    """They keep their place and may choose this instead."""
    after_s: int = 0
    """After so many seconds of waiting. 0: not by that."""
    estimate_s: int = 0
    """On entry, and when they are told of the wait: when as many such waits are longer than this as are shorter. 0: not
    by that."""
    per_agent: float = 0.0
    """On entry, when there would be more callers in line than this for each agent at work who can serve the queue; with
    nobody at work, at once. 0: not by that."""


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """When a queue is open, where that is not when the site is. What is left out is as the site has it."""

    zone: str = ""
    open_hours: dict[str, str] | None = None
    holidays: str = ""
    """Whose holidays are kept; `none`: nobody's."""
    holiday_hours: str = ""
    exceptions: dict[str, str] = {}
    """On top of the site's; for the same date these hold."""


class Closing(Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of the callers of a queue that is closed, and in which words they are told."""

    id: ClosingId
    name: Texts
    """What supervisors choose it by."""
    prompt: str = "queue-closed"
    """Of `system.toml`."""
    to: QueueId | None = None
    """The queue they go to; while that is closed, too, it is as if there were none."""
    site: str = ""
    """Another site's SIP address (`sip:200@198.51.100.7`), where they go when not to a queue. Does nobody answer there,
    it is as if there were none."""
    then: Literal["goodbye", "message"] = "goodbye"
    """What follows the words where they go to neither."""
    waiting: bool = False
    """Closed by hand: whether those in line have to go as well. Else they are served."""


CLOSED = ClosingId("closed")
CLOSINGS = (
    Closing(id=CLOSED, name={"en": "Closed", "zh-Hans": "关闭", "zh-Hant": "關閉"}),
    Closing(
        id=ClosingId("evacuation"),
        name={"en": "Evacuation", "zh-Hans": "疏散", "zh-Hant": "疏散"},
        prompt="queue-evacuation",
        waiting=True,
    ),
    Closing(
        id=ClosingId("full"),
        name={"en": "Too many callers", "zh-Hans": "来电过多", "zh-Hant": "來電過多"},
        prompt="queue-full",
        then="message",
    ),
)
"""Every site has these; one of its own with the same id holds in place of it."""


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """Where work waits. `skills` must be met by every agent who gets it, beside what the flow asks for."""

    id: QueueId
    name: Texts
    skills: Skills = {}
    rings: tuple[Ring, ...] = ()
    priority: int = 0
    """Minutes of waiting this queue's callers are ahead of others."""
    policy: Policy = Policy.LONGEST_IDLE
    prefer_last_s: int = 0
    """So long a caller is kept for the agent they talked with last, while that one is at work. 0: not at all."""
    prefer_owner_s: int = 0
    """The same for the agent who owns the caller's open case."""
    prefer_promised_s: int = 0
    """The same for the agent who promised the caller something that is still to be done."""
    overflow: Overflow | tuple[Overflow, ...] | None = None
    """One rule, or several, of which the first that holds is followed."""
    opt_out: bool = False
    """Whether an agent may say that they take no calls of this queue for the rest of their shift."""
    calendar: Calendar | None = None
    """None: open when the site is."""
    out_of_hours: ClosingId | None = None
    """What becomes of those who ask for this queue while its calendar says closed. None: what their flow says."""
    on_holidays: ClosingId | None = None
    """The same on holidays. None: as out of hours."""
    ring_s: int = 15
    """An offer not answered for so long is a RONA."""
    wrap_up_s: int = 30
    service_level_s: int = 20
    service_level_goal: int = 80
    """Per cent."""
    limit_s: int = 120
    """The longest wait that is still fine; screens turn amber past it."""
    position_every_s: int = 30
    greeting: bool = True
    """Both hear the agent's work number at the start of the talk."""
    survey: bool = True
    music: str = "default"

    @property
    def kept_s(self) -> dict[str, int]:
        """For whom callers are kept, dearest first, and how long: `promised`, `case_owner`, `last_agent`."""
        return {
            "promised": self.prefer_promised_s,
            "case_owner": self.prefer_owner_s,
            "last_agent": self.prefer_last_s,
        }

    @property
    def overflows(self) -> tuple[Overflow, ...]:
        """The rules of `overflow`, however many."""
        if self.overflow is None:
            return ()
        return (self.overflow,) if isinstance(self.overflow, Overflow) else self.overflow


class Agent(Struct, frozen=True, forbid_unknown_fields=True):
    """A person who works here. `role` is `agent`, `supervisor` or `administrator`."""

    id: AgentId
    name: str
    work_number: str
    role: str = "agent"
    nickname: str = ""
    skills: Skills = {}
    desk_phone: bool = False
    """Besides the browser's phone (`<id>-web`), a SIP phone registers as `<id>-desk`; both ring."""
    auto_answer: bool = False

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Every endpoint that rings for this agent, the browser's first."""
        web = Phone(f"{self.id}-web")
        return (web, Phone(f"{self.id}-desk")) if self.desk_phone else (web,)


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    """A number of the hotline (DNIS, as the trunk sends it) and the flow that answers it."""

    number: str
    flow: str
    name: Texts


class Reason(Struct, frozen=True, forbid_unknown_fields=True):
    """Why an agent is not ready. `rona` and `away` are the system's own and always exist."""

    id: ReasonId
    name: Texts


class OutcomeKind(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a talk, chosen in wrap-up."""

    id: OutcomeId
    name: Texts
    closes: bool = False
    """Whether it says the matter is settled."""


class Trunk(Struct, frozen=True, forbid_unknown_fields=True):
    """A SIP provider or gateway: calls from `addresses` (IPs or networks) reach the hotline's numbers."""

    id: str
    addresses: tuple[str, ...]


class MailAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox on an IMAP server. Its password is a secret, not a part of the site."""

    id: str
    host: str
    user: str
    security: str = "tls"
    """`tls` (993), `starttls` (143), or `none`, on this machine only."""
    port: int = 0
    """0: the usual one."""
    folders: tuple[str, ...] = ("INBOX",)
    """`*`: all but bin, drafts and the folder of everything."""
    poll_s: int = 60
    """The first folder tells of new mail at once where the server can; the others are looked into so often."""
    ca: str = ""
    """A PEM file with the certificate to trust, where no public authority has signed it."""


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """How mail comes in."""

    own: tuple[str, ...] = ()
    """Addresses and domains of ours: mail from them is what we sent."""
    accounts: tuple[MailAccount, ...] = ()


class Site(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Everything an administrator sets. `dict`: room for what is looked up by id, neither saved nor compared."""

    name: Texts
    zone: str
    """IANA time zone: opening hours and "today" are decided in it."""
    region: str
    """ISO 3166 country in which numbers without a country code are dialled, such as `HK`."""
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    numbers: tuple[Number, ...]
    reasons: tuple[Reason, ...] = ()
    outcomes: tuple[OutcomeKind, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    default_language: Language = Language("en")
    open_hours: dict[str, str] = {}
    """`mon`..`sun` -> `HH:MM-HH:MM`, several joined by commas; a day left out is closed; none at all: always open."""
    holidays: str = ""
    """Whose public holidays are kept: a country such as `HK`, or a part of one such as `GB-SCT`. Empty: nobody's."""
    holiday_hours: str = "closed"
    """The hours of every holiday, or `closed`."""
    exceptions: dict[str, str] = {}
    """ISO date -> its hours, or `closed`; they hold for holidays, too."""
    holiday_dates: dict[str, tuple[str, ...]] = {}
    """Whose -> ISO dates. Filled in when a site is read, so that a journal knows what was in force."""
    closings: tuple[Closing, ...] = ()
    tiers: dict[str, int] = {}
    """Customer's tier -> minutes of waiting its callers are ahead of others."""
    mail: Mail = Mail()

    @cached_property
    def queue_by_id(self) -> dict[QueueId, Queue]:
        """The queues, to look up."""
        return {queue.id: queue for queue in self.queues}

    @cached_property
    def closing_by_id(self) -> dict[ClosingId, Closing]:
        """How queues can be closed, to look up: the site's own, and those every site has."""
        return {closing.id: closing for closing in (*CLOSINGS, *self.closings)}

    @cached_property
    def agent_by_id(self) -> dict[AgentId, Agent]:
        """The agents, to look up."""
        return {agent.id: agent for agent in self.agents}

    @cached_property
    def owner_by_phone(self) -> dict[Phone, AgentId]:
        """Whose phone each is."""
        return {phone: agent.id for agent in self.agents for phone in agent.phones}
