"""Cases as the bridge asks for them and says of them: every call leaves the loop's thread for one of the history's."""

from collections.abc import Callable, Sequence

from cti.core.ids import AgentId, CustomerId, InteractionId, Ms
from cti.store import case_moves, case_words, cases
from cti.store.people import Threads
from cti.store.views import CaseHit, CaseLine, CaseSuggestion, CaseView


class Cases:
    """What customers want solved. One with the history whose threads it uses."""

    def __init__(self, threads: Threads, now: Callable[[], Ms]) -> None:
        self._threads = threads
        self._now = now

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
        """Open a case, from an interaction if there is one. Raises `LookupError` naming a customer there isn't."""
        now = self._now()
        return await self._threads.write(
            lambda c: cases.open_case(c, customer, title, owner, interaction, now, due=due, priority=priority)
        )

    async def close(self, case: str, by: AgentId, *, solved: bool = True) -> bool:
        """Close a case. False: there is no such open case."""
        now = self._now()
        return await self._threads.write(lambda c: cases.close_case(c, case, now, by, solved=solved))

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
        """Change an open case; what is None stays. Promises go with it to a new owner. False: no such open case."""
        now = self._now()
        return await self._threads.write(
            lambda c: cases.change(c, case, now, by, title=title, state=state, priority=priority, due=due, owner=owner)
        )

    async def put(
        self, interaction: InteractionId, case: str, by: AgentId, *, repeat: int = 0, due: Ms | None = None
    ) -> bool:
        """Say that an interaction is about a case; one closed within `repeat` ms is open again, due by `due`.

        False: there is no such case.
        """
        now = self._now()
        return await self._threads.write(
            lambda c: cases.put_in_case(c, interaction, case, now, by, repeat=repeat, due=due)
        )

    async def reopen(self, case: str, by: AgentId, due: Ms | None) -> bool:
        """Open a closed case again, with its owner. False: there is no such closed case."""
        now = self._now()
        return await self._threads.write(lambda c: cases.reopen(c, case, now, by, due))

    async def merge(self, kept: str, gone: str, by: AgentId) -> str:
        """Make one case of two; gives the move's id. Raises `LookupError` when they are not two open cases."""
        now = self._now()
        one, other = cases.number(kept), cases.number(gone)
        return str(await self._threads.write(lambda c: case_moves.merge(c, one, other, now, by)))

    async def undo(self, move: str, by: AgentId) -> str | None:
        """Take a merge or a split back; gives the case that stays. None: no such one is in force."""
        now = self._now()
        done = await self._threads.write(lambda c: case_moves.undo(c, cases.number(move), now, by))
        return None if done is None else str(done)

    async def split(
        self, case: str, title: str, interactions: Sequence[InteractionId], by: AgentId, due: Ms | None
    ) -> CaseLine:
        """Give some contacts of a case one of their own. Raises `LookupError` when they are not in it."""
        now = self._now()
        return await self._threads.write(lambda c: cases.split_case(c, case, title, interactions, now, by, due))

    async def view(self, case: str) -> CaseView | None:
        """A case in full; None: there is no such case."""
        return await self._threads.read(lambda db: cases.view(db, case))

    async def search(self, query: str, customers: Sequence[CustomerId], limit: int) -> tuple[CaseHit, ...]:
        """Cases by number or by words of their titles, then open ones of customers that were found."""
        return await self._threads.read(lambda db: case_words.found(db, query, customers, limit))

    async def owned(self, agent: AgentId) -> tuple[CaseLine, ...]:
        """An agent's open cases, what is due next first."""
        return await self._threads.read(lambda db: cases.owned(db, agent))

    async def suggested(self, interaction: InteractionId, repeat: int) -> tuple[CaseSuggestion, ...]:
        """Cases a contact looks like: open, or closed within `repeat` ms."""
        since = Ms(self._now() - repeat)
        return await self._threads.read(lambda db: cases.suggested(db, interaction, since))

    async def is_line(self, interaction: InteractionId) -> bool:
        """Whether the history has a contact, on whatever channel."""
        return await self._threads.read(lambda db: cases.is_line(db, interaction))
