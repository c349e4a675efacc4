"""What agents say about a call: who it was, what was said. Keeps it in history and renews the pop it changes."""

import msgspec

from cti.core.ids import CustomerId, InteractionId
from cti.store.person import Whose
from cti.store.reads import keyed
from cti.store.views import CallNote
from cti.web.call import RANK, Who
from cti.web.live import Live
from cti.web.ports import Accounts, History, Loop, Pops
from cti.web.problems import Refusal, missing


class Records:
    """Writes of people about calls, and who may make them."""

    def __init__(self, loop: Loop, history: History, accounts: Accounts, pops: Pops, live: Live) -> None:
        self._loop = loop
        self._history = history
        self._accounts = accounts
        self._pops = pops
        self._live = live

    async def allow(self, who: Who, interaction: InteractionId) -> None:
        """Raise Refusal unless the call is or was this agent's, or a supervisor asks."""
        if RANK[who.role] >= RANK["supervisor"]:
            return
        now = self._loop.world.agents.get(who.agent)
        if now is not None and now.interaction == interaction:
            return
        open_now = self._loop.world.interactions.get(interaction)
        if open_now is not None and who.agent in (open_now.agent, open_now.given_by):
            return
        piece = self._loop.world.pieces.get(interaction)
        if piece is not None and who.agent in (piece.agent, piece.given_by):
            return
        line = await self._history.call(interaction) or await self._history.piece(interaction)
        if line is None:
            raise missing("interaction", interaction)
        if line.agent != who.agent:
            raise Refusal(
                403,
                "not-yours",
                "This was not yours.",
                "Ask its agent, or somebody with the role supervisor.",
                "id",
            )

    async def keep(self, who: Who, interaction: InteractionId, note: str, customer: CustomerId | None) -> None:
        """Keep a note and, when said, whose call it was. Raises Refusal."""
        await self.allow(who, interaction)
        if customer is not None:
            await self._confirm(who, interaction, customer)
        if note:
            await self._history.note(CallNote(interaction=interaction, agent=who.agent, text=note, customer=customer))
            await self._renew_notes(interaction)

    async def confirm(self, who: Who, interaction: InteractionId, customer: CustomerId | None) -> None:
        """Say whose call it was; None: open again. Raises Refusal."""
        await self.allow(who, interaction)
        await self._confirm(who, interaction, customer)

    async def renew(self, interaction: InteractionId, customer: CustomerId) -> None:
        """Show what changed about a customer on the desk that has the call, which is left out of what came before."""
        if interaction not in self._pops:
            return
        person = await self._history.customer(customer, besides=interaction)
        pop = self._pops.get(interaction)  # as it is by now
        if person is None or pop is None:
            return
        known = next((p for p in pop.people if p.customer == customer), None)
        if known is not None:
            # How likely they are among those who share the number is the pop's own.
            person = msgspec.structs.replace(person, calls=known.calls, of_calls=known.of_calls)
        kept = [p for p in pop.people if p.customer != customer]
        self._pops[interaction] = msgspec.structs.replace(pop, people=(person, *kept))
        self._live.pop_changed(interaction)

    async def renew_people(self, who: Who) -> None:
        """Show on this agent's own desk who may be calling, after somebody said who is whose."""
        now = self._loop.world.agents.get(who.agent)
        interaction = now.interaction if now is not None else None
        if interaction is None or (pop := self._pops.get(interaction)) is None:
            return
        call = self._loop.world.interactions.get(interaction)
        fresh = await self._history.pop(pop.identifier, interaction, keyed(call) if call is not None else None)
        if (pop := self._pops.get(interaction)) is not None:  # as it is by now
            self._pops[interaction] = msgspec.structs.replace(fresh, notes=pop.notes, callback=pop.callback)
            self._live.pop_changed(interaction)

    async def forget(self, gone: Whose) -> None:
        """Show nothing any more of somebody who was erased, on whatever screen it is."""
        ids = {*gone.members, *gone.own}
        for interaction, pop in tuple(self._pops.items()):
            if pop.identifier not in ids and ids.isdisjoint(one.customer for one in pop.people):
                continue
            call = self._loop.world.interactions.get(interaction)
            fresh = await self._history.pop(pop.identifier, interaction, keyed(call) if call is not None else None)
            notes = tuple(await self._history.notes(interaction))
            if interaction in self._pops:  # it may have ended meanwhile
                self._pops[interaction] = msgspec.structs.replace(fresh, notes=notes)
                self._live.pop_changed(interaction)
        self._live.erased(gone.members)

    async def renew_own(self, who: Who) -> None:
        """Show what changed about whoever is first in the pop on this agent's own desk."""
        now = self._loop.world.agents.get(who.agent)
        pop = self._pops.get(now.interaction) if now is not None and now.interaction is not None else None
        if now is not None and now.interaction is not None and pop is not None and pop.people:
            await self.renew(now.interaction, pop.people[0].customer)

    async def _renew_notes(self, interaction: InteractionId) -> None:
        """After a transfer: whoever has the call now sees what the other still writes."""
        known, pop = self._loop.world.interactions.get(interaction), self._pops.get(interaction)
        if known is None or pop is None or (known.given_by is None and not pop.notes):
            return
        notes = tuple(await self._history.notes(interaction))
        self._pops[interaction] = msgspec.structs.replace(self._pops.get(interaction, pop), notes=notes)
        self._live.pop_changed(interaction)

    async def _confirm(self, who: Who, interaction: InteractionId, customer: CustomerId | None) -> None:
        if not await self._history.confirm(interaction, customer):
            raise missing("customer", customer or "")
        piece = await self._history.piece(interaction)
        if piece is not None and piece.about is not None:
            # Who left the message made the call.
            await self._history.confirm(piece.about, customer)
        await self._accounts.note(who.agent, "customer_confirmed", about=interaction, detail=customer or "")
        if customer is not None:
            await self.renew(interaction, customer)
