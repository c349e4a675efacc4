"""All of one person: handed out, or erased, by administrators."""

from collections.abc import Callable

from cti.core.ids import CustomerId
from cti.core.world import World
from cti.store.erase import AnotherNow, Erased
from cti.store.person import Whose
from cti.web.call import Call, Sent
from cti.web.people_bodies import EraseQuery, Erasure
from cti.web.ports import Accounts, History, Loop
from cti.web.problems import Refusal, missing, not_alone
from cti.web.records import Records


class ErasingApi:
    """Handing out, and erasing; every screen that shows who is erased follows."""

    def __init__(
        self, loop: Loop, history: History, accounts: Accounts, records: Records, promised: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._history = history
        self._accounts = accounts
        self._records = records
        self._promised = promised

    async def export(self, call: Call[None, None]) -> Sent:
        customer = CustomerId(call.path["id"])
        try:
            packed = await self._history.export(customer)
        except LookupError as error:
            raise not_alone(error) from None
        if packed is None:
            raise missing("customer", customer)
        await self._accounts.note(call.agent, "customer_exported", about=customer)
        return Sent(packed, content_type="application/zip")

    async def preview(self, call: Call[None, None]) -> Erasure:
        customer = CustomerId(call.path["id"])
        found = await self._whose(customer)
        goes = await self._history.erasure(customer)
        if goes is None:
            raise missing("customer", customer)
        talking, waiting = _open(self._loop.world, found)
        return Erasure(goes=goes, mark=found.mark, talking=talking, waiting=waiting)

    async def erase(self, call: Call[None, EraseQuery]) -> Erased:
        customer = CustomerId(call.path["id"])
        found = await self._whose(customer)
        if _open(self._loop.world, found)[0]:
            # Its recording, and what its agent writes, would come after and stay.
            raise Refusal(409, "still-talking", "A call with them is under way.", "Erase them when it is over.", "id")
        try:
            done = await self._history.erase(customer, call.agent, call.query.mark)
        except LookupError as error:
            raise not_alone(error) from None
        except AnotherNow:
            raise Refusal(
                409,
                "another-now",
                "Who they are has changed: a merge, a number or an address came or went.",
                "Look again at what would go.",
                "mark",
            ) from None
        if done is None:
            raise missing("customer", customer)
        self._promised()
        await self._records.forget(found)
        return done

    async def _whose(self, customer: CustomerId) -> Whose:
        try:
            found = await self._history.whose(customer)
        except LookupError as error:
            raise not_alone(error) from None
        if found is None:
            raise missing("customer", customer)
        return found


def _open(world: World, found: Whose) -> tuple[int, int]:
    """Calls of theirs that are under way, to the end of the wrap-up; callbacks and pieces of text work that wait."""
    own, theirs = set(found.own), set(found.interactions)
    held = {agent.interaction for agent in world.agents.values()} & theirs
    mine = [
        one for one in world.interactions.values() if one.id in theirs or {one.caller, one.account, one.asked} & own
    ]
    talking = {one.id for one in mine if one.channel or one.id in held} | held
    pieces = [one for one in world.pieces.values() if one.id in theirs or one.caller in own]
    return len(talking), len([one for one in mine if one.id not in talking]) + len(pieces)
