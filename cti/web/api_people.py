"""Who is whose: identifiers linked and unlinked, customers merged and told apart. All of it is in the audit log."""

from cti.core.ids import CustomerId, IdentifierId
from cti.store.views import Identity, MergePreview
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.people_bodies import LinkAsk, MergeAsk, Merged, OtherQuery
from cti.web.ports import People
from cti.web.problems import Refusal, missing, no_row, one_already
from cti.web.records import Records


class PeopleApi:
    """What agents say of customers; the pop on their own desk follows."""

    def __init__(self, people: People, records: Records) -> None:
        self._people = people
        self._records = records

    async def identity(self, call: Call[None, None]) -> Identity:
        found = await self._people.identity(CustomerId(call.path["id"]))
        if found is None:
            raise missing("customer", call.path["id"])
        return found

    async def preview(self, call: Call[None, OtherQuery]) -> MergePreview:
        found = await self._people.preview(CustomerId(call.path["id"]), call.query.other)
        if found is None:
            raise Refusal(
                404,
                "nothing-to-merge",
                "One of the two is not there, or they are one already.",
                "Check the ids.",
                "other",
            )
        return found

    async def merge(self, call: Call[MergeAsk, None]) -> Sent:
        kept = CustomerId(call.path["id"])
        try:
            id_, shown = await self._people.merge(kept, call.body.other, call.agent)
        except LookupError as error:
            raise no_row(error) from None
        except ValueError as error:
            raise one_already(error) from None
        await self._records.renew_people(call.who)
        return Sent(Merged(merge=id_, customer=shown), status=201)

    async def tell_apart(self, call: Call[MergeAsk, None]) -> Done:
        await self._people.tell_apart(CustomerId(call.path["id"]), call.body.other, call.agent)
        return Done()

    async def undo(self, call: Call[None, None]) -> Done:
        if await self._people.undo(call.path["id"], call.agent) is None:
            raise missing("merge", call.path["id"])
        await self._records.renew_people(call.who)
        return Done()

    async def link(self, call: Call[LinkAsk, None]) -> Done:
        ask = call.body
        try:
            made = await self._people.link(CustomerId(call.path["id"]), ask.kind, ask.value, call.agent)
        except LookupError as error:
            raise no_row(error) from None
        if made is None:
            raise Refusal(422, "not-an-identifier", f"{ask.value!r} can't be one.", "Check what was typed.", "$.value")
        await self._records.renew_people(call.who)
        return Done()

    async def unlink(self, call: Call[None, None]) -> Done:
        identifier = call.path["identifier"]
        if not await self._people.unlink(CustomerId(call.path["id"]), IdentifierId(identifier), call.agent):
            raise missing("identifier of that customer", identifier)
        await self._records.renew_people(call.who)
        return Done()
