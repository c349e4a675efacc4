"""Numbers outside, as agents and callers name them: normalised, held against the site's list, looked up again."""

from cti.core import dialling
from cti.core.dialling import may_begin
from cti.core.ids import AgentId, IdentifierId
from cti.loop import Loop
from cti.store.dialable import barred
from cti.store.history import History


class Outside:
    """The only way from a number to a call and back."""

    def __init__(self, loop: Loop, history: History) -> None:
        self._loop = loop
        self._history = history

    def name(self, number: str) -> tuple[IdentifierId | None, str]:
        """(who is called, why not), one of the two: what somebody dialled, in whatever form. Reads nothing.

        Why: `wrong_number`, `not_allowed` (by the site's list).
        """
        site = self._loop.world.site
        found = self._history.identify(number)
        if found is None or found.kind != "tel" or site is None:
            return None, "wrong_number"
        why = barred(found.value, site.outgoing)
        return (None, why) if why else (self._history.remember(number), "")

    async def number(self, to: IdentifierId) -> tuple[str, str]:
        """(number to dial, why not) of one named before: lists change, and an erased number is nobody's."""
        site = self._loop.world.site
        value = await self._history.number_of(to)
        if not value or site is None:
            return "", "wrong_number"
        why = barred(value, site.outgoing)
        return ("", why) if why else (value, "")

    def in_the_way(self, agent: AgentId) -> str:
        """Why this agent can't call anybody now, see `dialling.may_begin`."""
        return may_begin(self._loop.world, agent, self._loop.now())

    def in_the_way_of_transfers(self, agent: AgentId) -> str:
        """Why this agent can't give anybody to a number outside now."""
        return dialling.barred(self._loop.world, agent, self._loop.now())
