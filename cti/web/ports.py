"""What the web needs of the other parts. `cti.app` hands the real ones in; nothing here knows how they work."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from cti.core.events import Record
from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.core.inputs import Input
from cti.core.world import World
from cti.store.views import CallLine, CallNote, CustomerHit, Entry, Person, Pop, PromiseLine

Pops = Mapping[InteractionId, Pop]
"""The pops of open interactions; `Live.pop_changed` says when one came or changed."""


class Loop(Protocol):
    """The one inbox, the one clock, and the world to read."""

    @property
    def world(self) -> World: ...

    def submit(self, input: Input) -> None:
        """Put an input into the inbox. Never blocks."""

    def now(self) -> Ms: ...


class History(Protocol):
    """Past interactions and customers. Every call leaves the loop's thread."""

    async def customer(self, customer: CustomerId) -> Person | None: ...

    async def timeline(
        self, customer: CustomerId, before: str | None, kind: str | None, limit: int
    ) -> tuple[Sequence[Entry], str | None]:
        """A page of the timeline, newest first, and where the next one begins."""

    async def call(self, interaction: InteractionId) -> CallLine | None: ...

    async def calls(
        self, before: str | None, limit: int, agent: AgentId | None, customer: CustomerId | None
    ) -> tuple[Sequence[CallLine], str | None]:
        """Calls, newest first, and where the next page begins."""

    async def search(self, query: str, limit: int) -> Sequence[CustomerHit]: ...

    async def note(self, note: CallNote) -> None:
        """Keep what the agent wrote; again replaces."""

    async def confirm(self, interaction: InteractionId, customer: CustomerId | None) -> bool:
        """Say who it was. False: no such customer."""

    async def promise(self, customer: CustomerId, what: str, due: Ms, by: AgentId, case: str | None) -> PromiseLine:
        """Make a promise to a customer."""

    async def story(self, interaction: InteractionId) -> Sequence[Record]:
        """The journal's records of one interaction, in order."""

    async def usual_half_hours(self) -> tuple[float, ...]:
        """Calls per half hour on this weekday: the mean of the last four weeks; empty: not enough history."""
