"""Mails that no person wrote, and what could not be read: to look at, and to put right."""

from cti.ingest.report import ReadAgain
from cti.web.aside_bodies import AsideMails, AsideQuery, UnreadList, UnreadQuery
from cti.web.bodies import Done
from cti.web.call import Call, Sent
from cti.web.ports import Sorting
from cti.web.problems import bad_place, missing
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
        return found

    async def from_person(self, call: Call[None, None]) -> Done:
        if not await self._sorting.from_person(call.path["id"], call.agent):
            raise missing("mail set aside", call.path["id"])
        await self._records.renew_people(call.who)
        return Done()

    async def unread(self, call: Call[None, UnreadQuery]) -> UnreadList:
        try:
            return await self._sorting.unread(call.query.before, call.query.limit)
        except ValueError as error:
            raise bad_place(error) from None

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
        return self._sorting.again()

    async def read_again(self, _call: Call[None, None]) -> Sent:
        """It goes on whether the one who asked stays or not."""
        return Sent(self._sorting.read_again(), status=202)


def _number(call: Call[None, None]) -> int:
    id_ = call.path["id"]
    if not id_.isdecimal() or len(id_) > 17:
        raise missing("unread", id_)
    return int(id_)
