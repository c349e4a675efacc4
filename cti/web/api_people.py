"""Who is whose, and what is known of them. All that is said of customers is in the audit log."""

from typing import Any

from cti.core.ids import CustomerId, IdentifierId
from cti.store.identity_views import Identity, MergePreview
from cti.store.views import About
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.people_bodies import CustomerChange, LinkAsk, MergeAsk, Merged, OtherQuery, PinAsk, TagAsk, WishAsk
from cti.web.ports import Knowing, Loop, People, Pins
from cti.web.problems import Refusal, missing, no_row, one_already
from cti.web.records import Records


class KnowingApi:
    """What is known of a customer, and what agents note of them; the pop on their own desk follows."""

    def __init__(self, loop: Loop, knowing: Knowing, records: Records) -> None:
        self._loop = loop
        self._knowing = knowing
        self._records = records

    async def about(self, call: Call[None, None]) -> About:
        site = self._loop.world.site
        found = None if site is None else await self._knowing.about(CustomerId(call.path["id"]), site)
        if found is None:
            raise missing("customer", call.path["id"])
        return found

    async def wish(self, call: Call[WishAsk, None]) -> Done:
        ask = call.body
        done = await self._knowing.wish(
            CustomerId(call.path["id"]),
            call.agent,
            channel=ask.channel or "",
            never=ask.never,
            begins=ask.begins,
            ends=ask.ends,
            note=ask.note.strip(),
        )
        return self._done(done, call)

    async def tag(self, call: Call[TagAsk, None]) -> Done:
        word = " ".join(call.body.tag.split())
        if not word:
            raise Refusal(422, "empty-tag", "A tag has at least one letter.", "Write one.", "$.tag")
        done = await self._knowing.tag(CustomerId(call.path["id"]), word, call.agent)
        return await self._shown(done, call)

    async def untag(self, call: Call[None, None]) -> Done:
        done = await self._knowing.untag(CustomerId(call.path["id"]), call.path["tag"], call.agent)
        return await self._shown(done, call)

    async def change(self, call: Call[CustomerChange, None]) -> Done:
        done = await self._knowing.change(
            CustomerId(call.path["id"]), call.agent, language=call.body.language, tier=call.body.tier
        )
        return await self._shown(done, call)

    async def _shown(self, done: bool, call: Call[Any, Any]) -> Done:
        said = self._done(done, call)
        await self._records.renew_people(call.who)
        return said

    def _done(self, done: bool, call: Call[Any, Any]) -> Done:
        if not done:
            raise missing("customer or tag", call.path["id"])
        return Done()


class PeopleApi:
    """What agents say of customers; the pop on their own desk follows."""

    def __init__(self, people: People, pins: Pins, records: Records) -> None:
        self._people = people
        self._pins = pins
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

    async def set_pin(self, call: Call[PinAsk, None]) -> Done:
        if not await self._pins.set(CustomerId(call.path["id"]), call.body.pin, call.agent):
            raise missing("customer", call.path["id"])
        return Done()

    async def remove_pin(self, call: Call[None, None]) -> Done:
        if not await self._pins.remove(CustomerId(call.path["id"]), call.agent):
            raise missing("PIN of that customer", call.path["id"])
        return Done()
