"""What a caller's session needs of the rest."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from cti.core.awaited import Awaited
from cti.core.closings import Doors, Shut
from cti.core.commands import DirectPhone
from cti.core.ids import AgentId, ChannelId, IdentifierId, IncidentId, InteractionId, Language, Ms, QueueId
from cti.core.inputs import Input
from cti.core.site import Incident, Site
from cti.core.telling import Telling
from cti.core.world import IncidentNow
from cti.store.pins import Claim
from cti.store.views import CallerFacts
from ivr.flow import Flows


class Resume(Struct, frozen=True, kw_only=True):
    """What the world knows of a caller who comes back."""

    state: str
    """The interaction's: `flow`, `waiting`, `offered`, `talking`, `aside`, `parked`, `after` or `ended`."""
    position: str
    language: Language | None
    queue: QueueId | None
    helped: bool = False
    """They have asked to be helped first."""
    called_back: bool = False
    """They have asked to be called back, or were."""
    account: IdentifierId | None = None
    """Whose they have shown to be, before anything else was known of them."""
    incidents: tuple[tuple[IncidentId, Ms], ...] = ()
    """Those they were told of, each with the time at which it was set."""
    recorded: bool = False
    """They have had a talk that was recorded, and heard that it is."""


class SpokenAnswer(Struct, frozen=True, kw_only=True):
    """An article that can be read out."""

    article: str
    question: str
    """Prompts."""
    answer: str


class Dictation(Protocol):
    """A sentence for callers that a supervisor speaks into the telephone."""

    @property
    def language(self) -> Language:
        """In which it is, and in which they are spoken to."""

    @property
    def file(self) -> str:
        """Where Asterisk shall record it: its path, without suffix, in a folder that exists."""

    def begun(self) -> None:
        """The telephone was picked up."""

    def keep(self) -> "asyncio.Future[bool]":
        """Keep what was recorded; whether it could be. Goes on should the telephone be hung up meanwhile."""

    def over(self) -> None:
        """Nothing more comes: what was not kept is dropped."""


class Ports(Protocol):
    """What a session needs of the rest; everything returns at once."""

    def submit(self, said: Input) -> None:
        """Put into the one inbox."""

    def now(self) -> Ms:
        """The only clock."""

    def site(self) -> Site:
        """The site in force."""

    def flows(self) -> Flows:
        """The flows in force."""

    def doors(self) -> Doors:
        """What is open now."""

    def turned(self, interaction: InteractionId) -> Shut | None:
        """What a caller in line has to be told of closed queues; None: nothing."""

    def invited(self, interaction: InteractionId) -> tuple[str, ...]:
        """What a caller in line may choose in place of the wait since the line overflows: `callback`, `message`.

        In the order of the invitations; each is to be said once.
        """

    def prompts(self) -> frozenset[str]:
        """Every prompt that exists, as Asterisk is told to play it (`ivr.sounds.existing`)."""

    def identify(self, number: str, channel: str) -> IdentifierId | None:
        """Who calls, by the raw number or by the channel's name; None: withheld or no number."""

    def facts(self, caller: IdentifierId | None) -> "asyncio.Future[CallerFacts]":
        """The caller's history, looked up from now on."""

    def recognise(self, account: str, pin: str) -> "asyncio.Future[Claim]":
        """Whose account number was keyed, and whether the PIN is theirs; looked up from now on."""

    def resume(self, interaction: InteractionId) -> Resume | None:
        """What the world knows of this call; None: nothing, it is new."""

    def telling(self, interaction: InteractionId) -> Telling | None:
        """What a caller in line should hear now about the wait; None: nothing new."""

    def awaited(self, interaction: InteractionId, agent: AgentId) -> Awaited | None:
        """What is known of an agent for this caller in line; None: there is no such agent."""

    def steer(self, interaction: InteractionId) -> "asyncio.Future[str]":
        """The core's next `Steer` for this call: `survey`, `wait` or `goodbye`."""

    def direct(self, channel: ChannelId) -> "asyncio.Future[DirectPhone]":
        """The core's next `DirectPhone` for an agent's phone that calls by itself."""

    def incidents(self, queue: QueueId | None) -> Sequence[tuple[Incident, IncidentNow]]:
        """What callers of a queue, or of the site, are to hear of now (`core.incidents.in_force`)."""

    def sentence(self, name: str) -> str:
        """The recording of an incident's sentence: its path, without suffix; empty: it is no longer there."""

    def dictation(self, name: str) -> Dictation | None:
        """The sentence for which a telephone was rung; None: it is not expected (any more)."""

    def callee(self, number: str) -> IdentifierId | None:
        """Whom a number names that callers key in or call from, if it is one that can be called back."""

    def doubtful(self, number: str) -> bool:
        """Whether a number that callers key in is most likely mistyped, though it may be called."""

    def answers(self, queue: QueueId | None, language: str) -> Sequence[SpokenAnswer]:
        """What callers of a queue ask most just now, hottest first, in a language that is spoken to callers."""

    def message_file(self, interaction: InteractionId) -> str:
        """Where Asterisk shall record a message: its path, without suffix, in a folder that exists."""

    def talk_file(self, interaction: InteractionId) -> str:
        """Where Asterisk shall record a call's talks: its path. Asterisk makes the folder."""

    async def on_disk(self, file: str) -> Ms | None:
        """How much of a recording the disk has taken; None: that can't be said in time."""
