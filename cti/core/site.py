"""What the site is: queues, agents, numbers and the words for them. In force by an event, or replay would lie.

The structs are the shape of `site.toml` too (msgspec decodes it); unknown keys are refused there by name.
Texts a person sees are keyed by interface language (`en`, `zh-Hans`, `zh-Hant`).
"""

from enum import StrEnum
from functools import cached_property
from typing import Literal

from msgspec import Struct

from cti.core.ids import AgentId, ClosingId, IncidentId, Language, OutcomeId, Phone, QueueId, ReasonId, SkillId
from cti.core.keeping import Retention
from cti.core.mailboxes import Mail
from cti.core.room import Room
from cti.core.website import Website

Texts = dict[str, str]
Skills = dict[SkillId, int]


def in_all(text: str | Texts) -> Texts:
    """A text written before it had several languages is shown to everybody as it is."""
    if isinstance(text, str):
        return {"en": text} if text else {}
    return text


def bits(numbers: list[int]) -> int:
    """A number with these bits set; not one by one, for each time all of a large number would be copied."""
    row = bytearray(max(numbers, default=0) // 8 + 1)
    for number in numbers:
        row[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(row, "little")


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
    """Fewest skills: the flexible one stays free for whom only they can serve. Of equally many: `sparing`."""


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
    """On entry, and while they wait: when as many such waits are longer than this as are shorter, for what is left of
    it. 0: not by that."""
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
    number: str = ""
    """The same by a number, with its country code, over the trunk of `[outgoing]`; that site sees the hotline's own."""
    then: Literal["goodbye", "message"] = "goodbye"
    """What follows the words where they go to neither."""
    waiting: bool = False
    """Closed by hand: whether those in line have to go as well. Else they are served."""

    @property
    def leads_out(self) -> bool:
        """Whether callers may go to another site."""
        return bool(self.site or self.number)


class Incident(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that callers are told before they ask."""

    id: IncidentId
    name: Texts
    """What supervisors choose it by."""
    prompt: str
    """Of `system.toml`."""


INCIDENTS = (
    Incident(
        id=IncidentId("disturbance"),
        name={"en": "Disturbance", "zh-Hans": "服务故障", "zh-Hant": "服務故障"},
        prompt="incident-disturbance",
    ),
    Incident(
        id=IncidentId("many-calls"),
        name={"en": "Unusually many calls", "zh-Hans": "来电特别多", "zh-Hant": "來電特別多"},
        prompt="incident-many-calls",
    ),
)
"""Every site has these; one of its own with the same id holds in place of it."""

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


class Outgoing(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may call whom outside, over which trunk. With no `trunk` or no `allow`, nobody calls anybody."""

    trunk: str = ""
    """The id of one of `trunks`, which has a `peer`."""
    number: str = ""
    """The hotline's own that is shown to who is called; empty: the first of `numbers`."""
    roles: tuple[str, ...] = ("agent", "supervisor", "administrator")
    """Whose agents may call."""
    agents: tuple[AgentId, ...] = ()
    """Only these of them; empty: all."""
    allow: tuple[str, ...] = ()
    """Begins of numbers with their country code, such as `+852`, and whole short numbers, such as `1823`. An emergency
    number is such a short one: it is called only if it is here."""
    premium: tuple[str, ...] = ()
    """Begins of numbers that cost more than others; without one that fits they are never called."""
    at_once: int = 10
    """Calls to the outside at a time, transfers and callbacks with them."""
    per_hour: int = 30
    """Numbers that one agent may dial within an hour."""
    ring_s: int = 45
    """So long their phone rings."""
    queue: QueueId | None = None
    """Whose wrap-up and music hold for calls that agents make; None: the first queue's."""


class Callbacks(Struct, frozen=True, forbid_unknown_fields=True):
    """How a queue calls back those who asked for it."""

    first: Literal["agent", "customer"] = "agent"
    """Whose phone rings first: with `agent` nobody who is called waits, with `customer` no agent does."""
    tries: int = 3
    every_s: int = 600
    """Between two tries."""
    lead_s: int = 0
    """With `customer`: called so many seconds before their turn at most, as far as can be foreseen, so that the agent
    need not wait for them. 0: called when it is their turn."""
    owner: AgentId | None = None
    """Whose promise it becomes when nobody was reached; None: of who tried last, else of the first supervisor."""


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
    park_s: int = 120
    """So long a caller is parked; then offered to who parked them, and in line. 0: nobody is parked."""
    wrap_up_s: int = 30
    service_level_s: int = 20
    service_level_goal: int = 80
    """Per cent."""
    text_level_s: int = 14_400
    """A message opened within so long counts within the service level of text work; screens turn amber past it."""
    text_kept_s: int = 0
    """So long a message is kept for the agent who promised its caller something, else owns their case, else talked with
    them last, while that one is at work. 0: not at all."""
    limit_s: int = 120
    """The longest wait that is still fine; screens turn amber past it."""
    position_every_s: int = 30
    greeting: bool = True
    """Both hear the agent's work number at the start of the talk."""
    survey: bool = True
    record: bool = False
    """Talks are recorded, and callers told so."""
    callbacks: Callbacks = Callbacks()
    music: str | dict[Language, str] = "default"
    """Class, or one for each language of callers."""
    room: Room = Room()

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

    def music_for(self, language: Language | None) -> str:
        """The music class of a caller of this language."""
        if isinstance(self.music, str):
            return self.music
        return self.music.get(language or Language(""), "default")

    @property
    def music_classes(self) -> tuple[str, ...]:
        """Every class that callers of this queue may hear."""
        return (self.music,) if isinstance(self.music, str) else tuple(dict.fromkeys(self.music.values()))


class Capacity(Struct, frozen=True, forbid_unknown_fields=True):
    """How many pieces of text work an agent has at once, of each channel. Calls are one at a time."""

    chat: int = 3
    """While there is one, no call is offered."""
    mail: int = 2
    """Mails and messages; a call may come on top."""
    open_s: int = 60
    """A piece not opened for so long goes to another."""
    again_s: int = 120
    """Who left a piece to others is offered none for so long."""


class OwnCapacity(Struct, frozen=True, forbid_unknown_fields=True):
    """Where one agent's capacity is not the site's."""

    chat: int | None = None
    mail: int | None = None


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
    capacity: OwnCapacity = OwnCapacity()

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Every endpoint that rings for this agent, the browser's first."""
        web = Phone(f"{self.id}-web")
        return (web, Phone(f"{self.id}-desk")) if self.desk_phone else (web,)


class Cases(Struct, frozen=True, forbid_unknown_fields=True):
    """How long cases may take, in hours of opening time, and how soon one that comes again was not solved."""

    urgent_h: int = 4
    high_h: int = 8
    normal_h: int = 24
    low_h: int = 40
    repeat_days: int = 7

    def hours(self, priority: int) -> int:
        """For a priority: -1 low, 0, 1 high, 2 urgent."""
        return {-1: self.low_h, 1: self.high_h, 2: self.urgent_h}.get(priority, self.normal_h)


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """When nobody wants to be called, by the site's clock."""

    hours: str = ""
    """Such as `21:00-08:00`; empty: there are none."""
    refuse: bool = False
    """Agents can't call numbers outside then; else they are warned. A callback tried in vain waits in any case."""


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
    peer: str = ""
    """`host` or `host:port` that calls to the outside are sent to; empty: it takes none."""


class OutsideTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of another program, read again and again. A password for it is a secret, not a part of the site."""

    id: str
    map: str
    """The mapping file; without a full path, beside the site's file."""
    source: str
    """A database's URL without a password, or a file."""
    every_min: int = 15


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
    outgoing: Outgoing = Outgoing()
    quiet: Quiet = Quiet()
    default_language: Language = Language("en")
    cases: Cases = Cases()
    retention: Retention = Retention()
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
    incidents: tuple[Incident, ...] = ()
    mail: Mail = Mail()
    capacity: Capacity = Capacity()
    tables: tuple[OutsideTable, ...] = ()
    web: Website = Website()

    @cached_property
    def queue_by_id(self) -> dict[QueueId, Queue]:
        """The queues, to look up."""
        return {queue.id: queue for queue in self.queues}

    @cached_property
    def closing_by_id(self) -> dict[ClosingId, Closing]:
        """How queues can be closed, to look up: the site's own, and those every site has."""
        return {closing.id: closing for closing in (*CLOSINGS, *self.closings)}

    @property
    def shown(self) -> str:
        """The number that those who are called see."""
        return self.outgoing.number or (self.numbers[0].number if self.numbers else "")

    @property
    def calls_out(self) -> bool:
        """Whether calls to the outside are possible at all."""
        return bool(self.outgoing.trunk and self.outgoing.allow)

    def may_call(self, agent: Agent) -> bool:
        """Whether this agent may call numbers outside."""
        rules = self.outgoing
        return self.calls_out and agent.role in rules.roles and (not rules.agents or agent.id in rules.agents)

    @cached_property
    def incident_by_id(self) -> dict[IncidentId, Incident]:
        """The incidents that callers can be told of, to look up."""
        return {incident.id: incident for incident in (*INCIDENTS, *self.incidents)}

    @cached_property
    def agent_by_id(self) -> dict[AgentId, Agent]:
        """The agents, to look up."""
        return {agent.id: agent for agent in self.agents}

    @cached_property
    def skilled(self) -> dict[SkillId, dict[int, int]]:
        """Skill -> level -> who has it at just that level, as bits by their place among the agents."""
        found: dict[SkillId, dict[int, list[int]]] = {}
        for number, agent in enumerate(self.agents):
            for skill, level in agent.skills.items():
                found.setdefault(skill, {}).setdefault(level, []).append(number)
        return {skill: {level: bits(numbers) for level, numbers in levels.items()} for skill, levels in found.items()}

    @cached_property
    def owner_by_phone(self) -> dict[Phone, AgentId]:
        """Whose phone each is."""
        return {phone: agent.id for agent in self.agents for phone in agent.phones}
