"""Mails that no person wrote, and what could not be read: to look at, and to put right."""

from cti.web.aside_bodies import AsideMails, AsideQuery, ReadAgain, UnreadList
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.ports import Sorting
from cti.web.problems import Refusal, bad_place, missing
from cti.web.records import Records


class AsideApi:
    """What is in nobody's way, and not lost."""

    def __init__(self, sorting: Sorting, records: Records) -> None:
        self._sorting = sorting
        self._records = records

    async def mails(self, call: Call[None, AsideQuery]) -> AsideMails:
        query = call.query
        try:
            found = await self._sorting.aside(query.customer, query.before, query.limit)
        except ValueError as error:
            raise bad_place(error) from None
        if found is None:
            raise missing("customer", query.customer or "")
        return AsideMails(mails=tuple(found[0]), next=found[1])

    async def from_person(self, call: Call[None, None]) -> Done:
        if not await self._sorting.from_person(call.path["id"], call.agent):
            raise missing("mail set aside", call.path["id"])
        await self._records.renew_people(call.who)
        return Done()

    async def unread(self, _call: Call[None, None]) -> UnreadList:
        return UnreadList(unread=tuple(await self._sorting.unread()))

    async def body(self, call: Call[None, None]) -> Sent:
        """As bytes nobody's browser will run."""
        body = await self._sorting.body(_number(call))
        if body is None:
            raise missing("unread", call.path["id"])
        return Sent(body, content_type="application/octet-stream")

    async def forget(self, call: Call[None, None]) -> Done:
        if not await self._sorting.forget(_number(call), call.agent):
            raise missing("unread", call.path["id"])
        return Done()

    async def again(self, _call: Call[None, None]) -> ReadAgain:
        try:
            report = await self._sorting.again()
        except OSError as error:
            todo = "Try 'hotline ingest kept --retry'; its words say why."
            raise Refusal(503, "not-read-again", f"It can't be read now: {error}.", todo) from None
        return ReadAgain(read=report.new + report.same, kept=report.kept)


def _number(call: Call[None, None]) -> int:
    id_ = call.path["id"]
    if not id_.isdecimal() or len(id_) > 17:
        raise missing("unread", id_)
    return int(id_)
